/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Learning a filter: from the arguments to what was learnt, and its file. */

#include "learn-run.h"

#include "apply-request.h"
#include "error.h"
#include "i18n.h"
#include "learn-live.h"
#include "learn-result.h"
#include "onnx/save.h"
#include "procedure.h"
#include "running.h"

/* What the bar leaves for making the layers. */
#define SHARE_OF_LEARNING 0.9

/* --- what is asked for ---------------------------------------------------------------------- */

static gboolean
get_options (GimpProcedureConfig *config, CnnFilterOptions *options, GError **error)
{
  int seed;

  cnn_filter_options_init (options);
  options->model = (CnnFilterModel) gimp_procedure_config_get_choice_id (config, "model");
  options->channels = (CnnFilterChannels) gimp_procedure_config_get_choice_id (config, "channels");
  options->symmetry = (CnnFilterSymmetry) gimp_procedure_config_get_choice_id (config, "symmetry");
  options->loss = gimp_procedure_config_get_choice_id (config, "loss") == 1
                    ? CNN_LOSS_ABSOLUTE_ERROR : CNN_LOSS_SQUARED_ERROR;
  g_object_get (config, "kernel-size", &options->size, "seconds", &options->seconds, "seed", &seed,
                NULL);
  options->seed = (guint64) seed;
  if (options->size == 0 || options->size % 2 == 1)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("kernel-size: %d has no middle; choose an odd number, or 0 for the smallest that "
                 "does"), options->size);
  return FALSE;
}

/**
 * learn_request_new:
 * @config: the procedure's arguments
 * @drawables: (array zero-terminated=1): what is selected in @image
 *
 * Where the result is to be a live filter, what was left open is chosen such that it can be one.
 *
 * Returns: (transfer full): what they ask for; or %NULL where they cannot have it. No pixel is
 *   read. Errors: those of learn_layers_new(), %CNN_ERROR_SPEC, %CNN_ERROR_IO
 */
LearnRequest *
learn_request_new (GimpProcedureConfig *config, GimpImage *image, GimpDrawable **drawables,
                   GError **error)
{
  g_autoptr (LearnRequest) request = g_new0 (LearnRequest, 1);
  g_autoptr (GError)       wrong   = NULL;

  if (!get_options (config, &request->options, error))
    return NULL;
  request->encoding = (LearnEncoding) gimp_procedure_config_get_choice_id (config, "encoding");
  request->add = (LearnAdd) gimp_procedure_config_get_choice_id (config, "result");
  if (request->add == LEARN_ADD_FILTER &&
      !learn_live_ask (&request->options, &request->encoding, error))
    return NULL;
  request->output = procedure_model_path (config, "output", &wrong);
  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  if (request->output != NULL && !cnn_model_can_write (request->output, error))
    return NULL;
  request->layers = learn_layers_new (image, config, drawables, error);
  return request->layers != NULL ? g_steal_pointer (&request) : NULL;
}

void
learn_request_free (LearnRequest *request)
{
  g_clear_pointer (&request->layers, learn_layers_free);
  g_free (request->output);
  g_free (request);
}

/* --- what was learnt ------------------------------------------------------------------------ */

/**
 * learnt_new:
 * @request: (transfer full): what was asked for
 * @pairs: (transfer full): what it was learnt from
 * @result: (transfer full): what came of it
 *
 * Returns: (transfer full): all of it
 */
Learnt *
learnt_new (LearnRequest *request, LearnPairs *pairs, CnnFilterResult *result)
{
  Learnt *learnt = g_new0 (Learnt, 1);

  learnt->request = request;
  learnt->pairs = pairs;
  learnt->result = result;
  return learnt;
}

void
learnt_free (Learnt *learnt)
{
  learn_request_free (learnt->request);
  learn_pairs_free (learnt->pairs);
  cnn_filter_result_free (learnt->result);
  g_free (learnt);
}

/** learnt_encoding: in which numbers the filter works */
PixelsEncoding
learnt_encoding (const Learnt *learnt)
{
  return learnt->pairs->encodings[learnt->result->alternative];
}

/**
 * learnt_kernel_text:
 * @result: what was learnt
 *
 * Returns: (transfer full) (nullable): the one kernel as what follows “kernels=” in a network's
 *   text: a matrix in brackets for each channel that comes out, with commas between; %NULL where a
 *   network was learnt
 */
