/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "explain-job.h"
#include "plan.h"

G_BEGIN_DECLS

void cnn_explain_origins (const CnnPlan *plan, const CnnNetwork *network, const CnnNodeInfo *infos,
                          CnnExplainedStep *step);

G_END_DECLS
