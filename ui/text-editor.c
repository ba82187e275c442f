/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text-editor.h"

#include <string.h>

#include "i18n.h"

/* What is typed goes into the draft after a pause of this length, in milliseconds; it is one
 * step of undo. */
#define PAUSE 300

struct _CnnTextEditor
{
  GtkBox         parent;
  CnnDraft      *draft;
  GtkWidget     *view;
  GtkTextBuffer *buffer;
  GtkTextTag    *off;
  GtkTextTag    *wrong;
  GtkWidget     *revealer;
  GtkWidget     *sentence;
  GArray        *mistakes; /* Mistake */
  guint          pause;    /* source that waits for the pause; 0 for nothing typed */
  gboolean       filling;  /* the buffer changes because the draft did */
};

/** Mistake: characters of the text from @start to @end, and what is wrong with them. */
typedef struct
{
  int   start;
  int   end;
  char *sentence;
} Mistake;

G_DEFINE_FINAL_TYPE (CnnTextEditor, cnn_text_editor, GTK_TYPE_BOX)

static char *
buffer_text (CnnTextEditor *editor)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (editor->buffer, &start, &end);
  return gtk_text_buffer_get_text (editor->buffer, &start, &end, TRUE);
}

/* --- mistakes ------------------------------------------------------------- */

static void
mistake_clear (gpointer mistake)
{
  g_free (((Mistake *) mistake)->sentence);
}

/* The mistake at that character, or NULL. */
static const Mistake *
mistake_at (CnnTextEditor *editor, int offset)
{
  for (guint i = 0; i < editor->mistakes->len; i++)
    {
      const Mistake *mistake = &g_array_index (editor->mistakes, Mistake, i);

      if (offset >= mistake->start && offset <= mistake->end)
        return mistake;
    }
  return NULL;
}

static void
show_sentence (CnnTextEditor *editor)
{
  const Mistake *mistake;
  GtkTextIter    cursor;
  const char    *sentence;

  gtk_text_buffer_get_iter_at_mark (editor->buffer, &cursor,
                                    gtk_text_buffer_get_insert (editor->buffer));
  mistake = mistake_at (editor, gtk_text_iter_get_offset (&cursor));
  sentence = mistake ? mistake->sentence : cnn_draft_problem (editor->draft);
  if (sentence != NULL)
    gtk_label_set_text (GTK_LABEL (editor->sentence), sentence);
  gtk_revealer_set_reveal_child (GTK_REVEALER (editor->revealer), sentence != NULL);
}

/* Goes to the mistake, and from there to the next one. */
static void
go_to_mistake (GtkButton *button, gpointer data)
{
  CnnTextEditor *editor = data;
  GtkTextIter    cursor, end;
  const Mistake *next = NULL;
  int            at;

  gtk_widget_grab_focus (editor->view);
  if (editor->mistakes->len == 0)
    return;
  gtk_text_buffer_get_iter_at_mark (editor->buffer, &cursor,
                                    gtk_text_buffer_get_insert (editor->buffer));
  at = gtk_text_iter_get_offset (&cursor);
  for (guint i = 0; i < editor->mistakes->len && next == NULL; i++)
    if (g_array_index (editor->mistakes, Mistake, i).start > at)
      next = &g_array_index (editor->mistakes, Mistake, i);
  if (next == NULL)
    next = &g_array_index (editor->mistakes, Mistake, 0);
  gtk_text_buffer_get_iter_at_offset (editor->buffer, &cursor, next->start);
  gtk_text_buffer_get_iter_at_offset (editor->buffer, &end, next->end);
  gtk_text_buffer_select_range (editor->buffer, &cursor, &end);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (editor->view),
                                      gtk_text_buffer_get_insert (editor->buffer));
}

static gboolean
query_tooltip (GtkWidget *view, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
               gpointer data)
{
  CnnTextEditor *editor = data;
  const Mistake *mistake;
  GtkTextIter    at;

  if (keyboard)
    gtk_text_buffer_get_iter_at_mark (editor->buffer, &at,
                                      gtk_text_buffer_get_insert (editor->buffer));
  else
    {
      gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (view), GTK_TEXT_WINDOW_WIDGET, x, y,
                                             &x, &y);
      if (!gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (view), &at, x, y))
        return FALSE;
    }
  mistake = mistake_at (editor, gtk_text_iter_get_offset (&at));
  if (mistake == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, mistake->sentence);
  return TRUE;
}

