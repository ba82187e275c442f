/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>

#include "direct.h"
#include "i18n.h"
#include "ops.h"
#include "weights.h"
#include "winograd.h"
#include "writer.h"

typedef struct
{
  int        count;
  CnnSize    size;
  GPtrArray *kernels; /* of CnnKernel */
  CnnSize    stride;
  CnnPad     pad;
  int        border;
  CnnSize    dilation;
  int        groups; /* 0: as many as channels */
  CnnBias    bias;
  int        across;
  int        seed;
} ConvParams;

enum
{
  ACROSS_SUM,
  ACROSS_MEAN
};

static const CnnChoice borders[] = {
  [CNN_BORDER_ZERO] = { "zero", N_("Zero") },
  [CNN_BORDER_REFLECT] = { "reflect", N_("Reflect") },
  [CNN_BORDER_REPLICATE] = { "replicate", N_("Replicate") },
  [CNN_BORDER_WRAP] = { "wrap", N_("Wrap around") },
  { NULL },
};

static const CnnChoice acrosses[] = {
  [ACROSS_SUM] = { "sum", N_("Sum") },
  [ACROSS_MEAN] = { "mean", N_("Mean") },
  { NULL },
};

static const CnnParam conv_params[] = {
  { .key = "count",
    .of_kernels = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (ConvParams, count),
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
    .offset = offsetof (ConvParams, size),
    .initial = "",
    .min = 1,
    .max = 4095,
    .positional = TRUE,
    .label = N_("Kernel size"),
    .tooltip = N_("Rows and columns of each kernel") },
  { .key = "kernels",
    .type = CNN_PARAM_KERNELS,
    .offset = offsetof (ConvParams, kernels),
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
    .offset = offsetof (ConvParams, groups),
    .initial = "1",
    .min = 1,
    .max = 1 << 20,
    .zero = "channels",
    .label = N_("Groups"),
    .tooltip = N_("Parts the channels are split into, each with kernels of its own; "
                  "“channels” convolves every channel by itself") },
  { .key = "bias",
    .type = CNN_PARAM_BIAS,
    .offset = offsetof (ConvParams, bias),
    .initial = "yes",
    .min = -1e30,
    .max = 1e30,
    .label = N_("Bias"),
    .tooltip = N_("Whether a number is added to each map, and which; 0 until it is trained") },
  { .key = "across",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (ConvParams, across),
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

static CnnSize
kernel_size (const ConvParams *p)
{
  CnnSize size = p->size;

  if (size.height == 0)
    for (guint i = 0; i < p->kernels->len; i++)
      {
        CnnSize own = cnn_kernel_size (p->kernels->pdata[i]);

        size.height = MAX (size.height, own.height);
        size.width = MAX (size.width, own.width);
      }
  return size;
}

/* One matrix of a kernel at the layer's size, [size.height][size.width]; what
 * is smaller stands in the middle of zeros. */
static gboolean
kernel_matrix (const CnnKernel *kernel, int matrix, CnnSize size, double *values, GError **error)
{
  int top = (size.height - kernel->size.height) / 2, left = (size.width - kernel->size.width) / 2;
  const double *from;

  if (kernel->kind)
    return cnn_kernel_draw (kernel->kind, kernel->args, size, values, error);
  if (kernel->size.height > size.height || kernel->size.width > size.width)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the matrix is %d×%d and does not fit into %d×%d"), kernel->size.height,
                   kernel->size.width, size.height, size.width);
      return FALSE;
    }
  from = kernel->values + (gsize) matrix * kernel->size.height * kernel->size.width;
  for (int i = 0; i < size.height * size.width; i++)
    values[i] = 0.0;
  for (int y = 0; y < kernel->size.height; y++)
    for (int x = 0; x < kernel->size.width; x++)
      values[(top + y) * size.width + left + x] = *from++;
  return TRUE;
}

static gboolean
conv_check (gconstpointer params, GError **error)
{
  const ConvParams   *p = params;
  g_autofree double *values = NULL;
  CnnSize            size;

  if (p->kernels == NULL && p->count == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected how many kernels, as in “conv 8 3x3”, or which, as in "
                     "“conv kernels=sobel-x”"));
      return FALSE;
    }
  if (p->kernels == NULL && p->size.height == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected the kernels' size, as in “conv %d 3x3”"), p->count);
      return FALSE;
    }
  if (p->kernels == NULL)
    return TRUE;
  if (p->count > 0 && p->groups > 0 && p->count != (int) p->kernels->len)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("found a list of %u kernels, expected %d as the layer says"), p->kernels->len,
                   p->count);
      return FALSE;
    }
  size = kernel_size (p);
  values = g_new (double, (gsize) size.height * size.width);
  for (guint i = 0; i < p->kernels->len; i++)
    if (!kernel_matrix (p->kernels->pdata[i], 0, size, values, error))
      return FALSE;
  return TRUE;
}

