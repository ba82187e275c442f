/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui-test.h"

#include <locale.h>
#include <string.h>

#include "kernel-editor.h"
#include "number-text.h"
#include "param-spin.h"
#include "params-view.h"
#include "partial.h"

/* Where people write 0,5 a network's text still says 0.5, whoever writes it; and what a
 * person types is understood either way. */

/* Makes the locale in a folder of the test's own and changes to it. */
static void
speak_german (const char *folder)
{
  g_autofree char   *into    = g_build_filename (folder, "de_DE.UTF-8", NULL);
  const char        *make[]  = { "localedef", "-i", "de_DE", "-f", "UTF-8", into, NULL };
  g_autoptr (GError) error   = NULL;
  int                status;

  g_spawn_sync (NULL, (char **) make, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status,
                &error);
  g_assert_no_error (error);
  g_setenv ("LOCPATH", folder, TRUE);
  g_assert_nonnull (setlocale (LC_ALL, "de_DE.UTF-8"));
}

static void
test_speaks (void)
{
  g_autofree char *number = g_strdup_printf ("%.1f", 0.5);

  g_assert_cmpstr (number, ==, "0,5");
}

static void
type (GtkWidget *spin, const char *text)
{
  gtk_entry_set_text (GTK_ENTRY (spin), text);
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  ui_test_settle ();
}

static void
test_spin (void)
{
  GtkWidget       *spin = g_object_ref_sink (cnn_param_spin_new (-10, 10, FALSE, NULL));
  g_autofree char *set = NULL, *comma = NULL, *point = NULL;

  cnn_param_spin_set (spin, 0.1);
  set = cnn_param_spin_text (spin);
  g_assert_cmpstr (set, ==, "0.1");
  type (spin, "0,25");
  comma = cnn_param_spin_text (spin);
  g_assert_cmpstr (comma, ==, "0.25");
  type (spin, "-0.75");
  point = cnn_param_spin_text (spin);
  g_assert_cmpstr (point, ==, "-0.75");
  g_object_unref (spin);
}

static void
test_params (void)
{
  g_autoptr (CnnDraft) draft = cnn_draft_new ((CnnShape) { 40, 40, 3 });
  GtkWidget           *view, *window;

  cnn_draft_set_text (draft, "leaky-relu");
  view = cnn_params_view_new (draft);
  window = ui_test_show (view, 340, 400);
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (view), 0);
  ui_test_settle ();
  type (ui_test_find (view, GTK_TYPE_SPIN_BUTTON, NULL), "0,375");
  g_assert_cmpstr (cnn_draft_text (draft), ==, "leaky-relu slope=0.375");
  gtk_widget_destroy (window);
}

static void
test_kernels (void)
{
  const CnnKernelLayer layer  = { { 0, 0 }, 1, FALSE, FALSE };
  GtkWidget           *editor = cnn_kernel_editor_new ();
  GtkWidget           *window = ui_test_show (editor, 340, 560);
  g_autofree char     *shown = NULL, *typed = NULL, *written = NULL;

  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (editor), "gaussian(1.5)", &layer);
  ui_test_settle ();
  shown = cnn_kernel_editor_get (CNN_KERNEL_EDITOR (editor));
  g_assert_cmpstr (shown, ==, "gaussian(1.5)");
  type (ui_test_find (editor, GTK_TYPE_SPIN_BUTTON, "Standard deviation (cells)"), "2,25");
  typed = cnn_kernel_editor_get (CNN_KERNEL_EDITOR (editor));
  g_assert_cmpstr (typed, ==, "gaussian(2.25)");
  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (editor), "\"[[0.5,-1.25]]\"", &layer);
  written = cnn_kernel_editor_get (CNN_KERNEL_EDITOR (editor));
  g_assert_cmpstr (written, ==, "\"[[0.5,-1.25]]\"");
  gtk_widget_destroy (window);
}

static void
test_networks (void)
{
  static const char *const text = "conv kernels=\"[[[0.5]],[[0.25]],[[-1.5]]]\" bias=0.125\n"
                                  "leaky-relu slope=0.0625\n";
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autofree char       *printed = NULL, *sums = NULL;

  g_assert_no_error (error);
  printed = cnn_network_print (network);
  g_assert_nonnull (strstr (printed, "[[[0.5]],[[0.25]],[[-1.5]]]"));
  g_assert_nonnull (strstr (printed, "0.0625"));
  sums = cnn_partial_sums (network, (CnnShape) { 8, 8, 3 }, 1, 0, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (sums, "\"[[0.5]]\",\"[[0.25]]\",\"[[-1.5]]\""));
  g_assert_nonnull (strstr (sums, "bias=0.125"));
}

static void
test_numbers (void)
{
  g_autofree char *brief = cnn_number_short (0.5), *cell = cnn_number_cell (0.5);

  g_assert_cmpstr (brief, ==, "0.5");
  g_assert_cmpstr (cell, ==, "0.50");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error  = NULL;
  g_autofree char   *folder = g_dir_make_tmp ("locale-XXXXXX", &error);
  const char        *clean[] = { "rm", "-r", folder, NULL };
  int                result;

  g_assert_no_error (error);
  /* In this order: GTK's tests begin without a language. */
  ui_test_init (&argc, &argv);
  speak_german (folder);
  g_test_add_func ("/locale/speaks", test_speaks);
  g_test_add_func ("/locale/spin", test_spin);
  g_test_add_func ("/locale/params", test_params);
  g_test_add_func ("/locale/kernels", test_kernels);
  g_test_add_func ("/locale/networks", test_networks);
  g_test_add_func ("/locale/numbers", test_numbers);
  result = g_test_run ();
  g_spawn_sync (NULL, (char **) clean, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  return result;
}
