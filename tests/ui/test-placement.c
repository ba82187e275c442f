/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "placement.h"
#include "resample.h"
#include "sheet.h"

/* Where cells lie on a picture, and pictures scaled. */

/* What each pixel of the picture shows, as digits; "." where no cell lies. */
static void
assert_pixels (PlacementAxis axis, const char *expected)
{
  PlacementSpan       pixels = placement_axis_pixels (&axis);
  g_autoptr (GString) shown  = g_string_new (NULL);

  for (int p = 0; p < axis.pixels; p++)
    if (p < pixels.first || p >= pixels.first + pixels.n)
      g_string_append_c (shown, '.');
    else
      g_string_append_printf (shown, "%d", placement_axis_cell (&axis, p));
  g_assert_cmpstr (shown->str, ==, expected);
}

/* The picture is the network's input. */
static PlacementAxis
field (int cells, double start, double size, double jump, int pixels)
{
  return placement_axis_field (cells, start, size, jump, pixels, pixels);
}

static void
test_field (void)
{
  assert_pixels (field (6, 0, 1, 1, 6), "012345");  /* the picture itself */
  assert_pixels (field (6, -1, 3, 1, 6), "012345"); /* conv 3 pad=same */
  assert_pixels (field (4, 0, 3, 1, 6), ".0123.");  /* conv 3 */
  assert_pixels (field (3, 0, 2, 2, 6), "001122");  /* maxpool 2 */
  assert_pixels (field (6, -0.5, 1.5, 0.5, 3), "135"); /* depth-to-space 2 */
  assert_pixels (field (3, 0, 2, 2, 5), "00112");   /* maxpool 2 pad=same */
  assert_pixels (field (2, 0, 2, 2, 5), "0011.");   /* maxpool 2 */
  assert_pixels (field (3, -1, 4, 2, 6), "001122"); /* conv 3 pad=same, maxpool 2 */
  assert_pixels (field (3, 1, 1, 1, 5), ".012.");   /* identity after conv 3 */
  assert_pixels (field (5, 0, 2, 1, 6), "01234.");  /* conv 2: half a cell is none */
  assert_pixels (field (2, 0, 3, 5, 8), "00001111"); /* conv 3 stride=5: −1…4, 4…9 */
  assert_pixels (field (8, -2, 3, 1, 6), "123456"); /* pad=2: the outermost lie outside */
  assert_pixels (field (1, -5, 1, 7, 1), ".");      /* nothing but padding */
}

/* The network saw the picture scaled. */
static void
test_scaled (void)
{
  assert_pixels (placement_axis_field (4, 0, 1, 1, 4, 8), "00112233");
  assert_pixels (placement_axis_field (4, 0, 1, 1, 4, 6), "011233");
  assert_pixels (placement_axis_field (2, 0, 2, 2, 4, 6), "000111");
  assert_pixels (placement_axis_field (2, 0, 3, 1, 4, 8), "..0011..");
  assert_pixels (placement_axis_field (8, 0, 1, 1, 8, 4), "1357");
}

static void
test_spread (void)
{
  assert_pixels (placement_axis_spread (3, 9), "000111222");
  assert_pixels (placement_axis_spread (1, 4), "0000");
  assert_pixels (placement_axis_spread (4, 2), "13");
}

static void
assert_cells (PlacementAxis axis, PlacementSpan pixels, int first, int n)
{
  PlacementSpan cells = placement_axis_cells (&axis, pixels);

  g_assert_cmpint (cells.first, ==, first);
  g_assert_cmpint (cells.n, ==, n);
}

static void
test_cells (void)
{
  PlacementAxis pooled = field (3, 0, 2, 2, 6);
  PlacementAxis valid  = field (4, 0, 3, 1, 6);

  assert_cells (pooled, (PlacementSpan) { 0, 6 }, 0, 3);
  assert_cells (pooled, (PlacementSpan) { 1, 1 }, 0, 1);
  assert_cells (pooled, (PlacementSpan) { 1, 2 }, 0, 2);
  assert_cells (pooled, (PlacementSpan) { 2, 2 }, 1, 1);
  assert_cells (valid, (PlacementSpan) { 0, 1 }, 0, 0);
  assert_cells (valid, (PlacementSpan) { 0, 2 }, 0, 1);
  assert_cells (valid, (PlacementSpan) { 4, 2 }, 3, 1);
}

static void
test_common (void)
{
  PlacementSpan both = placement_span_common ((PlacementSpan) { 2, 5 }, (PlacementSpan) { 4, 9 });
  PlacementSpan none = placement_span_common ((PlacementSpan) { 0, 2 }, (PlacementSpan) { 2, 2 });

  g_assert_cmpint (both.first, ==, 4);
  g_assert_cmpint (both.n, ==, 3);
  g_assert_cmpint (none.n, ==, 0);
}

/* --- scaling -------------------------------------------------------------- */

typedef struct
{
  const float *values;
  int          width;
  int          channels;
} Picture;

static void
read_picture (gpointer data, const CnnRect *rect, float *values)
{
  const Picture *picture = data;

  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width * picture->channels; x++)
      *values++ = picture->values[((rect->y + y) * picture->width + rect->x) * picture->channels +
                                  x];
}

static void
assert_values (const float *values, const float *expected, int n)
{
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (values[i], expected[i], 1e-6);
}

