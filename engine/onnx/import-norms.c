/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-window.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Normalisations, and the old layers that only scale and shift. */

enum
{
  SCALE,
  SHIFT,
  MEAN,
  VARIANCE
};

static gboolean
wrong (GError **error, const char *message)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, message);
  return FALSE;
}

/* Reads the constants after the data, each with one number for each channel (or each of
 * @n of them). */
static gboolean
read_numbers (CnnImport          *import,
              const CnnOnnxNode  *node,
              guint               n_numbers,
              gsize               n,
              CnnOnnxTensor     **numbers,
              GError            **error)
{
  for (guint i = 0; i < n_numbers; i++)
    {
      numbers[i] = cnn_import_constant (import, node, i + 1, error);
      if (!numbers[i])
        return FALSE;
      if (!numbers[i]->floats || numbers[i]->n != n)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       _("found %zu numbers, expected %zu: one for each channel"),
                       numbers[i]->n, n);
          return FALSE;
        }
    }
  return TRUE;
}

static const CnnImportValue *
data_with_channels (CnnImport          *import,
                    const CnnOnnxNode  *node,
                    GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);

  if (data && data->n_dims < 2)
    {
      wrong (error, _("its input has no channels"));
      return NULL;
    }
  return data;
}

/* A layer in which the data lies so that each map belongs to one channel: where it is, if it
 * does. @value: (out): as it then lies. -1 with an error set. */
static int
place_channels (CnnImport             *import,
                const CnnOnnxNode     *node,
                const CnnImportValue  *data,
                CnnImportValue        *value,
                GError               **error)
{
  char layout[CNN_ONNX_MAX_DIMS + 1];
  int  layer = data->layer;

  *value = *data;
  for (guint i = data->first[1]; i < data->first[2]; i++)
    if (data->atoms[i].axis != 'c')
      layer = -1;
  if (layer >= 0)
    return layer;
  cnn_import_maps_layout (data->n_dims, layout);
  layer = cnn_import_place (import, node, data, layout, error);
  if (layer >= 0)
    cnn_import_value_set (value, layer, cnn_import_shape (import, layer), data->n_dims, data->dims,
                          layout);
  return layer;
}

/* The channels' numbers as the maps' ones, in words. */
static char *
maps_word (CnnImport             *import,
           const CnnOnnxNode     *node,
           const char            *what,
           const CnnImportValue  *value,
           CnnOnnxTensor         *numbers)
{
  gint64                    dims[CNN_ONNX_MAX_DIMS] = { (gint64) numbers->n, 1, 1, 1, 1, 1, 1, 1 };
  g_autoptr (CnnOnnxTensor) shaped = cnn_onnx_tensor_shaped (numbers, value->n_dims - 1, dims);
  g_autofree float         *list = cnn_import_per_map (value, shaped, 1);

  return cnn_import_numbers (import, node, what, value->shape.channels, list);
}

/* --- BatchNormalization ------------------------------------------------------------------ */

/* What our momentum is: ONNX's is the share of the running numbers that stays. It has but a float's
 * digits, of which few are left near 1. */
static double
own_momentum (const CnnOnnxNode *node)
{
  double momentum = 1.0 - cnn_onnx_attribute_float (node, "momentum", 0.9);

  return momentum > 0.0 ? round (MIN (momentum, 1.0) * 1e6) / 1e6 : 0.0;
}

