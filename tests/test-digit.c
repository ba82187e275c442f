/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "digit.h"
#include "error.h"

/* What a network of digits is shown of a picture: the ink, wherever and whatever it is, as
 * MNIST has it. */

#define SIDE 28
#define CELLS (SIDE * SIDE)

static const CnnSize mnist = { SIDE, SIDE };

/* --- drawings ------------------------------------------------------------------------------ */

typedef struct
{
  CnnShape shape;
  float   *colours;
  float   *alpha;
  float   *selected;
} Drawing;

static void
drawing_clear (Drawing *drawing)
{
  g_free (drawing->colours);
  g_free (drawing->alpha);
  g_free (drawing->selected);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drawing, drawing_clear)

static Drawing
paper (int height, int width, int channels, const float *colour)
{
  Drawing drawing = { { height, width, channels }, g_new (float, height * width * channels) };

  for (int i = 0; i < height * width * channels; i++)
    drawing.colours[i] = colour[i % channels];
  return drawing;
}

static Drawing
white (int height, int width)
{
  return paper (height, width, 1, (const float[]) { 1 });
}

static void
bar (Drawing *drawing, int x, int y, int width, int height, const float *colour)
{
  for (int i = y; i < y + height; i++)
    for (int j = x; j < x + width; j++)
      for (int c = 0; c < drawing->shape.channels; c++)
        drawing->colours[(i * drawing->shape.width + j) * drawing->shape.channels + c] = colour[c];
}

static const float black[] = { 0, 0, 0 };

static float *
mask (const Drawing *drawing, int x, int y, int width, int height)
{
  float *values = g_new0 (float, drawing->shape.height * drawing->shape.width);

  for (int i = y; i < y + height; i++)
    for (int j = x; j < x + width; j++)
      values[i * drawing->shape.width + j] = 1.0f;
  return values;
}

static CnnInk *
find (const Drawing *drawing)
{
  g_autoptr (GError) error = NULL;
  CnnInk            *ink = cnn_ink_find (drawing->shape, drawing->colours, drawing->alpha,
                                         drawing->selected, &error);

  g_assert_no_error (error);
  return ink;
}

static float *
seen_at (const Drawing *drawing, CnnSize size)
{
  g_autoptr (CnnInk) ink    = find (drawing);
  float             *values = g_new (float, size.height * size.width);

  cnn_digit_read (ink, size, values);
  return values;
}

static float *
seen (const Drawing *drawing)
{
  return seen_at (drawing, mnist);
}

static void
assert_same (const float *a, const float *b, double tolerance)
{
  for (int i = 0; i < CELLS; i++)
    if (!(fabsf (a[i] - b[i]) <= tolerance))
      g_error ("row %d, column %d: %g instead of %g", i / SIDE, i % SIDE, a[i], b[i]);
}

static void
assert_middle (const float *values, CnnSize size, double tolerance)
{
  double sum = 0.0, down = 0.0, across = 0.0;

  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++)
      {
        double value = values[y * size.width + x];

        g_assert_cmpfloat (value, >=, 0.0);
        g_assert_cmpfloat (value, <=, 1.00001);
        sum += value;
        down += value * (y + 0.5);
        across += value * (x + 0.5);
      }
  g_assert_cmpfloat_with_epsilon (down / sum, size.height / 2.0, tolerance);
  g_assert_cmpfloat_with_epsilon (across / sum, size.width / 2.0, tolerance);
}

/* --- where a digit lies -------------------------------------------------------------------- */

/* 20 cells by 20 in the middle, whatever its size and place. */
static void
test_square (void)
{
  static const int places[][3] = { { 10, 30, 20 }, { 3, 1, 40 }, { 50, 50, 60 }, { 0, 90, 30 },
                                   { 20, 7, 10 } };
  float expected[CELLS];

  for (int i = 0; i < CELLS; i++)
    expected[i] = i / SIDE >= 4 && i / SIDE < 24 && i % SIDE >= 4 && i % SIDE < 24;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_auto (Drawing)  drawing = white (120, 130);
      g_autofree float *values  = NULL;

      bar (&drawing, places[i][0], places[i][1], places[i][2], places[i][2], black);
      values = seen (&drawing);
      assert_same (values, expected, 1e-5);
    }
}

