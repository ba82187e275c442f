/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "axes.h"
#include "import-private.h"
#include "import-window.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* What is done to each value by itself, softmax, and nodes that leave the data as it is. */

/* --- functions of one value ------------------------------------------------------------- */

typedef struct
{
  const char *attribute;
  const char *key;
  double      otherwise;
} Number;

typedef struct
{
  const char *op;
  const char *layer;
  Number      numbers[2];
} Function;

static const Function functions[] = {
  { "Celu", "celu", { { "alpha", "alpha", 1.0 } } },
  { "Elu", "elu", { { "alpha", "alpha", 1.0 } } },
  { "HardSigmoid", "hard-sigmoid", { { "alpha", "alpha", 0.2 }, { "beta", "beta", 0.5 } } },
  { "HardSwish", "hard-swish", { { NULL } } },
  { "LeakyRelu", "leaky-relu", { { "alpha", "slope", 0.01 } } },
  { "Mish", "mish", { { NULL } } },
  { "Relu", "relu", { { NULL } } },
  { "Selu", "selu", { { "alpha", "alpha", 1.6732632 }, { "gamma", "gamma", 1.050701 } } },
  { "Sigmoid", "sigmoid", { { NULL } } },
  { "Softplus", "softplus", { { NULL } } },
  { "Softsign", "softsign", { { NULL } } },
  { "Tanh", "tanh", { { NULL } } },
  { "ThresholdedRelu", "thresholded-relu", { { "alpha", "alpha", 1.0 } } },
};

/* A layer that changes each value by itself, and so needs no arrangement. */
static gboolean
emit_pointwise (CnnImport             *import,
                const CnnOnnxNode     *node,
                const CnnImportValue  *data,
                const char            *words,
                GError               **error)
{
  int layer = cnn_import_emit (import, node, 1, &data->layer, error, "%s", words);

  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, data);
  return TRUE;
}

static gboolean
import_function (CnnImport          *import,
                 const CnnOnnxNode  *node,
                 GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  const Function       *function = functions;
  g_autoptr (GString)   words = g_string_new (NULL);

  if (!data)
    return FALSE;
  while (strcmp (function->op, node->op) != 0)
    function++;
  g_string_append (words, function->layer);
  for (int i = 0; i < 2 && function->numbers[i].attribute; i++)
    {
      const Number    *number = &function->numbers[i];
      g_autofree char *text = cnn_import_number (
        cnn_onnx_attribute_float (node, number->attribute, number->otherwise));

      g_string_append_printf (words, " %s=%s", number->key, text);
    }
  return emit_pointwise (import, node, data, words->str, error);
}

static gboolean
import_gelu (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  const char           *way = cnn_onnx_attribute_string (node, "approximate", "none");

  if (!data)
    return FALSE;
  if (strcmp (way, "none") == 0 || strcmp (way, "tanh") == 0)
    return emit_pointwise (import, node, data,
                           *way == 't' ? "gelu approximate=tanh" : "gelu", error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("its attribute “%s” is “%s”, which is nothing that ONNX knows"), "approximate",
               way);
  return FALSE;
}

/* --- Clip ---------------------------------------------------------------------------------- */

/* A bound: an attribute in old files, later an input. Infinite where there is none. */
static gboolean
read_bound (CnnImport          *import,
            const CnnOnnxNode  *node,
            const char         *attribute,
            guint               input,
            double              none,
            double             *bound,
            GError            **error)
{
  const CnnOnnxTensor *number;

  *bound = cnn_onnx_attribute_float (node, attribute, none);
  if (node->version >= 11)
    {
      *bound = none;
      if (!cnn_import_in (import, node, input))
        return TRUE;
      number = cnn_import_constant (import, node, input, error);
      if (!number)
        return FALSE;
      if (number->n != 1)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       _("found %zu numbers as a bound, expected one"), number->n);
          return FALSE;
        }
      *bound = cnn_onnx_tensor_value (number, 0);
    }
  /* Before bounds could be left out, these said that there is none. */
  if (!(fabs (*bound) < (double) FLT_MAX) && !isnan (*bound) && (*bound < 0.0) == (none < 0.0))
    *bound = none;
  return TRUE;
}

static gboolean
import_clip (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  g_autoptr (GString)   words = g_string_new ("clip");
  double                least, most;

  if (!data || !read_bound (import, node, "min", 1, -INFINITY, &least, error) ||
      !read_bound (import, node, "max", 2, INFINITY, &most, error))
    return FALSE;
  if (least == -INFINITY && most == INFINITY)
    {
      cnn_import_set_value (import, node, 0, data);
      return TRUE;
    }
  if (least == 0.0 && most == INFINITY)
    return emit_pointwise (import, node, data, "relu", error);
  if (least != -INFINITY)
    {
      g_autofree char *text = cnn_import_number (least);

      g_string_append_printf (words, " min=%s", text);
    }
  if (most != INFINITY)
    {
      g_autofree char *text = cnn_import_number (most);

      g_string_append_printf (words, " max=%s", text);
    }
  return emit_pointwise (import, node, data, words->str, error);
}

