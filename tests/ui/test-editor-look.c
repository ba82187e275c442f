/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "editor.h"

#include <string.h>

#include "arithmetic-view.h"
#include "maps-view.h"
#include "param-widgets.h"
#include "presets.h"
#include "stack-view.h"
#include "ui-test.h"

/* The editor as a whole: what can be seen when, and how a person reaches it. */

typedef struct
{
  GtkWidget *editor;
  GtkWidget *window;
} Fixture;

static Fixture
open_editor (const char *network)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 90, 3);
  Fixture f = { cnn_editor_new (picture, NULL) };

  g_object_set (f.editor, "network", network, NULL);
  f.window = ui_test_show (f.editor, 1240, 680);
  return f;
}

static void
close_editor (Fixture *f)
{
  gtk_widget_destroy (f->window);
}

static GtkWidget *
find (Fixture *f, GType type, const char *name)
{
  return ui_test_get (f->window, type, name);
}

static void
select_layer (Fixture *f, int layer)
{
  cnn_stack_view_select (CNN_STACK_VIEW (find (f, CNN_TYPE_STACK_VIEW, NULL)), layer);
  ui_test_settle ();
}

/* Calls @each for every widget that can be seen. */
static void
walk (GtkWidget *widget, void (*each) (GtkWidget *widget, gpointer data), gpointer data)
{
  g_autoptr (GList) children = NULL;

  if (!gtk_widget_get_mapped (widget))
    return;
  each (widget, data);
  if (!GTK_IS_CONTAINER (widget))
    return;
  children = gtk_container_get_children (GTK_CONTAINER (widget));
  for (GList *l = children; l; l = l->next)
    walk (l->data, each, data);
}

/* --- what is beside the maps -------------------------------------------------------- */

static void
test_picture_alone (void)
{
  Fixture    f        = open_editor ("conv 4 3x3; relu");
  GtkWidget *overview = find (&f, GTK_TYPE_DRAWING_AREA, "Overview of the picture");
  GtkWidget *area     = find (&f, GTK_TYPE_DRAWING_AREA, "Feature maps");
  int        width    = gtk_widget_get_allocated_width (area);

  g_assert_true (gtk_widget_get_mapped (overview));
  select_layer (&f, -1);
  g_assert_false (gtk_widget_get_mapped (overview));
  g_assert_cmpint (gtk_widget_get_allocated_width (area), >, width + 100);
  select_layer (&f, 0);
  g_assert_true (gtk_widget_get_mapped (overview));
  close_editor (&f);
}

static gboolean
is_explained (gpointer data)
{
  return cnn_arithmetic_view_explained (data) != NULL;
}

/* Without its arithmetic there is more room for maps; a cell that is kept brings it back. */
static void
test_arithmetic_comes_back (void)
{
  Fixture    f          = open_editor ("conv 4 3x3; relu");
  GtkWidget *arithmetic = find (&f, CNN_TYPE_ARITHMETIC_VIEW, NULL);
  GtkWidget *area       = find (&f, GTK_TYPE_DRAWING_AREA, "Feature maps");
  GtkWidget *toggle     = find (&f, GTK_TYPE_TOGGLE_BUTTON, "Arithmetic");
  int        width      = gtk_widget_get_allocated_width (area);

  gtk_button_clicked (GTK_BUTTON (toggle));
  ui_test_settle ();
  g_assert_false (gtk_widget_get_mapped (arithmetic));
  g_assert_cmpint (gtk_widget_get_allocated_width (area), >, width + 250);

  gtk_widget_grab_focus (area);
  ui_test_key (area, GDK_KEY_Right, GDK_SHIFT_MASK);
  g_assert_false (gtk_widget_get_mapped (arithmetic));
  g_assert_null (cnn_arithmetic_view_explained (CNN_ARITHMETIC_VIEW (arithmetic)));
  ui_test_key (area, GDK_KEY_space, 0);
  g_assert_true (gtk_widget_get_mapped (arithmetic));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle)));
  g_assert_true (ui_test_wait (is_explained, arithmetic));
  close_editor (&f);
}

typedef struct
{
  const char *words;
  char       *found;
} Said;

static void
look_for_words (GtkWidget *widget, gpointer data)
{
  Said       *said = data;
  const char *text = GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget)) : "";
  g_autofree char *small = g_utf8_strdown (text, -1);
  const char *at   = strstr (small, said->words);

  if (at != NULL && said->found == NULL)
    said->found = g_strndup (at, strcspn (at, "\n:"));
}

