/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"

#include "i18n.h"

const CnnChoice cnn_pool_rounds[] = {
  [CNN_ROUND_DOWN] = { "down", N_("Down") },
  [CNN_ROUND_UP] = { "up", N_("Up") },
  { NULL },
};

static CnnSize
pool_stride (const CnnPool *pool)
{
  return pool->stride.height > 0 ? pool->stride : pool->size;
}

static CnnSize
pool_dilation (const CnnPool *pool)
{
  return pool->dilation.height > 0 ? pool->dilation : (CnnSize) { 1, 1 };
}

/** cnn_pool_is_dilated: whether there are cells between those of a window. */
gboolean
cnn_pool_is_dilated (const CnnPool *pool)
{
  return pool->dilation.height > 1 || pool->dilation.width > 1;
}

static CnnSize
pool_extent (const CnnPool *pool)
{
  CnnWindow window = { .kernel = pool->size, .dilation = pool_dilation (pool) };

  return cnn_window_extent (&window);
}

/**
 * cnn_pool_check:
 * @params: a parameter struct that begins with a #CnnPool
 *
 * Returns: whether every window reaches into the map; otherwise
 *   %CNN_ERROR_SPEC is set
 */
gboolean
cnn_pool_check (gconstpointer params, GError **error)
{
  const CnnPool  *pool = params;
  const CnnSides *pad = &pool->pad.sides;
  CnnSize         extent = pool_extent (pool);

  if (pool->pad.mode != CNN_PAD_SIDES ||
      (MAX (pad->top, pad->bottom) < extent.height && MAX (pad->left, pad->right) < extent.width))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("the padding must be less than the %d×%d window, "
                 "so that no window holds nothing but padding"),
               extent.height, extent.width);
  return FALSE;
}

/* Whether the cells of one of @n windows, the first of which begins @before a row (or
 * column) of @length cells, step over it, from the padding on one side into the other. */
static gboolean
steps_over (int length, int n, int before, int stride, int dilation)
{
  for (int i = 0, first = -before; i < n && first < 0; i++, first += stride)
    if (first + (dilation - 1 - first) / dilation * dilation >= length)
      return TRUE;
  return FALSE;
}

/** cnn_pool_window: the @window of a #CnnOp whose parameters begin with a #CnnPool. */
gboolean
cnn_pool_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const CnnPool *pool = node->params;
  CnnSize        size = { in.height, in.width }, out;

  window->kernel = pool->size;
  window->stride = pool_stride (pool);
  window->dilation = pool_dilation (pool);
  if (!(pool->round == CNN_ROUND_UP ? cnn_window_resolve_up (window, &pool->pad, size, error)
                                    : cnn_window_resolve (window, &pool->pad, size, NULL, error)))
    return FALSE;
  out = cnn_window_output (window, size);
  if (!steps_over (in.height, out.height, window->pad.top, window->stride.height,
                   window->dilation.height) &&
      !steps_over (in.width, out.width, window->pad.left, window->stride.width,
                   window->dilation.width))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("a window with dilation %d×%d steps over the %d×%d map, from padding to padding"),
               window->dilation.height, window->dilation.width, in.height, in.width);
  return FALSE;
}

/**
 * cnn_pool_prepare_dnnl:
 * @kind: which pooling
 *
 * Returns: (transfer full): a step that is oneDNN's pooling, or %NULL with
 *   %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_pool_prepare_dnnl (const CnnTask *task, dnnl_alg_kind_t kind, GError **error)
{
  const CnnPool        *pool = task->node->params;
  CnnSize               stride = pool_stride (pool);
  dnnl_dims_t           strides = { stride.height, stride.width };
  dnnl_dims_t           kernel = { pool->size.height, pool->size.width };
  dnnl_dims_t           dilation = { 0, 0 };
  dnnl_dims_t           before = { task->pad.top, task->pad.left };
  dnnl_dims_t           after = { task->pad.bottom, task->pad.right };
  dnnl_memory_desc_t    in = cnn_dnnl_maps (task->in[0]), out = cnn_dnnl_maps (task->out);
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  CnnStep              *step = NULL;

  if (cnn_dnnl_check (dnnl_pooling_forward_primitive_desc_create (
                        &desc, cnn_dnnl_engine (), dnnl_forward_inference, kind, in, out, strides,
                        kernel, dilation, before, after, attr),
                      task, error))
    step = cnn_dnnl_step_new (desc, task, error);
  if (step && !cnn_dnnl_step_bind_maps (step, task, error))
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (in);
  dnnl_memory_desc_destroy (out);
  dnnl_primitive_attr_destroy (attr);
  return step;
}

static void
pool_step_free (CnnStep *step)
{
  g_free (step);
}

/**
 * cnn_pool_step_init:
 * @step: (out caller-allocates): a step on the heap, whose run is still to be
 *   set
 *
 * Fills in what a pooling of our own needs to know.
 */
