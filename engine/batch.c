/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch-private.h"

#include <omp.h>

#include "border.h"
#include "i18n.h"
#include "ops.h"

/* Many small images. The members of a crew take chunks of them. Within a chunk,
 * maps are made image by image, through all layers while they are in the cache;
 * vectors, from the first dense layer on, are made for all images of the chunk at
 * once, so that each weight that is read serves all of them. */

/* Images that are enough for that. */
#define CHUNK 16

/* --- what is done how ---------------------------------------------------------- */

static guint
count_uses (const CnnPlan *plan, guint node)
{
  guint uses = 0;

  for (guint i = 0; i < plan->n; i++)
    for (guint j = 0; plan->nodes[i].needed && j < plan->nodes[i].node->n_in; j++)
      uses += plan->nodes[i].node->in[j] == node;
  return uses;
}

static gboolean
is_vector (CnnShape shape)
{
  return shape.height == 1 && shape.width == 1;
}

/* A vector for each image lies in memory as a map with a row for each does. */
static gboolean
takes_many (const CnnNode *node, CnnShape out)
{
  return is_vector (out) && (node->op->batches || cnn_node_reach (node) == CNN_REACH_POINT);
}

static void
set_node (CnnBatch *batch, guint i)
{
  const CnnPlan *plan = batch->plan;
  CnnBatchNode     *at = &batch->nodes[i];
  const CnnNode *node = plan->nodes[i].node;
  const CnnOp   *op = node->op;
  guint          in = node->n_in > 0 ? node->in[0] : 0;
  gboolean       copies = op->prepare == cnn_copy_prepare;

  *at = (CnnBatchNode) { .runs = i > 0,
                      .many = i > 0 && takes_many (node, plan->infos[i].shape),
                      .root = i,
                      .wide = i == 0,
                      .cells = (gsize) cnn_shape_cells (plan->infos[i].shape) };
  /* Only what no one else reads may be overwritten. */
  if (i == 0 || node->n_in != 1 || in == 0 || plan->nodes[in].tap >= 0 ||
      (cnn_node_reach (node) != CNN_REACH_POINT && !copies) || count_uses (plan, in) != 1 ||
      cnn_shape_cells (plan->infos[in].shape) != cnn_shape_cells (plan->infos[i].shape))
    return;
  at->root = batch->nodes[in].root;
  if (op->slope && plan->nodes[in].node->op->fuses)
    batch->nodes[in].then = node;
  else if (!copies)
    return;
  at->runs = FALSE;
  at->many = batch->nodes[in].many;
}

/* What lies between two stretches is there for all images. */
static void
set_wide (CnnBatch *batch)
{
  const CnnPlan *plan = batch->plan;
  guint          stretch = 0;

  for (guint i = 1; i < plan->n; i++)
    if (plan->nodes[i].needed)
      {
        stretch += batch->nodes[i].many;
        batch->nodes[i].stretch = stretch;
        stretch += batch->nodes[i].many;
      }
  for (guint i = 1; i < plan->n; i++)
    {
      CnnBatchNode *at = &batch->nodes[i];

      if (!plan->nodes[i].needed)
        continue;
      if (at->many)
        batch->nodes[at->root].wide = TRUE;
      for (guint j = 0; j < plan->nodes[i].node->n_in; j++)
        {
          const CnnBatchNode *in = &batch->nodes[plan->nodes[i].node->in[j]];

          if (in->stretch != at->stretch)
            batch->nodes[in->root].wide = TRUE;
        }
    }
}

/* Of a node that has memory; rounded up to cache lines. */
gsize
cnn_batch_map_floats (const CnnBatch *batch, guint i)
{
  gsize n = batch->nodes[i].cells * (batch->nodes[i].wide ? batch->chunk : 1);

  return (n + 15) / 16 * 16;
}

static gsize
extended_floats (const CnnBatch *batch)
{
  const CnnPlan *plan = batch->plan;
  gint64         most = 0;

  for (guint i = 1; i < plan->n; i++)
    if (plan->nodes[i].needed && plan->nodes[i].extends)
      {
        CnnTask task;

        cnn_plan_whole_task (plan, i, &task);
        most = MAX (most, cnn_shape_cells (task.in[0]));
      }
  return (gsize) most;
}

/* Whether there is memory for the node's output; else it is in that of another. */
gboolean
cnn_batch_has_memory (const CnnBatch *batch, guint i)
{
  return i > 0 && batch->plan->nodes[i].needed && batch->nodes[i].root == i;
}

static guint64
measure (CnnBatch *batch)
{
  batch->floats = extended_floats (batch);
  for (guint i = 0; i < batch->plan->n; i++)
    if (cnn_batch_has_memory (batch, i))
      batch->floats += cnn_batch_map_floats (batch, i);
  return (guint64) batch->floats * sizeof (float) * batch->n_members;
}

/* --- a run ------------------------------------------------------------------------------ */

