/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan-private.h"

#include <omp.h>
#include <string.h>

#include "border.h"
#include "crew.h"
#include "i18n.h"
#include "ops.h"

/* Many small images. The members of a crew take chunks of them. Within a chunk,
 * maps are made image by image, through all layers while they are in the cache;
 * vectors, from the first dense layer on, are made for all images of the chunk at
 * once, so that each weight that is read serves all of them. */

/* Images that are enough for that. */
#define CHUNK 16

/* Part of a chunk from which on the rest is filled up with zeros, rather than
 * computing image by image. */
#define FILLED 4

/**
 * BatchNode:
 * @runs: it has a step of its own; it is not done by the layer before
 * @many: its step takes all images of a chunk
 * @then: (nullable): the layer that its step does to the output
 * @root: the node in whose memory its output is
 * @stretch: layers that do as many images at a time have the same number, up to
 *   the first that does not
 * @wide: of a root: there is room for all images of a chunk
 * @cells: of the output
 */
typedef struct
{
  gboolean       runs;
  gboolean       many;
  const CnnNode *then;
  guint          root;
  guint          stretch;
  gboolean       wide;
  gsize          cells;
} BatchNode;

typedef struct
{
  CnnStep **one;      /* [n] */
  CnnStep **many;     /* [n] */
  float    *arena;
  float   **maps;     /* [n]: of roots, within the arena */
  float    *extended; /* a map with its border, within the arena */
  GError   *error;
} BatchMember;

struct _CnnBatch
{
  const CnnPlan *plan;
  guint          most;      /* images of a run */
  guint          chunk;
  gsize          floats;    /* of an arena */
  BatchNode     *nodes;     /* [n] */
  guint          n_members;
  BatchMember   *members;   /* [n_members] */
  CnnCrew       *crew;      /* from the first run on */

  /* Of a run: */
  guint          n;
  guint          per;       /* images that a member takes at a time */
  const float   *in;
  float *const  *out;
  GCancellable  *cancellable;
  gint           next;      /* chunk to be taken */
  gint           stop;
};

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
takes_many (const CnnOp *op, CnnShape out)
{
  return is_vector (out) && (op->batches || op->reach == CNN_REACH_POINT);
}

static void
set_node (CnnBatch *batch, guint i)
{
  const CnnPlan *plan = batch->plan;
  BatchNode     *at = &batch->nodes[i];
  const CnnNode *node = plan->nodes[i].node;
  const CnnOp   *op = node->op;
  guint          in = node->n_in > 0 ? node->in[0] : 0;
  gboolean       copies = op->prepare == cnn_copy_prepare;

  *at = (BatchNode) { .runs = i > 0,
                      .many = i > 0 && takes_many (op, plan->infos[i].shape),
                      .root = i,
                      .wide = i == 0,
                      .cells = (gsize) cnn_shape_cells (plan->infos[i].shape) };
  /* Only what no one else reads may be overwritten. */
  if (i == 0 || node->n_in != 1 || in == 0 || plan->nodes[in].tap >= 0 ||
      (op->reach != CNN_REACH_POINT && !copies) || count_uses (plan, in) != 1)
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
      BatchNode *at = &batch->nodes[i];

      if (!plan->nodes[i].needed)
        continue;
      if (at->many)
        batch->nodes[at->root].wide = TRUE;
      for (guint j = 0; j < plan->nodes[i].node->n_in; j++)
        {
          const BatchNode *in = &batch->nodes[plan->nodes[i].node->in[j]];

          if (in->stretch != at->stretch)
            batch->nodes[in->root].wide = TRUE;
        }
    }
}

/* Rounded up to cache lines. */
static gsize
map_floats (const CnnBatch *batch, guint i)
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

static gboolean
has_memory (const CnnBatch *batch, guint i)
{
  return i > 0 && batch->plan->nodes[i].needed && batch->nodes[i].root == i;
}

static guint64
measure (CnnBatch *batch)
{
  batch->floats = extended_floats (batch);
  for (guint i = 0; i < batch->plan->n; i++)
    if (has_memory (batch, i))
      batch->floats += map_floats (batch, i);
  return (guint64) batch->floats * sizeof (float) * batch->n_members;
}