/* An L of two bars: its centre of mass is no whole number of cells from its edge. */
static void
test_centre_of_mass (void)
{
  for (int scale = 1; scale <= 5; scale++)
    {
      g_auto (Drawing)  drawing = white (140, 150);
      g_autofree float *values  = NULL;
      /* 20 × 4 upright, and 16 × 4 to its right at the bottom. */
      double across = (80.0 * 2.0 + 64.0 * 12.0) / 144.0;
      double down   = (80.0 * 10.0 + 64.0 * 18.0) / 144.0;
      double left   = 14.0 - across;
      double top    = 14.0 - down;
      double covered_column = ceil (left) - left, covered_row = ceil (top) - top;
      int    x = (int) floor (left), y = (int) floor (top);

      g_assert_cmpfloat (covered_column, <, 0.999);
      g_assert_cmpfloat (covered_row, <, 0.999);
      bar (&drawing, 17, 11, 4 * scale, 20 * scale, black);
      bar (&drawing, 17 + 4 * scale, 11 + 16 * scale, 16 * scale, 4 * scale, black);
      values = seen (&drawing);
      assert_middle (values, mnist, 1e-4);
      g_assert_cmpfloat_with_epsilon (values[(y + 5) * SIDE + x], covered_column, 1e-4);
      g_assert_cmpfloat_with_epsilon (values[y * SIDE + x + 2], covered_row, 1e-4);
      g_assert_cmpfloat_with_epsilon (values[y * SIDE + x], covered_row * covered_column, 1e-4);
      g_assert_cmpfloat_with_epsilon (values[(y + 5) * SIDE + x + 2], 1.0, 1e-4);
      g_assert_cmpfloat (values[(y + 5) * SIDE + x - 1], ==, 0.0);
      g_assert_cmpfloat (values[(y + 5) * SIDE + x + 8], ==, 0.0);
    }
}

/* A heavy end may not push the other one out: all of the ink stays in. */
static void
test_heavy_end (void)
{
  g_auto (Drawing)  drawing = white (240, 240);
  g_autofree float *values  = NULL;
  double            sum     = 0.0;

  bar (&drawing, 20, 100, 60, 60, black);
  bar (&drawing, 80, 127, 140, 6, black);
  values = seen (&drawing);
  for (int i = 0; i < CELLS; i++)
    sum += values[i];
  g_assert_cmpfloat_with_epsilon (sum, (60.0 * 60.0 + 140.0 * 6.0) / 100.0, 1e-3);
}