static gboolean
import_inference (CnnImport             *import,
                  const CnnOnnxNode     *node,
                  const CnnImportValue  *data,
                  CnnOnnxTensor *const  *numbers,
                  GError               **error)
{
  static const char *const names[] = { "scale", "shift", "mean", "variance" };

  g_autoptr (GString) words = g_string_new ("batchnorm");
  g_autofree char    *epsilon = cnn_import_number (
    cnn_onnx_attribute_float (node, "epsilon", 1e-5));
  CnnImportValue      value;
  int                 layer = place_channels (import, node, data, &value, error);

  if (layer < 0)
    return FALSE;
  for (int i = SCALE; i <= VARIANCE; i++)
    {
      g_autofree char *word = maps_word (import, node, names[i], &value, numbers[i]);

      g_string_append_printf (words, " %s=%s", names[i], word);
    }
  if (strcmp (epsilon, "1e-05") != 0)
    g_string_append_printf (words, " epsilon=%s", epsilon);
  if (own_momentum (node) != 0.1)
    {
      g_autofree char *momentum = cnn_import_number (own_momentum (node));

      g_string_append_printf (words, " momentum=%s", momentum);
    }
  layer = cnn_import_emit (import, node, 1, &layer, error, "%s", words->str);
  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, &value);
  return TRUE;
}

/* In old files, numbers for each value of a picture rather than for each of its channels. */
static gboolean
import_each (CnnImport             *import,
             const CnnOnnxNode     *node,
             const CnnImportValue  *data,
             GError               **error)
{
  double          epsilon = cnn_onnx_attribute_float (node, "epsilon", 1e-5);
  CnnOnnxTensor  *numbers[VARIANCE + 1];
  CnnOnnxTensor  *factor, *shift;
  g_autofree char *mul = NULL, *add = NULL;
  gsize            n = 1;
  int              layer = -1;

  for (int i = 1; i < data->n_dims; i++)
    n *= (gsize) data->dims[i];
  if (!read_numbers (import, node, G_N_ELEMENTS (numbers), n, numbers, error))
    return FALSE;
  factor = cnn_onnx_tensor_floats (data->n_dims - 1, data->dims + 1);
  shift = cnn_onnx_tensor_floats (data->n_dims - 1, data->dims + 1);
  for (gsize i = 0; i < n; i++)
    {
      double scale = numbers[SCALE]->floats[i] / sqrt (numbers[VARIANCE]->floats[i] + epsilon);

      factor->floats[i] = (float) scale;
      shift->floats[i] = (float) (numbers[SHIFT]->floats[i] - scale * numbers[MEAN]->floats[i]);
    }
  mul = cnn_import_spread (import, node, "scale", data, factor, error);
  add = mul ? cnn_import_spread (import, node, "shift", data, shift, error) : NULL;
  if (add)
    layer = cnn_import_emit (import, node, 1, &data->layer, error, "mul %s", mul);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "add %s", add);
  cnn_onnx_tensor_unref (factor);
  cnn_onnx_tensor_unref (shift);
  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, data);
  return TRUE;
}

/* A running mean or variance: what there was, moved towards what there is. */
static gboolean
set_running (CnnImport            *import,
             const CnnOnnxNode    *node,
             guint                 out,
             int                   now,
             const CnnOnnxTensor  *before,
             double                momentum,
             GError              **error)
{
  g_autofree float *moved = g_new (float, before->n);
  g_autofree char  *share = cnn_import_number (1.0 - momentum);
  g_autofree char  *word = NULL;
  gint64            dims[] = { (gint64) before->n };
  int               layer;

  if (!cnn_import_wants (node, out))
    return TRUE;
  for (gsize i = 0; i < before->n; i++)
    moved[i] = (float) (before->floats[i] * momentum);
  word = cnn_import_numbers (import, node, out == 1 ? "mean" : "variance", (int) before->n, moved);
  layer = cnn_import_emit (import, node, 1, &now, error, "mul values=%s", share);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "add values=%s shape=1x1x%d", word,
                             (int) before->n);
  if (layer < 0)
    return FALSE;
  cnn_import_set (import, node, out, layer, 1, dims, "c");
  return TRUE;
}

