/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "moves.h"
#include "writer.h"

typedef enum
{
  AXIS_CHANNELS,
  AXIS_ROWS,
  AXIS_COLUMNS
} Axis;

typedef struct
{
  GStrv with;
  int   axis;
} ConcatParams;

static const CnnChoice axes[] = {
  { "channels", N_("maps") },
  { "rows", N_("rows") },
  { "columns", N_("columns") },
  { NULL },
};

static const CnnParam concat_params[] = {
  { .key = "with",
    .type = CNN_PARAM_NODES,
    .offset = offsetof (ConcatParams, with),
    .initial = "",
    .positional = TRUE,
    .label = N_("Layers"),
    .tooltip = N_("Names of earlier layers, whose maps follow the previous layer's") },
  { .key = "axis",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (ConcatParams, axis),
    .initial = "channels",
    .choices = axes,
    .label = N_("Axis"),
    .tooltip = N_("Whether maps are put after maps, rows below rows, or columns beside columns") },
  { .key = NULL },
};

static gboolean
concat_check (gconstpointer params, GError **error)
{
  const ConcatParams *p = params;

  if (p->with && p->with[0])
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("expected the name of an earlier layer, as in “concat a”"));
  return FALSE;
}

/* The extent along which the inputs are put together. */
static int *
along (CnnShape *shape, int axis)
{
  return axis == AXIS_ROWS      ? &shape->height
         : axis == AXIS_COLUMNS ? &shape->width
                                : &shape->channels;
}

static gboolean
concat_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const ConcatParams *p = node->params;
  gint64              total = 0;

  *out = in[0];
  for (guint i = 0; i < n_in; i++)
    {
      CnnShape alike = in[i];

      total += *along (&alike, p->axis);
      *along (&alike, p->axis) = *along (out, p->axis);
      if (cnn_shape_equal (alike, *out))
        continue;
      if (p->axis == AXIS_CHANNELS)
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                     _("“%s” is %d×%d×%d, expected maps of %d×%d as the previous "
                       "layer's, %d×%d×%d"),
                     p->with[i - 1], CNN_SHAPE_ARGS (in[i]), in[0].height, in[0].width,
                     CNN_SHAPE_ARGS (in[0]));
      else
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                     p->axis == AXIS_ROWS
                       ? _("“%s” is %d×%d×%d, expected rows as those of the previous layer, "
                           "%d×%d×%d")
                       : _("“%s” is %d×%d×%d, expected columns as those of the previous layer, "
                           "%d×%d×%d"),
                     p->with[i - 1], CNN_SHAPE_ARGS (in[i]), CNN_SHAPE_ARGS (in[0]));
      return FALSE;
    }
  if (total > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   p->axis == AXIS_ROWS      ? _("%" PRId64 " rows are too many")
                   : p->axis == AXIS_COLUMNS ? _("%" PRId64 " columns are too many")
                                             : _("%" PRId64 " maps are too many"),
                   total);
      return FALSE;
    }
  *along (out, p->axis) = (int) total;
  return TRUE;
}

static CnnReach
concat_reach (const CnnNode *node)
{
  const ConcatParams *p = node->params;

  return p->axis == AXIS_CHANNELS ? CNN_REACH_POINT : CNN_REACH_WHOLE;
}

typedef struct
{
  CnnStep step;
  guint   n_in;
  gsize   n_runs;                /* how often a part of each input comes */
  gsize   length;                /* of all of them together */
  gsize   parts[CNN_MAX_INPUTS]; /* of the part of each */
} ConcatStep;

/* Few values at a time are quicker without a call. */
#define FEW 16

static gboolean
concat_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  ConcatStep *step = (ConcatStep *) base;
  gsize       first = 0;

  for (guint k = 0; k < step->n_in; first += step->parts[k], k++)
    {
      const float *from = in[k];
      float       *to = out + first;
      gsize        n = step->parts[k];

      if (n <= FEW)
        for (gsize i = 0; i < step->n_runs; i++, to += step->length)
          for (gsize c = 0; c < n; c++)
            to[c] = *from++;
      else
        for (gsize i = 0; i < step->n_runs; i++, to += step->length, from += n)
          memcpy (to, from, n * sizeof (float));
    }
  return TRUE;
}

static void
concat_free (CnnStep *step)
{
  g_free (step);
}

/* Values of a part of the shape that comes at once. */
static gsize
run_length (CnnShape shape, int axis)
{
  gsize n = shape.channels;

  n *= axis == AXIS_CHANNELS ? 1 : shape.width;
  return n * (axis == AXIS_ROWS ? shape.height : 1);
}

static CnnStep *
concat_prepare (const CnnTask *task, GError **error)
{
  const ConcatParams *p = task->node->params;
  ConcatStep         *step = g_new0 (ConcatStep, 1);

  step->step.run = concat_run;
  step->step.free = concat_free;
  step->n_in = task->n_in;
  step->length = run_length (task->out, p->axis);
  step->n_runs = (gsize) cnn_shape_cells (task->out) / step->length;
  for (guint i = 0; i < task->n_in; i++)
    step->parts[i] = run_length (task->in[i], p->axis);
  return &step->step;
}

static void
concat_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                CnnExplanation *explanation)
{
  const ConcatParams *p = task->node->params;
  guint               input = 0;
  CnnShape            cell = { y, x, channel };
  int                *at = along (&cell, p->axis);
  CnnPart            *part;

  for (CnnShape in = task->in[0]; *at >= *along (&in, p->axis); in = task->in[++input])
    *at -= *along (&in, p->axis);
  part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, input, cell.channels,
                                   (CnnSize) { 1, 1 }, FALSE);
  part->values[0] = cells->read (cells->data, input, cell.height, cell.width, cell.channels);
  part->result = part->values[0];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

static gboolean
concat_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const ConcatParams *p = node->params;
  const char         *in[CNN_MAX_INPUTS], *made;

  for (guint i = 0; i < node->n_in; i++)
    in[i] = cnn_writer_map (writer, i);
  if (p->axis == AXIS_CHANNELS)
    cnn_writer_meet (writer, FALSE);
  else
    cnn_writer_fixed (writer);
  made = cnn_writer_add_list (writer, "Concat", node->n_in, in);
  cnn_writer_int (writer, "axis", p->axis == AXIS_CHANNELS ? 1 : p->axis == AXIS_ROWS ? 2 : 3);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_concat = {
  .name = "concat",
  .label = N_("Concatenate"),
  .blurb = N_("Puts the maps of earlier layers behind those of the previous one, or their rows "
              "or columns"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (ConcatParams),
  .params = concat_params,
  .check = concat_check,
  .shape = concat_shape,
  .reach_of = concat_reach,
  .prepare = concat_prepare,
  .train = cnn_moves_train,
  .explain = concat_explain,
  .write = concat_write,
};
