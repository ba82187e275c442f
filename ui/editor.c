/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The editor puts its parts side by side and tells each what happens in the others.
 * The draft holds the network, keep what a person ticked; everything else shows them. */

#include "editor-private.h"

#include <string.h>

#include "arithmetic-view.h"
#include "file-view.h"
#include "i18n.h"
#include "maps-view.h"
#include "output-view.h"
#include "params-view.h"
#include "stack-view.h"

enum
{
  PROP_0,
  PROP_NETWORK,
  PROP_STAGES,
  PROP_MAPS,
  PROP_MAPPING,
  PROP_PLACEMENT,
  PROP_INPUT_ENCODING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (CnnEditor, cnn_editor, GTK_TYPE_BOX)

/* --- what is selected -------------------------------------------------------------- */

/* The selected layer's number in the network; 0 is the picture, or where it is not in
 * the network. */
int
cnn_editor_node (CnnEditor *self)
{
  const CnnDraftLayer *layer;

  if (self->layer < 0 || self->layer >= (int) cnn_draft_n_layers (self->draft))
    return 0;
  layer = cnn_draft_layer (self->draft, (guint) self->layer);
  return MAX (layer->number, 0);
}

static void
show_ticks (CnnEditor *self)
{
  g_autoptr (GArray) maps = NULL;

  self->telling = TRUE;
  for (guint i = 0; i < cnn_draft_n_layers (self->draft); i++)
    cnn_stack_view_set_tick (CNN_STACK_VIEW (self->stack), i, cnn_keep_layer (self->keep, i));
  if (cnn_editor_node (self) > 0)
    maps = cnn_keep_maps (self->keep, (guint) self->layer);
  else
    maps = g_array_new (FALSE, FALSE, sizeof (int));
  cnn_maps_view_set_ticks (CNN_MAPS_VIEW (self->maps), maps);
  self->telling = FALSE;
}

static void
show_maps (CnnEditor *self)
{
  CnnNetwork *network = cnn_draft_network (self->draft);

  cnn_maps_view_set_node (CNN_MAPS_VIEW (self->maps), network,
                          network != NULL ? cnn_draft_infos (self->draft) : NULL,
                          cnn_editor_node (self));
}

/* --- what happens in the parts ------------------------------------------------------- */

static void
stages_changed (CnnEditor *self)
{
  g_free (self->stages);
  self->stages = cnn_keep_stages (self->keep);
  g_free (self->map_list);
  self->map_list = g_strdup ("all");
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STAGES]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MAPS]);
}

/* Before any part hears of it. */
static void
draft_follow (CnnEditor *self)
{
  CnnNetwork *network = cnn_draft_network (self->draft);

  cnn_keep_follow (self->keep);
  if (network != NULL)
    cnn_preview_set_network (self->preview, network);
}

static void
show_anew (CnnEditor *self)
{
  self->layer = cnn_stack_view_selected (CNN_STACK_VIEW (self->stack));
  cnn_editor_fit_layers (self);
  show_maps (self);
  cnn_editor_cell_again (self);
  show_ticks (self);
}

static void
draft_changed (CnnEditor *self)
{
  g_autofree char *stages = NULL;

  show_anew (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NETWORK]);
  /* With a mistake some stages are out of sight, not given up. */
  if (cnn_draft_problem (self->draft) != NULL)
    return;
  stages = cnn_keep_stages (self->keep);
  if (strcmp (self->map_list, "all") == 0 && strcmp (self->stages, stages) != 0)
    stages_changed (self);
}

static void
selected (CnnEditor *self, int layer)
{
  self->layer = layer;
  cnn_params_view_set_layer (CNN_PARAMS_VIEW (self->params), layer);
  cnn_editor_forget_cell (self);
  show_maps (self);
  show_ticks (self);
}

static void
layer_ticked (CnnEditor *self, guint layer, gboolean on)
{
  if (self->telling)
    return;
  cnn_keep_set_layer (self->keep, layer, on);
  show_ticks (self);
  stages_changed (self);
}

static void
map_ticked (CnnEditor *self, int map, gboolean on)
{
  if (self->telling || cnn_editor_node (self) == 0)
    return;
  cnn_keep_set_map (self->keep, (guint) self->layer, map, on);
  show_ticks (self);
  stages_changed (self);
}

static void
step (CnnEditor *self, int direction)
{
  int n = (int) cnn_draft_n_layers (self->draft);

  cnn_stack_view_select (CNN_STACK_VIEW (self->stack), CLAMP (self->layer + direction, -1, n - 1));
}

