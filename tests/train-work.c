/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train-work.h"

#include <math.h>
#include <string.h>

#include "border.h"

/* --- numbers ------------------------------------------------------------------ */

/** train_floats: @n numbers that are none, to be freed with cnn_floats_free(). */
float *
train_floats (gsize n)
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
check_alike (const TrainCase *c, const char *what, gsize n, const float *values,
             const float *others)
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
  const TrainCase *c;
  CnnTrainStep    *step;
  TrainUse         use;
  TrainResult     *result;
  guint            n; /* at a time */
  float           *in[CNN_MAX_INPUTS];
  float           *out;
  float           *d_out;
  float           *d_in[CNN_MAX_INPUTS];
  guint8          *kept;
  double          *sums;
  double          *back_sums;
} Work;

static gboolean
wanted (const Work *w, guint k)
{
  return w->use != TRAIN_SOME || k % 2 == 1;
}

static CnnPass
work_pass (const Work *w, guint first, const float **in, float **d_in)
{
  const CnnTask *task = &w->c->task;

  for (guint k = 0; k < task->n_in; k++)
    {
      in[k] = w->in[k] + first * train_cells (task->in[k]);
      d_in[k] = wanted (w, k) ? w->d_in[k] + first * train_cells (task->in[k]) : NULL;
    }
  return (CnnPass) {
    .n = w->n,
    .first = 100 + first,
    .in = in,
    .out = w->out + first * train_cells (task->out),
    .d_out = w->d_out + first * train_cells (task->out),
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
  memcpy (w->result->out, w->out, IMAGES * train_cells (w->c->task.out) * sizeof (float));
}

/* A step keeps nothing of an image by itself: another goes forward in between. */
static void
work_disturb (const Work *w)
{
  const CnnTask *task = &w->c->task;
  const float   *in[CNN_MAX_INPUTS];
  float         *d_in[CNN_MAX_INPUTS] = { NULL };
  float         *others[CNN_MAX_INPUTS];
  float         *out = train_floats (w->n * train_cells (task->out));
  float         *kept = train_floats (w->n * w->step->kept / sizeof (float) + 16);
  CnnPass        pass = work_pass (w, 0, in, d_in);

  for (guint k = 0; k < task->n_in; k++)
    {
      others[k] = train_floats (w->n * train_cells (task->in[k]));
      for (gsize i = 0; i < w->n * train_cells (task->in[k]); i++)
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
    for (gsize i = 0; i < IMAGES * train_cells (task->in[k]); i++)
      if (w->in[k] != w->out)
        w->in[k][i] = NAN;
  for (gsize i = 0; i < IMAGES * train_cells (task->out) && !w->step->needs_out; i++)
    w->out[i] = NAN;
}

static void
work_back (Work *w)
{
  const float *in[CNN_MAX_INPUTS];
  float       *d_in[CNN_MAX_INPUTS];
  guint        n_parts = w->use == TRAIN_PARTS ? 3 : 1;

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
  const TrainCase *c = w->c;

  for (guint k = 0; k < c->task.n_in; k++)
    for (guint i = 0; i < IMAGES && wanted (w, k); i++)
      {
        const float *from = w->d_in[k] + i * train_cells (c->task.in[k]);
        float       *to = w->result->d_in[k] + i * train_cells (c->shapes[k]);

        if (k == 0 && c->extends)
          cnn_border_fold (&c->window, c->shapes[0], from, to);
        else
          memcpy (to, from, train_cells (c->shapes[k]) * sizeof (float));
      }
}

static TrainResult
result_new (const TrainCase *c, TrainUse use)
{
  TrainResult result = { .out = train_floats (IMAGES * train_cells (c->task.out)) };

  for (guint k = 0; k < c->task.n_in; k++)
    result.d_in[k] = train_floats (IMAGES * train_cells (c->shapes[k]));
  for (guint k = 0; k < c->n_weights; k++)
    if (c->list[k].trained && (use != TRAIN_SOME || k % 2 == 0))
      {
        gsize n = cnn_tensor_length (c->task.weights[k]);

        result.d_weights[k] = train_floats (n);
        for (gsize i = 0; i < n; i++)
          result.d_weights[k][i] = there_before (i);
      }
  return result;
}

/** train_result_clear: frees what @result holds. */
void
train_result_clear (TrainResult *result)
{
  cnn_floats_free (result->out);
  for (guint k = 0; k < CNN_MAX_INPUTS; k++)
    cnn_floats_free (result->d_in[k]);
  for (guint k = 0; k < CNN_MAX_WEIGHTS; k++)
    cnn_floats_free (result->d_weights[k]);
}

/**
 * train_work:
 * @n: images at a time
 *
 * All images go forward and, where @back, back.
 */
TrainResult
train_work (const TrainCase *c, CnnTrainStep *step, guint n, TrainUse use, gboolean back)
{
  TrainResult result = result_new (c, use);
  gsize       out = IMAGES * train_cells (c->task.out);
  Work        w = { .c = c, .step = step, .use = use, .result = &result, .n = n };
  float      *kept = train_floats (IMAGES * step->kept / sizeof (float) + 16);

  w.kept = (guint8 *) kept;
  w.sums = g_new0 (double, step->n_sums + 1);
  w.back_sums = g_new0 (double, step->n_back_sums + 1);
  w.d_out = train_floats (out);
  memcpy (w.d_out, c->d_out, out * sizeof (float));
  for (guint k = 0; k < c->task.n_in; k++)
    {
      gsize length = IMAGES * train_cells (c->task.in[k]);

      w.in[k] = train_floats (length);
      memcpy (w.in[k], c->fed[k], length * sizeof (float));
      w.d_in[k] = use == TRAIN_IN_PLACE && k == 0 ? w.d_out : train_floats (length);
    }
  w.out = use == TRAIN_IN_PLACE ? w.in[0] : train_floats (out);
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
      result.d_weights[k][i] -= step->gradient ? 0.0f : there_before (i);
  return result;
}

/** train_use: the same again in another way of using a step must come to @expected. */
void
train_use (const TrainCase *c, CnnTrainStep *step, guint n, TrainUse use,
           const TrainResult *expected, const char *what)
{
  TrainResult result = train_work (c, step, n, use, TRUE);

  check_alike (c, what, IMAGES * train_cells (c->task.out), result.out, expected->out);
  for (guint k = 0; k < c->task.n_in; k++)
    if (use != TRAIN_SOME || k % 2 == 1)
      check_alike (c, what, IMAGES * train_cells (c->shapes[k]), result.d_in[k], expected->d_in[k]);
  for (guint k = 0; k < c->n_weights; k++)
    if (result.d_weights[k])
      check_alike (c, what, cnn_tensor_length (c->task.weights[k]), result.d_weights[k],
                   expected->d_weights[k]);
  train_result_clear (&result);
}
