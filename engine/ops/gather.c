/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "moves.h"
#include "writer.h"

typedef struct
{
  CnnNumbers rows;
  CnnNumbers columns;
  CnnNumbers channels;
} GatherParams;

#define PLACES(key_, label_, tooltip_)                                                       \
  { .key = #key_,                                                                            \
    .type = CNN_PARAM_NUMBERS,                                                               \
    .offset = offsetof (GatherParams, key_),                                                 \
    .initial = "",                                                                           \
    .min = -(1 << 30),                                                                       \
    .max = 1 << 30,                                                                          \
    .label = label_,                                                                         \
    .tooltip = tooltip_ }

static const CnnParam gather_params[] = {
  PLACES (channels, N_("Maps"), N_("Which maps are taken, from 0; −1 is the last")),
  PLACES (rows, N_("Rows"), N_("Which rows are taken, from 0; −1 is the last")),
  PLACES (columns, N_("Columns"), N_("Which columns are taken, from 0; −1 is the last")),
  { .key = NULL },
};

/* The list that was said; check sees to it that there is one. */
static const CnnNumbers *
said (const GatherParams *p)
{
  return p->rows.n > 0 ? &p->rows : p->columns.n > 0 ? &p->columns : &p->channels;
}

static gboolean
gather_check (gconstpointer params, GError **error)
{
  const GatherParams *p = params;
  const CnnNumbers   *numbers = said (p);

  if ((p->rows.n > 0) + (p->columns.n > 0) + (p->channels.n > 0) != 1)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected one list, as in “channels=2,1,0”, “rows=0,2” or “columns=0,2”"));
      return FALSE;
    }
  for (int i = 0; i < numbers->n; i++)
    if (numbers->values[i] != rint (numbers->values[i]))
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("found %g, expected whole numbers"),
                     numbers->values[i]);
        return FALSE;
      }
  return TRUE;
}

/* Which one it is, counted from the first. */
static int
index_of (const CnnNumbers *numbers, int i, int extent)
{
  int index = (int) numbers->values[i];

  return index < 0 ? index + extent : index;
}

/* The extent in which is chosen. */
static int *
along (const GatherParams *p, CnnShape *shape)
{
  return p->rows.n > 0 ? &shape->height : p->columns.n > 0 ? &shape->width : &shape->channels;
}

static gboolean
gather_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const GatherParams *p = node->params;
  const CnnNumbers   *numbers = said (p);
  int                 extent;

  *out = in[0];
  extent = *along (p, out);
  for (int i = 0; i < numbers->n; i++)
    if (numbers->values[i] < -extent || numbers->values[i] >= extent)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("found %d, expected %d to %d"),
                     (int) numbers->values[i], -extent, extent - 1);
        return FALSE;
      }
  *along (p, out) = numbers->n;
  return TRUE;
}

static CnnReach
gather_reach (const CnnNode *node)
{
  const GatherParams *p = node->params;

  return p->channels.n > 0 ? CNN_REACH_WINDOW : CNN_REACH_WHOLE;
}

static gboolean
gather_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  *window = cnn_window_one ();
  return TRUE;
}

/* A map keeps no name, since another may stand at its place. */
static char *
gather_map_label (const CnnNode *node, int map)
{
  return NULL;
}

typedef struct
{
  gsize from;
  gsize n;
} Run;

typedef struct
{
  CnnStep step;
  gsize   times; /* that all runs are copied */
  gsize   in;    /* values from one time to the next */
  guint   n_runs;
  Run     runs[];
} GatherStep;

/* Few values at a time are quicker without a call. */
#define FEW 16

static gboolean
gather_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  GatherStep  *step = (GatherStep *) base;
  const float *from = in[0];

  for (gsize i = 0; i < step->times; i++, from += step->in)
    for (guint k = 0; k < step->n_runs; out += step->runs[k].n, k++)
      {
        const float *first = from + step->runs[k].from;

        if (step->runs[k].n > FEW)
          memcpy (out, first, step->runs[k].n * sizeof (float));
        else
          for (gsize c = 0; c < step->runs[k].n; c++)
            out[c] = first[c];
      }
  return TRUE;
}

static void
gather_free (CnnStep *step)
{
  g_free (step);
}

static CnnStep *
gather_prepare (const CnnTask *task, GError **error)
{
  const GatherParams *p = task->node->params;
  const CnnNumbers   *numbers = said (p);
  GatherStep         *step = g_malloc0 (sizeof (GatherStep) + numbers->n * sizeof (Run));
  CnnShape            in = task->in[0];
  int                 extent = *along (p, &in);
  gsize               unit = p->channels.n > 0 ? 1 : in.channels;

  unit *= p->rows.n > 0 ? in.width : 1;
  step->step = (CnnStep) { gather_run, gather_free };
  step->in = unit * extent;
  step->times = (gsize) cnn_shape_cells (in) / step->in;
  for (int i = 0; i < numbers->n; i++)
    {
      gsize from = index_of (numbers, i, extent) * unit;
      Run  *last = step->n_runs > 0 ? &step->runs[step->n_runs - 1] : NULL;

      /* What follows the one before goes with it. */
      if (last && last->from + last->n == from)
        last->n += unit;
      else
        step->runs[step->n_runs++] = (Run) { from, unit };
    }
  return &step->step;
}

static void
gather_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                CnnExplanation *explanation)
{
  const GatherParams *p = task->node->params;
  CnnShape            in = task->in[0], cell = { y, x, channel };
  int                *at = along (p, &cell);
  double              value;

  *at = index_of (said (p), *at, *along (p, &in));
  value = cells->read (cells->data, 0, cell.height, cell.width, cell.channels);
  cnn_explanation_function (explanation, 0, cell.channels, value, value);
}

static gboolean
gather_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const GatherParams *p = node->params;
  const CnnNumbers   *numbers = said (p);
  g_autofree gint64  *places = g_new (gint64, numbers->n);
  const char         *x = cnn_writer_map (writer, 0);

  if (p->channels.n == 0)
    cnn_writer_fixed (writer);
  for (int i = 0; i < numbers->n; i++)
    places[i] = (gint64) numbers->values[i];
  x = cnn_writer_add (writer, "Gather", x,
                      cnn_writer_ints (writer, "places", numbers->n, places), NULL);
  cnn_writer_int (writer, "axis", p->channels.n > 0 ? 1 : p->rows.n > 0 ? 2 : 3);
  cnn_writer_give (writer, x, FALSE);
  return TRUE;
}

const CnnOp cnn_op_gather = {
  .name = "gather",
  .label = N_("Gather"),
  .blurb = N_("Takes some of the maps, rows or columns, in any order"),
  .example = "channels=0",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params_size = sizeof (GatherParams),
  .params = gather_params,
  .check = gather_check,
  .shape = gather_shape,
  .reach_of = gather_reach,
  .window = gather_window,
  .map_label = gather_map_label,
  .prepare = gather_prepare,
  .train = cnn_moves_train,
  .explain = gather_explain,
  .write = gather_write,
};
