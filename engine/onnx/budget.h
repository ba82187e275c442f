/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph.h"

G_BEGIN_DECLS

/* What reading a file may take: 64 MiB and eight times what was read, counted, so that
 * a small file cannot ask for all of the memory. */

#define CNN_ONNX_BUDGET_BASE  ((gsize) 64 << 20)
#define CNN_ONNX_BUDGET_TIMES 8

/**
 * CnnOnnxBudget:
 * @limit: bytes that may be in use at once
 * @used: bytes in use now
 * @peak: the most that were in use
 * @refused: whether something did not fit
 */
typedef struct
{
  gsize    limit;
  gsize    used;
  gsize    peak;
  gboolean refused;
} CnnOnnxBudget;

void          cnn_onnx_budget_init  (CnnOnnxBudget *budget, gsize bytes_read);
gboolean      cnn_onnx_budget_take  (CnnOnnxBudget *budget, gsize bytes, GError **error);
CnnOnnxGraph *cnn_onnx_graph_parse_within (const guint8 *bytes, gsize n, const char *folder,
                                           CnnOnnxKeeps keeps, CnnOnnxBudget *budget,
                                           GError **error);

G_END_DECLS
