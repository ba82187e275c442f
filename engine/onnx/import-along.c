/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-along.h"

#include <string.h>

#include "axes.h"
#include "error.h"
#include "i18n.h"

/**
 * cnn_import_optional:
 * @constant: (out) (transfer none) (nullable): input @i, %NULL where it is left out
 *
 * Returns: %FALSE with an error set if it is there, but not known
 */
gboolean
cnn_import_optional (const CnnImport   *import,
                     const CnnOnnxNode *node,
                     guint              i,
                     CnnOnnxTensor    **constant,
                     GError           **error)
{
  *constant = NULL;
  if (!cnn_import_in (import, node, i))
    return TRUE;
  *constant = cnn_import_constant (import, node, i, error);
  return *constant != NULL;
}

/**
 * cnn_import_list:
 * @i: which input newer operator sets have
 * @name: which attribute older ones have
 * @list: (out) (nullable): [n]; %NULL where neither is there
 *
 * Returns: %FALSE with an error set if it is no list of known whole numbers
 */
gboolean
cnn_import_list (const CnnImport   *import,
                 const CnnOnnxNode *node,
                 guint              i,
                 const char        *name,
                 guint             *n,
                 const gint64     **list,
                 GError           **error)
{
  CnnOnnxTensor *given;

  return cnn_import_optional (import, node, i, &given, error)
         && cnn_axes_list (node, name, given, n, list, error);
}

/**
 * cnn_import_layout_apart:
 * @dim: the dimension that shall have an axis for itself
 * @second: another one, or −1
 * @axis: the axis of @dim; 'h' puts @second on 'w'
 * @layout: (out): [n_dims + 1]
 *
 * A layout with all other dimensions on the axes that are left.
 */
void
cnn_import_layout_apart (int   n_dims,
                         int   dim,
                         int   second,
                         char  axis,
                         char *layout)
{
  int last = n_dims - 1;

  while (last >= 0 && (last == dim || last == second))
    last--;
  for (int d = 0; d < n_dims; d++)
    if (axis == 'h')
      layout[d] = d == dim ? 'h' : d == second || (second < 0 && d == last) ? 'w' : 'c';
    else
      layout[d] = d == dim ? 'c' : d == last ? 'w' : 'h';
  layout[n_dims] = '\0';
}

static int
extent_of (CnnShape shape,
           char     axis)
{
  return axis == 'h' ? shape.height : axis == 'w' ? shape.width : shape.channels;
}

/**
 * cnn_import_is_alone:
 * @axes: axes that will do, such as "hwc"
 * @axis: (out): which one it is
 *
 * Returns: whether @dim has an axis for itself where @value lies
 */
gboolean
cnn_import_is_alone (const CnnImportValue *value,
                     int                   dim,
                     const char           *axes,
                     char                 *axis)
{
  const CnnAtom *atom = &value->atoms[value->first[dim]];
  guint          n = value->first[dim + 1] - value->first[dim];

  if (n == 1 && strchr (axes, atom->axis) && atom->stride == 1
      && atom->extent == extent_of (value->shape, atom->axis))
    {
      *axis = atom->axis;
      return TRUE;
    }
  if (n > 0 || value->n_atoms == CNN_IMPORT_MAX_ATOMS)
    return FALSE;
  for (const char *free = axes; *free; free++)
    if (extent_of (value->shape, *free) == 1)
      {
        *axis = *free;
        return TRUE;
      }
  return FALSE;
}

/**
 * cnn_import_alone:
 * @axes: axes that will do: "hwc" or "hw"
 * @out: (out): the value where it lies so, perhaps after a layer more
 * @axis: (out): which one it is
 *
 * Makes @dim have an axis for itself.
 *
 * Returns: %FALSE with an error set if it cannot
 */
gboolean
cnn_import_alone (CnnImport            *import,
                  const CnnOnnxNode    *node,
                  const CnnImportValue *value,
                  int                   dim,
                  const char           *axes,
                  CnnImportValue       *out,
                  char                 *axis,
                  GError              **error)
{
  CnnImportValue from = *value;
  char           layout[CNN_ONNX_MAX_DIMS + 1];
  int            layer;

  if (cnn_import_is_alone (value, dim, axes, axis))
    {
      *out = from;
      return TRUE;
    }
  *axis = strchr (axes, 'c') ? 'c' : 'h';
  cnn_import_layout_apart (from.n_dims, dim, -1, *axis, layout);
  layer = cnn_import_place (import, node, &from, layout, error);
  if (layer < 0)
    return FALSE;
  cnn_import_value_set (out, layer, cnn_import_shape (import, layer), from.n_dims, from.dims,
                        layout);
  return TRUE;
}