void
cnn_pool_step_init (CnnPoolStep *step, const CnnTask *task)
{
  const CnnPool *pool = task->node->params;

  step->step.free = pool_step_free;
  step->in = task->in[0];
  step->out = task->out;
  step->size = pool->size;
  step->stride = pool_stride (pool);
  step->dilation = pool_dilation (pool);
  step->pad = task->pad;
  /* Where the tile ends inside the map, its windows do, too. */
  step->past = (CnnSize) { cnn_pool_past_padding (pool, pool->pad.sides.bottom),
                           cnn_pool_past_padding (pool, pool->pad.sides.right) };
}

/**
 * cnn_pool_step_rows:
 * @y: a row of the output, of the tile
 * @first: (out): the first row of the input under its windows; the next are a dilation
 *   further on each
 *
 * Returns: how many rows of the input there are under them, without the padding; at least
 *   one
 */
int
cnn_pool_step_rows (const CnnPoolStep *step, int y, int *first)
{
  int top = y * step->stride.height - step->pad.top, dilation = step->dilation.height;
  int skipped = top < 0 ? (dilation - 1 - top) / dilation : 0;
  int inside = (step->in.height - top + dilation - 1) / dilation;

  *first = top + skipped * dilation;
  return MIN (step->size.height, inside) - skipped;
}

/**
 * cnn_pool_past_padding:
 * @asked: bottom or right of the padding that was asked for
 *
 * Returns: how far behind the map its padding ends; what is beyond belongs to a window of
 *   %CNN_ROUND_UP and to nothing else. With padding that follows from the size there is
 *   nothing beyond
 */
int
cnn_pool_past_padding (const CnnPool *pool, int asked)
{
  return pool->pad.mode == CNN_PAD_SAME || pool->pad.mode == CNN_PAD_SAME_LOWER ? G_MAXINT / 2
         : pool->pad.mode == CNN_PAD_SIDES                                     ? asked
                                                                               : 0;
}

/**
 * cnn_pool_step_cells:
 *
 * Returns: the input cells under the window of output cell (y, x) of the tile,
 *   without the padding; at least one. Of a window without dilation
 */
CnnRect
cnn_pool_step_cells (const CnnPoolStep *step, int y, int x)
{
  int top = y * step->stride.height - step->pad.top;
  int left = x * step->stride.width - step->pad.left;
  int bottom = MIN (top + step->size.height, step->in.height);
  int right = MIN (left + step->size.width, step->in.width);

  top = MAX (top, 0);
  left = MAX (left, 0);
  return (CnnRect) { left, top, right - left, bottom - top };
}

/**
 * cnn_pool_step_columns:
 * @k: a column of the window, from 0
 * @first: (out): the first output column for which column @k lies inside
 * @n: (out): for how many from there on it does; may be 0
 * @x: (out): the input column that it is for @first; for the next it is a
 *   stride further on
 */
void
cnn_pool_step_columns (const CnnPoolStep *step, int k, int *first, int *n, int *x)
{
  int shift = k * step->dilation.width - step->pad.left, stride = step->stride.width;
  int end = MIN ((step->in.width - shift + stride - 1) / stride, step->out.width);

  *first = shift < 0 ? (-shift + stride - 1) / stride : 0;
  *n = MAX (end - *first, 0);
  *x = *first * stride + shift;
}

/**
 * cnn_pool_add_part:
 *
 * Returns: (transfer none): a part with room for the window
 */
CnnPart *
cnn_pool_add_part (const CnnTask *task, CnnPartKind kind, int channel, gboolean with_factors,
                   CnnExplanation *explanation)
{
  const CnnPool *pool = task->node->params;

  return cnn_explanation_add_part (explanation, kind, 0, channel, pool->size, with_factors);
}

/**
 * cnn_pool_explain:
 * @part: a part of cnn_pool_add_part()
 *
 * Fills in the cells of the window of cell (y, x) of the whole map, and which
 * of them lie outside.
 *
 * Returns: how many lie inside
 */
int
cnn_pool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                  CnnPart *part)
{
  CnnShape  in = task->in[0];
  CnnWindow window;
  int       inside = 0;

  cnn_node_window (task->node, in, &window, NULL);
  for (int i = 0; i < part->size.height * part->size.width; i++)
    {
      int at_y = y * window.stride.height - window.pad.top +
                 i / part->size.width * window.dilation.height;
      int at_x = x * window.stride.width - window.pad.left +
                 i % part->size.width * window.dilation.width;

      part->outside[i] = at_y < 0 || at_y >= in.height || at_x < 0 || at_x >= in.width;
      if (part->outside[i])
        continue;
      part->values[i] = cells->read (cells->data, 0, at_y, at_x, channel);
      inside++;
    }
  return inside;
}
