/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "resize-axis.h"

#include <math.h>

#include "i18n.h"

/* ONNX's Resize, version 19, along one axis. Source:
 * https://onnx.ai/onnx/operators/onnx__Resize.html */

/* Rows and columns are numbers in a table of floats, which holds them up to here. */
#define MOST_CELLS (1 << 24)

/* How much narrower weights are than cells: wider, where many cells become one. */
static double
narrowness (const CnnResizeAxis *axis)
{
  return axis->p->antialias ? MIN (axis->scale, 1.0) : 1.0;
}

static double
radius (const CnnResizeAxis *axis)
{
  return (axis->p->mode == CNN_RESIZE_CUBIC ? 2.0 : 1.0) / narrowness (axis);
}

/**
 * cnn_resize_axis:
 * @rows: whether it is about rows, otherwise columns
 * @in: how many the input has
 * @axis: (out): what is known then; it keeps @p
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT set
 */
gboolean
cnn_resize_axis (const CnnResize *p, gboolean rows, int in, CnnResizeAxis *axis, GError **error)
{
  int    to = rows ? p->to.height : p->to.width;
  double scale = p->scale.n > 0 ? p->scale.values[rows ? 0 : p->scale.n - 1] : 0.0;
  double out = to > 0 ? to : floor (in * scale);

  if (out < 1.0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("nothing is left of %d cells scaled by %g"),
                   in, scale);
      return FALSE;
    }
  if (out > MOST_CELLS || in > MOST_CELLS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%.0f cells in a row or column are too many"), MAX (out, in));
      return FALSE;
    }
  *axis = (CnnResizeAxis) {
    .p = p,
    .in = in,
    .out = (int) out,
    .scale = scale > 0.0 ? scale : out / in,
    .first = p->roi.n == 4 ? p->roi.values[rows ? 0 : 1] : 0.0,
    .last = p->roi.n == 4 ? p->roi.values[rows ? 2 : 3] : 1.0,
  };
  /* A scale that has nothing to do with the size can ask for averages of any number of cells. */
  if (out * radius (axis) > 8.0 * (in + out) + MOST_CELLS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%.0f cells in a row or column are too many"), 2.0 * radius (axis));
      return FALSE;
    }
  return TRUE;
}

static double
place_of (const CnnResizeAxis *axis, int out)
{
  double length = axis->scale * axis->in; /* of the output, before it was rounded */
  double half = (out + 0.5) / axis->scale - 0.5;
  double corner = axis->out > 1 && length > 1.0 ? out * (axis->in - 1.0) / (length - 1.0) : 0.0;

  switch (axis->p->coordinates)
    {
    case CNN_RESIZE_HALF_PIXEL_SYMMETRIC:
      return axis->in / 2.0 * (1.0 - axis->out / length) + half;
    case CNN_RESIZE_PYTORCH_HALF_PIXEL:
      return axis->out > 1 ? half : 0.0;
    case CNN_RESIZE_ALIGN_CORNERS:
      return corner;
    case CNN_RESIZE_ASYMMETRIC:
      return out / axis->scale;
    case CNN_RESIZE_TF_CROP:
      if (axis->out > 1)
        return axis->first * (axis->in - 1) + (axis->last - axis->first) * corner;
      return (axis->first + axis->last) * (axis->in - 1) / 2.0;
    default:
      return half;
    }
}

/* So far outside that nothing changes any more. */
#define FAR 1e6

/**
 * cnn_resize_at:
 * @out: a row (column) of the output
 *
 * Returns: where on the input it lies; row i of the input lies at i
 */
double
cnn_resize_at (const CnnResizeAxis *axis, int out)
{
  return CLAMP (place_of (axis, out), -FAR, axis->in + FAR);
}

/**
 * cnn_resize_is_outside:
 * @at: where on the input
 *
 * Returns: whether the value there is extrapolated
 */
gboolean
cnn_resize_is_outside (const CnnResizeAxis *axis, double at)
{
  return axis->p->coordinates == CNN_RESIZE_TF_CROP && (at < 0.0 || at > axis->in - 1);
}

/**
 * cnn_resize_nearest:
 * @at: where on the input
 *
 * Returns: the input's row (column) that counts as the nearest
 */