static void
test_shrink (void)
{
  const float values[] = { 1, 3, 5, 7, 2, 4, 6, 8, 0, 0, 0, 4, 0, 0, 0, 4 };
  Picture     picture  = { values, 4, 1 };
  g_autoptr (ResampleAxis) two   = resample_axis_scale (2, 4);
  g_autoptr (ResampleAxis) three = resample_axis_scale (3, 4);
  float       out[6];

  resample_rect (two, two, &(CnnRect) { 0, 0, 2, 2 }, 1, read_picture, &picture, out, 2);
  assert_values (out, (float[]) { 2.5, 6.5, 0, 2 }, 4);

  /* 4 to 3: the weights are 3/4 1/4, 1/2 1/2, 1/4 3/4. */
  resample_rect (two, three, &(CnnRect) { 0, 0, 3, 2 }, 1, read_picture, &picture, out, 3);
  assert_values (out, (float[]) { 2, 4.5, 7, 0, 0, 3 }, 6);

  /* A part is the same part of the whole, at any stride. */
  out[1] = 77;
  resample_rect (two, two, &(CnnRect) { 1, 0, 1, 2 }, 1, read_picture, &picture, out, 2);
  assert_values (out, (float[]) { 6.5, 77, 2 }, 3);
}

static void
test_enlarge (void)
{
  const float values[] = { 0, 10, 4, 30 };
  Picture     picture  = { values, 2, 2 };
  g_autoptr (ResampleAxis) four = resample_axis_scale (4, 2);
  g_autoptr (ResampleAxis) one  = resample_axis_scale (1, 1);
  float       out[8];

  resample_rect (one, four, &(CnnRect) { 0, 0, 4, 1 }, 2, read_picture, &picture, out, 8);
  assert_values (out, (float[]) { 0, 10, 1, 15, 3, 25, 4, 30 }, 8);
}

/* A picture higher than a strip. */
static void
test_strips (void)
{
  g_autofree float *values  = g_new (float, 1000);
  Picture           picture = { values, 1, 1 };
  g_autoptr (ResampleAxis) ten = resample_axis_scale (10, 1000);
  g_autoptr (ResampleAxis) one = resample_axis_scale (1, 1);
  float             out[10];

  for (int i = 0; i < 1000; i++)
    values[i] = i;
  resample_rect (ten, one, &(CnnRect) { 0, 0, 1, 10 }, 1, read_picture, &picture, out, 1);
  for (int i = 0; i < 10; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 100 * i + 49.5, 1e-2);
}

/* Means over places that lie across pixels and partly outside. */
static void
test_area (void)
{
  const float values[] = { 1, 2, 3, 4 };
  Picture     picture  = { values, 4, 1 };
  g_autoptr (ResampleAxis) axis = resample_axis_area (4, -2.5, 1.5, 4);
  g_autoptr (ResampleAxis) one  = resample_axis_scale (1, 1);
  float       out[4];

  /* −2.5…−1, −1…0.5, 0.5…2, 2…3.5 */
  resample_rect (one, axis, &(CnnRect) { 0, 0, 4, 1 }, 1, read_picture, &picture, out, 4);
  assert_values (out, (float[]) { 0, 1, 2.5 / 1.5, 5 / 1.5 }, 4);
}

/* Every map has a place of its own, with the gap between; the sheet ends with them,
 * and no other number of columns makes it smaller. */
static void
test_sheet (void)
{
  for (int round = 0; round < 300; round++)
    {
      int     n     = g_test_rand_int_range (1, 40);
      CnnSize map   = { g_test_rand_int_range (1, 50), g_test_rand_int_range (1, 50) };
      Sheet   sheet = sheet_new (n, map);
      int     side  = (int) MAX (sheet_width (&sheet), sheet_height (&sheet));
      int     right = 0, bottom = 0;

      for (int i = 0; i < n; i++)
        {
          right = MAX (right, sheet_x (&sheet, i) + map.width);
          bottom = MAX (bottom, sheet_y (&sheet, i) + map.height);
          for (int k = 0; k < i; k++)
            g_assert_true (
              ABS (sheet_x (&sheet, i) - sheet_x (&sheet, k)) >= map.width + SHEET_GAP ||
              ABS (sheet_y (&sheet, i) - sheet_y (&sheet, k)) >= map.height + SHEET_GAP);
        }
      g_assert_cmpint (right, ==, sheet_width (&sheet));
      g_assert_cmpint (bottom, ==, sheet_height (&sheet));
      for (int columns = 1; columns <= n; columns++)
        {
          int rows = (n + columns - 1) / columns;

          g_assert_cmpint (side, <=, MAX (columns * (map.width + 2) - 2,
                                          rows * (map.height + 2) - 2));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/placement/field", test_field);
  g_test_add_func ("/placement/scaled", test_scaled);
  g_test_add_func ("/placement/spread", test_spread);
  g_test_add_func ("/placement/cells", test_cells);
  g_test_add_func ("/placement/common", test_common);
  g_test_add_func ("/sheet", test_sheet);
  g_test_add_func ("/resample/shrink", test_shrink);
  g_test_add_func ("/resample/enlarge", test_enlarge);
  g_test_add_func ("/resample/strips", test_strips);
  g_test_add_func ("/resample/area", test_area);
  return g_test_run ();
}