/* --- the draft's text ----------------------------------------------------- */

/** Place: a byte of the text and which character it belongs to. */
typedef struct
{
  const char *at;
  int         offset;
} Place;

/* Goes to a byte; mostly forwards, so that a long text is gone through once. */
static int
place_go (Place *place, const char *at)
{
  place->offset += (int) g_utf8_pointer_to_offset (place->at, at);
  place->at = at;
  return place->offset;
}

static void
apply (CnnTextEditor *editor, GtkTextTag *tag, int start, int end)
{
  GtkTextIter from, to;

  gtk_text_buffer_get_iter_at_offset (editor->buffer, &from, start);
  gtk_text_buffer_get_iter_at_offset (editor->buffer, &to, end);
  /* Of a layer that is switched off, the mark and a comment belong to it. */
  if (tag == editor->off)
    {
      gtk_text_iter_set_line_offset (&from, 0);
      if (!gtk_text_iter_ends_line (&to))
        gtk_text_iter_forward_to_line_end (&to);
    }
  gtk_text_buffer_apply_tag (editor->buffer, tag, &from, &to);
}

static void
mark_layers (CnnTextEditor *editor, const char *text)
{
  GtkTextIter start, end;
  Place       place = { text, 0 };

  gtk_text_buffer_get_bounds (editor->buffer, &start, &end);
  gtk_text_buffer_remove_tag (editor->buffer, editor->off, &start, &end);
  gtk_text_buffer_remove_tag (editor->buffer, editor->wrong, &start, &end);
  g_array_set_size (editor->mistakes, 0);
  for (guint i = 0; i < cnn_draft_n_layers (editor->draft); i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (editor->draft, i);
      Mistake              mistake;

      if (!layer->enabled)
        {
          int from = place_go (&place, text + layer->start);

          apply (editor, editor->off, from,
                 place_go (&place, text + layer->start + layer->length));
        }
      if (layer->problem == NULL)
        continue;
      mistake.start = place_go (&place, text + layer->problem_start);
      mistake.end = place_go (&place, text + layer->problem_start + layer->problem_length);
      mistake.sentence = g_strdup (layer->problem);
      g_array_append_val (editor->mistakes, mistake);
      apply (editor, editor->wrong, mistake.start, mistake.end);
    }
}

/* Makes the buffer's text @text, changing only what differs, so that the cursor stays where
 * the person left it. */
static void
fill (CnnTextEditor *editor, const char *text)
{
  g_autofree char *old = buffer_text (editor);
  const char      *old_end = old + strlen (old), *new_end = text + strlen (text);
  const char      *old_at = old, *new_at = text;
  GtkTextIter      start, end;
  int              offset;

  while (*old_at && *old_at == *new_at)
    {
      old_at++;
      new_at++;
    }
  /* Not within a character, nor within a line's end. */
  while (((guchar) *old_at & 0xc0) == 0x80 || ((guchar) *new_at & 0xc0) == 0x80 ||
         (old_at > old && old_at[-1] == '\r'))
    {
      old_at--;
      new_at--;
    }
  while (old_end > old_at && new_end > new_at && old_end[-1] == new_end[-1])
    {
      old_end--;
      new_end--;
    }
  while (((guchar) *old_end & 0xc0) == 0x80 || ((guchar) *new_end & 0xc0) == 0x80 ||
         *old_end == '\n')
    {
      old_end++;
      new_end++;
    }
  if (old_at == old_end && new_at == new_end)
    return;
  editor->filling = TRUE;
  offset = (int) g_utf8_pointer_to_offset (old, old_at);
  gtk_text_buffer_begin_user_action (editor->buffer);
  gtk_text_buffer_get_iter_at_offset (editor->buffer, &start, offset);
  gtk_text_buffer_get_iter_at_offset (editor->buffer, &end,
                                      offset + (int) g_utf8_pointer_to_offset (old_at, old_end));
  gtk_text_buffer_delete (editor->buffer, &start, &end);
  gtk_text_buffer_insert (editor->buffer, &start, new_at, (int) (new_end - new_at));
  gtk_text_buffer_end_user_action (editor->buffer);
  editor->filling = FALSE;
}

