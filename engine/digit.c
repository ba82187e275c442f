/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "digit.h"

#include <math.h>

/* Handwriting as the MNIST data set has it, which networks of digits were trained on: the
 * longer side of what is drawn is 20 of 28 cells long, and its centre of mass is in the very
 * middle. There it was written with a pen; a line much thinner than a pen's would nearly
 * vanish when it is made so small, and is drawn thicker before. */

#define MNIST_CELLS  28
#define MNIST_DIGIT  20
#define LARGEST_FIELD 32 /* that is still MNIST with a wider margin */

#define PEN      2.0 /* cells */
#define THINNEST 1.6

typedef struct
{
  int     height;
  int     width;
  int     margin; /* around the ink's box */
  float  *strength;
} Patch;

/* Cells of the digit's longer side. */
static double
digit_cells (CnnSize input)
{
  int least = MIN (input.height, input.width);

  if (least >= MNIST_CELLS && least <= LARGEST_FIELD)
    return MNIST_DIGIT;
  return MAX (round ((double) least * MNIST_DIGIT / MNIST_CELLS), 1.0);
}

/* --- the pen ---------------------------------------------------------------------------------- */

/* How wide lines are, in pixels: twice the area by the length of the outline. Along rows and
 * columns the outline of anything drawn is 4/π times too long on average. */
static double
line_width (const CnnInk *ink)
{
  double area = 0.0, outline = 0.0;

  for (int y = ink->box.y; y <= ink->box.y + ink->box.height; y++)
    for (int x = ink->box.x; x <= ink->box.x + ink->box.width; x++)
      {
        gboolean down   = y < ink->box.y + ink->box.height;
        gboolean across = x < ink->box.x + ink->box.width;
        gsize    i      = (gsize) y * ink->size.width + x;
        float    here   = down && across ? ink->strength[i] : 0.0f;
        float    above  = across && y > ink->box.y ? ink->strength[i - ink->size.width] : 0.0f;
        float    left   = down && x > ink->box.x ? ink->strength[i - 1] : 0.0f;

        area += here;
        if (across)
          outline += fabsf (here - above);
        if (down)
          outline += fabsf (here - left);
      }
  return 2.0 * area / (outline * G_PI / 4.0);
}

/* How much lines are widened on each side so that they are a pen's. */
static double
widening (const CnnInk *ink, double cells)
{
  double longer = MAX (ink->box.width, ink->box.height);
  double width  = line_width (ink);

  if (width / (longer / cells) >= THINNEST || cells <= PEN)
    return 0.0;
  /* What is widened is larger, and is made the smaller for it. */
  return (PEN * longer / cells - width) / 2.0 / (1.0 - PEN / cells);
}

/* Of one line: the square of the distance to the nearest cell of @from, whose own squares are
 * added: the lowest of parabolas. */
static void
nearest (const float *from, int n, gsize step, float *to, int *vertex, float *bound)
{
  int k = 0;

  vertex[0] = 0;
  bound[0] = -INFINITY;
  bound[1] = INFINITY;
  for (int i = 1; i < n; i++)
    {
      float meet;

      for (;;)
        {
          int v = vertex[k];

          meet = ((from[i * step] + (float) i * i) - (from[v * step] + (float) v * v)) /
                 (2.0f * (i - v));
          if (meet > bound[k])
            break;
          k--;
        }
      k++;
      vertex[k] = i;
      bound[k] = meet;
      bound[k + 1] = INFINITY;
    }
  k = 0;
  for (int i = 0; i < n; i++)
    {
      while (bound[k + 1] < i)
        k++;
      to[i] = (float) (i - vertex[k]) * (i - vertex[k]) + from[vertex[k] * step];
    }
}

