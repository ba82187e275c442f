/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"
#include "preview.h"

G_BEGIN_DECLS

/**
 * CnnStackView:
 *
 * The layers of a draft as cards, one below the other; and the buttons to add, remove,
 * duplicate, move and switch them.
 *
 * Signals: "selected" (int layer): another layer's card is selected; -1 is the picture
 * "tick" (guint layer, gboolean on): a person ticked whether to keep its maps
 */
#define CNN_TYPE_STACK_VIEW (cnn_stack_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnStackView, cnn_stack_view, CNN, STACK_VIEW, GtkBox)

GtkWidget *cnn_stack_view_new      (CnnDraft *draft, CnnPreview *preview);
int        cnn_stack_view_selected (CnnStackView *view);
void       cnn_stack_view_select   (CnnStackView *view, int layer);
void       cnn_stack_view_set_tick (CnnStackView *view, guint layer, gboolean on);

G_END_DECLS