static void
draft_changed (CnnTextEditor *editor)
{
  const char *text = cnn_draft_text (editor->draft);

  fill (editor, text);
  mark_layers (editor, text);
  show_sentence (editor);
}

/* --- typing --------------------------------------------------------------- */

static void
flush (CnnTextEditor *editor)
{
  g_autofree char *text = NULL;

  if (editor->pause == 0)
    return;
  g_clear_handle_id (&editor->pause, g_source_remove);
  text = buffer_text (editor);
  cnn_draft_set_text (editor->draft, text);
}

static gboolean
pause_over (gpointer data)
{
  flush (data);
  return G_SOURCE_REMOVE;
}

static void
buffer_changed (CnnTextEditor *editor)
{
  if (editor->filling)
    return;
  g_clear_handle_id (&editor->pause, g_source_remove);
  editor->pause = g_timeout_add (PAUSE, pause_over, editor);
}

/* What gets the focus may go away with a change of the text: not before it has it. */
static gboolean
left (CnnTextEditor *editor)
{
  if (editor->pause != 0)
    {
      g_source_remove (editor->pause);
      editor->pause = g_idle_add_full (G_PRIORITY_HIGH, pause_over, editor, NULL);
    }
  return FALSE;
}

static gboolean
key_press (GtkWidget *view, GdkEventKey *event, gpointer data)
{
  CnnTextEditor  *editor = data;
  GdkModifierType state  = event->state & gtk_accelerator_get_default_mod_mask ();
  guint           key    = gdk_keyval_to_lower (event->keyval);

  if (key == GDK_KEY_z && state == GDK_CONTROL_MASK)
    cnn_draft_undo (editor->draft);
  else if ((key == GDK_KEY_z && state == (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) ||
           (key == GDK_KEY_y && state == GDK_CONTROL_MASK))
    cnn_draft_redo (editor->draft);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* --- the widget ----------------------------------------------------------- */

static void
style_updated (GtkWidget *widget)
{
  CnnTextEditor *editor = CNN_TEXT_EDITOR (widget);
  GdkRGBA        colour;

  GTK_WIDGET_CLASS (cnn_text_editor_parent_class)->style_updated (widget);
  if (editor->view == NULL)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (editor->view),
                               GTK_STATE_FLAG_INSENSITIVE, &colour);
  g_object_set (editor->off, "foreground-rgba", &colour, NULL);
}

static void
cnn_text_editor_dispose (GObject *object)
{
  CnnTextEditor *editor = CNN_TEXT_EDITOR (object);

  g_clear_handle_id (&editor->pause, g_source_remove);
  if (editor->draft != NULL)
    g_signal_handlers_disconnect_by_data (editor->draft, editor);
  if (editor->buffer != NULL)
    g_signal_handlers_disconnect_by_data (editor->buffer, editor);
  G_OBJECT_CLASS (cnn_text_editor_parent_class)->dispose (object);
  g_clear_object (&editor->draft);
  g_clear_object (&editor->buffer);
}

static void
cnn_text_editor_finalize (GObject *object)
{
  g_array_unref (CNN_TEXT_EDITOR (object)->mistakes);
  G_OBJECT_CLASS (cnn_text_editor_parent_class)->finalize (object);
}

static void
cnn_text_editor_class_init (CnnTextEditorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_text_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_text_editor_finalize;
  GTK_WIDGET_CLASS (klass)->style_updated = style_updated;
}

static void
add_view (CnnTextEditor *editor)
{
  GtkWidget     *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget     *view     = gtk_text_view_new ();
  GtkTextBuffer *buffer   = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  AtkObject     *named    = gtk_widget_get_accessible (view);

  editor->view = view;
  editor->buffer = g_object_ref (buffer);
  editor->off = gtk_text_buffer_create_tag (buffer, "off", "style", PANGO_STYLE_ITALIC, NULL);
  editor->wrong = gtk_text_buffer_create_tag (buffer, "wrong", "underline", PANGO_UNDERLINE_ERROR,
                                              NULL);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 8);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 8);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 6);
  /* The notation is written from left to right in every language. */
  gtk_widget_set_direction (view, GTK_TEXT_DIR_LTR);
  gtk_widget_set_has_tooltip (view, TRUE);
  atk_object_set_name (named, _("Network's text"));
  atk_object_set_description (named, _("One layer a line, or semicolons between them; what stands "
                                       "after # is a comment"));
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scrolled), GTK_SHADOW_IN);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 100);
  gtk_container_add (GTK_CONTAINER (scrolled), view);
  gtk_box_pack_start (GTK_BOX (editor), scrolled, TRUE, TRUE, 0);
  gtk_widget_show_all (scrolled);
  g_signal_connect (view, "query-tooltip", G_CALLBACK (query_tooltip), editor);
  g_signal_connect (view, "key-press-event", G_CALLBACK (key_press), editor);
  g_signal_connect_swapped (view, "focus-out-event", G_CALLBACK (left), editor);
  g_signal_connect_swapped (view, "unmap", G_CALLBACK (flush), editor);
  g_signal_connect_swapped (buffer, "changed", G_CALLBACK (buffer_changed), editor);
  g_signal_connect_swapped (buffer, "notify::cursor-position", G_CALLBACK (show_sentence),
                            editor);
}

