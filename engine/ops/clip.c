/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  CnnNumbers min; /* none or one */
  CnnNumbers max;
} ClipParams;

static const CnnParam clip_params[] = {
  { .key = "min",
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (ClipParams, min),
    .initial = "",
    .min = -FLT_MAX,
    .max = FLT_MAX,
    .label = N_("Least"),
    .tooltip = N_("What smaller values become; empty: they stay") },
  { .key = "max",
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (ClipParams, max),
    .initial = "",
    .min = -FLT_MAX,
    .max = FLT_MAX,
    .label = N_("Greatest"),
    .tooltip = N_("What greater values become; empty: they stay") },
  { .key = NULL },
};

static gboolean
is_bound (const CnnNumbers *numbers, const char *key, GError **error)
{
  if (numbers->n <= 1)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found %d numbers, expected one"), key,
               numbers->n);
  return FALSE;
}

static gboolean
clip_check (gconstpointer params, GError **error)
{
  const ClipParams *p = params;

  return is_bound (&p->min, "min", error) && is_bound (&p->max, "max", error);
}

static double
lower (const ClipParams *p)
{
  return p->min.n > 0 ? p->min.values[0] : -INFINITY;
}

static double
upper (const ClipParams *p)
{
  return p->max.n > 0 ? p->max.values[0] : INFINITY;
}

/* Asked this way round, what is no number stays so. */
static void
clip_values (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    {
      float value = values[i] < a ? a : values[i];

      values[i] = value > b ? b : value;
    }
}

static CnnStep *
clip_prepare (const CnnTask *task, GError **error)
{
  const ClipParams *p = task->node->params;

  return cnn_pointwise_prepare (task, clip_values, (float) lower (p), (float) upper (p));
}

/* At the limits themselves it is that of what is between them. */
CNN_CLONES static void
clip_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = values[i] >= a && values[i] <= b ? d[i] : 0.0f;
}

static CnnTrainStep *
clip_train (const CnnTask *task, GError **error)
{
  const ClipParams *p = task->node->params;

  return cnn_pointwise_train (task, clip_values, clip_derivative, (float) lower (p),
                              (float) upper (p), FALSE, error);
}

/* Where min is above max, every value becomes max: as ONNX has it. */
static void
clip_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  const ClipParams *p = task->node->params;
  double            value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value,
                            MIN (MAX (lower (p), value), upper (p)));
}

static gboolean
clip_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const ClipParams *p = node->params;
  const char       *min = p->min.n > 0 ? cnn_writer_number (writer, "min", lower (p)) : "";
  const char       *max = p->max.n > 0 ? cnn_writer_number (writer, "max", upper (p)) : "";
  const char       *x = cnn_writer_value (writer, 0);

  cnn_writer_give_same (writer, cnn_writer_add (writer, "Clip", x, min, max, NULL));
  return TRUE;
}

const CnnOp cnn_op_clip = {
  .name = "clip",
  .label = N_("Clip"),
  .blurb = N_("Keeps every value between two limits; either may be left out"),
  .example = "min=0 max=1",
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (ClipParams),
  .params = clip_params,
  .check = clip_check,
  .prepare = clip_prepare,
  .train = clip_train,
  .explain = clip_explain,
  .write = clip_write,
};
