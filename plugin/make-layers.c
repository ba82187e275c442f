/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The run, from picture to layers. */

#include "make-layers.h"

#include "coverage.h"
#include "drawable-source.h"
#include "error.h"
#include "feature-maps.h"
#include "i18n.h"
#include "map-frame.h"
#include "map-store.h"
#include "network-file.h"
#include "onnx/save.h"
#include "painter.h"
#include "presets.h"
#include "procedure.h"
#include "running.h"

/* Multiplications behind a value from which on it is kept, not computed again. */
#define MACS_WORTH_KEEPING 1000.0

static GPtrArray *
get_frames (const Request *request, const Coverage *coverage, GError **error)
{
  g_autoptr (GPtrArray) frames = g_ptr_array_new_with_free_func ((GDestroyNotify) map_frame_free);

  for (guint i = 0; i < request->stages->len; i++)
    {
      MapFrame *frame = map_frame_new (request, i, coverage, error);

      if (frame == NULL)
        return NULL;
      g_ptr_array_add (frames, frame);
    }
  return g_steal_pointer (&frames);
}

static CnnPlan *
get_plan (const Request *request, GError **error)
{
  g_autofree guint *taps    = g_new (guint, request->stages->len);
  CnnPlanOptions    options = { .memory = request->memory };

  for (guint i = 0; i < request->stages->len; i++)
    taps[i] = request_get_stage (request, i)->node;
  return cnn_plan_new (request->network, request->input, request->stages->len, taps, &options,
                       error);
}

/* Where GIMP keeps what does not fit the memory. */
static char *
swap_folder (void)
{
  g_autofree char *folder = NULL;

  g_object_get (gegl_config (), "swap", &folder, NULL);
  return folder != NULL && g_path_is_absolute (folder) ? g_steal_pointer (&folder)
                                                       : g_strdup (g_get_tmp_dir ());
}

/* Whether to keep the values until their ranges are known, or to compute them
 * once more: measured, it is keeping that costs less where there are more
 * multiplications behind each. */
static gboolean
is_worth_keeping (const Request *request)
{
  double macs = 0.0, cells = 0.0;
  guint  last = 0;

  for (guint i = 0; i < request->stages->len; i++)
    {
      cells += (double) cnn_shape_cells (request_get_stage (request, i)->shape);
      last = request_get_stage (request, i)->node;
    }
  for (guint i = 0; i <= last; i++)
    macs += (double) request->infos[i].macs;
  return macs > MACS_WORTH_KEEPING * cells;
}

/* Runs the plan into the layers. Where the mapping needs the ranges of the values
 * it runs once before to find them; or it runs only then, and its values are
 * kept. */
static gboolean
draw (CnnPlan *plan, const CnnSource *source, const Request *request, GPtrArray *frames,
      const char *folder, Layers *layers, GError **error)
{
  g_autoptr (MapRanges) ranges   = map_ranges_new (request);
  g_autoptr (MapStore)  store    = NULL;
  g_autoptr (Painter)   painter  = NULL;
  RunningProgress       progress = { 0.0, 1.0, 0.0 };
  CnnSink               sink     = { NULL };

  if (mapping_needs_range (request->mapping))
    {
      progress.share = 0.5;
      if (is_worth_keeping (request))
        {
          progress.share = 0.8;
          store = map_store_new (request, folder, error);
          if (store == NULL)
            return FALSE;
          sink = map_store_sink (store);
        }
      sink = map_ranges_sink (ranges, &sink);
      if (!cnn_plan_run (plan, source, &sink, running_progress, &progress, NULL, error))
        return FALSE;
      progress.from = progress.share;
      progress.share = 1.0 - progress.from;
    }
  painter = painter_new (request, frames, layers, ranges);
  sink = painter_sink (painter);
  if (!(store ? map_store_replay (store, &sink, running_progress, &progress, error)
              : cnn_plan_run (plan, source, &sink, running_progress, &progress, NULL, error)))
    return FALSE;
  painter_finish (painter);
  return layers_finish (layers, error);
}

