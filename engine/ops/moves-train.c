/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "moves.h"

#include <string.h>

#include "clones.h"
#include "i18n.h"

/* Layers each of whose outputs is one value of an input, or a constant. Where each comes from is
 * learned once from the layer's own step, which is given the numbers of the cells instead of
 * values; the way back is the same for all of them. */

/* --- values stay where they are --------------------------------------------- */

typedef struct
{
  CnnTrainStep step;
  gsize        n;
} CopyStep;

static gboolean
copy_forward (CnnTrainStep *base, const CnnPass *pass)
{
  gsize n = pass->n * ((CopyStep *) base)->n;

  if (pass->out != pass->in[0])
    memcpy (pass->out, pass->in[0], n * sizeof (float));
  return TRUE;
}

static gboolean
copy_backward (CnnTrainStep *base, const CnnPass *pass)
{
  gsize n = pass->n * ((CopyStep *) base)->n;

  if (pass->d_in[0] && pass->d_in[0] != pass->d_out)
    memcpy (pass->d_in[0], pass->d_out, n * sizeof (float));
  return TRUE;
}

static void
copy_free (CnnTrainStep *step)
{
  g_free (step);
}

/** cnn_copy_train: the @train of a layer whose output is its input as it lies in memory. */
CnnTrainStep *
cnn_copy_train (const CnnTask *task, GError **error)
{
  CopyStep *step = g_new0 (CopyStep, 1);

  step->step.in_place = TRUE;
  step->step.forward = copy_forward;
  step->step.backward = copy_backward;
  step->step.free = copy_free;
  step->n = (gsize) cnn_shape_cells (task->out);
  return &step->step;
}

/* --- values move ------------------------------------------------------------ */

/* Neighbouring outputs that come from cells of one input at equal distances. */
typedef struct
{
  guint32 to;   /* the first output */
  guint32 from; /* the cell of the input that it is */
  gint32  by;   /* from there to the next one's */
  guint32 n;
} Run;

typedef struct
{
  CnnTrainStep step;
  CnnStep     *run;
  guint        n_in;
  gsize        in[CNN_MAX_INPUTS];    /* cells of each input */
  gsize        out;
  gboolean     once[CNN_MAX_INPUTS];  /* each cell of the input becomes exactly one output */
  GArray      *runs[CNN_MAX_INPUTS];  /* of Run */
} MovesStep;

static gboolean
moves_forward (CnnTrainStep *base, const CnnPass *pass)
{
  MovesStep   *step = (MovesStep *) base;
  const float *in[CNN_MAX_INPUTS];

  for (guint i = 0; i < pass->n; i++)
    {
      for (guint k = 0; k < step->n_in; k++)
        in[k] = pass->in[k] + i * step->in[k];
      if (!step->run->run (step->run, in, pass->out + i * step->out, 0, 0))
        return FALSE;
    }
  return TRUE;
}

/* Of a run without steps, neighbours by neighbours. */
CNN_CLONES static void
add_neighbours (gsize n, const float *restrict from, float *restrict to)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

/* @from: [out], @to: [cells of the input] */
static void
put_back (const GArray *runs, gboolean once, const float *from, float *to)
{
  for (guint r = 0; r < runs->len; r++)
    {
      const Run   *run = &g_array_index (runs, Run, r);
      const float *a = from + run->to;
      float       *b = to + run->from;

      if (once && run->by == 1)
        memcpy (b, a, run->n * sizeof (float));
      else if (once)
        for (guint32 i = 0; i < run->n; i++, b += run->by)
          *b = a[i];
      else if (run->by == 1)
        add_neighbours (run->n, a, b);
      else
        for (guint32 i = 0; i < run->n; i++, b += run->by)
          *b += a[i];
    }
}

static gboolean
moves_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const MovesStep *step = (MovesStep *) base;

  for (guint k = 0; k < step->n_in; k++)
    {
      if (pass->d_in[k] == NULL)
        continue;
      if (!step->once[k])
        memset (pass->d_in[k], 0, pass->n * step->in[k] * sizeof (float));
      for (guint i = 0; i < pass->n; i++)
        put_back (step->runs[k], step->once[k], pass->d_out + i * step->out,
                  pass->d_in[k] + i * step->in[k]);
    }
  return TRUE;
}

static void
moves_free (CnnTrainStep *base)
{
  MovesStep *step = (MovesStep *) base;

  if (step->run)
    cnn_step_free (step->run);
  for (guint k = 0; k < step->n_in; k++)
    g_clear_pointer (&step->runs[k], g_array_unref);
  g_free (step);
}

