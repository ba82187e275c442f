/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "descent.h"
#include "error.h"
#include "export.h"
#include "i18n.h"
#include "random.h"

/* Networks that are learnt: their layers, and their weights from beginning to end. */

/* Maps of the hidden layers, and how many layers there are. */
#define MAPS           16
#define POINTWISE_MAPS 32
#define LAYERS         3
#define DEEP_LAYERS    5

/* --- the network ---------------------------------------------------------------------------- */

/* @groups: so many copies of a network of one channel, beside each other; 0: one of @channels */
static char *
network_text (CnnFilterModel model, gboolean pointwise, int channels, int groups)
{
  GString         *text = g_string_new (NULL);
  g_autofree char *of = NULL;
  int              maps = pointwise ? POINTWISE_MAPS : MAPS;
  int              layers = model == CNN_FILTER_SMALL ? LAYERS : DEEP_LAYERS;

  if (groups > 0)
    of = g_strdup_printf (" groups=%d", groups);
  g_string_printf (text, "input ?x?x%d as=picture\n", channels);
  for (int i = 0; i < layers; i++)
    g_string_append_printf (text, "conv %d %s%s\n%s",
                            i + 1 < layers ? maps * MAX (groups, 1) : channels,
                            pointwise ? "1x1" : "3x3 pad=same border=replicate", of ? of : "",
                            i + 1 < layers ? "relu\n" : "");
  g_string_append (text, "add picture\n");
  return g_string_free (text, FALSE);
}

/* What layer @number of a deep network begins with: its first layers and its last are those of the
 * small one, and those between let through what they get, so that it begins as good as that.
 * Source: Chen, Goodfellow and Shlens, "Net2Net: accelerating learning via knowledge transfer"
 * (2016), 2.3. */
static float
value_from_small (const CnnDescent *descent, const CnnTrained *trained, guint number, gsize i)
{
  const GPtrArray *small = descent->learning->small;
  guint            n_last = descent->n_trained - 2, n_same = small->len - 2;
  gsize            maps = MAPS;

  if (number < n_same)
    return ((const CnnTensor *) small->pdata[number])->values[i];
  if (number >= n_last)
    return ((const CnnTensor *) small->pdata[number - n_last + n_same])->values[i];
  /* [maps][3][3][maps], and the bias */
  return trained->n > maps && i / maps % 9 == 4 && i / (maps * 9) == i % maps ? 1.0f : 0.0f;
}

/* Begins as no filter, as the last layer makes nothing; or as the small network that there is. */
static void
begin_weights (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const CnnDescent *descent = data;
  gboolean       last = trained->node + 2 == cnn_network_n_nodes (descent->network);
  gboolean       grown = descent->learning->small != NULL && descent->is_deep;

  for (gsize i = from; i < from + n; i++)
    {
      if (grown)
        trained->values[i] = value_from_small (descent, trained, number, i);
      else if (last)
        trained->values[i] = 0.0f;
      descent->averages[number][i] = trained->values[i];
    }
}

/* Makes what is trained. Errors: %CNN_ERROR_LIMIT */
gboolean
cnn_descent_begin (CnnDescent *descent, GError **error)
{
  CnnFilterLearning *learning = descent->learning;
  int                channels = descent->patches.pairs->channels;
  int                seen = descent->patches.single ? 1 : channels, side = descent->patches.side;
  g_autofree char   *text = network_text (learning->state.model, descent->pointwise, seen, 0);
  g_autofree char   *all = network_text (learning->state.model, descent->pointwise, channels,
                                         descent->patches.single ? channels : 0);
  CnnShape           shape = { side, side, seen };
  guint64            seed = cnn_random_bits (learning->options.seed, CNN_SEED_WEIGHTS) | 1;
  CnnTrainerOptions  options = { .loss = learning->options.loss, .batch = CNN_DESCENT_BATCH,
                                 .workers = (int) learning->n_workers, .seed = seed };
  const CnnTrained  *trained;

  descent->network = cnn_network_parse (text, error);
  descent->whole = cnn_network_parse (all, error);
  if (descent->network && descent->whole)
    descent->trainer = cnn_trainer_new (descent->network, shape, &options, error);
  if (descent->trainer == NULL)
    return FALSE;
  cnn_optimiser_parse ("adam beta2=0.99 epsilon=1e-12", &descent->optimiser, NULL);
  descent->n_state = cnn_optimiser_n_state (&descent->optimiser);
  trained = cnn_trainer_trained (descent->trainer, &descent->n_trained);
  descent->states = g_new0 (float *, descent->n_trained + 1);
  descent->averages = g_new0 (float *, descent->n_trained + 1);
  for (guint i = 0; i < descent->n_trained; i++)
    {
      descent->states[i] = g_new0 (float, trained[i].n * descent->n_state);
      descent->averages[i] = g_new0 (float, trained[i].n);
    }
  cnn_trainer_change (descent->trainer, begin_weights, descent);
  return TRUE;
}

