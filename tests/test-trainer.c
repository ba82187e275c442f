/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "random.h"
#include "train/trainer-private.h"

/* Whole networks in training: their loss is that of a run, their derivatives are differences
 * of it, and neither threads nor the parts of a minibatch change a bit. */

typedef struct
{
  CnnShape shape;
  guint    n_classes;
  gsize    n_target;
} Images;

static void
image_values (const Images *images, guint image, float *values)
{
  for (gint64 i = 0; i < cnn_shape_cells (images->shape); i++)
    values[i] = (float) cnn_random_normal (image + 100, i);
}

static gboolean
read_image (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const Images *images = data;

  image_values (images, image, in);
  *label = image % images->n_classes;
  for (gsize i = 0; target && i < images->n_target; i++)
    target[i] = (float) cnn_random_normal (image + 500, i);
  return TRUE;
}

static CnnTrainer *
make_kept (const char *text, CnnShape shape, CnnLoss loss, guint batch, int workers, guint kept)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnTrainerOptions      options = { loss, batch, workers, 0, kept };
  CnnTrainer            *trainer;

  g_assert_no_error (error);
  trainer = cnn_trainer_new (network, shape, &options, &error);
  g_assert_no_error (error);
  return trainer;
}

static CnnTrainer *
make (const char *text, CnnShape shape, CnnLoss loss, guint batch, int workers)
{
  return make_kept (text, shape, loss, batch, workers, 0);
}

static Images
images_for (const CnnTrainer *trainer, CnnShape shape)
{
  CnnShape out = cnn_trainer_output (trainer);

  return (Images) { shape, (guint) out.channels, (gsize) cnn_shape_cells (out) };
}

static double
loss_of (CnnTrainer *trainer, const Images *images, guint n)
{
  CnnTrainerSource   source = { read_image, (gpointer) images };
  CnnTrainerLoss     loss;
  g_autoptr (GError) error = NULL;

  g_assert_true (cnn_trainer_gradient (trainer, n, 0, &source, &loss, &error));
  g_assert_no_error (error);
  return loss.loss;
}

/* --- the loss of a run ------------------------------------------------------------------ */

typedef struct
{
  const char *name;
  const char *text;
  CnnShape    shape;
  CnnLoss     loss;
} Case;

static const Case cases[] = {
  { "dense", "flatten; dense 5; relu; dense 3; softmax", { 4, 5, 2 }, CNN_LOSS_CROSS_ENTROPY },
  { "large", "flatten; dense 400; relu; dense 3; softmax", { 10, 10, 1 }, CNN_LOSS_CROSS_ENTROPY },
  { "digits", "conv 4 3x3 pad=same; relu; maxpool 2; flatten; dense 9; relu; dense 4; softmax",
    { 8, 8, 1 }, CNN_LOSS_CROSS_ENTROPY },
  { "deep", "conv 5 3x3; leaky-relu; conv 6 3x3 stride=2; relu; global-avgpool; dense 3; softmax",
    { 11, 9, 3 }, CNN_LOSS_CROSS_ENTROPY },
  { "border", "conv 3 3x3 pad=same border=reflect; tanh; conv 2 3x3 pad=same border=wrap",
    { 7, 6, 2 }, CNN_LOSS_SQUARED_ERROR },
  { "skip", "conv 4 3x3 pad=same as=a; sigmoid; conv 4 3x3 pad=same border=replicate; add a; tanh as=b; "
            "concat a,b; conv 4 1x1; add b; flatten; dense 3; softmax",
    { 5, 6, 2 }, CNN_LOSS_CROSS_ENTROPY },
  { "twice", "conv 3 3x3 as=a; mul a,a; concat a,a", { 6, 5, 1 }, CNN_LOSS_SQUARED_ERROR },
  { "branches", "conv 3 3x3 pad=same as=a; relu as=b; maxpool 2 as=c; conv 3 1x1 from=b; avgpool 2; "
                "add c; flatten; dense 3; log-softmax",
    { 6, 6, 2 }, CNN_LOSS_CROSS_ENTROPY },
  { "halves", "conv 20 3x3 pad=same; leaky-relu slope=0.25; maxpool 2; flatten; dense 3; softmax",
    { 7, 9, 3 }, CNN_LOSS_CROSS_ENTROPY },
  { "strides", "conv 37 5x3 stride=2x1 dilation=1x2 bias=no pad=same border=reflect; maxpool 2; "
               "flatten; dense 3; softmax",
    { 17, 15, 2 }, CNN_LOSS_CROSS_ENTROPY },
  { "ends", "conv 7 3x3 stride=2; relu; maxpool 2", { 16, 14, 1 }, CNN_LOSS_SQUARED_ERROR },
  { "prelu", "conv 3 3x3; prelu slope=0.2,0.3,-0.1; conv 3 3x3 bias=no; elu",
    { 8, 7, 1 }, CNN_LOSS_ABSOLUTE_ERROR },
};