int
cnn_resize_nearest (const CnnResizeAxis *axis, double at)
{
  switch (axis->p->nearest)
    {
    case CNN_RESIZE_PREFER_CEIL:
      at = floor (at + 0.5);
      break;
    case CNN_RESIZE_FLOOR:
      at = floor (at);
      break;
    case CNN_RESIZE_CEIL:
      at = ceil (at);
      break;
    default:
      at = ceil (at - 0.5);
    }
  return (int) CLAMP (at, 0.0, axis->in - 1.0);
}

/* The weight of a cell @x cells away. Cubic source: Keys, "Cubic convolution
 * interpolation for digital image processing" (1981), equation 4. */
static double
weight_at (const CnnResize *p, double x)
{
  double a = p->cubic_a;

  x = fabs (x);
  if (p->mode == CNN_RESIZE_LINEAR)
    return MAX (1.0 - x, 0.0);
  if (x <= 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  return x < 2.0 ? ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a : 0.0;
}

/**
 * cnn_resize_most:
 *
 * Returns: taps that a cell has at most
 */
int
cnn_resize_most (const CnnResizeAxis *axis)
{
  if (axis->p->mode == CNN_RESIZE_NEAREST)
    return 1;
  return (int) MIN (ceil (2.0 * radius (axis)) + 1.0, axis->in);
}

/* Which cells a row (column) takes: how many, 0 where its value is extrapolated. */
static int
range_of (const CnnResizeAxis *axis, int out, int *first)
{
  double at = cnn_resize_at (axis, out), reach = radius (axis);
  int    edge = axis->in - 1;

  *first = 0;
  if (cnn_resize_is_outside (axis, at))
    return 0;
  if (axis->p->mode == CNN_RESIZE_NEAREST)
    {
      *first = cnn_resize_nearest (axis, at);
      return 1;
    }
  *first = (int) CLAMP (floor (at - reach) + 1.0, 0.0, edge);
  return (int) CLAMP (ceil (at + reach) - 1.0, 0.0, edge) - *first + 1;
}

/* Weights of the cells around a place; those of cells outside the map go to its edge,
 * or to none, unless there are no others. */
static void
spread_taps (const CnnResizeAxis *axis, double at, int n, int first, double *weights)
{
  double narrow = narrowness (axis), reach = radius (axis);
  double begin = floor (at - reach) + 1.0, end = ceil (at + reach) - 1.0;
  int    edge = axis->in - 1;
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    weights[i] = 0.0;
  for (double i = begin; i <= end; i += 1.0)
    {
      double weight = weight_at (axis->p, (i - at) * narrow);

      if (axis->p->exclude_outside && (i < 0.0 || i > edge))
        continue;
      weights[(int) CLAMP (i, 0.0, edge) - first] += weight;
      sum += weight;
    }
  for (int i = 0; i < n && (axis->p->exclude_outside || axis->p->antialias); i++)
    weights[i] = sum != 0.0 ? weights[i] / sum : 1.0 / n;
}

/**
 * cnn_resize_taps:
 * @out: a row (column) of the output
 * @first: (out): the first row (column) of the input that it takes
 * @weights: (out): what that and its neighbours are multiplied with,
 *   [cnn_resize_most()]
 *
 * Returns: how many it takes; 0 where the value is extrapolated
 */
int
cnn_resize_taps (const CnnResizeAxis *axis, int out, int *first, double *weights)
{
  int n = range_of (axis, out, first);

  if (axis->p->mode != CNN_RESIZE_NEAREST && n > 0)
    spread_taps (axis, cnn_resize_at (axis, out), n, *first, weights);
  else
    weights[0] = 1.0;
  return n;
}

static void
fill_taps (float *to, gconstpointer data)
{
  const CnnResizeAxis *axis = data;
  int                  most = cnn_resize_most (axis);
  g_autofree double   *weights = g_new (double, most);

  for (int i = 0; i < axis->out; i++, to += 2 + most)
    {
      int first, n = cnn_resize_taps (axis, i, &first, weights);

      to[0] = (float) first;
      to[1] = (float) n;
      for (int k = 0; k < n; k++)
        to[2 + k] = (float) weights[k];
    }
}

/**
 * cnn_resize_table:
 * @store: the layer's, which keeps it
 * @form: what the store is to know it by
 *
 * Returns: what all cells of the output take
 */
CnnResizeTaps
cnn_resize_table (const CnnResizeAxis *axis, CnnStore *store, const char *form)
{
  gsize length = 2 + (gsize) cnn_resize_most (axis);

  return (CnnResizeTaps) {
    cnn_store_get (store, form, axis->out * length, fill_taps, axis), length
  };
}

/* --- the window ----------------------------------------------------------- */

static int
divisor (int a, int b)
{
  while (b != 0)
    {
      int rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

/* The fraction stride / up that windows go on by, in input cells: as the sizes say,
 * where that keeps to the places, which it does to a cell or two but for a part of
 * the map. */
static void
choose_step (const CnnResizeAxis *axis, int *up, int *stride)
{
  int    common = divisor (axis->in, axis->out);
  double by = axis->out > 1 ? (cnn_resize_at (axis, axis->out - 1) - cnn_resize_at (axis, 0)) /
                                (axis->out - 1)
                            : (double) axis->in / axis->out;

  *up = axis->out / common;
  *stride = axis->in / common;
  if (fabs (by * axis->out - axis->in) <= 4.0 + 2.0 * by)
    return;
  *up = 4096;
  *stride = (int) CLAMP (round (by * *up), 1.0, 1 << 28);
}

/* So many rows are all looked at; of more only those around the places below, so that no layer
 * takes long. */
#define LOOK_AT_ALL (1 << 16)
#define LOOK_AROUND (1 << 11)
#define MOST_BENDS  8

/* Rows of the output where it may change how what they take moves on: the ends, and where
 * windows come into the input, or leave it. */
static int
find_bends (const CnnResizeAxis *axis, int bends[MOST_BENDS])
{
  double reach = radius (axis), edge = axis->in - 1.0;
  double at[MOST_BENDS - 2] = { -reach, 0.0, reach, edge - reach, edge, edge + reach };
  double first = place_of (axis, 0);
  double by = (place_of (axis, axis->out - 1) - first) / (axis->out - 1);
  int    n = 0;

  bends[n++] = 0;
  bends[n++] = axis->out - 1;
  for (int i = 0; i < MOST_BENDS - 2 && fabs (by) > 0.0; i++)
    bends[n++] = (int) CLAMP ((at[i] - first) / by, 0.0, axis->out - 1.0);
  return n;
}

static void
add_reach (const CnnResizeAxis *axis, int up, int stride, int from, int to, gint64 *begin,
           gint64 *end)
{
  for (int i = MAX (from, 0); i < MIN (to, axis->out); i++)
    {
      int first, n = range_of (axis, i, &first);

      if (n == 0)
        continue;
      *begin = MIN (*begin, (gint64) first * up - (gint64) i * stride);
      *end = MAX (*end, (first + n - (gint64) 1) * up - (gint64) i * stride);
    }
}

/* From where the first window begins to where the last cell ends that any cell takes,
 * both counted from where windows begin without padding. */
static void
find_reach (const CnnResizeAxis *axis, int up, int stride, gint64 *begin, gint64 *end)
{
  gboolean all = axis->out <= LOOK_AT_ALL;

  *begin = G_MAXINT64;
  *end = G_MININT64;
  if (all)
    add_reach (axis, up, stride, 0, axis->out, begin, end);
  else
    {
      int bends[MOST_BENDS], n = find_bends (axis, bends);

      for (int i = 0; i < n; i++)
        add_reach (axis, up, stride, bends[i] - LOOK_AROUND, bends[i] + LOOK_AROUND, begin,
                   end);
    }
  if (*begin > *end)
    *begin = *end = 0;
  /* Between the bends all moves on evenly, and only rounding to a cell differs. */
  else if (!all)
    {
      *begin -= up;
      *end += up;
    }
}

/**
 * cnn_resize_window:
 * @up: (out): how far the input is spread out
 * @stride: (out): from one window to the next
 * @extent: (out): rows (columns) of the window
 * @before: (out): padding before the first
 * @after: (out): padding after the last
 *
 * Works out the smallest window that has all that any cell takes.
 */
void
cnn_resize_window (const CnnResizeAxis *axis, int *up, int *stride, int *extent, int *before,
                   int *after)
{
  gint64 begin, end, rest, most = 1 << 28;

  choose_step (axis, up, stride);
  find_reach (axis, *up, *stride, &begin, &end);
  rest = (axis->out - (gint64) 1) * *stride + end - (axis->in - (gint64) 1) * *up;
  if (MAX (ABS (begin), ABS (end)) > most || ABS (rest) > most)
    {
      /* A map's edge, a very small part of it, or a part turned around. */
      *up = *stride = 1;
      find_reach (axis, 1, 1, &begin, &end);
      rest = axis->out + end - axis->in;
    }
  *extent = (int) (end - begin + 1);
  *before = (int) -begin;
  *after = (int) rest;
}
