/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "picture.h"
#include "plan.h"

G_BEGIN_DECLS

/**
 * CnnBlock:
 * @rect: cells of a map; none of them where its width is 0
 * @first: the first channel
 * @channels: how many
 * @values: [rect.height][rect.width][channels]
 *
 * A part of what a layer takes in.
 */
typedef struct
{
  CnnRect rect;
  int     first;
  int     channels;
  float  *values;
} CnnBlock;

/**
 * CnnSurvey:
 * @n_reads: how many values it takes
 * @blocks: a box around them, of each input, without values
 * @input: the input of the last one
 * @y: its row
 * @x: its column
 * @channel: its channel
 *
 * What an explanation takes in.
 */
typedef struct
{
  gint64   n_reads;
  CnnBlock blocks[CNN_MAX_INPUTS];
  guint    input;
  int      y;
  int      x;
  int      channel;
} CnnSurvey;

CnnExplanation *cnn_survey_explain (CnnSurvey *survey, const CnnPlan *plan, guint node, int y,
                                    int x, int channel);
gboolean        cnn_survey_is_link (const CnnSurvey *survey,
                                    const CnnExplanation *explanation);

gboolean        cnn_block_holds    (const CnnBlock *block, const CnnBlock *other);
void            cnn_block_clear    (CnnBlock *block);
gboolean        cnn_blocks_fetch   (CnnPicture *picture, CnnNetwork *network,
                                    const CnnNodeInfo *infos, guint node, const CnnSurvey *survey,
                                    CnnBlock *blocks, GCancellable *cancellable, GError **error);
double          cnn_blocks_read    (gpointer blocks, guint input, int y, int x, int channel);

G_END_DECLS
