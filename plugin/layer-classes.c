/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Layers to learn from: those of a group are of the class that it is called by. */

#include "layer-classes.h"

#include <string.h>

#include "classify-picture.h"
#include "error.h"
#include "i18n.h"

/* What the network sees of all layers stays in memory. */
#define MOST_GIB 4

struct _LayerClasses
{
  GPtrArray *names;  /* of the classes, char * */
  GPtrArray *layers; /* of GimpLayer, class by class */
  GArray    *labels; /* of int, for each layer */
};

void
layer_classes_free (LayerClasses *classes)
{
  g_ptr_array_unref (classes->names);
  g_ptr_array_unref (classes->layers);
  g_array_unref (classes->labels);
  g_free (classes);
}

/* --- listing ------------------------------------------------------------------------------ */

/* (transfer full): a class's name as a line of a file's labels */
static char *
class_name (gpointer group)
{
  g_autofree char *name = gimp_item_get_name (GIMP_ITEM (group));

  return g_strstrip (g_strdelimit (g_strdup (name), "\t\r\n\v\f", ' '));
}

/* The layers of a group, and of the groups in it. */
static void
add_layers (LayerClasses *classes, GimpItem *group, int label, gboolean hidden)
{
  g_autofree GimpItem **children = gimp_item_get_children (group);

  for (guint i = 0; children != NULL && children[i] != NULL; i++)
    {
      if (!hidden && !gimp_item_get_visible (children[i]))
        continue;
      if (gimp_item_is_group (children[i]))
        add_layers (classes, children[i], label, hidden);
      else
        {
          g_ptr_array_add (classes->layers, children[i]);
          g_array_append_val (classes->labels, label);
        }
    }
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  g_autofree char *one   = class_name (*(gpointer *) a);
  g_autofree char *other = class_name (*(gpointer *) b);

  return strcmp (one, other);
}

/* (transfer container): the groups that are classes, in the order of folders: by name. */
static GPtrArray *
list_groups (GimpImage *image, gboolean hidden)
{
  g_autofree GimpLayer **layers = gimp_image_get_layers (image);
  GPtrArray             *groups = g_ptr_array_new ();

  for (guint i = 0; layers != NULL && layers[i] != NULL; i++)
    if (gimp_item_is_group (GIMP_ITEM (layers[i])) &&
        (hidden || gimp_item_get_visible (GIMP_ITEM (layers[i]))))
      g_ptr_array_add (groups, layers[i]);
  g_ptr_array_sort (groups, compare_groups);
  return groups;
}

/** layer_classes_n_groups: how many classes an image may have. */
guint
layer_classes_n_groups (GimpImage *image)
{
  g_autoptr (GPtrArray) groups = list_groups (image, TRUE);

  return groups->len;
}

static gboolean
check_groups (GimpImage *image, GPtrArray *groups, GError **error)
{
  g_autofree char *name = gimp_image_get_name (image);

  if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the image has indexed colours, whose numbers are not amounts of light; "
                   "convert it with Image ▸ Mode ▸ RGB first"));
  else if (groups->len == 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“%s” has no layer groups; put the layers of each class into a group that is "
                   "called like the class"),
                 name);
  else if (groups->len == 1)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“%s” has only one layer group; with one class there is nothing to tell apart"),
                 name);
  else
    return TRUE;
  return FALSE;
}

static gboolean
add_class (LayerClasses *classes, GimpItem *group, gboolean hidden, GError **error)
{
  guint       before = classes->layers->len, n = classes->names->len;
  char       *name = class_name (group);
  const char *last = n > 0 ? classes->names->pdata[n - 1] : NULL;

  g_ptr_array_add (classes->names, name);
  add_layers (classes, group, (int) n, hidden);
  /* They are sorted by their names. */
  if (g_strcmp0 (name, last) == 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("two layer groups are called “%s”; give each class a name of its own"), name);
  else if (classes->layers->len == before)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the layer group “%s” has no layers to learn from"), name);
  else
    return TRUE;
  return FALSE;
}

