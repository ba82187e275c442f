/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "error.h"
#include "geometry.h"
#include "network.h"

/* Window arithmetic against numbers worked out by hand, and against a count of
 * the windows that fit. */

static CnnWindow
window_of (int kernel, int stride, int dilation, CnnBorder border)
{
  return (CnnWindow) {
    .kernel = { kernel, kernel },
    .stride = { stride, stride },
    .dilation = { dilation, dilation },
    .border = border,
  };
}

static void
test_by_hand (void)
{
  static const struct
  {
    int        n, kernel, stride, dilation;
    CnnPadMode mode;
    int        pad;
    int        out, before, after;
  } cases[] = {
    { 8, 3, 1, 1, CNN_PAD_VALID, 0, 6, 0, 0 },   { 28, 3, 1, 1, CNN_PAD_SAME, 0, 28, 1, 1 },
    { 28, 2, 2, 1, CNN_PAD_VALID, 0, 14, 0, 0 }, { 7, 3, 2, 1, CNN_PAD_SAME, 0, 4, 1, 1 },
    { 8, 3, 2, 1, CNN_PAD_SAME, 0, 4, 0, 1 },    { 5, 2, 1, 1, CNN_PAD_SAME, 0, 5, 0, 1 },
    { 7, 3, 1, 2, CNN_PAD_VALID, 0, 3, 0, 0 },   { 7, 3, 1, 2, CNN_PAD_SAME, 0, 7, 2, 2 },
    { 5, 3, 2, 1, CNN_PAD_SIDES, 1, 3, 1, 1 },   { 6, 3, 2, 1, CNN_PAD_SIDES, 0, 2, 0, 0 },
    { 1, 1, 1, 1, CNN_PAD_VALID, 0, 1, 0, 0 },   { 1, 3, 1, 1, CNN_PAD_SAME, 0, 1, 1, 1 },
    { 5, 2, 1, 1, CNN_PAD_SAME_LOWER, 0, 5, 1, 0 },
    { 8, 3, 2, 1, CNN_PAD_SAME_LOWER, 0, 4, 1, 0 }, { 7, 3, 1, 2, CNN_PAD_SAME_LOWER, 0, 7, 2, 2 },
    { 10, 1, 3, 1, CNN_PAD_SAME, 0, 4, 0, 0 },   { 4, 5, 1, 1, CNN_PAD_SIDES, 3, 6, 3, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CnnWindow          window = window_of (cases[i].kernel, cases[i].stride, cases[i].dilation,
                                             CNN_BORDER_ZERO);
      int                p = cases[i].pad;
      CnnPad             pad = { cases[i].mode, { p, p, p, p } };
      CnnSize            out;
      g_autoptr (GError) error = NULL;

      cnn_window_resolve (&window, &pad, (CnnSize) { cases[i].n, cases[i].n }, &out, &error);
      g_assert_no_error (error);
      g_assert_cmpint (out.height, ==, cases[i].out);
      g_assert_cmpint (out.width, ==, cases[i].out);
      g_assert_cmpint (window.pad.top, ==, cases[i].before);
      g_assert_cmpint (window.pad.left, ==, cases[i].before);
      g_assert_cmpint (window.pad.bottom, ==, cases[i].after);
      g_assert_cmpint (window.pad.right, ==, cases[i].after);
    }
}

/* The output has as many cells as windows can be put down one by one, and the
 * input of the last is the last that fits. */
static void
test_count (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int i = 0; i < 5000; i++)
    {
      CnnWindow          window = window_of (g_rand_int_range (rand, 1, 6),
                                             g_rand_int_range (rand, 1, 5),
                                             g_rand_int_range (rand, 1, 4), CNN_BORDER_ZERO);
      CnnPad             pad = { g_rand_int_range (rand, 0, 4), { 0, 1, 2, 3 } };
      CnnSize            in = { g_rand_int_range (rand, 1, 20), g_rand_int_range (rand, 1, 20) };
      CnnSize            out, extent = cnn_window_extent (&window);
      g_autoptr (GError) error = NULL;
      int                fit = 0, last = 0;

      if (!cnn_window_resolve (&window, &pad, in, &out, &error))
        {
          g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
          continue;
        }
      for (int y = -window.pad.top; y + extent.height <= in.height + window.pad.bottom;
           y += window.stride.height, fit++)
        last = y;
      g_assert_cmpint (out.height, ==, fit);
      if (pad.mode == CNN_PAD_SAME || pad.mode == CNN_PAD_SAME_LOWER)
        g_assert_cmpint (out.width, ==, (in.width + window.stride.width - 1) / window.stride.width);
      g_assert_cmpint (cnn_window_input (&window, (CnnRect) { 0, fit - 1, 1, 1 }).y, ==, last);
      g_assert_cmpint (cnn_window_input (&window, (CnnRect) { 0, 0, 1, fit }).height, ==,
                       last + window.pad.top + extent.height);
    }
}

