/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "cnn-test.h"
#include "ops/conv-train.h"
#include "plan-private.h"
#include "product.h"

/* Convolutions as they are trained: small whole numbers that PyTorch gave, and every way of
 * making each of the three sums against the sum itself, in double. */

/* --- exactly -------------------------------------------------------------------- */

typedef struct
{
  const char *text;
  CnnShape    in;
  CnnShape    out;
  float       values[48];
  float       d_in[48];
  float       d_weight[48];
  float       d_bias[4];
} Golden;

/* Of number i in the input, the weights, the bias and the output's derivatives, which are
 * (5i + 1) mod 7 − 3, (3i + 2) mod 5 − 2, (2i + 1) mod 3 − 1 and (4i + 3) mod 9 − 4. */
static const Golden goldens[] = {
  { .text = "conv 1 2x2",
    .in = { 3, 3, 1 },
    .out = { 2, 2, 1 },
    .values = { -4, -7, 8, -9 },
    .d_in = { 0, 2, -6, -1, 8, -7, -2, 4, -2 },
    .d_weight = { 7, 10, -12, 19 },
    .d_bias = { 2 } },
  { .text = "conv 2 3x2 stride=2x1 pad=1,1,0,0",
    .in = { 4, 3, 2 },
    .out = { 2, 3, 2 },
    .values = { -13, 9, 15, 3, -11, 13, 28, 9, -13, 9, 7, -4 },
    .d_in = { -8, 3, -9, 7, -6, 3, 1, 0, 0, -12, 5, -14, -8, 0, 18, -5, 3, 0, 4, -8, -4, 18, -4,
              3 },
    .d_weight = { 9, 3, -16, -16, -4, 2, 17, -19, 18, -4, 11, 17, -1, 5, 1, 3, -7, 8, -4, 2, -1,
                  -7, 4, -4 },
    .d_bias = { -3, 3 } },
  { .text = "conv 4 2x2 groups=2 dilation=1x2",
    .in = { 3, 3, 4 },
    .out = { 2, 1, 4 },
    .values = { -2, 7, -11, 7, 8, -3, 9, -7 },
    .d_in = { -3, 8, 8, -2, 0, 0, 0, 0, -1, -5, -2, -2, 0, 5, 6, 4, 0, 0, 0, 0, 5, 0, 2, -10, -5,
              -1, 0, 8, 0, 0, 0, 0, 8, -3, -4, 4 },
    .d_weight = { -4, -3, -3, 5, 1, 9, 9, -4, -4, 9, 9, 1, 5, -3, -3, -4, 6, -10, -10, 2, -4, -6,
                  -6, 6, 2, -2, -2, -6, -4, 6, 6, 2 },
    .d_bias = { -4, 4, -6, 2 } },
  { .text = "conv 2 1x1 stride=3 pad=same",
    .in = { 5, 5, 1 },
    .out = { 2, 2, 2 },
    .values = { 0, 3, 0, 1, 0, -7, 0, 5 },
    .d_in = { -6, 0, 0, -4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -2, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
    .d_weight = { 7, -5 },
    .d_bias = { -10, 6 } },
  { .text = "conv-transpose 2 3x2 stride=2 pad=1,0,1,0 output-pad=1",
    .in = { 2, 2, 2 },
    .out = { 4, 5, 2 },
    .values = { -4, 6, 7, 7, 2, -4, -3, -4, 0, -1, 4, -12, -11, -12, 1, 3, 4, 1, 0, -1, -6, 7, 8,
                6, 0, -3, -2, -5, 0, -1, 7, -5, -4, -6, -4, 3, 4, 1, 0, -1 },
    .d_in = { -12, 14, 3, 3, -15, 7, -8, -5 },
    .d_weight = { -9, 4, -6, 4, 5, 4, 9, -16, -11, 12, -7, 10, 6, 4, 9, -14, -11, 12, -7, 10, 9,
                  -16, 22, -27 },
    .d_bias = { -3, 5 } },
  { .text = "conv-transpose 4 2x2 groups=2",
    .in = { 2, 2, 2 },
    .out = { 3, 3, 4 },
    .values = { 0, -5, -2, 3, 4, 1, 8, -4, -2, -1, -1, 1, -2, -3, -1, 8, 9, -5, 1, -6, -1, 0, -1,
                2, -3, 5, 1, 4, 3, -4, -3, -4, 0, -1, 5, 0 },
    .d_in = { 24, -10, -10, 24, -15, -16, 14, -9 },
    .d_weight = { -7, 10, 8, -11, 4, -15, 10, 0, 2, -11, 8, 4, -8, 6, -11, -6 },
    .d_bias = { 0, 0, 0, 0 } },
};

static float *
series (gsize n, int by, int first, int modulo, int less)
{
  float *values = cnn_floats_alloc (n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (((int) i * by + first) % modulo - less);
  return values;
}

static void
check_numbers (const char *text, const char *what, const float *got, const float *expected,
               gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (got[i] != expected[i])
      g_error ("%s: %s number %d is %g and not %g", text, what, (int) i, got[i], expected[i]);
}

static void
set_weights (const CnnTask *task)
{
  float *weights = series (cnn_tensor_length (task->weights[0]), 3, 2, 5, 2);
  float *bias = series (cnn_tensor_length (task->weights[1]), 2, 1, 3, 1);

  memcpy (task->weights[0]->values, weights,
          cnn_tensor_length (task->weights[0]) * sizeof (float));
  memcpy (task->weights[1]->values, bias, cnn_tensor_length (task->weights[1]) * sizeof (float));
  cnn_floats_free (weights);
  cnn_floats_free (bias);
}

static void
test_exactly (gconstpointer data)
{
  const Golden            *golden = data;
  g_autoptr (CnnNetwork)   network = cnn_network_parse (golden->text, NULL);
  guint                    last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan)      plan = cnn_plan_new (network, golden->in, 1, &last, NULL, NULL);
  g_autoptr (CnnTrainStep) step = NULL;
  gsize                    n_in = cnn_shape_cells (golden->in);
  gsize                    n_out = cnn_shape_cells (golden->out);
  float                   *in = series (n_in, 5, 1, 7, 3), *d_out = series (n_out, 4, 3, 9, 4);
  float                   *out = series (n_out, 0, 0, 1, 0), *d_in = series (n_in, 0, 7, 8, 0);
  float                    d_weight[48] = { 0 }, d_bias[4] = { 0 };
  CnnTask                  task;
  CnnPass                  pass = { .n = 1,
                                    .in = (const float *[]) { in },
                                    .out = out,
                                    .d_out = d_out,
                                    .d_in = (float *[]) { d_in },
                                    .d_weights = (float *[]) { d_weight, d_bias },
                                    .n_all = 1 };

  cnn_plan_whole_task (plan, last, &task);
  g_assert_true (cnn_shape_equal (task.out, golden->out));
  set_weights (&task);
  step = task.node->op->train (&task, NULL);
  g_assert_true (step->load (step) && step->forward (step, &pass) && step->backward (step, &pass));
  check_numbers (golden->text, "output's", out, golden->values, n_out);
  check_numbers (golden->text, "input's", d_in, golden->d_in, n_in);
  check_numbers (golden->text, "weight's", d_weight, golden->d_weight,
                 cnn_tensor_length (task.weights[0]));
  check_numbers (golden->text, "bias's", d_bias, golden->d_bias, (gsize) task.out.channels);
  cnn_floats_free (in);
  cnn_floats_free (out);
  cnn_floats_free (d_in);
  cnn_floats_free (d_out);
}

/* --- every way of making a sum ---------------------------------------------------- */

typedef CnnConvPart *(*PartNew) (const CnnConvWindows *windows, CnnConvDirection direction);

/* Windows, numbers and the sums over them in double. */
typedef struct
{
  CnnConvWindows w;
  guint          n;
  gsize          sizes[3];   /* of out, in and weights: what the directions give */
  float         *in;         /* [n][in] */
  float         *d_out;      /* [n][out] */
  float         *weights;    /* [maps][rows][columns][depth] */
  float         *bias;       /* [out.channels] */
  float         *in_bias;    /* [in.channels] */
  double        *sums[3];
  double        *magnitudes[3];
} Case;

static float *
draw (GRand *rand, gsize n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_double_range (rand, -1.0, 1.0);
  return values;
}

static void
add (Case *c, CnnConvDirection direction, gsize at, double term)
{
  c->sums[direction][at] += term;
  c->magnitudes[direction][at] += fabs (term);
}

/* One window of one map: each of its numbers is in three sums. */
static void
sum_window (Case *c, guint image, int y, int x, int map)
{
  const CnnConvWindows *w = &c->w;
  int                   depth = w->in.channels / w->groups;
  int                   first = map / (w->out.channels / w->groups) * depth;
  gsize out = (((gsize) image * w->out.height + y) * w->out.width + x) * w->out.channels + map;

  add (c, CNN_CONV_FORWARD, out, c->bias[map]);
  for (int r = 0; r < w->kernel.height; r++)
    for (int k = 0; k < w->kernel.width; k++)
      {
        int at_y = y * w->stride.height + r * w->dilation.height - w->top;
        int at_x = x * w->stride.width + k * w->dilation.width - w->left;

        if (at_y < 0 || at_x < 0 || at_y >= w->in.height || at_x >= w->in.width)
          continue;
        for (int d = 0; d < depth; d++)
          {
            gsize in = (((gsize) image * w->in.height + at_y) * w->in.width + at_x) *
                         w->in.channels + first + d;
            gsize weight = (((gsize) map * w->kernel.height + r) * w->kernel.width + k) * depth +
                           d;

            add (c, CNN_CONV_FORWARD, out, (double) c->in[in] * c->weights[weight]);
            add (c, CNN_CONV_BACK, in, (double) c->d_out[out] * c->weights[weight]);
            add (c, CNN_CONV_WEIGHTS, weight, (double) c->d_out[out] * c->in[in]);
          }
      }
}

static void
case_begin (Case *c, GRand *rand)
{
  const CnnConvWindows *w = &c->w;

  c->sizes[CNN_CONV_FORWARD] = c->n * cnn_shape_cells (w->out);
  c->sizes[CNN_CONV_BACK] = c->n * cnn_shape_cells (w->in);
  c->sizes[CNN_CONV_WEIGHTS] = (gsize) w->out.channels * w->kernel.height * w->kernel.width *
                               (w->in.channels / w->groups);
  c->d_out = draw (rand, c->sizes[CNN_CONV_FORWARD]);
  c->in = draw (rand, c->sizes[CNN_CONV_BACK]);
  c->weights = draw (rand, c->sizes[CNN_CONV_WEIGHTS]);
  c->bias = draw (rand, w->out.channels);
  c->in_bias = draw (rand, w->in.channels);
  for (int i = 0; i < 3; i++)
    {
      c->sums[i] = g_new0 (double, c->sizes[i]);
      c->magnitudes[i] = g_new0 (double, c->sizes[i]);
    }
  for (gsize i = 0; i < c->sizes[CNN_CONV_BACK]; i++)
    add (c, CNN_CONV_BACK, i, c->in_bias[i % w->in.channels]);
  for (guint image = 0; image < c->n; image++)
    for (int y = 0; y < w->out.height; y++)
      for (int x = 0; x < w->out.width; x++)
        for (int map = 0; map < w->out.channels; map++)
          sum_window (c, image, y, x, map);
}

static void
case_clear (Case *c)
{
  g_free (c->in);
  g_free (c->d_out);
  g_free (c->weights);
  g_free (c->bias);
  g_free (c->in_bias);
  for (int i = 0; i < 3; i++)
    {
      g_free (c->sums[i]);
      g_free (c->magnitudes[i]);
    }
}

/* Within 10⁻⁵ of the largest sum of the terms' sizes. */
static void
check_part (const Case *c, CnnConvDirection direction, PartNew new, const char *way)
{
  static const char *const directions[] = { "forward", "back", "weights" };

  const CnnConvWindows *w = &c->w;
  CnnConvPart          *part = new (w, direction);
  gsize                 n = c->sizes[direction];
  float                *got = series (n, 1, 0, 3, 0);
  double                most = 0.0, before;

  if (part->load)
    part->load (part, c->weights);
  g_assert_true (part->run (part, c->n, direction == CNN_CONV_BACK ? c->d_out : c->in,
                            direction == CNN_CONV_FORWARD ? c->bias
                            : direction == CNN_CONV_BACK  ? c->in_bias
                                                          : c->d_out,
                            got));
  for (gsize i = 0; i < n; i++)
    most = MAX (most, c->magnitudes[direction][i]);
  for (gsize i = 0; i < n; i++)
    {
      before = direction == CNN_CONV_WEIGHTS ? (double) (i % 3) : 0.0;
      if (!(fabs (got[i] - before - c->sums[direction][i]) <= 1e-5 * most))
        g_error ("%s, %s: " CNN_SHAPE_FORMAT " to " CNN_SHAPE_FORMAT ", %dx%d, from %d, %d: "
                 "number %d is %.9g and not %.9g", way, directions[direction],
                 CNN_SHAPE_ARGS (w->in), CNN_SHAPE_ARGS (w->out), w->kernel.height,
                 w->kernel.width, w->top, w->left, (int) i, got[i] - before,
                 c->sums[direction][i]);
    }
  cnn_floats_free (got);
  part->free (part);
}

static void
check_windows (GRand *rand, const CnnConvWindows *windows, int counts[4])
{
  Case c = { .w = *windows, .n = windows->batch };

  case_begin (&c, rand);
  for (int i = 0; i < 3; i++)
    {
      check_part (&c, i, cnn_conv_part_new, "as chosen");
      check_part (&c, i, cnn_conv_gemm_new, "gemm");
      counts[0]++;
      if (cnn_conv_rows_suit (windows, i))
        {
          check_part (&c, i, cnn_conv_rows_new, "rows");
          counts[1]++;
        }
      if (cnn_conv_winograd_suits (windows))
        {
          check_part (&c, i, cnn_conv_winograd_new, "Winograd");
          counts[2]++;
        }
      if (cnn_conv_each_suits (windows))
        {
          check_part (&c, i, cnn_conv_each_new, "channel by channel");
          counts[3]++;
        }
    }
  case_clear (&c);
}

/* One dimension: how many places come out, with as much before and after as is drawn. */
static int
draw_length (GRand *rand, int length, int kernel, int stride, int dilation, int *before)
{
  int extent = (kernel - 1) * dilation + 1, after = pick (rand, -1, extent);

  *before = pick (rand, -1, extent);
  if (length + *before + after < extent)
    {
      *before = extent;
      after = 0;
    }
  return (length + *before + after - extent) / stride + 1;
}

/* @most: of 3×3 and stride 1 channels enough for Winograd's way. */
static CnnConvWindows
draw_windows (GRand *rand, gboolean most)
{
  CnnConvWindows w = {
    .in = { pick (rand, 1, 14), pick (rand, 1, 15), pick (rand, most ? 16 : 1, most ? 70 : 20) },
    .kernel = { 3, 3 },
    .stride = { 1, 1 },
    .dilation = { 1, 1 },
    .groups = 1,
    .batch = (guint) pick (rand, 1, 4),
  };

  if (!most)
    {
      w.kernel = (CnnSize) { pick (rand, 1, 5), pick (rand, 1, 5) };
      w.stride = (CnnSize) { pick (rand, 1, 3), pick (rand, 1, 3) };
      w.dilation = (CnnSize) { pick (rand, 1, 2), pick (rand, 1, 2) };
      w.groups = pick (rand, 0, 2) > 0 ? 1 : w.in.channels;
      if (w.groups > 2 && w.groups % 2 == 0 && pick (rand, 0, 2) == 0)
        w.groups /= 2;
      if (pick (rand, 0, 1))
        w.stride = (CnnSize) { 1, 1 };
    }
  w.out.height = draw_length (rand, w.in.height, w.kernel.height, w.stride.height,
                              w.dilation.height, &w.top);
  w.out.width = draw_length (rand, w.in.width, w.kernel.width, w.stride.width, w.dilation.width,
                             &w.left);
  w.out.channels = w.groups * pick (rand, most ? 16 : 1, w.groups > 1 ? 2 : most ? 50 : 40);
  return w;
}

static void
test_ways (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  int               counts[4] = { 0 };

  for (int i = 0; i < 300; i++)
    {
      CnnConvWindows w = draw_windows (rand, FALSE);

      check_windows (rand, &w, counts);
    }
  for (int i = 0; i < 40; i++)
    {
      CnnConvWindows w = draw_windows (rand, TRUE);

      check_windows (rand, &w, counts);
    }
  g_test_message ("%d sums by products of matrices, %d by rows, %d by Winograd's way, %d channel "
                  "by channel", counts[0], counts[1], counts[2], counts[3]);
  g_assert_cmpint (counts[0], ==, 3 * 340);
  g_assert_cmpint (counts[1], >=, 600);
  g_assert_cmpint (counts[2], ==, 3 * 40);
  g_assert_cmpint (counts[3], >=, 60);
}

/* --- products in registers, on this processor and as on older ones ------------------ */

#define MOST 40

/* Rows, columns and their sums; @near: rows of a are neighbouring numbers. */
static void
check_product (GRand *rand, guint kind, int n_rows, int n_columns, gboolean near)
{
  gsize             parts[] = { 0, (gsize) pick (rand, 0, 9), (gsize) pick (rand, 0, 9) };
  int               panels = cnn_product_panels (n_columns);
  gboolean          paneled = pick (rand, 0, 1);
  g_autofree float *a = draw (rand, 4 * MOST * MOST), *b = draw (rand, 3 * MOST * 4 * MOST);
  g_autofree float *c = draw (rand, MOST * 4 * MOST);
  CnnProduct        product = { .a = a,
                                .a_row = near ? 1 : (gsize) pick (rand, 2, 50),
                                .a_next = near ? (gsize) pick (rand, 2, 50) : 1,
                                .parts = parts,
                                .n_parts = pick (rand, 1, 3),
                                .n = pick (rand, 1, MOST),
                                .b = b,
                                .from = c,
                                .from_row = n_columns,
                                .c = c,
                                .c_row = n_columns };
  int               n_numbers = product.n_parts * product.n;
  g_autofree float *sums = g_new (float, n_rows * n_columns);

  product.b_next = paneled ? cnn_product_panel (n_columns) : n_columns;
  product.b_panel = paneled ? n_numbers * product.b_next : 0;
  g_assert_cmpint (panels * n_numbers * cnn_product_panel (n_columns), <=, 3 * MOST * 4 * MOST);
  for (int r = 0; r < n_rows; r++)
    for (int m = 0; m < n_columns; m++)
      {
        double       sum = c[r * n_columns + m];
        const float *column = b + (paneled ? m / CNN_PRODUCT_PANEL * product.b_panel +
                                               m % CNN_PRODUCT_PANEL
                                           : (gsize) m);

        for (int i = 0; i < n_numbers; i++)
          sum += (double) column[i * product.b_next] *
                 a[parts[i / product.n] + i % product.n * product.a_next + r * product.a_row];
        sums[r * n_columns + m] = (float) sum;
      }
  g_assert_true (cnn_product_run_as (kind, &product, n_rows, n_columns));
  for (int i = 0; i < n_rows * n_columns; i++)
    if (!(fabsf (c[i] - sums[i]) <= 1e-5f * (float) (n_numbers + 1)))
      g_error ("kind %u, %d×%d by %d numbers: number %d is %g and not %g", kind, n_rows, n_columns,
               n_numbers, i, c[i], sums[i]);
}

static void
test_products (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  CnnProduct        nothing = { .n = 0 };

  for (guint kind = 0; cnn_product_run_as (kind, &nothing, 0, 0); kind++)
    for (int i = 0; i < 300; i++)
      check_product (rand, kind, pick (rand, 1, MOST),
                     CNN_PRODUCT_COLUMNS * pick (rand, 1, 4 * MOST / CNN_PRODUCT_COLUMNS),
                     pick (rand, 0, 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  omp_set_num_threads (1); /* as in a worker */
  for (gsize i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strdup_printf ("/train-conv/exactly/%d", (int) i);

      g_test_add_data_func (path, &goldens[i], test_exactly);
    }
  g_test_add_func ("/train-conv/products", test_products);
  g_test_add_func ("/train-conv/ways", test_ways);
  return g_test_run ();
}
