/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "card.h"

#include "card-words.h"
#include "i18n.h"

/* The strip: maps, pixels of a side, pixels between. */
#define STRIP_MAPS 6
#define STRIP_SIZE 24
#define STRIP_GAP  2

struct _CnnCard
{
  GtkListBoxRow parent;
  CnnPreview   *preview; /* NULL: no strip */
  int           layer;   /* -1: the picture */
  int           node;    /* in the draft's network; -1: not in it */
  int           n_maps;  /* in the strip */
  MappingKind   kind;
  char         *text;    /* of the layer, and whether it is on */

  GtkWidget    *handle;
  GtkWidget    *title;
  GtkWidget    *params;
  GtkWidget    *tick;
  GtkWidget    *on;
  GtkWidget    *menu;
  GtkWidget    *facts;
  GtkWidget    *strip;
  GtkWidget    *problem_box;
  GtkWidget    *problem;
};

G_DEFINE_FINAL_TYPE (CnnCard, cnn_card, GTK_TYPE_LIST_BOX_ROW)

enum
{
  SWITCHED,
  TICKED,
  MENU,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- the strip of maps --------------------------------------------------------------- */

/* Draws a map, or the place where it will be. */
static void
draw_map (CnnCard *card, cairo_t *cr, int map)
{
  cairo_surface_t *surface = cnn_preview_get_strip (card->preview, card->node, map, card->kind);
  double           width, height, scale, device_x, device_y;

  if (surface == NULL)
    {
      cairo_rectangle (cr, 0, 0, STRIP_SIZE, STRIP_SIZE);
      cairo_fill (cr);
      return;
    }
  cairo_surface_get_device_scale (surface, &device_x, &device_y);
  width = cairo_image_surface_get_width (surface) / device_x;
  height = cairo_image_surface_get_height (surface) / device_y;
  scale = STRIP_SIZE / MAX (width, height);
  cairo_translate (cr, (STRIP_SIZE - scale * width) / 2, (STRIP_SIZE - scale * height) / 2);
  cairo_scale (cr, scale, scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  /* Cells of a small map are squares. */
  cairo_pattern_set_filter (cairo_get_source (cr),
                            scale > 1.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  cairo_surface_destroy (surface);
}

/* Only cards that are seen are drawn: it is they that want maps. */
static gboolean
draw_strip (GtkWidget *strip, cairo_t *cr, CnnCard *card)
{
  GtkStyleContext *context = gtk_widget_get_style_context (strip);
  gboolean         rtl     = gtk_widget_get_direction (strip) == GTK_TEXT_DIR_RTL;
  int              step    = STRIP_SIZE + STRIP_GAP;
  GdkRGBA          colour;

  if (card->preview == NULL || card->node < 0)
    return FALSE;
  cnn_preview_want_strip (card->preview, card->node, card->n_maps,
                          STRIP_SIZE * gtk_widget_get_scale_factor (strip));
  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &colour);
  colour.alpha *= 0.1;
  for (int i = 0; i < card->n_maps; i++)
    {
      cairo_save (cr);
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_translate (cr, (rtl ? card->n_maps - 1 - i : i) * step, 0);
      draw_map (card, cr, i);
      cairo_restore (cr);
    }
  return FALSE;
}

/* --- what it shows --------------------------------------------------------------------- */

static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

static char *
title_of (const CnnDraftLayer *layer, int number)
{
  g_auto (GStrv) words = NULL;

  if (layer->op != NULL && layer->op->group == CNN_GROUP_INPUT)
    return g_strdup (dgettext ("convolens", layer->op->label));
  if (layer->op == NULL)
    {
      words = g_strsplit_set (layer->text, " \t\n", 2);
      return g_strdup_printf ("%d %s", number, words[0] != NULL ? words[0] : "");
    }
  if (!layer->enabled)
    return g_strdup (dgettext ("convolens", layer->op->label));
  return g_strdup_printf ("%d %s", number, dgettext ("convolens", layer->op->label));
}

static void
show_strip (CnnCard *card, const CnnNodeInfo *info)
{
  card->n_maps = info != NULL ? MIN (info->shape.channels, STRIP_MAPS) : 0;
  /* A value alone has no range of its own. */
  card->kind = info != NULL && info->shape.height == 1 && info->shape.width == 1
                 ? MAPPING_RANGE_STAGE
                 : MAPPING_RANGE_MAP;
  gtk_widget_set_visible (card->strip, card->preview != NULL && card->n_maps > 0);
  gtk_widget_set_size_request (
    card->strip, MAX (card->n_maps * (STRIP_SIZE + STRIP_GAP) - STRIP_GAP, 0), STRIP_SIZE);
  gtk_widget_queue_draw (card->strip);
}

/* Where a network is not known, the picture's shape still is. */
static char *
picture_facts (CnnCard *card, const CnnNodeInfo *info)
{
  CnnShape shape;

  if (card->preview == NULL && info == NULL)
    return g_strdup ("");
  shape = info != NULL ? info->shape : cnn_picture_shape (cnn_preview_picture (card->preview));
  return g_strdup_printf (CNN_SHAPE_FORMAT "\n", CNN_SHAPE_ARGS (shape));
}

static void
show_picture (CnnCard *card, const CnnNodeInfo *infos)
{
  g_autofree char *facts = picture_facts (card, infos);

  card->node = infos != NULL ? 0 : -1;
  set_label (card->title, _("Picture"));
  set_label (card->facts, facts);
  show_strip (card, infos);
}

static void
show_problem (CnnCard *card, const CnnDraftLayer *layer)
{
  g_autofree char *sentence = NULL;

  if (layer->problem != NULL)
    {
      g_autofree char *first = g_utf8_substring (layer->problem, 0, 1);
      g_autofree char *upper = g_utf8_strup (first, -1);

      sentence = g_strconcat (upper, g_utf8_next_char (layer->problem), NULL);
    }
  set_label (card->problem, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (card->problem_box, sentence != NULL);
}

static void
show_layer (CnnCard *card, const CnnDraftLayer *layer, int number, const CnnNodeInfo *infos)
{
  gboolean           input = layer->op != NULL && layer->op->group == CNN_GROUP_INPUT;
  const CnnNodeInfo *info  = layer->number >= 0 && infos != NULL ? &infos[layer->number] : NULL;
  g_autofree char   *title  = title_of (layer, number);
  g_autofree char   *params = NULL;
  g_autofree char   *facts  = NULL;

  params = layer->node != NULL ? cnn_card_words_params (layer->node, ", ") : g_strdup ("");
  if (info != NULL)
    facts = cnn_card_words_facts (info);
  else if (!layer->enabled)
    facts = g_strdup (_("switched off\n"));
  else if (layer->problem != NULL)
    facts = g_strdup ("");
  else
    /* Translators: of a layer that comes after one with a mistake. */
    facts = g_strdup (_("waits for the layers above\n"));

  card->node = info != NULL ? layer->number : -1;
  set_label (card->title, title);
  set_label (card->params, params);
  set_label (card->facts, facts);
  gtk_widget_set_visible (card->facts, *facts != '\0');
  gtk_widget_set_visible (card->tick, !input);
  gtk_widget_set_visible (card->on, !input);
  gtk_widget_set_opacity (card->title, layer->enabled ? 1.0 : 0.55);
  show_problem (card, layer);
  show_strip (card, info);
}

/* All of it is said to those who do not see it, and shown where there is no room. */
static void
describe (CnnCard *card, const CnnDraftLayer *layer)
{
  AtkObject       *accessible = gtk_widget_get_accessible (GTK_WIDGET (card));
  const char      *title      = gtk_label_get_text (GTK_LABEL (card->title));
  g_autofree char *params     = NULL;
  g_autofree char *facts      = g_strdup (gtk_label_get_text (GTK_LABEL (card->facts)));
  GString         *all        = g_string_new (NULL);

  g_strstrip (facts);
  if (layer != NULL && layer->problem != NULL)
    g_string_append_printf (all, "%s\n", gtk_label_get_text (GTK_LABEL (card->problem)));
  if (layer != NULL && layer->node != NULL)
    params = cnn_card_words_params (layer->node, NULL);
  if (params != NULL && *params != '\0')
    g_string_append_printf (all, "%s\n", params);
  g_string_append (all, facts);
  atk_object_set_name (accessible, title);
  atk_object_set_description (accessible, all->str);
  if (layer != NULL && layer->op != NULL)
    g_string_append_printf (all, "%s%s", all->len > 0 ? "\n" : "",
                            dgettext ("convolens", layer->op->blurb));
  gtk_widget_set_tooltip_text (card->title, all->str);
  gtk_widget_set_tooltip_text (card->params, all->str);
  g_string_free (all, TRUE);
}

static void
emit_switched (CnnCard *card)
{
  g_signal_emit (card, signals[SWITCHED], 0, gtk_switch_get_active (GTK_SWITCH (card->on)));
}

static void
emit_ticked (CnnCard *card)
{
  g_signal_emit (card, signals[TICKED], 0,
                 gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (card->tick)));
}

static void
emit_menu (CnnCard *card)
{
  g_signal_emit (card, signals[MENU], 0, card->menu);
}

/* --- its parts --------------------------------------------------------------------------- */

/* Attributes for a label: a weight and a size relative to the theme's. */
static GtkWidget *
text_label (PangoWeight weight, double scale)
{
  GtkWidget     *label      = gtk_label_new ("");
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_weight_new (weight));
  pango_attr_list_insert (attributes, pango_attr_scale_new (scale));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_widget_show (label);
  return label;
}

static void
make_dim (GtkWidget *widget)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), "dim-label");
}

