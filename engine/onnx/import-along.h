/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import.h"

G_BEGIN_DECLS

/* What imports share that work along single dimensions. */

gboolean    cnn_import_optional    (const CnnImport *import, const CnnOnnxNode *node, guint i,
                                    CnnOnnxTensor **constant, GError **error);
gboolean    cnn_import_list        (const CnnImport *import, const CnnOnnxNode *node, guint i,
                                    const char *name, guint *n, const gint64 **list,
                                    GError **error);
void        cnn_import_layout_apart (int n_dims, int dim, int second, char axis, char *layout);
gboolean    cnn_import_is_alone    (const CnnImportValue *value, int dim, const char *axes,
                                    char *axis);
gboolean    cnn_import_alone       (CnnImport *import, const CnnOnnxNode *node,
                                    const CnnImportValue *value, int dim, const char *axes,
                                    CnnImportValue *out, char *axis, GError **error);
void        cnn_import_with_extent (CnnImportValue *value, int dim, char axis, gint64 extent);
void        cnn_import_with_layer  (CnnImport *import, CnnImportValue *value, int layer);
const char *cnn_import_axis_key    (char axis);
float      *cnn_import_laid_out    (CnnImport *import, const CnnOnnxTensor *tensor,
                                    const char *layout, int *extents, GError **error);
int         cnn_import_known_layer (CnnImport *import, const CnnOnnxNode *node, int any,
                                    CnnOnnxTensor *tensor, const char *layout, GError **error);

/* import-arithmetic.c */
gboolean    cnn_import_two         (CnnImport *import, const CnnOnnxNode *node, const char *op,
                                    const CnnImportValue *a, const CnnImportValue *b,
                                    CnnImportValue *out, GError **error);

G_END_DECLS
