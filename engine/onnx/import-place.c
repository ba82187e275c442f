/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"

#include <string.h>

#include "i18n.h"

/* Where the dimensions of a tensor lie in a map. */

static const char axes[] = "hwc";

/** cnn_import_axis: 0 to 2, the number of a layout's letter. */
int
cnn_import_axis (char axis)
{
  return (int) (strchr (axes, axis) - axes);
}

static int
axis_extent (CnnShape shape, int axis)
{
  return axis == 0 ? shape.height : axis == 1 ? shape.width : shape.channels;
}

/**
 * cnn_import_value_set:
 * @value: (out): the value
 * @layout: a letter for each dimension, 'h', 'w' or 'c': the axis it lies on; of those on
 *   one axis the last is the innermost
 *
 * Says that a tensor lies in the output of @layer.
 */
void
cnn_import_value_set (CnnImportValue *value, int layer, CnnShape shape, int n_dims,
                      const gint64 *dims, const char *layout)
{
  gint64 inner[3] = { 1, 1, 1 };
  gint64 strides[CNN_ONNX_MAX_DIMS];

  g_return_if_fail (strlen (layout) == (gsize) n_dims);

  *value = (CnnImportValue) { .layer = layer, .shape = shape, .n_dims = n_dims };
  for (int d = n_dims; d-- > 0;)
    {
      int axis = cnn_import_axis (layout[d]);

      value->dims[d] = dims[d];
      strides[d] = inner[axis];
      inner[axis] *= dims[d];
    }
  for (int d = 0; d < n_dims; d++)
    {
      value->first[d] = value->n_atoms;
      if (dims[d] > 1)
        value->atoms[value->n_atoms++] = (CnnAtom) { dims[d], layout[d], strides[d] };
    }
  value->first[n_dims] = value->n_atoms;
  g_return_if_fail (inner[0] == shape.height && inner[1] == shape.width &&
                    inner[2] == shape.channels);
}

/**
 * cnn_import_natural:
 *
 * Returns: (transfer none): the layout in which pictures lie, for so many dimensions
 */
const char *
cnn_import_natural (int n_dims, const gint64 *dims)
{
  static const char *const many[] = { [5] = "ccchw", [6] = "cccchw", [7] = "ccccchw",
                                      [8] = "cccccchw" };

  switch (n_dims)
    {
    case 0:
      return "";
    case 1:
      return "c";
    case 2:
      return "wc";
    case 3:
      return dims[0] == 1 ? "ccw" : "chw";
    case 4:
      /* Networks that were made elsewhere than in PyTorch may have their channels last. */
      if ((dims[3] == 1 || dims[3] == 3 || dims[3] == 4) && dims[1] > 4 && dims[2] > 4)
        return "chwc";
      return "cchw";
    default:
      return many[n_dims];
    }
}

/**
 * cnn_import_layout_shape:
 *
 * Returns: the shape of the map in which a tensor of @value's extents lies by @layout; of no
 *   rows where that is too large
 */
CnnShape
cnn_import_layout_shape (const CnnImportValue *value, const char *layout)
{
  gint64 extents[3] = { 1, 1, 1 };

  for (int d = 0; d < value->n_dims; d++)
    {
      gint64 *extent = &extents[cnn_import_axis (layout[d])];

      if (value->dims[d] > G_MAXINT / *extent)
        return (CnnShape) { 0, 0, 0 };
      *extent *= value->dims[d];
    }
  return (CnnShape) { (int) extents[0], (int) extents[1], (int) extents[2] };
}

/* --- views --------------------------------------------------------------------- */

/**
 * cnn_import_transpose:
 * @permutation: dimension i of @out is dimension @permutation[i] of @value
 * @out: (out): the same numbers with their dimensions in another order
 */
