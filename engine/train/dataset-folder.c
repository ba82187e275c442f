/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset.h"

#include <string.h>

#include "crew.h"
#include "error.h"
#include "i18n.h"

/* Samples from a folder that has one folder of pictures for each class. */

typedef struct
{
  char              *folder;
  char             **classes; /* names of its folders, sorted */
  GPtrArray         *files;   /* names of pictures, class by class */
  GArray            *labels;  /* of int, for each file */
  CnnShape           shape;
  CnnPictureDecoder  decoder;
} FolderData;

static char *
path_of (const FolderData *data, gsize i)
{
  return g_build_filename (data->folder, data->classes[g_array_index (data->labels, int, i)],
                           g_ptr_array_index (data->files, i), NULL);
}

static int
folder_label (gpointer data, gsize i)
{
  return g_array_index (((FolderData *) data)->labels, int, i);
}

static char *
folder_name (gpointer data, gsize i)
{
  g_autofree char *path = path_of (data, i);

  return g_filename_display_name (path);
}

static gboolean
folder_read (gpointer data, gsize i, float *values, GError **error)
{
  FolderData        *self = data;
  g_autofree char   *path = path_of (self, i);
  g_autofree char   *shown = NULL;
  g_autoptr (GError) cause = NULL;

  if (self->decoder.decode (self->decoder.data, path, self->shape, values, &cause))
    return TRUE;
  shown = g_filename_display_name (path);
  g_set_error (error, CNN_ERROR, cause->domain == CNN_ERROR ? cause->code : CNN_ERROR_IO,
               _("“%s” cannot be read: %s"), shown, cause->message);
  return FALSE;
}

static void
folder_free (gpointer data)
{
  FolderData *self = data;

  g_free (self->folder);
  g_strfreev (self->classes);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->labels, g_array_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FolderData, folder_free)

/* --- listing -------------------------------------------------------------- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full) (nullable): names of what is in a folder, sorted; folders or other files. */
static GPtrArray *
list_folder (const char *folder, gboolean folders, const CnnPictureDecoder *decoder,
             GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError)    cause = NULL;
  g_autoptr (GDir)      dir = g_dir_open (folder, 0, &cause);
  const char           *name;

  if (dir == NULL)
    {
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be read: %s"), shown,
                   cause->message);
      return NULL;
    }
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name != '.' &&
          g_file_test (path, folders ? G_FILE_TEST_IS_DIR : G_FILE_TEST_IS_REGULAR) &&
          (folders || decoder->takes == NULL || decoder->takes (decoder->data, name)))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static gboolean
list_classes (FolderData *data, GError **error)
{
  g_autoptr (GPtrArray) classes = list_folder (data->folder, TRUE, &data->decoder, error);

  if (classes == NULL)
    return FALSE;
  if (classes->len < 2)
    {
      g_autofree char *shown = g_filename_display_name (data->folder);

      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   classes->len == 0
                   ? _("“%s” has no folders; expected one with pictures for each class")
                   : _("“%s” has only one folder; with one class there is nothing to tell apart"),
                   shown);
      return FALSE;
    }
  g_ptr_array_add (classes, NULL);
  g_ptr_array_set_free_func (classes, NULL);
  data->classes = (char **) g_ptr_array_steal (classes, NULL);
  return TRUE;
}

static gboolean
list_pictures (FolderData *data, GError **error)
{
  data->files = g_ptr_array_new_with_free_func (g_free);
  data->labels = g_array_new (FALSE, FALSE, sizeof (int));
  for (int label = 0; data->classes[label]; label++)
    {
      g_autofree char      *path = g_build_filename (data->folder, data->classes[label], NULL);
      g_autoptr (GPtrArray) files = list_folder (path, FALSE, &data->decoder, error);

      if (files == NULL)
        return FALSE;
      for (guint i = 0; i < files->len; i++)
        g_array_append_val (data->labels, label);
      g_ptr_array_extend_and_steal (data->files, g_steal_pointer (&files));
    }
  return TRUE;
}

/* Whether every class has a picture. */
static gboolean
check_classes (const FolderData *data, GError **error)
{
  guint i = 0;

  for (int label = 0; data->classes[label]; label++)
    {
      if (i == data->labels->len || g_array_index (data->labels, int, i) != label)
        {
          g_autofree char *path = g_build_filename (data->folder, data->classes[label], NULL);
          g_autofree char *shown = g_filename_display_name (path);

          g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("“%s” has no picture"), shown);
          return FALSE;
        }
      while (i < data->labels->len && g_array_index (data->labels, int, i) == label)
        i++;
    }
  return TRUE;
}

