/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "map-scale.h"
#include "map-block.h"
#include "maps-layout.h"
#include "maps-view.h"

G_BEGIN_DECLS

/* What files of the maps view share. */

/* Which part of the picture is wanted for what. */
#define CNN_MAPS_PANE_SLOT     0
#define CNN_MAPS_OVERVIEW_SLOT 1

/** CnnMapsShot: what a pane showed last. */
typedef struct
{
  cairo_surface_t *surface;
  CnnRect          cells;
  int              reduce;
  CnnMapsPlace     place;
  gboolean         complete; /* all of it is right, and of now */
  gboolean         dirty;    /* there may be more to see */
} CnnMapsShot;

struct _CnnMapsView
{
  GtkBox         parent;
  CnnPreview    *preview;

  GtkWidget     *bar;
  GtkWidget     *area;
  GtkWidget     *scrollbar;
  GtkWidget     *zoom;
  GtkWidget     *grid_toggle;
  GtkWidget     *title;
  GtkWidget     *side;
  GtkWidget     *overview;
  GtkWidget     *scale;
  GtkWidget     *facts;
  GtkAdjustment *scroll;

  CnnNetwork    *network;
  CnnNodeInfo   *infos;
  int            node;      /* -1 for the picture */
  MappingKind    kind;
  GArray        *ticks;
  gboolean       has_outline;
  CnnRect        outline;

  gboolean       single;
  int            map;       /* the chosen one */
  gboolean       fit;
  CnnMapsPort    port;
  int            hover_map; /* -1 for none */
  int            hover_y;
  int            hover_x;
  int            pin_map;   /* the cell that is kept; -1 for none */
  int            pin_y;
  int            pin_x;

  GHashTable    *shots;     /* map → CnnMapsShot */
  gint64         stale;     /* since when shots may be of before; 0 for not */
  guint          stale_id;
  char          *sentence;  /* what went wrong */
  double         progress;
  gint64         busy;      /* since when */

  gboolean       pressed;
  gboolean       dragging;
  guint          button;
  double         press_x, press_y;
  double         drag_x, drag_y;
  gboolean       updating;  /* widgets are set by the program */
};

/* maps-look.c */
CnnSize         cnn_maps_view_area          (CnnMapsView *view);
gboolean        cnn_maps_view_shows_picture (CnnMapsView *view);
gboolean        cnn_maps_view_is_vector     (CnnMapsView *view);
CnnShape        cnn_maps_view_shape         (CnnMapsView *view);
CnnSize         cnn_maps_view_picture       (CnnMapsView *view);
CnnMapsPlace    cnn_maps_view_place         (CnnMapsView *view);
CnnMapsGrid     cnn_maps_view_grid          (CnnMapsView *view);
CnnRect         cnn_maps_view_pane          (CnnMapsView *view, const CnnMapsGrid *grid, int map);
CnnSize         cnn_maps_view_pane_size     (CnnMapsView *view);
void            cnn_maps_view_visible       (CnnMapsView *view, const CnnMapsGrid *grid, int *first,
                                             int *n);
int             cnn_maps_view_row_height    (CnnMapsView *view);
int             cnn_maps_view_caption       (CnnMapsView *view);
char           *cnn_maps_view_name          (CnnMapsView *view, int map);
gboolean        cnn_maps_view_is_ticked     (CnnMapsView *view, int map);
void            cnn_maps_view_dirty         (CnnMapsView *view);
void            cnn_maps_view_scroll        (CnnMapsView *view);
void            cnn_maps_view_moved         (CnnMapsView *view);

/* maps-say.c */
void            cnn_maps_view_say           (CnnMapsView *view);

/* maps-view.c */
void            cnn_maps_view_set_scale     (CnnMapsView *view, double scale, double x, double y);
void            cnn_maps_view_set_fit       (CnnMapsView *view);
void            cnn_maps_view_set_single    (CnnMapsView *view, gboolean single);
void            cnn_maps_view_choose        (CnnMapsView *view, int map);
void            cnn_maps_view_hover         (CnnMapsView *view, int map, int y, int x);
void            cnn_maps_view_pin           (CnnMapsView *view);
void            cnn_maps_view_tick          (CnnMapsView *view, int map);
void            cnn_maps_view_step          (CnnMapsView *view, int direction);

/* maps-toolbar.c */
GtkWidget      *cnn_maps_toolbar_new        (CnnMapsView *view);
void            cnn_maps_toolbar_update     (CnnMapsView *view);

/* maps-draw.c */
gboolean        cnn_maps_draw               (GtkWidget *area, cairo_t *cr, CnnMapsView *view);
GdkRectangle    cnn_maps_check              (CnnMapsView *view, const CnnRect *pane);
void            cnn_maps_draw_check         (CnnMapsView *view, cairo_t *cr, int map,
                                             const GdkRectangle *box);
void            cnn_maps_shot_free          (gpointer shot);

/* maps-bars.c */
void            cnn_maps_draw_bars          (CnnMapsView *view, cairo_t *cr);

/* maps-top.c */
gboolean        cnn_maps_view_has_classes   (CnnMapsView *view);
char           *cnn_maps_view_largest       (CnnMapsView *view);

/* maps-overview.c */
gboolean        cnn_maps_draw_overview      (GtkWidget *area, cairo_t *cr, CnnMapsView *view);
void            cnn_maps_draw_outline       (cairo_t *cr, double x, double y, double width,
                                             double height);

/* maps-input.c */
void            cnn_maps_connect_input      (CnnMapsView *view);

G_END_DECLS
