/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that learns a filter: what it can be told, and what it tells. */

#include "learn-procedure.h"

#include "i18n.h"
#include "learn-dialog.h"
#include "learn-run.h"
#include "procedure.h"

static const CnnOutputChoice models[] = { /* by CnnFilterModel */
  { "automatic", N_("The simplest that does") },
  { "kernel", N_("One kernel") },
  { "small", N_("Small network") },
  { "deep", N_("Deep network") },
  { NULL },
};

static const CnnOutputChoice channels[] = { /* by CnnFilterChannels */
  { "chosen", N_("Whichever does better") },
  { "each", N_("Each colour by itself") },
  { "across", N_("Each colour of all") },
  { NULL },
};

static const CnnOutputChoice losses[] = {
  { "squared", N_("Squared differences") },
  { "absolute", N_("Absolute differences") },
  { NULL },
};

static const CnnOutputChoice symmetries[] = { /* by CnnFilterSymmetry */
  { "detected", N_("As the filter seems to be") },
  { "none", N_("None") },
  { "mirror", N_("Left and right exchanged") },
  { "all", N_("Turned and mirrored") },
  { NULL },
};

static const CnnOutputChoice encodings[] = { /* by LearnEncoding */
  { "automatic", N_("Whichever does better") },
  { "perceptual", N_("Perceptual, as ordinary pictures are stored") },
  { "linear", N_("Linear, in proportion to the light") },
  { NULL },
};

static const CnnOutputChoice results[] = { /* by LearnAdd */
  { "layer", N_("New layers") },
  { "filter", N_("Live filter on the layer") },
  { "nothing", N_("Nothing") },
  { NULL },
};

/* --- what it tells ------------------------------------------------------------------------- */

static GimpValueArray *
tell (GimpProcedure *procedure, const Learnt *learnt, GimpLayer *layer)
{
  GimpValueArray        *values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS,
                                                                    NULL);
  const CnnFilterResult *result = learnt->result;
  g_autofree char       *text   = cnn_network_print (result->network);
  g_autofree char       *kernel = learnt_kernel_text (result);

  GIMP_VALUES_SET_LAYER (values, 1, layer);
  GIMP_VALUES_SET_DOUBLE (values, 2, result->psnr);
  GIMP_VALUES_SET_DOUBLE (values, 3, result->identity);
  GIMP_VALUES_SET_DOUBLE (values, 4, result->residual);
  GIMP_VALUES_SET_STRING (values, 5, models[result->model].name);
  GIMP_VALUES_SET_STRING (values, 6, cnn_output_encodings[learnt_encoding (learnt)].name);
  GIMP_VALUES_SET_STRING (values, 7, text);
  GIMP_VALUES_SET_STRING (values, 8, kernel != NULL ? kernel : "");
  GIMP_VALUES_SET_BOOLEAN (values, 9, result->found);
  GIMP_VALUES_SET_DOUBLE (values, 10, result->seconds);
  return values;
}

static GimpValueArray *
learn_procedure_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                     GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (Learnt) learnt = NULL;
  GimpLayer         *layer;
  GError            *error  = NULL;

  procedure_begin ();
  /* The layers of the last time may be of another image. */
  if (run_mode == GIMP_RUN_WITH_LAST_VALS)
    {
      learn_layers_say (config, NULL, NULL);
      g_object_set (config, "mask", NULL, NULL);
    }
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      learnt = learn_dialog_run (procedure, config, image, drawables);
      if (learnt == NULL)
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
      gimp_progress_init (_("Learn Filter from Layers"));
    }
  else
    learnt = learn_run (config, image, drawables, &error);
  if (learnt == NULL || !learnt_finish (learnt, &layer, &error))
    return procedure_fail (procedure, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  return tell (procedure, learnt, layer);
}

/* --- its arguments --------------------------------------------------------------------------- */

