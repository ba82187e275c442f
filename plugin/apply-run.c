/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The run, from picture to picture. What is made is a layer above the picture, of the part
 * that is selected; or, where it has more pixels than the picture, a layer in an image of
 * its own. Nothing is inserted or shown before all of it is there. */

#include "apply-run.h"

#include "apply-procedure.h"
#include "apply-request.h"
#include "drawable-source.h"
#include "error.h"
#include "i18n.h"
#include "layers.h"
#include "mapping.h"
#include "procedure.h"
#include "replace.h"
#include "running.h"

struct _MadePicture
{
  ApplyRequest *request;
  Coverage     *coverage;
  RecipeKit    *kit;      /* NULL where its weights cannot be read */
  RecipePart   *part;
  GimpImage    *image;    /* where the result goes */
  gboolean      own_image;
  GimpLayer    *layer;
  GeglBuffer   *buffer;
  CnnRect       region;   /* of the network's result */
  gboolean      rgb;
  gboolean      alpha;
  const Babl   *format;   /* of pixels as floats */
  int           channels; /* of those, without alpha */
  gboolean      bytes;
  gboolean      clamp;
  ResampleAxis *rows;     /* NULL where pixels are the picture's own */
  ResampleAxis *columns;
};

void
made_picture_free (MadePicture *result)
{
  g_clear_object (&result->buffer);
  g_clear_pointer (&result->rows, resample_axis_free);
  g_clear_pointer (&result->columns, resample_axis_free);
  if (result->own_image && result->image != NULL)
    gimp_image_delete (result->image);
  else if (result->layer != NULL)
    gimp_item_delete (GIMP_ITEM (result->layer));
  g_clear_pointer (&result->kit, recipe_kit_free);
  g_clear_pointer (&result->part, recipe_part_free);
  g_clear_pointer (&result->coverage, coverage_free);
  g_clear_pointer (&result->request, apply_request_free);
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
colour_row (const MadePicture *result, const float *values, int n, float *pixels)
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
read_alpha (const MadePicture *result, const CnnRect *rect, float *alpha)
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
  const MadePicture       *result = data;
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
make_layer (MadePicture *result, GimpLayer *source, GError **error)
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
choose_format (MadePicture *result)
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
insert (MadePicture *result, GimpLayer *source, GError **error)
{
  GimpLayer *parent   = NULL;
  int        position = 0;
  gboolean   inserted;

  if (result->own_image)
    {
      inserted = gimp_image_insert_layer (result->image, result->layer, NULL, 0);
      gimp_image_undo_enable (result->image);
    }
  else
    {
      g_autofree GimpLayer **selected = gimp_image_get_selected_layers (result->image);

      parent = GIMP_LAYER (gimp_item_get_parent (GIMP_ITEM (source)));
      position = gimp_image_get_item_position (result->image, GIMP_ITEM (source));
      gimp_image_undo_group_start (result->image);
      inserted = gimp_image_insert_layer (result->image, result->layer, parent, position);
      /* What is selected stays selected, so that the next run works on the picture too. */
      gimp_image_set_selected_layers (result->image, (const GimpLayer **) selected);
      gimp_image_undo_group_end (result->image);
    }
  return inserted || layers_pdb_failed (error);
}

/* --- what travels with it --------------------------------------------------------------------- */

static void
make_recipe (MadePicture *result, GimpProcedureConfig *config, GimpLayer *source)
{
  g_autoptr (RecipeKit)  kit     = recipe_kit_new (APPLY_PROCEDURE, config, source,
                                                   result->coverage);
  const ApplyRequest    *request = result->request;

  apply_request_keep (request, kit);
  result->part = g_new0 (RecipePart, 1);
  result->part->run = g_strdup (kit->recipe->run);
  result->part->stage = result->part->map = -1;
  result->part->x = result->region.x;
  result->part->y = result->region.y;
  result->part->name = g_strdup (request->name);
  /* Without its weights it could not be made again. */
  if (recipe_kit_set_file (kit, request->file, request->model != NULL))
    result->kit = g_steal_pointer (&kit);
}

/** made_picture_kit: (transfer none) (nullable): what is to travel with it */
RecipeKit *
made_picture_kit (const MadePicture *made)
{
  return made->kit;
}

/* --- all of it -------------------------------------------------------------------------------- */

/**
 * made_picture_new:
 * @layer: the picture
 * @config: the procedure's arguments
 * @coverage: (transfer full): what of it counts
 *
 * Runs the network. The image has not changed when that is done.
 *
 * Returns: (transfer full): the result; or %NULL. Errors: those of apply_request_new(), and of
 *   running a plan
 */
MadePicture *
made_picture_new (GimpLayer *layer, GimpProcedureConfig *config, Coverage *coverage,
                  GError **error)
{
  g_autoptr (MadePicture)    result   = g_new0 (MadePicture, 1);
  g_autoptr (CnnPlan)        plan     = NULL;
  g_autoptr (DrawableSource) source   = NULL;
  RunningProgress            progress = { 0.0, 1.0, 0.0 };
  CnnSource                  plan_source;
  CnnSink                    sink = { write_rect, result, NULL };
  const CnnApplied          *applied;
  int                        larger;

  result->coverage = coverage;
  result->request = apply_request_new (config, layer, error);
  if (result->request == NULL)
    return NULL;
  applied = result->request->applied;
  result->region = find_region (applied, &coverage->bounds);

  gimp_progress_init (_("Apply Network"));
  larger = (applied->output.width - 1) / applied->input.width + 1;
  running_limit_cache (GIMP_DRAWABLE (layer), 1 + larger);
  plan = apply_request_plan (result->request, &result->region, error);
  if (plan == NULL || !make_layer (result, layer, error))
    return NULL;
  choose_format (result);
  source = drawable_source_new (GIMP_DRAWABLE (layer), applied->input, result->request->encoding);
  plan_source = drawable_source_get (source);
  if (!cnn_plan_run (plan, &plan_source, &sink, running_progress, &progress, NULL, error))
    return NULL;
  gegl_buffer_flush (result->buffer);
  make_recipe (result, config, layer);
  return g_steal_pointer (&result);
}

/**
 * made_picture_fits:
 *
 * Returns: whether it can take the place of a layer beside the picture. Errors:
 *   %CNN_ERROR_SHAPE
 */
gboolean
made_picture_fits (const MadePicture *made, GError **error)
{
  if (!made->own_image)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the result would be larger than the picture, and cannot take the place of a "
                 "layer beside it; use Apply Network"));
  return FALSE;
}