/* A field of 32 has a wider margin; smaller ones have smaller digits. */
static void
test_fields (void)
{
  static const struct { CnnSize size; int digit; } fields[] = {
    { { 32, 32 }, 20 }, { { 14, 14 }, 10 }, { { 56, 56 }, 40 }, { { 28, 42 }, 20 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_auto (Drawing)  drawing = white (100, 100);
      g_autofree float *values  = NULL;
      CnnSize           size    = fields[i].size;
      double            sum     = 0.0;

      bar (&drawing, 30, 10, 60, 60, black);
      values = seen_at (&drawing, size);
      assert_middle (values, size, 1e-4);
      for (int k = 0; k < size.height * size.width; k++)
        sum += values[k];
      g_assert_cmpfloat_with_epsilon (sum, fields[i].digit * fields[i].digit, 0.01);
    }
}

/* --- lines --------------------------------------------------------------------------------- */

/* A thin line becomes a pen's, two cells wide; a thicker one keeps its width. */
static void
test_lines (void)
{
  static const struct { int length, width; double cells; } lines[] = {
    { 100, 1, 2.0 }, { 300, 2, 2.0 }, { 50, 2, 2.0 }, { 100, 10, 2.0 }, { 100, 20, 4.0 },
    { 60, 18, 6.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (Drawing)  drawing = white (340, 60);
      g_autofree float *values  = NULL;
      double            row     = 0.0, all = 0.0, most = 0.0;

      bar (&drawing, 20, 25, lines[i].width, lines[i].length, black);
      values = seen (&drawing);
      assert_middle (values, mnist, 1e-3);
      for (int k = 0; k < SIDE; k++)
        {
          row += values[14 * SIDE + k];
          most = MAX (most, values[14 * SIDE + k]);
        }
      for (int k = 0; k < CELLS; k++)
        all += values[k];
      g_assert_cmpfloat_with_epsilon (row, lines[i].cells, 0.15 * lines[i].cells);
      /* A pen's ends are round, which takes (1 − π/4) cells from each. */
      g_assert_cmpfloat_with_epsilon (all / row, 20.0, 0.5);
      g_assert_cmpfloat (most, >, 0.8);
    }
}

/* --- what is ink --------------------------------------------------------------------------- */

/* An L that is not symmetrical; over any paper. */
static void
draw_letter (Drawing *drawing, int x, int y, const float *colour)
{
  bar (drawing, x, y, 6, 40, colour);
  bar (drawing, x + 6, y + 34, 20, 6, colour);
}

static float *
letter (void)
{
  g_auto (Drawing) drawing = white (80, 70);

  draw_letter (&drawing, 9, 21, black);
  return seen (&drawing);
}

static void
test_colours (void)
{
  static const struct { float paper[3], ink[3]; int channels; CnnPaper on; } cases[] = {
    { { 0 }, { 1 }, 1, CNN_PAPER_DARKER },
    { { 0.3f }, { 0.4f }, 1, CNN_PAPER_DARKER },
    { { 0.9f }, { 0.2f }, 1, CNN_PAPER_BRIGHTER },
    { { 1, 1, 1 }, { 0, 0, 1 }, 3, CNN_PAPER_BRIGHTER },
    { { 0, 0, 0.2f }, { 1, 1, 0 }, 3, CNN_PAPER_DARKER },
    /* As bright as each other. */
    { { 1, 0, 0.5f }, { 0, 1, 0.5f }, 3, CNN_PAPER_BRIGHTER },
  };
  g_autofree float *expected = letter ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Drawing)   drawing = paper (90, 100, cases[i].channels, cases[i].paper);
      g_autofree float  *values  = NULL;
      g_autoptr (CnnInk) ink     = NULL;

      draw_letter (&drawing, 60, 5, cases[i].ink);
      values = seen (&drawing);
      assert_same (values, expected, 1e-5);
      ink = find (&drawing);
      g_assert_cmpint (ink->paper, ==, cases[i].on);
      g_assert_cmpint (ink->box.x, ==, 60);
      g_assert_cmpint (ink->box.y, ==, 5);
      g_assert_cmpint (ink->box.width, ==, 26);
      g_assert_cmpint (ink->box.height, ==, 40);
    }
}

/* Where there is nothing, there is paper; the ink may have any colour. */
static void
test_transparent (void)
{
  g_autofree float *expected = letter ();

  for (int ink = 0; ink < 2; ink++)
    {
      g_auto (Drawing)   drawing = paper (90, 100, 1, black);
      g_autofree float  *values  = NULL;
      g_autoptr (CnnInk) found   = NULL;

      draw_letter (&drawing, 40, 40, (const float[]) { (float) ink });
      drawing.alpha = mask (&drawing, 40, 40, 6, 40);
      for (int y = 74; y < 80; y++)
        for (int x = 46; x < 66; x++)
          drawing.alpha[y * 100 + x] = 1.0f;
      values = seen (&drawing);
      assert_same (values, expected, 1e-5);
      found = find (&drawing);
      g_assert_cmpint (found->paper, ==, CNN_PAPER_NONE);
    }
}

/* A card with a letter on it, in the middle of nothing. */
static void
test_page (void)
{
  g_autofree float *expected = letter ();
  g_autofree float *values   = NULL;
  g_auto (Drawing)  drawing  = white (120, 130);

  draw_letter (&drawing, 40, 40, black);
  drawing.alpha = mask (&drawing, 20, 25, 80, 70);
  values = seen (&drawing);
  assert_same (values, expected, 1e-5);
}

