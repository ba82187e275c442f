/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

/* Every value of the input, times the kernel, is added to the output at its row and
 * column times the stride. Seen from an output cell: a window over the input spread
 * out by the stride, with the kernel turned around. Source: Dumoulin and Visin, "A
 * guide to convolution arithmetic for deep learning" (2016), relationship 14. */

typedef struct
{
  CnnConvKernels k;
  CnnSize        stride;
  CnnPad         pad;
  CnnSize        dilation;
  CnnNumbers     output_pad;
  int            seed;
} TransposeParams;

static const CnnParam transpose_params[] = {
  CNN_CONV_COUNT (TransposeParams),
  CNN_CONV_SIZE (TransposeParams),
  CNN_CONV_KERNELS (TransposeParams),
  CNN_CONV_STRIDE (TransposeParams,
                   N_("Cells of the output from one input cell's kernel to the next")),
  CNN_CONV_PAD (TransposeParams,
                N_("Rows and columns cut off the output; same gives the input's size times the "
                   "stride")),
  CNN_CONV_DILATION (TransposeParams),
  { .key = "output-pad",
    .rare = TRUE,
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (TransposeParams, output_pad),
    .initial = "0",
    .min = 0,
    .max = 4095,
    .label = N_("Output padding"),
    .tooltip = N_("Rows and columns added at the output's end: one number, or one for rows and "
                  "one for columns") },
  CNN_CONV_GROUPS (TransposeParams),
  CNN_CONV_BIAS (TransposeParams),
  CNN_WEIGHTS_INIT (TransposeParams, k.init),
  CNN_CONV_SEED (TransposeParams),
  { .key = NULL },
};

static gboolean
transpose_check (gconstpointer params, GError **error)
{
  const TransposeParams *p = params;

  if (p->k.kernels == NULL && (p->k.count == 0 || p->k.size.height == 0))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected how many kernels and their size, as in “conv-transpose 8 2x2 "
                     "stride=2”, or “kernels=…”"));
      return FALSE;
    }
  if (p->output_pad.n < 1 || p->output_pad.n > 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("output-pad: found %d numbers, expected one, or one for rows and one for "
                     "columns"),
                   p->output_pad.n);
      return FALSE;
    }
  return cnn_conv_kernels_check (&p->k, error);
}

/* Sides of the window from what is cut off the output, of which @more stay at the end. */
static void
window_sides (int extent, int stride, gboolean same, int more, int cut_before, int cut_after,
              int *before, int *after)
{
  if (same)
    {
      int cut = extent - stride + more;

      cut_before = cut >= 0 ? cut / 2 : 0;
      cut_after = cut - cut_before;
    }
  *before = extent - 1 - cut_before;
  *after = extent - 1 - cut_after + more;
}

static gboolean
transpose_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const TransposeParams *p = node->params;
  const CnnNumbers      *more = &p->output_pad;
  gboolean               same = p->pad.mode == CNN_PAD_SAME;
  CnnSides               cut = p->pad.mode == CNN_PAD_SIDES ? p->pad.sides : (CnnSides) { 0 };
  CnnPad                 pad = { .mode = CNN_PAD_SIDES };
  CnnSize                extent;

  window->kernel = cnn_conv_kernels_size (&p->k);
  window->up = p->stride;
  window->dilation = p->dilation;
  extent = cnn_window_extent (window);
  window_sides (extent.height, p->stride.height, same, (int) more->values[0], cut.top, cut.bottom,
                &pad.sides.top, &pad.sides.bottom);
  window_sides (extent.width, p->stride.width, same, (int) more->values[more->n - 1], cut.left,
                cut.right, &pad.sides.left, &pad.sides.right);
  return cnn_window_resolve (window, &pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
transpose_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                 GError **error)
{
  const TransposeParams *p = node->params;
  CnnWindow              window = cnn_window_one ();

  if ((double) in->height * p->stride.height > G_MAXINT / 2 ||
      (double) in->width * p->stride.width > G_MAXINT / 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the padded map is too large"));
      return FALSE;
    }
  return transpose_window (node, *in, &window, error) &&
         cnn_conv_kernels_shape (&p->k, *in, &window, out, error);
}

static gboolean
transpose_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
                GError **error)
{
  const TransposeParams *p = node->params;
  CnnSize                size = cnn_conv_kernels_size (&p->k);
  gint64                 cells = (gint64) size.height * size.width;
  gint64 fan_in = cells * weights[0]->dims[3] / ((gint64) p->stride.height * p->stride.width);
  gint64 fan_out = cells * weights[0]->dims[0] / cnn_conv_kernels_groups (&p->k, in);

  return cnn_conv_kernels_init (&p->k, MAX (fan_in, 1), fan_out, seed, weights, error);
}

/* Each value of the input meets each number of its group's kernels. */
static gint64
transpose_macs (const CnnNode *node, CnnShape in, CnnShape out)
{
  const TransposeParams *p = node->params;

  return cnn_conv_kernels_macs (&p->k, in, (gint64) in.height * in.width * out.channels);
}

static CnnStep *
transpose_prepare (const CnnTask *task, GError **error)
{
  return cnn_conv_transpose_step_new (task, task->node->params, error);
}

static CnnTrainStep *
transpose_train (const CnnTask *task, GError **error)
{
  return cnn_conv_transpose_train_new (task, task->node->params, error);
}

/* --- the arithmetic ------------------------------------------------------- */

/* The input's row (column) that meets a kernel's number in an output cell; −1 for none. */
static int
source_of (int at, int cut, int number, int dilation, int stride, int length)
{
  int from = at + cut - number * dilation;

  return from >= 0 && from % stride == 0 && from / stride < length ? from / stride : -1;
}

