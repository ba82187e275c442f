/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "ops.h"
#include "resize-axis.h"

static const CnnChoice modes[] = {
  [CNN_RESIZE_NEAREST] = { "nearest", N_("Nearest cell") },
  [CNN_RESIZE_LINEAR] = { "linear", N_("Linear") },
  [CNN_RESIZE_CUBIC] = { "cubic", N_("Cubic") },
  { NULL },
};

static const CnnChoice coordinates[] = {
  [CNN_RESIZE_HALF_PIXEL] = { "half-pixel", N_("Cells have an extent") },
  [CNN_RESIZE_HALF_PIXEL_SYMMETRIC] = { "half-pixel-symmetric", N_("The same, centred") },
  [CNN_RESIZE_PYTORCH_HALF_PIXEL] = { "pytorch-half-pixel", N_("The same, as in PyTorch") },
  [CNN_RESIZE_ALIGN_CORNERS] = { "align-corners", N_("Corners stay corners") },
  [CNN_RESIZE_ASYMMETRIC] = { "asymmetric", N_("First cell on first cell") },
  [CNN_RESIZE_TF_CROP] = { "tf-crop", N_("A part, as in TensorFlow") },
  { NULL },
};

static const CnnChoice nearests[] = {
  [CNN_RESIZE_PREFER_FLOOR] = { "round-prefer-floor", N_("The earlier of two as near") },
  [CNN_RESIZE_PREFER_CEIL] = { "round-prefer-ceil", N_("The later of two as near") },
  [CNN_RESIZE_FLOOR] = { "floor", N_("The one before") },
  [CNN_RESIZE_CEIL] = { "ceil", N_("The one after") },
  { NULL },
};

static const CnnParam resize_params[] = {
  { .key = "scale",
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (CnnResize, scale),
    .initial = "",
    .min = 1e-4,
    .max = 1e4,
    .positional = TRUE,
    .label = N_("Scale"),
    .tooltip = N_("How much larger the map becomes: one number, or one for rows and one for "
                  "columns") },
  { .key = "to",
    .type = CNN_PARAM_SIZE,
    .offset = offsetof (CnnResize, to),
    .initial = "",
    .min = 1,
    .max = 1 << 24,
    .label = N_("Size"),
    .tooltip = N_("Rows and columns that come out; a scale then only says where cells lie") },
  { .key = "mode",
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (CnnResize, mode),
    .initial = "nearest",
    .choices = modes,
    .label = N_("Interpolation"),
    .tooltip = N_("What stands between two cells") },
  { .key = "coordinates",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (CnnResize, coordinates),
    .initial = "half-pixel",
    .choices = coordinates,
    .label = N_("Coordinates"),
    .tooltip = N_("Where on the input a cell of the output lies") },
  { .key = "nearest",
    .rare = TRUE,
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (CnnResize, nearest),
    .initial = "round-prefer-floor",
    .choices = nearests,
    .label = N_("Nearest"),
    .tooltip = N_("Which cell counts as the nearest") },
  { .key = "cubic-a",
    .rare = TRUE,
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (CnnResize, cubic_a),
    .initial = "-0.75",
    .min = -100,
    .max = 100,
    .label = N_("Cubic coefficient"),
    .tooltip = N_("How far cubic interpolation goes beyond the values on both sides") },
  { .key = "antialias",
    .rare = TRUE,
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (CnnResize, antialias),
    .initial = "no",
    .label = N_("Average when shrinking"),
    .tooltip = N_("Whether all cells count that become one, not just those around its place") },
  { .key = "exclude-outside",
    .rare = TRUE,
    .type = CNN_PARAM_BOOL,
    .offset = offsetof (CnnResize, exclude_outside),
    .initial = "no",
    .label = N_("Leave out what is outside"),
    .tooltip = N_("Whether cells outside the map count nothing, not as the edge's") },
  { .key = "roi",
    .rare = TRUE,
    .type = CNN_PARAM_NUMBERS,
    .offset = offsetof (CnnResize, roi),
    .initial = "",
    .min = -1e4,
    .max = 1e4,
    .label = N_("Part"),
    .tooltip = N_("Top, left, bottom and right of what is resized, from 0 at the first cell to 1 "
                  "at the last; for coordinates=tf-crop") },
  { .key = "extrapolate",
    .rare = TRUE,
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (CnnResize, extrapolate),
    .initial = "0",
    .min = -1e30,
    .max = 1e30,
    .label = N_("Value outside"),
    .tooltip = N_("What stands where the part reaches over the map's edge") },
  { .key = NULL },
};

