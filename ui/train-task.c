/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A training from its settings to the file that it leaves. */

#include "train-task.h"

#include <string.h>

#include <glib/gstdio.h>

#include "classify.h"
#include "error.h"
#include "i18n.h"
#include "onnx/save.h"

/* The worst mistakes that are kept to be shown. */
#define MOST_MISTAKES 2000

void
cnn_train_task_free (CnnTrainTask *task)
{
  g_clear_pointer (&task->training, cnn_training_free);
  g_clear_pointer (&task->validation, cnn_dataset_unref);
  g_clear_pointer (&task->data, cnn_train_data_free);
  g_clear_pointer (&task->settings, cnn_train_settings_free);
  g_free (task);
}

void
cnn_train_result_free (CnnTrainResult *result)
{
  g_clear_pointer (&result->network, cnn_network_unref);
  g_clear_pointer (&result->notes, g_hash_table_unref);
  g_clear_pointer (&result->tried, cnn_dataset_unref);
  g_clear_pointer (&result->evaluation, cnn_evaluation_free);
  g_free (result->saved);
  g_free (result);
}

/* Hours of work are not to end with a file that cannot be written. */
static gboolean
can_write (const char *file, GError **error)
{
  return *file == '\0' || cnn_model_can_write (file, error);
}

static gboolean
make_training (CnnTrainTask *task, CnnNetwork *network, GError **error)
{
  const CnnTrainSettings  *settings = task->settings;
  g_autoptr (CnnAugment)   augment = NULL;
  g_autoptr (CnnDataset)   rest = NULL;
  CnnTrainingOptions       options;

  if (!cnn_train_settings_options (settings, &options, &augment, error))
    return FALSE;
  /* Held back here, and not by the training, so that it can be looked at afterwards. */
  if (settings->validation > 0.0)
    {
      if (!cnn_dataset_split (task->data->images, settings->validation, settings->seed, &rest,
                              &task->validation, error))
        return FALSE;
    }
  else
    rest = cnn_dataset_ref (task->data->images);
  options.validation = 0.0;
  if (!settings->resume)
    task->training = cnn_training_new (network, rest, task->validation, &options, error);
  else if (options.checkpoint == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("to continue a training, say in which checkpoint it was kept"));
  else
    task->training = cnn_training_continue (options.checkpoint, rest, task->validation, 0, error);
  return task->training != NULL;
}

/* (transfer full): @network (transfer full), or a preset that was called by its name as it is for
 * as many classes as there are. */
static CnnNetwork *
for_classes (CnnTrainTask *task, CnnNetwork *network, GError **error)
{
  const CnnPreset *preset = cnn_preset_find (task->settings->network);
  g_autofree char *text = NULL;

  if (preset == NULL)
    return network;
  cnn_network_unref (network);
  text = cnn_train_settings_with_classes (preset->text, cnn_dataset_n_classes (task->data->images));
  return cnn_network_parse (text, error);
}

/**
 * cnn_train_task_new:
 * @settings: what is asked for; copied
 * @decoder: reads pictures from files
 * @cancellable: (nullable): ends it, from any thread
 *
 * Reads what is needed and finds out whether it can be trained and written.
 *
 * Returns: (transfer full): the task; or %NULL with %CNN_ERROR_SPEC, %CNN_ERROR_IO or an error
 *   of the data set or the training set
 */
CnnTrainTask *
cnn_train_task_new (const CnnTrainSettings *settings, const CnnPictureDecoder *decoder,
                    GCancellable *cancellable, GError **error)
{
  g_autoptr (CnnTrainTask) task = g_new0 (CnnTrainTask, 1);
  g_autoptr (CnnNetwork)   network = NULL;
  CnnShape                 input;

  task->settings = cnn_train_settings_copy (settings);
  network = cnn_train_settings_network (settings, &input, error);
  if (network == NULL || !can_write (settings->output, error) ||
      !can_write (settings->checkpoint, error))
    return NULL;
  task->data = cnn_train_data_open (settings, input, decoder, cancellable, error);
  if (task->data == NULL)
    return NULL;
  network = for_classes (task, network, error);
  if (network == NULL || !make_training (task, network, error))
    return NULL;
  return g_steal_pointer (&task);
}

/* --- the end ----------------------------------------------------------------------------- */

/* How a classifier's file says what its values stand for. */
static void
note_labels (GHashTable *notes, const CnnDataset *images)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < cnn_dataset_n_classes (images); i++)
    {
      g_autofree char *name = cnn_train_class_name (images, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", name);
    }
  g_hash_table_insert (notes, g_strdup ("labels"), g_strdup (text->str));
}

static void
note_test (GHashTable *notes, const CnnEvaluation *evaluation)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.6g",
                   (double) evaluation->n_right / (double) evaluation->n);
  g_hash_table_insert (notes, g_strdup ("convolens.training.test-accuracy"), g_strdup (text));
  g_ascii_formatd (text, sizeof text, "%.6g", evaluation->loss);
  g_hash_table_insert (notes, g_strdup ("convolens.training.test-loss"), g_strdup (text));
}

/**
 * cnn_train_task_result:
 * @cancellable: (nullable): ends the trial, from any thread
 *
 * Takes the best weights so far, those of now where no epoch is over, tries them on the test's
 * images, else on those that validation holds back, and writes them into the output file where
 * the settings name one.
 *
 * Returns: (transfer full): what came of it; or %NULL with %CNN_ERROR_CANCELLED, %CNN_ERROR_IO,
 *   %CNN_ERROR_LIMIT or an error of the data set set
 */
CnnTrainResult *
cnn_train_task_result (CnnTrainTask *task, GCancellable *cancellable, GError **error)
{
  g_autoptr (CnnTrainResult) result = g_new0 (CnnTrainResult, 1);
  CnnTrainingState           state;

  cnn_training_state (task->training, &state);
  result->network = cnn_training_network (task->training, TRUE, error);
  if (result->network == NULL)
    return NULL;
  result->input = cnn_dataset_shape (task->data->images);
  result->epochs = state.n_history;
  result->seconds = state.seconds;
  result->notes = cnn_training_notes (task->training);
  note_labels (result->notes, task->data->images);
  if (*task->data->framing)
    g_hash_table_insert (result->notes, g_strdup (CNN_CLASSIFY_NOTE),
                         g_strdup (task->data->framing));
  result->is_test = task->data->test != NULL;
  if (task->data->test || task->validation)
    {
      result->tried = cnn_dataset_ref (task->data->test ? task->data->test : task->validation);
      result->evaluation = cnn_evaluate (result->network, result->tried, MOST_MISTAKES, 0,
                                         cancellable, error);
      /* What was learnt is not lost with the trial. */
      if (result->evaluation == NULL)
        {
          if (*task->settings->output)
            cnn_train_result_save (result, task->settings->output, NULL);
          return NULL;
        }
    }
  if (result->is_test)
    note_test (result->notes, result->evaluation);
  if (*task->settings->output && !cnn_train_result_save (result, task->settings->output, error))
    return NULL;
  return g_steal_pointer (&result);
}

/**
 * cnn_train_result_save:
 * @file: the .onnx file to write
 *
 * Returns: %TRUE, or %FALSE with an error of cnn_model_save() set
 */
gboolean
cnn_train_result_save (CnnTrainResult *result, const char *file, GError **error)
{
  if (!cnn_model_save (result->network, result->input, result->notes, file, error))
    return FALSE;
  g_free (result->saved);
  result->saved = g_strdup (file);
  return TRUE;
}
