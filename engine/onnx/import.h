/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bank.h"
#include "graph.h"
#include "types.h"

G_BEGIN_DECLS

/* What the files that turn a graph into a network's text share. Each kind of node has a
 * function that reads the node's inputs, emits layers and says what the node's outputs are.
 * Where a tensor of n dimensions lies in a map of rows, columns and channels is kept aside
 * (CnnImportValue), so that Reshape, Transpose and their like cost nothing until a layer
 * needs its input to lie in a certain way. */

#define CNN_IMPORT_MAX_ATOMS 24

/**
 * CnnAtom:
 * @extent: how many indices, more than 1
 * @axis: 'h', 'w' or 'c': rows, columns or channels of the map
 * @stride: places on that axis from one index to the next
 *
 * A factor of a tensor's dimension, and where it lies in the map.
 */
typedef struct
{
  gint64 extent;
  char   axis;
  gint64 stride;
} CnnAtom;

/**
 * CnnImportValue:
 * @constant: (nullable): its numbers, where they are known; then nothing else but the
 *   dimensions counts
 * @n_dims: how many of @dims count
 * @dims: the tensor's extents; never 0 where it is not a constant
 * @layer: the layer in whose output it lies
 * @shape: that layer's shape
 * @n_atoms: how many of @atoms count
 * @atoms: factors of all dimensions, those of the first dimension first, each
 *   dimension's outermost first; extents of 1 have none
 * @first: of each dimension its first atom; @first[n_dims] is @n_atoms
 *
 * What flows between two nodes.
 */
typedef struct
{
  CnnOnnxTensor *constant;
  int            n_dims;
  gint64         dims[CNN_ONNX_MAX_DIMS];
  int            layer;
  CnnShape       shape;
  guint          n_atoms;
  CnnAtom        atoms[CNN_IMPORT_MAX_ATOMS];
  guint          first[CNN_ONNX_MAX_DIMS + 1];
} CnnImportValue;

typedef struct _CnnImport CnnImport;

/** CnnImportFunc: imports one node; %FALSE with an error set that does not name the node. */
typedef gboolean (*CnnImportFunc) (CnnImport *import, const CnnOnnxNode *node, GError **error);

/** CnnImportOp: an operator and its function; a table of them ends at a %NULL name. */
typedef struct
{
  const char    *op;
  CnnImportFunc  import;
} CnnImportOp;

extern const CnnImportOp cnn_import_activations[]; /* import-activations.c */
extern const CnnImportOp cnn_import_arithmetic[];  /* import-arithmetic.c */
extern const CnnImportOp cnn_import_convs[];       /* import-convs.c: Conv, ConvTranspose */
extern const CnnImportOp cnn_import_matrices[];    /* import-matrices.c: Gemm, MatMul */
extern const CnnImportOp cnn_import_norms[];       /* import-norms.c */
extern const CnnImportOp cnn_import_pools[];       /* import-pools.c */
extern const CnnImportOp cnn_import_reduces[];     /* import-reduces.c */
extern const CnnImportOp cnn_import_resizes[];     /* import-resizes.c */
extern const CnnImportOp cnn_import_slices[];      /* import-slices.c: Slice, Concat, … */
extern const CnnImportOp cnn_import_views[];       /* import-views.c: Reshape, Transpose, … */

/* --- import.c: the inputs of a node ------------------------------------------------ */

const CnnImportValue *cnn_import_in       (const CnnImport *import, const CnnOnnxNode *node,
                                           guint i);
CnnOnnxTensor        *cnn_import_constant (const CnnImport *import, const CnnOnnxNode *node,
                                           guint i, GError **error);
const CnnImportValue *cnn_import_data     (const CnnImport *import, const CnnOnnxNode *node,
                                           guint i, GError **error);
gboolean              cnn_import_wants    (const CnnOnnxNode *node, guint out);

/* --- import.c: layers ---------------------------------------------------------------- */

int                   cnn_import_emit     (CnnImport *import, const CnnOnnxNode *node, guint n_in,
                                           const int *in, GError **error, const char *format,
                                           ...) G_GNUC_PRINTF (6, 7);
