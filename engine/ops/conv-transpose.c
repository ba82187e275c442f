/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clones.h"
#include "conv-kernels.h"
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
  { .key = "count",
    .of_kernels = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (TransposeParams, k.count),
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
    .offset = offsetof (TransposeParams, k.size),
    .initial = "",
    .min = 1,
    .max = 4095,
    .positional = TRUE,
    .label = N_("Kernel size"),
    .tooltip = N_("Rows and columns of each kernel") },
  { .key = "kernels",
    .type = CNN_PARAM_KERNELS,
    .offset = offsetof (TransposeParams, k.kernels),
    .initial = "",
    .label = N_("Kernel values"),
    .tooltip = N_("Kernels by name or number by number; drawn at random when not said") },
  { .key = "stride",
    .type = CNN_PARAM_SIZE,
    .offset = offsetof (TransposeParams, stride),
    .initial = "1",
    .min = 1,
    .max = 4095,
    .label = N_("Stride"),
    .tooltip = N_("Cells of the output from one input cell's kernel to the next") },
  { .key = "pad",
    .type = CNN_PARAM_PAD,
    .offset = offsetof (TransposeParams, pad),
    .initial = "valid",
    .min = 0,
    .max = 4095,
    .label = N_("Padding"),
    .tooltip = N_("Rows and columns cut off the output; same gives the input's size times the "
                  "stride") },
  { .key = "dilation",
    .rare = TRUE,
    .type = CNN_PARAM_SIZE,
    .offset = offsetof (TransposeParams, dilation),
    .initial = "1",
    .min = 1,
    .max = 4095,
    .label = N_("Dilation"),
    .tooltip = N_("Cells from one number of the kernel to its neighbour") },
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
  { .key = "groups",
    .rare = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (TransposeParams, k.groups),
    .initial = "1",
    .min = 1,
    .max = 1 << 20,
    .zero = "channels",
    .label = N_("Groups"),
    .tooltip = N_("Parts the channels are split into, each with kernels of its own; "
                  "“channels” convolves every channel by itself") },
  { .key = "bias",
    .type = CNN_PARAM_BIAS,
    .offset = offsetof (TransposeParams, k.bias),
    .initial = "yes",
    .min = -1e30,
    .max = 1e30,
    .label = N_("Bias"),
    .tooltip = N_("Whether a number is added to each map, and which; 0 until it is trained") },
  { .key = "seed",
    .rare = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (TransposeParams, seed),
    .initial = "0",
    .min = 0,
    .max = G_MAXINT,
    .label = N_("Seed"),
    .tooltip = N_("Another seed draws other kernels") },
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
  CnnSize                size;
  int                    maps;

  if ((double) in->height * p->stride.height > G_MAXINT / 2 ||
      (double) in->width * p->stride.width > G_MAXINT / 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the padded map is too large"));
      return FALSE;
    }
  if (!transpose_window (node, *in, &window, error) ||
      !cnn_conv_kernels_fit (&p->k, *in, &maps, error))
    return FALSE;
  size = cnn_window_output (&window, (CnnSize) { in->height, in->width });
  *out = (CnnShape) { size.height, size.width, maps };
  return TRUE;
}

static char *
transpose_map_label (const CnnNode *node, int map)
{
  const TransposeParams *p = node->params;

  return cnn_conv_kernels_label (&p->k, map);
}

static guint
transpose_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const TransposeParams *p = node->params;

  return cnn_conv_kernels_weights (&p->k, in, weights);
}

static gboolean
transpose_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
                GError **error)
{
  const TransposeParams *p = node->params;
  CnnSize                size = cnn_conv_kernels_size (&p->k);
  gint64                 fan_in = (gint64) size.height * size.width * weights[0]->dims[3] /
                  ((gint64) p->stride.height * p->stride.width);

  return cnn_conv_kernels_init (&p->k, MAX (fan_in, 1), seed, weights, error);
}

/* Each value of the input meets each number of its group's kernels. */
static gint64
transpose_macs (const CnnNode *node, CnnShape in, CnnShape out)
{
  const TransposeParams *p = node->params;

  return cnn_conv_kernels_macs (&p->k, in, (gint64) in.height * in.width * out.channels);
}

/* --- running -------------------------------------------------------------- */

/* oneDNN has this layer too, but wants tiles in which all windows meet the input, and
 * adds up otherwise in some of them. Here maps are in the lanes, some places at a
 * time use each weight, and a value is always added up in the same order. */
#define LANES  16
#define PLACES 6

