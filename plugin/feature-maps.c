/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure: what it can be told. */

#include "feature-maps.h"

#include "coverage.h"
#include "dialog.h"
#include "error.h"
#include "i18n.h"
#include "make-layers.h"
#include "output-view.h"
#include "presets.h"
#include "request.h"

#define DEFAULT_PRESET "edge-bank"

/* The layer to work on. What is wrong with it or with the selection is said
 * before a person is asked anything. */
static GimpLayer *
get_layer (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  GimpLayer           *layer    = request_layer (image, drawables, _("Feature Maps"), error);
  g_autoptr (Coverage) coverage = NULL;

  if (layer != NULL)
    coverage = coverage_new (image, GIMP_DRAWABLE (layer), error);
  return coverage != NULL ? layer : NULL;
}

static GimpValueArray *
feature_maps_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                  GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GPtrArray) groups = NULL;
  GimpValueArray *values;
  GimpLayer      *layer;
  GError         *error = NULL;

  gegl_init (NULL, NULL);
  /* Failures are reported once, by us, in what we return. */
  gimp_plug_in_set_pdb_error_handler (gimp_get_plug_in (), GIMP_PDB_ERROR_HANDLER_PLUGIN);

  layer = get_layer (image, drawables, &error);
  if (layer == NULL)
    return request_fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!feature_maps_dialog_run (procedure, config, image, layer))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

      /* The image does not wait for the dialog. */
      layer = get_layer (image, drawables, &error);
      if (layer == NULL)
        return request_fail (procedure, error);
    }

  groups = make_layers (image, layer, config, &error);
  if (groups == NULL)
    return request_fail (procedure, error);
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

static GimpChoice *
choice_of (const CnnOutputChoice *choices)
{
  GimpChoice *choice = gimp_choice_new ();

  for (int i = 0; choices[i].name != NULL; i++)
    gimp_choice_add (choice, choices[i].name, i, dgettext ("convolens", choices[i].label), NULL);
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
    choice_of (cnn_output_mappings), "range-map", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "placement", _("Pl_acement"),
    _("Where the maps lie: over the part of the picture they come from, each cell a block as large "
      "as its step with nothing made up in between; or one pixel a cell, also side by side in one "
      "layer"),
    choice_of (cnn_output_placements), "scaled", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"),
    _("Which numbers the network sees and the result is written in"),
    choice_of (cnn_output_encodings), "perceptual", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "memory", _("M_emory (MiB)"),
    _("How much memory the network may take for its maps and weights; 0 is half of what the "
      "machine has"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
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
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, FEATURE_MAPS_PROCEDURE,
                                                       GIMP_PDB_PROC_TYPE_PLUGIN, feature_maps_run,
                                                       NULL, NULL);
  g_autofree char *menu_path = NULL;

  /* Also for indexed images: there it says what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _("_Feature Maps…"));
  /* Translators: the name of a submenu of GIMP's menu Filters. */
  menu_path = g_build_path ("/", "<Image>/Filters", _("Neural Networ_k"), NULL);
  gimp_procedure_add_menu_path (procedure, menu_path);
  gimp_procedure_set_documentation (
    procedure, _("Run a convolutional network on the layer and keep what its layers see"),
    _("The network is text, one layer a line. Each chosen layer of it becomes a layer group above "
      "the picture, each of its feature maps a layer in it. The picture stays as it is."),
    FEATURE_MAPS_PROCEDURE);
  gimp_procedure_set_attribution (procedure, "The Convolens developers",
                                  "The Convolens developers", "2026");
  add_arguments (procedure);
  return procedure;
}
