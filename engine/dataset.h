/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "network.h"

G_BEGIN_DECLS

/**
 * CnnDataset:
 *
 * Labelled samples that a network learns from or is tested with. Reference-counted; what is
 * in it never changes, and any number of threads may read it.
 */
typedef struct _CnnDataset CnnDataset;

/**
 * CnnDatasetClass:
 * @label: the class of sample @i, from 0; without reading the sample
 * @read: reads sample @i into @values, [height][width][channels], from 0 to 1; thread-safe.
 *   Errors: %CNN_ERROR_IO, %CNN_ERROR_FORMAT, %CNN_ERROR_LIMIT, which name the file
 * @name: (nullable): (transfer full): what a person calls sample @i, such as its file
 * @free: frees the data
 *
 * Where samples come from.
 */
typedef struct
{
  int      (*label) (gpointer data, gsize i);
  gboolean (*read)  (gpointer data, gsize i, float *values, GError **error);
  char    *(*name)  (gpointer data, gsize i);
  void     (*free)  (gpointer data);
} CnnDatasetClass;

/**
 * CnnPictureDecoder:
 * @takes: (nullable): whether a file of that name, without its folder, may be a picture;
 *   %NULL: any
 * @decode: reads a picture, made to fit @wanted, into @values, [height][width][channels], from
 *   0 to 1; thread-safe. Its errors need not name the file
 * @data: for both
 *
 * Reads pictures from files; the engine itself knows no format. Lives as long as what reads
 * with it.
 */
typedef struct
{
  gboolean (*takes)  (gpointer data, const char *name);
  gboolean (*decode) (gpointer data, const char *file, CnnShape wanted, float *values,
                      GError **error);
  gpointer data;
} CnnPictureDecoder;

CnnDataset        *cnn_dataset_new         (const CnnDatasetClass *klass, gsize n, CnnShape shape,
                                            guint n_classes, const char *const *class_names,
                                            gpointer data);
CnnDataset        *cnn_dataset_ref         (CnnDataset *dataset);
void               cnn_dataset_unref       (CnnDataset *dataset);

gsize              cnn_dataset_size        (const CnnDataset *dataset);
CnnShape           cnn_dataset_shape       (const CnnDataset *dataset);
guint              cnn_dataset_n_classes   (const CnnDataset *dataset);
const char *const *cnn_dataset_class_names (const CnnDataset *dataset);
int                cnn_dataset_label       (const CnnDataset *dataset, gsize i);
char              *cnn_dataset_name        (const CnnDataset *dataset, gsize i);
gboolean           cnn_dataset_fits        (const CnnDataset *dataset, const CnnNetwork *network,
                                            GError **error);
gboolean           cnn_dataset_read        (const CnnDataset *dataset, gsize i, float *values,
                                            GError **error);

CnnDataset        *cnn_dataset_subset      (CnnDataset *dataset, const gsize *samples, gsize n);
gboolean           cnn_dataset_split       (CnnDataset *dataset, double share, guint64 seed,
                                            CnnDataset **rest, CnnDataset **part, GError **error);

CnnDataset        *cnn_dataset_open_idx    (const char *images_file, const char *labels_file,
                                            guint n_classes, GError **error);
CnnDataset        *cnn_dataset_open_idx_folder (const char *folder, gboolean test,
                                                guint n_classes, GError **error);
CnnDataset        *cnn_dataset_open_folder (const char *folder, CnnShape shape,
                                            const CnnPictureDecoder *decoder, GPtrArray *broken,
                                            GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnDataset, cnn_dataset_unref)

G_END_DECLS
