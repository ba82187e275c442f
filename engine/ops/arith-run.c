/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arith.h"

/* Running layers that calculate cell by cell: in blocks of neighbouring values, so that an
 * operand with one row, column or map is spread in the nearest cache only, and what is
 * calculated so far stays there. */

/* About this many values of a row make a block, whole places. */
#define BLOCK 2048

typedef enum
{
  LINED_UP, /* as the output lies in memory */
  REPEATED, /* one place: its maps, or the one value, over and over */
  STRETCHED /* one value for all maps of a place */
} Spread;

typedef struct
{
  Spread       spread;
  guint        input;    /* which one, where there are no @values */
  const float *values;   /* the constants, or NULL */
  gboolean     placed;   /* they are of the whole map, not of the tile */
  gsize        row;      /* floats from a row to the next, 0 for only one */
  gsize        place;    /* and from a place to the next */
  int          channels;
  float       *block;    /* room for a block of what is not lined up */
} Operand;

typedef struct
{
  CnnStep      step;
  CnnArithFold fold;
  float        scale;
  CnnShape     out; /* where nothing depends on rows, all of them are one */
  gsize        places;
  guint        n;
  Operand      operands[CNN_MAX_INPUTS + 1];
} ArithStep;

/* One value for each map, or for all, @places times. */
static void
repeat (const Operand *operand, const float *from, gsize places, gsize channels)
{
  float *to = operand->block;

  for (gsize i = 0; i < places; i++, to += channels)
    for (gsize c = 0; c < channels; c++)
      to[c] = from[operand->channels == 1 ? 0 : c];
}

static void
stretch (const Operand *operand, const float *from, gsize places, gsize channels)
{
  float *to = operand->block;

  for (gsize i = 0; i < places; i++, to += channels)
    for (gsize c = 0; c < channels; c++)
      to[c] = from[i];
}

/* Where the operand's values of a row begin. */
static const float *
row_of (const Operand *operand, const float *const *in, int row, int y, int x)
{
  const float *values = operand->values ? operand->values : in[operand->input];

  if (operand->placed)
    return values + (gsize) (y + row) * operand->row + (gsize) x * operand->place;
  return values + (gsize) row * operand->row;
}

static const float *
block_of (const Operand *operand, const float *row, gsize first, gsize places, gsize channels)
{
  if (operand->spread == LINED_UP)
    return row + first * channels;
  if (operand->spread == STRETCHED)
    stretch (operand, row + first, places, channels);
  return operand->block;
}

static void
divide (gsize n, float by, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] /= by;
}

/* Values are put out only where those at the same place have been read, since the output may
 * be the input's memory. */
static gboolean
arith_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  ArithStep   *step = (ArithStep *) base;
  gsize        width = step->out.width, channels = step->out.channels;
  const float *rows[CNN_MAX_INPUTS + 1];

  for (int r = 0; r < step->out.height; r++, out += width * channels)
    {
      for (guint k = 0; k < step->n; k++)
        {
          const Operand *operand = &step->operands[k];

          rows[k] = row_of (operand, in, r, y, x);
          /* What never changes was repeated beforehand. */
          if (operand->spread == REPEATED && (operand->row > 0 || (!operand->values && r == 0)))
            repeat (operand, rows[k], MIN (step->places, width), channels);
        }
      for (gsize i = 0; i < width; i += step->places)
        {
          gsize        places = MIN (step->places, width - i), n = places * channels;
          float       *to = out + i * channels;
          const float *all = block_of (&step->operands[0], rows[0], i, places, channels);

          for (guint k = 1; k < step->n; k++, all = to)
            step->fold (n, all, block_of (&step->operands[k], rows[k], i, places, channels), to);
          if (step->scale != 1.0f)
            divide (n, step->scale, to);
        }
    }
  return TRUE;
}

static void
arith_free (CnnStep *base)
{
  ArithStep *step = (ArithStep *) base;

  for (guint k = 0; k < step->n; k++)
    g_free (step->operands[k].block);
  g_free (step);
}

static Operand
make_operand (CnnShape shape, const CnnShape *out)
{
  Operand operand = { .channels = shape.channels };

  operand.place = shape.width == 1 ? 0 : shape.channels;
  operand.row = shape.height == 1 ? 0 : (gsize) shape.width * shape.channels;
  if (shape.channels == out->channels &&
      (shape.width > 1 || (out->width == 1 && (shape.height > 1 || out->height == 1))))
    operand.spread = LINED_UP;
  else
    operand.spread = shape.width == 1 ? REPEATED : STRETCHED;
  return operand;
}

/* Whether the operand treats all rows alike, as if they were one. */
static gboolean
is_seamless (const Operand *operand, CnnShape out)
{
  if (operand->spread == LINED_UP)
    return !operand->placed && (operand->row > 0 || out.height == 1);
  return operand->spread == REPEATED && operand->row == 0;
}

/**
 * cnn_arith_prepare:
 * @fold: what is done with each further operand, in order
 * @scale: what the result is divided by
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_arith_prepare (const CnnTask *task, CnnArithFold fold, float scale)
{
  const CnnArith *p = task->node->params;
  ArithStep      *step = g_new0 (ArithStep, 1);
  gboolean        seamless = TRUE;

  step->step = (CnnStep) { arith_run, arith_free };
  step->fold = fold;
  step->scale = scale;
  step->out = task->out;
  for (guint i = 0; i < task->n_in; i++)
    {
      step->operands[i] = make_operand (task->in[i], &task->out);
      step->operands[i].input = i;
    }
  step->n = task->n_in;
  if (p->values.n > 0)
    {
      const CnnTensor *t = task->weights[0];
      Operand         *operand = &step->operands[step->n++];

      *operand = make_operand ((CnnShape) { t->dims[0], t->dims[1], t->dims[2] }, &task->out);
      operand->values = t->values;
      operand->placed = operand->row > 0 || operand->place > 0;
    }
  if (cnn_arith_reversed (task->node))
    {
      Operand first = step->operands[0];

      step->operands[0] = step->operands[1];
      step->operands[1] = first;
    }
  for (guint k = 0; k < step->n; k++)
    seamless = seamless && is_seamless (&step->operands[k], task->out);
  if (seamless && (gint64) task->out.height * task->out.width <= G_MAXINT)
    step->out = (CnnShape) { 1, task->out.height * task->out.width, task->out.channels };
  step->places = MIN (MAX (BLOCK / step->out.channels, 1), step->out.width);
  for (guint k = 0; k < step->n; k++)
    {
      Operand *operand = &step->operands[k];

      if (operand->spread == LINED_UP)
        continue;
      operand->block = g_new (float, step->places * step->out.channels);
      if (operand->spread == REPEATED && operand->values && operand->row == 0)
        repeat (operand, operand->values, step->places, step->out.channels);
    }
  return &step->step;
}
