/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* CNN_CLONES: before a function whose loops are worth compiling for several
 * kinds of processors; which one runs is decided when the program starts. That is
 * before the thread sanitizer is there, which crashes. */
#if defined __x86_64__ && defined __GLIBC__ && !defined __clang__ && \
  !defined __SANITIZE_THREAD__
#define CNN_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CNN_CLONES
#endif

/* Loops that are written with vectors are included once for each of three kinds of processors,
 * as v4_NAME, v3_NAME and baseline_NAME: programs must run on the oldest. */

/* Which of them is number @kind of those that this processor can run, from the fastest on: 2 to
 * 0, below 0 where there are no more. */
static inline int
cnn_processor_kind (unsigned kind)
{
#ifdef __x86_64__
  int most = __builtin_cpu_supports ("x86-64-v4")   ? 2
             : __builtin_cpu_supports ("x86-64-v3") ? 1
                                                    : 0;
#else
  int most = 0;
#endif

  return most - (int) kind;
}

/* Those of number @kind, or NULL. */
#ifdef __x86_64__
#define CNN_CLONE_OF(kind, name)                       \
  (cnn_processor_kind (kind) == 2   ? &v4_##name       \
   : cnn_processor_kind (kind) == 1 ? &v3_##name       \
   : cnn_processor_kind (kind) == 0 ? &baseline_##name \
                                    : NULL)
#else
#define CNN_CLONE_OF(kind, name) (cnn_processor_kind (kind) == 0 ? &baseline_##name : NULL)
#endif
