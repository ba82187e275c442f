/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "classify.h"
#include "data-summary.h"
#include "error.h"
#include "mistakes-view.h"
#include "picture-decoder.h"
#include "train-task.h"
#include "ui-test.h"

/* Images that a caller has, what is said of how many there are, and a click on a mistake. */

/* --- images ------------------------------------------------------------------------------- */

/* Of each class so many, of 8×8: its own stripes. */
typedef struct
{
  guint  n_classes;
  guint *counts;
} Stripes;

static int
stripes_label (gpointer data, gsize i)
{
  const Stripes *stripes = data;
  guint          label = 0;

  for (; i >= stripes->counts[label]; label++)
    i -= stripes->counts[label];
  return (int) label;
}

static gboolean
stripes_read (gpointer data, gsize i, float *values, GError **error)
{
  int label = stripes_label (data, i);

  for (int k = 0; k < 64; k++)
    values[k] = (label == 0 ? k % 2 : label == 1 ? k / 8 % 2 : k % 8 < 4) ? 0.9f : 0.05f;
  return TRUE;
}

static char *
stripes_name (gpointer data, gsize i)
{
  return g_strdup_printf ("sketch %u", (guint) i);
}

static void
stripes_free (gpointer data)
{
  g_free (((Stripes *) data)->counts);
  g_free (data);
}

static CnnDataset *
stripes_new (guint n_classes, const guint *counts)
{
  static const CnnDatasetClass klass = { stripes_label, stripes_read, stripes_name,
                                         stripes_free };
  static const char *const     names[][4] = { { "upright", "level", NULL },
                                              { "upright", "level", "half", NULL } };
  Stripes                     *stripes = g_new (Stripes, 1);
  gsize                        n = 0;

  *stripes = (Stripes) { n_classes, g_memdup2 (counts, n_classes * sizeof (guint)) };
  for (guint i = 0; i < n_classes; i++)
    n += counts[i];
  return cnn_dataset_new (&klass, n, (CnnShape) { 8, 8, 1 }, n_classes, names[n_classes - 2],
                          stripes);
}

static CnnTrainSettings *
settings_new (const char *network, guint n_classes, const guint *counts)
{
  CnnTrainSettings *settings = cnn_train_settings_new ();

  cnn_train_settings_put (&settings->network, network);
  settings->images = stripes_new (n_classes, counts);
  return settings;
}

/* --- what is said of them ----------------------------------------------------------------- */

static char *
warning (guint a, guint b, guint c)
{
  g_autoptr (CnnTrainSettings) settings = settings_new ("input 8x8x1; flatten; dense 3; softmax", 3,
                                                        (const guint[]) { a, b, c });
  g_autoptr (CnnTrainData)     data = NULL;
  g_autoptr (GError)           error = NULL;

  data = cnn_train_data_open (settings, (CnnShape) { 8, 8, 1 }, cnn_picture_decoder (), NULL,
                              &error);
  g_assert_no_error (error);
  return cnn_train_data_warn (data);
}

