/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnStore:
 *
 * Weights of one layer in the forms in which its steps want them. Each form is
 * made once, and shared by the steps of all workers.
 */
typedef struct _CnnStore CnnStore;

/**
 * CnnStoreFill:
 * @values: where to write, [n], all 0
 * @data: what was given with it
 */
typedef void (*CnnStoreFill) (float *values, gconstpointer data);

CnnStore    *cnn_store_new  (void);
void         cnn_store_free (CnnStore *store);
const float *cnn_store_get  (CnnStore *store, const char *form, gsize n, CnnStoreFill fill,
                             gconstpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnStore, cnn_store_free)

G_END_DECLS
