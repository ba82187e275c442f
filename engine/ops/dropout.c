/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "random.h"
#include "writer.h"

typedef struct
{
  double rate;
} DropoutParams;

static const CnnParam dropout_params[] = {
  { .key = "rate",
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (DropoutParams, rate),
    .initial = "0.5",
    .min = 0.0,
    .max = 0.999,
    .positional = TRUE,
    .label = N_("Rate"),
    .tooltip = N_("Share of the values that training leaves out") },
  { .key = NULL },
};

/* --- training ------------------------------------------------------------------- */

/* What is kept is divided by the share that is kept, so that sums stay as they are on average.
 * Source: Srivastava et al., "Dropout" (2014), section 10.
 *
 * Cells are drawn in blocks: draw k of a block is for its cells k, DRAWS + k, 2 DRAWS + k and
 * 3 DRAWS + k, a quarter of its bits for each. */
#define DRAWS 64
#define PARTS 4
#define BLOCK (DRAWS * PARTS)
#define LEVELS 65536

typedef struct
{
  CnnTrainStep step;
  gsize        cells;     /* of an image */
  guint64      seed;
  guint        threshold; /* of LEVELS: what is drawn below it is left out */
  float        scale;
} DropoutStep;

CNN_CLONES static void
make_mask (const guint64 *restrict bits, guint threshold, guint8 *restrict mask)
{
  for (guint part = 0; part < PARTS; part++)
    for (guint k = 0; k < DRAWS; k++)
      mask[part * DRAWS + k] = (guint) ((bits[k] >> (16 * part)) & 0xffff) >= threshold;
}

CNN_CLONES static void
use_mask (gsize n, float scale, const guint8 *restrict mask, float *restrict values)
{
  for (gsize i = 0; i < n; i++)
    values[i] = mask[i] ? scale * values[i] : 0.0f;
}

/* @pass->kept: [n][step.kept]: for each cell whether it is kept */
static gboolean
dropout_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const DropoutStep *step = (DropoutStep *) base;
  gsize              n = step->cells;
  guint64            bits[DRAWS];

  if (pass->out != pass->in[0])
    memcpy (pass->out, pass->in[0], pass->n * n * sizeof (float));
  for (gsize i = 0; i < pass->n && step->step.kept > 0; i++)
    {
      guint8 *mask = pass->kept + i * step->step.kept; /* [step.kept] */
      guint64 seed = cnn_random_bits (step->seed, pass->first + i);

      for (gsize block = 0; block * BLOCK < n; block++)
        {
          cnn_random_fill (seed, block * DRAWS, DRAWS, bits);
          make_mask (bits, step->threshold, mask + block * BLOCK);
        }
      use_mask (n, step->scale, mask, pass->out + i * n);
    }
  return TRUE;
}

static gboolean
dropout_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const DropoutStep *step = (DropoutStep *) base;
  gsize              n = step->cells;
  float             *d_in = pass->d_in[0]; /* [n][cells] */

  if (d_in == NULL)
    return TRUE;
  if (d_in != pass->d_out)
    memcpy (d_in, pass->d_out, pass->n * n * sizeof (float));
  for (gsize i = 0; i < pass->n && step->step.kept > 0; i++)
    use_mask (n, step->scale, pass->kept + i * step->step.kept, d_in + i * n);
  return TRUE;
}

static void
dropout_free (CnnTrainStep *base)
{
  g_free (base);
}

static CnnTrainStep *
dropout_train (const CnnTask *task, GError **error)
{
  const DropoutParams *p = task->node->params;
  DropoutStep         *step = g_new0 (DropoutStep, 1);

  step->step.in_place = TRUE;
  step->step.forward = dropout_forward;
  step->step.backward = dropout_backward;
  step->step.free = dropout_free;
  step->cells = (gsize) cnn_shape_cells (task->out);
  step->seed = task->node->seed;
  step->threshold = (guint) (p->rate * LEVELS + 0.5);
  step->scale = (float) (1.0 / (1.0 - p->rate));
  if (p->rate > 0.0)
    step->step.kept = (step->cells + BLOCK - 1) / BLOCK * BLOCK;
  return &step->step;
}

static void
dropout_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value, value);
}

static gboolean
dropout_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const DropoutParams *p = node->params;
  const char          *ratio = cnn_writer_number (writer, "ratio", p->rate);

  cnn_writer_give_same (writer, cnn_writer_add (writer, "Dropout", cnn_writer_value (writer, 0),
                                                ratio, NULL));
  return TRUE;
}

const CnnOp cnn_op_dropout = {
  .name = "dropout",
  .label = N_("Dropout"),
  .blurb = N_("Leaves out random values while the network is trained; changes nothing when it "
              "runs"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (DropoutParams),
  .params = dropout_params,
  .prepare = cnn_copy_prepare,
  .train = dropout_train,
  .explain = dropout_explain,
  .write = dropout_write,
};
