/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* CNN_CLONES: before a function whose loops are worth compiling for several
 * kinds of processors; which one runs is decided when the program starts. */
#if defined __x86_64__ && defined __GLIBC__ && !defined __clang__
#define CNN_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CNN_CLONES
#endif
