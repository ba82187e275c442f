/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-multiply.h"
#include "import-window.h"

#include <inttypes.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Data times known matrices: a dense layer on a vector, otherwise a convolution of 1×1. */

#define MOST_UNITS (1 << 20) /* maps of a convolution */

/**
 * Product:
 * @value: the data, its dimensions brought into the order rows, groups, fans, what is
 *   added up
 * @layout: where they lie
 * @order: for each dimension of @value, which of the data's it is
 * @n_groups: matrices that each have data of their own
 * @n_fans: matrices that have the same data
 */
typedef struct
{
  CnnImportValue value;
  char           layout[CNN_ONNX_MAX_DIMS + 1];
  int            order[CNN_ONNX_MAX_DIMS];
  gint64         n_groups;
  gint64         n_fans;
} Product;

static gboolean
wrong (GError **error, const char *message)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, message);
  return FALSE;
}

/* Dimensions that only the data has are rows, as the matrix's own rows are; those that both
 * have are groups of channels; those that only the matrices have make more units. */
static gboolean
arrange (const CnnImportValue   *data,
         const CnnImportMatrix  *matrix,
         Product                *product,
         GError                **error)
{
  enum { ROWS, GROUPS, FANS, INNER, N_KINDS };

  int  n = CLAMP (data->n_dims, 2, CNN_ONNX_MAX_DIMS), at = 0;
  char kinds[CNN_ONNX_MAX_DIMS];
  char layout[] = { [ROWS] = 'h', [GROUPS] = 'c', [FANS] = 'c', [INNER] = 'c' };

  if (n < 2 || n > CNN_ONNX_MAX_DIMS)
    return wrong (error, _("its inputs have too many dimensions"));
  product->n_groups = product->n_fans = 1;
  for (int i = 0; i < n - 2; i++)
    {
      gint64 extent = matrix->batch[i];

      kinds[i] = extent == 1 ? ROWS : data->dims[i] == 1 ? FANS : GROUPS;
      if (kinds[i] == GROUPS && extent != data->dims[i])
        return wrong (error, _("its inputs do not have the same number of matrices"));
      if (kinds[i] == GROUPS)
        product->n_groups *= extent;
      if (kinds[i] == FANS)
        product->n_fans *= extent;
    }
  kinds[n - 2] = ROWS;
  kinds[n - 1] = INNER;
  for (int kind = ROWS; kind < N_KINDS; kind++)
    for (int i = 0; i < n; i++)
      if (kinds[i] == kind)
        {
          product->layout[at] = i == n - 2 ? 'w' : layout[kind];
          product->order[at++] = i;
        }
  product->layout[n] = '\0';
  cnn_import_transpose (data, product->order, &product->value);
  if (product->n_groups == 1)
    {
      /* All but one dimension are places: any two axes will do. */
      cnn_import_alone_layout (&product->value, n - 1, product->layout);
      for (int i = 0; i < n; i++)
        if (kinds[product->order[i]] != ROWS)
          product->layout[i] = 'c';
    }
  return TRUE;
}

/* Whether the numbers are already in the order in which a layer has them. */
static gboolean
is_ready (const CnnImportMatrix *matrix,
          gint64                 units,
          const int             *places)
{
  if (!matrix->tensor->floats || matrix->factor != 1.0)
    return FALSE;
  if (matrix->tensor->uniform)
    return TRUE; /* in any order */
  if (units != 1 || matrix->step_k != 1)
    return FALSE;
  for (gint64 k = 0; places && k < matrix->k; k++)
    if (places[k] != k)
      return FALSE;
  return TRUE;
}

/* The matrices' numbers as [groups][fans][n][k]; @places: (nullable): which k stands at each
 * place. */
static float *
collect_weights (const CnnImportMatrix *matrix,
                 const Product         *product,
                 const int             *places)
{
  int     n_dims = product->value.n_dims;
  gint64  steps[CNN_ONNX_MAX_DIMS], step = matrix->k * matrix->n;
  gint64  units = product->n_groups * product->n_fans;
  float  *values = g_new (float, units * matrix->n * matrix->k);
  float  *to = values;

  for (int i = n_dims - 3; i >= 0; i--)
    {
      steps[i] = step;
      step *= matrix->batch[i];
    }
  for (gint64 unit = 0; unit < units; unit++)
    {
      gint64 start = 0, rest = unit;

      for (int i = n_dims - 2; i >= 0; i--)
        {
          int dim = product->order[i];

          if (dim >= n_dims - 2 || matrix->batch[dim] == 1)
            continue;
          start += rest % matrix->batch[dim] * steps[dim];
          rest /= matrix->batch[dim];
        }
      for (gint64 n = 0; n < matrix->n; n++)
        for (gint64 k = 0; k < matrix->k; k++)
          {
            gint64 row = places ? places[k] : k;
            gsize  item = (gsize) (start + n * matrix->step_n + row * matrix->step_k);

            *to++ = (float) (matrix->factor * cnn_onnx_tensor_value (matrix->tensor, item));
          }
    }
  return values;
}

