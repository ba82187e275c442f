/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arith.h"

#include <string.h>

#include "i18n.h"
#include "weights.h"

#define WITH                                                                       \
  { .key = "with",                                                                 \
    .type = CNN_PARAM_NODES,                                                       \
    .offset = offsetof (CnnArith, with),                                           \
    .initial = "",                                                                 \
    .positional = TRUE,                                                            \
    .label = N_("Layers"),                                                         \
    .tooltip = N_("Names of earlier layers that the previous one is combined with") }
#define VALUES                                                                     \
  { .key = "values",                                                               \
    .type = CNN_PARAM_NUMBERS,                                                     \
    .offset = offsetof (CnnArith, values),                                         \
    .initial = "",                                                                 \
    .min = -1e30,                                                                  \
    .max = 1e30,                                                                   \
    .label = N_("Constants"),                                                      \
    .tooltip = N_("Numbers to calculate with: one, or one for each map") }
#define SHAPE                                                                      \
  { .key = "shape",                                                                \
    .rare = TRUE,                                                                  \
    .type = CNN_PARAM_SHAPE,                                                       \
    .offset = offsetof (CnnArith, shape),                                          \
    .initial = "",                                                                 \
    .min = 1,                                                                      \
    .max = 1 << 20,                                                                \
    .label = N_("Shape of the constants"),                                         \
    .tooltip = N_("Rows, columns and maps of the constants, each 1 or the map's own") }

const CnnParam cnn_arith_params[] = { WITH, VALUES, SHAPE, { .key = NULL } };

const CnnParam cnn_arith_pair_params[] = {
  WITH,
  VALUES,
  SHAPE,
  { .key = "reversed",
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (CnnArith, reversed),
    .initial = "no",
    .label = N_("Reversed"),
    .tooltip = N_("Whether the previous layer comes second") },
  { .key = NULL },
};

/** cnn_arith_check: the @check of a layer with any number of operands, at least one. */
gboolean
cnn_arith_check (gconstpointer params, GError **error)
{
  const CnnArith *p = params;

  if ((p->with && p->with[0]) || p->values.n > 0)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("expected the name of an earlier layer, as in “with=a”, or constants, as in "
                 "“values=2”"));
  return FALSE;
}

/** cnn_arith_pair_check: the @check of a layer with exactly one other operand. */
gboolean
cnn_arith_pair_check (gconstpointer params, GError **error)
{
  const CnnArith *p = params;

  if (!cnn_arith_check (params, error))
    return FALSE;
  if ((p->with ? g_strv_length (p->with) : 0) + (p->values.n > 0) == 1)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("expected only one of them: the name of an earlier layer, or constants"));
  return FALSE;
}

static CnnShape
constants_shape (const CnnArith *p)
{
  if (p->shape.height > 0 && p->shape.width > 0 && p->shape.channels > 0)
    return p->shape;
  return (CnnShape) { 1, 1, p->values.n };
}

static gboolean
fits (int extent, int map)
{
  return extent == 1 || extent == map;
}

/** cnn_arith_shape: the @shape of such a layer: all inputs are alike. */
gboolean
cnn_arith_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                 GError **error)
{
  const CnnArith *p = node->params;
  CnnShape        shape = constants_shape (p);

  for (guint i = 1; i < n_in; i++)
    if (!cnn_shape_equal (in[i], in[0]))
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                     _("“%s” is %d×%d×%d, expected %d×%d×%d"
                       " as the previous layer"),
                     p->with[i - 1], CNN_SHAPE_ARGS (in[i]), CNN_SHAPE_ARGS (in[0]));
        return FALSE;
      }
  *out = in[0];
  if (p->values.n == 0)
    return TRUE;
  if (fits (shape.height, in->height) && fits (shape.width, in->width) &&
      fits (shape.channels, in->channels) && cnn_shape_cells (shape) == p->values.n)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("%d constants of %d×%d×%d do not fit the previous layer, %d×%d×%d"),
               p->values.n, CNN_SHAPE_ARGS (shape), CNN_SHAPE_ARGS (in[0]));
  return FALSE;
}

