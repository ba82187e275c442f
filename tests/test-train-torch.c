/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cnn-test.h"
#include "learning-rate.h"
#include "optimiser.h"
#include "torch-losses.h"
#include "trainer.h"

/* Training beside PyTorch's: with the same weights and the same minibatches each loss of a
 * hundred is the same, with every optimiser. Everything a step does is in them: forward, back,
 * the optimiser, the schedule, clipping. torch-reference.py made the numbers. */

#define TOLERANCE       1e-4 /* of a loss */
#define STEPS_PER_EPOCH ((TORCH_IMAGES + TORCH_BATCH - 1) / TORCH_BATCH)

static const CnnShape shape = { TORCH_HEIGHT, TORCH_WIDTH, TORCH_CHANNELS };

/* From 0 to 1; the same numbers in torch-reference.py. */
static float
drawn (guint32 seed, guint32 i)
{
  guint32 bits = (i + 1 + 7919 * seed) * 2654435761u;

  bits = (bits ^ bits >> 16) * 2246822519u;
  return (float) ((bits ^ bits >> 13) >> 8) / 16777216.0f;
}

static gboolean
read_image (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const guint *first = data;
  guint        i = *first + image;

  *label = i % TORCH_CLASSES;
  for (guint k = 0; k < cnn_shape_cells (shape); k++)
    in[k] = drawn (1000 + i, k) + (k % TORCH_CLASSES == *label ? 0.25f : 0.0f);
  return TRUE;
}

static void
draw_weight (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  for (gsize i = from; i < from + n; i++)
    trained->values[i] = torch_weights[number].centre +
                         torch_weights[number].spread * (2.0f * drawn (number, (guint32) i) - 1.0f);
}

typedef struct
{
  CnnTrainer  *trainer;
  CnnOptimiser optimiser;
  CnnSchedule  schedule;
  CnnUpdate    update;
  float       *states[G_N_ELEMENTS (torch_weights)];
} Descent;

static void
begin (Descent *descent, const char *optimiser, const char *schedule)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (TORCH_NETWORK, &error);
  CnnTrainerOptions      options = { CNN_LOSS_CROSS_ENTROPY, TORCH_BATCH, 2, 0 };
  const CnnTrained      *trained;
  guint                  n;

  g_assert_no_error (error);
  cnn_optimiser_parse (optimiser, &descent->optimiser, &error);
  g_assert_no_error (error);
  cnn_schedule_parse (schedule, &descent->schedule, &error);
  g_assert_no_error (error);
  descent->trainer = cnn_trainer_new (network, shape, &options, &error);
  g_assert_no_error (error);
  trained = cnn_trainer_trained (descent->trainer, &n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (torch_weights));
  for (guint k = 0; k < n; k++)
    {
      g_assert_cmpuint (trained[k].n, ==, torch_weights[k].n);
      descent->states[k] = g_new0 (float, trained[k].n * CNN_OPTIMISER_MAX_STATE);
    }
  cnn_trainer_change (descent->trainer, draw_weight, NULL);
}

static void
end (Descent *descent)
{
  for (guint k = 0; k < G_N_ELEMENTS (torch_weights); k++)
    g_free (descent->states[k]);
  cnn_trainer_free (descent->trainer);
}

static void
change_block (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const Descent *descent = data;

  cnn_optimiser_update (&descent->optimiser, &descent->update, trained->n, from, from + n,
                        trained->values, trained->gradient, descent->states[number]);
}

static double
step (Descent *descent, guint number, double rate, double clip)
{
  guint              first = number % STEPS_PER_EPOCH * TORCH_BATCH;
  CnnTrainerSource   source = { read_image, &first };
  CnnTrainerLoss     loss;
  g_autoptr (GError) error = NULL;

  cnn_trainer_gradient (descent->trainer, MIN (TORCH_BATCH, TORCH_IMAGES - first), first, &source,
                        &loss, &error);
  g_assert_no_error (error);
  descent->update.rate = cnn_schedule_rate (&descent->schedule, rate, number, TORCH_STEPS,
                                            STEPS_PER_EPOCH);
  descent->update.step = number + 1;
  descent->update.factor = 1.0;
  if (clip > 0.0)
    {
      double squares = cnn_trainer_squares (descent->trainer);

      descent->update.factor = cnn_gradient_clip (squares, clip);
    }
  cnn_trainer_change (descent->trainer, change_block, descent);
  return loss.loss;
}

static void
test_losses (gconstpointer data)
{
  guint   plan = GPOINTER_TO_UINT (data);
  double  worst = 0.0;
  Descent descent = { 0 };

  begin (&descent, torch_plans[plan].optimiser, torch_plans[plan].schedule);
  for (guint i = 0; i < TORCH_STEPS; i++)
    {
      double expected = torch_plans[plan].losses[i];
      double got = step (&descent, i, torch_plans[plan].rate, torch_plans[plan].clip);

      if (!(fabs (got - expected) <= TOLERANCE * expected))
        g_error ("%s, minibatch %u: %.8g instead of %.8g", torch_plans[plan].optimiser, i + 1, got,
                 expected);
      worst = MAX (worst, fabs (got - expected) / expected);
    }
  g_test_message ("off by %.2g at most", worst);
  end (&descent);
}

/* Where every plan had the same losses, any optimiser would do. */
static void
test_differ (void)
{
  for (guint a = 0; a < G_N_ELEMENTS (torch_plans); a++)
    for (guint b = 0; b < a; b++)
      {
        double most = 0.0;

        for (guint i = 0; i < TORCH_STEPS; i++)
          most = MAX (most, fabs (torch_plans[a].losses[i] / torch_plans[b].losses[i] - 1.0));
        g_assert_cmpfloat (most, >, 100 * TOLERANCE);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (torch_plans); i++)
    {
      g_autofree char *path = g_strdup_printf ("/train-torch/%s, %s", torch_plans[i].optimiser,
                                               torch_plans[i].schedule);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_losses);
    }
  g_test_add_func ("/train-torch/differ", test_differ);
  return g_test_run ();
}
