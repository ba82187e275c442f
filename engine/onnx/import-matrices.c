/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-window.h"

#include <inttypes.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Gemm and MatMul where one side is known: a dense layer on a vector, otherwise a
 * convolution of 1×1. Data on the right is multiplied from the left with everything
 * transposed. */

#define MOST_UNITS (1 << 20) /* maps of a convolution */

/**
 * Matrix:
 * @tensor: its numbers
 * @n_batch: dimensions before the matrix's own
 * @batch: their extents
 * @k: rows: what is added up
 * @n: columns: what comes out
 * @step_k: from one row to the next
 * @step_n: from one column to the next
 * @factor: what all numbers are multiplied with
 * @bias: (nullable): what is added to each column, [n]
 */
typedef struct
{
  const CnnOnnxTensor *tensor;
  int                  n_batch;
  gint64               batch[CNN_ONNX_MAX_DIMS];
  gint64               k;
  gint64               n;
  gint64               step_k;
  gint64               step_n;
  double               factor;
  const float         *bias;
} Matrix;

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

/* --- any number of matrices --------------------------------------------------------------- */

/* Dimensions that only the data has are rows, as the matrix's own rows are; those that both
 * have are groups of channels; those that only the matrices have make more units. */
static gboolean
arrange (const CnnImportValue  *data,
         const Matrix          *matrix,
         Product               *product,
         GError               **error)
{
  enum { ROWS, GROUPS, FANS, INNER, N_KINDS };

  int  n = data->n_dims, at = 0;
  char kinds[CNN_ONNX_MAX_DIMS];
  char layout[] = { [ROWS] = 'h', [GROUPS] = 'c', [FANS] = 'c', [INNER] = 'c' };

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
is_ready (const Matrix *matrix,
          gint64        units,
          const int    *places)
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
collect_weights (const Matrix  *matrix,
                 const Product *product,
                 const int     *places)
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
weights_word (CnnImport          *import,
              const CnnOnnxNode  *node,
              const Matrix       *matrix,
              const Product      *product,
              const int          *places,
              GError            **error)
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
bias_word (CnnImport         *import,
           const CnnOnnxNode *node,
           const Matrix      *matrix,
           gint64             units)
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
emit_dense (CnnImport          *import,
            const CnnOnnxNode  *node,
            const Matrix       *matrix,
            const Product      *product,
            GError            **error)
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
emit_conv (CnnImport          *import,
           const CnnOnnxNode  *node,
           const Matrix       *matrix,
           const Product      *product,
           GError            **error)
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

/* @data, [batch…][m][k], times the matrices: @out is [batch…][m][n]. */
static gboolean
multiply (CnnImport             *import,
          const CnnOnnxNode     *node,
          const CnnImportValue  *data,
          const Matrix          *matrix,
          CnnImportValue        *out,
          GError               **error)
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

/* The value with its last two dimensions exchanged. */
static void
turn (const CnnImportValue *value,
      CnnImportValue       *out)
{
  int order[CNN_ONNX_MAX_DIMS];

  for (int i = 0; i < value->n_dims; i++)
    order[i] = i;
  order[value->n_dims - 1] = value->n_dims - 2;
  order[value->n_dims - 2] = value->n_dims - 1;
  cnn_import_transpose (value, order, out);
}

/* Which input is known; -1 with an error where neither is, or it is empty. */
static int
known_side (CnnImport          *import,
            const CnnOnnxNode  *node,
            GError            **error)
{
  const CnnImportValue *left = cnn_import_in (import, node, 0);
  const CnnImportValue *right = cnn_import_in (import, node, 1);
  const CnnImportValue *known;

  if (!left || !right)
    {
      wrong (error, _("it has no two matrices"));
      return -1;
    }
  if (!left->constant && !right->constant)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("it multiplies two matrices of which neither is known beforehand"));
      return -1;
    }
  known = right->constant ? right : left;
  if (known->constant->n == 0 || known->constant->n_dims == 0)
    {
      wrong (error, _("a matrix of it is empty"));
      return -1;
    }
  return known == right;
}

/* --- MatMul ---------------------------------------------------------------------------------- */

/* The data as matrices with as many dimensions before them as both sides need; a vector is a
 * matrix of one row on the left, of one column on the right. */
