/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arith.h"

#include <string.h>

#include "i18n.h"

/* Training of layers that calculate cell by cell: row by row of the output. An operand with fewer
 * rows, columns or maps stands in several cells, and its derivative is the sum of theirs. */

typedef struct
{
  gint         input;    /* which one; −1: the constants */
  const float *values;   /* the constants */
  gsize        n_cells;
  gboolean     whole;    /* as large as the output */
  gboolean     wide;     /* its rows are as long as the output's */
  gsize        row;      /* floats from a row to the next, 0 for only one */
  gsize        place;    /* and from a place to the next */
  gsize        channels;
  float       *spread;   /* of one that is not wide: [width][channels] of the output */
} Operand;

typedef struct
{
  CnnTrainStep step;
  CnnStep     *run;
  CnnArithBack back;
  CnnShape     out;
  gboolean     whole; /* all operands are */
  guint        n;
  Operand      operands[CNN_MAX_INPUTS + 1];
  float       *d;     /* [width][channels]: a row of one operand's derivatives in all cells */
  float       *sums;  /* [channels] */
} ArithTrain;

static gboolean
arith_forward (CnnTrainStep *base, const CnnPass *pass)
{
  ArithTrain  *step = (ArithTrain *) base;
  gsize        n_out = (gsize) cnn_shape_cells (step->out);
  const float *in[CNN_MAX_INPUTS];

  for (guint i = 0; i < pass->n; i++)
    {
      for (guint k = 0; k < step->n; k++)
        if (step->operands[k].input >= 0)
          in[step->operands[k].input] = pass->in[step->operands[k].input] +
                                        i * step->operands[k].n_cells;
      if (!step->run->run (step->run, in, pass->out + i * n_out, 0, 0))
        return FALSE;
    }
  return TRUE;
}

/* A row of the operand in all cells of the output's row. @from: [width or 1][channels or 1] */
static void
spread_row (const Operand *operand, CnnShape out, const float *from)
{
  float *to = operand->spread;

  for (int x = 0; x < out.width; x++, to += out.channels, from += operand->place)
    for (int c = 0; c < out.channels; c++)
      to[c] = from[operand->channels == 1 ? 0 : c];
}

/* Adds up what of the row's cells is the same value of the operand. @d: [width][channels] of the
 * output; @to: [width or 1][channels or 1] */
CNN_CLONES static void
add_row (const Operand *operand, gsize width, gsize channels, const float *restrict d,
         float *restrict sums, float *restrict to)
{
  double all = 0.0;

  if (operand->wide)
    for (gsize i = 0; i < width * channels; i++)
      to[i] += d[i];
  else if (operand->channels > 1)
    {
      memset (sums, 0, channels * sizeof (float));
      for (gsize x = 0; x < width; x++, d += channels)
        for (gsize c = 0; c < channels; c++)
          sums[c] += d[c];
      for (gsize c = 0; c < channels; c++)
        to[c] += sums[c];
    }
  else
    {
      for (gsize x = 0; x < width; x++, d += channels)
        {
          double sum = 0.0;

          for (gsize c = 0; c < channels; c++)
            sum += d[c];
          if (operand->place > 0)
            to[x] += (float) sum;
          all += sum;
        }
      if (operand->place == 0)
        to[0] += (float) all;
    }
}

/* Of one operand in a row. @d_in: [width or 1][channels or 1] */
static void
back_row (const ArithTrain *step, guint k, const float *const *rows, const float *out,
          const float *d_out, float *d_in)
{
  const Operand *operand = &step->operands[k];
  gsize          width = step->out.width, channels = step->out.channels;
  float         *d = operand->whole ? d_in : step->d;

  step->back (width * channels, step->n, k, rows, out, d_out, d);
  if (!operand->whole)
    add_row (operand, width, channels, d, step->sums, d_in);
}

static void
back_image (const ArithTrain *step, const CnnPass *pass, guint image)
{
  gsize        row = (gsize) step->out.width * step->out.channels;
  gsize        first = image * row * step->out.height;
  const float *rows[CNN_MAX_INPUTS + 1] = { NULL };

  for (int r = 0; r < step->out.height; r++)
    {
      const float *d_out = pass->d_out + first + r * row;
      const float *out = step->step.needs_out ? pass->out + first + r * row : NULL;

      for (guint k = 0; k < step->n && step->step.needs_in; k++)
        {
          const Operand *operand = &step->operands[k];
          const float   *from = operand->input < 0
                                  ? operand->values
                                  : pass->in[operand->input] + image * operand->n_cells;

          rows[k] = operand->wide ? from + r * operand->row : operand->spread;
          if (!operand->wide && (r == 0 || operand->row > 0))
            spread_row (operand, step->out, from + r * operand->row);
        }
      /* Input 0 comes last: its derivatives may stand where those of the output do. */
      for (guint input = step->n; input-- > 0;)
        for (guint k = 0; k < step->n; k++)
          if (step->operands[k].input == (gint) input && pass->d_in[input])
            back_row (step, k, rows, out, d_out,
                      pass->d_in[input] + image * step->operands[k].n_cells +
                        r * step->operands[k].row);
    }
}

