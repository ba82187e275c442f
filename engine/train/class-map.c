/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class-map.h"

#include <string.h>

#include "i18n.h"
#include "trainer.h"

typedef struct
{
  const float *values;
  gsize        n;
  guint        class_number;
} Image;

static gboolean
read_image (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const Image *it = data;

  memcpy (in, it->values, it->n * sizeof (float));
  *label = it->class_number;
  return TRUE;
}

/* The last layer that has places, or 0. */
static guint
last_map (CnnNetwork *network, const CnnNodeInfo *infos)
{
  guint node = cnn_network_n_nodes (network) - 1;

  while (node > 0 && infos[node].shape.height == 1 && infos[node].shape.width == 1)
    node--;
  return node;
}

/* max (0, Σ α A) with α the mean over all places of the derivatives by a map. */
static float *
combine (const float *maps, const float *d, CnnShape shape)
{
  gsize              n = (gsize) shape.height * shape.width, channels = shape.channels;
  g_autofree double *alpha = g_new0 (double, channels);
  float             *map = g_new (float, n);

  for (gsize i = 0; i < n * channels; i++)
    alpha[i % channels] += d[i] / (double) n;
  for (gsize i = 0; i < n; i++)
    {
      double sum = 0.0;

      for (gsize c = 0; c < channels; c++)
        sum += alpha[c] * maps[i * channels + c];
      map[i] = sum > 0.0 ? (float) sum : 0.0f;
    }
  return map;
}

/**
 * cnn_class_map:
 * @network: a classifier, which ends with softmax
 * @shape: the image's
 * @values: the image, [height][width][channels]
 * @node: the layer whose maps are looked at; 0 for the last one that has places
 * @class_number: the class, from 0
 * @size: (out): rows and columns of the result, which are the layer's
 *
 * Where in an image a network sees a class: Grad-CAM. How much each map of a layer speaks for
 * the class is the mean of the derivatives of its score, before the softmax, by the map; the
 * maps are added up with these as factors, and what is negative left out. Source: Selvaraju
 * et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization"
 * (2017), equations 1 and 2.
 *
 * Returns: (transfer full): the sum, [size.height][size.width], not normalised; or %NULL with
 *   %CNN_ERROR_SHAPE (no softmax at the end, no such class or no layer with places),
 *   %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
float *
cnn_class_map (CnnNetwork *network, CnnShape shape, const float *values, guint node,
               guint class_number, CnnSize *size, GError **error)
{
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, shape, error);
  g_autoptr (CnnTrainer)  trainer = NULL;
  CnnTrainerOptions       options = { .loss = CNN_LOSS_SCORE, .batch = 1, .workers = 1 };
  Image                   image = { values, (gsize) cnn_shape_cells (shape), class_number };
  CnnTrainerSource        source = { read_image, &image };
  CnnTrainerLoss          loss;
  const float            *maps, *d;

  if (infos == NULL)
    return NULL;
  options.kept = node > 0 ? node : last_map (network, infos);
  if (options.kept == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network has no layer with maps, so nothing can be said of places"));
      return NULL;
    }
  trainer = cnn_trainer_new (network, shape, &options, error);
  if (trainer == NULL || !cnn_trainer_gradient (trainer, 1, 0, &source, &loss, error))
    return NULL;
  maps = cnn_trainer_kept (trainer, &d);
  *size = (CnnSize) { infos[options.kept].shape.height, infos[options.kept].shape.width };
  return combine (maps, d, infos[options.kept].shape);
}
