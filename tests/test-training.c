/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cnn-test.h"
#include "evaluate.h"
#include "random.h"
#include "training.h"

/* Epochs: that something is learnt, that nothing but the seed decides what, and that a training
 * that was stopped goes on as if it had not been. */

#define SIDE      8
#define N_CLASSES 3
#define N_IMAGES  300

#define NETWORK "conv 6 3x3 pad=same; relu; maxpool 2; dropout 0.2; flatten; dense 3; softmax"

/* --- images: stripes across, down, or none, with noise ------------------------------------ */

typedef struct
{
  gsize broken; /* image that cannot be read; N_IMAGES for none */
} Stripes;

static int
stripes_label (gpointer data, gsize i)
{
  return (int) (i % N_CLASSES);
}

static gboolean
stripes_read (gpointer data, gsize i, float *values, GError **error)
{
  const Stripes *stripes = data;
  guint64        phase = cnn_random_bits (i, 999);

  if (i == stripes->broken)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, "image %d is broken", (int) i);
      return FALSE;
    }
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        guint64 at = (i % N_CLASSES == 0 ? (guint64) y : i % N_CLASSES == 1 ? (guint64) x : 0) +
                     phase;

        values[y * SIDE + x] = (float) (i % N_CLASSES == 2 ? 0.5 : at / 2 % 2) +
                               0.3f * (float) cnn_random_normal (i, (guint64) (y * SIDE + x));
      }
  return TRUE;
}

static CnnDataset *
make_images (gsize n, gsize broken)
{
  static const CnnDatasetClass klass = { stripes_label, stripes_read, NULL, g_free };
  static const char *const     names[] = { "across", "down", "none", NULL };
  Stripes                     *stripes = g_new (Stripes, 1);

  stripes->broken = broken;
  return cnn_dataset_new (&klass, n, (CnnShape) { SIDE, SIDE, 1 }, N_CLASSES, names, stripes);
}

static CnnTrainingOptions
usual_options (void)
{
  CnnTrainingOptions options;

  cnn_training_options_init (&options);
  options.epochs = 6;
  options.batch = 20;
  options.rate = 0.01;
  options.workers = 2;
  return options;
}

static CnnTraining *
make (const char *text, CnnDataset *images, const CnnTrainingOptions *options)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnTraining           *training;

  g_assert_no_error (error);
  training = cnn_training_new (network, images, NULL, options, &error);
  g_assert_no_error (error);
  return training;
}

static void
run (CnnTraining *training, CnnTrainingFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cnn_training_run (training, func, data, NULL, &error));
  g_assert_no_error (error);
}

static void
same_weights (const CnnTraining *one, const CnnTraining *other)
{
  for (guint node = 0; node < 8; node++)
    {
      guint             n, n_other;
      CnnTensor *const *a = cnn_training_weights (one, node, &n);
      CnnTensor *const *b = cnn_training_weights (other, node, &n_other);

      g_assert_cmpuint (n, ==, n_other);
      for (guint k = 0; k < n; k++)
        g_assert_cmpmem (a[k]->values, cnn_tensor_length (a[k]) * sizeof (float), b[k]->values,
                         cnn_tensor_length (b[k]) * sizeof (float));
    }
}

/* --- learning -------------------------------------------------------------------------------- */

