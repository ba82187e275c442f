/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Trains a network on a folder of IDX files and says how it goes, a line an epoch:
 *
 *   train [OPTIONS] --folder FOLDER NETWORK
 *
 * NETWORK is a preset's name, a text or a file with one. At the end it tries the images of the
 * test set. With --steps it ends after so many minibatches and says how many images a second
 * those after the first tenth took. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate.h"
#include "onnx/save.h"
#include "presets.h"
#include "training.h"

static char    *folder, *optimiser, *schedule, *augment_text, *save, *checkpoint, *resume;
static int      epochs, batch, patience, workers, steps;
static gint64   seed;
static double   rate, clip, validation = 0.1;
static gboolean quiet;

static const GOptionEntry entries[] = {
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, "IDX files named as MNIST's", "FOLDER" },
  { "optimiser", 0, 0, G_OPTION_ARG_STRING, &optimiser, "such as “momentum 0.9”", "TEXT" },
  { "schedule", 0, 0, G_OPTION_ARG_STRING, &schedule, "such as “one-cycle”", "TEXT" },
  { "augment", 0, 0, G_OPTION_ARG_STRING, &augment_text, "such as “shift=2 rotate=10”", "TEXT" },
  { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &rate, "learning rate", "NUMBER" },
  { "clip", 0, 0, G_OPTION_ARG_DOUBLE, &clip, "greatest norm of the gradient", "NUMBER" },
  { "validation", 0, 0, G_OPTION_ARG_DOUBLE, &validation, "share of the images", "NUMBER" },
  { "epochs", 0, 0, G_OPTION_ARG_INT, &epochs, "how many", "N" },
  { "batch", 0, 0, G_OPTION_ARG_INT, &batch, "images of a minibatch", "N" },
  { "patience", 0, 0, G_OPTION_ARG_INT, &patience, "epochs without a better one", "N" },
  { "workers", 0, 0, G_OPTION_ARG_INT, &workers, "threads", "N" },
  { "steps", 0, 0, G_OPTION_ARG_INT, &steps, "minibatches to stop after", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "of all that is drawn", "N" },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &save, "where the best weights go", "FILE.onnx" },
  { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &checkpoint, "where the state is kept", "FILE" },
  { "continue", 0, 0, G_OPTION_ARG_FILENAME, &resume, "goes on from a checkpoint", "FILE" },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "only the result", NULL },
  { NULL },
};

typedef struct
{
  guint64 steps;     /* 0: all */
  guint64 first;     /* from which time is taken */
  gint64  since;
  guint   n_history; /* that were said */
} Watch;

static void G_GNUC_NORETURN
fail (const char *what)
{
  g_printerr ("train: %s\n", what);
  exit (1);
}

static gboolean
watch (CnnTraining *training, const CnnTrainingState *state, gpointer data)
{
  Watch *seen = data;

  for (; !quiet && seen->n_history < state->n_history; seen->n_history++)
    {
      const CnnTrainingEpoch *epoch = &state->history[seen->n_history];

      printf ("epoch %u loss %.5f right %.4f validation %.5f %.4f rate %.3g seconds %.1f speed "
              "%.0f\n",
              seen->n_history + 1, epoch->loss, epoch->right, epoch->validation_loss,
              epoch->validation_right, epoch->rate, epoch->seconds, state->speed);
      fflush (stdout);
    }
  if (seen->steps == 0)
    return TRUE;
  if (state->step == seen->first)
    seen->since = g_get_monotonic_time ();
  return state->step < seen->steps;
}

/* What NETWORK says. */
static CnnNetwork *
read_network (const char *text, GError **error)
{
  g_autofree char *contents = NULL;
  const CnnPreset *preset = cnn_preset_find (text);

  if (preset)
    return cnn_network_parse (preset->text, error);
  if (g_file_get_contents (text, &contents, NULL, NULL))
    return cnn_network_parse (contents, error);
  return cnn_network_parse (text, error);
}

static gboolean
set_options (CnnTrainingOptions *options, CnnAugment **augment, GError **error)
{
  cnn_training_options_init (options);
  if (optimiser)
    {
      if (!cnn_optimiser_parse (optimiser, &options->optimiser, error))
        return FALSE;
      options->rate = options->optimiser.kind->rate;
    }
  if (schedule && !cnn_schedule_parse (schedule, &options->schedule, error))
    return FALSE;
  if (augment_text && (*augment = cnn_augment_parse (augment_text, error)) == NULL)
    return FALSE;
  options->augment = *augment;
  options->rate = rate > 0.0 ? rate : options->rate;
  options->epochs = epochs > 0 ? (guint) epochs : options->epochs;
  options->batch = batch > 0 ? (guint) batch : options->batch;
  options->clip = clip;
  options->validation = validation;
  options->patience = (guint) MAX (patience, 0);
  options->seed = (guint64) seed;
  options->workers = workers;
  options->checkpoint = checkpoint;
  return TRUE;
}

static CnnTraining *
begin (const char *text, CnnDataset *images, CnnAugment **augment,
       GError **error)
{
  g_autoptr (CnnNetwork) network = NULL;
  CnnTrainingOptions     options;

  if (resume)
    return cnn_training_continue (resume, images, NULL, workers, error);
  network = read_network (text, error);
  if (network == NULL || !set_options (&options, augment, error))
    return NULL;
  return cnn_training_new (network, images, NULL, &options, error);
}

static gboolean
finish (CnnTraining *training, CnnDataset *test, double seconds, GError **error)
{
  g_autoptr (CnnNetwork)    network = cnn_training_network (training, TRUE, error);
  g_autoptr (CnnEvaluation) evaluation = NULL;
  g_autoptr (GHashTable)    notes = cnn_training_notes (training);

  if (network)
    evaluation = cnn_evaluate (network, test, 0, workers, NULL, error);
  if (evaluation == NULL)
    return FALSE;
  printf ("test loss %.5f right %.4f seconds %.1f\n", evaluation->loss,
          (double) evaluation->n_right / (double) evaluation->n, seconds);
  return save == NULL || cnn_model_save (network, cnn_dataset_shape (test), notes, save, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("NETWORK");
  g_autoptr (GError)         error = NULL;
  g_autoptr (CnnDataset)     images = NULL, test = NULL;
  g_autoptr (CnnAugment)     augment = NULL;
  g_autoptr (CnnTraining)    training = NULL;
  Watch                      seen = { 0 };
  gint64                     start;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    fail (error->message);
  if (argc != 2 || folder == NULL)
    fail ("expected a folder and a network; --help says more");
  seen = (Watch) { .steps = (guint64) MAX (steps, 0), .first = (guint64) MAX (steps, 0) / 10 };
  images = cnn_dataset_open_idx_folder (folder, FALSE, 0, &error);
  if (images)
    test = cnn_dataset_open_idx_folder (folder, TRUE, 0, &error);
  if (test)
    training = begin (argv[1], images, &augment, &error);
  start = g_get_monotonic_time ();
  if (training == NULL || !cnn_training_run (training, watch, &seen, NULL, &error))
    fail (error->message);
  if (steps > 0)
    {
      CnnTrainingState state;

      cnn_training_state (training, &state);
      printf ("%.0f images a second\n",
              (double) (state.step - seen.first) * (batch > 0 ? batch : 64) * G_USEC_PER_SEC /
                (double) (g_get_monotonic_time () - seen.since));
      return 0;
    }
  if (!finish (training, test, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC, &error))
    fail (error->message);
  return 0;
}
