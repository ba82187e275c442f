/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "border.h"
#include "i18n.h"
#include "moves.h"
#include "trainer-private.h"

/* Bytes of maps that a chunk of images may take: about what stays in the cache of a core. */
#define CHUNK_BYTES (512 * 1024)

/* Images that are enough for the products of vectors and matrices to be quick, and groups that
 * are enough for the threads of most machines. */
#define GROUP_IMAGES 16
#define MOST_GROUPS  8

/* --- which layers there are ------------------------------------------------------------ */

static gboolean
is_vector (CnnShape shape)
{
  return shape.height == 1 && shape.width == 1;
}

static void
set_item (CnnTrainer *trainer, guint i)
{
  const CnnPlan *plan = trainer->plan;
  CnnTrainItem  *item = &trainer->items[i];

  cnn_plan_whole_task (plan, i, &item->task);
  item->task.batch = 1;
  item->n_in = item->task.n_in;
  memcpy (item->in, plan->nodes[i].node->in, sizeof item->in);
  item->extends = plan->nodes[i].extends;
  item->window = &plan->nodes[i].window;
  item->inner = item->n_in > 0 ? plan->infos[item->in[0]].shape : item->task.out;
  item->out = item->d = item->kept = CNN_NO_BUFFER;
  item->extended = item->d_extended = item->spare = CNN_NO_BUFFER;
}

static void
mark_live (CnnTrainer *trainer)
{
  trainer->items[trainer->last].live = TRUE;
  for (guint i = trainer->n_items; i-- > 0;)
    for (guint k = 0; trainer->items[i].live && k < trainer->items[i].n_in; k++)
      {
        CnnTrainItem *in = &trainer->items[trainer->items[i].in[k]];

        in->live = TRUE;
        in->n_users++;
      }
}

/* Whether derivatives by the item's output are wanted: something before it is trained. */
static void
mark_wants (CnnTrainer *trainer)
{
  for (guint i = 1; i < trainer->n_items; i++)
    {
      CnnTrainItem *item = &trainer->items[i];
      CnnWeight     list[CNN_MAX_WEIGHTS];
      guint         n;

      if (!item->live)
        continue;
      n = cnn_node_weights (item->task.node, item->inner, list);
      for (guint k = 0; k < n; k++)
        item->trained |= list[k].trained;
      item->wants = item->trained || i == trainer->kept;
      for (guint k = 0; k < item->n_in; k++)
        item->wants |= trainer->items[item->in[k]].wants;
    }
}

/* Backward goes from the last layer to the first: all but the first to come add. */
static void
mark_adds (CnnTrainer *trainer)
{
  g_autofree gboolean *written = g_new0 (gboolean, trainer->n_items);

  for (guint i = trainer->n_items; i-- > 1;)
    for (guint k = 0; trainer->items[i].wants && k < trainer->items[i].n_in; k++)
      {
        guint in = trainer->items[i].in[k];

        trainer->items[i].adds[k] = written[in];
        written[in] = TRUE;
      }
}

/* --- stretches ------------------------------------------------------------------------- */

static CnnTrainStep *
make_step (const CnnTrainItem *item, GError **error)
{
  const CnnNode *node = item->task.node;
  CnnTrainStep  *step = NULL;

  if (node->op->train == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("such a layer cannot be trained"));
  else
    step = node->op->train (&item->task, error);
  if (step == NULL)
    g_prefix_error (error, _("line %d, column %d: %s: "), node->line, node->column, node->op->name);
  return step;
}

/* What steps say of themselves does not depend on the number of images. */
static gboolean
ask_steps (CnnTrainer *trainer, GError **error)
{
  for (guint i = 1; i < trainer->n_items; i++)
    if (trainer->items[i].live)
      {
        g_autoptr (CnnTrainStep) step = make_step (&trainer->items[i], error);

        if (step == NULL)
          return FALSE;
        trainer->items[i].like = *step;
        trainer->items[i].deferred = step->gradient != NULL && trainer->items[i].trained;
        trainer->waits |= step->n_sums > 0 || step->n_back_sums > 0;
        trainer->most_sums = MAX (trainer->most_sums, MAX (step->n_sums, step->n_back_sums));
      }
  return TRUE;
}

