/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <omp.h>
#include <string.h>

#include "i18n.h"
#include "trainer-private.h"

/* Numbers of a weight that a thread changes at a time. */
#define BLOCK 16384

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

static gboolean
no_memory (GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the images of a "
                                                    "minibatch; try fewer at a time"));
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
    for (guint k = 0; trainer->items[i].live && trainer->items[i].trained && k < CNN_MAX_WEIGHTS;
         k++)
      if (trainer->items[i].gradients[k] >= 0)
        {
          const CnnTensor *weight = trainer->items[i].task.weights[k];
          CnnTrained       one = { i, k, cnn_tensor_length (weight), weight->values,
                                   trainer->gradient + trainer->items[i].gradients[k] };

          g_array_append_val (trainer->trained, one);
        }
}

static gboolean
prepare (CnnTrainer *trainer, int workers, GError **error)
{
  gsize most = trainer->group * trainer->n_groups;

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
  trainer->n_members = MAX (workers > 0 ? (guint) workers : g_get_num_processors (), 1);
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

/* --- jobs ---------------------------------------------------------------------------------- */

/* What all members do with each group before they wait for each other. */
typedef struct
{
  CnnTrainer *trainer;
  gboolean    reads;        /* the images first */
  guint       first, end;   /* items to go forward through */
  guint       measured;     /* then asks this one, 0 for none */
  guint       back_first, back_end;
  guint       back_measured;
} Job;

static gboolean
load (CnnTrainer *trainer, CnnTrainMember *member)
{
  for (guint i = 1; member->loaded != trainer->version && i < trainer->n_items; i++)
    if (member->steps[i] && member->steps[i]->load && !member->steps[i]->load (member->steps[i]))
      {
        no_memory (&member->error);
        return FALSE;
      }
  member->loaded = trainer->version;
  return TRUE;
}

static gboolean
do_group (const Job *job, const CnnTrainGroup *group)
{
  CnnTrainer *trainer = job->trainer;
  double     *sums = trainer->sums + group->number * trainer->most_sums;

  if (job->reads)
    memset (trainer->group_gradients + group->number * trainer->n_small, 0,
            trainer->n_small * sizeof (float));
  if ((job->reads && !cnn_train_group_read (group)) ||
      (job->end > job->first && !cnn_train_group_forward (group, job->first, job->end)))
    return FALSE;
  if (job->measured > 0 || job->back_measured > 0)
    memset (sums, 0, trainer->most_sums * sizeof (double));
  if (job->measured > 0)
    cnn_train_group_measure (group, job->measured, FALSE, sums);
  if (job->back_end > job->back_first &&
      !cnn_train_group_backward (group, job->back_first, job->back_end))
    return FALSE;
  if (job->back_measured > 0)
    cnn_train_group_measure (group, job->back_measured, TRUE, sums);
  return TRUE;
}

static void
work (gpointer data, guint number)
{
  const Job      *job = data;
  CnnTrainer     *trainer = job->trainer;
  CnnTrainMember *member = &trainer->members[number];

  if (!load (trainer, member))
    g_atomic_int_set (&trainer->stop, TRUE);
  while (!g_atomic_int_get (&trainer->stop))
    {
      CnnTrainGroup group = { trainer, number, (guint) g_atomic_int_add (&trainer->next, 1), 0 };

      if (group.number * trainer->group >= trainer->n)
        return;
      group.n = MIN (trainer->group, trainer->n - group.number * trainer->group);
      if (!do_group (job, &group))
        g_atomic_int_set (&trainer->stop, TRUE);
    }
}

static double *
all_sums (CnnTrainer *trainer)
{
  return trainer->sums + trainer->n_groups * trainer->most_sums;
}

static gboolean
run (CnnTrainer *trainer, Job *job)
{
  job->trainer = trainer;
  trainer->next = 0;
  cnn_crew_run (trainer->crew, work, job);
  if (trainer->stop || (job->measured == 0 && job->back_measured == 0))
    return !trainer->stop;
  memset (all_sums (trainer), 0, trainer->most_sums * sizeof (double));
  for (guint g = 0; g * trainer->group < trainer->n; g++)
    for (gsize k = 0; k < trainer->most_sums; k++)
      all_sums (trainer)[k] += trainer->sums[g * trainer->most_sums + k];
  return TRUE;
}

/* The next item from @at, or before it, that has something to measure; or the end. */
static guint
next_measured (const CnnTrainer *trainer, guint at, gboolean back)
{
  if (back)
    while (at > 0 && !(trainer->items[at].live && trainer->items[at].wants &&
                       trainer->items[at].like.n_back_sums > 0))
      at--;
  else
    while (at < trainer->n_items && !(trainer->items[at].live &&
                                      trainer->items[at].like.n_sums > 0))
      at++;
  return at;
}

/* Forward up to the first layer that must see all images, then on up to the next; the loss;
 * and back in the same way. The last way forward and the first way back are one job. */
static gboolean
run_jobs (CnnTrainer *trainer)
{
  Job           job = { .reads = TRUE, .first = 1 };
  CnnTrainStep *step;
  guint         back = next_measured (trainer, trainer->n_items - 1, TRUE);

  for (;;)
    {
      job.end = next_measured (trainer, job.first + (job.reads ? 0 : 1), FALSE);
      if (job.end == trainer->n_items)
        break;
      job.measured = job.end;
      if (!run (trainer, &job))
        return FALSE;
      step = trainer->members[0].steps[job.measured];
      if (step->settle)
        step->settle (step, &(CnnPass) { .sums = all_sums (trainer), .n_all = trainer->n });
      job = (Job) { .first = job.measured };
    }
  job.back_end = trainer->n_items;
  job.back_first = back + 1;
  for (;;)
    {
      job.back_measured = back;
      job.back_first = back > 0 ? back + 1 : 1;
      if (!run (trainer, &job))
        return FALSE;
      if (back == 0)
        return TRUE;
      job = (Job) { .back_end = back + 1 };
      back = next_measured (trainer, back - 1, TRUE);
    }
}

/* --- sums over the groups, and weights whose derivatives come at the end ----------------------- */

typedef struct
{
  CnnTrainer          *trainer;
  CnnTrainerBlockFunc  func;
  gpointer             data;
  guint                parts; /* of the layers that are computed at the end */
} Blocks;

static guint
n_blocks (gsize n)
{
  return (guint) ((n + BLOCK - 1) / BLOCK);
}

static void
sum_groups (CnnTrainer *trainer, gsize from, gsize n)
{
  float *restrict sum = trainer->gradient + from;

  memcpy (sum, trainer->group_gradients + from, n * sizeof (float));
  for (guint g = 1; g * trainer->group < trainer->n; g++)
    {
      const float *restrict add = trainer->group_gradients + g * trainer->n_small + from;

      for (gsize i = 0; i < n; i++)
        sum[i] += add[i];
    }
}

static void
deferred_part (CnnTrainer *trainer, guint member, guint number, guint part, guint parts)
{
  const CnnTrainItem *item = &trainer->items[number];
  CnnTrainStep       *step = trainer->members[member].steps[number];
  float              *d_weights[CNN_MAX_WEIGHTS] = { NULL };
  const float        *in[CNN_MAX_INPUTS] = { NULL };
  CnnPass             pass = { .n = trainer->n, .n_all = trainer->n, .in = in,
                               .d_weights = d_weights };

  in[0] = cnn_train_buffer (trainer, item->extends ? item->extended
                                                   : trainer->items[item->in[0]].out, 0, 0, 0);
  pass.d_out = cnn_train_buffer (trainer, item->d, 0, 0, 0);
  for (guint k = 0; k < CNN_MAX_WEIGHTS; k++)
    if (item->gradients[k] >= 0)
      d_weights[k] = trainer->gradient + item->gradients[k];
  step->gradient (step, &pass, part, parts);
}

static void
finish_work (gpointer data, guint member)
{
  Blocks     *blocks = data;
  CnnTrainer *trainer = blocks->trainer;
  guint       small = n_blocks (trainer->n_small);

  for (;;)
    {
      guint at = (guint) g_atomic_int_add (&trainer->next, 1), i = 1;

      if (at < small)
        {
          gsize from = (gsize) at * BLOCK;

          sum_groups (trainer, from, MIN (BLOCK, trainer->n_small - from));
          continue;
        }
      for (at -= small; i < trainer->n_items; i++)
        if (trainer->items[i].live && trainer->items[i].deferred)
          {
            if (at < blocks->parts)
              break;
            at -= blocks->parts;
          }
      if (i == trainer->n_items)
        return;
      deferred_part (trainer, member, i, at, blocks->parts);
    }
}

static void
finish_gradient (CnnTrainer *trainer)
{
  Blocks blocks = { trainer, NULL, NULL, 8 };

  memset (trainer->gradient + trainer->n_small, 0,
          (trainer->n_values - trainer->n_small) * sizeof (float));
  trainer->next = 0;
  cnn_crew_run (trainer->crew, finish_work, &blocks);
}

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
  trainer->source = source;
  trainer->n = n;
  trainer->first = first;
  trainer->stop = FALSE;
  ok = run_jobs (trainer);
  if (ok)
    finish_gradient (trainer);
  omp_set_num_threads (usual);
  if (!ok)
    return take_errors (trainer, error);
  *loss = (CnnTrainerLoss) { 0 };
  for (guint i = 0; i < n; i++)
    {
      loss->loss += trainer->losses[i] / n;
      loss->n_right += trainer->right[i];
    }
  return TRUE;
}