/* As in training, by the mean and the variance of the data itself. */
static gboolean
import_training (CnnImport             *import,
                 const CnnOnnxNode     *node,
                 const CnnImportValue  *data,
                 CnnOnnxTensor *const  *numbers,
                 GError               **error)
{
  double           momentum = cnn_onnx_attribute_float (node, "momentum", 0.9);
  g_autofree char *epsilon = cnn_import_number (cnn_onnx_attribute_float (node, "epsilon", 1e-5));
  g_autofree char *scale = NULL, *shift = NULL;
  char             layout[CNN_ONNX_MAX_DIMS + 1];
  int              n = (int) numbers[SCALE]->n, place, mean, centred, variance, layer;

  place = cnn_import_place (import, node, data, cnn_import_alone_layout (data, 1, layout), error);
  mean = place < 0 ? -1
                   : cnn_import_emit (import, node, 1, &place, error, "reduce-mean over=map");
  centred = mean < 0 ? -1
                     : cnn_import_emit (import, node, 2, (int[]) { place, mean }, error, "sub");
  variance = centred < 0 ? -1
                         : cnn_import_emit (import, node, 2, (int[]) { centred, centred }, error,
                                            "mul");
  if (variance >= 0)
    variance = cnn_import_emit (import, node, 1, &variance, error, "reduce-mean over=map");
  if (variance < 0)
    return FALSE;
  scale = cnn_import_numbers (import, node, "scale", n, numbers[SCALE]->floats);
  shift = cnn_import_numbers (import, node, "shift", n, numbers[SHIFT]->floats);
  layer = cnn_import_emit (import, node, 1, &variance, error, "add values=%s", epsilon);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "sqrt");
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 2, (int[]) { centred, layer }, error, "div");
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "mul values=%s shape=1x1x%d", scale,
                             n);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "add values=%s shape=1x1x%d", shift,
                             n);
  if (layer < 0)
    return FALSE;
  cnn_import_set (import, node, 0, layer, data->n_dims, data->dims, layout);
  return set_running (import, node, 1, mean, numbers[MEAN], momentum, error) &&
         set_running (import, node, 2, variance, numbers[VARIANCE], momentum, error);
}

static gboolean
import_batch_normalization (CnnImport          *import,
                            const CnnOnnxNode  *node,
                            GError            **error)
{
  const CnnImportValue *data = data_with_channels (import, node, error);
  gboolean              trains = cnn_onnx_attribute_int (node, "training_mode", 0) != 0;
  CnnOnnxTensor        *numbers[VARIANCE + 1];

  if (!data)
    return FALSE;
  if (node->version < 9 && cnn_onnx_attribute_int (node, "spatial", 1) == 0)
    return import_each (import, node, data, error);
  if (!read_numbers (import, node, G_N_ELEMENTS (numbers), (gsize) data->dims[1], numbers, error))
    return FALSE;
  if (trains)
    return import_training (import, node, data, numbers, error);
  for (guint i = 1; i < node->n_out; i++)
    if (cnn_import_wants (node, i))
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                     _("it puts out statistics for training, which it does not say how to make"));
        return FALSE;
      }
  return import_inference (import, node, data, numbers, error);
}

/* --- InstanceNormalization, LRN -------------------------------------------------------------- */

static gboolean
import_instance_normalization (CnnImport          *import,
                               const CnnOnnxNode  *node,
                               GError            **error)
{
  const CnnImportValue *data = data_with_channels (import, node, error);
  CnnOnnxTensor        *numbers[SHIFT + 1];
  CnnImportValue        value;
  g_autofree char      *scale = NULL, *shift = NULL;
  g_autofree char      *epsilon = cnn_import_number (
    cnn_onnx_attribute_float (node, "epsilon", 1e-5));
  char                  layout[CNN_ONNX_MAX_DIMS + 1] = "cc";
  int                   layer;

  if (!data || !read_numbers (import, node, G_N_ELEMENTS (numbers), (gsize) data->dims[1], numbers,
                              error))
    return FALSE;
  if (data->n_dims > 2)
    cnn_import_maps_layout (data->n_dims, layout);
  layer = cnn_import_place (import, node, data, layout, error);
  if (layer < 0)
    return FALSE;
  cnn_import_value_set (&value, layer, cnn_import_shape (import, layer), data->n_dims, data->dims,
                        layout);
  scale = maps_word (import, node, "scale", &value, numbers[SCALE]);
  shift = maps_word (import, node, "shift", &value, numbers[SHIFT]);
  layer = cnn_import_emit (import, node, 1, &layer, error,
                           "instancenorm scale=%s shift=%s epsilon=%s", scale, shift, epsilon);
  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, &value);
  return TRUE;
}

