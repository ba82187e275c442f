/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-along.h"
#include "import-bias.h"
#include "import-private.h"

/* Nodes that compute number by number, with two inputs or more that are spread over each
 * other. A layer spreads rows, columns or channels as a whole: so dimensions lie such that
 * on each axis all are spread or none is. */

/* --- where both lie --------------------------------------------------------------------- */

/* Which of two inputs is spread along a dimension. */
typedef enum
{
  EITHER, /* extent 1 in both */
  NEITHER,
  FIRST,
  SECOND
} Spread;

typedef struct
{
  int    n_dims;
  gint64 dims[CNN_ONNX_MAX_DIMS];
  Spread spread[CNN_ONNX_MAX_DIMS];
} Pair;

static gboolean
pair_init (Pair         *pair,
           const gint64 *a,
           const gint64 *b,
           int           n_dims,
           GError      **error)
{
  int n = n_dims;

  pair->n_dims = n_dims;
  memcpy (pair->dims, a, (gsize) n_dims * sizeof *a);
  if (!cnn_axes_spread (&n, pair->dims, n_dims, b, error))
    return FALSE;
  for (int d = 0; d < n_dims; d++)
    pair->spread[d] = a[d] == b[d] ? (a[d] == 1 ? EITHER : NEITHER) : a[d] == 1 ? FIRST : SECOND;
  return TRUE;
}

/* Whether no axis has dimensions that are spread beside others that are not. */
static gboolean
fits (const Pair *pair,
      const char *layout)
{
  for (int d = 0; d < pair->n_dims; d++)
    for (int e = 0; e < d; e++)
      if (layout[d] == layout[e] && pair->spread[d] != EITHER && pair->spread[e] != EITHER
          && pair->spread[d] != pair->spread[e])
        return FALSE;
  return TRUE;
}

/* The layout that needs the fewest layers to get there; @b is NULL for a constant. */
static void
choose_layout (const Pair           *pair,
               const CnnImportValue *a,
               const CnnImportValue *b,
               char                 *layout)
{
  static const char *const orders[] = { "chw", "hwc", "wch", "cwh", "hcw", "whc" };
  int                      best = -1;

  for (guint i = 0; i < 3 + G_N_ELEMENTS (orders); i++)
    {
      char candidate[CNN_ONNX_MAX_DIMS + 1] = { 0 };
      int  score;

      for (int d = 0; d < pair->n_dims; d++)
        {
          const CnnImportValue *from = i == 2 ? b : a, *other = i == 2 ? a : b;

          if (i == 0)
            candidate[d] = cnn_import_natural (pair->n_dims, pair->dims)[d];
          else if (i >= 3)
            candidate[d] = orders[i - 3][pair->spread[d] == FIRST    ? 1
                                         : pair->spread[d] == SECOND ? 2
                                                                     : 0];
          else if (from && from->first[d + 1] > from->first[d])
            candidate[d] = from->atoms[from->first[d]].axis;
          else if (other && other->first[d + 1] > other->first[d])
            candidate[d] = other->atoms[other->first[d]].axis;
          else
            candidate[d] = 'c';
        }
      if (!fits (pair, candidate))
        continue;
      score = cnn_import_lies (a, candidate) + (b && cnn_import_lies (b, candidate));
      if (score > best)
        {
          best = score;
          strcpy (layout, candidate);
        }
    }
}

/* --- two inputs ---------------------------------------------------------------------------- */

static const gint64 *
with_leading_ones (int           n_dims,
                   const gint64 *dims,
                   int           n,
                   gint64       *room)
{
  for (int d = 0; d < n - n_dims; d++)
    room[d] = 1;
  memcpy (room + n - n_dims, dims, (gsize) n_dims * sizeof *dims);
  return room;
}

/* Whether @constant has nothing that @value does not have. */
static gboolean
is_within (const CnnImportValue *value,
           const CnnOnnxTensor  *constant)
{
  for (int d = 0; d < value->n_dims; d++)
    if (constant->dims[d] != 1 && constant->dims[d] != value->dims[d])
      return FALSE;
  return TRUE;
}