static void
test_selected (void)
{
  g_autofree float *expected = letter ();
  g_autofree float *values   = NULL;
  g_auto (Drawing)  drawing  = white (120, 130);

  bar (&drawing, 5, 5, 25, 100, black);
  draw_letter (&drawing, 70, 40, black);
  drawing.selected = mask (&drawing, 50, 20, 70, 80);
  values = seen (&drawing);
  assert_same (values, expected, 1e-5);
}

/* Grain of the paper neither widens the ink's box nor is ink. */
static void
test_grain (void)
{
  g_autofree float *expected = letter ();
  g_autofree float *values   = NULL;
  g_auto (Drawing)  drawing  = paper (90, 100, 1, (const float[]) { 0.8f });
  g_autoptr (GRand) rand     = g_rand_new_with_seed (7);

  draw_letter (&drawing, 30, 30, (const float[]) { 0.2f });
  for (int i = 0; i < 90 * 100; i++)
    drawing.colours[i] += (float) g_rand_double_range (rand, -0.03, 0.03);
  values = seen (&drawing);
  assert_same (values, expected, 0.06);
  for (int i = 0; i < CELLS; i++)
    if (expected[i] == 0.0f)
      g_assert_cmpfloat (values[i], ==, 0.0);
}

/* Dust is not drawn; a smaller part that is, is. */
static void
test_specks (void)
{
  g_autofree float  *expected = letter ();
  g_autofree float  *values   = NULL;
  g_auto (Drawing)   drawing  = white (200, 150);
  g_autoptr (CnnInk) ink      = NULL;

  draw_letter (&drawing, 60, 60, black);
  bar (&drawing, 5, 8, 2, 2, black);
  bar (&drawing, 140, 190, 3, 1, black);
  values = seen (&drawing);
  assert_same (values, expected, 1e-5);

  bar (&drawing, 80, 40, 6, 4, black);
  ink = find (&drawing);
  g_assert_cmpint (ink->box.x, ==, 60);
  g_assert_cmpint (ink->box.y, ==, 40);
  g_assert_cmpint (ink->box.width, ==, 26);
  g_assert_cmpint (ink->box.height, ==, 60);
}

static void
assert_nothing (const Drawing *drawing)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cnn_ink_find (drawing->shape, drawing->colours, drawing->alpha,
                               drawing->selected, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_nonnull (strstr (error->message, "there is nothing drawn"));
}

static void
test_nothing (void)
{
  g_auto (Drawing) empty       = white (30, 40);
  g_auto (Drawing) faint       = white (30, 40);
  g_auto (Drawing) transparent = white (30, 40);
  g_auto (Drawing) broken      = paper (30, 40, 1, (const float[]) { NAN });
  g_auto (Drawing) beside      = white (30, 40);
  g_auto (Drawing) single      = white (1, 1);

  assert_nothing (&empty);
  bar (&faint, 5, 5, 10, 10, (const float[]) { 0.97f });
  assert_nothing (&faint);
  transparent.alpha = g_new0 (float, 30 * 40);
  assert_nothing (&transparent);
  assert_nothing (&broken);
  bar (&beside, 30, 5, 5, 10, black);
  beside.selected = mask (&beside, 2, 2, 20, 20);
  assert_nothing (&beside);
  assert_nothing (&single);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/digit/square", test_square);
  g_test_add_func ("/digit/centre-of-mass", test_centre_of_mass);
  g_test_add_func ("/digit/heavy-end", test_heavy_end);
  g_test_add_func ("/digit/fields", test_fields);
  g_test_add_func ("/digit/lines", test_lines);
  g_test_add_func ("/ink/colours", test_colours);
  g_test_add_func ("/ink/transparent", test_transparent);
  g_test_add_func ("/ink/page", test_page);
  g_test_add_func ("/ink/selected", test_selected);
  g_test_add_func ("/ink/grain", test_grain);
  g_test_add_func ("/ink/specks", test_specks);
  g_test_add_func ("/ink/nothing", test_nothing);
  return g_test_run ();
}
