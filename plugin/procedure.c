/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What both procedures share: how they are made, begin and fail, and the arguments that both
 * have. */

#include "procedure.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* What is said of a procedure that stands in our menu. */
static void
describe (GimpProcedure *procedure, const char *name, const char *label, const char *blurb,
          const char *help)
{
  g_autofree char *menu_path = NULL;

  gimp_procedure_set_menu_label (procedure, label);
  /* Translators: the name of a submenu of GIMP's menu Filters. */
  menu_path = g_build_path ("/", "<Image>/Filters", _("Neural Networ_k"), NULL);
  gimp_procedure_add_menu_path (procedure, menu_path);
  gimp_procedure_set_documentation (procedure, blurb, help, name);
  gimp_procedure_set_attribution (procedure, "The Convolens developers",
                                  "The Convolens developers", "2026");
}

/**
 * procedure_new:
 * @name: its name
 * @run: what it does
 * @label: its menu item
 * @blurb: what it does, in a sentence
 * @help: more of that
 *
 * Returns: (transfer full): a procedure without arguments
 */
GimpProcedure *
procedure_new (GimpPlugIn *plug_in, const char *name, GimpRunImageFunc run, const char *label,
               const char *blurb, const char *help)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN,
                                                       run, NULL, NULL);

  /* Also for indexed images: there it says what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  describe (procedure, name, label, blurb, help);
  return procedure;
}

/**
 * procedure_new_without_image:
 * @name: its name
 * @run: what it does
 * @label: its menu item
 * @blurb: what it does, in a sentence
 * @help: more of that
 *
 * Returns: (transfer full): a procedure that works on no image and can be chosen without one,
 *   with the argument “run-mode” alone
 */
GimpProcedure *
procedure_new_without_image (GimpPlugIn *plug_in, const char *name, GimpRunFunc run,
                             const char *label, const char *blurb, const char *help)
{
  GimpProcedure *procedure = gimp_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run,
                                                 NULL, NULL);

  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_ALWAYS);
  describe (procedure, name, label, blurb, help);
  gimp_procedure_add_enum_argument (procedure, "run-mode", _("Run mode"), _("The run mode"),
                                    GIMP_TYPE_RUN_MODE, GIMP_RUN_NONINTERACTIVE,
                                    G_PARAM_READWRITE);
  return procedure;
}

/**
 * procedure_choice:
 * @choices: what there is
 *
 * Returns: (transfer full): the choice between them
 */
GimpChoice *
procedure_choice (const CnnOutputChoice *choices)
{
  GimpChoice *choice = gimp_choice_new ();

  for (int i = 0; choices[i].name != NULL; i++)
    gimp_choice_add (choice, choices[i].name, i, dgettext ("convolens", choices[i].label), NULL);
  return choice;
}

/** procedure_add_encoding: adds the argument of which numbers go in and come out. */
void
procedure_add_encoding (GimpProcedure *procedure)
{
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"),
    _("Which numbers the network sees and the result is written in"),
    procedure_choice (cnn_output_encodings), "perceptual", G_PARAM_READWRITE);
}

/**
 * procedure_add_memory:
 * @label: with the letter that is free in the dialog
 *
 * Adds the argument of how much memory a run may take.
 */
void
procedure_add_memory (GimpProcedure *procedure, const char *label)
{
  gimp_procedure_add_int_argument (
    procedure, "memory", label,
    _("How much memory the network may take for its maps and weights; 0 is half of what the "
      "machine has"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
}

/** procedure_begin: what each run begins with. */
void
procedure_begin (void)
{
  /* Only GEGL's buffers are used here. Its operations, with all the libraries that they want for
   * formats of files, are most of what a small run takes. */
  g_setenv ("GEGL_PATH", "/dev/null", TRUE);
  gegl_init (NULL, NULL);
  /* Failures are reported once, by us, in what we return. */
  gimp_plug_in_set_pdb_error_handler (gimp_get_plug_in (), GIMP_PDB_ERROR_HANDLER_PLUGIN);
}

/**
 * procedure_sentence:
 *
 * Returns: (transfer full): the error's message as a sentence of its own
 */
char *
procedure_sentence (const GError *error)
{
  g_autofree char *first = g_utf8_substring (error->message, 0, 1);
  g_autofree char *upper = g_utf8_strup (first, -1);

  return g_strconcat (upper, error->message + strlen (first), NULL);
}

/**
 * procedure_fail:
 * @error: (transfer full): what is wrong
 *
 * Returns: (transfer full): what a procedure returns that could not do what was asked
 */
GimpValueArray *
procedure_fail (GimpProcedure *procedure, GError *error)
{
  gboolean asked_wrong = g_error_matches (error, CNN_ERROR, CNN_ERROR_SPEC);
  char    *sentence    = procedure_sentence (error);

  g_free (error->message);
  error->message = sentence;
  return gimp_procedure_new_return_values (procedure,
                                           asked_wrong ? GIMP_PDB_CALLING_ERROR
                                                       : GIMP_PDB_EXECUTION_ERROR,
                                           error);
}

static gboolean
is_in_image (GimpImage *image, GimpItem *item)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);

  if (gimp_item_get_image (item) != image)
    return FALSE;
  if (gimp_item_get_parent (item) != NULL)
    return TRUE;
  for (int i = 0; layers[i] != NULL; i++)
    if (GIMP_ITEM (layers[i]) == item)
      return TRUE;
  return FALSE;
}

