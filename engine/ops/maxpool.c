/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "pool.h"
#include "writer.h"

typedef struct
{
  CnnPool pool;
  int     give;
} MaxpoolParams;

enum
{
  GIVE_VALUE,
  GIVE_PLACE
};

static const CnnChoice gifts[] = {
  [GIVE_VALUE] = { "value", N_("The value") },
  [GIVE_PLACE] = { "place", N_("Its place") },
  { NULL },
};

static const CnnParam maxpool_params[] = {
  CNN_POOL_PARAMS,
  CNN_POOL_MORE_PARAMS,
  { .key = "give",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (MaxpoolParams, give),
    .initial = "value",
    .choices = gifts,
    .label = N_("Give"),
    .tooltip = N_("The largest value, or where in the map it stands: row · width + column, "
                  "of the first where several are alike") },
  { .key = NULL },
};

/* A float holds whole numbers up to here. */
#define MOST_PLACES (1 << 24)

static gboolean
maxpool_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const MaxpoolParams *p = node->params;

  if (p->give == GIVE_PLACE && (gint64) in.height * in.width > MOST_PLACES)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("a %d×%d map has more than %d places, which no longer can be told apart"),
                   in.height, in.width, MOST_PLACES);
      return FALSE;
    }
  return cnn_pool_window (node, in, window, error);
}

static gboolean
maxpool_largest (const CnnNode *node)
{
  return ((const MaxpoolParams *) node->params)->give == GIVE_VALUE;
}

static void
take_most (gsize n, const float *restrict values, float *restrict most)
{
  for (gsize i = 0; i < n; i++)
    most[i] = values[i] > most[i] ? values[i] : most[i];
}

/* --- places --------------------------------------------------------------------- */

typedef struct
{
  CnnPoolStep pool;
  CnnWindow   window; /* of the whole map */
  int         width;  /* of the whole map */
  float      *most;   /* [channels] */
} PlaceStep;

static void
take_place (gsize n, const float *restrict values, float place, float *restrict most,
            float *restrict out)
{
  for (gsize i = 0; i < n; i++)
    {
      gboolean more = values[i] > most[i];

      most[i] = more ? values[i] : most[i];
      out[i] = more ? place : out[i];
    }
}

/* The place of the largest value under a window. It begins at @tile on the input's tile and at
 * @map on the whole map. */
static void
find_place (const PlaceStep *step, const float *in, CnnSize tile, CnnSize map, float *out)
{
  const CnnPoolStep *pool = &step->pool;
  gsize              channels = pool->in.channels;
  gboolean           first = TRUE;

  for (int i = 0; i < pool->size.height; i++)
    for (int j = 0; j < pool->size.width; j++)
      {
        int          down = i * pool->dilation.height, right = j * pool->dilation.width;
        int          y = tile.height + down, x = tile.width + right;
        float        place = (float) ((map.height + down) * step->width + map.width + right);
        const float *values;

        if (y < 0 || y >= pool->in.height || x < 0 || x >= pool->in.width)
          continue;
        values = in + ((gsize) y * pool->in.width + x) * channels;
        for (gsize c = 0; c < channels && first; c++)
          {
            step->most[c] = values[c];
            out[c] = place;
          }
        if (!first)
          take_place (channels, values, place, step->most, out);
        first = FALSE;
      }
}

static gboolean
place_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const PlaceStep   *step = (PlaceStep *) base;
  const CnnPoolStep *pool = &step->pool;
  CnnSize            tile, map;

  for (int y = 0; y < pool->out.height; y++)
    for (int x = 0; x < pool->out.width; x++, out += pool->out.channels)
      {
        tile.height = y * pool->stride.height - pool->pad.top;
        tile.width = x * pool->stride.width - pool->pad.left;
        map.height = (y0 + y) * pool->stride.height - step->window.pad.top;
        map.width = (x0 + x) * pool->stride.width - step->window.pad.left;
        find_place (step, in[0], tile, map, out);
      }
  return TRUE;
}

static void
place_free (CnnStep *base)
{
  g_free (((PlaceStep *) base)->most);
  g_free (base);
}

static CnnStep *
prepare_place (const CnnTask *task)
{
  PlaceStep *step = g_new0 (PlaceStep, 1);

  cnn_pool_step_init (&step->pool, task);
  step->pool.step.run = place_run;
  step->pool.step.free = place_free;
  cnn_node_window (task->node, task->whole, &step->window, NULL);
  step->width = task->whole.width;
  step->most = g_new (float, task->in[0].channels);
  return &step->pool.step;
}

/* -------------------------------------------------------------------------- */

/* oneDNN goes over a window with dilation cell by cell. */
static CnnStep *
maxpool_prepare (const CnnTask *task, GError **error)
{
  const MaxpoolParams *p = task->node->params;

  if (p->give == GIVE_PLACE)
    return prepare_place (task);
  if (cnn_pool_is_dilated (&p->pool))
    return cnn_pool_prepare_fold (task, take_most, -INFINITY);
  return cnn_pool_prepare_dnnl (task, dnnl_pooling_max, error);
}

static CnnTrainStep *
maxpool_train (const CnnTask *task, GError **error)
{
  if (((const MaxpoolParams *) task->node->params)->give == GIVE_PLACE)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("places have no derivative: a layer with give=place cannot be trained, nor "
                     "any before it"));
      return NULL;
    }
  return cnn_pool_train_winner (task, cnn_pool_choose_most);
}

