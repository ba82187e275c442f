/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

typedef struct
{
  int approximate;
} GeluParams;

enum
{
  APPROXIMATE_NONE,
  APPROXIMATE_TANH
};

static const CnnChoice approximations[] = {
  [APPROXIMATE_NONE] = { "none", N_("Exactly") },
  [APPROXIMATE_TANH] = { "tanh", N_("With tanh") },
  { NULL },
};

static const CnnParam gelu_params[] = {
  { .key = "approximate",
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (GeluParams, approximate),
    .initial = "none",
    .choices = approximations,
    .label = N_("Computed"),
    .tooltip = N_("Whether the normal distribution is approximated, as some networks were "
                  "trained with") },
  { .key = NULL },
};

/* 1 + erf (x) is erfc (−x), in which nothing cancels. */
static void
gelu_exactly (gsize n, float a, float b, float *values)
{
  for (gsize i = 0; i < n; i++)
    values[i] *= 0.5f * erfcf (values[i] * (float) -M_SQRT1_2);
}

/* (1 + tanh (u)) / 2 is 1 / (1 + e⁻²ᵘ), in which nothing cancels. */
static void
gelu_tanh (gsize n, float a, float b, float *values)
{
  const float factor = (float) (M_2_SQRTPI * M_SQRT1_2);

  for (gsize i = 0; i < n; i++)
    {
      float x = values[i];

      values[i] = x / (1.0f + expf (-2.0f * factor * (x + 0.044715f * x * x * x)));
    }
}

static CnnStep *
gelu_prepare (const CnnTask *task, GError **error)
{
  const GeluParams *p = task->node->params;

  return cnn_pointwise_prepare (
    task, p->approximate == APPROXIMATE_TANH ? gelu_tanh : gelu_exactly, 0.0f, 0.0f);
}

/* Φ (x) + x · φ (x), φ being the density of the normal distribution. */
static void
gelu_exactly_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  const float factor = (float) (0.5 * M_2_SQRTPI * M_SQRT1_2);

  for (gsize i = 0; i < n; i++)
    {
      float x = values[i];

      d[i] *= 0.5f * erfcf (x * (float) -M_SQRT1_2) + factor * x * expf (-0.5f * x * x);
    }
}

/* Of x · s (2u), s being the sigmoid: s + x · s · (1 − s) · 2u'. Further out than 20, where it is
 * 0 or 1, squares might not stay finite. */
static void
gelu_tanh_derivative (gsize n, float a, float b, const float *restrict values, float *restrict d)
{
  const float factor = (float) (2.0 * M_2_SQRTPI * M_SQRT1_2);

  for (gsize i = 0; i < n; i++)
    {
      float x = values[i] > 20.0f ? 20.0f : values[i] < -20.0f ? -20.0f : values[i];
      float part = 1.0f / (1.0f + expf (-factor * (x + 0.044715f * x * x * x)));

      d[i] *= part + x * part * (1.0f - part) * factor * (1.0f + 3.0f * 0.044715f * x * x);
    }
}

static CnnTrainStep *
gelu_train (const CnnTask *task, GError **error)
{
  const GeluParams *p = task->node->params;

  if (p->approximate == APPROXIMATE_TANH)
    return cnn_pointwise_train (task, gelu_tanh, gelu_tanh_derivative, 0.0f, 0.0f, FALSE, error);
  return cnn_pointwise_train (task, gelu_exactly, gelu_exactly_derivative, 0.0f, 0.0f, FALSE,
                              error);
}

/* Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016), section 2. */
static void
gelu_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
              CnnExplanation *explanation)
{
  const GeluParams *p = task->node->params;
  double            value = cells->read (cells->data, 0, y, x, channel), part;

  if (p->approximate == APPROXIMATE_TANH)
    part = tanh (sqrt (2.0 / G_PI) * (value + 0.044715 * value * value * value));
  else
    part = erf (value / sqrt (2.0));
  cnn_explanation_function (explanation, 0, channel, value, 0.5 * value * (1.0 + part));
  /* Below 0 the two terms all but cancel. */
  explanation->magnitude = 0.5 * fabs (value) * (1.0 + fabs (part));
}

/* The factor of x / 2, without the 1 that is added to it. */
static const char *
write_part (CnnWriter *writer, gboolean tanh)
{
  const char *part, *cube;

  if (!tanh)
    return cnn_writer_add (writer, "Erf",
                           cnn_writer_add (writer, "Mul", "x",
                                           cnn_writer_number (writer, "factor", M_SQRT1_2), NULL),
                           NULL);
  cube = cnn_writer_add (writer, "Mul", "x", cnn_writer_add (writer, "Mul", "x", "x", NULL), NULL);
  part = cnn_writer_add (writer, "Mul", cube, cnn_writer_number (writer, "cubed", 0.044715), NULL);
  part = cnn_writer_add (writer, "Add", "x", part, NULL);
  part = cnn_writer_add (writer, "Mul", part,
                         cnn_writer_number (writer, "factor", M_2_SQRTPI * M_SQRT1_2), NULL);
  return cnn_writer_add (writer, "Tanh", part, NULL);
}

static gboolean
gelu_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  /* Gelu itself came with operator set 20. */
  gboolean    tanh = ((const GeluParams *) node->params)->approximate == APPROXIMATE_TANH;
  const char *name = tanh ? "GeluTanh" : "Gelu";

  if (cnn_writer_function (writer, name, NULL))
    {
      const char *part = write_part (writer, tanh);
      const char *half = cnn_writer_add (writer, "Mul", "x",
                                         cnn_writer_number (writer, "half", 0.5), NULL);

      part = cnn_writer_add (writer, "Add", part, cnn_writer_number (writer, "one", 1.0), NULL);
      cnn_writer_end (writer, cnn_writer_add (writer, "Mul", half, part, NULL));
    }
  cnn_writer_give_same (writer, cnn_writer_call (writer, name, cnn_writer_value (writer, 0)));
  return TRUE;
}

const CnnOp cnn_op_gelu = {
  .name = "gelu",
  .label = N_("GELU"),
  .blurb = N_("Multiplies each value with the probability that a normally distributed one is "
              "smaller: x · Φ (x)"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (GeluParams),
  .params = gelu_params,
  .prepare = gelu_prepare,
  .train = gelu_train,
  .explain = gelu_explain,
  .write = gelu_write,
};
