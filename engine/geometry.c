/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "geometry.h"

#include <math.h>

#include "error.h"
#include "i18n.h"

/* All arithmetic of sliding windows is here. With extent e = dilation · (k − 1)
 * + 1, padding p and stride s, n cells give floor ((n + p − e) / s) + 1. Source:
 * Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
 * (2016), relationships 6 and 11. */

static int
extent (int kernel, int dilation)
{
  return (kernel - 1) * dilation + 1;
}

/**
 * cnn_window_one:
 *
 * Returns: the window of a pointwise layer
 */
CnnWindow
cnn_window_one (void)
{
  return (CnnWindow) {
    .kernel = { 1, 1 },
    .stride = { 1, 1 },
    .dilation = { 1, 1 },
    .up = { 1, 1 },
  };
}

/**
 * cnn_window_extent:
 *
 * Returns: rows and columns from a window's first cell to its last, which
 *   dilation makes larger than the kernel
 */
CnnSize
cnn_window_extent (const CnnWindow *window)
{
  return (CnnSize) { extent (window->kernel.height, window->dilation.height),
                     extent (window->kernel.width, window->dilation.width) };
}

/**
 * cnn_window_up:
 *
 * Returns: cells from one row (column) of the input to its next, at least 1
 */
CnnSize
cnn_window_up (const CnnWindow *window)
{
  return (CnnSize) { MAX (window->up.height, 1), MAX (window->up.width, 1) };
}

/* Cells of an input of @n that is spread out. */
static gint64
spread (int n, int up)
{
  return (n - (gint64) 1) * up + 1;
}

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

/* Padding that gives ceil (n / stride) cells; an odd one out goes to the end,
 * as in ONNX's SAME_UPPER, or to the beginning, as in SAME_LOWER. */
static void
pad_same (int n, int window, int stride, gboolean lower, int *before, int *after)
{
  int out = (n + stride - 1) / stride;
  int total = MAX ((out - 1) * stride + window - n, 0);

  *before = (total + lower) / 2;
  *after = total - *before;
}

/* As many windows as begin before the padding at the end: what the last of them lacks is
 * padding, too. ONNX: ceil ((n + p - e) / s) + 1, and one less where that one would begin
 * in the padding. */
static void
pad_up (gint64 n, int window, int stride, int before, int *after)
{
  gint64 left = n + before + *after - window;
  gint64 last = left > 0 ? (left + stride - 1) / stride * stride : 0;

  if (left <= -stride)
    return;
  if (last >= n + before)
    last -= stride;
  /* Where windows fit so, there are no fewer than without rounding. */
  if (last + window - n - before > *after)
    *after = (int) (last + window - n - before);
}

/* Fields of deep stacks outgrow every picture long before they outgrow this. */
static double
saturate (double value)
{
  return CLAMP (value, -(1 << 30), 1 << 30);
}

static gboolean
border_reaches (CnnBorder border, CnnSides pad, CnnSize input)
{
  int rows = MAX (pad.top, pad.bottom);
  int columns = MAX (pad.left, pad.right);

  switch (border)
    {
    case CNN_BORDER_REFLECT:
      return rows < input.height && columns < input.width;
    case CNN_BORDER_WRAP:
      return rows <= input.height && columns <= input.width;
    default:
      return TRUE;
    }
}

static gboolean
resolve (CnnWindow *window, const CnnPad *pad, CnnSize input, gboolean round_up,
         GError **error)
{
  CnnSize reach = cnn_window_extent (window);
  CnnSides sides = { 0 };
  CnnSize  up = cnn_window_up (window);
  gint64   rows, columns;

  if (pad->mode == CNN_PAD_SIDES)
    sides = pad->sides;
  else if (pad->mode != CNN_PAD_VALID)
    {
      gboolean lower = pad->mode == CNN_PAD_SAME_LOWER;

      pad_same (input.height, reach.height, window->stride.height, lower, &sides.top,
                &sides.bottom);
      pad_same (input.width, reach.width, window->stride.width, lower, &sides.left, &sides.right);
    }
  if (round_up)
    {
      pad_up (input.height, reach.height, window->stride.height, sides.top, &sides.bottom);
      pad_up (input.width, reach.width, window->stride.width, sides.left, &sides.right);
    }
  window->pad = sides;

  rows = spread (input.height, up.height) + sides.top + sides.bottom;
  columns = spread (input.width, up.width) + sides.left + sides.right;
  /* Spread out it may be larger, but what comes out may not. */
  if ((rows > G_MAXINT && up.height == 1) || (columns > G_MAXINT && up.width == 1) ||
      (rows - reach.height) / window->stride.height >= G_MAXINT ||
      (columns - reach.width) / window->stride.width >= G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the padded map is too large"));
      return FALSE;
    }
  if (reach.height > rows || reach.width > columns)
    {
      if (rows == input.height && columns == input.width)
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                     _("the %d×%d window does not fit into the %d×%d map"), reach.height,
                     reach.width, input.height, input.width);
      else
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                     _("the %d×%d window does not fit into the %d×%d map, %d×%d with its padding"),
                     reach.height, reach.width, input.height, input.width, (int) rows,
                     (int) columns);
      return FALSE;
    }
  if (!border_reaches (window->border, sides, input))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   window->border == CNN_BORDER_REFLECT
                     ? _("a border of %d rows and %d columns cannot be reflected "
                         "out of a %d×%d map; use border=replicate")
                     : _("a border of %d rows and %d columns cannot be wrapped "
                         "out of a %d×%d map; use border=replicate"),
                   MAX (sides.top, sides.bottom), MAX (sides.left, sides.right), input.height,
                   input.width);
      return FALSE;
    }
  return TRUE;
}