static void
mapping_changed (CnnEditor *self)
{
  g_autofree char *name = NULL;

  g_object_get (self->output, "mapping", &name, NULL);
  for (int i = 0; cnn_output_mappings[i].name != NULL; i++)
    if (g_strcmp0 (cnn_output_mappings[i].name, name) == 0)
      cnn_maps_view_set_mapping (CNN_MAPS_VIEW (self->maps), (MappingKind) i);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MAPPING]);
}

/* Another's network is looked at from its beginning: its first layer after the input. */
static void
file_opened (CnnEditor *self)
{
  CnnNetwork *network = cnn_draft_network (self->draft);

  if (network != NULL)
    cnn_stack_view_select (CNN_STACK_VIEW (self->stack), cnn_draft_find (self->draft, 1));
}

static void
files_dropped (CnnEditor *self, GdkDragContext *context, int x, int y, GtkSelectionData *data,
               guint kind, guint time)
{
  g_auto (GStrv)   uris = gtk_selection_data_get_uris (data);
  g_autofree char *file = uris && uris[0] ? g_filename_from_uri (uris[0], NULL, NULL) : NULL;

  if (file != NULL)
    cnn_editor_open (self, file);
}

static void
output_changed (CnnEditor *self, GParamSpec *spec)
{
  g_object_notify (G_OBJECT (self), spec->name);
}

/* --- properties ---------------------------------------------------------------------- */

static void
cnn_editor_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  CnnEditor *self = CNN_EDITOR (object);

  switch (id)
    {
    case PROP_NETWORK:
      g_value_set_string (value, cnn_draft_text (self->draft));
      break;
    case PROP_STAGES:
      g_value_set_string (value, self->stages);
      break;
    case PROP_MAPS:
      g_value_set_string (value, self->map_list);
      break;
    default:
      g_object_get_property (G_OBJECT (self->output), spec->name, value);
    }
}

static void
read_stages (CnnEditor *self, char **to, const GValue *value)
{
  g_free (*to);
  *to = g_value_dup_string (value);
  cnn_keep_read (self->keep, self->stages != NULL ? self->stages : "last",
                 self->map_list != NULL ? self->map_list : "all");
  show_ticks (self);
}

/* The first network is shown by what it ends in. */
static void
set_network (CnnEditor *self, const char *text)
{
  gboolean first = cnn_draft_n_layers (self->draft) == 0;

  cnn_draft_set_text (self->draft, text);
  if (first)
    cnn_draft_forget_steps (self->draft);
  if (first && cnn_draft_network (self->draft) != NULL)
    {
      int last = cnn_network_n_nodes (cnn_draft_network (self->draft)) - 1;

      cnn_stack_view_select (CNN_STACK_VIEW (self->stack), cnn_draft_find (self->draft, last));
    }
}

static void
cnn_editor_set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  CnnEditor *self = CNN_EDITOR (object);

  switch (id)
    {
    case PROP_NETWORK:
      set_network (self, g_value_get_string (value) ? g_value_get_string (value) : "");
      break;
    case PROP_STAGES:
      read_stages (self, &self->stages, value);
      break;
    case PROP_MAPS:
      read_stages (self, &self->map_list, value);
      break;
    default:
      g_object_set_property (G_OBJECT (self->output), spec->name, value);
    }
}

/* --- life ------------------------------------------------------------------------------ */

static void
cnn_editor_dispose (GObject *object)
{
  CnnEditor *self = CNN_EDITOR (object);

  g_clear_handle_id (&self->hover_id, g_source_remove);
  if (self->explaining != NULL)
    g_cancellable_cancel (self->explaining);
  self->arithmetic = self->arithmetic_toggle = NULL;
  if (self->draft != NULL)
    g_signal_handlers_disconnect_by_data (self->draft, self);
  if (self->picture != NULL)
    cnn_picture_close (self->picture);
  G_OBJECT_CLASS (cnn_editor_parent_class)->dispose (object);
}

static void
cnn_editor_finalize (GObject *object)
{
  CnnEditor *self = CNN_EDITOR (object);

  g_clear_object (&self->explaining);
  g_clear_object (&self->explainer);
  g_clear_object (&self->preview);
  g_clear_pointer (&self->keep, cnn_keep_free);
  g_clear_object (&self->draft);
  g_clear_pointer (&self->picture, cnn_picture_unref);
  g_free (self->stages);
  g_free (self->map_list);
  G_OBJECT_CLASS (cnn_editor_parent_class)->finalize (object);
}

