/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cnn-test.h"

/* Layers that put values elsewhere: each is held against loops that say where. */

static float *
counted (CnnShape s)
{
  gsize  n = (gsize) cnn_shape_cells (s);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) i;
  return values;
}

static gsize
place (CnnShape s, int y, int x, int c)
{
  return ((gsize) y * s.width + x) * s.channels + c;
}

/* --- rearrange ---------------------------------------------------------------- */

/* Where the value of a cell comes from. */
typedef gsize (*Origin) (CnnShape in, int y, int x, int c);

static gsize
from_turned (CnnShape in, int y, int x, int c)
{
  return place (in, x, y, c);
}

static gsize
from_planes (CnnShape in, int y, int x, int c)
{
  return place (in, x, c, y);
}

static gsize
from_last_first (CnnShape in, int y, int x, int c)
{
  return place (in, y, c, x);
}

/* Channels in groups of 3, of which the first of each come first. */
static gsize
from_shuffled (CnnShape in, int y, int x, int c)
{
  int groups = in.channels / 3;

  return place (in, y, x, c % groups * 3 + c / groups);
}

static gsize
from_depth (CnnShape in, int y, int x, int c)
{
  int maps = in.channels / 6;

  return place (in, y / 2, x / 3, (y % 2 * 3 + x % 3) * maps + c);
}

static gsize
from_depth_maps_first (CnnShape in, int y, int x, int c)
{
  return place (in, y / 2, x / 3, c * 6 + y % 2 * 3 + x % 3);
}

static gsize
from_blocks (CnnShape in, int y, int x, int c)
{
  int maps = in.channels;

  return place (in, y * 2 + c / (3 * maps), x * 3 + c / maps % 3, c % maps);
}

static gsize
from_sequence (CnnShape in, int y, int x, int c)
{
  return place (in, x / in.width, x % in.width, c);
}

static gsize
from_flat_planes (CnnShape in, int y, int x, int c)
{
  int cells = in.height * in.width;

  return place (in, c % cells / in.width, c % in.width, c / cells);
}

static const struct
{
  const char *pattern;
  CnnShape    in;
  CnnShape    out;
  Origin      origin;
} rearrangements[] = {
  { "h w c -> w h c", { 5, 7, 3 }, { 7, 5, 3 }, from_turned },
  { "h w c -> w h c", { 70, 45, 1 }, { 45, 70, 1 }, from_turned },
  { "h w c->c h w", { 5, 70, 33 }, { 33, 5, 70 }, from_planes },
  { "h w c -> h c w", { 5, 37, 65 }, { 5, 65, 37 }, from_last_first },
  { "h w (g i:3) -> h w (i g)", { 9, 8, 12 }, { 9, 8, 12 }, from_shuffled },
  { "(h h2:3) w (g i:3) -> (h h2) w (i g)", { 9, 8, 12 }, { 9, 8, 12 }, from_shuffled },
  { "h w (r:2 s:3 c) -> (h r) (w s) c", { 3, 4, 24 }, { 6, 12, 4 }, from_depth },
  { "h w (r s c) -> (h r:2) (w s:3) c", { 3, 4, 120 }, { 6, 12, 20 }, from_depth },
  { "h w (c r:2 s:3)->(h r)(w s)c", { 3, 4, 24 }, { 6, 12, 4 }, from_depth_maps_first },
  { "(h r:2) (w s:3) c -> h w (r s c)", { 8, 9, 5 }, { 4, 3, 30 }, from_blocks },
  { "h w c -> 1 (h w) c", { 6, 5, 4 }, { 1, 30, 4 }, from_sequence },
  { "h w c -> 1 1 (c h w)", { 6, 5, 4 }, { 1, 1, 120 }, from_flat_planes },
};

static void
test_rearrange (gconstpointer data)
{
  int               i = GPOINTER_TO_INT (data);
  g_autofree char  *text = g_strdup_printf ("rearrange \"%s\"", rearrangements[i].pattern);
  g_autofree float *values = counted (rearrangements[i].in);
  CnnShape          out;
  g_autofree float *got = cnn_test_run (text, rearrangements[i].in, values, &out);
  const float      *cell = got;

  g_assert_true (cnn_shape_equal (out, rearrangements[i].out));
  for (int y = 0; y < out.height; y++)
    for (int x = 0; x < out.width; x++)
      for (int c = 0; c < out.channels; c++)
        g_assert_cmpfloat (*cell++, ==,
                           values[rearrangements[i].origin (rearrangements[i].in, y, x, c)]);
}

