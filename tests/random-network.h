/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* Networks at random, in the text notation. */

/* --- random-layer.c ----------------------------------------------------------- */

char    *cnn_test_random_layer   (GRand *rand, const CnnOp *op, CnnShape in, gboolean whole);
CnnShape cnn_test_random_shape   (GRand *rand, CnnReach reach);
void     cnn_test_random_values  (GRand *rand, gsize n, float *values, gboolean whole);

/* --- random-network.c --------------------------------------------------------- */

char    *cnn_test_random_network (GRand *rand, gboolean whole);

G_END_DECLS
