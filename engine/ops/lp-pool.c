/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "pool.h"
#include "writer.h"

typedef struct
{
  CnnPool pool;
  int     p;
} LpPoolParams;

static const CnnParam lp_pool_params[] = {
  CNN_POOL_PARAMS,
  { .key = "p",
    .type = CNN_PARAM_INT,
    .offset = offsetof (LpPoolParams, p),
    .initial = "2",
    .min = 1,
    .max = 7, /* what a float may be to that power still is a double */
    .label = N_("Power"),
    .tooltip = N_("The power that values are raised to before they are added up; "
                  "of the sum the root of the same order is taken") },
  CNN_POOL_MORE_PARAMS,
  { .key = NULL },
};

static void
add_powers (gsize n, const float *restrict values, int power, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    {
      double size = fabs (values[i]), product = size;

      for (int k = 1; k < power; k++)
        product *= size;
      sums[i] += product;
    }
}

static void
take_roots (gsize n, const double *restrict sums, double count, int power, float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (float) (power == 1   ? sums[i]
                      : power == 2 ? sqrt (sums[i])
                                   : pow (sums[i], 1.0 / power));
}

static CnnStep *
lp_pool_prepare (const CnnTask *task, GError **error)
{
  static const CnnPoolSums norm = { add_powers, take_roots };

  return cnn_pool_prepare_sums (task, &norm, ((const LpPoolParams *) task->node->params)->p, FALSE);
}

/* --- training ----------------------------------------------------------------- */

typedef struct
{
  CnnTrainStep step;
  CnnPoolStep  pool;
  CnnStep     *run;
  int          power;
} LpTrain;

static gboolean
lp_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const LpTrain *step = (LpTrain *) base;

  return cnn_run_each (step->run, pass, (gsize) cnn_shape_cells (step->pool.in),
                       (gsize) cnn_shape_cells (step->pool.out));
}

/* The derivative of (Σ |x|^p)^(1 / p) by x is sign of x · (|x| / norm)^(p − 1). */
CNN_CLONES static void
give_back (const CnnPoolRun *run, int power, const float *restrict out,
           const float *restrict d_out, const float *restrict in, float *restrict d_in)
{
  for (gsize k = 0; k < run->n; k++)
    {
      for (gsize i = 0; i < run->length; i++)
        {
          /* Where the norm is 0 all values are. */
          float part = fabsf (in[i]) / (out[i] > 0.0f ? out[i] : 1.0f);
          float product = d_out[i] * (float) ((in[i] > 0.0f) - (in[i] < 0.0f));

          /* As often as the largest power asks for, so that it can be done in lanes. */
          for (int m = 2; m <= 7; m++)
            product *= m <= power ? part : 1.0f;
          d_in[i] += product;
        }
      in += run->step;
      d_in += run->step;
      out += run->length;
      d_out += run->length;
    }
}

static gboolean
lp_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const LpTrain     *step = (LpTrain *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              cells = (gsize) cnn_shape_cells (pool->in), row = 0;
  CnnPoolRun         run;

  for (guint image = 0; image < pass->n && pass->d_in[0]; image++)
    {
      const float *in = pass->in[0] + image * cells;
      float       *d_in = pass->d_in[0] + image * cells;

      memset (d_in, 0, cells * sizeof (float));
      for (int y = 0; y < pool->out.height; y++)
        {
          for (int i = 0; i < pool->size.height; i++)
            for (int j = 0; j < pool->size.width; j++)
              if (cnn_pool_run (pool, y, i, j, &run))
                give_back (&run, step->power, pass->out + row + run.out,
                           pass->d_out + row + run.out, in + run.in, d_in + run.in);
          row += (gsize) pool->out.width * pool->out.channels;
        }
    }
  return TRUE;
}

static void
lp_train_free (CnnTrainStep *base)
{
  cnn_step_free (((LpTrain *) base)->run);
  g_free (base);
}

static CnnTrainStep *
lp_pool_train (const CnnTask *task, GError **error)
{
  LpTrain *step = g_new0 (LpTrain, 1);

  cnn_pool_step_init (&step->pool, task);
  step->step.needs_in = TRUE;
  step->step.needs_out = TRUE;
  step->step.forward = lp_forward;
  step->step.backward = lp_backward;
  step->step.free = lp_train_free;
  step->run = lp_pool_prepare (task, error);
  step->power = ((const LpPoolParams *) task->node->params)->p;
  return &step->step;
}

/* -------------------------------------------------------------------------- */

/* Σ of x · (sign of x · |x|^(p − 1)), and the root of it. Source: ONNX, LpPool-22. */
static void
lp_pool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  const LpPoolParams *p = task->node->params;
  CnnPart *part = cnn_pool_add_part (task, CNN_PART_WEIGHTED, channel, TRUE, explanation);
  double   sum;

  cnn_pool_explain (task, cells, y, x, channel, part);
  for (int i = 0; i < part->size.height * part->size.width; i++)
    {
      part->factors[i] = copysign (pow (fabs (part->values[i]), p->p - 1), part->values[i]);
      part->result += part->values[i] * part->factors[i];
    }
  sum = part->result;
  cnn_explanation_function (explanation, 0, channel, sum, pow (sum, 1.0 / p->p));
}

static gboolean
lp_pool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const LpPoolParams *p = node->params;
  const char         *x = cnn_writer_map (writer, 0), *made;
  CnnWindow           window;

  if (!cnn_pool_write_window (writer, node, &window, error))
    return FALSE;
  if (cnn_pool_fits_onnx (&window) && !cnn_pool_is_dilated (&p->pool))
    {
      made = cnn_writer_add (writer, "LpPool", x, NULL);
      cnn_writer_window (writer, &window);
      cnn_writer_int (writer, "p", p->p);
    }
  else
    {
      made = cnn_writer_add (writer, "Pow", cnn_writer_add (writer, "Abs", x, NULL),
                             cnn_writer_number (writer, "power", p->p), NULL);
      made = cnn_pool_write_sums (writer, made, &window);
      made = cnn_writer_add (writer, "Pow", made, cnn_writer_number (writer, "root", 1.0 / p->p),
                             NULL);
    }
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_lp_pool = {
  .name = "lp-pool",
  .label = N_("Lp pooling"),
  .blurb = N_("The norm of each window: the root of the sum of powers, with p = 2 of squares"),
  .example = "2",
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .params_size = sizeof (LpPoolParams),
  .params = lp_pool_params,
  .check = cnn_pool_check,
  .window = cnn_pool_window,
  .prepare = lp_pool_prepare,
  .train = lp_pool_train,
  .explain = lp_pool_explain,
  .write = lp_pool_write,
};
