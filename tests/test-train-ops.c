/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "border.h"
#include "cnn-test.h"
#include "plan-private.h"
#include "random-network.h"

/* One test for every op that can be trained: layers with random parameters go forward and back
 * on random images. Outputs are held against the op's explanation and against a run; the
 * derivatives of a random sum of the outputs against differences of explanations, in double. */

#define CASES      24
#define ATTEMPTS   6000
#define IMAGES     3
#define MOST_CELLS 300
#define MOST_OUT   1200

/* Cells of a case that are held against differences; one bit each. */
#define CHECKED    24

/* Of the cells that are looked at, so many percent must be away from kinks. */
#define COUNTED    60

/* Differences of explanations, which are in double, and of a step's own output, in float. */
#define STEP       0x1p-12
#define FLOAT_STEP 0x1p-5

typedef struct
{
  const CnnOp *op;
  const char  *text;
  GRand       *rand;
  CnnPlan     *plan;
  CnnTask      task;      /* of a single image */
  CnnWindow    window;
  gboolean     extends;
  CnnShape     shapes[CNN_MAX_INPUTS];
  float       *in[CNN_MAX_INPUTS];  /* [IMAGES][shapes[k]] */
  float       *fed[CNN_MAX_INPUTS]; /* [IMAGES][task.in[k]]: with a border around it */
  float       *d_out;     /* [IMAGES][task.out] */
  CnnWeight    list[CNN_MAX_WEIGHTS];
  guint        n_weights;
  guint        image;     /* that is being explained */
  guint        changed;   /* input that is changed by @change at cell @place */
  gint64       place;
  double       change;
  guint64      read;      /* cells of @checked that were read, of input @changed */
  guint        n_checked;
  gint64       checked[CHECKED];
} Case;

/* What a step puts out: values as a whole, of all images. */
typedef struct
{
  float *out;                        /* [IMAGES][task.out] */
  float *d_in[CNN_MAX_INPUTS];       /* [IMAGES][shapes[k]] */
  float *d_weights[CNN_MAX_WEIGHTS]; /* as the weight */
} Result;

/* How a step is used. */
typedef enum
{
  USE_BATCH,    /* all images at once */
  USE_SINGLE,   /* one by one */
  USE_IN_PLACE, /* where input and output are the same memory */
  USE_PARTS,    /* derivatives by the weights in three parts */
  USE_SOME      /* only every other derivative is wanted */
} Use;

/* --- numbers ------------------------------------------------------------------ */

static gsize
cells (CnnShape shape)
{
  return (gsize) cnn_shape_cells (shape);
}

