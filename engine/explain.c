/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "explain.h"

#include <math.h>

static void
part_clear (gpointer data)
{
  CnnPart *part = data;

  g_free (part->values);
  g_free (part->factors);
  g_free (part->outside);
}

/**
 * cnn_explanation_new:
 *
 * Returns: (transfer full): an explanation without parts
 */
CnnExplanation *
cnn_explanation_new (void)
{
  CnnExplanation *explanation = g_new0 (CnnExplanation, 1);

  explanation->parts = g_array_new (FALSE, TRUE, sizeof (CnnPart));
  g_array_set_clear_func (explanation->parts, part_clear);
  return explanation;
}

void
cnn_explanation_free (CnnExplanation *explanation)
{
  g_array_unref (explanation->parts);
  g_free (explanation);
}

/**
 * cnn_explanation_add_part:
 * @size: rows and columns of its grids
 * @with_factors: whether the values are multiplied with something
 *
 * Appends a part whose grids are all zeros, without a winner, and with every
 * cell inside.
 *
 * Returns: (transfer none): the part, to be filled before the next is added
 */
CnnPart *
cnn_explanation_add_part (CnnExplanation *explanation, CnnPartKind kind, guint input, int channel,
                          CnnSize size, gboolean with_factors)
{
  gsize   cells = (gsize) size.height * size.width;
  CnnPart part = { .kind = kind, .input = input, .channel = channel, .size = size, .winner = -1 };

  part.values = g_new0 (double, cells);
  part.factors = with_factors ? g_new0 (double, cells) : NULL;
  part.outside = g_new0 (gboolean, cells);
  g_array_append_val (explanation->parts, part);
  return &g_array_index (explanation->parts, CnnPart, explanation->parts->len - 1);
}

/** cnn_explanation_get_part: part number @i, from 0. */
const CnnPart *
cnn_explanation_get_part (const CnnExplanation *explanation, guint i)
{
  g_return_val_if_fail (i < explanation->parts->len, NULL);

  return &g_array_index (explanation->parts, CnnPart, i);
}

/**
 * cnn_explanation_function:
 * @x: what goes into the function
 * @result: what comes out
 *
 * Adds the part of an activation, and makes @result the explanation's value.
 */
void
cnn_explanation_function (CnnExplanation *explanation, guint input, int channel, double x,
                          double result)
{
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_FUNCTION, input, channel,
                                            (CnnSize) { 1, 1 }, FALSE);

  part->values[0] = x;
  part->result = result;
  explanation->value = result;
  explanation->magnitude = fabs (result);
}
