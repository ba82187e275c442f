/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-window.h"

#include <math.h>
#include <string.h>

#include "number.h"

/* How data is laid out for the layers that treat channels in their own way. */

/**
 * cnn_import_number:
 * @value: a number of a file, where it is kept in single precision
 *
 * Returns: (transfer full): the shortest decimal number that reads back as the same one
 *   in single precision: 0.01 rather than 0.009999999776
 */
char *
cnn_import_number (double value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char                buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char                format[8];

  for (int digits = 1; digits < 9 && isfinite (value); digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if ((float) g_ascii_strtod (buffer, NULL) == (float) value)
        {
          value = g_ascii_strtod (buffer, NULL);
          break;
        }
    }
  cnn_number_append (text, value);
  return g_strdup (text->str);
}

/**
 * cnn_import_maps_layout:
 * @n_dims: dimensions of data: batch, channels, places
 * @layout: (out caller-allocates): where to put it
 *
 * Returns: @layout: pictures of the batch and their channels are maps, the last dimension
 *   is columns, those between are rows; without places, the batch is columns
 */
const char *
cnn_import_maps_layout (int  n_dims,
                        char layout[CNN_ONNX_MAX_DIMS + 1])
{
  static const char maps[] = "cchhhhhh";

  memcpy (layout, maps, (gsize) n_dims);
  layout[n_dims] = '\0';
  if (n_dims > 2)
    layout[n_dims - 1] = 'w';
  else if (n_dims == 2)
    layout[0] = 'w';
  return layout;
}

/**
 * cnn_import_alone_layout:
 * @dim: one of the value's dimensions
 * @layout: (out caller-allocates): where to put it
 *
 * Returns: @layout: that dimension alone makes the channels; the value's own layout where
 *   it already lies so
 */
const char *
cnn_import_alone_layout (const CnnImportValue *value,
                         int                   dim,
                         char                  layout[CNN_ONNX_MAX_DIMS + 1])
{
  int last = dim == value->n_dims - 1 ? dim - 1 : value->n_dims - 1;

  layout[value->n_dims] = '\0';
  for (int i = 0; i < value->n_dims; i++)
    {
      gboolean has = value->first[i] < value->first[i + 1];

      layout[i] = has && value->atoms[value->first[i]].axis == 'w' ? 'w' : 'h';
    }
  layout[dim] = 'c';
  if (cnn_import_lies (value, layout))
    return layout;
  for (int i = 0; i < value->n_dims; i++)
    layout[i] = i == last ? 'w' : 'h';
  layout[dim] = 'c';
  return layout;
}

/* For which item of the numbers the value's map @channel is; -1 where it is for several. */
static gint64
item_of_map (const CnnImportValue *value,
             const gint64         *strides,
             gint64                channel)
{
  gint64 item = 0;

  for (int dim = 0; dim < value->n_dims; dim++)
    {
      gint64 index = 0;

      if (strides[dim] == 0)
        continue;
      for (guint i = value->first[dim]; i < value->first[dim + 1]; i++)
        {
          const CnnAtom *atom = &value->atoms[i];

          if (atom->axis != 'c')
            return -1;
          index = index * atom->extent + channel / atom->stride % atom->extent;
        }
      item += index * strides[dim];
    }
  return item;
}

/**
 * cnn_import_per_map:
 * @numbers: floats
 * @first: which of the value's dimensions is the numbers' first one
 *
 * Returns: (transfer full) (nullable): the number for each channel of the map in which
 *   @value lies, when @numbers are spread over it; %NULL where they do not fit the value's
 *   dimensions or a channel has more than one of them
 */
float *
cnn_import_per_map (const CnnImportValue *value,
                    const CnnOnnxTensor  *numbers,
                    int                   first)
{
  gint64 strides[CNN_ONNX_MAX_DIMS] = { 0 };
  gint64 stride = 1;
  float *list;

  if (first < 0 || numbers->n_dims + first > value->n_dims || !numbers->floats)
    return NULL;
  for (int i = numbers->n_dims - 1; i >= 0; i--)
    {
      if (numbers->dims[i] != 1 && numbers->dims[i] != value->dims[first + i])
        return NULL;
      strides[first + i] = numbers->dims[i] == 1 ? 0 : stride;
      stride *= numbers->dims[i];
    }
  list = g_new (float, value->shape.channels);
  for (int channel = 0; channel < value->shape.channels; channel++)
    {
      gint64 item = item_of_map (value, strides, channel);

      if (item < 0)
        {
          g_free (list);
          return NULL;
        }
      list[channel] = numbers->floats[item];
    }
  return list;
}
