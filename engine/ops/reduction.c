/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reduction.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "writer.h"

typedef enum
{
  OVER_MAP,
  OVER_CHANNELS,
  OVER_ALL,
  OVER_ROWS,
  OVER_COLUMNS
} Over;

static const CnnChoice overs[] = {
  { "map", N_("each map") },
  { "channels", N_("the maps at each place") },
  { "all", N_("all values") },
  { "rows", N_("the rows") },
  { "columns", N_("the columns") },
  { NULL },
};

const CnnParam cnn_reduction_params[] = {
  { .key = "over",
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (CnnReduceParams, over),
    .initial = "map",
    .choices = overs,
    .positional = TRUE,
    .label = N_("Over"),
    .tooltip = N_("Which values become one") },
  { .key = NULL },
};

static int
over_of (const CnnNode *node)
{
  return ((const CnnReduceParams *) node->params)->over;
}

/** cnn_reduction_shape: the @shape of such a layer: an extent that it goes over becomes 1. */
gboolean
cnn_reduction_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                     GError **error)
{
  int over = over_of (node);

  *out = *in;
  if (over == OVER_MAP || over == OVER_ALL || over == OVER_ROWS)
    out->height = 1;
  if (over == OVER_MAP || over == OVER_ALL || over == OVER_COLUMNS)
    out->width = 1;
  if (over == OVER_CHANNELS || over == OVER_ALL)
    out->channels = 1;
  return TRUE;
}

/** cnn_reduction_reach: over channels, a place needs no other. */
CnnReach
cnn_reduction_reach (const CnnNode *node)
{
  return over_of (node) == OVER_CHANNELS ? CNN_REACH_WINDOW : CNN_REACH_WHOLE;
}

gboolean
cnn_reduction_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  *window = cnn_window_one ();
  return TRUE;
}

/** cnn_reduction_label: none of what comes from several maps. */
char *
cnn_reduction_label (const CnnNode *node, int map)
{
  return NULL;
}

/** cnn_reduction_add: the @add of a layer that adds up. */
void
cnn_reduction_add (gsize n, const float *restrict values, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i];
}

/** cnn_reduction_add_apart: its @add_apart. */
void
cnn_reduction_add_apart (gsize n, gsize step, const float *restrict values,
                         double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += values[i * step];
}

/** cnn_reduction_join: its @join. */
double
cnn_reduction_join (double a, double b)
{
  return a + b;
}

/** cnn_reduction_of: the @reduction_of of such a layer, where it takes in its whole input. */
const CnnReduction *
cnn_reduction_of (const CnnNode *node, const CnnReducer *reducer)
{
  int over = over_of (node);

  return over == OVER_MAP ? &reducer->map : over == OVER_ALL ? &reducer->all : NULL;
}

/* --- over one extent ---------------------------------------------------------- */

/* About so many values are taken at once, so that what is read in part stays in the cache. */
#define TAKEN 4096

typedef struct
{
  CnnStep           step;
  const CnnReducer *reducer;
  gsize             n_blocks; /* each of @n times @length values makes @length of them */
  gsize             n;
  gsize             length;
  double           *sums; /* [length], or of as many blocks as are taken at once */
} AxisStep;

static void
start (const AxisStep *step, gsize n)
{
  for (gsize i = 0; i < n; i++)
    step->sums[i] = step->reducer->map.start;
}

static void
finish (const AxisStep *step, gsize n, float *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = step->reducer->map.result (step->sums[i], (gint64) step->n);
}

/* Blocks taken at once where each makes a single value. */
static gsize
n_taken (gsize n)
{
  return CLAMP (TAKEN / n, 8, 256);
}

static gboolean
axis_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  AxisStep          *step = (AxisStep *) base;
  const CnnReducer  *reducer = step->reducer;
  const float       *from = in[0];
  gsize              taken = step->length == 1 ? n_taken (step->n) : 1;

  for (gsize i = 0; i < step->n_blocks; i += taken)
    {
      gsize blocks = MIN (taken, step->n_blocks - i), made = blocks * step->length;

      start (step, made);
      for (gsize k = 0; k < step->n; k++)
        if (step->length == 1)
          reducer->add_apart (blocks, step->n, from + k, step->sums);
        else
          reducer->map.add (step->length, from + k * step->length, step->sums);
      finish (step, made, out);
      from += made * step->n;
      out += made;
    }
  return TRUE;
}

static void
axis_free (CnnStep *base)
{
  g_free (((AxisStep *) base)->sums);
  g_free (base);
}

/* The values of [n][length] that make [length] of them. */
static void
measure_blocks (int over, CnnShape in, gsize *n, gsize *length)
{
  gsize places = (gsize) in.height * in.width;

  *length = over == OVER_CHANNELS || over == OVER_ALL ? 1 : in.channels;
  *length *= over == OVER_ROWS ? in.width : 1;
  *n = over == OVER_CHANNELS  ? (gsize) in.channels
       : over == OVER_ROWS    ? (gsize) in.height
       : over == OVER_COLUMNS ? (gsize) in.width
       : over == OVER_MAP     ? places
                              : places * in.channels;
}

/** cnn_reduction_train: the @train of such a layer. */
CnnTrainStep *
cnn_reduction_train (const CnnTask *task, const CnnReducer *reducer)
{
  gsize n, length;

  measure_blocks (over_of (task->node), task->in[0], &n, &length);
  return cnn_reduction_train_blocks (reducer->kind,
                                     (gsize) cnn_shape_cells (task->in[0]) / n / length, n, length);
}

