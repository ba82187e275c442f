/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an .onnx file holds, decoded and checked, in our own types: nothing after
 * this touches protobuf. */

#define CNN_ONNX_MAX_DIMS 8

/**
 * CnnOnnxTensor:
 * @type: ONNX's number of the element type as the file has it (1 float, 7 int64, …)
 * @n_dims: how many of @dims count; 0 for a single number
 * @dims: the extents, outermost first; any may be 0
 * @n: how many numbers there are
 * @floats: the numbers, of all floating-point types; %NULL otherwise
 * @ints: the numbers, of whole-number types and truth values; %NULL otherwise
 * @uniform: all numbers are the same, and take no memory
 *
 * A reference-counted block of numbers, last extent running fastest. Not changed once
 * it is handed on.
 */
typedef struct _CnnOnnxTensor
{
  int      type;
  int      n_dims;
  gint64   dims[CNN_ONNX_MAX_DIMS];
  gsize    n;
  float   *floats; /* [n] */
  gint64  *ints;   /* [n] */
  gboolean uniform;

  /*< private >*/
  gint                   ref_count;
  struct _CnnOnnxTensor *owner; /* whose numbers these are, if not its own */
} CnnOnnxTensor;

/**
 * CnnOnnxValue:
 * @name: as the file has it
 * @constant: (nullable): where it is known: initialisers
 * @declared: whether the file says its extents
 * @type: element type, 0 where it is not said
 * @n_dims: how many of @dims count
 * @dims: extents; -1 where the file leaves one open
 * @maker: the node that makes it, or -1
 *
 * What flows between two nodes.
 */
typedef struct
{
  char          *name;
  CnnOnnxTensor *constant;
  gboolean       declared;
  int            type;
  int            n_dims;
  gint64         dims[CNN_ONNX_MAX_DIMS];
  int            maker;
} CnnOnnxValue;

typedef struct _CnnOnnxAttributes CnnOnnxAttributes;

/**
 * CnnOnnxNode:
 * @name: as the file has it, or made up where it has none: never empty
 * @op: the operator
 * @domain: "" for ONNX's own
 * @version: of the operator set that the file imports for @domain
 * @n_in: number of inputs
 * @in: numbers of values; -1 where an optional one is left out
 * @n_out: number of outputs
 * @out: numbers of values; -1 where one is not wanted
 * @attributes: see cnn_onnx_attribute_int() and its like
 */
typedef struct
{
  char              *name;
  char              *op;
  char              *domain;
  int                version;
  guint              n_in;
  int               *in;
  guint              n_out;
  int               *out;
  CnnOnnxAttributes *attributes;
} CnnOnnxNode;

/**
 * CnnOnnxGraph:
 * @nodes: each after those that make its inputs; [n_nodes]
 * @values: [n_values]
 * @inputs: numbers of the values that must be given: those that have no initialiser
 * @outputs: numbers of values
 * @opset: version of ONNX's own operator set
 * @metadata: char * → char *
 * @room: bytes that may still be taken for what is made of it, see budget.h
 *
 * A graph: names resolved, no cycles, sizes of data checked.
 */
typedef struct
{
  GPtrArray  *nodes;    /* of CnnOnnxNode */
  GPtrArray  *values;   /* of CnnOnnxValue */
  guint       n_inputs;
  int        *inputs;
  guint       n_outputs;
  int        *outputs;
  char       *name;
  char       *producer;
  char       *description;
  gint64      opset;
  GHashTable *metadata;
  gsize       room;
} CnnOnnxGraph;

/**
 * CnnOnnxKeeps:
 *
 * Returns: whether a call of that model-local function shall stay a node, since the
 *   caller knows what it does; otherwise its body is put in its place
 */
typedef gboolean (*CnnOnnxKeeps) (const char *domain, const char *name);

/* --- graph.c, file.c: reading ------------------------------------------------------ */

CnnOnnxGraph        *cnn_onnx_graph_read  (const char *file, CnnOnnxKeeps keeps, GError **error);
CnnOnnxGraph        *cnn_onnx_graph_parse (const guint8 *bytes, gsize n, const char *folder,
                                           CnnOnnxKeeps keeps, GError **error);
void                 cnn_onnx_graph_free  (CnnOnnxGraph *graph);
const CnnOnnxNode   *cnn_onnx_graph_node  (const CnnOnnxGraph *graph, guint node);
CnnOnnxValue        *cnn_onnx_graph_value (const CnnOnnxGraph *graph, int value);

/* --- tensor.c ----------------------------------------------------------------------- */

CnnOnnxTensor       *cnn_onnx_tensor_floats (int n_dims, const gint64 *dims);   /* zeros */
CnnOnnxTensor       *cnn_onnx_tensor_ints   (int n_dims, const gint64 *dims);   /* int64 zeros */
CnnOnnxTensor       *cnn_onnx_tensor_shaped (CnnOnnxTensor *tensor, int n_dims, const gint64 *dims);
CnnOnnxTensor       *cnn_onnx_tensor_ref    (CnnOnnxTensor *tensor);
void                 cnn_onnx_tensor_unref  (CnnOnnxTensor *tensor);
double               cnn_onnx_tensor_value  (const CnnOnnxTensor *tensor, gsize i);

/* --- tensor-decode.c ---------------------------------------------------------------- */

CnnOnnxTensor       *cnn_onnx_tensor_read (const char *file, GError **error); /* a TensorProto */

/* --- tensor-uniform.c ----------------------------------------------------------------- */

CnnOnnxTensor       *cnn_onnx_tensor_uniform (int n_dims, const gint64 *dims, float value);
gsize                cnn_onnx_tensor_bytes   (const CnnOnnxTensor *tensor);
void                 cnn_onnx_tensor_uniform_clear (CnnOnnxTensor *tensor);

/* --- attributes.c ------------------------------------------------------------------- */

gboolean             cnn_onnx_attribute_has    (const CnnOnnxNode *node, const char *name);
const char          *cnn_onnx_attribute_other  (const CnnOnnxNode *node, const char *const *names);
gint64               cnn_onnx_attribute_int    (const CnnOnnxNode *node, const char *name,
                                                gint64 otherwise);
double               cnn_onnx_attribute_float  (const CnnOnnxNode *node, const char *name,
                                                double otherwise);
const char          *cnn_onnx_attribute_string (const CnnOnnxNode *node, const char *name,
                                                const char *otherwise);
const gint64        *cnn_onnx_attribute_ints   (const CnnOnnxNode *node, const char *name,
                                                guint *n);
const float         *cnn_onnx_attribute_floats (const CnnOnnxNode *node, const char *name,
                                                guint *n);
CnnOnnxTensor       *cnn_onnx_attribute_tensor (const CnnOnnxNode *node, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnOnnxGraph, cnn_onnx_graph_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnOnnxTensor, cnn_onnx_tensor_unref)

G_END_DECLS
