/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/** Layers a network may have, and the bytes its text may have. */
#define CNN_MAX_NODES      1000
#define CNN_MAX_TEXT_BYTES (512 * 1024)

/**
 * CnnNetwork:
 *
 * A list of layers in an order in which each comes after its inputs. Node 0 is
 * always the input. Does not change once it is made, so that threads may share
 * it.
 */
typedef struct _CnnNetwork CnnNetwork;

/**
 * CnnNodeInfo:
 * @shape: of the output
 * @receptive: what a cell sees of the network's input
 * @parameters: numbers that training changes
 * @macs: multiplications with a weight for one run over the input
 *
 * What is known of a node once the input's shape is.
 */
typedef struct
{
  CnnShape     shape;
  CnnReceptive receptive;
  gint64       parameters;
  gint64       macs;
} CnnNodeInfo;

CnnNetwork    *cnn_network_parse     (const char *text, GError **error);
CnnNetwork    *cnn_network_parse_with (const char *text, CnnBank *bank, GError **error);
CnnBank       *cnn_network_bank      (const CnnNetwork *network);
char          *cnn_network_print     (const CnnNetwork *network);
CnnNetwork    *cnn_network_ref       (CnnNetwork *network);
void           cnn_network_unref     (CnnNetwork *network);

guint          cnn_network_n_nodes   (const CnnNetwork *network);
const CnnNode *cnn_network_node      (const CnnNetwork *network, guint node);
int            cnn_network_find      (const CnnNetwork *network, const char *name);
CnnShape       cnn_network_input     (const CnnNetwork *network, CnnShape offered);
CnnNodeInfo   *cnn_network_infer     (const CnnNetwork *network, CnnShape input, GError **error);
CnnNodeInfo   *cnn_network_infer_some (const CnnNetwork *network, CnnShape input,
                                       guint *n_known, GError **error);
CnnNetwork    *cnn_network_head      (CnnNetwork *network, guint n_nodes);
char          *cnn_network_map_label (const CnnNetwork *network, const CnnNodeInfo *infos,
                                      guint node, int map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnNetwork, cnn_network_unref)

G_END_DECLS
