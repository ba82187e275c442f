/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "writer-private.h"

/* Windows and what stands around a map. */

/**
 * cnn_writer_window:
 * @window: a window whose padding was worked out
 *
 * Sets the attributes of a convolution or pooling, the node that was added last. The border
 * is left to cnn_writer_border().
 */
void
cnn_writer_window (CnnWriter *writer, const CnnWindow *window)
{
  const CnnSides *pad = &window->pad;
  gint64          kernel[] = { window->kernel.height, window->kernel.width };
  gint64          strides[] = { window->stride.height, window->stride.width };
  gint64          dilations[] = { window->dilation.height, window->dilation.width };
  gint64          pads[] = { pad->top, pad->left, pad->bottom, pad->right };

  cnn_writer_list (writer, "kernel_shape", 2, kernel);
  cnn_writer_list (writer, "strides", 2, strides);
  cnn_writer_list (writer, "pads", 4, pads);
  if (dilations[0] > 1 || dilations[1] > 1)
    cnn_writer_list (writer, "dilations", 2, dilations);
}

/**
 * cnn_writer_fixed_padding:
 * @pad: the padding that was asked for
 * @window: the same, worked out
 *
 * cnn_writer_fixed() where the padding depends on the size of the map.
 */
void
cnn_writer_fixed_padding (CnnWriter *writer, const CnnPad *pad, const CnnWindow *window)
{
  if (pad->mode != CNN_PAD_VALID && pad->mode != CNN_PAD_SIDES &&
      (window->stride.height > 1 || window->stride.width > 1))
    cnn_writer_fixed (writer);
}

/* Some rows (axis 2) or columns (3) of @x, from @first on to before @end; they may count
 * from the end. */
static const char *
slice (CnnWriter *writer, const char *x, int axis, gint64 first, gint64 end)
{
  return cnn_writer_add (writer, "Slice", x, cnn_writer_ints (writer, "first", 1, &first),
                         cnn_writer_ints (writer, "end", 1, &end),
                         cnn_writer_ints (writer, "axes", 1, (gint64[]) { axis }), NULL);
}

static const char *
wrap_axis (CnnWriter *writer, const char *x, int axis, int before, int after)
{
  const char *parts[3];
  guint       n = 0;

  if (before > 0)
    parts[n++] = slice (writer, x, axis, -before, G_MAXINT64);
  parts[n++] = x;
  if (after > 0)
    parts[n++] = slice (writer, x, axis, 0, after);
  if (n == 1)
    return x;
  x = cnn_writer_add_list (writer, "Concat", n, parts);
  cnn_writer_int (writer, "axis", axis);
  return x;
}

/* Pad has “wrap” only since operator set 19: so it is a function of the model's own. */
static const char *
wrap (CnnWriter *writer, const char *x, CnnSides pad)
{
  g_autofree char *name = g_strdup_printf ("WrapPad_%d_%d_%d_%d", pad.top, pad.right, pad.bottom,
                                           pad.left);

  if (cnn_writer_function (writer, name, NULL))
    {
      const char *made = wrap_axis (writer, "x", 2, pad.top, pad.bottom);

      cnn_writer_end (writer, wrap_axis (writer, made, 3, pad.left, pad.right));
    }
  return cnn_writer_call (writer, name, x);
}

/**
 * cnn_writer_pad:
 * @x: a map
 * @pad: rows and columns around it; below 0 they are cut off
 * @value: what they hold
 *
 * Returns: the name of the map with that
 */
const char *
cnn_writer_pad (CnnWriter *writer, const char *x, CnnSides pad, double value)
{
  gint64 pads[] = { 0, 0, pad.top, pad.left, 0, 0, pad.bottom, pad.right };

  return cnn_writer_add (writer, "Pad", x, cnn_writer_ints (writer, "pads", 8, pads),
                         cnn_writer_number (writer, "padding", value), NULL);
}

/**
 * cnn_writer_border:
 * @x: a map
 * @window: (inout): a window whose padding was worked out; if its border is not zero it has
 *   no padding any more
 *
 * Returns: the name of the map with such a border around it; @x itself where the border is
 *   zero, which ONNX's own padding makes
 */
const char *
cnn_writer_border (CnnWriter *writer, const char *x, CnnWindow *window)
{
  CnnSides pad = window->pad;
  gint64   pads[] = { 0, 0, pad.top, pad.left, 0, 0, pad.bottom, pad.right };

  if (window->border == CNN_BORDER_ZERO ||
      (pad.top == 0 && pad.right == 0 && pad.bottom == 0 && pad.left == 0))
    return x;
  window->pad = (CnnSides) { 0 };
  if (window->border == CNN_BORDER_WRAP)
    return wrap (writer, x, pad);
  x = cnn_writer_add (writer, "Pad", x, cnn_writer_ints (writer, "pads", 8, pads), NULL);
  cnn_writer_string (writer, "mode",
                     window->border == CNN_BORDER_REFLECT ? "reflect" : "edge");
  return x;
}
