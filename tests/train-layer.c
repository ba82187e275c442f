/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train-layer.h"

#include <math.h>
#include <string.h>

/**
 * train_layer_begin:
 * @layer: (out): to be ended with train_layer_end()
 * @text: the network
 * @in: what it is given
 * @batch: images that the step is made for
 * @images: of a minibatch
 */
void
train_layer_begin (TrainLayer *layer, const char *text, CnnShape in, guint batch, guint images)
{
  g_autoptr (GError) error = NULL;
  guint              last;

  memset (layer, 0, sizeof *layer);
  layer->network = cnn_network_parse (text, &error);
  g_assert_no_error (error);
  last = cnn_network_n_nodes (layer->network) - 1;
  layer->plan = cnn_plan_new (layer->network, in, 1, &last, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_whole_task (layer->plan, last, &layer->task);
  layer->task.batch = (int) batch;
  layer->step = layer->task.node->op->train (&layer->task, &error);
  g_assert_no_error (error);
  layer->n_in = (gsize) cnn_shape_cells (layer->task.in[0]);
  layer->n_out = (gsize) cnn_shape_cells (layer->task.out);
  layer->out = cnn_floats_alloc (images * layer->n_out);
  layer->d_in = cnn_floats_alloc (images * layer->n_in);
  layer->kept = cnn_floats_alloc (images * layer->step->kept / sizeof (float) + 1);
  layer->sums = g_new0 (double, layer->step->n_sums + 1);
  layer->back_sums = g_new0 (double, layer->step->n_back_sums + 1);
  layer->n_weights = cnn_node_weights (layer->task.node, layer->task.in[0], layer->list);
  for (guint i = 0; i < layer->n_weights; i++)
    if (layer->list[i].trained)
      layer->d_weights[i] = g_new0 (float, cnn_tensor_length (layer->task.weights[i]));
}

/** train_layer_end: frees what there is of @layer. */
void
train_layer_end (TrainLayer *layer)
{
  for (guint i = 0; i < layer->n_weights; i++)
    g_free (layer->d_weights[i]);
  g_free (layer->sums);
  g_free (layer->back_sums);
  cnn_floats_free (layer->out);
  cnn_floats_free (layer->d_in);
  cnn_floats_free (layer->kept);
  cnn_train_step_free (layer->step);
  cnn_plan_free (layer->plan);
  cnn_network_unref (layer->network);
}

/* What to do with the images, some at a time. */
typedef enum
{
  MEASURE,
  FORWARD,
  MEASURE_BACK,
  BACKWARD
} What;

static void
train_layer_do (TrainLayer *layer, What what, guint n, guint images, const float *in,
                const float *d_out)
{
  CnnTrainStep *step = layer->step;

  for (guint i = 0; i < images; i += n)
    {
      const float *ins[] = { in + i * layer->n_in };
      float       *d_ins[] = { layer->d_in + i * layer->n_in };
      CnnPass      pass = { .n = n,
                            .first = i,
                            .in = ins,
                            .out = layer->out + i * layer->n_out,
                            .d_out = d_out + i * layer->n_out,
                            .d_in = d_ins,
                            .d_weights = layer->d_weights,
                            .kept = (guint8 *) layer->kept + i * step->kept,
                            .sums = what == BACKWARD && step->n_back_sums > 0 ? layer->back_sums
                                                                              : layer->sums,
                            .n_all = images };

      if (what == MEASURE)
        step->measure (step, &pass, layer->sums);
      else if (what == FORWARD)
        g_assert_true (step->forward (step, &pass));
      else if (what == MEASURE_BACK)
        step->measure_back (step, &pass, layer->back_sums);
      else
        g_assert_true (step->backward (step, &pass));
    }
}

/**
 * train_layer_work:
 * @n: images that go forward at a time
 * @n_back: images that go back at a time
 * @images: of the minibatch
 * @in: [images][n_in]
 * @d_out: [images][n_out]
 *
 * Puts a whole minibatch through the layer, forward and back. Derivatives by the weights are added
 * to what there was.
 */
void
train_layer_work (TrainLayer *layer, guint n, guint n_back, guint images, const float *in,
                  const float *d_out)
{
  CnnTrainStep *step = layer->step;
  CnnPass       last = { .n = images, .sums = layer->sums, .n_all = images };

  if (step->load)
    g_assert_true (step->load (step));
  if (step->n_sums > 0)
    train_layer_do (layer, MEASURE, n, images, in, d_out);
  train_layer_do (layer, FORWARD, n, images, in, d_out);
  if (step->n_back_sums > 0)
    train_layer_do (layer, MEASURE_BACK, n_back, images, in, d_out);
  train_layer_do (layer, BACKWARD, n_back, images, in, d_out);
  if (step->settle)
    step->settle (step, &last);
}

/** train_check: whether @n numbers are as expected, within 2 · 10⁻⁶ of them or of 1. */
void
train_check (const char *text, const char *what, gsize n, const float *got,
             const double *expected)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (got[i] - expected[i]) <= 2e-6 * MAX (fabs (expected[i]), 1.0)))
      g_error ("%s: %s %d is %.9g, expected %.9g", text, what, (int) i, got[i], expected[i]);
}
