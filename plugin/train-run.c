/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A training that a script asks for: from the arguments to what came of it. */

#include "train-run.h"

#include <math.h>

#include "error.h"
#include "i18n.h"
#include "picture-decoder.h"
#include "running.h"
#include "train-layers.h"

/* What the bar leaves for layers to be read before it, and for the trial at the end. */
#define BEFORE_TRAINING   0.05
#define SHARE_OF_TRAINING 0.9

/* --- its arguments ------------------------------------------------------------------------- */

static gboolean
get_path (GimpProcedureConfig *config, const char *argument, char **to, GError **error)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char  *path = NULL;

  g_object_get (config, argument, &file, NULL);
  path = file ? g_file_get_path (file) : NULL;
  if (file && path == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
                   _("%s: this is not a file on this computer; copy it here first"), argument);
      return FALSE;
    }
  g_free (*to);
  *to = g_strdup (path ? path : "");
  return TRUE;
}

static void
get_text (GimpProcedureConfig *config, const char *argument, char **to)
{
  g_autofree char *text = NULL;

  g_object_get (config, argument, &text, NULL);
  cnn_train_settings_put (to, text);
}

/**
 * train_settings:
 * @config: the procedure's arguments
 * @read: whether layers that are to be learnt from are read, or only counted
 *
 * Returns: (transfer full): what they say; or %NULL. Errors: %CNN_ERROR_IO, those of
 *   train_layers_take()
 */
CnnTrainSettings *
train_settings (GimpProcedureConfig *config, gboolean read, GError **error)
{
  g_autoptr (CnnTrainSettings) settings = cnn_train_settings_new ();
  g_autoptr (GimpImage)        image = NULL;
  int                          epochs, batch, patience, seed;

  if (!get_path (config, "data", &settings->data, error) ||
      !get_path (config, "labels", &settings->labels, error) ||
      !get_path (config, "test-data", &settings->test_data, error) ||
      !get_path (config, "output", &settings->output, error) ||
      !get_path (config, "checkpoint", &settings->checkpoint, error))
    return NULL;
  get_text (config, "network", &settings->network);
  get_text (config, "size", &settings->size);
  get_text (config, "optimiser", &settings->optimiser);
  get_text (config, "schedule", &settings->schedule);
  get_text (config, "augment", &settings->augment);
  g_object_get (config, "epochs", &epochs, "batch-size", &batch, "rate", &settings->rate, "clip",
                &settings->clip, "validation", &settings->validation, "patience", &patience,
                "seed", &seed, "continue", &settings->resume, "image-of-classes", &image, NULL);
  settings->epochs = (guint) epochs;
  settings->batch = (guint) batch;
  settings->patience = (guint) patience;
  settings->seed = (guint64) seed;
  settings->refuse = gimp_procedure_config_get_choice_id (config, "broken") == 1;
  if (image != NULL && !train_layers_take (settings, config, image, read, error))
    return NULL;
  return g_steal_pointer (&settings);
}

/* --- the run --------------------------------------------------------------------------------- */

static void
show_progress (const CnnTrainingState *state, gpointer data)
{
  running_progress ((double) state->step / (double) state->n_steps, data);
}

/* (transfer full): what went wrong, and that the weights before it are not lost. */
static GError *
failure (const CnnTrainSnapshot *seen)
{
  g_autofree char *shown = NULL;

  if (seen->result == NULL || seen->result->saved == NULL)
    return g_error_copy (seen->error);
  shown = g_filename_display_name (seen->result->saved);
  return g_error_new (seen->error->domain, seen->error->code,
                      _("%s. The best weights before that are in “%s”"), seen->error->message,
                      shown);
}

/**
 * train_run:
 * @config: the procedure's arguments
 *
 * Trains, with GIMP's bar.
 *
 * Returns: (transfer full): the job, which is done; or %NULL with its error set
 */
CnnTrainJob *
train_run (GimpProcedureConfig *config, GError **error)
{
  g_autoptr (CnnTrainSettings) settings = NULL;
  g_autoptr (CnnTrainJob)      job = NULL;
  RunningProgress              progress = { BEFORE_TRAINING, SHARE_OF_TRAINING, 0.0 };
  CnnTrainSnapshot             seen;

  gimp_progress_init (_("Training"));
  settings = train_settings (config, TRUE, error);
  if (settings == NULL)
    return NULL;
  job = cnn_train_job_new (settings, cnn_picture_decoder ());
  cnn_train_job_run (job, show_progress, &progress);
  gimp_progress_end ();
  cnn_train_snapshot_init (&seen);
  cnn_train_job_peek (job, &seen);
  if (seen.warning)
    gimp_message (seen.warning);
  if (seen.error)
    g_propagate_error (error, failure (&seen));
  cnn_train_snapshot_clear (&seen);
  return seen.phase == CNN_TRAIN_DONE ? g_steal_pointer (&job) : NULL;
}
