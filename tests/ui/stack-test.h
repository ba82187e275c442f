/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "card.h"
#include "stack-view.h"

G_BEGIN_DECLS

/** Stack: cards in a window. */
typedef struct
{
  CnnDraft     *draft;
  CnnStackView *view;
  GtkWidget    *window;
  GtkWidget    *list;
  int           n_selected; /* signals */
  int           selected;
} Stack;

void     stack_open   (Stack *stack, const char *text, CnnPreview *preview);
void     stack_close  (Stack *stack);
CnnCard *card_at      (Stack *stack, int layer);
gboolean says         (gpointer card, const char *part);
void     assert_cards (Stack *stack);
void     add          (Stack *stack, const CnnOp *op);

G_END_DECLS
