/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate.h"

#include <math.h>

#include "crew.h"
#include "i18n.h"
#include "plan.h"

/* Images that run at a time. */
#define BATCH 256

typedef struct
{
  CnnDataset *images;
  gsize       first;
  guint       n;
  float      *values; /* [n][image] */
  gint        next;
  GMutex      mutex;
  GError     *error;  /* of the first that could not be read */
} Reading;

static void
read_some (gpointer data, guint member)
{
  Reading *reading = data;
  gsize    floats = (gsize) cnn_shape_cells (cnn_dataset_shape (reading->images));
  guint    i;

  while ((i = (guint) g_atomic_int_add (&reading->next, 1)) < reading->n)
    {
      GError *error = NULL;

      if (cnn_dataset_read (reading->images, reading->first + i, reading->values + i * floats,
                            &error))
        continue;
      g_mutex_lock (&reading->mutex);
      if (reading->error == NULL)
        reading->error = g_steal_pointer (&error);
      g_mutex_unlock (&reading->mutex);
      g_clear_error (&error);
      return;
    }
}

static int
worse_first (gconstpointer a, gconstpointer b)
{
  double x = ((const CnnMistake *) a)->loss, y = ((const CnnMistake *) b)->loss;

  return x < y ? 1 : x > y ? -1 : 0;
}

/* Takes in what came out for an image: probabilities. */
static void
take (CnnEvaluation *evaluation, gsize image, guint label, const float *out)
{
  guint  answer = 0;
  double loss = -log (MAX (out[label], G_MINFLOAT));

  for (guint c = 1; c < evaluation->n_classes; c++)
    if (out[c] > out[answer])
      answer = c;
  evaluation->loss += loss;
  evaluation->n_right += answer == label;
  evaluation->confusion[label * evaluation->n_classes + answer]++;
  if (answer != label)
    {
      CnnMistake mistake = { image, label, answer, loss };

      g_array_append_val (evaluation->mistakes, mistake);
    }
}

static gboolean
run (CnnEvaluation *evaluation, CnnPlan *plan, CnnDataset *images, CnnCrew *crew,
     GCancellable *cancellable, GError **error)
{
  gsize             floats = (gsize) cnn_shape_cells (cnn_dataset_shape (images));
  g_autofree float *values = g_new (float, BATCH * floats);
  g_autofree float *out = g_new (float, BATCH * evaluation->n_classes);
  Reading           reading = { .images = images, .values = values };

  g_mutex_init (&reading.mutex);
  for (; reading.first < evaluation->n; reading.first += reading.n)
    {
      reading.n = (guint) MIN (BATCH, evaluation->n - reading.first);
      reading.next = 0;
      cnn_crew_run (crew, read_some, &reading);
      if (reading.error)
        g_propagate_error (error, reading.error);
      if (reading.error || !cnn_plan_run_batch (plan, reading.n, values, &out, cancellable, error))
        break;
      for (guint i = 0; i < reading.n; i++)
        take (evaluation, reading.first + i, cnn_dataset_label (images, reading.first + i),
              out + (gsize) i * evaluation->n_classes);
    }
  g_mutex_clear (&reading.mutex);
  return reading.first >= evaluation->n;
}

/**
 * cnn_evaluate:
 * @network: a network that puts out the probabilities of classes
 * @images: what to try it on, of as many classes
 * @n_mistakes: how many of the worst mistakes to list
 * @workers: threads that compute; 0 for as many as there are processors
 * @cancellable: (nullable): to stop, from any thread
 *
 * Runs a network on labelled images and counts what it gets right.
 *
 * Returns: (transfer full): the counts; or %NULL with %CNN_ERROR_SHAPE, %CNN_ERROR_LIMIT,
 *   %CNN_ERROR_CANCELLED or the data set's error set
 */
CnnEvaluation *
cnn_evaluate (CnnNetwork *network, CnnDataset *images, guint n_mistakes, int workers,
              GCancellable *cancellable, GError **error)
{
  g_autoptr (CnnEvaluation) evaluation = g_new0 (CnnEvaluation, 1);
  CnnPlanOptions            options = { .workers = workers, .batch = BATCH };
  g_autoptr (CnnPlan)       plan = NULL;
  guint                     last = cnn_network_n_nodes (network) - 1;
  CnnCrew                  *crew;
  gboolean                  ok;

  if (!cnn_dataset_fits (images, network, error))
    return NULL;
  evaluation->n = cnn_dataset_size (images);
  evaluation->n_classes = cnn_dataset_n_classes (images);
  evaluation->confusion = g_new0 (gsize, (gsize) evaluation->n_classes * evaluation->n_classes);
  evaluation->mistakes = g_array_new (FALSE, FALSE, sizeof (CnnMistake));
  plan = cnn_plan_new (network, cnn_dataset_shape (images), 1, &last, &options, error);
  if (plan == NULL)
    return NULL;
  if (cnn_shape_cells (cnn_plan_info (plan, last)->shape) != evaluation->n_classes)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network puts out %d×%d×%d values, but the images are of %u classes"),
                   CNN_SHAPE_ARGS (cnn_plan_info (plan, last)->shape), evaluation->n_classes);
      return NULL;
    }
  crew = cnn_crew_new (workers > 0 ? (guint) workers : g_get_num_processors ());
  ok = run (evaluation, plan, images, crew, cancellable, error);
  cnn_crew_free (crew);
  if (!ok)
    return NULL;
  evaluation->loss /= (double) MAX (evaluation->n, 1);
  g_array_sort (evaluation->mistakes, worse_first);
  g_array_set_size (evaluation->mistakes, MIN (evaluation->mistakes->len, n_mistakes));
  return g_steal_pointer (&evaluation);
}

void
cnn_evaluation_free (CnnEvaluation *evaluation)
{
  g_free (evaluation->confusion);
  g_clear_pointer (&evaluation->mistakes, g_array_unref);
  g_free (evaluation);
}
