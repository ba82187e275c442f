/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "draft.h"

G_BEGIN_DECLS

/** CnnStackEdit: what can be done with a layer of the stack. */
typedef enum
{
  CNN_STACK_DUPLICATE,
  CNN_STACK_UP,
  CNN_STACK_DOWN,
  CNN_STACK_SWITCH,
  CNN_STACK_REMOVE,
  CNN_STACK_N_EDITS
} CnnStackEdit;

/** CnnStackEditFunc: a person chose @edit. */
typedef void (*CnnStackEditFunc) (CnnStackEdit edit, gpointer data);

gboolean   cnn_stack_has_input (CnnDraft *draft);
gboolean   cnn_stack_can_edit  (CnnDraft *draft, int layer, CnnStackEdit edit);
int        cnn_stack_edit      (CnnDraft *draft, int layer, CnnStackEdit edit);
int        cnn_stack_move      (CnnDraft *draft, int layer, int to);

gboolean   cnn_stack_edit_key  (const GdkEventKey *event, CnnStackEdit *edit);
GtkWidget *cnn_stack_menu_new  (CnnDraft *draft, int layer, CnnStackEditFunc edit, gpointer data);

G_END_DECLS
