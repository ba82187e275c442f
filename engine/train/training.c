/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "export.h"
#include "i18n.h"
#include "training-private.h"

/* What training is made of; training-run.c does it. */

/**
 * cnn_training_options_init:
 *
 * Fills @options with what is good for a start: 10 epochs of Adam in minibatches of 64, a
 * tenth of the images for validation.
 */
void
cnn_training_options_init (CnnTrainingOptions *options)
{
  *options = (CnnTrainingOptions) { .epochs = 10, .batch = 64, .validation = 0.1 };
  cnn_optimiser_init (&options->optimiser, cnn_optimiser_find ("adam"));
  cnn_schedule_init (&options->schedule, cnn_schedule_find ("constant"));
  options->rate = options->optimiser.kind->rate;
}

static gboolean
check_classes (const CnnTraining *training, GError **error)
{
  int n = cnn_trainer_output (training->trainer).channels;
  int wanted = (int) cnn_dataset_n_classes (training->images);

  if (n == wanted)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the network tells %d classes apart, but the images are of %d: let its last dense "
                 "layer have %d units"),
               n, wanted, wanted);
  return FALSE;
}

/* The images, or their two parts. */
static gboolean
take_images (CnnTraining *training, CnnDataset *images, CnnDataset *validation, GError **error)
{
  const CnnTrainingOptions *options = &training->options;

  if (validation == NULL && options->validation > 0.0)
    {
      if (!cnn_dataset_split (images, options->validation, options->seed, &training->images,
                              &training->validation, error))
        return FALSE;
    }
  else
    {
      training->images = cnn_dataset_ref (images);
      training->validation = validation ? cnn_dataset_ref (validation) : NULL;
    }
  if (cnn_dataset_size (training->images) > 0)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("there are no images to learn from"));
  return FALSE;
}

/* (nullable): the same; %NULL where it would change nothing. */
static CnnAugment *
copy_augment (const CnnAugment *augment)
{
  g_autofree char *text = NULL;

  if (augment == NULL || cnn_augment_is_none (augment))
    return NULL;
  text = cnn_augment_print (augment);
  return cnn_augment_parse (text, NULL);
}

/* Errors: those of cnn_training_new() */
CnnTraining *
cnn_training_make (CnnNetwork *network, CnnDataset *images, CnnDataset *validation,
                   const CnnTrainingOptions *options, GError **error)
{
  g_autoptr (CnnTraining) training = g_new0 (CnnTraining, 1);
  CnnTrainerOptions       how = { .loss = CNN_LOSS_CROSS_ENTROPY, .workers = options->workers,
                                  .seed = options->seed };
  const CnnTrained       *trained;
  guint                   n;
  gsize                   n_images, scratch;

  training->network = cnn_network_ref (network);
  training->options = *options;
  training->options.checkpoint = g_strdup (options->checkpoint);
  training->options.augment = copy_augment (options->augment);
  training->history = g_array_new (FALSE, FALSE, sizeof (CnnTrainingEpoch));
  training->best = -1;
  training->ordered = G_MAXUINT64;
  if (!take_images (training, images, validation, error) ||
      !cnn_dataset_fits (training->images, network, error) ||
      (training->validation && !cnn_dataset_fits (training->validation, network, error)))
    return NULL;
  n_images = cnn_dataset_size (training->images);
  how.batch = training->options.batch = (guint) MIN (options->batch, n_images);
  training->trainer = cnn_trainer_new (network, cnn_dataset_shape (training->images), &how, error);
  if (training->trainer == NULL || !check_classes (training, error))
    return NULL;
  training->steps_per_epoch = (n_images + how.batch - 1) / how.batch;
  training->order = g_new (gsize, n_images);
  training->n_state = cnn_optimiser_n_state (&options->optimiser);
  trained = cnn_trainer_trained (training->trainer, &n);
  training->states = g_new0 (float *, n + 1);
  for (guint i = 0; i < n; i++)
    training->states[i] = g_new0 (float, trained[i].n * training->n_state + 1);
  scratch = (gsize) cnn_shape_cells (cnn_dataset_shape (training->images));
  if (training->options.augment)
    scratch += cnn_augment_scratch (training->options.augment,
                                    cnn_dataset_shape (training->images));
  training->scratch = g_new0 (float *, cnn_trainer_workers (training->trainer) + 1);
  for (guint i = 0; i < cnn_trainer_workers (training->trainer); i++)
    training->scratch[i] = g_new (float, scratch);
  return g_steal_pointer (&training);
}

/**
 * cnn_training_new:
 * @network: the network, which ends with softmax over as many classes as the images have; its
 *   weights are where training begins. It stays as it is
 * @images: what it learns from
 * @validation: (nullable): what is only looked at after each epoch; %NULL: a part of @images
 * @options: what the caller decides
 *
 * Returns: (transfer full): the training, nothing done yet; or %NULL with %CNN_ERROR_SHAPE (the
 *   network does not fit the images), %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnTraining *
cnn_training_new (CnnNetwork *network, CnnDataset *images, CnnDataset *validation,
                  const CnnTrainingOptions *options, GError **error)
{
  g_return_val_if_fail (options->epochs > 0 && options->batch > 0, NULL);

  return cnn_training_make (network, images, validation, options, error);
}

/**
 * cnn_training_continue:
 * @checkpoint: file that a training left
 * @images: the same images as then
 * @validation: (nullable): the same as then
 * @workers: threads that compute; 0 for as many as there are processors
 *
 * Takes up a training where it was. It goes on exactly as it would have.
 *
 * Returns: (transfer full): the training; or %NULL with %CNN_ERROR_IO, %CNN_ERROR_FORMAT (the
 *   file is none, or broken), %CNN_ERROR_SHAPE (the images are others) or an error of
 *   cnn_training_new() set
 */
