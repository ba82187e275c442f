/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "notes.h"

#include "i18n.h"

/* What small pages that ask or tell something are made of. */

/** sentence_new: (transfer floating): a label for a sentence that may take several lines. */
GtkWidget *
sentence_new (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  return label;
}

/** note_add: makes a place on @page for what goes wrong; (transfer none): for note_set(). */
GtkWidget *
note_add (GtkWidget *page)
{
  GtkWidget *row   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = sentence_new ();

  gtk_box_pack_start (GTK_BOX (row), gtk_image_new_from_icon_name ("dialog-error-symbolic",
                                                                   GTK_ICON_SIZE_BUTTON),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), label, TRUE, TRUE, 0);
  gtk_widget_show_all (row);
  gtk_widget_set_no_show_all (row, TRUE);
  gtk_widget_hide (row);
  gtk_box_pack_start (GTK_BOX (page), row, FALSE, FALSE, 0);
  return label;
}

/** note_set: shows the sentence, or nothing where it is %NULL. */
void
note_set (GtkWidget *note, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (note), sentence ? sentence : "");
  gtk_widget_set_visible (gtk_widget_get_parent (note), sentence != NULL);
}

/**
 * answers_add:
 * @page: a box
 * @style: class of the button that does it
 * @cancelled: called with @data
 * @done: called with @data
 *
 * Puts "Cancel" and a button that does it below the page.
 *
 * Returns: (transfer none): the button, without a label
 */
GtkWidget *
answers_add (GtkWidget *page, const char *style, GCallback cancelled, GCallback done,
             gpointer data)
{
  GtkWidget *row    = gtk_button_box_new (GTK_ORIENTATION_HORIZONTAL);
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));
  GtkWidget *ok     = gtk_button_new_with_mnemonic ("");

  gtk_button_box_set_layout (GTK_BUTTON_BOX (row), GTK_BUTTONBOX_END);
  gtk_box_set_spacing (GTK_BOX (row), 6);
  gtk_container_add (GTK_CONTAINER (row), cancel);
  gtk_container_add (GTK_CONTAINER (row), ok);
  gtk_style_context_add_class (gtk_widget_get_style_context (ok), style);
  g_signal_connect_swapped (cancel, "clicked", cancelled, data);
  g_signal_connect_swapped (ok, "clicked", done, data);
  gtk_box_pack_end (GTK_BOX (page), row, FALSE, FALSE, 0);
  return ok;
}