void
cnn_descent_end (CnnDescent *descent)
{
  for (guint i = 0; i < descent->n_trained; i++)
    {
      g_free (descent->states[i]);
      g_free (descent->averages[i]);
    }
  g_free (descent->states);
  g_free (descent->averages);
  g_clear_pointer (&descent->trainer, cnn_trainer_free);
  g_clear_pointer (&descent->network, cnn_network_unref);
  g_clear_pointer (&descent->whole, cnn_network_unref);
  g_clear_pointer (&descent->best, cnn_network_unref);
}

/* (transfer full) (nullable): the averages of a layer's weights, @n times. */
static CnnTensor *
average_of (const CnnDescent *descent, guint node, guint weight, const CnnTensor *tensor, int n)
{
  int               dims[CNN_TENSOR_MAX_DIMS];
  CnnTensor        *copy;
  guint             n_trained;
  const CnnTrained *trained = cnn_trainer_trained (descent->trainer, &n_trained);

  memcpy (dims, tensor->dims, sizeof dims);
  dims[0] *= n;
  copy = cnn_tensor_new (tensor->n_dims, dims);
  for (guint i = 0; copy && i < n_trained; i++)
    for (int k = 0; k < n && trained[i].node == node && trained[i].weight == weight; k++)
      memcpy (copy->values + k * trained[i].n, descent->averages[i],
              trained[i].n * sizeof (float));
  return copy;
}

/* (transfer full) (nullable): the network with the averages as its weights. */
CnnNetwork *
cnn_descent_network (gpointer data, GError **error)
{
  const CnnDescent                *descent = data;
  guint                         n = cnn_network_n_nodes (descent->network);
  int times = descent->patches.single ? descent->patches.pairs->channels : 1;
  g_autoptr (GPtrArray)         copies = g_ptr_array_new_with_free_func (
    (GDestroyNotify) cnn_tensor_unref);
  g_autofree CnnTensor        **list = g_new0 (CnnTensor *, n * CNN_MAX_WEIGHTS);
  g_autofree CnnTensor *const **weights = g_new0 (CnnTensor *const *, n);

  for (guint i = 0; i < n; i++)
    {
      guint             n_weights;
      CnnTensor *const *now = cnn_trainer_weights (descent->trainer, i, &n_weights);

      for (guint k = 0; k < n_weights; k++)
        {
          CnnTensor *copy = average_of (descent, i, k, now[k], times);

          if (copy == NULL)
            {
              g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                           _("there is not enough memory for the weights"));
              return NULL;
            }
          g_ptr_array_add (copies, copy);
          list[i * CNN_MAX_WEIGHTS + k] = copy;
          weights[i] = list + i * CNN_MAX_WEIGHTS;
        }
    }
  return cnn_network_with_weights (descent->whole, weights, error);
}

/* Keeps the small network's weights, for a deep one to begin with. */
void
cnn_descent_keep (const CnnDescent *descent)
{
  CnnFilterLearning *learning = descent->learning;
  guint              n;
  const CnnTrained  *trained = cnn_trainer_trained (descent->trainer, &n);

  g_clear_pointer (&learning->small, g_ptr_array_unref);
  learning->small = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_tensor_unref);
  for (guint i = 0; i < n; i++)
    {
      guint             n_weights;
      CnnTensor *const *weights = cnn_trainer_weights (descent->trainer, trained[i].node,
                                                       &n_weights);
      CnnTensor        *copy = average_of (descent, trained[i].node, trained[i].weight,
                                           weights[trained[i].weight], 1);

      if (copy)
        g_ptr_array_add (learning->small, copy);
    }
  if (learning->small->len < n)
    g_clear_pointer (&learning->small, g_ptr_array_unref);
}
