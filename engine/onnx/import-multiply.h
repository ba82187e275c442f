/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import.h"

G_BEGIN_DECLS

/**
 * CnnImportMatrix:
 * @tensor: its numbers
 * @n_batch: dimensions before the matrix's own
 * @batch: their extents
 * @k: rows: what is added up
 * @n: columns: what comes out
 * @step_k: from one row to the next
 * @step_n: from one column to the next
 * @factor: what all numbers are multiplied with
 * @bias: (nullable): what is added to each column, [n]
 */
typedef struct
{
  const CnnOnnxTensor *tensor;
  int                  n_batch;
  gint64               batch[CNN_ONNX_MAX_DIMS];
  gint64               k;
  gint64               n;
  gint64               step_k;
  gint64               step_n;
  double               factor;
  const float         *bias;
} CnnImportMatrix;

gboolean cnn_import_multiply (CnnImport *import, const CnnOnnxNode *node,
                              const CnnImportValue *data, const CnnImportMatrix *matrix,
                              CnnImportValue *out, GError **error);

G_END_DECLS
