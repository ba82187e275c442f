/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnShape:
 * @height: rows
 * @width: columns
 * @channels: maps
 *
 * The shape of what flows between two layers. In memory the values are float32
 * in the order height, width, channels: a picture's interleaved rows are
 * already one. A vector of n values is 1×1×n.
 */
typedef struct
{
  int height;
  int width;
  int channels;
} CnnShape;

/** CnnSize: rows and columns of a window, a stride or a picture. */
typedef struct
{
  int height;
  int width;
} CnnSize;

/** CnnSides: rows or columns added at the four sides of a map; below 0, cut off. */
typedef struct
{
  int top;
  int right;
  int bottom;
  int left;
} CnnSides;

/** CnnExtent: rows and columns of a map, measured on another where they need not be whole. */
typedef struct
{
  double height;
  double width;
} CnnExtent;

/** CnnRect: a rectangle of cells; (x, y) is its first column and row. */
typedef struct
{
  int x;
  int y;
  int width;
  int height;
} CnnRect;

/**
 * cnn_shape_cells:
 *
 * Returns: height × width × channels
 */
static inline gint64
cnn_shape_cells (CnnShape shape)
{
  return (gint64) shape.height * shape.width * shape.channels;
}

static inline gboolean
cnn_shape_equal (CnnShape a, CnnShape b)
{
  return a.height == b.height && a.width == b.width && a.channels == b.channels;
}

/**
 * cnn_rect_intersect:
 *
 * Makes @rect the part of it that also lies in @other.
 *
 * Returns: whether there is any
 */
static inline gboolean
cnn_rect_intersect (CnnRect *rect, const CnnRect *other)
{
  int right = MIN (rect->x + rect->width, other->x + other->width);
  int bottom = MIN (rect->y + rect->height, other->y + other->height);

  rect->x = MAX (rect->x, other->x);
  rect->y = MAX (rect->y, other->y);
  rect->width = MAX (right - rect->x, 0);
  rect->height = MAX (bottom - rect->y, 0);
  return rect->width > 0 && rect->height > 0;
}

/** CNN_SHAPE_FORMAT: printf conversions for a shape as H×W×C. */
#define CNN_SHAPE_FORMAT    "%d×%d×%d"
#define CNN_SHAPE_ARGS(s)   (s).height, (s).width, (s).channels

G_END_DECLS