/* By a run of the plan, in double from there. */
static double
run_loss (const Case *a, const CnnTrainer *trainer, const Images *images, guint n)
{
  g_autofree float *values = g_new (float, cnn_shape_cells (a->shape));
  g_autofree float *target = g_new (float, images->n_target);
  double            sum = 0.0;

  for (guint i = 0; i < n; i++)
    {
      CnnShape          shape;
      g_autofree float *out = NULL;
      guint             label;
      double            distance = 0.0;

      g_assert_true (read_image ((gpointer) images, 0, i, values, target, &label, NULL));
      out = cnn_test_run (a->text, a->shape, values, &shape);
      for (gsize k = 0; k < images->n_target; k++)
        distance += a->loss == CNN_LOSS_SQUARED_ERROR ? pow ((double) out[k] - target[k], 2.0)
                                                      : fabs ((double) out[k] - target[k]);
      if (a->loss != CNN_LOSS_CROSS_ENTROPY)
        sum += distance / (double) images->n_target;
      else
        sum -= strstr (a->text, "log-softmax") ? out[label] : log (out[label]);
    }
  return sum / n;
}

static void
test_loss (gconstpointer data)
{
  const Case             *a = data;
  g_autoptr (CnnTrainer) trainer = make (a->text, a->shape, a->loss, 20, 2);
  Images                  images = images_for (trainer, a->shape);
  double                  got = loss_of (trainer, &images, 7);

  g_assert_cmpfloat (fabs (got - run_loss (a, trainer, &images, 7)), <=, 1e-5 * fabs (got));
}

/* --- derivatives ------------------------------------------------------------------------------ */

typedef struct
{
  guint  number;
  gsize  at;
  double by;
} Nudge;

static void
nudge (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const Nudge *change = data;

  if (number == change->number && change->at >= from && change->at < from + n)
    trained->values[change->at] += (float) change->by;
}

static double
loss_with (CnnTrainer *trainer, const Images *images, guint n, guint number, gsize at, double by)
{
  Nudge  there = { number, at, by }, back = { number, at, -by };
  double loss;

  cnn_trainer_change (trainer, nudge, &there);
  loss = loss_of (trainer, images, n);
  cnn_trainer_change (trainer, nudge, &back);
  return loss;
}

/* Central differences of the loss, which is in float: where two widths do not agree there is
 * a kink or nothing to be seen, and the number is left out. */
static void
test_differences (gconstpointer data)
{
  const Case             *a = data;
  g_autoptr (CnnTrainer) trainer = make (a->text, a->shape, a->loss, 20, 2);
  Images                  images = images_for (trainer, a->shape);
  guint                   n_trained, tried = 0, held = 0;
  const CnnTrained       *trained = cnn_trainer_trained (trainer, &n_trained);

  g_assert_cmpuint (n_trained, >, 0);
  for (guint k = 0; k < n_trained; k++)
    for (gsize i = 0; i < trained[k].n; i += 1 + trained[k].n / 12)
      {
        double wide, narrow, got, by = 1.0 / 128.0;

        loss_of (trainer, &images, 7);
        got = trained[k].gradient[i];
        wide = (loss_with (trainer, &images, 7, k, i, by) -
                loss_with (trainer, &images, 7, k, i, -by)) / (2 * by);
        narrow = (loss_with (trainer, &images, 7, k, i, by / 2) -
                  loss_with (trainer, &images, 7, k, i, -by / 2)) / by;
        tried++;
        if (fabs (wide - narrow) > 1e-3 * fabs (wide) + 2e-5)
          continue;
        held++;
        if (fabs (got - narrow) > 5e-3 * fabs (narrow) + 1e-4)
          g_error ("%s: weight %u of layer %u, number %" G_GSIZE_FORMAT ": %.7g, differences give "
                   "%.7g and %.7g",
                   a->text, trained[k].weight, trained[k].node, i, got, wide, narrow);
      }
  g_assert_cmpuint (held, >, tried / 2);
}

