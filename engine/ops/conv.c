/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "conv-kernels.h"
#include "direct.h"
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
  { .key = "count",
    .of_kernels = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (ConvParams, k.count),
    .initial = "auto",
    .min = 1,
    .max = 1 << 20,
    .positional = TRUE,
    .zero = "auto",
    .label = N_("Kernels"),
    .tooltip = N_("How many kernels there are, and so how many maps come out") },
  { .key = "size",
    .of_kernels = TRUE,
    .type = CNN_PARAM_SIZE,
    .offset = offsetof (ConvParams, k.size),
    .initial = "",
    .min = 1,
    .max = 4095,
    .positional = TRUE,
    .label = N_("Kernel size"),
    .tooltip = N_("Rows and columns of each kernel") },
  { .key = "kernels",
    .type = CNN_PARAM_KERNELS,
    .offset = offsetof (ConvParams, k.kernels),
    .initial = "",
    .label = N_("Kernel values"),
    .tooltip = N_("Kernels by name or number by number; drawn at random when not said") },
  { .key = "stride",
    .type = CNN_PARAM_SIZE,
    .offset = offsetof (ConvParams, stride),
    .initial = "1",
    .min = 1,
    .max = 4095,
    .label = N_("Stride"),
    .tooltip = N_("Cells from one window to the next") },
  { .key = "pad",
    .type = CNN_PARAM_PAD,
    .offset = offsetof (ConvParams, pad),
    .initial = "valid",
    .min = 0,
    .max = 4095,
    .label = N_("Padding"),
    .tooltip = N_("Rows and columns added around the map; same keeps its size") },
  { .key = "border",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (ConvParams, border),
    .initial = "zero",
    .choices = borders,
    .label = N_("Border"),
    .tooltip = N_("What the padding holds") },
  { .key = "dilation",
    .rare = TRUE,
    .type = CNN_PARAM_SIZE,
    .offset = offsetof (ConvParams, dilation),
    .initial = "1",
    .min = 1,
    .max = 4095,
    .label = N_("Dilation"),
    .tooltip = N_("Cells from one number of the kernel to its neighbour") },
  { .key = "groups",
    .rare = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (ConvParams, k.groups),
    .initial = "1",
    .min = 1,
    .max = 1 << 20,
    .zero = "channels",
    .label = N_("Groups"),
    .tooltip = N_("Parts the channels are split into, each with kernels of its own; "
                  "“channels” convolves every channel by itself") },
  { .key = "bias",
    .type = CNN_PARAM_BIAS,
    .offset = offsetof (ConvParams, k.bias),
    .initial = "yes",
    .min = -1e30,
    .max = 1e30,
    .label = N_("Bias"),
    .tooltip = N_("Whether a number is added to each map, and which; 0 until it is trained") },
  { .key = "across",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (ConvParams, k.across),
    .initial = "sum",
    .choices = acrosses,
    .label = N_("Across channels"),
    .tooltip = N_("What a kernel given as one matrix does with several channels: "
                  "add up the results or average them") },
  { .key = "seed",
    .rare = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (ConvParams, seed),
    .initial = "0",
    .min = 0,
    .max = G_MAXINT,
    .label = N_("Seed"),
    .tooltip = N_("Another seed draws other kernels") },
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
  CnnSize           size;
  int               maps;

  if (!conv_window (node, *in, &window, error) ||
      !cnn_conv_kernels_fit (&p->k, *in, &maps, error))
    return FALSE;
  size = cnn_window_output (&window, (CnnSize) { in->height, in->width });
  *out = (CnnShape) { size.height, size.width, maps };
  return TRUE;
}

static char *
conv_map_label (const CnnNode *node, int map)
{
  const ConvParams *p = node->params;

  return cnn_conv_kernels_label (&p->k, map);
}

/* --- weights -------------------------------------------------------------- */

static guint
conv_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const ConvParams *p = node->params;

  return cnn_conv_kernels_weights (&p->k, in, weights);
}

