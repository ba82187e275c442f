/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The images that a training's settings name, and what is said of them. */

#include "train-data.h"

#include <string.h>

#include "classify.h"
#include "error.h"
#include "i18n.h"

/* Classes whose images are counted in words. */
#define MOST_COUNTED 20

void
cnn_train_data_free (CnnTrainData *data)
{
  g_clear_pointer (&data->images, cnn_dataset_unref);
  g_clear_pointer (&data->test, cnn_dataset_unref);
  g_clear_pointer (&data->broken, g_ptr_array_unref);
  g_free (data->framing);
  g_free (data);
}

/* --- where they are ---------------------------------------------------------------------- */

/* Whether the folder has IDX files called as MNIST's are; @which: “train” or “t10k”. */
static gboolean
has_idx (const char *folder, const char *which)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, which) && strstr (name, "idx") && strstr (name, "-images"))
      return TRUE;
  return FALSE;
}

/* (transfer full) (nullable): the file of labels that belongs to one of images, by their names:
 * x-images-idx3-ubyte and x-labels-idx1-ubyte, either perhaps packed. */
static char *
labels_beside (const char *images, GError **error)
{
  g_autofree char    *folder = g_path_get_dirname (images);
  g_autofree char    *name = g_path_get_basename (images);
  g_autofree char    *shown = g_filename_display_name (images);
  g_autoptr (GString) labels = g_string_new (name);

  if (g_str_has_suffix (name, ".gz"))
    g_string_truncate (labels, labels->len - strlen (".gz"));
  g_string_replace (labels, "idx2", "idx1", 1);
  g_string_replace (labels, "idx3", "idx1", 1);
  g_string_replace (labels, "idx4", "idx1", 1);
  if (g_string_replace (labels, "images", "labels", 0) > 0)
    for (int packed = 0; packed < 2; packed++)
      {
        g_autofree char *path = NULL;

        if (packed)
          g_string_append (labels, ".gz");
        path = g_build_filename (folder, labels->str, NULL);
        if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
          return g_steal_pointer (&path);
      }
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("there are no labels beside “%s”; say which file has them"), shown);
  return NULL;
}

/* --- opening ----------------------------------------------------------------------------- */

typedef struct
{
  const CnnTrainSettings  *settings;
  CnnShape                 input;
  const CnnPictureDecoder *decoder;
  GPtrArray               *broken;
  GCancellable            *cancellable;
  gboolean                 framed; /* whether pictures of any form were made to fit */
} Opening;

static CnnDataset *
open_pictures (Opening *opening, const char *folder, GError **error)
{
  const char *framing = cnn_classify_note (FALSE, CNN_FRAMING_CROP);

  if (*opening->settings->framing && strcmp (opening->settings->framing, framing) != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the layers are not shown to the network as pictures of a folder are, by "
                     "their middle; set prepare to picture and framing to crop, or give no test "
                     "images"));
      return NULL;
    }
  opening->framed = TRUE;
  if (cnn_shape_cells (opening->input) == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the network takes pictures of any size: say with size which one those of the "
                     "folder are to have, such as 32x32x3"));
      return NULL;
    }
  return cnn_dataset_open_folder (folder, opening->input, opening->decoder,
                                  opening->settings->refuse ? NULL : opening->broken,
                                  opening->cancellable, error);
}

/* (transfer full) (nullable): the images of a folder or file. @classes: of the images to learn
 * from, where these are others */
static CnnDataset *
open_images (Opening *opening, const char *path, const char *labels, guint classes,
             GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *beside = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      gboolean train = has_idx (path, "train"), test = has_idx (path, "t10k");

      if (train || test)
        return cnn_dataset_open_idx_folder (path, test && (classes > 0 || !train), classes, error);
      return open_pictures (opening, path, error);
    }
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("there is no file or folder “%s”"), shown);
      return NULL;
    }
  if (*labels == '\0')
    labels = beside = labels_beside (path, error);
  return labels ? cnn_dataset_open_idx (path, labels, classes, error) : NULL;
}

