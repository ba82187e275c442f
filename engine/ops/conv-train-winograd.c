/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

#include "product.h"
#include "winograd-transform.h"

/* Winograd's minimal filtering, see winograd-rows.h, of tiles of all images one after the
 * other. The derivatives by the inputs are a convolution with kernels turned around. Those by
 * the weights are made at the points too: where a product was input times kernel, the kernel's
 * derivative is input times the product's, added up over all tiles. */

#define TILE   CNN_WINOGRAD_TILE
#define PATCH  CNN_WINOGRAD_PATCH
#define POINTS CNN_WINOGRAD_POINTS
#define LANES  CNN_WINOGRAD_LANES

/* Tiles at a time, at most: with fewer the sums over them, and large kernels, are read and
 * written too often; with more their points leave the cache. Products have TILES rows at a
 * time. */
#define TILES      12
#define MOST_TILES (4 * TILES)

/* More numbers of a kernel would take too much memory at the points, in each thread. */
#define MOST_KERNELS (128 * 1024)

/**
 * Winograd:
 * @w: the convolution that is made: of derivatives by inputs the one turned around
 * @n_across: tiles side by side
 * @n_tiles: of an image
 * @chunk: tiles at a time
 * @channels: of the input, in whole blocks
 * @maps: of the output, in whole blocks
 * @in_plane: floats from one point to the next, of @inputs
 * @out_plane: of @products
 * @kernel_plane: of @points
 * @inputs: at the points, [36][chunk][channels]
 * @products: or their derivatives, [36][chunk][maps]
 * @panel: maps of a panel, see product.h
 * @n_kernels: numbers of a plane of @points
 * @points: the kernels, [36][panels][channels][panel], or their derivatives,
 *   [36][maps][channels]
 * @kernels: [3][3] of these
 * @patch: cells of a tile at the edge
 * @bias: [maps]
 * @zeros: [maps]
 * @memory: all of these
 */
typedef struct
{
  CnnConvPart    part;
  CnnConvWindows w;
  int            n_across;
  int            n_tiles;
  int            chunk;
  int            channels;
  int            maps;
  int            panel;
  gsize          n_kernels;
  gsize          in_plane;
  gsize          out_plane;
  gsize          kernel_plane;
  float         *inputs;
  float         *products;
  float         *points;
  float         *kernels;
  float         *patch;
  float         *bias;
  float         *zeros;
  float         *memory;
} Winograd;

/* --- tiles --------------------------------------------------------------------- */

/* Tile number @i of all images: the place of its first output; its image (out). */
static CnnSize
tile_place (const Winograd *winograd, guint i, guint *image)
{
  int tile = (int) (i % (guint) winograd->n_tiles);

  *image = i / (guint) winograd->n_tiles;
  return (CnnSize) { tile / winograd->n_across * TILE, tile % winograd->n_across * TILE };
}

/* The 6×6 inputs, or the 4×4 derivatives, of @n tiles. */
static void
transform (const Winograd *winograd, gboolean inputs, const float *maps, guint first, guint n)
{
  CnnShape shape = inputs ? winograd->w.in : winograd->w.out;
  int      size = inputs ? PATCH : TILE;
  gsize    channels = shape.channels, row = shape.width * channels;
  int      cell = inputs ? winograd->channels : winograd->maps, n_blocks = cell / LANES;
  gsize    plane = inputs ? winograd->in_plane : winograd->out_plane;
  float   *to = inputs ? winograd->inputs : winograd->products;
  void   (*make) (const float *, gsize, gsize, int, float *, gsize) =
    inputs ? cnn_winograd_input : cnn_winograd_back;

  for (guint i = 0; i < n; i++, to += cell)
    {
      guint        image;
      CnnSize      at = tile_place (winograd, first + i, &image);
      const float *map = maps + image * cnn_shape_cells (shape);

      if (inputs)
        {
          at.height -= winograd->w.top;
          at.width -= winograd->w.left;
        }
      if (cell == (int) channels && at.height >= 0 && at.width >= 0 &&
          at.height + size <= shape.height && at.width + size <= shape.width)
        make (map + at.height * row + at.width * channels, row, channels, n_blocks, to, plane);
      else
        {
          cnn_winograd_patch (map, shape, at.height, at.width, size, winograd->patch);
          make (winograd->patch, (gsize) size * cell, cell, n_blocks, to, plane);
        }
    }
}