/**
 * cnn_window_resolve:
 * @window: (inout): kernel, stride, dilation and border are read, the padding
 *   is written
 * @pad: the padding asked for
 * @input: rows and columns of the input
 * @output: (out) (optional): rows and columns of the output
 *
 * Works out padding and output size. A reflecting border reaches at most one
 * cell less far than the map, a wrapping one as far as the map.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE set when the window does not
 *   fit or %CNN_ERROR_LIMIT when the sizes overflow
 */
gboolean
cnn_window_resolve (CnnWindow *window, const CnnPad *pad, CnnSize input, CnnSize *output,
                    GError **error)
{
  if (!resolve (window, pad, input, FALSE, error))
    return FALSE;
  if (output)
    *output = cnn_window_output (window, input);
  return TRUE;
}

/**
 * cnn_window_resolve_up:
 * @window: (inout): as of cnn_window_resolve()
 * @pad: the padding asked for
 * @input: rows and columns of the input
 *
 * As cnn_window_resolve(), with more padding at the end where the windows do not come out
 * even, so that no cell of the input is left over; but no window begins in that padding.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT set
 */
gboolean
cnn_window_resolve_up (CnnWindow *window, const CnnPad *pad, CnnSize input, GError **error)
{
  return resolve (window, pad, input, TRUE, error);
}

/**
 * cnn_window_output:
 * @window: a window that cnn_window_resolve() found to fit into @input
 * @input: rows and columns of the input
 *
 * Returns: rows and columns of the output
 */
CnnSize
cnn_window_output (const CnnWindow *window, CnnSize input)
{
  CnnSize         reach = cnn_window_extent (window), up = cnn_window_up (window);
  const CnnSides *pad = &window->pad;
  gint64          rows = spread (input.height, up.height) + pad->top + pad->bottom;
  gint64          columns = spread (input.width, up.width) + pad->left + pad->right;

  return (CnnSize) {
    (int) ((rows - reach.height) / window->stride.height + 1),
    (int) ((columns - reach.width) / window->stride.width + 1),
  };
}

/* Rows of the input in the windows of @n output cells from @at on. Between two rows
 * of the input a window may hold none: then it counts as holding the one before, so
 * that neither the first row nor the last ever goes back from one window to the next. */
static void
input_1d (int at, int n, int reach, int stride, int up, int pad, int *first, int *length)
{
  gint64 begin = (gint64) at * stride - pad;
  gint64 last = begin + (n - (gint64) 1) * stride + reach - 1;
  gint64 from = MIN (floor_div (begin + up - 1, up), floor_div (begin + reach - 1, up));

  *first = (int) from;
  *length = (int) (floor_div (last, up) - from + 1);
}

/**
 * cnn_window_input:
 * @output: a rectangle of output cells
 *
 * Returns: the rectangle of input cells that they need, at least one; parts of it
 *   may lie outside the map, in the padding
 */
CnnRect
cnn_window_input (const CnnWindow *window, CnnRect output)
{
  CnnSize reach = cnn_window_extent (window), up = cnn_window_up (window);
  CnnRect input;

  input_1d (output.x, output.width, reach.width, window->stride.width, up.width,
            window->pad.left, &input.x, &input.width);
  input_1d (output.y, output.height, reach.height, window->stride.height, up.height,
            window->pad.top, &input.y, &input.height);
  return input;
}

/**
 * cnn_window_rows:
 *
 * Returns: rows and columns of the input in a window at most; those that dilation
 *   leaves out do not count
 */
CnnSize
cnn_window_rows (const CnnWindow *window)
{
  CnnSize up = cnn_window_up (window);

  return (CnnSize) { (window->kernel.height - 1) / up.height + 1,
                     (window->kernel.width - 1) / up.width + 1 };
}

static int
first_1d (int first, int whole, int in)
{
  return in == whole ? 0 : CLAMP (first, 0, whole - 1);
}

/**
 * cnn_window_first:
 * @whole: shape of the whole map
 * @in: shape of the part of it that a tile of the output was given
 * @y: the tile's first row
 * @x: its first column
 *
 * Returns: the first row and column of that part
 */
CnnSize
cnn_window_first (const CnnWindow *window, CnnShape whole, CnnShape in, int y, int x)
{
  CnnRect first = cnn_window_input (window, (CnnRect) { x, y, 1, 1 });

  return (CnnSize) { first_1d (first.y, whole.height, in.height),
                     first_1d (first.x, whole.width, in.width) };
}

