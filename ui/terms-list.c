/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terms-list.h"

#include <math.h>

#include "arithmetic-text.h"
#include "copy-menu.h"
#include "i18n.h"
#include "value-colour.h"

/* --- a bar in a cell ------------------------------------------------------- */

#define CNN_TYPE_BAR_CELL (cnn_bar_cell_get_type ())
G_DECLARE_FINAL_TYPE (CnnBarCell, cnn_bar_cell, CNN, BAR_CELL, GtkCellRenderer)

struct _CnnBarCell
{
  GtkCellRenderer parent_instance;
  double          value;
  double          scale;
  gboolean        negative; /* whether any value of the list is */
};

G_DEFINE_FINAL_TYPE (CnnBarCell, cnn_bar_cell, GTK_TYPE_CELL_RENDERER)

static void
cnn_bar_cell_render (GtkCellRenderer *cell, cairo_t *cr, GtkWidget *widget,
                     const GdkRectangle *background, const GdkRectangle *area,
                     GtkCellRendererState flags)
{
  CnnBarCell *self   = CNN_BAR_CELL (cell);
  double      share  = self->scale > 0.0 ? CLAMP (self->value / self->scale, -1.0, 1.0) : 0.0;
  double      zero   = self->negative ? area->width / 2.0 : 0.0;
  double      length = share * (area->width - zero);
  GdkRGBA     colour = cnn_value_colour (widget, share, 1.0);
  GdkRGBA     text;

  if (isnan (self->value))
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget),
                               gtk_widget_get_state_flags (widget), &text);
  cairo_save (cr);
  cairo_translate (cr, area->x, area->y);
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    {
      cairo_translate (cr, area->width, 0.0);
      cairo_scale (cr, -1.0, 1.0);
    }
  cairo_rectangle (cr, zero, 3.0, length, MAX (area->height - 6.0, 2.0));
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_fill_preserve (cr);
  cairo_set_source_rgba (cr, text.red, text.green, text.blue, 0.5);
  cairo_set_line_width (cr, 1.0);
  cairo_stroke (cr);
  cairo_move_to (cr, floor (zero) + 0.5, 0.0);
  cairo_line_to (cr, floor (zero) + 0.5, area->height);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
cnn_bar_cell_width (GtkCellRenderer *cell, GtkWidget *widget, int *minimum, int *natural)
{
  *minimum = 36;
  *natural = 60;
}

static void
cnn_bar_cell_class_init (CnnBarCellClass *klass)
{
  GtkCellRendererClass *cell_class = GTK_CELL_RENDERER_CLASS (klass);

  cell_class->render = cnn_bar_cell_render;
  cell_class->get_preferred_width = cnn_bar_cell_width;
}

static void
cnn_bar_cell_init (CnnBarCell *self)
{
}

/* --- the list -------------------------------------------------------------- */

enum
{
  INDEX,
  NAME,
  DETAIL,
  VALUE,
  SHORT,
  FULL,
  WEIGHT,
  N_COLUMNS
};

struct _CnnTermsList
{
  GtkTreeView   parent_instance;
  GtkListStore *store;
  CnnBarCell   *bar;
  GtkTreeIter   at;      /* the row that is written next */
  gboolean      is_row;  /* whether there is one already */
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnTermsList, cnn_terms_list, GTK_TYPE_TREE_VIEW)

/**
 * cnn_terms_list_begin:
 * @scale: the size of a value whose bar takes all the room
 *
 * The rows that follow take the place of those there are, without flicker.
 */
void
cnn_terms_list_begin (CnnTermsList *self, double scale)
{
  self->bar->scale = scale;
  self->bar->negative = FALSE;
  self->is_row = gtk_tree_model_get_iter_first (GTK_TREE_MODEL (self->store), &self->at);
}

/** cnn_terms_list_add: the next row. */
void
cnn_terms_list_add (CnnTermsList *self, const CnnTerm *term)
{
  g_autofree char *value = cnn_number_short (term->value);
  g_autofree char *full  = cnn_number_full (term->value);
  g_autofree char *row   = g_strdup_printf ("%s\t%s\t%s", term->name,
                                            term->full != NULL ? term->full : term->detail, full);

  self->bar->negative = self->bar->negative || term->value < 0.0;
  if (!self->is_row)
    gtk_list_store_append (self->store, &self->at);
  gtk_list_store_set (self->store, &self->at, INDEX, term->index, NAME, term->name, DETAIL,
                      term->detail, VALUE, term->value, SHORT, value, FULL, row, WEIGHT,
                      term->strong ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL, -1);
  if (self->is_row)
    self->is_row = gtk_tree_model_iter_next (GTK_TREE_MODEL (self->store), &self->at);
}

