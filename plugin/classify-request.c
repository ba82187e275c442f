/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which network is asked, about what, and what it says. */

#include "classify-request.h"

#include <string.h>

#include "classify-procedure.h"
#include "error.h"
#include "i18n.h"
#include "model-cache.h"
#include "procedure.h"

/* The classifier that was asked last: another setting often leaves it as it is, and to plan a
 * large network takes its time. */
static struct
{
  CnnClassifier *classifier;
  CnnModel      *model; /* (nullable) */
  char          *text;
  int            mode;
  int            channels;
} asked;

void
classify_request_free (ClassifyRequest *request)
{
  g_clear_pointer (&request->classifier, cnn_classifier_unref);
  g_clear_pointer (&request->coverage, coverage_free);
  g_free (request->picture.seen);
  g_free (request->values);
  g_free (request->probabilities);
  g_free (request);
}

/* --- the network ------------------------------------------------------------------------------ */

static CnnClassifier *
make (CnnModel *model, const char *text, int mode, int channels, GError **error)
{
  g_autoptr (CnnNetwork) network = NULL;

  if (model != NULL)
    return cnn_classifier_new (cnn_model_network (model), cnn_model_info (model), mode, channels,
                               error);
  network = cnn_network_parse (text, error);
  return network != NULL ? cnn_classifier_new (network, NULL, mode, channels, error) : NULL;
}

static CnnClassifier *
ask (CnnModel *model, const char *text, int mode, int channels, GError **error)
{
  if (asked.classifier == NULL || asked.model != model || asked.mode != mode ||
      asked.channels != channels || (model == NULL && g_strcmp0 (asked.text, text) != 0))
    {
      CnnClassifier *classifier = make (model, text, mode, channels, error);

      if (classifier == NULL)
        return NULL;
      g_clear_pointer (&asked.classifier, cnn_classifier_unref);
      g_clear_pointer (&asked.model, cnn_model_unref);
      g_free (asked.text);
      asked.classifier = classifier;
      asked.model = model != NULL ? cnn_model_ref (model) : NULL;
      asked.text = g_strdup (text);
      asked.mode = mode;
      asked.channels = channels;
    }
  return cnn_classifier_ref (asked.classifier);
}

/* (transfer full): the network of digits that comes with the program, in a folder beside it. */
static char *
own_network (void)
{
  g_autofree char *folder = g_path_get_dirname (gimp_get_progname ());

  return g_build_filename (folder, "networks", "digits.onnx", NULL);
}

static CnnClassifier *
get_classifier (GimpProcedureConfig *config, int channels, GError **error)
{
  g_autoptr (GError)   wrong = NULL;
  g_autoptr (CnnModel) model = NULL;
  g_autofree char     *path  = procedure_model_path (config, "model", &wrong);
  g_autofree char     *text  = NULL;
  g_autofree char     *key   = NULL;
  int                  mode  = gimp_procedure_config_get_choice_id (config, "prepare");

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  g_object_get (config, "network", &text, NULL);
  if (path == NULL && (text == NULL || *g_strstrip (text) == '\0'))
    path = own_network ();
  if (path != NULL)
    {
      model = model_cache_open (path, (CnnShape) { 0, 0, 0 }, &key, error);
      if (model == NULL)
        return NULL;
    }
  return ask (model, text, mode, channels, error);
}

/* --- the answer ------------------------------------------------------------------------------- */

static gboolean
read_picture (ClassifyRequest *request, GimpProcedureConfig *config, GimpDrawable *drawable,
              GError **error)
{
  CnnClassifier *classifier = request->classifier;
  int            framing    = gimp_procedure_config_get_choice_id (config, "framing");

  if (framing == CLASSIFY_AS_TRAINED)
    framing = (int) classifier->framing;
  return classify_picture_read (drawable, request->coverage, classifier->input,
                                classifier->digit, (CnnFraming) framing,
                                gimp_procedure_config_get_choice_id (config, "input-encoding"),
                                &request->picture, error);
}

/**
 * classify_request_new:
 * @config: the procedure's arguments
 * @layer: the picture, as procedure_layer() returned it
 *
 * Returns: (transfer full): the network, and what it sees of the layer; or %NULL. Errors: those
 *   of cnn_model_open(), cnn_network_parse(), cnn_classifier_new() and classify_picture_read(),
 *   %CNN_ERROR_SPEC
 */
ClassifyRequest *
classify_request_new (GimpProcedureConfig *config, GimpLayer *layer, GError **error)
{
  g_autoptr (ClassifyRequest) request  = g_new0 (ClassifyRequest, 1);
  GimpDrawable               *drawable = GIMP_DRAWABLE (layer);

  /* It may be deleted while the dialog is open. */
  if (!gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
      return NULL;
    }
  request->coverage = coverage_new (gimp_item_get_image (GIMP_ITEM (layer)), drawable, error);
  if (request->coverage == NULL)
    return NULL;
  request->classifier = get_classifier (config, gimp_drawable_is_rgb (drawable) ? 3 : 1, error);
  if (request->classifier == NULL || !read_picture (request, config, drawable, error))
    return NULL;
  return g_steal_pointer (&request);
}

/**
 * classify_request_run:
 *
 * Asks the network. Any thread may, while no other asks the same network. Errors: those of
 * cnn_classifier_run()
 */
gboolean
classify_request_run (ClassifyRequest *request, GError **error)
{
  CnnClassifier *classifier = request->classifier;

  request->values = g_new (float, cnn_shape_cells (classifier->input));
  request->probabilities = g_new (double, classifier->n_classes);
  cnn_classifier_values (classifier, request->picture.seen, request->values);
  if (!cnn_classifier_run (classifier, request->values, request->probabilities, error))
    return FALSE;
  request->best = cnn_classifier_best (classifier, request->probabilities);
  return TRUE;
}
