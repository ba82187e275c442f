/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "params-view.h"

#include <string.h>

#include "card-words.h"
#include "from-combo.h"
#include "i18n.h"
#include "kernel-param.h"
#include "kernel-tools.h"
#include "layer-name.h"
#include "mnemonic.h"
#include "param-order.h"
#include "param-widgets.h"
#include "params-parts.h"

/* Letters of the rest of the window, of the kernel editor, and of the buttons that GIMP has
 * below it. */
#define TAKEN "pdmyfuveitworhcals"

typedef struct
{
  CnnParamsView  *view;
  const CnnParam *param;
  GtkWidget      *widget;
  GtkWidget      *reset;
  GtkWidget      *error;
  char           *shown; /* the draft's value */
  gboolean        wrong; /* a person said another, which cannot be */
  gboolean        gone;  /* its widgets are on their way out */
} Row;

struct _CnnParamsView
{
  GtkBox       parent_instance;
  CnnDraft    *draft;
  int          layer;
  const CnnOp *op;      /* whose widgets these are */
  GPtrArray   *rows;
  GtkWidget   *content; /* all that depends on the layer */
  GtkWidget   *more;    /* what is rarely set; or NULL */
  gboolean     opened;  /* a person wants to see that */
  GtkWidget   *name;
  GtkWidget   *name_error;
  GtkWidget   *from_label; /* the choice of the layer that it reads; hidden without names */
  GtkWidget   *from;
  int          groups;  /* how many begins had no end yet */
  gboolean     busy;
};

G_DEFINE_FINAL_TYPE (CnnParamsView, cnn_params_view, GTK_TYPE_BOX)

/* --- changes -------------------------------------------------------------- */

static void
say (GtkWidget *label, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (label), sentence ? sentence : "");
  gtk_widget_set_visible (label, sentence != NULL);
}

static const CnnDraftLayer *
current (CnnParamsView *self)
{
  if (self->layer < 0 || (guint) self->layer >= cnn_draft_n_layers (self->draft))
    return NULL;
  return cnn_draft_layer (self->draft, (guint) self->layer);
}

/* What a person typed as text comes first; it may have put another layer in this one's
 * place, or none, and other rows in place of these. */
static void
settle (CnnParamsView *self)
{
  if (!self->busy)
    cnn_draft_text (self->draft);
}

static void
set_value (Row *row, const char *value)
{
  CnnParamsView     *self = row->view;
  g_autoptr (GError) error = NULL;
  guint              layer;
  gboolean           ok;

  if (row->gone)
    return;
  settle (self);
  if (self->busy || row->gone || current (self) == NULL || current (self)->node == NULL ||
      current (self)->op != self->op)
    return;
  layer = (guint) self->layer;
  if (row->param->type == CNN_PARAM_KERNELS)
    ok = kernel_param_set (self->draft, layer, row->param, value, &error);
  else
    ok = cnn_draft_set_param (self->draft, layer, row->param->key, value, &error);
  row->wrong = !ok;
  say (row->error, ok ? NULL : error->message);
}

static void
on_changed (CnnParamWidget *widget, Row *row)
{
  g_autofree char *value = cnn_param_widget_text (widget);

  set_value (row, value);
}

static void
on_reset (GtkButton *button, Row *row)
{
  if (row->gone)
    return;
  row->wrong = FALSE;
  gtk_widget_grab_focus (cnn_param_widget_target (CNN_PARAM_WIDGET (row->widget)));
  set_value (row, row->param->initial);
}

static void
on_begin (CnnParamWidget *widget, Row *row)
{
  if (row->gone)
    return;
  row->view->groups++;
  cnn_draft_begin (row->view->draft);
}

static void
on_end (CnnParamWidget *widget, Row *row)
{
  if (row->gone || row->view->groups == 0) /* ended for it */
    return;
  row->view->groups--;
  cnn_draft_end (row->view->draft);
}