/* A cell has one place, whoever speaks of it. */
static void
test_same_place (void)
{
  Fixture    f          = open_editor ("conv 4 3x3; relu");
  GtkWidget *arithmetic = find (&f, CNN_TYPE_ARITHMETIC_VIEW, NULL);
  GtkWidget *maps       = find (&f, CNN_TYPE_MAPS_VIEW, NULL);
  GtkWidget *area       = find (&f, GTK_TYPE_DRAWING_AREA, "Feature maps");
  Said       here       = { "row ", NULL }, there = { "row ", NULL };

  gtk_widget_grab_focus (area);
  for (int i = 0; i < 3; i++)
    ui_test_key (area, GDK_KEY_Right, GDK_SHIFT_MASK);
  ui_test_key (area, GDK_KEY_Down, GDK_SHIFT_MASK);
  ui_test_key (area, GDK_KEY_space, 0);
  g_assert_true (ui_test_wait (is_explained, arithmetic));
  ui_test_settle ();
  walk (maps, look_for_words, &here);
  walk (arithmetic, look_for_words, &there);
  g_assert_nonnull (here.found);
  g_assert_cmpstr (here.found, ==, there.found);
  g_free (here.found);
  g_free (there.found);
  ui_test_screenshot (f.window, "editor-kept-cell");
  close_editor (&f);
}

/* Few layers leave the parameters the room. */
static void
test_room (void)
{
  Fixture    f     = open_editor ("conv 4 3x3");
  GtkWidget *stack = find (&f, CNN_TYPE_STACK_VIEW, NULL);
  int        small = gtk_widget_get_allocated_height (stack), large;

  g_object_set (f.editor, "network", "conv 4 3x3; relu; maxpool 2; relu; relu; relu; relu", NULL);
  ui_test_settle ();
  large = gtk_widget_get_allocated_height (stack);
  g_assert_cmpint (large, >, small + 60);
  g_assert_cmpint (large, <, 300);
  /* A person wants it so, and it stays. */
  gtk_paned_set_position (GTK_PANED (gtk_widget_get_parent (stack)), 222);
  g_object_set (f.editor, "network", "conv 4 3x3", NULL);
  ui_test_settle ();
  g_assert_cmpint (gtk_widget_get_allocated_height (stack), ==, 222);
  close_editor (&f);
}

/* What cannot be undone does not offer it. */
static void
test_nothing_to_undo (void)
{
  Fixture    f    = open_editor ("conv 4 3x3; relu");
  GtkWidget *undo = find (&f, GTK_TYPE_BUTTON, "Undo");

  g_assert_false (gtk_widget_get_sensitive (undo));
  g_object_set (f.editor, "network", "relu", NULL);
  g_assert_true (gtk_widget_get_sensitive (undo));
  gtk_button_clicked (GTK_BUTTON (undo));
  g_assert_false (gtk_widget_get_sensitive (undo));
  close_editor (&f);
}

/* What was done step by step, a kernel's number or a spin button held, can be undone when
 * it is done. */
static void
test_undo_after_a_group (void)
{
  Fixture    f    = open_editor ("conv 4 3x3; relu");
  GtkWidget *undo = find (&f, GTK_TYPE_BUTTON, "Undo");
  GtkWidget *spin, *param;

  select_layer (&f, 0);
  spin = find (&f, GTK_TYPE_SPIN_BUTTON, "Kernels");
  param = gtk_widget_get_ancestor (spin, CNN_TYPE_PARAM_WIDGET);
  /* As long as a key or a button is held. */
  g_signal_emit_by_name (param, "begin");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 5);
  g_assert_false (gtk_widget_get_sensitive (undo));
  g_signal_emit_by_name (param, "end");
  g_assert_true (gtk_widget_get_sensitive (undo));
  gtk_button_clicked (GTK_BUTTON (undo));
  ui_test_settle ();
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 4);
  close_editor (&f);
}

/* --- reaching it ------------------------------------------------------------------------ */

typedef struct
{
  GHashTable *letters; /* of a letter: whose it is */
  const char *what;
} Letters;

static void
add_letter (GtkWidget *widget, gpointer data)
{
  Letters    *letters = data;
  guint       letter;
  const char *other;

  if (!GTK_IS_LABEL (widget))
    return;
  letter = gtk_label_get_mnemonic_keyval (GTK_LABEL (widget));
  if (letter == GDK_KEY_VoidSymbol)
    return;
  other = g_hash_table_lookup (letters->letters, GUINT_TO_POINTER (letter));
  if (other != NULL)
    g_error ("Alt+%c is for “%s” and for “%s” (%s)", (char) letter, other,
             gtk_label_get_text (GTK_LABEL (widget)), letters->what);
  g_hash_table_insert (letters->letters, GUINT_TO_POINTER (letter),
                       g_strdup (gtk_label_get_text (GTK_LABEL (widget))));
}

/* In no state are there two things that the same letter reaches. */
static void
test_mnemonics (void)
{
  /* Those of GIMP's dialog: Reset, Help, Cancel, Add, Load and Save. */
  const char       gimp[] = "rhcals";
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);
  Fixture          f = open_editor ("relu");
  gboolean         opened = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_object_set (f.editor, "network", presets[i].text, NULL);
      for (int layer = -1; layer < 12; layer++)
        {
          Letters    letters = { g_hash_table_new_full (NULL, NULL, NULL, g_free),
                                 presets[i].name };
          GtkWidget *more;

          select_layer (&f, layer);
          more = ui_test_find (f.window, GTK_TYPE_EXPANDER, NULL);
          if (more != NULL)
            {
              gtk_expander_set_expanded (GTK_EXPANDER (more), TRUE);
              ui_test_settle ();
              opened = TRUE;
            }
          for (const char *c = gimp; *c; c++)
            g_hash_table_insert (letters.letters, GUINT_TO_POINTER ((guint) *c),
                                 g_strdup ("GIMP's"));
          walk (f.window, add_letter, &letters);
          g_assert_cmpuint (g_hash_table_size (letters.letters), >, 10);
          g_hash_table_unref (letters.letters);
        }
    }
  g_assert_true (opened);
  close_editor (&f);
}

