/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"
#include "reduce.h"

G_BEGIN_DECLS

/* What layers that make one value of several share. */

/** CnnReduceParams: parameters of such a layer. */
typedef struct
{
  int over;
} CnnReduceParams;

/**
 * CnnReducer:
 * @map: how it takes in a map bit by bit
 * @all: the same, of all maps
 * @kind: of the part that explains it: a sum, an average or a winner
 * @add_apart: adds value i · @step to sum i, for @n of them
 *
 * Such a layer.
 */
typedef struct
{
  CnnReduction map;
  CnnReduction all;
  CnnPartKind  kind;
  void         (*add_apart) (gsize n, gsize step, const float *values, double *sums);
} CnnReducer;

extern const CnnParam cnn_reduction_params[];

gboolean            cnn_reduction_shape   (const CnnNode *node, guint n_in, const CnnShape *in,
                                           CnnShape *out, GError **error);
CnnReach            cnn_reduction_reach   (const CnnNode *node);
gboolean            cnn_reduction_window  (const CnnNode *node, CnnShape in, CnnWindow *window,
                                           GError **error);
char               *cnn_reduction_label   (const CnnNode *node, int map);
const CnnReduction *cnn_reduction_of      (const CnnNode *node, const CnnReducer *reducer);
CnnStep            *cnn_reduction_prepare (const CnnTask *task, const CnnReducer *reducer,
                                           GError **error);
void                cnn_reduction_explain (const CnnTask *task, const CnnReducer *reducer,
                                           const CnnCells *cells, int y, int x, int channel,
                                           CnnExplanation *explanation);
gboolean            cnn_reduction_write   (CnnWriter *writer, const CnnNode *node,
                                           const char *op);

G_END_DECLS