/* --- threads, and parts of a minibatch ------------------------------------------------------ */

static void
same_gradients (CnnTrainer *one, CnnTrainer *other)
{
  guint             n, n_other;
  const CnnTrained *a = cnn_trainer_trained (one, &n), *b = cnn_trainer_trained (other, &n_other);

  g_assert_cmpuint (n, ==, n_other);
  for (guint k = 0; k < n; k++)
    g_assert_cmpmem (a[k].gradient, a[k].n * sizeof (float), b[k].gradient,
                     b[k].n * sizeof (float));
}

static void
test_threads (gconstpointer data)
{
  const Case             *a = data;
  g_autoptr (CnnTrainer) one = make (a->text, a->shape, a->loss, 64, 1);
  Images                  images = images_for (one, a->shape);
  double                  loss = loss_of (one, &images, 61);

  for (int workers = 2; workers <= 5; workers++)
    {
      g_autoptr (CnnTrainer) other = make (a->text, a->shape, a->loss, 64, workers);

      g_assert_cmpfloat (loss_of (other, &images, 61), ==, loss);
      same_gradients (one, other);
    }
}

/* --- layers that are done as one ------------------------------------------------------------ */

static int
n_together (const CnnTrainer *trainer)
{
  int n = 0;

  for (guint i = 1; i < trainer->n_items; i++)
    n += trainer->items[i].live && trainer->items[i].task.halves;
  return n;
}