static void
name_widget (GtkWidget *widget, const char *name, const char *tooltip)
{
  atk_object_set_name (gtk_widget_get_accessible (widget), name);
  gtk_widget_set_tooltip_text (widget, tooltip);
  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  gtk_widget_show (widget);
}

/* Two lines of text on a card leave a switch less room than themes give it. */
static void
make_small (GtkWidget *widget)
{
  static GtkCssProvider *css;

  if (css == NULL)
    {
      css = gtk_css_provider_new ();
      gtk_css_provider_load_from_data (css,
                                       "switch { min-height: 0; margin: 0; font-size: 70%; }"
                                       "switch slider { min-width: 18px; min-height: 14px; }"
                                       "button { min-height: 16px; min-width: 14px; padding: 2px; }",
                                       -1, NULL);
    }
  gtk_style_context_add_provider (gtk_widget_get_style_context (widget),
                                  GTK_STYLE_PROVIDER (css),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static GtkWidget *
make_handle (CnnCard *card)
{
  card->handle = gtk_event_box_new ();
  gtk_container_add (GTK_CONTAINER (card->handle),
                     gtk_image_new_from_icon_name ("list-drag-handle-symbolic",
                                                   GTK_ICON_SIZE_MENU));
  gtk_event_box_set_visible_window (GTK_EVENT_BOX (card->handle), FALSE);
  make_dim (card->handle);
  gtk_widget_show_all (card->handle);
  name_widget (card->handle, _("Move"), _("Drag to another place, or press Alt+Up or Alt+Down"));
  return card->handle;
}

static GtkWidget *
make_top (CnnCard *card)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));

  card->title = text_label (PANGO_WEIGHT_BOLD, 1.0);
  card->params = text_label (PANGO_WEIGHT_NORMAL, 0.9);
  gtk_label_set_ellipsize (GTK_LABEL (card->params), PANGO_ELLIPSIZE_END);
  card->tick = gtk_check_button_new ();
  name_widget (card->tick, _("Keep as layers"), _("Keep its maps as layers of the image"));
  card->on = gtk_switch_new ();
  name_widget (card->on, _("Switched on"), _("Whether the layer takes part (Space)"));
  make_small (card->on);
  card->menu = gtk_button_new_from_icon_name ("view-more-symbolic", GTK_ICON_SIZE_MENU);
  gtk_button_set_relief (GTK_BUTTON (card->menu), GTK_RELIEF_NONE);
  name_widget (card->menu, _("More"), _("Duplicate, move or remove the layer"));
  make_small (card->menu);

  gtk_box_pack_start (box, card->title, FALSE, FALSE, 0);
  gtk_box_pack_start (box, card->params, TRUE, TRUE, 0);
  gtk_box_pack_start (box, card->tick, FALSE, FALSE, 0);
  gtk_box_pack_start (box, card->on, FALSE, FALSE, 0);
  gtk_box_pack_start (box, card->menu, FALSE, FALSE, 0);
  g_signal_connect_swapped (card->tick, "toggled", G_CALLBACK (emit_ticked), card);
  g_signal_connect_swapped (card->on, "notify::active", G_CALLBACK (emit_switched), card);
  g_signal_connect_swapped (card->menu, "clicked", G_CALLBACK (emit_menu), card);
  gtk_widget_show (GTK_WIDGET (box));
  return GTK_WIDGET (box);
}

