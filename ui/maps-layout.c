/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where maps lie on the screen, and cells on the picture. Arithmetic only. */

#include "maps-layout.h"

#include <math.h>

#define GAP 8

/* A pane is no more than so many times as long as the other side. */
#define MAX_ASPECT 2.0

static CnnMapsGrid
grid_with (int n, int columns, CnnSize pane, double aspect, int caption, int limit)
{
  CnnMapsGrid grid = { n, columns, (n + columns - 1) / columns };

  grid.gap = GAP;
  grid.caption = caption;
  grid.width = (pane.width - GAP) / columns - GAP;
  if (limit > 0)
    grid.width = MIN (grid.width,
                      (int) (((pane.height - GAP) / grid.rows - GAP - caption) / aspect));
  grid.width = MAX (grid.width, 1);
  grid.height = MAX ((int) (grid.width * aspect), 1);
  grid.total = grid.rows * (grid.height + caption + GAP) + GAP;
  grid.left = MAX ((pane.width - columns * (grid.width + GAP) - GAP) / 2, 0) + GAP;
  grid.top = MAX ((pane.height - grid.total) / 2, 0) + GAP;
  return grid;
}

/**
 * cnn_maps_grid:
 * @n: how many maps
 * @pane: what there is room for
 * @picture: what maps are like in shape
 * @caption: height of the line below each
 * @least: width and height that a map has at least, if the pane has
 *
 * Panes as large as can be while all are seen at once; where that makes them too small, as
 * many in a row as have room, and the rest is further down.
 *
 * Returns: where they lie
 */
CnnMapsGrid
cnn_maps_grid (int n, CnnSize pane, CnnSize picture, int caption, int least)
{
  double      aspect = CLAMP ((double) picture.height / MAX (picture.width, 1), 1.0 / MAX_ASPECT,
                              MAX_ASPECT);
  int         most   = MAX (1, (pane.width - GAP) / (least + GAP));
  CnnMapsGrid best   = { 0 };

  n = MAX (n, 1);
  for (int columns = 1; columns <= MIN (n, most); columns++)
    {
      CnnMapsGrid grid = grid_with (n, columns, pane, aspect, caption, 1);

      if (grid.width > best.width)
        best = grid;
    }
  if (best.width < least && n > 1)
    best = grid_with (n, MIN (n, most), pane, aspect, caption, 0);
  return best;
}

/** cnn_maps_grid_single: one map that fills the pane. */
CnnMapsGrid
cnn_maps_grid_single (CnnSize pane, int caption)
{
  CnnMapsGrid grid = { 1, 1, 1 };

  grid.gap = GAP;
  grid.left = grid.top = GAP;
  grid.caption = caption;
  grid.width = MAX (pane.width - 2 * GAP, 1);
  grid.height = MAX (pane.height - 2 * GAP - caption, 1);
  grid.total = pane.height;
  return grid;
}

/** cnn_maps_grid_pane: where map number @map of the grid lies, before any scrolling. */
CnnRect
cnn_maps_grid_pane (const CnnMapsGrid *grid, int map)
{
  return (CnnRect) {
    grid->left + map % grid->columns * (grid->width + grid->gap),
    grid->top + map / grid->columns * (grid->height + grid->caption + grid->gap),
    grid->width,
    grid->height,
  };
}

/**
 * cnn_maps_grid_visible:
 * @scroll: how far down
 * @height: that can be seen
 * @first: (out): of the maps that can be seen, in part or with their captions
 * @n: (out): how many
 */
void
cnn_maps_grid_visible (const CnnMapsGrid *grid, int scroll, int height, int *first, int *n)
{
  int step = grid->height + grid->caption + grid->gap;
  int from = CLAMP ((scroll - grid->top + grid->gap) / step, 0, grid->rows - 1);
  int last = CLAMP ((scroll + height - 1 - grid->top) / step, from, grid->rows - 1);

  *first = from * grid->columns;
  *n = MIN ((last + 1) * grid->columns, grid->n) - *first;
}

/* --- zoom ----------------------------------------------------------------------- */

/** cnn_maps_fit: the scale at which all of the picture just fits a pane. */
double
cnn_maps_fit (CnnSize pane, CnnSize picture)
{
  return MIN (MIN ((double) pane.width / picture.width, (double) pane.height / picture.height),
              CNN_MAPS_MAX_SCALE);
}

static double
clamp_axis (double middle, double seen, double size)
{
  return seen >= size ? size / 2 : CLAMP (middle, seen / 2, size - seen / 2);
}