guint
cnn_arith_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const CnnArith *p = node->params;
  CnnShape        shape = constants_shape (p);

  if (p->values.n == 0)
    return 0;
  weights[0] = (CnnWeight) { "values", 3, { CNN_SHAPE_ARGS (shape) }, FALSE };
  return 1;
}

gboolean
cnn_arith_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
                GError **error)
{
  const CnnArith *p = node->params;

  if (p->values.n > 0)
    cnn_weights_fill (weights[0], &p->values, 0.0);
  return TRUE;
}

#define BLOCK 1024

typedef struct
{
  CnnStep          step;
  CnnArithFold     fold;
  float            scale;
  gboolean         reversed;
  guint            n_in;
  CnnShape         out;
  const CnnTensor *constants; /* or NULL */
  float            row[];     /* the constants of a row, [out.width][out.channels] */
} ArithStep;

static float
constant_at (const CnnTensor *t, int y, int x, int channel)
{
  const int *dims = t->dims;

  y = dims[0] == 1 ? 0 : y;
  x = dims[1] == 1 ? 0 : x;
  channel = dims[2] == 1 ? 0 : channel;
  return t->values[((gsize) y * dims[1] + x) * dims[2] + channel];
}

static void
fill_row (ArithStep *step, int y, int x)
{
  float *to = step->row;

  for (int i = 0; i < step->out.width; i++)
    for (int c = 0; c < step->out.channels; c++)
      *to++ = constant_at (step->constants, y, x + i, c);
}

/* Block by block in a buffer, since the output may be any input's memory. */
static gboolean
arith_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  ArithStep *step = (ArithStep *) base;
  gsize      row = (gsize) step->out.width * step->out.channels;
  float      all[BLOCK], first[BLOCK];

  for (int r = 0; r < step->out.height; r++)
    {
      if (step->constants && (r == 0 || step->constants->dims[0] > 1))
        fill_row (step, y + r, x);
      for (gsize i = 0; i < row; i += BLOCK)
        {
          gsize        n = MIN (BLOCK, row - i), at = r * row + i;
          const float *other = step->n_in > 1 ? in[1] + at : step->row + i;

          memcpy (all, step->reversed ? other : in[0] + at, n * sizeof (float));
          if (step->reversed)
            {
              memcpy (first, in[0] + at, n * sizeof (float));
              step->fold (n, first, all);
            }
          else
            {
              for (guint k = 1; k < step->n_in; k++)
                step->fold (n, in[k] + at, all);
              if (step->constants)
                step->fold (n, step->row + i, all);
            }
          for (gsize k = 0; step->scale != 1.0f && k < n; k++)
            all[k] /= step->scale;
          memcpy (out + at, all, n * sizeof (float));
        }
    }
  return TRUE;
}

static void
arith_free (CnnStep *step)
{
  g_free (step);
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
  gsize           row = (gsize) task->out.width * task->out.channels;
  ArithStep      *step = g_malloc0 (sizeof (ArithStep) + row * sizeof (float));

  step->step = (CnnStep) { arith_run, arith_free };
  step->fold = fold;
  step->scale = scale;
  step->reversed = task->node->op->params == cnn_arith_pair_params && p->reversed;
  step->n_in = task->n_in;
  step->out = task->out;
  step->constants = p->values.n > 0 ? task->weights[0] : NULL;
  return &step->step;
}

/**
 * cnn_arith_read:
 * @values: (out): the operands of a cell, in order, [%CNN_MAX_INPUTS + 1]
 *
 * Returns: how many there are
 */
guint
cnn_arith_read (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                double *values)
{
  const CnnArith *p = task->node->params;
  guint           n = task->n_in;

  for (guint i = 0; i < n; i++)
    values[i] = cells->read (cells->data, i, y, x, channel);
  if (p->values.n > 0)
    values[n++] = constant_at (task->weights[0], y, x, channel);
  if (task->node->op->params == cnn_arith_pair_params && p->reversed)
    {
      double first = values[0];

      values[0] = values[1];
      values[1] = first;
    }
  return n;
}
