/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "card.h"

#include "card-words.h"
#include "i18n.h"
#include "map-strip.h"
#include "row-style.h"

/* How much of a text's colour says what is less important, also on a selected card. */
#define DIM 0.75

struct _CnnCard
{
  GtkListBoxRow parent;
  CnnPreview   *preview; /* NULL: no strip */
  int           layer;   /* -1: the picture */
  int           node;    /* in the draft's network; -1: not in it */
  char         *text;    /* of the layer, and whether it is on */

  GtkWidget    *handle;
  GtkWidget    *title;
  GtkWidget    *shape;
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
show_picture (CnnCard *card, const CnnNodeInfo *infos)
{
  g_autofree char *shape = NULL;

  /* Where there is no network, the picture's shape is known all the same. */
  if (infos != NULL)
    shape = cnn_card_words_shape (infos[0].shape);
  else if (card->preview != NULL)
    shape = cnn_card_words_shape (cnn_picture_shape (cnn_preview_picture (card->preview)));
  card->node = infos != NULL ? 0 : -1;
  set_label (card->title, _("Picture"));
  set_label (card->shape, shape != NULL ? shape : "");
  cnn_map_strip_set (CNN_MAP_STRIP (card->strip), card->node, infos);
}

static void
show_problem (CnnCard *card, const CnnDraftLayer *layer)
{
  g_autofree char *sentence = NULL;

  if (layer->problem != NULL)
    sentence = cnn_card_words_problem (layer->problem, layer->op);
  set_label (card->problem, sentence != NULL ? sentence : "");
  gtk_widget_set_visible (card->problem_box, sentence != NULL);
}

/* Of one pixel each value is: not worth a word. But a size of its own is. */
static char *
input_fact (const CnnNode *node)
{
  for (const CnnParam *param = node->op->params; param->key != NULL; param++)
    if (param->type == CNN_PARAM_SHAPE)
      {
        const CnnShape *shape = cnn_param_field (const CnnShape, param, node->params);

        if (shape->height > 0 || shape->width > 0)
          return g_strdup (_("the picture is scaled to it"));
      }
  return g_strdup ("");
}

static void
show_layer (CnnCard *card, const CnnDraftLayer *layer, int number, const CnnNodeInfo *infos)
{
  gboolean           input = layer->op != NULL && layer->op->group == CNN_GROUP_INPUT;
  const CnnNodeInfo *info  = layer->number >= 0 && infos != NULL ? &infos[layer->number] : NULL;
  g_autofree char   *title  = title_of (layer, number);
  g_autofree char   *shape = info != NULL ? cnn_card_words_shape (info->shape) : g_strdup ("");
  g_autofree char   *params = layer->node != NULL ? cnn_card_words_params (layer->node, ", ")
                                                  : g_strdup ("");
  g_autofree char   *fact  = NULL;
  g_autofree char   *facts = NULL;

  if (info != NULL && input)
    fact = input_fact (layer->node);
  else if (info != NULL)
    fact = cnn_card_words_facts (info);
  else if (!layer->enabled)
    fact = g_strdup (_("switched off"));
  else if (layer->problem == NULL)
    /* Translators: of a layer that comes after one with a mistake. */
    fact = g_strdup (_("waits for the layers above"));
  /* Two lines, also where there is less to say: cards are alike. */
  if (fact != NULL)
    facts = *params != '\0' ? g_strconcat (params, "\n", fact, NULL)
                            : g_strconcat (fact, "\n", NULL);
  else
    facts = g_strdup (params);

  card->node = info != NULL ? layer->number : -1;
  set_label (card->title, title);
  set_label (card->shape, shape);
  set_label (card->facts, facts);
  gtk_widget_set_visible (card->facts, *facts != '\0');
  gtk_widget_set_visible (card->tick, !input);
  gtk_widget_set_visible (card->on, !input);
  gtk_widget_set_opacity (card->title, layer->enabled ? 1.0 : 0.55);
  show_problem (card, layer);
  cnn_map_strip_set (CNN_MAP_STRIP (card->strip), card->node, info);
}

/* All of it is said to those who do not see it, and shown where there is no room. */
static void
describe (CnnCard *card, const CnnDraftLayer *layer, const CnnNodeInfo *info)
{
  AtkObject       *accessible = gtk_widget_get_accessible (GTK_WIDGET (card));
  const char      *title      = gtk_label_get_text (GTK_LABEL (card->title));
  g_autofree char *params     = NULL;
  const char      *shape      = gtk_label_get_text (GTK_LABEL (card->shape));
  gboolean         input      = layer != NULL && layer->op != NULL &&
                                layer->op->group == CNN_GROUP_INPUT;
  g_autofree char *facts      = info == NULL || layer == NULL ? g_strdup ("")
                                : input ? input_fact (layer->node) : cnn_card_words_facts (info);
  GString         *all        = g_string_new (NULL);

  if (layer != NULL && layer->problem != NULL)
    g_string_append_printf (all, "%s\n", gtk_label_get_text (GTK_LABEL (card->problem)));
  if (layer != NULL && layer->node != NULL)
    params = cnn_card_words_params (layer->node, NULL);
  if (params != NULL && *params != '\0')
    g_string_append_printf (all, "%s\n", params);
  g_string_append_printf (all, "%s%s%s", shape, *facts != '\0' ? " · " : "", facts);
  if (layer != NULL && !layer->enabled)
    g_string_append (all, _("switched off"));
  atk_object_set_name (accessible, title);
  atk_object_set_description (accessible, all->str);
  if (layer != NULL && layer->op != NULL)
    g_string_append_printf (all, "%s%s", all->len > 0 ? "\n" : "",
                            dgettext ("convolens", layer->op->blurb));
  gtk_widget_set_tooltip_text (card->title, all->str);
  gtk_widget_set_tooltip_text (card->facts, all->str);
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
                                       "button { min-height: 16px; min-width: 14px; }"
                                       "button { padding: 2px; }",
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
  gtk_widget_show_all (card->handle);
  name_widget (card->handle, _("Move"), _("Drag to another place, or press Alt+Up or Alt+Down"));
  return card->handle;
}

static GtkWidget *
make_top (CnnCard *card)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));

  card->title = text_label (PANGO_WEIGHT_BOLD, 1.0);
  card->shape = text_label (PANGO_WEIGHT_NORMAL, 0.9);
  gtk_label_set_ellipsize (GTK_LABEL (card->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_opacity (card->shape, DIM);
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
  gtk_box_pack_start (box, card->shape, FALSE, FALSE, 0);
  gtk_box_pack_end (box, card->menu, FALSE, FALSE, 0);
  gtk_box_pack_end (box, card->on, FALSE, FALSE, 0);
  gtk_box_pack_end (box, card->tick, FALSE, FALSE, 0);
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
  gtk_widget_set_opacity (card->facts, DIM);
  card->strip = cnn_map_strip_new (card->preview);

  gtk_box_pack_start (box, card->facts, TRUE, TRUE, 0);
  gtk_box_pack_end (box, card->strip, FALSE, FALSE, 0);
  gtk_widget_show (GTK_WIDGET (box));
  return GTK_WIDGET (box);
}

static GtkWidget *
make_bottom (CnnCard *card)
{
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic", GTK_ICON_SIZE_MENU);

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
  card->layer = card->node = -1;
  card->text = g_strdup ("");
  cnn_row_style (GTK_WIDGET (card));
}

static void
fill (CnnCard *card)
{
  GtkWidget *across = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *down   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);

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
    card->preview = g_object_ref (preview);
  fill (card);
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
  gboolean             moves = is != NULL &&
                   (is->op == NULL || is->op->group != CNN_GROUP_INPUT);

  card->layer = layer;
  g_free (card->text);
  card->text = is != NULL ? text_of (is) : g_strdup ("");
  gtk_widget_set_visible (card->menu, is != NULL);
  /* What cannot be moved keeps the room: names stand below each other. */
  gtk_widget_set_opacity (card->handle, moves ? 1.0 : 0.0);
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
  describe (card, is, infos != NULL && card->node >= 0 ? &infos[card->node] : NULL);
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
