/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "types.h"

G_BEGIN_DECLS

#define CNN_TYPE_INPUT_VIEW (cnn_input_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnInputView, cnn_input_view, CNN, INPUT_VIEW, GtkDrawingArea)

GtkWidget *cnn_input_view_new (void);
void       cnn_input_view_set (CnnInputView *view, CnnShape shape, const float *values);

G_END_DECLS
