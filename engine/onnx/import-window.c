/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-window.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "import-private.h"

/* Windows as ONNX's nodes describe them, and as our layers do. */

/* No layer takes more; what is less than that cannot overflow either. */
#define MOST 4095

/**
 * cnn_import_window_ints:
 * @name: of an attribute that is a list of whole numbers
 * @n: how many there must be
 * @least: what none may be less than
 * @otherwise: the numbers where the attribute is left out
 * @values: (out caller-allocates): [n]
 *
 * Returns: whether the list is as it must be; otherwise CNN_ERROR_FORMAT or LIMIT is set
 */
gboolean
cnn_import_window_ints (const CnnOnnxNode  *node,
                        const char         *name,
                        int                 n,
                        int                 least,
                        int                 otherwise,
                        int                *values,
                        GError            **error)
{
  guint         found;
  const gint64 *list = cnn_onnx_attribute_ints (node, name, &found);

  for (int i = 0; i < n; i++)
    values[i] = otherwise;
  if (found == 0)
    return TRUE;
  if (found != (guint) n)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("its attribute “%s” has %u numbers, expected %d"), name, found, n);
      return FALSE;
    }
  for (int i = 0; i < n; i++)
    {
      if (list[i] < least || list[i] > MOST)
        {
          g_set_error (error, CNN_ERROR, list[i] < least ? CNN_ERROR_FORMAT : CNN_ERROR_LIMIT,
                       _("its attribute “%s” holds %" PRId64 ", expected %d to %d"), name,
                       list[i], least, MOST);
          return FALSE;
        }
      values[i] = (int) list[i];
    }
  return TRUE;
}

static gboolean
read_kernel (const CnnOnnxNode  *node,
             const gint64       *kernel,
             CnnImportWindow    *window,
             GError            **error)
{
  if (!cnn_import_window_ints (node, "kernel_shape", window->n, 1, 0, window->kernel, error))
    return FALSE;
  for (int i = 0; i < window->n; i++)
    {
      if (window->kernel[i] == 0 && kernel && kernel[i] >= 1 && kernel[i] <= MOST)
        window->kernel[i] = (int) kernel[i];
      if (window->kernel[i] == 0 || (kernel && kernel[i] != window->kernel[i]))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       kernel ? _("its kernels are not of the size that it says")
                              : _("it does not say the size of its windows"));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_pads (const CnnOnnxNode  *node,
           CnnImportWindow    *window,
           GError            **error)
{
  const char *automatic = cnn_onnx_attribute_string (node, "auto_pad", "NOTSET");
  int         sides[2 * CNN_IMPORT_MAX_PLACES];

  if (strcmp (automatic, "SAME_UPPER") == 0)
    window->pad = CNN_IMPORT_PAD_SAME;
  else if (strcmp (automatic, "SAME_LOWER") == 0)
    window->pad = CNN_IMPORT_PAD_SAME_LOWER;
  else if (strcmp (automatic, "VALID") == 0)
    window->pad = CNN_IMPORT_PAD_VALID;
  else if (*automatic == '\0' || strcmp (automatic, "NOTSET") == 0)
    {
      if (!cnn_import_window_ints (node, "pads", 2 * window->n, 0, 0, sides, error))
        return FALSE;
      memcpy (window->before, sides, (gsize) window->n * sizeof *sides);
      memcpy (window->after, sides + window->n, (gsize) window->n * sizeof *sides);
    }
  else
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("its attribute “%s” is “%s”, which is nothing that ONNX knows"), "auto_pad",
                   automatic);
      return FALSE;
    }
  return TRUE;
}

/**
 * cnn_import_window:
 * @data: what the windows slide over: batch, channels and then 1 to 3 dimensions
 * @kernel: (nullable): what the weights' own extents say about the window
 * @window: (out): the window
 *
 * Returns: whether the node's attributes are a window; otherwise CNN_ERROR_FORMAT, LIMIT
 *   or UNSUPPORTED is set
 */
gboolean
cnn_import_window (const CnnOnnxNode     *node,
                   const CnnImportValue  *data,
                   const gint64          *kernel,
                   CnnImportWindow       *window,
                   GError               **error)
{
  *window = (CnnImportWindow) { .n = data->n_dims - 2 };
  if (window->n < 1)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("its input has %d dimensions, expected at least 3"), data->n_dims);
      return FALSE;
    }
  if (window->n > CNN_IMPORT_MAX_PLACES)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("windows of %d dimensions cannot be computed, at most %d"), window->n,
                   CNN_IMPORT_MAX_PLACES);
      return FALSE;
    }
  memcpy (window->in, data->dims + 2, (gsize) window->n * sizeof *window->in);
  window->up = cnn_onnx_attribute_int (node, "ceil_mode", 0) != 0;
  return read_kernel (node, kernel, window, error) &&
         cnn_import_window_ints (node, "strides", window->n, 1, 1, window->stride, error) &&
         cnn_import_window_ints (node, "dilations", window->n, 1, 1, window->dilation, error) &&
         read_pads (node, window, error);
}

