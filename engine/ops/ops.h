/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dnnl-step.h"
#include "op.h"

G_BEGIN_DECLS

/* What the files of this folder, one an op, share. Each op is a constant named
 * cnn_op_ and its name. */

#define CNN_OP(name) extern const CnnOp cnn_op_##name;
#include "op-list.h"

/** CNN_EXPLAIN_CELLS: cells up to which an explanation of a whole map lists each of them. */
#define CNN_EXPLAIN_CELLS (1 << 16)

/** cnn_no_params: the parameter list of an op that has none. */
extern const CnnParam cnn_no_params[];

/**
 * CnnPointwise:
 * @a: the function's first number
 * @b: its second
 *
 * Puts each of @n values into a function, in place.
 */
typedef void (*CnnPointwise) (gsize n, float a, float b, float *values);

/**
 * CnnDerivative:
 * @a: the function's first number
 * @b: its second
 * @values: [n]: what came in, or what came out, as cnn_pointwise_train() was told
 * @d: [n]: the loss's derivatives by what came out; become those by what came in
 *
 * The derivative of a function of one value.
 */
typedef void (*CnnDerivative) (gsize n, float a, float b, const float *restrict values,
                               float *restrict d);

gsize    cnn_lanes           (gsize n_maps);
gboolean cnn_vector_shape    (double length, CnnShape *out, GError **error);
CnnStep *cnn_copy_prepare    (const CnnTask *task, GError **error);
CnnStep *cnn_eltwise_prepare (const CnnTask *task, dnnl_alg_kind_t kind, float alpha, float beta,
                              GError **error);
CnnStep *cnn_pointwise_prepare (const CnnTask *task, CnnPointwise function, float a, float b);
CnnTrainStep *cnn_pointwise_train (const CnnTask *task, CnnPointwise function,
                                   CnnDerivative derivative, float a, float b, gboolean from_out,
                                   GError **error);
CnnTrainStep *cnn_dense_train (const CnnTask *task, GError **error);
gboolean cnn_run_each        (CnnStep *step, const CnnPass *pass, gsize cells_in, gsize cells_out);

G_END_DECLS
