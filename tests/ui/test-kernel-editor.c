/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-editor.h"
#include "kernel-grid.h"
#include "ui-test.h"

static void
test_show (void)
{
  CnnKernelLayer layer  = { { 0, 0 }, 3, TRUE, FALSE };
  GtkWidget     *editor = cnn_kernel_editor_new ();
  GtkWidget     *window;

  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (editor),
                         "[[[-1,0,1],[-2,0,2],[-1,0,0.25]],[[-1,0,1],[-2,0,2],[-1,0,1]],[[-1,0,1],[-2,0,2],[-1,0,1]]],gaussian(1.4),gabor(30,6,5)", &layer);
  window = ui_test_show (editor, 340, 600);
  ui_test_screenshot (window, "kernel-editor");
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/kernel-editor/show", test_show);
  return g_test_run ();
}