/* A layer whose output is wanted is done by itself: sums are then made otherwise. */
static void
test_together (void)
{
  static const struct
  {
    const char *text;
    CnnShape    shape;
    gboolean    together;
  } texts[] = {
    { "conv 20 3x3 pad=same; relu; maxpool 2; flatten; dense 4; softmax", { 12, 10, 1 }, TRUE },
    { "conv 33 3x3; maxpool 2; leaky-relu; flatten; dense 4; softmax", { 9, 12, 2 }, TRUE },
    { "conv 5 5x2 pad=same border=wrap stride=1x2 bias=no; relu; maxpool 2; flatten; dense 4; "
      "softmax",
      { 9, 13, 3 }, TRUE },
    { "conv 8 3x3 dilation=2; maxpool 2; flatten; dense 4; softmax", { 11, 11, 1 }, TRUE },
    { "conv 8 3x3; relu; maxpool 3 stride=2; flatten; dense 4; softmax", { 9, 9, 1 }, FALSE },
    { "conv 8 3x3; tanh; maxpool 2; flatten; dense 4; softmax", { 9, 9, 1 }, FALSE },
    { "conv 8 3x3; leaky-relu slope=-1; maxpool 2; flatten; dense 4; softmax", { 9, 9, 1 }, FALSE },
    { "conv 8 3x3 as=a; relu; maxpool 2; global-avgpool as=b; global-maxpool from=a; add b; "
      "flatten; dense 4; softmax",
      { 9, 9, 1 }, FALSE },
    { "conv 4 3x3; relu; maxpool 2; global-avgpool; flatten; dense 4; softmax", { 230, 230, 1 },
      FALSE },
    { "prelu; conv 8 3x3; relu; maxpool 2; flatten; dense 4; softmax", { 9, 9, 1 }, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      CnnLoss                loss = CNN_LOSS_CROSS_ENTROPY;
      g_autoptr (CnnTrainer) one = make (texts[i].text, texts[i].shape, loss, 8, 1);
      g_autoptr (CnnTrainer) other = make_kept (texts[i].text, texts[i].shape, loss, 8, 1, 1);
      Images                 images = images_for (one, texts[i].shape);
      guint                  n;
      const CnnTrained      *a = cnn_trainer_trained (one, &n);
      const CnnTrained      *b = cnn_trainer_trained (other, &n);

      g_assert_cmpint (n_together (one), ==, texts[i].together);
      g_assert_cmpint (n_together (other), ==, 0);
      g_assert_cmpfloat_with_epsilon (loss_of (one, &images, 8), loss_of (other, &images, 8), 1e-6);
      for (guint k = 0; k < n; k++)
        {
          double most = 0.0;

          g_assert_cmpuint (a[k].node, ==, b[k].node);
          for (gsize j = 0; j < a[k].n; j++)
            most = MAX (most, fabs (b[k].gradient[j]));
          for (gsize j = 0; j < a[k].n; j++)
            g_assert_cmpfloat_with_epsilon (a[k].gradient[j], b[k].gradient[j], 4e-6 * most);
        }
    }
}

static void
descend (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  for (gsize i = from; i < from + n; i++)
    trained->values[i] -= *(double *) data * trained->gradient[i];
}

/* Every network learns a minibatch by heart, if slowly. */
static void
test_descent (gconstpointer data)
{
  const Case             *a = data;
  g_autoptr (CnnTrainer) trainer = make (a->text, a->shape, a->loss, 20, 2);
  Images                  images = images_for (trainer, a->shape);
  double                  before = loss_of (trainer, &images, 20), after = before, rate = 0.02;

  for (int i = 0; i < 60; i++)
    {
      cnn_trainer_change (trainer, descend, &rate);
      after = loss_of (trainer, &images, 20);
    }
  g_assert_cmpfloat (after, <, 0.97 * before);
}

/* A step is derivatives, and weights that follow them. */
static void
test_step (gconstpointer data)
{
  const Case             *a = data;
  g_autoptr (CnnTrainer) one = make (a->text, a->shape, a->loss, 20, 2);
  g_autoptr (CnnTrainer) other = make (a->text, a->shape, a->loss, 20, 3);
  Images                  images = images_for (one, a->shape);
  CnnTrainerSource        source = { read_image, &images };
  CnnTrainerLoss          loss;
  double                  rate = 0.01;
  guint                   n;

  for (int i = 0; i < 3; i++)
    {
      double expected = loss_of (one, &images, 18);

      cnn_trainer_change (one, descend, &rate);
      g_assert_true (cnn_trainer_step (other, 18, 0, &source, descend, &rate, &loss, NULL));
      g_assert_cmpfloat (loss.loss, ==, expected);
    }
  for (guint k = 0; cnn_trainer_trained (one, &n) && k < n; k++)
    g_assert_cmpmem (cnn_trainer_trained (one, &n)[k].values,
                     cnn_trainer_trained (one, &n)[k].n * sizeof (float),
                     cnn_trainer_trained (other, &n)[k].values,
                     cnn_trainer_trained (other, &n)[k].n * sizeof (float));
}

/* With so many weights that they follow their derivatives at once. */
static void
test_many (void)
{
  static const Case many = { "many", "flatten; dense 2200; relu; dense 3; softmax", { 45, 45, 1 },
                             CNN_LOSS_CROSS_ENTROPY };

  test_step (&many);
}

/* --- what training begins with -------------------------------------------------------------- */

static double
mean_square (const CnnTensor *tensor, double *most)
{
  double sum = 0.0;

  *most = 0.0;
  for (gsize i = 0; i < cnn_tensor_length (tensor); i++)
    {
      sum += (double) tensor->values[i] * tensor->values[i];
      *most = MAX (*most, fabs (tensor->values[i]));
    }
  return sum / (double) cnn_tensor_length (tensor);
}

/* 300 inputs and 200 units; 4 channels and 30 maps with kernels of 5×5. */
static void
test_init (void)
{
  static const struct
  {
    const char *text;
    CnnShape    shape;
    double      variance;
    double      most; /* 0 for a normal distribution */
  } inits[] = {
    { "dense 200", { 1, 1, 300 }, 2.0 / 300.0, 0.0 },
    { "dense 200 init=xavier", { 1, 1, 300 }, 2.0 / 500.0, 6.0 / 500.0 },
    { "conv 30 5x5", { 5, 5, 4 }, 2.0 / 100.0, 0.0 },
    { "conv 30 5x5 init=xavier", { 5, 5, 4 }, 2.0 / 850.0, 6.0 / 850.0 },
    { "conv 30 5x5 groups=2 init=xavier", { 5, 5, 4 }, 2.0 / 425.0, 6.0 / 425.0 },
    { "conv-transpose 30 5x5 init=xavier", { 5, 5, 4 }, 2.0 / 850.0, 6.0 / 850.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (inits); i++)
    {
      g_autoptr (CnnTrainer) trainer = make (inits[i].text, inits[i].shape,
                                             CNN_LOSS_SQUARED_ERROR, 1, 1);
      double                 most, square;
      guint                  n;

      square = mean_square (cnn_trainer_weights (trainer, 1, &n)[0], &most);
      g_assert_cmpfloat_with_epsilon (square / inits[i].variance, 1.0, 0.12);
      if (inits[i].most > 0.0)
        g_assert_cmpfloat_with_epsilon (most / sqrt (inits[i].most), 0.995, 0.005);
      else
        g_assert_cmpfloat (most, >, 2.5 * sqrt (inits[i].variance));
    }
}

/* Another seed draws what is drawn; what the text says stays. */
static void
test_seed (void)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse ("conv 1 1x1 kernels=[[3]]; dense 4", NULL);
  float                  seen[3];

  for (guint64 seed = 0; seed < 3; seed++)
    {
      CnnTrainerOptions      options = { .loss = CNN_LOSS_SQUARED_ERROR, .batch = 1, .seed = seed };
      g_autoptr (CnnTrainer) trainer = cnn_trainer_new (network, (CnnShape) { 1, 1, 1 }, &options,
                                                        NULL);
      guint                  n;

      g_assert_cmpfloat (cnn_trainer_weights (trainer, 1, &n)[0]->values[0], ==, 3.0f);
      seen[seed] = cnn_trainer_weights (trainer, 2, &n)[0]->values[0];
    }
  g_assert_true (seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2]);
}