/* --- PRelu ----------------------------------------------------------------------------------- */

/* max (0, x) + slope · min (0, x), as layers: for slopes that are not one for each map. */
static gboolean
compose_prelu (CnnImport             *import,
               const CnnOnnxNode     *node,
               const CnnImportValue  *data,
               const CnnOnnxTensor   *slope,
               GError               **error)
{
  g_autofree char *words = cnn_import_spread (import, node, "slope", data, slope, error);
  int              positive, layer;

  if (!words)
    return FALSE;
  positive = cnn_import_emit (import, node, 1, &data->layer, error, "relu");
  layer = positive < 0 ? -1 : cnn_import_emit (import, node, 1, &data->layer, error, "clip max=0");
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "mul %s", words);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 2, (int[]) { layer, positive }, error, "add");
  if (layer < 0)
    return FALSE;
  cnn_import_set_like (import, node, 0, layer, data);
  return TRUE;
}

static gboolean
import_prelu (CnnImport          *import,
              const CnnOnnxNode  *node,
              GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  CnnOnnxTensor        *slope = data ? cnn_import_constant (import, node, 1, error) : NULL;
  g_autofree float     *list = NULL;
  g_autofree char      *word = NULL;
  g_autofree char      *words = NULL;
  int                   n;

  if (!slope)
    return FALSE;
  if (!slope->floats || slope->n == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("it has no slopes"));
      return FALSE;
    }
  n = slope->n == 1 ? 1 : data->shape.channels;
  list = slope->n == 1 ? g_memdup2 (slope->floats, sizeof *slope->floats)
                       : cnn_import_per_map (data, slope, data->n_dims - slope->n_dims);
  /* Files that are older than broadcasting, and some that are not: one for each channel. */
  if (!list && slope->n_dims == 1 && data->n_dims > 2 && slope->dims[0] == data->dims[1] &&
      slope->dims[0] != data->dims[data->n_dims - 1])
    list = cnn_import_per_map (data, slope, 1);
  if (!list)
    return compose_prelu (import, node, data, slope, error);
  word = cnn_import_numbers (import, node, "slope", n, list);
  words = g_strdup_printf ("prelu slope=%s", word);
  return emit_pointwise (import, node, data, words, error);
}

/* --- Softmax, LogSoftmax ---------------------------------------------------------------------- */

/* Which words the layer needs so that it goes over dimension @dim as the value lies, or
 * %NULL where it lies otherwise. */
static const char *
softmax_axis (const CnnImportValue *value,
              int                   dim)
{
  gint64   channels = 1;
  gboolean inside = TRUE, outside = TRUE; /* the dimension in channels, and no channels */

  for (guint i = value->first[dim]; i < value->first[dim + 1]; i++)
    {
      if (value->atoms[i].axis == 'c')
        {
          channels *= value->atoms[i].extent;
          outside = FALSE;
        }
      else
        inside = FALSE;
    }
  if (inside && channels == value->shape.channels)
    return "";
  if (value->dims[dim] == cnn_shape_cells (value->shape))
    return " axis=all";
  if (outside && value->dims[dim] == (gint64) value->shape.height * value->shape.width)
    return " axis=map";
  return NULL;
}

static gboolean
softmax_over (CnnImport             *import,
              const CnnOnnxNode     *node,
              const char            *op,
              int                    dim,
              CnnImportValue        *value,
              GError               **error)
{
  const char *axis = softmax_axis (value, dim);
  int         layer = value->layer;

  if (!axis)
    {
      CnnImportValue placed;
      char           layout[CNN_ONNX_MAX_DIMS + 1];

      layer = cnn_import_place (import, node, value, cnn_import_alone_layout (value, dim, layout),
                                error);
      if (layer < 0)
        return FALSE;
      cnn_import_value_set (&placed, layer, cnn_import_shape (import, layer), value->n_dims,
                            value->dims, layout);
      *value = placed;
      axis = "";
    }
  value->layer = cnn_import_emit (import, node, 1, &layer, error, "%s%s", op, axis);
  return value->layer >= 0;
}

