/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "copy.h"
#include "i18n.h"
#include "moves.h"
#include "pattern.h"
#include "writer.h"

typedef struct
{
  char *pattern;
} RearrangeParams;

static const CnnParam rearrange_params[] = {
  { .key = "pattern",
    .type = CNN_PARAM_TEXT,
    .offset = offsetof (RearrangeParams, pattern),
    .initial = "",
    .positional = TRUE,
    .label = N_("Pattern"),
    .tooltip = N_("Rows, columns and maps before and after: names, several in parentheses where "
                  "an extent is split or put together") },
  { .key = NULL },
};

/* What check has seen to be right. */
static CnnPattern
pattern_of (const CnnNode *node)
{
  const RearrangeParams *p = node->params;
  CnnPattern             pattern;

  cnn_pattern_parse (&pattern, p->pattern, NULL);
  return pattern;
}

static gboolean
rearrange_check (gconstpointer params, GError **error)
{
  const RearrangeParams *p = params;
  CnnPattern             pattern;

  if (p->pattern)
    return cnn_pattern_parse (&pattern, p->pattern, error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("expected a pattern, as in “rearrange \"h w c -> w h c\"”"));
  return FALSE;
}

static gboolean
rearrange_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                 GError **error)
{
  CnnPattern pattern = pattern_of (node);

  return cnn_pattern_resolve (&pattern, in[0], out, error);
}

/* Whether rows, or columns, stay as they are. */
static gboolean
stays (const CnnPattern *pattern, int axis)
{
  int n = pattern->n_in[axis];

  if (pattern->n_out[axis] != n)
    return FALSE;
  for (int i = 0; i < n; i++)
    if (pattern->in[axis][i] != pattern->out[axis][i])
      return FALSE;
  return TRUE;
}

static CnnReach
rearrange_reach (const CnnNode *node)
{
  CnnPattern pattern = pattern_of (node);

  return stays (&pattern, 0) && stays (&pattern, 1) ? CNN_REACH_WINDOW : CNN_REACH_WHOLE;
}

static gboolean
rearrange_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  *window = cnn_window_one ();
  return TRUE;
}

static char *
rearrange_map_label (const CnnNode *node, int map)
{
  return NULL;
}

/* Floats from one of each part to the next, in memory of a shape; @axes are its groups. */
static void
set_strides (const CnnPattern *pattern, const int axes[3][CNN_PATTERN_ATOMS], const int *n_atoms,
             gsize *strides)
{
  gsize stride = 1;

  for (int axis = 2; axis >= 0; axis--)
    for (int k = n_atoms[axis] - 1; k >= 0; k--)
      {
        int atom = axes[axis][k];

        strides[atom] = stride;
        stride *= pattern->sizes[atom];
      }
}

typedef struct
{
  CnnStep step;
  CnnCopy copy;
} RearrangeStep;

static gboolean
rearrange_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  cnn_copy_run (&((RearrangeStep *) base)->copy, in[0], out);
  return TRUE;
}

static void
rearrange_free (CnnStep *step)
{
  g_free (step);
}

/* On a tile the parts of rows and columns that stay are as long as the tile is: they are taken for
 * one. */
static void
fit_tile (CnnPattern *pattern, const CnnTask *task)
{
  const int extents[] = { task->in[0].height, task->in[0].width };

  for (int axis = 0; axis < 2; axis++)
    for (int k = 0; k < pattern->n_in[axis]; k++)
      pattern->sizes[pattern->in[axis][k]] = k == 0 ? extents[axis] : 1;
}

