/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "confusion-view.h"
#include "error.h"
#include "kernels-strip.h"
#include "mistakes-view.h"
#include "model.h"
#include "picture-decoder.h"
#include "training-test.h"
#include "training-view.h"
#include "ui-test.h"
#include "value-colour.h"

/* A training and what is seen of it. */

static const char *
look (void)
{
  const char *theme = g_getenv ("GTK_THEME");

  return theme && g_str_has_suffix (theme, ":dark") ? "-dark" : "";
}

static void
screenshot (GtkWidget *window, const char *name)
{
  g_autofree char *file = g_strconcat (name, look (), NULL);

  ui_test_screenshot (window, file);
}

typedef struct
{
  char            *folder;
  GtkWidget       *window;
  CnnTrainingView *view;
  double           share; /* that is waited for */
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = training_test_folder ();
  f->view = CNN_TRAINING_VIEW (cnn_training_view_new ());
  gtk_container_set_border_width (GTK_CONTAINER (f->view), 12);
  f->window = ui_test_show (GTK_WIDGET (f->view), 760, 680);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_widget_destroy (f->window);
  training_test_remove (f->folder);
  g_free (f->folder);
}

static gboolean
is_over (gpointer data)
{
  return cnn_training_view_phase (((Fixture *) data)->view) >= CNN_TRAIN_DONE;
}

static gboolean
is_far (gpointer data)
{
  Fixture   *f = data;
  GtkWidget *bar = ui_test_get (f->window, GTK_TYPE_PROGRESS_BAR, "Training");

  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)) > f->share;
}

/* Until so much of it is done. */
static void
wait_for (Fixture *f, double share)
{
  f->share = share;
  g_assert_true (ui_test_wait (is_far, f));
}

static gboolean
is_paused (gpointer data)
{
  return cnn_training_view_phase (((Fixture *) data)->view) == CNN_TRAIN_PAUSED;
}

static gboolean
is_training (gpointer data)
{
  return cnn_training_view_phase (((Fixture *) data)->view) == CNN_TRAIN_TRAINING;
}

static GtkWidget *
button (Fixture *f, const char *name)
{
  return ui_test_get (f->window, GTK_TYPE_BUTTON, name);
}

static void
start (Fixture *f, CnnTrainSettings *settings)
{
  cnn_training_view_start (f->view, settings, cnn_picture_decoder ());
}

/* --- to the end ------------------------------------------------------------------------- */

/* How many images of the t10k files the saved network tells right, one by one with the
 * network's own run. */
static guint
count_right (const char *file, const char *folder)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (CnnModel)      model = cnn_model_open (file, (CnnShape) { 12, 12, 1 }, &error);
  g_autoptr (CnnDataset)    images = cnn_dataset_open_idx_folder (folder, TRUE, 3, &error);
  g_autoptr (CnnEvaluation) evaluation = NULL;
  guint                     right = 0;

  g_assert_no_error (error);
  evaluation = cnn_evaluate (cnn_model_network (model), images, 0, 1, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    right += (guint) evaluation->confusion[4 * i];
  return right;
}

static void
test_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);
  g_autofree char             *file = g_build_filename (f->folder, "network.onnx", NULL);
  g_autoptr (CnnTrainJob)      job = NULL;
  CnnTrainSnapshot             seen;

  cnn_train_settings_put (&settings->output, file);
  settings->epochs = 6;
  g_assert_true (ui_test_says (f->window, "Nothing is trained yet"));
  g_assert_false (gtk_widget_get_sensitive (button (f, "Pause")));
  start (f, settings);
  g_assert_true (cnn_training_view_is_running (f->view));
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_training_view_phase (f->view), ==, CNN_TRAIN_DONE);
  g_assert_true (ui_test_says (f->window, "test images are told right"));
  g_assert_true (ui_test_says (f->window, "Saved as"));
  g_assert_false (gtk_widget_get_sensitive (button (f, "Cancel Training")));
  screenshot (f->window, "training-result");

  job = cnn_training_view_steal_job (f->view);
  g_assert_nonnull (job);
  cnn_train_snapshot_init (&seen);
  cnn_train_job_peek (job, &seen);
  g_assert_cmpuint (seen.history->len, ==, 6);
  g_assert_cmpuint (seen.result->evaluation->n, ==, 240);
  g_assert_cmpuint (seen.result->evaluation->n_right, >, 200);
  g_assert_cmpuint (seen.result->evaluation->n_right, ==, count_right (file, f->folder));
  g_assert_cmpint (seen.kernels->dims[0], ==, 16);
  g_assert_cmpint (seen.kernels->dims[1], ==, 5);
  /* 540 images in minibatches of 20. */
  g_assert_cmpuint (seen.batches, ==, 27);
  g_assert_cmpuint (seen.trace.n, ==, 6 * 27);
  g_assert_cmpstr (g_hash_table_lookup (seen.result->notes, "labels"), ==, "0\n1\n2");
  cnn_train_snapshot_clear (&seen);
}

