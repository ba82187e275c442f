/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"
#include "onnx.pb-c.h"
#include "writer.h"

G_BEGIN_DECLS

/* What save.c and writer*.c share; nothing else includes it. */

#define CNN_WRITER_OPSET  17
#define CNN_WRITER_IR     8
#define CNN_WRITER_DOMAIN "convolens"
#define CNN_WRITER_LIMIT  ((guint64) G_MAXINT32) /* protobuf's own, of a file */

/**
 * CnnWritten:
 * @name: of the layer's value
 * @vector: whether it is [1, K]
 * @order: where it is a vector in ONNX's order (channels, rows, columns): the map it was
 *   made of; 0×0×0 otherwise
 * @scales: whether its height and width depend on the network's input
 * @other: (nullable): the same value in the other form
 */
typedef struct
{
  const char *name;
  gboolean    vector;
  CnnShape    order;
  gboolean    scales;
  const char *other;
} CnnWritten;

/**
 * CnnWriter:
 * @memory: everything that messages point to, freed in the end
 * @names: names that are taken
 * @nodes: of the graph, or of the function that is being written
 * @tensors: the graph's
 * @functions: the model's own
 * @function: (nullable): the one that is being written
 * @graph_nodes: the graph's nodes, while a function is written
 * @current: the layer that is being written
 * @label: what its names begin with
 * @needed: whether each layer counts for the last one
 * @written: what came of each layer
 * @weights: of the current layer, once it has asked for them
 * @bytes: of all tensors so far
 * @error: what went wrong while the layer's @write was at work
 * @fixed: whether something was written that holds for this size of input only
 */
struct _CnnWriter
{
  CnnNetwork        *network;
  const CnnNodeInfo *infos;
  GPtrArray         *memory;
  GHashTable        *names;
  GPtrArray         *nodes;     /* of Onnx__NodeProto */
  GPtrArray         *tensors;   /* of Onnx__TensorProto */
  GPtrArray         *functions; /* of Onnx__FunctionProto */
  Onnx__FunctionProto *function;
  GPtrArray         *graph_nodes;
  guint              current;
  const char        *label;
  gboolean          *needed;    /* [number of nodes] */
  CnnWritten        *written;   /* [number of nodes] */
  CnnTensor         *weights[CNN_MAX_WEIGHTS];
  guint              n_weights;
  guint64            bytes;
  GError            *error;
  gboolean           fixed;
};

CnnWriter  *cnn_writer_new   (CnnNetwork *network, const CnnNodeInfo *infos);
void        cnn_writer_free  (CnnWriter *writer);
gboolean    cnn_writer_layer (CnnWriter *writer, guint node, GError **error);

/* Memory that lasts as long as the writer. */
gpointer    cnn_writer_alloc (CnnWriter *writer, gsize n);
char       *cnn_writer_copy  (CnnWriter *writer, const char *text);
const char *cnn_writer_name  (CnnWriter *writer, const char *wish);
Onnx__NodeProto *cnn_writer_node (CnnWriter *writer, const char *op, guint n,
                                  const char *const *in);
Onnx__AttributeProto *cnn_writer_attribute (CnnWriter *writer, const char *key,
                                            Onnx__AttributeProto__AttributeType type);
void        cnn_writer_fail  (CnnWriter *writer, CnnError code, const char *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnWriter, cnn_writer_free)

G_END_DECLS
