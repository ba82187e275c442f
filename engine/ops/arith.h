/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

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

/** CnnArithFold: puts @n values of the next operand to what there is already. */
typedef void (*CnnArithFold) (gsize n, const float *restrict next, float *restrict all);

extern const CnnParam cnn_arith_params[];
extern const CnnParam cnn_arith_pair_params[];

gboolean cnn_arith_check      (gconstpointer params, GError **error);
gboolean cnn_arith_pair_check (gconstpointer params, GError **error);
gboolean cnn_arith_shape      (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                               GError **error);
guint    cnn_arith_weights    (const CnnNode *node, CnnShape in, CnnWeight *weights);
gboolean cnn_arith_init       (const CnnNode *node, CnnShape in, guint64 seed,
                               CnnTensor *const *weights, GError **error);
CnnStep *cnn_arith_prepare    (const CnnTask *task, CnnArithFold fold, float scale);
guint    cnn_arith_read       (const CnnTask *task, const CnnCells *cells, int y, int x,
                               int channel, double *values);

G_END_DECLS
