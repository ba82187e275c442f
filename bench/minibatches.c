/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Trains one network on pictures in memory whenever it is told to, by gradient descent with
 * momentum, BATCH images at a time:
 *
 *   minibatches HxWxC NETWORK [WORKERS STEPS]
 *
 * Says "ready MACS" (of an image forward and back; nobody needs the derivatives by the
 * picture), then answers lines on stdin:
 *   run N          N minibatches; answers with the seconds that they took
 *   losses N       N minibatches; answers with their losses
 *   weights FILE   writes weights and biases of all layers, in order
 * With STEPS it does so many and ends. Pictures are shown in order, again and again. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "optimiser.h"
#include "trainer.h"

/* The same in training.py. */
#define BATCH     64
#define N_IMAGES  4096
#define N_CLASSES 10
#define RATE      0.01

typedef struct
{
  CnnNetwork  *network;
  CnnTrainer  *trainer;
  CnnShape     shape;
  gint64       cells;   /* of an image */
  float       *images;
  guint       *labels;
  float      **states;  /* the optimiser's, for each weight */
  CnnOptimiser optimiser;
  CnnUpdate    update;
  guint64      shown;   /* images */
} Minibatches;

static void G_GNUC_NORETURN
fail (const char *what)
{
  g_printerr ("minibatches: %s\n", what);
  exit (1);
}

/* The same numbers in training.py; from 0 to 1, as a picture's, brighter where the class says
 * so, so that there is something to learn. */
static void
draw_images (Minibatches *it)
{
  it->cells = cnn_shape_cells (it->shape);
  it->images = cnn_floats_alloc (it->cells * N_IMAGES);
  it->labels = g_new (guint, N_IMAGES);
  for (guint i = 0; i < N_IMAGES; i++)
    it->labels[i] = (i * 2654435761u >> 16) % N_CLASSES;
  for (gint64 i = 0; i < it->cells * N_IMAGES; i++)
    {
      float noise = ((guint32) i * 2654435761u >> 16) / 65536.0f;

      it->images[i] = (i % it->cells) * N_CLASSES / it->cells == it->labels[i / it->cells]
                        ? 0.5f + 0.5f * noise
                        : 0.5f * noise;
    }
}

static gboolean
read_image (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const Minibatches *it = data;
  guint64            i = (it->shown + image) % N_IMAGES;

  memcpy (in, it->images + (gint64) i * it->cells, it->cells * sizeof (float));
  *label = it->labels[i];
  return TRUE;
}

/* Multiplications of an image: forward, derivatives by the weights and, but in the first layer
 * that has any, by what comes in. */
static gint64
count_macs (Minibatches *it)
{
  guint              last = cnn_network_n_nodes (it->network) - 1;
  CnnPlanOptions     options = { .workers = 1 };
  g_autoptr (GError) error = NULL;
  CnnPlan           *plan = cnn_plan_new (it->network, it->shape, 1, &last, &options, &error);
  gint64             macs = 0;

  if (plan == NULL)
    fail (error->message);
  for (guint i = 0; i <= last; i++)
    macs += cnn_plan_info (plan, i)->macs * (macs > 0 ? 3 : 2);
  cnn_plan_free (plan);
  return macs;
}

static void
setup (Minibatches *it, const char *text, int workers)
{
  CnnTrainerOptions  options = { CNN_LOSS_CROSS_ENTROPY, BATCH, workers, 0 };
  g_autoptr (GError) error = NULL;
  const CnnTrained  *trained;
  guint              n;

  it->network = cnn_network_parse (text, &error);
  if (it->network)
    it->trainer = cnn_trainer_new (it->network, it->shape, &options, &error);
  if (it->trainer == NULL || !cnn_optimiser_parse ("momentum 0.9", &it->optimiser, &error))
    fail (error->message);
  if (cnn_trainer_output (it->trainer).channels != N_CLASSES)
    fail ("expected a network with 10 outputs");
  trained = cnn_trainer_trained (it->trainer, &n);
  it->states = g_new0 (float *, n);
  for (guint k = 0; k < n; k++)
    it->states[k] = g_new0 (float, trained[k].n * cnn_optimiser_n_state (&it->optimiser));
  printf ("ready %" G_GINT64_FORMAT "\n", count_macs (it));
}

static void
change_block (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const Minibatches *it = data;

  cnn_optimiser_update (&it->optimiser, &it->update, trained->n, from, from + n, trained->values,
                        trained->gradient, it->states[number]);
}

static double
step (Minibatches *it)
{
  CnnTrainerSource   source = { read_image, it };
  CnnTrainerLoss     loss;
  g_autoptr (GError) error = NULL;

  it->update = (CnnUpdate) { RATE, it->update.step + 1, 1.0 };
  if (!cnn_trainer_step (it->trainer, BATCH, it->shown, &source, change_block, it, &loss, &error))
    fail (error->message);
  it->shown += BATCH;
  return loss.loss;
}

static double
run (Minibatches *it, int n)
{
  gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < n; i++)
    step (it);
  return (g_get_monotonic_time () - start) / 1e6;
}

static void
write_weights (Minibatches *it, const char *name)
{
  FILE *file = fopen (name, "wb");

  if (file == NULL)
    fail ("cannot open the file");
  for (guint node = 0; node < cnn_network_n_nodes (it->network); node++)
    {
      guint             n;
      CnnTensor *const *weights = cnn_trainer_weights (it->trainer, node, &n);

      for (guint i = 0; i < n; i++)
        if (fwrite (weights[i]->values, sizeof (float), cnn_tensor_length (weights[i]), file) !=
            (gsize) cnn_tensor_length (weights[i]))
          fail ("cannot write");
    }
  if (fclose (file) != 0)
    fail ("cannot write");
  puts ("done");
}

static void
answer (Minibatches *it, char *line)
{
  const char *rest = strchr (g_strchomp (line), ' ');

  rest = rest ? rest + 1 : "";
  if (g_str_has_prefix (line, "weights "))
    write_weights (it, rest);
  else if (g_str_has_prefix (line, "losses "))
    {
      for (int i = atoi (rest); i > 0; i--)
        printf ("%.9g ", step (it));
      puts ("");
    }
  else if (g_str_has_prefix (line, "run "))
    printf ("%.6f\n", run (it, atoi (rest)));
  else
    fail ("orders are run N, losses N and weights FILE");
}

int
main (int argc, char **argv)
{
  Minibatches it = { 0 };
  char        line[4096];

  setvbuf (stdout, NULL, _IOLBF, 0);
  if ((argc != 3 && argc != 5) || sscanf (argv[1], "%dx%dx%d", &it.shape.height, &it.shape.width,
                                          &it.shape.channels) != 3)
    fail ("usage: minibatches HxWxC NETWORK [WORKERS STEPS]");
  draw_images (&it);
  setup (&it, argv[2], argc == 5 ? atoi (argv[3]) : BENCH_THREADS);
  if (argc == 5)
    printf ("%.6f\n", run (&it, atoi (argv[4])));
  else
    while (fgets (line, sizeof line, stdin))
      answer (&it, line);
  return 0;
}
