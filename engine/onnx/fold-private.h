/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "axes.h"

G_BEGIN_DECLS

/* What the files share that evaluate nodes whose inputs are known. */

/* The element types that appear by name; ONNX's numbers. */
#define CNN_ONNX_FLOAT    1
#define CNN_ONNX_UINT8    2
#define CNN_ONNX_INT8     3
#define CNN_ONNX_UINT16   4
#define CNN_ONNX_INT16    5
#define CNN_ONNX_INT32    6
#define CNN_ONNX_INT64    7
#define CNN_ONNX_BOOL     9
#define CNN_ONNX_FLOAT16  10
#define CNN_ONNX_DOUBLE   11
#define CNN_ONNX_UINT32   12
#define CNN_ONNX_UINT64   13
#define CNN_ONNX_BFLOAT16 16

/**
 * CnnFold:
 * @node: what is evaluated
 * @in: [node->n_in] its inputs, %NULL where one is left out
 * @out: [node->n_out] what it makes
 * @limit: most bytes that an output may take
 */
typedef struct
{
  const CnnOnnxNode    *node;
  CnnOnnxTensor *const *in;
  CnnOnnxTensor       **out;
  gsize                 limit;
} CnnFold;

/* CnnFoldFunc: evaluates one node. */
typedef gboolean (*CnnFoldFunc) (const CnnFold *fold, GError **error);

/* CnnFoldOp: an operator and its function; a table of them ends at a NULL name. */
typedef struct
{
  const char  *op;
  CnnFoldFunc  fold;
} CnnFoldOp;

extern const CnnFoldOp cnn_fold_arithmetic[]; /* fold-arithmetic.c */
extern const CnnFoldOp cnn_fold_makers[];     /* fold-make.c: Constant, Range, Cast, … */
extern const CnnFoldOp cnn_fold_moves[];      /* fold-move.c: numbers that change their places */
extern const CnnFoldOp cnn_fold_reduces[];    /* fold-reduce.c */
extern const CnnFoldOp cnn_fold_views[];      /* fold-view.c: other extents, same numbers */

/* How a block of numbers is gone through: from @first on, @step for each dimension. */
typedef struct
{
  gint64 first;
  gint64 step[2 * CNN_ONNX_MAX_DIMS];
} CnnFoldWalk;

CnnOnnxTensor *cnn_fold_in      (const CnnFold *fold, guint i);
CnnOnnxTensor *cnn_fold_need    (const CnnFold *fold, guint i, GError **error);
gboolean       cnn_fold_list    (const CnnFold *fold, guint i, const char *name, guint *n,
                                 const gint64 **list, GError **error);
CnnOnnxTensor *cnn_fold_new     (const CnnFold *fold, int type, gboolean is_float, int n_dims,
                                 const gint64 *dims, GError **error);
CnnOnnxTensor *cnn_fold_like    (const CnnFold *fold, const CnnOnnxTensor *like, int n_dims,
                                 const gint64 *dims, GError **error);
gboolean       cnn_fold_give    (const CnnFold *fold, guint i, CnnOnnxTensor *tensor);
gboolean       cnn_fold_refuse  (GError **error, const char *text);
gint64         cnn_fold_narrow  (int type, gint64 value);
void           cnn_fold_steps   (const CnnOnnxTensor *tensor, int n_dims, const gint64 *dims,
                                 gint64 *step);
void           cnn_fold_copy    (CnnOnnxTensor *to, const CnnFoldWalk *to_walk,
                                 const CnnOnnxTensor *from, const CnnFoldWalk *from_walk,
                                 int n_dims, const gint64 *dims);

G_END_DECLS
