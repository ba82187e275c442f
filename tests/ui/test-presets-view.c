/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "network.h"
#include "presets-view.h"
#include "presets.h"
#include "thumbnails.h"
#include "ui-test.h"
#include "user-presets.h"

/* --- files ---------------------------------------------------------------- */

static char *
new_folder (void)
{
  g_autoptr (GError) error = NULL;
  char              *folder = g_dir_make_tmp ("presets-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, file, NULL);

      if (g_remove (path) != 0)
        remove_folder (path);
    }
  g_rmdir (folder);
}

static void
test_names (void)
{
  static const char *const good[][2] = {
    { "edges", "edges" },         { "  My edges ", "My edges" }, { "边缘检测", "边缘检测" },
    { "e\xcc\x81", "é" },         { "a.cnn", "a.cnn" },          { "🙂 50 % \"x\" \\ : *", NULL },
    { "-rf", "-rf" },             { "%s %d", "%s %d" },
  };
  static const char *const bad[] = { "", "   ", ".hidden", "..", "a/b", "/", "a\nb", "a\x7f" };
  g_autofree char         *folder = new_folder ();
  g_autofree char         *inner = g_build_filename (folder, "a", "b", NULL);
  g_autofree char         *longest = g_strnfill (244, 'x');
  g_autofree char         *longer = g_strnfill (245, 'x');
  g_autofree char         *name = NULL;
  g_autoptr (GError)       error = NULL;
  g_autoptr (GPtrArray)    names = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      const char      *wanted = good[i][1] ? good[i][1] : good[i][0];
      g_autofree char *text = g_strdup_printf ("dense %u # ü\n", i + 1);
      g_autofree char *back = NULL;

      g_clear_pointer (&name, g_free);
      name = user_presets_name (good[i][0], &error);
      g_assert_no_error (error);
      g_assert_cmpstr (name, ==, wanted);
      g_assert_false (user_presets_exists (inner, name));
      g_assert_true (user_presets_save (inner, name, text, &error));
      g_assert_true (user_presets_exists (inner, name));
      back = user_presets_load (inner, name, &error);
      g_assert_cmpstr (back, ==, text);
    }
  names = user_presets_list (inner, &error);
  g_assert_cmpuint (names->len, ==, G_N_ELEMENTS (good));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_null (user_presets_name (bad[i], &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      g_assert_cmpuint (strlen (error->message), >, 10);
      g_clear_error (&error);
    }
  g_free (name);
  name = user_presets_name (longest, &error);
  g_assert_true (user_presets_save (inner, name, "relu", &error));
  g_assert_null (user_presets_name (longer, &error));
  g_clear_error (&error);
  g_assert_true (user_presets_rename (inner, "edges", "kanten", &error));
  g_assert_false (user_presets_exists (inner, "edges"));
  g_assert_true (user_presets_remove (inner, "kanten", &error));
  g_assert_false (user_presets_exists (inner, "kanten"));
  remove_folder (folder);
}