/* --- a member's memory and steps -------------------------------------------------- */

static void
member_clear (BatchMember *member, guint n)
{
  for (guint i = 0; member->one && i < n; i++)
    {
      g_clear_pointer (&member->one[i], cnn_step_free);
      g_clear_pointer (&member->many[i], cnn_step_free);
    }
  g_clear_pointer (&member->one, g_free);
  g_clear_pointer (&member->many, g_free);
  g_clear_pointer (&member->maps, g_free);
  g_clear_pointer (&member->arena, cnn_floats_free);
}

static void
many_task (const CnnBatch *batch, CnnTask *task)
{
  if (task->node->op->batches)
    {
      task->batch = (int) batch->chunk;
      return;
    }
  task->out.height = (int) batch->chunk;
  for (guint j = 0; j < task->n_in; j++)
    task->in[j].height = (int) batch->chunk;
}

static gboolean
prepare_node (const CnnBatch *batch, BatchMember *member, guint i, GError **error)
{
  const CnnNode *node = batch->plan->nodes[i].node;
  CnnTask        task;

  cnn_plan_whole_task (batch->plan, i, &task);
  task.then = batch->nodes[i].then;
  member->one[i] = node->op->prepare (&task, error);
  if (member->one[i] && batch->nodes[i].many && batch->chunk > 1)
    {
      many_task (batch, &task);
      member->many[i] = node->op->prepare (&task, error);
      if (member->many[i] == NULL)
        g_clear_pointer (&member->one[i], cnn_step_free);
    }
  if (member->one[i] == NULL)
    g_prefix_error (error, _("line %d, column %d: %s: "), node->line, node->column, node->op->name);
  return member->one[i] != NULL;
}

