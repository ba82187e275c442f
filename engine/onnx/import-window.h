/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "import.h"

G_BEGIN_DECLS

#define CNN_IMPORT_MAX_PLACES 3

/** CnnImportPad: how a node says the padding of its windows. */
typedef enum
{
  CNN_IMPORT_PAD_SIDES,
  CNN_IMPORT_PAD_SAME,       /* the odd cell at the end */
  CNN_IMPORT_PAD_SAME_LOWER, /* the odd cell at the beginning */
  CNN_IMPORT_PAD_VALID
} CnnImportPad;

/**
 * CnnImportWindow:
 * @n: along how many dimensions windows slide: 1 (columns), 2 (rows, columns) or
 *   3 (slices, rows, columns); of each array so many items count
 * @in: extents of the input
 * @kernel: cells of the window
 * @stride: cells from one window to the next
 * @dilation: cells from one cell of the window to its next
 * @pad: how the padding is said
 * @before: cells added before the first, where @pad is %CNN_IMPORT_PAD_SIDES
 * @after: cells added after the last, likewise
 * @up: whether a window may reach beyond the padding at the end, rather than be left out
 *
 * The attributes that convolutions and poolings share.
 */
typedef struct
{
  int          n;
  gint64       in[CNN_IMPORT_MAX_PLACES];
  int          kernel[CNN_IMPORT_MAX_PLACES];
  int          stride[CNN_IMPORT_MAX_PLACES];
  int          dilation[CNN_IMPORT_MAX_PLACES];
  CnnImportPad pad;
  int          before[CNN_IMPORT_MAX_PLACES];
  int          after[CNN_IMPORT_MAX_PLACES];
  gboolean     up;
} CnnImportWindow;

/* --- import-window.c ---------------------------------------------------------------- */

gboolean    cnn_import_window       (const CnnOnnxNode *node, const CnnImportValue *data,
                                     const gint64 *kernel, CnnImportWindow *window,
                                     GError **error);
gboolean    cnn_import_window_ints  (const CnnOnnxNode *node, const char *name, int n, int least,
                                     int otherwise, int *values, GError **error);
gint64      cnn_import_window_reach (const CnnImportWindow *window, int i);
void        cnn_import_window_words (const CnnImportWindow *window, int row, int column,
                                     gboolean pool, GString *words);
int         cnn_import_window_take  (CnnImportWindow *window, CnnImport *import, int place,
                                     const char *rest);

/* --- import-layout.c ------------------------------------------------------------------ */

char       *cnn_import_number       (double value);
const char *cnn_import_maps_layout  (int n_dims, char layout[CNN_ONNX_MAX_DIMS + 1]);
const char *cnn_import_alone_layout (const CnnImportValue *value, int dim,
                                     char layout[CNN_ONNX_MAX_DIMS + 1]);
float      *cnn_import_per_map      (const CnnImportValue *value, const CnnOnnxTensor *numbers,
                                     int first);

G_END_DECLS