/**
 * layer_classes_new:
 * @image: an image whose layer groups are the classes; layers outside of them count for nothing
 * @hidden: whether layers and groups that are not visible count
 *
 * Returns: (transfer full): the classes by name, with their layers; or %NULL. Errors:
 *   %CNN_ERROR_SPEC
 */
LayerClasses *
layer_classes_new (GimpImage *image, gboolean hidden, GError **error)
{
  g_autoptr (LayerClasses) classes = g_new0 (LayerClasses, 1);
  g_autoptr (GPtrArray)    groups  = NULL;

  classes->names = g_ptr_array_new_with_free_func (g_free);
  classes->layers = g_ptr_array_new ();
  classes->labels = g_array_new (FALSE, FALSE, sizeof (int));
  if (!gimp_image_is_valid (image))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the image is not open any more"));
      return NULL;
    }
  groups = list_groups (image, hidden);
  if (!check_groups (image, groups, error))
    return NULL;
  for (guint i = 0; i < groups->len; i++)
    if (!add_class (classes, groups->pdata[i], hidden, error))
      return NULL;
  return g_steal_pointer (&classes);
}

/* --- samples ------------------------------------------------------------------------------ */

typedef struct
{
  GPtrArray *names;  /* char *, of the layers */
  GArray    *labels; /* of int */
  gsize      cells;  /* of a layer */
  float     *values; /* (nullable): [n][cells] */
} Samples;

static int
samples_label (gpointer data, gsize i)
{
  return g_array_index (((Samples *) data)->labels, int, i);
}

static char *
samples_name (gpointer data, gsize i)
{
  return g_strdup (((Samples *) data)->names->pdata[i]);
}

static gboolean
samples_read (gpointer data, gsize i, float *values, GError **error)
{
  const Samples *samples = data;

  g_return_val_if_fail (samples->values != NULL, FALSE);
  memcpy (values, samples->values + i * samples->cells, samples->cells * sizeof (float));
  return TRUE;
}

static void
samples_free (gpointer data)
{
  Samples *samples = data;

  g_ptr_array_unref (samples->names);
  g_array_unref (samples->labels);
  g_free (samples->values);
  g_free (samples);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Samples, samples_free)

static Samples *
samples_new (CnnShape shape)
{
  Samples *samples = g_new0 (Samples, 1);

  samples->names = g_ptr_array_new_with_free_func (g_free);
  samples->labels = g_array_new (FALSE, FALSE, sizeof (int));
  samples->cells = (gsize) cnn_shape_cells (shape);
  return samples;
}

static void
samples_add (Samples *samples, const LayerClasses *classes, guint i)
{
  g_ptr_array_add (samples->names, gimp_item_get_name (classes->layers->pdata[i]));
  g_array_append_val (samples->labels, g_array_index (classes->labels, int, i));
}

/* (transfer full); @samples: (transfer full) */
static CnnDataset *
make_dataset (const LayerClasses *classes, CnnShape shape, Samples *samples)
{
  static const CnnDatasetClass klass = { samples_label, samples_read, samples_name, samples_free };
  g_autoptr (GPtrArray)        names = g_ptr_array_new ();

  g_ptr_array_extend (names, classes->names, NULL, NULL);
  g_ptr_array_add (names, NULL);
  return cnn_dataset_new (&klass, samples->names->len, shape, classes->names->len,
                          (const char *const *) names->pdata, samples);
}

/**
 * layer_classes_list:
 * @shape: what the network takes
 *
 * Returns: (transfer full): names and classes of all layers, to be counted; they cannot be read
 */
CnnDataset *
layer_classes_list (const LayerClasses *classes, CnnShape shape)
{
  Samples *samples = samples_new (shape);

  for (guint i = 0; i < classes->layers->len; i++)
    samples_add (samples, classes, i);
  return make_dataset (classes, shape, samples);
}

/* --- reading ------------------------------------------------------------------------------ */

