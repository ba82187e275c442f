/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "error.h"
#include "learning-rate.h"
#include "optimiser.h"

/* Optimisers, schedules of the learning rate, and clipping. Numbers of PyTorch's were made with
 * PyTorch 2.6 in double. */

#define N_WEIGHTS 5
#define N_STEPS   5

static const float first_weights[N_WEIGHTS] = { 0.5f, -1.25f, 2.0f, 0.0f, 0.75f };
/* One is always 0, and one is so small that epsilon counts. */
static const float derivatives[N_STEPS][N_WEIGHTS] = {
  { 0.3f, -0.2f, 1.5f, 0.0f, 1e-9f },    { -0.1f, 0.4f, 1.0f, 0.0f, 2e-9f },
  { 0.25f, 0.0f, -3.0f, 0.0f, -1e-9f },  { 0.7f, -0.9f, 0.125f, 0.0f, 5e-9f },
  { -0.6f, 0.05f, 2.0f, 0.0f, 1e-9f },
};

/* PyTorch's weights after steps 1, 2 and 5 with the learning rate 0.1 / step. */
static const struct
{
  const char *text;
  double      weights[3][N_WEIGHTS];
} pytorch[] = {
  { "sgd",
    { { 0.47, -1.23, 1.85, 0, 0.75 },
      { 0.475, -1.25, 1.8, 0, 0.75 },
      { 0.461166667, -1.2285, 1.856875, 0, 0.75 } } },
  { "sgd decay=0.05",
    { { 0.4675, -1.22375, 1.84, 0, 0.74625 },
      { 0.47133125, -1.24069062, 1.7854, 0, 0.744384375 },
      { 0.455690465, -1.21435995, 1.83506936, 0, 0.74147259 } } },
  { "momentum",
    { { 0.47, -1.23, 1.85, 0, 0.75 },
      { 0.4615, -1.241, 1.7325, 0, 0.75 },
      { 0.414370567, -1.2175626, 1.7508745, 0, 0.749999999 } } },
  { "momentum 0.5 decay=0.05",
    { { 0.4675, -1.22375, 1.84, 0, 0.74625 },
      { 0.46320625, -1.23412812, 1.7454, 0, 0.743446875 },
      { 0.43341512, -1.20239274, 1.79600111, 0, 0.738095598 } } },
  { "nesterov",
    { { 0.443, -1.212, 1.715, 0, 0.75 },
      { 0.44035, -1.2419, 1.55925, 0, 0.75 },
      { 0.384100177, -1.19930634, 1.63266205, 0, 0.749999999 } } },
  { "nesterov 0.5 decay=0.05",
    { { 0.45125, -1.210625, 1.76, 0, 0.744375 },
      { 0.452995312, -1.23280391, 1.6584, 0, 0.741114843 },
      { 0.422599579, -1.19066832, 1.73398279, 0, 0.735551102 } } },
  { "adam",
    { { 0.400000003, -1.15, 1.9, 0, 0.740909091 },
      { 0.379989076, -1.16830518, 1.85148239, 0, 0.734319564 },
      { 0.335704068, -1.16079592, 1.85587663, 0, 0.726265892 } } },
  { "adam beta1=0.8 beta2=0.95 epsilon=0.001 decay=0.05",
    { { 0.400306748, -1.15037951, 1.90006246, 0, 0.652597403 },
      { 0.379025074, -1.16236121, 1.85175148, 0, 0.604388446 },
      { 0.332330418, -1.1413632, 1.85606053, 0, 0.530093737 } } },
  { "adamw",
    { { 0.399500003, -1.14875, 1.898, 0, 0.740159091 },
      { 0.379289326, -1.16648081, 1.84853339, 0, 0.733199484 },
      { 0.334720691, -1.15805587, 1.85147701, 0, 0.724573134 } } },
  { "adamw beta1=0.8 epsilon=0.001 decay=0.1",
    { { 0.395332226, -1.13799751, 1.88006662, 0, 0.7424999 },
      { 0.376037906, -1.15331978, 1.82275976, 0, 0.738787323 },
      { 0.328860321, -1.13464516, 1.8167324, 0, 0.733014817 } } },
  { "rmsprop",
    { { -0.499999667, -0.2500005, 1.00000007, 0, 0.74009901 },
      { -0.341169483, -0.697661881, 0.721684912, 0, 0.730317512 },
      { -0.646485344, -0.483302043, 0.898952128, 0, 0.719835998 } } },
  { "rmsprop alpha=0.9 momentum=0.8 epsilon=0.001 decay=0.05",
    { { 0.186819507, -0.937536412, 1.684396, 0, 0.458365052 },
      { 0.105716267, -0.940826507, 1.46640753, 0, 0.262036112 },
      { -0.187450418, -0.80168443, 1.37146079, 0, -0.0274884617 } } },
};

