/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "idx.h"

/* Samples from two IDX files, one with pictures and one with labels. */

#define MAX_CLASSES 65536
/* Cells of a sample. */
#define MAX_CELLS   ((guint64) 1 << 28)

typedef struct
{
  CnnIdx *images;
  CnnIdx *labels;
  gsize   cells; /* of a sample */
  double  least; /* the number that becomes 0 */
  double  span;  /* from it to the one that becomes 1 */
} IdxData;

static int
idx_label (gpointer data, gsize i)
{
  return (int) cnn_idx_value (((IdxData *) data)->labels, i);
}

static gboolean
idx_read (gpointer data, gsize i, float *values, GError **error)
{
  IdxData *idx = data;
  gsize    first = i * idx->cells;

  if (idx->images->type == CNN_IDX_UBYTE)
    for (gsize k = 0; k < idx->cells; k++)
      values[k] = (float) idx->images->bytes[first + k] / 255.0f;
  else
    for (gsize k = 0; k < idx->cells; k++)
      values[k] = (float) ((cnn_idx_value (idx->images, first + k) - idx->least) / idx->span);
  return TRUE;
}

static void
idx_free (gpointer data)
{
  IdxData *idx = data;

  g_clear_pointer (&idx->images, cnn_idx_free);
  g_clear_pointer (&idx->labels, cnn_idx_free);
  g_free (idx);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdxData, idx_free)

static gboolean fail (const CnnIdx *idx, CnnError code, GError **error, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

static gboolean
fail (const CnnIdx *idx, CnnError code, GError **error, const char *format, ...)
{
  va_list          args;
  g_autofree char *what = NULL;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, CNN_ERROR, (int) code, "“%s”: %s", idx->file, what);
  return FALSE;
}

/* --- pictures ------------------------------------------------------------- */

static gboolean
find_shape (const CnnIdx *images, CnnShape *shape, GError **error)
{
  guint64 cells = 1;
  int     sides[3] = { 1, 1, 1 };

  if (images->n_dims < 2)
    return fail (images, CNN_ERROR_FORMAT, error,
                 _("it has no pictures, which have 2 to 4 dimensions, but a list of numbers"));
  for (int i = 1; i < images->n_dims; i++)
    if (!g_uint64_checked_mul (&cells, cells, images->dims[i]) || cells > MAX_CELLS)
      return fail (images, CNN_ERROR_LIMIT, error, _("its pictures are too large"));
  for (int i = 1; i < images->n_dims; i++)
    sides[i - 1] = (int) images->dims[i];
  /* A list for each sample is a vector. */
  *shape = images->n_dims == 2 ? (CnnShape) { 1, 1, sides[0] }
                               : (CnnShape) { sides[0], sides[1], sides[2] };
  return TRUE;
}

/* Which numbers become 0 and 1: the smallest of the usual ranges that has all numbers of the
 * file, so that two files of one set are read alike; or the numbers' own. */
