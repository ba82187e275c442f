/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clones.h"
#include "conv-kernels.h"
#include "i18n.h"

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

          if (from < 0 || from % window->up.height != 0 ||
              from / window->up.height >= step->in.height)
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

/**
 * cnn_conv_transpose_step_new:
 * @task: a transposed convolution, with its window
 * @k: its kernels
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_conv_transpose_step_new (const CnnTask *task, const CnnConvKernels *k, GError **error)
{
  TransposeStep *step = g_new0 (TransposeStep, 1);
  CnnSize        extent;
  Packing        packing;

  step->step = (CnnStep) { transpose_run, transpose_free };
  cnn_node_window (task->node, task->whole, &step->window, NULL);
  extent = cnn_window_extent (&step->window);
  step->cut = (CnnSize) { extent.height - 1 - step->window.pad.top,
                          extent.width - 1 - step->window.pad.left };
  step->whole = task->whole;
  step->in = task->in[0];
  step->out = task->out;
  step->bias = k->bias.used ? task->weights[1] : NULL;
  step->groups = cnn_conv_kernels_groups (k, task->in[0]);
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
