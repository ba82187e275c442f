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