/* --- the name ------------------------------------------------------------- */

static void
set_name (CnnParamsView *self)
{
  g_autofree char   *name  = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (self->name))));
  g_autoptr (GError) error = NULL;

  settle (self);
  if (self->busy || current (self) == NULL || current (self)->node == NULL)
    return;
  say (self->name_error,
       layer_name_set (self->draft, (guint) self->layer, name, &error) ? NULL : error->message);
}

static gboolean
on_name_done (GtkWidget *entry, GdkEvent *event, CnnParamsView *self)
{
  set_name (self);
  return FALSE;
}

/* --- the layer it reads --------------------------------------------------- */

static void
on_from (CnnParamsView *self)
{
  g_autofree char *name = g_strdup (gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->from)));

  settle (self);
  if (!self->busy && name != NULL && current (self) != NULL && current (self)->node != NULL)
    cnn_draft_set_param (self->draft, (guint) self->layer, "from", name, NULL);
}

static void
show_from (CnnParamsView *self, const CnnNode *node, const char *const *names)
{
  gboolean shown = node->from || names[0];

  self->busy = TRUE;
  from_combo_show (self->from, node->from, names);
  self->busy = FALSE;
  gtk_widget_set_visible (self->from, shown);
  gtk_widget_set_visible (self->from_label, shown);
}

/* --- making the widgets --------------------------------------------------- */

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->shown);
  g_free (row);
}

static void
add_row (CnnParamsView *self, GtkGrid *grid, int *y, const CnnParam *param, GString *taken)
{
  Row             *row     = g_new0 (Row, 1);
  const char      *label   = dgettext ("convolens", param->label);
  const char      *tooltip = param->tooltip ? dgettext ("convolens", param->tooltip) : NULL;
  g_autofree char *reset   = g_strdup_printf (_("Reset %s"), label);
  gboolean         wide;

  row->view = self;
  row->param = param;
  row->widget = cnn_param_widget_new (param);
  row->error = params_error ();
  row->reset = cnn_kernel_tool_button ("document-revert-symbolic", NULL, reset);
  gtk_button_set_relief (GTK_BUTTON (row->reset), GTK_RELIEF_NONE);
  gtk_widget_set_valign (row->reset, GTK_ALIGN_START);
  gtk_widget_set_margin_top (row->reset, 3);
  gtk_widget_set_hexpand (row->widget, TRUE);
  gtk_widget_set_tooltip_text (row->widget, tooltip);
  wide = cnn_param_widget_is_wide (CNN_PARAM_WIDGET (row->widget));
  gtk_grid_attach (grid, params_label (label, param->key, tooltip,
                                       cnn_param_widget_target (CNN_PARAM_WIDGET (row->widget)),
                                       taken), 0, *y, wide ? 2 : 1, 1);
  gtk_grid_attach (grid, row->reset, 2, *y, 1, 1);
  gtk_widget_set_halign (row->reset, GTK_ALIGN_END);
  *y += wide;
  gtk_grid_attach (grid, row->widget, wide ? 0 : 1, *y, wide ? 3 : 1, 1);
  gtk_grid_attach (grid, row->error, 0, *y + 1, 3, 1);
  *y += 2;
  g_signal_connect (row->widget, "changed", G_CALLBACK (on_changed), row);
  g_signal_connect (row->widget, "begin", G_CALLBACK (on_begin), row);
  g_signal_connect (row->widget, "end", G_CALLBACK (on_end), row);
  g_signal_connect (row->reset, "clicked", G_CALLBACK (on_reset), row);
  g_ptr_array_add (self->rows, row);
}

