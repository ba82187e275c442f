/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "ops/resize-axis.h"
#include "plan-private.h"

/* Layers that make a map larger, against numbers worked out by hand; and what the
 * engine does for layers of kinds that cut a map off or read one row for many. */

/* --- by hand ---------------------------------------------------------------- */

static void
check (const char *text, CnnShape in, const float *values, CnnShape out, const float *expected)
{
  CnnShape          shape;
  g_autofree float *got = cnn_test_run (text, in, values, &shape);

  g_assert_true (cnn_shape_equal (shape, out));
  for (gint64 i = 0; i < cnn_shape_cells (out); i++)
    if (!(fabsf (got[i] - expected[i]) <= 1e-5f))
      g_error ("%s: value %d is %g instead of %g", text, (int) i, got[i], expected[i]);
}

#define CHECK(text, in, values, out, ...) \
  check (text, in, values, (CnnShape) out, (const float[]) { __VA_ARGS__ })
#define SHAPE(h, w, c) { h, w, c }

static void
test_resize (void)
{
  static const float square[] = { 1, 2, 3, 4 };
  static const float row[] = { 0, 10, 20, 40, 80 };
  CnnShape           two = { 2, 2, 1 }, five = { 1, 5, 1 };

  CHECK ("resize 2", two, square, SHAPE (4, 4, 1), 1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
  CHECK ("resize 2 mode=linear", two, square, SHAPE (4, 4, 1), 1, 1.25, 1.75, 2, 1.5, 1.75, 2.25,
         2.5, 2.5, 2.75, 3.25, 3.5, 3, 3.25, 3.75, 4);
  CHECK ("resize to=2x3 mode=linear coordinates=align-corners", two, square, SHAPE (2, 3, 1), 1,
         1.5, 2, 3, 3.5, 4);
  /* Rows stay; columns 0, 5/3 and 10/3, where half a cell counts to the left. */
  CHECK ("resize to=1x3 coordinates=asymmetric", five, row, SHAPE (1, 3, 1), 0, 20, 40);
  CHECK ("resize to=1x3 coordinates=asymmetric nearest=floor", five, row, SHAPE (1, 3, 1), 0,
         10, 40);
  CHECK ("resize to=1x3 coordinates=asymmetric nearest=ceil", five, row, SHAPE (1, 3, 1), 0,
         20, 80);
  /* At 0.5 and 2.5 and 4.5, which is outside. */
  CHECK ("resize 1,0.5", five, row, SHAPE (1, 2, 1), 0, 20);
  CHECK ("resize 1,0.5 nearest=round-prefer-ceil", five, row, SHAPE (1, 2, 1), 10, 40);
  /* At 1/2 of half the size: (−1 + 9 + 9 − 1) / 16 of the four around, with a = −0.5. */
  CHECK ("resize 1,0.5 mode=cubic cubic-a=-0.5", five, row, SHAPE (1, 2, 1),
         (0 * 8 + 9 * 10 - 20) / 16.0f, (-10 + 9 * 20 + 9 * 40 - 80) / 16.0f);
  /* Triangles two cells wide around 0.5 and 2.5: 1, 3, 3, 1 of 8. */
  CHECK ("resize 1,0.5 mode=linear antialias=yes", five, row, SHAPE (1, 2, 1),
         (4 * 0 + 3 * 10 + 20) / 8.0f, (10 + 3 * 20 + 3 * 40 + 80) / 8.0f);
  CHECK ("resize 1,0.5 mode=linear antialias=yes exclude-outside=yes", five, row, SHAPE (1, 2, 1),
         (3 * 0 + 3 * 10 + 20) / 7.0f, (10 + 3 * 20 + 3 * 40 + 80) / 8.0f);
  /* From −1 to 5 in steps of 2. */
  CHECK ("resize to=1x4 mode=linear coordinates=tf-crop roi=0,-0.25,1,1.25 extrapolate=7", five,
         row, SHAPE (1, 4, 1), 7, 10, 40, 7);
}

static void
test_transposed (void)
{
  static const float row[] = { 1, 2, 3 };
  CnnShape           three = { 1, 3, 1 };

  CHECK ("conv-transpose kernels=[[1,10]] stride=1x2", three, row, SHAPE (1, 6, 1), 1, 10, 2, 20, 3,
         30);
  CHECK ("conv-transpose kernels=[[1,10,100]] stride=1x2 bias=5", three, row, SHAPE (1, 7, 1), 6,
         15, 107, 25, 208, 35, 305);
  CHECK ("conv-transpose kernels=[[1,10,100]] stride=1x2 pad=0,1,0,1 output-pad=0,1", three, row,
         SHAPE (1, 6, 1), 10, 102, 20, 203, 30, 300);
  CHECK ("conv-transpose kernels=[[1,10]] stride=1x3 dilation=1x2 output-pad=0,2", three, row,
         SHAPE (1, 11, 1), 1, 0, 10, 2, 0, 20, 3, 0, 30, 0, 0);
  CHECK ("conv-transpose kernels=[[1,10,100]] stride=1x2 pad=same", three, row, SHAPE (1, 6, 1), 1,
         10, 102, 20, 203, 30);
}

static void
test_blocks (void)
{
  static const float place[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  CnnShape           deep = { 1, 1, 8 }, flat = { 2, 4, 1 };

  CHECK ("depth-to-space 2", deep, place, SHAPE (2, 2, 2), 0, 1, 2, 3, 4, 5, 6, 7);
  CHECK ("depth-to-space 2 order=crd", deep, place, SHAPE (2, 2, 2), 0, 4, 1, 5, 2, 6, 3, 7);
  CHECK ("space-to-depth 2", flat, place, SHAPE (1, 2, 4), 0, 1, 4, 5, 2, 3, 6, 7);
  CHECK ("space-to-depth 1x2; space-to-depth 2x1 order=crd", flat, place, SHAPE (1, 2, 4), 0, 4, 1,
         5, 2, 6, 3, 7);
}

static void
test_refused (void)
{
  CnnShape in = { 5, 4, 3 };

  cnn_test_refused ("depth-to-space 2", in, CNN_ERROR_SHAPE, "3 channels");
  cnn_test_refused ("space-to-depth 2", in, CNN_ERROR_SHAPE, "5×4");
  cnn_test_refused ("resize mode=linear", in, CNN_ERROR_SPEC, "how much larger");
  cnn_test_refused ("resize 0.1", in, CNN_ERROR_SHAPE, "nothing is left");
  cnn_test_refused ("resize 10000 to=16777216x9; resize 2", in, CNN_ERROR_LIMIT, "too many");
  cnn_test_refused ("conv-transpose 4", in, CNN_ERROR_SPEC, "conv-transpose 8 2x2");
  cnn_test_refused ("conv-transpose 4 2x2 pad=9", in, CNN_ERROR_SHAPE, "does not fit");
}

/* --- cut off, and one row for many ------------------------------------------ */

/* What the layers that this test makes of others cut off. */
#define CUT ((CnnSides) { -5, -7, -9, -3 })

typedef struct
{
  CnnStep step;
  CnnTask task;
} TestStep;

static void
test_step_free (CnnStep *step)
{
  g_free (step);
}

static CnnStep *
test_step_new (const CnnTask *task,
               gboolean (*run) (CnnStep *step, const float *const *in, float *out, int y, int x))
{
  TestStep *step = g_new0 (TestStep, 1);

  step->step = (CnnStep) { run, test_step_free };
  step->task = *task;
  return &step->step;
}

static gboolean
cut_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  CnnPad pad = { CNN_PAD_SIDES, CUT };

  return cnn_window_resolve (window, &pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
cut_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const CnnTask *task = &((TestStep *) base)->task;

  for (int r = 0; r < task->out.height; r++)
    for (int c = 0; c < task->out.width; c++)
      for (int map = 0; map < task->out.channels; map++)
        *out++ = in[0][((gsize) (r - task->pad.top) * task->in[0].width + c - task->pad.left) *
                         task->in[0].channels + map];
  return TRUE;
}

static CnnStep *
cut_prepare (const CnnTask *task, GError **error)
{
  return test_step_new (task, cut_run);
}

static gboolean
sum_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  *out = in[0];
  for (guint i = 1; i < n_in; i++)
    *out = (CnnShape) { MAX (out->height, in[i].height), MAX (out->width, in[i].width),
                        out->channels };
  return TRUE;
}

static gboolean
sum_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const CnnTask *task = &((TestStep *) base)->task;

  for (int r = 0; r < task->out.height; r++)
    for (int c = 0; c < task->out.width; c++)
      for (int map = 0; map < task->out.channels; map++, out++)
        {
          *out = 0.0f;
          for (guint i = 0; i < task->n_in; i++)
            {
              const CnnShape *from = &task->in[i];
              gsize           row = from->height == 1 ? 0 : (gsize) r * from->width;

              g_assert_true (from->height == 1 || from->height == task->out.height);
              *out += in[i][(row + (from->width == 1 ? 0 : c)) * from->channels + map];
            }
        }
  return TRUE;
}

