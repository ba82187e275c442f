/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bins.h"
#include "i18n.h"
#include "ops.h"

static gboolean
global_maxpool_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                      GError **error)
{
  *out = (CnnShape) { 1, 1, in->channels };
  return TRUE;
}

static CnnStep *
global_maxpool_prepare (const CnnTask *task, GError **error)
{
  double     one = 1.0;
  CnnNumbers levels = { 1, &one };

  return cnn_bins_prepare (task, &levels, FALSE);
}

static void
global_maxpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                        CnnExplanation *explanation)
{
  cnn_bins_explain (task, cells, 1, 0, channel, FALSE, explanation);
}

const CnnOp cnn_op_global_maxpool = {
  .name = "global-maxpool",
  .label = N_("Global max pooling"),
  .blurb = N_("Keeps the largest value of each map"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params = cnn_no_params,
  .shape = global_maxpool_shape,
  .prepare = global_maxpool_prepare,
  .explain = global_maxpool_explain,
};