typedef struct
{
  CnnStep          step;
  const float     *weights; /* [groups][rows][columns][blocks][depth][LANES] */
  const CnnTensor *bias;
  CnnWindow        window;
  CnnSize          cut;     /* rows and columns cut off before the output's first */
  CnnShape         whole;
  CnnShape         in;
  CnnShape         out;
  int              groups;
  int              depth;   /* channels of a group */
  int              n_maps;  /* of a group */
  int              blocks;  /* of maps */
} TransposeStep;

typedef struct
{
  const CnnTensor *weight;
  int              groups;
  int              blocks;
} Packing;

/* Weights in the order in which they are used; lanes without a map stay 0. */
static void
pack_weights (float *to, gconstpointer data)
{
  const Packing   *packing = data;
  const CnnTensor *weight = packing->weight; /* [maps][rows][columns][depth] */
  int              cells = weight->dims[1] * weight->dims[2], depth = weight->dims[3];
  int              n_maps = weight->dims[0] / packing->groups;

  for (int g = 0; g < packing->groups; g++)
    for (int i = 0; i < cells; i++)
      for (int b = 0; b < packing->blocks; b++)
        for (int d = 0; d < depth; d++, to += LANES)
          for (int m = b * LANES; m < MIN ((b + 1) * LANES, n_maps); m++)
            to[m - b * LANES] =
              weight->values[(((gsize) g * n_maps + m) * cells + i) * depth + d];
}

static inline void
add_places (int n, const float *in, gsize in_next, const float *weights, int depth, int lanes,
            float *out, gsize out_next)
{
  float sums[PLACES][LANES] = { 0 };

  for (int d = 0; d < depth; d++, weights += LANES)
    for (int i = 0; i < n; i++)
      for (int m = 0; m < LANES; m++)
        sums[i][m] += in[i * in_next + d] * weights[m];
  for (int i = 0; i < n; i++)
    for (int m = 0; m < lanes; m++)
      out[i * out_next + m] += sums[i][m];
}

/* Adds @n places of the input, times the weights of one cell of the kernel, to the
 * places of the output that they meet. */
CNN_CLONES static void
add_row (int n, const float *in, gsize in_next, const float *weights, int depth, int lanes,
         float *out, gsize out_next)
{
  for (; n >= PLACES; n -= PLACES, in += PLACES * in_next, out += PLACES * out_next)
    {
      if (lanes == LANES)
        add_places (PLACES, in, in_next, weights, depth, LANES, out, out_next);
      else
        add_places (PLACES, in, in_next, weights, depth, lanes, out, out_next);
    }
  for (; n > 0; n--, in += in_next, out += out_next)
    add_places (1, in, in_next, weights, depth, lanes, out, out_next);
}

/* One row of the input and one cell of the kernel; @base is the column that the first
 * place of the row meets, of this tile. */
static void
add_cell (const TransposeStep *step, const float *in, int cell, gint64 base, float *out)
{
  int          stride = step->window.up.width;
  gint64       first = base < 0 ? (-base + stride - 1) / stride : 0;
  gint64       end = step->out.width > base ? (step->out.width - 1 - base) / stride + 1 : 0;
  int          n = (int) (MIN (end, step->in.width) - first);
  int          n_cells = step->window.kernel.height * step->window.kernel.width;
  const float *weights;

  if (n <= 0)
    return;
  in += first * step->in.channels;
  out += (base + first * stride) * step->out.channels;
  for (int g = 0; g < step->groups; g++, in += step->depth, out += step->n_maps)
    {
      weights = step->weights +
                ((gsize) g * n_cells + cell) * step->blocks * step->depth * LANES;
      for (int b = 0; b < step->blocks; b++, weights += (gsize) step->depth * LANES)
        add_row (n, in, step->in.channels, weights, step->depth,
                 MIN (LANES, step->n_maps - b * LANES), out + b * LANES,
                 (gsize) stride * step->out.channels);
    }
}

static void
begin_row (const TransposeStep *step, float *out)
{
  gsize maps = step->out.channels;

  if (step->bias == NULL)
    memset (out, 0, step->out.width * maps * sizeof (float));
  else
    for (int x = 0; x < step->out.width; x++)
      memcpy (out + x * maps, step->bias->values, maps * sizeof (float));
}