/* Rounded up, windows are put down as long as cells are left over and one begins before the
 * padding at the end. */
static void
test_round_up (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  int               more = 0;

  for (int i = 0; i < 5000; i++)
    {
      CnnWindow          window = window_of (g_rand_int_range (rand, 1, 6),
                                             g_rand_int_range (rand, 1, 5),
                                             g_rand_int_range (rand, 1, 4), CNN_BORDER_ZERO);
      CnnWindow          down = window;
      int                extent = cnn_window_extent (&window).height;
      int                n = g_rand_int_range (rand, 1, 20);
      int                before = g_rand_int_range (rand, 0, extent);
      int                after = g_rand_int_range (rand, 0, extent);
      CnnPad             pad = { CNN_PAD_SIDES, { before, after, after, before } };
      CnnSize            out = { 0, 0 };
      g_autoptr (GError) error = NULL;
      int                windows = 1, end = extent - before;

      while (end < n + after && end - extent + window.stride.height < n)
        {
          end += window.stride.height;
          windows++;
        }
      if (!cnn_window_resolve_up (&window, &pad, (CnnSize) { n, n }, &error))
        {
          g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
          g_assert_cmpint (extent - window.stride.height, >=, n + before + after);
          continue;
        }
      out = cnn_window_output (&window, (CnnSize) { n, n });
      g_assert_cmpint (out.height, ==, windows);
      g_assert_cmpint (out.width, ==, windows);
      g_assert_cmpint (window.pad.top, ==, before);
      g_assert_cmpint (window.pad.bottom, ==, MAX (after, end - n));
      if (cnn_window_resolve (&down, &pad, (CnnSize) { n, n }, &out, NULL))
        {
          g_assert_cmpint (windows - out.height, >=, 0);
          g_assert_cmpint (windows - out.height, <=, 1);
          more += windows > out.height;
        }
    }
  g_assert_cmpint (more, >, 500);
}

/* Rows of a map that is spread out, and windows put down on it one by one: which rows
 * each of them holds, and how many windows there are. Sides below 0 are cut off. */
