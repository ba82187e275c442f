/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/**
 * CnnMapsGrid:
 * @n: how many maps
 * @columns: side by side
 * @rows: one below the other
 * @width: of a map's pane
 * @height: of it
 * @caption: height of the line below each
 * @gap: between panes, and around them
 * @left: of the first pane
 * @top: of it
 * @total: height of all
 *
 * Where the panes of maps lie. In pixels.
 */
typedef struct
{
  int n;
  int columns;
  int rows;
  int width;
  int height;
  int caption;
  int gap;
  int left;
  int top;
  int total;
} CnnMapsGrid;

/**
 * CnnMapsPlace:
 * @x: left edge of cell (0, 0)
 * @y: its upper edge
 * @width: columns of the picture that a cell stands for
 * @height: rows
 *
 * How the cells of a map lie on the picture, in its pixels.
 */
typedef struct
{
  double x;
  double y;
  double width;
  double height;
} CnnMapsPlace;

/**
 * CnnMapsPort:
 * @x: column of the picture in the middle of the pane
 * @y: row
 * @scale: pixels of the screen for one of the picture
 *
 * Which part of the picture a pane shows; the same for all maps.
 */
typedef struct
{
  double x;
  double y;
  double scale;
} CnnMapsPort;

#define CNN_MAPS_MAX_SCALE 16.0

CnnMapsGrid  cnn_maps_grid         (int n, CnnSize pane, CnnSize picture, int caption,
                                    int least);
CnnMapsGrid  cnn_maps_grid_single  (CnnSize pane, int caption);
CnnRect      cnn_maps_grid_pane    (const CnnMapsGrid *grid, int map);
void         cnn_maps_grid_visible (const CnnMapsGrid *grid, int scroll, int height, int *first,
                                    int *n);

double       cnn_maps_fit          (CnnSize pane, CnnSize picture);
void         cnn_maps_port_clamp   (CnnMapsPort *port, CnnSize pane, CnnSize picture);
void         cnn_maps_port_zoom    (CnnMapsPort *port, double scale, double x, double y);

CnnMapsPlace cnn_maps_place        (const CnnNetwork *network, const CnnNodeInfo *infos,
                                    guint node, CnnSize picture);
CnnRect      cnn_maps_cells        (const CnnMapsPlace *place, const CnnMapsPort *port,
                                    CnnSize pane, CnnShape shape);
int          cnn_maps_reduce       (const CnnMapsPlace *place, double scale);

G_END_DECLS
