/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bins.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  CnnNumbers levels;
  int        type;
} SppParams;

enum
{
  TYPE_MAX,
  TYPE_AVERAGE
};

static const CnnChoice types[] = {
  [TYPE_MAX] = { "max", N_("Largest value") },
  [TYPE_AVERAGE] = { "average", N_("Average") },
  { NULL },
};

static const CnnParam spp_params[] = {
  { .key = "levels",
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (SppParams, levels),
    .initial = "1,2,4",
    .min = 1,
    .max = 256,
    .label = N_("Levels"),
    .tooltip = N_("How many bins to a side the map is cut into, for each level") },
  { .key = "type",
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (SppParams, type),
    .initial = "max",
    .choices = types,
    .label = N_("Type"),
    .tooltip = N_("What a bin comes to") },
  { .key = NULL },
};

static gboolean
spp_check (gconstpointer params, GError **error)
{
  const SppParams *p = params;

  if (p->levels.n == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("levels: expected at least one number, as in “levels=1,2,4”"));
      return FALSE;
    }
  for (int i = 0; i < p->levels.n; i++)
    if (p->levels.values[i] != (int) p->levels.values[i])
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("levels: expected whole numbers"));
        return FALSE;
      }
  return TRUE;
}

static gboolean
spp_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const SppParams *p = node->params;
  double           values = 0;

  for (int i = 0; i < p->levels.n; i++)
    values += p->levels.values[i] * p->levels.values[i] * in->channels;
  return cnn_vector_shape (values, out, error);
}

static CnnStep *
spp_prepare (const CnnTask *task, GError **error)
{
  const SppParams *p = task->node->params;

  return cnn_bins_prepare (task, &p->levels, p->type == TYPE_AVERAGE);
}

static CnnTrainStep *
spp_train (const CnnTask *task, GError **error)
{
  const SppParams *p = task->node->params;

  return cnn_bins_train (task, &p->levels, p->type == TYPE_AVERAGE);
}

static void
spp_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  const SppParams *p = task->node->params;
  int              bin = channel / task->in[0].channels, level = 0;

  while (bin >= (int) p->levels.values[level] * (int) p->levels.values[level])
    {
      bin -= (int) p->levels.values[level] * (int) p->levels.values[level];
      level++;
    }
  cnn_bins_explain (task, cells, (int) p->levels.values[level], bin,
                    channel % task->in[0].channels, p->type == TYPE_AVERAGE, explanation);
}

static gboolean
spp_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const SppParams   *p = node->params;
  CnnShape           in = cnn_writer_in (writer, 0);
  const char        *x = cnn_writer_map (writer, 0);
  g_autoptr (GString) name = g_string_new (p->type == TYPE_MAX ? "MaxPyramid" : "AveragePyramid");

  /* The bins' rows and columns are in the function. */
  cnn_writer_fixed (writer);
  for (int i = 0; i < p->levels.n; i++)
    g_string_append_printf (name, "_%d", (int) p->levels.values[i]);
  g_string_append_printf (name, "_of_%dx%d", in.height, in.width);
  if (cnn_writer_function (writer, name->str, NULL))
    cnn_bins_write (writer, in, &p->levels, p->type == TYPE_AVERAGE);
  cnn_writer_give (writer, cnn_writer_call (writer, name->str, x), TRUE);
  return TRUE;
}

const CnnOp cnn_op_spp = {
  .name = "spp",
  .label = N_("Spatial pyramid pooling"),
  .blurb = N_("Cuts each map into bins, coarse and fine, and pools each: maps of any size give "
              "equally many values"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .params_size = sizeof (SppParams),
  .params = spp_params,
  .check = spp_check,
  .shape = spp_shape,
  .prepare = spp_prepare,
  .train = spp_train,
  .explain = spp_explain,
  .write = spp_write,
};