void
cnn_import_transpose (const CnnImportValue *value, const int *permutation, CnnImportValue *out)
{
  CnnImportValue view = { .layer = value->layer, .shape = value->shape, .n_dims = value->n_dims };

  for (int d = 0; d < view.n_dims; d++)
    {
      int from = permutation[d];

      view.dims[d] = value->dims[from];
      view.first[d] = view.n_atoms;
      for (guint i = value->first[from]; i < value->first[from + 1]; i++)
        view.atoms[view.n_atoms++] = value->atoms[i];
    }
  view.first[view.n_dims] = view.n_atoms;
  *out = view;
}

/* Deals the atoms out to other dimensions, taking them apart where that goes even. */
static gboolean
regroup (const CnnImportValue *value, int n_dims, const gint64 *dims, CnnImportValue *out)
{
  CnnAtom rest = { 1, 0, 0 };
  guint   next = 0;

  *out = (CnnImportValue) { .layer = value->layer, .shape = value->shape, .n_dims = n_dims };
  for (int d = 0; d < n_dims; d++)
    {
      gint64 wanted = dims[d];

      out->dims[d] = dims[d];
      out->first[d] = out->n_atoms;
      while (wanted > 1)
        {
          CnnAtom piece;

          if (rest.extent == 1)
            {
              if (next == value->n_atoms)
                return FALSE;
              rest = value->atoms[next++];
            }
          if (out->n_atoms == CNN_IMPORT_MAX_ATOMS)
            return FALSE;
          if (wanted % rest.extent == 0)
            {
              piece = rest;
              rest.extent = 1;
            }
          else if (rest.extent % wanted == 0)
            {
              rest.extent /= wanted;
              piece = (CnnAtom) { wanted, rest.axis, rest.stride * rest.extent };
            }
          else
            return FALSE;
          out->atoms[out->n_atoms++] = piece;
          wanted /= piece.extent;
        }
    }
  out->first[n_dims] = out->n_atoms;
  return rest.extent == 1 && next == value->n_atoms;
}

/* The layout in which a tensor's numbers lie in memory as ONNX has them. */
static const char *
contiguous (int n_dims)
{
  static const char hs[] = "hhhhhhwc";

  return hs + CNN_ONNX_MAX_DIMS - n_dims;
}

/**
 * cnn_import_reshape:
 * @dims: extents whose product is that of @value's
 * @out: (out): the same numbers with these extents
 *
 * Returns: %TRUE, or %FALSE with an error set
 */
gboolean
cnn_import_reshape (CnnImport *import, const CnnOnnxNode *node, const CnnImportValue *value,
                    int n_dims, const gint64 *dims, CnnImportValue *out, GError **error)
{
  CnnImportValue view = { .n_dims = n_dims };
  CnnShape       shape;
  int            layer;

  if (regroup (value, n_dims, dims, out))
    return TRUE;
  layer = cnn_import_place (import, node, value, contiguous (value->n_dims), error);
  if (layer < 0)
    return FALSE;
  memcpy (view.dims, dims, (gsize) n_dims * sizeof *dims);
  shape = cnn_import_layout_shape (&view, contiguous (n_dims));
  if (shape.height == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("its input is too large"));
      return FALSE;
    }
  if (!cnn_shape_equal (shape, cnn_import_shape (import, layer)))
    layer = cnn_import_emit (import, node, 1, &layer, error, "reshape %dx%dx%d",
                             CNN_SHAPE_ARGS (shape));
  if (layer < 0)
    return FALSE;
  cnn_import_value_set (out, layer, shape, n_dims, dims, contiguous (n_dims));
  return TRUE;
}

/**
 * cnn_import_memory_order:
 *
 * Returns: (transfer full) (nullable): for each place of the memory of @value's map, in the
 *   order rows, columns, channels, the index along @dim; %NULL where the map holds other
 *   dimensions too, or is too large
 */
