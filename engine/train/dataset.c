/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "random.h"

/* Samples wherever they come from, and parts of them. */

struct _CnnDataset
{
  gint                   n_refs;
  const CnnDatasetClass *klass;
  gpointer               data;
  gsize                  n;
  CnnShape               shape;
  guint                  n_classes;
  char                 **class_names; /* (nullable): [n_classes], and a %NULL */
};

/**
 * cnn_dataset_new:
 * @klass: (transfer none): where samples come from; it stays for good
 * @n: how many there are
 * @shape: of each
 * @n_classes: labels are below this
 * @class_names: (nullable): [n_classes], and a %NULL; copied
 * @data: (transfer full): for @klass
 *
 * Returns: (transfer full): the data set
 */
CnnDataset *
cnn_dataset_new (const CnnDatasetClass *klass, gsize n, CnnShape shape, guint n_classes,
                 const char *const *class_names, gpointer data)
{
  CnnDataset *dataset = g_new0 (CnnDataset, 1);

  dataset->n_refs = 1;
  dataset->klass = klass;
  dataset->data = data;
  dataset->n = n;
  dataset->shape = shape;
  dataset->n_classes = n_classes;
  dataset->class_names = g_strdupv ((char **) class_names);
  return dataset;
}

CnnDataset *
cnn_dataset_ref (CnnDataset *dataset)
{
  g_atomic_int_inc (&dataset->n_refs);
  return dataset;
}

void
cnn_dataset_unref (CnnDataset *dataset)
{
  if (!g_atomic_int_dec_and_test (&dataset->n_refs))
    return;
  dataset->klass->free (dataset->data);
  g_strfreev (dataset->class_names);
  g_free (dataset);
}

/** cnn_dataset_size: how many samples there are. */
gsize
cnn_dataset_size (const CnnDataset *dataset)
{
  return dataset->n;
}

/** cnn_dataset_shape: the shape of each sample. */
CnnShape
cnn_dataset_shape (const CnnDataset *dataset)
{
  return dataset->shape;
}

/** cnn_dataset_n_classes: labels are from 0 to one less than this. */
guint
cnn_dataset_n_classes (const CnnDataset *dataset)
{
  return dataset->n_classes;
}

/** cnn_dataset_class_names: (nullable): what labels stand for, where that is known. */
const char *const *
cnn_dataset_class_names (const CnnDataset *dataset)
{
  return (const char *const *) dataset->class_names;
}

/** cnn_dataset_label: the class of sample @i; known without reading it. */
int
cnn_dataset_label (const CnnDataset *dataset, gsize i)
{
  g_return_val_if_fail (i < dataset->n, 0);
  return dataset->klass->label (dataset->data, i);
}

/**
 * cnn_dataset_name:
 *
 * Returns: (transfer full): what a person calls sample @i: its file, or its number from 1
 */
char *
cnn_dataset_name (const CnnDataset *dataset, gsize i)
{
  g_return_val_if_fail (i < dataset->n, NULL);
  if (dataset->klass->name)
    return dataset->klass->name (dataset->data, i);
  return g_strdup_printf ("%" G_GSIZE_FORMAT, i + 1);
}

/**
 * cnn_dataset_fits:
 *
 * Returns: whether the network takes samples of this shape; otherwise %CNN_ERROR_SHAPE is set
 */
gboolean
cnn_dataset_fits (const CnnDataset *dataset, const CnnNetwork *network, GError **error)
{
  CnnShape shape = cnn_dataset_shape (dataset), input = cnn_network_input (network, shape);

  if (cnn_shape_equal (shape, input))
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the images are %d×%d×%d, but the network's input is %d×%d×%d"),
               CNN_SHAPE_ARGS (shape), CNN_SHAPE_ARGS (input));
  return FALSE;
}

/**
 * cnn_dataset_read:
 * @values: (out): [height][width][channels], from 0 to 1
 *
 * Reads sample @i; any number of threads may do so at a time.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_IO, %CNN_ERROR_FORMAT or %CNN_ERROR_LIMIT set,
 *   which names the file
 */
gboolean
cnn_dataset_read (const CnnDataset *dataset, gsize i, float *values, GError **error)
{
  g_return_val_if_fail (i < dataset->n, FALSE);
  return dataset->klass->read (dataset->data, i, values, error);
}

/* --- parts ---------------------------------------------------------------- */

typedef struct
{
  CnnDataset *whole;
  gsize      *samples; /* [n] */
} Subset;

static int
subset_label (gpointer data, gsize i)
{
  Subset *subset = data;

  return cnn_dataset_label (subset->whole, subset->samples[i]);
}

