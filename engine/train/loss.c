/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "ops.h"
#include "trainer-private.h"

/* What training makes small, of one image, and its derivatives. */

/* Whether it is taken from what should come out; else from a class, before the softmax. */
gboolean
cnn_loss_has_target (CnnLoss loss)
{
  return loss == CNN_LOSS_SQUARED_ERROR || loss == CNN_LOSS_ABSOLUTE_ERROR;
}

/* Whether the loss can be taken of such a network's output. Errors: %CNN_ERROR_SHAPE */
gboolean
cnn_loss_fits (CnnLoss loss, const CnnNetwork *network, CnnShape out, GError **error)
{
  const CnnOp *op = cnn_network_node (network, cnn_network_n_nodes (network) - 1)->op;

  if (cnn_loss_has_target (loss))
    return TRUE;
  if (op != &cnn_op_softmax && op != &cnn_op_log_softmax)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the last layer is %s, expected softmax: classes are told apart by their "
                     "probabilities"),
                   op->name);
      return FALSE;
    }
  if (out.height != 1 || out.width != 1 || out.channels < 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network puts out %d×%d×%d values, expected a vector with one for each "
                     "of at least two classes"),
                   CNN_SHAPE_ARGS (out));
      return FALSE;
    }
  return TRUE;
}

/* The score of one class; [n] derivatives, times @scale, to @d. */
double
cnn_loss_score (gsize n, const float *scores, guint label, double scale, float *d)
{
  for (gsize i = 0; i < n; i++)
    d[i] = i == label ? (float) scale : 0.0f;
  return scores[label];
}

/* −log softmax (scores)[label] = log Σ exp (s − m) + m − s[label] with the greatest score m;
 * its derivatives are softmax (scores), less 1 for the label. They are written to @d, [n],
 * times @scale. Source: Goodfellow, Bengio and Courville, "Deep learning" (2016), 6.2.2.3. */
double
cnn_loss_classes (gsize n, const float *scores, guint label, double scale, float *d,
                  gboolean *right)
{
  gsize  greatest = 0;
  double sum = 0.0;

  for (gsize i = 1; i < n; i++)
    if (scores[i] > scores[greatest])
      greatest = i;
  for (gsize i = 0; i < n; i++)
    sum += exp ((double) scores[i] - scores[greatest]);
  for (gsize i = 0; i < n; i++)
    d[i] = (float) (scale * (exp ((double) scores[i] - scores[greatest]) / sum - (i == label)));
  *right = greatest == label;
  return log (sum) + scores[greatest] - scores[label];
}

/* Mean distance of [n] outputs from their targets, of which those that are no number do not count;
 * derivatives times @scale to @d. */
double
cnn_loss_distance (CnnLoss loss, gsize n, const float *out, const float *target, double scale,
                   float *d)
{
  double sum = 0.0, each;
  gsize  counted = 0;

  for (gsize i = 0; i < n; i++)
    counted += !isnan (target[i]);
  each = scale / (double) MAX (counted, 1);
  for (gsize i = 0; i < n; i++)
    {
      double by = isnan (target[i]) ? 0.0 : (double) out[i] - target[i];

      if (loss == CNN_LOSS_SQUARED_ERROR)
        {
          sum += by * by;
          d[i] = (float) (2.0 * each * by);
        }
      else
        {
          sum += fabs (by);
          d[i] = (float) (by > 0.0 ? each : by < 0.0 ? -each : 0.0);
        }
    }
  return sum / (double) MAX (counted, 1);
}
