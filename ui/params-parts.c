/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params-parts.h"

#include "mnemonic.h"

/** params_sentence: a label that wraps, in a style of the theme */
GtkWidget *
params_sentence (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), style);
  return label;
}

/** params_blurb: what a kind of layer does, in no more room than that is worth */
GtkWidget *
params_blurb (const char *text)
{
  GtkWidget     *label = params_sentence (text, "dim-label");
  PangoAttrList *small = pango_attr_list_new ();

  pango_attr_list_insert (small, pango_attr_scale_new (0.9));
  gtk_label_set_attributes (GTK_LABEL (label), small);
  pango_attr_list_unref (small);
  gtk_label_set_lines (GTK_LABEL (label), 3);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, text);
  return label;
}

/** params_error: a label for what is wrong, which is hidden until it is shown */
GtkWidget *
params_error (void)
{
  GtkWidget *label = params_sentence (NULL, "error");

  gtk_widget_set_no_show_all (label, TRUE);
  return label;
}

/**
 * params_label:
 * @key: the parameter, by which its letter is chosen
 * @tooltip: (nullable): what it means
 * @target: what its letter goes to
 * @taken: letters that are taken; its own is added
 *
 * Returns: (transfer floating): the label in front of a parameter
 */
GtkWidget *
params_label (const char *text, const char *key, const char *tooltip, GtkWidget *target,
              GString *taken)
{
  g_autofree char *marked = cnn_mnemonic_add (text, key, taken);
  GtkWidget       *label  = gtk_label_new_with_mnemonic (marked);

  gtk_label_set_mnemonic_widget (GTK_LABEL (label), target);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 14);
  /* Level with the first of several parts. */
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  gtk_widget_set_margin_top (label, 6);
  gtk_widget_set_tooltip_text (label, tooltip);
  return label;
}

/** params_grid: a grid for labels and what they are of */
GtkWidget *
params_grid (void)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  return grid;
}