static gboolean
subset_read (gpointer data, gsize i, float *values, GError **error)
{
  Subset *subset = data;

  return cnn_dataset_read (subset->whole, subset->samples[i], values, error);
}

static char *
subset_name (gpointer data, gsize i)
{
  Subset *subset = data;

  return cnn_dataset_name (subset->whole, subset->samples[i]);
}

static void
subset_free (gpointer data)
{
  Subset *subset = data;

  cnn_dataset_unref (subset->whole);
  g_free (subset->samples);
  g_free (subset);
}

/**
 * cnn_dataset_subset:
 * @dataset: samples; a reference is kept
 * @samples: numbers of those wanted, [n], in any order; one may be there several times
 *
 * Returns: (transfer full): only those, in that order
 */
CnnDataset *
cnn_dataset_subset (CnnDataset *dataset, const gsize *samples, gsize n)
{
  static const CnnDatasetClass klass = { subset_label, subset_read, subset_name, subset_free };
  Subset                      *subset = g_new0 (Subset, 1);

  for (gsize i = 0; i < n; i++)
    g_assert (samples[i] < dataset->n);
  subset->whole = cnn_dataset_ref (dataset);
  subset->samples = g_memdup2 (samples, n * sizeof (gsize));
  return cnn_dataset_new (&klass, n, dataset->shape, dataset->n_classes,
                          cnn_dataset_class_names (dataset), subset);
}

/* Gives each sample a number by chance that is the same in any order of the work. */
typedef struct
{
  int     label;
  guint64 drawn;
  gsize   sample;
} Lot;

static int
compare_lots (gconstpointer a, gconstpointer b)
{
  const Lot *one = a, *other = b;

  if (one->label != other->label)
    return one->label < other->label ? -1 : 1;
  if (one->drawn != other->drawn)
    return one->drawn < other->drawn ? -1 : 1;
  return one->sample < other->sample ? -1 : one->sample > other->sample;
}

/* Of few samples a class might have none in one of the two parts: it gets one, where it has two
 * to give. */
static void
share_each_class (const Lot *lots, gsize n, guint8 *aside)
{
  for (gsize from = 0, to; from < n; from = to)
    {
      gsize n_aside = 0;

      for (to = from; to < n && lots[to].label == lots[from].label; to++)
        n_aside += aside[lots[to].sample];
      if (to - from >= 2 && n_aside == 0)
        aside[lots[from].sample] = 1;
      else if (to - from >= 2 && n_aside == to - from)
        aside[lots[from].sample] = 0;
    }
}

/**
 * cnn_dataset_split:
 * @share: the share of samples to set aside, more than 0 and less than 1
 * @seed: which samples
 * @rest: (out) (transfer full): the others, in the order of @dataset
 * @part: (out) (transfer full): those set aside, in the order of @dataset
 *
 * Sets a share of the samples aside, of each class the same as far as that is possible, and at
 * least one of each class that has two; as many stay.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set where one of the two would be empty
 */
gboolean
cnn_dataset_split (CnnDataset *dataset, double share, guint64 seed, CnnDataset **rest,
                   CnnDataset **part, GError **error)
{
  gsize             n = dataset->n;
  gsize             wanted = (gsize) floor ((double) n * share + 0.5), n_rest = 0, n_part = 0;
  g_autofree Lot   *lots = NULL;
  g_autofree gsize *samples = NULL, *others = NULL;
  g_autofree guint8 *aside = NULL; /* [n] */

  g_return_val_if_fail (share > 0.0 && share < 1.0, FALSE);
  if (wanted == 0 || wanted >= n)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("of %" PRIu64 " samples, %g %% cannot be set aside: one part "
                     "would be empty"), (guint64) n, 100.0 * share);
      return FALSE;
    }
  lots = g_new (Lot, n);
  samples = g_new (gsize, n);
  others = g_new (gsize, n);
  aside = g_new0 (guint8, n);
  for (gsize i = 0; i < n; i++)
    lots[i] = (Lot) { cnn_dataset_label (dataset, i), cnn_random_bits (seed, i), i };
  qsort (lots, n, sizeof (Lot), compare_lots);
  /* Evenly along the list, in which each class is a run. */
  for (gsize i = 0, taken = 0; i < n; i++)
    if ((gsize) floor ((double) (i + 1) * (double) wanted / (double) n) > taken)
      {
        aside[lots[i].sample] = 1;
        taken++;
      }
  share_each_class (lots, n, aside);
  for (gsize i = 0; i < n; i++)
    if (aside[i])
      samples[n_part++] = i;
    else
      others[n_rest++] = i;
  *part = cnn_dataset_subset (dataset, samples, n_part);
  *rest = cnn_dataset_subset (dataset, others, n_rest);
  return TRUE;
}
