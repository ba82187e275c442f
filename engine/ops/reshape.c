/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "i18n.h"
#include "moves.h"
#include "writer.h"

typedef struct
{
  CnnShape to;
} ReshapeParams;

static const CnnParam reshape_params[] = {
  { .key = "to",
    .type = CNN_PARAM_SHAPE,
    .offset = offsetof (ReshapeParams, to),
    .initial = "1x1x?",
    .min = 1,
    .max = 1 << 30,
    .positional = TRUE,
    .label = N_("New shape"),
    .tooltip = N_("Rows, columns and maps of the result; one of them may be left open: it follows "
                  "from the number of values") },
  { .key = NULL },
};

/* Extents that were left open. */
static int
n_open (CnnShape shape)
{
  return (shape.height == 0) + (shape.width == 0) + (shape.channels == 0);
}

static gboolean
reshape_check (gconstpointer params, GError **error)
{
  const ReshapeParams *p = params;

  if (n_open (p->to) <= 1)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("expected at most one “?”, as in “1x?x64”"));
  return FALSE;
}

static gboolean
reshape_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const ReshapeParams *p = node->params;
  gint64               cells = cnn_shape_cells (*in), open;
  double               said;

  *out = p->to;
  out->height = MAX (out->height, 1);
  out->width = MAX (out->width, 1);
  out->channels = MAX (out->channels, 1);
  said = (double) out->height * out->width * out->channels;
  if (said > (double) cells || cells % cnn_shape_cells (*out) != 0 ||
      (n_open (p->to) == 0 && cells != cnn_shape_cells (*out)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   n_open (p->to) == 0
                     ? _("%d×%d×%d are %.0f values, expected as many as %d×%d×%d has")
                     : _("%d×%d×%d are %.0f values, expected a divisor of how many %d×%d×%d has"),
                   CNN_SHAPE_ARGS (*out), said, CNN_SHAPE_ARGS (*in));
      return FALSE;
    }
  open = cells / cnn_shape_cells (*out);
  if (open > G_MAXINT)
    {
      CnnShape vector;

      return cnn_vector_shape ((double) open, &vector, error);
    }
  *(p->to.height == 0 ? &out->height : p->to.width == 0 ? &out->width : &out->channels) *=
    (int) open;
  return TRUE;
}

static char *
reshape_map_label (const CnnNode *node, int map)
{
  return NULL;
}

static void
reshape_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  CnnShape in = task->in[0], out = task->out;
  gint64   i = ((gint64) y * out.width + x) * out.channels + channel;
  int      from = (int) (i % in.channels);
  int      from_x = (int) (i / in.channels % in.width);
  int      from_y = (int) (i / in.channels / in.width);
  double   value = cells->read (cells->data, 0, from_y, from_x, from);

  cnn_explanation_function (explanation, 0, from, value, value);
}

static gboolean
reshape_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  /* Our order is rows, columns, maps. */
  CnnShape    out = cnn_writer_out (writer);
  gint64      dims[] = { 1, out.height, out.width, out.channels };
  const char *x = cnn_writer_add (writer, "Transpose", cnn_writer_map (writer, 0), NULL);

  cnn_writer_list (writer, "perm", 4, (gint64[]) { 0, 2, 3, 1 });
  cnn_writer_fixed (writer);
  x = cnn_writer_add (writer, "Reshape", x, cnn_writer_ints (writer, "shape", 4, dims), NULL);
  x = cnn_writer_add (writer, "Transpose", x, NULL);
  cnn_writer_list (writer, "perm", 4, (gint64[]) { 0, 3, 1, 2 });
  cnn_writer_give (writer, x, FALSE);
  return TRUE;
}

const CnnOp cnn_op_reshape = {
  .name = "reshape",
  .label = N_("Reshape"),
  .blurb = N_("Gives the values another shape, in the order in which they lie: row by row, the "
              "maps of a place side by side"),
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .params_size = sizeof (ReshapeParams),
  .params = reshape_params,
  .check = reshape_check,
  .shape = reshape_shape,
  .map_label = reshape_map_label,
  .prepare = cnn_copy_prepare,
  .train = cnn_copy_train,
  .explain = reshape_explain,
  .write = reshape_write,
};