static float *
no_numbers (gsize n)
{
  float *values = cnn_floats_alloc (MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    values[i] = NAN;
  return values;
}

/* What was there before derivatives by weights are added. */
static float
there_before (gsize i)
{
  return (float) (i % 5) / 4.0f - 0.5f;
}

static void
check_alike (const Case *c, const char *what, gsize n, const float *values, const float *others)
{
  double most = 1.0;

  for (gsize i = 0; i < n; i++)
    if (isfinite (others[i]))
      most = MAX (most, fabs (others[i]));
  for (gsize i = 0; i < n; i++)
    if (!(fabs ((double) values[i] - others[i]) <= 4e-6 * most) && isfinite (others[i]))
      g_error ("%s\n%s: number %d is %.9g and not %.9g", c->text, what, (int) i, values[i],
               others[i]);
}

/* --- a step's work -------------------------------------------------------------- */

/* Images that go through a step together, and what is given back. */
typedef struct
{
  const Case   *c;
  CnnTrainStep *step;
  Use           use;
  Result       *result;
  guint         n;       /* at a time */
  float        *in[CNN_MAX_INPUTS];
  float        *out;
  float        *d_out;
  float        *d_in[CNN_MAX_INPUTS];
  guint8       *kept;
  double       *sums;
  double       *back_sums;
} Work;

static gboolean
wanted (const Work *w, guint k)
{
  return w->use != USE_SOME || k % 2 == 1;
}

static CnnPass
work_pass (const Work *w, guint first, const float **in, float **d_in)
{
  const CnnTask *task = &w->c->task;

  for (guint k = 0; k < task->n_in; k++)
    {
      in[k] = w->in[k] + first * cells (task->in[k]);
      d_in[k] = wanted (w, k) ? w->d_in[k] + first * cells (task->in[k]) : NULL;
    }
  return (CnnPass) {
    .n = w->n,
    .first = 100 + first,
    .in = in,
    .out = w->out + first * cells (task->out),
    .d_out = w->d_out + first * cells (task->out),
    .d_in = d_in,
    .d_weights = w->result->d_weights,
    .kept = w->kept + first * w->step->kept,
    .sums = w->sums,
    .n_all = IMAGES,
  };
}

static void
work_forward (Work *w)
{
  const float *in[CNN_MAX_INPUTS];
  float       *d_in[CNN_MAX_INPUTS];

  g_assert_true (!w->step->load || w->step->load (w->step));
  for (guint i = 0; i < IMAGES && w->step->n_sums > 0; i += w->n)
    {
      CnnPass pass = work_pass (w, i, in, d_in);

      w->step->measure (w->step, &pass, w->sums);
    }
  for (guint i = 0; i < IMAGES; i += w->n)
    {
      CnnPass pass = work_pass (w, i, in, d_in);

      g_assert_true (w->step->forward (w->step, &pass));
    }
  memcpy (w->result->out, w->out, IMAGES * cells (w->c->task.out) * sizeof (float));
}

/* A step keeps nothing of an image by itself: another goes forward in between. */
static void
work_disturb (const Work *w)
{
  const CnnTask     *task = &w->c->task;
  const float       *in[CNN_MAX_INPUTS];
  float             *d_in[CNN_MAX_INPUTS] = { NULL };
  float             *others[CNN_MAX_INPUTS];
  float             *out = no_numbers (w->n * cells (task->out));
  float             *kept = no_numbers (w->n * w->step->kept / sizeof (float) + 16);
  CnnPass            pass = work_pass (w, 0, in, d_in);

  for (guint k = 0; k < task->n_in; k++)
    {
      others[k] = no_numbers (w->n * cells (task->in[k]));
      for (gsize i = 0; i < w->n * cells (task->in[k]); i++)
        others[k][i] = 0.25f * (float) (i % 7);
      in[k] = others[k];
    }
  pass.out = out;
  pass.kept = (guint8 *) kept;
  g_assert_true (w->step->forward (w->step, &pass));
  for (guint k = 0; k < task->n_in; k++)
    cnn_floats_free (others[k]);
  cnn_floats_free (out);
  cnn_floats_free (kept);
}

/* Takes away what backward must do without. */
static void
work_spoil (Work *w)
{
  const CnnTask *task = &w->c->task;

  for (guint k = 0; k < task->n_in && !w->step->needs_in && !w->step->gradient; k++)
    for (gsize i = 0; i < IMAGES * cells (task->in[k]); i++)
      if (w->in[k] != w->out)
        w->in[k][i] = NAN;
  for (gsize i = 0; i < IMAGES * cells (task->out) && !w->step->needs_out; i++)
    w->out[i] = NAN;
}

static void
work_back (Work *w)
{
  const float *in[CNN_MAX_INPUTS];
  float       *d_in[CNN_MAX_INPUTS];
  guint        n_parts = w->use == USE_PARTS ? 3 : 1;

  for (guint i = 0; i < IMAGES && w->step->n_back_sums > 0; i += w->n)
    {
      CnnPass pass = work_pass (w, i, in, d_in);

      w->step->measure_back (w->step, &pass, w->back_sums);
    }
  if (w->step->gradient)
    {
      CnnPass pass = work_pass (w, 0, in, d_in);

      pass.n = IMAGES;
      for (guint part = 0; part < n_parts; part++)
        w->step->gradient (w->step, &pass, part, n_parts);
    }
  for (guint i = 0; i < IMAGES; i += w->n)
    {
      CnnPass pass = work_pass (w, i, in, d_in);

      if (w->step->n_back_sums > 0)
        pass.sums = w->back_sums;
      g_assert_true (w->step->backward (w->step, &pass));
    }
}

/* The derivatives by inputs, without the border that was put around them. */
static void
work_give_back (const Work *w)
{
  const Case *c = w->c;

  for (guint k = 0; k < c->task.n_in; k++)
    for (guint i = 0; i < IMAGES && wanted (w, k); i++)
      {
        const float *from = w->d_in[k] + i * cells (c->task.in[k]);
        float       *to = w->result->d_in[k] + i * cells (c->shapes[k]);

        if (k == 0 && c->extends)
          cnn_border_fold (&c->window, c->shapes[0], from, to);
        else
          memcpy (to, from, cells (c->shapes[k]) * sizeof (float));
      }
}

static Result
result_new (const Case *c, Use use)
{
  Result result = { .out = no_numbers (IMAGES * cells (c->task.out)) };

  for (guint k = 0; k < c->task.n_in; k++)
    result.d_in[k] = no_numbers (IMAGES * cells (c->shapes[k]));
  for (guint k = 0; k < c->n_weights; k++)
    if (c->list[k].trained && (use != USE_SOME || k % 2 == 0))
      {
        gsize n = cnn_tensor_length (c->task.weights[k]);

        result.d_weights[k] = no_numbers (n);
        for (gsize i = 0; i < n; i++)
          result.d_weights[k][i] = there_before (i);
      }
  return result;
}

static void
result_clear (Result *result)
{
  cnn_floats_free (result->out);
  for (guint k = 0; k < CNN_MAX_INPUTS; k++)
    cnn_floats_free (result->d_in[k]);
  for (guint k = 0; k < CNN_MAX_WEIGHTS; k++)
    cnn_floats_free (result->d_weights[k]);
}

/* All images go forward and, where @back, back. */
static Result
work (const Case *c, CnnTrainStep *step, guint n, Use use, gboolean back)
{
  Result result = result_new (c, use);
  gsize  out = IMAGES * cells (c->task.out);
  Work   w = { .c = c, .step = step, .use = use, .result = &result, .n = n };
  float *kept = no_numbers (IMAGES * step->kept / sizeof (float) + 16);

  w.kept = (guint8 *) kept;
  w.sums = g_new0 (double, step->n_sums + 1);
  w.back_sums = g_new0 (double, step->n_back_sums + 1);
  w.d_out = no_numbers (out);
  memcpy (w.d_out, c->d_out, out * sizeof (float));
  for (guint k = 0; k < c->task.n_in; k++)
    {
      gsize length = IMAGES * cells (c->task.in[k]);

      w.in[k] = no_numbers (length);
      memcpy (w.in[k], c->fed[k], length * sizeof (float));
      w.d_in[k] = use == USE_IN_PLACE && k == 0 ? w.d_out : no_numbers (length);
    }
  w.out = use == USE_IN_PLACE ? w.in[0] : no_numbers (out);
  work_forward (&w);
  if (back)
    {
      work_disturb (&w);
      work_spoil (&w);
      work_back (&w);
      work_give_back (&w);
    }
  for (guint k = 0; k < c->task.n_in; k++)
    {
      if (w.d_in[k] != w.d_out)
        cnn_floats_free (w.d_in[k]);
      if (w.in[k] != w.out)
        cnn_floats_free (w.in[k]);
    }
  cnn_floats_free (w.out);
  cnn_floats_free (w.d_out);
  cnn_floats_free (kept);
  g_free (w.sums);
  g_free (w.back_sums);
  for (guint k = 0; k < c->n_weights && back; k++)
    for (gsize i = 0; result.d_weights[k] && i < cnn_tensor_length (c->task.weights[k]); i++)
      result.d_weights[k][i] -= there_before (i);
  return result;
}

/* The same again in another way of using a step. */
static void
check_use (const Case *c, CnnTrainStep *step, guint n, Use use, const Result *expected,
           const char *what)
{
  Result result = work (c, step, n, use, TRUE);

  check_alike (c, what, IMAGES * cells (c->task.out), result.out, expected->out);
  for (guint k = 0; k < c->task.n_in; k++)
    if (use != USE_SOME || k % 2 == 1)
      check_alike (c, what, IMAGES * cells (c->shapes[k]), result.d_in[k], expected->d_in[k]);
  for (guint k = 0; k < c->n_weights; k++)
    if (result.d_weights[k])
      check_alike (c, what, cnn_tensor_length (c->task.weights[k]), result.d_weights[k],
                   expected->d_weights[k]);
  result_clear (&result);
}

/* --- explanations ---------------------------------------------------------------- */

static double
read_cell (gpointer data, guint input, int y, int x, int channel)
{
  Case    *c = data;
  CnnShape s = c->shapes[input];
  gint64   place = ((gint64) y * s.width + x) * s.channels + channel;
  double   value = c->in[input][(gint64) c->image * cnn_shape_cells (s) + place];

  g_assert_true (y >= 0 && y < s.height && x >= 0 && x < s.width);
  g_assert_true (channel >= 0 && channel < s.channels);
  if (input != c->changed)
    return value;
  for (guint i = 0; i < c->n_checked; i++)
    if (c->checked[i] == place)
      c->read |= G_GUINT64_CONSTANT (1) << i;
  return place == c->place ? value + c->change : value;
}

/* Cell number @i of the output; @magnitude (out) (optional): its terms' sizes */
static double
explain_cell (Case *c, gsize i, double *magnitude)
{
  g_autoptr (CnnExplanation) explanation = cnn_explanation_new ();
  CnnCells                   from = { read_cell, c };
  CnnShape                   s = c->task.out;

  cnn_plan_explain (c->plan, cnn_network_n_nodes (c->plan->network) - 1, &from,
                    (int) (i / s.channels / s.width), (int) (i / s.channels % s.width),
                    (int) (i % s.channels), explanation);
  if (magnitude)
    *magnitude = explanation->magnitude;
  return explanation->value;
}

/* Whether training does otherwise than a run: what it draws, statistics of a minibatch. */
static gboolean
does_otherwise (const Case *c, const CnnTrainStep *step)
{
  return step->n_sums > 0 || strcmp (c->op->name, "dropout") == 0;
}

static void
check_forward (Case *c, const Result *result)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnStep) step = c->op->prepare (&c->task, &error);
  gsize               n = cells (c->task.out);
  float              *run = no_numbers (n);
  const float        *in[CNN_MAX_INPUTS];

  g_assert_no_error (error);
  for (c->image = 0; c->image < IMAGES; c->image++)
    {
      for (guint k = 0; k < c->task.n_in; k++)
        in[k] = c->fed[k] + c->image * cells (c->task.in[k]);
      g_assert_true (step->run (step, in, run, 0, 0));
      for (gsize i = 0; i < n; i++)
        {
          double magnitude, value = explain_cell (c, i, &magnitude);
          double got = result->out[c->image * n + i];

          if (isfinite (value) && !(fabs (got - value) <= 1e-5 * magnitude))
            g_error ("%s\ncell %d is %.9g, explained as %.9g", c->text, (int) i, got, value);
          if (isfinite (value) && !(fabs (got - run[i]) <= 1e-5 * magnitude))
            g_error ("%s\ncell %d is %.9g, and %.9g in a run", c->text, (int) i, got, run[i]);
        }
    }
  cnn_floats_free (run);
}