/* --- weights ------------------------------------------------------------------------------------- */

static void
change_work (gpointer data, guint member)
{
  Blocks     *blocks = data;
  CnnTrainer *trainer = blocks->trainer;

  for (;;)
    {
      guint at = (guint) g_atomic_int_add (&trainer->next, 1), k = 0;

      for (; k < trainer->trained->len; k++)
        {
          guint n = n_blocks (g_array_index (trainer->trained, CnnTrained, k).n);

          if (at < n)
            break;
          at -= n;
        }
      if (k == trainer->trained->len)
        return;
      {
        const CnnTrained *trained = &g_array_index (trainer->trained, CnnTrained, k);
        gsize             from = (gsize) at * BLOCK;

        blocks->func (trained, k, from, MIN (BLOCK, trained->n - from), blocks->data);
      }
    }
}

/**
 * cnn_trainer_change:
 * @func: changes some numbers of a weight; called by all workers, for other numbers each
 * @data: for @func
 *
 * Changes the weights that are trained. The parts they are cut into do not depend on the
 * number of workers.
 */
void
cnn_trainer_change (CnnTrainer *trainer, CnnTrainerBlockFunc func, gpointer data)
{
  Blocks blocks = { trainer, func, data, 0 };

  trainer->next = 0;
  cnn_crew_run (trainer->crew, change_work, &blocks);
  trainer->version++;
}

/**
 * cnn_trainer_norm:
 *
 * Returns: the root of the sum of the squares of all derivatives of the last minibatch
 */
double
cnn_trainer_norm (CnnTrainer *trainer)
{
  double sum = 0.0;

  for (guint k = 0; k < trainer->trained->len; k++)
    {
      const CnnTrained *trained = &g_array_index (trainer->trained, CnnTrained, k);

      for (gsize i = 0; i < trained->n; i++)
        sum += (double) trained->gradient[i] * trained->gradient[i];
    }
  return sqrt (sum);
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
