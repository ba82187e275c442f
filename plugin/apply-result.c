/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a network makes of a layer: a layer of the part that is selected, for above the picture;
 * or, where it has more pixels than the picture, a layer in an image of its own. Nothing is
 * inserted or shown before all of it is there. */

#include "apply-result.h"

#include "coverage.h"
#include "drawable-source.h"
#include "error.h"
#include "i18n.h"
#include "layers.h"
#include "mapping.h"
#include "replace.h"

struct _ApplyResult
{
  const ApplyRequest *request;
  Coverage           *coverage;
  RecipeKit          *kit;      /* (nullable): what travels with it */
  RecipePart         *part;
  GimpImage          *image;    /* where the result goes */
  gboolean            own_image;
  GimpLayer          *layer;
  GeglBuffer         *buffer;
  CnnRect             region;   /* of the network's result */
  gboolean            rgb;
  gboolean            alpha;
  const Babl         *format;   /* of pixels as floats */
  int                 channels; /* of those, without alpha */
  gboolean            bytes;
  gboolean            clamp;
  ResampleAxis       *rows;     /* NULL where pixels are the picture's own */
  ResampleAxis       *columns;
  gboolean            inserted;
};

/**
 * apply_result_free:
 *
 * What was not inserted is gone.
 */
void
apply_result_free (ApplyResult *result)
{
  g_clear_pointer (&result->coverage, coverage_free);
  g_clear_pointer (&result->kit, recipe_kit_free);
  g_clear_pointer (&result->part, recipe_part_free);
  g_clear_object (&result->buffer);
  g_clear_pointer (&result->rows, resample_axis_free);
  g_clear_pointer (&result->columns, resample_axis_free);
  if (result->inserted)
    ;
  else if (result->own_image && result->image != NULL)
    gimp_image_delete (result->image);
  else if (result->layer != NULL)
    gimp_item_delete (GIMP_ITEM (result->layer));
  g_free (result);
}

/* --- pixels ----------------------------------------------------------------------------------- */

/* No number is no amount of light. */
static float
kept (float value)
{
  return value > 0.0f ? MIN (value, 1.0f) : 0.0f;
}

/* A row of values as pixels, without alpha. */
static void
colour_row (const ApplyResult *result, const float *values, int n, float *pixels)
{
  int from = result->request->applied->output.channels;
  int to   = result->channels;
  int step = to + (result->alpha ? 1 : 0);

  for (int x = 0; x < n; x++, values += from, pixels += step)
    for (int c = 0; c < to; c++)
      {
        float value = values[from == to ? c : 0];

        pixels[c] = result->clamp ? kept (value) : value;
      }
}

static void
read_alpha (const ApplyResult *result, const CnnRect *rect, float *alpha)
{
  if (result->rows != NULL)
    coverage_read_cells (result->coverage, result->rows, result->columns, rect, alpha);
  else
    coverage_read (result->coverage, rect, alpha);
}

static gboolean
write_rect (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  const ApplyResult  *result = data;
  int                 step   = result->channels + (result->alpha ? 1 : 0);
  gsize               n      = (gsize) rect->width * rect->height;
  g_autofree float   *pixels = g_new (float, n * step);
  GeglRectangle       part   = { rect->x - result->region.x, rect->y - result->region.y,
                                 rect->width, rect->height };

  for (int y = 0; y < rect->height; y++)
    colour_row (result, values + y * stride, rect->width, pixels + (gsize) y * rect->width * step);
  if (result->alpha)
    {
      g_autofree float *alpha = g_new (float, n);

      read_alpha (result, rect, alpha);
      for (gsize i = 0; i < n; i++)
        pixels[i * step + result->channels] = alpha[i];
    }
  if (result->bytes)
    {
      g_autofree guint8 *bytes = g_malloc (n * step);

      mapping_bytes (pixels, n * step, bytes);
      gegl_buffer_set (result->buffer, &part, 0, gegl_buffer_get_format (result->buffer), bytes,
                       GEGL_AUTO_ROWSTRIDE);
    }
  else
    pixels_write (result->buffer, &part, result->format, pixels);
  return TRUE;
}

/* --- where they go ---------------------------------------------------------------------------- */