static void
test_spread (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  int               n_empty = 0, n_fit = 0;

  for (int i = 0; i < 5000; i++)
    {
      CnnWindow window = window_of (g_rand_int_range (rand, 1, 6), g_rand_int_range (rand, 1, 8),
                                    g_rand_int_range (rand, 1, 3), CNN_BORDER_ZERO);
      int       up = i % 5 == 0 ? g_rand_int_range (rand, 1000, 3000)
                                : g_rand_int_range (rand, 1, 6);
      int       n = g_rand_int_range (rand, 1, 12), fit = 0, extent;
      int       top = g_rand_int_range (rand, -3, 6), bottom = g_rand_int_range (rand, -3, 6);
      CnnRect   before = { 0 };

      window.up = (CnnSize) { up, 1 };
      if (up >= 1000)
        window.stride.height = g_rand_int_range (rand, 300, 3000);
      window.pad = (CnnSides) { .top = top, .bottom = bottom };
      extent = cnn_window_extent (&window).height;
      for (int y = -top; y + extent <= (n - 1) * up + 1 + bottom; y += window.stride.height, fit++)
        {
          CnnRect rect = cnn_window_input (&window, (CnnRect) { 0, fit, 1, 1 });
          CnnRect all = cnn_window_input (&window, (CnnRect) { 0, 0, 1, fit + 1 });
          int     held = 0;

          for (int row = -10; row < n + 10; row++)
            if (row * up >= y && row * up < y + extent)
              {
                g_assert_cmpint (row, >=, rect.y);
                g_assert_cmpint (row, <, rect.y + rect.height);
                held++;
              }
          n_empty += held == 0;
          g_assert_cmpint (rect.height, ==, MAX (held, 1));
          /* A window that holds none counts as holding the row before. */
          g_assert_true (held > 0 || (rect.y * up < y && (rect.y + 1) * up > y));
          g_assert_true (fit == 0 || (rect.y >= before.y &&
                                      rect.y + rect.height >= before.y + before.height));
          g_assert_cmpint (all.y + all.height, ==, rect.y + rect.height);
          before = rect;
        }
      n_fit += fit;
      if (fit > 0)
        g_assert_cmpint (cnn_window_output (&window, (CnnSize) { n, 9 }).height, ==, fit);
    }
  g_assert_cmpint (n_empty, >, n_fit / 20);
}

/* Far out on a large map products of places outgrow 32 bits. */
static void
test_spread_far (void)
{
  CnnWindow window = window_of (1, 1, 1, CNN_BORDER_ZERO);
  CnnRect   rect;

  window.kernel.height = 59999;
  window.up.height = 60000;
  window.stride.height = 49999;
  window.pad = (CnnSides) { .top = 30000, .bottom = 30000 };
  rect = cnn_window_input (&window, (CnnRect) { 0, 59000, 1, 1 });
  /* 59000 · 49999 − 30000 = 2949911000 = 49165.18 · 60000 */
  g_assert_cmpint (rect.y, ==, 49166);
  g_assert_cmpint (rect.height, ==, 1);
  g_assert_cmpint (cnn_window_output (&window, (CnnSize) { 50000, 1 }).height, ==, 60001);
}

