/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "budget.h"
#include "onnx.pb-c.h"

G_BEGIN_DECLS

/* What the files of this folder share while they read; nothing else includes it. */

#define CNN_ONNX_MAX_FILE  ((gsize) G_MAXINT32) /* protobuf's own limit */
#define CNN_ONNX_MAX_SIDE  ((gsize) 8 << 30)    /* of one file of external data */
#define CNN_ONNX_MAX_DEPTH 100                  /* protobuf's own default */
#define CNN_ONNX_MAX_STEPS (1 << 20)            /* nodes, calls of functions among them */

/**
 * CnnOnnxReader:
 * @folder: (nullable): where the file lies
 * @budget: what may be used
 * @sides: files of external data that were counted already, by their full path
 */
typedef struct
{
  const char    *folder;
  CnnOnnxBudget *budget;
  GHashTable    *sides;
} CnnOnnxReader;

/* An attribute as it holds for one node: its own, or its function's caller's. */
typedef struct
{
  const char                  *name;
  const Onnx__AttributeProto  *proto;
} CnnOnnxBound;

/* A node after functions have been put in their callers' places. */
typedef struct
{
  char      *name;
  char      *op;
  char      *domain;
  int        version;
  GPtrArray *in;    /* of char *, "" where one is left out */
  GPtrArray *out;
  GArray    *bound; /* of CnnOnnxBound */
} CnnOnnxFlat;

/* file.c */
guint8            *cnn_onnx_file_bytes  (const char *file, gsize *n, GError **error);
int                cnn_onnx_file_open   (const char *file, guint64 *size, GError **error);
gboolean           cnn_onnx_file_part   (int fd, const char *file, guint64 offset, gsize n,
                                         guint8 *bytes, GError **error);
ProtobufCMessage  *cnn_onnx_unpack      (const ProtobufCMessageDescriptor *type,
                                         const guint8 *bytes, gsize n, CnnOnnxBudget *budget,
                                         GError **error);
void               cnn_onnx_unpack_free (ProtobufCMessage *message, CnnOnnxBudget *budget);

/* tensor.c */
gboolean           cnn_onnx_tensor_count  (int n_dims, const gint64 *dims, gsize *n);
CnnOnnxTensor     *cnn_onnx_tensor_block  (int type, int n_dims, const gint64 *dims,
                                           gboolean is_float);

/* tensor-decode.c */
CnnOnnxTensor     *cnn_onnx_tensor_decode (CnnOnnxReader *reader, const Onnx__TensorProto *proto,
                                           const char *what, GError **error);

/* tensor-external.c */
guint8            *cnn_onnx_external_bytes (CnnOnnxReader *reader, const Onnx__TensorProto *proto,
                                            const char *what, gsize n, GError **error);

/* attributes.c */
CnnOnnxAttributes *cnn_onnx_attributes_new  (CnnOnnxReader *reader, const char *node,
                                             const GArray *bound, GError **error);
void               cnn_onnx_attributes_free (CnnOnnxAttributes *attributes);

/* inline.c */
GPtrArray         *cnn_onnx_flatten (CnnOnnxReader *reader, const Onnx__ModelProto *model,
                                     CnnOnnxKeeps keeps, GPtrArray *strings, gint64 *opset,
                                     GError **error);

G_END_DECLS
