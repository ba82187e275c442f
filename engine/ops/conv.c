/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"
#include "i18n.h"
#include "ops.h"
#include "winograd.h"
#include "writer.h"

typedef struct
{
  CnnConvKernels k;
  CnnSize        stride;
  CnnPad         pad;
  int            border;
  CnnSize        dilation;
  int            seed;
} ConvParams;

static const CnnChoice borders[] = {
  [CNN_BORDER_ZERO] = { "zero", N_("Zero") },
  [CNN_BORDER_REFLECT] = { "reflect", N_("Reflect") },
  [CNN_BORDER_REPLICATE] = { "replicate", N_("Replicate") },
  [CNN_BORDER_WRAP] = { "wrap", N_("Wrap around") },
  { NULL },
};

static const CnnChoice acrosses[] = {
  [CNN_ACROSS_SUM] = { "sum", N_("Sum") },
  [CNN_ACROSS_MEAN] = { "mean", N_("Mean") },
  { NULL },
};

static const CnnParam conv_params[] = {
  CNN_CONV_COUNT (ConvParams),
  CNN_CONV_SIZE (ConvParams),
  CNN_CONV_KERNELS (ConvParams),
  CNN_CONV_STRIDE (ConvParams,
                   N_("Cells from one window to the next")),
  CNN_CONV_PAD (ConvParams,
                N_("Rows and columns added around the map; same keeps its size")),
  { .key = "border",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (ConvParams, border),
    .initial = "zero",
    .choices = borders,
    .label = N_("Border"),
    .tooltip = N_("What the padding holds") },
  CNN_CONV_DILATION (ConvParams),
  CNN_CONV_GROUPS (ConvParams),
  CNN_CONV_BIAS (ConvParams),
  { .key = "across",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (ConvParams, k.across),
    .initial = "sum",
    .choices = acrosses,
    .label = N_("Across channels"),
    .tooltip = N_("What a kernel given as one matrix does with several channels: "
                  "add up the results or average them") },
  CNN_WEIGHTS_INIT (ConvParams, k.init),
  CNN_CONV_SEED (ConvParams),
  { .key = NULL },
};

/* --- parameters and shapes ------------------------------------------------ */

static gboolean
conv_check (gconstpointer params, GError **error)
{
  const ConvParams *p = params;

  if (p->k.kernels == NULL && p->k.count == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected how many kernels, as in “conv 8 3x3”, or which, as in "
                     "“conv kernels=sobel-x”"));
      return FALSE;
    }
  if (p->k.kernels == NULL && p->k.size.height == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected the kernels' size, as in “conv %d 3x3”"), p->k.count);
      return FALSE;
    }
  return cnn_conv_kernels_check (&p->k, error);
}

static gboolean
conv_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const ConvParams *p = node->params;

  window->kernel = cnn_conv_kernels_size (&p->k);
  window->stride = p->stride;
  window->dilation = p->dilation;
  window->border = p->border;
  return cnn_window_resolve (window, &p->pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
conv_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const ConvParams *p = node->params;
  CnnWindow         window = cnn_window_one ();

  return conv_window (node, *in, &window, error) &&
         cnn_conv_kernels_shape (&p->k, *in, &window, out, error);
}

/* --- weights -------------------------------------------------------------- */

static gboolean
conv_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
           GError **error)
{
  const ConvParams *p = node->params;
  CnnSize           size = cnn_conv_kernels_size (&p->k);
  gint64            cells = (gint64) size.height * size.width;
  int               maps = weights[0]->dims[0] / cnn_conv_kernels_groups (&p->k, in);

  return cnn_conv_kernels_init (&p->k, cells * weights[0]->dims[3], cells * maps, seed, weights,
                                error);
}

static gint64
conv_macs (const CnnNode *node, CnnShape in, CnnShape out)
{
  const ConvParams *p = node->params;

  return cnn_conv_kernels_macs (&p->k, in, cnn_shape_cells (out));
}

