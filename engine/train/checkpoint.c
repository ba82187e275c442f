/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n.h"
#include "random.h"
#include "training-private.h"

/* The state of a training in a file: a line that says what it is, the SHA-256 of the rest, and
 * the rest, a dictionary that GLib serialises. Floats are in the machine's own order; a file of
 * another kind of machine is refused. */

#define MAGIC "Convolens training 1\n"
#define SUM   32 /* bytes */

/* --- writing --------------------------------------------------------------------------- */

static GVariant *
floats (const float *values, gsize n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, values, n * sizeof (float), 1);
}

static GVariant *
weights_now (const CnnTraining *training)
{
  g_autoptr (GPtrArray) copies = cnn_training_copy_weights (training);
  GVariantBuilder       list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < copies->len; i++)
    {
      const CnnTensor *tensor = copies->pdata[i];

      g_variant_builder_add_value (&list, floats (tensor->values, cnn_tensor_length (tensor)));
    }
  return g_variant_builder_end (&list);
}

static GVariant *
best_weights (const CnnTraining *training)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; training->best_weights && i < training->best_weights->len; i++)
    {
      const CnnTensor *tensor = training->best_weights->pdata[i];

      g_variant_builder_add_value (&list, floats (tensor->values, cnn_tensor_length (tensor)));
    }
  return g_variant_builder_end (&list);
}

static GVariant *
states (const CnnTraining *training)
{
  GVariantBuilder   list;
  guint             n;
  const CnnTrained *trained = cnn_trainer_trained (training->trainer, &n);

  g_variant_builder_init (&list, G_VARIANT_TYPE ("aay"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add_value (&list, floats (training->states[i],
                                                trained[i].n * training->n_state));
  return g_variant_builder_end (&list);
}

static GVariant *
history (const CnnTraining *training)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("a(dddddd)"));
  for (guint i = 0; i < training->history->len; i++)
    {
      const CnnTrainingEpoch *epoch = &g_array_index (training->history, CnnTrainingEpoch, i);

      g_variant_builder_add (&list, "(dddddd)", epoch->loss, epoch->right, epoch->validation_loss,
                             epoch->validation_right, epoch->rate, epoch->seconds);
    }
  return g_variant_builder_end (&list);
}

/* A number that other images are hardly going to have. */
static guint64
fingerprint (CnnDataset *images)
{
  CnnShape          shape = cnn_dataset_shape (images);
  gsize             n = cnn_dataset_size (images);
  g_autofree float *first = g_new0 (float, (gsize) cnn_shape_cells (shape));
  guint64           sum = cnn_random_bits (n, (guint64) cnn_shape_cells (shape));

  for (gsize i = 0; i < n; i++)
    sum = cnn_random_bits (sum, cnn_dataset_label (images, i));
  if (cnn_dataset_read (images, 0, first, NULL))
    for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
      sum = cnn_random_bits (sum, (guint64) (first[i] * 65536.0f));
  return sum;
}

static GVariant *
describe (CnnTraining *training, GError **error)
{
  const CnnTrainingOptions *options = &training->options;
  const CnnTrainingCount   *count = &training->count;
  g_autofree char          *text = cnn_network_print (training->network);
  g_autofree char          *optimiser = cnn_optimiser_print (&options->optimiser);
  g_autofree char          *schedule = cnn_schedule_print (&options->schedule);
  g_autofree char          *augment = options->augment ? cnn_augment_print (options->augment)
                                                       : g_strdup ("");
  GVariantDict              dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "byte-order", "i", G_BYTE_ORDER);
  g_variant_dict_insert (&dict, "network", "s", text);
  g_variant_dict_insert (&dict, "optimiser", "s", optimiser);
  g_variant_dict_insert (&dict, "schedule", "s", schedule);
  g_variant_dict_insert (&dict, "augment", "s", augment);
  g_variant_dict_insert (&dict, "epochs", "u", options->epochs);
  g_variant_dict_insert (&dict, "batch", "u", options->batch);
  g_variant_dict_insert (&dict, "rate", "d", options->rate);
  g_variant_dict_insert (&dict, "clip", "d", options->clip);
  g_variant_dict_insert (&dict, "validation", "d", options->validation);
  g_variant_dict_insert (&dict, "patience", "u", options->patience);
  g_variant_dict_insert (&dict, "seed", "t", options->seed);
  g_variant_dict_insert (&dict, "images", "t", fingerprint (training->images));
  g_variant_dict_insert (&dict, "step", "t", training->step);
  g_variant_dict_insert (&dict, "count", "(dttd)", count->loss, count->n_right, count->n,
                         count->seconds);
  g_variant_dict_insert (&dict, "best", "i", training->best);
  g_variant_dict_insert (&dict, "over", "b", training->over);
  g_variant_dict_insert_value (&dict, "history", history (training));
  g_variant_dict_insert_value (&dict, "weights", weights_now (training));
  g_variant_dict_insert_value (&dict, "best-weights", best_weights (training));
  g_variant_dict_insert_value (&dict, "states", states (training));
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
take_sum (const guint8 *data, gsize size, guint8 sum[SUM])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize                 length = SUM;

  g_checksum_update (checksum, data, (gssize) size);
  g_checksum_get_digest (checksum, sum, &length);
}

