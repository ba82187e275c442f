/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params-view.h"

#include "ui-test.h"

/* The parameters of a layer, as a person changes them. */

typedef struct
{
  CnnDraft  *draft;
  GtkWidget *view;
  GtkWidget *window;
} Fixture;

static Fixture
open_view (const char *text, int layer)
{
  Fixture    f = { cnn_draft_new ((CnnShape) { 64, 64, 3 }) };
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);

  cnn_draft_set_text (f.draft, text);
  f.view = cnn_params_view_new (f.draft);
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), layer);
  gtk_widget_show (f.view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_container_add (GTK_CONTAINER (scroller), f.view);
  f.window = ui_test_show (scroller, 340, 700);
  return f;
}

static void
close_view (Fixture *f)
{
  gtk_widget_destroy (f->window);
  g_object_unref (f->draft);
}

static void
test_pictures (void)
{
  Fixture f = open_view ("conv 5x5 kernels=sobel-x,gaussian(1.4),\"[[0,1,0],[1,-4,1],[0,1,0]]\" "
                         "pad=same border=reflect as=a\nprelu\ninput 3x3x1\nmaxpool 2 pad=1,0,2,0\nadd a\nconv 8 3x3", 0);
  const char *names[] = { "params-conv", "params-prelu", "params-input", "params-maxpool", "params-add", "params-random" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      cnn_params_view_set_layer (CNN_PARAMS_VIEW (f.view), i);
      ui_test_screenshot (f.window, names[i]);
    }
  close_view (&f);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/params-view/pictures", test_pictures);
  return g_test_run ();
}
