/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked for, and whether it can be had: which network, which numbers it wants,
 * and what comes of the picture. */

#include "apply-request.h"

#include <string.h>

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
  g_free (request->file);
  g_free (request->name);
  g_free (request);
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

/**
 * apply_request_keep:
 * @kit: what is to travel with the result
 *
 * Says the settings that count: what is automatic may be something else another time.
 */
void
apply_request_keep (const ApplyRequest *request, RecipeKit *kit)
{
  const CnnApplySettings *settings = &request->settings;
  g_autofree char        *mean     = cnn_apply_numbers_text (settings->mean);
  g_autofree char        *scale    = cnn_apply_numbers_text (settings->scale);

  recipe_kit_set_text (kit, "input-range", range_names[settings->range]);
  recipe_kit_set_text (kit, "channel-order", settings->bgr ? "bgr" : "rgb");
  recipe_kit_set_text (kit, "luma", settings->luma ? "yes" : "no");
  recipe_kit_set_text (kit, "mean", mean);
  recipe_kit_set_text (kit, "scale", scale);
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
  request->file = path != NULL ? g_steal_pointer (&path) : cnn_network_file_weights (network);
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
  g_autoptr (ApplyRequest) request  = g_new0 (ApplyRequest, 1);
  GimpDrawable            *drawable = GIMP_DRAWABLE (layer);
  CnnShape                 picture;
  int                      memory;

  /* It may be deleted while the dialog is open. */
  if (!gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
      return NULL;
    }
  picture = (CnnShape) { gimp_drawable_get_height (drawable), gimp_drawable_get_width (drawable),
                         gimp_drawable_is_rgb (drawable) ? 3 : 1 };
  request->encoding = gimp_procedure_config_get_choice_id (config, "input-encoding");
  g_object_get (config, "memory", &memory, NULL);
  request->memory = (guint64) memory << 20;
  if (!get_network (request, config, picture, error))
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
