/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "../cnn-test.h"
#include "../random-network.h"
#include "explain-job.h"
#include "plan.h"
#include "ui-test.h"

/* The arithmetic behind a value is that of a run of the whole network, for every kind of
 * layer with random parameters; and it takes in no more than it needs. */

#define CASES    12
#define ATTEMPTS 3000

/* --- asking --------------------------------------------------------------- */

typedef struct
{
  CnnExplained *explained;
  GError       *error;
  gboolean      done;
} Answer;

static void
answered (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->explained = cnn_explain_finish (result, &answer->error);
  answer->done = TRUE;
}

static Answer
ask (CnnExplainer *explainer, CnnNetwork *network, guint node, int map, int y, int x,
     GCancellable *cancellable)
{
  Answer answer = { NULL, NULL, FALSE };

  cnn_explain_async (explainer, network, node, map, y, x, cancellable, answered, &answer);
  while (!answer.done)
    g_main_context_iteration (NULL, TRUE);
  return answer;
}

static CnnExplained *
explain (CnnExplainer *explainer, CnnNetwork *network, guint node, int map, int y, int x)
{
  Answer answer = ask (explainer, network, node, map, y, x, NULL);

  g_assert_no_error (answer.error);
  g_assert_nonnull (answer.explained);
  return answer.explained;
}

static CnnNetwork *
parse (const char *text)
{
  g_autoptr (GError) error   = NULL;
  CnnNetwork        *network = cnn_network_parse (text, &error);

  g_assert_no_error (error);
  return network;
}

/* --- a run of the whole network --------------------------------------------- */

static gboolean
read_whole (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  CnnPicture *picture = data;

  return cnn_picture_read (picture, cnn_picture_shape (picture), rect, values, stride, NULL, error);
}

/* All values of a layer, or NULL where the network does not fit the picture. */
static float *
run (CnnPicture *picture, CnnNetwork *network, guint node, CnnShape *shape)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnPlan) plan  = cnn_plan_new (network, cnn_picture_shape (picture), 1, &node, NULL,
                                            &error);
  CnnSource           source = { .read = read_whole, .data = picture };
  float              *values;

  if (plan == NULL)
    return NULL;
  *shape = cnn_plan_info (plan, node)->shape;
  values = g_new (float, cnn_shape_cells (*shape));
  cnn_plan_run (plan, &source, &(CnnSink) { .memory = &values }, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return values;
}

static float
value_of (const float *values, CnnShape shape, int y, int x, int map)
{
  return values[((gsize) y * shape.width + x) * shape.channels + map];
}

/* --- every op --------------------------------------------------------------- */

/* A network that ends in the op. Those before only copy, so that what goes into it is
 * the same to the bit. */
static char *
random_network (GRand *rand, const CnnOp *op, CnnShape in)
{
  static const char *const before[] = { "", "relu\n", "flatten\n" };

  /* As a vector of that many channels a picture would ask for kernels of as many matrices. */
  int              kind = pick (rand, 0, cnn_shape_cells (in) < 1000 ? 2 : 1);
  CnnShape         shape = kind == 2 ? (CnnShape) { 1, 1, (int) cnn_shape_cells (in) } : in;
  g_autofree char *layer = cnn_test_random_layer (rand, op, shape, FALSE);

  return g_strconcat (before[kind], layer, NULL);
}

/* Dividing by 0, a value may be infinite or no number. */
static gboolean
agrees (double got, const CnnExplanation *explanation)
{
  double value = explanation->value;

  if (isnan (value))
    return isnan (got);
  return got == (double) (float) value || fabs (got - value) <= 1e-5 * explanation->magnitude;
}