/* What goes wrong with files is said in words, and nothing is lost. */
static void
test_trouble (void)
{
  g_autofree char      *folder = new_folder ();
  g_autofree char      *file = g_build_filename (folder, "f.cnn", NULL);
  g_autofree char      *inner = g_build_filename (file, "presets", NULL);
  g_autofree char      *directory = g_build_filename (folder, "d.cnn", NULL);
  g_autofree char      *large = g_strnfill (CNN_MAX_TEXT_BYTES + 1, ' ');
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) names = user_presets_list (inner, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (names->len, ==, 0);
  g_assert_true (g_file_set_contents (file, "rel\xff", -1, NULL));
  g_assert_null (user_presets_load (folder, "f", &error));
  g_assert_cmpstr (error->message, ==, "“f” cannot be read: it is not text in UTF-8");
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (file, large, -1, NULL));
  g_assert_null (user_presets_load (folder, "f", &error));
  g_assert_nonnull (strstr (error->message, "larger than the text of any network"));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (file, "re\0lu", 5, NULL));
  g_assert_null (user_presets_load (folder, "f", &error));
  g_clear_error (&error);
  g_assert_null (user_presets_load (folder, "none", &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (user_presets_save (inner, "x", "relu", &error));
  g_assert_nonnull (strstr (error->message, "“x” cannot be saved: the folder"));
  g_clear_error (&error);
  g_mkdir (directory, 0700);
  g_assert_null (user_presets_load (folder, "d", &error));
  g_assert_cmpstr (error->message, ==, "“d” cannot be read: it is not a file");
  g_clear_error (&error);
  g_assert_false (user_presets_save (folder, "d", "relu", &error));
  g_clear_error (&error);
  g_assert_false (user_presets_remove (folder, "d", &error));
  g_clear_error (&error);
  g_assert_false (user_presets_rename (folder, "none", "x", &error));
  remove_folder (folder);
}

/* --- thumbnails ----------------------------------------------------------- */

static guint8
pixel (cairo_surface_t *surface, int y, int x, int channel)
{
  const guint8 *pixels = cairo_image_surface_get_data (surface);
  int           stride = cairo_image_surface_get_stride (surface);
  guint32       rgb = ((const guint32 *) (gconstpointer) (pixels + (gsize) y * stride))[x];

  return (guint8) (rgb >> (16 - 8 * channel));
}

/* A thumbnail against the same worked out here: the centre pixel less the right one, or the
 * picture itself, from the least to the greatest value. */
static void
check_thumbnail (const char *text, int channels, int shown, gboolean edges, CnnShape in)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (200, 400, channels);
  g_autoptr (GError)     error = NULL;
  cairo_surface_t       *surface = cnn_thumbnail_make (picture, text, NULL, &error);
  CnnRect                all = { 0, 0, in.width, in.height };
  g_autofree float      *values = g_new (float, cnn_shape_cells (in));
  int                    width = in.width - (edges ? 2 : 0), height = in.height - (edges ? 2 : 0);
  float                  least = INFINITY, most = -INFINITY;

  g_assert_no_error (error);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, width);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, height);
  cnn_picture_read (picture, in, &all, values, (gsize) in.width * in.channels, NULL, NULL);
  for (int pass = 0; pass < 2; pass++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        for (int c = 0; c < 3; c++)
          {
            const float *at = values + ((gsize) (y + edges) * in.width + x + edges) * in.channels +
                              c % in.channels;
            float        value = edges ? at[0] - at[in.channels] : at[0];

            if (shown == 1 && c > 0)
              value = pixel (surface, y, x, 0) / 255.0f * (most - least) + least;
            least = MIN (least, pass == 0 && c < shown ? value : least);
            most = MAX (most, pass == 0 && c < shown ? value : most);
            if (pass == 1)
              g_assert_cmpfloat_with_epsilon (pixel (surface, y, x, c),
                                              255.0f * (value - least) / (most - least), 0.6);
          }
  cairo_surface_destroy (surface);
}

static void
test_thumbnail (void)
{
  static const char *const none[] = {
    "", "covn", "input ?x?x2; relu", "maxpool 1000", "input 1x1x1; dense 3; softmax",
    "input 5000x5000x1; relu", "input 2x40000x1; relu", "input 40000x2x1; relu",
  };
  g_autoptr (CnnPicture) picture = ui_test_picture (200, 400, 3);
  cairo_surface_t       *surface;

  check_thumbnail ("dropout", 3, 3, FALSE, (CnnShape) { 48, 96, 3 });
  check_thumbnail ("dropout", 1, 1, FALSE, (CnnShape) { 48, 96, 1 });
  check_thumbnail ("input 28x30x3\nconv groups=channels kernels=[[0,0,0],[0,1,-1],[0,0,0]]", 3, 3,
                   TRUE, (CnnShape) { 28, 30, 3 });
  check_thumbnail ("input ?x?x1\nconv kernels=[[0,0,0],[0,1,-1],[0,0,0]],box; flatten; dense 9; "
                   "softmax", 3, 1, TRUE, (CnnShape) { 48, 96, 1 });
  /* Where 96 pixels are too few for the window. */
  surface = cnn_thumbnail_make (picture, "maxpool 60 stride=1", NULL, NULL);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 384 - 59);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 192 - 59);
  cairo_surface_destroy (surface);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (cnn_thumbnail_make (picture, none[i], NULL, &error));
      g_assert_nonnull (error);
    }
}

/* --- the view ------------------------------------------------------------- */

/** Fixture: a view in a window, on a folder of its own. */
typedef struct
{
  char       *folder;
  CnnDraft   *draft;
  CnnPicture *picture;
  GtkWidget  *view;
  GtkWidget  *window;
  GtkWidget  *button;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  fixture->folder = new_folder ();
  fixture->draft = cnn_draft_new ((CnnShape) { 300, 400, 3 });
  fixture->picture = ui_test_picture (300, 400, 3);
  fixture->view = cnn_presets_view_new (fixture->draft, fixture->picture, fixture->folder);
  gtk_widget_set_halign (fixture->view, GTK_ALIGN_START);
  gtk_box_pack_start (GTK_BOX (box), fixture->view, FALSE, FALSE, 0);
  gtk_widget_show (fixture->view);
  fixture->window = ui_test_show (box, 520, 640);
  fixture->button = ui_test_find (fixture->window, GTK_TYPE_MENU_BUTTON, "Presets");
}

