/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"
#include "preview.h"

G_BEGIN_DECLS

/**
 * CnnCard:
 *
 * A layer of a draft in the stack: its name, its parameters in words, what comes out of
 * it, its first maps; or what is wrong with it. Also the card of the picture.
 *
 * Signals: "switched" (gboolean on): a person switched the layer on or off
 * "ticked" (gboolean on): a person ticked whether to keep its maps
 * "menu" (GtkWidget *at): a person asks what can be done with it
 */
#define CNN_TYPE_CARD (cnn_card_get_type ())
G_DECLARE_FINAL_TYPE (CnnCard, cnn_card, CNN, CARD, GtkListBoxRow)

GtkWidget  *cnn_card_new         (CnnPreview *preview);
void        cnn_card_set_layer   (CnnCard *card, CnnDraft *draft, int layer);
int         cnn_card_layer       (CnnCard *card);
const char *cnn_card_text        (CnnCard *card);
int         cnn_card_node        (CnnCard *card);
void        cnn_card_set_tick    (CnnCard *card, gboolean on);
void        cnn_card_redraw_maps (CnnCard *card);
GtkWidget  *cnn_card_handle      (CnnCard *card);

G_END_DECLS