static gboolean
try_case (GRand *rand, const CnnOp *op)
{
  g_autoptr (CnnPicture)   picture = ui_test_picture (pick (rand, 1, 60), pick (rand, 1, 90),
                                                      pick (rand, 0, 1) ? 3 : 1);
  g_autofree char         *text    = random_network (rand, op, cnn_picture_shape (picture));
  g_autoptr (CnnNetwork)   network = cnn_network_parse (text, NULL);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autofree float        *values  = NULL;
  CnnShape                 shape;
  guint                    last;

  if (network == NULL)
    return FALSE;
  last = cnn_network_n_nodes (network) - 1;
  values = run (picture, network, last, &shape);
  if (values == NULL)
    return FALSE;
  for (int i = 0; i < 12; i++)
    {
      int y   = i < 4 ? i / 2 * (shape.height - 1) : pick (rand, 0, shape.height - 1);
      int x   = i < 4 ? i % 2 * (shape.width - 1) : pick (rand, 0, shape.width - 1);
      int map = pick (rand, 0, shape.channels - 1);
      g_autoptr (CnnExplained) e = explain (explainer, network, last, map, y, x);
      double                   got = value_of (values, shape, y, x, map);

      g_assert_true (cnn_shape_equal (e->shape, shape));
      g_assert_cmpuint (cnn_explained_step (e, e->steps->len - 1)->node, ==, last);
      if (!agrees (got, e->explanation))
        g_error ("%s\non %d×%d×%d: cell (%d, %d, %d) is %.9g, explained as %.9g", text,
                 CNN_SHAPE_ARGS (cnn_picture_shape (picture)), y, x, map, got,
                 e->explanation->value);
    }
  return TRUE;
}

static void
test_op (gconstpointer data)
{
  const CnnOp      *op   = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_str_hash (op->name));
  int               done = 0;

  for (int attempt = 0; attempt < ATTEMPTS && done < CASES; attempt++)
    done += try_case (rand, op);
  g_assert_cmpint (done, ==, CASES);
}

/* --- borders ---------------------------------------------------------------- */

/* A wide border reads cells far from the window, up to the other end of the map. */
static void
test_borders (void)
{
  const char *const borders[] = { "zero", "reflect", "replicate", "wrap" };
  g_autoptr (CnnPicture)   picture   = ui_test_picture (300, 400, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);

  for (guint i = 0; i < G_N_ELEMENTS (borders); i++)
    {
      g_autofree char       *text = g_strdup_printf ("conv 4 5x5 pad=same border=%s dilation=3\n"
                                                     "relu\nconv 2 7x7 pad=40 border=%s",
                                                     borders[i], borders[i]);
      g_autoptr (CnnNetwork) network = parse (text);
      CnnShape               shape;
      g_autofree float      *values = run (picture, network, 3, &shape);

      for (int k = 0; k < 25; k++)
        {
          int y = k / 5 * (shape.height - 1) / 4, x = k % 5 * (shape.width - 1) / 4;
          g_autoptr (CnnExplained) e = explain (explainer, network, 3, k % 2, y, x);

          g_assert_cmpfloat_with_epsilon (e->explanation->value,
                                          value_of (values, shape, y, x, k % 2),
                                          1e-5 * MAX (e->explanation->magnitude, 1.0));
        }
    }
}

/* --- the layers before -------------------------------------------------------- */

static void
test_steps (void)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (40, 50, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   network = parse ("maxpool 2\nconv 4 3x3 bias=0.1\n"
                                            "batchnorm scale=2 shift=-0.5\nsigmoid\nflatten");
  g_autoptr (CnnExplained) e = NULL;
  CnnShape                 shape;

  /* Of 18×23 cells in 4 maps: row 3, column 5, map 2. */
  e = explain (explainer, network, 5, (3 * 23 + 5) * 4 + 2, 0, 0);
  g_assert_cmpuint (e->steps->len, ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      const CnnExplainedStep *step   = cnn_explained_step (e, i);
      g_autofree float       *values = run (picture, network, 2 + i, &shape);

      g_assert_cmpuint (step->node, ==, 2 + i);
      if (i < 3)
        {
          g_assert_cmpint (step->y, ==, 3);
          g_assert_cmpint (step->x, ==, 5);
          g_assert_cmpint (step->map, ==, 2);
        }
      g_assert_cmpfloat_with_epsilon (step->explanation->value,
                                      value_of (values, shape, step->y, step->x, step->map), 1e-5);
      if (i > 0)
        g_assert_cmpfloat (cnn_explanation_get_part (step->explanation, 0)->values[0], ==,
                           (step - 1)->explanation->value);
      g_assert_true ((step->curve != NULL) == (i == 1 || i == 2));
    }

  const CnnCurve *curve = cnn_explained_step (e, 2)->curve;

  for (int i = 0; i < curve->n; i++)
    g_assert_cmpfloat_with_epsilon (
      curve->values[i],
      1.0 / (1.0 + exp (-(curve->from + (curve->to - curve->from) * i / (curve->n - 1)))), 1e-9);
}