/** cnn_terms_list_end: there are no more rows. */
void
cnn_terms_list_end (CnnTermsList *self)
{
  while (self->is_row)
    self->is_row = gtk_list_store_remove (self->store, &self->at);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static char *
copy_list (GtkWidget *widget)
{
  CnnTermsList *self = CNN_TERMS_LIST (widget);
  GtkTreeModel *model = GTK_TREE_MODEL (self->store);
  GString      *text = g_string_new (NULL);
  GtkTreeIter   iter;

  for (gboolean is = gtk_tree_model_get_iter_first (model, &iter); is;
       is = gtk_tree_model_iter_next (model, &iter))
    {
      g_autofree char *row = NULL;

      gtk_tree_model_get (model, &iter, FULL, &row, -1);
      g_string_append_printf (text, "%s\n", row);
    }
  return g_string_free (text, FALSE);
}

static void
on_selection (GtkTreeSelection *selection, CnnTermsList *self)
{
  GtkTreeModel *model;
  GtkTreeIter   iter;
  int           index;

  if (!gtk_tree_selection_get_selected (selection, &model, &iter))
    return;
  gtk_tree_model_get (model, &iter, INDEX, &index, -1);
  g_signal_emit (self, signals[CHOSEN], 0, index);
}

static void
cnn_terms_list_finalize (GObject *object)
{
  g_clear_object (&CNN_TERMS_LIST (object)->store);
  G_OBJECT_CLASS (cnn_terms_list_parent_class)->finalize (object);
}

static void
cnn_terms_list_class_init (CnnTermsListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_terms_list_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
add_text (CnnTermsList *self, int column, gboolean gives_way, float align)
{
  GtkCellRenderer   *cell = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *view = gtk_tree_view_column_new_with_attributes (NULL, cell, "text", column,
                                                                      "weight", WEIGHT, NULL);

  g_object_set (cell, "scale", 0.85, "ypad", 0, "xalign", align, NULL);
  if (gives_way)
    g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", 9, NULL);
  gtk_tree_view_column_set_expand (view, gives_way);
  gtk_tree_view_append_column (GTK_TREE_VIEW (self), view);
}

static void
bar_data (GtkTreeViewColumn *column, GtkCellRenderer *cell, GtkTreeModel *model, GtkTreeIter *iter,
          gpointer data)
{
  gtk_tree_model_get (model, iter, VALUE, &CNN_BAR_CELL (cell)->value, -1);
}

static void
cnn_terms_list_init (CnnTermsList *self)
{
  GtkTreeView       *view = GTK_TREE_VIEW (self);
  GtkTreeViewColumn *column;

  self->store = gtk_list_store_new (N_COLUMNS, G_TYPE_INT, G_TYPE_STRING, G_TYPE_STRING,
                                    G_TYPE_DOUBLE, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT);
  gtk_tree_view_set_model (view, GTK_TREE_MODEL (self->store));
  gtk_tree_view_set_headers_visible (view, FALSE);
  gtk_tree_view_set_enable_search (view, FALSE);
  add_text (self, NAME, TRUE, 0.0);
  add_text (self, DETAIL, FALSE, 1.0);
  self->bar = g_object_new (CNN_TYPE_BAR_CELL, NULL);
  column = gtk_tree_view_column_new ();
  gtk_tree_view_column_pack_start (column, GTK_CELL_RENDERER (self->bar), TRUE);
  gtk_tree_view_column_set_cell_data_func (column, GTK_CELL_RENDERER (self->bar), bar_data, NULL,
                                           NULL);
  gtk_tree_view_column_set_min_width (column, 48);
  gtk_tree_view_append_column (view, column);
  add_text (self, SHORT, FALSE, 1.0);
  g_signal_connect (gtk_tree_view_get_selection (view), "changed", G_CALLBACK (on_selection), self);
  cnn_copy_menu_add (GTK_WIDGET (self), copy_list);
}

/** cnn_terms_list_new: (transfer floating): an empty list. */
GtkWidget *
cnn_terms_list_new (void)
{
  return g_object_new (CNN_TYPE_TERMS_LIST, NULL);
}
