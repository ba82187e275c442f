/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>

#include "blocks.h"
#include "i18n.h"
#include "moves.h"
#include "writer.h"

static const CnnParam s2d_params[] = {
  CNN_BLOCKS_PARAMS,
  { .key = NULL },
};

static gboolean
s2d_window (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error)
{
  const CnnBlocks *p = node->params;
  CnnPad           pad = { CNN_PAD_VALID, { 0 } };

  window->kernel = window->stride = p->size;
  return cnn_window_resolve (window, &pad, (CnnSize) { in.height, in.width }, NULL, error);
}

static gboolean
s2d_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const CnnBlocks *p = node->params;
  gint64           channels = (gint64) p->size.height * p->size.width * in->channels;

  if (in->height % p->size.height != 0 || in->width % p->size.width != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("a map of %d×%d cannot be split into blocks of %d×%d"), in->height, in->width,
                   p->size.height, p->size.width);
      return FALSE;
    }
  if (channels > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("%" PRId64 " maps are too many"),
                   channels);
      return FALSE;
    }
  *out = (CnnShape) { in->height / p->size.height, in->width / p->size.width, (int) channels };
  return TRUE;
}

static gboolean
s2d_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const CnnBlocksStep *step = (CnnBlocksStep *) base;
  CnnSize              size = step->blocks.size;
  int                  n_maps = step->in.channels;
  gsize                row = (gsize) step->out.width * step->out.channels;
  gsize                next = cnn_blocks_channel (&step->blocks, 0, 1, n_maps);
  const float         *from = in[0];

  for (int r = 0; r < step->in.height; r++)
    {
      float *to = out + r / size.height * row;
      int    cell = r % size.height * size.width, column = 0;

      for (int c = 0; c < step->in.width; c++, from += n_maps)
        {
          float *first = to + cnn_blocks_channel (&step->blocks, cell + column, 0, n_maps);

          for (int map = 0; map < n_maps; map++)
            first[map * next] = from[map];
          if (++column == size.width)
            {
              column = 0;
              to += step->out.channels;
            }
        }
    }
  return TRUE;
}

static CnnStep *
s2d_prepare (const CnnTask *task, GError **error)
{
  return cnn_blocks_prepare (task, s2d_run);
}

static void
s2d_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
             CnnExplanation *explanation)
{
  const CnnBlocks *p = task->node->params;
  int              n_maps = task->in[0].channels, n_cells = p->size.height * p->size.width;
  int              cell = p->order == CNN_BLOCKS_DCR ? channel / n_maps : channel % n_cells;
  int              map = p->order == CNN_BLOCKS_DCR ? channel % n_maps : channel / n_cells;

  cnn_blocks_explain (cells, y * p->size.height + cell / p->size.width,
                      x * p->size.width + cell % p->size.width, map, explanation);
}

static gboolean
s2d_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_blocks_write (writer, node, FALSE);
}

const CnnOp cnn_op_space_to_depth = {
  .name = "space-to-depth",
  .label = N_("Space to depth"),
  .blurb = N_("Makes the cells of each block channels of one place: more, smaller maps"),
  .example = "2",
  .group = CNN_GROUP_STRUCTURE,
  .reach = CNN_REACH_WINDOW,
  .exact = TRUE,
  .params_size = sizeof (CnnBlocks),
  .params = s2d_params,
  .shape = s2d_shape,
  .window = s2d_window,
  .prepare = s2d_prepare,
  .train = cnn_moves_train,
  .explain = s2d_explain,
  .write = s2d_write,
};
