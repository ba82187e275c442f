/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n.h"
#include "ops.h"
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
  .explain = dropout_explain,
  .write = dropout_write,
};