static void
add_name (CnnParamsView *self, GtkGrid *grid, int y, GString *taken)
{
  self->name = gtk_entry_new ();
  self->name_error = params_error ();
  gtk_entry_set_width_chars (GTK_ENTRY (self->name), 10);
  gtk_widget_set_hexpand (self->name, TRUE);
  gtk_widget_set_tooltip_text (self->name, _("What other layers, such as add, call this one"));
  atk_object_set_name (gtk_widget_get_accessible (self->name), _("Name"));
  g_signal_connect_swapped (self->name, "activate", G_CALLBACK (set_name), self);
  g_signal_connect (self->name, "focus-out-event", G_CALLBACK (on_name_done), self);
  gtk_grid_attach (grid, params_label (_("Name"), "as", NULL, self->name, taken), 0, y, 1, 1);
  gtk_grid_attach (grid, self->name, 1, y, 1, 1);
  gtk_grid_attach (grid, self->name_error, 0, y + 1, 3, 1);
}

static void
add_from (CnnParamsView *self, GtkGrid *grid, int y, GString *taken)
{
  self->from = from_combo_new ();
  self->from_label = params_label (_("Reads"), "from", NULL, self->from, taken);
  gtk_widget_set_no_show_all (self->from, TRUE);
  gtk_widget_set_no_show_all (self->from_label, TRUE);
  g_signal_connect_swapped (self->from, "changed", G_CALLBACK (on_from), self);
  gtk_grid_attach (grid, self->from_label, 0, y, 1, 1);
  gtk_grid_attach (grid, self->from, 1, y, 1, 1);
}

static void
on_more (CnnParamsView *self)
{
  if (!self->busy)
    self->opened = gtk_expander_get_expanded (GTK_EXPANDER (self->more));
}

/* Behind a click, which lasts from layer to layer. */
static void
add_more (CnnParamsView *self, const CnnNode *node, GString *taken)
{
  GtkWidget       *grid  = params_grid ();
  g_autofree char *label = cnn_mnemonic_add (_("More parameters"), "more", taken);
  int              y     = 0;

  for (const CnnParam *param = node->op->params; param->key; param++)
    if (cnn_param_is_folded (node, param))
      add_row (self, GTK_GRID (grid), &y, param, taken);
  add_name (self, GTK_GRID (grid), y, taken);
  add_from (self, GTK_GRID (grid), y + 2, taken);
  gtk_widget_set_margin_top (grid, 4);
  self->more = gtk_expander_new_with_mnemonic (label);
  gtk_expander_set_expanded (GTK_EXPANDER (self->more), self->opened || node->name != NULL ||
                                                     node->from != NULL);
  gtk_container_add (GTK_CONTAINER (self->more), grid);
  gtk_box_pack_start (GTK_BOX (self->content), self->more, FALSE, FALSE, 0);
  g_signal_connect_swapped (self->more, "notify::expanded", G_CALLBACK (on_more), self);
}

/* What is there to be seen does not stay behind a click. */
static void
open_more (CnnParamsView *self, const CnnNode *node)
{
  GtkWidget *content = self->more ? gtk_bin_get_child (GTK_BIN (self->more)) : NULL;

  for (guint i = 0; content && i < self->rows->len; i++)
    {
      Row *row = self->rows->pdata[i];

      if (gtk_widget_get_parent (row->widget) == content &&
          !cnn_param_is_initial (row->param, node->params))
        {
          self->busy = TRUE;
          gtk_expander_set_expanded (GTK_EXPANDER (self->more), TRUE);
          self->busy = FALSE;
        }
    }
}

static void
end_groups (CnnParamsView *self)
{
  for (; self->groups > 0; self->groups--)
    cnn_draft_end (self->draft);
}

