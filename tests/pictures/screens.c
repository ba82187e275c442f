/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pictures.h"

#include "classify.h"
#include "curves-view.h"
#include "digit.h"
#include "editor-test.h"
#include "file-picture.h"
#include "input-view.h"
#include "model.h"
#include "picture-decoder.h"
#include "probability-bars.h"
#include "training-test.h"
#include "training-view.h"
#include "ui-test.h"

/* The program's own windows, in the language of the run. */

static void
save (GtkWidget *window, const char *name, const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  ui_test_screenshot (window, file);
}

static CnnPicture *
valley (void)
{
  g_autoptr (GError) error   = NULL;
  g_autofree char   *file    = g_test_build_filename (G_TEST_DIST, "..", "..", "docs",
                                                      "valley.png", NULL);
  CnnPicture        *picture = file_picture_new (file, &error);

  g_assert_no_error (error);
  return picture;
}

/* The arithmetic of a cell away from the keyboard's, which begins in the middle. */
static void
pin (Bench *bench, int across, int down)
{
  bench_key (bench->area, GDK_KEY_Home, 0);
  ui_test_keys (bench->area, across > 0 ? GDK_KEY_Right : GDK_KEY_Left, GDK_SHIFT_MASK,
                (guint) ABS (across));
  ui_test_keys (bench->area, down > 0 ? GDK_KEY_Down : GDK_KEY_Up, GDK_SHIFT_MASK,
                (guint) ABS (down));
  bench_point (bench);
  bench_settle (bench);
}

static void
screen_editor (const char *suffix)
{
  g_autoptr (CnnPicture) picture = valley ();
  Bench                  bench;

  bench_open (&bench, picture, "input ?x?x1\nconv kernels=sobel-x pad=same border=replicate", 1240,
              520);
  gtk_container_set_border_width (GTK_CONTAINER (bench.window), 6);
  g_object_set (bench.editor, "mapping", "diverging", NULL);
  bench_select (&bench, 1);
  bench_settle (&bench);
  pin (&bench, 154, -89);
  save (bench.window, "editor-conv", suffix);
  bench_close (&bench);
}

/* --- the 4×4 network -------------------------------------------------------------------------- */

static gboolean
read_four (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
           GCancellable *cancellable, GError **error)
{
  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      for (int c = 0; c < input.channels; c++)
        {
          int row = rect->y + y - c, column = rect->x + x - c;

          values[y * stride + (gsize) x * input.channels + c] =
            row >= 0 && row < 2 && column >= 0 && column < 2;
        }
  return TRUE;
}

static gboolean
show_four (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels, gsize stride,
           GCancellable *cancellable, GError **error)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32 *pixel = (guint32 *) (void *) (pixels + y * stride) + x;
        guint32  rgb   = 0;

        for (int c = 0; c < 3; c++)
          {
            int row = rect->y + y * rect->height / height - c;
            int column = rect->x + x * rect->width / width - c;

            rgb = rgb << 8 | (row >= 0 && row < 2 && column >= 0 && column < 2 ? 255u : 0u);
          }
        *pixel = rgb;
      }
  return TRUE;
}

static void
screen_arithmetic (const char *suffix)
{
  static const CnnPictureClass klass   = { read_four, show_four, NULL, g_free };
  g_autoptr (CnnPicture)       picture = cnn_picture_new (&klass, (CnnShape) { 4, 4, 3 }, NULL);
  Bench                        bench;

  bench_open (&bench, picture,
              "input 4x4x3\n"
              "conv 2 3x3 pad=same kernels=[\n"
              "  [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],\n"
              "  [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],\n"
              "  [[0, 0, 0], [-1, 0, 1], [0, 0, 0]]\n"
              "],[\n"
              "  [[0, 0, 0], [0, 4, 0], [0, 0, 0]],\n"
              "  [[0, -1, 0], [-1, 0, -1], [0, -1, 0]],\n"
              "  [[1, 0, -1], [0, 0, 0], [-1, 0, 1]]\n"
              "]\n", 1240, 560);
  gtk_container_set_border_width (GTK_CONTAINER (bench.window), 6);
  bench_select (&bench, 1);
  bench_settle (&bench);
  pin (&bench, 0, 0);
  save (bench.window, "arithmetic", suffix);
  bench_close (&bench);
}

/* --- training --------------------------------------------------------------------------------- */

static gboolean
is_over (gpointer view)
{
  return cnn_training_view_phase (view) >= CNN_TRAIN_DONE;
}

static void
screen_training (const char *suffix)
{
  g_autofree char             *folder   = training_test_folder ();
  g_autoptr (CnnTrainSettings) settings = training_test_settings (folder);
  GtkWidget                   *view     = cnn_training_view_new ();
  GtkWidget                   *window;

  gtk_container_set_border_width (GTK_CONTAINER (view), 12);
  window = ui_test_show (view, 720, 580);
  settings->epochs = 3;
  settings->rate = 0.002;
  cnn_training_view_start (CNN_TRAINING_VIEW (view), settings, cnn_picture_decoder ());
  g_assert_true (ui_test_wait (is_over, view));
  save (window, "training", suffix);
  gtk_widget_destroy (window);
  training_test_remove (folder);
}

static gboolean
note_loss (CnnTraining *training, const CnnTrainingState *state, gpointer data)
{
  CnnTrainSnapshot *seen = data;

  loss_trace_add (&seen->trace, state->last_loss);
  return TRUE;
}

