/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A result that is made again, as it was or in another way. Whatever can go wrong goes wrong
 * before the image changes. */

#include "remake.h"

#include <string.h>

#include <libgimp/gimpui.h>

#include "apply-procedure.h"
#include "error.h"
#include "feature-maps.h"
#include "i18n.h"
#include "procedure.h"
#include "layers.h"
#include "recipe-use.h"

void
remake_free (Remake *remake)
{
  /* Layers that are not in the image know what they were made for. */
  g_clear_pointer (&remake->layers, made_layers_free);
  g_clear_pointer (&remake->one, apply_result_free);
  g_clear_pointer (&remake->request, apply_request_free);
  g_clear_pointer (&remake->outcome, outcome_free);
  g_clear_object (&remake->config);
  g_clear_object (&remake->procedure);
  g_free (remake->path);
  g_free (remake);
}

/**
 * remake_look:
 *
 * Looks at the image anew: a person may have changed it while a dialog was open.
 *
 * Returns: whether the result and its picture are there and may be changed. Errors:
 *   %CNN_ERROR_SPEC, and those of outcome_new()
 */
gboolean
remake_look (Remake *remake, GError **error)
{
  g_clear_pointer (&remake->outcome, outcome_free);
  if (!gimp_item_is_valid (remake->item))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
      return FALSE;
    }
  remake->outcome = outcome_new (remake->item, error);
  if (remake->outcome == NULL || !outcome_unlocked (remake->outcome, error))
    return FALSE;
  remake->picture = outcome_picture (remake->outcome, &remake->instead, error);
  if (remake->picture == NULL)
    return FALSE;
  return procedure_check_layer (remake->outcome->image, remake->picture, error);
}

/** remake_is_maps: whether it is groups of feature maps, rather than one layer */
gboolean
remake_is_maps (const Remake *remake)
{
  return strcmp (remake->outcome->kit->recipe->procedure, FEATURE_MAPS_PROCEDURE) == 0;
}

/* What is said of it must be what it is. */
static gboolean
find_procedure (Remake *remake, GimpPlugIn *plug_in, GError **error)
{
  const char *name  = remake->outcome->kit->recipe->procedure;
  gboolean    group = outcome_get_stage (remake->outcome, 0)->group != NULL;

  if (strcmp (name, FEATURE_MAPS_PROCEDURE) == 0 && group)
    remake->procedure = feature_maps_create (plug_in);
  else if (strcmp (name, APPLY_PROCEDURE) == 0 && !group)
    remake->procedure = apply_create (plug_in);
  else
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("the layer was made by “%s”, and this version of the program does not know "
                     "how to do it again"),
                   name);
      return FALSE;
    }
  remake->config = gimp_procedure_create_config (remake->procedure);
  return TRUE;
}

/**
 * remake_new:
 * @item: what is selected
 * @who: the procedure, as its menu item calls it; to outlive what is returned
 *
 * Returns: (transfer full): the result that it is of, with all that is needed to make it again;
 *   or %NULL. Errors: those of remake_look(), recipe_use_weights() and recipe_use_arguments()
 */
Remake *
remake_new (GimpPlugIn *plug_in, GimpItem *item, const char *who, GError **error)
{
  g_autoptr (Remake) remake = g_new0 (Remake, 1);

  remake->item = item;
  remake->who = who;
  if (!remake_look (remake, error) || !find_procedure (remake, plug_in, error) ||
      !recipe_use_weights (remake->outcome->kit, &remake->path, error) ||
      !recipe_use_arguments (remake->outcome->kit, remake->path, remake->config, error))
    return NULL;
  return g_steal_pointer (&remake);
}

/**
 * remake_ask:
 *
 * Asks a person about a picture that is gone.
 *
 * Returns: whether to take the layer below; also where nothing is to be asked
 */