static int
conv_groups (const ConvParams *p, CnnShape in)
{
  return p->groups > 0 ? p->groups : in.channels;
}

/* Maps that come out. */
static gint64
conv_maps (const ConvParams *p, CnnShape in)
{
  if (p->count > 0)
    return p->count;
  return p->groups > 0 ? p->kernels->len : (gint64) p->kernels->len * in.channels;
}

static gboolean
conv_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const ConvParams *p = node->params;

  window->kernel = kernel_size (p);
  window->stride = p->stride;
  window->dilation = p->dilation;
  window->border = p->border;
  return cnn_window_resolve (window, &p->pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
conv_check_channels (const ConvParams *p, CnnShape in, gint64 maps, GError **error)
{
  int groups = conv_groups (p, in);

  if (in.channels % groups != 0 || maps % groups != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("%d channels and %" PRId64 " kernels cannot be split into %d groups"),
                   in.channels, maps, groups);
      return FALSE;
    }
  for (guint i = 0; p->kernels && i < p->kernels->len; i++)
    {
      const CnnKernel *kernel = p->kernels->pdata[i];

      if (kernel->depth > 0 && kernel->depth != in.channels / groups)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                       _("kernel %u has %d matrices, expected one for each of %d channels"), i + 1,
                       kernel->depth, in.channels / groups);
          return FALSE;
        }
    }
  if (p->kernels && maps != (p->groups > 0 ? (gint64) p->kernels->len
                                           : (gint64) p->kernels->len * in.channels))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("%u kernels on each of %d channels do not make %" PRId64 " maps"),
                   p->kernels->len, in.channels, maps);
      return FALSE;
    }
  if (p->bias.values.n > 1 && p->bias.values.n != maps)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("found %d biases, expected one, or one for each of %" PRId64 " maps"),
                   p->bias.values.n, maps);
      return FALSE;
    }
  return TRUE;
}

static gboolean
conv_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  gint64    maps = conv_maps (node->params, *in);
  CnnWindow window = cnn_window_one ();
  CnnSize   size;

  if (!conv_window (node, *in, &window, error) ||
      !conv_check_channels (node->params, *in, maps, error))
    return FALSE;
  if (maps > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%" PRId64 " maps are too many"),
                   maps);
      return FALSE;
    }
  size = cnn_window_output (&window, (CnnSize) { in->height, in->width });
  *out = (CnnShape) { size.height, size.width, (int) maps };
  return TRUE;
}

static char *
conv_map_label (const CnnNode *node, int map)
{
  const ConvParams *p = node->params;
  g_autofree char  *name = NULL;
  const CnnKernel  *kernel;

  if (p->kernels == NULL)
    return NULL;
  kernel = p->kernels->pdata[(guint) map % p->kernels->len];
  if (kernel->kind == NULL)
    return NULL;
  name = cnn_kernel_print (kernel);
  if (p->groups > 0)
    return g_steal_pointer (&name);
  return g_strdup_printf (_("%s of channel %d"), name, map / (int) p->kernels->len + 1);
}

/* --- weights -------------------------------------------------------------- */

static guint
conv_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const ConvParams *p = node->params;
  CnnSize           size = kernel_size (p);
  int               maps = (int) conv_maps (p, in), depth = in.channels / conv_groups (p, in);

  weights[0] = (CnnWeight) { "weight", 4, { maps, size.height, size.width, depth }, TRUE };
  weights[1] = (CnnWeight) { "bias", 1, { maps }, TRUE };
  return p->bias.used ? 2 : 1;
}

static gboolean
conv_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
           GError **error)
{
  const ConvParams  *p = node->params;
  CnnSize            size = kernel_size (p);
  gsize              cells = (gsize) size.height * size.width;
  int                maps = weights[0]->dims[0], depth = weights[0]->dims[3];
  g_autofree double *matrix = g_new (double, cells);
  float             *to = weights[0]->values; /* [maps][size.height][size.width][depth] */

  if (p->bias.used)
    cnn_weights_fill (weights[1], &p->bias.values, 0.0);
  if (p->kernels == NULL)
    {
      cnn_weights_draw_he (weights[0], (gint64) cells * depth, seed);
      return TRUE;
    }
  for (int map = 0; map < maps; map++, to += cells * depth)
    {
      const CnnKernel *kernel = p->kernels->pdata[(guint) map % p->kernels->len];
      double           share = kernel->depth == 0 && p->across == ACROSS_MEAN ? depth : 1;

      for (int d = 0; d < depth; d++)
        {
          if ((d == 0 || kernel->depth > 0) && !kernel_matrix (kernel, d, size, matrix, error))
            return FALSE;
          for (gsize i = 0; i < cells; i++)
            to[i * depth + d] = (float) (matrix[i] / share);
        }
    }
  return TRUE;
}