static gboolean
stands_alone (const CnnTrainItem *item)
{
  return item->like.n_sums > 0 || item->like.n_back_sums > 0;
}

static gboolean
takes_vectors (const CnnTrainer *trainer, const CnnTrainItem *item)
{
  for (guint k = 0; k < item->n_in; k++)
    if (!is_vector (trainer->items[item->in[k]].task.out))
      return FALSE;
  return TRUE;
}

static gsize
item_bytes (const CnnTrainItem *item)
{
  return 2 * cnn_shape_cells (item->task.out) * sizeof (float) + item->like.kept;
}

static void
set_stretches (CnnTrainer *trainer)
{
  const CnnTrainItem *before = NULL;
  CnnTrainStretch    *stretch = NULL;
  gboolean            vectors = FALSE;
  gsize               bytes = 0;

  trainer->stretches = g_new0 (CnnTrainStretch, trainer->n_items);
  for (guint i = 1; i < trainer->n_items; i++)
    {
      CnnTrainItem *item = &trainer->items[i];

      if (!item->live)
        continue;
      if (before == NULL || vectors != takes_vectors (trainer, item) || stands_alone (item) ||
          stands_alone (before))
        {
          stretch = &trainer->stretches[trainer->n_stretches++];
          vectors = takes_vectors (trainer, item);
          stretch->first = i;
          bytes = 0;
        }
      bytes += item_bytes (item);
      stretch->images = vectors ? trainer->group
                                : (guint) CLAMP (CHUNK_BYTES / bytes, 1, trainer->group);
      stretch->end = i + 1;
      item->stretch = trainer->n_stretches - 1;
      before = item;
    }
  for (guint i = 1; i < trainer->n_items; i++)
    trainer->items[i].task.batch = (int) trainer->stretches[trainer->items[i].stretch].images;
}

/* --- buffers --------------------------------------------------------------------------- */

static guint
add_buffer (CnnTrainer *trainer, gsize floats)
{
  CnnTrainBuffer buffer = { .floats = floats, .scope = CNN_SCOPE_CHUNK, .use = -1 };

  g_array_append_val (trainer->buffers, buffer);
  return trainer->buffers->len - 1;
}

/* Says that a stretch uses a buffer on the way forward or back. */
static void
use (CnnTrainer *trainer, guint number, guint stretch, gboolean back)
{
  CnnTrainBuffer *buffer;
  int             place = (int) (2 * stretch + back);

  if (number == CNN_NO_BUFFER)
    return;
  buffer = &g_array_index (trainer->buffers, CnnTrainBuffer, number);
  if (buffer->use >= 0 && buffer->use != place && buffer->scope == CNN_SCOPE_CHUNK)
    buffer->scope = CNN_SCOPE_GROUP;
  buffer->use = place;
}

static void
keep_whole (CnnTrainer *trainer, guint number)
{
  g_array_index (trainer->buffers, CnnTrainBuffer, number).scope = CNN_SCOPE_BATCH;
}

/* Whether its output is its input as it lies in memory. */
static gboolean
only_copies (const CnnTrainItem *item)
{
  return item->task.node->op->train == cnn_copy_train;
}

/* Whether the output may be written over input 0. */
static gboolean
goes_in_place (const CnnTrainer *trainer, guint i)
{
  const CnnTrainItem *item = &trainer->items[i];
  guint               in = item->in[0];

  return item->like.in_place && item->n_in == 1 && in > 0 && in != trainer->kept &&
         !item->extends && trainer->items[in].n_users == 1 &&
         (!trainer->items[in].like.needs_out || only_copies (item)) &&
         cnn_shape_cells (item->task.out) == cnn_shape_cells (item->task.in[0]);
}

/* The same of the derivatives. */
static gboolean
goes_back_in_place (const CnnTrainer *trainer, guint i)
{
  const CnnTrainItem *item = &trainer->items[i];
  guint               in = item->in[0];

  return item->like.in_place && item->n_in == 1 && in > 0 && i != trainer->kept &&
         !item->extends && trainer->items[in].n_users == 1 && trainer->items[in].wants;
}

