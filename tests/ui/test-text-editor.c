/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "text-editor.h"
#include "ui-test.h"

/** Fixture: an editor in a window. */
typedef struct
{
  CnnDraft      *draft;
  GtkWidget     *window;
  GtkWidget     *view;
  GtkTextBuffer *buffer;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer text)
{
  fixture->draft = cnn_draft_new ((CnnShape) { 480, 640, 3 });
  cnn_draft_set_text (fixture->draft, text);
  fixture->window = ui_test_show (cnn_text_editor_new (fixture->draft), 420, 260);
  fixture->view = ui_test_find (fixture->window, GTK_TYPE_TEXT_VIEW, "Network's text");
  fixture->buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (fixture->view));
  gtk_widget_grab_focus (fixture->view);
  ui_test_settle ();
}

static void
tear_down (Fixture *fixture, gconstpointer text)
{
  if (fixture->window)
    gtk_widget_destroy (fixture->window);
  g_assert_finalize_object (fixture->draft);
}

static char *
shown (const Fixture *fixture)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (fixture->buffer, &start, &end);
  return gtk_text_buffer_get_text (fixture->buffer, &start, &end, TRUE);
}

#define assert_shown(fixture, text)                \
  do                                               \
    {                                              \
      g_autofree char *now_shown = shown (fixture); \
      g_assert_cmpstr (now_shown, ==, text);       \
    }                                              \
  while (0)

/* The text that has the tag, pieces with | between. */
static char *
tagged (const Fixture *fixture, const char *name)
{
  GtkTextTagTable *tags  = gtk_text_buffer_get_tag_table (fixture->buffer);
  GtkTextTag      *tag   = gtk_text_tag_table_lookup (tags, name);
  GString         *found = g_string_new (NULL);
  GtkTextIter      at, end;

  gtk_text_buffer_get_start_iter (fixture->buffer, &at);
  while (gtk_text_iter_starts_tag (&at, tag) || gtk_text_iter_forward_to_tag_toggle (&at, tag))
    {
      g_autofree char *piece = NULL;

      end = at;
      if (!gtk_text_iter_starts_tag (&at, tag) || !gtk_text_iter_forward_to_tag_toggle (&end, tag))
        break;
      piece = gtk_text_iter_get_text (&at, &end);
      g_string_append_printf (found, "%s%s", found->len > 0 ? "|" : "", piece);
      at = end;
    }
  return g_string_free (found, FALSE);
}

#define assert_tagged(fixture, tag, text)                   \
  do                                                        \
    {                                                       \
      g_autofree char *now_tagged = tagged (fixture, tag);  \
      g_assert_cmpstr (now_tagged, ==, text);               \
    }                                                       \
  while (0)

static void
put_cursor (const Fixture *fixture, int offset)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (fixture->buffer, &iter, offset);
  /* No person gets between the two characters of a line's end. */
  if (gtk_text_iter_ends_line (&iter) && !gtk_text_iter_is_end (&iter))
    {
      gtk_text_iter_set_line_offset (&iter, 0);
      if (!gtk_text_iter_ends_line (&iter))
        gtk_text_iter_forward_to_line_end (&iter);
    }
  gtk_text_buffer_place_cursor (fixture->buffer, &iter);
}

static int
cursor (const Fixture *fixture)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (fixture->buffer, &iter,
                                    gtk_text_buffer_get_insert (fixture->buffer));
  return gtk_text_iter_get_offset (&iter);
}

static void
type (const Fixture *fixture, const char *text)
{
  gtk_text_buffer_insert_interactive_at_cursor (fixture->buffer, text, -1, TRUE);
}

/* Presses a key as a keyboard does: GTK looks its own keys up by their code. */
static void
press (const Fixture *fixture, guint keyval)
{
  GdkDisplay           *display = gtk_widget_get_display (fixture->view);
  g_autofree GdkKeymapKey *keys = NULL;
  GdkEvent             *event = gdk_event_new (GDK_KEY_PRESS);
  int                   n;

  g_assert_true (gdk_keymap_get_entries_for_keyval (gdk_keymap_get_for_display (display), keyval,
                                                    &keys, &n));
  event->key.window = g_object_ref (gtk_widget_get_window (fixture->view));
  event->key.send_event = TRUE;
  event->key.keyval = keyval;
  event->key.hardware_keycode = (guint16) keys[0].keycode;
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (display)));
  gtk_main_do_event (event);
  gdk_event_free (event);
  ui_test_settle ();
}

