/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that makes a picture of a picture: what it can be told. */

#include "apply-procedure.h"

#include "apply-dialog.h"
#include "apply-run.h"
#include "coverage.h"
#include "error.h"
#include "i18n.h"
#include "output-view.h"
#include "request.h"

static GimpLayer *
get_layer (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  GimpLayer           *layer    = request_layer (image, drawables, _("Apply Network"), error);
  g_autoptr (Coverage) coverage = NULL;

  if (layer != NULL)
    coverage = coverage_new (image, GIMP_DRAWABLE (layer), error);
  return coverage != NULL ? layer : NULL;
}

static GimpValueArray *
apply_procedure_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                     GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  GimpValueArray *values;
  GimpLayer      *layer, *result;
  GimpImage      *result_image;
  GError         *error = NULL;

  gegl_init (NULL, NULL);
  /* Failures are reported once, by us, in what we return. */
  gimp_plug_in_set_pdb_error_handler (gimp_get_plug_in (), GIMP_PDB_ERROR_HANDLER_PLUGIN);

  layer = get_layer (image, drawables, &error);
  if (layer == NULL)
    return request_fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!apply_dialog_run (procedure, config, layer))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

      /* The image does not wait for the dialog. */
      layer = get_layer (image, drawables, &error);
      if (layer == NULL)
        return request_fail (procedure, error);
    }
  result = apply_run (image, layer, config, &error);
  if (result == NULL)
    return request_fail (procedure, error);
  result_image = gimp_item_get_image (GIMP_ITEM (result));
  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    {
      if (result_image != image)
        gimp_display_new (result_image);
      gimp_displays_flush ();
    }
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_LAYER (values, 1, result);
  GIMP_VALUES_SET_IMAGE (values, 2, result_image);
  return values;
}

/* --- its arguments ---------------------------------------------------------------------------- */

static GimpChoice *
choice_with_auto (const CnnOutputChoice *choices)
{
  GimpChoice *choice = gimp_choice_new ();

  gimp_choice_add (choice, "auto", 0, _("Automatic"),
                   _("What is remembered for the model, or guessed"));
  for (int i = 0; choices[i].name != NULL; i++)
    gimp_choice_add (choice, choices[i].name, i + 1, dgettext ("convolens", choices[i].label),
                     NULL);
  return choice;
}

static const CnnOutputChoice ranges[] = {
  { "unit", N_("0 to 1") },
  { "signed", N_("−1 to 1") },
  { "bytes", N_("0 to 255") },
  { NULL },
};

static const CnnOutputChoice orders[] = {
  { "rgb", N_("Red, green, blue") },
  { "bgr", N_("Blue, green, red") },
  { NULL },
};

static const CnnOutputChoice lumas[] = {
  { "no", N_("All channels") },
  { "yes", N_("Only the brightness; the colours are kept") },
  { NULL },
};

static GimpChoice *
encoding_choice (void)
{
  GimpChoice *choice = gimp_choice_new ();

  for (int i = 0; cnn_output_encodings[i].name != NULL; i++)
    gimp_choice_add (choice, cnn_output_encodings[i].name, i,
                     dgettext ("convolens", cnn_output_encodings[i].label), NULL);
  return choice;
}

static void
add_arguments (GimpProcedure *procedure)
{
  gimp_procedure_add_file_argument (
    procedure, "model", _("Mo_del"), _("An .onnx file whose network makes pictures of pictures"),
    GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "network", _("_Network"),
    _("A network as text, which is used where no model is chosen"), "", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-range", _("Ran_ge"),
    _("Which numbers the network takes, and makes, for black and white"),
    choice_with_auto (ranges), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "channel-order", _("Colo_ur order"), _("In which order the network takes colours"),
    choice_with_auto (orders), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "mean", _("M_ean"),
    _("What is taken away from the numbers of the range: one number, or one for each channel"),
    "auto", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "scale", _("_Factor"),
    _("What is then multiplied: one number, or one for each channel"), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "luma", _("_What it sees"),
    _("Whether all channels go through the network, or only the brightness"),
    choice_with_auto (lumas), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"),
    _("Which numbers the network sees and the result is written in"), encoding_choice (),
    "perceptual", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "memory", _("Memor_y (MiB)"),
    _("How much memory the network may take for its maps and weights; 0 is half of what the "
      "machine has"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
  gimp_procedure_add_layer_return_value (procedure, "layer", _("Layer"), _("The result"), FALSE,
                                         G_PARAM_READWRITE);
  gimp_procedure_add_image_return_value (
    procedure, "result-image", _("Image"),
    _("The image it is in: a new one where the result is larger than the picture"), FALSE,
    G_PARAM_READWRITE);
}

/**
 * apply_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
apply_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, APPLY_PROCEDURE,
                                                       GIMP_PDB_PROC_TYPE_PLUGIN,
                                                       apply_procedure_run, NULL, NULL);
  g_autofree char *menu_path = NULL;

  /* Also for indexed images: there it says what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _("_Apply Network…"));
  menu_path = g_build_path ("/", "<Image>/Filters", _("Neural Networ_k"), NULL);
  gimp_procedure_add_menu_path (procedure, menu_path);
  gimp_procedure_set_documentation (
    procedure, _("Make a picture of the layer with a network from a file"),
    _("For networks that change a picture's style, enlarge it or remove its noise. The result is "
      "a new layer above the picture, or a new image where it is larger."),
    APPLY_PROCEDURE);
  gimp_procedure_set_attribution (procedure, "The Convolens developers",
                                  "The Convolens developers", "2026");
  add_arguments (procedure);
  return procedure;
}