/* --- while it runs ---------------------------------------------------------------------- */

static void
test_pause (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);
  g_autofree char             *file = g_build_filename (f->folder, "network.onnx", NULL);
  GtkProgressBar              *bar;
  double                       share;

  cnn_train_settings_put (&settings->output, file);
  settings->epochs = 5000;
  start (f, settings);
  wait_for (f, 3.0 / 5000.0);
  gtk_button_clicked (GTK_BUTTON (button (f, "Pause")));
  g_assert_true (ui_test_wait (is_paused, f));
  g_assert_true (ui_test_says (f->window, "paused"));
  bar = GTK_PROGRESS_BAR (ui_test_get (f->window, GTK_TYPE_PROGRESS_BAR, "Training"));
  share = gtk_progress_bar_get_fraction (bar);
  for (int i = 0; i < 3; i++)
    {
      g_usleep (150000);
      ui_test_settle ();
    }
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (bar), ==, share);
  gtk_button_clicked (GTK_BUTTON (button (f, "Resume")));
  g_assert_true (ui_test_wait (is_training, f));
  gtk_button_clicked (GTK_BUTTON (button (f, "Stop and Keep")));
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_training_view_phase (f->view), ==, CNN_TRAIN_DONE);
  g_assert_true (ui_test_says (f->window, "Saved as"));
  g_assert_cmpuint (count_right (file, f->folder), >, 120);
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);
  g_autofree char             *file = g_build_filename (f->folder, "network.onnx", NULL);

  cnn_train_settings_put (&settings->output, file);
  settings->epochs = 5000;
  start (f, settings);
  wait_for (f, 3.0 / 5000.0);
  gtk_button_clicked (GTK_BUTTON (button (f, "Pause")));
  g_assert_true (ui_test_wait (is_paused, f));
  gtk_button_clicked (GTK_BUTTON (button (f, "Cancel Training")));
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_training_view_phase (f->view), ==, CNN_TRAIN_CANCELLED);
  g_assert_true (ui_test_says (f->window, "Cancelled; nothing is saved"));
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_null (cnn_training_view_steal_job (f->view));
}

/* The window closes in the middle of it. */
static void
test_close (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);

  settings->epochs = 5000;
  start (f, settings);
  wait_for (f, 3.0 / 5000.0);
  start (f, settings);
  g_assert_true (ui_test_wait (is_training, f));
}

static void
test_failure (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);

  cnn_train_settings_put (&settings->data, "/nowhere/at/all");
  start (f, settings);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_cmpint (cnn_training_view_phase (f->view), ==, CNN_TRAIN_FAILED);
  g_assert_true (ui_test_says (f->window, "there is no file or folder “/nowhere/at/all”"));
}

/* --- pictures of it --------------------------------------------------------------------- */

static void
test_look (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);

  /* So many that they are not over before somebody can press. */
  settings->epochs = 5000;
  settings->rate = 0.001;
  start (f, settings);
  wait_for (f, 8.0 / 5000.0);
  gtk_button_clicked (GTK_BUTTON (button (f, "Pause")));
  g_assert_true (ui_test_wait (is_paused, f));
  screenshot (f->window, "training-curves");
}

static void
test_look_of_mistakes (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnTrainSettings) settings = training_test_settings (f->folder);

  settings->epochs = 1;
  settings->rate = 0.002;
  start (f, settings);
  g_assert_true (ui_test_wait (is_over, f));
  g_assert_true (ui_test_says (f->window, "mistakes; the worst first"));
  g_assert_true (ui_test_says (f->window, "Not saved yet"));
  screenshot (f->window, "training-mistakes");
}

