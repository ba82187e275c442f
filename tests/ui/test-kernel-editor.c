/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-editor.h"

#include <string.h>

#include "kernel-grid.h"
#include "ui-test.h"

/* The kernels of a layer, as a person changes them. */

typedef struct
{
  GtkWidget *editor;
  GtkWidget *window;
  GtkWidget *area; /* where the numbers are */
  int        n_changed;
} Fixture;

static void
on_changed (GtkWidget *editor, int *n_changed)
{
  (*n_changed)++;
}

static GtkWidget *
find (Fixture *f, GType type, const char *name)
{
  return ui_test_get (f->window, type, name);
}

static void
open_editor (Fixture *f, const char *kernels, CnnKernelLayer layer)
{
  *f = (Fixture) { cnn_kernel_editor_new () };
  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (f->editor), kernels, &layer);
  g_signal_connect (f->editor, "changed", G_CALLBACK (on_changed), &f->n_changed);
  f->window = ui_test_show (f->editor, 340, 560);
  f->area = ui_test_find (find (f, CNN_TYPE_KERNEL_GRID, NULL), GTK_TYPE_DRAWING_AREA, NULL);
}

static void
close_editor (Fixture *f)
{
  gtk_widget_destroy (f->window);
}

static const CnnKernelLayer grey = { { 0, 0 }, 1, FALSE, FALSE };
static const CnnKernelLayer rgb  = { { 0, 0 }, 3, TRUE, FALSE };

static void
check (Fixture *f, const char *expected)
{
  g_autofree char *kernels = cnn_kernel_editor_get (CNN_KERNEL_EDITOR (f->editor));

  g_assert_cmpstr (kernels, ==, expected);
}

static void
press (Fixture *f, const char *name)
{
  gtk_button_clicked (GTK_BUTTON (find (f, GTK_TYPE_BUTTON, name)));
  ui_test_settle ();
}

static void
click_cell (Fixture *f, int row, int column)
{
  CnnRect cell = cnn_kernel_grid_cell (CNN_KERNEL_GRID (find (f, CNN_TYPE_KERNEL_GRID, NULL)), row,
                                       column);

  ui_test_click (f->area, cell.x + cell.width / 2, cell.y + cell.height / 2);
}

static GtkWidget *
cell_entry (Fixture *f)
{
  return ui_test_find (find (f, CNN_TYPE_KERNEL_GRID, NULL), GTK_TYPE_ENTRY, NULL);
}

static const char *
spoken (Fixture *f)
{
  return atk_object_get_name (gtk_widget_get_accessible (f->area));
}

static void
paste (Fixture *f, const char *text)
{
  gtk_clipboard_set_text (gtk_clipboard_get (GDK_SELECTION_CLIPBOARD), text, -1);
  gtk_widget_grab_focus (f->area);
  ui_test_key (f->area, GDK_KEY_v, GDK_CONTROL_MASK);
  ui_test_settle ();
}

static gboolean
is_last_reference (gpointer object)
{
  return G_OBJECT (object)->ref_count == 1;
}

/* The answer of the clipboard comes when the editor is no more. */
static void
test_late_paste (void)
{
  Fixture    f;
  GtkWidget *editor;

  open_editor (&f, "[[1,2],[3,4]]", grey);
  editor = g_object_ref (find (&f, CNN_TYPE_KERNEL_EDITOR, NULL));
  /* Nobody has anything in it: it is for the screen to say so, which takes a while. */
  g_signal_emit_by_name (find (&f, CNN_TYPE_KERNEL_GRID, NULL), "paste");
  close_editor (&f);
  g_assert_false (is_last_reference (editor));
  g_assert_true (ui_test_wait (is_last_reference, editor));
  g_object_unref (editor);
}

/* A layer with a matrix whose inputs are not known has no numbers to write down yet. */
static void
test_unknown_inputs (void)
{
  CnnKernelLayer layer  = { .size = { 10, 0 }, .matrix = TRUE };
  GtkWidget     *editor = cnn_kernel_editor_new ();
  GtkWidget     *window = ui_test_show (editor, 340, 560);
  GtkWidget     *button;

  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (editor), "", &layer);
  button = ui_test_find (window, GTK_TYPE_BUTTON, "Write numbers");
  g_assert_nonnull (button);
  g_assert_false (gtk_widget_is_sensitive (button));
  layer.size.width = 3;
  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (editor), "", &layer);
  g_assert_true (gtk_widget_is_sensitive (button));
  gtk_button_clicked (GTK_BUTTON (button));
  ui_test_settle ();
  gtk_widget_destroy (window);
}