/* Where a file is asked for: what cannot be written is said before the network runs. */
static gboolean
save_model (GimpProcedureConfig *config, const Request *request, GError **error)
{
  g_autoptr (GError)     wrong    = NULL;
  g_autofree char       *path     = procedure_model_path (config, "save-model", &wrong);
  g_autofree char       *preset   = NULL;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  g_object_get (config, "preset", &preset, NULL);
  if (preset != NULL && cnn_preset_find (preset) != NULL)
    g_hash_table_insert (metadata, (gpointer) "convolens.preset", preset);
  return path == NULL || cnn_model_save (request->network, request->input, metadata, path, error);
}

/* --- what travels with it --------------------------------------------------------------------- */

/* The network as it was run: presets may become others. */
static RecipeKit *
get_kit (GimpProcedureConfig *config, const Request *request, GimpLayer *layer,
         const Coverage *coverage)
{
  g_autoptr (RecipeKit) kit    = recipe_kit_new (FEATURE_MAPS_PROCEDURE, config, layer, coverage);
  g_autofree char      *model  = procedure_model_path (config, "model", NULL);
  g_autofree char      *named  = cnn_network_file_weights (request->network);
  g_autofree char      *preset = NULL;
  const CnnPreset      *found;

  g_object_get (config, "preset", &preset, NULL);
  found = preset != NULL ? cnn_preset_find (preset) : NULL;
  if (found != NULL)
    recipe_kit_set_text (kit, "network", found->text);
  recipe_kit_set_text (kit, "preset", "custom");
  /* Without its weights it could not be made again. */
  if (!recipe_kit_set_file (kit, model != NULL ? model : named, model != NULL))
    return NULL;
  recipe_kit_keep_for (kit, request->stages->len);
  return g_steal_pointer (&kit);
}

/* --- all of it -------------------------------------------------------------------------------- */

struct _MadeLayers
{
  Request   *request;
  Coverage  *coverage;
  GPtrArray *frames;
  RecipeKit *kit;      /* (nullable): its own */
  RecipeKit *carried;  /* (nullable): that which the layers get */
  Layers    *layers;
};

void
made_layers_free (MadeLayers *made)
{
  g_clear_pointer (&made->layers, layers_free);
  g_clear_pointer (&made->kit, recipe_kit_free);
  g_clear_pointer (&made->frames, g_ptr_array_unref);
  g_clear_pointer (&made->coverage, coverage_free);
  g_clear_pointer (&made->request, request_free);
  g_free (made);
}

/** made_layers_kit: (transfer none) (nullable): what is to travel with them, where that is new */
RecipeKit *
made_layers_kit (const MadeLayers *made)
{
  return made->kit;
}

static RequestStage *
find_stage (const Request *request, int node)
{
  for (guint i = 0; i < request->stages->len; i++)
    {
      RequestStage *stage = g_ptr_array_index (request->stages, i);

      if ((int) stage->node == node)
        return stage;
    }
  return NULL;
}

static gboolean
has_map (const RequestStage *stage, int map)
{
  for (guint k = 0; k < stage->maps->len; k++)
    if (g_array_index (stage->maps, int, k) == map)
      return TRUE;
  return FALSE;
}

/* Whether each layer of the result has a map; a picture of other channels may have fewer. */
static gboolean
check_maps (const Request *request, const OutcomeStage *is, GError **error)
{
  const RequestStage *stage = find_stage (request, is->part->stage);

  for (guint k = 0; k < is->layers->len; k++)
    {
      OutcomeLayer    *layer = outcome_stage_get (is, k);
      g_autofree char *name  = NULL;

      if (stage != NULL && (layer->part->map < 0 || has_map (stage, layer->part->map)))
        continue;
      name = gimp_item_get_name (GIMP_ITEM (layer->layer));
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network makes no map for the layer “%s” any more; the picture may have "
                     "other channels now. Use Edit These Maps to make them anew"),
                   name);
      return FALSE;
    }
  return TRUE;
}

/* Of a result that is there, only what of it is there. */
static gboolean
keep_only (Request *request, const Outcome *outcome, GError **error)
{
  for (guint i = 0; i < outcome->stages->len; i++)
    if (!check_maps (request, outcome_get_stage (outcome, i), error))
      return FALSE;
  for (guint i = request->stages->len; i-- > 0;)
    {
      RequestStage       *stage = g_ptr_array_index (request->stages, i);
      const OutcomeStage *is    = outcome_find_stage (outcome, (int) stage->node);

      if (is == NULL || is->layers->len == 0)
        g_ptr_array_remove_index (request->stages, i);
      else if (outcome_stage_get (is, 0)->part->map >= 0)
        for (guint k = stage->maps->len; k-- > 0;)
          if (!outcome_stage_has (is, g_array_index (stage->maps, int, k)))
            g_array_remove_index (stage->maps, k);
    }
  if (request->stages->len > 0)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("none of its layers is left in it; use Edit These Maps to make them again"));
  return FALSE;
}