/* A layer that only moves maps takes rows as they come; all others need their whole input. */
static void
test_reach (void)
{
  static const struct
  {
    const char *text;
    CnnReach    reach;
  } cases[] = {
    { "rearrange \"h w (g i:3) -> h w (i g)\"", CNN_REACH_WINDOW },
    { "rearrange \"h w c -> w h c\"", CNN_REACH_WHOLE },
    { "rearrange \"h (w s:2) c -> h w (s c)\"", CNN_REACH_WHOLE },
    { "gather channels=1", CNN_REACH_WINDOW },
    { "gather rows=1", CNN_REACH_WHOLE },
    { "dropout as=a ; concat a", CNN_REACH_POINT },
    { "dropout as=a ; concat a axis=rows", CNN_REACH_WHOLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnNetwork) network = cnn_network_parse (cases[i].text, NULL);

      g_assert_nonnull (network);
      g_assert_cmpint (cnn_node_reach (cnn_network_node (network,
                                                         cnn_network_n_nodes (network) - 1)),
                       ==, cases[i].reach);
    }
}

/* A pattern is printed in quotes, and read again. */
static void
test_printed (void)
{
  const char            *text = "rearrange \"h w (c r:2) -> (h r) w c\"\n";
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  g_autofree char       *printed = cnn_network_print (network);
  g_autofree char       *title = cnn_node_title (cnn_network_node (network, 1));

  g_assert_cmpstr (printed, ==, text);
  g_assert_cmpstr (title, ==, "rearrange \"h w (c r:2) -> (h r) w c\"");
}

/* --- gather, concat, reshape --------------------------------------------------- */

static void
test_gather (void)
{
  static const int lists[][5] = { { 2, 1, 0, 0, -1 }, { 0, 1, 2, 3, -1 }, { 3, 3, -2, -4, 0 } };
  static const char *const axes[] = { "rows", "columns", "channels" };

  for (guint i = 0; i < G_N_ELEMENTS (lists) * 3; i++)
    {
      const int        *list = lists[i / 3];
      int               axis = i % 3;
      CnnShape          in = { axis == 0 ? 4 : 6, axis == 1 ? 4 : 5, axis == 2 ? 4 : 23 }, out;
      g_autofree float *values = counted (in);
      g_autofree char  *text = g_strdup_printf ("gather %s=%d,%d,%d,%d,%d", axes[axis], list[0],
                                                list[1], list[2], list[3], list[4]);
      g_autofree float *got = cnn_test_run (text, in, values, &out);
      const float      *cell = got;

      g_assert_cmpint (axis == 0 ? out.height : axis == 1 ? out.width : out.channels, ==, 5);
      for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
          for (int c = 0; c < out.channels; c++)
            {
              int at[] = { y, x, c };

              at[axis] = (list[at[axis]] + 4) % 4;
              g_assert_cmpfloat (*cell++, ==, values[place (in, at[0], at[1], at[2])]);
            }
    }
}

/* The picture, two of its rows (columns, maps) and the negative of all. */
static void
test_concat (void)
{
  static const char *const axes[] = { "rows", "columns", "channels" };

  for (int axis = 0; axis < 3; axis++)
    for (int channels = 3; channels < 40; channels += 30)
      {
        CnnShape          in = { 4, 5, channels }, out;
        int               extent = axis == 0 ? 4 : axis == 1 ? 5 : channels;
        g_autofree float *values = counted (in);
        g_autofree char  *text = g_strdup_printf ("dropout as=x\ngather %s=2,1 as=a\n"
                                                  "neg as=b from=x\nconcat a,b axis=%s from=x",
                                                  axes[axis], axes[axis]);
        g_autofree float *got = cnn_test_run (text, in, values, &out);
        const float      *cell = got;

        g_assert_cmpint (axis == 0 ? out.height : axis == 1 ? out.width : out.channels, ==,
                         2 * extent + 2);
        for (int y = 0; y < out.height; y++)
          for (int x = 0; x < out.width; x++)
            for (int c = 0; c < out.channels; c++)
              {
                int   at[] = { y, x, c }, k = at[axis];
                float sign = k >= extent + 2 ? -1 : 1;

                at[axis] = k < extent ? k : k == extent ? 2 : k == extent + 1 ? 1 : k - extent - 2;
                g_assert_cmpfloat (*cell++, ==, sign * values[place (in, at[0], at[1], at[2])]);
              }
      }
}

static void
test_reshape (void)
{
  static const struct
  {
    const char *text;
    CnnShape    out;
  } cases[] = {
    { "reshape 3x2x20", { 3, 2, 20 } }, { "reshape ?x1x10", { 12, 1, 10 } },
    { "reshape 5x?x3", { 5, 8, 3 } },   { "reshape 1x1x?", { 1, 1, 120 } },
    { "reshape", { 1, 1, 120 } },
  };
  CnnShape          in = { 4, 5, 6 }, out;
  g_autofree float *values = counted (in);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree float *got = cnn_test_run (cases[i].text, in, values, &out);

      g_assert_true (cnn_shape_equal (out, cases[i].out));
      for (int k = 0; k < 120; k++)
        g_assert_cmpfloat (got[k], ==, (float) k);
    }
}

