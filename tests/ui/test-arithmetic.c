/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "arithmetic-grid.h"
#include "arithmetic-test.h"
#include "arithmetic-text.h"
#include "arithmetic-view.h"
#include "curve-view.h"
#include "presets.h"
#include "terms-list.h"
#include "ui-test.h"

/* What the arithmetic looks like, says and copies is what the explanation holds. */

/* --- how it looks ----------------------------------------------------------- */

static void
shot (const char *name, CnnExplained *explained)
{
  const char      *theme  = g_getenv ("GTK_THEME");
  gboolean         dark   = theme != NULL && strstr (theme, "dark") != NULL;
  g_autofree char *file   = g_strdup_printf ("arithmetic-%s%s", name, dark ? "-dark" : "");
  GtkWidget       *view   = cnn_arithmetic_view_new ();
  GtkWidget       *window = ui_test_show (view, 320, 400);

  if (explained != NULL)
    cnn_arithmetic_view_show (CNN_ARITHMETIC_VIEW (view), explained);
  ui_test_screenshot (window, file);
  gtk_widget_destroy (window);
}

static void
test_looks (void)
{
  shot ("nothing", NULL);
  shot ("conv", explain ("conv kernels=sobel-x,prewitt-y pad=same bias=0.1\nrelu", 2, 0, 30, 60));
  shot ("border", explain ("conv 2 5x5 pad=same", 1, 0, 0, 0));
  shot ("large", explain ("input ?x?x1\nconv kernels=gabor(45,8,5) 31x31 pad=same border=reflect",
                          1, 0, 3, 60));
  shot ("many", explain ("conv 64 3x3\nrelu\nconv 32 3x3\nleaky-relu", 4, 3, 10, 12));
  shot ("maxpool", explain ("conv 3 3x3\nmaxpool 2", 2, 1, 20, 30));
  shot ("avgpool", explain ("avgpool 3 pad=1", 1, 1, 0, 0));
  shot ("dense", explain ("input 28x28x1\nconv 32 3x3 pad=same\nrelu\nmaxpool 2\nflatten\n"
                          "dense 128\nrelu", 6, 5, 0, 0));
  shot ("softmax", explain ("input 28x28x1\nconv 8 3x3\nrelu\nmaxpool 2\nflatten\n"
                            "dense 10\nsoftmax", -1, 3, 0, 0));
  shot ("sigmoid", explain ("conv 2 1x1\nsigmoid", 2, 1, 5, 5));
  shot ("elu", explain ("input ?x?x1\nconv kernels=laplacian\nelu", 2, 0, 20, 70));
  shot ("batchnorm", explain ("input ?x?x1\nconv kernels=box\nbatchnorm scale=2 mean=0.5 "
                              "variance=0.1\nrelu", 2, 0, 20, 70));
  shot ("add", explain ("conv 4 3x3 pad=same as=a\nconv 4 3x3 pad=same\nadd a", 3, 0, 20, 70));
  shot ("flatten", explain ("maxpool 2\nflatten", 2, 1000, 0, 0));
  shot ("global", explain ("global-avgpool", 1, 2, 0, 0));
}