static void
cnn_editor_class_init (CnnEditorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const char   *names[]      = { NULL, "network", "stages", "maps", "mapping", "placement",
                                 "input-encoding" };

  object_class->get_property = cnn_editor_get_property;
  object_class->set_property = cnn_editor_set_property;
  object_class->dispose = cnn_editor_dispose;
  object_class->finalize = cnn_editor_finalize;
  for (int i = 1; i < N_PROPS; i++)
    props[i] = g_param_spec_string (names[i], NULL, NULL, NULL, G_PARAM_READWRITE);
  g_object_class_install_properties (object_class, N_PROPS, props);
  g_signal_new ("select-field", CNN_TYPE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_POINTER);
  g_signal_new ("partial-sums", CNN_TYPE_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cnn_editor_init (CnnEditor *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->layers_height = -1;
  self->layer = -1;
  self->hovered.map = self->pinned.map = -1;
  self->stages = g_strdup ("last");
  self->map_list = g_strdup ("all");
}

/* --- its parts' signals --------------------------------------------------------------- */

static void
connect (CnnEditor *self)
{
  g_signal_connect_swapped (self->draft, "changed", G_CALLBACK (draft_changed), self);
  g_signal_connect_swapped (self->file, "opened", G_CALLBACK (file_opened), self);
  g_signal_connect (self, "drag-data-received", G_CALLBACK (files_dropped), NULL);
  g_signal_connect_swapped (self->stack, "selected", G_CALLBACK (selected), self);
  g_signal_connect_swapped (self->stack, "tick", G_CALLBACK (layer_ticked), self);
  g_signal_connect_swapped (self->maps, "hover", G_CALLBACK (cnn_editor_hover), self);
  g_signal_connect_swapped (self->maps, "pin", G_CALLBACK (cnn_editor_pin), self);
  g_signal_connect_swapped (self->maps, "tick", G_CALLBACK (map_ticked), self);
  g_signal_connect_swapped (self->maps, "step", G_CALLBACK (step), self);
  g_signal_connect_swapped (self->arithmetic_toggle, "toggled",
                            G_CALLBACK (cnn_editor_arithmetic_toggled), self);
  g_signal_connect_swapped (self->arithmetic, "select-field",
                            G_CALLBACK (cnn_editor_select_field), self);
  g_signal_connect_swapped (self->arithmetic, "partial-sums",
                            G_CALLBACK (cnn_editor_partial_sums), self);
  g_signal_connect_object (self->preview, "progress", G_CALLBACK (cnn_output_view_progress),
                           self->output, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->output, "stop", G_CALLBACK (cnn_preview_stop), self->preview,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->output, "notify::mapping", G_CALLBACK (mapping_changed), self);
  g_signal_connect_swapped (self->output, "notify::placement", G_CALLBACK (output_changed), self);
  g_signal_connect_swapped (self->output, "notify::input-encoding", G_CALLBACK (output_changed),
                            self);
}

/**
 * cnn_editor_new:
 * @picture: what to show the network on; closed when the editor goes
 * @presets_folder: (nullable): where the person's own networks are kept
 *
 * Returns: (transfer floating): the widget, with an empty network
 */
GtkWidget *
cnn_editor_new (CnnPicture *picture, const char *presets_folder)
{
  CnnEditor *self = g_object_new (CNN_TYPE_EDITOR, NULL);

  self->picture = cnn_picture_ref (picture);
  self->draft = cnn_draft_new (cnn_picture_shape (picture));
  self->keep = cnn_keep_new (self->draft);
  self->preview = cnn_preview_new (picture);
  self->explainer = cnn_explainer_new (picture);
  g_signal_connect_swapped (self->draft, "changed", G_CALLBACK (draft_follow), self);
  cnn_editor_fill (self, presets_folder);
  connect (self);
  gtk_drag_dest_set (GTK_WIDGET (self), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets (GTK_WIDGET (self));
  mapping_changed (self);
  show_maps (self);
  return GTK_WIDGET (self);
}

/**
 * cnn_editor_open:
 * @file: an .onnx model, or a text in the notation
 *
 * Begins to open it, as if a person had chosen it. The editor says what comes of it.
 */
void
cnn_editor_open (CnnEditor *editor, const char *file)
{
  cnn_file_view_open (CNN_FILE_VIEW (editor->file), file);
}

/**
 * cnn_editor_verdict:
 * @ok: whether what is asked for can be had
 * @sentence: what will happen, or why it cannot
 */
void
cnn_editor_verdict (CnnEditor *editor, gboolean ok, const char *sentence)
{
  cnn_output_view_verdict (CNN_OUTPUT_VIEW (editor->output), ok, sentence);
}

/**
 * cnn_editor_picture_changed:
 *
 * The picture reads otherwise from now on: all that was computed is out of date.
 */
void
cnn_editor_picture_changed (CnnEditor *editor)
{
  cnn_preview_forget (editor->preview);
  g_object_unref (editor->explainer);
  editor->explainer = cnn_explainer_new (editor->picture);
  show_anew (editor);
}