/* The part of the result that shows what is selected of the picture. */
static CnnRect
find_region (const CnnApplied *applied, const CnnRect *bounds)
{
  gint64 height = applied->output.height, width = applied->output.width;
  int    top    = (int) (bounds->y * height / applied->input.height);
  int    left   = (int) (bounds->x * width / applied->input.width);
  int    bottom = (int) (((bounds->y + bounds->height) * height + applied->input.height - 1) /
                         applied->input.height);
  int    right  = (int) (((bounds->x + bounds->width) * width + applied->input.width - 1) /
                         applied->input.width);

  return (CnnRect) { left, top, right - left, bottom - top };
}

/* An image like the picture's, but larger. */
static GimpImage *
make_image (GimpImage *like, int width, int height, GError **error)
{
  g_autoptr (GimpColorProfile) profile = gimp_image_get_color_profile (like);
  double     x, y;
  GimpImage *image;

  image = gimp_image_new_with_precision (width, height, gimp_image_get_base_type (like),
                                         gimp_image_get_precision (like));
  if (image == NULL)
    {
      layers_pdb_failed (error);
      return NULL;
    }
  gimp_image_undo_disable (image);
  if (profile != NULL)
    gimp_image_set_color_profile (image, profile);
  if (gimp_image_get_resolution (like, &x, &y))
    gimp_image_set_resolution (image, x, y);
  return image;
}

static gboolean
make_layer (ApplyResult *result, GimpLayer *source, GError **error)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (source));
  int        x, y;

  result->rgb = gimp_drawable_is_rgb (GIMP_DRAWABLE (source));
  result->alpha = !coverage_is_full (result->coverage);
  result->own_image = apply_request_enlarges (result->request);
  result->image = result->own_image ? make_image (image, result->region.width,
                                                  result->region.height, error)
                                    : image;
  if (result->image == NULL)
    return FALSE;
  result->layer = gimp_layer_new (result->image, result->request->name, result->region.width,
                                  result->region.height, layers_type (result->rgb, result->alpha),
                                  100.0, gimp_image_get_default_new_layer_mode (result->image));
  if (result->layer == NULL)
    return layers_pdb_failed (error);
  if (!result->own_image)
    {
      gimp_drawable_get_offsets (GIMP_DRAWABLE (source), &x, &y);
      gimp_layer_set_offsets (result->layer, x + result->region.x, y + result->region.y);
    }
  else if (result->alpha)
    {
      result->rows = resample_axis_scale (result->request->applied->output.height,
                                          result->coverage->size.height);
      result->columns = resample_axis_scale (result->request->applied->output.width,
                                             result->coverage->size.width);
    }
  return TRUE;
}

/* Grey of a layer in colours is three times the same; colours of a grey one are GIMP's to
 * convert. */
static void
choose_format (ApplyResult *result)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (result->layer);

  result->channels = result->rgb ? 3 : result->request->applied->output.channels;
  result->format = pixels_format (drawable, result->request->encoding, result->channels,
                                  result->alpha);
  result->bytes = pixels_are_bytes (drawable, result->format);
  result->clamp = !pixels_are_floats (result->image);
  result->buffer = gimp_drawable_get_buffer (drawable);
}

static gboolean
draw (ApplyResult *result, GimpLayer *source, CnnPlan *plan, RunningProgress *progress,
      GError **error)
{
  const ApplyRequest        *request = result->request;
  g_autoptr (DrawableSource) pixels  = NULL;
  CnnSource                  plan_source;
  CnnSink                    sink    = { write_rect, result, NULL };

  pixels = drawable_source_new (GIMP_DRAWABLE (source), request->applied->input,
                                request->encoding);
  plan_source = drawable_source_get (pixels);
  if (!cnn_plan_run (plan, &plan_source, &sink, running_progress, progress, NULL, error))
    return FALSE;
  gegl_buffer_flush (result->buffer);
  return TRUE;
}

/* What it says of how it was made. */
static void
make_recipe (ApplyResult *result, GimpLayer *source)
{
  result->kit = apply_request_kit (result->request, source, result->coverage);
  result->part = g_new0 (RecipePart, 1);
  result->part->run = g_strdup (result->kit != NULL ? result->kit->recipe->run : "");
  result->part->stage = result->part->map = -1;
  result->part->x = result->region.x;
  result->part->y = result->region.y;
  result->part->name = g_strdup (result->request->name);
}

/**
 * apply_result_new_of:
 * @request: what is asked for; to outlive the result
 * @coverage: (transfer full): what of the picture counts
 * @source: the picture
 * @progress: how GIMP's bar goes on meanwhile
 *
 * Runs the network. The image does not change.
 *
 * Returns: (transfer full): the result; or %NULL. Errors: those of running a plan
 */