static gboolean
resize_check (gconstpointer params, GError **error)
{
  const CnnResize *p = params;

  if (p->scale.n == 0 && p->to.height == 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("expected how much larger, as in “resize 2”, or how large, as in “resize "
                   "to=480x640”"));
  else if (p->scale.n > 2)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("scale: found %d numbers, expected one, or one for rows and one for columns"),
                 p->scale.n);
  else if (p->roi.n != 0 && p->roi.n != 4)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("roi: found %d numbers, expected top, left, bottom and right"), p->roi.n);
  else if (p->antialias && p->mode == CNN_RESIZE_NEAREST)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the nearest cell alone cannot be an average; use mode=linear"));
  else
    return TRUE;
  return FALSE;
}

static gboolean
resize_axes (const CnnNode *node, CnnShape in, CnnResizeAxis *rows, CnnResizeAxis *columns,
             GError **error)
{
  return cnn_resize_axis (node->params, TRUE, in.height, rows, error) &&
         cnn_resize_axis (node->params, FALSE, in.width, columns, error);
}

static gboolean
resize_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  CnnResizeAxis rows, columns;
  CnnPad        pad = { .mode = CNN_PAD_SIDES };

  if (!resize_axes (node, in, &rows, &columns, error))
    return FALSE;
  cnn_resize_window (&rows, &window->up.height, &window->stride.height, &window->kernel.height,
                     &pad.sides.top, &pad.sides.bottom);
  cnn_resize_window (&columns, &window->up.width, &window->stride.width, &window->kernel.width,
                     &pad.sides.left, &pad.sides.right);
  return cnn_window_resolve (window, &pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
resize_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  CnnWindow     window = cnn_window_one ();
  CnnResizeAxis rows, columns;

  if (!resize_axes (node, *in, &rows, &columns, error) ||
      !resize_window (node, *in, &window, error))
    return FALSE;
  *out = (CnnShape) { rows.out, columns.out, in->channels };
  return TRUE;
}

/* --- running -------------------------------------------------------------- */

typedef struct
{
  CnnStep       step;
  CnnWindow     window;
  CnnShape      whole;
  CnnShape      in;
  CnnShape      out;
  CnnResizeTaps rows;
  CnnResizeTaps columns;
  float         extrapolate;
  float        *line; /* a row of the output, its columns still the input's */
} ResizeStep;

/* Adds up rows of @n values, each times its weight. */
CNN_CLONES static void
weigh_rows (gsize n, int n_rows, const float *restrict rows, const float *weights,
            float *restrict to)
{
  if (n_rows == 2)
    {
      for (gsize i = 0; i < n; i++)
        to[i] = weights[0] * rows[i] + weights[1] * rows[n + i];
      return;
    }
  for (gsize i = 0; i < n; i++)
    to[i] = weights[0] * rows[i];
  for (int k = 1; k < n_rows; k++)
    for (gsize i = 0; i < n; i++)
      to[i] += weights[k] * rows[k * n + i];
}

static inline void
weigh_columns (int n, int channels, const CnnResizeTaps *taps, int x, int first, float extrapolate,
               const float *restrict line, float *restrict out)
{
  const float *entry = taps->entries + x * taps->length;

  for (int i = 0; i < n; i++, out += channels, entry += taps->length)
    {
      int          n_taps = (int) entry[1];
      const float *from = line + (n_taps > 0 ? (gsize) entry[0] - first : 0) * channels;

      if (n_taps == 0)
        for (int c = 0; c < channels; c++)
          out[c] = extrapolate;
      else if (n_taps == 1)
        for (int c = 0; c < channels; c++)
          out[c] = from[c];
      else if (n_taps == 2)
        for (int c = 0; c < channels; c++)
          out[c] = entry[2] * from[c] + entry[3] * from[channels + c];
      else
        {
          for (int c = 0; c < channels; c++)
            out[c] = entry[2] * from[c];
          for (int k = 1; k < n_taps; k++)
            for (int c = 0; c < channels; c++)
              out[c] += entry[2 + k] * from[k * channels + c];
        }
    }
}

