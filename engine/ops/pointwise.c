/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ops.h"

/* Functions of one value that oneDNN lacks, or does not do exactly enough far out. */

/* Values that are copied and computed while they are in the nearest cache. */
#define BLOCK 2048

typedef struct
{
  CnnStep      step;
  gsize        n;
  CnnPointwise function;
  float        a;
  float        b;
} PointwiseStep;

static gboolean
pointwise_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const PointwiseStep *step = (PointwiseStep *) base;

  for (gsize i = 0; i < step->n; i += BLOCK)
    {
      gsize n = MIN (BLOCK, step->n - i);

      if (out != in[0])
        memcpy (out + i, in[0] + i, n * sizeof (float));
      step->function (n, step->a, step->b, out + i);
    }
  return TRUE;
}

static void
pointwise_free (CnnStep *base)
{
  g_free (base);
}

/**
 * cnn_pointwise_prepare:
 * @function: what every value is put into
 * @a: its first number
 * @b: its second number
 *
 * Makes the step of a layer that puts every value into the same function.
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_pointwise_prepare (const CnnTask *task, CnnPointwise function, float a, float b)
{
  PointwiseStep *step = g_new0 (PointwiseStep, 1);

  step->step.run = pointwise_run;
  step->step.free = pointwise_free;
  step->n = (gsize) cnn_shape_cells (task->out);
  step->function = function;
  step->a = a;
  step->b = b;
  return &step->step;
}