static void
check_icon (GtkWidget *widget, gpointer data)
{
  const char *name = NULL;

  if (!GTK_IS_IMAGE (widget))
    return;
  gtk_image_get_icon_name (GTK_IMAGE (widget), &name, NULL);
  if (name == NULL)
    return;
  ++*(int *) data;
  if (!gtk_icon_theme_has_icon (gtk_icon_theme_get_default (), name))
    g_error ("there is no icon “%s”", name);
  /* What is not symbolic does not take the theme's colour. */
  g_assert_true (g_str_has_suffix (name, "-symbolic"));
}

static void
test_icons (void)
{
  Fixture f = open_editor ("conv kernels=sobel-x; maxpool 9999");
  int     n = 0;

  walk (f.window, check_icon, &n);
  cnn_editor_verdict (CNN_EDITOR (f.editor), FALSE, "No");
  walk (f.window, check_icon, &n);
  cnn_editor_verdict (CNN_EDITOR (f.editor), TRUE, "Yes");
  walk (f.window, check_icon, &n);
  g_assert_cmpint (n, >, 30);
  close_editor (&f);
}

/* --- GIMP's themes ------------------------------------------------------------------------ */

/* The share of a widget's pixels that are clearly others in @b than in @a. */
static double
difference (cairo_surface_t *a, cairo_surface_t *b)
{
  int n = 0;
  int width  = MIN (cairo_image_surface_get_width (a), cairo_image_surface_get_width (b));
  int height = MIN (cairo_image_surface_get_height (a), cairo_image_surface_get_height (b));

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width * 4; x++)
      if (x % 4 != 3 &&
          ABS (cairo_image_surface_get_data (a)[y * cairo_image_surface_get_stride (a) + x] -
               cairo_image_surface_get_data (b)[y * cairo_image_surface_get_stride (b) + x]) > 48)
        n++;
  return n / (width * height * 3.0);
}

static cairo_surface_t *
draw_widget (GtkWidget *widget)
{
  cairo_surface_t *surface;
  cairo_t         *cr;

  ui_test_lay_out (widget);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, gtk_widget_get_allocated_width (widget),
                                        gtk_widget_get_allocated_height (widget));
  cr = cairo_create (surface);
  gtk_widget_draw (widget, cr);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  return surface;
}

/* In a theme where rows hardly change the chosen one is seen all the same. */
static void
test_chosen_in_gimp (void)
{
  const char *const themes[] = { "gimp-dark.css", "gimp-gray.css", "gimp-light.css" };

  for (guint i = 0; i < G_N_ELEMENTS (themes); i++)
    {
      g_autoptr (GtkCssProvider) theme = gtk_css_provider_new ();
      g_autofree char *file = g_build_filename (g_getenv ("GIMP_THEMES"), "Default", themes[i],
                                                NULL);
      g_autofree char *shot = g_strdup_printf ("editor-%.*s", (int) strlen (themes[i]) - 4,
                                               themes[i]);
      cairo_surface_t *chosen, *other;
      GtkWidget       *list;
      Fixture          f;

      g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
      gtk_css_provider_load_from_path (theme, file, NULL);
      gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                                 GTK_STYLE_PROVIDER (theme),
                                                 GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
      f = open_editor ("relu; relu");
      list = find (&f, GTK_TYPE_LIST_BOX, "Layers");
      select_layer (&f, 0);
      ui_test_screenshot (f.window, shot);
      chosen = draw_widget (GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1)));
      select_layer (&f, 1);
      other = draw_widget (GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1)));
      g_assert_cmpfloat (difference (chosen, other), >, 0.02);
      cairo_surface_destroy (chosen);
      cairo_surface_destroy (other);
      close_editor (&f);
      gtk_style_context_remove_provider_for_screen (gdk_screen_get_default (),
                                                    GTK_STYLE_PROVIDER (theme));
    }
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/editor-look/picture-alone", test_picture_alone);
  g_test_add_func ("/editor-look/arithmetic-comes-back", test_arithmetic_comes_back);
  g_test_add_func ("/editor-look/same-place", test_same_place);
  g_test_add_func ("/editor-look/room", test_room);
  g_test_add_func ("/editor-look/nothing-to-undo", test_nothing_to_undo);
  g_test_add_func ("/editor-look/undo-after-a-group", test_undo_after_a_group);
  g_test_add_func ("/editor-look/mnemonics", test_mnemonics);
  g_test_add_func ("/editor-look/icons", test_icons);
  g_test_add_func ("/editor-look/chosen-in-gimp", test_chosen_in_gimp);
  return g_test_run ();
}
