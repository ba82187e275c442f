/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure: what it can be told. */

#include "feature-maps.h"

#include "dialog.h"
#include "i18n.h"
#include "make-layers.h"
#include "presets.h"
#include "procedure.h"

#define DEFAULT_PRESET "edge-bank"

static GimpValueArray *
feature_maps_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                  GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GPtrArray) groups = NULL;
  GimpValueArray *values;
  GimpLayer      *layer;
  GError         *error = NULL;

  procedure_begin ();
  layer = procedure_layer (image, drawables, _("Feature Maps"), &error);
  if (layer == NULL)
    return procedure_fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!feature_maps_dialog_run (procedure, config, image, layer, FALSE))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

      /* The image does not wait for the dialog. */
      layer = procedure_layer (image, drawables, _("Feature Maps"), &error);
      if (layer == NULL)
        return procedure_fail (procedure, error);
    }

  groups = make_layers (image, layer, config, &error);
  if (groups == NULL)
    return procedure_fail (procedure, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  g_ptr_array_add (groups, NULL);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, groups->pdata);
  return values;
}

/* --- its arguments -------------------------------------------------------- */

static GimpChoice *
preset_choice (void)
{
  GimpChoice      *choice = gimp_choice_new ();
  const CnnPreset *presets;
  guint            n;

  presets = cnn_presets (&n);
  /* Translators: as in: none of the presets, a network of your own. */
  gimp_choice_add (choice, "custom", 0, _("Custom"), _("The network as it is written"));
  for (guint i = 0; i < n; i++)
    gimp_choice_add (choice, presets[i].name, i + 1, dgettext ("convolens", presets[i].label),
                     dgettext ("convolens", presets[i].blurb));
  return choice;
}

static void
add_arguments (GimpProcedure *procedure)
{
  const CnnPreset *preset = cnn_preset_find (DEFAULT_PRESET);

  gimp_procedure_add_choice_argument (
    procedure, "preset", _("_Preset"),
    _("A network that comes with Convolens, used instead of the text"), preset_choice (), "custom",
    G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "network", _("_Network"),
    _("One layer a line, or “;” between them; “#” starts a comment. For instance: "
      "conv 8 3x3 pad=same; relu; maxpool 2"),
    preset != NULL ? preset->text : "conv 1x1 kernels=identity", G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
    procedure, "model", _("Mo_del"), _("An .onnx file whose network is used instead of the text"),
    GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
    procedure, "save-model", _("Sa_ve as a model"),
    _("An .onnx file that the network is written to, with all its weights, before it runs"),
    GIMP_FILE_CHOOSER_ACTION_SAVE, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "stages", _("Layers to _keep"),
    _("Which layers of the network are kept, each as a layer group: last, all, or a list like "
      "1,3-5,a of their numbers, counted from 1 without the input, and the names given with as=. "
      "Which maps of one can be said after a colon: 2:1-3+7"),
    "last", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "maps", _("_Maps of each"),
    _("Which of their feature maps are kept, each as a layer: all, or a list like 1-8,12"), "all",
    G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "mapping", _("_Values"),
    _("How the values of a map become pixels. Ranges are those of the whole map, also where only "
      "a part is selected; a map of one value is black"),
    procedure_choice (cnn_output_mappings), "range-map", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "placement", _("Pl_acement"),
    _("Where the maps lie: over the part of the picture they come from, each cell a block as large "
      "as its step with nothing made up in between; or one pixel a cell, also side by side in one "
      "layer"),
    procedure_choice (cnn_output_placements), "scaled", G_PARAM_READWRITE);
  procedure_add_encoding (procedure);
  procedure_add_memory (procedure, _("M_emory (MiB)"));
  gimp_procedure_add_core_object_array_return_value (
    procedure, "groups", _("Layer groups"),
    _("A layer group for each layer of the network that was kept, in the network's order"),
    GIMP_TYPE_GROUP_LAYER, G_PARAM_READWRITE);
}

/**
 * feature_maps_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
feature_maps_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = procedure_new (
    plug_in, FEATURE_MAPS_PROCEDURE, feature_maps_run, _("_Feature Maps…"),
    _("Run a convolutional network on the layer and keep what its layers see"),
    _("The network is text, one layer a line. Each chosen layer of it becomes a layer group above "
      "the picture, each of its feature maps a layer in it. The picture stays as it is."));

  add_arguments (procedure);
  return procedure;
}
