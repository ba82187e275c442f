/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arith.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "weights.h"
#include "writer.h"

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
    .max = 1 << 30,                                                                \
    .label = N_("Shape of the constants"),                                         \
    .tooltip = N_("Rows, columns and maps of the constants, each 1 or as many as the "  \
                  "map has") }

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
  int             n_said = (p->shape.height > 0) + (p->shape.width > 0) + (p->shape.channels > 0);

  if ((p->with == NULL || p->with[0] == NULL) && p->values.n == 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("expected the name of an earlier layer, as in “with=a”, or constants, as in "
                   "“values=2”"));
  else if (n_said % 3 != 0 || (n_said > 0 && p->values.n == 0))
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("shape: expected rows, columns and maps of constants, as in “4x4x1”"));
  else
    return TRUE;
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

/* The shape of the constants: as said, or one of them for each map. */
static CnnShape
constants_shape (const CnnArith *p)
{
  return p->shape.height > 0 ? p->shape : (CnnShape) { 1, 1, p->values.n };
}

/* Takes an operand's shape into that of the result: each extent is the same, or 1 in one of
 * them. Source: ONNX, "Broadcasting in ONNX", multidirectional. */
static gboolean
widen (CnnShape *all, CnnShape next)
{
  int       *to[] = { &all->height, &all->width, &all->channels };
  const int  from[] = { next.height, next.width, next.channels };

  for (int i = 0; i < 3; i++)
    if (*to[i] != from[i] && *to[i] != 1 && from[i] != 1)
      return FALSE;
  for (int i = 0; i < 3; i++)
    if (from[i] != 1)
      *to[i] = from[i];
  return TRUE;
}

/** cnn_arith_shape: the @shape of such a layer: in each direction that of its longest operands. */
gboolean
cnn_arith_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                 GError **error)
{
  const CnnArith *p = node->params;
  CnnShape        shape = constants_shape (p);

  *out = in[0];
  for (guint i = 1; i < n_in; i++)
    if (!widen (out, in[i]))
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                     _("“%s” is %d×%d×%d, expected each extent to be 1 or that of %d×%d×%d"),
                     p->with[i - 1], CNN_SHAPE_ARGS (in[i]), CNN_SHAPE_ARGS (*out));
        return FALSE;
      }
  if (p->values.n == 0)
    return TRUE;
  if (cnn_shape_cells (shape) != p->values.n)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("found %d constants, expected as many as %d×%d×%d has"), p->values.n,
                   CNN_SHAPE_ARGS (shape));
      return FALSE;
    }
  if (widen (out, shape))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the constants are %d×%d×%d, expected each extent to be 1 or that of %d×%d×%d"),
               CNN_SHAPE_ARGS (shape), CNN_SHAPE_ARGS (*out));
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

/** cnn_arith_reversed: whether the layer before comes second. */
gboolean
cnn_arith_reversed (const CnnNode *node)
{
  const CnnArith *p = node->params;

  return node->op->params == cnn_arith_pair_params && p->reversed;
}

/* The first cell in a direction in which the operand has only one. */
static int
within (int at, int extent)
{
  return extent == 1 ? 0 : at;
}

/** cnn_arith_channel: the channel of input 0 that such a channel of the output comes from. */
int
cnn_arith_channel (const CnnTask *task, int channel)
{
  return within (channel, task->in[0].channels);
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
  guint n = task->n_in;

  for (guint i = 0; i < n; i++)
    values[i] = cells->read (cells->data, i, within (y, task->in[i].height),
                             within (x, task->in[i].width),
                             within (channel, task->in[i].channels));
  if (((const CnnArith *) task->node->params)->values.n > 0)
    {
      const CnnTensor *t = task->weights[0];
      gsize            at = (gsize) within (y, t->dims[0]) * t->dims[1] + within (x, t->dims[1]);

      values[n++] = t->values[at * t->dims[2] + within (channel, t->dims[2])];
    }
  if (cnn_arith_reversed (task->node))
    {
      double first = values[0];

      values[0] = values[1];
      values[1] = first;
    }
  return n;
}

