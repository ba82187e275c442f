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

/* The functions of such a layer that need its #CnnReducer, @name_##_reducer; @onnx_ is its
 * name in ONNX. */
#define CNN_REDUCTION_FUNCTIONS(name_, onnx_)                                                    \
  static const CnnReduction *                                                                    \
  name_##_reduction_of (const CnnNode *node)                                                     \
  {                                                                                              \
    return cnn_reduction_of (node, &name_##_reducer);                                            \
  }                                                                                              \
                                                                                                 \
  static CnnStep *                                                                               \
  name_##_prepare (const CnnTask *task, GError **error)                                          \
  {                                                                                              \
    return cnn_reduction_prepare (task, &name_##_reducer, error);                                \
  }                                                                                              \
                                                                                                 \
  static CnnTrainStep *                                                                          \
  name_##_train (const CnnTask *task, GError **error)                                            \
  {                                                                                              \
    return cnn_reduction_train (task, &name_##_reducer);                                         \
  }                                                                                              \
                                                                                                 \
  static void                                                                                    \
  name_##_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,        \
                   CnnExplanation *explanation)                                                  \
  {                                                                                              \
    cnn_reduction_explain (task, &name_##_reducer, cells, y, x, channel, explanation);           \
  }                                                                                              \
                                                                                                 \
  static gboolean                                                                                \
  name_##_write (CnnWriter *writer, const CnnNode *node, GError **error)                         \
  {                                                                                              \
    return cnn_reduction_write (writer, node, onnx_);                                            \
  }

/* What all of them have in their #CnnOp. */
#define CNN_REDUCTION_OP(name_)                                                                  \
  .group = CNN_GROUP_POOLING,                                                                    \
  .reach = CNN_REACH_WHOLE,                                                                      \
  .params_size = sizeof (CnnReduceParams),                                                       \
  .params = cnn_reduction_params,                                                                \
  .shape = cnn_reduction_shape,                                                                  \
  .reach_of = cnn_reduction_reach,                                                               \
  .window = cnn_reduction_window,                                                                \
  .reduction_of = name_##_reduction_of,                                                          \
  .map_label = cnn_reduction_label,                                                              \
  .prepare = name_##_prepare,                                                                    \
  .train = name_##_train,                                                                        \
  .explain = name_##_explain,                                                                    \
  .write = name_##_write

void   cnn_reduction_add       (gsize n, const float *restrict values, double *restrict sums);
void   cnn_reduction_add_apart (gsize n, gsize step, const float *restrict values,
                                double *restrict sums);
double cnn_reduction_join      (double a, double b);

gboolean            cnn_reduction_shape   (const CnnNode *node, guint n_in, const CnnShape *in,
                                           CnnShape *out, GError **error);
CnnReach            cnn_reduction_reach   (const CnnNode *node);
gboolean            cnn_reduction_window  (const CnnNode *node, CnnShape in, CnnWindow *window,
                                           GError **error);
char               *cnn_reduction_label   (const CnnNode *node, int map);
const CnnReduction *cnn_reduction_of      (const CnnNode *node, const CnnReducer *reducer);
CnnStep            *cnn_reduction_prepare (const CnnTask *task, const CnnReducer *reducer,
                                           GError **error);
CnnTrainStep       *cnn_reduction_train   (const CnnTask *task, const CnnReducer *reducer);
void                cnn_reduction_explain (const CnnTask *task, const CnnReducer *reducer,
                                           const CnnCells *cells, int y, int x, int channel,
                                           CnnExplanation *explanation);
gboolean            cnn_reduction_write   (CnnWriter *writer, const CnnNode *node,
                                           const char *op);

/* --- reduction-train.c -------------------------------------------------------- */

CnnTrainStep       *cnn_reduction_train_blocks (CnnPartKind kind, gsize n_blocks, gsize n,
                                                gsize length);

G_END_DECLS