/* --- differences ------------------------------------------------------------------ */

typedef struct
{
  gint64 looked_at;
  gint64 counted;
} Count;

/* By two steps that must agree, or there is a kink. */
static void
check_derivative (const Case *c, const char *what, gint64 place, double got, double coarse,
                  double fine, double size, Count *count)
{
  count->looked_at++;
  if (!isfinite (size) || !(fabs (coarse - fine) <= 1e-5 * (0.1 + size)))
    return;
  count->counted++;
  if (!(fabs (got - fine) <= 1e-4 * (0.1 + size)))
    g_error ("%s\non " CNN_SHAPE_FORMAT ": the derivative by %s number %d is %.9g, and by "
             "differences %.9g", c->text, CNN_SHAPE_ARGS (c->shapes[0]), what, (int) place, got,
             fine);
}

/* A difference of the random sum for the image; @size: of the terms. */
static double
input_difference (Case *c, guint i, const guint64 *read, double step, double *size)
{
  gsize  n = cells (c->task.out);
  double sum = 0.0;

  c->place = c->checked[i];
  *size = 0.0;
  for (gsize k = 0; k < n; k++)
    {
      double more, less, term;

      if (!(read[k] >> i & 1))
        continue;
      c->change = step;
      more = explain_cell (c, k, NULL);
      c->change = -step;
      less = explain_cell (c, k, NULL);
      term = c->d_out[c->image * n + k] * (more - less) / (2.0 * step);
      sum += term;
      *size += fabs (term);
    }
  c->change = 0.0;
  return sum;
}