static gboolean
import_either_softmax (CnnImport          *import,
                       const CnnOnnxNode  *node,
                       const char         *op,
                       GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  gint64                axis = cnn_onnx_attribute_int (node, "axis", node->version < 13 ? 1 : -1);
  gint64                flat[2] = { 1, 1 };
  CnnImportValue        value, out;

  if (!data)
    return FALSE;
  /* The older kind may begin behind the last dimension. */
  if (axis < -(gint64) data->n_dims || axis >= data->n_dims + (node->version < 13 ? 1 : 0))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("its attribute “axis” is %" PRId64 ", but its input has %d dimensions"), axis,
                   data->n_dims);
      return FALSE;
    }
  if (axis < 0)
    axis += data->n_dims;
  if (node->version >= 13 || axis == data->n_dims - 1)
    {
      value = *data;
      if (!softmax_over (import, node, op, (int) axis, &value, error))
        return FALSE;
      cnn_import_set_value (import, node, 0, &value);
      return TRUE;
    }
  /* Before 13: over all dimensions from the axis on, as one. */
  for (int i = 0; i < data->n_dims; i++)
    flat[i >= axis] *= data->dims[i];
  if (!cnn_import_reshape (import, node, data, 2, flat, &value, error) ||
      !softmax_over (import, node, op, 1, &value, error) ||
      !cnn_import_reshape (import, node, &value, data->n_dims, data->dims, &out, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

static gboolean
import_softmax (CnnImport          *import,
                const CnnOnnxNode  *node,
                GError            **error)
{
  return import_either_softmax (import, node, "softmax", error);
}

static gboolean
import_log_softmax (CnnImport          *import,
                    const CnnOnnxNode  *node,
                    GError            **error)
{
  return import_either_softmax (import, node, "log-softmax", error);
}

/* --- what leaves the data as it is ------------------------------------------------------------ */

static gboolean
import_identity (CnnImport          *import,
                 const CnnOnnxNode  *node,
                 GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);

  if (!data)
    return FALSE;
  cnn_import_set_value (import, node, 0, data);
  return TRUE;
}

static gboolean
import_cast (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  enum { FLOAT = 1, STRING = 8, FLOAT16 = 10, DOUBLE = 11, UINT64 = 13,
         UINT4 = 21, INT4 = 22 }; /* ONNX's numbers */

  gint64 to = cnn_onnx_attribute_int (node, "to", 0);
  int    from = node->n_in > 0 && node->in[0] >= 0
                  ? cnn_onnx_graph_value (import->graph, node->in[0])->type : 0;

  /* Smaller kinds hold what is no plain number: as data, nothing reads them. */
  if (from == STRING || (from > UINT64 && from != UINT4 && from != INT4))
    to = from;
  if (to == FLOAT || to == FLOAT16 || to == DOUBLE)
    return import_identity (import, node, error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("data cannot be made from or into ONNX's type %" PRId64), to);
  return FALSE;
}

/* All values stay: the mask says so. */
static gboolean
set_mask (CnnImport             *import,
          const CnnOnnxNode     *node,
          const CnnImportValue  *data,
          GError               **error)
{
  enum { BOOL = 9 };

  g_autoptr (CnnOnnxTensor) mask = NULL;
  gint64                    n;

  if (!cnn_import_wants (node, 1))
    return TRUE;
  if (!cnn_axes_product (data->n_dims, data->dims, &n)
      || !cnn_import_room (import, (double) n * sizeof (gint64) / sizeof (float), error)
      || !(mask = cnn_onnx_tensor_ints (data->n_dims, data->dims)))
    {
      if (error && !*error)
        g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the tensor is too large"));
      return FALSE;
    }
  mask->type = BOOL;
  for (gsize i = 0; i < mask->n; i++)
    mask->ints[i] = 1;
  cnn_import_set_constant (import, node, 1, mask);
  return TRUE;
}

static gboolean
import_dropout (CnnImport          *import,
                const CnnOnnxNode  *node,
                GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  double                rate = cnn_onnx_attribute_float (node, "ratio", 0.5);
  gboolean              trains = FALSE;
  g_autofree char      *text = NULL;
  g_autofree char      *words = NULL;

  if (!data)
    return FALSE;
  for (guint i = 1; node->version >= 12 && i <= 2; i++)
    if (cnn_import_in (import, node, i))
      {
        const CnnOnnxTensor *number = cnn_import_constant (import, node, i, error);

        if (!number)
          return FALSE;
        if (number->n < 1)
          continue;
        if (i == 1)
          rate = cnn_onnx_tensor_value (number, 0);
        else
          trains = cnn_onnx_tensor_value (number, 0) != 0.0;
      }
  if (trains && rate != 0.0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("it leaves out values at random, as in training"));
      return FALSE;
    }
  text = cnn_import_number (isfinite (rate) ? CLAMP (rate, 0.0, 0.999) : 0.5);
  words = g_strdup_printf ("dropout %s", text);
  return emit_pointwise (import, node, data, words, error)
         && set_mask (import, node, data, error);
}

const CnnImportOp cnn_import_activations[] = {
  { "Cast", import_cast },
  { "Celu", import_function },
  { "Clip", import_clip },
  { "Dropout", import_dropout },
  { "Elu", import_function },
  { "Gelu", import_gelu },
  { "HardSigmoid", import_function },
  { "HardSwish", import_function },
  { "Identity", import_identity },
  { "LeakyRelu", import_function },
  { "LogSoftmax", import_log_softmax },
  { "Mish", import_function },
  { "PRelu", import_prelu },
  { "Relu", import_function },
  { "Selu", import_function },
  { "Sigmoid", import_function },
  { "Softmax", import_softmax },
  { "Softplus", import_function },
  { "Softsign", import_function },
  { "Tanh", import_function },
  { "ThresholdedRelu", import_function },
  { NULL },
};