static CnnOptimiser
optimiser (const char *text)
{
  g_autoptr (GError) error = NULL;
  CnnOptimiser       result = { 0 };

  cnn_optimiser_parse (text, &result, &error);
  g_assert_no_error (error);
  return result;
}

static void
test_pytorch (void)
{
  static const int steps[] = { 1, 2, 5 };

  for (guint k = 0; k < G_N_ELEMENTS (pytorch); k++)
    {
      CnnOptimiser it = optimiser (pytorch[k].text);
      float        weights[N_WEIGHTS], state[CNN_OPTIMISER_MAX_STATE * N_WEIGHTS] = { 0 };
      int          seen = 0;

      memcpy (weights, first_weights, sizeof weights);
      for (int step = 1; step <= N_STEPS; step++)
        {
          /* Derivatives that are four times as large, and divided by 4, are the same. */
          CnnUpdate update = { 0.1 / step, (guint64) step, step == 3 ? 0.25 : 1.0 };
          float     gradients[N_WEIGHTS];

          for (int i = 0; i < N_WEIGHTS; i++)
            gradients[i] = derivatives[step - 1][i] / (float) update.factor;
          cnn_optimiser_update (&it, &update, N_WEIGHTS, 0, N_WEIGHTS, weights, gradients, state);
          if (step != steps[seen])
            continue;
          for (int i = 0; i < N_WEIGHTS; i++)
            if (fabs (weights[i] - pytorch[k].weights[seen][i]) > 1e-6)
              g_error ("%s, step %d, weight %d: %.9g instead of %.9g", pytorch[k].text, step, i,
                       weights[i], pytorch[k].weights[seen][i]);
          seen++;
        }
      g_assert_cmpint (seen, ==, 3);
    }
}

/* One weight's step, written down from PyTorch's documentation, in double. */
static void
formula (const CnnOptimiser *it, double rate, int step, double gradient, double *weight, double *a,
         double *b)
{
  const char *name = it->kind->name;
  double      mean, square;

  if (strcmp (name, "adamw") == 0)
    *weight -= rate * it->decay * *weight;
  else
    gradient += it->decay * *weight;
  if (strcmp (name, "sgd") == 0)
    *weight -= rate * gradient;
  else if (strcmp (name, "momentum") == 0 || strcmp (name, "nesterov") == 0)
    {
      *a = step > 1 ? it->momentum * *a + gradient : gradient;
      *weight -= rate * (*name == 'n' ? gradient + it->momentum * *a : *a);
    }
  else if (*name == 'a')
    {
      *a = it->beta1 * *a + (1.0 - it->beta1) * gradient;
      *b = it->beta2 * *b + (1.0 - it->beta2) * gradient * gradient;
      mean = *a / (1.0 - pow (it->beta1, step));
      square = *b / (1.0 - pow (it->beta2, step));
      *weight -= rate * mean / (sqrt (square) + it->epsilon);
    }
  else
    {
      *a = it->alpha * *a + (1.0 - it->alpha) * gradient * gradient;
      gradient /= sqrt (*a) + it->epsilon;
      *b = it->momentum * *b + gradient;
      *weight -= rate * *b;
    }
}

#define MANY 1003