CNN_CLONES static void
make_columns (int n, int channels, const CnnResizeTaps *taps, int x, int first, float extrapolate,
              const float *line, float *out)
{
  switch (channels)
    {
    case 1:
      weigh_columns (n, 1, taps, x, first, extrapolate, line, out);
      break;
    case 3:
      weigh_columns (n, 3, taps, x, first, extrapolate, line, out);
      break;
    default:
      weigh_columns (n, channels, taps, x, first, extrapolate, line, out);
    }
}

/* Whether two rows of the output are copies of the same row. */
static gboolean
same_row (const float *a, const float *b)
{
  return a[1] == 1.0f && b[1] == 1.0f && a[0] == b[0];
}

static gboolean
resize_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const ResizeStep *step = (ResizeStep *) base;
  gsize             in_row = (gsize) step->in.width * step->in.channels;
  gsize             row = (gsize) step->out.width * step->out.channels;
  CnnSize           first = cnn_window_first (&step->window, step->whole, step->in, y, x);
  const float      *entry = step->rows.entries + y * step->rows.length;

  for (int r = 0; r < step->out.height; r++, out += row, entry += step->rows.length)
    {
      const float *from = in[0];

      if (entry[1] == 0.0f)
        for (gsize i = 0; i < row; i++)
          out[i] = step->extrapolate;
      else if (r > 0 && same_row (entry, entry - step->rows.length))
        memcpy (out, out - row, row * sizeof (float));
      else
        {
          from += ((gsize) entry[0] - first.height) * in_row;
          if (entry[1] > 1.0f)
            {
              weigh_rows (in_row, (int) entry[1], from, entry + 2, step->line);
              from = step->line;
            }
          make_columns (step->out.width, step->out.channels, &step->columns, x, first.width,
                        step->extrapolate, from, out);
        }
    }
  return TRUE;
}

static void
resize_free (CnnStep *base)
{
  cnn_floats_free (((ResizeStep *) base)->line);
  g_free (base);
}

static CnnStep *
resize_prepare (const CnnTask *task, GError **error)
{
  const CnnResize *p = task->node->params;
  ResizeStep      *step = g_new0 (ResizeStep, 1);
  CnnResizeAxis    rows, columns;

  step->step = (CnnStep) { resize_run, resize_free };
  cnn_node_window (task->node, task->whole, &step->window, NULL);
  resize_axes (task->node, task->whole, &rows, &columns, NULL);
  step->whole = task->whole;
  step->in = task->in[0];
  step->out = task->out;
  step->extrapolate = (float) p->extrapolate;
  step->rows = cnn_resize_table (&rows, task->store, "rows");
  step->columns = cnn_resize_table (&columns, task->store, "columns");
  step->line = cnn_floats_alloc ((gsize) step->in.width * step->in.channels);
  if (step->rows.entries && step->columns.entries && step->line)
    return &step->step;
  resize_free (&step->step);
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
               CNN_SHAPE_ARGS (task->out));
  return NULL;
}

/* --- the arithmetic ------------------------------------------------------- */

/** Neighbour: a cell of the input, perhaps outside it, and its weight. */
typedef struct
{
  int    at;
  double weight;
} Neighbour;

/* The weight of a cell that many cells away, as ONNX writes it for the two on each
 * side: by the distance to the nearer or to the farther ones. */
static double
neighbour_weight (const CnnResize *p, double distance)
{
  double a = p->cubic_a, d = fabs (distance);

  if (p->mode == CNN_RESIZE_LINEAR)
    return d < 1.0 ? 1.0 - d : 0.0;
  if (d <= 1.0)
    return (a + 2.0) * d * d * d - (a + 3.0) * d * d + 1.0;
  return d < 2.0 ? a * d * d * d - 5.0 * a * d * d + 8.0 * a * d - 4.0 * a : 0.0;
}

/* Cells outside all have the edge's value: on each side one stands for all. */
static GArray *
join_outside (const CnnResizeAxis *axis, GArray *list)
{
  GArray *joined = g_array_new (FALSE, FALSE, sizeof (Neighbour));

  for (guint i = 0; i < list->len; i++)
    {
      Neighbour  cell = g_array_index (list, Neighbour, i);
      Neighbour *last = joined->len > 0 ? &g_array_index (joined, Neighbour, joined->len - 1)
                                        : NULL;

      if (last && ((last->at < 0 && cell.at < 0) || last->at >= axis->in))
        last->weight += cell.weight;
      else
        g_array_append_val (joined, cell);
    }
  g_array_unref (list);
  return joined;
}