/* @out: @value and known numbers of as many dimensions. */
static gboolean
with_constant (CnnImport            *import,
               const CnnOnnxNode    *node,
               const char           *op,
               const CnnImportValue *value,
               CnnOnnxTensor        *constant,
               gboolean              reversed,
               CnnImportValue       *out,
               GError              **error)
{
  g_autofree char  *words = NULL, *word = NULL;
  g_autofree float *values = NULL;
  char              layout[CNN_ONNX_MAX_DIMS + 1] = "";
  int               extents[3], layer;
  /* The others do not mind which comes first, and have no such word. */
  gboolean          minds = strcmp (op, "sub") == 0 || strcmp (op, "div") == 0
                   || strcmp (op, "pow") == 0;
  const char       *turned = reversed && minds ? " reversed=yes" : "";
  Pair              pair;

  if (constant->n == 0)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("its constant is empty"));
      return FALSE;
    }
  if (is_within (value, constant))
    {
      words = cnn_import_spread (import, node, op, value, constant, error);
      layer = words ? cnn_import_emit (import, node, 1, &value->layer, error, "%s %s%s", op, words,
                                       turned)
                    : -1;
      if (layer < 0)
        return FALSE;
      *out = *value;
      cnn_import_with_layer (import, out, layer);
      return TRUE;
    }
  if (!pair_init (&pair, value->dims, constant->dims, value->n_dims, error))
    return FALSE;
  choose_layout (&pair, value, NULL, layout);
  layer = cnn_import_place (import, node, value, layout, error);
  values = layer >= 0 ? cnn_import_laid_out (import, constant, layout, extents, error) : NULL;
  if (!values)
    return FALSE;
  word = cnn_import_tensor (import, node, op, 3, extents, values);
  layer = cnn_import_emit (import, node, 1, &layer, error, "%s values=%s shape=%dx%dx%d%s", op,
                           word, extents[0], extents[1], extents[2], turned);
  if (layer < 0)
    return FALSE;
  cnn_import_value_set (out, layer, cnn_import_shape (import, layer), pair.n_dims, pair.dims,
                        layout);
  return TRUE;
}

static gboolean
lie_alike (const CnnImportValue *a,
           const CnnImportValue *b)
{
  return cnn_shape_equal (a->shape, b->shape) && a->n_atoms == b->n_atoms
         && memcmp (a->dims, b->dims, (gsize) a->n_dims * sizeof *a->dims) == 0
         && memcmp (a->first, b->first, ((gsize) a->n_dims + 1) * sizeof *a->first) == 0
         && memcmp (a->atoms, b->atoms, a->n_atoms * sizeof *a->atoms) == 0;
}

/* The same for two values of as many dimensions. */
static gboolean
with_data (CnnImport            *import,
           const CnnOnnxNode    *node,
           const char           *op,
           const CnnImportValue *a,
           const CnnImportValue *b,
           CnnImportValue       *out,
           GError              **error)
{
  int  layers[2] = { a->layer, b->layer }, layer;
  char layout[CNN_ONNX_MAX_DIMS + 1] = "";
  Pair pair;

  if (lie_alike (a, b))
    {
      layer = cnn_import_emit (import, node, 2, layers, error, "%s", op);
      if (layer < 0)
        return FALSE;
      *out = *a;
      cnn_import_with_layer (import, out, layer);
      return TRUE;
    }
  if (!pair_init (&pair, a->dims, b->dims, a->n_dims, error))
    return FALSE;
  choose_layout (&pair, a, b, layout);
  layers[0] = cnn_import_place (import, node, a, layout, error);
  if (layers[0] < 0)
    return FALSE;
  layers[1] = cnn_import_place (import, node, b, layout, error);
  if (layers[1] < 0)
    return FALSE;
  layer = cnn_import_emit (import, node, 2, layers, error, "%s", op);
  if (layer < 0)
    return FALSE;
  cnn_import_value_set (out, layer, cnn_import_shape (import, layer), pair.n_dims, pair.dims,
                        layout);
  return TRUE;
}

