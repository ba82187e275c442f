/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that makes a result in another way: what it can be told. Without a window, what
 * it is not told stays as it was. */

#include "edit-procedure.h"

#include "apply-dialog.h"
#include "dialog.h"
#include "error.h"
#include "i18n.h"
#include "procedure.h"
#include "remake.h"

#define KEEP "keep"

/* --- what is to change ------------------------------------------------------------------------ */

/* Of a layer that is a picture, nothing is chosen or mapped. */
static const char *const of_maps[] = { "stages", "maps", "mapping", "placement", NULL };
static const char *const of_all[] = { "network", "input-encoding", NULL };

/* (transfer full) (nullable): what is said; %NULL where it stays. */
static char *
get_said (GimpProcedureConfig *config, const char *name)
{
  char *text = NULL;

  g_object_get (config, name, &text, NULL);
  if (text != NULL && *text != '\0' && !g_str_equal (text, KEEP))
    return text;
  g_free (text);
  return NULL;
}

static void
change (GimpProcedureConfig *config, Remake *remake, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *said = get_said (config, names[i]);

      if (said != NULL)
        g_object_set (remake->config, names[i], said, NULL);
    }
}

static gboolean
change_maps (GimpProcedureConfig *config, Remake *remake, GError **error)
{
  if (remake_is_maps (remake))
    {
      change (config, remake, of_maps);
      return TRUE;
    }
  for (guint i = 0; of_maps[i] != NULL; i++)
    {
      g_autofree char *said = get_said (config, of_maps[i]);

      if (said == NULL)
        continue;
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("%s: the layer is a picture that a network made, not feature maps"),
                   of_maps[i]);
      return FALSE;
    }
  return TRUE;
}

static gboolean
change_all (GimpProcedureConfig *config, Remake *remake, GError **error)
{
  g_autofree char   *network = get_said (config, "network");
  g_autoptr (GFile)  model   = NULL;
  int                memory;

  if (!change_maps (config, remake, error))
    return FALSE;
  g_object_get (config, "model", &model, "memory", &memory, NULL);
  if (network != NULL || model != NULL)
    g_object_set (remake->config, "model", model, NULL);
  change (config, remake, of_all);
  if (memory >= 0)
    g_object_set (remake->config, "memory", memory, NULL);
  return TRUE;
}

/* --- the run ---------------------------------------------------------------------------------- */

static gboolean
show (Remake *remake)
{
  if (!remake_ask (remake))
    return FALSE;
  if (remake_is_maps (remake))
    return feature_maps_dialog_run (remake->procedure, remake->config, remake->outcome->image,
                                    remake->picture, TRUE);
  return apply_dialog_run (remake->procedure, remake->config, remake->picture);
}

static Remake *
find (GimpPlugIn *plug_in, GimpDrawable **drawables, GError **error)
{
  if (drawables[0] != NULL && drawables[1] == NULL)
    return remake_new (plug_in, GIMP_ITEM (drawables[0]), _("Edit These Maps"), error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("Edit These Maps works on one layer group of Feature Maps, or one layer that a "
                 "network made; select one"));
  return NULL;
}

static GimpValueArray *
edit_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
          GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (Remake) remake = NULL;
  GError            *error  = NULL;

  procedure_begin ();
  remake = find (gimp_procedure_get_plug_in (procedure), drawables, &error);
  if (remake == NULL)
    return procedure_fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!show (remake))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
      if (!remake_look (remake, &error))
        return procedure_fail (procedure, error);
    }
  else if (!change_all (config, remake, &error))
    return procedure_fail (procedure, error);

  if (!remake_make (remake, TRUE, &error))
    return procedure_fail (procedure, error);
  /* From here on it cannot be cancelled. */
  gimp_progress_end ();
  gimp_image_undo_group_start (image);
  remake_replace (remake, TRUE, &error);
  gimp_image_undo_group_end (image);
  if (error != NULL)
    return procedure_fail (procedure, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  return gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
}

/* --- its arguments ---------------------------------------------------------------------------- */

static GimpChoice *
choice_with_keep (const CnnOutputChoice *choices)
{
  GimpChoice *choice = gimp_choice_new ();

  gimp_choice_add (choice, KEEP, 0, _("As it is"), NULL);
  for (int i = 0; choices[i].name != NULL; i++)
    gimp_choice_add (choice, choices[i].name, i + 1, dgettext ("convolens", choices[i].label),
                     NULL);
  return choice;
}

static void
add_arguments (GimpProcedure *procedure)
{
  gimp_procedure_add_string_argument (procedure, "network", _("_Network"),
                                      _("Another network as text; empty: as it is"), "",
                                      G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (procedure, "model", _("Mo_del"),
                                    _("An .onnx file with another network"),
                                    GIMP_FILE_CHOOSER_ACTION_OPEN, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "stages", _("Layers to _keep"),
                                      _("Which layers of the network are kept; empty: as it is"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (procedure, "maps", _("_Maps of each"),
                                      _("Which of their feature maps are kept; empty: as it is"),
                                      "", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (procedure, "mapping", _("_Values"),
                                      _("How the values of a map become pixels"),
                                      choice_with_keep (cnn_output_mappings), KEEP,
                                      G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (procedure, "placement", _("Pl_acement"),
                                      _("Where the maps lie"),
                                      choice_with_keep (cnn_output_placements), KEEP,
                                      G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"),
    _("Which numbers the network sees and the result is written in"),
    choice_with_keep (cnn_output_encodings), KEEP, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "memory", _("M_emory (MiB)"),
    _("How much memory the network may take for its maps and weights; −1: as it is"), -1,
    G_MAXINT, -1, G_PARAM_READWRITE);
}

/**
 * edit_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
edit_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = procedure_new (
    plug_in, EDIT_PROCEDURE, edit_run, _("_Edit These Maps…"),
    _("Open the network that made the layer group again, change it, and change the layers"),
    _("A layer group of Feature Maps, or a layer that Apply Network made, knows how it was made, "
      "also after it was saved. Its layers stay what a person made of them, where the network "
      "still makes their maps; others are removed, and new ones added."));

  add_arguments (procedure);
  return procedure;
}
