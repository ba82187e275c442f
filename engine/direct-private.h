/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "direct.h"
#include "winograd-transform.h"

G_BEGIN_DECLS

/* What direct.c, direct-weights.c and the loops of direct-loops.h agree on. */

/* Most maps that a loop with pixels in the lanes makes at a time, and most rows. */
#define CNN_DIRECT_MAPS 4
#define CNN_DIRECT_ROWS 3

/**
 * CnnDirectSum:
 * @rows: input rows at the first pixel: those of the first output row's
 *   windows, and one more for every further output row, [kernel_rows + n - 1]
 * @kernel_rows: rows of the kernel
 * @n_taps: columns of the kernel times input channels
 * @offsets: where each tap's number lies, from the row's pointer, [n_taps]
 * @weights: [kernel_rows][n_taps][maps]
 * @bias: [maps]
 * @activated: whether values below 0 are multiplied by @slope
 * @slope: the factor
 * @out: where to write: with pixels in the lanes, [n][maps][block], @row_stride
 *   and @map_stride apart; with maps in the lanes [span][maps], @pixel_stride
 *   apart
 *
 * Sums of products for some neighbouring pixels and some maps.
 */
typedef struct
{
  const float *const *rows;
  int                 kernel_rows;
  int                 n_taps;
  const int          *offsets;
  const float        *weights;
  const float        *bias;
  gboolean            activated;
  float               slope;
  float              *out;
  gsize               row_stride;
  gsize               map_stride;
  gsize               pixel_stride;
} CnnDirectSum;

typedef void (*CnnDirectLoop) (const CnnDirectSum *sum);

/**
 * CnnWinogradSum:
 * @rows: the tiles' rows at the first tile, [CNN_WINOGRAD_PATCH]
 * @depth: input channels
 * @plane: floats from one channel's plane to the next
 * @offsets: where each column lies, from the row's pointer, [CNN_WINOGRAD_PATCH]
 * @weights: transformed, [chunk of maps][column][channel][row][map of the chunk]
 * @n_maps: how many maps there are; in chunks of the loops' @winograd_maps, and of 1
 * @bias: [maps]
 * @activated: whether values below 0 are multiplied by @slope
 * @slope: the factor
 * @halves: whether only the largest of each 2×2 of the outputs is written; @slope is
 *   not negative then
 * @out: where to write, [4][4][maps][lanes], or [2][2][maps][lanes], @row_stride,
 *   @column_stride and @map_stride apart
 * @spread: room for [6][6] vectors for each channel
 *
 * As many neighbouring tiles as there are lanes.
 */
typedef struct
{
  const float *const *rows;
  int                 depth;
  gsize               plane;
  const int          *offsets;
  const float        *weights;
  int                 n_maps;
  const float        *bias;
  gboolean            activated;
  float               slope;
  gboolean            halves;
  float              *out;
  gsize               row_stride;
  gsize               column_stride;
  gsize               map_stride;
  gpointer            spread;
} CnnWinogradSum;

/* Points of a square's row or column: 2 outputs of a kernel of 3. */
#define CNN_SQUARE_POINTS 4

/* Maps of which one vector has those of two tiles, where it has twice as many lanes. */
#define CNN_SQUARE_PAIR 8

/**
 * CnnSquareSum:
 * @points: the tiles' inputs at the points, [4][4][depth][plane]
 * @plane: tiles' room in a plane
 * @depth: input channels
 * @n: vectors to make: so many tiles, or pairs of tiles
 * @paired: whether a vector's lanes are %CNN_SQUARE_PAIR maps of two tiles, [map][tile]
 * @weights: transformed, [4][4][depth][lanes]
 * @bias: [lanes]
 * @activated: whether values below 0 are multiplied by @slope
 * @slope: the factor
 * @halves: whether only the largest of each 2×2 of the outputs is written; @slope is
 *   not negative then
 * @streams: whether to write past the caches; all that is written is aligned to vectors
 * @out: where to write, [2][2 n][lanes], or [n][lanes], @row_stride and @pixel_stride
 *   apart; pairs have pixels of %CNN_SQUARE_PAIR maps, without gaps
 *
 * 2×2 outputs each of neighbouring tiles, and of as many maps as there are lanes.
 */
typedef struct
{
  const float *points;
  gsize        plane;
  int          depth;
  int          n;
  gboolean     paired;
  const float *weights;
  const float *bias;
  gboolean     activated;
  float        slope;
  gboolean     halves;
  gboolean     streams;
  float       *out;
  gsize        row_stride;
  gsize        pixel_stride;
} CnnSquareSum;

/* Most input channels of a convolution by such tiles. */
#define CNN_SQUARE_CHANNELS 7

/**
 * CnnSquarePlanes:
 * @rows: four input rows at the points along them, dealt, [4][4][depth][plane]
 * @plane: tiles' room in a plane of these
 * @depth: input channels, at most %CNN_SQUARE_CHANNELS
 * @n: tiles to make, a multiple of two vectors
 * @maps: of the output
 * @weights: transformed, [4][4][depth][maps]
 * @bias: [maps]
 * @activated: whether values below 0 are multiplied by @slope
 * @slope: the factor
 * @n_rows: of the outputs that are wanted, 1 or 2
 * @out: where to write: rows as planes, from the place of the first tile's columns on,
 *   @row_stride and @map_stride apart
 *
 * 2×2 outputs each of neighbouring tiles, with these in the lanes.
 */
