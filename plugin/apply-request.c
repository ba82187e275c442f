/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked for, and whether it can be had: which network, which numbers it wants,
 * and what comes of the picture. */

#include "apply-request.h"

#include <string.h>

#include "apply-procedure.h"
#include "error.h"
#include "i18n.h"
#include "model-cache.h"
#include "network-file.h"
#include "procedure.h"

void
apply_request_free (ApplyRequest *request)
{
  g_clear_pointer (&request->model, cnn_model_unref);
  g_clear_pointer (&request->applied, cnn_applied_free);
  g_free (request->key);
  g_clear_pointer (&request->network, cnn_network_unref);
  g_free (request->text);
  g_free (request->file);
  g_free (request->name);
  g_free (request);
}

static CnnShape
picture_of (GimpLayer *layer)
{
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);

  return (CnnShape) { gimp_drawable_get_height (drawable), gimp_drawable_get_width (drawable),
                      gimp_drawable_is_rgb (drawable) ? 3 : 1 };
}

/* --- settings --------------------------------------------------------------------------------- */

static gboolean
get_numbers (GimpProcedureConfig *config, const char *argument, double *numbers, GError **error)
{
  g_autofree char *text = NULL;

  g_object_get (config, argument, &text, NULL);
  if (text == NULL || strcmp (g_strstrip (text), "auto") == 0)
    return TRUE;
  if (cnn_apply_numbers (text, numbers, error))
    return TRUE;
  /* Translators: an argument's name, and what is wrong with it. */
  g_prefix_error (error, _("%s: "), argument);
  return FALSE;
}

/* Light as ordinary pictures store it, unless the file or a person says otherwise. */
static void
choose_encoding (ApplyRequest *request, GimpProcedureConfig *config, const CnnModelInfo *info)
{
  int         said = gimp_procedure_config_get_choice_id (config, "input-encoding");
  const char *note = info != NULL && info->metadata != NULL
                       ? g_hash_table_lookup (info->metadata, APPLY_ENCODING_NOTE) : NULL;

  if (said > 0)
    request->encoding = (PixelsEncoding) (said - 1);
  else if (g_strcmp0 (note, cnn_output_encodings[PIXELS_LINEAR].name) == 0)
    request->encoding = PIXELS_LINEAR;
  else
    request->encoding = PIXELS_PERCEPTUAL;
}

/* What is said counts; for the rest, what is usual for the file. */
static gboolean
get_settings (ApplyRequest *request, GimpProcedureConfig *config, GError **error)
{
  CnnApplySettings *settings = &request->settings;
  int               range    = gimp_procedure_config_get_choice_id (config, "input-range");
  int               order    = gimp_procedure_config_get_choice_id (config, "channel-order");
  int               luma     = gimp_procedure_config_get_choice_id (config, "luma");

  *settings = request->usual;
  if (range > 0)
    settings->range = (CnnApplyRange) (range - 1);
  if (order > 0)
    settings->bgr = order == 2;
  if (luma > 0)
    settings->luma = luma == 2;
  if (!get_numbers (config, "mean", settings->mean, error) ||
      !get_numbers (config, "scale", settings->scale, error))
    return FALSE;
  for (int c = 0; c < 3; c++)
    if (settings->scale[c] == 0.0)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("scale: 0 leaves nothing of the picture"));
        return FALSE;
      }
  return TRUE;
}

static const char *const range_names[] = { "unit", "signed", "bytes" };

/**
 * apply_request_show:
 * @config: arguments
 * @settings: what they are to say
 */
void
apply_request_show (GimpProcedureConfig *config, const CnnApplySettings *settings)
{
  g_autofree char *mean  = cnn_apply_numbers_text (settings->mean);
  g_autofree char *scale = cnn_apply_numbers_text (settings->scale);

  g_object_set (config, "input-range", range_names[settings->range], "channel-order",
                settings->bgr ? "bgr" : "rgb", "luma", settings->luma ? "yes" : "no", "mean", mean,
                "scale", scale, NULL);
}

static void
keep_settings (const ApplyRequest *request, RecipeKit *kit)
{
  const CnnApplySettings *settings = &request->settings;
  g_autofree char        *mean     = cnn_apply_numbers_text (settings->mean);
  g_autofree char        *scale    = cnn_apply_numbers_text (settings->scale);
  g_autofree char        *memory   = g_strdup_printf ("%d", (int) (request->memory >> 20));

  recipe_kit_set_text (kit, "network", request->text != NULL ? request->text : "");
  recipe_kit_set_text (kit, "input-range", range_names[settings->range]);
  recipe_kit_set_text (kit, "channel-order", settings->bgr ? "bgr" : "rgb");
  recipe_kit_set_text (kit, "luma", settings->luma ? "yes" : "no");
  recipe_kit_set_text (kit, "mean", mean);
  recipe_kit_set_text (kit, "scale", scale);
  recipe_kit_set_text (kit, "input-encoding", cnn_output_encodings[request->encoding].name);
  recipe_kit_set_text (kit, "memory", memory);
}

/**
 * apply_request_kit:
 * @picture: the layer it is of
 * @coverage: what of it counts
 *
 * What was automatic is said as it was: another time it may be something else.
 *
 * Returns: (transfer full) (nullable): what is to travel with the result; %NULL where it could
 *   not be made again, for want of its weights
 */
