/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "explain.h"
#include "network.h"
#include "picture.h"

G_BEGIN_DECLS

/**
 * CnnCurve:
 * @from: the first argument
 * @to: the last
 * @n: how many values, at equal distances
 * @values: the function's, [n]
 *
 * A function of one number, as its layer computes it.
 */
typedef struct
{
  double  from;
  double  to;
  int     n;
  double *values;
} CnnCurve;

/**
 * CnnOrigin:
 * @index: of a value in a part's grid
 * @y: the row that it has in a map
 * @x: the column
 * @map: the map; -1 where it has never been in one
 *
 * Where a value of a vector was before maps were made a vector.
 */
typedef struct
{
  int index;
  int y;
  int x;
  int map;
} CnnOrigin;

/**
 * CnnExplainedStep:
 * @node: a layer
 * @map: one of its maps
 * @y: a row of it
 * @x: a column
 * @explanation: the arithmetic behind the value
 * @curve: (nullable): the function, of a layer that puts one value into one
 * @origins: of #CnnOrigin, of the largest terms of a sum over a vector
 *
 * One layer's share in a value.
 */
typedef struct
{
  guint           node;
  int             map;
  int             y;
  int             x;
  CnnExplanation *explanation;
  CnnCurve       *curve;
  GArray         *origins;
} CnnExplainedStep;

/**
 * CnnExplained:
 * @network: the network
 * @infos: what is known of its nodes, [cnn_network_n_nodes()]
 * @node: the layer
 * @map: one of its maps
 * @y: a row of it
 * @x: a column
 * @shape: of the layer's output
 * @field: what the cell sees of the network's input; may reach over its edge
 * @steps: of #CnnExplainedStep, at least one: the last is the layer's own; before an
 *   activation or another layer that takes one value stands the layer that made that
 * @explanation: the arithmetic behind the value: the last step's
 */
typedef struct
{
  CnnNetwork     *network;
  CnnNodeInfo    *infos;
  guint           node;
  int             map;
  int             y;
  int             x;
  CnnShape        shape;
  CnnRect         field;
  GArray         *steps;
  CnnExplanation *explanation;
} CnnExplained;

const CnnExplainedStep *cnn_explained_step (const CnnExplained *explained, guint step);
void                    cnn_explained_free (CnnExplained *explained);

/**
 * CnnExplainer:
 *
 * Works out the arithmetic behind values of a network on a picture, away from the main
 * thread. Keeps what the neighbouring cells need, too, so that a pointer may move.
 */
#define CNN_TYPE_EXPLAINER (cnn_explainer_get_type ())
G_DECLARE_FINAL_TYPE (CnnExplainer, cnn_explainer, CNN, EXPLAINER, GObject)

CnnExplainer *cnn_explainer_new  (CnnPicture *picture);
void          cnn_explain_async  (CnnExplainer *explainer, CnnNetwork *network, guint node,
                                  int map, int y, int x, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
CnnExplained *cnn_explain_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnExplained, cnn_explained_free)

G_END_DECLS
