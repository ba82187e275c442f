/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

#include "product.h"

/* A convolution as it lies: neighbouring windows are the rows of a matrix already, only that
 * these overlap. Maps are in the lanes. The derivatives by the inputs are a convolution too,
 * with kernels turned around, where the stride is 1. */

#define COLUMNS CNN_PRODUCT_COLUMNS

/* Floats of d_out that are read again and again: about what the nearest cache holds. */
#define BAND (5 * 1024)

/**
 * Rows:
 * @w: the convolution that is made: of derivatives by inputs the one turned around
 * @maps: of w.out, rounded up to %COLUMNS
 * @window: numbers of a window
 * @row: floats from one row of @padded, or the image, to the next
 * @n: neighbouring numbers of a part of a window
 * @n_parts: parts of a window
 * @parts: where each begins, from the window's first number, [n_parts]
 * @band_parts: where rows of a band begin, [band]
 * @band: rows of the output at a time, of derivatives by weights
 * @padded: (nullable): the image as the windows see it; %NULL: it is that already
 * @panel: maps of a panel, see product.h
 * @weights: [panels][window][panel]; or their derivatives, [window][maps]
 * @bias: [maps]
 * @cells: (nullable): [out.width][maps], or d_out in full [out.height][out.width][maps], where
 *   the output has another number of maps
 */
typedef struct
{
  CnnConvPart      part;
  CnnConvWindows   w;
  int              maps;
  int              panel;
  gsize            window;
  gsize            row;
  int              n;
  int              n_parts;
  gsize           *parts;
  gsize           *band_parts;
  int              band;
  int              padded_rows;
  float           *padded;
  float           *weights;
  float           *bias;
  float           *cells;
} Rows;

/* --- images ------------------------------------------------------------------- */

/**
 * cnn_conv_rows_maps:
 *
 * Returns: maps of a row that is made, of which the last may be just room: the output's rounded
 *   up
 */
int
cnn_conv_rows_maps (const CnnConvPart *part)
{
  return ((const Rows *) part)->maps;
}

/**
 * cnn_conv_rows_image:
 * @in: an image, [in]
 * @row: (out) (optional): floats from a row of what is returned to the next
 *
 * Returns: the image with zeros around it, or without what no window reaches; until the next
 *   time
 */
const float *
cnn_conv_rows_image (CnnConvPart *part, const float *in, gsize *row)
{
  const Rows           *rows = (Rows *) part;
  const CnnConvWindows *w = &rows->w;
  gsize                 channels = w->in.channels, in_row = w->in.width * channels;
  int                   columns = (int) (rows->row / channels);
  int                   first = MAX (-w->left, 0);
  int                   end = MIN (w->in.width, columns - w->left);

  if (row)
    *row = rows->row;
  if (rows->padded == NULL)
    return in;
  for (int y = MAX (-w->top, 0); y < w->in.height && y + w->top < rows->padded_rows; y++)
    if (first < end)
      memcpy (rows->padded + (y + w->top) * rows->row + (first + w->left) * channels,
              in + y * in_row + first * channels, (end - first) * channels * sizeof (float));
  return rows->padded;
}

static void
copy_maps (const float *from, gsize from_next, gsize n, gsize n_maps, float *to, gsize to_next)
{
  for (gsize i = 0; i < n; i++)
    memcpy (to + i * to_next, from + i * from_next, n_maps * sizeof (float));
}

/* --- forward ------------------------------------------------------------------ */

/**
 * cnn_conv_rows_bias:
 * @part: one of %CNN_CONV_FORWARD or %CNN_CONV_BACK
 * @bias: (nullable): what the sums of each map begin with from now on, [maps]
 */
void
cnn_conv_rows_bias (CnnConvPart *part, const float *bias)
{
  const Rows *rows = (Rows *) part;

  memset (rows->bias, 0, rows->maps * sizeof (float));
  if (bias)
    memcpy (rows->bias, bias, rows->w.out.channels * sizeof (float));
}

/**
 * cnn_conv_rows_make:
 * @part: one of %CNN_CONV_FORWARD or %CNN_CONV_BACK
 * @image: what cnn_conv_rows_image() gave
 * @y: a row of the output
 * @to: (out): that row, [out.width][cnn_conv_rows_maps()]
 */
void
cnn_conv_rows_make (CnnConvPart *part, const float *image, int y, float *to)
{
  const Rows           *rows = (Rows *) part;
  const CnnConvWindows *w = &rows->w;
  CnnProduct            product = {
    .a = image + (gsize) y * w->stride.height * rows->row,
    .a_row = (gsize) w->stride.width * w->in.channels,
    .a_next = 1,
    .parts = rows->parts,
    .n_parts = rows->n_parts,
    .n = rows->n,
    .b = rows->weights,
    .b_next = rows->panel,
    .b_panel = rows->window * rows->panel,
    .from = rows->bias,
    .c = to,
    .c_row = rows->maps,
  };

  cnn_product_run (&product, w->out.width, rows->maps);
}

