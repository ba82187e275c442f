/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "moves.h"
#include "writer.h"

typedef struct
{
  CnnRange rows;
  CnnRange columns;
  CnnRange channels;
} SliceParams;

static const CnnParam slice_params[] = {
  { .key = "rows",
    .type = CNN_PARAM_RANGE,
    .offset = offsetof (SliceParams, rows),
    .initial = "",
    .min = -G_MAXINT,
    .max = G_MAXINT,
    .label = N_("Rows"),
    .tooltip = N_("Which rows are kept, first:end:step; below 0 counts from the end") },
  { .key = "columns",
    .type = CNN_PARAM_RANGE,
    .offset = offsetof (SliceParams, columns),
    .initial = "",
    .min = -G_MAXINT,
    .max = G_MAXINT,
    .label = N_("Columns"),
    .tooltip = N_("Which columns are kept, first:end:step; below 0 counts from the end") },
  { .key = "channels",
    .type = CNN_PARAM_RANGE,
    .offset = offsetof (SliceParams, channels),
    .initial = "",
    .min = -G_MAXINT,
    .max = G_MAXINT,
    .label = N_("Channels"),
    .tooltip = N_("Which maps are kept, first:end:step; below 0 counts from the end") },
  { .key = NULL },
};

/* The same along each of the three. */
typedef struct
{
  int first;
  int step;
  int n;
} Kept;

static gboolean
keep (const CnnRange *range, const char *key, int n, Kept *kept, GError **error)
{
  kept->step = range->step;
  kept->n = cnn_range_resolve (range, n, &kept->first);
  if (kept->n == 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("%s: nothing of %d is left"), key, n);
  return kept->n > 0;
}

/* Rows, columns and channels of an input of that shape. */
static gboolean
keep_all (const CnnNode *node, CnnShape in, Kept *kept, GError **error)
{
  const SliceParams *p = node->params;

  return keep (&p->rows, "rows", in.height, &kept[0], error) &&
         keep (&p->columns, "columns", in.width, &kept[1], error) &&
         keep (&p->channels, "channels", in.channels, &kept[2], error);
}

static gboolean
slice_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  Kept kept[3];

  if (!keep_all (node, in[0], kept, error))
    return FALSE;
  *out = (CnnShape) { kept[0].n, kept[1].n, kept[2].n };
  return TRUE;
}

/* What is turned around has its last row first. */
static CnnReach
slice_reach_of (const CnnNode *node)
{
  const SliceParams *p = node->params;

  return p->rows.step < 0 || p->columns.step < 0 ? CNN_REACH_WHOLE : CNN_REACH_WINDOW;
}

/* A window of one cell, and sides that are cut off. */
static gboolean
slice_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  CnnPad pad = { .mode = CNN_PAD_SIDES };
  Kept   kept[3];

  if (!keep_all (node, in, kept, error))
    return FALSE;
  /* Of steps as long as the map only the first counts. */
  window->stride = (CnnSize) { MIN (kept[0].step, in.height), MIN (kept[1].step, in.width) };
  pad.sides.top = -kept[0].first;
  pad.sides.bottom = kept[0].first + (kept[0].n - 1) * window->stride.height + 1 - in.height;
  pad.sides.left = -kept[1].first;
  pad.sides.right = kept[1].first + (kept[1].n - 1) * window->stride.width + 1 - in.width;
  return cnn_window_resolve (window, &pad, (CnnSize) { in.height, in.width }, NULL, error);
}

typedef struct
{
  CnnStep  step;
  CnnShape in;
  CnnShape out;
  Kept     kept[3]; /* of the tile */
} SliceStep;

static void
copy_places (const SliceStep *step, const float *from, float *to)
{
  const Kept *columns = &step->kept[1], *channels = &step->kept[2];
  gsize       n = channels->n;

  if (columns->step == 1 && channels->n == step->in.channels && channels->step == 1)
    {
      memcpy (to, from + (gsize) columns->first * n, columns->n * n * sizeof (float));
      return;
    }
  for (int x = 0; x < columns->n; x++, to += n)
    {
      const float *place = from + (gsize) (columns->first + x * columns->step) * step->in.channels +
                           channels->first;

      if (channels->step == 1)
        memcpy (to, place, n * sizeof (float));
      else
        for (int c = 0; c < channels->n; c++)
          to[c] = place[c * channels->step];
    }
}