static gboolean
import_lrn (CnnImport          *import,
            const CnnOnnxNode  *node,
            GError            **error)
{
  const CnnImportValue *data = data_with_channels (import, node, error);
  g_autofree char      *alpha = cnn_import_number (cnn_onnx_attribute_float (node, "alpha", 1e-4));
  g_autofree char      *beta = cnn_import_number (cnn_onnx_attribute_float (node, "beta", 0.75));
  g_autofree char      *bias = cnn_import_number (cnn_onnx_attribute_float (node, "bias", 1.0));
  gint64                size = cnn_onnx_attribute_int (node, "size", 0);
  char                  layout[CNN_ONNX_MAX_DIMS + 1];
  int                   layer;

  if (!data)
    return FALSE;
  if (size < 1)
    return wrong (error, _("it does not say the size of its windows"));
  layer = cnn_import_place (import, node, data, cnn_import_alone_layout (data, 1, layout), error);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error,
                             "lrn %" PRId64 " alpha=%s beta=%s bias=%s", size, alpha, beta, bias);
  if (layer < 0)
    return FALSE;
  cnn_import_set (import, node, 0, layer, data->n_dims, data->dims, layout);
  return TRUE;
}

/* --- ImageScaler, Affine ---------------------------------------------------------------------- */

static gboolean
import_image_scaler (CnnImport          *import,
                     const CnnOnnxNode  *node,
                     GError            **error)
{
  const CnnImportValue      *data = data_with_channels (import, node, error);
  guint                      n;
  const float               *bias = cnn_onnx_attribute_floats (node, "bias", &n);
  g_autofree char           *scale = cnn_import_number (
    cnn_onnx_attribute_float (node, "scale", 1.0));
  g_autoptr (CnnOnnxTensor)  shift = NULL;
  g_autofree char           *words = NULL;
  gint64                     dims[CNN_ONNX_MAX_DIMS] = { n, 1, 1, 1, 1, 1, 1, 1 };
  int                        layer;

  if (!data)
    return FALSE;
  if (n > 0 && (gint64) n != data->dims[1])
    return wrong (error, _("its attribute “bias” does not have one number for each channel"));
  layer = data->layer;
  if (strcmp (scale, "1") != 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "mul values=%s", scale);
  if (layer >= 0 && n > 0)
    {
      shift = cnn_onnx_tensor_floats (data->n_dims - 1, dims);
      memcpy (shift->floats, bias, n * sizeof *bias);
      words = cnn_import_spread (import, node, "bias", data, shift, error);
      layer = words ? cnn_import_emit (import, node, 1, &layer, error, "add %s", words) : -1;
    }
  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, data);
  return TRUE;
}

static gboolean
import_affine (CnnImport          *import,
               const CnnOnnxNode  *node,
               GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  g_autofree char      *alpha = cnn_import_number (cnn_onnx_attribute_float (node, "alpha", 1.0));
  g_autofree char      *beta = cnn_import_number (cnn_onnx_attribute_float (node, "beta", 0.0));
  int                   layer = data ? data->layer : -1;

  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "mul values=%s", alpha);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "add values=%s", beta);
  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, data);
  return TRUE;
}

const CnnImportOp cnn_import_norms[] = {
  { "Affine", import_affine },
  { "BatchNormalization", import_batch_normalization },
  { "ImageScaler", import_image_scaler },
  { "InstanceNormalization", import_instance_normalization },
  { "LRN", import_lrn },
  { NULL },
};
