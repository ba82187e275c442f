/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "graph.h"

G_BEGIN_DECLS

/* What operators say about dimensions, worked out and checked: the same for numbers
 * that are known and for data. */

gboolean cnn_axis         (gint64 axis, int n_dims, int *dim, GError **error);
gboolean cnn_axes         (guint n, const gint64 *axes, int n_dims, gboolean *chosen,
                           GError **error);
gboolean cnn_axes_list    (const CnnOnnxNode *node, const char *name, const CnnOnnxTensor *given,
                           guint *n, const gint64 **list, GError **error);
gint64   cnn_axes_range   (gint64 *start, gint64 end, gint64 step, gint64 dim);
gboolean cnn_axes_spread  (int *n_dims, gint64 *dims, int n_with, const gint64 *with,
                           GError **error);
gboolean cnn_axes_reshape (int n_dims, const gint64 *dims, guint n, const gint64 *list,
                           gboolean allow_zero, gint64 *out, GError **error);
gboolean cnn_axes_flatten (int n_dims, const gint64 *dims, gint64 axis, gint64 *out,
                           GError **error);
gboolean cnn_axes_squeeze (int n_dims, const gint64 *dims, gboolean all, guint n,
                           const gint64 *axes, int *n_out, gint64 *out, GError **error);
gboolean cnn_axes_unsqueeze (int n_dims, const gint64 *dims, guint n, const gint64 *axes,
                           int *n_out, gint64 *out, GError **error);
gboolean cnn_axes_permute (const CnnOnnxNode *node, int n_dims, int *permutation, GError **error);
gboolean cnn_axes_split   (const CnnOnnxNode *node, const CnnOnnxTensor *given, gint64 extent,
                           gint64 *parts, GError **error);
gboolean cnn_axes_product (int n_dims, const gint64 *dims, gint64 *product);

G_END_DECLS