static gboolean
transpose_source (const CnnTask *task, const CnnWindow *window, int y, int x, CnnSize number,
                  CnnSize *from)
{
  CnnSize  extent = cnn_window_extent (window);
  CnnShape in = task->in[0];

  from->height = source_of (y, extent.height - 1 - window->pad.top, number.height,
                            window->dilation.height, window->up.height, in.height);
  from->width = source_of (x, extent.width - 1 - window->pad.left, number.width,
                           window->dilation.width, window->up.width, in.width);
  return from->height < 0 || from->width < 0;
}

static void
transpose_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int map,
                   CnnExplanation *explanation)
{
  cnn_conv_kernels_explain (task, cells, y, x, map, transpose_source, explanation);
}

/* --- writing -------------------------------------------------------------- */

/* ONNX has [channels][maps of a group][rows][columns]. */
static const char *
write_kernels (CnnWriter *writer, const CnnTensor *weight, int groups)
{
  gsize             maps = weight->dims[0] / groups, depth = weight->dims[3];
  gsize             cells = (gsize) weight->dims[1] * weight->dims[2];
  gint64            dims[] = { (gint64) depth * groups, (gint64) maps, weight->dims[1],
                               weight->dims[2] };
  g_autofree float *values = g_new (float, cnn_tensor_length (weight));

  for (gsize g = 0; g < (gsize) groups; g++)
    for (gsize m = 0; m < maps; m++)
      for (gsize i = 0; i < cells; i++)
        for (gsize d = 0; d < depth; d++)
          values[((g * depth + d) * maps + m) * cells + i] =
            weight->values[((g * maps + m) * cells + i) * depth + d];
  return cnn_writer_floats (writer, "weight", 4, dims, values);
}

static gboolean
transpose_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const TransposeParams *p = node->params;
  CnnShape               in = cnn_writer_in (writer, 0);
  int                    groups = cnn_conv_kernels_groups (&p->k, in);
  CnnTensor *const      *weights = cnn_writer_weights (writer);
  CnnWindow              window = cnn_window_one (), plain;
  CnnSize                extent;
  CnnSides               cut;
  const char            *made, *bias = NULL;

  if (weights == NULL || !transpose_window (node, in, &window, error))
    return FALSE;
  if (p->pad.mode == CNN_PAD_SAME_LOWER)
    cnn_writer_fixed (writer);
  if (p->k.bias.used)
    bias = cnn_writer_floats (writer, "bias", 1, (gint64[]) { weights[1]->dims[0] },
                              weights[1]->values);
  /* Sides of the window as what is cut off the output. */
  extent = cnn_window_extent (&window);
  cut.top = extent.height - 1 - window.pad.top;
  cut.left = extent.width - 1 - window.pad.left;
  cut.bottom = extent.height - 1 - window.pad.bottom;
  cut.right = extent.width - 1 - window.pad.right;
  plain = window;
  plain.stride = p->stride;
  plain.pad = cut;
  if (MIN (MIN (cut.top, cut.bottom), MIN (cut.left, cut.right)) < 0)
    plain.pad = (CnnSides) { 0 };
  made = cnn_writer_add (writer, "ConvTranspose", cnn_writer_map (writer, 0),
                         write_kernels (writer, weights[0], groups),
                         plain.pad.top == cut.top && plain.pad.left == cut.left &&
                             plain.pad.bottom == cut.bottom && plain.pad.right == cut.right
                           ? bias
                           : NULL,
                         NULL);
  cnn_writer_window (writer, &plain);
  if (groups != 1)
    cnn_writer_int (writer, "group", groups);
  if (plain.pad.top != cut.top || plain.pad.left != cut.left || plain.pad.bottom != cut.bottom ||
      plain.pad.right != cut.right)
    {
      CnnSides on = { MAX (-cut.top, 0), MAX (-cut.right, 0), MAX (-cut.bottom, 0),
                      MAX (-cut.left, 0) };

      /* First on, then off: ONNX Runtime goes wrong where all that was there is cut off
       * and something put on at once. */
      if (on.top + on.right + on.bottom + on.left > 0)
        made = cnn_writer_pad (writer, made, on, 0.0);
      if (MAX (MAX (cut.top, cut.right), MAX (cut.bottom, cut.left)) > 0)
        made = cnn_writer_pad (writer, made,
                               (CnnSides) { MIN (-cut.top, 0), MIN (-cut.right, 0),
                                            MIN (-cut.bottom, 0), MIN (-cut.left, 0) }, 0.0);
      /* Where something is put on, the bias is all there is. */
      if (bias)
        {
          bias = cnn_writer_add (writer, "Reshape", bias,
                                 cnn_writer_ints (writer, "maps", 3, (gint64[]) { -1, 1, 1 }),
                                 NULL);
          made = cnn_writer_add (writer, "Add", made, bias, NULL);
        }
    }
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_conv_transpose = {
  .name = "conv-transpose",
  .label = N_("Transposed convolution"),
  .blurb = N_("Adds each value, times the kernels, to the output, stride cells from its "
              "neighbour's: makes maps larger"),
  .example = "8 2x2 stride=2",
  .group = CNN_GROUP_CONVOLUTION,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .seeks = TRUE,
  .params_size = sizeof (TransposeParams),
  .params = transpose_params,
  .check = transpose_check,
  .shape = transpose_shape,
  .window = transpose_window,
  .weights = cnn_conv_kernels_weights,
  .init = transpose_init,
  .macs = transpose_macs,
  .map_label = cnn_conv_kernels_label,
  .prepare = transpose_prepare,
  .train = transpose_train,
  .explain = transpose_explain,
  .write = transpose_write,
};