static void
test_learns (gconstpointer data)
{
  g_autoptr (CnnDataset)    images = make_images (N_IMAGES, N_IMAGES);
  CnnTrainingOptions        options = usual_options ();
  g_autoptr (CnnTraining)   training = NULL;
  g_autoptr (CnnNetwork)    network = NULL;
  g_autoptr (CnnEvaluation) evaluation = NULL;
  CnnTrainingState          state;
  gsize                     n_right = 0;

  g_assert_true (cnn_optimiser_parse (data, &options.optimiser, NULL));
  options.rate = strstr (data, "sgd") ? 0.1 : strstr (data, "momentum") ? 0.02 : 0.01;
  training = make (NETWORK, images, &options);
  run (training, NULL, NULL);
  cnn_training_state (training, &state);
  g_assert_cmpuint (state.epoch, ==, 6);
  g_assert_cmpuint (state.n_history, ==, 6);
  g_assert_cmpfloat (state.history[5].loss, <, state.history[0].loss);
  g_assert_cmpfloat (state.history[state.best].validation_right, >, 0.9);
  network = cnn_training_network (training, TRUE, NULL);
  evaluation = cnn_evaluate (network, images, 5, 2, NULL, NULL);
  g_assert_cmpuint (evaluation->n, ==, N_IMAGES);
  for (guint i = 0; i < N_CLASSES; i++)
    n_right += evaluation->confusion[i * N_CLASSES + i];
  g_assert_cmpuint (n_right, ==, evaluation->n_right);
  g_assert_cmpuint (n_right, >, N_IMAGES * 9 / 10);
  g_assert_cmpuint (evaluation->mistakes->len, ==, MIN (5, N_IMAGES - n_right));
}

/* --- the same again ------------------------------------------------------------------------- */

static CnnAugment *
some_augment (void)
{
  CnnAugment *augment = cnn_augment_parse ("shift=1 rotate=5 flip=hv", NULL);

  g_assert_nonnull (augment);
  return augment;
}

static void
test_threads (void)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, N_IMAGES);
  g_autoptr (CnnAugment)  augment = some_augment ();
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) one = NULL;

  options.epochs = 2;
  options.augment = augment;
  options.workers = 1;
  one = make (NETWORK, images, &options);
  run (one, NULL, NULL);
  for (int workers = 2; workers < 5; workers++)
    {
      g_autoptr (CnnTraining) other = NULL;

      options.workers = workers;
      other = make (NETWORK, images, &options);
      run (other, NULL, NULL);
      same_weights (one, other);
    }
}

static gboolean
stop_at (CnnTraining *training, const CnnTrainingState *state, gpointer data)
{
  return state->step != *(guint *) data;
}

/* At any minibatch, also the last of an epoch; from the file, with other threads. */
static void
test_continued (gconstpointer data)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, N_IMAGES);
  g_autoptr (CnnAugment)  augment = some_augment ();
  g_autofree char        *folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  g_autofree char        *file = g_build_filename (folder, "checkpoint", NULL);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) whole = NULL;
  CnnTrainingState        a, b;

  options.epochs = 3;
  options.augment = augment;
  g_assert_true (cnn_optimiser_parse (data, &options.optimiser, NULL));
  whole = make (NETWORK, images, &options);
  run (whole, NULL, NULL);
  cnn_training_state (whole, &a);
  options.checkpoint = file;
  for (guint at = 1; at < 30; at += 13)
    {
      g_autoptr (CnnTraining) first = make (NETWORK, images, &options), second = NULL;
      g_autoptr (GError)      error = NULL;

      run (first, stop_at, &at);
      second = cnn_training_continue (file, images, NULL, 3, &error);
      g_assert_no_error (error);
      run (second, NULL, NULL);
      same_weights (whole, second);
      cnn_training_state (second, &b);
      g_assert_cmpuint (a.n_history, ==, b.n_history);
      g_assert_cmpint (a.best, ==, b.best);
      for (guint i = 0; i < a.n_history; i++)
        {
          g_assert_cmpfloat (a.history[i].loss, ==, b.history[i].loss);
          g_assert_cmpfloat (a.history[i].validation_loss, ==, b.history[i].validation_loss);
        }
      g_unlink (file);
    }
  g_rmdir (folder);
}

/* --- ends ----------------------------------------------------------------------------------- */

static void
test_patience (void)
{
  g_autoptr (CnnDataset)  images = make_images (60, 60);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) training = NULL;
  CnnTrainingState        state;

  options.epochs = 200;
  options.patience = 3;
  options.rate = 1e-12; /* nothing becomes better */
  training = make (NETWORK, images, &options);
  run (training, NULL, NULL);
  cnn_training_state (training, &state);
  g_assert_cmpuint (state.n_history, ==, (guint) state.best + 4);
  g_assert_cmpuint (state.n_history, <, 20);
}

