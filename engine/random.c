/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random.h"

#include <math.h>

#include "clones.h"

/* Random numbers without a state: number @counter of sequence @seed can be had
 * by any thread, in any order, and is always the same. */

static inline guint64
mixed (guint64 seed, guint64 counter)
{
  guint64 bits = seed + (counter + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  bits = (bits ^ (bits >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  bits = (bits ^ (bits >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return bits ^ (bits >> 31);
}

/**
 * cnn_random_bits:
 * @seed: which sequence
 * @counter: which number of it, from 0
 *
 * The output of the generator SplitMix64 that started from @seed, after
 * @counter others. Its state moves by a constant, so that any of its outputs can
 * be computed at once. Source: Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators" (2014), with the constants of its reference
 * implementation (variant 13 of Stafford's mixers).
 *
 * Returns: 64 random bits
 */
guint64
cnn_random_bits (guint64 seed, guint64 counter)
{
  return mixed (seed, counter);
}

/**
 * cnn_random_fill:
 * @seed: which sequence
 * @counter: which number of it is the first
 * @bits: (out): [n]: what cnn_random_bits() gives for @counter and those that follow
 *
 * Draws many at once, which is quicker.
 */
CNN_CLONES void
cnn_random_fill (guint64 seed, guint64 counter, gsize n, guint64 *bits)
{
  for (gsize i = 0; i < n; i++)
    bits[i] = mixed (seed, counter + i);
}

/**
 * cnn_random_uniform:
 * @seed: which sequence
 * @counter: which number of it, from 0
 *
 * Returns: a number from 0 (inclusive) to 1 (exclusive), all multiples of 2⁻⁵³
 *   being equally likely; made of cnn_random_bits() with the same arguments
 */
double
cnn_random_uniform (guint64 seed, guint64 counter)
{
  return (double) (cnn_random_bits (seed, counter) >> 11) * 0x1p-53;
}

/**
 * cnn_random_normal:
 * @seed: which sequence
 * @counter: which number of it, from 0
 *
 * Two uniform numbers make two independent normal ones: numbers 2k and 2k + 1
 * are made of the uniform numbers 2k and 2k + 1. A sequence should serve for
 * one or the other. Source: Box and Muller, "A note on the generation of random
 * normal deviates" (1958).
 *
 * Returns: a number with mean 0 and variance 1
 */
double
cnn_random_normal (guint64 seed, guint64 counter)
{
  guint64 first = counter & ~G_GUINT64_CONSTANT (1);
  double  radius = sqrt (-2.0 * log (1.0 - cnn_random_uniform (seed, first)));
  double  angle = 2.0 * G_PI * cnn_random_uniform (seed, first + 1);

  return radius * (counter == first ? cos (angle) : sin (angle));
}