/**
 * made_picture_replace:
 * @outcome: a result that is there
 * @anew: whether it was made in another way than that says
 *
 * Puts it into the place of @outcome's, to be called within a group of undo steps.
 *
 * Returns: whether GIMP did. Errors: %CNN_ERROR_LIMIT
 */
gboolean
made_picture_replace (MadePicture *made, const Outcome *outcome, gboolean anew, GError **error)
{
  const OutcomeLayer *old = outcome_stage_get (outcome_get_stage (outcome, 0), 0);
  const RecipeKit    *kit = anew && made->kit != NULL ? made->kit : outcome->kit;
  /* It is called by the file, which need not have its name any more. */
  gboolean rename = g_strcmp0 (kit->recipe->weights.sha256,
                               outcome->kit->recipe->weights.sha256) != 0;

  g_free (made->part->run);
  made->part->run = g_strdup (kit->recipe->run);
  return replace_layer (old, made->layer, made->part, rename, error) &&
         (!anew || recipe_kit_attach (kit, GIMP_ITEM (old->layer)) || layers_pdb_failed (error));
}

/**
 * apply_run:
 * @layer: the picture, in @image
 * @config: the procedure's arguments
 *
 * Runs the network and puts the result above the picture; where it is larger than the
 * picture, into an image of its own, which is not shown yet.
 *
 * Returns: (transfer none): the result's layer; or %NULL with an error and an untouched
 *   image where something is in the way. Errors: those of made_picture_new()
 */
GimpLayer *
apply_run (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (MadePicture) made     = NULL;
  Coverage               *coverage = procedure_coverage (image, layer, error);

  if (coverage == NULL)
    return NULL;
  made = made_picture_new (layer, config, coverage, error);
  if (made == NULL)
    return NULL;
  if (made->kit != NULL && !(recipe_kit_attach (made->kit, GIMP_ITEM (made->layer)) &&
                             recipe_part_attach (made->part, GIMP_ITEM (made->layer))))
    {
      layers_pdb_failed (error);
      return NULL;
    }

  /* From here on it cannot be cancelled. */
  gimp_progress_end ();
  if (!insert (made, layer, error))
    return NULL;
  layer = g_steal_pointer (&made->layer);
  made->image = NULL;
  return layer;
}
