/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n.h"
#include "trainer-private.h"

/* What the crew does with a minibatch: all groups forward and back, then sums over them. */

/* Layers whose derivatives by the weights come at the end are cut into so many parts. */
#define PARTS 8

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
        g_set_error (&member->error, CNN_ERROR, CNN_ERROR_LIMIT,
                     _("there is not enough memory for the weights"));
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
gboolean
cnn_trainer_run_jobs (CnnTrainer *trainer)
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

/* --- sums over the groups, and weights whose derivatives come at the end -------------------- */

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

typedef struct
{
  const CnnTrainer   *trainer;
  const CnnTrainItem *item;
} Written;

/* Derivatives are there: the weights follow them at once. */
static void
follow (gpointer data, guint weight, gsize from, gsize n)
{
  const Written    *written = data;
  const CnnTrainer *trainer = written->trainer;
  guint             number = written->item->trained_from;

  for (guint k = 0; k < weight; k++)
    number += written->item->gradients[k] >= 0;
  trainer->change (&g_array_index (trainer->trained, CnnTrained, number), number, from, n,
                   trainer->change_data);
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
  Written             written = { trainer, item };

  in[0] = cnn_train_buffer (trainer, item->extends ? item->extended
                                                   : trainer->items[item->in[0]].out, 0, 0, 0);
  pass.d_out = cnn_train_buffer (trainer, item->d, 0, 0, 0);
  for (guint k = 0; k < CNN_MAX_WEIGHTS; k++)
    if (item->gradients[k] >= 0)
      d_weights[k] = trainer->gradient + item->gradients[k];
  if (trainer->change)
    {
      pass.written = follow;
      pass.written_data = &written;
    }
  step->gradient (step, &pass, part, parts);
}

static void
finish_work (gpointer data, guint member)
{
  CnnTrainer *trainer = data;
  guint       small = cnn_trainer_n_blocks (trainer->n_small);

  for (;;)
    {
      guint at = (guint) g_atomic_int_add (&trainer->next, 1), i = 1;

      if (at < small)
        {
          gsize from = (gsize) at * CNN_TRAINER_BLOCK;

          sum_groups (trainer, from, MIN (CNN_TRAINER_BLOCK, trainer->n_small - from));
          continue;
        }
      for (at -= small; i < trainer->n_items; i++)
        if (trainer->items[i].live && trainer->items[i].deferred)
          {
            if (at < PARTS)
              break;
            at -= PARTS;
          }
      if (i == trainer->n_items)
        return;
      deferred_part (trainer, member, i, at, PARTS);
    }
}

void
cnn_trainer_sum_groups (CnnTrainer *trainer)
{
  trainer->next = 0;
  cnn_crew_run (trainer->crew, finish_work, trainer);
}