static gboolean
prepare_member (const CnnBatch *batch, BatchMember *member, GError **error)
{
  const CnnPlan *plan = batch->plan;
  float         *at;

  member->arena = cnn_floats_alloc (batch->floats);
  if (member->arena == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the bands"));
      return FALSE;
    }
  /* Of a chunk that is not full, the rest is computed as well. */
  memset (member->arena, 0, batch->floats * sizeof (float));
  member->one = g_new0 (CnnStep *, plan->n);
  member->many = g_new0 (CnnStep *, plan->n);
  member->maps = g_new0 (float *, plan->n);
  at = member->arena;
  for (guint i = 0; i < plan->n; i++)
    if (has_memory (batch, i))
      {
        member->maps[i] = at;
        at += map_floats (batch, i);
      }
  member->extended = at;
  for (guint i = 1; i < plan->n; i++)
    if (plan->nodes[i].needed && batch->nodes[i].runs && !prepare_node (batch, member, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
prepare (CnnBatch *batch, GError **error)
{
  for (guint i = 0; i < batch->n_members; i++)
    if (!prepare_member (batch, &batch->members[i], error))
      {
        for (guint k = 0; k <= i; k++)
          member_clear (&batch->members[k], batch->plan->n);
        return FALSE;
      }
  batch->crew = cnn_crew_new (batch->n_members);
  return TRUE;
}

/* --- a chunk ------------------------------------------------------------------------ */

/* Some images of the run, as one member does them. */
typedef struct
{
  const CnnBatch *batch;
  BatchMember    *member;
  guint           first;
  guint           n;
} Chunk;

/* A node's output for the image, counted from the chunk's first. */
static float *
map_of (const Chunk *chunk, guint i, guint image)
{
  const BatchNode *at = &chunk->batch->nodes[i];
  gsize            offset = chunk->batch->nodes[at->root].wide ? image * at->cells : 0;

  if (i == 0) /* which no step writes */
    return (float *) chunk->batch->in + (chunk->first + image) * at->cells;
  return chunk->member->maps[at->root] + offset;
}

static gboolean
run_step (const Chunk *chunk, guint i, guint image, CnnStep *step)
{
  const CnnPlanNode *node = &chunk->batch->plan->nodes[i];
  const guint       *ins = node->node->in;
  const float       *in[CNN_MAX_INPUTS];

  for (guint j = 0; j < node->node->n_in; j++)
    in[j] = map_of (chunk, ins[j], image);
  if (node->extends)
    {
      cnn_border_extend (&node->window, chunk->batch->plan->infos[ins[0]].shape, in[0],
                         chunk->member->extended);
      in[0] = chunk->member->extended;
    }
  if (step->run (step, in, map_of (chunk, i, image), 0, 0))
    return TRUE;
  g_set_error (&chunk->member->error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("line %d, column %d: %s: the computation failed"), node->node->line,
               node->node->column, node->node->op->name);
  return FALSE;
}

static void
put_tap (const Chunk *chunk, guint i, guint image, guint n)
{
  int   tap = chunk->batch->plan->nodes[i].tap;
  gsize cells = chunk->batch->nodes[i].cells;

  if (tap >= 0)
    memcpy (chunk->batch->out[tap] + (chunk->first + image) * cells, map_of (chunk, i, image),
            n * cells * sizeof (float));
}

static gboolean
run_one (const Chunk *chunk, guint i, guint image)
{
  if (chunk->batch->nodes[i].runs && !run_step (chunk, i, image, chunk->member->one[i]))
    return FALSE;
  put_tap (chunk, i, image, 1);
  return TRUE;
}

/* Whether the step for a full chunk can be used: enough of it is there, and the
 * rest lies in our memory. */
static gboolean
is_worth_many (const Chunk *chunk, guint i)
{
  const CnnNode *node = chunk->batch->plan->nodes[i].node;

  if (chunk->member->many[i] == NULL || chunk->n * FILLED < chunk->batch->chunk)
    return FALSE;
  for (guint j = 0; j < node->n_in; j++)
    if (node->in[j] == 0 && chunk->n < chunk->batch->chunk)
      return FALSE;
  return TRUE;
}

static gboolean
run_many (const Chunk *chunk, guint i)
{
  const CnnBatch *batch = chunk->batch;
  const CnnNode  *node = batch->plan->nodes[i].node;

  if (batch->nodes[i].runs && is_worth_many (chunk, i))
    {
      for (guint j = 0; j < node->n_in && chunk->n < batch->chunk; j++)
        memset (map_of (chunk, node->in[j], chunk->n), 0,
                (batch->chunk - chunk->n) * batch->nodes[node->in[j]].cells * sizeof (float));
      if (!run_step (chunk, i, 0, chunk->member->many[i]))
        return FALSE;
    }
  else
    for (guint image = 0; batch->nodes[i].runs && image < chunk->n; image++)
      if (!run_step (chunk, i, image, chunk->member->one[i]))
        return FALSE;
  put_tap (chunk, i, 0, chunk->n);
  return TRUE;
}

/* All layers from first up to end, each image through all of them. */
static gboolean
run_stretch (const Chunk *chunk, guint first, guint end)
{
  for (guint image = 0; image < chunk->n; image++)
    for (guint i = first; i < end; i++)
      if (chunk->batch->plan->nodes[i].needed && !run_one (chunk, i, image))
        return FALSE;
  return TRUE;
}

static gboolean
run_chunk (const Chunk *chunk)
{
  const CnnPlan *plan = chunk->batch->plan;
  guint          i = 1;

  put_tap (chunk, 0, 0, chunk->n);
  while (i < plan->n)
    {
      guint end = i;

      while (end < plan->n && !(plan->nodes[end].needed && chunk->batch->nodes[end].many))
        end++;
      if (!run_stretch (chunk, i, end))
        return FALSE;
      if (end < plan->n && !run_many (chunk, end))
        return FALSE;
      i = end + 1;
    }
  return TRUE;
}

/* --- a run ------------------------------------------------------------------------------ */

static void
work (gpointer data, guint number)
{
  CnnBatch *batch = data;

  while (!g_atomic_int_get (&batch->stop))
    {
      guint first = (guint) g_atomic_int_add (&batch->next, 1) * batch->per;
      Chunk chunk = { batch, &batch->members[number], first, 0 };

      if (first >= batch->n)
        return;
      chunk.n = MIN (batch->per, batch->n - first);
      if (g_cancellable_is_cancelled (batch->cancellable) || !run_chunk (&chunk))
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
  batch->nodes = g_new0 (BatchNode, plan->n);
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
  batch->members = g_new0 (BatchMember, batch->n_members);
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
    member_clear (&batch->members[i], batch->plan->n);
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
