/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnBorder:
 *
 * What stands outside a map when a window reaches over its edge. For a row
 * a b c d: zero gives 0 0 | a b c d | 0 0, reflect c b | a b c d | c b,
 * replicate a a | a b c d | d d, wrap c d | a b c d | a b.
 */
typedef enum
{
  CNN_BORDER_ZERO,
  CNN_BORDER_REFLECT,
  CNN_BORDER_REPLICATE,
  CNN_BORDER_WRAP
} CnnBorder;

typedef enum
{
  CNN_PAD_VALID,     /* none: only windows that lie inside */
  CNN_PAD_SAME,      /* so much that the output has ceil (input / stride) cells */
  CNN_PAD_SIDES,     /* as many rows and columns as said */
  CNN_PAD_SAME_LOWER /* as same, the odd row and column before the map, not after it */
} CnnPadMode;

/** CnnPad: padding as a person asks for it; @sides counts for %CNN_PAD_SIDES. */
typedef struct
{
  CnnPadMode mode;
  CnnSides   sides;
} CnnPad;

/**
 * CnnWindow:
 * @kernel: rows and columns of the window
 * @stride: cells from one window to the next
 * @dilation: cells from one row (column) of the window to its next
 * @up: cells from one row (column) of the input to its next, up − 1 of them empty;
 *   0 counts as 1
 * @pad: padding in cells, as cnn_window_resolve() works it out; below 0, the window
 *   begins (ends) inside the map
 * @border: what the padding holds
 *
 * How a local layer slides over its input. A pointwise layer's is all ones
 * with no padding. Where @up is above 1, the input is first spread out: window,
 * stride and padding count the cells of that, row i of the input is its row
 * i · up, and its last row is the input's last. Such a window has no border but zero.
 */
typedef struct
{
  CnnSize   kernel;
  CnnSize   stride;
  CnnSize   dilation;
  CnnSize   up;
  CnnSides  pad;
  CnnBorder border;
} CnnWindow;

/**
 * CnnReceptive:
 * @size: rows and columns of input seen by one cell
 * @jump: input cells from one cell's field to its neighbour's
 * @start: first row and column of cell (0, 0)'s field; negative in the padding
 *
 * The receptive field of a layer's cells on the network's input: cell (y, x)
 * sees the whole rows from start.height + y · jump.height to size.height further on.
 * After layers that make a map larger the jump is a fraction, and so are the others:
 * how many rows there are in between differs by one from cell to cell.
 * cnn_receptive_rect() counts them, cnn_receptive_size() says the most there are.
 */
typedef struct
{
  CnnExtent size;
  CnnExtent jump;
  CnnExtent start;
} CnnReceptive;

CnnWindow    cnn_window_one       (void);
gboolean     cnn_window_resolve   (CnnWindow *window, const CnnPad *pad, CnnSize input,
                                   CnnSize *output, GError **error);
gboolean     cnn_window_resolve_up (CnnWindow *window, const CnnPad *pad, CnnSize input,
                                    GError **error);
CnnSize      cnn_window_output    (const CnnWindow *window, CnnSize input);
CnnSize      cnn_window_extent    (const CnnWindow *window);
CnnRect      cnn_window_input     (const CnnWindow *window, CnnRect output);
CnnSize      cnn_window_up        (const CnnWindow *window);
CnnSize      cnn_window_rows      (const CnnWindow *window);
CnnSize      cnn_window_first     (const CnnWindow *window, CnnShape whole, CnnShape in, int y,
                                   int x);
int          cnn_border_index     (CnnBorder border, int index, int length);

CnnReceptive cnn_receptive_input  (void);
CnnReceptive cnn_receptive_window (CnnReceptive field, const CnnWindow *window);
CnnReceptive cnn_receptive_whole  (CnnReceptive field, CnnSize input);
CnnReceptive cnn_receptive_union  (CnnReceptive a, CnnReceptive b);
CnnRect      cnn_receptive_rect   (const CnnReceptive *field, int y, int x);
CnnSize      cnn_receptive_size   (const CnnReceptive *field);

G_END_DECLS