/* --- kernels ---------------------------------------------------------------------------- */

/* The colour at the middle of a cell of a strip's kernel, which is 40 pixels wide and 4 from the
 * next; each has 2 × 2 cells. */
static guint32
cell_of (GtkWidget *strip, CnnTensor *kernels, int kernel, int row, int column)
{
  int              width = gtk_widget_get_allocated_width (strip);
  int              height = gtk_widget_get_allocated_height (strip);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cairo_t         *cr = cairo_create (surface);
  int              x = 1 + 44 * kernel + 20 * column + 10, y = 1 + 20 * row + 10;
  guint32          colour;

  cnn_kernels_strip_show (CNN_KERNELS_STRIP (strip), kernels);
  gtk_widget_draw (strip, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  colour = ((const guint32 *) (cairo_image_surface_get_data (surface) +
                               y * cairo_image_surface_get_stride (surface)))[x] & 0xffffff;
  cairo_surface_destroy (surface);
  return colour;
}

static void
test_kernels (Fixture *f, gconstpointer data)
{
  GtkWidget            *strip = cnn_kernels_strip_new ();
  GtkWidget            *window = ui_test_show (strip, 300, 90);
  const int             grey[] = { 2, 2, 2, 1 }, rgb[] = { 2, 2, 2, 3 };
  g_autoptr (CnnTensor) signs = cnn_tensor_new (4, grey), colours = cnn_tensor_new (4, rgb);
  GdkRGBA               page = cnn_page_colour (strip), red, blue;
  guint32               white = (guint32) (page.red * 255.0 + 0.5) * 0x10101;

  for (int i = 0; i < 8; i++)
    signs->values[i] = i == 1 ? 2.0f : i == 6 ? -2.0f : 0.0f;
  red = cnn_value_colour (strip, 1.0, 1.0);
  blue = cnn_value_colour (strip, -1.0, 1.0);
  g_assert_cmphex (cell_of (strip, signs, 0, 0, 0), ==, white);
  g_assert_cmpint (abs ((int) (cell_of (strip, signs, 0, 0, 1) >> 16) - (int) (red.red * 255.0)),
                   <=, 1);
  g_assert_cmpint (abs ((int) (cell_of (strip, signs, 1, 1, 0) & 0xff) - (int) (blue.blue * 255.0)),
                   <=, 1);
  g_assert_cmphex (cell_of (strip, signs, 1, 1, 1), ==, white);

  /* Of three channels: red alone, and all as far below 0 as can be. */
  for (int i = 0; i < 24; i++)
    colours->values[i] = i == 3 ? 0.5f : i >= 21 ? -0.5f : 0.0f;
  g_assert_cmphex (cell_of (strip, colours, 0, 0, 1), ==, 0xff8080);
  g_assert_cmphex (cell_of (strip, colours, 1, 1, 1), ==, 0x000000);
  g_assert_cmphex (cell_of (strip, colours, 1, 0, 0), ==, 0x808080);
  gtk_widget_destroy (window);
}

/* --- what came of it -------------------------------------------------------------------- */

static CnnEvaluation *
some_evaluation (CnnDataset *images)
{
  static const gsize counts[] = { 70, 9, 1, 0, 80, 0, 5, 0, 75 };

  CnnEvaluation *evaluation = g_new0 (CnnEvaluation, 1);

  evaluation->n = cnn_dataset_size (images);
  evaluation->n_classes = 3;
  evaluation->n_right = 225;
  evaluation->confusion = g_memdup2 (counts, sizeof counts);
  evaluation->mistakes = g_array_new (FALSE, FALSE, sizeof (CnnMistake));
  for (guint i = 0; i < 15; i++)
    {
      CnnMistake mistake = { 3 * i, 0, i < 9 ? 1 : 2, 5.0 - i / 10.0 };

      if (i >= 10)
        mistake = (CnnMistake) { 3 * i + 2, 2, 0, 5.0 - i / 10.0 };
      g_array_append_val (evaluation->mistakes, mistake);
    }
  return evaluation;
}

static void
note_chosen (GtkWidget *view, int row, int column, gpointer data)
{
  ((int *) data)[0] = row;
  ((int *) data)[1] = column;
}

static void
test_confusion (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnDataset)    images = cnn_dataset_open_idx_folder (f->folder, TRUE, 3, NULL);
  g_autoptr (CnnEvaluation) evaluation = some_evaluation (images);
  static const char *const  names[] = { "ring", "cross", "disc", NULL };
  GtkWidget                *view = cnn_confusion_view_new ();
  GtkWidget                *window = ui_test_show (view, 400, 400);
  int                       chosen[2] = { -2, -2 };
  const char               *said;

  g_signal_connect (view, "chosen", G_CALLBACK (note_chosen), chosen);
  cnn_confusion_view_show (CNN_CONFUSION_VIEW (view), evaluation, names);
  gtk_widget_grab_focus (view);
  ui_test_settle ();
  screenshot (window, "training-confusion");
  ui_test_key (view, GDK_KEY_Right, 0);
  g_assert_cmpint (chosen[0], ==, 0);
  g_assert_cmpint (chosen[1], ==, 0);
  ui_test_key (view, GDK_KEY_Right, 0);
  said = atk_object_get_description (gtk_widget_get_accessible (view));
  g_assert_cmpstr (said, ==, "ring taken for cross: 9 of 80 (11.2 %)");
  ui_test_keys (view, GDK_KEY_Down, 0, 5);
  g_assert_cmpint (chosen[0], ==, 2);
  g_assert_cmpint (chosen[1], ==, 1);
  /* Far outside: nothing is chosen any more. */
  ui_test_click (view, 2, 2);
  g_assert_cmpint (chosen[0], ==, -1);
  gtk_widget_destroy (window);
}