static void
add_buffers (CnnTrainer *trainer)
{
  for (guint i = 0; i < trainer->n_items; i++)
    {
      CnnTrainItem *item = &trainer->items[i];
      gsize         most = 0;

      if (!item->live)
        continue;
      item->out = i > 0 && goes_in_place (trainer, i)
                    ? trainer->items[item->in[0]].out
                    : add_buffer (trainer, cnn_shape_cells (item->task.out));
      if (i == 0)
        continue;
      /* What must not be lost of its input must not be lost of itself. */
      if (only_copies (item) && item->out == trainer->items[item->in[0]].out)
        item->like.needs_out = trainer->items[item->in[0]].like.needs_out;
      if (item->like.kept > 0)
        item->kept = add_buffer (trainer, (item->like.kept + sizeof (float) - 1) / sizeof (float));
      if (item->extends)
        item->extended = add_buffer (trainer, cnn_shape_cells (item->task.in[0]));
      if (item->extends && trainer->items[item->in[0]].wants)
        item->d_extended = add_buffer (trainer, cnn_shape_cells (item->task.in[0]));
      for (guint k = 0; item->wants && k < item->n_in; k++)
        if (item->adds[k] && trainer->items[item->in[k]].wants)
          most = MAX (most, (gsize) cnn_shape_cells (trainer->items[item->in[k]].task.out));
      if (most > 0)
        item->spare = add_buffer (trainer, most);
    }
  for (guint i = trainer->n_items; i-- > 1;)
    {
      CnnTrainItem *item = &trainer->items[i];

      if (!item->live || !item->wants)
        continue;
      if (item->d == CNN_NO_BUFFER)
        item->d = add_buffer (trainer, cnn_shape_cells (item->task.out));
      if (goes_back_in_place (trainer, i))
        trainer->items[item->in[0]].d = item->d;
    }
  if (cnn_loss_has_target (trainer->loss))
    trainer->targets =
      add_buffer (trainer, cnn_shape_cells (trainer->items[trainer->last].task.out));
}

static void
use_buffers (CnnTrainer *trainer)
{
  guint between = trainer->n_stretches; /* reading, and the loss */

  use (trainer, trainer->items[0].out, between, FALSE);
  use (trainer, trainer->items[trainer->last].out, between, FALSE);
  use (trainer, trainer->items[trainer->last].d, between, FALSE);
  if (cnn_loss_has_target (trainer->loss))
    {
      use (trainer, trainer->targets, between, FALSE);
      use (trainer, trainer->targets, between + 1, FALSE);
    }
  for (guint i = 1; i < trainer->n_items; i++)
    {
      CnnTrainItem *item = &trainer->items[i];

      if (!item->live)
        continue;
      use (trainer, item->out, item->stretch, FALSE);
      use (trainer, item->kept, item->stretch, FALSE);
      use (trainer, item->extended, item->stretch, FALSE);
      for (guint k = 0; k < item->n_in; k++)
        use (trainer, trainer->items[item->in[k]].out, item->stretch, FALSE);
      if (!item->wants)
        continue;
      use (trainer, item->d, item->stretch, TRUE);
      use (trainer, item->kept, item->stretch, TRUE);
      use (trainer, item->d_extended, item->stretch, TRUE);
      use (trainer, item->spare, item->stretch, TRUE);
      if (item->like.needs_out)
        use (trainer, item->out, item->stretch, TRUE);
      if (item->like.needs_in && item->extends)
        use (trainer, item->extended, item->stretch, TRUE);
      for (guint k = 0; k < item->n_in; k++)
        {
          const CnnTrainItem *in = &trainer->items[item->in[k]];

          if (item->like.needs_in && (k > 0 || !item->extends))
            use (trainer, in->out, item->stretch, TRUE);
          if (in->wants)
            use (trainer, in->d, item->stretch, TRUE);
        }
      if (i == trainer->kept)
        {
          keep_whole (trainer, item->out);
          keep_whole (trainer, item->d);
        }
      if (item->deferred)
        {
          keep_whole (trainer, item->extends ? item->extended : trainer->items[item->in[0]].out);
          keep_whole (trainer, item->d);
        }
    }
}

