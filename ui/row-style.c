/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "row-style.h"

/* GIMP's themes paint boxes in front of a row, and the chosen row hardly otherwise than the
 * others. A frame in the colour of what is chosen shows in every theme. */
static const char css[] =
  ".cnn-row box { background: none; }"
  ".cnn-row:selected { box-shadow: inset 0 0 0 2px @theme_selected_bg_color; }";

/** cnn_row_style: makes it seen whether @row, one of a list, is the chosen one. */
void
cnn_row_style (GtkWidget *row)
{
  static GtkCssProvider *provider = NULL;

  if (provider == NULL)
    {
      provider = gtk_css_provider_new ();
      gtk_css_provider_load_from_data (provider, css, -1, NULL);
      /* After GIMP's theme, but a person has the last word. */
      gtk_style_context_add_provider_for_screen (gdk_screen_get_default (),
                                                 GTK_STYLE_PROVIDER (provider),
                                                 GTK_STYLE_PROVIDER_PRIORITY_USER - 1);
    }
  gtk_style_context_add_class (gtk_widget_get_style_context (row), "cnn-row");
}
