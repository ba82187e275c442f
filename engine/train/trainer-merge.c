/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "trainer-private.h"

/* Layers that are done in another order, or several as one, which gives the same. */

/* The layer that alone reads @i, or the end. */
static guint
only_user (const CnnTrainer *trainer, guint i)
{
  guint p = i + 1;

  if (trainer->items[i].n_users != 1 || i == trainer->kept || i == trainer->last)
    return trainer->n_items;
  while (p < trainer->n_items && (!trainer->items[p].live || trainer->items[p].in[0] != i))
    p++;
  return p < trainer->n_items && trainer->items[p].n_in == 1 ? p : trainer->n_items;
}

/* A largest value of values that only lose size where they are negative is the same, taken
 * before or after; after it there are fewer, and the maps before it need not be kept. Layer
 * @i comes before the pooling after that. */
void
cnn_trainer_exchange (CnnTrainer *trainer, guint i)
{
  CnnTrainItem *item = &trainer->items[i], *pool;
  CnnTrainItem  was = *item;
  const CnnOp  *op = item->task.node->op;
  guint         p = only_user (trainer, i);

  if (!item->live || p == trainer->n_items || p == trainer->kept || op->slope == NULL ||
      op->slope (item->task.node) < 0.0)
    return;
  pool = &trainer->items[p];
  if (pool->extends || pool->task.node->op->largest == NULL ||
      !pool->task.node->op->largest (pool->task.node))
    return;
  *item = *pool;
  item->in[0] = was.in[0];
  item->n_users = 1;
  was.n_users = pool->n_users;
  was.in[0] = i;
  was.inner = was.task.in[0] = was.task.whole = was.task.out = pool->task.out;
  *pool = was;
}

/* Of a layer's maps only the largest of each 2×2 is kept, and a ReLU done to them, in one
 * step: the maps stay in the nearest cache. Who read the last of these layers reads @i then. */
void
cnn_trainer_halve (CnnTrainer *trainer, guint i)
{
  const CnnTrainItem *item = &trainer->items[i];
  guint               pool, last, then;
  CnnTrainItem        both;

  if (!item->live || trainer->items[item->in[0]].wants || item->task.node->op->train_halves == NULL)
    return;
  pool = only_user (trainer, i);
  if (pool == trainer->n_items ||
      !cnn_node_is_half (trainer->items[pool].task.node, trainer->items[pool].window) ||
      !item->task.node->op->train_halves (&item->task))
    return;
  both = *item;
  both.task.halves = TRUE;
  both.task.out = trainer->items[pool].task.out;
  last = pool;
  then = only_user (trainer, pool);
  if (then < trainer->n_items)
    {
      const CnnNode *node = trainer->items[then].task.node;

      if (node->op->slope && node->op->slope (node) >= 0.0)
        {
          both.task.then = node;
          last = then;
        }
    }
  both.n_users = trainer->items[last].n_users;
  trainer->items[i] = both;
  for (guint k = i + 1; k < trainer->n_items; k++)
    {
      trainer->items[k].live &= k != pool && k != last;
      for (guint j = 0; j < trainer->items[k].n_in; j++)
        if (trainer->items[k].in[j] == last)
          trainer->items[k].in[j] = i;
    }
  if (trainer->last == last)
    trainer->last = i;
  if (trainer->kept == last)
    trainer->kept = i;
}
