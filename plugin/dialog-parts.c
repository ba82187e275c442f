/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What several procedures' dialogs are made of. */

#include "dialog-parts.h"

#include <math.h>

/* What a window's frame and a panel take. */
#define FRAME 70

/**
 * dialog_set_size:
 * @width: of a dialog at first
 * @height: the same
 *
 * Makes it smaller where the screen is.
 */
void
dialog_set_size (GtkWidget *dialog, int width, int height)
{
  GdkDisplay  *display = gtk_widget_get_display (dialog);
  GdkMonitor  *monitor = gdk_display_get_primary_monitor (display);
  GdkRectangle room    = { 0, 0, width, height + FRAME };

  if (monitor == NULL)
    monitor = gdk_display_get_monitor (display, 0);
  if (monitor != NULL)
    gdk_monitor_get_workarea (monitor, &room);
  gtk_window_set_default_size (GTK_WINDOW (dialog), MIN (width, room.width),
                               MIN (height, room.height - FRAME));
}

/** dialog_add_heading: (transfer none): puts a line above what belongs together. */
GtkWidget *
dialog_add_heading (GtkWidget *box, const char *text)
{
  GtkWidget     *label = gtk_label_new (text);
  PangoAttrList *attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (label), attrs);
  pango_attr_list_unref (attrs);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  return label;
}

/**
 * dialog_add_parts:
 * @settings: what is chosen
 * @width: of that
 * @view: what comes of it
 *
 * Puts the one, which scrolls, on the left of the other.
 *
 * Returns: (transfer none): what is on the left
 */
GtkWidget *
dialog_add_parts (GtkWidget *dialog, GtkWidget *settings, int width, GtkWidget *view)
{
  GtkWidget *content  = gtk_dialog_get_content_area (GTK_DIALOG (dialog));
  GtkWidget *parts    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  gtk_container_set_border_width (GTK_CONTAINER (settings), 6);
  gtk_container_set_border_width (GTK_CONTAINER (view), 6);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (scrolled, width, -1);
  /* What it holds takes all of its width, but it no more than that. */
  gtk_widget_set_hexpand (scrolled, FALSE);
  gtk_container_add (GTK_CONTAINER (scrolled), settings);
  gtk_widget_show_all (scrolled);
  gtk_widget_show (view);
  gtk_box_pack_start (GTK_BOX (parts), scrolled, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (parts), view, TRUE, TRUE, 0);
  gtk_widget_show (parts);
  gtk_box_pack_start (GTK_BOX (content), parts, TRUE, TRUE, 0);
  return scrolled;
}

/**
 * dialog_prepare_number:
 * @dialog: GIMP's dialog of a procedure
 * @config: its arguments
 * @argument: one that is a number
 * @digits: behind the point
 *
 * GIMP's numbers tell a screen reader nothing, and show few digits.
 */
void
dialog_prepare_number (GtkWidget *dialog, GimpProcedureConfig *config, const char *argument,
                       int digits)
{
  GParamSpec      *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument);
  g_autofree char *bare = gimp_strip_uline (g_param_spec_get_nick (spec));
  GtkWidget       *number = gimp_procedure_dialog_get_widget (GIMP_PROCEDURE_DIALOG (dialog),
                                                              argument, GIMP_TYPE_LABEL_SPIN);
  GtkWidget       *spin = gimp_label_spin_get_spin_button (GIMP_LABEL_SPIN (number));

  if (digits > 0)
    {
      double step = pow (10.0, -digits);

      gimp_label_spin_set_digits (GIMP_LABEL_SPIN (number), digits);
      gimp_label_spin_set_increments (GIMP_LABEL_SPIN (number), step, 10.0 * step);
    }
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 8);
  atk_object_set_name (gtk_widget_get_accessible (spin), bare);
}

/**
 * dialog_prepare_choices:
 * @dialog: GIMP's dialog of a procedure
 * @config: its arguments
 * @n: how many of them
 * @arguments: which, each a choice
 *
 * GIMP's choices tell a screen reader nothing. Where there are few GIMP 3.2 would show buttons,
 * and complain that they have no mnemonic.
 */
void
dialog_prepare_choices (GtkWidget *dialog, GimpProcedureConfig *config, guint n,
                        const char *const *arguments)
{
  for (guint i = 0; i < n; i++)
    {
      GParamSpec *spec =
        g_object_class_find_property (G_OBJECT_GET_CLASS (config), arguments[i]);
      g_autofree char *bare   = gimp_strip_uline (g_param_spec_get_nick (spec));
      GtkWidget       *choice = gimp_procedure_dialog_get_widget (
        GIMP_PROCEDURE_DIALOG (dialog), arguments[i], GTK_TYPE_COMBO_BOX);

      if (GIMP_IS_LABEL_STRING_WIDGET (choice))
        choice = gimp_label_string_widget_get_widget (GIMP_LABEL_STRING_WIDGET (choice));
      atk_object_set_name (gtk_widget_get_accessible (choice), bare);
    }
}