/* --- the grid ------------------------------------------------------------- */

static void
test_edit (void)
{
  Fixture f;

  open_editor (&f, "[[0,1,0],[1,-4,1],[0,1,0]]", grey);
  click_cell (&f, 1, 1);
  g_assert_cmpstr (spoken (&f), ==, "Row 2, column 2: −4");
  ui_test_key (f.area, GDK_KEY_minus, 0);
  g_assert_true (gtk_widget_is_visible (cell_entry (&f)));
  gtk_entry_set_text (GTK_ENTRY (cell_entry (&f)), "-1/2");
  ui_test_screenshot (f.window, "kernel-editing");
  ui_test_key (cell_entry (&f), GDK_KEY_Tab, 0);
  check (&f, "\"[[0,1,0],[1,-0.5,1],[0,1,0]]\"");
  g_assert_cmpstr (spoken (&f), ==, "Row 2, column 3: 1");
  g_assert_cmpint (f.n_changed, ==, 1);

  /* A click on the chosen cell edits it. */
  click_cell (&f, 1, 2);
  gtk_entry_set_text (GTK_ENTRY (cell_entry (&f)), "2,5");
  ui_test_key (cell_entry (&f), GDK_KEY_Return, 0);
  check (&f, "\"[[0,1,0],[1,-0.5,2.5],[0,1,0]]\"");
  g_assert_false (gtk_widget_is_visible (cell_entry (&f)));

  ui_test_key (f.area, GDK_KEY_Delete, 0);
  check (&f, "\"[[0,1,0],[1,-0.5,0],[0,1,0]]\"");

  /* Escape takes back, nonsense stays to be mended. */
  ui_test_key (f.area, GDK_KEY_7, 0);
  ui_test_key (cell_entry (&f), GDK_KEY_Escape, 0);
  check (&f, "\"[[0,1,0],[1,-0.5,0],[0,1,0]]\"");
  ui_test_key (f.area, GDK_KEY_F2, 0);
  gtk_entry_set_text (GTK_ENTRY (cell_entry (&f)), "seven");
  ui_test_key (cell_entry (&f), GDK_KEY_Return, 0);
  g_assert_true (gtk_widget_is_visible (cell_entry (&f)));
  g_assert_true (ui_test_says (f.window, "Expected a number"));
  gtk_entry_set_text (GTK_ENTRY (cell_entry (&f)), "7");
  ui_test_key (cell_entry (&f), GDK_KEY_Return, 0);
  check (&f, "\"[[0,1,0],[1,-0.5,7],[0,1,0]]\"");
  close_editor (&f);
}

static void
test_keys (void)
{
  Fixture f;

  open_editor (&f, "[[1,2,3],[4,5,6]]", grey);
  gtk_widget_grab_focus (f.area);
  ui_test_key (f.area, GDK_KEY_End, GDK_CONTROL_MASK);
  g_assert_cmpstr (spoken (&f), ==, "Row 2, column 3: 6");
  ui_test_key (f.area, GDK_KEY_Right, 0);
  ui_test_key (f.area, GDK_KEY_Down, 0);
  g_assert_cmpstr (spoken (&f), ==, "Row 2, column 3: 6");
  ui_test_key (f.area, GDK_KEY_Up, 0);
  ui_test_key (f.area, GDK_KEY_Left, 0);
  g_assert_cmpstr (spoken (&f), ==, "Row 1, column 2: 2");
  ui_test_key (f.area, GDK_KEY_Home, 0);
  g_assert_cmpstr (spoken (&f), ==, "Row 1, column 1: 1");
  /* Whole numbers go by 1, others by what suits them. */
  ui_test_key (f.area, GDK_KEY_Up, GDK_CONTROL_MASK);
  ui_test_key (f.area, GDK_KEY_Up, GDK_CONTROL_MASK);
  check (&f, "\"[[3,2,3],[4,5,6]]\"");
  paste (&f, "0.1\t0.2");
  ui_test_key (f.area, GDK_KEY_Down, GDK_CONTROL_MASK);
  check (&f, "\"[[0.09,0.2]]\"");
  close_editor (&f);
}