/* (transfer full): the cells of the input that count along an axis: at the edge, where
 * all others are left out. */
static GArray *
neighbours_of (const CnnResizeAxis *axis, double at)
{
  GArray   *list = g_array_new (FALSE, FALSE, sizeof (Neighbour));
  double    scale = axis->p->antialias && axis->scale < 1.0 ? axis->scale : 1.0;
  double    sum = 0.0;
  int       reach = (int) ceil (2.0 / scale) + 1;
  Neighbour cell;

  if (axis->p->mode == CNN_RESIZE_NEAREST)
    {
      cell = (Neighbour) { cnn_resize_nearest (axis, at), 1.0 };
      g_array_append_val (list, cell);
      return list;
    }
  for (int i = (int) floor (at) - reach; i <= (int) floor (at) + reach; i++)
    {
      cell = (Neighbour) { i, neighbour_weight (axis->p, scale * (i - at)) };
      if (cell.weight == 0.0 || (axis->p->exclude_outside && (i < 0 || i >= axis->in)))
        continue;
      g_array_append_val (list, cell);
      sum += cell.weight;
    }
  if (list->len == 0)
    {
      cell = (Neighbour) { at < 0.0 ? 0 : axis->in - 1, 1.0 };
      g_array_append_val (list, cell);
      return list;
    }
  for (guint i = 0; i < list->len && (axis->p->antialias || axis->p->exclude_outside); i++)
    g_array_index (list, Neighbour, i).weight /= sum;
  return join_outside (axis, list);
}

static void
explain_extrapolated (double value, int channel, CnnExplanation *explanation)
{
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0, channel,
                                            (CnnSize) { 1, 1 }, FALSE);

  part->outside[0] = TRUE;
  part->values[0] = part->result = value;
  explanation->value = value;
  explanation->magnitude = fabs (value);
}

static void
resize_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                CnnExplanation *explanation)
{
  CnnResizeAxis      rows, columns;
  double             at_y, at_x;
  g_autoptr (GArray) down = NULL, across = NULL;
  CnnPart           *part;

  resize_axes (task->node, task->in[0], &rows, &columns, NULL);
  at_y = cnn_resize_at (&rows, y);
  at_x = cnn_resize_at (&columns, x);
  if (cnn_resize_is_outside (&rows, at_y) || cnn_resize_is_outside (&columns, at_x))
    {
      explain_extrapolated (rows.p->extrapolate, channel, explanation);
      return;
    }
  down = neighbours_of (&rows, at_y);
  across = neighbours_of (&columns, at_x);
  part = cnn_explanation_add_part (explanation, CNN_PART_WEIGHTED, 0, channel,
                                   (CnnSize) { (int) down->len, (int) across->len }, TRUE);
  for (guint i = 0; i < down->len * across->len; i++)
    {
      const Neighbour *row = &g_array_index (down, Neighbour, i / across->len);
      const Neighbour *column = &g_array_index (across, Neighbour, i % across->len);
      int              from_y = CLAMP (row->at, 0, rows.in - 1);
      int              from_x = CLAMP (column->at, 0, columns.in - 1);

      part->outside[i] = from_y != row->at || from_x != column->at;
      part->values[i] = cells->read (cells->data, 0, from_y, from_x, channel);
      part->factors[i] = row->weight * column->weight;
      part->result += part->values[i] * part->factors[i];
      explanation->magnitude += fabs (part->values[i] * part->factors[i]);
    }
  explanation->value = part->result;
}

const CnnOp cnn_op_resize = {
  .name = "resize",
  .label = N_("Resize"),
  .blurb = N_("Scales maps up or down, with the nearest cell or something in between"),
  .example = "2",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WINDOW,
  .seeks = TRUE,
  .params_size = sizeof (CnnResize),
  .params = resize_params,
  .check = resize_check,
  .shape = resize_shape,
  .window = resize_window,
  .prepare = resize_prepare,
  .train = cnn_resize_train,
  .explain = resize_explain,
  .write = cnn_resize_write,
};
