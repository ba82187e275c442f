/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  GStrv with;
} ConcatParams;

static const CnnParam concat_params[] = {
  { .key = "with",
    .type = CNN_PARAM_NODES,
    .offset = offsetof (ConcatParams, with),
    .initial = "",
    .positional = TRUE,
    .label = N_("Layers"),
    .tooltip = N_("Names of earlier layers, whose maps follow the previous layer's") },
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

static gboolean
concat_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const ConcatParams *p = node->params;
  gint64              channels = in[0].channels;

  for (guint i = 1; i < n_in; i++)
    {
      if (in[i].height != in[0].height || in[i].width != in[0].width)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                       _("“%s” is %d×%d×%d, expected maps of %d×%d as the previous "
                         "layer's, %d×%d×%d"),
                       p->with[i - 1], CNN_SHAPE_ARGS (in[i]), in[0].height, in[0].width,
                       CNN_SHAPE_ARGS (in[0]));
          return FALSE;
        }
      channels += in[i].channels;
    }
  if (channels > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%" PRId64 " maps are too many"),
                   channels);
      return FALSE;
    }
  *out = (CnnShape) { in[0].height, in[0].width, (int) channels };
  return TRUE;
}

typedef struct
{
  CnnStep step;
  guint   n_in;
  gsize   places;
  gsize   channels;
  gsize   parts[CNN_MAX_INPUTS]; /* channels of each input */
} ConcatStep;

static gboolean
concat_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  ConcatStep *step = (ConcatStep *) base;
  gsize       first = 0;

  for (guint k = 0; k < step->n_in; first += step->parts[k], k++)
    {
      const float *from = in[k];
      float       *to = out + first;

      for (gsize i = 0; i < step->places; i++, to += step->channels)
        for (gsize c = 0; c < step->parts[k]; c++)
          to[c] = *from++;
    }
  return TRUE;
}

static void
concat_free (CnnStep *step)
{
  g_free (step);
}

static CnnStep *
concat_prepare (const CnnTask *task, GError **error)
{
  ConcatStep *step = g_new0 (ConcatStep, 1);

  step->step.run = concat_run;
  step->step.free = concat_free;
  step->n_in = task->n_in;
  step->places = (gsize) task->out.height * task->out.width;
  step->channels = task->out.channels;
  for (guint i = 0; i < task->n_in; i++)
    step->parts[i] = task->in[i].channels;
  return &step->step;
}

static void
concat_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                CnnExplanation *explanation)
{
  guint    input = 0;
  CnnPart *part;

  for (; channel >= task->in[input].channels; input++)
    channel -= task->in[input].channels;
  part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, input, channel, (CnnSize) { 1, 1 },
                                   FALSE);
  part->values[0] = cells->read (cells->data, input, y, x, channel);
  part->result = part->values[0];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

static gboolean
concat_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const char *in[CNN_MAX_INPUTS], *made;

  for (guint i = 0; i < node->n_in; i++)
    in[i] = cnn_writer_map (writer, i);
  made = cnn_writer_add_list (writer, "Concat", node->n_in, in);
  cnn_writer_int (writer, "axis", 1);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_concat = {
  .name = "concat",
  .label = N_("Concatenate"),
  .blurb = N_("Puts the maps of earlier layers behind those of the previous one"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (ConcatParams),
  .params = concat_params,
  .check = concat_check,
  .shape = concat_shape,
  .prepare = concat_prepare,
  .explain = concat_explain,
  .write = concat_write,
};
