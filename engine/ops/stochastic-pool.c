/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "pool.h"
#include "random.h"
#include "writer.h"

/* Source: Zeiler and Fergus, "Stochastic pooling for regularization of deep
 * convolutional neural networks" (2013), equations 4 to 6. */

typedef struct
{
  CnnPool  pool;
  gboolean sample;
  int      seed;
} StochasticParams;

static const CnnParam stochastic_params[] = {
  CNN_POOL_PARAMS,
  { .key = "sample",
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (StochasticParams, sample),
    .initial = "no",
    .label = N_("Draw"),
    .tooltip = N_("Whether one cell of each window is drawn, or its expected value is given") },
  { .key = "seed",
    .rare = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (StochasticParams, seed),
    .initial = "0",
    .min = 0,
    .max = G_MAXINT,
    .label = N_("Seed"),
    .tooltip = N_("Another seed draws other cells") },
  { .key = NULL },
};

/* The number that decides which cell of a window is drawn: of the place on the
 * whole map only, so that it does not matter how the map is cut into tiles. */
static double
draw (guint64 seed, int y, int x, int channel)
{
  guint64 row = cnn_random_bits (seed, (guint64) y);

  return cnn_random_uniform (cnn_random_bits (row, (guint64) x), (guint64) channel);
}

typedef struct
{
  CnnPoolStep pool;
  guint64     seed;
  double     *row[2]; /* [in.width][channels]: Σ a and Σ a² over the rows of a window */
  double     *all[2]; /* [out.width][channels]: over all of it */
} StochasticStep;

/* --- the expected value --------------------------------------------------- */

/* Σ p a with p = a / Σ a is Σ a² / Σ a. Both sums are taken over the rows of a
 * window first and then over its columns, so that the work grows with the sum
 * of its sides. */

static void
add_row (gsize n, const float *restrict in, double *restrict sums, double *restrict squares)
{
  for (gsize i = 0; i < n; i++)
    {
      double a = in[i] > 0.0f ? in[i] : 0.0;

      sums[i] += a;
      squares[i] += a * a;
    }
}

static void
add_sums (gsize n, const double *restrict from, double *restrict to)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

static void
add_columns (const CnnPoolStep *pool, const double *row, double *all)
{
  gsize channels = pool->in.channels;
  int   stride = pool->stride.width, first, n, x;

  memset (all, 0, pool->out.width * channels * sizeof (double));
  for (int k = 0; k < pool->size.width; k++)
    {
      cnn_pool_step_columns (pool, k, &first, &n, &x);
      if (stride == 1 && n > 0)
        add_sums (n * channels, row + x * channels, all + first * channels);
      for (int i = 0; i < n && stride > 1; i++)
        add_sums (channels, row + (x + i * stride) * channels, all + (first + i) * channels);
    }
}

static gboolean
expect_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const StochasticStep *step = (StochasticStep *) base;
  gsize                 row = (gsize) step->pool.in.width * step->pool.in.channels;
  gsize                 n = (gsize) step->pool.out.width * step->pool.out.channels;

  for (int y = 0; y < step->pool.out.height; y++, out += n)
    {
      CnnRect cells = cnn_pool_step_cells (&step->pool, y, 0);

      for (int k = 0; k < 2; k++)
        memset (step->row[k], 0, row * sizeof (double));
      for (int i = 0; i < cells.height; i++)
        add_row (row, in[0] + (cells.y + i) * row, step->row[0], step->row[1]);
      for (int k = 0; k < 2; k++)
        add_columns (&step->pool, step->row[k], step->all[k]);
      for (gsize i = 0; i < n; i++)
        out[i] = step->all[0][i] > 0.0 ? (float) (step->all[1][i] / step->all[0][i]) : 0.0f;
    }
  return TRUE;
}

/* --- a draw --------------------------------------------------------------- */

/* Adds up what is positive until the sum is more than @limit. @last: the last cell that was
 * added, row by row; stays as it is where there is none */
static double
add_until (const CnnPoolStep *pool, const float *first, const CnnRect *cells, double limit,
           int *last)
{
  gsize  channels = pool->in.channels, row = pool->in.width * channels;
  double sum = 0.0;

  for (int i = 0; i < cells->height; i++)
    for (int j = 0; j < cells->width; j++)
      {
        float value = first[i * row + j * channels];

        if (!(value > 0.0f))
          continue;
        sum += value;
        *last = i * cells->width + j;
        if (sum > limit)
          return sum;
      }
  return sum;
}

/* The cell of a window that @number, from 0 to 1, decides for, or −1. */
static int
sample_cell (const CnnPoolStep *pool, const float *first, const CnnRect *cells, double number)
{
  int    last = -1;
  double sum = add_until (pool, first, cells, INFINITY, &last);

  add_until (pool, first, cells, number * sum, &last);
  return last;
}

/* Of a row of windows, (y0, x0) being the place of the output's first on the whole map.
 * @winners: (nullable): as a #CnnPoolChoose gives them */