/**
 * cnn_reduction_prepare:
 *
 * The @prepare of such a layer.
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_reduction_prepare (const CnnTask *task, const CnnReducer *reducer, GError **error)
{
  CnnShape  in = task->in[0];
  AxisStep *step;

  if (cnn_reduction_of (task->node, reducer))
    return cnn_reduce_prepare (task, error);
  step = g_new0 (AxisStep, 1);
  step->step = (CnnStep) { axis_run, axis_free };
  step->reducer = reducer;
  measure_blocks (over_of (task->node), in, &step->n, &step->length);
  step->n_blocks = (gsize) cnn_shape_cells (in) / step->n / step->length;
  step->sums = g_new (double, step->length == 1 ? n_taken (step->n) : step->length);
  return &step->step;
}

/* --- the arithmetic ----------------------------------------------------------- */

/* The values that become one. */
typedef struct
{
  CnnShape set;
  CnnShape first; /* row, column and channel */
} Set;

static Set
set_of (const CnnTask *task, int y, int x, int channel)
{
  CnnShape in = task->in[0], one = { 1, 1, 1 };
  Set      all = { in, { 0, 0, 0 } };

  switch (over_of (task->node))
    {
    case OVER_MAP:
      return (Set) { { in.height, in.width, 1 }, { 0, 0, channel } };
    case OVER_CHANNELS:
      one.channels = in.channels;
      return (Set) { one, { y, x, 0 } };
    case OVER_ROWS:
      one.height = in.height;
      return (Set) { one, { 0, x, channel } };
    case OVER_COLUMNS:
      one.width = in.width;
      return (Set) { one, { y, 0, channel } };
    default:
      return all;
    }
}

/* Puts a value to what there is: no number wins over any. */
static void
take (CnnPartKind kind, double value, double *all, double *sizes)
{
  if (kind == CNN_PART_WINNER)
    *all = value > *all || isnan (value) ? value : *all;
  else
    *all += value;
  *sizes += fabs (value);
}

/* A row of the grid has a place's values, or of a single map a row's; where that is more than
 * anyone looks at, the sums (means, greatest values) of rows stand for their values. */
void
cnn_reduction_explain (const CnnTask *task, const CnnReducer *reducer, const CnnCells *cells, int y,
                       int x, int channel, CnnExplanation *explanation)
{
  Set      set = set_of (task, y, x, channel);
  CnnShape s = set.set;
  gint64   n = cnn_shape_cells (s);
  gboolean one_map = s.channels == 1, by_rows = n > CNN_EXPLAIN_CELLS;
  gboolean mean = reducer->kind == CNN_PART_WEIGHTED;
  CnnSize  size = { by_rows || one_map ? s.height : s.height * s.width,
                    by_rows ? 1 : one_map ? s.width : s.channels };
  gint64   together = n / ((gint64) size.height * size.width);
  CnnPart *part = cnn_explanation_add_part (explanation, reducer->kind, 0,
                                            one_map ? set.first.channels : -1, size, mean);
  double   sizes = 0.0, result = reducer->map.start, ignored = 0.0;

  for (gint64 i = 0; i < (gint64) size.height * size.width; i++)
    {
      part->values[i] = reducer->map.start;
      for (gint64 k = i * together; k < (i + 1) * together; k++)
        take (reducer->kind,
              cells->read (cells->data, 0, set.first.height + (int) (k / s.channels / s.width),
                           set.first.width + (int) (k / s.channels % s.width),
                           set.first.channels + (int) (k % s.channels)),
              &part->values[i], &sizes);
      take (reducer->kind, part->values[i], &result, &ignored);
      if (reducer->kind == CNN_PART_WINNER &&
          (part->winner < 0 || part->values[i] > part->values[part->winner]))
        part->winner = (int) i;
      if (mean)
        {
          part->values[i] /= (double) together;
          part->factors[i] = (double) together / (double) n;
        }
    }
  part->result = mean ? result / (double) n : result;
  explanation->magnitude = mean ? sizes / (double) n : sizes;
  if (reducer->kind == CNN_PART_WINNER)
    explanation->magnitude = fabs (result);
  explanation->value = part->result;
}

/**
 * cnn_reduction_write:
 * @op: ONNX's name
 *
 * The @write of such a layer.
 */
gboolean
cnn_reduction_write (CnnWriter *writer, const CnnNode *node, const char *op)
{
  static const struct
  {
    int    n;
    gint64 axes[3];
  } of[] = {
    [OVER_MAP] = { 2, { 2, 3 } },
    [OVER_CHANNELS] = { 1, { 1 } },
    [OVER_ALL] = { 3, { 1, 2, 3 } },
    [OVER_ROWS] = { 1, { 2 } },
    [OVER_COLUMNS] = { 1, { 3 } },
  };

  const char *x = cnn_writer_map (writer, 0);
  int         over = over_of (node);

  if (over == OVER_ROWS || over == OVER_COLUMNS)
    cnn_writer_fixed (writer);
  /* The sum got its axes as an input before the others did. */
  if (strcmp (op, "ReduceSum") == 0)
    x = cnn_writer_add (writer, op, x, cnn_writer_ints (writer, "axes", of[over].n, of[over].axes),
                        NULL);
  else
    {
      x = cnn_writer_add (writer, op, x, NULL);
      cnn_writer_list (writer, "axes", of[over].n, of[over].axes);
    }
  cnn_writer_give (writer, x, FALSE);
  return TRUE;
}