/**
 * procedure_check_layer:
 * @image: the image
 * @layer: what is to be worked on
 *
 * Returns: whether it can be, as far as the image and its modes go. Errors: %CNN_ERROR_SPEC
 */
gboolean
procedure_check_layer (GimpImage *image, GimpLayer *layer, GError **error)
{
  if (!gimp_item_is_valid (GIMP_ITEM (layer)) || !is_in_image (image, GIMP_ITEM (layer)))
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
  else if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the image has indexed colours, whose numbers are not amounts of light; "
                   "convert it with Image ▸ Mode ▸ RGB first"));
  else if (gimp_image_get_floating_sel (image) != NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the image has a floating selection; anchor it or make it a layer first"));
  else
    return TRUE;
  return FALSE;
}

static GimpLayer *
get_layer (GimpImage *image, GimpDrawable **drawables, const char *who, GError **error)
{
  int       n     = gimp_core_object_array_get_length ((GObject **) drawables);
  GimpItem *item  = n == 1 ? GIMP_ITEM (drawables[0]) : NULL;

  if (n == 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("%s works on one layer; none is selected"), who);
  else if (n > 1)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 dngettext ("convolens", "%s works on one layer; %d is selected",
                            "%s works on one layer; %d are selected", n),
                 who, n);
  else if (GIMP_IS_LAYER_MASK (item))
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("%s works on a layer; a layer mask is selected"), who);
  else if (!GIMP_IS_LAYER (item))
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("%s works on a layer; a channel is selected"), who);
  else if (procedure_check_layer (image, GIMP_LAYER (item), error))
    return GIMP_LAYER (item);

  return NULL;
}

/**
 * procedure_layer:
 * @image: the image
 * @drawables: what is selected in it
 * @who: the procedure, as its menu item calls it
 *
 * What is wrong with the layer or with the selection is said before a person is asked
 * anything.
 *
 * Returns: (transfer none): the one layer to work on; or %NULL where there is
 *   none that could be. Errors: %CNN_ERROR_SPEC, and those of coverage_new()
 */
GimpLayer *
procedure_layer (GimpImage *image, GimpDrawable **drawables, const char *who, GError **error)
{
  GimpLayer           *layer    = get_layer (image, drawables, who, error);
  g_autoptr (Coverage) coverage = NULL;

  if (layer != NULL)
    coverage = coverage_new (image, GIMP_DRAWABLE (layer), error);
  return coverage != NULL ? layer : NULL;
}

/**
 * procedure_coverage:
 * @layer: the picture, which may have been deleted while a dialog was open
 *
 * Returns: (transfer full): what of it counts; or %NULL. Errors: %CNN_ERROR_SPEC
 */
Coverage *
procedure_coverage (GimpImage *image, GimpLayer *layer, GError **error)
{
  if (gimp_item_is_valid (GIMP_ITEM (layer)))
    return coverage_new (image, GIMP_DRAWABLE (layer), error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
  return NULL;
}

/**
 * procedure_model_path:
 * @config: arguments
 * @argument: which of them it is: "model" or "save-model"
 *
 * Returns: (transfer full) (nullable): the path of the model; %NULL where there is none,
 *   or with %CNN_ERROR_IO set where it is not on this machine
 */
char *
procedure_model_path (GimpProcedureConfig *config, const char *argument, GError **error)
{
  g_autoptr (GFile) file = NULL;
  char             *path;

  g_object_get (config, argument, &file, NULL);
  if (file == NULL)
    return NULL;
  path = g_file_get_path (file);
  if (path == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
                 _("the model is not a file on this computer; copy it here first"));
  return path;
}