typedef struct
{
  const float *rows[CNN_SQUARE_POINTS];
  gsize        plane;
  int          depth;
  int          n;
  int          maps;
  const float *weights;
  const float *bias;
  gboolean     activated;
  float        slope;
  int          n_rows;
  float       *out;
  gsize        row_stride;
  gsize        map_stride;
} CnnSquarePlanes;

/**
 * CnnDirectLoops:
 * @lanes: floats in a vector
 * @block: pixels that a loop of @pixels reads and writes, always all of them
 * @span: pixels that a loop of @maps reads and writes
 * @pixels: pixels in the lanes, for so many maps and rows, each less 1; %NULL
 *   where there is none
 * @maps: maps in the lanes, for 1 or 2 vectors of them, less 1
 * @split: takes [n][channels] apart, into planes @stride apart
 * @join: puts planes @stride apart together, into [n][channels]; past the caches, if it
 *   @streams and that is possible
 * @winograd: tiles in the lanes
 * @winograd_maps: maps that it sums together
 * @squares: tiles of 2×2, maps in the lanes
 * @square_planes: the same with tiles in the lanes, to rows as planes
 * @squares_across: a row at the points for these: of the columns 2 t, …, 2 t + 3 for each
 *   of @n tiles t, rounded up to lanes, to planes @stride apart
 * @squares_dealt: as @squares_across, but of each two vectors of tiles first the even and then
 *   the odd ones; @n is a multiple of two vectors
 * @squares_down: as @squares_across of four rows of @n numbers, a multiple of the lanes, to [4][n]
 * @deal: a vector of each of so many @maps, one after the other, with the columns 2 t of
 *   neighbouring tiles t, to planes @stride apart of columns that are 4 apart
 * @put: as cnn_direct_put()
 * @halve_planes: keeps the largest of each 2×2 of a map's two rows of @n pixels, and
 *   of that multiplies what is below 0 with @slope, if it is @activated
 * @halve_maps: the same of two rows of [n][channels]
 *
 * The loops for a kind of processor.
 */
typedef struct
{
  int           lanes;
  int           block;
  int           span;
  CnnDirectLoop pixels[CNN_DIRECT_MAPS][CNN_DIRECT_ROWS];
  CnnDirectLoop maps[2];
  void        (*split) (const float *in, int n, int channels, float *planes, gsize stride);
  void        (*join)  (const float *planes, gsize stride, int n, int channels, gboolean streams,
                        float *out);
  void        (*winograd) (const CnnWinogradSum *sum);
  int           winograd_maps;
  void        (*squares)  (const CnnSquareSum *sum);
  void        (*square_planes) (const CnnSquarePlanes *sum);
  void        (*squares_across) (const float *row, int n, float *to, gsize stride);
  void        (*squares_dealt)  (const float *row, int n, float *to, gsize stride);
  void        (*squares_down)   (const float *const *rows, gsize n, float *to);
  void        (*deal)         (const float *from, int maps, float *to, gsize stride);
  void        (*put)          (const float *from, gsize n, float *to);
  void        (*halve_planes) (const float *above, const float *below, int n, gboolean activated,
                               float slope, float *out);
  void        (*halve_maps)   (const float *above, const float *below, int n, int channels,
                               gboolean activated, float slope, float *out);
} CnnDirectLoops;

/**
 * CnnDirectRows:
 * @in: the tile that rows are taken from
 * @by: columns from one number of a plane to the next
 * @plane: floats from one plane to the next
 * @padded: room for a row with its padding, [plane][by][channels]
 */
typedef struct
{
  const CnnDirectLoops *loops;
  CnnShape              in;
  int                   by;
  int                   plane;
  float                *padded;
} CnnDirectRows;

/**
 * CnnDirectForm: weights as the loops read them.
 * @CNN_DIRECT_BIAS: [maps], zeros where there is none
 * @CNN_DIRECT_PIXELS: for pixels in the lanes, [group][chunk of maps][row][tap][map]
 * @CNN_DIRECT_IN_MAPS: for maps in the lanes, [chunk of maps][row][tap][map], the
 *   last chunk filled up with zeros
 * @CNN_DIRECT_PASSES: of separable kernels the columns, [group][row], and after
 *   these the rows, [group][column]
 */
typedef enum
{
  CNN_DIRECT_BIAS,
  CNN_DIRECT_PIXELS,
  CNN_DIRECT_IN_MAPS,
  CNN_DIRECT_PASSES
} CnnDirectForm;

const CnnDirectLoops *cnn_direct_loops     (guint kind);
void                  cnn_direct_row       (const CnnDirectRows *rows, const float *in, int y,
                                            int first, int n, float *to);
void                  cnn_direct_fetch     (const CnnDirectRows *rows, const float *in, int y,
                                            int first, int n);
void                  cnn_direct_put       (const float *from, gsize n, float *to);
void                  cnn_direct_settle    (void);
void                  cnn_direct_copy_maps (const float *from, gsize from_stride, int n_pixels,
                                            int n_maps, float *to, gsize to_stride);
int                   cnn_direct_vectors   (const CnnDirectLoops *loops, int maps, int first);
gboolean              cnn_direct_separable (const CnnConvolution *conv);
const float          *cnn_direct_weights   (CnnStore *store, const CnnConvolution *conv,
                                            CnnDirectForm form);

G_END_DECLS
