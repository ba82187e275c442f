/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file-about.h"

#include <string.h>

#include "card-words.h"
#include "i18n.h"
#include "notes.h"

/* What a model says of itself, on a page. */

/* Characters of one note of the file; labels of a thousand classes are one note. */
#define MOST_CHARS 300
/* Of its name, and of a line of it. */
#define MOST_NAME 18
#define MOST_LINE 36
/* Height of the page, in pixels, from where on it scrolls. */
#define MOST_HEIGHT 360

static GtkWidget *
words (const char *text, gboolean heading)
{
  GtkWidget *label = heading ? gtk_label_new (NULL) : sentence_new ();

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  if (heading)
    {
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_width_chars (GTK_LABEL (label),
                                 (int) MIN (g_utf8_strlen (text, -1), MOST_NAME));
      gtk_widget_set_tooltip_text (label, text);
      gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
      return label;
    }
  gtk_label_set_width_chars (GTK_LABEL (label), (int) MIN (g_utf8_strlen (text, -1), MOST_LINE));
  gtk_label_set_max_width_chars (GTK_LABEL (label), MOST_LINE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* Not by the keyboard's first step: then all of it were selected. */
  gtk_widget_set_can_focus (label, FALSE);
  return label;
}

/* A file may say anything, and in any encoding. */
static char *
readable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  glong            length;

  g_strstrip (valid);
  length = g_utf8_strlen (valid, -1);
  if (length <= MOST_CHARS)
    return g_steal_pointer (&valid);
  *g_utf8_offset_to_pointer (valid, MOST_CHARS) = '\0';
  return g_strconcat (valid, "…", NULL);
}

static void
add_row (GtkGrid *grid, int *row, const char *name, const char *text)
{
  g_autofree char *heading = readable (name);
  g_autofree char *value = text ? readable (text) : NULL;

  if (value == NULL || *value == '\0')
    return;
  gtk_grid_attach (grid, words (heading, TRUE), 0, *row, 1, 1);
  gtk_grid_attach (grid, words (value, FALSE), 1, *row, 1, 1);
  ++*row;
}

/* What pictures it is for. */
static char *
input_in_words (const CnnShape *input)
{
  g_autofree char *channels = NULL;
  g_autofree char *size = NULL;

  if (input->height > 0 && input->width > 0 && input->channels > 0)
    return cnn_card_words_shape (*input);
  channels = g_strdup_printf (dngettext ("convolens", "%d channel", "%d channels",
                                         (gulong) input->channels), input->channels);
  if (input->height > 0)
    size = g_strdup_printf (_("height %d"), input->height);
  else if (input->width > 0)
    size = g_strdup_printf (_("width %d"), input->width);
  else
    size = g_strdup (_("any size"));
  if (input->channels == 0)
    return g_steal_pointer (&size);
  return g_strdup_printf (_("%s, %s"), size, channels);
}

/** cnn_file_about_line: (transfer full): "pytorch 1.1 · any size, 3 channels" */
char *
cnn_file_about_line (const CnnModelInfo *info)
{
  g_autofree char *producer = readable (info->producer);
  g_autofree char *input = input_in_words (&info->input);

  if (*producer == '\0')
    return g_steal_pointer (&input);
  return g_strconcat (producer, " · ", input, NULL);
}

static void
add_metadata (GtkGrid *grid, int *row, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata),
                                        (GCompareFunc) strcmp);

  for (GList *key = keys; key; key = key->next)
    /* That is what the cards show. */
    if (strcmp (key->data, "convolens.text") != 0)
      add_row (grid, row, key->data, g_hash_table_lookup (metadata, key->data));
}

/**
 * cnn_file_about_new:
 * @info: what the file says of itself
 * @file: its path
 *
 * Returns: (transfer floating): a page of it
 */
GtkWidget *
cnn_file_about_new (const CnnModelInfo *info, const char *file)
{
  GtkWidget       *scrolled = gtk_scrolled_window_new (NULL, NULL);
  GtkWidget       *grid = gtk_grid_new ();
  g_autofree char *place = g_filename_display_name (file);
  g_autofree char *opset = g_strdup_printf ("ONNX %" G_GINT64_FORMAT, info->opset);
  g_autofree char *input = input_in_words (&info->input);
  g_autofree char *outputs = g_strdup_printf ("%u", info->n_outputs);
  int              row = 0;

  add_row (GTK_GRID (grid), &row, _("Name"), info->name);
  add_row (GTK_GRID (grid), &row, _("Description"), info->description);
  add_row (GTK_GRID (grid), &row, _("Written by"), info->producer);
  /* Translators: the version of ONNX's set of operators. */
  add_row (GTK_GRID (grid), &row, _("Operators"), opset);
  /* Translators: what pictures a network takes. */
  add_row (GTK_GRID (grid), &row, _("Takes"), input);
  if (info->n_outputs > 1)
    add_row (GTK_GRID (grid), &row, _("Outputs"), outputs);
  if (info->metadata != NULL)
    add_metadata (GTK_GRID (grid), &row, info->metadata);
  add_row (GTK_GRID (grid), &row, _("File"), place);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  g_object_set (grid, "margin", 12, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), MOST_HEIGHT);
  gtk_container_add (GTK_CONTAINER (scrolled), grid);
  gtk_widget_show_all (scrolled);
  return scrolled;
}
