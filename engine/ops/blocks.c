/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "blocks.h"

#include <math.h>

#include "i18n.h"
#include "writer.h"

const CnnChoice cnn_blocks_orders[] = {
  [CNN_BLOCKS_DCR] = { "dcr", N_("Cell by cell") },
  [CNN_BLOCKS_CRD] = { "crd", N_("Map by map") },
  { NULL },
};

static void
blocks_free (CnnStep *step)
{
  g_free (step);
}

/**
 * cnn_blocks_prepare:
 * @run: what a #CnnBlocksStep does
 *
 * The @prepare of both.
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_blocks_prepare (const CnnTask *task,
                    gboolean (*run) (CnnStep *step, const float *const *in, float *out, int y,
                                     int x))
{
  CnnBlocksStep *step = g_new0 (CnnBlocksStep, 1);

  step->step = (CnnStep) { run, blocks_free };
  step->blocks = *(const CnnBlocks *) task->node->params;
  step->in = task->in[0];
  step->out = task->out;
  return &step->step;
}

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

/* Six parts of a map in another order, put together to four. */
static const char *
write_parts (CnnWriter *writer, const char *x, const gint64 *parts, const gint64 *places,
             CnnShape out)
{
  gint64 dims[] = { 1, out.channels, out.height, out.width };

  cnn_writer_fixed (writer);
  x = cnn_writer_add (writer, "Reshape", x, cnn_writer_ints (writer, "parts", 6, parts), NULL);
  x = cnn_writer_add (writer, "Transpose", x, NULL);
  cnn_writer_list (writer, "perm", 6, places);
  return cnn_writer_add (writer, "Reshape", x, cnn_writer_ints (writer, "shape", 4, dims), NULL);
}

/**
 * cnn_blocks_write:
 * @to_space: whether channels become blocks
 *
 * The @write of both.
 */
gboolean
cnn_blocks_write (CnnWriter *writer, const CnnNode *node, gboolean to_space)
{
  const CnnBlocks *p = node->params;
  const char      *x = cnn_writer_map (writer, 0);
  CnnShape         in = cnn_writer_in (writer, 0), out = cnn_writer_out (writer);
  CnnSize          size = p->size;
  gboolean         dcr = p->order == CNN_BLOCKS_DCR;

  /* ONNX's own take square blocks, and one way only one order. */
  if (size.height == size.width && (to_space || dcr))
    {
      x = cnn_writer_add (writer, to_space ? "DepthToSpace" : "SpaceToDepth", x, NULL);
      cnn_writer_int (writer, "blocksize", size.height);
      if (!dcr)
        cnn_writer_string (writer, "mode", "CRD");
    }
  else if (to_space && dcr)
    x = write_parts (writer, x,
                     (gint64[]) { 1, size.height, size.width, out.channels, in.height, in.width },
                     (gint64[]) { 0, 3, 4, 1, 5, 2 }, out);
  else if (to_space)
    x = write_parts (writer, x,
                     (gint64[]) { 1, out.channels, size.height, size.width, in.height, in.width },
                     (gint64[]) { 0, 1, 4, 2, 5, 3 }, out);
  else
    x = write_parts (writer, x,
                     (gint64[]) { in.channels, out.height, size.height, out.width, size.width, 1 },
                     dcr ? (gint64[]) { 2, 4, 0, 1, 3, 5 } : (gint64[]) { 0, 2, 4, 1, 3, 5 }, out);
  cnn_writer_give (writer, x, FALSE);
  return TRUE;
}
