/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "moves.h"
#include "writer.h"

typedef struct
{
  CnnPad sides;
  int    border;
  double value;
} PadParams;

static const CnnChoice borders[] = {
  [CNN_BORDER_ZERO] = { "zero", N_("One value") },
  [CNN_BORDER_REFLECT] = { "reflect", N_("Reflect") },
  [CNN_BORDER_REPLICATE] = { "replicate", N_("Replicate") },
  [CNN_BORDER_WRAP] = { "wrap", N_("Wrap around") },
  { NULL },
};

static const CnnParam pad_params[] = {
  { .key = "sides",
    .type = CNN_PARAM_PAD,
    .offset = offsetof (PadParams, sides),
    .initial = "1",
    .min = -65535,
    .max = 65535,
    .positional = TRUE,
    .label = N_("Sides"),
    .tooltip = N_("Rows and columns added at each side; below 0 they are cut off") },
  { .key = "border",
    .type = CNN_PARAM_CHOICE,
    .offset = offsetof (PadParams, border),
    .initial = "zero",
    .choices = borders,
    .label = N_("Border"),
    .tooltip = N_("What is added: one value, or what stands in the map") },
  { .key = "value",
    .rare = TRUE,
    .type = CNN_PARAM_FLOAT,
    .offset = offsetof (PadParams, value),
    .initial = "0",
    .min = -FLT_MAX,
    .max = FLT_MAX,
    .label = N_("Value"),
    .tooltip = N_("What the added cells hold where the border is one value") },
  { .key = NULL },
};

static gboolean
pad_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const PadParams *p = node->params;
  const CnnSides  *sides = &p->sides.sides;
  gint64           rows = (gint64) in.height + sides->top + sides->bottom;
  gint64           columns = (gint64) in.width + sides->left + sides->right;

  if (p->sides.mode == CNN_PAD_SIDES &&
      (rows < 1 || columns < 1 || -sides->top >= in.height || -sides->bottom >= in.height ||
       -sides->left >= in.width || -sides->right >= in.width))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("nothing is left of the %d×%d map when so much is cut off"), in.height,
                   in.width);
      return FALSE;
    }
  window->border = (CnnBorder) p->border;
  return cnn_window_resolve (window, &p->sides, (CnnSize) { in.height, in.width }, NULL, error);
}

typedef struct
{
  CnnStep  step;
  CnnShape in;
  CnnShape out;
  CnnSize  map;   /* of the whole input */
  CnnSides sides; /* of the whole output */
  CnnSides pad;   /* of the tile; 0 where the border is in it already */
  gboolean fills;
  float    value;
} PadStep;

static gboolean
pad_run (CnnStep *base, const float *const *in, float *out, int y0, int x0)
{
  const PadStep *step = (PadStep *) base;
  gsize          channels = step->in.channels;

  for (int y = 0; y < step->out.height; y++)
    {
      int      map_y = y0 + y - step->sides.top;
      gboolean outside = step->fills && (map_y < 0 || map_y >= step->map.height);
      /* The map's columns among those of the output. */
      int      first = step->fills ? CLAMP (step->sides.left - x0, 0, step->out.width) : 0;
      int      end = step->fills ? CLAMP (step->sides.left - x0 + step->map.width, first,
                                          step->out.width)
                                 : step->out.width;

      if (outside)
        first = end = step->out.width;
      for (gsize i = 0; i < first * channels; i++)
        *out++ = step->value;
      if (end > first)
        memcpy (out, in[0] + ((gsize) (y - step->pad.top) * step->in.width + first -
                              step->pad.left) * channels,
                (end - first) * channels * sizeof (float));
      out += (end - first) * channels;
      for (gsize i = 0; i < (step->out.width - end) * channels; i++)
        *out++ = step->value;
    }
  return TRUE;
}

static void
pad_free (CnnStep *step)
{
  g_free (step);
}

static CnnStep *
pad_prepare (const CnnTask *task, GError **error)
{
  const PadParams *p = task->node->params;
  PadStep         *step = g_new0 (PadStep, 1);
  CnnWindow        window;

  cnn_node_window (task->node, task->whole, &window, NULL);
  step->step = (CnnStep) { pad_run, pad_free };
  step->in = task->in[0];
  step->out = task->out;
  step->map = (CnnSize) { task->whole.height, task->whole.width };
  step->sides = window.pad;
  step->pad = task->pad;
  step->fills = p->border == CNN_BORDER_ZERO;
  step->value = (float) p->value;
  return &step->step;
}

static void
pad_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  const PadParams *p = task->node->params;
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0, channel,
                                            (CnnSize) { 1, 1 }, FALSE);
  CnnShape in = task->in[0];

  if (p->sides.mode == CNN_PAD_SIDES)
    {
      y = cnn_border_index (p->border, y - p->sides.sides.top, in.height);
      x = cnn_border_index (p->border, x - p->sides.sides.left, in.width);
    }
  part->outside[0] = y < 0 || x < 0;
  part->values[0] = part->outside[0] ? p->value : cells->read (cells->data, 0, y, x, channel);
  part->result = part->values[0];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}

static gboolean
pad_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  const PadParams *p = node->params;
  const char      *x = cnn_writer_map (writer, 0), *made = x;
  CnnWindow        window = cnn_window_one ();
  CnnSides         cut;

  if (!pad_window (node, cnn_writer_in (writer, 0), &window, error))
    return FALSE;
  if (window.border == CNN_BORDER_ZERO)
    made = cnn_writer_pad (writer, x, window.pad, p->value);
  else
    {
      /* What is put on is taken from the whole map, before other sides are cut off. */
      cut = (CnnSides) { MIN (window.pad.top, 0), MIN (window.pad.right, 0),
                         MIN (window.pad.bottom, 0), MIN (window.pad.left, 0) };
      window.pad = (CnnSides) { MAX (window.pad.top, 0), MAX (window.pad.right, 0),
                                MAX (window.pad.bottom, 0), MAX (window.pad.left, 0) };
      made = cnn_writer_border (writer, x, &window);
      if (cut.top < 0 || cut.right < 0 || cut.bottom < 0 || cut.left < 0)
        made = cnn_writer_pad (writer, made, cut, 0.0);
    }
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

const CnnOp cnn_op_pad = {
  .name = "pad",
  .label = N_("Pad"),
  .blurb = N_("Adds rows and columns around each map, or cuts them off"),
  .example = "1",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .params_size = sizeof (PadParams),
  .params = pad_params,
  .window = pad_window,
  .prepare = pad_prepare,
  .train = cnn_moves_train,
  .explain = pad_explain,
  .write = pad_write,
};
