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

/** CnnNodeValue: (transfer full) (nullable): what is printed for a parameter of the layer. */
typedef char *(*CnnNodeValue) (const CnnNode *node, const CnnParam *param, gpointer data);

CnnNetwork *cnn_network_new       (void);
CnnNode    *cnn_network_add       (CnnNetwork *network, CnnNode *node);
CnnNode    *cnn_node_new          (const CnnOp *op);
CnnNode    *cnn_node_ref          (CnnNode *node);
void        cnn_node_unref        (CnnNode *node);
GStrv      *cnn_node_references   (const CnnNode *node);
void        cnn_network_set_seeds (CnnNetwork *network);
void        cnn_node_print        (const CnnNode *node, CnnNodeValue value_of, gpointer data,
                                   GString *text);
gboolean    cnn_node_says_nothing (const CnnNode *node);

G_END_DECLS