/**
 * cnn_arith_explain_terms:
 * @sign: of the operands but the first
 *
 * Explains a sum or difference.
 */
void
cnn_arith_explain_terms (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                         double sign, CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, (int) n }, FALSE);

  for (guint i = 0; i < n; i++)
    {
      part->values[i] = i == 0 ? values[i] : sign * values[i];
      part->result += part->values[i];
      explanation->magnitude += fabs (part->values[i]);
    }
  explanation->value = part->result;
}

/**
 * cnn_arith_explain_winner:
 * @sign: 1: the greatest wins; −1: the least
 *
 * Explains a choice of one operand; a NaN wins over all numbers.
 */
void
cnn_arith_explain_winner (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                          double sign, CnnExplanation *explanation)
{
  double   values[CNN_MAX_INPUTS + 1];
  guint    n = cnn_arith_read (task, cells, y, x, channel, values);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_WINNER, 0,
                                            cnn_arith_channel (task, channel),
                                            (CnnSize) { 1, (int) n }, FALSE);

  part->winner = 0;
  for (guint i = 0; i < n; i++)
    {
      double best = values[part->winner];

      part->values[i] = values[i];
      if (!isnan (best) && (sign * values[i] > sign * best || isnan (values[i])))
        part->winner = (int) i;
    }
  part->result = values[part->winner];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

/** cnn_arith_explain_pair: explains a function of two operands. */
void
cnn_arith_explain_pair (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                        double (*function) (double a, double b), CnnExplanation *explanation)
{
  double values[CNN_MAX_INPUTS + 1];

  cnn_arith_read (task, cells, y, x, channel, values);
  cnn_explanation_function (explanation, 0, cnn_arith_channel (task, channel),
                            values[cnn_arith_reversed (task->node)],
                            function (values[0], values[1]));
}

/* The constants, [rows][columns][maps], as ONNX has maps. */
static const char *
write_constants (CnnWriter *writer, const CnnTensor *constants)
{
  const int        *d = constants->dims;
  gint64            dims[] = { 1, d[2], d[0], d[1] };
  g_autofree float *values = g_new (float, cnn_tensor_length (constants));
  gsize             places = (gsize) d[0] * d[1];

  for (gsize i = 0; i < places; i++)
    for (int c = 0; c < d[2]; c++)
      values[c * places + i] = constants->values[i * d[2] + c];
  return cnn_writer_floats (writer, "values", 4, dims, values);
}

/** cnn_arith_write: the @write of such a layer, whose name is ONNX's but for the capital. */
gboolean
cnn_arith_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const CnnArith   *p = node->params;
  const char       *in[CNN_MAX_INPUTS + 1], *made;
  g_autofree char  *op = g_strdup (node->op->name);
  CnnTensor *const *weights = cnn_writer_weights (writer);
  guint             n = node->n_in;

  if (weights == NULL)
    return FALSE;
  op[0] = g_ascii_toupper (op[0]);
  for (guint i = 0; i < n; i++)
    in[i] = cnn_writer_map (writer, i);
  cnn_writer_meet (writer, TRUE);
  if (p->values.n > 0)
    {
      if (weights[0]->dims[0] > 1 || weights[0]->dims[1] > 1)
        cnn_writer_fixed (writer);
      in[n++] = write_constants (writer, weights[0]);
    }
  if (cnn_arith_reversed (node))
    {
      made = in[0];
      in[0] = in[1];
      in[1] = made;
    }
  if (strcmp (op, "Max") == 0 || strcmp (op, "Min") == 0 || strcmp (op, "Mean") == 0)
    {
      cnn_writer_give (writer, cnn_writer_add_list (writer, op, n, in), FALSE);
      return TRUE;
    }
  made = in[0];
  for (guint i = 1; i < n; i++)
    made = cnn_writer_add (writer, op, made, in[i], NULL);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}
