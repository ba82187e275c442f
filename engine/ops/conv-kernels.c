/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-kernels.h"

#include <inttypes.h>
#include <math.h>

#include "i18n.h"
#include "weights.h"

/**
 * cnn_conv_kernels_size:
 *
 * Returns: rows and columns of each kernel
 */
CnnSize
cnn_conv_kernels_size (const CnnConvKernels *k)
{
  CnnSize size = k->size;

  if (size.height == 0)
    for (guint i = 0; i < k->kernels->len; i++)
      {
        CnnSize own = cnn_kernel_size (k->kernels->pdata[i]);

        size.height = MAX (size.height, own.height);
        size.width = MAX (size.width, own.width);
      }
  return size;
}

static gboolean
kernel_fits (const CnnKernel *kernel, CnnSize size, GError **error)
{
  if (kernel->kind)
    return cnn_kernel_fits (kernel->kind, kernel->args, size, error);
  if (kernel->size.height <= size.height && kernel->size.width <= size.width)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("the matrix is %d×%d and does not fit into %d×%d"), kernel->size.height,
               kernel->size.width, size.height, size.width);
  return FALSE;
}

/* One matrix of a kernel at the layer's size, [size.height][size.width]; what
 * is smaller stands in the middle of zeros. */
static gboolean
kernel_matrix (const CnnKernel *kernel, int matrix, CnnSize size, double *values, GError **error)
{
  int top = (size.height - kernel->size.height) / 2, left = (size.width - kernel->size.width) / 2;
  gsize from;

  if (kernel->kind)
    return cnn_kernel_draw (kernel->kind, kernel->args, size, values, error);
  if (!kernel_fits (kernel, size, error))
    return FALSE;
  from = (gsize) matrix * kernel->size.height * kernel->size.width;
  for (int i = 0; i < size.height * size.width; i++)
    values[i] = 0.0;
  for (int y = 0; y < kernel->size.height; y++)
    for (int x = 0; x < kernel->size.width; x++)
      values[(top + y) * size.width + left + x] = cnn_kernel_value (kernel, from++);
  return TRUE;
}

/**
 * cnn_conv_kernels_check:
 *
 * Returns: whether the listed kernels are as many and as large as the layer says;
 *   otherwise %CNN_ERROR_SPEC is set
 */
gboolean
cnn_conv_kernels_check (const CnnConvKernels *k, GError **error)
{
  CnnSize size;

  if (k->kernels == NULL)
    return TRUE;
  if (k->count > 0 && k->groups > 0 && k->count != (int) k->kernels->len)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("found a list of %u kernels, expected %d as the layer says"), k->kernels->len,
                   k->count);
      return FALSE;
    }
  size = cnn_conv_kernels_size (k);
  for (guint i = 0; i < k->kernels->len; i++)
    if (!kernel_fits (k->kernels->pdata[i], size, error))
      return FALSE;
  return TRUE;
}

/**
 * cnn_conv_kernels_groups:
 * @in: shape of the input
 *
 * Returns: parts its channels are split into
 */
int
cnn_conv_kernels_groups (const CnnConvKernels *k, CnnShape in)
{
  return k->groups > 0 ? k->groups : in.channels;
}

/* Maps that come out. */
static gint64
n_maps (const CnnConvKernels *k, CnnShape in)
{
  if (k->count > 0)
    return k->count;
  return k->groups > 0 ? k->kernels->len : (gint64) k->kernels->len * in.channels;
}

/* Whether the kernels fit the input's channels, and how many maps come out. */
static gboolean
kernels_fit (const CnnConvKernels *k, CnnShape in, int *maps, GError **error)
{
  int    groups = cnn_conv_kernels_groups (k, in);
  gint64 n = n_maps (k, in);

  if (in.channels % groups != 0 || n % groups != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("%d channels and %" PRId64 " kernels cannot be split into %d groups"),
                   in.channels, n, groups);
      return FALSE;
    }
  for (guint i = 0; k->kernels && i < k->kernels->len; i++)
    {
      const CnnKernel *kernel = k->kernels->pdata[i];

      if (kernel->depth > 0 && kernel->depth != in.channels / groups)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                       _("kernel %u has %d matrices, expected one for each of %d channels"), i + 1,
                       kernel->depth, in.channels / groups);
          return FALSE;
        }
    }
  /* Of channels by themselves all kernels are for each, or each for one map. */
  if (k->kernels && n != k->kernels->len &&
      (k->groups > 0 || n != (gint64) k->kernels->len * in.channels))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("%u kernels on each of %d channels do not make %" PRId64 " maps"),
                   k->kernels->len, in.channels, n);
      return FALSE;
    }
  if (k->bias.values.n > 1 && k->bias.values.n != n)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("found %d biases, expected one, or one for each of %" PRId64 " maps"),
                   k->bias.values.n, n);
      return FALSE;
    }
  if (n > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%" PRId64 " maps are too many"), n);
      return FALSE;
    }
  *maps = (int) n;
  return TRUE;
}

/**
 * cnn_conv_kernels_shape:
 * @in: shape of the input
 * @window: of the layer
 * @out: (out): shape of the output
 *
 * Returns: whether the kernels fit the input's channels; otherwise %CNN_ERROR_SHAPE
 *   or %CNN_ERROR_LIMIT is set
 */
gboolean
cnn_conv_kernels_shape (const CnnConvKernels *k, CnnShape in, const CnnWindow *window,
                        CnnShape *out, GError **error)
{
  CnnSize size;
  int     maps;

  if (!kernels_fit (k, in, &maps, error))
    return FALSE;
  size = cnn_window_output (window, (CnnSize) { in.height, in.width });
  *out = (CnnShape) { size.height, size.width, maps };
  return TRUE;
}

