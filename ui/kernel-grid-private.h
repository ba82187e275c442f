/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernel-grid.h"

G_BEGIN_DECLS

/* Room for the ring around the cell that has the focus. */
#define MARGIN 2

struct _CnnKernelGrid
{
  GtkBox     parent_instance;
  GtkWidget *scroller;
  GtkWidget *area;
  GtkWidget *entry;  /* over the cell that is being edited */
  GtkWidget *status; /* the number in full */
  CnnSize    size;
  double    *values;
  int        row, column;             /* has the focus */
  int        pointer_row, pointer_column; /* −1: the pointer is elsewhere */
  guint      rest_id;
  int        pane;      /* pixels that it may take */
  gboolean   read_only;
};

int      kernel_grid_side          (CnnKernelGrid *self);
gboolean kernel_grid_cell_at       (CnnKernelGrid *self, double x, double y, int *row,
                                    int *column);
double  *kernel_grid_value         (CnnKernelGrid *self, int row, int column);
void     kernel_grid_change        (CnnKernelGrid *self, int row, int column, double value);
void     kernel_grid_step          (CnnKernelGrid *self, int row, int column, int direction);
void     kernel_grid_end_steps     (CnnKernelGrid *self);
void     kernel_grid_set_pointer   (CnnKernelGrid *self, int row, int column);
char    *kernel_grid_describe      (CnnKernelGrid *self, int row, int column);
void     kernel_grid_update_status (CnnKernelGrid *self);

/* kernel-grid-entry.c */
void     kernel_grid_make_entry    (CnnKernelGrid *self, GtkOverlay *overlay);
gboolean kernel_grid_is_editing    (CnnKernelGrid *self);
gboolean kernel_grid_accept        (CnnKernelGrid *self, gboolean keep_focus);
void     kernel_grid_stop_editing  (CnnKernelGrid *self, gboolean keep_focus);
void     kernel_grid_edit          (CnnKernelGrid *self, const char *text);

gboolean kernel_grid_draw          (GtkWidget *area, cairo_t *cr, CnnKernelGrid *self);
void     kernel_grid_listen        (CnnKernelGrid *self);

G_END_DECLS
