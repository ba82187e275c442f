/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output-view.h"

#include "i18n.h"

/* What takes no longer than this shows no progress. */
#define WAIT_MS 500

const CnnOutputChoice cnn_output_mappings[] = {
  { "clamp", N_("Clamp: 0 to 1 as they are") },
  { "range-map", N_("Range of each map: least black, greatest white") },
  { "range-stage", N_("Range of all maps of the layer") },
  { "signed", N_("Signed: 0 is mid-grey") },
  { "diverging", N_("Diverging colours: blue below 0, red above") },
  { "raw", N_("Raw numbers (floating-point images only)") },
  { NULL },
};

const CnnOutputChoice cnn_output_placements[] = {
  { "scaled", N_("Scaled to the picture") },
  { "own-size", N_("Own size: one pixel a cell") },
  { "contact-sheet", N_("Contact sheet: all maps in one layer") },
  { NULL },
};

const CnnOutputChoice cnn_output_encodings[] = {
  { "perceptual", N_("Perceptual, as ordinary pictures are stored") },
  { "linear", N_("Linear, in proportion to the light") },
  { NULL },
};

enum
{
  PROP_0,
  PROP_MAPPING,
  PROP_PLACEMENT,
  PROP_INPUT_ENCODING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

struct _CnnOutputView
{
  GtkBox     parent_instance;
  GtkWidget *combos[N_PROPS];
  GtkWidget *icon;
  GtkWidget *verdict;
  GtkWidget *progress;
  GtkWidget *stop;
  guint      wait_id; /* what is done soon shows no progress */
};

static guint stop_signal;

G_DEFINE_FINAL_TYPE (CnnOutputView, cnn_output_view, GTK_TYPE_BOX)

static void
cnn_output_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CnnOutputView *self = CNN_OUTPUT_VIEW (object);

  g_value_set_string (value, gtk_combo_box_get_active_id (GTK_COMBO_BOX (self->combos[id])));
}

static void
cnn_output_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  CnnOutputView *self = CNN_OUTPUT_VIEW (object);

  gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->combos[id]), g_value_get_string (value));
}

static void
cnn_output_view_dispose (GObject *object)
{
  g_clear_handle_id (&CNN_OUTPUT_VIEW (object)->wait_id, g_source_remove);
  G_OBJECT_CLASS (cnn_output_view_parent_class)->dispose (object);
}

static void
cnn_output_view_class_init (CnnOutputViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = cnn_output_view_get_property;
  object_class->set_property = cnn_output_view_set_property;
  object_class->dispose = cnn_output_view_dispose;
  props[PROP_MAPPING] = g_param_spec_string ("mapping", NULL, NULL, "range-map",
                                             G_PARAM_READWRITE);
  props[PROP_PLACEMENT] = g_param_spec_string ("placement", NULL, NULL, "scaled",
                                               G_PARAM_READWRITE);
  props[PROP_INPUT_ENCODING] = g_param_spec_string ("input-encoding", NULL, NULL, "perceptual",
                                                    G_PARAM_READWRITE);
  g_object_class_install_properties (object_class, N_PROPS, props);
  stop_signal = g_signal_new ("stop", CNN_TYPE_OUTPUT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
}

static void
stop (CnnOutputView *self)
{
  g_signal_emit (self, stop_signal, 0);
  cnn_output_view_progress (self, 1.0);
}

static void
chosen (CnnOutputView *self, GtkWidget *combo)
{
  for (int i = 1; i < N_PROPS; i++)
    if (self->combos[i] == combo)
      g_object_notify_by_pspec (G_OBJECT (self), props[i]);
}

static void
add_choice (CnnOutputView *self, GtkWidget *box, int prop, const char *text,
            const CnnOutputChoice *choices, const char *active)
{
  GtkWidget       *label = gtk_label_new_with_mnemonic (text);
  GtkWidget       *combo = gtk_combo_box_text_new ();
  const char      *bare  = gtk_label_get_text (GTK_LABEL (label));
  g_autoptr (GList) cells = NULL;

  for (; choices->name != NULL; choices++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), choices->name,
                               dgettext ("convolens", choices->label));
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), active);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), combo);
  atk_object_set_name (gtk_widget_get_accessible (combo), bare);
  /* A long one must not make the window wide. */
  cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));
  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", 14, NULL);
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (chosen), self);
  self->combos[prop] = combo;
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), combo, TRUE, TRUE, 0);
}