static gboolean
find_range (IdxData *data, gsize n, GError **error)
{
  static const double ranges[][2] = {
    { 0.0, 1.0 }, { -1.0, 1.0 }, { 0.0, 255.0 }, { -128.0, 127.0 }, { 0.0, 65535.0 },
    { -32768.0, 32767.0 },
  };
  double least = 0.0, most = 0.0;

  if (data->images->type == CNN_IDX_UBYTE)
    return TRUE;
  for (gsize i = 0; i < n * data->cells; i++)
    {
      double value = cnn_idx_value (data->images, i);

      if (!isfinite (value))
        return fail (data->images, CNN_ERROR_FORMAT, error,
                     _("picture %" PRIu64 " has a value that is no number"),
                     (guint64) (i / data->cells) + 1);
      least = MIN (least, value);
      most = MAX (most, value);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (least >= ranges[i][0] && most <= ranges[i][1])
      {
        data->least = ranges[i][0];
        data->span = ranges[i][1] - ranges[i][0];
        return TRUE;
      }
  data->least = least;
  data->span = most - least;
  if (!isfinite (data->span))
    return fail (data->images, CNN_ERROR_FORMAT, error, _("its numbers are too large"));
  return TRUE;
}

/* --- labels --------------------------------------------------------------- */

static gboolean
check_labels (const CnnIdx *labels, const CnnIdx *images, guint *n_classes, GError **error)
{
  gsize    n = labels->dims[0];
  double   first, most = 0.0;
  guint    limit = *n_classes > 0 ? *n_classes : MAX_CLASSES;
  gboolean several = FALSE;

  if (labels->n_dims != 1 || labels->type == CNN_IDX_FLOAT || labels->type == CNN_IDX_DOUBLE)
    return fail (labels, CNN_ERROR_FORMAT, error,
                 _("it has no labels, which are a list of whole numbers"));
  if (n != images->dims[0])
    return fail (labels, CNN_ERROR_FORMAT, error,
                 _("it has %" PRIu64 " labels, but there are %" PRIu64
                   " pictures in “%s”"), (guint64) n, (guint64) images->dims[0], images->file);
  first = cnn_idx_value (labels, 0);
  for (gsize i = 0; i < n; i++)
    {
      double label = cnn_idx_value (labels, i);

      if (label < 0.0 || label >= (double) limit)
        return fail (labels, CNN_ERROR_FORMAT, error,
                     _("label %" PRIu64 " is %.0f, expected 0 to %d"), (guint64) i + 1,
                     label, (int) limit - 1);
      several = several || label != first;
      most = MAX (most, label);
    }
  if (!several)
    return fail (labels, CNN_ERROR_FORMAT, error,
                 _("all its labels are %.0f; there is nothing to tell apart"), first);
  if (*n_classes == 0)
    *n_classes = (guint) most + 1;
  return TRUE;
}

/* --- opening -------------------------------------------------------------- */

/**
 * cnn_dataset_open_idx:
 * @images_file: an IDX file of numbers of any type, [n][height][width], with [channels] after
 *   that, or [n][values]; perhaps packed with gzip
 * @labels_file: an IDX file of whole numbers, [n]; perhaps packed with gzip
 * @n_classes: labels are below this; 0: one more than the greatest
 *
 * Bytes from 0 to 255 become 0 to 1; numbers of other types so that the smallest of the usual
 * ranges that has them all does: 0 to 1, −1 to 1, bytes or shorts without or with sign, or
 * else just these numbers.
 *
 * Returns: (transfer full): the samples, or %NULL with %CNN_ERROR_IO, %CNN_ERROR_FORMAT or
 *   %CNN_ERROR_LIMIT set, which names the file
 */
CnnDataset *
cnn_dataset_open_idx (const char *images_file, const char *labels_file, guint n_classes,
                      GError **error)
{
  static const CnnDatasetClass klass = { idx_label, idx_read, NULL, idx_free };
  g_autoptr (IdxData)          data = g_new0 (IdxData, 1);
  CnnShape                     shape;
  gsize                        n;

  data->images = cnn_idx_open (images_file, error);
  if (data->images == NULL || !find_shape (data->images, &shape, error))
    return NULL;
  data->labels = cnn_idx_open (labels_file, error);
  if (data->labels == NULL || !check_labels (data->labels, data->images, &n_classes, error))
    return NULL;
  n = data->images->dims[0];
  data->cells = (gsize) cnn_shape_cells (shape);
  if (!find_range (data, n, error))
    return NULL;
  return cnn_dataset_new (&klass, n, shape, n_classes, NULL, g_steal_pointer (&data));
}

/* (transfer full) (nullable): the file of the folder that is called so, in the ways that
 * MNIST's are. */
static char *
find_file (const char *folder, gboolean test, const char *what, int n_dims, GError **error)
{
  static const char *const ways[][2] = { { "-", "" }, { "-", ".gz" }, { ".", "" }, { ".", ".gz" } };
  g_autofree char *wanted = NULL, *shown = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%s%sidx%d-ubyte%s", test ? "t10k" : "train",
                                               what, ways[i][0], n_dims, ways[i][1]);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
      if (i == 0)
        wanted = g_steal_pointer (&name);
    }
  shown = g_filename_display_name (folder);
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” has no file “%s”, nor one with .gz"),
               shown, wanted);
  return NULL;
}

/**
 * cnn_dataset_open_idx_folder:
 * @folder: has files that are called as MNIST's: train-images-idx3-ubyte,
 *   train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; or with .gz
 * @test: whether those for testing are wanted, which begin with t10k
 * @n_classes: as in cnn_dataset_open_idx()
 *
 * Returns: (transfer full): the samples, or %NULL with an error of cnn_dataset_open_idx() set
 */
CnnDataset *
cnn_dataset_open_idx_folder (const char *folder, gboolean test, guint n_classes, GError **error)
{
  g_autofree char *images = find_file (folder, test, "images", 3, error);
  g_autofree char *labels = images ? find_file (folder, test, "labels", 1, error) : NULL;

  return labels ? cnn_dataset_open_idx (images, labels, n_classes, error) : NULL;
}
