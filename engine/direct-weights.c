/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "direct-private.h"

#include <string.h>

#include "separable.h"

/* Weights in the order in which the loops read them. */

/* From this many numbers on, two passes over a kernel are less work. */
#define LARGE_KERNEL 49

/* [group][chunk of maps][row][tap][map of the chunk] */
static void
pack_for_pixels (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  const int            *dims = conv->weights->dims;
  int                   maps = dims[0] / conv->groups, n_taps = dims[2] * dims[3];

  for (int g = 0; g < conv->groups; g++)
    for (int first = 0; first < maps; first += CNN_DIRECT_MAPS)
      for (int r = 0; r < dims[1]; r++)
        for (int t = 0; t < n_taps; t++)
          for (int m = first; m < MIN (first + CNN_DIRECT_MAPS, maps); m++)
            *values++ = conv->weights->values[((gsize) (g * maps + m) * dims[1] + r) * n_taps + t];
}

/**
 * cnn_direct_vectors:
 *
 * Returns: how many vectors of maps are made together from map @first of @maps on
 */
int
cnn_direct_vectors (const CnnDirectLoops *loops, int maps, int first)
{
  return maps - first > loops->lanes ? 2 : 1;
}

/* [chunk of maps][row][tap][map of the chunk], the last filled up with zeros */
static void
pack_for_maps (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;
  const CnnDirectLoops *loops = cnn_direct_loops (0);
  const int            *dims = conv->weights->dims;
  int                   n_taps = dims[2] * dims[3], width;

  for (int first = 0; first < dims[0]; first += width)
    {
      width = cnn_direct_vectors (loops, dims[0], first) * loops->lanes;
      for (int r = 0; r < dims[1]; r++)
        for (int t = 0; t < n_taps; t++, values += width)
          for (int m = first; m < MIN (first + width, dims[0]); m++)
            values[m - first] = conv->weights->values[((gsize) m * dims[1] + r) * n_taps + t];
    }
}

static void
pack_bias (float *values, gconstpointer data)
{
  const CnnConvolution *conv = data;

  if (conv->bias)
    memcpy (values, conv->bias->values, cnn_tensor_length (conv->bias) * sizeof (float));
}

/* Columns of all kernels, [groups][rows], and then rows, [groups][columns]. */
static gboolean
separate (const CnnConvolution *conv, float *values)
{
  const int *dims = conv->weights->dims;
  gsize      size = (gsize) dims[1] * dims[2];

  for (int g = 0; g < dims[0]; g++)
    if (!cnn_kernel_separate (conv->weights->values + g * size, dims[1], dims[2],
                              values + g * dims[1],
                              values + dims[0] * dims[1] + g * dims[2]))
      return FALSE;
  return TRUE;
}

static void
pack_for_passes (float *values, gconstpointer data)
{
  separate (data, values);
}

/**
 * cnn_direct_separable:
 *
 * Returns: whether each kernel is so large, and the product of a column and a
 *   row, that two passes are less work
 */
gboolean
cnn_direct_separable (const CnnConvolution *conv)
{
  const int        *dims = conv->weights->dims;
  g_autofree float *values = NULL;

  if (dims[0] != conv->groups || dims[3] != 1 || conv->stride.width > 1 ||
      dims[1] * dims[2] < LARGE_KERNEL)
    return FALSE;
  values = g_new (float, (gsize) dims[0] * (dims[1] + dims[2]));
  return separate (conv, values);
}

/**
 * cnn_direct_weights:
 * @store: where to keep them
 * @form: what is wanted
 *
 * Returns: (transfer none) (nullable): the weights in that form, or %NULL when
 *   there is not enough memory
 */
const float *
cnn_direct_weights (CnnStore *store, const CnnConvolution *conv, CnnDirectForm form)
{
  static const struct
  {
    const char  *name;
    CnnStoreFill fill;
  } forms[] = {
    [CNN_DIRECT_BIAS] = { "direct bias", pack_bias },
    [CNN_DIRECT_PIXELS] = { "direct pixels", pack_for_pixels },
    [CNN_DIRECT_IN_MAPS] = { "direct maps", pack_for_maps },
    [CNN_DIRECT_PASSES] = { "direct passes", pack_for_passes },
  };
  const int *dims = conv->weights->dims;
  gsize      lanes = cnn_direct_loops (0)->lanes;
  gsize      n = ((gsize) dims[0] + lanes - 1) / lanes * lanes;

  if (form == CNN_DIRECT_PASSES)
    n *= dims[1] + dims[2];
  else if (form != CNN_DIRECT_BIAS)
    n *= (gsize) dims[1] * dims[2] * dims[3];
  return cnn_store_get (store, forms[form].name, n, forms[form].fill, conv);
}
