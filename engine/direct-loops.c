/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

#include <string.h>

#include "clones.h"

/* The same loops for each kind of processor, chosen at run time: Debian's
 * programs must run on the oldest of them. */

#define LANES   4
#define VECTORS 2
#define PIXELS  6
#define NAME(x) baseline_##x
#include "direct-loops.h"
#undef NAME
#undef PIXELS
#undef VECTORS
#undef LANES

#ifdef __x86_64__

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
#define LANES   8
#define VECTORS 2
#define PIXELS  6
#define NAME(x) v3_##x
#include "direct-loops.h"
#undef NAME
#undef PIXELS
#undef VECTORS
#undef LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define LANES   16
#define VECTORS 4
#define PIXELS  12
#define NAME(x) v4_##x
#include "direct-loops.h"
#undef NAME
#undef PIXELS
#undef VECTORS
#undef LANES
#pragma GCC pop_options

#endif

/**
 * cnn_direct_loops:
 * @kind: 0 for the fastest, 1 for the next, …
 *
 * Returns: the loops of that kind, or %NULL where this processor has no more
 */
const CnnDirectLoops *
cnn_direct_loops (guint kind)
{
  return CNN_CLONE_OF (kind, loops);
}