/** cnn_maps_port_clamp: keeps the pane on the picture, and the scale between fit and 1600 %. */
void
cnn_maps_port_clamp (CnnMapsPort *port, CnnSize pane, CnnSize picture)
{
  double fit = cnn_maps_fit (pane, picture);

  port->scale = CLAMP (port->scale, MIN (fit, 1.0), CNN_MAPS_MAX_SCALE);
  port->x = clamp_axis (port->x, pane.width / port->scale, picture.width);
  port->y = clamp_axis (port->y, pane.height / port->scale, picture.height);
}

/**
 * cnn_maps_port_zoom:
 * @scale: to zoom to
 * @x: from the pane's middle, on the screen: what lies there stays there
 * @y: the same
 */
void
cnn_maps_port_zoom (CnnMapsPort *port, double scale, double x, double y)
{
  port->x += x / port->scale - x / scale;
  port->y += y / port->scale - y / scale;
  port->scale = scale;
}

/* --- cells ---------------------------------------------------------------------- */

/* The node whose cells have the same places; -1 where there are none. A softmax over all
 * sees everything, but its cells stay where they are. */
static int
place_node (const CnnNetwork *network, const CnnNodeInfo *infos, guint node)
{
  while (infos[node].receptive.jump.height == 0 || infos[node].receptive.jump.width == 0)
    {
      const CnnNode *at    = cnn_network_node (network, node);
      CnnShape       shape = infos[node].shape;

      if (at->n_in == 0 || (shape.height == 1 && shape.width == 1) ||
          infos[at->in[0]].shape.height != shape.height ||
          infos[at->in[0]].shape.width != shape.width)
        return -1;
      node = at->in[0];
    }
  return (int) node;
}

/**
 * cnn_maps_place:
 * @infos: of the network on this picture
 * @node: a layer
 * @picture: its size
 *
 * A cell's place is as large as the step to the next cell, around the middle of what it
 * sees, as in the output. Cells without a place are spread over the picture.
 *
 * Returns: where the layer's cells lie
 */
CnnMapsPlace
cnn_maps_place (const CnnNetwork *network, const CnnNodeInfo *infos, guint node, CnnSize picture)
{
  int                 from  = place_node (network, infos, node);
  CnnShape            shape = infos[node].shape;
  const CnnReceptive *field;
  double              across, down;

  if (from < 0)
    return (CnnMapsPlace) { 0.0, 0.0, (double) picture.width / shape.width,
                            (double) picture.height / shape.height };
  field = &infos[from].receptive;
  across = (double) picture.width / infos[0].shape.width;
  down = (double) picture.height / infos[0].shape.height;
  return (CnnMapsPlace) {
    (field->start.width + (field->size.width - field->jump.width) / 2.0) * across,
    (field->start.height + (field->size.height - field->jump.height) / 2.0) * down,
    field->jump.width * across,
    field->jump.height * down,
  };
}

static void
cells_1d (double start, double size, double from, double to, int n, int *first, int *length)
{
  int begin = (int) CLAMP (floor ((from - start) / size), 0, n - 1);
  int end   = (int) CLAMP (ceil ((to - start) / size), begin + 1, n);

  *first = begin;
  *length = end - begin;
}

/**
 * cnn_maps_cells:
 * @pane: size of the pane on the screen
 *
 * Returns: the cells that the pane shows; the nearest where it shows none
 */
CnnRect
cnn_maps_cells (const CnnMapsPlace *place, const CnnMapsPort *port, CnnSize pane, CnnShape shape)
{
  double  width  = pane.width / port->scale;
  double  height = pane.height / port->scale;
  CnnRect cells;

  cells_1d (place->x, place->width, port->x - width / 2, port->x + width / 2, shape.width,
            &cells.x, &cells.width);
  cells_1d (place->y, place->height, port->y - height / 2, port->y + height / 2, shape.height,
            &cells.y, &cells.height);
  return cells;
}

/**
 * cnn_maps_reduce:
 * @scale: pixels of the screen, as it really has them, for one of the picture
 *
 * A power of two, so that what was computed for one zoom is good for those near it.
 *
 * Returns: how many cells a side are to be averaged so that each mean has about a pixel,
 *   and no less than half of one; more where cells are so long and narrow that a pane
 *   would have more of them than an image can
 */
int
cnn_maps_reduce (const CnnMapsPlace *place, double scale)
{
  double cell   = MAX (place->width, place->height) * scale;
  double narrow = MIN (place->width, place->height) * scale;
  int    reduce = 1;

  while ((cell * reduce * 2 <= 1.0 || narrow * reduce * 8 <= 1.0) && reduce < 1 << 20)
    reduce *= 2;
  return reduce;
}