/**
 * cnn_import_with_extent:
 * @value: a value whose @dim has @axis for itself
 *
 * Gives that dimension another extent. The layer is still the old one.
 */
void
cnn_import_with_extent (CnnImportValue *value,
                        int             dim,
                        char            axis,
                        gint64          extent)
{
  CnnImportValue old = *value;

  value->n_atoms = 0;
  value->dims[dim] = extent;
  for (int d = 0; d < value->n_dims; d++)
    {
      value->first[d] = value->n_atoms;
      if (d == dim && extent > 1)
        value->atoms[value->n_atoms++] = (CnnAtom) { extent, axis, 1 };
      for (guint i = old.first[d]; d != dim && i < old.first[d + 1]; i++)
        value->atoms[value->n_atoms++] = old.atoms[i];
    }
  value->first[value->n_dims] = value->n_atoms;
  *(axis == 'h' ? &value->shape.height : axis == 'w' ? &value->shape.width
                                                     : &value->shape.channels) = (int) extent;
}

/* Puts the value into a layer that has its shape. */
void
cnn_import_with_layer (CnnImport      *import,
                       CnnImportValue *value,
                       int             layer)
{
  g_return_if_fail (cnn_shape_equal (cnn_import_shape (import, layer), value->shape));
  value->layer = layer;
}

const char *
cnn_import_axis_key (char axis)
{
  return axis == 'h' ? "rows" : axis == 'w' ? "columns" : "channels";
}

/**
 * cnn_import_laid_out:
 * @layout: a letter for each dimension of @tensor
 * @extents: (out): [3] rows, columns, channels
 *
 * Returns: (transfer full) (nullable): the numbers as they stand in such a map's memory;
 *   %NULL with an error set if they are too many
 */
float *
cnn_import_laid_out (CnnImport           *import,
                     const CnnOnnxTensor *tensor,
                     const char          *layout,
                     int                 *extents,
                     GError             **error)
{
  gint64 inner[3] = { 1, 1, 1 }, step[CNN_ONNX_MAX_DIMS], at[CNN_ONNX_MAX_DIMS] = { 0 };
  gint64 place = 0;
  float *values;

  if (tensor->n == 0 || tensor->n > G_MAXINT
      || !cnn_import_room (import, (double) tensor->n, error))
    {
      if (tensor->n == 0 || tensor->n > G_MAXINT)
        g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                             _("its constant is empty or too large"));
      return NULL;
    }
  for (int d = tensor->n_dims - 1; d >= 0; d--)
    {
      int axis = layout[d] == 'h' ? 0 : layout[d] == 'w' ? 1 : 2;

      step[d] = inner[axis];
      inner[axis] *= tensor->dims[d];
    }
  for (int d = 0; d < tensor->n_dims; d++)
    step[d] *= layout[d] == 'h' ? inner[1] * inner[2] : layout[d] == 'w' ? inner[2] : 1;
  for (int axis = 0; axis < 3; axis++)
    extents[axis] = (int) inner[axis];
  values = g_new (float, tensor->n);
  for (gsize i = 0; i < tensor->n; i++)
    {
      values[place] = (float) cnn_onnx_tensor_value (tensor, i);
      for (int d = tensor->n_dims - 1; d >= 0; d--)
        {
          place += step[d];
          if (++at[d] < tensor->dims[d])
            break;
          place -= at[d] * step[d];
          at[d] = 0;
        }
    }
  return values;
}

/**
 * cnn_import_known_layer:
 * @any: a layer to begin with; what it holds does not matter
 *
 * Returns: a layer that puts out known numbers, whatever the picture is, or −1 with an
 *   error set
 */
int
cnn_import_known_layer (CnnImport         *import,
                        const CnnOnnxNode *node,
                        int                any,
                        CnnOnnxTensor     *tensor,
                        const char        *layout,
                        GError           **error)
{
  int               extents[3], layer;
  g_autofree float *values = cnn_import_laid_out (import, tensor, layout, extents, error);
  g_autofree char  *word = NULL;

  if (!values)
    return -1;
  /* One cell of padding holds 0, also where the layer's cells are no numbers. */
  layer = cnn_import_emit (import, node, 1, &any, error, "pad 1,0,0,0");
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error,
                             "slice rows=:1 columns=:1 channels=:1");
  if (layer < 0)
    return -1;
  word = cnn_import_tensor (import, node, "values", 3, extents, values);
  return cnn_import_emit (import, node, 1, &layer, error, "add values=%s shape=%dx%dx%d", word,
                          extents[0], extents[1], extents[2]);
}