static gboolean
rows_run (CnnConvPart *part, guint n, const float *a, const float *b, float *to)
{
  const Rows           *rows = (Rows *) part;
  const CnnConvWindows *w = &rows->w;
  gsize                 out_maps = w->out.channels;

  cnn_conv_rows_bias (part, b);
  for (guint i = 0; i < n; i++, a += cnn_shape_cells (w->in))
    {
      const float *image = cnn_conv_rows_image (part, a, NULL);

      for (int y = 0; y < w->out.height; y++, to += w->out.width * out_maps)
        {
          cnn_conv_rows_make (part, image, y, rows->cells ? rows->cells : to);
          if (rows->cells)
            copy_maps (rows->cells, rows->maps, w->out.width, out_maps, to, out_maps);
        }
    }
  return TRUE;
}

/* Where the weights of number @i of the window are, from map @m on. */
static float *
weights_at (const Rows *rows, gsize i, gsize m)
{
  gsize panel = rows->panel;

  return rows->weights + (m / panel * rows->window + i) * panel + m % panel;
}

/* From [maps][rows][columns][depth]. */
static void
rows_load (CnnConvPart *part, const float *weights)
{
  const Rows *rows = (Rows *) part;
  gsize       n_maps = rows->w.out.channels, window = rows->window;

  for (gsize m = 0; m < n_maps; m++)
    {
      float *to = weights_at (rows, 0, m);

      for (gsize i = 0; i < window; i++)
        to[i * rows->panel] = weights[m * window + i];
    }
}

/* Turned around: the depth of one is the maps of the other, and the last row the first. */
static void
turned_load (CnnConvPart *part, const float *weights)
{
  const Rows *rows = (Rows *) part;
  int         cells = rows->w.kernel.height * rows->w.kernel.width;
  gsize       n_maps = rows->w.out.channels, depth = rows->w.in.channels;

  for (gsize d = 0; d < depth; d++)
    for (int i = cells - 1; i >= 0; i--, weights += n_maps)
      for (gsize m = 0; m < n_maps; m += rows->panel)
        memcpy (weights_at (rows, i * depth + d, m), weights + m,
                MIN ((gsize) rows->panel, n_maps - m) * sizeof (float));
}

/* --- derivatives by weights ----------------------------------------------------- */

/* One image, added to @weights. */
static void
add_image (const Rows *rows, const float *image, const float *d_out)
{
  const CnnConvWindows *w = &rows->w;
  gsize                 row = (gsize) w->stride.height * rows->row;
  CnnProduct            product = {
    .a_row = 1,
    .a_next = (gsize) w->stride.width * w->in.channels,
    .parts = rows->band_parts,
    .n = w->out.width,
    .b_next = rows->maps,
    .from_row = rows->maps,
    .c_row = rows->maps,
  };

  for (int y = 0; y < w->out.height; y += rows->band)
    {
      product.n_parts = MIN (rows->band, w->out.height - y);
      product.b = d_out + (gsize) y * w->out.width * rows->maps;
      for (int i = 0; i < rows->n_parts; i++)
        {
          product.a = image + y * row + rows->parts[i];
          product.c = rows->weights + (gsize) i * rows->n * rows->maps;
          product.from = product.c;
          cnn_product_run (&product, rows->n, rows->maps);
        }
    }
}

static gboolean
weights_run (CnnConvPart *part, guint n, const float *a, const float *b, float *to)
{
  const Rows           *rows = (Rows *) part;
  const CnnConvWindows *w = &rows->w;
  gsize                 n_maps = w->out.channels, n_cells = (gsize) w->out.height * w->out.width;

  memset (rows->weights, 0, rows->window * rows->maps * sizeof (float));
  for (guint i = 0; i < n; i++, a += cnn_shape_cells (w->in), b += n_cells * n_maps)
    {
      if (rows->cells)
        copy_maps (b, n_maps, n_cells, n_maps, rows->cells, rows->maps);
      add_image (rows, cnn_conv_rows_image (part, a, NULL), rows->cells ? rows->cells : b);
    }
  for (gsize m = 0; m < n_maps; m++)
    for (gsize i = 0; i < rows->window; i++)
      to[m * rows->window + i] += rows->weights[i * rows->maps + m];
  return TRUE;
}

/* --- making one ----------------------------------------------------------------- */

