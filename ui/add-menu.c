/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The menu of all kinds of layers, in groups, with a line on what the one under the
 * pointer does. */

#include "add-menu.h"

#include "i18n.h"

typedef struct
{
  CnnAddFunc add;
  gpointer   data;
  GtkWidget *blurb;
} Menu;

typedef struct
{
  CnnOpGroup  group;
  const char *label;
} Group;

/* In a column: more would not fit into a window of the usual height. */
#define MOST_ROWS 17

static const Group groups[] = {
  { CNN_GROUP_CONVOLUTION, N_("Convolution") }, { CNN_GROUP_DENSE, N_("Dense") },
  { CNN_GROUP_INPUT, N_("Input") },             { CNN_GROUP_POOLING, N_("Pooling") },
  { CNN_GROUP_ACTIVATION, N_("Activation") },   { CNN_GROUP_STRUCTURE, N_("Structure") },
};

static void
chosen (GtkWidget *item, Menu *menu)
{
  menu->add (g_object_get_data (G_OBJECT (item), "cnn-op"), menu->data);
}

static gboolean
show_blurb (GtkWidget *item, GdkEvent *event, Menu *menu)
{
  const CnnOp *op = g_object_get_data (G_OBJECT (item), "cnn-op");

  gtk_label_set_text (GTK_LABEL (menu->blurb), dgettext ("convolens", op->blurb));
  return FALSE;
}

static GtkWidget *
make_item (Menu *menu, const CnnOp *op)
{
  GtkWidget  *item  = gtk_model_button_new ();
  const char *label = dgettext ("convolens", op->label);

  g_object_set (item, "text", label, NULL);
  g_object_set_data (G_OBJECT (item), "cnn-op", (gpointer) op);
  atk_object_set_name (gtk_widget_get_accessible (item), label);
  atk_object_set_description (gtk_widget_get_accessible (item),
                              dgettext ("convolens", op->blurb));
  g_signal_connect (item, "clicked", G_CALLBACK (chosen), menu);
  g_signal_connect (item, "enter-notify-event", G_CALLBACK (show_blurb), menu);
  g_signal_connect (item, "focus-in-event", G_CALLBACK (show_blurb), menu);
  return item;
}

static GtkWidget *
make_heading (const char *text)
{
  GtkWidget     *label      = gtk_label_new (text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_attr_list_insert (attributes, pango_attr_scale_new (0.9));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_widget_set_margin_start (label, 5);
  gtk_widget_set_margin_top (label, 4);
  return label;
}

/* Puts a row below the others, or at the top of a new column where there are too many with
 * the @more that are to stay below it. */
static void
add_row (GtkWidget *across, GtkWidget **column, int *rows, GtkWidget *row, int more)
{
  if (*column == NULL || *rows + more >= MOST_ROWS)
    {
      *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      *rows = 0;
      gtk_box_pack_start (GTK_BOX (across), *column, TRUE, TRUE, 0);
    }
  gtk_box_pack_start (GTK_BOX (*column), row, FALSE, FALSE, 0);
  ++*rows;
}

static GtkWidget *
make_columns (Menu *menu)
{
  GtkWidget          *across = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget          *column = NULL;
  int                 rows = 0;
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  for (guint g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      add_row (across, &column, &rows, make_heading (_(groups[g].label)), 2);
      for (guint i = 0; i < n; i++)
        if (ops[i]->group == groups[g].group)
          add_row (across, &column, &rows, make_item (menu, ops[i]), 0);
    }
  return across;
}

/**
 * cnn_add_menu_new:
 * @add: is called with what a person chooses
 * @data: for @add
 *
 * Returns: (transfer floating): a popover
 */
GtkWidget *
cnn_add_menu_new (CnnAddFunc add, gpointer data)
{
  GtkWidget *popover = gtk_popover_new (NULL);
  GtkWidget *down    = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  Menu      *menu    = g_new0 (Menu, 1);

  menu->add = add;
  menu->data = data;
  menu->blurb = gtk_label_new (_("Point at a layer to read what it does."));
  /* Room for the longest of them: the menu does not jump. */
  gtk_label_set_line_wrap (GTK_LABEL (menu->blurb), TRUE);
  gtk_label_set_lines (GTK_LABEL (menu->blurb), 3);
  gtk_label_set_ellipsize (GTK_LABEL (menu->blurb), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (menu->blurb), 36);
  gtk_label_set_max_width_chars (GTK_LABEL (menu->blurb), 36);
  gtk_label_set_xalign (GTK_LABEL (menu->blurb), 0.0);
  gtk_label_set_yalign (GTK_LABEL (menu->blurb), 0.0);
  gtk_widget_set_size_request (menu->blurb, -1, 54);
  gtk_style_context_add_class (gtk_widget_get_style_context (menu->blurb), "dim-label");

  gtk_box_pack_start (GTK_BOX (down), make_columns (menu), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (down), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL), FALSE, FALSE,
                      0);
  gtk_box_pack_start (GTK_BOX (down), menu->blurb, FALSE, FALSE, 0);
  g_object_set (down, "margin", 6, NULL);
  gtk_widget_show_all (down);
  gtk_container_add (GTK_CONTAINER (popover), down);
  g_object_set_data_full (G_OBJECT (popover), "cnn-menu", menu, g_free);
  return popover;
}
