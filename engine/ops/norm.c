/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "norm.h"

#include "writer.h"

#define MAX_WEIGHTS 4

/**
 * cnn_norm_write:
 * @op: ONNX's name
 * @n_weights: how many of scale, shift, mean and variance are weights of the layer
 *
 * Returns: (nullable): the name of what comes out; %NULL: the weights are not known
 */
const char *
cnn_norm_write (CnnWriter *writer, const char *op, int n_weights, double epsilon)
{
  static const char *const names[MAX_WEIGHTS] = { "scale", "shift", "mean", "variance" };

  CnnTensor *const *weights = cnn_writer_weights (writer);
  const char       *in[1 + MAX_WEIGHTS] = { cnn_writer_map (writer, 0) };

  if (weights == NULL)
    return NULL;
  for (int i = 0; i < n_weights; i++)
    in[1 + i] = cnn_writer_floats (writer, names[i], 1, (gint64[]) { weights[i]->dims[0] },
                                   weights[i]->values);
  in[0] = cnn_writer_add_list (writer, op, 1 + n_weights, in);
  cnn_writer_float (writer, "epsilon", epsilon);
  return in[0];
}