static void
build (CnnParamsView *self, const CnnDraftLayer *layer)
{
  GtkBox              *box     = GTK_BOX (self->content);
  GtkWidget           *grid    = params_grid ();
  const CnnNode       *node    = layer->node;
  const CnnParam      *kernels = cnn_param_kernels_given (node);
  GtkWidget           *title;
  PangoAttrList       *bold    = pango_attr_list_new ();
  g_autoptr (GString)  taken   = g_string_new (TAKEN);
  int                  y       = 0;

  title = params_sentence (dgettext ("convolens", layer->op->label), "heading");
  pango_attr_list_insert (bold, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (title), bold);
  pango_attr_list_unref (bold);
  gtk_box_pack_start (box, title, FALSE, FALSE, 0);
  gtk_box_pack_start (box, params_blurb (dgettext ("convolens", layer->op->blurb)), FALSE, FALSE,
                      0);
  /* Kernels that are given say more than all the rest. */
  if (kernels)
    add_row (self, GTK_GRID (grid), &y, kernels, taken);
  for (const CnnParam *param = layer->op->params; param->key; param++)
    if (param != kernels && !cnn_param_is_folded (node, param))
      add_row (self, GTK_GRID (grid), &y, param, taken);
  gtk_box_pack_start (box, grid, FALSE, FALSE, 0);
  if (cnn_param_has_folded (node))
    add_more (self, node, taken);
  else if (layer->op->group != CNN_GROUP_INPUT)
    {
      add_name (self, GTK_GRID (grid), y, taken);
      add_from (self, GTK_GRID (grid), y + 2, taken);
    }
}

/* --- bringing them up to date --------------------------------------------- */

/* The names of the layers before. */
static GStrv
earlier_names (CnnParamsView *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (int i = 0; i < self->layer; i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (self->draft, (guint) i);

      if (layer->enabled && layer->node && layer->node->name)
        g_strv_builder_add (names, layer->node->name);
    }
  return g_strv_builder_end (names);
}

static gboolean
has_kernels (const CnnOp *op)
{
  for (const CnnParam *param = op->params; param->key; param++)
    if (param->type == CNN_PARAM_KERNELS)
      return TRUE;
  return FALSE;
}

static void
show_row (Row *row, const CnnNode *node, const CnnParamContext *context)
{
  char    *now     = cnn_param_print (row->param, node->params);
  gboolean initial = cnn_param_is_initial (row->param, node->params);

  /* What a person said that cannot be stays, until the value really is another. */
  if (!row->wrong || g_strcmp0 (row->shown, now) != 0)
    {
      row->wrong = FALSE;
      say (row->error, NULL);
      cnn_param_widget_show (CNN_PARAM_WIDGET (row->widget), node->params, context);
    }
  g_free (row->shown);
  row->shown = now;
  /* Keeps its place. */
  gtk_widget_set_sensitive (row->reset, !initial);
  gtk_widget_set_opacity (row->reset, initial ? 0.0 : 1.0);
}

static GtkWidget *
problem_label (const CnnDraftLayer *layer)
{
  g_autofree char *sentence = cnn_card_words_problem (layer->problem ? layer->problem : "",
                                                      layer->op);

  return params_sentence (sentence, "error");
}

/** Leaving: rows and widgets that are not shown any more. */
typedef struct
{
  GPtrArray *rows;
  GList     *widgets;
} Leaving;

static gboolean
let_go (gpointer data)
{
  Leaving *leaving = data;

  for (GList *l = leaving->widgets; l; l = l->next)
    {
      gtk_widget_destroy (l->data);
      g_object_unref (l->data);
    }
  g_list_free (leaving->widgets);
  g_ptr_array_unref (leaving->rows);
  g_free (leaving);
  return G_SOURCE_REMOVE;
}

/* Takes all widgets out. They end later: what a person does with one may be what makes it
 * go, and GTK is not done with it then. */
static void
take_out (CnnParamsView *self)
{
  Leaving *leaving = g_new0 (Leaving, 1);

  leaving->rows = self->rows;
  self->rows = g_ptr_array_new_with_free_func (row_free);
  leaving->widgets = gtk_container_get_children (GTK_CONTAINER (self->content));
  for (GList *l = leaving->widgets; l; l = l->next)
    {
      g_object_ref (l->data);
      gtk_container_remove (GTK_CONTAINER (self->content), l->data);
    }
  for (guint i = 0; i < leaving->rows->len; i++)
    ((Row *) leaving->rows->pdata[i])->gone = TRUE;
  g_idle_add (let_go, leaving);
}

