/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "add-menu.h"

G_BEGIN_DECLS

GtkWidget *cnn_stack_toolbar_new (CnnAddFunc add, gpointer data, GtkWidget **undo,
                                  GtkWidget **redo);

G_END_DECLS