static void
maxpool_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  const MaxpoolParams *p = task->node->params;
  CnnPart  *part = cnn_pool_add_part (task, CNN_PART_WINNER, channel, FALSE, explanation);
  CnnWindow window;

  cnn_pool_explain (task, cells, y, x, channel, part);
  for (int i = 0; i < part->size.height * part->size.width; i++)
    if (!part->outside[i] && (part->winner < 0 || part->values[i] > part->values[part->winner]))
      part->winner = i;
  part->result = part->values[part->winner];
  explanation->value = part->result;
  if (p->give == GIVE_PLACE)
    {
      cnn_node_window (task->node, task->in[0], &window, NULL);
      y = y * window.stride.height - window.pad.top +
          part->winner / part->size.width * window.dilation.height;
      x = x * window.stride.width - window.pad.left +
          part->winner % part->size.width * window.dilation.width;
      explanation->value = (double) y * task->in[0].width + x;
    }
  explanation->magnitude = fabs (explanation->value);
}

/* ONNX's places count all cells of all maps before, padding and all where that is a node of
 * its own. */
static const char *
write_place (CnnWriter *writer, const char *place, CnnShape in, CnnSides pad)
{
  int         width = in.width + pad.left + pad.right;
  gint64      cells = (gint64) (in.height + pad.top + pad.bottom) * width;
  const char *all = cnn_writer_ints (writer, "cells", 1, &cells), *row, *column;

  cnn_writer_fixed (writer);
  place = cnn_writer_add (writer, "Mod", place, all, NULL);
  all = cnn_writer_ints (writer, "width", 1, (gint64[]) { width });
  row = cnn_writer_add (writer, "Div", place, all, NULL);
  row = cnn_writer_add (writer, "Sub", row,
                        cnn_writer_ints (writer, "top", 1, (gint64[]) { pad.top }), NULL);
  column = cnn_writer_add (writer, "Mod", place, all, NULL);
  column = cnn_writer_add (writer, "Sub", column,
                           cnn_writer_ints (writer, "left", 1, (gint64[]) { pad.left }), NULL);
  row = cnn_writer_add (writer, "Mul", row,
                        cnn_writer_ints (writer, "columns", 1, (gint64[]) { in.width }), NULL);
  place = cnn_writer_add (writer, "Add", row, column, NULL);
  place = cnn_writer_add (writer, "Cast", place, NULL);
  cnn_writer_int (writer, "to", 1);
  return place;
}

/* As a function of the model's own, so that it is one layer again when it is opened. */
static void
write_places (CnnWriter *writer, CnnWindow *window)
{
  static const char *const keys[] = { "kernel_shape", "strides", "pads", "dilations", NULL };

  CnnShape         in = cnn_writer_in (writer, 0);
  CnnSides         pad = cnn_pool_fits_onnx (window) ? (CnnSides) { 0 } : window->pad;
  gboolean         padded = pad.top || pad.right || pad.bottom || pad.left;
  gint64           dilations[] = { 1, 1 };
  g_autofree char *name = g_strdup_printf ("MaxPlace_of_%dx%d_padded_%d_%d_%d_%d", in.height,
                                           in.width, pad.top, pad.right, pad.bottom, pad.left);
  const char      *made = "x";

  cnn_writer_fixed (writer);
  if (cnn_writer_function (writer, name, keys))
    {
      if (padded)
        made = cnn_writer_pad (writer, made, pad, -INFINITY);
      cnn_writer_add (writer, "MaxPool", made, NULL);
      for (int i = 0; keys[i]; i++)
        cnn_writer_pass_on (writer, keys[i], TRUE);
      cnn_writer_end (writer, write_place (writer, cnn_writer_second (writer), in, pad));
    }
  if (padded)
    window->pad = (CnnSides) { 0 };
  made = cnn_writer_call (writer, name, cnn_writer_map (writer, 0));
  cnn_writer_window (writer, window);
  /* A function's attributes have no initial values. */
  if (window->dilation.height <= 1 && window->dilation.width <= 1)
    cnn_writer_list (writer, "dilations", 2, dilations);
  cnn_writer_give (writer, made, FALSE);
}

static gboolean
maxpool_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const MaxpoolParams *p = node->params;
  CnnWindow            window;
  const char          *made, *x;

  if (!cnn_pool_write_window (writer, node, &window, error))
    return FALSE;
  if (p->give == GIVE_PLACE)
    {
      write_places (writer, &window);
      return TRUE;
    }
  x = cnn_pool_write_map (writer, &window, -INFINITY);
  made = cnn_writer_add (writer, "MaxPool", x, NULL);
  cnn_writer_window (writer, &window);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_maxpool = {
  .name = "maxpool",
  .label = N_("Max pooling"),
  .blurb = N_("Keeps the largest value of each window"),
  .example = "2",
  .group = CNN_GROUP_POOLING,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .params_size = sizeof (MaxpoolParams),
  .params = maxpool_params,
  .check = cnn_pool_check,
  .window = maxpool_window,
  .largest = maxpool_largest,
  .prepare = maxpool_prepare,
  .train = maxpool_train,
  .explain = maxpool_explain,
  .write = maxpool_write,
};
