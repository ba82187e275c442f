/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"
#include "import-join.h"
#include "import-private.h"
#include "number.h"

/* Nodes that put something beside a tensor: Pad, Concat. */

/* --- pad -------------------------------------------------------------------------------------- */

static const char *
border_words (const CnnOnnxNode *node,
              const char        *mode)
{
  if (strcmp (mode, "constant") == 0)
    return "";
  if (strcmp (mode, "reflect") == 0)
    return " border=reflect";
  if (strcmp (mode, "edge") == 0)
    return " border=replicate";
  if (strcmp (mode, "wrap") == 0)
    return " border=wrap";
  return NULL;
}

/* What is added before and after each dimension. */
typedef struct
{
  gint64 before[CNN_ONNX_MAX_DIMS];
  gint64 after[CNN_ONNX_MAX_DIMS];
} Padding;

static gboolean
read_padding (const CnnImport      *import,
              const CnnOnnxNode    *node,
              const CnnImportValue *value,
              Padding              *padding,
              GError              **error)
{
  guint         n, n_axes;
  const gint64 *pads, *axes;
  gboolean      chosen[CNN_ONNX_MAX_DIMS];

  memset (padding, 0, sizeof *padding);
  if (!cnn_import_list (import, node, 1, node->version < 2 ? "paddings" : "pads", &n, &pads, error)
      || !cnn_import_list (import, node, 3, "axes", &n_axes, &axes, error)
      || (axes && !cnn_axes (n_axes, axes, value->n_dims, chosen, error)))
    return FALSE;
  if (!axes)
    n_axes = (guint) value->n_dims;
  if (n != 2 * n_axes)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                           _("two paddings are needed for each axis"));
      return FALSE;
    }
  for (guint i = 0; i < n_axes; i++)
    {
      gint64 d = axes ? axes[i] < 0 ? axes[i] + value->n_dims : axes[i] : (gint64) i;

      padding->before[d] = pads[i];
      padding->after[d] = pads[n_axes + i];
      /* Within what the layer takes; it says itself what else is wrong. */
      if (pads[i] < -G_MAXINT32 / 4 || pads[i] > G_MAXINT32 / 4
          || pads[n_axes + i] < -G_MAXINT32 / 4 || pads[n_axes + i] > G_MAXINT32 / 4
          || value->dims[d] + pads[i] + pads[n_axes + i] < 1)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("axis %d cannot be padded by %lld and %lld"), (int) d, (long long) pads[i],
                       (long long) pads[n_axes + i]);
          return FALSE;
        }
    }
  return TRUE;
}

/* Whether what is cut off leaves only padding. */
static gboolean
is_all_padding (const CnnImportValue *value,
                const Padding        *padding)
{
  for (int d = 0; d < value->n_dims; d++)
    if (padding->before[d] <= -value->dims[d] || padding->after[d] <= -value->dims[d]
        || MIN (padding->before[d], 0) + MIN (padding->after[d], 0) <= -value->dims[d])
      return TRUE;
  return FALSE;
}

/* Then the result is known. */
static gboolean
set_padding (CnnImport            *import,
             const CnnOnnxNode    *node,
             const CnnImportValue *value,
             const Padding        *padding,
             double                number,
             GError              **error)
{
  g_autoptr (CnnOnnxTensor) tensor = NULL;
  gint64                    dims[CNN_ONNX_MAX_DIMS], n;

  for (int d = 0; d < value->n_dims; d++)
    dims[d] = value->dims[d] + padding->before[d] + padding->after[d];
  if (!cnn_axes_product (value->n_dims, dims, &n) || !cnn_import_room (import, (double) n, error)
      || !(tensor = cnn_onnx_tensor_floats (value->n_dims, dims)))
    {
      if (error && !*error)
        g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the tensor is too large"));
      return FALSE;
    }
  for (gsize i = 0; i < tensor->n; i++)
    tensor->floats[i] = (float) number;
  cnn_import_set_constant (import, node, 0, tensor);
  return TRUE;
}

