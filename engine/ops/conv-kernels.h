/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "direct.h"
#include "weights.h"

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
 * @init: how kernels that nothing was said of are drawn
 *
 * The kernels of a layer, as its parameters say; its parameter struct begins with it.
 */
typedef struct
{
  int        count;
  CnnSize    size;
  GPtrArray *kernels;
  int        groups;
  CnnBias    bias;
  int        across;
  int        init;
} CnnConvKernels;

/* Parameters that both have, of a parameter struct @params_. */
#define CNN_CONV_COUNT(params_)                                                                  \
  { .key = "count",                                                                              \
    .of_kernels = TRUE,                                                                          \
    .type = CNN_PARAM_INT,                                                                       \
    .offset = offsetof (params_, k.count),                                                       \
    .initial = "auto",                                                                           \
    .min = 1,                                                                                    \
    .max = 1 << 20,                                                                              \
    .positional = TRUE,                                                                          \
    .zero = "auto",                                                                              \
    .label = N_("Kernels"),                                                                      \
    .tooltip = N_("How many kernels there are, and so how many maps come out") }
#define CNN_CONV_SIZE(params_)                                                                   \
  { .key = "size",                                                                               \
    .of_kernels = TRUE,                                                                          \
    .type = CNN_PARAM_SIZE,                                                                      \
    .offset = offsetof (params_, k.size),                                                        \
    .initial = "",                                                                               \
    .min = 1,                                                                                    \
    .max = 4095,                                                                                 \
    .positional = TRUE,                                                                          \
    .label = N_("Kernel size"),                                                                  \
    .tooltip = N_("Rows and columns of each kernel") }
#define CNN_CONV_KERNELS(params_)                                                                \
  { .key = "kernels",                                                                            \
    .type = CNN_PARAM_KERNELS,                                                                   \
    .offset = offsetof (params_, k.kernels),                                                     \
    .initial = "",                                                                               \
    .label = N_("Kernel values"),                                                                \
    .tooltip = N_("Kernels by name or number by number; drawn at random when not said") }
#define CNN_CONV_STRIDE(params_, tooltip_)                                                       \
  { .key = "stride",                                                                             \
    .type = CNN_PARAM_SIZE,                                                                      \
    .offset = offsetof (params_, stride),                                                        \
    .initial = "1",                                                                              \
    .min = 1,                                                                                    \
    .max = 4095,                                                                                 \
    .label = N_("Stride"),                                                                       \
    .tooltip = tooltip_ }
#define CNN_CONV_PAD(params_, tooltip_)                                                          \
  { .key = "pad",                                                                                \
    .type = CNN_PARAM_PAD,                                                                       \
    .offset = offsetof (params_, pad),                                                           \
    .initial = "valid",                                                                          \
    .min = 0,                                                                                    \
    .max = 4095,                                                                                 \
    .label = N_("Padding"),                                                                      \
    .tooltip = tooltip_ }
#define CNN_CONV_DILATION(params_)                                                               \
  { .key = "dilation",                                                                           \
    .rare = TRUE,                                                                                \
    .type = CNN_PARAM_SIZE,                                                                      \
    .offset = offsetof (params_, dilation),                                                      \
    .initial = "1",                                                                              \
    .min = 1,                                                                                    \
    .max = 4095,                                                                                 \
    .label = N_("Dilation"),                                                                     \
    .tooltip = N_("Cells from one number of the kernel to its neighbour") }
#define CNN_CONV_GROUPS(params_)                                                                 \
  { .key = "groups",                                                                             \
    .rare = TRUE,                                                                                \
    .type = CNN_PARAM_INT,                                                                       \
    .offset = offsetof (params_, k.groups),                                                      \
    .initial = "1",                                                                              \
    .min = 1,                                                                                    \
    .max = 1 << 20,                                                                              \
    .zero = "channels",                                                                          \
    .label = N_("Groups"),                                                                       \
    .tooltip = N_("Parts the channels are split into, each with kernels of its own; "            \
                "“channels” convolves every channel by itself") }
#define CNN_CONV_BIAS(params_)                                                                   \
  { .key = "bias",                                                                               \
    .type = CNN_PARAM_BIAS,                                                                      \
    .offset = offsetof (params_, k.bias),                                                        \
    .initial = "yes",                                                                            \
    .min = -1e30,                                                                                \
    .max = 1e30,                                                                                 \
    .label = N_("Bias"),                                                                         \
    .tooltip = N_("Whether a number is added to each map, and which; 0 until it is trained") }
#define CNN_CONV_SEED(params_)                                                                   \
  { .key = "seed",                                                                               \
    .rare = TRUE,                                                                                \
    .type = CNN_PARAM_INT,                                                                       \
    .offset = offsetof (params_, seed),                                                          \
    .initial = "0",                                                                              \
    .min = 0,                                                                                    \
    .max = G_MAXINT,                                                                             \
    .label = N_("Seed"),                                                                         \
    .tooltip = N_("Another seed draws other kernels") }

/**
 * CnnConvSource:
 * @window: of the layer
 * @number: row and column of a number of the kernel
 * @from: (out): the place of the input that it meets in cell (@y, @x); −1: a zero
 *
 * Returns: whether that is outside the map
 */
typedef gboolean (*CnnConvSource) (const CnnTask *task, const CnnWindow *window, int y, int x,
                                   CnnSize number, CnnSize *from);

CnnSize  cnn_conv_kernels_size    (const CnnConvKernels *k);
gboolean cnn_conv_kernels_check   (const CnnConvKernels *k, GError **error);
int      cnn_conv_kernels_groups  (const CnnConvKernels *k, CnnShape in);
gboolean cnn_conv_kernels_shape   (const CnnConvKernels *k, CnnShape in, const CnnWindow *window,
                                   CnnShape *out, GError **error);
char    *cnn_conv_kernels_label   (const CnnNode *node, int map);
guint    cnn_conv_kernels_weights (const CnnNode *node, CnnShape in, CnnWeight *weights);
gboolean cnn_conv_kernels_init    (const CnnConvKernels *k, gint64 fan_in, gint64 fan_out,
                                   guint64 seed, CnnTensor *const *weights, GError **error);
gint64   cnn_conv_kernels_macs    (const CnnConvKernels *k, CnnShape in, gint64 cells);
void     cnn_conv_kernels_explain (const CnnTask *task, const CnnCells *cells, int y, int x,
                                   int map, CnnConvSource source, CnnExplanation *explanation);

CnnStep *cnn_conv_prepare_dnnl       (const CnnTask *task, const CnnConvolution *conv,
                                      GError **error);
CnnStep *cnn_conv_transpose_step_new (const CnnTask *task, const CnnConvKernels *k,
                                      GError **error);

G_END_DECLS