/* The weights as a matrix where @places are given, otherwise as kernels of 1×1. */
static char *
weights_word (CnnImport              *import,
              const CnnOnnxNode      *node,
              const CnnImportMatrix  *matrix,
              const Product          *product,
              const int              *places,
              GError                **error)
{
  gint64            units = product->n_groups * product->n_fans;
  int               dims[] = { (int) (units * matrix->n), (int) matrix->k, 1, 1 };
  int               n_dims = places ? 2 : 4;
  g_autofree float *values = NULL;

  if (is_ready (matrix, units, places))
    return cnn_import_tensor (import, node, "weight", n_dims, dims, matrix->tensor->floats);
  if (!cnn_import_room (import, (double) (units * matrix->n * matrix->k), error))
    return NULL;
  values = collect_weights (matrix, product, places);
  return cnn_import_tensor (import, node, "weight", n_dims, dims, values);
}

static char *
bias_word (CnnImport             *import,
           const CnnOnnxNode     *node,
           const CnnImportMatrix *matrix,
           gint64                 units)
{
  g_autofree float *values = NULL;

  if (!matrix->bias)
    return g_strdup ("no");
  values = g_new (float, units);
  for (gint64 i = 0; i < units; i++)
    values[i] = matrix->bias[i % matrix->n];
  return cnn_import_numbers (import, node, "bias", (int) units, values);
}

/* One vector: a dense layer, whose weights are brought into the order in which the vector's
 * numbers lie in the map. */
static int
emit_dense (CnnImport              *import,
            const CnnOnnxNode      *node,
            const CnnImportMatrix  *matrix,
            const Product          *product,
            GError                **error)
{
  g_autofree int  *places = cnn_import_memory_order (&product->value, product->value.n_dims - 1);
  g_autofree char *weights = NULL, *bias = NULL;
  CnnShape         shape = product->value.shape;
  int              layer = product->value.layer;
  gint64           units = product->n_fans * matrix->n;

  if (!places)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("its input is too large"));
      return -1;
    }
  if (shape.height != 1 || shape.width != 1)
    layer = cnn_import_emit (import, node, 1, &layer, error, "flatten");
  if (layer < 0)
    return -1;
  weights = weights_word (import, node, matrix, product, places, error);
  if (!weights)
    return -1;
  bias = bias_word (import, node, matrix, units);
  return cnn_import_emit (import, node, 1, &layer, error,
                          "dense %" PRId64 " weights=%s bias=%s", units, weights, bias);
}

static int
emit_conv (CnnImport              *import,
           const CnnOnnxNode      *node,
           const CnnImportMatrix  *matrix,
           const Product          *product,
           GError                **error)
{
  int              layer = cnn_import_place (import, node, &product->value, product->layout, error);
  g_autofree char *weights = NULL, *bias = NULL;
  g_autofree char *groups = NULL;
  gint64           units = product->n_groups * product->n_fans * matrix->n;

  if (layer < 0)
    return -1;
  weights = weights_word (import, node, matrix, product, NULL, error);
  if (!weights)
    return -1;
  bias = bias_word (import, node, matrix, units);
  groups = product->n_groups == 1 ? g_strdup ("")
                                  : g_strdup_printf (" groups=%" PRId64, product->n_groups);
  return cnn_import_emit (import, node, 1, &layer, error,
                          "conv %" PRId64 " 1x1%s kernels=%s bias=%s", units, groups, weights,
                          bias);
}

/**
 * cnn_import_multiply:
 * @data: [batch…][m][k]
 * @matrix: with as many dimensions before its own as the data, each as large as the data's,
 *   or one of the two 1
 * @out: (out): [batch…][m][n]
 *
 * Returns: whether layers were made; otherwise CNN_ERROR_FORMAT or LIMIT is set
 */
gboolean
cnn_import_multiply (CnnImport              *import,
                     const CnnOnnxNode      *node,
                     const CnnImportValue   *data,
                     const CnnImportMatrix  *matrix,
                     CnnImportValue         *out,
                     GError                **error)
{
  int            n = data->n_dims, layer, back[CNN_ONNX_MAX_DIMS];
  gint64         dims[CNN_ONNX_MAX_DIMS];
  Product        product;
  CnnImportValue value;

  if (data->dims[n - 1] != matrix->k)
    return wrong (error, _("its matrices do not fit each other"));
  if (!arrange (data, matrix, &product, error))
    return FALSE;
  if (matrix->n > MOST_UNITS / product.n_groups / product.n_fans)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("it makes more than %d maps"), MOST_UNITS);
      return FALSE;
    }
  if (matrix->k == cnn_shape_cells (data->shape))
    {
      layer = emit_dense (import, node, matrix, &product, error);
      memset (product.layout, 'c', (gsize) n);
    }
  else
    layer = emit_conv (import, node, matrix, &product, error);
  if (layer < 0)
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      int dim = product.order[i];

      dims[i] = dim == n - 1 ? matrix->n
                : dim == n - 2 ? data->dims[dim] : MAX (data->dims[dim], matrix->batch[dim]);
      back[dim] = i;
    }
  cnn_import_value_set (&value, layer, cnn_import_shape (import, layer), n, dims, product.layout);
  cnn_import_transpose (&value, back, out);
  return TRUE;
}
