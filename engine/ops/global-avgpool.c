/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bins.h"
#include "i18n.h"
#include "ops.h"

static gboolean
global_avgpool_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                      GError **error)
{
  *out = (CnnShape) { 1, 1, in->channels };
  return TRUE;
}

static CnnStep *
global_avgpool_prepare (const CnnTask *task, GError **error)
{
  double     one = 1.0;
  CnnNumbers levels = { 1, &one };

  return cnn_bins_prepare (task, &levels, TRUE);
}

static void
global_avgpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                        CnnExplanation *explanation)
{
  cnn_bins_explain (task, cells, 1, 0, channel, TRUE, explanation);
}

const CnnOp cnn_op_global_avgpool = {
  .name = "global-avgpool",
  .label = N_("Global average pooling"),
  .blurb = N_("Averages each map into one value"),
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WHOLE,
  .params = cnn_no_params,
  .shape = global_avgpool_shape,
  .prepare = global_avgpool_prepare,
  .explain = global_avgpool_explain,
};
