/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "maps-layout.h"

#include <math.h>
#include <string.h>

/* Where maps lie on the screen, and cells on the picture. */

/* Panes lie inside, do not meet, and keep the picture's shape; all of them can be found. */
static void
test_grid (void)
{
  for (int turn = 0; turn < 2000; turn++)
    {
      int         n       = turn < 1000 ? g_test_rand_int_range (1, 40)
                                        : g_test_rand_int_range (1, 3000);
      CnnSize     pane    = { g_test_rand_int_range (120, 1200),
                              g_test_rand_int_range (120, 1600) };
      CnnSize     picture = { g_test_rand_int_range (1, 5000), g_test_rand_int_range (1, 5000) };
      CnnMapsGrid grid    = cnn_maps_grid (n, pane, picture, 20, 96);
      gboolean    fits    = grid.total <= pane.height;
      double      aspect  = CLAMP ((double) picture.height / picture.width, 0.5, 2.0);

      g_assert_cmpint (grid.columns * grid.rows, >=, n);
      g_assert_cmpint (grid.columns * (grid.rows - 1), <, n);
      g_assert_cmpfloat (fabs (grid.height - grid.width * aspect), <=, 1.0);
      /* Either all are seen, or each is large enough. */
      g_assert_true (fits || n == 1 || grid.width >= 96 || grid.columns == 1);
      for (int k = 0; k < 20; k++)
        {
          int     map = g_test_rand_int_range (0, n), first, n_seen;
          CnnRect a   = cnn_maps_grid_pane (&grid, map);
          CnnRect b   = cnn_maps_grid_pane (&grid, g_test_rand_int_range (0, n));
          CnnRect common = a;

          g_assert_cmpint (a.x, >=, 0);
          g_assert_cmpint (a.y, >=, 0);
          g_assert_cmpint (a.x + a.width, <=, pane.width);
          g_assert_cmpint (a.y + a.height + grid.caption, <=, grid.total + grid.top);
          if (memcmp (&a, &b, sizeof a) != 0)
            g_assert_false (cnn_rect_intersect (&common, &b));
          /* What is in sight is in the list. */
          cnn_maps_grid_visible (&grid, MAX (a.y - pane.height / 2, 0), pane.height, &first,
                                 &n_seen);
          g_assert_cmpint (map, >=, first);
          g_assert_cmpint (map, <, first + n_seen);
          g_assert_cmpint (n_seen, <=, (pane.height / (grid.height + 20) + 2) * grid.columns);
        }
    }
}