/* A cell's number in two parts that a float holds exactly. The lower one is never 0, and is
 * there a second time below 0: a constant is the same both times. */
#define PART 65536

typedef enum
{
  LOWER,
  LOWER_NEGATIVE,
  UPPER,
  N_PARTS
} Part;

static float
part_of (gsize number, Part part)
{
  float lower = (float) (number % PART + 1);

  return part == UPPER ? (float) (number / PART) : part == LOWER ? lower : -lower;
}

/* Runs the layer's step on parts of the numbers of all inputs' cells. */
static gboolean
run_on_numbers (MovesStep *step, Part part, float *numbers, float *out)
{
  const float *in[CNN_MAX_INPUTS];
  gsize        number = 0;

  for (guint k = 0; k < step->n_in; k++)
    {
      in[k] = numbers + number;
      for (gsize end = number + step->in[k]; number < end; number++)
        numbers[number] = part_of (number, part);
    }
  return step->run->run (step->run, in, out, 0, 0);
}

/* Appends an output to its input's runs. */
static void
append (GArray *runs, guint32 to, guint32 from)
{
  Run   *last = runs->len > 0 ? &g_array_index (runs, Run, runs->len - 1) : NULL;
  Run    run = { to, from, 1, 1 };
  gint64 by;

  if (last && last->to + last->n == to)
    {
      by = (gint64) from - (last->from + (gint64) last->by * (last->n - 1));
      if (by == last->by || last->n == 1)
        {
          last->by = (gint32) by;
          last->n++;
          return;
        }
    }
  g_array_append_val (runs, run);
}

static gboolean
reads_once (const GArray *runs, gsize n_cells)
{
  g_autofree guint8 *seen = g_new0 (guint8, n_cells);
  gsize              n_seen = 0;

  for (guint r = 0; r < runs->len; r++)
    {
      const Run *run = &g_array_index (runs, Run, r);

      for (guint32 i = 0; i < run->n; i++)
        if (seen[run->from + (gint64) run->by * i]++)
          return FALSE;
      n_seen += run->n;
    }
  return n_seen == n_cells;
}

static gboolean
learn (MovesStep *step, gsize n_cells)
{
  float   *numbers = cnn_floats_alloc (n_cells);
  float   *parts = cnn_floats_alloc (N_PARTS * step->out); /* [part][out] */
  gboolean known = numbers && parts;

  for (Part part = LOWER; part < N_PARTS && known; part++)
    known = run_on_numbers (step, part, numbers, parts + part * step->out);
  for (gsize i = 0; i < step->out && known; i++)
    {
      float lower = parts[i];
      gsize from;
      guint k = 0;

      if (lower < 1.0f || lower != -parts[step->out + i])
        continue;
      from = (gsize) parts[UPPER * step->out + i] * PART + (gsize) lower - 1;
      for (; from >= step->in[k]; k++)
        from -= step->in[k];
      append (step->runs[k], (guint32) i, (guint32) from);
    }
  for (guint k = 0; k < step->n_in && known; k++)
    step->once[k] = reads_once (step->runs[k], step->in[k]);
  cnn_floats_free (numbers);
  cnn_floats_free (parts);
  return known;
}

/**
 * cnn_moves_train:
 *
 * The @train of a layer each of whose outputs is one value of an input, or a constant.
 */
CnnTrainStep *
cnn_moves_train (const CnnTask *task, GError **error)
{
  MovesStep *step = g_new0 (MovesStep, 1);
  CnnTask    one = *task;
  gsize      n_cells = 0;

  one.batch = 1;
  step->step.forward = moves_forward;
  step->step.backward = moves_backward;
  step->step.free = moves_free;
  step->n_in = task->n_in;
  step->out = (gsize) cnn_shape_cells (task->out);
  for (guint k = 0; k < step->n_in; n_cells += step->in[k], k++)
    {
      step->in[k] = (gsize) cnn_shape_cells (task->in[k]);
      step->runs[k] = g_array_new (FALSE, FALSE, sizeof (Run));
    }
  step->run = task->node->op->prepare (&one, error);
  if (step->run && n_cells <= G_MAXINT32 && step->out <= G_MAXINT32 && learn (step, n_cells))
    return &step->step;
  if (step->run)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
                 CNN_SHAPE_ARGS (task->out));
  moves_free (&step->step);
  return NULL;
}
