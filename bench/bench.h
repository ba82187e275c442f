/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plan.h"

#define BENCH_THREADS 2

/** Reference: a network as oneDNN primitives, one after the other on whole maps. */
typedef struct _Reference Reference;

Reference *reference_new (CnnNetwork *network, const CnnPlan *plan);
void       reference_run (Reference *reference, const float *in, float *out);

double     bench_gemm    (void);
double     bench_copy    (void);