static GtkWidget *
make_middle (CnnCard *card)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));

  card->facts = text_label (PANGO_WEIGHT_NORMAL, 0.83);
  gtk_label_set_ellipsize (GTK_LABEL (card->facts), PANGO_ELLIPSIZE_END);
  make_dim (card->facts);
  card->strip = gtk_drawing_area_new ();
  gtk_widget_set_valign (card->strip, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (card->strip), _("First maps"));
  g_signal_connect (card->strip, "draw", G_CALLBACK (draw_strip), card);

  gtk_box_pack_start (box, card->facts, TRUE, TRUE, 0);
  gtk_box_pack_end (box, card->strip, FALSE, FALSE, 0);
  gtk_widget_show (GTK_WIDGET (box));
  return GTK_WIDGET (box);
}

static GtkWidget *
make_bottom (CnnCard *card)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning", GTK_ICON_SIZE_MENU);

  card->problem_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  card->problem = text_label (PANGO_WEIGHT_NORMAL, 0.9);
  gtk_label_set_line_wrap (GTK_LABEL (card->problem), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (card->problem), PANGO_WRAP_WORD_CHAR);
  /* Wide enough for the words to be read; the list gives it what there is. */
  gtk_label_set_width_chars (GTK_LABEL (card->problem), 20);
  gtk_label_set_max_width_chars (GTK_LABEL (card->problem), 20);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_show (icon);
  gtk_box_pack_start (GTK_BOX (card->problem_box), icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (card->problem_box), card->problem, TRUE, TRUE, 0);
  return card->problem_box;
}