/* Whether the network takes such images; 0 of @input is any. */
static gboolean
check_size (const CnnTrainData *data, CnnShape input, GError **error)
{
  CnnShape            shape = cnn_dataset_shape (data->images);
  int                 sides[] = { input.height, input.width, input.channels };
  g_autoptr (GString) takes = g_string_new (NULL);

  if ((input.height == 0 || input.height == shape.height) &&
      (input.width == 0 || input.width == shape.width) &&
      (input.channels == 0 || input.channels == shape.channels))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    if (sides[i] > 0)
      g_string_append_printf (takes, "%s%d", i > 0 ? "×" : "", sides[i]);
    else
      g_string_append_printf (takes, "%s?", i > 0 ? "×" : "");
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the network takes %s, but the images are %d×%d×%d"), takes->str,
               CNN_SHAPE_ARGS (shape));
  return FALSE;
}

/* Whether what the network is tried on is of the same kind. */
static gboolean
check_test (const CnnTrainData *data, GError **error)
{
  const char *const *a = cnn_dataset_class_names (data->images);
  const char *const *b = cnn_dataset_class_names (data->test);

  if (!cnn_shape_equal (cnn_dataset_shape (data->images), cnn_dataset_shape (data->test)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the test's images have %d×%d×%d values, those to learn from %d×%d×%d"),
                   CNN_SHAPE_ARGS (cnn_dataset_shape (data->test)),
                   CNN_SHAPE_ARGS (cnn_dataset_shape (data->images)));
      return FALSE;
    }
  if (cnn_dataset_n_classes (data->images) == cnn_dataset_n_classes (data->test) &&
      (a == NULL || b == NULL || g_strv_equal (a, b)))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the test's images are of other classes than those to learn from"));
  return FALSE;
}

/**
 * cnn_train_data_open:
 * @settings: which images
 * @input: what the network takes, as cnn_train_settings_network() says
 * @decoder: reads pictures from files
 * @cancellable: (nullable): ends it, from any thread
 *
 * Returns: (transfer full): the images; or %NULL with %CNN_ERROR_SPEC, %CNN_ERROR_SHAPE or an
 *   error of the data set set
 */
CnnTrainData *
cnn_train_data_open (const CnnTrainSettings *settings, CnnShape input,
                     const CnnPictureDecoder *decoder, GCancellable *cancellable, GError **error)
{
  g_autoptr (CnnTrainData) data = g_new0 (CnnTrainData, 1);
  Opening                  opening = { settings, input, decoder, NULL, cancellable, FALSE };
  guint                    classes;

  data->broken = opening.broken = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; settings->left_out && i < settings->left_out->len; i++)
    g_ptr_array_add (data->broken, g_strdup (settings->left_out->pdata[i]));
  data->framing = g_strdup (settings->framing);
  if (settings->images)
    data->images = cnn_dataset_ref (settings->images);
  else if (*settings->data == '\0')
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("choose what to learn from: a folder with a folder of pictures for each "
                     "class, one with IDX files, or an image with a layer group for each class"));
      return NULL;
    }
  else
    data->images = open_images (&opening, settings->data, settings->labels, 0, error);
  if (data->images && opening.framed)
    cnn_train_settings_put (&data->framing, cnn_classify_note (FALSE, CNN_FRAMING_CROP));
  if (data->images == NULL || !check_size (data, input, error))
    return NULL;
  classes = cnn_dataset_n_classes (data->images);
  if (*settings->test_data)
    data->test = open_images (&opening, settings->test_data, "", classes, error);
  else if (settings->images == NULL && g_file_test (settings->data, G_FILE_TEST_IS_DIR) &&
           has_idx (settings->data, "train") && has_idx (settings->data, "t10k"))
    data->test = cnn_dataset_open_idx_folder (settings->data, TRUE, classes, error);
  else
    return g_steal_pointer (&data);
  return data->test && check_test (data, error) ? g_steal_pointer (&data) : NULL;
}

/* --- in words ---------------------------------------------------------------------------- */

/**
 * cnn_train_class_name:
 *
 * Returns: (transfer full): what a class is called; its number where it has no name
 */
char *
cnn_train_class_name (const CnnDataset *images, guint label)
{
  const char *const *names = cnn_dataset_class_names (images);

  return names ? g_strdup (names[label]) : g_strdup_printf ("%u", label);
}

