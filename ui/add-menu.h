/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "op.h"

G_BEGIN_DECLS

/** CnnAddFunc: a person chose @op. */
typedef void (*CnnAddFunc) (const CnnOp *op, gpointer data);

GtkWidget *cnn_add_menu_new (CnnAddFunc add, gpointer data);

G_END_DECLS