static void
rows_free (CnnConvPart *part)
{
  Rows *rows = (Rows *) part;

  g_free (rows->parts);
  g_free (rows->band_parts);
  cnn_floats_free (rows->padded);
  cnn_floats_free (rows->weights);
  cnn_floats_free (rows->bias);
  cnn_floats_free (rows->cells);
  g_free (rows);
}

static void
set_parts (Rows *rows)
{
  const CnnConvWindows *w = &rows->w;
  gboolean              whole = w->dilation.width == 1;
  int                   across = whole ? 1 : w->kernel.width;

  rows->n = (whole ? w->kernel.width : 1) * w->in.channels;
  rows->n_parts = w->kernel.height * across;
  rows->parts = g_new (gsize, rows->n_parts);
  for (int i = 0; i < rows->n_parts; i++)
    rows->parts[i] = (gsize) (i / across) * w->dilation.height * rows->row +
                     (gsize) (i % across) * w->dilation.width * w->in.channels;
  rows->band = (int) CLAMP (BAND / ((gint64) w->out.width * rows->maps), 1, w->out.height);
  rows->band_parts = g_new (gsize, rows->band);
  for (int i = 0; i < rows->band; i++)
    rows->band_parts[i] = (gsize) i * w->stride.height * rows->row;
}

/* Zeros, which stay where nothing is written: around the image, in lanes without a map. */
static gboolean
alloc_zeros (float **floats, gsize n)
{
  *floats = cnn_floats_alloc (n);
  if (*floats)
    memset (*floats, 0, n * sizeof (float));
  return *floats != NULL;
}

/**
 * cnn_conv_rows_suit:
 *
 * Returns: whether cnn_conv_rows_new() can make that sum
 */
gboolean
cnn_conv_rows_suit (const CnnConvWindows *windows, CnnConvDirection direction)
{
  return windows->groups == 1 &&
         (direction != CNN_CONV_BACK ||
          (windows->stride.height == 1 && windows->stride.width == 1));
}

/**
 * cnn_conv_turned:
 * @windows: of a convolution with stride 1
 *
 * Returns: those of the convolution that makes its derivatives by the inputs
 */
CnnConvWindows
cnn_conv_turned (const CnnConvWindows *windows)
{
  CnnConvWindows turned = *windows;

  turned.in = windows->out;
  turned.out = windows->in;
  turned.top = (windows->kernel.height - 1) * windows->dilation.height - windows->top;
  turned.left = (windows->kernel.width - 1) * windows->dilation.width - windows->left;
  return turned;
}

/**
 * cnn_conv_rows_new:
 * @windows: of a convolution that cnn_conv_rows_suit()
 *
 * Returns: (transfer full) (nullable): the part; %NULL when there is not enough memory
 */
CnnConvPart *
cnn_conv_rows_new (const CnnConvWindows *windows, CnnConvDirection direction)
{
  Rows           *rows = g_new0 (Rows, 1);
  CnnConvWindows *w = &rows->w;
  int             columns;
  gsize           cells;
  gboolean        pads;

  rows->part = (CnnConvPart) { rows_load, rows_run, rows_free };
  rows->w = *windows;
  if (direction == CNN_CONV_BACK)
    {
      rows->part.load = turned_load;
      rows->w = cnn_conv_turned (windows);
    }
  else if (direction == CNN_CONV_WEIGHTS)
    {
      rows->part.load = NULL;
      rows->part.run = weights_run;
    }
  rows->maps = (w->out.channels + COLUMNS - 1) / COLUMNS * COLUMNS;
  rows->panel = cnn_product_panel (rows->maps);
  rows->window = (gsize) w->kernel.height * w->kernel.width * w->in.channels;
  rows->padded_rows = (w->out.height - 1) * w->stride.height +
                      (w->kernel.height - 1) * w->dilation.height + 1;
  columns = (w->out.width - 1) * w->stride.width + (w->kernel.width - 1) * w->dilation.width + 1;
  pads = w->top != 0 || w->left != 0 || rows->padded_rows > w->in.height ||
         columns > w->in.width;
  rows->row = (gsize) (pads ? columns : w->in.width) * w->in.channels;
  set_parts (rows);
  cells = (gsize) w->out.width * (direction == CNN_CONV_WEIGHTS ? w->out.height : 1);
  if ((pads && !alloc_zeros (&rows->padded, rows->padded_rows * rows->row)) ||
      !alloc_zeros (&rows->weights, rows->window * cnn_product_panels (rows->maps) * rows->panel) ||
      !alloc_zeros (&rows->bias, rows->maps) ||
      (rows->maps != w->out.channels && !alloc_zeros (&rows->cells, cells * rows->maps)))
    {
      rows_free (&rows->part);
      return NULL;
    }
  return &rows->part;
}