/**
 * cnn_import_two:
 * @op: our layer: "add", …
 * @a: data, unless @b is
 * @b: data, or known numbers
 * @out: (out): what comes out, spread as ONNX spreads; owns nothing
 *
 * Returns: %FALSE with an error set if they do not match
 */
gboolean
cnn_import_two (CnnImport            *import,
                const CnnOnnxNode    *node,
                const char           *op,
                const CnnImportValue *a,
                const CnnImportValue *b,
                CnnImportValue       *out,
                GError              **error)
{
  const CnnImportValue     *both[2] = { a, b };
  int                       n_dims = MAX (a->n_dims, b->n_dims);
  CnnImportValue            values[2];
  g_autoptr (CnnOnnxTensor) constant = NULL;

  for (int i = 0; i < 2; i++)
    {
      gint64 room[CNN_ONNX_MAX_DIMS];

      with_leading_ones (both[i]->n_dims, both[i]->dims, n_dims, room);
      if (both[i]->constant)
        constant = cnn_onnx_tensor_shaped (both[i]->constant, n_dims, room);
      else if (!cnn_import_reshape (import, node, both[i], n_dims, room, &values[i], error))
        return FALSE;
    }
  if (a->constant)
    return with_constant (import, node, op, &values[1], constant, TRUE, out, error);
  if (b->constant)
    return with_constant (import, node, op, &values[0], constant, FALSE, out, error);
  return with_data (import, node, op, &values[0], &values[1], out, error);
}

/* Operator sets before 7 spread only the second, and say where it begins. */
static gboolean
old_second (CnnImport            *import,
            const CnnOnnxNode    *node,
            const CnnImportValue *a,
            const CnnImportValue *b,
            CnnImportValue       *out,
            GError              **error)
{
  gint64 dims[CNN_ONNX_MAX_DIMS], axis = cnn_onnx_attribute_int (node, "axis", -1);
  int    n_dims = b->n_dims;

  *out = *b;
  if (out->constant)
    cnn_onnx_tensor_ref (out->constant);
  if (node->version >= 7 || axis < 0 || axis >= a->n_dims - b->n_dims)
    return TRUE;
  memcpy (dims, b->dims, sizeof dims);
  while (n_dims < a->n_dims - (int) axis)
    dims[n_dims++] = 1;
  if (!b->constant)
    return cnn_import_reshape (import, node, b, n_dims, dims, out, error);
  cnn_onnx_tensor_unref (out->constant);
  *out = (CnnImportValue) { .constant = cnn_onnx_tensor_shaped (b->constant, n_dims, dims),
                            .n_dims = n_dims };
  memcpy (out->dims, dims, sizeof dims);
  return TRUE;
}

/* Whether an input is of whole numbers: then Div leaves the fraction out. */
static gboolean
is_whole (const CnnImport   *import,
          const CnnOnnxNode *node,
          guint              i)
{
  const CnnOnnxTensor *constant = import->values[node->in[i]].constant;
  int                  type = cnn_onnx_graph_value (import->graph, node->in[i])->type;

  return constant ? constant->ints != NULL
                  : type != 0 && type != 1 && type != 10 && type != 11 && type != 16;
}

static gboolean
import_two (CnnImport         *import,
            const CnnOnnxNode *node,
            const char        *op,
            GError           **error)
{
  const CnnImportValue *in[2] = { cnn_import_in (import, node, 0),
                                  cnn_import_in (import, node, 1) };
  CnnImportValue        a, b, out;
  gboolean              done;

  if (!in[0] || !in[1])
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, _("it needs two inputs"));
      return FALSE;
    }
  if (strcmp (op, "div") == 0 && (is_whole (import, node, 0) || is_whole (import, node, 1)))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                           _("whole numbers are divided only where they are known"));
      return FALSE;
    }
  a = *in[0];
  if (!old_second (import, node, &a, in[1], &b, error))
    return FALSE;
  if (strcmp (op, "add") == 0 && !a.constant != !b.constant &&
      cnn_import_take_bias (import, node, a.constant != NULL, a.constant ? a.constant : b.constant))
    {
      cnn_onnx_tensor_unref (b.constant);
      return TRUE;
    }
  done = cnn_import_two (import, node, op, &a, &b, &out, error);
  cnn_onnx_tensor_unref (b.constant);
  if (done)
    cnn_import_set_value (import, node, 0, &out);
  return done;
}

