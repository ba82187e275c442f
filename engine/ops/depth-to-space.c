/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "blocks.h"
#include "i18n.h"
#include "moves.h"
#include "writer.h"

static const CnnParam d2s_params[] = {
  CNN_BLOCKS_PARAMS,
  { .key = NULL },
};

/* Row y comes of row y / size: of rows spread out by the size, of those from
 * y − size + 1 to y the one that is there. */
static gboolean
d2s_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const CnnBlocks *p = node->params;
  CnnSides         sides = { p->size.height - 1, p->size.width - 1, p->size.height - 1,
                             p->size.width - 1 };
  CnnPad           pad = { CNN_PAD_SIDES, sides };

  window->kernel = window->up = p->size;
  return cnn_window_resolve (window, &pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
d2s_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const CnnBlocks *p = node->params;
  gint64           cells = (gint64) p->size.height * p->size.width;
  gint64           height = (gint64) in->height * p->size.height;
  gint64           width = (gint64) in->width * p->size.width;

  if (in->channels % cells != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("%d channels cannot be split into blocks of %d×%d, which take %" PRId64
                     " each"),
                   in->channels, p->size.height, p->size.width, cells);
      return FALSE;
    }
  if (height > G_MAXINT / 2 || width > G_MAXINT / 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the padded map is too large"));
      return FALSE;
    }
  *out = (CnnShape) { (int) height, (int) width, (int) (in->channels / cells) };
  return TRUE;
}

static gboolean
d2s_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const CnnBlocksStep *step = (CnnBlocksStep *) base;
  CnnSize              size = step->blocks.size;
  int                  n_maps = step->out.channels, channels = step->in.channels;
  gsize                next = cnn_blocks_channel (&step->blocks, 0, 1, n_maps);

  for (int r = 0; r < step->out.height; r++)
    {
      int          row = (y + r) / size.height - y / size.height;
      const float *from = in[0] + (gsize) row * step->in.width * channels;
      int          cell = (y + r) % size.height * size.width, column = x % size.width;

      for (int c = 0; c < step->out.width; c++, out += n_maps)
        {
          const float *first = from + cnn_blocks_channel (&step->blocks, cell + column, 0, n_maps);

          for (int map = 0; map < n_maps; map++)
            out[map] = first[map * next];
          if (++column == size.width)
            {
              column = 0;
              from += channels;
            }
        }
    }
  return TRUE;
}

static CnnStep *
d2s_prepare (const CnnTask *task, GError **error)
{
  return cnn_blocks_prepare (task, d2s_run);
}

static void
d2s_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  const CnnBlocks *p = task->node->params;
  int              cell = y % p->size.height * p->size.width + x % p->size.width;

  cnn_blocks_explain (cells, y / p->size.height, x / p->size.width,
                      cnn_blocks_channel (p, cell, channel, task->out.channels), explanation);
}

static gboolean
d2s_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_blocks_write (writer, node, TRUE);
}

const CnnOp cnn_op_depth_to_space = {
  .name = "depth-to-space",
  .label = N_("Depth to space"),
  .blurb = N_("Lays the channels of each place out as a block of cells: fewer, larger maps"),
  .example = "2",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .seeks = TRUE,
  .params_size = sizeof (CnnBlocks),
  .params = d2s_params,
  .shape = d2s_shape,
  .window = d2s_window,
  .prepare = d2s_prepare,
  .train = cnn_moves_train,
  .explain = d2s_explain,
  .write = d2s_write,
};
