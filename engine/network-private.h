/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

struct _CnnNetwork
{
  gint       ref_count;
  GPtrArray *nodes; /* of CnnNode */
  CnnBank   *bank;  /* (nullable): what its text refers to */
};

CnnNetwork *cnn_network_new       (void);
CnnNode    *cnn_network_add       (CnnNetwork *network, CnnNode *node);
CnnNode    *cnn_node_new          (const CnnOp *op);
CnnNode    *cnn_node_ref          (CnnNode *node);
void        cnn_node_unref        (CnnNode *node);
GStrv      *cnn_node_references   (const CnnNode *node);
void        cnn_network_set_seeds (CnnNetwork *network);

G_END_DECLS