static gboolean
is_problem_shown (gpointer window)
{
  GtkWidget *revealer = ui_test_find (window, GTK_TYPE_REVEALER, NULL);

  return gtk_revealer_get_child_revealed (GTK_REVEALER (revealer));
}

/* --- tests ---------------------------------------------------------------- */

static void
test_marks (Fixture *fixture, gconstpointer text)
{
  GtkWidget *label;

  assert_shown (fixture, text);
  assert_tagged (fixture, "off", "#off relu # no|  #off conv [\n#off [1]]");
  assert_tagged (fixture, "wrong", "covn|3ü3");
  g_assert_true (ui_test_wait (is_problem_shown, fixture->window));
  label = ui_test_find (fixture->window, GTK_TYPE_LABEL, NULL);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (label)), ==, cnn_draft_problem (fixture->draft));
  /* At a mistake, that one's sentence. */
  put_cursor (fixture, (int) g_utf8_strlen (text, -1) - 2);
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (label)), "3ü3"));
  put_cursor (fixture, 0);
  gtk_button_clicked (GTK_BUTTON (ui_test_find (fixture->window, GTK_TYPE_BUTTON,
                                                "Go to the mistake")));
  g_assert_cmpint (cursor (fixture), ==, (int) (strstr (text, "covn") - (const char *) text) - 3);
  ui_test_settle ();
  ui_test_screenshot (fixture->window, "text-editor");
  cnn_draft_set_text (fixture->draft, "relu");
  assert_tagged (fixture, "off", "");
  assert_tagged (fixture, "wrong", "");
  g_assert_false (gtk_revealer_get_reveal_child (
    GTK_REVEALER (ui_test_find (fixture->window, GTK_TYPE_REVEALER, NULL))));
}

static gboolean
has_step (gpointer draft)
{
  return cnn_draft_n_layers (draft) == 2;
}

static void
test_typing (Fixture *fixture, gconstpointer text)
{
  /* After a pause. */
  put_cursor (fixture, 4);
  type (fixture, "; ta");
  type (fixture, "nh");
  g_assert_cmpuint (cnn_draft_n_layers (fixture->draft), ==, 1);
  g_assert_true (ui_test_wait (has_step, fixture->draft));
  g_assert_cmpint (cursor (fixture), ==, 10);
  /* At once for whoever reads it. */
  type (fixture, "; é");
  g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, "relu; tanh; é");
  assert_tagged (fixture, "wrong", "é");
  /* A pause is a step. */
  ui_test_key (fixture->view, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_shown (fixture, "relu; tanh");
  ui_test_key (fixture->view, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_shown (fixture, "relu");
  ui_test_key (fixture->view, GDK_KEY_Z, GDK_CONTROL_MASK | GDK_SHIFT_MASK);
  assert_shown (fixture, "relu; tanh");
  ui_test_key (fixture->view, GDK_KEY_y, GDK_CONTROL_MASK);
  assert_shown (fixture, "relu; tanh; é");
  /* What was typed a moment ago is undone first. */
  put_cursor (fixture, 0);
  type (fixture, "#");
  ui_test_key (fixture->view, GDK_KEY_z, GDK_CONTROL_MASK);
  assert_shown (fixture, "relu; tanh; é");
  /* Keys themselves. */
  put_cursor (fixture, 4);
  press (fixture, GDK_KEY_BackSpace);
  g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, "rel; tanh; é");
}

