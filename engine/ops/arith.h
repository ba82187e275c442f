/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "clones.h"
#include "ops.h"

G_BEGIN_DECLS

/* What layers that calculate with maps, cell by cell, share. */

/** CnnArith: parameters of such a layer; @reversed only of one with two operands. */
typedef struct
{
  GStrv      with;
  CnnNumbers values;
  CnnShape   shape;
  gboolean   reversed;
} CnnArith;

/**
 * CnnArithFold: calculates with @n values of two operands. @out may be one of them, which
 * CNN_ARITH_LOOP, before its loop, tells the compiler to be harmless.
 */
typedef void (*CnnArithFold) (gsize n, const float *a, const float *b, float *out);

/**
 * CnnArithBack: writes the loss's derivatives by @n values of operand @k of @n_operands to @d, from
 * those by the results. @operands and @out may be %NULL where the op says that it needs none; @d
 * may then be @d_out.
 */
typedef void (*CnnArithBack) (gsize n, guint n_operands, guint k, const float *const *operands,
                              const float *out, const float *d_out, float *d);

#ifdef __clang__
#define CNN_ARITH_LOOP _Pragma ("clang loop vectorize(assume_safety)")
#else
#define CNN_ARITH_LOOP _Pragma ("GCC ivdep")
#endif

extern const CnnParam cnn_arith_params[];
extern const CnnParam cnn_arith_pair_params[];

/* What all of them have in their #CnnOp. */
#define CNN_ARITH_OP                                                                             \
  .group = CNN_GROUP_STRUCTURE,                                                                  \
  .reach = CNN_REACH_POINT,                                                                      \
  .broadcasts = TRUE,                                                                            \
  .params_size = sizeof (CnnArith),                                                              \
  .shape = cnn_arith_shape,                                                                      \
  .weights = cnn_arith_weights,                                                                  \
  .init = cnn_arith_init,                                                                        \
  .write = cnn_arith_write

/* Of those with any number of operands, and with two. */
#define CNN_ARITH_LIST_OP                                                                        \
  CNN_ARITH_OP,                                                                                  \
  .params = cnn_arith_params,                                                                    \
  .check = cnn_arith_check
#define CNN_ARITH_PAIR_OP                                                                        \
  CNN_ARITH_OP,                                                                                  \
  .params = cnn_arith_pair_params,                                                               \
  .check = cnn_arith_pair_check

gboolean cnn_arith_check          (gconstpointer params, GError **error);
gboolean cnn_arith_pair_check     (gconstpointer params, GError **error);
gboolean cnn_arith_shape          (const CnnNode *node, guint n_in, const CnnShape *in,
                                   CnnShape *out, GError **error);
guint    cnn_arith_weights        (const CnnNode *node, CnnShape in, CnnWeight *weights);
gboolean cnn_arith_init           (const CnnNode *node, CnnShape in, guint64 seed,
                                   CnnTensor *const *weights, GError **error);
gboolean cnn_arith_reversed       (const CnnNode *node);
int      cnn_arith_channel        (const CnnTask *task, int channel);
CnnStep *cnn_arith_prepare        (const CnnTask *task, CnnArithFold fold, float scale);
CnnTrainStep *cnn_arith_train     (const CnnTask *task, CnnArithBack back, gboolean needs_in,
                                   gboolean needs_out, GError **error);
void     cnn_arith_winner_back    (gsize n, guint n_operands, guint k,
                                   const float *const *operands, const float *out,
                                   const float *d_out, float *d);
guint    cnn_arith_read           (const CnnTask *task, const CnnCells *cells, int y, int x,
                                   int channel, double *values);
void     cnn_arith_explain_terms  (const CnnTask *task, const CnnCells *cells, int y, int x,
                                   int channel, double sign, CnnExplanation *explanation);
void     cnn_arith_explain_winner (const CnnTask *task, const CnnCells *cells, int y, int x,
                                   int channel, double sign, CnnExplanation *explanation);
void     cnn_arith_explain_pair   (const CnnTask *task, const CnnCells *cells, int y, int x,
                                   int channel, double (*function) (double a, double b),
                                   CnnExplanation *explanation);
gboolean cnn_arith_write          (CnnWriter *writer, const CnnNode *node, GError **error);

G_END_DECLS