/* --- mistakes -------------------------------------------------------------------- */

static void
test_refused_patterns (void)
{
  static const char *const cases[][2] = {
    { "h w -> w h", "found “->”, expected a name, names in parentheses, or 1" },
    { "h w c", "ends too soon, expected an arrow" },
    { "h w c d -> h w c", "found “d”, expected an arrow" },
    { "h w c -> h w", "ends too soon" },
    { "h w c -> h w c 1", "found “1”, expected nothing more" },
    { "h w w -> h w 1", "“w” stands before the arrow twice" },
    { "h w c -> h w d", "“d” does not stand before the arrow" },
    { "h w c -> h (w w) c", "“w” stands behind the arrow twice" },
    { "h w c -> h w 1", "“c” does not stand behind the arrow" },
    { "h w (a b) -> h w (b a)", "“b” needs a size" },
    { "h w (a b:0) -> h w (b a)", "found “0”, expected a size" },
    { "h w (a b:x) -> h w (b a)", "found “x”, expected a size" },
    { "h w (a b:2) -> h w (b:3 a)", "the same size" },
    { "h w (a -> h w a", "found “->”, expected a name or a closing" },
    { "h w () -> h w 1", "found “)”, expected a name" },
    { "h w 2 -> h w 1", "found “2”, expected a name" },
    { "h w ü -> h w ü", "found “ü”, expected a name" },
    { "h w abcdefghijklmnopq -> h w c", "a shorter name" },
    { "(a b:1 c:1 d:1 e:1 f:1 g:1) (h i:1 j:1 k:1 l:1 m:1) c -> 1 1 1", "at most 12 names" },
  };
  CnnShape in = { 6, 5, 3 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("rearrange \"%s\"", cases[i][0]);

      cnn_test_refused (text, in, CNN_ERROR_SPEC, cases[i][1]);
    }
  cnn_test_refused ("rearrange", in, CNN_ERROR_SPEC, "expected a pattern");
  cnn_test_refused ("rearrange \"h w (c r:2) -> (h r) w c\"", in, CNN_ERROR_SHAPE,
                    "maps: found 3, expected a multiple of 2");
  cnn_test_refused ("rearrange \"h w 1 -> w h 1\"", in, CNN_ERROR_SHAPE, "found 3, expected 1");
}

static void
test_refused (void)
{
  CnnShape in = { 6, 5, 3 };

  cnn_test_refused ("gather", in, CNN_ERROR_SPEC, "expected one list");
  cnn_test_refused ("gather rows=1 columns=1", in, CNN_ERROR_SPEC, "expected one list");
  cnn_test_refused ("gather rows=0.5", in, CNN_ERROR_SPEC, "whole numbers");
  cnn_test_refused ("gather rows=6", in, CNN_ERROR_SHAPE, "found 6, expected -6 to 5");
  cnn_test_refused ("gather channels=0,-4", in, CNN_ERROR_SHAPE, "found -4, expected -3 to 2");
  cnn_test_refused ("reshape ?x?x3", in, CNN_ERROR_SPEC, "at most one");
  cnn_test_refused ("reshape 2x3x4", in, CNN_ERROR_SHAPE, "2×3×4 are 24 values");
  cnn_test_refused ("reshape ?x1x4", in, CNN_ERROR_SHAPE, "expected a divisor");
  cnn_test_refused ("reshape 1073741824x1073741824x1073741824", in, CNN_ERROR_SHAPE, "values");
  cnn_test_refused ("dropout as=a ; gather rows=1 ; concat a", in, CNN_ERROR_SHAPE,
                    "maps of 1×5");
  cnn_test_refused ("dropout as=a ; gather rows=1 ; concat a axis=columns", in, CNN_ERROR_SHAPE,
                    "expected columns as those");
  cnn_test_refused ("dropout as=a ; gather columns=1 ; concat a axis=rows", in, CNN_ERROR_SHAPE,
                    "expected rows as those");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rearrangements); i++)
    {
      g_autofree char *path = g_strdup_printf ("/structure/rearrange/%u", i);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_rearrange);
    }
  g_test_add_func ("/structure/reach", test_reach);
  g_test_add_func ("/structure/printed", test_printed);
  g_test_add_func ("/structure/gather", test_gather);
  g_test_add_func ("/structure/concat", test_concat);
  g_test_add_func ("/structure/reshape", test_reshape);
  g_test_add_func ("/structure/refused-patterns", test_refused_patterns);
  g_test_add_func ("/structure/refused", test_refused);
  return g_test_run ();
}