/**
 * cnn_import_window_reach:
 *
 * Returns: from the window's first to its last cell along dimension @i, both counted
 */
gint64
cnn_import_window_reach (const CnnImportWindow *window,
                         int                    i)
{
  return (gint64) (window->kernel[i] - 1) * window->dilation[i] + 1;
}

static void
append_size (const char *key,
             int         height,
             int         width,
             GString    *words)
{
  g_string_append_printf (words, height == width ? "%s%d" : "%s%dx%d", key, height, width);
}

static void
append_pad (const CnnImportWindow *window,
            int                    row,
            int                    column,
            GString               *words)
{
  int top = row < 0 ? 0 : window->before[row], bottom = row < 0 ? 0 : window->after[row];
  int left = column < 0 ? 0 : window->before[column];
  int right = column < 0 ? 0 : window->after[column];

  if (window->pad == CNN_IMPORT_PAD_SAME)
    g_string_append (words, " pad=same");
  else if (window->pad == CNN_IMPORT_PAD_SAME_LOWER)
    g_string_append (words, " pad=same-lower");
  else if (window->pad == CNN_IMPORT_PAD_VALID || (top | right | bottom | left) == 0)
    return;
  else if (top == right && right == bottom && bottom == left)
    g_string_append_printf (words, " pad=%d", top);
  else
    g_string_append_printf (words, " pad=%d,%d,%d,%d", top, right, bottom, left);
}

/**
 * cnn_import_window_words:
 * @row: which of the window's dimensions lies on rows, or −1
 * @column: the same for columns
 * @pool: whether it is a pooling: its stride is the window's size where it is not said
 * @words: where to append
 *
 * Appends the window's size and then what else our layers need to know of it.
 */
void
cnn_import_window_words (const CnnImportWindow *window,
                         int                    row,
                         int                    column,
                         gboolean               pool,
                         GString               *words)
{
  int kernel_y = row < 0 ? 1 : window->kernel[row];
  int kernel_x = column < 0 ? 1 : window->kernel[column];
  int stride_y = row < 0 ? 1 : window->stride[row];
  int stride_x = column < 0 ? 1 : window->stride[column];
  int dilation_y = row < 0 ? 1 : window->dilation[row];
  int dilation_x = column < 0 ? 1 : window->dilation[column];

  g_string_append_printf (words, pool && kernel_y == kernel_x ? "%d" : "%dx%d", kernel_y, kernel_x);
  if (stride_y != (pool ? kernel_y : 1) || stride_x != (pool ? kernel_x : 1))
    append_size (" stride=", stride_y, stride_x, words);
  append_pad (window, row, column, words);
  /* With one cell there is nothing to spread; and 1 is how a size without rows is written. */
  if ((dilation_y != 1 && kernel_y > 1) || (dilation_x != 1 && kernel_x > 1))
    append_size (" dilation=", kernel_y > 1 ? dilation_y : 1, kernel_x > 1 ? dilation_x : 1, words);
  if (pool && window->up && window->pad == CNN_IMPORT_PAD_SIDES)
    g_string_append (words, " round=up");
}

/**
 * cnn_import_window_take:
 * @window: (inout): a window of one or two dimensions, the last on columns
 * @place: the layer it slides over
 * @rest: words of a pad behind its sides
 *
 * Where @place is a pad, with these words, and the window has no padding of its own, makes its
 * sides the window's.
 *
 * Returns: the layer that the pad reads, or @place
 */
int
cnn_import_window_take (CnnImportWindow *window,
                        CnnImport       *import,
                        int              place,
                        const char      *rest)
{
  const CnnImportLayer *layer = cnn_import_layer (import, place);
  int                   row = window->n - 2, column = row + 1, n = 0;
  int                   top, right, bottom, left;

  if (window->n > 2 || !layer->op || strcmp (layer->op, "pad") != 0 || window->up ||
      (window->pad != CNN_IMPORT_PAD_SIDES && window->pad != CNN_IMPORT_PAD_VALID) ||
      sscanf (layer->values, "%d,%d,%d,%d%n", &top, &right, &bottom, &left, &n) != 4 ||
      strcmp (layer->values + n, rest) != 0 ||
      MIN (MIN (top, right), MIN (bottom, left)) < 0 || (row < 0 && (top > 0 || bottom > 0)))
    return place;
  for (int i = 0; i < window->n; i++)
    if (window->before[i] > 0 || window->after[i] > 0)
      return place;
  if (row >= 0)
    {
      window->before[row] = top;
      window->after[row] = bottom;
    }
  window->before[column] = left;
  window->after[column] = right;
  window->pad = CNN_IMPORT_PAD_SIDES;
  return layer->in[0];
}
