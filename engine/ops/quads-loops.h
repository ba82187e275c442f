/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The loops of quads.c, included once for each kind of processor, with
 *
 *   NAME(x)   a name for it
 *   LANES     floats in a vector: channels that are done at once
 *
 * Channels that are left over go one by one. */

typedef float  NAME (Values) __attribute__ ((vector_size (LANES * 4), aligned (4), may_alias));
typedef int    NAME (Numbers) __attribute__ ((vector_size (LANES * 4), aligned (4), may_alias));
typedef gint16 NAME (Words) __attribute__ ((vector_size (LANES * 2)));
typedef guint8 NAME (Bytes) __attribute__ ((vector_size (LANES), aligned (1), may_alias));
#define Values  NAME (Values)
#define Numbers NAME (Numbers)
#define Words   NAME (Words)
#define Bytes   NAME (Bytes)

/* @b where @which is set, elsewhere @a. */
#define PICK(which, a, b) ((Values) ((Numbers) (a) ^ (((Numbers) (a) ^ (Numbers) (b)) & (which))))

/* Of several that are alike the first counts; what is no number, if there is any. */
static inline void
NAME (choose_lanes) (gsize next, gsize row, float slope, const float *in, float *out,
                     guint8 *winners)
{
  const float *others[] = { in + next, in + row, in + row + next };
  Values       most = *(const Values *) in;
  Numbers      winner = { 0 };

#pragma GCC unroll 3
  for (int m = 0; m < 3; m++)
    {
      Values  other = *(const Values *) others[m];
      Numbers more = (other > most) | (other != other);

      winner = (winner & ~more) | ((m + 1) & more);
      most = PICK (more, most, other);
    }
  *(Values *) out = PICK (most < 0.0f, most, slope * most);
  *(Bytes *) winners = __builtin_convertvector (winner | (NEGATIVE & ~(most > 0.0f)), Bytes);
}

static void
NAME (choose) (const CnnQuads *quads, const float *in, float *out, guint8 *winners)
{
  gsize channels = quads->channels, next = quads->next, row = quads->row;
  float slope = quads->slope;

  for (gsize k = 0; k < quads->n; k++, in += 2 * next, out += channels, winners += channels)
    {
      gsize c = 0;

      for (; c + LANES <= channels; c += LANES)
        NAME (choose_lanes) (next, row, slope, in + c, out + c, winners + c);
      for (; c < channels; c++)
        choose_one (next, row, slope, in + c, out + c, winners + c);
    }
}

/* By way of words: the compiler knows no quick way for all of it at once. */
static inline Numbers
NAME (numbers) (const guint8 *winners)
{
  return __builtin_convertvector (__builtin_convertvector (*(const Bytes *) winners, Words),
                                  Numbers);
}

static inline Values
NAME (through) (const float *d_out, Numbers winner, float slope)
{
  Values d = *(const Values *) d_out;

  return PICK ((winner & NEGATIVE) != 0, d, slope * d);
}

/* To the four cells of a window. */
static inline void
NAME (give_lanes) (gsize next, gsize row, float slope, const float *d_out, const guint8 *winners,
                   float *d_in)
{
  Numbers winner = NAME (numbers) (winners);
  Numbers given = (Numbers) NAME (through) (d_out, winner, slope);

  winner &= ~NEGATIVE;
  *(Numbers *) d_in = given & (winner == 0);
  *(Numbers *) (d_in + next) = given & (winner == 1);
  *(Numbers *) (d_in + row) = given & (winner == 2);
  *(Numbers *) (d_in + row + next) = given & (winner == 3);
}

static void
NAME (give) (const CnnQuads *quads, const float *d_out, const guint8 *winners, float *d_in)
{
  gsize channels = quads->channels, next = quads->next, row = quads->row;
  float slope = quads->slope;

  for (gsize k = 0; k < quads->n; k++, d_in += 2 * next, d_out += channels, winners += channels)
    {
      gsize c = 0;

      for (; c + LANES <= channels; c += LANES)
        NAME (give_lanes) (next, row, slope, d_out + c, winners + c, d_in + c);
      for (; c < channels; c++)
        give_one (next, row, slope, d_out[c], winners[c], d_in + c);
    }
}

#if LANES > 4

