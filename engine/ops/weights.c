/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "weights.h"

#include <math.h>

#include "error.h"
#include "i18n.h"
#include "random.h"

/**
 * cnn_numbers_fit:
 * @key: the parameter that holds @numbers
 * @channels: maps they are for
 *
 * Returns: whether there is one number, or one for each map; otherwise
 *   %CNN_ERROR_SHAPE is set
 */
gboolean
cnn_numbers_fit (const CnnNumbers *numbers, const char *key, int channels, GError **error)
{
  if (numbers->n == 1 || numbers->n == channels)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("%s: found %d numbers, expected one, or one for each of %d maps"), key, numbers->n,
               channels);
  return FALSE;
}

const CnnChoice cnn_weights_inits[] = {
  [CNN_INIT_HE] = { "he", N_("He") },
  [CNN_INIT_XAVIER] = { "xavier", N_("Xavier") },
  { NULL },
};

/**
 * cnn_weights_draw:
 * @fan_in: how many inputs are added up in one output cell
 * @fan_out: how many output cells one input is added to
 *
 * Fills @tensor at random: for %CNN_INIT_HE with normally distributed values of variance
 * 2 / @fan_in, for %CNN_INIT_XAVIER evenly from −√(6 / (@fan_in + @fan_out)) to its opposite.
 * Sources: He, Zhang, Ren and Sun, "Delving deep into rectifiers" (2015), equation 10; Glorot
 * and Bengio, "Understanding the difficulty of training deep feedforward neural networks"
 * (2010), equation 16.
 */
void
cnn_weights_draw (CnnTensor *tensor, CnnInit init, gint64 fan_in, gint64 fan_out, guint64 seed)
{
  double deviation = sqrt (2.0 / (double) fan_in);
  double most = sqrt (6.0 / (double) (fan_in + fan_out));
  gsize  n = cnn_tensor_length (tensor);

  for (gsize i = 0; i < n; i++)
    tensor->values[i] = (float) (init == CNN_INIT_HE
                                   ? deviation * cnn_random_normal (seed, i)
                                   : most * (2.0 * cnn_random_uniform (seed, i) - 1.0));
}

/**
 * cnn_weights_fill:
 * @numbers: as many as @tensor has values, or one for all of them, or none
 * @otherwise: the value where there are none
 *
 * Fills @tensor with what was said.
 */
void
cnn_weights_fill (CnnTensor *tensor, const CnnNumbers *numbers, double otherwise)
{
  gsize n = cnn_tensor_length (tensor);

  for (gsize i = 0; i < n; i++)
    {
      if (numbers->n == 0)
        tensor->values[i] = (float) otherwise;
      else
        tensor->values[i] = (float) numbers->values[numbers->n == 1 ? 0 : i];
    }
}
