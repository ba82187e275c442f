/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "border.h"
#include "i18n.h"
#include "trainer-private.h"

/* A group of images, forward and back, by one member of the crew. */

/* Where a buffer has its values for an image, counted from the group's first. */
float *
cnn_train_buffer (const CnnTrainer *trainer, guint number, guint member, guint group, guint image)
{
  const CnnTrainBuffer *buffer = &g_array_index (trainer->buffers, CnnTrainBuffer, number);
  float                *arena = trainer->members[member].arena;

  switch (buffer->scope)
    {
    case CNN_SCOPE_CHUNK:
      image %= buffer->images;
      break;
    case CNN_SCOPE_GROUP:
      arena += trainer->floats[CNN_SCOPE_CHUNK];
      break;
    case CNN_SCOPE_BATCH:
      arena = trainer->batch_arena;
      image += group * trainer->group;
      break;
    }
  return arena + buffer->offset + image * buffer->floats;
}

static float *
values_of (const CnnTrainGroup *group, guint buffer, guint image)
{
  if (buffer == CNN_NO_BUFFER)
    return NULL;
  return cnn_train_buffer (group->trainer, buffer, group->member, group->number, image);
}

static gboolean
fail (const CnnTrainGroup *group, const CnnTrainItem *item)
{
  const CnnNode *node = item->task.node;

  g_set_error (&group->trainer->members[group->member].error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("line %d, column %d: %s: the computation failed"), node->line, node->column,
               node->op->name);
  return FALSE;
}

/* --- reading the images, and the loss of what came out ------------------------------------ */

/* Reads the images of the group. */
gboolean
cnn_train_group_read (const CnnTrainGroup *group)
{
  CnnTrainer             *trainer = group->trainer;
  const CnnTrainerSource *source = trainer->source;
  gboolean                classes = !cnn_loss_has_target (trainer->loss);

  for (guint i = 0; i < group->n; i++)
    {
      guint  image = group->number * trainer->group + i;
      float *target = classes ? NULL : values_of (group, trainer->targets, i);

      if (!source->read (source->data, group->member, image,
                         values_of (group, trainer->items[0].out, i), target,
                         &trainer->labels[image], &trainer->members[group->member].error))
        return FALSE;
      if (classes &&
          trainer->labels[image] >= (guint) trainer->items[trainer->last].task.out.channels)
        {
          g_set_error (&trainer->members[group->member].error, CNN_ERROR, CNN_ERROR_SHAPE,
                       _("an image is of class %u, but the network tells %d classes apart, "
                         "counted from 0"),
                       trainer->labels[image], trainer->items[trainer->last].task.out.channels);
          return FALSE;
        }
    }
  return TRUE;
}

static void
take_loss (const CnnTrainGroup *group)
{
  CnnTrainer         *trainer = group->trainer;
  const CnnTrainItem *last = &trainer->items[trainer->last];
  gsize               n = (gsize) cnn_shape_cells (last->task.out);
  double              scale = 1.0 / trainer->n;

  for (guint i = 0; i < group->n; i++)
    {
      guint        image = group->number * trainer->group + i;
      const float *out = values_of (group, last->out, i);
      float       *d = values_of (group, last->d, i);

      if (trainer->loss == CNN_LOSS_SCORE)
        trainer->losses[image] = cnn_loss_score (n, out, trainer->labels[image], scale, d);
      else if (trainer->loss == CNN_LOSS_CROSS_ENTROPY)
        trainer->losses[image] = cnn_loss_classes (n, out, trainer->labels[image], scale, d,
                                                   &trainer->right[image]);
      else
        trainer->losses[image] = cnn_loss_distance (trainer->loss, n, out,
                                                    values_of (group, trainer->targets, i), scale,
                                                    d);
    }
}

/* --- one layer ------------------------------------------------------------------------------ */

typedef struct
{
  CnnPass      pass;
  const float *in[CNN_MAX_INPUTS];
  float       *d_in[CNN_MAX_INPUTS];
  float       *d_weights[CNN_MAX_WEIGHTS];
} Pass;

/* The numbers of all images: those of the groups come first, then the sums. */
static double *
all_sums (const CnnTrainer *trainer)
{
  return trainer->sums + trainer->n_groups * trainer->most_sums;
}

static void
begin_pass (const CnnTrainGroup *group, guint number, guint image, guint n, Pass *pass)
{
  const CnnTrainer   *trainer = group->trainer;
  const CnnTrainItem *item = &trainer->items[number];

  memset (pass, 0, sizeof *pass);
  pass->pass = (CnnPass) {
    .n = n,
    .first = trainer->first + group->number * trainer->group + image,
    .in = pass->in,
    .out = values_of (group, item->out, image),
    .d_in = pass->d_in,
    .d_weights = pass->d_weights,
    .kept = (guint8 *) values_of (group, item->kept, 0),
    .sums = all_sums (trainer),
    .n_all = trainer->n,
  };
  if (pass->pass.kept)
    {
      const CnnTrainBuffer *kept = &g_array_index (trainer->buffers, CnnTrainBuffer, item->kept);

      pass->pass.kept += (kept->scope == CNN_SCOPE_CHUNK ? image % kept->images : image) *
                         item->like.kept;
    }
  for (guint k = 0; k < item->n_in; k++)
    pass->in[k] = values_of (group, trainer->items[item->in[k]].out, image);
  if (item->extends)
    pass->in[0] = values_of (group, item->extended, image);
}

