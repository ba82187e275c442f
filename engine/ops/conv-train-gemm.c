/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#include "clones.h"

/* Any convolution: the windows of some rows written out, one in each row of a matrix, and a
 * product of matrices; or such a product, and its rows added to where the windows are. */

/* Floats of the windows written out at a time: they stay in the cache. */
#define ROOM (96 * 1024)

typedef struct
{
  CnnConvPart      part;
  CnnConvWindows   w;
  CnnConvDirection direction;
  const float     *weights; /* [maps][rows][columns][depth] */
  int              depth;   /* channels of a group */
  int              maps;    /* of a group */
  gsize            window;  /* numbers of a window, of a group */
  int              n_rows;  /* of the output at a time */
  gboolean         plain;   /* a window is a cell: there is nothing to write out */
  float           *written; /* [n_rows][out.width][window] */
} Gemm;

/* Columns of the kernel from *first up to the result meet the input's. */
static int
columns_inside (const CnnConvWindows *w, int x, int *first)
{
  int by = w->dilation.width, before = x < 0 ? (-x + by - 1) / by : 0;
  int end = x < w->in.width ? (w->in.width - 1 - x) / by + 1 : 0;

  end = MIN (end, w->kernel.width);
  *first = MIN (before, end);
  return end;
}

/* The window at row @y and column @x of one group of @in, row by row of the kernel. */
static void
write_window (const Gemm *gemm, const float *in, int y, int x, float *to)
{
  const CnnConvWindows *w = &gemm->w;
  gsize                 depth = gemm->depth, row = w->kernel.width * depth;
  gsize                 next = (gsize) w->dilation.width * w->in.channels;
  int                   first, end = columns_inside (w, x, &first);

  for (int r = 0; r < w->kernel.height; r++, y += w->dilation.height, to += row)
    {
      const float *from;

      if (y < 0 || y >= w->in.height || first == end)
        {
          memset (to, 0, row * sizeof (float));
          continue;
        }
      from = in + (gsize) y * w->in.width * w->in.channels + (gssize) x * w->in.channels;
      memset (to, 0, first * depth * sizeof (float));
      if (next == depth)
        memcpy (to + first * depth, from + first * next, (end - first) * depth * sizeof (float));
      else
        for (int c = first; c < end; c++)
          memcpy (to + c * depth, from + c * next, depth * sizeof (float));
      memset (to + end * depth, 0, row * sizeof (float) - end * depth * sizeof (float));
    }
}

CNN_CLONES static void
add_numbers (float *restrict to, const float *restrict from, gsize n)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

/* Adds what @from says of a window to the cells that it is of. */
static void
add_window (const Gemm *gemm, const float *from, int y, int x, float *in)
{
  const CnnConvWindows *w = &gemm->w;
  gsize                 depth = gemm->depth, row = w->kernel.width * depth;
  gsize                 next = (gsize) w->dilation.width * w->in.channels;
  int                   first, end = columns_inside (w, x, &first);

  for (int r = 0; r < w->kernel.height; r++, y += w->dilation.height, from += row)
    {
      float *to;

      if (y < 0 || y >= w->in.height)
        continue;
      to = in + (gsize) y * w->in.width * w->in.channels + (gssize) x * w->in.channels;
      if (next == depth)
        add_numbers (to + first * depth, from + first * depth, (end - first) * depth);
      else
        for (int c = first; c < end; c++)
          add_numbers (to + c * next, from + c * depth, depth);
    }
}

/* The windows of @n_rows rows of the output from @y on, written out or added. */
static void
move_windows (const Gemm *gemm, int y, int n_rows, const float *in, float *d_in)
{
  const CnnConvWindows *w = &gemm->w;
  float                *window = gemm->written;

  for (int i = y; i < y + n_rows; i++)
    for (int j = 0; j < w->out.width; j++, window += gemm->window)
      {
        int at_y = i * w->stride.height - w->top, at_x = j * w->stride.width - w->left;

        if (in)
          write_window (gemm, in, at_y, at_x, window);
        else
          add_window (gemm, window, at_y, at_x, d_in);
      }
}

static void
begin_maps (float *to, gsize n_cells, int channels, const float *bias)
{
  if (bias == NULL)
    memset (to, 0, n_cells * channels * sizeof (float));
  else
    for (gsize i = 0; i < n_cells; i++)
      memcpy (to + i * channels, bias, channels * sizeof (float));
}

