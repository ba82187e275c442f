/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

/* What libFuzzer, or main.c where there is none, calls with bytes; returns 0. */
int  LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n);

/* fuzz-network.c */
void fuzz_begin   (void);
void fuzz_network (CnnNetwork *network, CnnShape input);