static void
test_picture (void)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (40, 50, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   network = parse ("relu");
  g_autoptr (CnnExplained) e = explain (explainer, network, 0, 1, 7, 9);
  CnnRect                  cell = { 9, 7, 1, 1 };
  float                    values[3];

  g_assert_true (cnn_picture_read (picture, cnn_picture_shape (picture), &cell, values, 3, NULL,
                                   NULL));
  g_assert_cmpfloat (e->explanation->value, ==, values[1]);
}

static void
test_field (void)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (40, 50, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   network = parse ("conv 1 3x3\nmaxpool 2");
  g_autoptr (CnnExplained) e = explain (explainer, network, 2, 0, 5, 7);

  g_assert_cmpint (e->field.x, ==, 14);
  g_assert_cmpint (e->field.y, ==, 10);
  g_assert_cmpint (e->field.width, ==, 4);
  g_assert_cmpint (e->field.height, ==, 4);
}

/* A dense layer's inputs are told by their places in the maps. */
static void
test_origins (void)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (12, 10, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   network = parse ("maxpool 2\nflatten\nrelu\ndense 4\ndense 3");
  CnnShape                 shape;
  g_autofree float        *maps = run (picture, network, 1, &shape);
  g_autoptr (CnnExplained) e = explain (explainer, network, 4, 2, 0, 0);
  g_autoptr (CnnExplained) later = explain (explainer, network, 5, 2, 0, 0);
  const CnnPart           *part = cnn_explanation_get_part (e->explanation, 0);
  GArray                  *origins = cnn_explained_step (e, 0)->origins;
  double                   last = INFINITY;

  g_assert_cmpuint (origins->len, ==, 16);
  for (guint i = 0; i < origins->len; i++)
    {
      const CnnOrigin *origin = &g_array_index (origins, CnnOrigin, i);
      double           size = fabs (part->values[origin->index] * part->factors[origin->index]);

      g_assert_cmpfloat (size, <=, last);
      last = size;
      g_assert_cmpint (origin->index, ==,
                       (origin->y * shape.width + origin->x) * shape.channels + origin->map);
      g_assert_cmpfloat (part->values[origin->index], ==,
                         value_of (maps, shape, origin->y, origin->x, origin->map));
    }
  g_assert_cmpuint (cnn_explained_step (later, 0)->origins->len, ==, 4);
  g_assert_cmpint (g_array_index (cnn_explained_step (later, 0)->origins, CnnOrigin, 0).map, ==,
                   -1);
}

/* --- how much is read ---------------------------------------------------------- */

static gint64 n_read;
static guint  n_calls;

static gboolean
count_read (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
            GCancellable *cancellable, GError **error)
{
  n_read += (gint64) rect->width * rect->height;
  n_calls++;
  for (int y = 0; y < rect->height; y++)
    for (int i = 0; i < rect->width * input.channels; i++)
      values[y * stride + i] = (float) ((rect->y + y) % 7);
  return TRUE;
}

static void
nothing_to_free (gpointer data)
{
}

static void
test_little (void)
{
  static const CnnPictureClass klass = { count_read, NULL, NULL, nothing_to_free };
  CnnShape                     shape = { 8000, 6000, 3 };
  g_autoptr (CnnPicture)       picture   = cnn_picture_new (&klass, shape, NULL);
  g_autoptr (CnnExplainer)     explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork) network = parse ("conv 8 3x3 pad=same\nrelu\nmaxpool 2\nconv 8 5x5\nrelu");
  guint                  calls;

  n_read = 0;
  n_calls = 0;
  cnn_explained_free (explain (explainer, network, 5, 3, 1000, 2000));
  g_assert_cmpint (n_read, >, 0);
  g_assert_cmpint (n_read, <, 300 * 300);
  calls = n_calls;
  for (int i = 0; i < 100; i++)
    cnn_explained_free (explain (explainer, network, 5, i % 8, 1000 + i / 10, 2000 + i % 10));
  g_assert_cmpuint (n_calls, ==, calls);
}