static void
test_warnings (void)
{
  static const struct
  {
    guint       counts[3];
    const char *few; /* (nullable): what is said of few, and … */
    const char *large; /* … of unbalanced ones */
  } cases[] = {
    { { 10, 10, 40 }, NULL, NULL },
    { { 10, 10, 41 }, NULL, "41 of half, but only 10 of upright" },
    { { 9, 10, 36 }, "(upright: 9)", NULL },
    { { 9, 3, 12 }, "(upright: 9, level: 3)", NULL },
    { { 9, 3, 13 }, "(upright: 9, level: 3)", "13 of half, but only 3 of level" },
    { { 50, 12, 30 }, NULL, "50 of upright, but only 12 of level" },
    { { 20, 0, 20 }, NULL, NULL }, /* which is said otherwise */
    { { 0, 60, 2 }, "(half: 2)", "60 of level, but only 2 of half" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const guint     *counts = cases[i].counts;
      g_autofree char *said = warning (counts[0], counts[1], counts[2]);

      g_test_message ("%u %u %u: %s", counts[0], counts[1], counts[2], said ? said : "nothing");
      g_assert_cmpint (said != NULL, ==, cases[i].few || cases[i].large);
      if (said == NULL)
        continue;
      g_assert_cmpint (strstr (said, "Few images ") != NULL, ==, cases[i].few != NULL);
      g_assert_cmpint (strstr (said, "unbalanced") != NULL, ==, cases[i].large != NULL);
      g_assert_true (cases[i].few == NULL || strstr (said, cases[i].few));
      g_assert_true (cases[i].large == NULL || strstr (said, cases[i].large));
    }
}

typedef struct
{
  GtkWidget *window;
  guint      n_classes; /* that were found */
} Seen;

static void
found (Seen *seen, guint n_classes)
{
  seen->n_classes = n_classes;
}

static gboolean
was_found (gpointer data)
{
  return ((Seen *) data)->n_classes > 0;
}

static void
test_summary (void)
{
  g_autoptr (CnnTrainSettings) settings = settings_new ("input 8x8x1; flatten; dense 3; softmax", 3,
                                                        (const guint[]) { 30, 30, 6 });
  GtkWidget                   *summary = cnn_data_summary_new ();
  Seen                         seen = { ui_test_show (summary, 420, 200), 0 };

  settings->left_out = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (settings->left_out, g_strdup ("“sketch 66” cannot be learnt from"));
  g_signal_connect_swapped (summary, "found", G_CALLBACK (found), &seen);
  cnn_data_summary_look (CNN_DATA_SUMMARY (summary), settings, cnn_picture_decoder ());
  g_assert_true (ui_test_wait (was_found, &seen));
  g_assert_cmpuint (seen.n_classes, ==, 3);
  g_assert_true (ui_test_says (seen.window, "66 images of 8×8×1 in 3 classes\n"
                                            "upright: 30, level: 30, half: 6"));
  g_assert_true (ui_test_says (seen.window, "⚠ Few images (half: 6)"));
  g_assert_true (ui_test_says (seen.window, "30 of upright, but only 6 of half"));
  g_assert_true (ui_test_says (seen.window, "1 picture is left out. “sketch 66”"));
  ui_test_screenshot (seen.window, "class-data");

  /* What is said meanwhile stays. */
  seen.n_classes = 0;
  cnn_data_summary_look (CNN_DATA_SUMMARY (summary), settings, cnn_picture_decoder ());
  cnn_data_summary_say (CNN_DATA_SUMMARY (summary), "The layer group “half” has no layers");
  for (int i = 0; i < 5; i++)
    {
      g_usleep (20000);
      ui_test_settle ();
    }
  g_assert_cmpuint (seen.n_classes, ==, 0);
  g_assert_true (ui_test_says (seen.window, "The layer group “half” has no layers"));
  gtk_widget_destroy (seen.window);
}

/* --- learning from them ------------------------------------------------------------------- */

static CnnTrainResult *
learn (const char *network, guint n_classes, const char *framing, GError **error)
{
  g_autoptr (CnnTrainSettings) settings = settings_new (network, n_classes,
                                                        (const guint[]) { 8, 8, 8 });
  g_autoptr (CnnTrainTask)     task = NULL;

  cnn_train_settings_put (&settings->framing, framing);
  settings->epochs = 12;
  settings->batch = 4;
  settings->rate = 0.01;
  task = cnn_train_task_new (settings, cnn_picture_decoder (), NULL, error);
  if (task == NULL || !cnn_training_run (task->training, NULL, NULL, NULL, error))
    return NULL;
  return cnn_train_task_result (task, NULL, error);
}

static void
test_learning (void)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (CnnTrainResult) result = learn ("input 8x8x1; flatten; dense 3; softmax", 3, "ink",
                                             &error);

  g_assert_no_error (error);
  g_assert_cmpuint (result->evaluation->n_right, ==, result->evaluation->n);
  /* A tenth of eight is none, but each class is tried. */
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (result->evaluation->confusion[4 * i], >=, 1);
  g_assert_cmpstr (g_hash_table_lookup (result->notes, "labels"), ==, "upright\nlevel\nhalf");
  g_assert_cmpstr (g_hash_table_lookup (result->notes, "convolens.framing"), ==, "ink");
}