static void
sample_row (const CnnPoolStep *pool, guint64 seed, int y, int y0, int x0, const float *in,
            float *out, guint32 *winners)
{
  gsize channels = pool->in.channels;

  for (int x = 0; x < pool->out.width; x++)
    {
      CnnRect      cells = cnn_pool_step_cells (pool, y, x);
      int          down = cells.y - (y * pool->stride.height - pool->pad.top);
      int          right = cells.x - (x * pool->stride.width - pool->pad.left);
      const float *first = in + ((gsize) cells.y * pool->in.width + cells.x) * channels;

      for (gsize c = 0; c < channels; c++, out++)
        {
          int drawn = sample_cell (pool, first + c, &cells,
                                   draw (seed, y0 + y, x0 + x, (int) c));
          int i = drawn / cells.width, j = drawn % cells.width;

          *out = drawn < 0 ? 0.0f : first[((gsize) i * pool->in.width + j) * channels + c];
          if (winners)
            *winners++ = drawn < 0 ? CNN_POOL_NO_WINNER
                                   : (guint32) ((down + i) * pool->size.width + right + j);
        }
    }
}

static gboolean
sample_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const StochasticStep *step = (StochasticStep *) base;
  const CnnPoolStep    *pool = &step->pool;

  for (int y = 0; y < pool->out.height; y++, out += (gsize) pool->out.width * pool->out.channels)
    sample_row (pool, step->seed, y, y0, x0, in[0], out, NULL);
  return TRUE;
}

/* -------------------------------------------------------------------------- */

static void
stochastic_free (CnnStep *base)
{
  StochasticStep *step = (StochasticStep *) base;

  for (int k = 0; k < 2; k++)
    {
      g_free (step->row[k]);
      g_free (step->all[k]);
    }
  g_free (step);
}

static CnnStep *
stochastic_prepare (const CnnTask *task, GError **error)
{
  const StochasticParams *p = task->node->params;
  StochasticStep         *step = g_new0 (StochasticStep, 1);

  cnn_pool_step_init (&step->pool, task);
  step->pool.step.run = p->sample ? sample_run : expect_run;
  step->pool.step.free = stochastic_free;
  step->seed = task->node->seed;
  for (int k = 0; k < 2 && !p->sample; k++)
    {
      step->row[k] = g_new (double, (gsize) task->in[0].width * task->in[0].channels);
      step->all[k] = g_new (double, (gsize) task->out.width * task->out.channels);
    }
  return &step->pool.step;
}

/* --- training ----------------------------------------------------------------- */

typedef struct
{
  CnnTrainStep step;
  CnnPoolStep  pool;
  CnnStep     *run;
} ExpectTrain;

/* Each image draws its own. */
static void
choose_sample (const CnnPoolStep *pool, guint64 seed, int y, const float *in, float *out,
               guint32 *winners)
{
  sample_row (pool, seed, y, 0, 0, in, out, winners);
}

CNN_CLONES static void
add_positive (const CnnPoolRun *run, const float *restrict in, float *restrict sums)
{
  for (gsize k = 0; k < run->n; k++, in += run->step, sums += run->length)
    for (gsize i = 0; i < run->length; i++)
      sums[i] += in[i] > 0.0f ? in[i] : 0.0f;
}

/* The derivative of Σ a² / Σ a by a is (2 a − Σ a² / Σ a) / Σ a. */
CNN_CLONES static void
give_back (const CnnPoolRun *run, const float *restrict sums, const float *restrict out,
           const float *restrict d_out, const float *restrict in, float *restrict d_in)
{
  for (gsize k = 0; k < run->n; k++)
    {
      for (gsize i = 0; i < run->length; i++)
        {
          float by_in = d_out[i] * (2.0f * in[i] - out[i]) / sums[i];

          d_in[i] += in[i] > 0.0f ? by_in : 0.0f;
        }
      in += run->step;
      d_in += run->step;
      sums += run->length;
      out += run->length;
      d_out += run->length;
    }
}

/* Keeps Σ a, as the output. */
static gboolean
expect_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const ExpectTrain *step = (ExpectTrain *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              cells = (gsize) cnn_shape_cells (pool->in);
  float             *sums = (float *) pass->kept;
  CnnPoolRun         run;

  memset (sums, 0, pass->n * step->step.kept);
  for (guint image = 0; image < pass->n; image++)
    for (int y = 0; y < pool->out.height; y++)
      {
        for (int i = 0; i < pool->size.height; i++)
          for (int j = 0; j < pool->size.width; j++)
            if (cnn_pool_run (pool, y, i, j, &run))
              add_positive (&run, pass->in[0] + image * cells + run.in, sums + run.out);
        sums += (gsize) pool->out.width * pool->out.channels;
      }
  return cnn_run_each (step->run, pass, (gsize) cnn_shape_cells (pool->in),
                       (gsize) cnn_shape_cells (pool->out));
}

