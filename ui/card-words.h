/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

char *cnn_card_words_params  (const CnnNode *node, const char *separator);
char *cnn_card_words_shape   (CnnShape shape);
char *cnn_card_words_facts   (const CnnNodeInfo *info);
char *cnn_card_words_problem (const char *problem, const CnnOp *op);

G_END_DECLS