CnnShape              cnn_import_shape    (const CnnImport *import, int layer);

/* --- import-numbers.c: numbers of layers --------------------------------------------------- */

char                 *cnn_import_tensor   (CnnImport *import, const CnnOnnxNode *node,
                                           const char *what, int n_dims, const int *dims,
                                           const float *values);
char                 *cnn_import_doubles  (CnnImport *import, const CnnOnnxNode *node,
                                           const char *what, int n_dims, const int *dims,
                                           const float *values);
gboolean              cnn_import_room     (CnnImport *import, double n_floats, GError **error);
char                 *cnn_import_numbers  (CnnImport *import, const CnnOnnxNode *node,
                                           const char *what, int n, const float *values);

/* --- import.c: the outputs of a node --------------------------------------------------- */

void                  cnn_import_set          (CnnImport *import, const CnnOnnxNode *node,
                                               guint out, int layer, int n_dims,
                                               const gint64 *dims, const char *layout);
void                  cnn_import_set_like     (CnnImport *import, const CnnOnnxNode *node,
                                               guint out, int layer,
                                               const CnnImportValue *like);
void                  cnn_import_set_value    (CnnImport *import, const CnnOnnxNode *node,
                                               guint out, const CnnImportValue *value);
void                  cnn_import_set_constant (CnnImport *import, const CnnOnnxNode *node,
                                               guint out, CnnOnnxTensor *tensor);

/* --- import-move.c: values elsewhere ------------------------------------------------------- */

gboolean              cnn_import_lies      (const CnnImportValue *value, const char *layout);
int                   cnn_import_place     (CnnImport *import, const CnnOnnxNode *node,
                                            const CnnImportValue *value, const char *layout,
                                            GError **error);

/* --- import-place.c: where values lie ------------------------------------------------------ */

gboolean              cnn_import_reshape   (CnnImport *import, const CnnOnnxNode *node,
                                            const CnnImportValue *value, int n_dims,
                                            const gint64 *dims, CnnImportValue *out,
                                            GError **error);
void                  cnn_import_transpose (const CnnImportValue *value, const int *permutation,
                                            CnnImportValue *out);
const char           *cnn_import_natural   (int n_dims, const gint64 *dims);
char                 *cnn_import_spread    (CnnImport *import, const CnnOnnxNode *node,
                                            const char *what, const CnnImportValue *value,
                                            const CnnOnnxTensor *constant, GError **error);
int                  *cnn_import_memory_order (const CnnImportValue *value, int dim);
void                  cnn_import_value_set (CnnImportValue *value, int layer, CnnShape shape,
                                            int n_dims, const gint64 *dims, const char *layout);

/* --- fold.c: nodes whose inputs are all known ----------------------------------------------- */

gboolean              cnn_fold             (const CnnOnnxNode *node, CnnOnnxTensor *const *in,
                                            CnnOnnxTensor **out, gsize limit, GError **error);

/* --- import.c: all of it -------------------------------------------------------------------- */

/**
 * CnnImportOutput:
 * @name: as the file has it
 * @layer: number of its node in the network, or 0 where @value is a constant
 * @value: its dimensions, and where they lie in that node's map
 */
typedef struct
{
  char          *name;
  guint          layer;
  CnnImportValue value;
} CnnImportOutput;

/**
 * CnnImported:
 * @text: the network; its input line names no file
 * @bank: what the text refers to
 * @data: which of the graph's inputs is the picture
 * @input: its dimensions, and where they lie in the network's input
 * @open_height: whether the file leaves the rows of its input open
 * @open_width: the same for its columns
 * @outputs: the graph's outputs, [n_outputs]
 */
typedef struct
{
  char            *text;
  CnnBank         *bank;
  guint            data;
  CnnImportValue   input;
  gboolean         open_height;
  gboolean         open_width;
  CnnImportOutput *outputs;
  guint            n_outputs;
} CnnImported;

CnnImported *cnn_import_graph  (CnnOnnxGraph *graph, CnnShape picture,
                                CnnOnnxTensor *const *given, GError **error);
void         cnn_imported_free (CnnImported *imported);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnImported, cnn_imported_free)

G_END_DECLS