static gboolean
slice_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const SliceStep *step = (SliceStep *) base;
  gsize            row = (gsize) step->in.width * step->in.channels;

  for (int y = 0; y < step->out.height; y++)
    copy_places (step, in[0] + (step->kept[0].first + y * step->kept[0].step) * row,
                 out + (gsize) y * step->out.width * step->out.channels);
  return TRUE;
}

static void
slice_free (CnnStep *step)
{
  g_free (step);
}

static CnnStep *
slice_prepare (const CnnTask *task, GError **error)
{
  SliceStep *step = g_new0 (SliceStep, 1);
  gboolean   whole = slice_reach_of (task->node) == CNN_REACH_WHOLE;

  step->step = (CnnStep) { slice_run, slice_free };
  step->in = task->in[0];
  step->out = task->out;
  keep_all (task->node, task->whole, step->kept, NULL);
  if (!whole)
    {
      step->kept[0].first = -task->pad.top;
      step->kept[1].first = -task->pad.left;
    }
  step->kept[0].n = task->out.height;
  step->kept[1].n = task->out.width;
  /* Steps that nobody takes may be longer than fits. */
  for (int i = 0; i < 3; i++)
    if (step->kept[i].n == 1)
      step->kept[i].step = 1;
  return &step->step;
}

static void
slice_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
               CnnExplanation *explanation)
{
  const SliceParams *p = task->node->params;
  CnnShape           in = task->in[0];
  CnnPart           *part;
  int                first[3];

  cnn_range_resolve (&p->rows, in.height, &first[0]);
  cnn_range_resolve (&p->columns, in.width, &first[1]);
  cnn_range_resolve (&p->channels, in.channels, &first[2]);
  channel = first[2] + channel * p->channels.step;
  part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0, channel, (CnnSize) { 1, 1 },
                                   FALSE);
  part->values[0] = cells->read (cells->data, 0, first[0] + y * p->rows.step,
                                 first[1] + x * p->columns.step, channel);
  part->result = part->values[0];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

static gboolean
slice_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const SliceParams *p = node->params;
  const CnnRange    *ranges[] = { &p->channels, &p->rows, &p->columns };
  gint64             firsts[3], ends[3], steps[3];
  const char        *x = cnn_writer_map (writer, 0);

  for (int i = 0; i < 3; i++)
    {
      gboolean back = ranges[i]->step < 0;

      firsts[i] = ranges[i]->has_first ? ranges[i]->first : back ? G_MAXINT64 : 0;
      ends[i] = ranges[i]->has_end ? ranges[i]->end : back ? -G_MAXINT64 : G_MAXINT64;
      steps[i] = ranges[i]->step;
    }
  x = cnn_writer_add (writer, "Slice", x, cnn_writer_ints (writer, "firsts", 3, firsts),
                      cnn_writer_ints (writer, "ends", 3, ends),
                      cnn_writer_ints (writer, "axes", 3, (gint64[]) { 1, 2, 3 }),
                      cnn_writer_ints (writer, "steps", 3, steps), NULL);
  cnn_writer_give (writer, x, FALSE);
  return TRUE;
}

const CnnOp cnn_op_slice = {
  .name = "slice",
  .label = N_("Slice"),
  .blurb = N_("Keeps some rows, columns and maps, or every second of them, or turns them around"),
  .example = "rows=1:-1 columns=1:-1",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .params_size = sizeof (SliceParams),
  .params = slice_params,
  .shape = slice_shape,
  .reach_of = slice_reach_of,
  .window = slice_window,
  .prepare = slice_prepare,
  .train = cnn_moves_train,
  .explain = slice_explain,
  .write = slice_write,
};