static void
cnn_card_finalize (GObject *object)
{
  CnnCard *card = CNN_CARD (object);

  g_clear_object (&card->preview);
  g_free (card->text);
  G_OBJECT_CLASS (cnn_card_parent_class)->finalize (object);
}

static void
cnn_card_class_init (CnnCardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_card_finalize;
  signals[SWITCHED] = g_signal_new ("switched", CNN_TYPE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[TICKED] = g_signal_new ("ticked", CNN_TYPE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[MENU] = g_signal_new ("menu", CNN_TYPE_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, GTK_TYPE_WIDGET);
}

static void
cnn_card_init (CnnCard *card)
{
  GtkWidget *across = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *down   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);

  card->layer = card->node = -1;
  card->text = g_strdup ("");
  gtk_box_pack_start (GTK_BOX (down), make_top (card), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (down), make_middle (card), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (down), make_bottom (card), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (across), make_handle (card), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (across), down, TRUE, TRUE, 0);
  g_object_set (across, "margin", 3, NULL);
  gtk_widget_show (down);
  gtk_widget_show (across);
  gtk_container_add (GTK_CONTAINER (card), across);
}

/* --- for the stack ------------------------------------------------------------------------ */

/**
 * cnn_card_new:
 * @preview: (nullable): where its maps come from
 *
 * Returns: (transfer floating): an empty card
 */
GtkWidget *
cnn_card_new (CnnPreview *preview)
{
  CnnCard *card = g_object_new (CNN_TYPE_CARD, NULL);

  if (preview != NULL)
    card->preview = (CnnPreview *) g_object_ref ((GObject *) preview);
  return GTK_WIDGET (card);
}

static char *
text_of (const CnnDraftLayer *layer)
{
  return g_strconcat (layer->enabled ? "" : "#off ", layer->text, NULL);
}

/* Layers are counted without the input and those that are switched off, as the network
 * counts them. */
static int
number_of (CnnDraft *draft, int layer)
{
  int number = 0;

  for (int i = 0; i <= layer; i++)
    {
      const CnnDraftLayer *at    = cnn_draft_layer (draft, i);
      gboolean             input = at->op != NULL && at->op->group == CNN_GROUP_INPUT;

      number += !input && at->enabled;
    }
  return number;
}

/**
 * cnn_card_set_layer:
 * @draft: the draft
 * @layer: its layer to show; -1 for the picture
 */
void
cnn_card_set_layer (CnnCard *card, CnnDraft *draft, int layer)
{
  const CnnNodeInfo   *infos = cnn_draft_infos (draft);
  const CnnDraftLayer *is    = layer >= 0 ? cnn_draft_layer (draft, layer) : NULL;

  card->layer = layer;
  g_free (card->text);
  card->text = is != NULL ? text_of (is) : g_strdup ("");
  gtk_widget_set_visible (card->menu, is != NULL);
  gtk_widget_set_opacity (card->handle,
                          is == NULL || (is->op != NULL && is->op->group == CNN_GROUP_INPUT) ? 0.0
                                                                                              : 1.0);
  if (is == NULL)
    {
      gtk_widget_hide (card->tick);
      gtk_widget_hide (card->on);
      show_picture (card, infos);
    }
  else
    {
      g_signal_handlers_block_by_func (card->on, emit_switched, card);
      gtk_switch_set_active (GTK_SWITCH (card->on), is->enabled);
      g_signal_handlers_unblock_by_func (card->on, emit_switched, card);
      show_layer (card, is, number_of (draft, layer), infos);
    }
  describe (card, is);
}

/** cnn_card_layer: the layer it shows; -1 for the picture. */
int
cnn_card_layer (CnnCard *card)
{
  return card->layer;
}

/** cnn_card_text: the words of the layer that it shows, and whether that is switched on. */
const char *
cnn_card_text (CnnCard *card)
{
  return card->text;
}

/** cnn_card_node: the number of the layer in the draft's network; -1 where it is not in it. */
int
cnn_card_node (CnnCard *card)
{
  return card->node;
}

/** cnn_card_set_tick: ticks whether its maps are kept, or not; says nothing of it. */
void
cnn_card_set_tick (CnnCard *card, gboolean on)
{
  g_signal_handlers_block_by_func (card->tick, emit_ticked, card);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (card->tick), on);
  g_signal_handlers_unblock_by_func (card->tick, emit_ticked, card);
}

/** cnn_card_redraw_maps: there is more to be seen of its maps. */
void
cnn_card_redraw_maps (CnnCard *card)
{
  gtk_widget_queue_draw (card->strip);
}

/** cnn_card_handle: (transfer none): by which it is dragged. */
GtkWidget *
cnn_card_handle (CnnCard *card)
{
  return card->handle;
}