static void
test_no_framing (void)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (CnnTrainResult) result = learn ("input 8x8x1; flatten; dense 2; softmax", 2, "",
                                             &error);

  g_assert_no_error (error);
  g_assert_null (g_hash_table_lookup (result->notes, "convolens.framing"));
}

/* What has a name adapts itself; what somebody wrote does not. */
static void
test_number_of_classes (void)
{
  g_autoptr (GError)         error = NULL;
  g_autoptr (CnnTrainResult) result = learn ("article-8x8", 3, "", &error), other = NULL;
  g_autofree char           *text = NULL;

  g_assert_no_error (error);
  text = cnn_network_print (result->network);
  g_assert_nonnull (strstr (text, "dense 3"));
  g_assert_nonnull (strstr (text, "dense 4"));
  other = learn (cnn_preset_find ("article-8x8")->text, 3, "", &error);
  g_assert_null (other);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "tells 2 classes apart"));
}

static void
test_presets (void)
{
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *seven = cnn_train_settings_with_classes (presets[i].text, 7);
      g_autofree char *again = cnn_train_settings_with_classes (seven, 123);

      g_assert_true (cnn_train_settings_preset (presets[i].text) == &presets[i]);
      g_assert_true (cnn_train_settings_preset (seven) == &presets[i]);
      g_assert_true (cnn_train_settings_preset (again) == &presets[i]);
      g_assert_cmpint (strstr (again, "dense 123; softmax") != NULL, ==,
                       strstr (presets[i].text, "softmax") != NULL);
    }
  g_assert_null (cnn_train_settings_preset ("flatten; dense 3; softmax"));
  g_assert_null (cnn_train_settings_preset (""));
}

/* --- mistakes ----------------------------------------------------------------------------- */

static void
mistake_chosen (char **to, const char *name)
{
  g_free (*to);
  *to = g_strdup (name);
}

static void
test_click (void)
{
  g_autoptr (CnnDataset)    images = stripes_new (2, (const guint[]) { 4, 4 });
  g_autoptr (CnnEvaluation) evaluation = NULL;
  g_autoptr (CnnNetwork)    network = cnn_network_parse (
    "input 8x8x1; global-avgpool; dense 2 weights=\"[[0],[0]]\" bias=0,1; softmax", NULL);
  g_autofree char          *chosen = NULL;
  GtkWidget                *view = cnn_mistakes_view_new ();
  GtkWidget                *window = ui_test_show (view, 400, 300);
  GtkWidget                *flow;
  int                       x, y;

  g_assert_nonnull (network);
  evaluation = cnn_evaluate (network, images, 8, 1, NULL, NULL);
  g_signal_connect_swapped (view, "chosen", G_CALLBACK (mistake_chosen), &chosen);
  cnn_mistakes_view_show (CNN_MISTAKES_VIEW (view), images, evaluation);
  ui_test_settle ();
  flow = ui_test_get (view, GTK_TYPE_FLOW_BOX, NULL);
  for (int i = 0; i < 4; i++)
    {
      const CnnMistake *mistake = &g_array_index (evaluation->mistakes, CnnMistake, i);
      GtkWidget        *item = GTK_WIDGET (gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (flow), i));
      g_autofree char  *expected = cnn_dataset_name (images, mistake->image);

      gtk_widget_translate_coordinates (item, flow, gtk_widget_get_allocated_width (item) / 2, 20,
                                        &x, &y);
      ui_test_click (flow, x, y);
      ui_test_settle ();
      g_assert_cmpstr (chosen, ==, expected);
    }
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/class-data/warnings", test_warnings);
  g_test_add_func ("/class-data/summary", test_summary);
  g_test_add_func ("/class-data/learning", test_learning);
  g_test_add_func ("/class-data/no-framing", test_no_framing);
  g_test_add_func ("/class-data/number", test_number_of_classes);
  g_test_add_func ("/class-data/presets", test_presets);
  g_test_add_func ("/class-data/click", test_click);
  return g_test_run ();
}