static gboolean
transpose_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const TransposeStep *step = (TransposeStep *) base;
  const CnnWindow     *window = &step->window;
  gsize                row = (gsize) step->out.width * step->out.channels;
  gsize                in_row = (gsize) step->in.width * step->in.channels;
  CnnSize              first = cnn_window_first (window, step->whole, step->in, y, x);
  /* Row and column of the tile's first input, spread out. */
  gint64               top = (gint64) first.height * window->up.height;
  gint64               left = (gint64) first.width * window->up.width;

  for (int r = 0; r < step->out.height; r++, out += row)
    {
      begin_row (step, out);
      for (int k = 0; k < window->kernel.height; k++)
        {
          gint64 from = (gint64) y + r + step->cut.height - k * (gint64) window->dilation.height -
                        top;

          if (from < 0 || from % window->up.height != 0 || from / window->up.height >= step->in.height)
            continue;
          for (int l = 0; l < window->kernel.width; l++)
            add_cell (step, in[0] + from / window->up.height * in_row,
                      k * window->kernel.width + l,
                      left + l * (gint64) window->dilation.width - step->cut.width - x, out);
        }
    }
  return TRUE;
}

static void
transpose_free (CnnStep *base)
{
  g_free (base);
}

static CnnStep *
transpose_prepare (const CnnTask *task, GError **error)
{
  const TransposeParams *p = task->node->params;
  TransposeStep         *step = g_new0 (TransposeStep, 1);
  CnnSize                extent;
  Packing                packing;

  step->step = (CnnStep) { transpose_run, transpose_free };
  cnn_node_window (task->node, task->whole, &step->window, NULL);
  extent = cnn_window_extent (&step->window);
  step->cut = (CnnSize) { extent.height - 1 - step->window.pad.top,
                          extent.width - 1 - step->window.pad.left };
  step->whole = task->whole;
  step->in = task->in[0];
  step->out = task->out;
  step->bias = p->k.bias.used ? task->weights[1] : NULL;
  step->groups = cnn_conv_kernels_groups (&p->k, task->in[0]);
  step->depth = task->weights[0]->dims[3];
  step->n_maps = task->out.channels / step->groups;
  step->blocks = (step->n_maps + LANES - 1) / LANES;
  packing = (Packing) { task->weights[0], step->groups, step->blocks };
  step->weights = cnn_store_get (task->store, "transposed",
                                 (gsize) step->groups * step->window.kernel.height *
                                   step->window.kernel.width * step->blocks * step->depth * LANES,
                                 pack_weights, &packing);
  if (step->weights == NULL)
    {
      transpose_free (&step->step);
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("there is not enough memory for the weights"));
      return NULL;
    }
  return &step->step;
}

/* --- the arithmetic ------------------------------------------------------- */

/* The input's row (column) that meets a kernel's number in an output cell; −1 for none. */
static int
source_of (int at, int cut, int number, int dilation, int stride, int length)
{
  int from = at + cut - number * dilation;

  return from >= 0 && from % stride == 0 && from / stride < length ? from / stride : -1;
}

static void
transpose_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int map,
                   CnnExplanation *explanation)
{
  const TransposeParams *p = task->node->params;
  const CnnTensor       *weight = task->weights[0]; /* [maps][rows][columns][depth] */
  int                    rows = weight->dims[1], columns = weight->dims[2];
  int                    depth = weight->dims[3];
  CnnShape               in = task->in[0];
  int                    groups = cnn_conv_kernels_groups (&p->k, in);
  int                    first = map / (task->out.channels / groups) * depth;
  CnnWindow              window;
  CnnSize                extent;

  cnn_node_window (task->node, in, &window, NULL);
  extent = cnn_window_extent (&window);
  for (int d = 0; d < depth; d++)
    {
      CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_PRODUCTS, 0, first + d,
                                                (CnnSize) { rows, columns }, TRUE);

      for (int i = 0; i < rows * columns; i++)
        {
          int from_y = source_of (y, extent.height - 1 - window.pad.top, i / columns,
                                  p->dilation.height, p->stride.height, in.height);
          int from_x = source_of (x, extent.width - 1 - window.pad.left, i % columns,
                                  p->dilation.width, p->stride.width, in.width);

          part->outside[i] = from_y < 0 || from_x < 0;
          if (!part->outside[i])
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
      /* Where something is put on, the bias is all there is. */
      made = cnn_writer_pad (writer, made, (CnnSides) { -cut.top, -cut.right, -cut.bottom,
                                                        -cut.left }, 0.0);
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
  .weights = transpose_weights,
  .init = transpose_init,
  .macs = transpose_macs,
  .map_label = transpose_map_label,
  .prepare = transpose_prepare,
  .explain = transpose_explain,
  .write = transpose_write,
};