/* Pad: parts that are the same everywhere, or what stands in the map. */
/* Whether nobody reads the node's output but poolings in which @number never wins. */
static gboolean
never_wins (const CnnImport   *import,
            const CnnOnnxNode *node,
            double             number)
{
  for (guint i = 0; i < import->graph->n_outputs; i++)
    if (import->graph->outputs[i] == node->out[0])
      return FALSE;
  for (guint i = 0; i < import->graph->nodes->len; i++)
    {
      const CnnOnnxNode *reader = cnn_onnx_graph_node (import->graph, i);

      for (guint k = 0; k < reader->n_in; k++)
        if (reader->in[k] == node->out[0] &&
            strcmp (reader->op, number < 0.0 ? "MaxPool" : "MinPool") != 0)
          return FALSE;
    }
  return TRUE;
}

gboolean
cnn_import_pad (CnnImport         *import,
                const CnnOnnxNode *node,
                GError           **error)
{
  const CnnImportValue *value = cnn_import_data (import, node, 0, error);
  const char           *mode = cnn_onnx_attribute_string (node, "mode", "constant");
  const char           *border = border_words (node, mode);
  double                number = cnn_onnx_attribute_float (node, "value", 0);
  g_autoptr (GString)   filled = g_string_new (NULL);
  CnnOnnxTensor        *given;
  CnnImportValue        out;
  Padding               padding;

  if (!value || !cnn_import_optional (import, node, 2, &given, error)
      || !read_padding (import, node, value, &padding, error))
    return FALSE;
  if (!border)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("there is no mode “%s”"), mode);
      return FALSE;
    }
  if (given && given->n == 1)
    number = cnn_onnx_tensor_value (given, 0);
  /* No layer holds what is infinite; that pooling takes the padding over. */
  if (isinf (number) && cnn_import_wants (node, 0) && never_wins (import, node, number))
    number = copysign (FLT_MAX, number);
  if (*border == '\0' && number != 0)
    {
      g_string_append (filled, " value=");
      cnn_number_append (filled, number);
    }
  if (*border == '\0' && is_all_padding (value, &padding))
    return set_padding (import, node, value, &padding, number, error);
  out = *value;
  for (int d = 0; d < out.n_dims; d++)
    {
      gint64 sides[4] = { 0 }; /* top, right, bottom, left */
      char   axis, other;
      int    layer, second = -1;

      if (padding.before[d] == 0 && padding.after[d] == 0)
        continue;
      if (!cnn_import_is_alone (&out, d, "hw", &axis))
        {
          CnnImportValue moved;

          if (!cnn_import_alone (import, node, &out, d, "hw", &moved, &axis, error))
            return FALSE;
          out = moved;
        }
      /* Another dimension on the other axis goes along. */
      for (int e = d + 1; second < 0 && e < out.n_dims; e++)
        if ((padding.before[e] != 0 || padding.after[e] != 0)
            && cnn_import_is_alone (&out, e, axis == 'h' ? "w" : "h", &other))
          second = e;
      for (int i = 0; i < 2; i++)
        {
          int e = i == 0 ? d : second;

          if (e < 0)
            continue;
          sides[(i == 0 ? axis : other) == 'h' ? 0 : 3] = padding.before[e];
          sides[(i == 0 ? axis : other) == 'h' ? 2 : 1] = padding.after[e];
        }
      layer = cnn_import_emit (import, node, 1, &out.layer, error,
                               "pad %" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                               ",%" G_GINT64_FORMAT "%s%s",
                               sides[0], sides[1], sides[2], sides[3], border, filled->str);
      if (layer < 0)
        return FALSE;
      cnn_import_with_extent (&out, d, axis, out.dims[d] + padding.before[d] + padding.after[d]);
      if (second >= 0)
        {
          cnn_import_with_extent (&out, second, other, out.dims[second] + padding.before[second]
                                                         + padding.after[second]);
          padding.before[second] = padding.after[second] = 0;
        }
      cnn_import_with_layer (import, &out, layer);
    }
  cnn_import_set_value (import, node, 0, &out);
  return TRUE;
}

/* --- concat ----------------------------------------------------------------------------------- */

/* Whether @dim has an axis for itself. */
static gboolean
is_apart (int           n_dims,
          const gint64 *dims,
          const char   *layout,
          int           dim)
{
  for (int d = 0; d < n_dims; d++)
    if (d != dim && dims[d] > 1 && layout[d] == layout[dim])
      return FALSE;
  return TRUE;
}

