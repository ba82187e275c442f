/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "i18n.h"
#include "optimiser.h"
#include "random.h"
#include "trainer-private.h"

/* --- making one -------------------------------------------------------------------------- */

/* All layers are asked for, so that each is computed by itself. */
static CnnPlan *
make_plan (CnnNetwork *network, CnnShape input, GError **error)
{
  guint              n = cnn_network_n_nodes (network);
  g_autofree guint  *taps = g_new (guint, n);

  if (n < 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network has no weights that could be trained"));
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    taps[i] = i;
  return cnn_plan_new (network, input, n, taps, &(CnnPlanOptions) { .workers = 1 }, error);
}

/* Draws weights that are drawn with another seed. */
static gboolean
draw_weights (const CnnPlan *plan, guint64 seed, GError **error)
{
  for (guint i = 1; i < plan->n; i++)
    {
      const CnnNode *node = plan->nodes[i].node;

      if (plan->nodes[i].n_weights > 0 &&
          !node->op->init (node, plan->infos[node->in[0]].shape,
                           cnn_random_bits (node->seed, seed), plan->nodes[i].weights, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
no_memory (GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("there is not enough memory for the images of a minibatch; try fewer at a time"));
  return FALSE;
}

/* What an optimiser keeps of each number that is trained, about: two numbers and the best. */
#define KEPT_BY_OTHERS 3

/* Refuses what would not fit, before it is begun. */
static gboolean
check_memory (const CnnTrainer *trainer, GError **error)
{
  guint64          member = trainer->floats[CNN_SCOPE_CHUNK] + trainer->floats[CNN_SCOPE_GROUP];
  guint64          floats = trainer->floats[CNN_SCOPE_BATCH] + trainer->n_members * member +
                            (guint64) trainer->n_small * trainer->n_groups +
                            (guint64) trainer->n_values * (2 + KEPT_BY_OTHERS);
  g_autofree char *needs = NULL, *has = NULL;

  if (floats <= trainer->plan->budget / sizeof (float))
    return TRUE;
  needs = g_format_size_full (floats * sizeof (float), G_FORMAT_SIZE_IEC_UNITS);
  has = g_format_size_full (trainer->plan->budget, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("training needs %s of memory, %s may be used; try smaller images, fewer kernels "
                 "and units, or fewer images at a time"),
               needs, has);
  return FALSE;
}

static gboolean
prepare_member (CnnTrainer *trainer, CnnTrainMember *member, GError **error)
{
  member->steps = g_new0 (CnnTrainStep *, trainer->n_items);
  member->arena = cnn_floats_alloc (trainer->floats[CNN_SCOPE_CHUNK] +
                                    trainer->floats[CNN_SCOPE_GROUP]);
  if (member->arena == NULL)
    return no_memory (error);
  for (guint i = 1; i < trainer->n_items; i++)
    if (trainer->items[i].live)
      {
        const CnnTask *task = &trainer->items[i].task;

        member->steps[i] = task->node->op->train (task, error);
        if (member->steps[i] == NULL)
          {
            g_prefix_error (error, _("line %d, column %d: %s: "), task->node->line,
                            task->node->column, task->node->op->name);
            return FALSE;
          }
      }
  return TRUE;
}

static void
list_trained (CnnTrainer *trainer)
{
  trainer->trained = g_array_new (FALSE, FALSE, sizeof (CnnTrained));
  for (guint i = 1; i < trainer->n_items; i++)
    {
      CnnTrainItem *item = &trainer->items[i];

      item->trained_from = trainer->trained->len;
      for (guint k = 0; item->live && item->trained && k < CNN_MAX_WEIGHTS; k++)
        if (item->gradients[k] >= 0)
          {
            const CnnTensor *weight = item->task.weights[k];
            CnnTrained       one = { i, k, cnn_tensor_length (weight), weight->values,
                                     trainer->gradient + item->gradients[k] };

            g_array_append_val (trainer->trained, one);
          }
    }
}

static gboolean
prepare (CnnTrainer *trainer, int workers, GError **error)
{
  gsize most = trainer->group * trainer->n_groups;

  trainer->n_members = MAX (workers > 0 ? (guint) workers : g_get_num_processors (), 1);
  if (!check_memory (trainer, error))
    return FALSE;
  trainer->batch_arena = cnn_floats_alloc (trainer->floats[CNN_SCOPE_BATCH]);
  trainer->group_gradients = cnn_floats_alloc (trainer->n_small * trainer->n_groups);
  trainer->gradient = cnn_floats_alloc (trainer->n_values);
  if (!trainer->batch_arena || !trainer->group_gradients || !trainer->gradient)
    return no_memory (error);
  trainer->sums = g_new0 (double, (trainer->n_groups + 1) * trainer->most_sums);
  trainer->labels = g_new0 (guint, most);
  trainer->losses = g_new0 (double, most);
  trainer->right = g_new0 (gboolean, most);
  list_trained (trainer);
  trainer->members = g_new0 (CnnTrainMember, trainer->n_members);
  for (guint i = 0; i < trainer->n_members; i++)
    if (!prepare_member (trainer, &trainer->members[i], error))
      return FALSE;
  trainer->crew = cnn_crew_new (trainer->n_members);
  trainer->version = 1;
  return TRUE;
}

/**
 * cnn_trainer_new:
 * @network: the network; what its text says of weights is what training begins with
 * @input: shape of an image, as for cnn_network_infer()
 * @options: what the caller decides
 *
 * Makes a network ready for training. The trainer has weights of its own; the network stays
 * as it is.
 *
 * Returns: (transfer full): the trainer, or %NULL with %CNN_ERROR_SHAPE (also where the loss
 *   does not fit the network), %CNN_ERROR_UNSUPPORTED (a layer cannot be trained) or
 *   %CNN_ERROR_LIMIT set
 */
CnnTrainer *
cnn_trainer_new (CnnNetwork *network, CnnShape input, const CnnTrainerOptions *options,
                 GError **error)
{
  g_autoptr (CnnTrainer) trainer = g_new0 (CnnTrainer, 1);
  int                    usual = omp_get_max_threads ();
  gboolean               ok;

  g_return_val_if_fail (options->batch > 0, NULL);

  trainer->loss = options->loss;
  trainer->most = options->batch;
  trainer->kept = options->kept;
  trainer->plan = make_plan (network, input, error);
  if (trainer->plan == NULL ||
      !cnn_loss_fits (options->loss, network, trainer->plan->infos[trainer->plan->n - 1].shape,
                      error))
    return NULL;
  if (options->seed != 0 && !draw_weights (trainer->plan, options->seed, error))
    return NULL;
  omp_set_num_threads (1);
  ok = cnn_trainer_lay_out (trainer, error) && prepare (trainer, options->workers, error);
  omp_set_num_threads (usual);
  return ok ? g_steal_pointer (&trainer) : NULL;
}

void
cnn_trainer_free (CnnTrainer *trainer)
{
  g_clear_pointer (&trainer->crew, cnn_crew_free);
  for (guint m = 0; trainer->members && m < trainer->n_members; m++)
    {
      for (guint i = 0; trainer->members[m].steps && i < trainer->n_items; i++)
        cnn_train_step_free (trainer->members[m].steps[i]);
      g_free (trainer->members[m].steps);
      cnn_floats_free (trainer->members[m].arena);
      g_clear_error (&trainer->members[m].error);
    }
  g_free (trainer->members);
  cnn_floats_free (trainer->batch_arena);
  cnn_floats_free (trainer->group_gradients);
  cnn_floats_free (trainer->gradient);
  g_free (trainer->sums);
  g_free (trainer->labels);
  g_free (trainer->losses);
  g_free (trainer->right);
  g_clear_pointer (&trainer->trained, g_array_unref);
  g_clear_pointer (&trainer->buffers, g_array_unref);
  g_free (trainer->items);
  g_free (trainer->stretches);
  g_clear_pointer (&trainer->plan, cnn_plan_free);
  g_free (trainer);
}

/* --- a minibatch -------------------------------------------------------------------------- */

static gboolean
take_errors (CnnTrainer *trainer, GError **error)
{
  GError *first = NULL;

  for (guint i = 0; i < trainer->n_members; i++)
    {
      if (first == NULL)
        first = g_steal_pointer (&trainer->members[i].error);
      g_clear_error (&trainer->members[i].error);
    }
  g_propagate_error (error, first);
  return FALSE;
}

static gboolean
run_minibatch (CnnTrainer *trainer, guint n, guint64 first, const CnnTrainerSource *source,
               CnnTrainerLoss *loss, GError **error)
{
  trainer->source = source;
  trainer->n = n;
  trainer->first = first;
  trainer->stop = FALSE;
  if (!cnn_trainer_run_jobs (trainer))
    return take_errors (trainer, error);
  *loss = (CnnTrainerLoss) { 0 };
  for (guint i = 0; i < n; i++)
    {
      loss->loss += trainer->losses[i] / n;
      loss->n_right += trainer->right[i];
    }
  return TRUE;
}

/**
 * cnn_trainer_gradient:
 * @n: images of the minibatch, at most as many as the options said
 * @first: number of the first among all images shown so far; what layers draw at random
 *   depends on it
 * @source: the images
 * @loss: (out): of this minibatch, with the weights as they were
 *
 * Runs a minibatch forward and back. Derivatives are in cnn_trainer_trained() then; weights
 * stay as they are, but for those that follow the images by themselves (batchnorm's mean and
 * variance). The same images and weights give the same derivatives to the bit, with any number
 * of workers.
 *
 * Returns: %TRUE; or %FALSE with %CNN_ERROR_UNSUPPORTED, %CNN_ERROR_LIMIT or the source's own
 *   error set. A loss that is no number is no error
 */
gboolean
cnn_trainer_gradient (CnnTrainer *trainer, guint n, guint64 first, const CnnTrainerSource *source,
                      CnnTrainerLoss *loss, GError **error)
{
  int      usual = omp_get_max_threads ();
  gboolean ok;

  g_return_val_if_fail (n > 0 && n <= trainer->most, FALSE);

  omp_set_num_threads (1);
  ok = run_minibatch (trainer, n, first, source, loss, error);
  if (ok)
    cnn_trainer_sum_groups (trainer);
  omp_set_num_threads (usual);
  return ok;
}

/* --- weights -------------------------------------------------------------------------------- */

typedef struct
{
  CnnTrainer          *trainer;
  CnnTrainerBlockFunc  func;
  gpointer             data;
  gboolean             small; /* only those whose derivatives did not come at the end */
} Blocks;

static guint
blocks_of (const Blocks *blocks, const CnnTrained *trained)
{
  if (blocks->small && blocks->trainer->items[trained->node].deferred)
    return 0;
  return cnn_trainer_n_blocks (trained->n);
}

static void
change_work (gpointer data, guint member)
{
  const Blocks *blocks = data;
  CnnTrainer   *trainer = blocks->trainer;

  for (;;)
    {
      guint             at = (guint) g_atomic_int_add (&trainer->next, 1), k = 0;
      const CnnTrained *trained;
      gsize             from;

      for (; k < trainer->trained->len; k++)
        {
          guint n = blocks_of (blocks, &g_array_index (trainer->trained, CnnTrained, k));

          if (at < n)
            break;
          at -= n;
        }
      if (k == trainer->trained->len)
        return;
      trained = &g_array_index (trainer->trained, CnnTrained, k);
      from = (gsize) at * CNN_TRAINER_BLOCK;
      blocks->func (trained, k, from, MIN (CNN_TRAINER_BLOCK, trained->n - from), blocks->data);
    }
}

static void
change (CnnTrainer *trainer, CnnTrainerBlockFunc func, gpointer data, gboolean small)
{
  Blocks blocks = { trainer, func, data, small };

  trainer->next = 0;
  cnn_crew_run (trainer->crew, change_work, &blocks);
  trainer->version++;
}

/**
 * cnn_trainer_change:
 * @func: changes some numbers of a weight; called by all workers, for other numbers each
 * @data: for @func
 *
 * Changes the weights that are trained. What @func does to a number must not depend on which
 * others it is called with.
 */
void
cnn_trainer_change (CnnTrainer *trainer, CnnTrainerBlockFunc func, gpointer data)
{
  change (trainer, func, data, FALSE);
}

/* From so many numbers on, derivatives are no longer in a cache when all of them are there. */
#define MANY (4 * 1024 * 1024)

/**
 * cnn_trainer_step:
 * @n: images of the minibatch, at most as many as the options said
 * @first: number of the first among all images shown so far
 * @source: the images
 * @func: changes some numbers of a weight, as for cnn_trainer_change()
 * @data: for @func
 * @loss: (out): of this minibatch, with the weights as they were
 *
 * cnn_trainer_gradient() and cnn_trainer_change() in one, which is quicker: many weights follow
 * their derivatives while these are in the cache, and few in one go. Where the loss is no number
 * the weights stay as they are.
 *
 * Returns: as cnn_trainer_gradient()
 */
gboolean
cnn_trainer_step (CnnTrainer *trainer, guint n, guint64 first, const CnnTrainerSource *source,
                  CnnTrainerBlockFunc func, gpointer data, CnnTrainerLoss *loss, GError **error)
{
  int      usual = omp_get_max_threads ();
  gboolean many = trainer->n_values >= MANY, ok;

  g_return_val_if_fail (n > 0 && n <= trainer->most, FALSE);

  omp_set_num_threads (1);
  ok = run_minibatch (trainer, n, first, source, loss, error);
  if (ok && isfinite (loss->loss))
    {
      trainer->change = many ? func : NULL;
      trainer->change_data = data;
      cnn_trainer_sum_groups (trainer);
      trainer->change = NULL;
      change (trainer, func, data, many);
    }
  omp_set_num_threads (usual);
  return ok;
}

/**
 * cnn_trainer_squares:
 *
 * Returns: the sum of the squares of all derivatives of the last minibatch
 */
double
cnn_trainer_squares (const CnnTrainer *trainer)
{
  double sum = 0.0;

  for (guint k = 0; k < trainer->trained->len; k++)
    {
      const CnnTrained *trained = &g_array_index (trainer->trained, CnnTrained, k);

      sum += cnn_gradient_squares (trained->n, trained->gradient);
    }
  return sum;
}

/**
 * cnn_trainer_trained:
 * @n: (out): how many
 *
 * Returns: (transfer none): the weights that training changes, [n]
 */
const CnnTrained *
cnn_trainer_trained (const CnnTrainer *trainer, guint *n)
{
  *n = trainer->trained->len;
  return &g_array_index (trainer->trained, CnnTrained, 0);
}

/**
 * cnn_trainer_weights:
 * @node: a layer of the network
 * @n: (out): how many there are
 *
 * Returns: (transfer none): the layer's weights as they are now, as its op lists them
 */
CnnTensor *const *
cnn_trainer_weights (const CnnTrainer *trainer, guint node, guint *n)
{
  return cnn_plan_weights (trainer->plan, node, n);
}

/**
 * cnn_trainer_kept:
 * @d: (out): derivatives of the loss by each of the values, laid out alike
 *
 * Returns: (transfer none): what the layer that was to be kept put out for the last minibatch,
 *   [n][height][width][channels]
 */
const float *
cnn_trainer_kept (const CnnTrainer *trainer, const float **d)
{
  const CnnTrainItem *item = &trainer->items[trainer->kept];

  g_return_val_if_fail (trainer->kept > 0 && item->live, NULL);

  *d = cnn_train_buffer (trainer, item->d, 0, 0, 0);
  return cnn_train_buffer (trainer, item->out, 0, 0, 0);
}

/** cnn_trainer_output: the shape of what the network puts out. */
CnnShape
cnn_trainer_output (const CnnTrainer *trainer)
{
  return trainer->plan->infos[trainer->plan->n - 1].shape;
}

/** cnn_trainer_workers: how many threads compute, which is how many may call a source. */
guint
cnn_trainer_workers (const CnnTrainer *trainer)
{
  return trainer->n_members;
}