static gboolean
is_last (gpointer object)
{
  return G_OBJECT (object)->ref_count == 1;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  if (fixture->window)
    gtk_widget_destroy (fixture->window);
  g_assert_true (ui_test_wait (is_last, fixture->draft));
  g_object_unref (fixture->draft);
  cnn_picture_unref (fixture->picture);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static GtkWidget *
in_popover (Fixture *fixture, GType type, const char *name)
{
  GtkPopover *popover = gtk_menu_button_get_popover (GTK_MENU_BUTTON (fixture->button));

  return ui_test_find (GTK_WIDGET (popover), type, name);
}

static void
click (Fixture *fixture, const char *name)
{
  GtkWidget *button = in_popover (fixture, GTK_TYPE_BUTTON, name);

  g_assert_nonnull (button);
  if (!gtk_widget_get_mapped (button) || !gtk_widget_is_sensitive (button))
    g_error ("“%s” cannot be pressed now", name);
  gtk_button_clicked (GTK_BUTTON (button));
  ui_test_settle ();
}

static gboolean
is_closed (gpointer popover)
{
  return !gtk_widget_get_visible (popover);
}

static void
open_list (Fixture *fixture)
{
  g_assert_true (ui_test_wait (is_closed,
                               gtk_menu_button_get_popover (GTK_MENU_BUTTON (fixture->button))));
  gtk_button_clicked (GTK_BUTTON (fixture->button));
  ui_test_settle ();
}

static void
type_name (Fixture *fixture, const char *name)
{
  gtk_entry_set_text (GTK_ENTRY (in_popover (fixture, GTK_TYPE_ENTRY, "Name")), name);
  ui_test_settle ();
}

/* The names of all rows that are one's own, with | between. */
static char *
own (Fixture *fixture)
{
  GtkWidget *list = in_popover (fixture, GTK_TYPE_LIST_BOX, "Presets");
  GString   *found = g_string_new (NULL);
  guint      n;

  cnn_presets (&n);
  for (guint i = n;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), (int) i);

      if (row == NULL)
        return g_string_free (found, FALSE);
      g_string_append_printf (found, "%s%s", i > n ? "|" : "",
                              atk_object_get_name (gtk_widget_get_accessible (GTK_WIDGET (row))));
    }
}

#define assert_own(fixture, names)          \
  do                                        \
    {                                       \
      g_autofree char *found = own (fixture); \
      g_assert_cmpstr (found, ==, names);   \
    }                                       \
  while (0)

static void
activate (Fixture *fixture, const char *name)
{
  GtkWidget *row = in_popover (fixture, GTK_TYPE_LIST_BOX_ROW, name);

  g_assert_nonnull (row);
  gtk_widget_grab_focus (row);
  gtk_widget_activate (row);
  ui_test_settle ();
}

static void
test_choose (Fixture *fixture, gconstpointer data)
{
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  cnn_draft_set_text (fixture->draft, "tanh # mine");
  for (guint i = 0; i < n; i++)
    {
      open_list (fixture);
      activate (fixture, presets[i].label);
      g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, presets[i].text);
      cnn_draft_undo (fixture->draft);
      g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, "tanh # mine");
    }
}

/* Whether a colour that only a thumbnail has can be seen on the row. */
static gboolean
all_made (gpointer data)
{
  Fixture         *fixture = data;
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    {
      GtkWidget       *row = in_popover (fixture, GTK_TYPE_LIST_BOX_ROW, presets[i].label);
      GtkWidget       *area = ui_test_find (row, GTK_TYPE_DRAWING_AREA, NULL);
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 80, 60);
      cairo_t         *cr = cairo_create (surface);
      gboolean         drawn;

      gtk_widget_draw (area, cr);
      cairo_surface_flush (surface);
      drawn = cairo_image_surface_get_data (surface)[30 * cairo_image_surface_get_stride (surface) +
                                                     40 * 4 + 3] == 255;
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
      if (!drawn)
        return FALSE;
    }
  return TRUE;
}

