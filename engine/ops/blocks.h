/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"

G_BEGIN_DECLS

/* What depth-to-space and space-to-depth share: which channel goes where in a block. */

/**
 * CnnBlocks:
 * @size: rows and columns of a block
 * @order: %CNN_BLOCKS_DCR or %CNN_BLOCKS_CRD
 */
typedef struct
{
  CnnSize size;
  int     order;
} CnnBlocks;

enum
{
  CNN_BLOCKS_DCR, /* channels: rows of the block, its columns, maps */
  CNN_BLOCKS_CRD  /* channels: maps, rows of the block, its columns */
};

#define CNN_BLOCKS_PARAMS                                                                     \
  { .key = "size",                                                                            \
    .type = CNN_PARAM_SIZE,                                                                   \
    .offset = offsetof (CnnBlocks, size),                                                     \
    .initial = "2",                                                                           \
    .min = 1,                                                                                 \
    .max = 4095,                                                                              \
    .positional = TRUE,                                                                       \
    .label = N_("Block"),                                                                     \
    .tooltip = N_("Rows and columns of a block, whose cells are the channels of one place") }, \
  { .key = "order",                                                                           \
    .rare = TRUE,                                                                             \
    .type = CNN_PARAM_CHOICE,                                                                 \
    .offset = offsetof (CnnBlocks, order),                                                    \
    .initial = "dcr",                                                                         \
    .choices = cnn_blocks_orders,                                                             \
    .label = N_("Order of channels"),                                                         \
    .tooltip = N_("dcr: all maps of the block's first cell, then of its second; crd: all cells " \
                  "of the first map, then of the second") }

extern const CnnChoice cnn_blocks_orders[];

/* The channel of cell number @cell of a block in map number @map of @n_maps. */
static inline int
cnn_blocks_channel (const CnnBlocks *blocks, int cell, int map, int n_maps)
{
  if (blocks->order == CNN_BLOCKS_DCR)
    return cell * n_maps + map;
  return map * blocks->size.height * blocks->size.width + cell;
}

/** CnnBlocksStep: the step of both. */
typedef struct
{
  CnnStep   step;
  CnnBlocks blocks;
  CnnShape  in;
  CnnShape  out;
} CnnBlocksStep;

CnnStep *cnn_blocks_prepare (const CnnTask *task,
                             gboolean (*run) (CnnStep *step, const float *const *in, float *out,
                                              int y, int x));
void     cnn_blocks_explain (const CnnCells *cells, int y, int x, int channel,
                             CnnExplanation *explanation);
gboolean cnn_blocks_write   (CnnWriter *writer, const CnnNode *node, gboolean to_space);

G_END_DECLS