static gboolean
as_matrices (CnnImport             *import,
             const CnnOnnxNode     *node,
             const CnnImportValue  *data,
             gboolean               right,
             int                    n_batch,
             CnnImportValue        *out,
             GError               **error)
{
  gint64 dims[CNN_ONNX_MAX_DIMS];
  int    n = 0, own = data->n_dims < 2 ? 2 : data->n_dims;

  if (data->n_dims < 1)
    return wrong (error, _("it has no two matrices"));
  if (n_batch + 2 > CNN_ONNX_MAX_DIMS)
    return wrong (error, _("its inputs have too many dimensions"));
  while (n + own < n_batch + 2)
    dims[n++] = 1;
  if (data->n_dims == 1 && !right)
    dims[n++] = 1;
  for (int i = 0; i < data->n_dims; i++)
    dims[n++] = data->dims[i];
  if (data->n_dims == 1 && right)
    dims[n++] = 1;
  return cnn_import_reshape (import, node, data, n, dims, out, error);
}

/* The known side as what data on its left is multiplied with. */
static void
read_matrix (const CnnOnnxTensor *tensor,
             gboolean             right,
             int                  n_batch,
             Matrix              *matrix)
{
  int    n = tensor->n_dims;
  gint64 rows = n > 1 ? tensor->dims[n - 2] : right ? tensor->dims[0] : 1;
  gint64 columns = n > 1 || !right ? tensor->dims[n - 1] : 1;
  int    own = MAX (n - 2, 0);

  *matrix = (Matrix) { .tensor = tensor, .n_batch = n_batch, .factor = 1.0 };
  for (int i = 0; i < n_batch; i++)
    matrix->batch[i] = i < n_batch - own ? 1 : tensor->dims[i - (n_batch - own)];
  matrix->k = right ? rows : columns;
  matrix->n = right ? columns : rows;
  matrix->step_k = right ? columns : 1;
  matrix->step_n = right ? 1 : columns;
}