static void
check_input (Case *c, guint input, const Result *result, Count *count)
{
  gsize               n = cells (c->task.out), n_in = cells (c->shapes[input]);
  g_autofree guint64 *read = g_new0 (guint64, n);

  c->image = (guint) pick (c->rand, 0, IMAGES - 1);
  c->changed = input;
  c->n_checked = (guint) MIN (n_in, CHECKED);
  for (guint i = 0; i < c->n_checked; i++)
    c->checked[i] = n_in <= CHECKED ? (gint64) i : pick (c->rand, 0, (int) n_in - 1);
  for (gsize k = 0; k < n; k++)
    {
      c->read = 0;
      explain_cell (c, k, NULL);
      read[k] = c->read;
    }
  for (guint i = 0; i < c->n_checked; i++)
    {
      double size, coarse = input_difference (c, i, read, STEP, &size);
      double fine = input_difference (c, i, read, STEP / 4.0, &size);

      check_derivative (c, "input's", c->checked[i],
                        result->d_in[input][c->image * n_in + (gsize) c->checked[i]], coarse, fine,
                        size, count);
    }
  c->n_checked = 0;
}

/* Of the sum over all images. */
static double
weight_difference (Case *c, float *weight, double step, double *size)
{
  gsize  n = cells (c->task.out);
  float  was = *weight, more = (float) (was + step), less = (float) (was - step);
  double sum = 0.0;

  *size = 0.0;
  for (c->image = 0; c->image < IMAGES; c->image++)
    for (gsize k = 0; k < n; k++)
      {
        double up, down, term;

        *weight = more;
        up = explain_cell (c, k, NULL);
        *weight = less;
        down = explain_cell (c, k, NULL);
        term = c->d_out[c->image * n + k] * (up - down) / ((double) more - less);
        sum += term;
        *size += fabs (term);
      }
  *weight = was;
  return sum;
}