/* Their room is kept: nothing moves when they come and go. */
static void
show_progress (CnnOutputView *self, gboolean shown)
{
  gtk_widget_set_opacity (self->progress, shown ? 1.0 : 0.0);
  gtk_widget_set_opacity (self->stop, shown ? 1.0 : 0.0);
  gtk_widget_set_sensitive (self->stop, shown);
}

static gboolean
waited (gpointer data)
{
  CnnOutputView *self = data;

  self->wait_id = 0;
  show_progress (self, TRUE);
  return G_SOURCE_REMOVE;
}

static void
cnn_output_view_init (CnnOutputView *self)
{
  GtkWidget *choices = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *line    = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);

  add_choice (self, choices, PROP_MAPPING, _("_Values"), cnn_output_mappings, "range-map");
  add_choice (self, choices, PROP_PLACEMENT, _("Placem_ent"), cnn_output_placements, "scaled");
  add_choice (self, choices, PROP_INPUT_ENCODING, _("_Input"), cnn_output_encodings,
              "perceptual");
  gtk_box_pack_start (GTK_BOX (self), choices, FALSE, FALSE, 0);

  self->icon = gtk_image_new ();
  self->verdict = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->verdict), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (self->verdict), PANGO_ELLIPSIZE_END);
  gtk_label_set_selectable (GTK_LABEL (self->verdict), TRUE);
  gtk_widget_set_can_focus (self->verdict, FALSE);
  gtk_box_pack_start (GTK_BOX (line), self->icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (line), self->verdict, TRUE, TRUE, 0);
  self->progress = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->progress, GTK_ALIGN_CENTER);
  atk_object_set_name (gtk_widget_get_accessible (self->progress), _("Computing the maps"));
  self->stop = gtk_button_new_with_mnemonic (_("S_top"));
  gtk_widget_set_tooltip_text (self->stop, _("Do not compute the maps for now"));
  gtk_style_context_add_class (gtk_widget_get_style_context (self->stop), "flat");
  g_signal_connect_swapped (self->stop, "clicked", G_CALLBACK (stop), self);
  gtk_box_pack_start (GTK_BOX (line), self->progress, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (line), self->stop, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), line, FALSE, FALSE, 0);
  gtk_widget_show_all (choices);
  gtk_widget_show_all (line);
  show_progress (self, FALSE);
}

/**
 * cnn_output_view_new:
 *
 * Returns: (transfer floating): the widget
 */
GtkWidget *
cnn_output_view_new (void)
{
  return g_object_new (CNN_TYPE_OUTPUT_VIEW, NULL);
}

/**
 * cnn_output_view_verdict:
 * @ok: whether what is asked for can be had
 * @sentence: what will happen, or why it cannot
 */
void
cnn_output_view_verdict (CnnOutputView *view, gboolean ok, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (view->verdict), sentence);
  gtk_widget_set_tooltip_text (view->verdict, sentence);
  gtk_image_set_from_icon_name (GTK_IMAGE (view->icon),
                                ok ? "dialog-information-symbolic" : "dialog-warning-symbolic",
                                GTK_ICON_SIZE_BUTTON);
}

/**
 * cnn_output_view_progress:
 * @fraction: share of the maps' computing that is done; 1 when nothing is left
 */
void
cnn_output_view_progress (CnnOutputView *view, double fraction)
{
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (view->progress), fraction);
  if (fraction >= 1.0)
    {
      g_clear_handle_id (&view->wait_id, g_source_remove);
      show_progress (view, FALSE);
    }
  else if (view->wait_id == 0 && !gtk_widget_get_sensitive (view->stop))
    view->wait_id = g_timeout_add (WAIT_MS, waited, view);
}
