/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preset-row.h"

#include "row-style.h"

/* One preset in the list: a thumbnail, what it is called and what it shows. */

#define THUMB_WIDTH  80
#define THUMB_HEIGHT 60

/**
 * Preset:
 * @name: (nullable): of one of the person's own
 * @title: as shown
 * @text: (nullable): the network; %NULL where it could not be read
 * @surface: (nullable): the thumbnail
 * @tried: whether there will be no other
 */
typedef struct
{
  char            *name;
  char            *title;
  char            *text;
  cairo_surface_t *surface;
  gboolean         tried;
  GtkWidget       *area;
  GtkWidget       *box;
} Preset;

static void
preset_free (gpointer data)
{
  Preset *preset = data;

  g_free (preset->name);
  g_free (preset->title);
  g_free (preset->text);
  g_clear_pointer (&preset->surface, cairo_surface_destroy);
  g_free (preset);
}

static Preset *
preset_of (GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX_ROW);

  return g_object_get_data (G_OBJECT (row), "preset");
}

/* --- the thumbnail -------------------------------------------------------- */

static void
draw_surface (cairo_t *cr, cairo_surface_t *surface)
{
  int    width  = cairo_image_surface_get_width (surface);
  int    height = cairo_image_surface_get_height (surface);
  double scale  = MIN ((double) THUMB_WIDTH / width, (double) THUMB_HEIGHT / height);

  cairo_translate (cr, (THUMB_WIDTH - width * scale) / 2, (THUMB_HEIGHT - height * scale) / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  /* The cells of a small map are to be seen. */
  cairo_pattern_set_filter (cairo_get_source (cr),
                            scale > 1.5 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
}

static void
draw_icon (GtkWidget *area, cairo_t *cr)
{
  GtkStyleContext         *context = gtk_widget_get_style_context (area);
  int                      scale = gtk_widget_get_scale_factor (area);
  g_autoptr (GtkIconInfo)  info = NULL;
  g_autoptr (GdkPixbuf)    pixbuf = NULL;
  cairo_surface_t         *surface;

  info = gtk_icon_theme_lookup_icon_for_scale (gtk_icon_theme_get_default (),
                                               "image-missing-symbolic", 24, scale,
                                               GTK_ICON_LOOKUP_FORCE_SIZE);
  pixbuf = info ? gtk_icon_info_load_symbolic_for_context (info, context, NULL, NULL) : NULL;
  if (pixbuf == NULL)
    return;
  surface = gdk_cairo_surface_create_from_pixbuf (pixbuf, scale, gtk_widget_get_window (area));
  gtk_render_icon_surface (context, cr, surface, (THUMB_WIDTH - 24) / 2, (THUMB_HEIGHT - 24) / 2);
  cairo_surface_destroy (surface);
}

static gboolean
draw (GtkWidget *area, cairo_t *cr, gpointer data)
{
  const Preset *preset = data;

  if (preset->surface != NULL)
    draw_surface (cr, preset->surface);
  else if (preset->tried)
    draw_icon (area, cr);
  return TRUE;
}

/* --- the row -------------------------------------------------------------- */

static GtkWidget *
new_words (const char *title, const char *blurb)
{
  GtkWidget     *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget     *label = gtk_label_new (title);
  PangoAttrList *bold  = pango_attr_list_new ();

  pango_attr_list_insert (bold, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (label), bold);
  pango_attr_list_unref (bold);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (words), label, FALSE, FALSE, 0);
  if (blurb != NULL)
    {
      label = gtk_label_new (blurb);
      gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_width_chars (GTK_LABEL (label), 34);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 34);
      gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
      gtk_box_pack_start (GTK_BOX (words), label, FALSE, FALSE, 0);
    }
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  return words;
}

/**
 * preset_row_new:
 * @name: (nullable): the name of one of the person's own
 * @title: as shown
 * @blurb: (nullable): what it shows, or what is wrong with it
 * @text: (nullable): the network
 *
 * Returns: (transfer floating): a row of a list box
 */
GtkWidget *
preset_row_new (const char *name, const char *title, const char *blurb, const char *text)
{
  GtkWidget *row    = gtk_list_box_row_new ();
  Preset    *preset = g_new0 (Preset, 1);

  preset->name = g_strdup (name);
  preset->title = g_strdup (title);
  preset->text = g_strdup (text);
  g_object_set_data_full (G_OBJECT (row), "preset", preset, preset_free);

  preset->area = gtk_drawing_area_new ();
  gtk_widget_set_size_request (preset->area, THUMB_WIDTH, THUMB_HEIGHT);
  gtk_widget_set_valign (preset->area, GTK_ALIGN_CENTER);
  g_signal_connect (preset->area, "draw", G_CALLBACK (draw), preset);
  preset->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  g_object_set (preset->box, "margin", 6, NULL);
  gtk_box_pack_start (GTK_BOX (preset->box), preset->area, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (preset->box), new_words (title, blurb), TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (row), preset->box);
  cnn_row_style (row);
  atk_object_set_name (gtk_widget_get_accessible (row), title);
  atk_object_set_description (gtk_widget_get_accessible (row), blurb ? blurb : "");
  gtk_widget_show_all (row);
  return row;
}

/**
 * preset_row_add_button:
 * @icon: name of its icon
 * @label: what it does, with %s for the preset's title
 * @clicked: called with the button and @data
 */
void
preset_row_add_button (GtkWidget *row, const char *icon, const char *label, GCallback clicked,
                       gpointer data)
{
  Preset          *preset = preset_of (row);
  GtkWidget       *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);
  g_auto (GStrv)   parts  = g_strsplit (label, "%s", 2);
  g_autofree char *words  = g_strjoinv (preset->title, parts);

  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, words);
  atk_object_set_name (gtk_widget_get_accessible (button), words);
  g_signal_connect (button, "clicked", clicked, data);
  gtk_box_pack_start (GTK_BOX (preset->box), button, FALSE, FALSE, 0);
  gtk_widget_show_all (button);
}

/** preset_row_set_thumbnail: shows @surface, or an icon where that is %NULL. */
void
preset_row_set_thumbnail (GtkWidget *row, cairo_surface_t *surface)
{
  Preset *preset = preset_of (row);

  g_clear_pointer (&preset->surface, cairo_surface_destroy);
  preset->surface = surface ? cairo_surface_reference (surface) : NULL;
  preset->tried = TRUE;
  gtk_widget_queue_draw (preset->area);
}

/** preset_row_name: the name of the preset that @widget belongs to, NULL for the program's. */
const char *
preset_row_name (GtkWidget *widget)
{
  return preset_of (widget)->name;
}

/** preset_row_text: (nullable): the network. */
const char *
preset_row_text (GtkWidget *row)
{
  return preset_of (row)->text;
}
