/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "draft.h"

G_BEGIN_DECLS

/**
 * CnnParamsView:
 *
 * The parameters of one layer of a draft, made from the op's description alone.
 */
#define CNN_TYPE_PARAMS_VIEW (cnn_params_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnParamsView, cnn_params_view, CNN, PARAMS_VIEW, GtkBox)

GtkWidget *cnn_params_view_new       (CnnDraft *draft);
void       cnn_params_view_set_layer (CnnParamsView *view, int layer);

G_END_DECLS