static void
check_weight (Case *c, guint k, const Result *result, Count *count)
{
  CnnTensor *weight = c->task.weights[k];
  gsize      length = cnn_tensor_length (weight);

  for (int i = 0; i < 6; i++)
    {
      gsize  place = (gsize) pick (c->rand, 0, (int) length - 1);
      double size, coarse = weight_difference (c, &weight->values[place], STEP, &size);
      double fine = weight_difference (c, &weight->values[place], STEP / 4.0, &size);

      check_derivative (c, c->list[k].name, (gint64) place, result->d_weights[k][place], coarse,
                        fine, size, count);
    }
}

/* The random sum of what a step puts out itself, for all images. */
static double
own_difference (const Case *c, CnnTrainStep *step, float *value, float by, double *size)
{
  float  was = *value;
  Result more, less;
  double sum = 0.0;

  *value = was + by;
  more = work (c, step, IMAGES, USE_BATCH, FALSE);
  *value = was - by;
  less = work (c, step, IMAGES, USE_BATCH, FALSE);
  *value = was;
  *size = 0.0;
  for (gsize i = 0; i < IMAGES * cells (c->task.out); i++)
    {
      double term = c->d_out[i] * ((double) more.out[i] - less.out[i]) / (2.0 * by);

      sum += term;
      *size += fabs (term);
    }
  result_clear (&more);
  result_clear (&less);
  return sum;
}

