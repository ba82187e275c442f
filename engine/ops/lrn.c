/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "ops.h"
#include "writer.h"

/* Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional
 * neural networks" (2012), section 3.3; with alpha divided by the size, as in ONNX's LRN-13. */

typedef struct
{
  int    size;
  double alpha;
  double beta;
  double bias;
} LrnParams;

static const CnnParam lrn_params[] = {
  { .key = "size",
    .type = CNN_PARAM_INT,
    .offset = offsetof (LrnParams, size),
    .initial = "5",
    .min = 1,
    .max = 65535,
    .positional = TRUE,
    .label = N_("Maps"),
    .tooltip = N_("How many neighbouring maps are looked at, the map itself in their middle") },
  { .key = "alpha",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (LrnParams, alpha),
    .initial = "0.0001",
    .min = 0.0,
    .max = 1e30,
    .label = N_("Alpha"),
    .tooltip = N_("What the mean of the squares is multiplied with") },
  { .key = "beta",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (LrnParams, beta),
    .initial = "0.75",
    .min = 0.0,
    .max = 100.0,
    .label = N_("Beta"),
    .tooltip = N_("The power of what values are divided by") },
  { .key = "bias",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (LrnParams, bias),
    .initial = "1",
    .min = 0.0,
    .max = 1e30,
    .label = N_("Bias"),
    .tooltip = N_("Is added to the squares, so that small values stay as they are") },
  { .key = NULL },
};

/* The first and the last of a map's neighbours; of an even number one more comes after. */
static int
first_near (int size, int channel)
{
  return MAX (channel - (size - 1) / 2, 0);
}

static int
last_near (int size, int channel, int n_channels)
{
  return MIN (channel + size / 2, n_channels - 1);
}

typedef struct
{
  CnnStep step;
  gint64  places;
  int     channels;
  int     size;
  double  alpha; /* by the size */
  double  beta;
  double  bias;
  double *squares; /* [channels] */
  double *sums;    /* [channels] */
} LrnStep;

/* Input and output may be the same memory. */
static void
scale_place (const LrnStep *step, const float *in, float *out)
{
  int n = step->channels;

  for (int c = 0; c < n; c++)
    {
      step->squares[c] = (double) in[c] * in[c];
      step->sums[c] = 0.0;
    }
  for (int shift = -((step->size - 1) / 2); shift <= step->size / 2; shift++)
    for (int c = MAX (-shift, 0); c < n - MAX (shift, 0); c++)
      step->sums[c] += step->squares[c + shift];
  for (int c = 0; c < n; c++)
    out[c] = (float) (in[c] / pow (step->bias + step->alpha * step->sums[c], step->beta));
}

static gboolean
lrn_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const LrnStep *step = (LrnStep *) base;

  for (gint64 i = 0; i < step->places; i++)
    scale_place (step, in[0] + i * step->channels, out + i * step->channels);
  return TRUE;
}

static void
lrn_free (CnnStep *base)
{
  LrnStep *step = (LrnStep *) base;

  g_free (step->squares);
  g_free (step->sums);
  g_free (step);
}

static CnnStep *
lrn_prepare (const CnnTask *task, GError **error)
{
  const LrnParams *p = task->node->params;
  LrnStep         *step = g_new0 (LrnStep, 1);

  step->step = (CnnStep) { lrn_run, lrn_free };
  step->places = (gint64) task->out.height * task->out.width;
  step->channels = task->out.channels;
  /* Beyond all channels there is nothing. */
  step->size = MIN (p->size, 2 * step->channels + (p->size % 2));
  step->alpha = p->alpha / p->size;
  step->beta = p->beta;
  step->bias = p->bias;
  step->squares = g_new (double, step->channels);
  step->sums = g_new (double, step->channels);
  return &step->step;
}

/* --- training ----------------------------------------------------------------- */

typedef struct
{
  CnnTrainStep step;
  gsize        places;
  int          channels;
  int          before; /* neighbours before a map, and after it */
  int          after;
  double       alpha;  /* by the size */
  double       beta;
  double       bias;
  double      *terms;  /* [channels] */
  double      *sums;   /* [channels] */
} LrnTrain;

/* Sums over neighbours, @before and @after each map. */
static void
add_near (int n, int before, int after, const double *restrict terms, double *restrict sums)
{
  memset (sums, 0, n * sizeof (double));
  for (int shift = -before; shift <= after; shift++)
    for (int c = MAX (-shift, 0); c < n - MAX (shift, 0); c++)
      sums[c] += terms[c + shift];
}

/* What values are divided by before the power, into step->sums. @in: [channels] */
static void
find_divisors (const LrnTrain *step, const float *in)
{
  for (int c = 0; c < step->channels; c++)
    step->terms[c] = (double) in[c] * in[c];
  add_near (step->channels, step->before, step->after, step->terms, step->sums);
  for (int c = 0; c < step->channels; c++)
    step->sums[c] = step->bias + step->alpha * step->sums[c];
}

/* Keeps what values are multiplied with, as the output. */
static gboolean
lrn_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const LrnTrain *step = (LrnTrain *) base;
  const float    *in = pass->in[0];
  float          *out = pass->out, *factors = (float *) pass->kept;

  for (gsize i = 0; i < pass->n * step->places; i++)
    {
      find_divisors (step, in);
      for (int c = 0; c < step->channels; c++)
        {
          double power = pow (step->sums[c], step->beta);

          factors[c] = (float) (1.0 / power);
          out[c] = (float) (in[c] / power);
        }
      in += step->channels;
      out += step->channels;
      factors += step->channels;
    }
  return TRUE;
}