RecipeKit *
apply_request_kit (const ApplyRequest *request, GimpLayer *picture, const Coverage *coverage)
{
  g_autoptr (RecipeKit) kit  = recipe_kit_new (APPLY_PROCEDURE, NULL, picture, coverage);
  gboolean              kept;

  keep_settings (request, kit);
  kept = request->network != NULL
           ? recipe_kit_set_network (kit, request->network, picture_of (picture))
           : recipe_kit_set_file (kit, request->file, request->model != NULL);
  return kept ? g_steal_pointer (&kit) : NULL;
}

/* --- all of it -------------------------------------------------------------------------------- */

static gboolean
get_network (ApplyRequest *request, GimpProcedureConfig *config, CnnShape picture, GError **error)
{
  g_autoptr (CnnNetwork) network = NULL;
  g_autoptr (GError)     wrong   = NULL;
  g_autofree char       *path    = procedure_model_path (config, "model", &wrong);
  g_autofree char       *text    = NULL;
  const CnnModelInfo    *info    = NULL;
  guint                  output  = 0;

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  g_object_get (config, "network", &text, NULL);
  if (path != NULL)
    {
      g_autofree char *base = g_path_get_basename (path);
      char            *dot  = strrchr (base, '.');

      request->model = model_cache_open (path, picture, &request->key, error);
      if (request->model == NULL)
        return FALSE;
      if (dot != NULL && dot > base)
        *dot = '\0';
      request->name = g_utf8_make_valid (base, -1);
      info = cnn_model_info (request->model);
      output = info->n_outputs > 0 ? info->outputs[0] : 0;
      network = cnn_network_ref (cnn_model_network (request->model));
      g_free (text);
      text = g_strdup (cnn_model_text (request->model));
    }
  else if (text == NULL || *text == '\0')
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("choose a model, an .onnx file whose network makes pictures of pictures"));
      return FALSE;
    }
  else
    {
      request->name = g_strdup (_("Applied network"));
      network = cnn_network_parse (text, error);
      if (network == NULL)
        return FALSE;
    }
  if (path == NULL)
    request->text = g_strdup (text);
  request->file = path != NULL ? g_steal_pointer (&path) : cnn_network_file_weights (network);
  choose_encoding (request, config, info);
  if (request->key == NULL || !cnn_apply_recall (request->key, &request->usual))
    request->usual = cnn_apply_guess (info, network);
  if (!get_settings (request, config, error))
    return FALSE;
  request->applied = cnn_apply_new (text, output, cnn_network_bank (network), picture,
                                    &request->settings, error);
  return request->applied != NULL;
}

/**
 * apply_request_new:
 * @config: the procedure's arguments
 * @layer: the picture, as procedure_layer() returned it
 *
 * Returns: (transfer full): what they ask for; or %NULL where they cannot have it. Errors:
 *   those of cnn_model_open() and cnn_apply_new(), %CNN_ERROR_LIMIT
 */
ApplyRequest *
apply_request_new (GimpProcedureConfig *config, GimpLayer *layer, GError **error)
{
  g_autoptr (ApplyRequest) request = g_new0 (ApplyRequest, 1);
  int                      memory;

  /* It may be deleted while the dialog is open. */
  if (!gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
      return NULL;
    }
  g_object_get (config, "memory", &memory, NULL);
  request->memory = (guint64) memory << 20;
  if (!get_network (request, config, picture_of (layer), error))
    return NULL;
  if (MAX (request->applied->output.height, request->applied->output.width) > GIMP_MAX_IMAGE_SIZE)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("the result would be larger than an image can be"));
      return NULL;
    }
  return g_steal_pointer (&request);
}

/**
 * apply_request_new_of:
 * @network: takes values of 0 to 1 and makes such, of the picture's size
 * @name: what the result is called
 * @encoding: of the picture's and the result's numbers
 * @layer: the picture
 *
 * Returns: (transfer full): a request that nobody typed; or %NULL. Errors: those of
 *   cnn_apply_new()
 */
ApplyRequest *
apply_request_new_of (CnnNetwork *network, const char *name, PixelsEncoding encoding,
                      GimpLayer *layer, GError **error)
{
  g_autoptr (ApplyRequest) request = g_new0 (ApplyRequest, 1);
  g_autofree char         *text    = cnn_network_print (network);

  request->usual = request->settings = cnn_apply_settings ();
  request->encoding = encoding;
  request->name = g_strdup (name);
  request->network = cnn_network_ref (network);
  request->applied = cnn_apply_new (text, 0, cnn_network_bank (network),
                                    picture_of (layer), &request->settings, error);
  return request->applied != NULL ? g_steal_pointer (&request) : NULL;
}

/**
 * apply_request_plan:
 * @region: (nullable): the part of the result that is wanted
 *
 * Returns: (transfer full): the plan of the run, whose one tap is the result; or %NULL.
 *   Errors: those of cnn_plan_new()
 */
CnnPlan *
apply_request_plan (const ApplyRequest *request, const CnnRect *region, GError **error)
{
  guint          last    = cnn_network_n_nodes (request->applied->network) - 1;
  CnnPlanOptions options = { .memory = request->memory, .regions = region };

  return cnn_plan_new (request->applied->network, request->applied->input, 1, &last, &options,
                       error);
}

/** apply_request_enlarges: whether the result has more pixels than the picture */
gboolean
apply_request_enlarges (const ApplyRequest *request)
{
  return request->applied->output.height != request->applied->input.height ||
         request->applied->output.width != request->applied->input.width;
}
