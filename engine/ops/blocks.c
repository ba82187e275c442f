/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "blocks.h"

#include <math.h>

#include "i18n.h"

const CnnChoice cnn_blocks_orders[] = {
  [CNN_BLOCKS_DCR] = { "dcr", N_("Cell by cell") },
  [CNN_BLOCKS_CRD] = { "crd", N_("Map by map") },
  { NULL },
};

/**
 * cnn_blocks_explain:
 *
 * Explains a value that is another cell's, moved.
 */
void
cnn_blocks_explain (const CnnCells *cells, int y, int x, int channel, CnnExplanation *explanation)
{
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0, channel,
                                            (CnnSize) { 1, 1 }, FALSE);

  part->values[0] = cells->read (cells->data, 0, y, x, channel);
  part->result = part->values[0];
  explanation->value = part->result;
  explanation->magnitude = fabs (part->result);
}