/* Where nothing is broadcast, all images are one row. */
static void
back_whole (const ArithTrain *step, const CnnPass *pass)
{
  gsize        n = pass->n * (gsize) cnn_shape_cells (step->out);
  const float *rows[CNN_MAX_INPUTS + 1] = { NULL };

  for (guint k = 0; k < step->n && step->step.needs_in; k++)
    rows[k] = pass->in[step->operands[k].input];
  for (guint input = step->n; input-- > 0;)
    for (guint k = 0; k < step->n; k++)
      if (step->operands[k].input == (gint) input && pass->d_in[input])
        step->back (n, step->n, k, rows, pass->out, pass->d_out, pass->d_in[input]);
}

static gboolean
arith_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const ArithTrain *step = (ArithTrain *) base;

  if (step->whole)
    {
      back_whole (step, pass);
      return TRUE;
    }
  for (guint k = 0; k < step->n; k++)
    {
      const Operand *operand = &step->operands[k];

      if (operand->input >= 0 && !operand->whole && pass->d_in[operand->input])
        memset (pass->d_in[operand->input], 0, pass->n * operand->n_cells * sizeof (float));
    }
  for (guint i = 0; i < pass->n; i++)
    back_image (step, pass, i);
  return TRUE;
}

static void
arith_free (CnnTrainStep *base)
{
  ArithTrain *step = (ArithTrain *) base;

  cnn_step_free (step->run);
  for (guint k = 0; k < step->n; k++)
    cnn_floats_free (step->operands[k].spread);
  cnn_floats_free (step->d);
  cnn_floats_free (step->sums);
  g_free (step);
}

static Operand
make_operand (gint input, CnnShape shape, CnnShape out)
{
  return (Operand) {
    .input = input,
    .n_cells = (gsize) cnn_shape_cells (shape),
    .whole = input >= 0 && cnn_shape_equal (shape, out),
    .wide = shape.width == out.width && shape.channels == out.channels,
    .row = shape.height == 1 ? 0 : (gsize) shape.width * shape.channels,
    .place = shape.width == 1 ? 0 : shape.channels,
    .channels = shape.channels,
  };
}

/* Room for rows. */
static gboolean
make_rows (ArithTrain *step)
{
  gsize    row = (gsize) step->out.width * step->out.channels;
  gboolean room = TRUE;

  step->d = cnn_floats_alloc (row);
  step->sums = cnn_floats_alloc (step->out.channels);
  for (guint k = 0; k < step->n; k++)
    if (!step->operands[k].wide)
      {
        step->operands[k].spread = cnn_floats_alloc (row);
        room = room && step->operands[k].spread;
      }
  return room && step->d && step->sums;
}

/**
 * cnn_arith_train:
 * @back: the derivative by one of the operands
 * @needs_in: whether @back reads the operands
 * @needs_out: whether it reads the results
 *
 * Returns: (transfer full): the step, or %NULL. Errors: %CNN_ERROR_LIMIT, those of the op's
 *   @prepare
 */
CnnTrainStep *
cnn_arith_train (const CnnTask *task, CnnArithBack back, gboolean needs_in, gboolean needs_out,
                 GError **error)
{
  ArithTrain *step = g_new0 (ArithTrain, 1);
  CnnTask     one = *task;

  one.batch = 1;
  step->step = (CnnTrainStep) {
    .needs_in = needs_in,
    .needs_out = needs_out,
    .in_place = !needs_in && cnn_shape_equal (task->in[0], task->out),
    .forward = arith_forward,
    .backward = arith_backward,
    .free = arith_free,
  };
  step->back = back;
  step->out = task->out;
  for (; step->n < task->n_in; step->n++)
    step->operands[step->n] = make_operand (step->n, task->in[step->n], task->out);
  if (((const CnnArith *) task->node->params)->values.n > 0)
    {
      const CnnTensor *t = task->weights[0];

      step->operands[step->n] =
        make_operand (-1, (CnnShape) { t->dims[0], t->dims[1], t->dims[2] }, task->out);
      step->operands[step->n++].values = t->values;
    }
  if (cnn_arith_reversed (task->node))
    {
      Operand first = step->operands[0];

      step->operands[0] = step->operands[1];
      step->operands[1] = first;
    }
  step->whole = TRUE;
  for (guint k = 0; k < step->n; k++)
    step->whole = step->whole && step->operands[k].whole;
  step->run = task->node->op->prepare (&one, error);
  if (step->run && make_rows (step))
    return &step->step;
  if (step->run)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                 CNN_SHAPE_ARGS (task->out));
  arith_free (&step->step);
  return NULL;
}

/**
 * cnn_arith_winner_back:
 *
 * The #CnnArithBack of a choice: all goes to the operand that was chosen, of several as good to the
 * first.
 */
CNN_CLONES void
cnn_arith_winner_back (gsize n, guint n_operands, guint k, const float *const *operands,
                       const float *out, const float *d_out, float *d)
{
  const float *own = operands[k];

  CNN_ARITH_LOOP
  for (gsize i = 0; i < n; i++)
    d[i] = own[i] == out[i] ? d_out[i] : 0.0f;
  for (guint j = 0; j < k; j++)
    {
      const float *before = operands[j];

      CNN_ARITH_LOOP
      for (gsize i = 0; i < n; i++)
        d[i] = before[i] == out[i] ? 0.0f : d[i];
    }
}