gboolean
remake_ask (const Remake *remake)
{
  g_autofree char *below = NULL;
  GtkWidget       *dialog, *cancel;
  int              response;

  if (!remake->instead)
    return TRUE;
  gimp_ui_init ("convolens");
  below = gimp_item_get_name (GIMP_ITEM (remake->picture));
  dialog = gtk_message_dialog_new (NULL, GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE,
                                   _("The layer “%s” that it was made from is not in the image."),
                                   remake->outcome->kit->recipe->picture);
  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog),
                                            _("Make it from “%s”, the layer below?"), below);
  gtk_window_set_title (GTK_WINDOW (dialog), remake->who);
  gimp_window_set_transient (GTK_WINDOW (dialog));
  cancel = gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Cancel"), GTK_RESPONSE_CANCEL);
  gtk_widget_grab_focus (cancel);
  gtk_dialog_add_button (GTK_DIALOG (dialog), _("_Use the Layer Below"), GTK_RESPONSE_OK);
  response = gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  return response == GTK_RESPONSE_OK;
}

/* @coverage: (transfer full) */
static gboolean
make_one (Remake *remake, Coverage *coverage, GError **error)
{
  RunningProgress progress = { 0.0, 1.0, 0.0 };

  remake->request = apply_request_new (remake->config, remake->picture, error);
  if (remake->request == NULL)
    {
      coverage_free (coverage);
      return FALSE;
    }
  gimp_progress_init (_("Apply Network"));
  remake->one = apply_result_new_of (remake->request, coverage, remake->picture, &progress, error);
  return remake->one != NULL && apply_result_fits (remake->one, error);
}

/**
 * remake_make:
 * @anew: whether its arguments may have changed
 *
 * Runs the network. The image has not changed when that is done.
 *
 * Returns: whether that could be done. Errors: those of made_layers_new() and apply_result_new_of()
 */
gboolean
remake_make (Remake *remake, gboolean anew, GError **error)
{
  const RecipeKit *kit      = remake->outcome->kit;
  Coverage        *coverage = recipe_use_coverage (kit, remake->picture, error);
  RecipeKit       *fresh;

  if (coverage == NULL)
    return FALSE;
  if (remake_is_maps (remake))
    remake->layers = made_layers_new (remake->picture, remake->config, coverage, remake->outcome,
                                      !anew, error);
  else if (!make_one (remake, coverage, error))
    return FALSE;
  if (remake->layers == NULL && remake->one == NULL)
    return FALSE;
  fresh = remake->layers != NULL ? made_layers_kit (remake->layers)
                                 : apply_result_kit (remake->one);
  if (fresh != NULL)
    recipe_use_again (kit, remake->path, fresh);
  return TRUE;
}

/* Whether the picture is another one than the recipe says, or is called otherwise. */
static gboolean
is_another (const Recipe *recipe, GimpItem *picture)
{
  g_autofree char *name = gimp_item_get_name (picture);

  return recipe->tattoo != gimp_item_get_tattoo (picture) || strcmp (recipe->picture, name) != 0;
}

/**
 * remake_replace:
 * @anew: as for remake_make(), which was called
 *
 * Puts it where it was, to be called within a group of undo steps.
 *
 * Returns: whether GIMP did. Errors: %CNN_ERROR_LIMIT
 */
gboolean
remake_replace (Remake *remake, gboolean anew, GError **error)
{
  if (!anew && is_another (remake->outcome->kit->recipe, GIMP_ITEM (remake->picture)))
    {
      recipe_kit_set_picture (remake->outcome->kit, remake->picture);
      for (guint i = 0; i < remake->outcome->stages->len; i++)
        {
          OutcomeStage *stage = outcome_get_stage (remake->outcome, i);

          if (!recipe_kit_attach (remake->outcome->kit,
                                  GIMP_ITEM (stage->group != NULL
                                               ? stage->group
                                               : outcome_stage_get (stage, 0)->layer)))
            return layers_pdb_failed (error);
        }
    }
  return remake->layers != NULL
           ? made_layers_replace (remake->layers, remake->outcome, anew, error)
           : apply_result_replace (remake->one, remake->outcome, anew, error);
}