/* One group of some rows: where the windows are in the input and which maps there are. */
static gboolean
multiply (const Gemm *gemm, int y, int n_rows, int group, const float *in, float *d_in,
          const float *d_out, float *out, float *d_weights)
{
  const CnnConvWindows *w = &gemm->w;
  dnnl_dim_t            maps = gemm->maps, all = w->out.channels, window = gemm->window;
  dnnl_dim_t            n = (dnnl_dim_t) n_rows * w->out.width;
  dnnl_dim_t            row = gemm->plain ? w->in.channels : window;
  gsize                 at = (gsize) y * w->out.width;
  gsize                 to = at * w->out.channels + (gsize) group * gemm->maps;
  gsize                 from = at * w->in.channels + (gsize) group * gemm->depth;
  gsize                 weights = (gsize) group * gemm->maps * gemm->window;
  const float          *windows = gemm->plain ? in + from : gemm->written;

  if (in && !gemm->plain)
    move_windows (gemm, y, n_rows, in + (gsize) group * gemm->depth, NULL);
  switch (gemm->direction)
    {
    case CNN_CONV_FORWARD:
      return dnnl_sgemm ('N', 'T', n, maps, window, 1.0f, windows, row, gemm->weights + weights,
                         window, 1.0f, out + to, all) == dnnl_success;
    case CNN_CONV_WEIGHTS:
      return dnnl_sgemm ('T', 'N', maps, window, n, 1.0f, d_out + to, all, windows, row, 1.0f,
                         d_weights + weights, window) == dnnl_success;
    default:
      if (gemm->plain)
        return dnnl_sgemm ('N', 'N', n, window, maps, 1.0f, d_out + to, all,
                           gemm->weights + weights, window, 1.0f, d_in + from, row) ==
               dnnl_success;
      if (dnnl_sgemm ('N', 'N', n, window, maps, 1.0f, d_out + to, all, gemm->weights + weights,
                      window, 0.0f, gemm->written, window) != dnnl_success)
        return FALSE;
      move_windows (gemm, y, n_rows, NULL, d_in + (gsize) group * gemm->depth);
      return TRUE;
    }
}

static gboolean
gemm_run (CnnConvPart *part, guint n, const float *a, const float *b, float *to)
{
  const Gemm           *gemm = (Gemm *) part;
  const CnnConvWindows *w = &gemm->w;
  gsize                 in_size = cnn_shape_cells (w->in), out_size = cnn_shape_cells (w->out);
  gboolean              back = gemm->direction == CNN_CONV_BACK;
  const float          *in = back ? NULL : a;
  const float          *d_out = back ? a : b;
  float                *d_in = back ? to : NULL;

  if (gemm->direction == CNN_CONV_FORWARD)
    begin_maps (to, (gsize) n * w->out.height * w->out.width, w->out.channels, b);
  else if (back)
    begin_maps (to, (gsize) n * w->in.height * w->in.width, w->in.channels, b);
  for (guint i = 0; i < n; i++)
    {
      for (int y = 0; y < w->out.height; y += gemm->n_rows)
        for (int g = 0; g < w->groups; g++)
          if (!multiply (gemm, y, MIN (gemm->n_rows, w->out.height - y), g, in, d_in, d_out, to,
                         to))
            return FALSE;
      if (back)
        d_in += in_size;
      else
        in += in_size;
      if (gemm->direction == CNN_CONV_FORWARD)
        to += out_size;
      else
        d_out += out_size;
    }
  return TRUE;
}

static void
gemm_load (CnnConvPart *part, const float *weights)
{
  ((Gemm *) part)->weights = weights;
}

static void
gemm_free (CnnConvPart *part)
{
  cnn_floats_free (((Gemm *) part)->written);
  g_free (part);
}

/**
 * cnn_conv_gemm_new:
 *
 * Returns: (transfer full) (nullable): the part, which reads the weights where they are;
 *   %NULL when there is not enough memory
 */
CnnConvPart *
cnn_conv_gemm_new (const CnnConvWindows *windows, CnnConvDirection direction)
{
  Gemm *gemm = g_new0 (Gemm, 1);
  gsize row;

  gemm->part = (CnnConvPart) { gemm_load, gemm_run, gemm_free };
  gemm->w = *windows;
  gemm->direction = direction;
  gemm->depth = windows->in.channels / windows->groups;
  gemm->maps = windows->out.channels / windows->groups;
  gemm->window = (gsize) windows->kernel.height * windows->kernel.width * gemm->depth;
  gemm->plain = windows->kernel.height == 1 && windows->kernel.width == 1 &&
                windows->stride.height == 1 && windows->stride.width == 1 && windows->top == 0 &&
                windows->left == 0 && windows->in.height == windows->out.height &&
                windows->in.width == windows->out.width;
  row = windows->out.width * gemm->window;
  gemm->n_rows = gemm->plain ? windows->out.height
                             : (int) CLAMP (ROOM / row, 1, (gsize) windows->out.height);
  gemm->written = gemm->plain ? NULL : cnn_floats_alloc (gemm->n_rows * row);
  if (!gemm->plain && gemm->written == NULL)
    g_clear_pointer (&gemm, g_free);
  return (CnnConvPart *) gemm;
}