/* --- kernels -------------------------------------------------------------- */

static void
test_list (void)
{
  Fixture f;

  open_editor (&f, "", grey);
  press (&f, "Write numbers");
  check (&f, "sobel-x");
  press (&f, "Duplicate this kernel");
  g_assert_true (gtk_combo_box_set_active_id (
    GTK_COMBO_BOX (find (&f, GTK_TYPE_COMBO_BOX, "Kind of kernel")), "gaussian"));
  check (&f, "sobel-x,gaussian(1)");
  press (&f, "Add a kernel");
  check (&f, "sobel-x,gaussian(1),\"[[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],"
             "[0,0,0,1,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,0],[0,0,0,0,0,0,0]]\"");
  press (&f, "Remove this kernel");
  check (&f, "sobel-x,gaussian(1)");
  press (&f, "Move this kernel to the front");
  check (&f, "gaussian(1),sobel-x");
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find (&f, GTK_TYPE_SPIN_BUTTON,
                                                    "Standard deviation (cells)")), 1.5);
  check (&f, "gaussian(1.5),sobel-x");
  press (&f, "Remove this kernel");
  check (&f, "sobel-x");
  g_assert_false (gtk_widget_is_sensitive (find (&f, GTK_TYPE_BUTTON, "Remove this kernel")));
  close_editor (&f);
}

/* A named kernel becomes numbers when one of them is changed. */
static void
test_named (void)
{
  Fixture f;

  open_editor (&f, "sobel-x", grey);
  g_assert_true (ui_test_says (f.window, "Positive where brightness grows to the right"));
  g_assert_true (ui_test_says (f.window, "Sum 0: even areas become 0"));
  g_assert_false (gtk_widget_is_sensitive (find (&f, GTK_TYPE_SPIN_BUTTON, "Rows of the kernel")));
  click_cell (&f, 1, 2);
  ui_test_key (f.area, GDK_KEY_Delete, 0);
  check (&f, "\"[[-1,0,1],[-2,0,0],[-1,0,1]]\"");
  g_assert_true (ui_test_says (f.window, "Sum −2: multiplies even areas by it"));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find (&f, GTK_TYPE_SPIN_BUTTON,
                                                    "Rows of the kernel")), 1);
  check (&f, "\"[[-2,0,0]]\"");
  close_editor (&f);
}

static void
test_tools (void)
{
  const struct { const char *name; const char *kernels; } tools[] = {
    { "Rotate by 90° to the right", "\"[[7,4,1],[8,5,2],[9,6,3]]\"" },
    { "Rotate by 90° to the left", "\"[[3,6,9],[2,5,8],[1,4,7]]\"" },
    { "Rotate by 45° to the right (square kernels of odd size)",
      "\"[[4,1,2],[7,5,3],[8,9,6]]\"" },
    { "Flip left and right", "\"[[3,2,1],[6,5,4],[9,8,7]]\"" },
    { "Flip upside down", "\"[[7,8,9],[4,5,6],[1,2,3]]\"" },
    { "Transpose: rows become columns", "\"[[1,4,7],[2,5,8],[3,6,9]]\"" },
    { "Negate: change every sign", "\"[[-1,-2,-3],[-4,-5,-6],[-7,-8,-9]]\"" },
    { "Make the sum 0: take off the mean", "\"[[-4,-3,-2],[-1,0,1],[2,3,4]]\"" },
  };
  Fixture f;

  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      open_editor (&f, "[[1,2,3],[4,5,6],[7,8,9]]", grey);
      press (&f, tools[i].name);
      check (&f, tools[i].kernels);
      close_editor (&f);
    }
  open_editor (&f, "[[1,2],[0,1]]", grey);
  press (&f, "Make the sum 1: divide by the sum");
  check (&f, "\"[[0.25,0.5],[0,0.25]]\"");
  g_assert_true (ui_test_says (f.window, "Sum 1: keeps the brightness"));
  g_assert_false (gtk_widget_is_sensitive (find (&f, GTK_TYPE_BUTTON, tools[2].name)));
  press (&f, "Make the sum 0: take off the mean");
  g_assert_false (gtk_widget_is_sensitive (find (&f, GTK_TYPE_BUTTON,
                                                 "Make the sum 1: divide by the sum")));
  close_editor (&f);
}

