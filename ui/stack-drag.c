/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Cards that are dragged to another place in their list, with a line where they go. */

#include "stack-drag.h"

#define LINE_HEIGHT 3

/* So near to the edge of what is seen the list moves, by so much. */
#define SCROLL_EDGE 24
#define SCROLL_STEP 12

static const GtkTargetEntry targets[] = {
  { (char *) "application/x-convolens-card", GTK_TARGET_SAME_APP, 0 },
};

typedef struct
{
  CnnDropFunc drop;
  gpointer    data;
  int         gap; /* a row's index; -1 for none */
} Drag;

static Drag *
drag_of (GtkWidget *list)
{
  return g_object_get_data (G_OBJECT (list), "cnn-drag");
}

/* --- a card is the source --------------------------------------------------------------- */

static void
begin (GtkWidget *handle, GdkDragContext *context, CnnCard *card)
{
  GtkWidget       *widget = GTK_WIDGET (card);
  int              scale  = gtk_widget_get_scale_factor (widget);
  int              width  = gtk_widget_get_allocated_width (widget);
  int              height = gtk_widget_get_allocated_height (widget);
  cairo_surface_t *surface;
  cairo_t         *cr;
  int              x, y;

  surface = gdk_window_create_similar_image_surface (gtk_widget_get_window (widget),
                                                     CAIRO_FORMAT_ARGB32, width * scale,
                                                     height * scale, scale);
  cr = cairo_create (surface);
  gtk_render_background (gtk_widget_get_style_context (gtk_widget_get_parent (widget)), cr, 0, 0,
                         width, height);
  gtk_widget_draw (widget, cr);
  cairo_destroy (cr);
  if (gtk_widget_translate_coordinates (handle, widget, 0, 0, &x, &y))
    cairo_surface_set_device_offset (surface, -x * scale, -y * scale);
  gtk_drag_set_icon_surface (context, surface);
  cairo_surface_destroy (surface);
}

static void
get_data (GtkWidget *handle, GdkDragContext *context, GtkSelectionData *selection, guint info,
          guint time, CnnCard *card)
{
  gtk_selection_data_set (selection, gtk_selection_data_get_target (selection), 8,
                          (const guchar *) &card, sizeof card);
}

/**
 * cnn_stack_drag_card:
 * @card: can be dragged by its handle from now on
 */
void
cnn_stack_drag_card (CnnCard *card)
{
  GtkWidget *handle = cnn_card_handle (card);

  gtk_drag_source_set (handle, GDK_BUTTON1_MASK, targets, G_N_ELEMENTS (targets),
                       GDK_ACTION_MOVE);
  g_signal_connect (handle, "drag-begin", G_CALLBACK (begin), card);
  g_signal_connect (handle, "drag-data-get", G_CALLBACK (get_data), card);
}

/* --- the list is where it goes ------------------------------------------------------------ */

static void
set_gap (GtkWidget *list, int gap)
{
  if (drag_of (list)->gap == gap)
    return;
  drag_of (list)->gap = gap;
  gtk_widget_queue_draw (list);
}

/* The gap next to @y: above the upper half of a card, below the lower. */
static int
gap_at (GtkListBox *list, int y)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (list, y);
  GtkAllocation  place;

  if (row == NULL)
    {
      g_autoptr (GList) rows = gtk_container_get_children (GTK_CONTAINER (list));

      return (int) g_list_length (rows);
    }
  gtk_widget_get_allocation (GTK_WIDGET (row), &place);
  return gtk_list_box_row_get_index (row) + (y > place.y + place.height / 2);
}

/* The list goes on beyond what is seen of it. */
static void
scroll (GtkWidget *list, int y)
{
  GtkWidget     *window = gtk_widget_get_ancestor (list, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment;
  double         value;

  if (window == NULL)
    return;
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (window));
  value = gtk_adjustment_get_value (adjustment);
  if (y < value + SCROLL_EDGE)
    gtk_adjustment_set_value (adjustment, value - SCROLL_STEP);
  else if (y > value + gtk_adjustment_get_page_size (adjustment) - SCROLL_EDGE)
    gtk_adjustment_set_value (adjustment, value + SCROLL_STEP);
}

static gboolean
motion (GtkWidget *list, GdkDragContext *context, int x, int y, guint time)
{
  set_gap (list, gap_at (GTK_LIST_BOX (list), y));
  scroll (list, y);
  return FALSE;
}

static void
leave (GtkWidget *list, GdkDragContext *context, guint time)
{
  set_gap (list, -1);
}

static void
received (GtkWidget *list, GdkDragContext *context, int x, int y, GtkSelectionData *selection,
          guint info, guint time)
{
  Drag *drag = drag_of (list);

  if (gtk_selection_data_get_length (selection) == (int) sizeof (CnnCard *))
    drag->drop (*(CnnCard **) (void *) gtk_selection_data_get_data (selection),
                gap_at (GTK_LIST_BOX (list), y), drag->data);
}

static gboolean
draw_line (GtkWidget *list, cairo_t *cr)
{
  GtkStyleContext *context = gtk_widget_get_style_context (list);
  int              gap     = drag_of (list)->gap;
  GtkListBoxRow   *row;
  GtkAllocation    place;
  GdkRGBA          colour;
  int              y;

  if (gap < 0)
    return FALSE;
  row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), MAX (gap - 1, 0));
  if (row == NULL)
    return FALSE;
  gtk_widget_get_allocation (GTK_WIDGET (row), &place);
  y = place.y + (gap > 0 ? place.height : 0);
  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &colour);
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_rectangle (cr, 2, y - LINE_HEIGHT / 2, gtk_widget_get_allocated_width (list) - 4,
                   LINE_HEIGHT);
  cairo_fill (cr);
  return FALSE;
}

/**
 * cnn_stack_drag_enable:
 * @list: cards can be dropped on it from now on
 * @drop: is called when one is
 * @data: for @drop
 */
void
cnn_stack_drag_enable (GtkListBox *list, CnnDropFunc drop, gpointer data)
{
  Drag *drag = g_new0 (Drag, 1);

  drag->drop = drop;
  drag->data = data;
  drag->gap = -1;
  g_object_set_data_full (G_OBJECT (list), "cnn-drag", drag, g_free);
  gtk_drag_dest_set (GTK_WIDGET (list), GTK_DEST_DEFAULT_MOTION | GTK_DEST_DEFAULT_DROP, targets,
                     G_N_ELEMENTS (targets), GDK_ACTION_MOVE);
  g_signal_connect (list, "drag-motion", G_CALLBACK (motion), NULL);
  g_signal_connect (list, "drag-leave", G_CALLBACK (leave), NULL);
  g_signal_connect (list, "drag-data-received", G_CALLBACK (received), NULL);
  g_signal_connect_after (list, "draw", G_CALLBACK (draw_line), NULL);
}