static gboolean
check_memory (const LayerClasses *classes, CnnShape shape, GError **error)
{
  double gib = (double) classes->layers->len * (double) cnn_shape_cells (shape) *
               (double) sizeof (float) / (double) (1 << 30);

  if (gib <= MOST_GIB)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("%u layers of %d×%d×%d values take %.1f GiB of memory, and more than %d are not "
                 "taken; let the network have a smaller input"),
               classes->layers->len, CNN_SHAPE_ARGS (shape), gib, MOST_GIB);
  return FALSE;
}

/* As Classify sees a layer where nothing is selected. */
static gboolean
read_layer (GimpDrawable *layer, CnnShape shape, gboolean digit, CnnFraming framing, float *values,
            GError **error)
{
  g_autoptr (Coverage) coverage = NULL;
  g_autoptr (GError)   cause    = NULL;
  g_autofree char     *name     = NULL;
  ClassifyPicture      picture;

  /* It may be deleted while others are read. */
  if (!gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
      return FALSE;
    }
  coverage = coverage_new_unselected (layer);
  if (classify_picture_read (layer, coverage, shape, digit, framing, PIXELS_PERCEPTUAL, &picture,
                             &cause))
    {
      memcpy (values, picture.seen, (gsize) cnn_shape_cells (shape) * sizeof (float));
      g_free (picture.seen);
      return TRUE;
    }
  name = gimp_item_get_name (GIMP_ITEM (layer));
  g_set_error (error, CNN_ERROR, cause->domain == CNN_ERROR ? cause->code : CNN_ERROR_SPEC,
               _("“%s” cannot be learnt from: %s"), name, cause->message);
  return FALSE;
}

/* Whether no class was left out as a whole. */
static gboolean
check_classes (const LayerClasses *classes, const Samples *samples, const GPtrArray *broken,
               GError **error)
{
  g_autofree guint *counts = g_new0 (guint, classes->names->len);

  for (guint i = 0; i < samples->labels->len; i++)
    counts[g_array_index (samples->labels, int, i)]++;
  for (guint i = 0; i < classes->names->len; i++)
    if (counts[i] == 0)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("no layer of “%s” can be learnt from. The first: %s"),
                     (const char *) classes->names->pdata[i], (const char *) broken->pdata[0]);
        return FALSE;
      }
  return TRUE;
}

/**
 * layer_classes_read:
 * @shape: what the network takes, with 1 or 3 channels
 * @digit: whether it is shown the layers' ink rather than the layers
 * @framing: how layers of another form are brought to the input's
 * @broken: (nullable) (element-type utf8): gets a sentence for each layer that has nothing to be
 *   seen, and is left out; %NULL: the first is an error
 * @progress: (nullable): how far it is
 *
 * Reads all layers, each as plug-in-convolens-classify sees it.
 *
 * Returns: (transfer full): the data set; or %NULL. Errors: %CNN_ERROR_LIMIT where it would take
 *   too much memory, %CNN_ERROR_SPEC
 */
CnnDataset *
layer_classes_read (const LayerClasses *classes, CnnShape shape, gboolean digit,
                    CnnFraming framing, GPtrArray *broken, RunningProgress *progress,
                    GError **error)
{
  guint              n       = classes->layers->len;
  g_autoptr (Samples) samples = samples_new (shape);

  if (!check_memory (classes, shape, error))
    return NULL;
  samples->values = g_try_new (float, n * samples->cells);
  if (samples->values == NULL)
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT, g_strerror (ENOMEM));
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) cause = NULL;

      if (read_layer (classes->layers->pdata[i], shape, digit, framing,
                      samples->values + samples->names->len * samples->cells, &cause))
        samples_add (samples, classes, i);
      else if (broken != NULL)
        g_ptr_array_add (broken, g_strdup (cause->message));
      else
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return NULL;
        }
      if (progress != NULL)
        running_progress ((double) (i + 1) / n, progress);
    }
  if (!check_classes (classes, samples, broken, error))
    return NULL;
  return make_dataset (classes, shape, g_steal_pointer (&samples));
}
