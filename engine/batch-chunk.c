/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch-private.h"

#include <string.h>

#include "border.h"
#include "i18n.h"

/* What a member of the crew does: a chunk of the images, from the first layer to
 * the last. */

/* Part of a chunk from which on the rest is filled up with zeros, rather than
 * computing image by image. */
#define FILLED 4

/* --- a member's memory and steps -------------------------------------------------- */

/* Frees its memory and its steps. */
void
cnn_batch_member_clear (CnnBatchMember *member, guint n)
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
prepare_node (const CnnBatch *batch, CnnBatchMember *member, guint i, GError **error)
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

/* Makes its memory and its steps; what is made when it fails is still to be cleared. */
gboolean
cnn_batch_member_prepare (const CnnBatch *batch, CnnBatchMember *member, GError **error)
{
  const CnnPlan *plan = batch->plan;
  float         *at;

  member->arena = cnn_floats_alloc (batch->floats);
  if (member->arena == NULL)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the "
                                                        "images"));
      return FALSE;
    }
  /* Of a chunk that is not full, the rest is computed as well. */
  memset (member->arena, 0, batch->floats * sizeof (float));
  member->one = g_new0 (CnnStep *, plan->n);
  member->many = g_new0 (CnnStep *, plan->n);
  member->maps = g_new0 (float *, plan->n);
  at = member->arena;
  for (guint i = 0; i < plan->n; i++)
    if (cnn_batch_has_memory (batch, i))
      {
        member->maps[i] = at;
        at += cnn_batch_map_floats (batch, i);
      }
  member->extended = at;
  for (guint i = 1; i < plan->n; i++)
    if (plan->nodes[i].needed && batch->nodes[i].runs && !prepare_node (batch, member, i, error))
      return FALSE;
  return TRUE;
}

/* --- a chunk ------------------------------------------------------------------------ */

/* A node's output for the image, counted from the chunk's first. */
static float *
map_of (const CnnBatchChunk *chunk, guint i, guint image)
{
  const CnnBatchNode *at = &chunk->batch->nodes[i];
  gsize            offset = chunk->batch->nodes[at->root].wide ? image * at->cells : 0;

  if (i == 0) /* which no step writes */
    return (float *) chunk->batch->in + (chunk->first + image) * at->cells;
  return chunk->member->maps[at->root] + offset;
}

static gboolean
run_step (const CnnBatchChunk *chunk, guint i, guint image, CnnStep *step)
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
put_tap (const CnnBatchChunk *chunk, guint i, guint image, guint n)
{
  int   tap = chunk->batch->plan->nodes[i].tap;
  gsize cells = chunk->batch->nodes[i].cells;

  if (tap >= 0)
    memcpy (chunk->batch->out[tap] + (chunk->first + image) * cells, map_of (chunk, i, image),
            n * cells * sizeof (float));
}

static gboolean
run_one (const CnnBatchChunk *chunk, guint i, guint image)
{
  if (chunk->batch->nodes[i].runs && !run_step (chunk, i, image, chunk->member->one[i]))
    return FALSE;
  put_tap (chunk, i, image, 1);
  return TRUE;
}

/* Whether the step for a full chunk can be used: enough of it is there, and the
 * rest lies in our memory. */
static gboolean
is_worth_many (const CnnBatchChunk *chunk, guint i)
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
run_many (const CnnBatchChunk *chunk, guint i)
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
run_stretch (const CnnBatchChunk *chunk, guint first, guint end)
{
  for (guint image = 0; image < chunk->n; image++)
    for (guint i = first; i < end; i++)
      if (chunk->batch->plan->nodes[i].needed && !run_one (chunk, i, image))
        return FALSE;
  return TRUE;
}

/* Runs all layers; on failure the member holds an error. */
gboolean
cnn_batch_run_chunk (const CnnBatchChunk *chunk)
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