/* --- what cannot be trained ----------------------------------------------------------------- */

static void
refuse (const char *text, CnnLoss loss, CnnError code, const char *words)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnTrainerOptions      options = { loss, 4, 1 };

  g_assert_no_error (error);
  g_assert_null (cnn_trainer_new (network, (CnnShape) { 8, 8, 3 }, &options, &error));
  g_assert_error (error, CNN_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_refused (void)
{
  refuse ("flatten; dense 10", CNN_LOSS_CROSS_ENTROPY, CNN_ERROR_SHAPE, "expected softmax");
  refuse ("conv 4 3x3; softmax", CNN_LOSS_CROSS_ENTROPY, CNN_ERROR_SHAPE, "expected a vector");
  refuse ("relu", CNN_LOSS_SQUARED_ERROR, CNN_ERROR_SHAPE, "no weights");
  refuse ("flatten; softmax", CNN_LOSS_CROSS_ENTROPY, CNN_ERROR_SHAPE, "no weights");
}

/* Batch statistics want all images at once. */
static void
test_memory (void)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse ("conv 64 3x3; batchnorm; relu; global-avgpool",
                                                      NULL);
  CnnTrainerOptions      options = { CNN_LOSS_SQUARED_ERROR, 4 * 1000 * 1000, 2 };

  g_assert_null (cnn_trainer_new (network, (CnnShape) { 256, 256, 3 }, &options, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  if (strstr (error->message, "TiB of memory") == NULL ||
      strstr (error->message, "fewer images at a time") == NULL)
    g_error ("“%s”", error->message);
}

static void
test_label (void)
{
  g_autoptr (CnnTrainer) trainer = make ("flatten; dense 3; softmax", (CnnShape) { 2, 2, 1 },
                                         CNN_LOSS_CROSS_ENTROPY, 8, 2);
  Images                 images = { { 2, 2, 1 }, 4, 4 };
  CnnTrainerSource       source = { read_image, &images };
  CnnTrainerLoss         loss;
  g_autoptr (GError)     error = NULL;

  g_assert_false (cnn_trainer_gradient (trainer, 8, 0, &source, &loss, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "class 3"));
  g_clear_error (&error);
  g_assert_true (cnn_trainer_gradient (trainer, 3, 0, &source, &loss, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char   *name;
    GTestDataFunc func;
  } kinds[] = { { "loss", test_loss },
                { "differences", test_differences },
                { "threads", test_threads },
                { "descent", test_descent },
                { "step", test_step } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
      {
        g_autofree char *path = g_strdup_printf ("/trainer/%s/%s", kinds[k].name, cases[i].name);

        g_test_add_data_func (path, &cases[i], kinds[k].func);
      }
  g_test_add_func ("/trainer/init", test_init);
  g_test_add_func ("/trainer/seed", test_seed);
  g_test_add_func ("/trainer/many", test_many);
  g_test_add_func ("/trainer/together", test_together);
  g_test_add_func ("/trainer/refused", test_refused);
  g_test_add_func ("/trainer/memory", test_memory);
  g_test_add_func ("/trainer/label", test_label);
  return g_test_run ();
}