/* A formula reads from left to right also where text does not. */
static void
test_right_to_left (void)
{
  GtkWidget *view = cnn_arithmetic_view_new (), *window;
  int        x[2];

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  window = ui_test_show (view, 320, 400);
  cnn_arithmetic_view_show (CNN_ARITHMETIC_VIEW (view),
                            explain ("conv kernels=sobel-x pad=same\nelu", 2, 0, 30, 60));
  ui_test_screenshot (window, "arithmetic-rtl");
  for (int i = 0; i < 2; i++)
    {
      GtkWidget *grid = ui_test_find (window, CNN_TYPE_ARITHMETIC_GRID,
                                      i == 0 ? "Red, window" : "Red, kernel");

      gtk_widget_translate_coordinates (grid, window, 0, 0, &x[i], NULL);
    }
  g_assert_cmpint (x[0], <, x[1]);
  gtk_widget_destroy (window);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

/* --- what is shown ------------------------------------------------------------- */

static GtkWidget *
find_grid (GtkWidget *root, const char *name)
{
  GtkWidget *grid = ui_test_find (root, CNN_TYPE_ARITHMETIC_GRID, name);

  g_assert_nonnull (grid);
  g_assert_true (gtk_widget_get_mapped (grid));
  return grid;
}

static const char *
description (GtkWidget *widget)
{
  return atk_object_get_description (gtk_widget_get_accessible (widget));
}

/* The numbers of the description, one by one. */
static void
assert_described (GtkWidget *grid, int n, const double *values)
{
  g_auto (GStrv) words = g_strsplit_set (description (grid), " ;", -1);
  int            k = 0;

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      {
        g_auto (GStrv)   minus = g_strsplit (words[i], "−", -1);
        g_autofree char *number = g_strjoinv ("-", minus);

        g_assert_cmpint (k, <, n);
        g_assert_cmpfloat_with_epsilon (g_ascii_strtod (number, NULL), values[k],
                                        5.1e-4 * fabs (values[k]) + 5.1e-5);
        k++;
      }
  g_assert_cmpint (k, ==, n);
}

static void
test_shown (void)
{
  const char *const     names[] = { "Red", "Green", "Blue" };
  CnnArithmeticView    *view    = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget            *window  = ui_test_show (GTK_WIDGET (view), 400, 900);
  const CnnExplained   *e;
  const CnnExplanation *sums;

  cnn_arithmetic_view_show (view, explain ("conv 3 3x3 pad=same bias=0.25\ntanh", 2, 1, 0, 9));
  ui_test_settle ();
  e = cnn_arithmetic_view_explained (view);
  sums = cnn_explained_step (e, 0)->explanation;
  for (int i = 0; i < 3; i++)
    {
      const CnnPart   *part    = cnn_explanation_get_part (sums, i);
      g_autofree char *windows = g_strconcat (names[i], ", window", NULL);
      g_autofree char *kernel  = g_strconcat (names[i], ", kernel", NULL);
      g_autofree char *product = g_strconcat (names[i], ", products", NULL);
      double           products[9];

      for (int k = 0; k < 9; k++)
        products[k] = part->values[k] * part->factors[k];
      assert_described (find_grid (window, windows), 9, part->values);
      assert_described (find_grid (window, kernel), 9, part->factors);
      assert_described (find_grid (window, product), 9, products);
    }
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (ui_test_find (window, GTK_TYPE_LABEL,
                                                                         "The value"))),
                            " + bias 0.25 = "));

  GtkWidget       *curve = ui_test_find (window, CNN_TYPE_CURVE_VIEW, NULL);
  g_autofree char *x     = cnn_number_short (cnn_explained_step (e, 0)->explanation->value);
  g_autofree char *y     = cnn_number_short (tanh (cnn_explained_step (e, 0)->explanation->value));
  g_autofree char *text  = g_strdup_printf ("%s becomes %s", x, y);

  g_assert_nonnull (curve);
  while (curve != NULL && !gtk_widget_get_mapped (curve))
    {
      /* The convolution has none; the activation's is the second. */
      GtkWidget *step = gtk_widget_get_parent (curve);
      GList     *steps = gtk_container_get_children (GTK_CONTAINER (gtk_widget_get_parent (step)));

      curve = ui_test_find (steps->next->data, CNN_TYPE_CURVE_VIEW, NULL);
      g_list_free (steps);
    }
  g_assert_cmpstr (description (curve), ==, text);
  gtk_widget_destroy (window);
}

