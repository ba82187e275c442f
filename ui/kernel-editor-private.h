/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernel-editor.h"
#include "kernel-grid.h"

G_BEGIN_DECLS

/* What the buttons beside the list do. */
enum
{
  KERNEL_ADD,
  KERNEL_DUPLICATE,
  KERNEL_REMOVE,
  KERNEL_EARLIER,
  KERNEL_LATER,
  KERNEL_N_BUTTONS
};

struct _CnnKernelEditor
{
  GtkBox         parent_instance;
  CnnKernelLayer layer;
  GPtrArray     *kernels; /* of CnnKernel; empty: drawn at random */
  guint          chosen;
  int            channel; /* the matrix that is shown */
  gboolean       busy;    /* show() is at work, not a person */
  gboolean       closed;  /* its parts are gone */

  GtkWidget *none;     /* seen when there are none */
  GtkWidget *start;    /* in it: to begin a list */
  GtkWidget *some;     /* seen when there are */
  GtkWidget *list;
  GtkWidget *buttons[KERNEL_N_BUTTONS];
  GtkWidget *top;      /* list and kind: of no use for just a matrix */
  GtkWidget *kind;
  GtkWidget *blurb;
  GtkWidget *args;     /* a row for each parameter */
  GtkWidget *arg_labels[CNN_KERNEL_MAX_PARAMS];
  GtkWidget *arg_spins[CNN_KERNEL_MAX_PARAMS];
  GtkWidget *rows;
  GtkWidget *columns;
  GtkWidget *slices;
  GtkWidget *tabs;     /* a button for each channel */
  GtkWidget *slice;    /* a spin button for many */
  GtkWidget *alike;
  GtkWidget *grid;
  GtkWidget *tools;
  GtkWidget *sum;
  GtkWidget *message;
};

CnnKernel *kernel_editor_chosen      (CnnKernelEditor *self);
void       kernel_editor_say         (CnnKernelEditor *self, const char *sentence);
void       kernel_editor_changed     (CnnKernelEditor *self);
void       kernel_editor_tab         (GtkToggleButton *tab, CnnKernelEditor *self);
void       kernel_editor_make        (CnnKernelEditor *self);
void       kernel_editor_show_chosen (CnnKernelEditor *self);

/* kernel-editor-clipboard.c */
void       kernel_editor_on_clipboard  (GtkWidget *tools, int what, CnnKernelEditor *self);
void       kernel_editor_on_grid_copy  (CnnKernelGrid *grid, CnnKernelEditor *self);
void       kernel_editor_on_grid_paste (CnnKernelGrid *grid, CnnKernelEditor *self);

G_END_DECLS