static CnnStep *
rearrange_prepare (const CnnTask *task, GError **error)
{
  CnnPattern     pattern = pattern_of (task->node);
  RearrangeStep *step = g_new0 (RearrangeStep, 1);
  gsize          strides[CNN_PATTERN_ATOMS], sizes[CNN_PATTERN_ATOMS], from[CNN_PATTERN_ATOMS];
  CnnShape       out;
  int            n = 0;

  if (cnn_node_reach (task->node) == CNN_REACH_WINDOW)
    fit_tile (&pattern, task);
  if (!cnn_pattern_resolve (&pattern, task->in[0], &out, error))
    {
      g_free (step);
      return NULL;
    }
  set_strides (&pattern, pattern.in, pattern.n_in, strides);
  for (int axis = 0; axis < 3; axis++)
    for (int k = 0; k < pattern.n_out[axis]; k++, n++)
      {
        sizes[n] = pattern.sizes[pattern.out[axis][k]];
        from[n] = strides[pattern.out[axis][k]];
      }
  step->step = (CnnStep) { rearrange_run, rearrange_free };
  cnn_copy_plan (&step->copy, n, sizes, from);
  return &step->step;
}

/* Where each part stands follows from the cell after, and the cell before from that. */
static void
rearrange_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                   CnnExplanation *explanation)
{
  CnnPattern pattern = pattern_of (task->node);
  int        cell[] = { y, x, channel }, places[CNN_PATTERN_ATOMS];
  CnnShape   out;
  double     value;

  cnn_pattern_resolve (&pattern, task->in[0], &out, NULL);
  for (int axis = 0; axis < 3; axis++)
    for (int k = pattern.n_out[axis] - 1; k >= 0; k--)
      {
        int atom = pattern.out[axis][k];

        places[atom] = cell[axis] % pattern.sizes[atom];
        cell[axis] /= pattern.sizes[atom];
      }
  for (int axis = 0; axis < 3; axis++)
    {
      cell[axis] = 0;
      for (int k = 0; k < pattern.n_in[axis]; k++)
        cell[axis] = cell[axis] * pattern.sizes[pattern.in[axis][k]] +
                     places[pattern.in[axis][k]];
    }
  value = cells->read (cells->data, 0, cell[0], cell[1], cell[2]);
  cnn_explanation_function (explanation, 0, cell[2], value, value);
}

static gboolean
rearrange_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  /* The parts apart, in ONNX's order of the axes; then in their new places; then together. */
  static const int axes[] = { 2, 0, 1 };

  CnnPattern  pattern = pattern_of (node);
  const char *x = cnn_writer_map (writer, 0);
  gint64      parts[CNN_PATTERN_ATOMS], places[CNN_PATTERN_ATOMS];
  int         at[CNN_PATTERN_ATOMS], n = 0, n_out = 0;
  CnnShape    out;

  if (!cnn_pattern_resolve (&pattern, cnn_writer_in (writer, 0), &out, error))
    return FALSE;
  cnn_writer_fixed (writer);
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < pattern.n_in[axes[i]]; k++, n++)
      {
        at[pattern.in[axes[i]][k]] = n;
        parts[n] = pattern.sizes[pattern.in[axes[i]][k]];
      }
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < pattern.n_out[axes[i]]; k++)
      places[n_out++] = at[pattern.out[axes[i]][k]];
  x = cnn_writer_add (writer, "Reshape", x, cnn_writer_ints (writer, "parts", n, parts), NULL);
  if (n > 0)
    {
      x = cnn_writer_add (writer, "Transpose", x, NULL);
      cnn_writer_list (writer, "perm", n_out, places);
    }
  x = cnn_writer_add (writer, "Reshape", x,
                      cnn_writer_ints (writer, "shape", 4,
                                       (gint64[]) { 1, out.channels, out.height, out.width }),
                      NULL);
  cnn_writer_give (writer, x, FALSE);
  return TRUE;
}

const CnnOp cnn_op_rearrange = {
  .name = "rearrange",
  .label = N_("Rearrange"),
  .blurb = N_("Moves rows, columns and maps, or parts of them, to other places, as in "
              "“h w (c r:2) -> (h r) w c”"),
  .example = "\"h w c -> w h c\"",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params_size = sizeof (RearrangeParams),
  .params = rearrange_params,
  .check = rearrange_check,
  .shape = rearrange_shape,
  .reach_of = rearrange_reach,
  .window = rearrange_window,
  .map_label = rearrange_map_label,
  .prepare = rearrange_prepare,
  .train = cnn_moves_train,
  .explain = rearrange_explain,
  .write = rearrange_write,
};
