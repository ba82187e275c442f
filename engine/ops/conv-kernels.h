/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "direct.h"

G_BEGIN_DECLS

/* What convolution and transposed convolution share: their kernels. */

enum
{
  CNN_ACROSS_SUM,
  CNN_ACROSS_MEAN
};

/**
 * CnnConvKernels:
 * @count: maps that come out; 0: as the kernels say
 * @size: rows and columns of each; 0×0: as the largest has
 * @kernels: (nullable): of #CnnKernel; %NULL: drawn at random
 * @groups: parts the channels are split into; 0: as many as channels
 * @bias: what is added to each map
 * @across: what a kernel given as one matrix does with several channels
 *
 * The kernels of a layer, as its parameters say.
 */
typedef struct
{
  int        count;
  CnnSize    size;
  GPtrArray *kernels;
  int        groups;
  CnnBias    bias;
  int        across;
} CnnConvKernels;

CnnSize  cnn_conv_kernels_size    (const CnnConvKernels *k);
gboolean cnn_conv_kernels_check   (const CnnConvKernels *k, GError **error);
int      cnn_conv_kernels_groups  (const CnnConvKernels *k, CnnShape in);
gboolean cnn_conv_kernels_fit     (const CnnConvKernels *k, CnnShape in, int *maps,
                                   GError **error);
char    *cnn_conv_kernels_label   (const CnnConvKernels *k, int map);
guint    cnn_conv_kernels_weights (const CnnConvKernels *k, CnnShape in, CnnWeight *weights);
gboolean cnn_conv_kernels_init    (const CnnConvKernels *k, gint64 fan_in, guint64 seed,
                                   CnnTensor *const *weights, GError **error);
gint64   cnn_conv_kernels_macs    (const CnnConvKernels *k, CnnShape in, gint64 cells);

CnnStep *cnn_conv_prepare_dnnl    (const CnnTask *task, const CnnConvolution *conv,
                                   GError **error);

G_END_DECLS