/* --- running -------------------------------------------------------------- */

typedef enum
{
  WAY_ONEDNN,
  WAY_DIRECT,
  WAY_SQUARES,
  WAY_WINOGRAD,
  WAY_WINOGRAD_IN_LANES
} ConvWay;

/* Depends on the layer alone, so that all tiles of a map are made in the same way. */
static ConvWay
conv_way (const CnnNode *node, CnnShape in, CnnShape out)
{
  const ConvParams *p = node->params;
  int               groups = cnn_conv_kernels_groups (&p->k, in);
  CnnWindow         window = {
    .kernel = cnn_conv_kernels_size (&p->k),
    .stride = p->stride,
    .dilation = p->dilation,
  };

  if (groups == 1 && cnn_direct_squares_suits (&window, in.channels, out.channels))
    return WAY_SQUARES;
  if (groups == 1 && cnn_direct_winograd_suits (&window, in.channels, out.channels))
    return WAY_WINOGRAD_IN_LANES;
  if (groups == 1 && cnn_winograd_suits (&window, in.channels, out.channels))
    return WAY_WINOGRAD;
  return cnn_direct_suits (in.channels, out.channels, groups) ? WAY_DIRECT : WAY_ONEDNN;
}

static CnnSize
conv_grid (const CnnNode *node, CnnShape in, CnnShape out)
{
  switch (conv_way (node, in, out))
    {
    case WAY_SQUARES:
      return cnn_direct_squares_grid ();
    case WAY_WINOGRAD:
    case WAY_WINOGRAD_IN_LANES:
      return cnn_winograd_grid ();
    default:
      return (CnnSize) { 1, 1 };
    }
}

static gboolean
conv_halves (const CnnNode *node, CnnShape in, CnnShape out)
{
  ConvWay way = conv_way (node, in, out);

  return way == WAY_DIRECT || way == WAY_SQUARES || way == WAY_WINOGRAD_IN_LANES;
}

static gboolean
conv_takes_planes (const CnnNode *node, CnnShape in, CnnShape out)
{
  return conv_way (node, in, out) == WAY_WINOGRAD_IN_LANES;
}

static gboolean
conv_gives_planes (const CnnNode *node, CnnShape in, CnnShape out, gboolean halves)
{
  ConvWay way = conv_way (node, in, out);

  return way == WAY_WINOGRAD_IN_LANES || (way == WAY_SQUARES && !halves);
}

static CnnConvolution
convolution (const CnnTask *task)
{
  const ConvParams *p = task->node->params;

  return (CnnConvolution) {
    .weights = task->weights[0],
    .bias = task->weights[1],
    .stride = p->stride,
    .dilation = p->dilation,
    .groups = cnn_conv_kernels_groups (&p->k, task->in[0]),
  };
}

static CnnStep *
conv_prepare (const CnnTask *task, GError **error)
{
  CnnConvolution conv = convolution (task);

  switch (conv_way (task->node, task->in[0], task->out))
    {
    case WAY_DIRECT:
      return cnn_direct_step_new (task, &conv, error);
    case WAY_SQUARES:
      return cnn_direct_squares_step_new (task, &conv, error);
    case WAY_WINOGRAD:
      return cnn_winograd_step_new (task, error);
    case WAY_WINOGRAD_IN_LANES:
      return cnn_direct_winograd_step_new (task, &conv, error);
    default:
      return cnn_conv_prepare_dnnl (task, &conv, error);
    }
}

static CnnTrainStep *
conv_train (const CnnTask *task, GError **error)
{
  CnnConvolution conv = convolution (task);

  return task->halves ? cnn_conv_halves_new (task, &conv, error)
                      : cnn_conv_train_new (task, &conv, error);
}

static gboolean
conv_train_halves (const CnnTask *task)
{
  CnnConvolution conv = convolution (task);

  return cnn_conv_train_halves (task, &conv);
}