/* Every seventh is said to be what it is not. */
static int
wrong_label (gpointer images, gsize i)
{
  return (cnn_dataset_label (images, i) + (i % 7 == 3)) % 3;
}

static gboolean
read_image (gpointer images, gsize i, float *values, GError **error)
{
  return cnn_dataset_read (images, i, values, error);
}

static void
free_images (gpointer images)
{
  cnn_dataset_unref (images);
}

/* A network that learns few images by heart: sixty of them, some with wrong labels. */
static void
screen_overfitting (const char *suffix)
{
  g_autofree char       *folder  = training_test_folder ();
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse ("input 12x12x1; flatten; dense 64; relu; "
                                                      "dense 3; softmax", &error);
  g_autoptr (CnnDataset) all     = cnn_dataset_open_idx_folder (folder, FALSE, 3, &error);
  g_autoptr (CnnDataset) test    = cnn_dataset_open_idx_folder (folder, TRUE, 3, &error);
  g_autoptr (CnnDataset) few     = NULL;
  const CnnDatasetClass  klass   = { wrong_label, read_image, NULL, free_images };
  g_autoptr (CnnTraining) training = NULL;
  GtkWidget              *view   = cnn_curves_view_new (CNN_CURVES_LOSS), *window;
  CnnTrainingOptions      options;
  CnnTrainSnapshot        seen;
  gsize                   samples[60];

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = i;
  few = cnn_dataset_new (&klass, G_N_ELEMENTS (samples), cnn_dataset_shape (all), 3, NULL,
                         cnn_dataset_subset (all, samples, G_N_ELEMENTS (samples)));
  cnn_training_options_init (&options);
  options.epochs = 40;
  options.batch = 10;
  options.rate = 0.003;
  options.seed = 3;
  training = cnn_training_new (network, few, test, &options, &error);
  g_assert_no_error (error);
  cnn_train_snapshot_init (&seen);
  cnn_training_run (training, note_loss, &seen, NULL, &error);
  g_assert_no_error (error);
  cnn_training_state (training, &seen.state);
  g_array_append_vals (seen.history, seen.state.history, seen.state.n_history);
  seen.epochs = options.epochs;
  seen.batches = G_N_ELEMENTS (samples) / options.batch;
  seen.phase = CNN_TRAIN_DONE;
  gtk_widget_set_margin_start (view, 8);
  window = ui_test_show (view, 820, 260);
  cnn_curves_view_show (CNN_CURVES_VIEW (view), &seen);
  save (window, "overfitting", suffix);
  seen.state.history = NULL;
  gtk_widget_destroy (window);
  cnn_train_snapshot_clear (&seen);
  training_test_remove (folder);
}

/* --- a digit ---------------------------------------------------------------------------------- */

static void
screen_digit (const char *suffix)
{
  static const char *const names[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", NULL };
  const int                side    = 224;
  CnnShape                 input   = { DIGIT_SIDE, DIGIT_SIDE, 1 }, shape = { side, side, 1 };
  g_autoptr (GError)       error   = NULL;
  g_autofree char         *file    = g_test_build_filename (G_TEST_DIST, "..", "..", "data",
                                                            "networks", "digits.onnx", NULL);
  g_autoptr (CnnModel)     model   = cnn_model_open (file, input, &error);
  g_autoptr (CnnClassifier) classifier = NULL;
  g_autoptr (CnnInk)       ink     = NULL;
  g_autofree float        *drawn   = picture_digit (side);
  float                    seen[DIGIT_SIDE * DIGIT_SIDE], values[DIGIT_SIDE * DIGIT_SIDE];
  double                   probabilities[10];
  GtkWidget               *box     = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  GtkWidget               *paper   = cnn_input_view_new (), *cells = cnn_input_view_new ();
  GtkWidget               *bars    = cnn_probability_bars_new (), *window;

  g_assert_no_error (error);
  for (int i = 0; i < side * side; i++)
    drawn[i] = 1.0f - 0.85f * drawn[i];
  ink = cnn_ink_find (shape, drawn, NULL, NULL, &error);
  g_assert_no_error (error);
  cnn_digit_read (ink, (CnnSize) { DIGIT_SIDE, DIGIT_SIDE }, seen);
  classifier = cnn_classifier_new (cnn_model_network (model), cnn_model_info (model),
                                   CNN_CLASSIFY_DIGIT, 1, &error);
  g_assert_no_error (error);
  cnn_classifier_values (classifier, seen, values);
  g_assert_true (cnn_classifier_run (classifier, values, probabilities, &error));
  g_assert_cmpuint (cnn_classifier_best (classifier, probabilities), ==, 5);

  cnn_input_view_set (CNN_INPUT_VIEW (paper), shape, drawn);
  cnn_input_view_set (CNN_INPUT_VIEW (cells), input, seen);
  cnn_probability_bars_set (CNN_PROBABILITY_BARS (bars), 10, probabilities, names);
  gtk_widget_set_size_request (paper, side, side);
  gtk_widget_set_size_request (cells, side, side);
  gtk_box_pack_start (GTK_BOX (box), paper, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), cells, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), bars, TRUE, TRUE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_widget_show_all (box);
  window = ui_test_show (box, 760, 248);
  save (window, "digit", suffix);
  gtk_widget_destroy (window);
}

/** draw_in_language: @suffix is put after the names. */
void
draw_in_language (const char *suffix)
{
  screen_editor (suffix);
  screen_arithmetic (suffix);
  screen_training (suffix);
  screen_overfitting (suffix);
  if (*suffix == '\0')
    screen_digit (suffix);
}