/**
 * cnn_training_save:
 * @file: where to
 *
 * Keeps the state, so that cnn_training_continue() goes on exactly there. The file is
 * replaced when the new one is safely on the disk: whatever happens, one of the two is there.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_IO set
 */
gboolean
cnn_training_save (CnnTraining *training, const char *file, GError **error)
{
  g_autoptr (GVariant)   state = describe (training, error);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError)     failed = NULL;
  guint8                 sum[SUM];

  take_sum (g_variant_get_data (state), g_variant_get_size (state), sum);
  g_byte_array_append (bytes, (const guint8 *) MAGIC, strlen (MAGIC));
  g_byte_array_append (bytes, sum, SUM);
  /* What follows is aligned for the doubles in it. */
  while (bytes->len % 8 > 0)
    g_byte_array_append (bytes, (const guint8 *) "", 1);
  g_byte_array_append (bytes, g_variant_get_data (state), (guint) g_variant_get_size (state));
  if (g_file_set_contents_full (file, (const char *) bytes->data, bytes->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                &failed))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("the checkpoint cannot be written: %s"),
               failed->message);
  return FALSE;
}

/* --- reading ---------------------------------------------------------------------------- */

static gboolean
broken (const char *file, GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("“%s” is not a checkpoint of a training, or a broken one"), file);
  return FALSE;
}

/* (transfer full) (nullable) */
static GVariant *
read_file (const char *file, GError **error)
{
  const gsize         head = (strlen (MAGIC) + SUM + 7) / 8 * 8;
  g_autofree char    *contents = NULL;
  g_autoptr (GError)  failed = NULL;
  g_autoptr (GBytes)  bytes = NULL;
  g_autoptr (GVariant) state = NULL;
  guint8              sum[SUM];
  gsize               size;

  if (!g_file_get_contents (file, &contents, &size, &failed))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("the checkpoint cannot be read: %s"),
                   failed->message);
      return NULL;
    }
  if (size < head || memcmp (contents, MAGIC, strlen (MAGIC)) != 0)
    return broken (file, error), NULL;
  take_sum ((const guint8 *) contents + head, size - head, sum);
  if (memcmp (contents + strlen (MAGIC), sum, SUM) != 0)
    return broken (file, error), NULL;
  bytes = g_bytes_new (contents + head, size - head);
  state = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));
  if (!g_variant_is_normal_form (state))
    return broken (file, error), NULL;
  return g_steal_pointer (&state);
}

/* Copies an item of a list of floats; FALSE where it has another length. */
static gboolean
take_floats (GVariant *list, gsize item, float *to, gsize n)
{
  g_autoptr (GVariant) bytes = NULL;
  gconstpointer        data;
  gsize                size;

  if (item >= g_variant_n_children (list))
    return FALSE;
  bytes = g_variant_get_child_value (list, item);
  data = g_variant_get_fixed_array (bytes, &size, 1);
  if (size != n * sizeof (float))
    return FALSE;
  if (size > 0)
    memcpy (to, data, size);
  return TRUE;
}

static gboolean
take_weights (CnnTraining *training, GVariant *now, GVariant *best, GVariant *kept)
{
  gsize             item = 0;
  guint             n;
  const CnnTrained *trained = cnn_trainer_trained (training->trainer, &n);

  for (guint i = 0; i < n; i++)
    if (!take_floats (kept, i, training->states[i], trained[i].n * training->n_state))
      return FALSE;
  if (g_variant_n_children (best) > 0)
    training->best_weights = cnn_training_copy_weights (training);
  for (guint i = 0; training->best_weights && i < training->best_weights->len; i++)
    {
      CnnTensor *tensor = training->best_weights->pdata[i];

      if (!take_floats (best, i, tensor->values, cnn_tensor_length (tensor)))
        return FALSE;
    }
  for (guint i = 0; i < cnn_network_n_nodes (training->network); i++)
    {
      CnnTensor *const *weights = cnn_trainer_weights (training->trainer, i, &n);

      for (guint k = 0; k < n; k++)
        if (!take_floats (now, item++, weights[k]->values, cnn_tensor_length (weights[k])))
          return FALSE;
    }
  return TRUE;
}

