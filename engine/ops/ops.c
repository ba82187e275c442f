/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n.h"
#include "ops.h"

/* What several ops share; see also bins.c, pool.c and weights.c. */

const CnnParam cnn_no_params[] = { { .key = NULL } };

/**
 * cnn_lanes:
 * @n_maps: number of maps
 *
 * Returns: a multiple of @n_maps, enough neighbouring values to treat at a time
 *   that few maps fill vector registers as well as many do
 */
gsize
cnn_lanes (gsize n_maps)
{
  return n_maps * MAX (64 / n_maps, 1);
}

/**
 * cnn_vector_shape:
 * @length: how many values a layer puts out
 * @out: (out): the shape of a vector of them
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set when they are too many
 */
gboolean
cnn_vector_shape (double length, CnnShape *out, GError **error)
{
  if (length > G_MAXINT)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("a vector of %.0f values is too long"),
                   length);
      return FALSE;
    }
  *out = (CnnShape) { 1, 1, (int) length };
  return TRUE;
}

/**
 * cnn_eltwise_prepare:
 * @kind: oneDNN's name of the function
 * @alpha: its first number
 * @beta: its second number
 *
 * Makes the step of a layer that puts every value into the same function.
 *
 * Returns: (transfer full): the step, or %NULL with %CNN_ERROR_UNSUPPORTED or
 *   %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_eltwise_prepare (const CnnTask *task, dnnl_alg_kind_t kind, float alpha, float beta,
                     GError **error)
{
  dnnl_memory_desc_t    maps = cnn_dnnl_maps (task->out);
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  CnnStep              *step = NULL;

  if (cnn_dnnl_check (dnnl_eltwise_forward_primitive_desc_create (
                        &desc, cnn_dnnl_engine (), dnnl_forward_inference, kind, maps, maps, alpha,
                        beta, attr),
                      task, error))
    step = cnn_dnnl_step_new (desc, task, error);
  if (step && !cnn_dnnl_step_bind_maps (step, task, error))
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (maps);
  dnnl_primitive_attr_destroy (attr);
  return step;
}

/* --- layers that only copy ------------------------------------------------ */

typedef struct
{
  CnnStep step;
  gsize   n;
} CopyStep;

static gboolean
copy_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  CopyStep *step = (CopyStep *) base;

  if (in[0] != out)
    memcpy (out, in[0], step->n * sizeof (float));
  return TRUE;
}

static void
copy_free (CnnStep *step)
{
  g_free (step);
}

/**
 * cnn_copy_prepare:
 *
 * Makes a step that copies its input as it lies in memory; nothing is done
 * where the output is the same memory.
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_copy_prepare (const CnnTask *task, GError **error)
{
  CopyStep *step = g_new0 (CopyStep, 1);

  step->step.run = copy_run;
  step->step.free = copy_free;
  step->n = (gsize) cnn_shape_cells (task->out);
  return &step->step;
}