static gboolean
expect_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const ExpectTrain *step = (ExpectTrain *) base;
  const CnnPoolStep *pool = &step->pool;
  gsize              cells = (gsize) cnn_shape_cells (pool->in), row = 0;
  const float       *sums = (const float *) pass->kept;
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
                give_back (&run, sums + row + run.out, pass->out + row + run.out,
                           pass->d_out + row + run.out, in + run.in, d_in + run.in);
          row += (gsize) pool->out.width * pool->out.channels;
        }
    }
  return TRUE;
}

static void
expect_free (CnnTrainStep *base)
{
  cnn_step_free (((ExpectTrain *) base)->run);
  g_free (base);
}

static CnnTrainStep *
stochastic_train (const CnnTask *task, GError **error)
{
  ExpectTrain *step;

  if (((const StochasticParams *) task->node->params)->sample)
    return cnn_pool_train_winner (task, choose_sample);
  step = g_new0 (ExpectTrain, 1);
  cnn_pool_step_init (&step->pool, task);
  step->step.kept = (gsize) cnn_shape_cells (task->out) * sizeof (float);
  step->step.needs_in = TRUE;
  step->step.needs_out = TRUE;
  step->step.forward = expect_forward;
  step->step.backward = expect_backward;
  step->step.free = expect_free;
  step->run = stochastic_prepare (task, error);
  return &step->step;
}

/* -------------------------------------------------------------------------- */

static void
stochastic_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                    CnnExplanation *explanation)
{
  const StochasticParams *p = task->node->params;
  CnnPart *part = cnn_pool_add_part (task, CNN_PART_WEIGHTED, channel, TRUE, explanation);
  int      n = part->size.height * part->size.width;
  double   sum = 0.0, below = 0.0;

  cnn_pool_explain (task, cells, y, x, channel, part);
  for (int i = 0; i < n; i++)
    sum += MAX (part->values[i], 0.0);
  for (int i = 0; i < n && sum > 0.0; i++)
    {
      part->factors[i] = MAX (part->values[i], 0.0) / sum;
      part->result += part->factors[i] * part->values[i];
    }
  if (p->sample && sum > 0.0)
    {
      double drawn = draw (task->node->seed, y, x, channel) * sum;

      for (int i = 0; i < n && below <= drawn; i++)
        if (part->values[i] > 0.0)
          {
            below += part->values[i];
            part->winner = i;
          }
      part->result = part->values[part->winner];
    }
  explanation->value = part->result;
  explanation->magnitude = part->result;
}

/* --- writing -------------------------------------------------------------- */

static const char *const function_keys[] = { "kernel_shape", "strides", "pads", NULL };

/* The sum over each window, divided by its cells. */
static const char *
write_average (CnnWriter *writer, const char *x)
{
  const char *made = cnn_writer_add (writer, "AveragePool", x, NULL);

  for (int i = 0; function_keys[i]; i++)
    cnn_writer_pass_on (writer, function_keys[i], TRUE);
  cnn_writer_int (writer, "count_include_pad", 1);
  return made;
}

/* Σ a² / Σ a with a = max (0, x), and 0 where Σ a is 0: then Σ a² is 0 too, and may be
 * divided by 1. */
static void
write_function (CnnWriter *writer)
{
  const char *a = cnn_writer_add (writer, "Relu", "x", NULL);
  const char *squares = write_average (writer, cnn_writer_add (writer, "Mul", a, a, NULL));
  const char *sums = write_average (writer, a);
  const char *some = cnn_writer_add (writer, "Greater", sums,
                                     cnn_writer_number (writer, "zero", 0.0), NULL);

  sums = cnn_writer_add (writer, "Where", some, sums, cnn_writer_number (writer, "one", 1.0),
                         NULL);
  cnn_writer_end (writer, cnn_writer_add (writer, "Div", squares, sums, NULL));
}

static gboolean
stochastic_pool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const StochasticParams *p = node->params;
  CnnWindow               window;
  const char             *made;

  if (p->sample)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("ONNX has nothing that draws as this layer does; with sample=no it can be "
                     "written"));
      return FALSE;
    }
  if (!cnn_pool_write_window (writer, node, &window, error))
    return FALSE;
  if (cnn_writer_function (writer, "StochasticPool", function_keys))
    write_function (writer);
  made = cnn_writer_call (writer, "StochasticPool", cnn_writer_map (writer, 0));
  cnn_writer_window (writer, &window);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_stochastic_pool = {
  .name = "stochastic-pool",
  .label = N_("Stochastic pooling"),
  .blurb = N_("A cell of each window wins with a probability that grows with its value"),
  .example = "2",
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .params_size = sizeof (StochasticParams),
  .params = stochastic_params,
  .check = cnn_pool_check,
  .window = cnn_pool_window,
  .prepare = stochastic_prepare,
  .train = stochastic_train,
  .explain = stochastic_explain,
  .write = stochastic_pool_write,
};