static void
test_border (void)
{
  static const struct
  {
    CnnBorder   border;
    const char *row; /* of a b c d, three cells before and after; . is zero */
  } cases[] = {
    { CNN_BORDER_ZERO, "...abcd..." },
    { CNN_BORDER_REFLECT, "dcbabcdcba" },
    { CNN_BORDER_REPLICATE, "aaaabcdddd" },
    { CNN_BORDER_WRAP, "bcdabcdabc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int x = -3; x < 7; x++)
      {
        int index = cnn_border_index (cases[i].border, x, 4);

        g_assert_cmpint (index < 0 ? '.' : 'a' + index, ==, cases[i].row[x + 3]);
      }
}

static void
check_refused (int n, int kernel, int padding, CnnBorder border, const char *message)
{
  CnnWindow          window = window_of (kernel, 1, 1, border);
  CnnPad             pad = { CNN_PAD_SIDES, { padding, padding, padding, padding } };
  g_autoptr (GError) error = NULL;

  g_assert_false (cnn_window_resolve (&window, &pad, (CnnSize) { n, n }, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_refused (void)
{
  check_refused (3, 5, 0, CNN_BORDER_ZERO, "the 5×5 window does not fit into the 3×3 map");
  check_refused (2, 7, 1, CNN_BORDER_ZERO,
                 "the 7×7 window does not fit into the 2×2 map, 4×4 with its padding");
  check_refused (2, 3, 2, CNN_BORDER_REFLECT,
                 "a border of 2 rows and 2 columns cannot be reflected out of a 2×2 map; use "
                 "border=replicate");
  check_refused (2, 3, 3, CNN_BORDER_WRAP,
                 "a border of 3 rows and 3 columns cannot be wrapped out of a 2×2 map; use "
                 "border=replicate");
}

/* --- receptive fields ----------------------------------------------------- */

static void
check_field (const char *text, CnnShape input, double size, double jump, double start)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autofree CnnNodeInfo *infos = NULL;
  CnnReceptive            field;

  g_assert_no_error (error);
  infos = cnn_network_infer (network, input, &error);
  g_assert_no_error (error);
  field = infos[cnn_network_n_nodes (network) - 1].receptive;
  g_assert_cmpfloat (field.size.height, ==, size);
  g_assert_cmpfloat (field.size.width, ==, size);
  g_assert_cmpfloat (field.jump.height, ==, jump);
  g_assert_cmpfloat (field.jump.width, ==, jump);
  g_assert_cmpfloat (field.start.height, ==, start);
  g_assert_cmpfloat (field.start.width, ==, start);
}

static void
test_receptive (void)
{
  CnnShape in = { 64, 64, 3 };

  check_field ("relu", in, 1, 1, 0);
  check_field ("conv 2 3x3", in, 3, 1, 0);
  check_field ("conv 2 3x3; conv 2 3x3", in, 5, 1, 0);
  check_field ("conv 2 3x3; maxpool 2", in, 4, 2, 0);
  check_field ("conv 2 3x3 pad=same; relu; maxpool 2; conv 4 3x3 pad=same", in, 8, 2, -3);
  check_field ("conv 2 5x5 dilation=2 pad=same", in, 9, 1, -4);
  check_field ("maxpool 3 stride=1 pad=same", in, 3, 1, -1);
  check_field ("conv 2 3x3 stride=2; conv 2 3x3 stride=2; conv 2 3x3", in, 15, 4, 0);
  check_field ("maxpool 2; global-avgpool", in, 64, 0, 0);
  check_field ("conv 2 3x3; flatten; dense 4", in, 64, 0, 0);
  check_field ("relu as=a; conv 3 5x5 pad=same; add a", in, 5, 1, -2);
  check_field ("resize 2", in, 1.5, 0.5, -0.5);
  check_field ("resize 2; conv 1 3x3", in, 2.5, 0.5, -0.5);
  check_field ("resize 4; maxpool 4", in, 2.5, 1, -0.75);
}

/* A field that outgrows every integer stays a number. */
static void
test_receptive_huge (void)
{
  g_autoptr (GString)    text = g_string_new (NULL);
  g_autoptr (CnnNetwork) network = NULL;
  g_autofree CnnNodeInfo *infos = NULL;

  for (int i = 0; i < 200; i++)
    g_string_append (text, "conv 1 3x3 stride=4000 pad=4000;");
  network = cnn_network_parse (text->str, NULL);
  infos = cnn_network_infer (network, (CnnShape) { 4, 4, 1 }, NULL);
  g_assert_nonnull (infos);
  g_assert_cmpint (cnn_receptive_size (&infos[200].receptive).height, >, 0);
  g_assert_cmpint (cnn_receptive_rect (&infos[200].receptive, 1000, 1000).x, <=, 1 << 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/geometry/by-hand", test_by_hand);
  g_test_add_func ("/geometry/count", test_count);
  g_test_add_func ("/geometry/round-up", test_round_up);
  g_test_add_func ("/geometry/spread", test_spread);
  g_test_add_func ("/geometry/spread-far", test_spread_far);
  g_test_add_func ("/geometry/border", test_border);
  g_test_add_func ("/geometry/refused", test_refused);
  g_test_add_func ("/geometry/receptive", test_receptive);
  g_test_add_func ("/geometry/receptive-huge", test_receptive_huge);
  return g_test_run ();
}