/* The bars of softmax are probabilities, and the one asked for is bold. */
static void
test_bars (void)
{
  CnnArithmeticView *view   = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget         *window = ui_test_show (GTK_WIDGET (view), 320, 400);
  GtkWidget         *list;
  GtkTreeModel      *model;
  GtkTreeIter        iter;
  double             total = 0.0;

  cnn_arithmetic_view_show (view, explain ("input 4x4x3\nflatten\ndense 10\nsoftmax", 3, 3, 0, 0));
  ui_test_settle ();
  list = ui_test_find (window, CNN_TYPE_TERMS_LIST, NULL);
  g_assert_true (gtk_widget_get_mapped (list));
  model = gtk_tree_view_get_model (GTK_TREE_VIEW (list));
  g_assert_cmpint (gtk_tree_model_iter_n_children (model, NULL), ==, 10);
  for (int i = 0; i < 10; i++)
    {
      double value;
      int    weight;

      g_assert_true (gtk_tree_model_iter_nth_child (model, &iter, NULL, i));
      gtk_tree_model_get (model, &iter, 3, &value, 6, &weight, -1);
      total += value;
      g_assert_cmpint (weight, ==, i == 3 ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
      if (i == 3)
        g_assert_cmpfloat_with_epsilon (
          value, cnn_arithmetic_view_explained (view)->explanation->value, 1e-12);
    }
  g_assert_cmpfloat_with_epsilon (total, 1.0, 1e-9);
  gtk_widget_destroy (window);
}

/* --- hands --------------------------------------------------------------------- */

static char *
clipboard (GtkWidget *widget)
{
  return gtk_clipboard_wait_for_text (gtk_widget_get_clipboard (widget, GDK_SELECTION_CLIPBOARD));
}

static void
test_copy (void)
{
  CnnArithmeticView  *view    = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget          *window  = ui_test_show (GTK_WIDGET (view), 320, 400);
  g_autoptr (GArray)  numbers = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree char    *rows = NULL, *all = NULL, *expected = NULL;
  const CnnPart      *part;
  GtkWidget          *grid;

  cnn_arithmetic_view_show (view, explain ("conv 2 9x9 pad=same", 1, 1, 50, 70));
  ui_test_settle ();
  grid = find_grid (window, "Red, kernel");
  ui_test_click (grid, 30, 30);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == grid);
  ui_test_key (grid, GDK_KEY_c, GDK_CONTROL_MASK);
  rows = clipboard (window);

  g_auto (GStrv) lines = g_strsplit (g_strchomp (rows), "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 9);
  for (int i = 0; i < 9; i++)
    g_assert_true (read_row (lines[i], numbers));
  g_assert_cmpuint (numbers->len, ==, 81);
  part = cnn_explanation_get_part (cnn_arithmetic_view_explained (view)->explanation, 0);
  for (int i = 0; i < 81; i++)
    g_assert_cmpfloat ((float) g_array_index (numbers, double, i), ==, (float) part->factors[i]);

  gtk_button_clicked (GTK_BUTTON (ui_test_find (window, GTK_TYPE_BUTTON, "Copy all")));
  all = clipboard (window);
  expected = cnn_explained_to_text (cnn_arithmetic_view_explained (view));
  g_assert_cmpstr (all, ==, expected);
  gtk_widget_destroy (window);
}

/* Presses the second button. */
static void
press_second (GtkWidget *widget)
{
  GdkSeat  *seat  = gdk_display_get_default_seat (gtk_widget_get_display (widget));
  GdkEvent *event = gdk_event_new (GDK_BUTTON_PRESS);

  event->button.window = g_object_ref (gtk_widget_get_window (widget));
  event->button.x = event->button.y = 30.0;
  event->button.button = GDK_BUTTON_SECONDARY;
  gdk_event_set_device (event, gdk_seat_get_pointer (seat));
  gtk_main_do_event (event);
  gdk_event_free (event);
  ui_test_settle ();
}

static void
test_menu (void)
{
  CnnArithmeticView *view    = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget         *window  = ui_test_show (GTK_WIDGET (view), 320, 400);
  GtkWidget         *grid, *menu;
  GList             *items;
  g_autofree char   *rows = NULL, *expected = NULL;

  cnn_arithmetic_view_show (view, explain ("conv kernels=sobel-y", 1, 0, 50, 70));
  ui_test_settle ();
  grid = find_grid (window, "Red, window");
  press_second (grid);
  g_assert_nonnull (gtk_menu_get_for_attach_widget (grid));
  menu = gtk_menu_get_for_attach_widget (grid)->data;
  items = gtk_container_get_children (GTK_CONTAINER (menu));
  gtk_menu_shell_activate_item (GTK_MENU_SHELL (menu), items->data, TRUE);
  g_list_free (items);
  ui_test_settle ();
  g_assert_null (gtk_menu_get_for_attach_widget (grid));
  rows = clipboard (window);
  expected = cnn_arithmetic_grid_to_text (CNN_ARITHMETIC_GRID (grid));
  g_assert_cmpstr (rows, ==, expected);
  gtk_widget_destroy (window);
}

/* A cell that is pointed at is shown in all three grids, with its product. */
static void
test_keys (void)
{
  CnnArithmeticView *view   = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget         *window = ui_test_show (GTK_WIDGET (view), 320, 400);
  GtkWidget         *grid;
  const CnnPart     *part;
  g_autofree char   *number = NULL, *text = NULL;

  cnn_arithmetic_view_show (view, explain ("conv 2 4x3", 1, 1, 50, 70));
  ui_test_settle ();
  part = cnn_explanation_get_part (cnn_arithmetic_view_explained (view)->explanation, 0);
  grid = find_grid (window, "Red, window");
  gtk_widget_grab_focus (grid);
  ui_test_key (grid, GDK_KEY_Right, 0);
  ui_test_key (grid, GDK_KEY_Right, 0);
  ui_test_key (grid, GDK_KEY_Down, 0);
  ui_test_key (grid, GDK_KEY_Down, 0);
  number = cnn_number_short (part->factors[2 * 3 + 1]);
  text = g_strdup_printf ("row 3, column 2: %s", number);
  g_assert_cmpstr (description (find_grid (window, "Red, kernel")), ==, text);
  ui_test_screenshot (window, "arithmetic-cell");
  ui_test_key (grid, GDK_KEY_Escape, 0);
  g_assert_null (strstr (description (find_grid (window, "Red, kernel")), "row 3"));
  gtk_widget_destroy (window);
}

static void
count_signal (GtkWidget *view, int *count)
{
  ++*count;
}

static void
assert_buttons (CnnArithmeticView *view, gboolean any, int sums)
{
  const char *const names[] = { "Copy all", "Select receptive field",
                                "Add partial sums as layers" };

  for (int i = 0; i < 3; i++)
    {
      GtkWidget *button = ui_test_find (GTK_WIDGET (view), GTK_TYPE_BUTTON, names[i]);

      g_assert_nonnull (button);
      g_assert_true (gtk_widget_get_sensitive (button) == (i < 2 ? any : sums > 0));
      if (gtk_widget_get_sensitive (button))
        gtk_button_clicked (GTK_BUTTON (button));
    }
  g_assert_true ((cnn_arithmetic_view_sums (view) != NULL) == (sums > 0));
  if (sums > 0)
    g_assert_cmpuint (cnn_arithmetic_view_sums (view)->node, ==, sums);
}

static void
test_buttons (void)
{
  CnnArithmeticView *view   = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget         *window = ui_test_show (GTK_WIDGET (view), 320, 400);
  int                fields = 0, sums = 0;

  g_signal_connect (view, "select-field", G_CALLBACK (count_signal), &fields);
  g_signal_connect (view, "partial-sums", G_CALLBACK (count_signal), &sums);
  cnn_arithmetic_view_show (view, explain ("conv 2 3x3\nrelu", 2, 1, 5, 7));
  assert_buttons (view, TRUE, 1);
  g_assert_cmpint (fields, ==, 1);
  g_assert_cmpint (sums, ==, 1);
  cnn_arithmetic_view_show (view, explain ("conv 2 3x3\nmaxpool 2", 2, 1, 5, 7));
  assert_buttons (view, TRUE, 0);
  cnn_arithmetic_view_show (view, explain ("conv kernels=box groups=channels", 1, 1, 5, 7));
  assert_buttons (view, TRUE, 0);
  cnn_arithmetic_view_say (view, "It is too large.");
  assert_buttons (view, FALSE, 0);
  gtk_widget_destroy (window);
}

/* --- many ------------------------------------------------------------------------ */

static void
count_widgets (GtkWidget *widget, gpointer data)
{
  ++*(int *) data;
  if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), count_widgets, data);
}