static CnnStep *
sum_prepare (const CnnTask *task, GError **error)
{
  return test_step_new (task, sum_run);
}

/* Makes dropouts layers that cut off, and additions such that broadcast. */
static void
use_test_ops (CnnNetwork *network, CnnOp *ops)
{
  ops[0] = *cnn_op_find ("dropout");
  ops[0].reach = CNN_REACH_WINDOW;
  ops[0].window = cut_window;
  ops[0].prepare = cut_prepare;
  ops[1] = *cnn_op_find ("add");
  ops[1].broadcasts = TRUE;
  ops[1].shape = sum_shape;
  ops[1].prepare = sum_prepare;
  for (guint i = 1; i < cnn_network_n_nodes (network); i++)
    {
      CnnNode *node = (CnnNode *) cnn_network_node (network, i);

      if (node->op == cnn_op_find ("dropout"))
        node->op = &ops[0];
      else if (node->op == cnn_op_find ("add"))
        node->op = &ops[1];
    }
}

/* The network in one piece and in others. */
static void
check_cuts (const char *text, CnnShape in, const float *values, CnnShape out,
            const float *expected)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  guint             last;
  CnnOp             ops[2];

  for (int i = 0; i < 12; i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
      CnnPlanOptions         options = { .workers = 1 + i % 3,
                                         .band_rows = pick (rand, 1, 20),
                                         .strip_columns = i % 2 ? pick (rand, 5, 90) : 1 << 20 };
      g_autoptr (CnnPlan)    plan = NULL;
      g_autofree float      *got = NULL;

      g_assert_no_error (error);
      use_test_ops (network, ops);
      last = cnn_network_n_nodes (network) - 1;
      plan = cnn_plan_new (network, in, 1, &last, &options, &error);
      g_assert_no_error (error);
      g_assert_true (cnn_shape_equal (cnn_plan_info (plan, last)->shape, out));
      got = cnn_test_run_plan (plan, in, values, out);
      for (gint64 k = 0; k < cnn_shape_cells (out); k++)
        if (!(fabsf (got[k] - expected[k]) <= 1e-4f))
          g_error ("%s on %d×%d×%d, %d rows, %d columns: value %d is %g instead of %g", text,
                   CNN_SHAPE_ARGS (in), options.band_rows, options.strip_columns, (int) k, got[k],
                   expected[k]);
    }
}