static void
test_channels (void)
{
  Fixture    f;
  GtkWidget *alike;

  open_editor (&f, "[[1,2]]", rgb);
  alike = find (&f, GTK_TYPE_CHECK_BUTTON, NULL);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (alike)));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (alike), FALSE);
  check (&f, "\"[[[1,2]],[[1,2]],[[1,2]]]\"");
  gtk_toggle_button_set_active (
    GTK_TOGGLE_BUTTON (find (&f, GTK_TYPE_RADIO_BUTTON, "Channel G")), TRUE);
  click_cell (&f, 0, 1);
  ui_test_key (f.area, GDK_KEY_Delete, 0);
  check (&f, "\"[[[1,2]],[[1,0]],[[1,2]]]\"");
  press (&f, "Rotate by 90° to the right");
  check (&f, "\"[[[1],[2]],[[1],[0]],[[1],[2]]]\"");
  ui_test_screenshot (f.window, "kernel-channels");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (alike), TRUE);
  check (&f, "\"[[1],[0]]\"");
  close_editor (&f);
}

static void
test_clipboard (void)
{
  Fixture          f;
  g_autofree char *text = NULL;

  open_editor (&f, "box,sobel-x", grey);
  paste (&f, "3x3: 0,-1,0 -1,4,-1 0,-1,0");
  check (&f, "\"[[0,-1,0],[-1,4,-1],[0,-1,0]]\",sobel-x");
  ui_test_key (f.area, GDK_KEY_c, GDK_CONTROL_MASK);
  text = gtk_clipboard_wait_for_text (gtk_clipboard_get (GDK_SELECTION_CLIPBOARD));
  g_assert_cmpstr (text, ==, "0\t-1\t0\n-1\t4\t-1\n0\t-1\t0\n");
  paste (&f, "1 2\n3");
  g_assert_true (ui_test_says (f.window, "What you paste is no matrix: line 2, column 2"));
  check (&f, "\"[[0,-1,0],[-1,4,-1],[0,-1,0]]\",sobel-x");
  ui_test_screenshot (f.window, "kernel-paste-mistake");
  paste (&f, "(1;2^3;4^5;6)");
  check (&f, "\"[[[1],[2]],[[3],[4]],[[5],[6]]]\",sobel-x");
  g_assert_false (ui_test_says (f.window, "What you paste"));
  /* One matrix goes to the channel that is seen; the others keep step in size. */
  paste (&f, "7\n8\n9");
  check (&f, "\"[[[7],[8],[9]],[[3],[4],[0]],[[5],[6],[0]]]\",sobel-x");
  paste (&f, "gaussian(2)");
  check (&f, "gaussian(2),sobel-x");
  close_editor (&f);
}

/* --- how it looks --------------------------------------------------------- */