/* Weights are those before the minibatch that went wrong. */
static void
test_no_number (void)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, N_IMAGES);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) training = NULL;
  g_autoptr (GError)      error = NULL;
  CnnTensor *const       *weights;
  guint                   n;

  g_assert_true (cnn_optimiser_parse ("sgd", &options.optimiser, NULL));
  options.rate = 1e18;
  training = make (NETWORK, images, &options);
  g_assert_false (cnn_training_run (training, NULL, NULL, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "epoch 1"));
  g_assert_nonnull (strstr (error->message, "smaller learning rate"));
  weights = cnn_training_weights (training, 1, &n);
  for (gsize i = 0; i < cnn_tensor_length (weights[0]); i++)
    g_assert_true (isfinite (weights[0]->values[i]));
}

static void
test_broken_image (void)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, 77);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) training = make (NETWORK, images, &options);
  g_autoptr (GError)      error = NULL;

  g_assert_false (cnn_training_run (training, NULL, NULL, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  g_assert_cmpstr (error->message, ==, "image 77 is broken");
}

static void
test_cancelled (void)
{
  g_autoptr (CnnDataset)   images = make_images (N_IMAGES, N_IMAGES);
  CnnTrainingOptions       options = usual_options ();
  g_autoptr (CnnTraining)  training = make (NETWORK, images, &options);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (cnn_training_run (training, NULL, NULL, cancellable, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_CANCELLED);
}

static void
refused (const char *text, const char *words)
{
  g_autoptr (CnnDataset) images = make_images (N_IMAGES, N_IMAGES);
  CnnTrainingOptions     options = usual_options ();
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  g_autoptr (GError)     error = NULL;

  g_assert_null (cnn_training_new (network, images, NULL, &options, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_refused (void)
{
  refused ("flatten; dense 4; softmax", "images are of 3");
  refused ("flatten; dense 3", "expected softmax");
  refused ("input 9x8x1; flatten; dense 3; softmax", "images are 8×8×1");
}

/* --- checkpoints that are none -------------------------------------------------------------- */

static void
continue_fails (const char *file, CnnDataset *images, CnnError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cnn_training_continue (file, images, NULL, 1, &error));
  g_assert_error (error, CNN_ERROR, (int) code);
}

static void
test_checkpoint (void)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, N_IMAGES);
  g_autoptr (CnnDataset)  others = make_images (N_IMAGES - 3, N_IMAGES);
  g_autofree char        *folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  g_autofree char        *file = g_build_filename (folder, "checkpoint", NULL);
  g_autofree char        *nowhere = g_build_filename (folder, "no", "checkpoint", NULL);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) training = make (NETWORK, images, &options);
  g_autoptr (GError)      error = NULL;
  g_autofree char        *bytes = NULL;
  gsize                   n;

  g_assert_true (cnn_training_save (training, file, &error));
  g_assert_false (cnn_training_save (training, nowhere, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  continue_fails (nowhere, images, CNN_ERROR_IO);
  continue_fails (file, others, CNN_ERROR_SHAPE);
  g_assert_true (g_file_get_contents (file, &bytes, &n, NULL));
  for (gsize cut = 0; cut < n; cut += 1 + n / 50)
    {
      g_assert_true (g_file_set_contents (file, bytes, (gssize) cut, NULL));
      continue_fails (file, images, CNN_ERROR_FORMAT);
    }
  for (gsize at = 0; at < n; at += 1 + n / 50)
    {
      /* What only fills up to the next multiple of 8 does not matter. */
      bytes[at] ^= 1;
      g_assert_true (g_file_set_contents (file, bytes, (gssize) n, NULL));
      if (at < 53 || at >= 56)
        continue_fails (file, images, CNN_ERROR_FORMAT);
      bytes[at] ^= 1;
    }
  g_unlink (file);
  g_rmdir (folder);
}

/* --- a process that ends while it writes ---------------------------------------------------- */

/* What the other process does: this program once more. */
static void
save_for_ever (const char *file)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, N_IMAGES);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) training = NULL;

  options.workers = 1;
  training = make (NETWORK, images, &options);
  for (guint at = 1;; at++)
    {
      run (training, stop_at, &at);
      g_assert_true (cnn_training_save (training, file, NULL));
    }
}