static gboolean
import_mat_mul (CnnImport          *import,
                const CnnOnnxNode  *node,
                GError            **error)
{
  int                   known = known_side (import, node, error);
  const CnnImportValue *data = known < 0 ? NULL
                                         : cnn_import_data (import, node, known == 0, error);
  const CnnOnnxTensor  *tensor;
  CnnImportValue        value, product;
  Matrix                matrix;
  gint64                dims[CNN_ONNX_MAX_DIMS];
  int                   n_batch, n = 0;

  if (!data)
    return FALSE;
  tensor = cnn_import_in (import, node, (guint) known)->constant;
  n_batch = MAX (MAX (tensor->n_dims, data->n_dims) - 2, 0);
  if (!as_matrices (import, node, data, known == 0, n_batch, &value, error))
    return FALSE;
  read_matrix (tensor, known == 1, n_batch, &matrix);
  if (known == 0)
    {
      CnnImportValue turned;

      turn (&value, &turned);
      if (!multiply (import, node, &turned, &matrix, &product, error))
        return FALSE;
      turn (&product, &value);
    }
  else if (!multiply (import, node, &value, &matrix, &product, error))
    return FALSE;
  else
    value = product;
  /* Without the row and the column that vectors got. */
  for (int i = 0; i < n_batch; i++)
    dims[n++] = value.dims[i];
  if ((known == 0 ? tensor->n_dims : data->n_dims) > 1)
    dims[n++] = value.dims[n_batch];
  if ((known == 1 ? tensor->n_dims : data->n_dims) > 1)
    dims[n++] = value.dims[n_batch + 1];
  if (!cnn_import_reshape (import, node, &value, n, dims, &product, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &product);
  return TRUE;
}

/* --- Gemm -------------------------------------------------------------------------------------- */

/* What is added to the product, multiplied with beta; as one number for each column that the
 * layer makes, where it is that. */
static CnnOnnxTensor *
read_sum (const CnnOnnxNode   *node,
          const CnnOnnxTensor *numbers,
          const Matrix        *matrix,
          gboolean             turned,
          float              **bias)
{
  double         beta = cnn_onnx_attribute_float (node, "beta", 1.0);
  CnnOnnxTensor *sum = cnn_onnx_tensor_floats (numbers->n_dims, numbers->dims);
  int            along = turned ? numbers->n_dims - 2 : numbers->n_dims - 1;

  for (gsize i = 0; i < sum->n; i++)
    sum->floats[i] = (float) (beta * cnn_onnx_tensor_value (numbers, i));
  if (sum->n == 1 ||
      (along >= 0 && numbers->dims[along] == matrix->n && sum->n == (gsize) matrix->n))
    {
      *bias = g_new (float, matrix->n);
      for (gint64 i = 0; i < matrix->n; i++)
        (*bias)[i] = sum->floats[sum->n == 1 ? 0 : i];
    }
  return sum;
}

/* Adds data that is laid out in the same way: what is 1 there is spread. */
static gboolean
add_data (CnnImport             *import,
          const CnnOnnxNode     *node,
          const CnnImportValue  *sum,
          CnnImportValue        *value,
          GError               **error)
{
  g_autofree char *beta = cnn_import_number (cnn_onnx_attribute_float (node, "beta", 1.0));
  gint64           dims[2] = { 1, 1 };
  CnnImportValue   flat;
  int              in[2];

  if (sum->n_dims > 2)
    return wrong (error, _("its matrices do not fit each other"));
  for (int i = 0; i < sum->n_dims; i++)
    dims[2 - sum->n_dims + i] = sum->dims[i];
  if ((dims[0] != 1 && dims[0] != value->dims[0]) || (dims[1] != 1 && dims[1] != value->dims[1]))
    return wrong (error, _("its matrices do not fit each other"));
  if (!cnn_import_reshape (import, node, sum, 2, dims, &flat, error))
    return FALSE;
  in[0] = cnn_import_place (import, node, value, "wc", error);
  in[1] = in[0] < 0 ? -1 : cnn_import_place (import, node, &flat, "wc", error);
  if (in[1] >= 0 && strcmp (beta, "1") != 0)
    in[1] = cnn_import_emit (import, node, 1, &in[1], error, "mul values=%s", beta);
  if (in[1] < 0)
    return FALSE;
  in[0] = cnn_import_emit (import, node, 2, in, error, "add");
  if (in[0] < 0)
    return FALSE;
  memcpy (dims, value->dims, sizeof dims);
  cnn_import_value_set (value, in[0], cnn_import_shape (import, in[0]), 2, dims, "wc");
  return TRUE;
}

static gboolean
add_numbers (CnnImport            *import,
             const CnnOnnxNode    *node,
             const CnnOnnxTensor  *sum,
             CnnImportValue       *value,
             GError              **error)
{
  g_autofree char *words = cnn_import_spread (import, node, "sum", value, sum, error);

  if (words)
    value->layer = cnn_import_emit (import, node, 1, &value->layer, error, "add %s", words);
  return words && value->layer >= 0;
}

static gboolean
import_gemm (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  int                       known = known_side (import, node, error);
  const CnnImportValue     *data = known < 0 ? NULL
                                             : cnn_import_data (import, node, known == 0, error);
  const CnnImportValue     *added = cnn_import_in (import, node, 2);
  const CnnOnnxTensor      *tensor;
  g_autoptr (CnnOnnxTensor) sum = NULL;
  g_autofree float         *bias = NULL;
  CnnImportValue            value = { 0 }, product;
  Matrix                    matrix;

  if (!data)
    return FALSE;
  tensor = cnn_import_in (import, node, (guint) known)->constant;
  if (data->n_dims != 2 || tensor->n_dims != 2)
    return wrong (error, _("its matrices do not have two dimensions"));
  /* Turned over as it says, and once more where the data stands on the right. */
  value = *data;
  if ((cnn_onnx_attribute_int (node, known ? "transA" : "transB", 0) != 0) == (known == 1))
    turn (data, &value);
  read_matrix (tensor, known == 1, 0, &matrix);
  if (cnn_onnx_attribute_int (node, known ? "transB" : "transA", 0) != 0)
    matrix = (Matrix) { .tensor = tensor, .k = matrix.n, .n = matrix.k, .step_k = matrix.step_n,
                        .step_n = matrix.step_k };
  matrix.factor = cnn_onnx_attribute_float (node, "alpha", 1.0);
  if (added && added->constant)
    sum = read_sum (node, added->constant, &matrix, known == 0, &bias);
  matrix.bias = bias;
  if (!multiply (import, node, &value, &matrix, &product, error))
    return FALSE;
  if (known == 0)
    turn (&product, &value);
  else
    value = product;
  if (added && !added->constant && !add_data (import, node, added, &value, error))
    return FALSE;
  if (sum && !bias && !add_numbers (import, node, sum, &value, error))
    return FALSE;
  cnn_import_set_value (import, node, 0, &value);
  return TRUE;
}

const CnnImportOp cnn_import_matrices[] = {
  { "Gemm", import_gemm },
  { "MatMul", import_mat_mul },
  { NULL },
};