static void
test_own (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  open_list (fixture);
  assert_own (fixture, "");
  g_assert_false (gtk_widget_is_sensitive (in_popover (fixture, GTK_TYPE_BUTTON, "Save as…")));
  cnn_draft_set_text (fixture->draft, "conv 3 3x3; relu");
  gtk_popover_popdown (gtk_menu_button_get_popover (GTK_MENU_BUTTON (fixture->button)));
  ui_test_settle ();

  open_list (fixture);
  click (fixture, "Save as…");
  g_assert_false (gtk_widget_is_sensitive (in_popover (fixture, GTK_TYPE_BUTTON, "Save")));
  type_name (fixture, "a/b");
  g_assert_false (gtk_widget_is_sensitive (in_popover (fixture, GTK_TYPE_BUTTON, "Save")));
  ui_test_screenshot (fixture->window, "presets-name");
  type_name (fixture, "边缘");
  click (fixture, "Save");
  assert_own (fixture, "边缘");
  g_assert_true (user_presets_exists (fixture->folder, "边缘"));

  /* Asks before it replaces. */
  cnn_draft_set_text (fixture->draft, "tanh");
  click (fixture, "Save as…");
  type_name (fixture, " 边缘 ");
  click (fixture, "Save");
  text = user_presets_load (fixture->folder, "边缘", NULL);
  g_assert_cmpstr (text, ==, "conv 3 3x3; relu");
  ui_test_screenshot (fixture->window, "presets-replace");
  click (fixture, "Replace");
  g_free (text);
  text = user_presets_load (fixture->folder, "边缘", NULL);
  g_assert_cmpstr (text, ==, "tanh");

  click (fixture, "Save as…");
  type_name (fixture, "Second");
  click (fixture, "Save");
  assert_own (fixture, "Second|边缘");
  click (fixture, "Rename “Second”");
  type_name (fixture, "A third");
  click (fixture, "Rename");
  assert_own (fixture, "A third|边缘");
  g_assert_true (ui_test_wait (all_made, fixture));
  ui_test_screenshot (fixture->window, "presets");

  cnn_draft_set_text (fixture->draft, "relu");
  activate (fixture, "边缘");
  g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, "tanh");

  open_list (fixture);
  click (fixture, "Delete “边缘”");
  g_assert_true (user_presets_exists (fixture->folder, "边缘"));
  click (fixture, "Delete");
  g_assert_false (user_presets_exists (fixture->folder, "边缘"));
  assert_own (fixture, "A third");
}

/* A file that went away, or is none, is said; the draft stays. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->folder, "b.cnn", NULL);
  g_autofree char *gone = g_build_filename (fixture->folder, "c.cnn", NULL);

  cnn_draft_set_text (fixture->draft, "relu");
  g_assert_true (g_file_set_contents (file, "\xff", 1, NULL));
  g_assert_true (g_file_set_contents (gone, "tanh", 4, NULL));
  open_list (fixture);
  assert_own (fixture, "b|c");
  activate (fixture, "b");
  g_remove (gone);
  activate (fixture, "c");
  g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, "relu");
  ui_test_screenshot (fixture->window, "presets-trouble");
}

/* --- closed in the middle of it ------------------------------------------- */

static gint slow_reads, slow_alive;

static gboolean
slow_read (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
           GCancellable *cancellable, GError **error)
{
  g_atomic_int_inc (&slow_reads);
  for (int y = 0; y < rect->height; y++)
    memset (values + y * stride, 0, sizeof (float) * (gsize) rect->width * input.channels);
  /* Until nobody wants it. */
  while (!g_cancellable_is_cancelled (cancellable))
    g_usleep (1000);
  g_usleep (50000);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
no_show (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels, gsize stride,
         GCancellable *cancellable, GError **error)
{
  return FALSE;
}

static void
slow_free (gpointer data)
{
  g_atomic_int_set (&slow_alive, 0);
}

static gboolean
is_read (gpointer data)
{
  return g_atomic_int_get (&slow_reads) > 0;
}

static gboolean
is_gone (gpointer data)
{
  return g_atomic_int_get (&slow_alive) == 0;
}

static void
test_closed (Fixture *fixture, gconstpointer data)
{
  static const CnnPictureClass klass = { slow_read, no_show, NULL, slow_free };
  CnnPicture *picture = cnn_picture_new (&klass, (CnnShape) { 100, 100, 3 }, NULL);
  GtkWidget  *window;

  slow_alive = 1;
  window = ui_test_show (cnn_presets_view_new (fixture->draft, picture, fixture->folder), 520, 640);
  cnn_picture_unref (picture);
  gtk_button_clicked (GTK_BUTTON (ui_test_find (window, GTK_TYPE_MENU_BUTTON, "Presets")));
  g_assert_true (ui_test_wait (is_read, NULL));
  gtk_widget_destroy (window);
  g_assert_true (ui_test_wait (is_gone, NULL));
  /* None but the one that was being made. */
  g_assert_cmpint (g_atomic_int_get (&slow_reads), ==, 1);
}

#define ADD(path, function) \
  g_test_add ("/presets-view/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/presets-view/names", test_names);
  g_test_add_func ("/presets-view/trouble", test_trouble);
  g_test_add_func ("/presets-view/thumbnail", test_thumbnail);
  ADD ("choose", test_choose);
  ADD ("own", test_own);
  ADD ("broken", test_broken);
  ADD ("closed", test_closed);
  return g_test_run ();
}