/**
 * cnn_border_index:
 * @index: a row or column, possibly outside
 * @length: rows or columns of the map
 *
 * Returns: the row or column inside the map whose value stands at @index, or
 *   −1 where that is zero
 */
int
cnn_border_index (CnnBorder border, int index, int length)
{
  if (index >= 0 && index < length)
    return index;
  switch (border)
    {
    case CNN_BORDER_REFLECT:
      return index < 0 ? -index : 2 * (length - 1) - index;
    case CNN_BORDER_REPLICATE:
      return index < 0 ? 0 : length - 1;
    case CNN_BORDER_WRAP:
      return index < 0 ? index + length : index - length;
    default:
      return -1;
    }
}

/**
 * cnn_receptive_input:
 *
 * Returns: the receptive field of the input itself: each cell sees itself
 */
CnnReceptive
cnn_receptive_input (void)
{
  return (CnnReceptive) { .size = { 1.0, 1.0 }, .jump = { 1.0, 1.0 } };
}

/**
 * cnn_receptive_window:
 * @field: of the layer before
 *
 * Returns: the receptive field after a window. With size r, jump j, start a and
 *   a window of extent e, stride s and padding p: r + (e − 1) j, j s, a − p j.
 *   Source: Araujo, Norris and Sim, "Computing receptive fields of
 *   convolutional neural networks" (Distill, 2019). Where the input is spread out by
 *   u, its jump is j / u before that.
 */
CnnReceptive
cnn_receptive_window (CnnReceptive field, const CnnWindow *window)
{
  CnnSize   reach = cnn_window_extent (window), up = cnn_window_up (window);
  CnnExtent jump = { field.jump.height / up.height, field.jump.width / up.width };

  return (CnnReceptive) {
    .size = { saturate (field.size.height + (reach.height - 1) * jump.height),
              saturate (field.size.width + (reach.width - 1) * jump.width) },
    .jump = { saturate (jump.height * window->stride.height),
              saturate (jump.width * window->stride.width) },
    .start = { saturate (field.start.height - window->pad.top * jump.height),
               saturate (field.start.width - window->pad.left * jump.width) },
  };
}

/**
 * cnn_receptive_whole:
 * @field: of the layer before
 * @input: that layer's rows and columns
 *
 * Returns: the receptive field of a layer whose every cell sees all of its
 *   input
 */
CnnReceptive
cnn_receptive_whole (CnnReceptive field, CnnSize input)
{
  field.size.height = saturate (field.size.height + (input.height - 1) * field.jump.height);
  field.size.width = saturate (field.size.width + (input.width - 1) * field.jump.width);
  field.jump = (CnnExtent) { 0.0, 0.0 };
  return field;
}

static void
union_1d (double start_a, double size_a, double start_b, double size_b, double *start,
          double *size)
{
  double end = MAX (start_a + size_a, start_b + size_b);

  *start = MIN (start_a, start_b);
  *size = saturate (end - *start);
}

/**
 * cnn_receptive_union:
 *
 * Returns: the receptive field of a layer that joins two others of the same
 *   size
 */
CnnReceptive
cnn_receptive_union (CnnReceptive a, CnnReceptive b)
{
  CnnReceptive field = { .jump = { MAX (a.jump.height, b.jump.height),
                                   MAX (a.jump.width, b.jump.width) } };

  union_1d (a.start.height, a.size.height, b.start.height, b.size.height, &field.start.height,
            &field.size.height);
  union_1d (a.start.width, a.size.width, b.start.width, b.size.width, &field.start.width,
            &field.size.width);
  return field;
}

/* What is a whole number but for rounding errors counts as that number. */
#define NEARLY 1e-6

static int
ceil_nearly (double value)
{
  return (int) ceil (saturate (value) - NEARLY);
}

static int
floor_nearly (double value)
{
  return (int) floor (saturate (value) + NEARLY);
}

/**
 * cnn_receptive_rect:
 * @y: row of a cell
 * @x: column of a cell
 *
 * Returns: what the cell sees of the network's input; may reach over its edges
 */
CnnRect
cnn_receptive_rect (const CnnReceptive *field, int y, int x)
{
  double  top = field->start.height + y * field->jump.height;
  double  left = field->start.width + x * field->jump.width;
  CnnRect rect = { .x = ceil_nearly (left), .y = ceil_nearly (top) };

  rect.width = MAX (floor_nearly (left + field->size.width) - rect.x, 1);
  rect.height = MAX (floor_nearly (top + field->size.height) - rect.y, 1);
  return rect;
}

/**
 * cnn_receptive_size:
 *
 * Returns: how many rows and columns of the network's input a cell sees at most
 */
CnnSize
cnn_receptive_size (const CnnReceptive *field)
{
  return (CnnSize) { MAX (floor_nearly (field->size.height), 1),
                     MAX (floor_nearly (field->size.width), 1) };
}
