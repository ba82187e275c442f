/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "plan.h"

/* Networks that somebody's bytes have made: their shapes, and where there is little to do, a
 * run over a picture of zeros, for layers whose parameters nobody would think of. */

#define MOST_CELLS   20000
#define MOST_WORK    1000000.0 /* products, and cells in windows */
#define MOST_WEIGHTS 250000.0

static gboolean
is_tiny (const CnnNetwork *network, const CnnNodeInfo *infos)
{
  double cells = 0.0, work = 0.0, weights = 0.0;

  for (guint i = 0; i < cnn_network_n_nodes (network); i++)
    {
      const CnnNode *node = cnn_network_node (network, i);
      CnnShape       shape = infos[i].shape, in = infos[i > 0 ? node->in[0] : 0].shape;
      CnnWeight      of[CNN_MAX_WEIGHTS];
      CnnWindow      window;

      cells += (double) shape.height * shape.width * shape.channels;
      work += (double) infos[i].macs;
      if (i == 0)
        continue;
      if (node->op->window && cnn_node_window (node, in, &window, NULL))
        {
          work += (double) shape.height * shape.width * shape.channels * window.kernel.height *
                  window.kernel.width;
          /* The border is made around the map, window by window. */
          cells += (double) in.channels *
                   (in.height + (double) window.pad.top + window.pad.bottom) *
                   (in.width + (double) window.pad.left + window.pad.right);
        }
      for (guint k = cnn_node_weights (node, in, of); k-- > 0;)
        {
          double n = 1.0;

          for (int d = 0; d < of[k].n_dims; d++)
            n *= of[k].dims[d];
          weights += n;
        }
    }
  return cells <= MOST_CELLS && work <= MOST_WORK && weights <= MOST_WEIGHTS;
}

/* libFuzzer keeps what made abort() be called, but nothing of a trap, which is GLib's end. */
static void
die (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  fprintf (stderr, "%s\n", message);
  abort ();
}

/** fuzz_begin: makes warnings of GLib's and our own the end. */
void
fuzz_begin (void)
{
  g_log_set_default_handler (die, NULL);
}

/** fuzz_network: what can be known of a network on an input of that shape, and a run. */
void
fuzz_network (CnnNetwork *network, CnnShape input)
{
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, input, NULL);
  guint                   last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan)     plan = NULL;
  g_autofree float       *in = NULL, *out = NULL;

  if (infos == NULL || !is_tiny (network, infos))
    return;
  plan = cnn_plan_new (network, input, 1, &last,
                       &(CnnPlanOptions) { .memory = 64 << 20, .workers = 1 }, NULL);
  if (plan == NULL)
    return;
  in = g_new0 (float, cnn_shape_cells (infos[0].shape));
  out = g_new0 (float, cnn_shape_cells (infos[last].shape));
  cnn_plan_run (plan, &(CnnSource) { .memory = in }, &(CnnSink) { .memory = &out }, NULL, NULL,
                NULL, NULL);
}