static void
check_own (const Case *c, CnnTrainStep *step, float *values, gsize n, const float *got,
           const char *what, Count *count)
{
  for (int i = 0; i < 12; i++)
    {
      gsize  place = (gsize) pick (c->rand, 0, (int) n - 1);
      double size, coarse = own_difference (c, step, &values[place], FLOAT_STEP, &size);
      double fine = own_difference (c, step, &values[place], FLOAT_STEP / 2.0f, &size);

      count->looked_at++;
      if (!isfinite (size) || !(fabs (coarse - fine) <= 1e-2 * (0.1 + size)))
        continue;
      count->counted++;
      if (!(fabs (got[place] - (4.0 * fine - coarse) / 3.0) <= 1e-3 * (0.5 + size)))
        g_error ("%s\nthe derivative by %s number %d is %.9g, and by the step's own differences "
                 "%.9g", c->text, what, (int) place, got[place], (4.0 * fine - coarse) / 3.0);
    }
}

static void
check_differences (Case *c, CnnTrainStep *step, const Result *result, Count *count)
{
  gboolean own = does_otherwise (c, step);

  for (guint k = 0; k < c->task.n_in; k++)
    if (own)
      check_own (c, step, c->fed[k], IMAGES * cells (c->shapes[k]), result->d_in[k], "input's",
                 count);
    else
      check_input (c, k, result, count);
  for (guint k = 0; k < c->n_weights; k++)
    if (own && result->d_weights[k])
      check_own (c, step, c->task.weights[k]->values, cnn_tensor_length (c->task.weights[k]),
                 result->d_weights[k], c->list[k].name, count);
    else if (result->d_weights[k])
      check_weight (c, k, result, count);
}

/* --- cases ------------------------------------------------------------------------ */

/* Trained weights are not what layers begin with, which often is 0 or 1. */
static void
fill (Case *c)
{
  gboolean positive = strcmp (c->op->name, "sqrt") == 0 || strcmp (c->op->name, "pow") == 0;

  for (guint k = 0; k < c->n_weights; k++)
    for (gsize i = 0; c->list[k].trained && i < cnn_tensor_length (c->task.weights[k]); i++)
      c->task.weights[k]->values[i] += (float) pick (c->rand, -64, 64) / 256.0f;
  for (guint k = 0; k < c->task.n_in; k++)
    {
      gsize n = cells (c->shapes[k]), n_fed = cells (c->task.in[k]);

      c->in[k] = no_numbers (IMAGES * n);
      c->fed[k] = no_numbers (IMAGES * n_fed);
      cnn_test_random_values (c->rand, IMAGES * n, c->in[k], FALSE);
      for (gsize i = 0; i < IMAGES * n && positive; i++)
        c->in[k][i] = fabsf (c->in[k][i]) + 0.125f;
      for (guint i = 0; i < IMAGES; i++)
        if (k == 0 && c->extends)
          cnn_border_extend (&c->window, c->shapes[0], c->in[0] + i * n, c->fed[0] + i * n_fed);
        else
          memcpy (c->fed[k] + i * n, c->in[k] + i * n, n * sizeof (float));
    }
  c->d_out = no_numbers (IMAGES * cells (c->task.out));
  for (gsize i = 0; i < IMAGES * cells (c->task.out); i++)
    c->d_out[i] = (float) g_rand_double_range (c->rand, -1.0, 1.0);
}