/* Also what is killed in the middle of writing leaves a checkpoint. */
static void
test_killed (gconstpointer program)
{
  g_autoptr (CnnDataset) images = make_images (N_IMAGES, N_IMAGES);
  g_autofree char       *folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  g_autofree char       *file = g_build_filename (folder, "checkpoint", NULL);
  g_autofree char       *rest = NULL;

  for (int i = 0; i < 12; i++)
    {
      const char              *words[] = { program, "--save-for-ever", file, NULL };
      g_autoptr (GError)       error = NULL;
      g_autoptr (CnnTraining)  training = NULL;
      GPid                     pid;

      g_assert_true (g_spawn_async (NULL, (char **) words, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                                    NULL, &pid, &error));
      while (!g_file_test (file, G_FILE_TEST_EXISTS))
        g_usleep (1000);
      g_usleep ((gulong) (20000 + 1700 * i));
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
      training = cnn_training_continue (file, images, NULL, 1, &error);
      g_assert_no_error (error);
    }
  rest = g_strdup_printf ("rm -rf '%s'", folder);
  g_assert_cmpint (system (rest), ==, 0);
}

/* A file may not become as large as a checkpoint is: as on a disk that is full. */
static void
test_no_space (void)
{
  g_autoptr (CnnDataset)  images = make_images (N_IMAGES, N_IMAGES);
  g_autofree char        *folder = g_dir_make_tmp ("convolens-XXXXXX", NULL);
  g_autofree char        *file = g_build_filename (folder, "checkpoint", NULL);
  CnnTrainingOptions      options = usual_options ();
  g_autoptr (CnnTraining) training = NULL, again = NULL;
  g_autoptr (GError)      error = NULL;
  struct rlimit           usual, small;
  guint                   at = 4;

  options.checkpoint = file;
  training = make (NETWORK, images, &options);
  run (training, stop_at, &at);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  small = usual;
  small.rlim_cur = 1000;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  at = 8;
  g_assert_false (cnn_training_run (training, stop_at, &at, NULL, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &usual), ==, 0);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "checkpoint cannot be written"));
  g_clear_error (&error);
  again = cnn_training_continue (file, images, NULL, 1, &error);
  g_assert_no_error (error);
  g_unlink (file);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  static const char *const optimisers[] = { "sgd", "momentum 0.9", "nesterov 0.9", "adam", "adamw",
                                            "rmsprop" };

  if (argc == 3 && strcmp (argv[1], "--save-for-ever") == 0)
    save_for_ever (argv[2]);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (optimisers); i++)
    {
      g_autofree char *word = g_strndup (optimisers[i], strcspn (optimisers[i], " "));
      g_autofree char *learns = g_strdup_printf ("/training/learns/%s", word);
      g_autofree char *continued = g_strdup_printf ("/training/continued/%s", word);

      g_test_add_data_func (learns, optimisers[i], test_learns);
      g_test_add_data_func (continued, optimisers[i], test_continued);
    }
  g_test_add_func ("/training/threads", test_threads);
  g_test_add_func ("/training/patience", test_patience);
  g_test_add_func ("/training/no-number", test_no_number);
  g_test_add_func ("/training/broken-image", test_broken_image);
  g_test_add_func ("/training/cancelled", test_cancelled);
  g_test_add_func ("/training/refused", test_refused);
  g_test_add_func ("/training/checkpoint", test_checkpoint);
  g_test_add_data_func ("/training/killed", argv[0], test_killed);
  g_test_add_func ("/training/no-space", test_no_space);
  return g_test_run ();
}