/* Changes from elsewhere leave the cursor at the same words. */
static void
test_elsewhere (Fixture *fixture, gconstpointer text)
{
  put_cursor (fixture, 12);
  cnn_draft_insert (fixture->draft, 0, "tanh");
  assert_shown (fixture, "tanh\nrelu\nconv 8 3x3\nä # ö");
  g_assert_cmpint (cursor (fixture), ==, 17);
  cnn_draft_remove (fixture->draft, 3);
  g_assert_cmpint (cursor (fixture), ==, 17);
  cnn_draft_set_text (fixture->draft, "tanh\nrelu\nconv 8 3x3\nö");
  cnn_draft_set_text (fixture->draft, "tanh\nrelu\nconv 8 3x3\nã");
  assert_shown (fixture, "tanh\nrelu\nconv 8 3x3\nã");
  g_assert_cmpint (cursor (fixture), ==, 17);
}

static void
test_leaving (Fixture *fixture, gconstpointer text)
{
  GtkWidget *box   = gtk_bin_get_child (GTK_BIN (fixture->window));
  GtkWidget *entry = gtk_entry_new ();

  gtk_box_pack_start (GTK_BOX (box), entry, FALSE, FALSE, 0);
  gtk_widget_show (entry);
  gtk_widget_grab_focus (fixture->view);
  press (fixture, GDK_KEY_Tab);
  assert_shown (fixture, "relu");
  g_assert_false (gtk_widget_is_focus (fixture->view));
  /* Closed in the middle of a word. */
  type (fixture, "t");
  gtk_widget_destroy (fixture->window);
  fixture->window = NULL;
  ui_test_settle ();
  cnn_draft_set_text (fixture->draft, "tanh");
  ui_test_settle ();
}

/* Line ends of another system stay. */
static void
test_line_ends (Fixture *fixture, gconstpointer text)
{
  put_cursor (fixture, 4);
  type (fixture, " # r");
  g_assert_cmpstr (cnn_draft_text (fixture->draft), ==, "relu # r\r\ntanh\r\n");
  ui_test_settle ();
  cnn_draft_insert (fixture->draft, 1, "dropout");
  ui_test_settle ();
  assert_shown (fixture, "relu # r\r\ndropout\ntanh\r\n");
  cnn_draft_set_enabled (fixture->draft, 2, FALSE);
  cnn_draft_remove (fixture->draft, 0);
  ui_test_settle ();
  assert_shown (fixture, "dropout\n#off tanh\r\n");
  cnn_draft_undo (fixture->draft);
  ui_test_settle ();
  assert_shown (fixture, "relu # r\r\ndropout\n#off tanh\r\n");
}

static void
test_random (Fixture *fixture, gconstpointer text)
{
  static const char *const pieces[] = {
    "relu", "conv 8 3x3", "\n", "; ", "#off ", "é", "漢", "[", "]", "x", "#", " ", "\"",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (int i = 0; i < 400; i++)
    {
      g_autoptr (GString) made = g_string_new (NULL);

      if (g_rand_boolean (rand))
        {
          g_autofree char *now = shown (fixture);

          put_cursor (fixture, g_rand_int_range (rand, 0, (int) g_utf8_strlen (now, -1) + 1));
          type (fixture, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
        }
      else
        {
          for (int n = g_rand_int_range (rand, 0, 12); n > 0; n--)
            g_string_append (made, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
          cnn_draft_set_text (fixture->draft, made->str);
        }
      assert_shown (fixture, cnn_draft_text (fixture->draft));
    }
}

#define ADD(path, text, function) \
  g_test_add (path, Fixture, text, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  ADD ("/text-editor/marks",
       "# äöü\nconv 8 3x3 pad=same\n#off relu # no\ncovn 4\n  #off conv [\n#off [1]]\nconv 8 3ü3",
       test_marks);
  ADD ("/text-editor/typing", "relu", test_typing);
  ADD ("/text-editor/elsewhere", "relu\nconv 8 3x3\nä # ö", test_elsewhere);
  ADD ("/text-editor/leaving", "relu", test_leaving);
  ADD ("/text-editor/line-ends", "relu\r\ntanh\r\n", test_line_ends);
  ADD ("/text-editor/random", "relu", test_random);
  return g_test_run ();
}