static void
test_pictures (void)
{
  const struct { const char *name; const char *kernels; CnnKernelLayer layer; } states[] = {
    { "kernel-3", "[[[-1,0,1],[-2,0,2],[-1,0,0.25]],[[-1,0,1],[-2,0,2],[-1,0,1]],"
                  "[[-1,0,1],[-2,0,2],[-1,0,1]]],gaussian(1.4),gabor(30,6,5),edge", rgb },
    { "kernel-9", "log(1.2)", { { 9, 9 }, 1, FALSE, FALSE } },
    { "kernel-31", "gabor(30,8,5)", { { 31, 31 }, 3, TRUE, FALSE } },
    { "kernel-101", "gaussian(15)", { { 101, 101 }, 64, FALSE, FALSE } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      Fixture f;

      open_editor (&f, states[i].kernels, states[i].layer);
      gtk_widget_grab_focus (f.area);
      ui_test_key (f.area, GDK_KEY_Down, 0);
      ui_test_key (f.area, GDK_KEY_Right, 0);
      ui_test_screenshot (f.window, states[i].name);
      /* It fits the pane. */
      g_assert_cmpint (gtk_widget_get_allocated_width (f.window), ==, 340);
      if (states[i].layer.size.height <= 31)
        g_assert_cmpint (gtk_widget_get_allocated_height (f.area), <=, 320);
      close_editor (&f);
    }
}

/* A person who does anything, in any order: no crash, and always kernels that can be
 * read. */
static void
test_random (void)
{
  const char *const texts[] = { "1\t2\n3\t4", "[[[1,2]],[[3,4]]]", "sobel-y", "nonsense", "5" };
  const guint       keys[]  = { GDK_KEY_Up, GDK_KEY_Down, GDK_KEY_Left, GDK_KEY_Right,
                                GDK_KEY_Delete, GDK_KEY_7, GDK_KEY_minus, GDK_KEY_F2 };
  g_autoptr (GRand) random = g_rand_new_with_seed (11);
  Fixture           f;

  open_editor (&f, "sobel-x,gaussian(1)", rgb);
  for (int time = 0; time < 100; time++)
    {
      g_autofree char      *kernels = NULL;
      g_autoptr (GError)    error   = NULL;
      const CnnParam        param   = { .type = CNN_PARAM_KERNELS, .initial = "" };
      GPtrArray            *read    = NULL;
      static const char *const names[] = {
        "Add a kernel", "Duplicate this kernel", "Remove this kernel",
        "Move this kernel to the front", "Move this kernel to the back",
        "Rotate by 90° to the right", "Transpose: rows become columns",
        "Make the sum 1: divide by the sum", "Make the sum 0: take off the mean",
        "Rotate by 45° to the right (square kernels of odd size)" };
      GtkWidget *button;
      GtkWidget *alike;

      switch (g_rand_int_range (random, 0, 6))
        {
        case 0:
        case 1:
          button = find (&f, GTK_TYPE_BUTTON, names[g_rand_int_range (random, 0,
                                                                      G_N_ELEMENTS (names))]);
          if (gtk_widget_is_sensitive (button))
            gtk_button_clicked (GTK_BUTTON (button));
          break;
        case 2:
          paste (&f, texts[g_rand_int_range (random, 0, G_N_ELEMENTS (texts))]);
          break;
        case 3:
          gtk_spin_button_set_value (
            GTK_SPIN_BUTTON (find (&f, GTK_TYPE_SPIN_BUTTON, "Columns of the kernel")),
            g_rand_int_range (random, 1, 9));
          break;
        case 4:
          alike = find (&f, GTK_TYPE_CHECK_BUTTON, NULL);
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (alike), g_rand_boolean (random));
          break;
        default:
          ui_test_key (f.area, keys[g_rand_int_range (random, 0, G_N_ELEMENTS (keys))],
                       g_rand_boolean (random) ? GDK_CONTROL_MASK : 0);
          break;
        }
      ui_test_settle ();
      kernels = cnn_kernel_editor_get (CNN_KERNEL_EDITOR (f.editor));
      g_assert_true (cnn_param_parse (&param, kernels, &read, NULL, &error));
      g_assert_no_error (error);
      g_assert_nonnull (read);
      g_ptr_array_unref (read);
    }
  g_assert_cmpint (f.n_changed, >, 20);
  close_editor (&f);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/kernel-editor/late-paste", test_late_paste);
  g_test_add_func ("/kernel-editor/unknown-inputs", test_unknown_inputs);
  g_test_add_func ("/kernel-editor/edit", test_edit);
  g_test_add_func ("/kernel-editor/keys", test_keys);
  g_test_add_func ("/kernel-editor/list", test_list);
  g_test_add_func ("/kernel-editor/named", test_named);
  g_test_add_func ("/kernel-editor/tools", test_tools);
  g_test_add_func ("/kernel-editor/channels", test_channels);
  g_test_add_func ("/kernel-editor/clipboard", test_clipboard);
  g_test_add_func ("/kernel-editor/pictures", test_pictures);
  g_test_add_func ("/kernel-editor/random", test_random);
  return g_test_run ();
}