/* The layout in which most inputs lie already. */
static void
choose_layout (const CnnImport   *import,
               const CnnOnnxNode *node,
               int                n_dims,
               const gint64      *dims,
               int                dim,
               char              *layout)
{
  int best = -1;

  for (int i = 0; i < 3; i++)
    {
      char candidate[CNN_ONNX_MAX_DIMS + 1];
      int  score = 0;

      if (i == 0)
        g_strlcpy (candidate, cnn_import_natural (n_dims, dims), sizeof candidate);
      else
        cnn_import_layout_apart (n_dims, dim, -1, i == 1 ? 'c' : 'h', candidate);
      for (guint k = 0; k < node->n_in; k++)
        {
          const CnnImportValue *in = cnn_import_in (import, node, k);

          score += !in->constant && cnn_import_lies (in, candidate);
        }
      if (is_apart (n_dims, dims, candidate, dim) && score > best)
        {
          best = score;
          strcpy (layout, candidate);
        }
    }
}

/* Joins @n layers along an axis, so many at a time as a layer takes. */
static int
join (CnnImport         *import,
      const CnnOnnxNode *node,
      char               axis,
      guint              n,
      int               *layers,
      GError           **error)
{
  int joined = layers[0];

  for (guint at = 1; joined >= 0 && at < n;)
    {
      int   in[16];
      guint count = MIN (n - at, G_N_ELEMENTS (in) - 1);

      in[0] = joined;
      memcpy (in + 1, layers + at, count * sizeof *in);
      joined = axis == 'c' ? cnn_import_emit (import, node, count + 1, in, error, "concat")
                           : cnn_import_emit (import, node, count + 1, in, error, "concat axis=%s",
                                              cnn_import_axis_key (axis));
      at += count;
    }
  return joined;
}

/* Concat: data and known numbers in any order. */
gboolean
cnn_import_concat (CnnImport         *import,
                   const CnnOnnxNode *node,
                   GError           **error)
{
  const CnnImportValue *data = NULL;
  g_autofree int       *layers = g_new0 (int, node->n_in + 1);
  gint64                dims[CNN_ONNX_MAX_DIMS];
  char                  layout[CNN_ONNX_MAX_DIMS + 1];
  guint                 n = 0;
  int                   dim, layer, place = -1;

  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnImportValue *in = cnn_import_in (import, node, i);

      if (!in)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("input %u is missing"), i + 1);
          return FALSE;
        }
      data = in->constant ? data : in;
    }
  if (!data
      || !cnn_axis (cnn_onnx_attribute_int (node, "axis", node->version < 4 ? 1 : G_MAXINT64),
                    data->n_dims, &dim, error))
    return FALSE;
  memcpy (dims, data->dims, sizeof dims);
  dims[dim] = 0;
  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnImportValue *in = cnn_import_in (import, node, i);
      gboolean              same = in->n_dims == data->n_dims;

      for (int d = 0; same && d < data->n_dims; d++)
        same = d == dim ? in->dims[d] <= G_MAXINT - dims[dim] : in->dims[d] == dims[d];
      if (!same)
        {
          g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, _("its inputs do not match"));
          return FALSE;
        }
      dims[dim] += in->dims[dim];
    }
  choose_layout (import, node, data->n_dims, dims, dim, layout);
  for (guint i = 0; i < node->n_in; i++)
    {
      const CnnImportValue *in = cnn_import_in (import, node, i);

      if (in->constant && in->constant->n == 0)
        continue;
      if (in->constant && place < 0)
        place = cnn_import_place (import, node, data, layout, error);
      if (in->constant && place < 0)
        return FALSE;
      layers[n] = in->constant ? cnn_import_known_layer (import, node, place, in->constant, layout,
                                                         error)
                               : cnn_import_place (import, node, in, layout, error);
      if (layers[n++] < 0)
        return FALSE;
    }
  layer = join (import, node, layout[dim], n, layers, error);
  if (layer < 0)
    return FALSE;
  cnn_import_set (import, node, 0, layer, data->n_dims, dims, layout);
  return TRUE;
}
