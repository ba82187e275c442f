/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The values that an explanation takes in: which they are, and a run of the network
 * that brings just those. */

#include "explain-values.h"

#include <inttypes.h>
#include <string.h>

#include "i18n.h"

/* Values that are kept at most, and up to how many also neighbours are. */
#define MOST_VALUES     (64 << 20)
#define MOST_NEIGHBOURS (1 << 20)

/* Pixels of the picture around what is needed whose values are worked out at once. */
#define MARGIN 32

/* --- which ---------------------------------------------------------------- */

static double
survey_read (gpointer data, guint input, int y, int x, int channel)
{
  CnnSurvey *survey = data;
  CnnBlock  *block  = &survey->blocks[input];
  CnnRect   *rect   = &block->rect;

  survey->n_reads++;
  survey->input = input;
  survey->y = y;
  survey->x = x;
  survey->channel = channel;
  if (rect->width == 0)
    {
      *rect = (CnnRect) { x, y, 1, 1 };
      block->first = channel;
      block->channels = 1;
      return 0.0;
    }
  rect->width = MAX (rect->x + rect->width, x + 1) - MIN (rect->x, x);
  rect->x = MIN (rect->x, x);
  rect->height = MAX (rect->y + rect->height, y + 1) - MIN (rect->y, y);
  rect->y = MIN (rect->y, y);
  block->channels = MAX (block->first + block->channels, channel + 1) - MIN (block->first, channel);
  block->first = MIN (block->first, channel);
  return 0.0;
}

/**
 * cnn_survey_explain:
 * @survey: (out): what the explanation takes in
 * @plan: a plan with a tap that needs the node
 *
 * Explains a value as if all that it is made of were 0.
 *
 * Returns: (transfer full): the explanation
 */
CnnExplanation *
cnn_survey_explain (CnnSurvey *survey, const CnnPlan *plan, guint node, int y, int x, int channel)
{
  CnnExplanation *explanation = cnn_explanation_new ();
  CnnCells        cells       = { survey_read, survey };

  memset (survey, 0, sizeof *survey);
  cnn_plan_explain (plan, node, &cells, y, x, channel, explanation);
  return explanation;
}

/**
 * cnn_survey_is_link:
 * @explanation: what cnn_survey_explain() returned
 *
 * Returns: whether it is of one value put into a function, or just handed on
 */
gboolean
cnn_survey_is_link (const CnnSurvey *survey, const CnnExplanation *explanation)
{
  const CnnPart *part;

  if (survey->n_reads != 1 || explanation->parts->len != 1)
    return FALSE;
  part = cnn_explanation_get_part (explanation, 0);
  return part->size.height == 1 && part->size.width == 1 &&
         (part->kind == CNN_PART_FUNCTION || part->kind == CNN_PART_TERMS);
}

/* --- blocks --------------------------------------------------------------- */

/** cnn_block_holds: whether all cells of @other are in @block. */
gboolean
cnn_block_holds (const CnnBlock *block, const CnnBlock *other)
{
  const CnnRect *a = &block->rect, *b = &other->rect;

  return b->width == 0 ||
         (block->values != NULL && b->x >= a->x && b->y >= a->y &&
          b->x + b->width <= a->x + a->width && b->y + b->height <= a->y + a->height &&
          other->first >= block->first &&
          other->first + other->channels <= block->first + block->channels);
}

void
cnn_block_clear (CnnBlock *block)
{
  g_free (block->values);
  memset (block, 0, sizeof *block);
}

static gint64
block_size (const CnnBlock *block)
{
  return (gint64) block->rect.width * block->rect.height * block->channels;
}

/**
 * cnn_blocks_read:
 *
 * As #CnnCells wants it, from an array of blocks, one for each input.
 */
double
cnn_blocks_read (gpointer blocks, guint input, int y, int x, int channel)
{
  const CnnBlock *block = (const CnnBlock *) blocks + input;

  return block->values[((gsize) (y - block->rect.y) * block->rect.width + (x - block->rect.x)) *
                         block->channels + (channel - block->first)];
}

/* What is needed and, where that is little, what its neighbours need. */
static CnnBlock
widen (const CnnBlock *needed, const CnnNodeInfo *info)
{
  CnnRect  map   = { 0, 0, info->shape.width, info->shape.height };
  CnnExtent jump = info->receptive.jump;
  int      dy    = jump.height > 0.0 ? (int) (MARGIN / jump.height) : 0;
  int      dx    = jump.width > 0.0 ? (int) (MARGIN / jump.width) : 0;
  CnnBlock block = { { needed->rect.x - dx, needed->rect.y - dy, needed->rect.width + 2 * dx,
                       needed->rect.height + 2 * dy },
                     0, info->shape.channels, NULL };

  cnn_rect_intersect (&block.rect, &map);
  return block_size (&block) <= MOST_NEIGHBOURS ? block : *needed;
}

/* Copies the block's share of some cells with all channels. */
static void
block_take (CnnBlock *block, const CnnRect *rect, int channels, const float *values, gsize stride)
{
  CnnRect common = *rect;

  if (!cnn_rect_intersect (&common, &block->rect))
    return;
  for (int y = common.y; y < common.y + common.height; y++)
    {
      const float *from = values + (gsize) (y - rect->y) * stride +
                          (gsize) (common.x - rect->x) * channels + block->first;
      float       *to   = block->values + ((gsize) (y - block->rect.y) * block->rect.width +
                                     (common.x - block->rect.x)) * block->channels;

      for (int x = 0; x < common.width; x++, from += channels, to += block->channels)
        memcpy (to, from, sizeof (float) * block->channels);
    }
}