static void
test_formula (void)
{
  g_autoptr (GRand)             rand = g_rand_new_with_seed (61);
  guint                         n_kinds;
  const CnnOptimiserKind *const *kinds = cnn_optimisers (&n_kinds);
  static double                 weights[MANY], a[MANY], b[MANY];
  static float                  ours[MANY], parts[MANY], gradients[MANY], state[2][2 * MANY];

  for (guint k = 0; k < 2 * n_kinds; k++)
    {
      CnnOptimiser it;

      cnn_optimiser_init (&it, kinds[k / 2]);
      if (k % 2)
        for (const CnnParam *param = it.kind->params; param->key; param++)
          *cnn_param_field (double, param, &it) =
            strcmp (param->key, "epsilon") == 0 ? 1e-4 : g_rand_double_range (rand, 0.05, 0.6);
      memset (state, 0, sizeof state);
      for (int i = 0; i < MANY; i++)
        {
          ours[i] = parts[i] = (float) g_rand_double_range (rand, -1.0, 1.0);
          weights[i] = ours[i];
          a[i] = b[i] = 0.0;
        }
      for (int step = 1; step <= N_STEPS; step++)
        {
          CnnUpdate    update = { 0.02, (guint64) step, 1.0 };
          static const int cuts[] = { 0, 1, 8, 25, 26, 500, 777, MANY };

          for (int i = 0; i < MANY; i++)
            {
              gradients[i] = (float) g_rand_double_range (rand, -1.0, 1.0);
              formula (&it, 0.02, step, gradients[i], &weights[i], &a[i], &b[i]);
            }
          cnn_optimiser_update (&it, &update, MANY, 0, MANY, ours, gradients, state[0]);
          for (int cut = G_N_ELEMENTS (cuts) - 2; cut >= 0; cut--)
            cnn_optimiser_update (&it, &update, MANY, cuts[cut], cuts[cut + 1], parts, gradients,
                                  state[1]);
        }
      for (int i = 0; i < MANY; i++)
        if (fabs (ours[i] - weights[i]) > 2e-6)
          g_error ("%s: weight %d is %.9g instead of %.9g", it.kind->name, i, ours[i], weights[i]);
      /* Parts by themselves are the same to the bit. */
      g_assert_cmpmem (ours, sizeof ours, parts, sizeof parts);
      g_assert_cmpmem (state[0], sizeof state[0], state[1], sizeof state[1]);
    }
}

static void
test_state (void)
{
  static const struct { const char *text; guint n; } cases[] = {
    { "sgd", 0 }, { "momentum", 1 }, { "nesterov", 1 }, { "adam", 2 }, { "adamw", 2 },
    { "rmsprop", 1 }, { "rmsprop momentum=0.9", 2 },
  };
  guint n;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CnnOptimiser it = optimiser (cases[i].text);

      g_assert_cmpuint (cnn_optimiser_n_state (&it), ==, cases[i].n);
    }
  cnn_optimisers (&n);
  g_assert_cmpuint (n, ==, 6);
}

/* --- text ----------------------------------------------------------------- */