static void
add_pictures (GimpProcedure *procedure)
{
  gimp_procedure_add_int32_array_argument (
    procedure, "before", _("_Before"),
    _("Layers as they are before the filter; none: the lower one of two that are selected"),
    G_PARAM_READWRITE);
  gimp_procedure_add_int32_array_argument (
    procedure, "after", _("A_fter"),
    _("The same layers after the filter, in the same order; none: the upper one of two that are "
      "selected"),
    G_PARAM_READWRITE);
  gimp_procedure_add_drawable_argument (
    procedure, "mask", _("Mas_k"),
    _("What counts is where this is white, besides what is selected"), TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "encoding", _("Colo_urs"), _("In which numbers the filter is looked for"),
    procedure_choice (encodings), "automatic", G_PARAM_READWRITE);
}

static void
add_how (GimpProcedure *procedure)
{
  gimp_procedure_add_choice_argument (
    procedure, "model", _("_Model"), _("What kind of network is learned"),
    procedure_choice (models), "automatic", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "kernel-size", _("Kernel si_ze"),
    _("Rows and columns of the one kernel, an odd number; 0 is the smallest that does"), 0, 63, 0,
    G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "channels", _("C_hannels"), _("What the one kernel sees of the colours"),
    procedure_choice (channels), "chosen", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "loss", _("_Judged by"),
    _("What networks make small; one kernel is always solved for squares"),
    procedure_choice (losses), "squared", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "symmetry", _("S_ymmetry"),
    _("In which positions networks are shown the pictures, because the filter does the same in "
      "them"),
    procedure_choice (symmetries), "detected", G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
    procedure, "seconds", _("Secon_ds"),
    _("After how long learning ends with the best so far; 0 is when it gets no better"), 0.0,
    86400.0, 60.0, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "seed", _("S_eed"), _("Of all that is drawn by chance"), 0, G_MAXINT, 1,
    G_PARAM_READWRITE);
}

static void
add_results (GimpProcedure *procedure)
{
  gimp_procedure_add_file_argument (
    procedure, "output", _("Save _as"), _("The .onnx file that the filter goes into"),
    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "result", _("Resul_t"), _("What is added to the image"), procedure_choice (results),
    "layer", G_PARAM_READWRITE);
}

static void
add_return_values (GimpProcedure *procedure)
{
  gimp_procedure_add_layer_return_value (
    procedure, "layer", _("Layer"),
    _("What the filter makes of the first layer before it, or that layer"), FALSE,
    G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "psnr", _("PSNR"),
    _("How close the filter comes to the picture after, in dB, on a part that was held back"),
    -G_MAXDOUBLE, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "psnr-before", _("PSNR before"),
    _("How close the picture before is to it, in dB, on the same part"), -G_MAXDOUBLE, G_MAXDOUBLE,
    0.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "residual", _("Residual"),
    _("The root of the mean of the squared differences on what was learned from"), 0.0,
    G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
    procedure, "model-found", _("Model"), _("What was learned: kernel, small or deep"), "",
    G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
    procedure, "encoding-found", _("Colours"),
    _("In which numbers it works: perceptual or linear"), "", G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
    procedure, "network", _("Network"), _("The network as text"), "", G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
    procedure, "kernel", _("Kernel"),
    _("The one kernel as text, as after “kernels=”; empty of a network"), "", G_PARAM_READWRITE);
  gimp_procedure_add_boolean_return_value (
    procedure, "found", _("Found"), _("Whether the filter is better than none"), TRUE,
    G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (procedure, "seconds-taken", _("Seconds"),
                                          _("How long learning took"), 0.0, G_MAXDOUBLE, 0.0,
                                          G_PARAM_READWRITE);
}

/**
 * learn_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
learn_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = procedure_new (
    plug_in, LEARN_FILTER_PROCEDURE, learn_procedure_run, _("_Learn Filter from Layers…"),
    _("Learn what turns one layer into another, for any other picture"),
    _("Of two layers, before and after a filter, a kernel or a network is learned that makes the "
      "one of the other. Its result is a new layer; it can be saved as an .onnx file, which Apply "
      "Network puts on any picture."));

  /* Two layers may be selected, or one and the other be chosen. */
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                                                    GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  add_pictures (procedure);
  add_how (procedure);
  add_results (procedure);
  add_return_values (procedure);
  return procedure;
}