/* --- the arithmetic ------------------------------------------------------- */

static gboolean
conv_source (const CnnTask *task, const CnnWindow *window, int y, int x, CnnSize number,
             CnnSize *from)
{
  CnnShape in = task->in[0];
  int      at_y = y * window->stride.height - window->pad.top;
  int      at_x = x * window->stride.width - window->pad.left;

  at_y += number.height * window->dilation.height;
  at_x += number.width * window->dilation.width;
  from->height = cnn_border_index (window->border, at_y, in.height);
  from->width = cnn_border_index (window->border, at_x, in.width);
  return from->height != at_y || from->width != at_x;
}

static void
conv_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int map,
              CnnExplanation *explanation)
{
  cnn_conv_kernels_explain (task, cells, y, x, map, conv_source, explanation);
}

/* --- writing -------------------------------------------------------------- */

/* ONNX has [maps][depth][rows][columns]. */
static const char *
write_kernels (CnnWriter *writer, const CnnTensor *weight)
{
  gsize             maps = weight->dims[0], depth = weight->dims[3];
  gsize             cells = (gsize) weight->dims[1] * weight->dims[2];
  gint64            dims[] = { weight->dims[0], weight->dims[3], weight->dims[1],
                               weight->dims[2] };
  g_autofree float *values = g_new (float, cnn_tensor_length (weight));

  for (gsize map = 0; map < maps; map++)
    for (gsize i = 0; i < cells; i++)
      for (gsize d = 0; d < depth; d++)
        values[(map * depth + d) * cells + i] = weight->values[(map * cells + i) * depth + d];
  return cnn_writer_floats (writer, "weight", 4, dims, values);
}

static gboolean
conv_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const ConvParams *p = node->params;
  CnnShape          in = cnn_writer_in (writer, 0);
  CnnTensor *const *weights = cnn_writer_weights (writer);
  const char       *values[3];
  CnnWindow         window = cnn_window_one ();

  if (weights == NULL || !conv_window (node, in, &window, error))
    return FALSE;
  cnn_writer_fixed_padding (writer, &p->pad, &window);
  values[0] = cnn_writer_border (writer, cnn_writer_map (writer, 0), &window);
  values[1] = write_kernels (writer, weights[0]);
  if (p->k.bias.used)
    values[2] = cnn_writer_floats (writer, "bias", 1, (gint64[]) { weights[1]->dims[0] },
                                   weights[1]->values);
  values[0] = cnn_writer_add_list (writer, "Conv", p->k.bias.used ? 3 : 2, values);
  cnn_writer_window (writer, &window);
  if (cnn_conv_kernels_groups (&p->k, in) != 1)
    cnn_writer_int (writer, "group", cnn_conv_kernels_groups (&p->k, in));
  cnn_writer_give (writer, values[0], FALSE);
  return TRUE;
}

const CnnOp cnn_op_conv = {
  .name = "conv",
  .label = N_("Convolution"),
  .blurb = N_("Slides kernels over the maps: each number of the window times the kernel's, added "
              "up over window and channels"),
  .example = "8 3x3 pad=same",
  .group = CNN_GROUP_CONVOLUTION,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .fuses = TRUE,
  .folds = TRUE,
  .params_size = sizeof (ConvParams),
  .params = conv_params,
  .check = conv_check,
  .shape = conv_shape,
  .window = conv_window,
  .weights = cnn_conv_kernels_weights,
  .init = conv_init,
  .halves = conv_halves,
  .takes_planes = conv_takes_planes,
  .gives_planes = conv_gives_planes,
  .grid = conv_grid,
  .macs = conv_macs,
  .map_label = cnn_conv_kernels_label,
  .prepare = conv_prepare,
  .train = conv_train,
  .train_halves = conv_train_halves,
  .explain = conv_explain,
  .write = conv_write,
};