static float *
draw (CnnShape shape)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  float            *values = g_new (float, cnn_shape_cells (shape));

  for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
    values[i] = (float) pick (rand, -9, 9);
  return values;
}

/* A window that begins inside the map, on large maps and on those that run whole. */
static void
test_cut (void)
{
  static const CnnShape shapes[] = { { 200, 190, 2 }, { 20, 17, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      CnnShape          in = shapes[i], out = { in.height - 14, in.width - 10, in.channels };
      g_autofree float *values = draw (in);
      g_autofree float *expected = g_new (float, cnn_shape_cells (out));
      float            *to = expected;

      for (int y = 0; y < out.height; y++)
        for (int x = 0; x < out.width; x++)
          for (int c = 0; c < out.channels; c++)
            *to++ = values[((gsize) (y + 5) * in.width + x + 3) * in.channels + c];
      check_cuts ("dropout", in, values, out, expected);
      check_cuts ("neg as=n; relu; neg as=lo; neg from=n; relu; add lo; dropout", in, values, out,
                  expected);
    }
}

/* Only one row, one column or one cell of an input, which may be the first. */
static void
test_broadcast (void)
{
  CnnShape          in = { 300, 230, 2 };
  g_autofree float *values = draw (in), *expected = g_new (float, cnn_shape_cells (in));
  double            means[2] = { 0.0, 0.0 };

  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    means[i % 2] += values[i] / (300.0 * 230.0);
  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    expected[i] = values[i] + (float) means[i % 2];
  check_cuts ("clip as=a; global-avgpool; add a", in, values, in, expected);
  check_cuts ("clip as=a; global-avgpool as=m; neg from=a; neg; add m", in, values, in, expected);
  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    expected[i] = values[i] + values[i % (230 * 2)];
  check_cuts ("clip as=a; maxpool 1 stride=300x1; add a", in, values, in, expected);
  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    expected[i] = values[i] + values[i / (230 * 2) * (230 * 2) + i % 2];
  check_cuts ("clip as=a; maxpool 1 stride=1x230 as=b; clip from=a; add b", in, values, in,
              expected);
  /* A column and a row make a map. */
  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    expected[i] = values[i / (230 * 2) * (230 * 2) + i % 2] + values[i % (230 * 2)];
  check_cuts ("clip as=a; maxpool 1 stride=1x230 as=b; maxpool 1 stride=300x1 from=a; add b", in,
              values, in, expected);
}

/* Of very many rows not each is looked at for the window; it has what each takes nevertheless. */
static void
test_many_rows (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_test_rand_int ());

  for (int i = 0; i < 60; i++)
    {
      double        numbers[4] = { exp (g_rand_double_range (rand, -6.0, 6.0)) };
      double        roi[4] = { g_rand_double_range (rand, -1.0, 1.0), 0.0,
                               g_rand_double_range (rand, 0.0, 2.0), 1.0 };
      CnnResize     p = { .to = { pick (rand, 65537, 150000), 5 }, .mode = pick (rand, 0, 2),
                          .coordinates = pick (rand, 0, 5), .nearest = pick (rand, 0, 3),
                          .cubic_a = -0.75, .roi = { .n = 4, .values = roi } };
      int           in = pick (rand, 0, 1) ? pick (rand, 1, 30) : pick (rand, 1, 300000);
      CnnResizeAxis axis;
      int           up, stride, extent, before, after;

      p.antialias = p.mode != CNN_RESIZE_NEAREST && pick (rand, 0, 1);
      if (pick (rand, 0, 1))
        p.scale = (CnnNumbers) { .n = 1, .values = numbers };
      if (!cnn_resize_axis (&p, TRUE, in, &axis, NULL))
        continue;
      cnn_resize_window (&axis, &up, &stride, &extent, &before, &after);
      for (int row = 0; row < axis.out; row++)
        {
          double weights[20000];
          gint64 from = (gint64) row * stride - before;
          int    first, n;

          if (cnn_resize_most (&axis) > 20000)
            break;
          n = cnn_resize_taps (&axis, row, &first, weights);
          if (n == 0)
            continue;
          g_assert_cmpint ((gint64) first * up, >=, from);
          g_assert_cmpint ((first + n - (gint64) 1) * up, <, from + extent);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/larger/resize", test_resize);
  g_test_add_func ("/larger/many-rows", test_many_rows);
  g_test_add_func ("/larger/transposed", test_transposed);
  g_test_add_func ("/larger/blocks", test_blocks);
  g_test_add_func ("/larger/refused", test_refused);
  g_test_add_func ("/larger/cut", test_cut);
  g_test_add_func ("/larger/broadcast", test_broadcast);
  return g_test_run ();
}
