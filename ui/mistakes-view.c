/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mistakes-view.h"

#include "i18n.h"
#include "train-data.h"

/* Images at a time, and how large. */
#define MOST 48
#define SIDE 64

struct _CnnMistakesView
{
  GtkBox      parent_instance;
  GtkWidget  *title;
  GtkWidget  *flow;
  CnnDataset *images;   /* (nullable) */
  GArray     *mistakes; /* of CnnMistake */
  gsize       n_wrong;
};

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnMistakesView, cnn_mistakes_view, GTK_TYPE_BOX)

/* --- pictures --------------------------------------------------------------------------- */

static guint32
byte_of (float value)
{
  return (guint32) (CLAMP (value, 0.0f, 1.0f) * 255.0f + 0.5f);
}

/* (transfer full) (nullable): an image at its own size. */
static cairo_surface_t *
read_image (const CnnDataset *images, gsize image)
{
  CnnShape          shape = cnn_dataset_shape (images);
  g_autofree float *values = g_new (float, (gsize) cnn_shape_cells (shape));
  cairo_surface_t  *surface;
  guint8           *pixels;
  int               stride;

  if (!cnn_dataset_read (images, image, values, NULL))
    return NULL;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, shape.width, shape.height);
  cairo_surface_flush (surface);
  pixels = cairo_image_surface_get_data (surface);
  stride = cairo_image_surface_get_stride (surface);
  for (int y = 0; pixels && y < shape.height; y++)
    for (int x = 0; x < shape.width; x++)
      {
        const float *cell = values + ((gsize) y * shape.width + x) * shape.channels;
        gboolean     colour = shape.channels >= 3;

        ((guint32 *) (pixels + (gsize) y * stride))[x] =
          byte_of (cell[0]) << 16 | byte_of (cell[colour ? 1 : 0]) << 8 |
          byte_of (cell[colour ? 2 : 0]);
      }
  cairo_surface_mark_dirty (surface);
  return surface;
}

static gboolean
draw_image (GtkWidget *widget, cairo_t *cr, gpointer data)
{
  cairo_surface_t *surface = data;
  double           width = cairo_image_surface_get_width (surface);
  double           height = cairo_image_surface_get_height (surface);
  double           scale = SIDE / MAX (width, height);

  cairo_translate (cr, (gtk_widget_get_allocated_width (widget) - width * scale) / 2.0,
                   (gtk_widget_get_allocated_height (widget) - height * scale) / 2.0);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0.0, 0.0);
  /* What the network saw are these cells. */
  if (scale > 1.0)
    cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (cr, 0.0, 0.0, width, height);
  cairo_fill (cr);
  return TRUE;
}

static void
destroy_surface (gpointer surface, GClosure *closure)
{
  cairo_surface_destroy (surface);
}

static void
item_activated (CnnMistakesView *self, GtkFlowBoxChild *child)
{
  const char *name = g_object_get_data (G_OBJECT (gtk_bin_get_child (GTK_BIN (child))), "name");

  if (name)
    g_signal_emit (self, signals[CHOSEN], 0, name);
}

/* (transfer full) (nullable) */
static GtkWidget *
make_item (CnnMistakesView *self, const CnnMistake *mistake)
{
  cairo_surface_t *surface = read_image (self->images, mistake->image);
  g_autofree char *is = cnn_train_class_name (self->images, mistake->label);
  g_autofree char *answer = cnn_train_class_name (self->images, mistake->answer);
  g_autofree char *text = g_strdup_printf (_("%s taken for %s"), is, answer);
  g_autofree char *name = cnn_dataset_name (self->images, mistake->image);
  GtkWidget       *box, *area, *label;

  if (surface == NULL)
    return NULL;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (area, SIDE, SIDE);
  atk_object_set_name (gtk_widget_get_accessible (area), text);
  atk_object_set_description (gtk_widget_get_accessible (area), name ? name : "");
  g_signal_connect_data (area, "draw", G_CALLBACK (draw_image), surface, destroy_surface, 0);
  label = gtk_label_new (text);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 14);
  gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  gtk_widget_set_tooltip_text (box, name ? name : text);
  g_object_set_data_full (G_OBJECT (box), "name", g_strdup (name), g_free);
  gtk_container_add (GTK_CONTAINER (box), area);
  gtk_container_add (GTK_CONTAINER (box), label);
  gtk_widget_show_all (box);
  return box;
}