int *
cnn_import_memory_order (const CnnImportValue *value, int dim)
{
  CnnShape shape = value->shape;
  int     *order, *at;

  if (value->first[dim] != 0 || value->first[dim + 1] != value->n_atoms ||
      cnn_shape_cells (shape) > G_MAXINT / (int) sizeof (int))
    return NULL;
  at = order = g_try_new (int, cnn_shape_cells (shape));
  for (int y = 0; order && y < shape.height; y++)
    for (int x = 0; x < shape.width; x++)
      for (int c = 0; c < shape.channels; c++)
        {
          gint64 index = 0;

          for (guint i = 0; i < value->n_atoms; i++)
            {
              const CnnAtom *atom = &value->atoms[i];
              int            place = atom->axis == 'h' ? y : atom->axis == 'w' ? x : c;

              index = index * atom->extent + place / atom->stride % atom->extent;
            }
          *at++ = (int) index;
        }
  return order;
}

/* --- constants -------------------------------------------------------------------- */

/* For each atom the distance of its indices in the constant; 0 where that is broadcast. */
static gboolean
spread_strides (const CnnImportValue *value, const CnnOnnxTensor *constant, gint64 *strides,
                GError **error)
{
  int    missing = value->n_dims - constant->n_dims;
  gint64 inner = 1;

  for (int d = value->n_dims; d-- > 0;)
    {
      gint64 extent = d >= missing ? constant->dims[d - missing] : 1;
      gint64 stride = inner;

      if (missing < 0 || (extent != 1 && extent != value->dims[d]))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("its constant does not fit the shape of its input"));
          return FALSE;
        }
      for (guint i = value->first[d + 1]; i-- > value->first[d];)
        {
          strides[i] = extent == 1 ? 0 : stride;
          stride *= value->atoms[i].extent;
        }
      inner *= extent;
    }
  return TRUE;
}

/**
 * cnn_import_spread:
 * @what: what the numbers are, for their name
 * @value: the data
 * @constant: numbers that are broadcast over @value's dimensions
 *
 * Returns: (transfer full): the words “values=…”, with “shape=…” where need be, for a layer
 *   that reads @value where it lies; or %NULL with an error set
 */
char *
cnn_import_spread (CnnImport *import, const CnnOnnxNode *node, const char *what,
                   const CnnImportValue *value, const CnnOnnxTensor *constant, GError **error)
{
  gint64            strides[CNN_IMPORT_MAX_ATOMS];
  int               extents[3] = { 1, 1, 1 };
  g_autofree float *values = NULL;
  g_autofree char  *numbers = NULL;
  gsize             n, at = 0;

  if (!spread_strides (value, constant, strides, error))
    return NULL;
  for (guint i = 0; i < value->n_atoms; i++)
    {
      int axis = cnn_import_axis (value->atoms[i].axis);

      if (strides[i] > 0)
        extents[axis] = axis_extent (value->shape, axis);
    }
  n = (gsize) extents[0] * (gsize) extents[1] * (gsize) extents[2];
  if (!cnn_import_room (import, 3.0 * extents[0] * extents[1] * extents[2], error))
    return NULL;
  values = g_new (float, n);
  for (int y = 0; y < extents[0]; y++)
    for (int x = 0; x < extents[1]; x++)
      for (int c = 0; c < extents[2]; c++)
        {
          gint64 index = 0;

          for (guint i = 0; i < value->n_atoms; i++)
            {
              const CnnAtom *atom = &value->atoms[i];
              int            place = atom->axis == 'h' ? y : atom->axis == 'w' ? x : c;

              index += place / atom->stride % atom->extent * strides[i];
            }
          values[at++] = (float) cnn_onnx_tensor_value (constant, (gsize) index);
        }
  if (extents[0] == 1 && extents[1] == 1)
    {
      numbers = cnn_import_numbers (import, node, what, (int) n, values);
      return g_strconcat ("values=", numbers, NULL);
    }
  numbers = cnn_import_doubles (import, node, what, 3, extents, values);
  return g_strdup_printf ("values=%s shape=%dx%dx%d", numbers, extents[0], extents[1], extents[2]);
}
