/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "conv-kernels.h"

G_BEGIN_DECLS

/* Training a convolution takes three sums over the same windows. Each can be made in
 * several ways, and every way of making one is a CnnConvPart. */

/**
 * CnnConvWindows:
 * @in: an image
 * @out: what the convolution makes of it
 * @kernel: rows and columns of a kernel
 * @stride: cells from one window to the next
 * @dilation: cells from one number of a kernel to its neighbour
 * @top: rows of zeros before the image; below 0 its first rows are in no window
 * @left: columns, in the same way
 * @groups: parts the channels are split into
 * @batch: most images at a time
 *
 * Which numbers meet in a convolution. Where the last windows end, rows and columns of zeros
 * are added as needed.
 */
typedef struct
{
  CnnShape in;
  CnnShape out;
  CnnSize  kernel;
  CnnSize  stride;
  CnnSize  dilation;
  int      top;
  int      left;
  int      groups;
  guint    batch;
} CnnConvWindows;

/**
 * CnnConvDirection:
 * @CNN_CONV_FORWARD: the convolution: from in, [n][in], with the bias, to out, [n][out]
 * @CNN_CONV_BACK: what each input was multiplied with: from d_out, [n][out], with a bias for
 *   each channel of the input, to d_in, [n][in]
 * @CNN_CONV_WEIGHTS: what each weight was multiplied with: from in, [n][in], and d_out,
 *   [n][out], added to d_weights, [maps][rows][columns][depth]
 */
typedef enum
{
  CNN_CONV_FORWARD,
  CNN_CONV_BACK,
  CNN_CONV_WEIGHTS
} CnnConvDirection;

typedef struct _CnnConvPart CnnConvPart;

/**
 * CnnConvPart:
 * @load: (nullable): takes the weights, [maps][rows][columns][depth]; they stay where they are
 *   until the next time
 * @run: from @a, with @b, to @to, as the direction says; a bias may be %NULL
 * @free: frees the part
 *
 * One of the three sums, for one thread at a time. @run allocates nothing.
 */
struct _CnnConvPart
{
  void     (*load) (CnnConvPart *part, const float *weights);
  gboolean (*run)  (CnnConvPart *part, guint n, const float *a, const float *b, float *to);
  void     (*free) (CnnConvPart *part);
};

CnnConvPart *cnn_conv_part_new     (const CnnConvWindows *windows, CnnConvDirection direction);
gboolean     cnn_conv_each_suits   (const CnnConvWindows *windows);
CnnConvPart *cnn_conv_each_new     (const CnnConvWindows *windows, CnnConvDirection direction);
CnnConvPart *cnn_conv_gemm_new     (const CnnConvWindows *windows, CnnConvDirection direction);
CnnConvWindows cnn_conv_turned     (const CnnConvWindows *windows);
gboolean     cnn_conv_rows_suit    (const CnnConvWindows *windows, CnnConvDirection direction);
CnnConvPart *cnn_conv_rows_new     (const CnnConvWindows *windows, CnnConvDirection direction);
int          cnn_conv_rows_maps    (const CnnConvPart *part);
const float *cnn_conv_rows_image   (CnnConvPart *part, const float *in, gsize *row);
void         cnn_conv_rows_bias    (CnnConvPart *part, const float *bias);
void         cnn_conv_rows_make    (CnnConvPart *part, const float *image, int y, float *to);
gboolean     cnn_conv_winograd_suits (const CnnConvWindows *windows);
CnnConvPart *cnn_conv_winograd_new (const CnnConvWindows *windows, CnnConvDirection direction);

CnnConvWindows cnn_conv_windows      (const CnnTask *task, const CnnConvolution *conv);
gboolean       cnn_conv_train_halves (const CnnTask *task, const CnnConvolution *conv);
gboolean       cnn_conv_halves_suit  (const CnnConvWindows *windows);

CnnTrainStep *cnn_conv_train_new           (const CnnTask *task, const CnnConvolution *conv,
                                            GError **error);
CnnTrainStep *cnn_conv_halves_new          (const CnnTask *task, const CnnConvolution *conv,
                                            GError **error);
CnnTrainStep *cnn_conv_transpose_train_new (const CnnTask *task, const CnnConvKernels *k,
                                            GError **error);

G_END_DECLS
