/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The run, from picture to layers. */

#include "make-layers.h"

#include "coverage.h"
#include "drawable-source.h"
#include "i18n.h"
#include "layers.h"
#include "map-frame.h"
#include "map-store.h"
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

/**
 * make_layers:
 * @layer: the picture, in @image
 * @config: the procedure's arguments
 *
 * Runs the network and adds what is kept of it to the image.
 *
 * Returns: (transfer full) (element-type GimpGroupLayer): the groups, in the network's
 *   order; or %NULL with an error and an untouched image where something is in the way.
 *   Errors: as request_new(), and those of running a plan
 */
GPtrArray *
make_layers (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (Request)        request  = NULL;
  g_autoptr (Coverage)       coverage = NULL;
  g_autoptr (GPtrArray)      frames   = NULL;
  g_autoptr (CnnPlan)        plan     = NULL;
  g_autoptr (DrawableSource) source   = NULL;
  g_autoptr (Layers)         layers   = NULL;
  g_autofree char           *folder   = swap_folder ();
  CnnSource                  plan_source;

  request = request_new (config, layer, error);
  if (request == NULL)
    return NULL;
  coverage = coverage_new (image, GIMP_DRAWABLE (layer), error);
  if (coverage == NULL)
    return NULL;
  frames = get_frames (request, coverage, error);
  if (frames == NULL || !save_model (config, request, error))
    return NULL;

  gimp_progress_init (_("Feature Maps"));
  running_limit_cache (GIMP_DRAWABLE (layer), 1);
  plan = get_plan (request, error);
  if (plan == NULL)
    return NULL;
  layers = layers_new (request, frames, layer, folder, error);
  if (layers == NULL)
    return NULL;
  source = drawable_source_new (GIMP_DRAWABLE (layer), request->input, request->encoding);
  plan_source = drawable_source_get (source);
  if (!draw (plan, &plan_source, request, frames, folder, layers, error))
    return NULL;

  /* From here on it cannot be cancelled: GIMP would do so by killing the
   * plug-in, and half of the groups would stay. */
  gimp_progress_end ();
  return layers_insert (layers, error);
}