static void
refresh (CnnParamsView *self)
{
  const CnnDraftLayer *layer   = current (self);
  const CnnNode       *node    = layer ? layer->node : NULL;
  const CnnOp         *op      = node ? layer->op : NULL;
  CnnParamContext      context = { 0 };
  g_auto (GStrv)       names   = NULL;
  const char          *name;

  if (op != self->op || op == NULL)
    {
      end_groups (self);
      /* What loses the focus now says nothing any more. */
      self->busy = TRUE;
      take_out (self);
      self->name = self->name_error = self->more = self->from = self->from_label = NULL;
      self->busy = FALSE;
      self->op = op;
      if (op)
        build (self, layer);
      else
        gtk_box_pack_start (GTK_BOX (self->content),
                            layer ? problem_label (layer)
                                  : params_sentence (_("Choose a layer to see what can be set"),
                                                    "dim-label"), FALSE, FALSE, 0);
      gtk_widget_show_all (self->content);
    }
  if (op == NULL)
    return;
  names = earlier_names (self);
  context.names = (const char *const *) names;
  if (has_kernels (op))
    context.kernels = kernel_param_layer (self->draft, (guint) self->layer);
  for (guint i = 0; i < self->rows->len; i++)
    show_row (self->rows->pdata[i], node, &context);
  if (self->from)
    show_from (self, node, context.names);
  open_more (self, node);
  name = node->name ? node->name : "";
  if (self->name && !gtk_widget_has_focus (self->name) &&
      strcmp (gtk_entry_get_text (GTK_ENTRY (self->name)), name) != 0)
    {
      gtk_entry_set_text (GTK_ENTRY (self->name), name);
      say (self->name_error, NULL);
    }
}

/* --- life ----------------------------------------------------------------- */

static void
cnn_params_view_dispose (GObject *object)
{
  CnnParamsView *self = CNN_PARAMS_VIEW (object);

  if (self->draft)
    {
      end_groups (self);
      g_signal_handlers_disconnect_by_data (self->draft, self);
    }
  G_OBJECT_CLASS (cnn_params_view_parent_class)->dispose (object);
}

static void
cnn_params_view_finalize (GObject *object)
{
  CnnParamsView *self = CNN_PARAMS_VIEW (object);

  g_ptr_array_unref (self->rows);
  g_object_unref (self->draft);
  G_OBJECT_CLASS (cnn_params_view_parent_class)->finalize (object);
}

static void
cnn_params_view_class_init (CnnParamsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_params_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_params_view_finalize;
}

static void
cnn_params_view_init (CnnParamsView *self)
{
  self->layer = -1;
  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_pack_start (GTK_BOX (self), self->content, TRUE, TRUE, 0);
  gtk_widget_show (self->content);
}

/**
 * cnn_params_view_new:
 * @draft: the network; a reference is kept
 *
 * Returns: (transfer floating): a view of no layer
 */
GtkWidget *
cnn_params_view_new (CnnDraft *draft)
{
  CnnParamsView *self = g_object_new (CNN_TYPE_PARAMS_VIEW, NULL);

  self->draft = g_object_ref (draft);
  g_signal_connect_swapped (draft, "changed", G_CALLBACK (refresh), self);
  refresh (self);
  return GTK_WIDGET (self);
}

/**
 * cnn_params_view_set_layer:
 * @layer: a layer of the draft, or -1 for the picture
 *
 * Shows that layer's parameters.
 */
void
cnn_params_view_set_layer (CnnParamsView *self, int layer)
{
  if (layer == self->layer)
    return;
  end_groups (self);
  self->layer = layer;
  /* Another layer of the same kind gets widgets of its own: no focus, no half-typed
   * numbers and no sentences of the last one's. */
  self->op = NULL;
  refresh (self);
}