/**
 * cnn_conv_kernels_label:
 * @map: number of a map that comes out
 *
 * The @map_label of both.
 *
 * Returns: (transfer full) (nullable): the name of its kernel
 */
char *
cnn_conv_kernels_label (const CnnNode *node, int map)
{
  const CnnConvKernels *k = node->params;
  g_autofree char      *name = NULL;
  const CnnKernel      *kernel;

  if (k->kernels == NULL)
    return NULL;
  kernel = k->kernels->pdata[(guint) map % k->kernels->len];
  if (kernel->kind == NULL)
    return NULL;
  name = cnn_kernel_print (kernel);
  if (k->groups > 0 || k->count == (int) k->kernels->len)
    return g_steal_pointer (&name);
  return g_strdup_printf (_("%s of channel %d"), name, map / (int) k->kernels->len + 1);
}

/**
 * cnn_conv_kernels_weights:
 * @in: shape of the input, which the kernels fit
 * @weights: (out): weight, [maps][rows][columns][channels / groups], and bias, [maps]
 *
 * The @weights of both.
 *
 * Returns: how many there are
 */
guint
cnn_conv_kernels_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const CnnConvKernels *k = node->params;
  CnnSize               size = cnn_conv_kernels_size (k);
  int maps = (int) n_maps (k, in), depth = in.channels / cnn_conv_kernels_groups (k, in);

  weights[0] = (CnnWeight) { "weight", 4, { maps, size.height, size.width, depth }, TRUE };
  weights[1] = (CnnWeight) { "bias", 1, { maps }, TRUE };
  return k->bias.used ? 2 : 1;
}

/**
 * cnn_conv_kernels_init:
 * @fan_in: how many inputs are added up in one output cell
 * @fan_out: how many output cells an input is added to
 * @seed: of kernels that are drawn
 * @weights: what cnn_conv_kernels_weights() lists, to be filled
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_conv_kernels_init (const CnnConvKernels *k, gint64 fan_in, gint64 fan_out, guint64 seed,
                       CnnTensor *const *weights, GError **error)
{
  CnnSize            size = cnn_conv_kernels_size (k);
  gsize              cells = (gsize) size.height * size.width;
  int                maps = weights[0]->dims[0], depth = weights[0]->dims[3];
  g_autofree double *matrix = g_new (double, cells);
  float             *to = weights[0]->values; /* [maps][size.height][size.width][depth] */

  if (k->bias.used)
    cnn_weights_fill (weights[1], &k->bias.values, 0.0);
  if (k->kernels == NULL)
    {
      cnn_weights_draw (weights[0], k->init, fan_in, fan_out, seed);
      return TRUE;
    }
  for (int map = 0; map < maps; map++, to += cells * depth)
    {
      const CnnKernel *kernel = k->kernels->pdata[(guint) map % k->kernels->len];
      double           share = kernel->depth == 0 && k->across == CNN_ACROSS_MEAN ? depth : 1;

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

/**
 * cnn_conv_kernels_macs:
 * @in: shape of the input
 * @cells: cells, each of which takes a whole kernel
 *
 * Returns: multiplications with a weight
 */
gint64
cnn_conv_kernels_macs (const CnnConvKernels *k, CnnShape in, gint64 cells)
{
  CnnSize size = cnn_conv_kernels_size (k);
  double  macs = (double) cells * size.height * size.width *
                (in.channels / cnn_conv_kernels_groups (k, in));

  return macs < (double) G_MAXINT64 ? (gint64) macs : G_MAXINT64;
}

/**
 * cnn_conv_kernels_explain:
 * @y: row of a cell of the output
 * @x: its column
 * @map: its map
 * @source: which cell each number of the kernel meets
 *
 * The @explain of both: for each channel of the map's group the products with its kernel,
 * then the bias.
 */
void
cnn_conv_kernels_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int map,
                          CnnConvSource source, CnnExplanation *explanation)
{
  const CnnConvKernels *k = task->node->params;
  const CnnTensor      *weight = task->weights[0]; /* [maps][rows][columns][depth] */
  int                   rows = weight->dims[1], columns = weight->dims[2];
  int                   depth = weight->dims[3];
  CnnShape              in = task->in[0];
  int                   maps = task->out.channels / cnn_conv_kernels_groups (k, in);
  int                   first = map / maps * depth;
  CnnWindow             window;

  cnn_node_window (task->node, in, &window, NULL);
  for (int d = 0; d < depth; d++)
    {
      CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_PRODUCTS, 0, first + d,
                                                (CnnSize) { rows, columns }, TRUE);

      for (int i = 0; i < rows * columns; i++)
        {
          CnnSize from;

          part->outside[i] = source (task, &window, y, x,
                                     (CnnSize) { i / columns, i % columns }, &from);
          if (from.height >= 0 && from.width >= 0)
            part->values[i] = cells->read (cells->data, 0, from.height, from.width, first + d);
          part->factors[i] = weight->values[((gsize) map * rows * columns + i) * depth + d];
          part->result += part->values[i] * part->factors[i];
          explanation->magnitude += fabs (part->values[i] * part->factors[i]);
        }
      explanation->value += part->result;
    }
  explanation->has_bias = k->bias.used;
  if (k->bias.used)
    {
      explanation->bias = task->weights[1]->values[map];
      explanation->value += explanation->bias;
      explanation->magnitude += fabs (explanation->bias);
    }
}