static void
test_port (void)
{
  for (int turn = 0; turn < 2000; turn++)
    {
      CnnSize      pane    = { g_test_rand_int_range (20, 900), g_test_rand_int_range (20, 900) };
      CnnSize      picture = { g_test_rand_int_range (1, 6000), g_test_rand_int_range (1, 6000) };
      CnnMapsPort  port    = { g_test_rand_double_range (-100, 7000),
                               g_test_rand_double_range (-100, 7000),
                               g_test_rand_double_range (0.001, 40) };
      CnnMapsPort  zoomed;
      CnnMapsPlace place = { g_test_rand_double_range (-5, 5), g_test_rand_double_range (-5, 5),
                             g_test_rand_int_range (1, 9), g_test_rand_int_range (1, 9) };
      double       x = 13, y = -21, scale;
      CnnShape     shape = { 1 + (int) (picture.height / place.height),
                             1 + (int) (picture.width / place.width), 1 };
      CnnRect      cells;
      int          reduce;

      cnn_maps_port_clamp (&port, pane, picture);
      g_assert_cmpfloat (port.scale, <=, 16.0);
      g_assert_cmpfloat (port.x, >=, 0.0);
      g_assert_cmpfloat (port.x, <=, picture.width);
      if (pane.width < picture.width * port.scale)
        g_assert_cmpfloat (port.x * port.scale, >=, pane.width / 2.0 - 1e-6);

      /* What is under the pointer stays there. */
      zoomed = port;
      scale = port.scale * 1.7;
      cnn_maps_port_zoom (&zoomed, scale, x, y);
      g_assert_cmpfloat_with_epsilon (port.x + x / port.scale, zoomed.x + x / scale, 1e-6);
      g_assert_cmpfloat_with_epsilon (port.y + y / port.scale, zoomed.y + y / scale, 1e-6);

      cells = cnn_maps_cells (&place, &port, pane, shape);
      g_assert_cmpint (cells.x, >=, 0);
      g_assert_cmpint (cells.width, >=, 1);
      g_assert_cmpint (cells.x + cells.width, <=, shape.width);
      /* No cell in sight is missing. */
      if (cells.x > 0)
        g_assert_cmpfloat (place.x + cells.x * place.width, <=,
                           port.x - pane.width / 2.0 / port.scale + 1e-6);
      if (cells.x + cells.width < shape.width)
        g_assert_cmpfloat (place.x + (cells.x + cells.width) * place.width, >=,
                           port.x + pane.width / 2.0 / port.scale - 1e-6);

      reduce = cnn_maps_reduce (&place, port.scale);
      /* Narrow cells are averaged earlier, or there would be too many. */
      g_assert_true (reduce == 1 || MAX (place.width, place.height) * port.scale * reduce <= 1.0 ||
                     MIN (place.width, place.height) * port.scale * reduce <= 0.25);
      g_assert_cmpfloat (MAX (place.width, place.height) * port.scale * reduce, >,
                         reduce > 1 ? 0.5 : 0.0);
    }
}

/* A map's cells lie where the output's placement puts them. */
static void
test_place (void)
{
  g_autoptr (CnnNetwork) network =
    cnn_network_parse ("conv 2 3x3; maxpool 2; softmax axis=map; flatten; dense 3", NULL);
  g_autofree CnnNodeInfo *infos =
    cnn_network_infer (network, (CnnShape) { 22, 32, 1 }, NULL);
  CnnMapsPlace conv    = cnn_maps_place (network, infos, 1, (CnnSize) { 22, 32 });
  CnnMapsPlace pool    = cnn_maps_place (network, infos, 2, (CnnSize) { 22, 32 });
  CnnMapsPlace softmax = cnn_maps_place (network, infos, 3, (CnnSize) { 44, 64 });
  CnnMapsPlace dense   = cnn_maps_place (network, infos, 5, (CnnSize) { 22, 32 });

  g_assert_cmpfloat (conv.x, ==, 1.0);
  g_assert_cmpfloat (conv.width, ==, 1.0);
  g_assert_cmpfloat (pool.y, ==, 1.0);
  g_assert_cmpfloat (pool.height, ==, 2.0);
  g_assert_cmpfloat (softmax.x, ==, 2.0);
  g_assert_cmpfloat (softmax.width, ==, 4.0);
  g_assert_cmpfloat (dense.x, ==, 0.0);
  g_assert_cmpfloat (dense.width, ==, 32.0);
}

/* Cells a thousand times as high as wide: a pane has no more of them than an image can. */
static void
test_narrow (void)
{
  CnnMapsPlace place  = { 0.0, 0.0, 120.0 / 1048576, 1.0 };
  CnnMapsPort  port   = { .x = 60.0, .y = 45.0, .scale = 4.0 };
  CnnShape     shape  = { 90, 1048576, 1 };
  CnnRect      cells  = cnn_maps_cells (&place, &port, (CnnSize) { 360, 480 }, shape);
  int          reduce = cnn_maps_reduce (&place, port.scale);

  g_assert_cmpint (cells.width, ==, 1048576);
  g_assert_cmpint (cells.width / reduce, <, 8 * 480 + 1);
  g_assert_cmpint (cells.width / reduce, >=, 4 * 480 - 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/maps-layout/grid", test_grid);
  g_test_add_func ("/maps-layout/port", test_port);
  g_test_add_func ("/maps-layout/place", test_place);
  g_test_add_func ("/maps-layout/narrow", test_narrow);
  return g_test_run ();
}
