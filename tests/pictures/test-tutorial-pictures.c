/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libintl.h>
#include <locale.h>

#include "picture-compare.h"
#include "pictures.h"
#include "ui-test.h"

/* The tutorial's pictures are what the program makes: they are made anew and held against
 * those that are kept. ./dev pictures takes new ones over. */

typedef struct
{
  const char *name;
  void      (*draw) (void);
} Drawing;

static const Drawing drawings[] = {
  { "window", draw_window },
  { "stride", draw_stride },
  { "padding", draw_padding },
  { "borders", draw_borders },
  { "dilation", draw_dilation },
  { "depth", draw_depth },
  { "bank", draw_bank },
  { "activations", draw_activations },
  { "relu", draw_relu },
  { "softmax", draw_softmax },
  { "pooling", draw_pooling },
  { "stochastic", draw_stochastic },
  { "pyramid", draw_pyramid },
  { "global", draw_global },
  { "flatten", draw_flatten },
  { "dense", draw_dense },
  { "receptive", draw_receptive },
  { "descent", draw_descent },
  { "backwards", draw_backwards },
  { "network", draw_network },
  { "eight", draw_eight },
  { "colours", draw_colours },
  { "filter", draw_filter },
  { "classes", draw_classes },
};

static const char *const screens[] = { "editor-conv", "arithmetic", "training", "overfitting" };

static const char *suffix = "";

static void
test_drawings (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (drawings); i++)
    drawings[i].draw ();
}

static void
test_screens (void)
{
  draw_in_language (suffix);
}

/* Last, so that all pictures are there when one is out of date. */
static void
test_kept (void)
{
  for (guint i = 0; *suffix == '\0' && i < G_N_ELEMENTS (drawings); i++)
    picture_check (drawings[i].name, "docs/tutorial", TRUE, "./dev pictures");
  for (guint i = 0; i < G_N_ELEMENTS (screens); i++)
    {
      g_autofree char *name = g_strconcat (screens[i], suffix, NULL);

      picture_check (name, "docs/tutorial", FALSE, "./dev pictures");
    }
  if (*suffix == '\0')
    picture_check ("digit", "docs/tutorial", FALSE, "./dev pictures");
}

int
main (int argc, char **argv)
{
  gboolean chinese = g_getenv ("CONVOLENS_LOCALE") != NULL;

  if (chinese)
    {
      suffix = ".zh_CN";
      bindtextdomain ("convolens", g_getenv ("CONVOLENS_LOCALE"));
      bind_textdomain_codeset ("convolens", "UTF-8");
    }
  ui_test_init (&argc, &argv);
  /* GTK's tests are in English otherwise. */
  if (setlocale (LC_ALL, "") == NULL)
    g_error ("there is no locale %s", g_getenv ("LC_ALL"));
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  if (!chinese)
    g_test_add_func ("/tutorial-pictures/drawings", test_drawings);
  g_test_add_func ("/tutorial-pictures/screens", test_screens);
  g_test_add_func ("/tutorial-pictures/kept", test_kept);
  return g_test_run ();
}
