/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#include "editor-test.h"
#include "file-picture.h"
#include "picture-compare.h"

/* What the editor looks like: pictures of it in the theme and the language that the
 * environment asks for, and whether those of the documentation are still true. */

#define WIDTH  1240
#define HEIGHT 680

static const char *look; /* "", "dark" or "zh" */

static char *
picture_name (const char *name)
{
  return g_strconcat (name, *look != '\0' ? "-" : "", look, NULL);
}

static void
open_on_valley (Bench *bench, const char *network, int layer, int height)
{
  g_autoptr (GError)     error   = NULL;
  g_autofree char       *file    = g_test_build_filename (G_TEST_DIST, "..", "..", "docs",
                                                          "valley.png", NULL);
  g_autoptr (CnnPicture) picture = file_picture_new (file, &error);

  g_assert_no_error (error);
  bench_open (bench, picture, network, WIDTH, height);
  gtk_container_set_border_width (GTK_CONTAINER (bench->window), 6);
  bench_select (bench, layer);
  bench_settle (bench);
}

/* As a host of the editor says it. */
static void
say_verdict (Bench *bench, int n)
{
  g_autofree char *layers = g_strdup_printf (dngettext ("convolens", "%d layer", "%d layers", n),
                                              n);
  g_autofree char *groups = g_strdup_printf (dngettext ("convolens", "%u group", "%u groups", 1u),
                                              1u);
  g_autofree char *text   = g_strdup_printf (dgettext ("convolens", "_Add %s in %s"), layers,
                                              groups);
  g_autoptr (GRegex) key  = g_regex_new ("\\(_.\\)|_", 0, 0, NULL);
  g_autofree char *bare   = g_regex_replace_literal (key, text, -1, 0, "", 0, NULL);

  cnn_editor_verdict (bench->editor, TRUE, bare);
}

/* The cell's arithmetic, with the pointer away. */
static void
pin (Bench *bench, int map, int across, int down)
{
  /* One step brings the keyboard's cell to the middle. */
  bench_key (bench->area, GDK_KEY_Home, 0);
  for (int i = 0; i < map; i++)
    bench_key (bench->area, GDK_KEY_Right, 0);
  ui_test_keys (bench->area, across > 0 ? GDK_KEY_Right : GDK_KEY_Left, GDK_SHIFT_MASK,
                (guint) ABS (across));
  ui_test_keys (bench->area, down > 0 ? GDK_KEY_Down : GDK_KEY_Up, GDK_SHIFT_MASK,
                (guint) ABS (down));
  bench_point (bench);
  bench_settle (bench);
}

static void
save (Bench *bench, const char *name)
{
  g_autofree char *file = picture_name (name);

  bench_settle (bench);
  ui_test_screenshot (bench->window, file);
}

/* --- the pictures ------------------------------------------------------------------------ */

#define THREE_STAGES "input ?x?x1\n" \
                     "conv kernels=sobel-x,sobel-y,line-h,emboss,sharpen,box " \
                     "pad=same border=replicate\n" \
                     "relu        # keeps what answers\n" \
                     "maxpool 2   # keeps the strongest of four, at half the size\n"

static void
test_editor (void)
{
  Bench bench;

  open_on_valley (&bench, THREE_STAGES, 2, HEIGHT);
  g_object_set (bench.editor, "mapping", "clamp", NULL);
  pin (&bench, 0, 154, -89);
  say_verdict (&bench, 6);
  save (&bench, "editor");
  bench_close (&bench);
}

#define KERNELS "conv kernels=\"[[-2,-1,0],[-1,1,1],[0,1,2]]\",sobel-y,sharpen,box pad=same\n" \
                "relu\n"

static void
test_kernel (void)
{
  Bench bench;

  open_on_valley (&bench, KERNELS, 0, 800);
  gtk_paned_set_position (GTK_PANED (gtk_widget_get_ancestor (bench.editor->params,
                                                              GTK_TYPE_PANED)), 150);
  pin (&bench, 0, 154, -89);
  say_verdict (&bench, 4);
  save (&bench, "kernel");
  bench_close (&bench);
}

