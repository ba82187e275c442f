/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"

G_BEGIN_DECLS

/** CnnDropFunc: a person let go of @card in the gap before row @gap of the list. */
typedef void (*CnnDropFunc) (CnnCard *card, int gap, gpointer data);

void cnn_stack_drag_enable (GtkListBox *list, CnnDropFunc drop, gpointer data);
void cnn_stack_drag_card   (CnnCard *card);

G_END_DECLS