static void
test_text (void)
{
  static const char *const cases[][2] = {
    { "sgd", "sgd" },
    { "  momentum   0.5 ", "momentum momentum=0.5" },
    { "momentum 0.9", "momentum" },
    { "nesterov decay=5e-4 momentum=0.95", "nesterov momentum=0.95 decay=0.0005" },
    { "adam beta1=0.9 beta2=0.999 epsilon=1e-8", "adam" },
    { "adamw decay=0", "adamw decay=0" },
    { "rmsprop alpha=0.9", "rmsprop alpha=0.9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CnnOptimiser     it = optimiser (cases[i][0]);
      g_autofree char *text = cnn_optimiser_print (&it);
      CnnOptimiser     again = optimiser (text);

      g_assert_cmpstr (text, ==, cases[i][1]);
      g_assert_cmpmem (&it, sizeof it, &again, sizeof again);
    }
}

static void
test_refused (void)
{
  static const char *const cases[][2] = {
    { "", "optimiser: found “”, expected one of: sgd, momentum, nesterov, adam, adamw, rmsprop" },
    { "adm", "optimiser: found “adm”; did you mean “adam”?" },
    { "sgd 0.1", "sgd: found “0.1”, expected nothing more, or a parameter as key=value" },
    { "momentum 1", "momentum: found “1”, expected a number from 0 to 0.999999" },
    { "momentum 0.5 momentum=0.6", "momentum is said twice" },
    { "adam beta=0.5", "adam has no parameter “beta”; did you mean “beta1”?" },
    { "adam x=1", "adam has no parameter “x”, expected one of: beta1, beta2, epsilon, decay" },
    { "adam decay=", "decay: found nothing, expected a number from 0 to 1" },
    { "adam decay=nan", "decay: found “nan”, expected a number from 0 to 1" },
  };
  static const char *const schedules[][2] = {
    { "cosin", "learning rate: found “cosin”; did you mean “cosine”?" },
    { "x", "learning rate: found “x”, expected one of: constant, step, cosine, one-cycle" },
    { "step 0", "every: found “0”, expected a whole number from 1 to 1000000" },
    { "one-cycle warm-up=1", "one-cycle has no parameter “warm-up”, expected one of: rise, "
                             "divide, final-divide" },
  };
  CnnOptimiser it = optimiser ("adam decay=0.5");
  CnnSchedule  schedule = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cnn_optimiser_parse (cases[i][0], &it, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      g_assert_cmpstr (error->message, ==, cases[i][1]);
    }
  g_assert_cmpstr (it.kind->name, ==, "adam");
  g_assert_cmpfloat (it.decay, ==, 0.5);
  for (guint i = 0; i < G_N_ELEMENTS (schedules); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (cnn_schedule_parse (schedules[i][0], &schedule, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      g_assert_cmpstr (error->message, ==, schedules[i][1]);
    }
  g_assert_null (schedule.kind);
}

/* --- learning rates ------------------------------------------------------- */

static CnnSchedule
schedule_of (const char *text)
{
  g_autoptr (GError) error = NULL;
  CnnSchedule        result = { 0 };

  cnn_schedule_parse (text, &result, &error);
  g_assert_no_error (error);
  return result;
}

/* Rates with the base 0.4, an epoch having 2 steps; all but the last three are PyTorch's. */
static void
test_rates (void)
{
  static const struct { const char *text; int n; double rates[12]; } cases[] = {
    { "cosine", 8,
      { 0.4, 0.384775907, 0.341421356, 0.276536686, 0.2, 0.123463314, 0.0585786438,
        0.0152240935 } },
    { "cosine minimum=0.1", 5, { 0.4, 0.371352549, 0.296352549, 0.203647451, 0.128647451 } },
    { "one-cycle", 10,
      { 0.016, 0.208, 0.4, 0.380193853, 0.324698262, 0.244504809, 0.155496791, 0.0753033384,
        0.0198077472, 1.6e-06 } },
    { "one-cycle rise=0.5 divide=10 final-divide=100", 12,
      { 0.04, 0.074376941, 0.164376941, 0.275623059, 0.365623059, 0.4, 0.373231876, 0.3001,
        0.2002, 0.1003, 0.0271681243, 0.0004 } },
    { "step 1 gamma=0.5", 7, { 0.4, 0.4, 0.2, 0.2, 0.1, 0.1, 0.05 } },
    { "constant", 3, { 0.4, 0.4, 0.4 } },
    { "constant warm-up=1.5", 6, { 0.1, 0.2, 0.3, 0.4, 0.4, 0.4 } },
    { "step 1 gamma=0.5 warm-up=1.5", 7, { 0.1, 0.2, 0.3, 0.4, 0.4, 0.2, 0.2 } },
  };

  for (guint k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      CnnSchedule schedule = schedule_of (cases[k].text);

      for (int i = 0; i < cases[k].n; i++)
        {
          double rate = cnn_schedule_rate (&schedule, 0.4, (guint64) i, (guint64) cases[k].n, 2);

          if (fabs (rate - cases[k].rates[i]) > 1e-9)
            g_error ("%s, step %d: %.9g instead of %.9g", cases[k].text, i, rate,
                     cases[k].rates[i]);
        }
      /* Steps after the last are like it. */
      g_assert_cmpfloat (cnn_schedule_rate (&schedule, 0.4, 1000, (guint64) cases[k].n, 2), ==,
                         cnn_schedule_rate (&schedule, 0.4, (guint64) cases[k].n - 1,
                                            (guint64) cases[k].n, 2));
    }
}

/* However short training is and whatever the parameters, a rate is a number. */
static void
test_rates_short (void)
{
  static const char *const texts[] = {
    "constant warm-up=1000000", "cosine warm-up=2", "step 1 gamma=0", "one-cycle",
    "one-cycle rise=0", "one-cycle rise=0.99", "one-cycle rise=0.5 divide=1 final-divide=1",
  };

  for (guint k = 0; k < G_N_ELEMENTS (texts); k++)
    for (guint64 n = 0; n < 12; n++)
      for (guint64 step = 0; step < n + 2; step++)
        for (guint64 epoch = 0; epoch < 4; epoch++)
          {
            CnnSchedule schedule = schedule_of (texts[k]);
            double      rate = cnn_schedule_rate (&schedule, 0.4, step, n, epoch);

            g_assert_true (rate >= 0.0 && rate <= 0.4 + 1e-12);
          }
}

static void
test_schedule_text (void)
{
  static const char *const cases[][2] = {
    { "constant", "constant" },
    { "step 5 gamma=0.2", "step every=5 gamma=0.2" },
    { "cosine warm-up=0.5 minimum=1e-5", "cosine minimum=1e-05 warm-up=0.5" },
    { "one-cycle divide=25 final-divide=1e4", "one-cycle" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CnnSchedule      it = schedule_of (cases[i][0]);
      g_autofree char *text = cnn_schedule_print (&it);
      CnnSchedule      again = schedule_of (text);

      g_assert_cmpstr (text, ==, cases[i][1]);
      g_assert_cmpstr (again.kind->name, ==, it.kind->name);
      g_assert_cmpfloat (again.warm_up, ==, it.warm_up);
      g_assert_cmpfloat (again.minimum, ==, it.minimum);
      g_assert_cmpint (again.every, ==, it.every);
    }
}

/* --- clipping ------------------------------------------------------------- */

static void
test_clip (void)
{
  static const float gradients[] = { 3.0f, 4.0f, 12.0f };
  float              many[100];

  g_assert_cmpfloat (cnn_gradient_squares (3, gradients), ==, 169.0);
  g_assert_cmpfloat (cnn_gradient_squares (0, gradients), ==, 0.0);
  for (int i = 0; i < 100; i++)
    many[i] = (float) (i + 1);
  g_assert_cmpfloat (cnn_gradient_squares (100, many), ==, 338350.0);
  g_assert_cmpfloat (cnn_gradient_clip (169.0, 26.0), ==, 1.0);
  g_assert_cmpfloat (cnn_gradient_clip (0.0, 1.0), ==, 1.0);
  /* PyTorch's 6.5 / (13 + 10⁻⁶). */
  g_assert_cmpfloat_with_epsilon (3.0 * cnn_gradient_clip (169.0, 6.5), 1.49999988, 1e-8);
  g_assert_true (isnan (cnn_gradient_clip (NAN, 1.0)));
  g_assert_cmpfloat (cnn_gradient_clip (INFINITY, 1.0), ==, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optimiser/pytorch", test_pytorch);
  g_test_add_func ("/optimiser/formula", test_formula);
  g_test_add_func ("/optimiser/state", test_state);
  g_test_add_func ("/optimiser/text", test_text);
  g_test_add_func ("/optimiser/refused", test_refused);
  g_test_add_func ("/learning-rate/rates", test_rates);
  g_test_add_func ("/learning-rate/short", test_rates_short);
  g_test_add_func ("/learning-rate/text", test_schedule_text);
  g_test_add_func ("/gradient/clip", test_clip);
  return g_test_run ();
}
