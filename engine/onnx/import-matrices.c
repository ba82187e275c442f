/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-multiply.h"
#include "import-window.h"

#include <inttypes.h>
#include <string.h>

#include "error.h"
#include "i18n.h"

/* Gemm and MatMul where one side is known. Data on the right is multiplied from the left with
 * everything transposed. */

static gboolean
wrong (GError **error, const char *message)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, message);
  return FALSE;
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
             CnnImportMatrix     *matrix)
{
  int    n = tensor->n_dims;
  gint64 rows = n > 1 ? tensor->dims[n - 2] : right ? tensor->dims[0] : 1;
  gint64 columns = n > 1 || !right ? tensor->dims[n - 1] : 1;
  int    own = MAX (n - 2, 0);

  *matrix = (CnnImportMatrix) { .tensor = tensor, .n_batch = n_batch, .factor = 1.0 };
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
  CnnImportMatrix       matrix;
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
      if (!cnn_import_multiply (import, node, &turned, &matrix, &product, error))
        return FALSE;
      turn (&product, &value);
    }
  else if (!cnn_import_multiply (import, node, &value, &matrix, &product, error))
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

/* --- Gemm ------------------------------------------------------------------------------------- */

/* What is added to the product, multiplied with beta; as one number for each column that the
 * layer makes, where it is that. */
static CnnOnnxTensor *
read_sum (const CnnOnnxNode      *node,
          const CnnOnnxTensor    *numbers,
          const CnnImportMatrix  *matrix,
          gboolean                turned,
          float                 **bias)
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
  CnnImportMatrix           matrix;

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
    matrix = (CnnImportMatrix) { .tensor = tensor, .k = matrix.n, .n = matrix.k,
                                 .step_k = matrix.step_n, .step_n = matrix.step_k };
  matrix.factor = cnn_onnx_attribute_float (node, "alpha", 1.0);
  if (added && added->constant)
    sum = read_sum (node, added->constant, &matrix, known == 0, &bias);
  matrix.bias = bias;
  if (!cnn_import_multiply (import, node, &value, &matrix, &product, error))
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
