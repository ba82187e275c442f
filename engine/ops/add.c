/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  GStrv with;
} AddParams;

static const CnnParam add_params[] = {
  { .key = "with",
    .type = CNN_PARAM_NODES,
    .offset = offsetof (AddParams, with),
    .initial = "",
    .positional = TRUE,
    .label = N_("Layers"),
    .tooltip = N_("Names of earlier layers, whose values are added to the previous layer's") },
  { .key = NULL },
};

static gboolean
add_check (gconstpointer params, GError **error)
{
  const AddParams *p = params;

  if (p->with && p->with[0])
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("expected the name of an earlier layer, as in “add a”"));
  return FALSE;
}

static gboolean
add_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const AddParams *p = node->params;

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
  return TRUE;
}

typedef struct
{
  CnnStep step;
  guint   n_in;
  gsize   n;
} AddStep;

#define BLOCK 1024

static void
add_block (gsize n, const float *restrict in, float *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += in[i];
}

/* Block by block in a buffer, since the output may be any input's memory. */
static gboolean
add_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  AddStep *step = (AddStep *) base;
  float    sums[BLOCK];

  for (gsize i = 0; i < step->n; i += BLOCK)
    {
      gsize n = MIN (BLOCK, step->n - i);

      memcpy (sums, in[0] + i, n * sizeof (float));
      for (guint k = 1; k < step->n_in; k++)
        add_block (n, in[k] + i, sums);
      memcpy (out + i, sums, n * sizeof (float));
    }
  return TRUE;
}

static void
add_free (CnnStep *step)
{
  g_free (step);
}

static CnnStep *
add_prepare (const CnnTask *task, GError **error)
{
  AddStep *step = g_new0 (AddStep, 1);

  step->step.run = add_run;
  step->step.free = add_free;
  step->n_in = task->n_in;
  step->n = (gsize) cnn_shape_cells (task->out);
  return &step->step;
}

static void
add_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0, channel,
                                            (CnnSize) { 1, (int) task->n_in }, FALSE);

  for (guint i = 0; i < task->n_in; i++)
    {
      part->values[i] = cells->read (cells->data, i, y, x, channel);
      part->result += part->values[i];
      explanation->magnitude += fabs (part->values[i]);
    }
  explanation->value = part->result;
}

static gboolean
add_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const char *sum = cnn_writer_map (writer, 0);

  for (guint i = 1; i < node->n_in; i++)
    sum = cnn_writer_add (writer, "Add", sum, cnn_writer_map (writer, i), NULL);
  cnn_writer_give (writer, sum, FALSE);
  return TRUE;
}

const CnnOp cnn_op_add = {
  .name = "add",
  .label = N_("Add"),
  .blurb = N_("Adds the values of earlier layers to those of the previous one: a skip connection"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (AddParams),
  .params = add_params,
  .check = add_check,
  .shape = add_shape,
  .prepare = add_prepare,
  .explain = add_explain,
  .write = add_write,
};