/* (transfer full): how many images there are of each class */
static guint *
class_sizes (const CnnDataset *images)
{
  guint *counts = g_new0 (guint, cnn_dataset_n_classes (images));

  for (gsize i = 0; i < cnn_dataset_size (images); i++)
    counts[cnn_dataset_label (images, i)]++;
  return counts;
}

static void
count_classes (const CnnDataset *images, GString *text)
{
  guint             n = cnn_dataset_n_classes (images);
  g_autofree guint *counts = class_sizes (images);
  gboolean          missing = FALSE;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = cnn_train_class_name (images, i);

      missing = missing || counts[i] == 0;
      if (i < MOST_COUNTED)
        g_string_append_printf (text, "%s%s: %u", i > 0 ? ", " : "", name, counts[i]);
    }
  if (n > MOST_COUNTED)
    g_string_append (text, ", …");
  if (missing)
    {
      g_string_append_c (text, '\n');
      g_string_append (text, _("Some classes have no image: the network cannot learn them."));
    }
}

static void
warn_of_few (const CnnDataset *images, const guint *counts, GString *text)
{
  g_autoptr (GString) few = g_string_new (NULL);

  for (guint i = 0; i < cnn_dataset_n_classes (images); i++)
    if (counts[i] > 0 && counts[i] < CNN_TRAIN_FEW)
      {
        g_autofree char *name = cnn_train_class_name (images, i);

        g_string_append_printf (few, "%s%s: %u", few->len > 0 ? ", " : "", name, counts[i]);
      }
  if (few->len > 0)
    /* Translators: %s are classes with how many images they have, such as “cat: 6, dog: 8”. */
    g_string_append_printf (text, _("Few images (%s): with fewer than %d of a class, a network "
                                    "learns these by heart rather than the class."),
                            few->str, CNN_TRAIN_FEW);
}

static void
warn_of_balance (const CnnDataset *images, const guint *counts, GString *text)
{
  guint            least = 0, most = 0;
  g_autofree char *small = NULL, *large = NULL;

  for (guint i = 1; i < cnn_dataset_n_classes (images); i++)
    {
      if (counts[least] == 0 || (counts[i] > 0 && counts[i] < counts[least]))
        least = i;
      if (counts[i] > counts[most])
        most = i;
    }
  if (counts[least] == 0 || counts[most] <= CNN_TRAIN_UNBALANCED * counts[least])
    return;
  small = cnn_train_class_name (images, least);
  large = cnn_train_class_name (images, most);
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append_printf (text, _("The classes are unbalanced: %u of %s, but only %u of %s. The "
                                  "network will rather say %s."),
                          counts[most], large, counts[least], small, large);
}

/**
 * cnn_train_data_warn:
 *
 * Returns: (transfer full) (nullable): what a person should know of the numbers of images before
 *   learning from them, in lines; %NULL where there is nothing
 */
char *
cnn_train_data_warn (const CnnTrainData *data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree guint   *counts = class_sizes (data->images);

  warn_of_few (data->images, counts, text);
  warn_of_balance (data->images, counts, text);
  return text->len > 0 ? g_strdup (text->str) : NULL;
}

/**
 * cnn_train_data_describe:
 *
 * Returns: (transfer full): what was found, in lines
 */
char *
cnn_train_data_describe (const CnnTrainData *data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize               n = cnn_dataset_size (data->images);
  CnnShape            shape = cnn_dataset_shape (data->images);

  g_string_append_printf (text, _("%u images of %d×%d×%d in %u classes"), (guint) n,
                          CNN_SHAPE_ARGS (shape), cnn_dataset_n_classes (data->images));
  if (data->test)
    g_string_append_printf (text, _(", and %u to test with"),
                            (guint) cnn_dataset_size (data->test));
  g_string_append_c (text, '\n');
  count_classes (data->images, text);
  if (data->broken->len > 0)
    {
      g_string_append_c (text, '\n');
      g_string_append_printf (text, dngettext ("convolens", "%u picture is left out. %s",
                                               "%u pictures are left out. The first: %s",
                                               data->broken->len),
                              data->broken->len, (char *) data->broken->pdata[0]);
    }
  return g_strdup (text->str);
}