#define TWO(NAME, OP)                                     \
  static gboolean import_##NAME (CnnImport         *import, \
                                 const CnnOnnxNode *node,   \
                                 GError           **error)  \
  {                                                       \
    return import_two (import, node, OP, error);          \
  }

TWO (add, "add")
TWO (div, "div")
TWO (mul, "mul")
TWO (pow, "pow")
TWO (sub, "sub")

/* --- any number of inputs -------------------------------------------------------------------- */

static gboolean
import_all (CnnImport         *import,
            const CnnOnnxNode *node,
            const char        *op,
            gboolean           mean,
            GError           **error)
{
  CnnImportValue sum = { 0 };
  gboolean       begun = FALSE;

  /* Data first: two constants are nothing to compute with here. */
  for (int constants = 0; constants < 2; constants++)
    for (guint i = 0; i < node->n_in; i++)
      {
        const CnnImportValue *in = cnn_import_in (import, node, i);
        CnnImportValue        next, with;

        if (!in)
          {
            g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("input %u is missing"), i + 1);
            return FALSE;
          }
        if (!in->constant != !constants)
          continue;
        with = *in;
        if (begun && !cnn_import_two (import, node, op, &sum, &with, &next, error))
          return FALSE;
        sum = begun ? next : with;
        begun = TRUE;
      }
  if (mean && node->n_in > 1)
    {
      int layer = cnn_import_emit (import, node, 1, &sum.layer, error, "div values=%u",
                                   node->n_in);

      if (layer < 0)
        return FALSE;
      cnn_import_with_layer (import, &sum, layer);
    }
  cnn_import_set_value (import, node, 0, &sum);
  return TRUE;
}

#define ALL(NAME, OP, MEAN)                               \
  static gboolean import_##NAME (CnnImport         *import, \
                                 const CnnOnnxNode *node,   \
                                 GError           **error)  \
  {                                                       \
    return import_all (import, node, OP, MEAN, error);    \
  }

ALL (max, "max", FALSE)
ALL (mean, "add", TRUE)
ALL (min, "min", FALSE)
ALL (sum, "add", FALSE)

/* --- one input -------------------------------------------------------------------------------- */

static gboolean
import_one (CnnImport         *import,
            const CnnOnnxNode *node,
            const char        *op,
            GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  CnnImportValue        out;
  int                   layer;

  if (!value)
    return FALSE;
  out = *value;
  layer = cnn_import_emit (import, node, 1, &out.layer, error, "%s", op);
  if (layer < 0)
    return FALSE;
  cnn_import_with_layer (import, &out, layer);
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

#define ONE(NAME, OP)                                     \
  static gboolean import_##NAME (CnnImport         *import, \
                                 const CnnOnnxNode *node,   \
                                 GError           **error)  \
  {                                                       \
    return import_one (import, node, OP, error);          \
  }

ONE (abs, "abs")
ONE (exp, "exp")
ONE (neg, "neg")
ONE (reciprocal, "div values=1 reversed=yes")
ONE (sqrt, "sqrt")

const CnnImportOp cnn_import_arithmetic[] = {
  { "Abs", import_abs },
  { "Add", import_add },
  { "Div", import_div },
  { "Exp", import_exp },
  { "Max", import_max },
  { "Mean", import_mean },
  { "Min", import_min },
  { "Mul", import_mul },
  { "Neg", import_neg },
  { "Pow", import_pow },
  { "Reciprocal", import_reciprocal },
  { "Sqrt", import_sqrt },
  { "Sub", import_sub },
  { "Sum", import_sum },
  { NULL, NULL },
};
