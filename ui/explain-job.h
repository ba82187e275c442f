/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "explain.h"
#include "network.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * CnnExplained:
 * @network: the network
 * @node: the layer
 * @map: one of its maps
 * @y: a row of it
 * @x: a column
 * @shape: of the layer's output
 * @field: what the cell sees of the network's input; may reach over its edge
 * @explanation: the arithmetic behind the value
 */
typedef struct
{
  CnnNetwork     *network;
  guint           node;
  int             map;
  int             y;
  int             x;
  CnnShape        shape;
  CnnRect         field;
  CnnExplanation *explanation;
} CnnExplained;

void          cnn_explained_free  (CnnExplained *explained);
void          cnn_explain_async   (CnnPicture *picture, CnnNetwork *network, guint node, int map,
                                   int y, int x, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer data);
CnnExplained *cnn_explain_finish  (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnExplained, cnn_explained_free)

G_END_DECLS