static gint64
conv_macs (const CnnNode *node, CnnShape in, CnnShape out)
{
  const ConvParams *p = node->params;
  CnnSize           size = kernel_size (p);
  double            macs = (double) cnn_shape_cells (out) * size.height * size.width *
                (in.channels / conv_groups (p, in));

  return macs < (double) G_MAXINT64 ? (gint64) macs : G_MAXINT64;
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
  int               groups = conv_groups (p, in);
  CnnWindow         window = {
    .kernel = kernel_size (p),
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
prepare_dnnl (const CnnTask *task, GError **error)
{
  const ConvParams     *p = task->node->params;
  const CnnTensor      *weight = task->weights[0]; /* [maps][rows][columns][depth] */
  dnnl_dim_t            maps = weight->dims[0], rows = weight->dims[1], columns = weight->dims[2];
  dnnl_dim_t            depth = weight->dims[3];
  dnnl_dim_t            groups = conv_groups (p, task->in[0]);
  dnnl_dims_t           strides = { p->stride.height, p->stride.width };
  dnnl_dims_t           dilates = { p->dilation.height - 1, p->dilation.width - 1 };
  dnnl_dims_t           before = { task->pad.top, task->pad.left };
  dnnl_dims_t           after = { task->pad.bottom, task->pad.right };
  dnnl_dims_t           dims = { maps, depth, rows, columns };
  dnnl_dims_t           order = { rows * columns * depth, 1, columns * depth, depth };
  dnnl_dims_t           group_dims = { groups, maps / groups, depth, rows, columns };
  dnnl_dims_t           group_order = { maps / groups * order[0], order[0], 1, order[2], order[3] };
  dnnl_dims_t           bias_dims = { maps };
  dnnl_memory_desc_t    in, out, any, have, bias = NULL;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  CnnStep              *step = NULL;
  gboolean              ok;

  if (task->then)
    cnn_dnnl_attr_then (attr, task->then);
  in = cnn_dnnl_maps (task->in[0]);
  out = cnn_dnnl_maps (task->out);
  if (groups > 1)
    {
      dnnl_memory_desc_create_with_strides (&have, 5, group_dims, dnnl_f32, group_order);
      dnnl_memory_desc_create_with_tag (&any, 5, group_dims, dnnl_f32, dnnl_format_tag_any);
    }
  else
    {
      dnnl_memory_desc_create_with_strides (&have, 4, dims, dnnl_f32, order);
      dnnl_memory_desc_create_with_tag (&any, 4, dims, dnnl_f32, dnnl_format_tag_any);
    }
  if (p->bias.used)
    dnnl_memory_desc_create_with_tag (&bias, 1, bias_dims, dnnl_f32, dnnl_a);
  ok = cnn_dnnl_check (dnnl_convolution_forward_primitive_desc_create (
                         &desc, cnn_dnnl_engine (), dnnl_forward_inference, dnnl_convolution_direct,
                         in, any, bias, out, strides, dilates, before, after, attr),
                       task, error);
  if (ok)
    step = cnn_dnnl_step_new (desc, task, error);
  ok = step != NULL && cnn_dnnl_step_bind_maps (step, task, error) &&
       cnn_dnnl_step_weight (step, DNNL_ARG_WEIGHTS, have, weight, task, error) &&
       (!p->bias.used || cnn_dnnl_step_weight (step, DNNL_ARG_BIAS, bias, task->weights[1], task,
                                               error));
  if (!ok)
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (in);
  dnnl_memory_desc_destroy (out);
  dnnl_memory_desc_destroy (any);
  dnnl_memory_desc_destroy (have);
  if (bias)
    dnnl_memory_desc_destroy (bias);
  dnnl_primitive_attr_destroy (attr);
  return step;
}

static CnnStep *
conv_prepare (const CnnTask *task, GError **error)
{
  const ConvParams *p = task->node->params;
  CnnConvolution    conv = { .weights = task->weights[0],
                             .bias = p->bias.used ? task->weights[1] : NULL,
                             .stride = p->stride,
                             .dilation = p->dilation,
                             .groups = conv_groups (p, task->in[0]) };

  switch (conv_way (task->node, task->in[0], task->out))
    {
    case WAY_DIRECT:
      return cnn_direct_step_new (task, &conv, error);
    case WAY_WINOGRAD:
      return cnn_winograd_step_new (task, error);
    case WAY_WINOGRAD_IN_LANES:
      return cnn_direct_winograd_step_new (task, &conv, error);
    default:
      return prepare_dnnl (task, error);
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
  int               first = map / (task->out.channels / conv_groups (p, in)) * depth;
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
  explanation->has_bias = p->bias.used;
  if (p->bias.used)
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
  if (p->bias.used)
    values[2] = cnn_writer_floats (writer, "bias", 1, (gint64[]) { weights[1]->dims[0] },
                                   weights[1]->values);
  values[0] = cnn_writer_add_list (writer, "Conv", p->bias.used ? 3 : 2, values);
  cnn_writer_window (writer, &window);
  if (conv_groups (p, in) != 1)
    cnn_writer_int (writer, "group", conv_groups (p, in));
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