/* --- what cannot be had --------------------------------------------------------- */

static void
test_refused (void)
{
  static const char *const wide[] = { "global-avgpool", "global-maxpool", "spp levels=1",
                                      "maxpool 2500", "softmax axis=all" };
  g_autoptr (CnnPicture)   picture   = ui_test_picture (3000, 3000, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   large = parse ("flatten\ndense 2\nrelu");
  g_autoptr (CnnNetwork)   small = parse ("conv 2 3x3");
  g_autoptr (CnnNetwork)   channels = parse ("softmax");
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  Answer                   answer;

  answer = ask (explainer, large, 3, 1, 0, 0, NULL);
  g_assert_error (answer.error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_cmpstr (answer.error->message, ==,
                   "each value of this layer adds up 27000000 products, more than can be shown");
  g_clear_error (&answer.error);

  /* What only chooses, or takes a mean, takes in as much. */
  for (guint i = 0; i < G_N_ELEMENTS (wide); i++)
    {
      g_autoptr (CnnNetwork) network = parse (wide[i]);

      answer = ask (explainer, network, 1, 0, 0, 0, NULL);
      g_assert_error (answer.error, CNN_ERROR, CNN_ERROR_LIMIT);
      g_assert_nonnull (strstr (answer.error->message,
                                " values are behind this one, more than can be shown"));
      g_clear_error (&answer.error);
    }

  /* Over channels it is as many as there are, however large the maps. */
  cnn_explained_free (explain (explainer, channels, 1, 1, 2999, 0));

  answer = ask (explainer, small, 1, 2, 0, 0, NULL);
  g_assert_error (answer.error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_cmpstr (answer.error->message, ==,
                   "the layer's output is 2998×2998×2 and has no such cell");
  g_clear_error (&answer.error);

  g_cancellable_cancel (cancelled);
  answer = ask (explainer, small, 1, 0, 0, 0, cancelled);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&answer.error);

  cnn_explained_free (explain (explainer, small, 1, 1, 2997, 2997));
}

/* Of the maps of a large picture, one channel is kept. */
static void
test_whole (void)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (500, 800, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   network = parse ("conv 6 3x3\nglobal-avgpool");
  CnnShape                 shape;
  g_autofree float        *values = run (picture, network, 2, &shape);

  for (int map = 0; map < 6; map++)
    {
      g_autoptr (CnnExplained) e = explain (explainer, network, 2, map, 0, 0);

      g_assert_cmpfloat_with_epsilon (e->explanation->value, values[map],
                                      1e-5 * e->explanation->magnitude);
    }
}

/* Of many channels in a large window only those of the group are kept. */
static void
test_groups (void)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (60, 70, 3);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (CnnNetwork)   network = parse ("conv 512 1x1\nconv 2 31x31 groups=2");
  CnnShape                 shape;
  g_autofree float        *values = run (picture, network, 2, &shape);

  for (int map = 0; map < 2; map++)
    {
      g_autoptr (CnnExplained) e = explain (explainer, network, 2, map, 3, 4);

      g_assert_cmpfloat_with_epsilon (e->explanation->value, value_of (values, shape, 3, 4, map),
                                      1e-5 * e->explanation->magnitude);
    }
}

int
main (int argc, char **argv)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  ui_test_init (&argc, &argv);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/explain-job/ops/%s", ops[i]->name);

      if (ops[i]->prepare)
        g_test_add_data_func (path, ops[i], test_op);
    }
  g_test_add_func ("/explain-job/borders", test_borders);
  g_test_add_func ("/explain-job/steps", test_steps);
  g_test_add_func ("/explain-job/picture", test_picture);
  g_test_add_func ("/explain-job/field", test_field);
  g_test_add_func ("/explain-job/origins", test_origins);
  g_test_add_func ("/explain-job/little", test_little);
  g_test_add_func ("/explain-job/refused", test_refused);
  g_test_add_func ("/explain-job/whole", test_whole);
  g_test_add_func ("/explain-job/groups", test_groups);
  return g_test_run ();
}