static guint
count_items (GtkWidget *view)
{
  GtkWidget *flow = ui_test_get (view, GTK_TYPE_FLOW_BOX, NULL);
  g_autoptr (GList) items = gtk_container_get_children (GTK_CONTAINER (flow));

  return g_list_length (items);
}

static void
test_mistakes (Fixture *f, gconstpointer data)
{
  g_autoptr (CnnDataset)    images = cnn_dataset_open_idx_folder (f->folder, TRUE, 3, NULL);
  g_autoptr (CnnEvaluation) evaluation = some_evaluation (images);
  GtkWidget                *view = cnn_mistakes_view_new ();
  GtkWidget                *window = ui_test_show (view, 400, 400);

  cnn_mistakes_view_show (CNN_MISTAKES_VIEW (view), images, evaluation);
  g_assert_cmpuint (count_items (view), ==, 15);
  g_assert_true (ui_test_says (window, "15 mistakes"));
  g_assert_true (ui_test_says (window, "2 taken for 0"));
  cnn_mistakes_view_choose (CNN_MISTAKES_VIEW (view), 0, 1);
  g_assert_cmpuint (count_items (view), ==, 9);
  g_assert_true (ui_test_says (window, "0 taken for 1: 9"));
  cnn_mistakes_view_choose (CNN_MISTAKES_VIEW (view), 0, 0);
  g_assert_cmpuint (count_items (view), ==, 10);
  cnn_mistakes_view_choose (CNN_MISTAKES_VIEW (view), 1, 2);
  g_assert_cmpuint (count_items (view), ==, 0);
  cnn_mistakes_view_choose (CNN_MISTAKES_VIEW (view), -1, -1);
  g_assert_cmpuint (count_items (view), ==, 15);
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add ("/training-view/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/training-view/pause", Fixture, NULL, set_up, test_pause, tear_down);
  g_test_add ("/training-view/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add ("/training-view/close", Fixture, NULL, set_up, test_close, tear_down);
  g_test_add ("/training-view/failure", Fixture, NULL, set_up, test_failure, tear_down);
  g_test_add ("/training-view/look", Fixture, NULL, set_up, test_look, tear_down);
  g_test_add ("/training-view/look-of-mistakes", Fixture, NULL, set_up, test_look_of_mistakes,
              tear_down);
  g_test_add ("/training-view/kernels", Fixture, NULL, set_up, test_kernels, tear_down);
  g_test_add ("/training-view/confusion", Fixture, NULL, set_up, test_confusion, tear_down);
  g_test_add ("/training-view/mistakes", Fixture, NULL, set_up, test_mistakes, tear_down);
  return g_test_run ();
}