static void
add_sentence (CnnTextEditor *editor)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *row    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *icon   = gtk_image_new_from_icon_name ("dialog-error-symbolic", GTK_ICON_SIZE_BUTTON);

  editor->sentence = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (editor->sentence), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (editor->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (editor->sentence), 0.0f);
  gtk_label_set_width_chars (GTK_LABEL (editor->sentence), 20);
  gtk_box_pack_start (GTK_BOX (row), icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), editor->sentence, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (button), row);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_tooltip_text (button, _("Go to the mistake in the text"));
  atk_object_set_name (gtk_widget_get_accessible (button), _("Go to the mistake"));
  atk_object_add_relationship (gtk_widget_get_accessible (editor->view), ATK_RELATION_DESCRIBED_BY,
                               gtk_widget_get_accessible (editor->sentence));
  g_signal_connect (button, "clicked", G_CALLBACK (go_to_mistake), editor);
  editor->revealer = gtk_revealer_new ();
  gtk_container_add (GTK_CONTAINER (editor->revealer), button);
  gtk_box_pack_start (GTK_BOX (editor), editor->revealer, FALSE, FALSE, 0);
  gtk_widget_show_all (editor->revealer);
}

static void
cnn_text_editor_init (CnnTextEditor *editor)
{
  editor->mistakes = g_array_new (FALSE, FALSE, sizeof (Mistake));
  g_array_set_clear_func (editor->mistakes, mistake_clear);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (editor), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (editor), 4);
  add_view (editor);
  add_sentence (editor);
}

/**
 * cnn_text_editor_new:
 * @draft: whose text is shown
 *
 * What is typed becomes the draft's text after a short pause, and at once when somebody
 * reads it or the focus leaves; each is one step of the draft's undo.
 *
 * Returns: (transfer floating): the editor
 */
GtkWidget *
cnn_text_editor_new (CnnDraft *draft)
{
  CnnTextEditor *editor = g_object_new (CNN_TYPE_TEXT_EDITOR, NULL);
  GtkTextIter    start;

  editor->draft = g_object_ref (draft);
  g_signal_connect_swapped (draft, "changed", G_CALLBACK (draft_changed), editor);
  g_signal_connect_swapped (draft, "flush", G_CALLBACK (flush), editor);
  draft_changed (editor);
  gtk_text_buffer_get_start_iter (editor->buffer, &start);
  gtk_text_buffer_place_cursor (editor->buffer, &start);
  return GTK_WIDGET (editor);
}
