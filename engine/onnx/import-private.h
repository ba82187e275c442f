/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import.h"
#include "op.h"

G_BEGIN_DECLS

/* What the core of the import shares: import.c, import-graph.c, import-numbers.c,
 * import-place.c and import-move.c. */

/**
 * CnnImportLayer:
 * @op: its first word
 * @values: the other words
 * @wish: what it is to be called, if it must have a name
 * @n_in: number of inputs
 * @in: numbers of layers
 * @shape: of its output
 * @used: the text needs it
 * @named: another layer, not the next one, reads it
 * @given: a person has given it its name
 * @number: in the text
 */
typedef struct
{
  char     *op;
  char     *values;
  char     *wish;
  guint     n_in;
  int       in[CNN_MAX_INPUTS];
  CnnShape  shape;
  gboolean  used;
  gboolean  named;
  gboolean  given;
  guint     number;
} CnnImportLayer;

/** CnnImportPlaced: a value that was put in another place, and where. */
typedef struct
{
  CnnImportValue value;
  char           layout[CNN_ONNX_MAX_DIMS + 1];
  int            layer;
} CnnImportPlaced;

/* What a network's kernel takes beyond its numbers, about. */
#define CNN_IMPORT_KERNEL 128.0

struct _CnnImport
{
  gboolean        own;    /* the file is one that the engine has written */
  CnnOnnxGraph   *graph;
  CnnImportValue *values; /* [graph->values->len] */
  gboolean       *known;  /* [graph->values->len] */
  GArray         *layers; /* of CnnImportLayer; 0 is the input */
  GArray         *placed; /* of CnnImportPlaced */
  CnnBank        *bank;
  GHashTable     *names;  /* of layers, in the text → the last number that was put behind it */
  double          room;   /* bytes that constants may still take */
  double          work;   /* numbers that may still be read to work out constants */
};

CnnImportLayer *cnn_import_layer           (const CnnImport *import, int layer);
void            cnn_import_layer_clear     (gpointer layer);
char           *cnn_import_wish            (const CnnOnnxNode *node);
void            cnn_import_take_name       (CnnImport *import, const CnnOnnxNode *node,
                                            int number);
void            cnn_import_append_names    (GString *words, guint n, const char *const *names);
gboolean        cnn_import_nodes           (CnnImport *import, GError **error);
int             cnn_import_placed          (const CnnImport *import, const CnnImportValue *value,
                                            const char *layout);
void            cnn_import_remember_placed (CnnImport *import, const CnnImportValue *value,
                                            const char *layout, int layer);
int             cnn_import_axis            (char axis);
CnnShape        cnn_import_layout_shape    (const CnnImportValue *value, const char *layout);

G_END_DECLS