/* With y = x / D^beta: dx = dy / D^beta − 2 alpha / size · beta · x · Σ dy x / D^(beta + 1),
 * the sum being over the maps whose neighbour the map is. */
static void
lrn_back (const LrnTrain *step, const float *in, const float *factors, const float *d_out,
          float *d_in)
{
  int    n = step->channels;
  double twice = 2.0 * step->alpha * step->beta;

  find_divisors (step, in);
  for (int c = 0; c < n; c++)
    step->terms[c] = (double) d_out[c] * in[c] * factors[c] / step->sums[c];
  add_near (n, step->after, step->before, step->terms, step->sums);
  for (int c = 0; c < n; c++)
    d_in[c] = (float) ((double) d_out[c] * factors[c] - twice * in[c] * step->sums[c]);
}

static gboolean
lrn_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const LrnTrain *step = (LrnTrain *) base;
  const float    *factors = (const float *) pass->kept;

  for (gsize i = 0; pass->d_in[0] && i < pass->n * step->places * step->channels;
       i += step->channels)
    lrn_back (step, pass->in[0] + i, factors + i, pass->d_out + i, pass->d_in[0] + i);
  return TRUE;
}

static void
lrn_train_free (CnnTrainStep *base)
{
  LrnTrain *step = (LrnTrain *) base;

  g_free (step->terms);
  g_free (step->sums);
  g_free (step);
}

static CnnTrainStep *
lrn_train (const CnnTask *task, GError **error)
{
  const LrnParams *p = task->node->params;
  LrnTrain        *step = g_new0 (LrnTrain, 1);

  step->step.kept = (gsize) cnn_shape_cells (task->out) * sizeof (float);
  step->step.needs_in = TRUE;
  step->step.forward = lrn_forward;
  step->step.backward = lrn_backward;
  step->step.free = lrn_train_free;
  step->places = (gsize) task->out.height * task->out.width;
  step->channels = task->out.channels;
  /* Beyond all channels there is nothing. */
  step->before = MIN ((p->size - 1) / 2, step->channels);
  step->after = MIN (p->size / 2, step->channels);
  step->alpha = p->alpha / p->size;
  step->beta = p->beta;
  step->bias = p->bias;
  step->terms = g_new (double, step->channels);
  step->sums = g_new (double, step->channels);
  return &step->step;
}

/* -------------------------------------------------------------------------- */

/* Σ x², and x / (bias + alpha / size · Σ x²)^beta. */
static void
lrn_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  const LrnParams *p = task->node->params;
  int      first = first_near (p->size, channel);
  int      last = last_near (p->size, channel, task->in[0].channels);
  double   value = cells->read (cells->data, 0, y, x, channel);
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_WEIGHTED, 0, -1,
                                            (CnnSize) { 1, last - first + 1 }, TRUE);
  double   sum;

  for (int i = 0; first + i <= last; i++)
    {
      part->values[i] = cells->read (cells->data, 0, y, x, first + i);
      part->factors[i] = part->values[i];
      part->result += part->values[i] * part->factors[i];
    }
  sum = part->result;
  cnn_explanation_function (explanation, 0, channel, value,
                            value / pow (p->bias + p->alpha / p->size * sum, p->beta));
}

/* Of an even size, or with a factor or power of 0, which some programs refuse: a convolution
 * of the squares, in which each map has its neighbours. */
static const char *
write_near (CnnWriter *writer, const LrnParams *p, int maps)
{
  gint64            dims[] = { maps, maps, 1, 1 };
  g_autofree float *shares = g_new0 (float, (gsize) maps * maps);
  int               before = (p->size - 1) / 2;

  for (int map = 0; map < maps; map++)
    for (int i = MAX (map - before, 0); i < maps && i - (map - before) < p->size; i++)
      shares[(gsize) map * maps + i] = (float) (p->alpha / p->size);
  return cnn_writer_floats (writer, "near", 4, dims, shares);
}

static gboolean
lrn_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const LrnParams *p = node->params;
  const char      *x = cnn_writer_map (writer, 0), *made;

  if (p->size % 2 == 1 && p->alpha > 0.0 && p->beta > 0.0)
    {
      made = cnn_writer_add (writer, "LRN", x, NULL);
      cnn_writer_int (writer, "size", p->size);
      cnn_writer_float (writer, "alpha", p->alpha);
      cnn_writer_float (writer, "beta", p->beta);
      cnn_writer_float (writer, "bias", p->bias);
    }
  else
    {
      made = cnn_writer_add (writer, "Mul", x, x, NULL);
      made = cnn_writer_add (writer, "Conv", made,
                             write_near (writer, p, cnn_writer_in (writer, 0).channels), NULL);
      made = cnn_writer_add (writer, "Add", made, cnn_writer_number (writer, "bias", p->bias),
                             NULL);
      made = cnn_writer_add (writer, "Pow", made, cnn_writer_number (writer, "beta", p->beta),
                             NULL);
      made = cnn_writer_add (writer, "Div", x, made, NULL);
    }
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_lrn = {
  .name = "lrn",
  .label = N_("Local response normalisation"),
  .blurb = N_("Divides values by what neighbouring maps have at the same place: "
              "x / (bias + alpha · mean of x²)^beta"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .params_size = sizeof (LrnParams),
  .params = lrn_params,
  .prepare = lrn_prepare,
  .train = lrn_train,
  .explain = lrn_explain,
  .write = lrn_write,
};
