/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <oneapi/dnnl/dnnl.h>

#include "op.h"

G_BEGIN_DECLS

#define CNN_DNNL_MAX_ARGS 8

/**
 * CnnDnnlStep:
 *
 * A step that is one oneDNN primitive on maps in height, width, channels order,
 * with a scratchpad of its own.
 */
typedef struct
{
  CnnStep          step;
  dnnl_primitive_t primitive;
  dnnl_stream_t    stream;
  void            *scratchpad;
  int              n_args;
  dnnl_exec_arg_t  args[CNN_DNNL_MAX_ARGS];
  int              source[CNN_DNNL_MAX_ARGS]; /* input to take it from, or one of: */
} CnnDnnlStep;

#define CNN_DNNL_OUT   (-1) /* the output */
#define CNN_DNNL_FIXED (-2) /* set once */

dnnl_engine_t         cnn_dnnl_engine (void);
gboolean              cnn_dnnl_check  (dnnl_status_t status, const CnnTask *task, GError **error);
dnnl_memory_desc_t    cnn_dnnl_maps   (CnnShape shape);
dnnl_primitive_attr_t cnn_dnnl_attr   (void);
void                  cnn_dnnl_attr_then (dnnl_primitive_attr_t attr, const CnnNode *then);

CnnStep *cnn_dnnl_step_new    (dnnl_primitive_desc_t desc, const CnnTask *task, GError **error);
gboolean cnn_dnnl_step_bind   (CnnStep *step, int arg, int source, const CnnTask *task,
                               GError **error);
gboolean cnn_dnnl_step_bind_maps (CnnStep *step, const CnnTask *task, GError **error);
gboolean cnn_dnnl_step_weight (CnnStep *step, int arg, const_dnnl_memory_desc_t have,
                               const CnnTensor *weight, const CnnTask *task, GError **error);
gboolean cnn_dnnl_step_make_weight (CnnStep *step, int arg, const_dnnl_memory_desc_t have,
                                    CnnStoreFill fill, gconstpointer data, const CnnTask *task,
                                    GError **error);

G_END_DECLS