static gboolean
conv_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
           GError **error)
{
  const ConvParams *p = node->params;
  CnnSize           size = cnn_conv_kernels_size (&p->k);

  return cnn_conv_kernels_init (&p->k, (gint64) size.height * size.width * weights[0]->dims[3],
                                seed, weights, error);
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

  if (groups == 1 && cnn_direct_winograd_suits (&window, in.channels, out.channels))
    return WAY_WINOGRAD_IN_LANES;
  if (groups == 1 && cnn_winograd_suits (&window, in.channels, out.channels))
    return WAY_WINOGRAD;
  return cnn_direct_suits (in.channels, out.channels, groups) ? WAY_DIRECT : WAY_ONEDNN;
}

static CnnSize
conv_grid (const CnnNode *node, CnnShape in, CnnShape out)
{
  ConvWay way = conv_way (node, in, out);

  return way == WAY_WINOGRAD || way == WAY_WINOGRAD_IN_LANES ? cnn_winograd_grid ()
                                                             : (CnnSize) { 1, 1 };
}

static gboolean
conv_halves (const CnnNode *node, CnnShape in, CnnShape out)
{
  ConvWay way = conv_way (node, in, out);

  return way == WAY_DIRECT || way == WAY_WINOGRAD_IN_LANES;
}

static CnnStep *
conv_prepare (const CnnTask *task, GError **error)
{
  const ConvParams *p = task->node->params;
  CnnConvolution    conv = { .weights = task->weights[0],
                             .bias = task->weights[1],
                             .stride = p->stride,
                             .dilation = p->dilation,
                             .groups = cnn_conv_kernels_groups (&p->k, task->in[0]) };

  switch (conv_way (task->node, task->in[0], task->out))
    {
    case WAY_DIRECT:
      return cnn_direct_step_new (task, &conv, error);
    case WAY_WINOGRAD:
      return cnn_winograd_step_new (task, error);
    case WAY_WINOGRAD_IN_LANES:
      return cnn_direct_winograd_step_new (task, &conv, error);
    default:
      return cnn_conv_prepare_dnnl (task, &conv, error);
    }
}

/* --- the arithmetic ------------------------------------------------------- */

static void
conv_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int map,
              CnnExplanation *explanation)
{
  const ConvParams *p = task->node->params;
  const CnnTensor  *weight = task->weights[0]; /* [maps][rows][columns][depth] */
  int               rows = weight->dims[1], columns = weight->dims[2], depth = weight->dims[3];
  CnnShape          in = task->in[0];
  int               first = map / (task->out.channels / cnn_conv_kernels_groups (&p->k, in)) * depth;
  CnnWindow         window;

  cnn_node_window (task->node, in, &window, NULL);
  for (int d = 0; d < depth; d++)
    {
      CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_PRODUCTS, 0, first + d,
                                                (CnnSize) { rows, columns }, TRUE);

      for (int i = 0; i < rows * columns; i++)
        {
          int at_y = y * p->stride.height - window.pad.top + i / columns * p->dilation.height;
          int at_x = x * p->stride.width - window.pad.left + i % columns * p->dilation.width;
          int from_y = cnn_border_index (window.border, at_y, in.height);
          int from_x = cnn_border_index (window.border, at_x, in.width);

          part->outside[i] = from_y != at_y || from_x != at_x;
          if (from_y >= 0 && from_x >= 0)
            part->values[i] = cells->read (cells->data, 0, from_y, from_x, first + d);
          part->factors[i] = weight->values[((gsize) map * rows * columns + i) * depth + d];
          part->result += part->values[i] * part->factors[i];
          explanation->magnitude += fabs (part->values[i] * part->factors[i]);
        }
      explanation->value += part->result;
    }
  explanation->has_bias = p->k.bias.used;
  if (p->k.bias.used)
    {
      explanation->bias = task->weights[1]->values[map];
      explanation->value += explanation->bias;
      explanation->magnitude += fabs (explanation->bias);
    }
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
  .weights = conv_weights,
  .init = conv_init,
  .halves = conv_halves,
  .grid = conv_grid,
  .macs = conv_macs,
  .map_label = conv_map_label,
  .prepare = conv_prepare,
  .explain = conv_explain,
  .write = conv_write,
};