/* --- broken files --------------------------------------------------------- */

typedef struct
{
  FolderData   *data;
  GCancellable *cancellable;
  gint          next;
  char        **problems; /* [files], NULL of a file that can be read */
} Check;

static void
check_files (gpointer user_data, guint member)
{
  Check            *check = user_data;
  g_autofree float *values = g_new (float, (gsize) cnn_shape_cells (check->data->shape));

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      guint              i = (guint) g_atomic_int_add (&check->next, 1);

      if (i >= check->data->files->len || g_cancellable_is_cancelled (check->cancellable))
        return;
      if (!folder_read (check->data, i, values, &error))
        check->problems[i] = g_strdup (error->message);
    }
}

/* Reads each file once, on threads, and leaves out those that cannot be. */
static gboolean
leave_out_broken (FolderData *data, GPtrArray *broken, GCancellable *cancellable, GError **error)
{
  guint                 n = data->files->len;
  g_auto (GStrv)        problems = g_new0 (char *, (gsize) n + 1);
  Check                 check = { data, cancellable, 0, problems };
  CnnCrew              *crew = cnn_crew_new (MAX (g_get_num_processors (), 1));
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray)    labels = g_array_new (FALSE, FALSE, sizeof (int));

  cnn_crew_run (crew, check_files, &check);
  cnn_crew_free (crew);
  for (guint i = 0; i < n; i++)
    if (problems[i])
      g_ptr_array_add (broken, g_steal_pointer (&problems[i]));
    else
      {
        g_ptr_array_add (files, g_strdup (g_ptr_array_index (data->files, i)));
        g_array_append_val (labels, g_array_index (data->labels, int, i));
      }
  if (g_cancellable_is_cancelled (cancellable))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
      return FALSE;
    }
  g_ptr_array_unref (data->files);
  g_array_unref (data->labels);
  data->files = g_steal_pointer (&files);
  data->labels = g_steal_pointer (&labels);
  return TRUE;
}

/* --- opening -------------------------------------------------------------- */

/**
 * cnn_dataset_open_folder:
 * @folder: has one folder for each class, which has pictures; what begins with a dot does not
 *   count
 * @shape: what each picture is made to fit
 * @decoder: reads them; copied
 * @broken: (nullable) (element-type utf8): takes a sentence for each picture that cannot be
 *   read, which names it; it must free what is in it with g_free(). With it every picture is
 *   read once here, on threads, and those are left out; without it nothing is read before it
 *   is wanted, and what is broken is an error then
 * @cancellable: (nullable): ends that
 *
 * Classes are the folders, sorted by name, and so are pictures in each.
 *
 * Returns: (transfer full): the samples, or %NULL with %CNN_ERROR_IO, %CNN_ERROR_FORMAT or
 *   %CNN_ERROR_CANCELLED set
 */
CnnDataset *
cnn_dataset_open_folder (const char *folder, CnnShape shape, const CnnPictureDecoder *decoder,
                         GPtrArray *broken, GCancellable *cancellable, GError **error)
{
  static const CnnDatasetClass klass = { folder_label, folder_read, folder_name, folder_free };
  g_autoptr (FolderData)       data = g_new0 (FolderData, 1);
  g_auto (GStrv)               names = NULL;
  gsize                        n;
  guint                        n_classes;

  g_return_val_if_fail (cnn_shape_cells (shape) > 0, NULL);
  data->folder = g_strdup (folder);
  data->shape = shape;
  data->decoder = *decoder;
  if (!list_classes (data, error) || !list_pictures (data, error) || !check_classes (data, error))
    return NULL;
  if (broken && (!leave_out_broken (data, broken, cancellable, error) ||
                 !check_classes (data, error)))
    return NULL;
  n = data->files->len;
  n_classes = g_strv_length (data->classes);
  names = g_new0 (char *, (gsize) n_classes + 1);
  for (guint i = 0; i < n_classes; i++)
    names[i] = g_filename_display_name (data->classes[i]);
  return cnn_dataset_new (&klass, n, shape, n_classes, (const char *const *) names,
                          g_steal_pointer (&data));
}