static void
transform_products (const Winograd *winograd, float *maps, guint first, guint n)
{
  CnnShape shape = winograd->w.out;
  gsize    channels = shape.channels, cell = winograd->maps, row = shape.width * channels;
  int      n_blocks = winograd->maps / LANES;

  for (guint i = 0; i < n; i++)
    {
      guint        image;
      CnnSize      at = tile_place (winograd, first + i, &image);
      int          height = MIN (TILE, shape.height - at.height);
      int          width = MIN (TILE, shape.width - at.width);
      const float *from = winograd->products + i * cell;
      float       *to = maps + image * cnn_shape_cells (shape) + at.height * row +
                        at.width * channels;

      if (cell == channels && height == TILE && width == TILE)
        {
          cnn_winograd_output (from, winograd->out_plane, n_blocks, winograd->bias, 1.0f, to, row,
                               channels);
          continue;
        }
      cnn_winograd_output (from, winograd->out_plane, n_blocks, winograd->bias, 1.0f,
                           winograd->patch, TILE * cell, cell);
      for (int k = 0; k < height; k++)
        cnn_winograd_copy (winograd->patch + k * TILE * cell, cell, width, channels, to + k * row,
                           channels);
    }
}

/* --- forward --------------------------------------------------------------------- */

static gboolean
winograd_run (CnnConvPart *part, guint n, const float *a, const float *b, float *to)
{
  static const gsize none = 0;
  const Winograd    *winograd = (Winograd *) part;
  guint              n_tiles = n * (guint) winograd->n_tiles;
  CnnProduct         product = {
    .a_row = winograd->channels,
    .a_next = 1,
    .parts = &none,
    .n_parts = 1,
    .n = winograd->channels,
    .b_next = winograd->panel,
    .b_panel = (gsize) winograd->channels * winograd->panel,
    .from = winograd->zeros,
    .c_row = winograd->maps,
  };

  memset (winograd->bias, 0, winograd->maps * sizeof (float));
  if (b)
    memcpy (winograd->bias, b, winograd->w.out.channels * sizeof (float));
  for (guint first = 0; first < n_tiles; first += winograd->chunk)
    {
      guint n_now = MIN ((guint) winograd->chunk, n_tiles - first);

      transform (winograd, TRUE, a, first, n_now);
      for (int i = 0; i < POINTS; i++)
        {
          product.a = winograd->inputs + i * winograd->in_plane;
          product.b = winograd->points + i * winograd->kernel_plane;
          product.c = winograd->products + i * winograd->out_plane;
          cnn_product_run (&product, (int) n_now, winograd->maps);
        }
      transform_products (winograd, to, first, n_now);
    }
  return TRUE;
}

/* Where number @i of the kernels of channel @d is, from map @m on. */
static float *
kernels_at (const Winograd *winograd, gsize i, gsize d, gsize m)
{
  gsize panel = winograd->panel;

  return winograd->kernels + i * winograd->n_kernels +
         (m / panel * winograd->channels + d) * panel + m % panel;
}

/* From [maps][9][depth], and to the points. */
static void
winograd_load (CnnConvPart *part, const float *weights)
{
  const Winograd *winograd = (Winograd *) part;
  gsize           n_maps = winograd->w.out.channels, depth = winograd->w.in.channels;

  for (gsize m = 0; m < n_maps; m++)
    for (gsize i = 0; i < 9; i++, weights += depth)
      {
        float *to = kernels_at (winograd, i, 0, m);

        for (gsize d = 0; d < depth; d++)
          to[d * winograd->panel] = weights[d];
      }
  cnn_winograd_kernels (winograd->kernels, winograd->n_kernels, winograd->points,
                        winograd->kernel_plane);
}

/* Turned around: the depth of one is the maps of the other, and the last number the first. */
static void
turned_load (CnnConvPart *part, const float *weights)
{
  const Winograd *winograd = (Winograd *) part;
  gsize           n_maps = winograd->w.out.channels, depth = winograd->w.in.channels;

  for (gsize d = 0; d < depth; d++)
    for (int i = 8; i >= 0; i--, weights += n_maps)
      for (gsize m = 0; m < n_maps; m += winograd->panel)
        memcpy (kernels_at (winograd, i, d, m), weights + m,
                MIN ((gsize) winograd->panel, n_maps - m) * sizeof (float));
  cnn_winograd_kernels (winograd->kernels, winograd->n_kernels, winograd->points,
                        winograd->kernel_plane);
}

/* --- derivatives by weights --------------------------------------------------------- */