/* One map, a mistake, the text, a vector. */
static void
test_states (void)
{
  GtkWidget *text;
  Bench      bench;

  open_on_valley (&bench, THREE_STAGES, 3, HEIGHT);
  bench_key (bench.area, GDK_KEY_Return, 0);
  for (int i = 0; i < 9; i++)
    bench_key (bench.area, GDK_KEY_plus, 0);
  pin (&bench, 1, 2, 2);
  save (&bench, "editor-one");
  bench_close (&bench);

  open_on_valley (&bench, "conv 8 3x3\nrelo\nmaxpool 2", 0, HEIGHT);
  save (&bench, "editor-mistake");
  text = bench_find (&bench, GTK_TYPE_TEXT_VIEW, NULL);
  gtk_stack_set_visible_child_name (GTK_STACK (gtk_widget_get_ancestor (text, GTK_TYPE_STACK)),
                                    "text");
  save (&bench, "editor-text");
  bench_close (&bench);

  open_on_valley (&bench, "input 28x28x1; conv 6 5x5; relu; maxpool 2; flatten; dense 10; softmax",
                  6, HEIGHT);
  bench_key (bench.area, GDK_KEY_Home, 0);
  bench_point (&bench);
  save (&bench, "editor-vector");
  bench_close (&bench);
}

/* Last: a test that fails ends them all, and then all pictures are there. */
static void
test_documentation (void)
{
  picture_check ("editor", "docs", FALSE, "./dev pictures");
  picture_check ("kernel", "docs", FALSE, "./dev pictures");
}

/* The theme and the language are those that were asked for. */
static void
test_look (void)
{
  g_autofree char *name = picture_name ("editor-mistake");
  g_autofree char *file = picture_made (name);
  cairo_surface_t *made = picture_load (file);
  guint32          background = picture_pixel (made, 2, 2) & 255;
  PangoLayout     *layout;
  Bench            bench;

  if (strcmp (look, "dark") == 0)
    g_assert_cmpuint (background, <, 80);
  else
    g_assert_cmpuint (background, >, 200);
  cairo_surface_destroy (made);

  open_on_valley (&bench, "conv 2 3x3", 0, HEIGHT);
  if (strcmp (look, "zh") == 0)
    {
      g_assert_nonnull (ui_test_find (bench.window, GTK_TYPE_LIST_BOX, "层"));
      layout = gtk_widget_create_pango_layout (bench.window, "卷积层特征图");
      g_assert_cmpint (pango_layout_get_unknown_glyphs_count (layout), ==, 0);
      g_object_unref (layout);
    }
  else
    g_assert_nonnull (ui_test_find (bench.window, GTK_TYPE_LIST_BOX, "Layers"));
  bench_close (&bench);
}

int
main (int argc, char **argv)
{
  look = g_getenv ("CONVOLENS_LOOK");
  if (look == NULL)
    look = "";
  if (g_getenv ("CONVOLENS_LOCALE") != NULL)
    {
      bindtextdomain ("convolens", g_getenv ("CONVOLENS_LOCALE"));
      bind_textdomain_codeset ("convolens", "UTF-8");
    }
  ui_test_init (&argc, &argv);
  /* GTK's tests are in English otherwise. */
  if (setlocale (LC_ALL, "") == NULL)
    g_error ("there is no locale %s", g_getenv ("LC_ALL"));
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  g_test_add_func ("/editor-pictures/editor", test_editor);
  g_test_add_func ("/editor-pictures/kernel", test_kernel);
  g_test_add_func ("/editor-pictures/states", test_states);
  g_test_add_func ("/editor-pictures/look", test_look);
  if (*look == '\0')
    g_test_add_func ("/editor-pictures/documentation", test_documentation);
  return g_test_run ();
}
