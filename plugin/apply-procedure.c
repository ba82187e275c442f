/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that makes a picture of a picture: what it can be told. */

#include "apply-procedure.h"

#include "apply-dialog.h"
#include "apply-run.h"
#include "i18n.h"
#include "procedure.h"

static GimpValueArray *
apply_procedure_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                     GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  GimpValueArray *values;
  GimpLayer      *layer, *result;
  GimpImage      *result_image;
  GError         *error = NULL;

  procedure_begin ();
  layer = procedure_layer (image, drawables, _("Apply Network"), &error);
  if (layer == NULL)
    return procedure_fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!apply_dialog_run (procedure, config, layer))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

      /* The image does not wait for the dialog. */
      layer = procedure_layer (image, drawables, _("Apply Network"), &error);
      if (layer == NULL)
        return procedure_fail (procedure, error);
    }
  result = apply_run (image, layer, config, &error);
  if (result == NULL)
    return procedure_fail (procedure, error);
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
choice_with_auto (const CnnOutputChoice *choices, const char *automatic)
{
  GimpChoice *choice = gimp_choice_new ();

  gimp_choice_add (choice, "auto", 0, _("Automatic"), automatic);
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

static void
add_arguments (GimpProcedure *procedure)
{
  const char *guessed = _("What is remembered for the model, or guessed");

  gimp_procedure_add_file_argument (
    procedure, "model", _("Mo_del"), _("An .onnx file whose network makes pictures of pictures"),
    GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "network", _("_Network"),
    _("A network as text, which is used where no model is chosen"), "", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-range", _("Ran_ge"),
    _("Which numbers the network takes, and makes, for black and white"),
    choice_with_auto (ranges, guessed), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "channel-order", _("Colo_ur order"), _("In which order the network takes colours"),
    choice_with_auto (orders, guessed), "auto", G_PARAM_READWRITE);
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
    choice_with_auto (lumas, guessed), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"),
    _("Which numbers the network sees and the result is written in"),
    choice_with_auto (cnn_output_encodings, _("What the model's file says, or else perceptual")),
    "auto", G_PARAM_READWRITE);
  procedure_add_memory (procedure, _("Memor_y (MiB)"));
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
  GimpProcedure *procedure = procedure_new (
    plug_in, APPLY_PROCEDURE, apply_procedure_run, _("_Apply Network…"),
    _("Make a picture of the layer with a network from a file"),
    _("For networks that change a picture's style, enlarge it or remove its noise. The result is "
      "a new layer above the picture, or a new image where it is larger."));

  add_arguments (procedure);
  return procedure;
}