static gboolean
weights_run (CnnConvPart *part, guint n, const float *a, const float *b, float *to)
{
  static const gsize none = 0;
  const Winograd    *winograd = (Winograd *) part;
  guint              n_tiles = n * (guint) winograd->n_tiles;
  gsize              n_maps = winograd->w.out.channels, depth = winograd->w.in.channels;
  gsize              channels = winograd->channels;
  CnnProduct         product = {
    .a_row = 1,
    .a_next = winograd->maps,
    .parts = &none,
    .n_parts = 1,
    .b_next = channels,
    .from_row = channels,
    .c_row = channels,
  };

  memset (winograd->points, 0, POINTS * winograd->kernel_plane * sizeof (float));
  for (guint first = 0; first < n_tiles; first += winograd->chunk)
    {
      guint n_now = MIN ((guint) winograd->chunk, n_tiles - first);

      transform (winograd, TRUE, a, first, n_now);
      transform (winograd, FALSE, b, first, n_now);
      product.n = (int) n_now;
      for (int i = 0; i < POINTS; i++)
        {
          product.a = winograd->products + i * winograd->out_plane;
          product.b = winograd->inputs + i * winograd->in_plane;
          product.c = winograd->points + i * winograd->kernel_plane;
          product.from = product.c;
          cnn_product_run (&product, winograd->maps, winograd->channels);
        }
    }
  cnn_winograd_kernels_back (winograd->points, winograd->kernel_plane, winograd->n_kernels,
                             winograd->kernels);
  for (gsize m = 0; m < n_maps; m++)
    for (gsize i = 0; i < 9; i++, to += depth)
      for (gsize d = 0; d < depth; d++)
        to[d] += winograd->kernels[i * winograd->n_kernels + m * channels + d];
  return TRUE;
}

/* --- making one ----------------------------------------------------------------- */

static void
winograd_free (CnnConvPart *part)
{
  cnn_floats_free (((Winograd *) part)->memory);
  g_free (part);
}

static gboolean
alloc_memory (Winograd *winograd)
{
  int    most = MAX (winograd->channels, winograd->maps);
  gsize  sizes[] = { POINTS * winograd->in_plane, POINTS * winograd->out_plane,
                     POINTS * winograd->kernel_plane, 9 * winograd->n_kernels,
                     (gsize) PATCH * PATCH * most, winograd->maps, winograd->maps };
  float **places[] = { &winograd->inputs, &winograd->products, &winograd->points,
                       &winograd->kernels, &winograd->patch, &winograd->bias, &winograd->zeros };
  gsize  n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    n += sizes[i];
  winograd->memory = cnn_floats_alloc (n);
  if (winograd->memory == NULL)
    return FALSE;
  /* Lanes without a map or channel stay 0. */
  memset (winograd->memory, 0, n * sizeof (float));
  n = 0;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      *places[i] = winograd->memory + n;
      n += sizes[i];
    }
  return TRUE;
}

/**
 * cnn_conv_winograd_suits:
 *
 * Returns: whether cnn_conv_winograd_new() can make the sums, and fast
 */
gboolean
cnn_conv_winograd_suits (const CnnConvWindows *windows)
{
  return windows->groups == 1 && windows->kernel.height == 3 && windows->kernel.width == 3 &&
         windows->stride.height == 1 && windows->stride.width == 1 &&
         windows->dilation.height == 1 && windows->dilation.width == 1 &&
         MIN (windows->in.channels, windows->out.channels) >= LANES &&
         (gint64) windows->in.channels * windows->out.channels <= MOST_KERNELS;
}

/**
 * cnn_conv_winograd_new:
 * @windows: of a convolution that cnn_conv_winograd_suits()
 *
 * Returns: (transfer full) (nullable): the part; %NULL when there is not enough memory
 */
CnnConvPart *
cnn_conv_winograd_new (const CnnConvWindows *windows, CnnConvDirection direction)
{
  Winograd *winograd = g_new0 (Winograd, 1);

  winograd->part = (CnnConvPart) { winograd_load, winograd_run, winograd_free };
  winograd->w = *windows;
  if (direction == CNN_CONV_BACK)
    {
      winograd->part.load = turned_load;
      winograd->w = cnn_conv_turned (windows);
    }
  else if (direction == CNN_CONV_WEIGHTS)
    {
      winograd->part.load = NULL;
      winograd->part.run = weights_run;
    }
  winograd->n_across = (winograd->w.out.width + TILE - 1) / TILE;
  winograd->n_tiles = winograd->n_across * ((winograd->w.out.height + TILE - 1) / TILE);
  winograd->channels = (winograd->w.in.channels + LANES - 1) / LANES * LANES;
  winograd->maps = (winograd->w.out.channels + LANES - 1) / LANES * LANES;
  winograd->panel = cnn_product_panel (winograd->maps);
  winograd->n_kernels = (gsize) winograd->channels * cnn_product_panels (winograd->maps) *
                        winograd->panel;
  winograd->chunk = (int) MIN ((gint64) winograd->n_tiles * windows->batch, MOST_TILES);
  winograd->chunk = (winograd->chunk + TILES - 1) / TILES * TILES;
  /* Planes a power of two apart would all compete for the same part of the cache. */
  winograd->in_plane = (gsize) winograd->chunk * winograd->channels + LANES;
  winograd->out_plane = (gsize) winograd->chunk * winograd->maps + LANES;
  winograd->kernel_plane = winograd->n_kernels + LANES;
  if (!alloc_memory (winograd))
    g_clear_pointer (&winograd, g_free);
  return (CnnConvPart *) winograd;
}