static gboolean
prepare (CnnBatch *batch, GError **error)
{
  for (guint i = 0; i < batch->n_members; i++)
    if (!cnn_batch_member_prepare (batch, &batch->members[i], error))
      {
        for (guint k = 0; k <= i; k++)
          cnn_batch_member_clear (&batch->members[k], batch->plan->n);
        return FALSE;
      }
  batch->crew = cnn_crew_new (batch->n_members);
  return TRUE;
}

static void
work (gpointer data, guint number)
{
  CnnBatch *batch = data;

  while (!g_atomic_int_get (&batch->stop))
    {
      guint first = (guint) g_atomic_int_add (&batch->next, 1) * batch->per;
      CnnBatchChunk chunk = { batch, &batch->members[number], first, 0 };

      if (first >= batch->n)
        return;
      chunk.n = MIN (batch->per, batch->n - first);
      if (g_cancellable_is_cancelled (batch->cancellable) || !cnn_batch_run_chunk (&chunk))
        g_atomic_int_set (&batch->stop, TRUE);
    }
}

static gboolean
finish (CnnBatch *batch, GError **error)
{
  GError *first = NULL;

  for (guint i = 0; i < batch->n_members; i++)
    {
      if (first == NULL)
        first = g_steal_pointer (&batch->members[i].error);
      g_clear_error (&batch->members[i].error);
    }
  if (first == NULL && batch->stop)
    first = g_error_new (CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
  if (first)
    g_propagate_error (error, first);
  return !batch->stop;
}

/**
 * cnn_batch_new:
 * @most: images that a run may have
 *
 * Works out how a plan runs on batches. Takes smaller chunks, and fewer threads,
 * where the memory allowed is not enough, and adds what it takes to the plan's.
 *
 * Returns: (transfer full): what is worked out; or %NULL with %CNN_ERROR_LIMIT set
 */
CnnBatch *
cnn_batch_new (CnnPlan *plan, guint most, GError **error)
{
  CnnBatch *batch = g_new0 (CnnBatch, 1);
  guint64   bytes;

  batch->plan = plan;
  batch->most = most;
  batch->n_members = MIN (plan->n_workers, most);
  batch->chunk = MIN (CHUNK, (most + batch->n_members - 1) / batch->n_members);
  batch->nodes = g_new0 (CnnBatchNode, plan->n);
  for (guint i = 0; i < plan->n; i++)
    if (plan->nodes[i].needed)
      set_node (batch, i);
  set_wide (batch);
  bytes = measure (batch);
  while (plan->memory + bytes > plan->budget && batch->chunk * batch->n_members > 1)
    {
      *(batch->chunk > 1 ? &batch->chunk : &batch->n_members) /= 2;
      bytes = measure (batch);
    }
  batch->members = g_new0 (CnnBatchMember, batch->n_members);
  plan->memory += bytes;
  if (plan->memory <= plan->budget || cnn_schedule_refuse (plan, error))
    return batch;
  plan->memory -= bytes;
  cnn_batch_free (batch);
  return NULL;
}

void
cnn_batch_free (CnnBatch *batch)
{
  g_clear_pointer (&batch->crew, cnn_crew_free);
  for (guint i = 0; i < batch->n_members; i++)
    cnn_batch_member_clear (&batch->members[i], batch->plan->n);
  g_free (batch->members);
  g_free (batch->nodes);
  g_free (batch);
}

/**
 * cnn_plan_run_batch:
 * @n: images, at most as many as the plan was made for
 * @in: the images, [n][height][width][channels]
 * @out: room for the output of each tap, [n][height][width][channels] each; all
 *   of its map, whatever regions the plan was made with
 * @cancellable: (nullable): to stop the run, from any thread
 *
 * Runs the network on several images, or on one that is in memory already. The
 * first run prepares everything; the others allocate nothing, so that many small
 * ones are fast. What an image gives does not depend on the others, but for the
 * last bits of numbers that are not whole. One run at a time; also not beside
 * cnn_plan_run().
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_CANCELLED, %CNN_ERROR_LIMIT or
 *   %CNN_ERROR_UNSUPPORTED set
 */
gboolean
cnn_plan_run_batch (CnnPlan *plan, guint n, const float *in, float *const *out,
                    GCancellable *cancellable, GError **error)
{
  int       usual = omp_get_max_threads ();
  CnnBatch *batch;
  guint     rounds;
  gboolean  ok;

  if (plan->batch == NULL)
    plan->batch = cnn_batch_new (plan, 1, error);
  batch = plan->batch;
  if (batch == NULL)
    return FALSE;
  g_return_val_if_fail (n > 0 && n <= batch->most, FALSE);

  omp_set_num_threads (1);
  ok = batch->crew || prepare (batch, error);
  if (ok)
    {
      rounds = (n + batch->n_members * batch->chunk - 1) / (batch->n_members * batch->chunk);
      batch->n = n;
      batch->per = (n + batch->n_members * rounds - 1) / (batch->n_members * rounds);
      batch->in = in;
      batch->out = out;
      batch->cancellable = cancellable;
      batch->next = 0;
      batch->stop = FALSE;
      if (batch->per >= n)
        work (batch, 0);
      else
        cnn_crew_run (batch->crew, work, batch);
      ok = finish (batch, error);
    }
  omp_set_num_threads (usual);
  return ok;
}