char *
learnt_kernel_text (const CnnFilterResult *result)
{
  const CnnNode      *node = cnn_network_node (result->network, 1);
  const CnnParam     *param;
  const GPtrArray    *kernels;
  g_autoptr (GString) text = g_string_new (NULL);

  if (result->kernels == NULL)
    return NULL;
  param = cnn_op_param (node->op, "kernels");
  kernels = *cnn_param_field (GPtrArray *, param, node->params);
  for (guint i = 0; i < kernels->len; i++)
    {
      g_autofree char *kernel = cnn_kernel_print (g_ptr_array_index (kernels, i));

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", kernel);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * learnt_can_be_live:
 *
 * Returns: whether GIMP's Convolution Matrix can do the same. Errors: %CNN_ERROR_UNSUPPORTED, as
 *   a sentence that says why not
 */
gboolean
learnt_can_be_live (const Learnt *learnt, GError **error)
{
  return learn_live_check (learnt->result, learnt_encoding (learnt), error);
}

/* --- its file ------------------------------------------------------------------------------- */

static void
note (GHashTable *notes, const char *key, char *value)
{
  g_hash_table_replace (notes, g_strdup (key), value);
}

static char *
names_of (const GPtrArray *layers)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < layers->len; i++)
    {
      GimpItem        *item = g_ptr_array_index ((GPtrArray *) layers, i);
      g_autofree char *name = gimp_item_is_valid (item) ? gimp_item_get_name (item) : NULL;

      g_string_append_printf (names, "%s%s", i > 0 ? "\n" : "", name != NULL ? name : "?");
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/**
 * learnt_save:
 * @path: the .onnx file to write
 *
 * Writes the network with the result's notes, and besides these the encoding, which Apply takes
 * up, and the layers' names.
 *
 * Returns: whether it could be. Errors: those of cnn_model_save()
 */
gboolean
learnt_save (const Learnt *learnt, const char *path, GError **error)
{
  const CnnFilterResult *result = learnt->result;
  g_autoptr (GHashTable) notes  = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  CnnShape               input  = cnn_network_input (result->network, (CnnShape) { 64, 64, 3 });
  GHashTableIter         iter;
  gpointer               key, value;

  g_hash_table_iter_init (&iter, result->notes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    note (notes, key, g_strdup (value));
  note (notes, APPLY_ENCODING_NOTE,
        g_strdup (cnn_output_encodings[learnt_encoding (learnt)].name));
  note (notes, "convolens.filter.before", names_of (learnt->request->layers->before));
  note (notes, "convolens.filter.after", names_of (learnt->request->layers->after));
  return cnn_model_save (result->network, input, notes, path, error);
}

/* --- the end -------------------------------------------------------------------------------- */

static gboolean
check_found (const CnnFilterResult *result, GError **error)
{
  if (result->found)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("no filter was found that makes the one picture of the other: on a part that was "
                 "held back, what was learned (%.1f dB) is hardly better than the picture before as "
                 "it is (%.1f dB), or than one colour"),
               result->psnr, result->identity);
  return FALSE;
}

/* They may be deleted while a window is open. */
static gboolean
check_there (const LearnLayers *layers, GError **error)
{
  for (guint i = 0; i < layers->before->len; i++)
    if (!procedure_check_layer (layers->image, g_ptr_array_index (layers->before, i), error) ||
        !procedure_check_layer (layers->image, g_ptr_array_index (layers->after, i), error))
      return FALSE;
  return TRUE;
}

/**
 * learnt_finish:
 * @layer: (out) (transfer none): the result of the first pair; or that before the filter, where no
 *   layer is added
 *
 * Writes the file and adds to the image what was asked for, in one undo step. Goes on with a bar
 * that is there, and ends it.
 *
 * Returns: %FALSE, with an untouched image, where no filter was found or something else is in the
 *   way. Errors: %CNN_ERROR_UNSUPPORTED, those of learnt_save(), apply_result_new()
 */
gboolean
learnt_finish (const Learnt *learnt, GimpLayer **layer, GError **error)
{
  const LearnRequest *request  = learnt->request;
  RunningProgress     progress = { SHARE_OF_LEARNING, 1.0 - SHARE_OF_LEARNING, 0.0 };

  *layer = g_ptr_array_index (request->layers->before, 0);
  if (!check_found (learnt->result, error) || !check_there (request->layers, error))
    return FALSE;
  if (request->add == LEARN_ADD_FILTER && !learnt_can_be_live (learnt, error))
    return FALSE;
  if (request->output != NULL && !learnt_save (learnt, request->output, error))
    return FALSE;
  switch (request->add)
    {
    case LEARN_ADD_LAYER:
      *layer = learn_result_add (learnt, &progress, error);
      return *layer != NULL;

    case LEARN_ADD_FILTER:
      return learn_live_add (learnt, error);

    default:
      gimp_progress_end ();
      return TRUE;
    }
}

static gboolean
show_progress (CnnFilterLearning *learning, const CnnFilterState *state, gpointer progress)
{
  running_progress (state->fraction, progress);
  return TRUE;
}

/**
 * learn_run:
 * @config: the procedure's arguments
 * @drawables: (array zero-terminated=1): what is selected in @image
 *
 * Learns, with GIMP's bar.
 *
 * Returns: (transfer full): what was learnt, also where no filter was found; or %NULL. Errors:
 *   those of learn_request_new(), learn_pairs_new() and cnn_filter_learn()
 */
Learnt *
learn_run (GimpProcedureConfig *config, GimpImage *image, GimpDrawable **drawables,
           GError **error)
{
  g_autoptr (LearnRequest) request  = learn_request_new (config, image, drawables, error);
  g_autoptr (LearnPairs)   pairs    = NULL;
  CnnFilterResult         *result;
  RunningProgress          progress = { 0.0, SHARE_OF_LEARNING, 0.0 };

  if (request == NULL)
    return NULL;
  gimp_progress_init (_("Learn Filter from Layers"));
  pairs = learn_pairs_new (request->layers, request->encoding, error);
  if (pairs == NULL)
    return NULL;
  result = cnn_filter_learn (pairs->pairs, pairs->n, &request->options, show_progress, &progress,
                             NULL, error);
  if (result == NULL)
    return NULL;
  return learnt_new (g_steal_pointer (&request), g_steal_pointer (&pairs), result);
}
