/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-private.h"

/* How good one kernel is on some cells. */

/* Cells that a thread takes at a time. */
#define CHUNK CNN_WINDOW_ROWS

typedef struct
{
  const CnnOneKernel *kernel;
  const CnnPairs     *pairs;
  GArray             *cells;
  double             *squares; /* [chunks] */
  double             *weights; /* [chunks] */
} Trial;

static double
made_of (const CnnOneKernel *kernel, const float *row, gsize o)
{
  gsize  seen = kernel->across ? (gsize) kernel->n_channels : 1;
  gsize  cells = (gsize) kernel->size * kernel->size;
  double sum = kernel->offset[o];

  if (kernel->across)
    return sum + cnn_row_product (cells * seen, row, kernel->weights + o * cells * seen);
  for (gsize i = 0; i < cells; i++)
    sum += row[i * kernel->n_channels + o] * kernel->weights[o * cells + i];
  return sum;
}

static void
try_chunk (gpointer data, guint chunk)
{
  const Trial        *trial = data;
  const CnnOneKernel *kernel = trial->kernel;
  int                 channels = kernel->n_channels;
  CnnWindows          windows = { trial->pairs, trial->cells, kernel->size, -1, { 0.0f } };
  gsize               n = cnn_windows_n (&windows);
  guint               first = chunk * CHUNK, cells = MIN (CHUNK, trial->cells->len - first);
  g_autofree float   *rows = g_new (float, CHUNK * n);
  float               made[CHUNK * 4], after[CHUNK * 4], counts[CHUNK];

  cnn_windows_rows (&windows, first, cells, rows);
  for (guint i = 0; i < cells; i++)
    {
      const CnnWindowCell *cell = &g_array_index (trial->cells, CnnWindowCell, first + i);
      const CnnPairPart   *part = cnn_pairs_part (trial->pairs, cell->part);
      gsize                at = (gsize) cell->y * part->rect.width + cell->x;

      counts[i] = part->counts[at];
      for (int o = 0; o < channels; o++)
        {
          /* Rows are times the weight; the offset is not. */
          double offset = kernel->offset[o];

          made[i * channels + o] =
            (float) ((made_of (kernel, rows + i * n, o) - offset) / cell->weight + offset);
          after[i * channels + o] = part->after[at * channels + o];
        }
    }
  trial->weights[chunk] = cnn_measure_squares (trial->pairs, cells, made, after, counts,
                                               &trial->squares[chunk]);
}

/**
 * cnn_one_kernel_try:
 * @cells: of CnnWindowCell
 *
 * Returns: PSNR on these cells, in dB
 */
double
cnn_one_kernel_try (CnnFilterLearning *learning, const CnnOneKernel *kernel, GArray *cells)
{
  guint              n = (cells->len + CHUNK - 1) / CHUNK;
  g_autofree double *squares = g_new0 (double, n + 1), *weights = g_new0 (double, n + 1);
  Trial              trial = { kernel, cnn_learning_pairs (learning), cells, squares, weights };
  double             sum = 0.0, weight = 0.0;

  cnn_learning_each (learning, n, cells->len * (gsize) (kernel->size * kernel->size + 16),
                     try_chunk, &trial);
  for (guint i = 0; i < n; i++)
    {
      sum += squares[i];
      weight += weights[i];
    }
  return cnn_psnr (sum / MAX (weight, 1e-30));
}
