/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "direct-private.h"
#include "separable.h"

/* Convolutions of all sizes, whoever computes them, against three nested loops;
 * and each kind of processor's loops, as far as this one has them. All on whole
 * numbers, where they must be equal to the bit. */

/* --- whole convolutions -------------------------------------------------------- */

typedef struct
{
  CnnShape in;
  int      maps, rows, columns, stride, dilation, groups, pad;
  float    slope; /* 1: no activation */
} Conv;

static char *
conv_text (const Conv *conv)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "conv %d %dx%d stride=%d dilation=%d groups=%d pad=%d", conv->maps,
                   conv->rows, conv->columns, conv->stride, conv->dilation, conv->groups,
                   conv->pad);
  if (conv->slope == 0.0f)
    g_string_append (text, "; relu");
  else if (conv->slope < 1.0f)
    g_string_append_printf (text, "; leaky-relu slope=%g", conv->slope);
  return g_string_free (text, FALSE);
}

static float
conv_value (const Conv *conv, const float *in, CnnTensor *const *weights, int y, int x, int map)
{
  int    depth = conv->in.channels / conv->groups;
  int    first = map / (conv->maps / conv->groups) * depth;
  double sum = weights[1]->values[map];

  for (int i = 0; i < conv->rows; i++)
    for (int j = 0; j < conv->columns; j++)
      for (int c = 0; c < depth; c++)
        {
          int at_y = y * conv->stride + i * conv->dilation - conv->pad;
          int at_x = x * conv->stride + j * conv->dilation - conv->pad;

          if (at_y >= 0 && at_y < conv->in.height && at_x >= 0 && at_x < conv->in.width)
            sum += in[((gsize) at_y * conv->in.width + at_x) * conv->in.channels + first + c] *
                   weights[0]->values[((map * conv->rows + i) * conv->columns + j) * depth + c];
        }
  return (float) (sum < 0 ? sum * conv->slope : sum);
}

static float *
run_in_memory (CnnPlan *plan, const float *in, CnnShape shape)
{
  float             *out = cnn_floats_alloc (cnn_shape_cells (shape));
  CnnSource          source = { .memory = in };
  CnnSink            sink = { .memory = &out };
  g_autoptr (GError) error = NULL;

  cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return out;
}

/* @in_memory: from there and to there, and not piece by piece */
static void
check_conv (GRand *rand, const Conv *conv, gboolean in_memory)
{
  g_autofree char         *text = conv_text (conv);
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnNetwork)   network = cnn_network_parse (text, &error);
  g_autoptr (CnnPlan)      plan = NULL;
  g_autofree float        *in = NULL;
  float                   *out;
  guint                    last, n_weights;
  CnnTensor *const        *weights;
  CnnShape                 shape;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, conv->in, 1, &last, NULL, &error);
  g_assert_no_error (error);
  shape = cnn_plan_info (plan, last)->shape;
  if (cnn_op_find ("conv")->grid (cnn_network_node (network, 1), conv->in, shape).height > 2)
    return; /* by Winograd's way with tiles of 4×4, which divides; it has a test of its own */
  weights = cnn_plan_weights (plan, 1, &n_weights);
  g_assert_cmpuint (n_weights, ==, 2);
  for (guint i = 0; i < n_weights; i++)
    pick_whole (rand, weights[i]->values, cnn_tensor_length (weights[i]));
  in = g_new (float, cnn_shape_cells (conv->in));
  pick_whole (rand, in, cnn_shape_cells (conv->in));
  out = in_memory ? run_in_memory (plan, in, shape)
                  : cnn_test_run_plan (plan, conv->in, in, shape);
  for (int y = 0, i = 0; y < shape.height; y++)
    for (int x = 0; x < shape.width; x++)
      for (int map = 0; map < shape.channels; map++, i++)
        {
          float right = conv_value (conv, in, weights, y, x, map);

          if (out[i] != right)
            g_error ("%s on %d×%d×%d: found %g at row %d, column %d, map %d, expected %g", text,
                     CNN_SHAPE_ARGS (conv->in), out[i], y, x, map, right);
        }
  cnn_floats_free (out);
}