static void
check_case (Case *c, CnnTrainStep *single, CnnTrainStep *batch, Count *count)
{
  Result result = work (c, batch, IMAGES, USE_BATCH, TRUE);

  if (!does_otherwise (c, batch))
    check_forward (c, &result);
  check_differences (c, batch, &result, count);
  check_use (c, single, 1, USE_SINGLE, &result, "images one by one");
  check_use (c, batch, 1, USE_SINGLE, &result, "one image of a step for several");
  check_use (c, batch, IMAGES, USE_SOME, &result, "not all derivatives");
  if (batch->gradient)
    check_use (c, batch, IMAGES, USE_PARTS, &result, "the weights in parts");
  if (batch->in_place && !c->extends)
    {
      g_assert_false (batch->needs_in);
      check_use (c, batch, IMAGES, USE_IN_PLACE, &result, "in place");
    }
  result_clear (&result);
}

/* Whether there is such a layer, it takes the shape, and it can be trained. */
static gboolean
case_begin (Case *c, CnnNetwork *network, CnnShape in, CnnTrainStep **single,
            CnnTrainStep **batch)
{
  g_autoptr (GError) error = NULL;
  guint              last = cnn_network_n_nodes (network) - 1;

  c->plan = cnn_plan_new (network, in, 1, &last, NULL, NULL);
  if (c->plan == NULL || cells (c->plan->infos[last].shape) > MOST_OUT)
    return FALSE;
  c->extends = c->plan->nodes[last].extends;
  c->window = c->plan->nodes[last].window;
  c->changed = G_MAXUINT;
  cnn_plan_whole_task (c->plan, last, &c->task);
  for (guint k = 0; k < c->task.n_in; k++)
    c->shapes[k] = c->plan->infos[c->task.node->in[k]].shape;
  c->n_weights = cnn_node_weights (c->task.node, c->shapes[0], c->list);
  fill (c);
  c->task.batch = IMAGES;
  *batch = c->op->train (&c->task, &error);
  c->task.batch = 1;
  *single = c->op->train (&c->task, NULL);
  if (*batch && *single)
    return TRUE;
  g_assert_true (!*batch && !*single);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
  return FALSE;
}

static gboolean
try_case (GRand *rand, const CnnOp *op, Count *count)
{
  CnnShape                 in = cnn_test_random_shape (rand, op->reach);
  g_autofree char         *text = cnn_test_random_layer (rand, op, in, FALSE);
  g_autoptr (CnnNetwork)   network = NULL;
  g_autoptr (CnnTrainStep) single = NULL;
  g_autoptr (CnnTrainStep) batch = NULL;
  Case                     c = { .op = op, .text = text, .rand = rand };
  gboolean                 fits;

  if (cells (in) > MOST_CELLS)
    return FALSE;
  network = cnn_network_parse (text, NULL);
  fits = network && case_begin (&c, network, in, &single, &batch);
  if (fits)
    check_case (&c, single, batch, count);
  for (guint k = 0; k < CNN_MAX_INPUTS; k++)
    {
      cnn_floats_free (c.in[k]);
      cnn_floats_free (c.fed[k]);
    }
  cnn_floats_free (c.d_out);
  g_clear_pointer (&c.plan, cnn_plan_free);
  return fits;
}

static void
test_op (gconstpointer data)
{
  const CnnOp       *op = data;
  g_autoptr (GRand)  rand = g_rand_new_with_seed (g_str_hash (op->name));
  int                done = 0;
  Count              count = { 0 };

  for (int attempt = 0; attempt < ATTEMPTS && done < CASES; attempt++)
    done += try_case (rand, op, &count);
  g_assert_cmpint (done, ==, CASES);
  g_test_message ("%d of %d derivatives", (int) count.counted, (int) count.looked_at);
  g_assert_cmpint (count.counted * 100, >=, count.looked_at * COUNTED);
}

int
main (int argc, char **argv)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/train/%s", ops[i]->name);

      if (ops[i]->train)
        g_test_add_data_func (path, ops[i], test_op);
    }
  return g_test_run ();
}