/**
 * cnn_mistakes_view_choose:
 * @label: the class that is shown; −1: any
 * @answer: what its images were taken for; −1: anything
 */
void
cnn_mistakes_view_choose (CnnMistakesView *self, int label, int answer)
{
  g_autofree char *text = NULL;
  guint            n = 0, shown = 0;

  for (GList *l = gtk_container_get_children (GTK_CONTAINER (self->flow)); l;
       l = g_list_delete_link (l, l))
    gtk_widget_destroy (l->data);
  for (guint i = 0; self->images && i < self->mistakes->len; i++)
    {
      const CnnMistake *mistake = &g_array_index (self->mistakes, CnnMistake, i);
      GtkWidget        *item;

      if ((label >= 0 && (int) mistake->label != label) ||
          (answer >= 0 && label != answer && (int) mistake->answer != answer))
        continue;
      if (n++ >= MOST || (item = make_item (self, mistake)) == NULL)
        continue;
      gtk_container_add (GTK_CONTAINER (self->flow), item);
      gtk_widget_set_can_focus (gtk_widget_get_parent (item), FALSE);
      shown++;
    }
  if (self->images == NULL)
    text = g_strdup ("");
  else if (label < 0 && self->n_wrong == 0)
    text = g_strdup (_("There are no mistakes."));
  else if (label < 0)
    text = g_strdup_printf (dngettext ("convolens", "%u mistake", "%u mistakes; the worst first",
                                       self->n_wrong), (guint) self->n_wrong);
  else
    {
      g_autofree char *is = cnn_train_class_name (self->images, (guint) label);
      g_autofree char *other = cnn_train_class_name (self->images, (guint) answer);

      /* The diagonal shows all that a class was taken for. */
      text = label == answer ? g_strdup_printf (_("%s not recognised: %u"), is, n)
                             : g_strdup_printf (_("%s taken for %s: %u"), is, other, n);
    }
  gtk_label_set_text (GTK_LABEL (self->title), text);
  gtk_widget_set_visible (self->flow, shown > 0);
}

/**
 * cnn_mistakes_view_show:
 * @images: (nullable): what was tried
 * @evaluation: (nullable): what came of it; copied
 */
void
cnn_mistakes_view_show (CnnMistakesView *self, CnnDataset *images, const CnnEvaluation *evaluation)
{
  g_clear_pointer (&self->images, cnn_dataset_unref);
  g_array_set_size (self->mistakes, 0);
  if (images && evaluation)
    {
      self->images = cnn_dataset_ref (images);
      self->n_wrong = evaluation->n - evaluation->n_right;
      if (evaluation->mistakes->len > 0)
        g_array_append_vals (self->mistakes, evaluation->mistakes->data,
                             evaluation->mistakes->len);
    }
  cnn_mistakes_view_choose (self, -1, -1);
}

/* --- the object ------------------------------------------------------------------------- */

static void
cnn_mistakes_view_finalize (GObject *object)
{
  CnnMistakesView *self = CNN_MISTAKES_VIEW (object);

  g_clear_pointer (&self->images, cnn_dataset_unref);
  g_array_unref (self->mistakes);
  G_OBJECT_CLASS (cnn_mistakes_view_parent_class)->finalize (object);
}

static void
cnn_mistakes_view_class_init (CnnMistakesViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_mistakes_view_finalize;
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cnn_mistakes_view_init (CnnMistakesView *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->mistakes = g_array_new (FALSE, FALSE, sizeof (CnnMistake));
  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0.0);
  self->flow = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->flow), 12);
  gtk_flow_box_set_activate_on_single_click (GTK_FLOW_BOX (self->flow), TRUE);
  g_signal_connect_swapped (self->flow, "child-activated", G_CALLBACK (item_activated), self);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->flow), TRUE);
  gtk_widget_set_valign (self->flow, GTK_ALIGN_START);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (scrolled, 260, -1);
  gtk_container_add (GTK_CONTAINER (scrolled), self->flow);
  gtk_box_pack_start (GTK_BOX (self), self->title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), scrolled, TRUE, TRUE, 0);
  gtk_widget_show (self->title);
  gtk_widget_show_all (scrolled);
}

/** cnn_mistakes_view_new: (transfer full): nothing yet. */
GtkWidget *
cnn_mistakes_view_new (void)
{
  return g_object_new (CNN_TYPE_MISTAKES_VIEW, NULL);
}
