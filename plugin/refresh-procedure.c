/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that makes results again after their pictures changed. */

#include "refresh-procedure.h"

#include "error.h"
#include "i18n.h"
#include "procedure.h"
#include "remake.h"

static gboolean
is_among (GPtrArray *remakes, GimpItem *item)
{
  GimpItem *found = outcome_find (item);

  for (guint i = 0; i < remakes->len; i++)
    if (found != NULL && outcome_has (((Remake *) g_ptr_array_index (remakes, i))->outcome, found))
      return TRUE;
  return FALSE;
}

/* (transfer full) (nullable): each result once, also where several of its groups are selected. */
static GPtrArray *
find_all (GimpPlugIn *plug_in, GimpDrawable **drawables, GError **error)
{
  g_autoptr (GPtrArray) remakes = g_ptr_array_new_with_free_func ((GDestroyNotify) remake_free);

  for (guint i = 0; drawables[i] != NULL; i++)
    {
      Remake *remake;

      if (is_among (remakes, GIMP_ITEM (drawables[i])))
        continue;
      remake = remake_new (plug_in, GIMP_ITEM (drawables[i]), _("Refresh"), error);
      if (remake == NULL)
        return NULL;
      g_ptr_array_add (remakes, remake);
    }
  if (remakes->len > 0)
    return g_steal_pointer (&remakes);
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("Refresh works on layer groups of Feature Maps and layers that a network made; "
                 "none is selected"));
  return NULL;
}

static gboolean
ask_all (GPtrArray *remakes)
{
  for (guint i = 0; i < remakes->len; i++)
    if (!remake_ask (g_ptr_array_index (remakes, i)))
      return FALSE;
  return TRUE;
}

/* All are made before the first is put into its place. */
static gboolean
make_all (GimpImage *image, GPtrArray *remakes, GError **error)
{
  gboolean replaced = TRUE;

  for (guint i = 0; i < remakes->len; i++)
    if (!remake_make (g_ptr_array_index (remakes, i), FALSE, error))
      return FALSE;

  /* From here on it cannot be cancelled. */
  gimp_progress_end ();
  gimp_image_undo_group_start (image);
  for (guint i = 0; i < remakes->len && replaced; i++)
    replaced = remake_replace (g_ptr_array_index (remakes, i), FALSE, error);
  gimp_image_undo_group_end (image);
  return replaced;
}

static GimpValueArray *
refresh_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
             GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GPtrArray) remakes = NULL;
  GError               *error   = NULL;

  procedure_begin ();
  remakes = find_all (gimp_procedure_get_plug_in (procedure), drawables, &error);
  if (remakes == NULL)
    return procedure_fail (procedure, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE && !ask_all (remakes))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
  if (!make_all (image, remakes, &error))
    return procedure_fail (procedure, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  return gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
}

/**
 * refresh_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
refresh_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = procedure_new (
    plug_in, REFRESH_PROCEDURE, refresh_run, _("_Refresh"),
    _("Make feature maps and other results again, after the picture below changed"),
    _("The same network runs on the picture as it is now. The layers keep their names, their "
      "places, how they are shown and their masks; what is in them is new. Layers that were "
      "removed are not made again, and those that were moved out of the group stay as they are."));

  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE |
                                                    GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  return procedure;
}