/* What the result is to carry: of one that stays what it is, what it carries. */
static gboolean
choose_kit (MadeLayers *made, GimpLayer *layer, GimpProcedureConfig *config,
            const Outcome *outcome, gboolean only, GError **error)
{
  made->carried = only ? outcome->kit : NULL;
  if (only)
    return TRUE;
  made->carried = made->kit = get_kit (config, made->request, layer, made->coverage);
  if (outcome == NULL)
    return TRUE;
  if (made->kit == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
                   _("the file with the network's weights cannot be read"));
      return FALSE;
    }
  recipe_kit_set_run (made->kit, outcome->kit->recipe->run);
  return TRUE;
}

/**
 * made_layers_new:
 * @layer: the picture
 * @config: the procedure's arguments
 * @coverage: (transfer full): what of it counts
 * @outcome: (nullable): a result that is there, whose place they are to take; to outlive them
 * @only: whether they are made as it was, and only those of its layers that are there
 *
 * Runs the network. The image has not changed when that is done.
 *
 * Returns: (transfer full): what is kept of it; or %NULL. Errors: those of request_new(), and of
 *   running a plan
 */
MadeLayers *
made_layers_new (GimpLayer *layer, GimpProcedureConfig *config, Coverage *coverage,
                 const Outcome *outcome, gboolean only, GError **error)
{
  g_autoptr (MadeLayers)     made   = g_new0 (MadeLayers, 1);
  g_autoptr (CnnPlan)        plan   = NULL;
  g_autoptr (DrawableSource) source = NULL;
  g_autofree char           *folder = swap_folder ();
  CnnSource                  plan_source;

  made->coverage = coverage;
  made->request = request_new (config, layer, error);
  if (made->request == NULL || (only && !keep_only (made->request, outcome, error)))
    return NULL;
  made->frames = get_frames (made->request, coverage, error);
  if (made->frames == NULL || !save_model (config, made->request, error))
    return NULL;

  gimp_progress_init (_("Feature Maps"));
  running_limit_cache (GIMP_DRAWABLE (layer), 1);
  plan = get_plan (made->request, error);
  if (plan == NULL || !choose_kit (made, layer, config, outcome, only, error))
    return NULL;
  made->layers = layers_new (made->request, made->frames, layer, made->carried, folder, error);
  if (made->layers == NULL)
    return NULL;
  source = drawable_source_new (GIMP_DRAWABLE (layer), made->request->input,
                                made->request->encoding);
  plan_source = drawable_source_get (source);
  if (!draw (plan, &plan_source, made->request, made->frames, folder, made->layers, error))
    return NULL;
  return g_steal_pointer (&made);
}

/**
 * made_layers_replace:
 * @outcome: a result that is there
 * @anew: whether they were made in another way than it says
 *
 * Puts them into the place of those of @outcome, to be called within a group of undo steps.
 *
 * Returns: whether GIMP did. Errors: %CNN_ERROR_LIMIT
 */
gboolean
made_layers_replace (MadeLayers *made, const Outcome *outcome, gboolean anew, GError **error)
{
  return layers_replace (made->layers, outcome, anew, error);
}

/**
 * make_layers:
 * @layer: the picture, in @image
 * @config: the procedure's arguments
 *
 * Runs the network and adds what is kept of it to the image.
 *
 * Returns: (transfer full) (element-type GimpGroupLayer): the groups, in the network's
 *   order; or %NULL with an error and an untouched image where something is in the way.
 *   Errors: those of made_layers_new()
 */
GPtrArray *
make_layers (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (MadeLayers) made     = NULL;
  Coverage              *coverage = procedure_coverage (image, layer, error);

  if (coverage == NULL)
    return NULL;
  made = made_layers_new (layer, config, coverage, NULL, FALSE, error);
  if (made == NULL)
    return NULL;

  /* From here on it cannot be cancelled: GIMP would do so by killing the
   * plug-in, and half of the groups would stay. */
  gimp_progress_end ();
  return layers_insert (made->layers, error);
}