static gboolean
forward (const CnnTrainGroup *group, guint number, guint image, guint n)
{
  const CnnTrainer   *trainer = group->trainer;
  const CnnTrainItem *item = &trainer->items[number];
  CnnTrainStep       *step = trainer->members[group->member].steps[number];
  Pass                pass;

  begin_pass (group, number, image, n, &pass);
  for (guint i = 0; item->extends && i < n; i++)
    cnn_border_extend (item->window, item->inner,
                       values_of (group, trainer->items[item->in[0]].out, image + i),
                       values_of (group, item->extended, image + i));
  return step->forward (step, &pass.pass) || fail (group, item);
}

static void
add (gsize n, const float *from, float *to)
{
  for (gsize i = 0; i < n; i++)
    to[i] += from[i];
}

/* Of an input whose derivatives another layer has written already. */
static void
add_spare (const CnnTrainGroup *group, const CnnTrainItem *item, guint k, guint image, guint n)
{
  const CnnTrainItem *in = &group->trainer->items[item->in[k]];
  gsize               cells = (gsize) cnn_shape_cells (in->task.out);

  add (n * cells, values_of (group, item->spare, image), values_of (group, in->d, image));
}

/* Several inputs that are added one after the other need the step as often: there is one
 * spare buffer. */
static gboolean
backward_into (const CnnTrainGroup *group, guint number, guint image, guint n, guint only)
{
  CnnTrainer         *trainer = group->trainer;
  const CnnTrainItem *item = &trainer->items[number];
  CnnTrainStep       *step = trainer->members[group->member].steps[number];
  float              *gradients = trainer->group_gradients + group->number * trainer->n_small;
  Pass                pass;

  begin_pass (group, number, image, n, &pass);
  pass.pass.d_out = values_of (group, item->d, image);
  for (guint k = 0; k < item->n_in; k++)
    {
      const CnnTrainItem *in = &trainer->items[item->in[k]];

      gboolean            main = only == CNN_MAX_INPUTS;

      if (!in->wants)
        continue;
      if (item->extends && k == 0)
        pass.d_in[k] = main ? values_of (group, item->d_extended, image) : NULL;
      else if (item->adds[k] ? only == k : main)
        pass.d_in[k] = values_of (group, item->adds[k] ? item->spare : in->d, image);
    }
  for (guint k = 0; !item->deferred && only == CNN_MAX_INPUTS && k < CNN_MAX_WEIGHTS; k++)
    if (item->trained && item->gradients[k] >= 0)
      pass.d_weights[k] = gradients + item->gradients[k];
  return step->backward (step, &pass.pass) || fail (group, item);
}

static gboolean
backward (const CnnTrainGroup *group, guint number, guint image, guint n)
{
  const CnnTrainer   *trainer = group->trainer;
  const CnnTrainItem *item = &trainer->items[number];

  if (!backward_into (group, number, image, n, CNN_MAX_INPUTS))
    return FALSE;
  for (guint i = 0; item->extends && trainer->items[item->in[0]].wants && i < n; i++)
    cnn_border_fold (item->window, item->inner, values_of (group, item->d_extended, image + i),
                     values_of (group, item->adds[0] ? item->spare : trainer->items[item->in[0]].d,
                                image + i));
  for (guint k = 0; k < item->n_in; k++)
    if (item->adds[k] && trainer->items[item->in[k]].wants)
      {
        if (!(item->extends && k == 0) && !backward_into (group, number, image, n, k))
          return FALSE;
        add_spare (group, item, k, image, n);
      }
  return TRUE;
}

/* --- a job of the group ---------------------------------------------------------------------- */

/* A step takes its number of images or one. */
static guint
next_chunk (const CnnTrainGroup *group, const CnnTrainStretch *stretch, guint image)
{
  return group->n - image >= stretch->images ? stretch->images : 1;
}

/* Items [first, end), of which the loss is taken after the last. */
gboolean
cnn_train_group_forward (const CnnTrainGroup *group, guint first, guint end)
{
  const CnnTrainer *trainer = group->trainer;

  for (guint s = 0; s < trainer->n_stretches; s++)
    {
      const CnnTrainStretch *stretch = &trainer->stretches[s];

      for (guint image = 0, n; image < group->n; image += n)
        {
          n = next_chunk (group, stretch, image);
          for (guint i = MAX (first, stretch->first); i < MIN (end, stretch->end); i++)
            if (trainer->items[i].live && !forward (group, i, image, n))
              return FALSE;
        }
    }
  if (end > trainer->last)
    take_loss (group);
  return TRUE;
}

/* Items [first, end), from the last to the first. */
gboolean
cnn_train_group_backward (const CnnTrainGroup *group, guint first, guint end)
{
  const CnnTrainer *trainer = group->trainer;

  for (guint s = trainer->n_stretches; s-- > 0;)
    {
      const CnnTrainStretch *stretch = &trainer->stretches[s];

      for (guint image = 0, n; image < group->n; image += n)
        {
          n = next_chunk (group, stretch, image);
          for (guint i = MIN (end, stretch->end); i-- > MAX (first, stretch->first);)
            if (trainer->items[i].live && trainer->items[i].wants &&
                !backward (group, i, image, n))
              return FALSE;
        }
    }
  return TRUE;
}

/* What a layer must know of all images; its sums are 0 before. */
void
cnn_train_group_measure (const CnnTrainGroup *group, guint number, gboolean back, double *sums)
{
  const CnnTrainer   *trainer = group->trainer;
  const CnnTrainItem *item = &trainer->items[number];
  CnnTrainStep       *step = trainer->members[group->member].steps[number];

  for (guint image = 0, n; image < group->n; image += n)
    {
      Pass pass;

      n = next_chunk (group, &trainer->stretches[item->stretch], image);
      begin_pass (group, number, image, n, &pass);
      pass.pass.d_out = back ? values_of (group, item->d, image) : NULL;
      if (back)
        step->measure_back (step, &pass.pass, sums);
      else
        step->measure (step, &pass.pass, sums);
    }
}