static void
test_random (void)
{
  g_autoptr (GRand)  rand = g_rand_new_with_seed (3);
  static const float slopes[] = { 1.0f, 0.0f, 0.5f };

  for (int i = 0; i < 150; i++)
    {
      Conv conv = { .in = { pick (rand, 9, 20), pick (rand, 1, 90), 0 },
                    .rows = pick (rand, 1, 5),
                    .columns = pick (rand, 1, 5),
                    .stride = pick (rand, 0, 2) ? 1 : pick (rand, 2, 3),
                    .dilation = pick (rand, 0, 2) ? 1 : 2,
                    .groups = pick (rand, 0, 1) ? 1 : pick (rand, 2, 5),
                    .pad = pick (rand, 0, 4),
                    .slope = slopes[pick (rand, 0, 2)] };

      conv.in.channels = conv.groups * pick (rand, 1, 20 / conv.groups);
      conv.maps = conv.groups * pick (rand, 1, 40 / conv.groups);
      if (conv.in.width + 2 * conv.pad > (conv.columns - 1) * conv.dilation)
        check_conv (rand, &conv, FALSE);
    }
}

/* Wider than a block of columns, and kernels larger than any cache. */
static void
test_large (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  const Conv        convs[] = {
    { { 7, 1500, 3 }, 2, 3, 3, 1, 1, 1, 1, 0.0f },  { { 6, 1201, 1 }, 32, 3, 3, 1, 1, 1, 1, 0.0f },
    { { 40, 700, 3 }, 3, 31, 31, 1, 1, 3, 15, 1.0f }, { { 9, 1100, 8 }, 8, 3, 3, 2, 1, 1, 1, 0.5f },
    { { 9, 640, 64 }, 3, 3, 3, 1, 1, 1, 1, 1.0f },  { { 33, 600, 2 }, 17, 5, 9, 1, 3, 1, 6, 1.0f },
    { { 40, 50, 48 }, 48, 3, 3, 1, 2, 1, 2, 0.0f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (convs); i++)
    check_conv (rand, &convs[i], FALSE);
}

/* Few channels, small kernels: tiles of 2×2. */
static void
test_squares (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  const Conv        convs[] = {
    { { 13, 237, 7 }, 8, 3, 3, 1, 1, 1, 1, 0.0f }, { { 6, 5, 2 }, 19, 3, 3, 1, 1, 1, 0, 1.0f },
    { { 33, 70, 5 }, 24, 3, 3, 1, 1, 1, 2, 0.5f }, { { 1, 1, 3 }, 8, 3, 3, 1, 1, 1, 1, 0.0f },
    { { 64, 300, 1 }, 8, 3, 3, 1, 1, 1, 1, 0.5f }, { { 9, 333, 3 }, 65, 3, 3, 1, 1, 1, 1, 0.0f },
    { { 10, 41, 6 }, 16, 3, 3, 1, 1, 1, 4, 1.0f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (convs); i++)
    check_conv (rand, &convs[i], FALSE);
}

/* --- separable kernels ----------------------------------------------------------- */

/* Runs a large depthwise kernel, drawn by @number, and says how far it is off. */
static double
worst_error (Conv conv, double (*number) (int y, int x))
{
  g_autofree char        *text = conv_text (&conv);
  g_autoptr (CnnNetwork)  network = cnn_network_parse (text, NULL);
  guint                   last = cnn_network_n_nodes (network) - 1, n_weights;
  g_autoptr (CnnPlan)     plan = cnn_plan_new (network, conv.in, 1, &last, NULL, NULL);
  CnnTensor *const       *weights = cnn_plan_weights (plan, 1, &n_weights);
  CnnShape                shape = cnn_plan_info (plan, last)->shape;
  g_autofree float       *in = g_new (float, cnn_shape_cells (conv.in));
  float                  *out;
  double                  worst = 0.0;

  for (int m = 0, i = 0; m < conv.maps; m++)
    for (int y = 0; y < conv.rows; y++)
      for (int x = 0; x < conv.columns; x++)
        weights[0]->values[i++] = (float) ((m + 1) * number (y, x));
  for (gint64 i = 0; i < cnn_shape_cells (conv.in); i++)
    in[i] = (float) (i * 7919 % 256);
  out = cnn_test_run_plan (plan, conv.in, in, shape);
  for (int y = 0, i = 0; y < shape.height; y++)
    for (int x = 0; x < shape.width; x++)
      for (int m = 0; m < shape.channels; m++, i++)
        worst = MAX (worst, fabs (out[i] - conv_value (&conv, in, weights, y, x, m)) / (m + 1));
  cnn_floats_free (out);
  return worst;
}

static double
gauss (int y, int x)
{
  return exp (-((y - 7) * (y - 7) + (x - 9) * (x - 9)) / 18.0) / 56.5;
}

static double
box (int y, int x)
{
  return 1.0;
}

/* A box with one number that spoils it. */
static double
spoilt (int y, int x)
{
  return y == 12 && x == 2 ? 1.0 + 1e-5 : y == 3 && x == 3 ? 0.0 : 1.0;
}

static void
test_separable (void)
{
  Conv  conv = { { 60, 600, 3 }, 3, 15, 19, 1, 1, 3, 9, 1.0f };
  float column[2], row[3];

  g_assert_true (cnn_kernel_separate ((float[]) { 1, 2, 3, -2, -4, -6 }, 2, 3, column, row));
  g_assert_cmpfloat (column[0] * row[2], ==, 3.0f);
  g_assert_cmpfloat (column[1] * row[0], ==, -2.0f);
  g_assert_false (cnn_kernel_separate ((float[]) { 1, 2, 3, -2, -4, -6.00001f }, 2, 3, column,
                                       row));
  g_assert_false (cnn_kernel_separate ((float[]) { 1, 2, 3, 0, -4, -6 }, 2, 3, column, row));
  g_assert_false (cnn_kernel_separate ((float[]) { 0, 0, 0, 0, 0, 0 }, 2, 3, column, row));
  g_assert_false (cnn_kernel_separate ((float[]) { 1, 2, NAN, 1, 2, NAN }, 2, 3, column, row));

  /* Of 255 at most; the sums of whole numbers are exact. */
  g_assert_cmpfloat (worst_error (conv, gauss), <, 255 * 2e-6);
  g_assert_cmpfloat (worst_error (conv, box), ==, 0.0);
  g_assert_cmpfloat (worst_error (conv, spoilt), <, 255 * 15 * 19 * 1e-7);
  conv.stride = 2;
  conv.dilation = 2;
  g_assert_cmpfloat (worst_error (conv, gauss), <, 255 * 2e-6);
}

/* --- the loops of each kind of processor ---------------------------------------- */

#define ROWS   6
#define PLANE  400
#define ROOM   8192

typedef struct
{
  float        in[ROWS * PLANE];
  float        weights[1024];
  float        bias[64];
  float        out[ROOM];
  const float *rows[ROWS];
  int          offsets[8];
  CnnDirectSum sum;
} Loop;

static void
loop_begin (Loop *loop, GRand *rand, int kernel_rows, int n_taps)
{
  pick_whole (rand, loop->in, G_N_ELEMENTS (loop->in));
  pick_whole (rand, loop->weights, G_N_ELEMENTS (loop->weights));
  pick_whole (rand, loop->bias, G_N_ELEMENTS (loop->bias));
  for (int r = 0; r < ROWS; r++)
    loop->rows[r] = loop->in + r * PLANE;
  for (int t = 0; t < n_taps; t++)
    loop->offsets[t] = pick (rand, 0, 300);
  memset (loop->out, 0, sizeof loop->out);
  loop->sum = (CnnDirectSum) { .rows = loop->rows,
                               .kernel_rows = kernel_rows,
                               .n_taps = n_taps,
                               .offsets = loop->offsets,
                               .weights = loop->weights,
                               .bias = loop->bias,
                               .activated = pick (rand, 0, 1),
                               .slope = pick (rand, 0, 1) ? 0.5f : 0.0f,
                               .out = loop->out };
}

static float
loop_value (const Loop *loop, int n_maps, int row, int map, int pixel)
{
  const CnnDirectSum *sum = &loop->sum;
  float               value = loop->bias[map];

  for (int r = 0; r < sum->kernel_rows; r++)
    for (int t = 0; t < sum->n_taps; t++)
      value += loop->rows[row + r][loop->offsets[t] + pixel] *
               loop->weights[(r * sum->n_taps + t) * n_maps + map];
  return value < 0 && sum->activated ? value * sum->slope : value;
}

static void
check_pixels (GRand *rand, const CnnDirectLoops *loops, int n_maps, int n_rows)
{
  g_autofree Loop *loop = g_new (Loop, 1);

  loop_begin (loop, rand, pick (rand, n_rows, 4), pick (rand, 1, 8));
  loop->sum.map_stride = loops->block + 3;
  loop->sum.row_stride = loop->sum.map_stride * n_maps + 5;
  loops->pixels[n_maps - 1][n_rows - 1](&loop->sum);
  for (int y = 0; y < n_rows; y++)
    for (int m = 0; m < n_maps; m++)
      for (int x = 0; x < loops->block; x++)
        g_assert_cmpfloat (
          loop->out[y * loop->sum.row_stride + m * loop->sum.map_stride + x], ==,
          loop_value (loop, n_maps, y, m, x));
}

static void
check_maps (GRand *rand, const CnnDirectLoops *loops, int n_vectors)
{
  g_autofree Loop *loop = g_new (Loop, 1);
  int              n_maps = n_vectors * loops->lanes;

  loop_begin (loop, rand, pick (rand, 1, 4), pick (rand, 1, 8));
  loop->sum.pixel_stride = n_maps + 3;
  loops->maps[n_vectors - 1](&loop->sum);
  for (int x = 0; x < loops->span; x++)
    for (int m = 0; m < n_maps; m++)
      g_assert_cmpfloat (loop->out[x * loop->sum.pixel_stride + m], ==,
                         loop_value (loop, n_maps, 0, m, x));
}

static void
check_planes (GRand *rand, const CnnDirectLoops *loops, int n, int channels)
{
  gsize             stride = n + 3;
  g_autofree float *in = g_new (float, n * channels);
  g_autofree float *planes = g_new0 (float, stride * channels);
  float            *back = cnn_floats_alloc (n * channels);

  pick_whole (rand, in, n * channels);
  loops->split (in, n, channels, planes, stride);
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      g_assert_cmpfloat (planes[c * stride + i], ==, in[i * channels + c]);
  for (int c = 0; c < channels; c++)
    for (gsize i = n; i < stride; i++)
      g_assert_cmpfloat (planes[c * stride + i], ==, 0.0f);
  for (int streams = 0; streams < 2; streams++)
    {
      memset (back, 0, n * channels * sizeof (float));
      loops->join (planes, stride, n, channels, streams, back);
      g_assert_cmpmem (in, n * channels * sizeof (float), back, n * channels * sizeof (float));
    }
  cnn_floats_free (back);
}

static void
test_loops (void)
{
  g_autoptr (GRand)     rand = g_rand_new_with_seed (5);
  const CnnDirectLoops *loops;

  for (guint kind = 0; (loops = cnn_direct_loops (kind)) != NULL; kind++)
    for (int i = 0; i < 20; i++)
      {
        for (int m = 0; m < CNN_DIRECT_MAPS; m++)
          for (int r = 0; r < CNN_DIRECT_ROWS; r++)
            if (loops->pixels[m][r])
              check_pixels (rand, loops, m + 1, r + 1);
        check_maps (rand, loops, 1);
        check_maps (rand, loops, 2);
        for (int channels = 1; channels <= 20; channels++)
          check_planes (rand, loops, pick (rand, 1, 40), channels);
      }
}

/* Maps of 16 MiB and more, which are written past the caches: rows begin anywhere in a vector. */
static void
test_past_caches (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  static const Conv convs[] = {
    { { 1201, 1203, 3 }, 3, 3, 3, 1, 1, 3, 1, 0.0f },
    { { 1501, 1499, 1 }, 2, 2, 2, 1, 1, 1, 0, 1.0f },
    { { 1031, 1029, 2 }, 5, 1, 1, 1, 1, 1, 0, 0.5f },
  };

  for (guint i = 0; i < G_N_ELEMENTS (convs); i++)
    check_conv (rand, &convs[i], TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/direct/random", test_random);
  g_test_add_func ("/direct/large", test_large);
  g_test_add_func ("/direct/past-caches", test_past_caches);
  g_test_add_func ("/direct/squares", test_squares);
  g_test_add_func ("/direct/separable", test_separable);
  g_test_add_func ("/direct/loops", test_loops);
  return g_test_run ();
}