CnnTraining *
cnn_training_continue (const char *checkpoint, CnnDataset *images, CnnDataset *validation,
                       int workers, GError **error)
{
  return cnn_checkpoint_read (checkpoint, images, validation, workers, error);
}

void
cnn_training_free (CnnTraining *training)
{
  guint n = 0;

  for (guint i = 0; training->scratch && training->scratch[i]; i++)
    g_free (training->scratch[i]);
  g_free (training->scratch);
  if (training->states)
    cnn_trainer_trained (training->trainer, &n);
  for (guint i = 0; i < n; i++)
    g_free (training->states[i]);
  g_free (training->states);
  g_clear_pointer (&training->trainer, cnn_trainer_free);
  g_clear_pointer (&training->images, cnn_dataset_unref);
  g_clear_pointer (&training->validation, cnn_dataset_unref);
  g_clear_pointer (&training->history, g_array_unref);
  g_clear_pointer (&training->best_weights, g_ptr_array_unref);
  g_free (training->order);
  g_free ((char *) training->options.checkpoint);
  if (training->options.augment)
    cnn_augment_free ((CnnAugment *) training->options.augment);
  cnn_network_unref (training->network);
  g_free (training);
}

/* --- weights ----------------------------------------------------------------------------- */

static CnnTensor *
copy_tensor (const CnnTensor *tensor)
{
  CnnTensor *copy = cnn_tensor_new (tensor->n_dims, tensor->dims);

  if (copy == NULL)
    g_error ("there is not enough memory for a copy of the weights");
  memcpy (copy->values, tensor->values, cnn_tensor_length (tensor) * sizeof (float));
  return copy;
}

/* All weights in order, (transfer full). */
GPtrArray *
cnn_training_copy_weights (const CnnTraining *training)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_tensor_unref);

  for (guint i = 0; i < cnn_network_n_nodes (training->network); i++)
    {
      guint             n;
      CnnTensor *const *weights = cnn_trainer_weights (training->trainer, i, &n);

      for (guint k = 0; k < n; k++)
        g_ptr_array_add (copies, copy_tensor (weights[k]));
    }
  return copies;
}

/**
 * cnn_training_weights:
 * @node: a layer
 * @n: (out): how many weights it has
 *
 * Returns: (transfer none): its weights as they are now, to be read in a #CnnTrainingFunc or
 *   while training does not run
 */
CnnTensor *const *
cnn_training_weights (const CnnTraining *training, guint node, guint *n)
{
  return cnn_trainer_weights (training->trainer, node, n);
}

/**
 * cnn_training_network:
 * @best: whether to take the weights of the best epoch, where one is over, or those of now
 *
 * Returns: (transfer full): the network with copies of the weights, which is ready to run
 *   and to be saved; or %NULL with %CNN_ERROR_LIMIT set
 */
CnnNetwork *
cnn_training_network (CnnTraining *training, gboolean best, GError **error)
{
  guint                             n = cnn_network_n_nodes (training->network), at = 0;
  g_autofree CnnTensor *const     **weights = g_new0 (CnnTensor *const *, n);

  for (guint i = 0; i < n; i++)
    {
      guint             n_weights;
      CnnTensor *const *now = cnn_trainer_weights (training->trainer, i, &n_weights);

      if (n_weights == 0)
        continue;
      weights[i] = best && training->best_weights
                     ? (CnnTensor *const *) training->best_weights->pdata + at : now;
      at += n_weights;
    }
  return cnn_network_with_weights (training->network, weights, error);
}

/* --- what is said of it in a file ------------------------------------------------------------ */

static void
note (GHashTable *notes, const char *key, char *value)
{
  g_hash_table_insert (notes, g_strdup_printf ("convolens.training.%s", key), value);
}

static char *
number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.6g", value));
}

/**
 * cnn_training_notes:
 *
 * Returns: (transfer full): how the weights came about, for a file's metadata: char * to
 *   char *, keys beginning with “convolens.training.”
 */
GHashTable *
cnn_training_notes (const CnnTraining *training)
{
  const CnnTrainingOptions *options = &training->options;
  GHashTable *notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  note (notes, "network", cnn_network_print (training->network));
  note (notes, "images", g_strdup_printf ("%" G_GSIZE_FORMAT, cnn_dataset_size (training->images)));
  note (notes, "epochs", g_strdup_printf ("%u", training->history->len));
  note (notes, "batch", g_strdup_printf ("%u", options->batch));
  note (notes, "optimiser", cnn_optimiser_print (&options->optimiser));
  note (notes, "schedule", cnn_schedule_print (&options->schedule));
  note (notes, "rate", number (options->rate));
  if (options->augment)
    note (notes, "augment", cnn_augment_print (options->augment));
  note (notes, "seed", g_strdup_printf ("%" G_GUINT64_FORMAT, options->seed));
  if (options->clip > 0.0)
    note (notes, "clip", number (options->clip));
  if (training->best >= 0)
    {
      const CnnTrainingEpoch *best = &g_array_index (training->history, CnnTrainingEpoch,
                                                     training->best);

      note (notes, "best-epoch", g_strdup_printf ("%d", training->best + 1));
      if (training->validation)
        {
          note (notes, "validation-loss", number (best->validation_loss));
          note (notes, "validation-accuracy", number (best->validation_right));
        }
    }
  return notes;
}