static void
widen (Patch *patch, double by)
{
  int               most    = MAX (patch->height, patch->width);
  gsize             n       = (gsize) patch->height * patch->width;
  g_autofree float *squares = g_new (float, n);
  g_autofree float *line    = g_new (float, most);
  g_autofree float *bound   = g_new (float, most + 1);
  g_autofree int   *vertex  = g_new (int, most);

  for (gsize i = 0; i < n; i++)
    squares[i] = patch->strength[i] >= 0.5f ? 0.0f : 1e9f;
  for (int x = 0; x < patch->width; x++)
    {
      nearest (squares + x, patch->height, patch->width, line, vertex, bound);
      for (int y = 0; y < patch->height; y++)
        squares[(gsize) y * patch->width + x] = line[y];
    }
  for (int y = 0; y < patch->height; y++)
    {
      float *row = patch->strength + (gsize) y * patch->width;

      nearest (squares + (gsize) y * patch->width, patch->width, 1, line, vertex, bound);
      for (int x = 0; x < patch->width; x++)
        row[x] = MAX (row[x], CLAMP ((float) by + 1.0f - sqrtf (line[x]), 0.0f, 1.0f));
    }
}

/* --- the place -------------------------------------------------------------------------------- */

static Patch
make_patch (const CnnInk *ink, int margin)
{
  Patch patch = { ink->box.height + 2 * margin, ink->box.width + 2 * margin, margin, NULL };

  patch.strength = g_new0 (float, (gsize) patch.height * patch.width);
  for (int y = 0; y < ink->box.height; y++)
    for (int x = 0; x < ink->box.width; x++)
      patch.strength[(gsize) (y + margin) * patch.width + x + margin] =
        ink->strength[(gsize) (ink->box.y + y) * ink->size.width + ink->box.x + x];
  return patch;
}

static void
read_patch (gpointer data, const CnnRect *rect, float *values)
{
  const Patch *patch = data;

  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      *values++ = patch->strength[(gsize) (rect->y + y) * patch->width + rect->x + x];
}

/* Where cell 0 begins, in the patch's pixels: the middle of @cells cells is at @middle, but
 * nothing between @from and @to is left out. */
static double
begin (double middle, double step, int cells, double from, double to)
{
  double start = middle - step * cells / 2.0;

  return MIN (MAX (start, to - step * cells), from);
}

static CnnFrame
place (const Patch *patch, double grown, double cells, CnnSize input)
{
  double sum = 0.0, down = 0.0, across = 0.0;
  double top = patch->margin - grown, left = patch->margin - grown;
  double bottom = patch->height - top, right = patch->width - left;
  double step = MAX (bottom - top, right - left) / cells;

  for (int y = 0; y < patch->height; y++)
    for (int x = 0; x < patch->width; x++)
      {
        float strength = patch->strength[(gsize) y * patch->width + x];

        sum += strength;
        down += strength * (y + 0.5);
        across += strength * (x + 0.5);
      }
  return (CnnFrame) {
    { input.height, begin (down / sum, step, input.height, top, bottom), step },
    { input.width, begin (across / sum, step, input.width, left, right), step },
  };
}

/* Means, also where a cell is smaller than a pixel: then cells have the pixels' form. */
static void
read_cells (Patch *patch, const CnnFrame *frame, float *values)
{
  g_autoptr (ResampleAxis) rows = resample_axis_area (frame->rows.cells, frame->rows.start,
                                                      frame->rows.step, patch->height);
  g_autoptr (ResampleAxis) columns = resample_axis_area (frame->columns.cells,
                                                         frame->columns.start,
                                                         frame->columns.step, patch->width);
  CnnRect all = { 0, 0, frame->columns.cells, frame->rows.cells };

  resample_rect (rows, columns, &all, 1, read_patch, patch, values, all.width);
}

/**
 * cnn_digit_read:
 * @ink: what is drawn
 * @input: rows and columns of the network's input
 * @values: where they go, [input.height][input.width]: ink 1 on paper 0
 *
 * Returns: where the network looks on the ink's picture
 */
CnnFrame
cnn_digit_read (const CnnInk *ink, CnnSize input, float *values)
{
  double   cells = digit_cells (input);
  double   grown = widening (ink, cells);
  double   step  = (MAX (ink->box.width, ink->box.height) + 2.0 * grown) / cells;
  /* Cells at the edge shall be made of paper, too. */
  Patch    patch = make_patch (ink, (int) ceil (grown + step) + 1);
  CnnFrame frame;

  if (grown > 0.0)
    widen (&patch, grown);
  frame = place (&patch, grown, cells, input);
  read_cells (&patch, &frame, values);
  g_free (patch.strength);
  frame.rows.start += ink->box.y - patch.margin;
  frame.columns.start += ink->box.x - patch.margin;
  return frame;
}