/* While a pointer moves, the widgets stay. */
static void
test_moves (void)
{
  CnnArithmeticView *view   = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget         *window = ui_test_show (GTK_WIDGET (view), 320, 400);
  GtkWidget         *grid   = NULL;
  int                first  = 0;

  for (int i = 0; i < 40; i++)
    {
      int n = 0;

      cnn_arithmetic_view_show (view, explain ("conv 8 3x3 pad=same\nrelu", 2, i % 8, i, 2 * i));
      ui_test_settle ();
      count_widgets (window, &n);
      first = i == 0 ? n : first;
      grid = i == 0 ? find_grid (window, "Red, window") : grid;
      g_assert_cmpint (n, ==, first);
      g_assert_true (grid == find_grid (window, "Red, window"));
    }
  gtk_widget_destroy (window);
}

static void
test_many (void)
{
  CnnArithmeticView *view   = CNN_ARITHMETIC_VIEW (cnn_arithmetic_view_new ());
  GtkWidget         *window = ui_test_show (GTK_WIDGET (view), 320, 500);
  GtkWidget         *all, *list;
  GtkTreePath       *path;
  int                n = 0;

  cnn_arithmetic_view_show (view, explain ("conv 512 1x1\nconv 2 3x3", 2, 1, 5, 7));
  ui_test_settle ();
  g_assert_null (ui_test_find (window, CNN_TYPE_TERMS_LIST, "The sums of all channels"));
  all = ui_test_find (window, GTK_TYPE_EXPANDER, NULL);
  g_assert_cmpstr (gtk_expander_get_label (GTK_EXPANDER (all)), ==, "All 512 channels");
  gtk_expander_set_expanded (GTK_EXPANDER (all), TRUE);
  list = ui_test_find (window, CNN_TYPE_TERMS_LIST, "The sums of all channels");
  g_assert_cmpint (gtk_tree_model_iter_n_children (gtk_tree_view_get_model (GTK_TREE_VIEW (list)),
                                                   NULL), ==, 512);
  path = gtk_tree_path_new_from_indices (400, -1);
  gtk_tree_view_set_cursor (GTK_TREE_VIEW (list), path, NULL, FALSE);
  gtk_tree_path_free (path);
  ui_test_settle ();
  assert_described (find_grid (window, "Channel 401, window"), 9,
                    cnn_explanation_get_part (cnn_arithmetic_view_explained (view)->explanation,
                                              400)->values);
  count_widgets (window, &n);
  g_assert_cmpint (n, <, 300);
  ui_test_screenshot (window, "arithmetic-all");
  gtk_widget_destroy (window);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/arithmetic/shown", test_shown);
  g_test_add_func ("/arithmetic/bars", test_bars);
  g_test_add_func ("/arithmetic/copy", test_copy);
  g_test_add_func ("/arithmetic/menu", test_menu);
  g_test_add_func ("/arithmetic/keys", test_keys);
  g_test_add_func ("/arithmetic/buttons", test_buttons);
  g_test_add_func ("/arithmetic/moves", test_moves);
  g_test_add_func ("/arithmetic/many", test_many);
  g_test_add_func ("/arithmetic/looks", test_looks);
  g_test_add_func ("/arithmetic/right-to-left", test_right_to_left);
  return g_test_run ();
}
