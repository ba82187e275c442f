/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clones.h"
#include "norm.h"

/* The way back through y = scale · x̂ + shift with x̂ = (x − mean) · inverse, where the mean and
 * inverse = 1 / √(variance + epsilon) are of the N values x themselves:
 *
 *   dx = scale · inverse · (dy − Σ dy / N − x̂ · Σ (dy · x̂) / N)
 *
 * Source: Ioffe and Szegedy, "Batch normalization" (2015), section 3, its equations in one. */

/**
 * cnn_norm_kept:
 * @n: maps
 *
 * Returns: bytes for a mean and an inverse of each map, as a step keeps them for an image
 */
gsize
cnn_norm_kept (gsize n)
{
  return (2 * n * sizeof (float) + 63) / 64 * 64;
}

/**
 * cnn_norm_back_sums:
 * @places: cells of a map
 * @n: maps
 * @in: [places][n]: x
 * @d_out: [places][n]: dy
 * @mean: [n]
 * @inverse: [n]
 * @sums: [2][n]: Σ dy and Σ (dy · x̂) are added to it
 */
CNN_CLONES void
cnn_norm_back_sums (gsize places, gsize n, const float *restrict in, const float *restrict d_out,
                    const float *restrict mean, const float *restrict inverse,
                    double *restrict sums)
{
  double *restrict products = sums + n; /* [n] */

  /* Few at a time in float, so that not every value waits for the sum of those before it. */
  for (; places >= 4; places -= 4, in += 4 * n, d_out += 4 * n)
    for (gsize c = 0; c < n; c++)
      {
        const float *d = d_out + c, *x = in + c; /* [4], n apart */

        sums[c] += (d[0] + d[n]) + (d[2 * n] + d[3 * n]);
        products[c] += inverse[c] *
                       ((d[0] * (x[0] - mean[c]) + d[n] * (x[n] - mean[c])) +
                        (d[2 * n] * (x[2 * n] - mean[c]) + d[3 * n] * (x[3 * n] - mean[c])));
      }
  for (; places > 0; places--, in += n, d_out += n)
    for (gsize c = 0; c < n; c++)
      {
        sums[c] += d_out[c];
        products[c] += d_out[c] * ((in[c] - mean[c]) * inverse[c]);
      }
}

/**
 * cnn_norm_back_factors:
 * @n: maps
 * @n_values: N, the values of a map that have a mean together
 * @scale: [n]
 * @inverse: [n]
 * @sums: [2][n]: what cnn_norm_back_sums() gave for all of them
 * @factors: (out): [3][n]: for cnn_norm_back_values()
 */
void
cnn_norm_back_factors (gsize n, double n_values, const float *scale, const float *inverse,
                       const double *sums, float *factors)
{
  for (gsize c = 0; c < n; c++)
    {
      double factor = (double) scale[c] * inverse[c];

      factors[c] = (float) factor;
      factors[n + c] = (float) (-factor * inverse[c] * sums[n + c] / n_values);
      factors[2 * n + c] = (float) (-factor * sums[c] / n_values);
    }
}

/**
 * cnn_norm_back_values:
 * @places: cells of a map
 * @n: maps
 * @in: [places][n]: x
 * @d_out: [places][n]: dy
 * @mean: [n]
 * @factors: [3][n]: of cnn_norm_back_factors()
 * @d_in: (out): [places][n]: dx
 */
CNN_CLONES void
cnn_norm_back_values (gsize places, gsize n, const float *restrict in,
                      const float *restrict d_out, const float *restrict mean,
                      const float *restrict factors, float *restrict d_in)
{
  const float *restrict by_in = factors + n, *restrict alone = by_in + n; /* [n] each */

  for (gsize i = 0; i < places; i++, in += n, d_out += n, d_in += n)
    for (gsize c = 0; c < n; c++)
      d_in[c] = factors[c] * d_out[c] + by_in[c] * (in[c] - mean[c]) + alone[c];
}