/* Of each four numbers the winner's; clang has no such shuffle. */
static inline Values
NAME (pick) (Values four, Numbers winner)
{
#ifdef __clang__
  Values picked;

  for (int i = 0; i < LANES; i++)
    picked[i] = four[winner[i]];
  return picked;
#else
  return __builtin_shuffle (four, winner);
#endif
}

/* So many numbers of the kernel, for so many vectors of channels from channel @c on. The first
 * such block knows the derivatives' own sums. */
static inline __attribute__ ((always_inline)) void
NAME (add_block) (const CnnQuads *quads, const CnnQuadsSums *s, const float *d_out,
                  const guint8 *winners, gsize c, gsize first, int numbers, int vectors)
{
  gsize        channels = quads->channels;
  float        slope = quads->slope;
  const gsize *places = s->numbers + first;
  float       *to = s->sums + first * channels + c;
  Values       sums[18], all[2] = { 0 };

  d_out += c;
  winners += c;
#pragma GCC unroll 9
  for (int i = 0; i < numbers; i++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++)
      sums[i * vectors + v] = *(const Values *) (to + i * channels + v * LANES);
  for (gsize y = 0; y < s->rows; y++)
    for (gsize x = 0; x < quads->n; x++, d_out += channels, winners += channels)
      {
        const float *fours = s->fours + y * s->row + x * s->next;
        Numbers      winner[2];
        Values       d[2];

#pragma GCC unroll 2
        for (int v = 0; v < vectors; v++)
          {
            winner[v] = NAME (numbers) (winners + v * LANES);
            d[v] = NAME (through) (d_out + v * LANES, winner[v], slope);
            all[v] += d[v];
            winner[v] &= ~NEGATIVE;
          }
#pragma GCC unroll 9
        for (int i = 0; i < numbers; i++)
          {
            Values four = *(const Values *) (fours + places[i]);

#pragma GCC unroll 2
            for (int v = 0; v < vectors; v++)
              sums[i * vectors + v] += d[v] * NAME (pick) (four, winner[v]);
          }
      }
#pragma GCC unroll 9
  for (int i = 0; i < numbers; i++)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++)
      *(Values *) (to + i * channels + v * LANES) = sums[i * vectors + v];
  for (int v = 0; v < vectors && first == 0; v++)
    *(Values *) (s->all + c + v * LANES) += all[v];
}

#define BLOCK(numbers, vectors)                                                               \
  static void NAME (add_##numbers##_##vectors) (const CnnQuads *quads, const CnnQuadsSums *s, \
                                                const float *d_out, const guint8 *winners,    \
                                                gsize c, gsize first)                         \
  {                                                                                           \
    NAME (add_block) (quads, s, d_out, winners, c, first, numbers, vectors);                  \
  }
BLOCK (9, 1)
BLOCK (9, 2)
BLOCK (3, 1)
BLOCK (3, 2)
BLOCK (1, 1)
BLOCK (1, 2)
#undef BLOCK

#endif

static void
NAME (add) (const CnnQuads *quads, const CnnQuadsSums *s, const float *d_out,
            const guint8 *winners)
{
  gsize c = 0;

#if LANES > 4
  for (gsize vectors; c + LANES <= quads->channels; c += vectors * LANES)
    {
      gsize n;

      vectors = c + 2 * LANES <= quads->channels ? 2 : 1;
      for (gsize i = 0; i < s->n_numbers; i += n)
        {
          n = s->n_numbers - i >= 9 ? 9 : s->n_numbers - i >= 3 ? 3 : 1;
          if (n == 9)
            (vectors == 2 ? NAME (add_9_2) : NAME (add_9_1)) (quads, s, d_out, winners, c, i);
          else if (n == 3)
            (vectors == 2 ? NAME (add_3_2) : NAME (add_3_1)) (quads, s, d_out, winners, c, i);
          else
            (vectors == 2 ? NAME (add_1_2) : NAME (add_1_1)) (quads, s, d_out, winners, c, i);
        }
    }
#endif
  add_one_by_one (quads, s, d_out, winners, c);
}

static const QuadLoops NAME (loops) = { NAME (choose), NAME (give), NAME (add) };

#undef PICK
#undef Bytes
#undef Words
#undef Numbers
#undef Values
