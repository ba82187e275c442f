/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cnn-test.h"
#include "plan-private.h"
#include "random-network.h"
#include "stream-host.h"

/* Rows that stay planes between convolutions: where that is so, and that it is the same to the
 * bit as with rows of cells, which there are where each layer's output is wanted. */

/* --- the layout ------------------------------------------------------------------ */

static void
test_layout (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int i = 0; i < 40; i++)
    {
      int               columns = pick (rand, 1, 300), channels = pick (rand, 1, 9);
      gsize             stride = cnn_planes_stride (columns);
      gsize             n = cnn_planes_row (channels, stride), zeros = 0;
      g_autofree float *row = g_new (float, n);

      g_assert_cmpuint (stride % 32, ==, 16); /* an odd number of cache lines */
      g_assert_cmpuint (stride, >=, CNN_PLANES_MARGIN + columns / CNN_PLANES_BY + 16);
      for (gsize k = 0; k < n; k++)
        row[k] = -1.0f;
      for (int x = 0; x < columns; x++)
        for (int c = 0; c < channels; c++)
          {
            float *at = row + cnn_planes_at (channels, stride, x) + c * stride;

            g_assert_cmpfloat (*at, ==, -1.0f); /* no two in one place */
            *at = 1.0f;
          }
      cnn_planes_edges (row, columns, channels, stride);
      for (int x = -2; x < columns + 8; x++)
        for (int c = 0; c < channels; c++)
          g_assert_cmpfloat (row[cnn_planes_at (channels, stride, x) + c * stride], ==,
                             x < 0 || x >= columns ? 0.0f : 1.0f);
      for (gsize k = 0; k < n; k++)
        zeros += row[k] == 0.0f;
      g_assert_cmpuint (zeros, ==, 10 * channels);
    }
}

/* --- which rows they are -------------------------------------------------------------- */

static guint
n_planes (const CnnPlan *plan)
{
  guint n = 0;

  for (guint i = 0; i < plan->n; i++)
    n += plan->nodes[i].planes;
  return n;
}

static void
check_choice (const char *text, CnnShape in, guint tap, guint expected)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  guint                  taps[] = { 0, tap };
  g_autoptr (CnnPlan)    plan = NULL;

  g_assert_no_error (error);
  taps[0] = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, in, tap ? 2 : 1, taps, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_planes (plan), ==, expected);
}

static void
test_choice (void)
{
  const char *text = "conv 8 3x3 pad=same; relu; conv 8 3x3 pad=same; relu; maxpool 2; "
                     "conv 16 3x3 pad=same";
  CnnShape    in = { 300, 300, 3 };

  check_choice (text, in, 0, 3); /* the first convolution, its relu, and the pooling */
  check_choice (text, in, 2, 1);
  check_choice (text, in, 5, 2);
  check_choice (text, (CnnShape) { 300, 200, 3 }, 0, 2); /* after the pooling too narrow */
  check_choice (text, (CnnShape) { 300, 300, 40 }, 0, 1); /* oneDNN gives none */
  check_choice ("conv 8 3x3; tanh; conv 8 3x3", in, 0, 0);
  check_choice ("conv 8 3x3; conv 8 3x3 pad=same border=wrap", in, 0, 0);
  check_choice ("conv 8 3x3 pad=same; conv 8 3x3 pad=same border=reflect", in, 0, 0);
  check_choice ("conv 8 3x3 as=a; conv 8 3x3 pad=same; add a", in, 0, 0);
  check_choice ("conv 8 3x3; global-avgpool", in, 0, 0);
}

/* --- the same ----------------------------------------------------------------------- */

static void
check_same (GRand *rand, const char *text, int channels, gboolean whole_numbers)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  CnnShape               in = { pick (rand, 30, 120), pick (rand, 132, 700), channels };
  g_autofree float      *values = g_new (float, cnn_shape_cells (in));
  guint                  n = cnn_network_n_nodes (network);
  g_autofree guint      *all = g_new (guint, n);
  CnnPlanOptions         whole = { .workers = 1 };
  Host                   tapped;

  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    values[i] = whole_numbers ? (float) pick (rand, -4, 4)
                              : (float) g_rand_double_range (rand, -1.0, 1.0);
  for (guint i = 0; i < n; i++)
    all[i] = n - 1 - i;
  g_assert_true (host_run (&tapped, network, in, values, n - 1, all, &whole, FALSE));
  for (int i = 0; i < 6; i++)
    {
      CnnRect        region;
      CnnPlanOptions options = { .workers = pick (rand, 1, 3),
                                 .band_rows = pick (rand, 0, 20),
                                 .strip_columns = i % 2 ? pick (rand, 20, 300) : 0,
                                 .regions = i > 3 ? &region : NULL };
      guint          n_tapped = tapped.n;
      Host           cut;

      region.width = pick (rand, 1, tapped.shapes[0].width);
      region.height = pick (rand, 1, tapped.shapes[0].height);
      region.x = pick (rand, 0, tapped.shapes[0].width - region.width);
      region.y = pick (rand, 0, tapped.shapes[0].height - region.height);
      g_assert_true (host_run (&cut, network, in, values, 1, all, &options, i % 3 == 0));
      tapped.n = 1;
      host_compare (&tapped, &cut, text, &options, TRUE);
      tapped.n = n_tapped;
      host_clear (&cut);
    }
  host_clear (&tapped);
}

static void
test_same (void)
{
  static const struct
  {
    const char *text;
    int         channels;
  } cases[] = {
    { "conv 8 3x3 pad=same; relu; conv 8 3x3 pad=same; relu; maxpool 2; conv 16 3x3 pad=same; relu",
      3 },
    { "conv 16 3x3 pad=same bias=no; conv 9 3x3 pad=1,2,0,1; leaky-relu slope=0.5; conv 12 3x3",
      2 },
    { "conv 17 3x3; relu; conv 8 3x3 pad=2; relu; conv 11 3x3 pad=same; conv 8 3x3", 1 },
    { "conv 10 3x3 pad=1; conv 12 3x3; relu; maxpool 2; conv 20 3x3 pad=0,0,1,2; relu", 9 },
    { "conv 23 3x3; conv 9 3x3; maxpool 2; maxpool 2 stride=1; conv 8 3x3", 7 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (31);

  for (int i = 0; i < 4; i++)
    for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
      check_same (rand, cases[k].text, cases[k].channels, i % 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/planes/layout", test_layout);
  g_test_add_func ("/planes/choice", test_choice);
  g_test_add_func ("/planes/same", test_same);
  return g_test_run ();
}