/* Gives each buffer its place; those of a chunk share memory with those of other chunks. */
static void
place_buffers (CnnTrainer *trainer)
{
  g_autofree gsize *chunks = g_new0 (gsize, 2 * trainer->n_stretches + 4);

  for (guint b = 0; b < trainer->buffers->len; b++)
    {
      CnnTrainBuffer *buffer = &g_array_index (trainer->buffers, CnnTrainBuffer, b);
      guint           stretch = MIN ((guint) MAX (buffer->use, 0) / 2, trainer->n_stretches - 1);
      gsize          *end;

      if (buffer->scope == CNN_SCOPE_GROUP && trainer->waits)
        buffer->scope = CNN_SCOPE_BATCH;
      buffer->images = buffer->scope == CNN_SCOPE_CHUNK   ? trainer->stretches[stretch].images
                       : buffer->scope == CNN_SCOPE_GROUP ? trainer->group
                                                          : trainer->group * trainer->n_groups;
      end = buffer->scope == CNN_SCOPE_CHUNK ? &chunks[MAX (buffer->use, 0)]
                                             : &trainer->floats[buffer->scope];
      buffer->offset = *end;
      *end += (buffer->images * buffer->floats + 15) / 16 * 16;
    }
  for (guint k = 0; k < 2 * trainer->n_stretches + 4; k++)
    trainer->floats[CNN_SCOPE_CHUNK] = MAX (trainer->floats[CNN_SCOPE_CHUNK], chunks[k]);
}

/* --- derivatives by the weights ------------------------------------------------------------ */

/* Small ones come first: each group has its own of those. */
static void
place_gradients (CnnTrainer *trainer)
{
  gsize at = 0;

  for (int deferred = 0; deferred < 2; deferred++)
    {
      for (guint i = 1; i < trainer->n_items; i++)
        {
          CnnTrainItem *item = &trainer->items[i];
          CnnWeight     list[CNN_MAX_WEIGHTS];
          guint         n;

          if (!item->live || item->deferred != deferred)
            continue;
          n = cnn_node_weights (item->task.node, item->inner, list);
          for (guint k = 0; k < CNN_MAX_WEIGHTS; k++)
            item->gradients[k] = -1;
          for (guint k = 0; k < n; k++)
            if (list[k].trained)
              {
                item->gradients[k] = (gssize) at;
                at += (cnn_tensor_length (item->task.weights[k]) + 15) / 16 * 16;
              }
        }
      if (!deferred)
        trainer->n_small = at;
    }
  trainer->n_values = at;
}

/* Works out what is done in which order and where everything lies. Errors: %CNN_ERROR_SHAPE,
 * %CNN_ERROR_UNSUPPORTED, %CNN_ERROR_LIMIT */
gboolean
cnn_trainer_lay_out (CnnTrainer *trainer, GError **error)
{
  guint last = trainer->plan->n - 1;

  trainer->n_items = trainer->plan->n;
  trainer->items = g_new0 (CnnTrainItem, trainer->n_items);
  trainer->buffers = g_array_new (FALSE, FALSE, sizeof (CnnTrainBuffer));
  for (guint i = 0; i < trainer->n_items; i++)
    set_item (trainer, i);
  trainer->last = cnn_loss_has_target (trainer->loss) ? last : trainer->items[last].in[0];
  mark_live (trainer);
  if (!trainer->items[trainer->kept].live)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("what the network puts out does not depend on layer %u"), trainer->kept);
      return FALSE;
    }
  for (guint i = 1; i < trainer->n_items; i++)
    cnn_trainer_exchange (trainer, i);
  mark_wants (trainer);
  for (guint i = 1; i < trainer->n_items; i++)
    cnn_trainer_halve (trainer, i);
  if (!trainer->items[trainer->last].wants)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network has no weights that could be trained"));
      return FALSE;
    }
  mark_adds (trainer);
  trainer->group = MIN (MAX (GROUP_IMAGES, (trainer->most + MOST_GROUPS - 1) / MOST_GROUPS),
                        trainer->most);
  trainer->n_groups = (trainer->most + trainer->group - 1) / trainer->group;
  if (!ask_steps (trainer, error))
    return FALSE;
  set_stretches (trainer);
  add_buffers (trainer);
  use_buffers (trainer);
  place_buffers (trainer);
  place_gradients (trainer);
  return TRUE;
}
