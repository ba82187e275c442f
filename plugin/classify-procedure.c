/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that says what a picture shows: what it can be told, and what it returns. */

#include "classify-procedure.h"

#include "classify-dialog.h"
#include "classify-map.h"
#include "frame.h"
#include "i18n.h"
#include "procedure.h"

static GimpValueArray *
results (GimpProcedure *procedure, const ClassifyRequest *request, GimpDrawable *added)
{
  GimpValueArray *values  = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GimpDrawable   *maps[2] = { added, NULL };

  GIMP_VALUES_TAKE_STRING (values, 1, cnn_classifier_label (request->classifier, request->best));
  GIMP_VALUES_SET_INT (values, 2, (int) request->best);
  GIMP_VALUES_SET_DOUBLE (values, 3, request->probabilities[request->best]);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, 4, request->probabilities,
                                request->classifier->n_classes);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 5, maps);
  return values;
}

static GimpValueArray *
classify_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
              GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (ClassifyRequest) request = NULL;
  GimpLayer                  *layer;
  GimpDrawable               *added;
  GError                     *error = NULL;

  procedure_begin ();
  layer = procedure_layer (image, drawables, _("Classify"), &error);
  if (layer == NULL)
    return procedure_fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!classify_dialog_run (procedure, config, layer))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

      /* The image does not wait for the dialog. */
      layer = procedure_layer (image, drawables, _("Classify"), &error);
      if (layer == NULL)
        return procedure_fail (procedure, error);
    }
  request = classify_request_new (config, layer, &error);
  if (request == NULL || !classify_request_run (request, &error) ||
      !classify_map_add (request, config, layer, &added, &error))
    return procedure_fail (procedure, error);
  if (added != NULL && run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  return results (procedure, request, added);
}

/* --- its arguments ---------------------------------------------------------------------------- */

static const CnnOutputChoice modes[] = { /* by CnnClassifyMode */
  { "auto", N_("Automatic") },
  { "digit", N_("The ink, centred as MNIST has digits") },
  { "picture", N_("A picture") },
  { NULL },
};

static const CnnOutputChoice framings[] = { /* by CnnFraming */
  { "crop", N_("Cut off what does not fit") },
  { "fit", N_("All of it, with grey beside it") },
  { "stretch", N_("All of it, out of shape") },
};

static const CnnOutputChoice maps[] = { /* by ClassifyMapKind */
  { "none", N_("Not shown") },
  { "layer", N_("A layer above the picture") },
  { "mask", N_("The layer's mask") },
  { NULL },
};

/** classify_modes: (transfer full): the choice of a CnnClassifyMode */
GimpChoice *
classify_modes (void)
{
  return procedure_choice (modes);
}

/**
 * classify_framings:
 * @as_trained: whether “auto” is one of them, %CLASSIFY_AS_TRAINED
 *
 * Returns: (transfer full): the choice of a CnnFraming
 */
GimpChoice *
classify_framings (gboolean as_trained)
{
  GimpChoice *choice = gimp_choice_new ();

  if (as_trained)
    gimp_choice_add (choice, "auto", CLASSIFY_AS_TRAINED, _("As the network was trained"), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (framings); i++)
    gimp_choice_add (choice, framings[i].name, (int) i,
                     dgettext ("convolens", framings[i].label), NULL);
  return choice;
}

static void
add_arguments (GimpProcedure *procedure)
{
  gimp_procedure_add_file_argument (
    procedure, "model", _("Mo_del"),
    _("An .onnx file whose network tells pictures apart; where neither this nor a text is given, "
      "the network of digits that comes with Convolens"),
    GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "network", _("_Network"),
    _("A network as text, which is used where no model is chosen"), "", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "prepare", _("_What it sees"),
    _("A digit is looked for, cut out and centred the way networks of digits were trained; "
      "“Automatic” does that for networks that were trained so, and for others with small grey "
      "inputs"),
    classify_modes (), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "framing", _("_Framing"),
    _("What happens to a picture whose form is not that of the network's input"),
    classify_framings (TRUE), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"), _("Which numbers the network sees"),
    procedure_choice (cnn_output_encodings), "perceptual", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "cam", _("W_here it sees that"),
    _("The places of the picture that speak for the class (a class activation map, Grad-CAM)"),
    procedure_choice (maps), "none", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "cam-class", _("Cl_ass"),
    _("Whose places are shown, counted from 0; −1 for the most likely class"), -1, G_MAXINT, -1,
    G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "cam-layer", _("La_yer of the network"),
    _("Which layer's maps say where, by its number or its name; empty: the last that has places"),
    "", G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "label", _("Label"),
                                          _("The most likely class's name, or its number"), NULL,
                                          G_PARAM_READWRITE);
  gimp_procedure_add_int_return_value (procedure, "class", _("Class"),
                                       _("Its number, counted from 0"), 0, G_MAXINT, 0,
                                       G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (procedure, "probability", _("Probability"),
                                          _("Its probability"), 0.0, 1.0, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_array_return_value (procedure, "probabilities", _("Probabilities"),
                                                _("Those of all classes"), G_PARAM_READWRITE);
  /* Not a single one, of whose absence Script-Fu complains on the console. */
  gimp_procedure_add_core_object_array_return_value (
    procedure, "maps", _("Where"), _("The layer or mask that says where, if one was asked for"),
    GIMP_TYPE_DRAWABLE, G_PARAM_READWRITE);
}

/**
 * classify_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
classify_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = procedure_new (
    plug_in, CLASSIFY_PROCEDURE, classify_run, _("_Classify…"),
    _("Say what the layer shows, with a network that tells pictures apart"),
    _("For digits the ink is found by itself, whether dark on light or light on dark. The places "
      "that speak for a class can become a layer, or the layer's mask."));

  add_arguments (procedure);
  return procedure;
}