ApplyResult *
apply_result_new_of (const ApplyRequest *request, Coverage *coverage, GimpLayer *source,
                     RunningProgress *progress, GError **error)
{
  g_autoptr (ApplyResult) result = g_new0 (ApplyResult, 1);
  g_autoptr (CnnPlan)     plan   = NULL;
  int                     larger;

  result->request = request;
  result->coverage = coverage;
  result->region = find_region (request->applied, &result->coverage->bounds);

  larger = (request->applied->output.width - 1) / request->applied->input.width + 1;
  running_limit_cache (GIMP_DRAWABLE (source), 1 + larger);
  plan = apply_request_plan (request, &result->region, error);
  if (plan == NULL || !make_layer (result, source, error))
    return NULL;
  choose_format (result);
  if (!draw (result, source, plan, progress, error))
    return NULL;
  make_recipe (result, source);
  return g_steal_pointer (&result);
}

/**
 * apply_result_new:
 * @request: what is asked for; to outlive the result
 * @source: the picture, in @image
 * @progress: how GIMP's bar goes on meanwhile
 *
 * As apply_result_new_of(), of what is selected.
 *
 * Returns: (transfer full): the result; or %NULL. Errors: those of coverage_new() and of
 *   running a plan
 */
ApplyResult *
apply_result_new (const ApplyRequest *request, GimpImage *image, GimpLayer *source,
                  RunningProgress *progress, GError **error)
{
  Coverage *coverage = coverage_new (image, GIMP_DRAWABLE (source), error);

  return coverage != NULL ? apply_result_new_of (request, coverage, source, progress, error)
                          : NULL;
}

/**
 * apply_result_layer:
 *
 * Returns: (transfer none): the layer; it is there for as long as the result, and for good
 *   once it is inserted
 */
GimpLayer *
apply_result_layer (const ApplyResult *result)
{
  return result->layer;
}

/**
 * apply_result_insert:
 * @source: the picture
 *
 * Puts the layer above the picture, or into its own image. It says how it was made.
 *
 * Returns: whether it could be. Errors: %CNN_ERROR_LIMIT
 */
gboolean
apply_result_insert (ApplyResult *result, GimpLayer *source, GError **error)
{
  if (result->kit != NULL && !(recipe_kit_attach (result->kit, GIMP_ITEM (result->layer)) &&
                               recipe_part_attach (result->part, GIMP_ITEM (result->layer))))
    return layers_pdb_failed (error);
  if (result->own_image)
    {
      result->inserted = gimp_image_insert_layer (result->image, result->layer, NULL, 0);
      gimp_image_undo_enable (result->image);
    }
  else
    result->inserted = layers_insert_above (result->image, result->layer, source);
  return result->inserted || layers_pdb_failed (error);
}

/** apply_result_kit: (transfer none) (nullable): what is to travel with it */
RecipeKit *
apply_result_kit (const ApplyResult *result)
{
  return result->kit;
}

/**
 * apply_result_fits:
 *
 * Returns: whether it can take the place of a layer beside the picture. Errors:
 *   %CNN_ERROR_SHAPE
 */
gboolean
apply_result_fits (const ApplyResult *result, GError **error)
{
  if (!result->own_image)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the result would be larger than the picture, and cannot take the place of a "
                 "layer beside it; use Apply Network"));
  return FALSE;
}

/**
 * apply_result_replace:
 * @outcome: a result that is there
 * @anew: whether it was made in another way than that says
 *
 * Puts it into the place of @outcome's, to be called within a group of undo steps.
 *
 * Returns: whether GIMP did. Errors: %CNN_ERROR_LIMIT
 */
gboolean
apply_result_replace (ApplyResult *result, const Outcome *outcome, gboolean anew, GError **error)
{
  const OutcomeLayer *old = outcome_stage_get (outcome_get_stage (outcome, 0), 0);
  const RecipeKit    *kit = anew && result->kit != NULL ? result->kit : outcome->kit;
  /* It is called by the file, which need not have its name any more. */
  gboolean rename = g_strcmp0 (kit->recipe->weights.sha256,
                               outcome->kit->recipe->weights.sha256) != 0;

  g_free (result->part->run);
  result->part->run = g_strdup (kit->recipe->run);
  return replace_layer (old, result->layer, result->part, rename, error) &&
         (!anew || recipe_kit_attach (kit, GIMP_ITEM (old->layer)) || layers_pdb_failed (error));
}