/* --- a run ---------------------------------------------------------------- */

typedef struct
{
  CnnPicture        *picture;
  const CnnNodeInfo *infos;
  const CnnNode     *node;
  CnnBlock          *blocks; /* of each input of @node */
  guint              taps[CNN_MAX_INPUTS];
  CnnRect            regions[CNN_MAX_INPUTS];
  guint              n_taps;
  GCancellable      *cancellable;
} Fetch;

static gboolean
read_picture (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Fetch *fetch = data;

  return cnn_picture_read (fetch->picture, fetch->infos[0].shape, rect, values, stride,
                           fetch->cancellable, error);
}

static gboolean
write_blocks (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
              GError **error)
{
  Fetch *fetch = data;

  for (guint i = 0; i < fetch->node->n_in; i++)
    if (fetch->node->in[i] == fetch->taps[tap])
      block_take (&fetch->blocks[i], rect, fetch->infos[fetch->taps[tap]].shape.channels, values,
                  stride);
  return TRUE;
}

/* A block of the picture itself, some rows at a time. */
static gboolean
fetch_picture (Fetch *fetch, CnnBlock *block, GError **error)
{
  int               channels = fetch->infos[0].shape.channels;
  gsize             stride   = (gsize) block->rect.width * channels;
  int               rows     = (int) CLAMP ((1 << 20) / stride, 1, (gsize) block->rect.height);
  g_autofree float *values   = g_new (float, stride * rows);

  for (int y = 0; y < block->rect.height; y += rows)
    {
      CnnRect part = { block->rect.x, block->rect.y + y, block->rect.width,
                       MIN (rows, block->rect.height - y) };

      if (g_cancellable_is_cancelled (fetch->cancellable))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
          return FALSE;
        }
      if (!read_picture (fetch, &part, values, stride, error))
        return FALSE;
      block_take (block, &part, channels, values, stride);
    }
  return TRUE;
}

/* A layer may be an input twice, but a tap only once: then of all that is needed. */
static void
fetch_tap (Fetch *fetch, guint node, const CnnRect *rect)
{
  guint    t = 0;
  CnnRect *region;

  while (t < fetch->n_taps && fetch->taps[t] != node)
    t++;
  region = &fetch->regions[t];
  if (t == fetch->n_taps)
    {
      fetch->taps[fetch->n_taps++] = node;
      *region = *rect;
      return;
    }
  region->width = MAX (region->x + region->width, rect->x + rect->width) - MIN (region->x, rect->x);
  region->x = MIN (region->x, rect->x);
  region->height = MAX (region->y + region->height, rect->y + rect->height) -
                   MIN (region->y, rect->y);
  region->y = MIN (region->y, rect->y);
}

/**
 * cnn_blocks_fetch:
 * @infos: of the network on the picture
 * @node: a layer
 * @survey: what is needed of its inputs
 * @blocks: where the values go, a block for each input; they are replaced
 *
 * Runs what of the network is needed. Errors: %CNN_ERROR_LIMIT, %CNN_ERROR_CANCELLED,
 * %CNN_ERROR_IO
 */
gboolean
cnn_blocks_fetch (CnnPicture *picture, CnnNetwork *network, const CnnNodeInfo *infos, guint node,
                  const CnnSurvey *survey, CnnBlock *blocks, GCancellable *cancellable,
                  GError **error)
{
  Fetch               fetch = { .picture = picture,
                                .infos = infos,
                                .node = cnn_network_node (network, node),
                                .blocks = blocks,
                                .cancellable = cancellable };
  CnnSource           source = { .read = read_picture, .data = &fetch };
  CnnSink             sink   = { .write = write_blocks, .data = &fetch };
  CnnPlanOptions      options = { .regions = fetch.regions };
  g_autoptr (CnnPlan) plan   = NULL;
  gint64              total  = 0;

  for (guint i = 0; i < fetch.node->n_in; i++)
    {
      cnn_block_clear (&blocks[i]);
      if (survey->blocks[i].rect.width == 0)
        continue;
      blocks[i] = widen (&survey->blocks[i], &infos[fetch.node->in[i]]);
      total += block_size (&blocks[i]);
      if (fetch.node->in[i] > 0)
        fetch_tap (&fetch, fetch.node->in[i], &blocks[i].rect);
    }
  if (total > MOST_VALUES)
    {
      for (guint i = 0; i < fetch.node->n_in; i++)
        cnn_block_clear (&blocks[i]);
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("%" PRId64 " values are behind this one, more than can be shown"),
                   total);
      return FALSE;
    }
  for (guint i = 0; i < fetch.node->n_in; i++)
    if (blocks[i].rect.width > 0)
      {
        blocks[i].values = g_try_new (float, block_size (&blocks[i]));
        if (blocks[i].values == NULL)
          {
            g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                         _("there is not enough memory to show this"));
            goto failed;
          }
      }
  for (guint i = 0; i < fetch.node->n_in; i++)
    if (blocks[i].values != NULL && fetch.node->in[i] == 0 &&
        !fetch_picture (&fetch, &blocks[i], error))
      goto failed;
  if (fetch.n_taps > 0)
    {
      plan = cnn_plan_new (network, cnn_picture_shape (picture), fetch.n_taps, fetch.taps, &options,
                           error);
      if (plan == NULL || !cnn_plan_run (plan, &source, &sink, NULL, NULL, cancellable, error))
        goto failed;
    }
  return TRUE;

failed:
  for (guint i = 0; i < fetch.node->n_in; i++)
    cnn_block_clear (&blocks[i]);
  return FALSE;
}
