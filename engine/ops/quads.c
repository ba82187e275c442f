/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quads.h"

#include "clones.h"

/* Values and bytes in one loop are more than the compiler makes quick by itself: the loops are
 * written with vectors. */

/* In a winner's byte, beside its number in the window: it is not positive. */
#define NEGATIVE 4

typedef struct
{
  void (*choose) (const CnnQuads *quads, const float *in, float *out, guint8 *winners);
  void (*give)   (const CnnQuads *quads, const float *d_out, const guint8 *winners, float *d_in);
  void (*add)    (const CnnQuads *quads, const CnnQuadsSums *sums, const float *d_out,
                  const guint8 *winners);
} QuadLoops;

/* --- one channel ----------------------------------------------------------------- */

static inline void
choose_one (gsize next, gsize row, float slope, const float *in, float *out, guint8 *winner)
{
  float others[] = { in[next], in[row], in[row + next] };
  float most = *in;

  *winner = 0;
  for (int m = 0; m < 3; m++)
    if (others[m] > most || others[m] != others[m])
      {
        *winner = (guint8) (m + 1);
        most = others[m];
      }
  if (!(most > 0.0f))
    *winner |= NEGATIVE;
  *out = most < 0.0f ? slope * most : most;
}

static inline float
through (float d, guint8 winner, float slope)
{
  return winner & NEGATIVE ? slope * d : d;
}

static inline void
give_one (gsize next, gsize row, float slope, float d_out, guint8 winner, float *d_in)
{
  gsize places[] = { 0, next, row, row + next };

  for (int m = 0; m < 4; m++)
    d_in[places[m]] = 0.0f;
  d_in[places[winner & ~NEGATIVE]] = through (d_out, winner, slope);
}

/* Channels from @c on. */
static void
add_one_by_one (const CnnQuads *quads, const CnnQuadsSums *s, const float *d_out,
                const guint8 *winners, gsize c)
{
  gsize channels = quads->channels;

  for (gsize y = 0; y < s->rows && c < channels; y++)
    for (gsize x = 0; x < quads->n; x++, d_out += channels, winners += channels)
      for (gsize i = c; i < channels; i++)
        {
          const float *fours = s->fours + y * s->row + x * s->next + (winners[i] & ~NEGATIVE);
          float        d = through (d_out[i], winners[i], quads->slope);

          s->all[i] += d;
          for (gsize k = 0; k < s->n_numbers; k++)
            s->sums[k * channels + i] += d * fours[s->numbers[k]];
        }
}

/* --- vectors of them --------------------------------------------------------------- */

#define LANES   4
#define NAME(x) baseline_##x
#include "quads-loops.h"
#undef NAME
#undef LANES

#ifdef __x86_64__

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
#define LANES   8
#define NAME(x) v3_##x
#include "quads-loops.h"
#undef NAME
#undef LANES
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define LANES   16
#define NAME(x) v4_##x
#include "quads-loops.h"
#undef NAME
#undef LANES
#pragma GCC pop_options

#endif

/** cnn_quads_n_kinds: how many kinds of loops this processor has. */
guint
cnn_quads_n_kinds (void)
{
  guint n = 0;

  while (cnn_processor_kind (n) >= 0)
    n++;
  return n;
}

/**
 * cnn_quads_choose:
 * @in: two rows of the map
 * @out: (out): the largest value of each window, [n][channels]
 * @winners: (out): which it was, [n][channels]
 */
void
cnn_quads_choose (const CnnQuads *quads, const float *in, float *out, guint8 *winners)
{
  CNN_CLONE_OF (quads->kind, loops)->choose (quads, in, out, winners);
}

/**
 * cnn_quads_give:
 * @d_out: derivatives by the largest values, [n][channels]
 * @winners: what cnn_quads_choose() left
 * @d_in: (out): derivatives by the cells of two rows of the map that are in a window
 */
void
cnn_quads_give (const CnnQuads *quads, const float *d_out, const guint8 *winners, float *d_in)
{
  CNN_CLONE_OF (quads->kind, loops)->give (quads, d_out, winners, d_in);
}

/**
 * cnn_quads_add:
 * @d_out: derivatives by the largest values, [rows][n][channels]
 * @winners: what cnn_quads_choose() left
 */
void
cnn_quads_add (const CnnQuads *quads, const CnnQuadsSums *sums, const float *d_out,
               const guint8 *winners)
{
  CNN_CLONE_OF (quads->kind, loops)->add (quads, sums, d_out, winners);
}