static gboolean
take_history (CnnTraining *training, GVariant *list)
{
  gsize n = g_variant_n_children (list);

  for (gsize i = 0; i < n; i++)
    {
      CnnTrainingEpoch epoch;

      g_variant_get_child (list, i, "(dddddd)", &epoch.loss, &epoch.right, &epoch.validation_loss,
                           &epoch.validation_right, &epoch.rate, &epoch.seconds);
      g_array_append_val (training->history, epoch);
    }
  return training->best < (int) n && (training->best >= 0) == (training->best_weights != NULL);
}

static gboolean
take_state (CnnTraining *training, GVariantDict *dict)
{
  CnnTrainingCount    *count = &training->count;
  g_autoptr (GVariant) past = g_variant_dict_lookup_value (dict, "history",
                                                           G_VARIANT_TYPE ("a(dddddd)"));
  g_autoptr (GVariant) now = g_variant_dict_lookup_value (dict, "weights", G_VARIANT_TYPE ("aay"));
  g_autoptr (GVariant) best = g_variant_dict_lookup_value (dict, "best-weights",
                                                           G_VARIANT_TYPE ("aay"));
  g_autoptr (GVariant) kept = g_variant_dict_lookup_value (dict, "states", G_VARIANT_TYPE ("aay"));

  return past && now && best && kept &&
         g_variant_dict_lookup (dict, "step", "t", &training->step) &&
         g_variant_dict_lookup (dict, "count", "(dttd)", &count->loss, &count->n_right, &count->n,
                                &count->seconds) &&
         g_variant_dict_lookup (dict, "best", "i", &training->best) &&
         g_variant_dict_lookup (dict, "over", "b", &training->over) &&
         take_weights (training, now, best, kept) && take_history (training, past) &&
         training->step <= training->steps_per_epoch * training->options.epochs;
}

/* The options as they were, and the network; FALSE where the file does not say them. */
static CnnNetwork *
take_options (GVariantDict *dict, CnnTrainingOptions *options, CnnAugment **augment)
{
  const char *network, *optimiser, *schedule, *changes;
  int         order;

  if (!g_variant_dict_lookup (dict, "byte-order", "i", &order) || order != G_BYTE_ORDER ||
      !g_variant_dict_lookup (dict, "network", "&s", &network) ||
      !g_variant_dict_lookup (dict, "optimiser", "&s", &optimiser) ||
      !g_variant_dict_lookup (dict, "schedule", "&s", &schedule) ||
      !g_variant_dict_lookup (dict, "augment", "&s", &changes) ||
      !g_variant_dict_lookup (dict, "epochs", "u", &options->epochs) ||
      !g_variant_dict_lookup (dict, "batch", "u", &options->batch) ||
      !g_variant_dict_lookup (dict, "rate", "d", &options->rate) ||
      !g_variant_dict_lookup (dict, "clip", "d", &options->clip) ||
      !g_variant_dict_lookup (dict, "validation", "d", &options->validation) ||
      !g_variant_dict_lookup (dict, "patience", "u", &options->patience) ||
      !g_variant_dict_lookup (dict, "seed", "t", &options->seed) || options->epochs == 0 ||
      options->batch == 0 || !cnn_optimiser_parse (optimiser, &options->optimiser, NULL) ||
      !cnn_schedule_parse (schedule, &options->schedule, NULL))
    return NULL;
  if (*changes)
    options->augment = *augment = cnn_augment_parse (changes, NULL);
  return cnn_network_parse (network, NULL);
}

/* As cnn_training_continue(). */
CnnTraining *
cnn_checkpoint_read (const char *file, CnnDataset *images, CnnDataset *validation, int workers,
                     GError **error)
{
  g_autoptr (GVariant)     state = read_file (file, error);
  g_auto (GVariantDict)    dict;
  g_autoptr (CnnNetwork)   network = NULL;
  g_autoptr (CnnTraining)  training = NULL;
  g_autoptr (CnnAugment)   augment = NULL;
  CnnTrainingOptions       options = { .workers = workers, .checkpoint = file };
  guint64                  shown;

  g_variant_dict_init (&dict, state);
  if (state == NULL)
    return NULL;
  network = take_options (&dict, &options, &augment);
  if (network == NULL || !g_variant_dict_lookup (&dict, "images", "t", &shown))
    return broken (file, error), NULL;
  training = cnn_training_make (network, images, validation, &options, error);
  if (training == NULL)
    return NULL;
  if (fingerprint (training->images) != shown)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("“%s” is a training with other images than these"), file);
      return NULL;
    }
  if (!take_state (training, &dict))
    return broken (file, error), NULL;
  return g_steal_pointer (&training);
}
