/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dnnl-step.h"

#include <string.h>

#include "i18n.h"

/**
 * cnn_dnnl_engine:
 *
 * Returns: (transfer none): the processor, as oneDNN calls it
 */
dnnl_engine_t
cnn_dnnl_engine (void)
{
  static dnnl_engine_t engine;
  static gsize         once;

  if (g_once_init_enter (&once))
    {
      if (dnnl_engine_create (&engine, dnnl_cpu, 0) != dnnl_success)
        g_error ("oneDNN has no engine for this processor");
      g_once_init_leave (&once, 1);
    }
  return engine;
}

/**
 * cnn_dnnl_check:
 * @status: what a oneDNN call returned
 * @task: what it was called for
 *
 * Returns: whether it succeeded; otherwise %CNN_ERROR_UNSUPPORTED or
 *   %CNN_ERROR_LIMIT is set
 */
gboolean
cnn_dnnl_check (dnnl_status_t status, const CnnTask *task, GError **error)
{
  if (status == dnnl_success)
    return TRUE;
  if (status == dnnl_out_of_memory)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("%s: there is not enough memory for %d×%d×%d values"),
                 task->node->op->name, CNN_SHAPE_ARGS (task->out));
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("%s: oneDNN cannot compute %d×%d×%d values (status %d)"),
                 task->node->op->name, CNN_SHAPE_ARGS (task->out), (int) status);
  return FALSE;
}

/**
 * cnn_dnnl_maps:
 *
 * Returns: (transfer full): the description of maps of @shape, to be destroyed
 *   with dnnl_memory_desc_destroy()
 */
dnnl_memory_desc_t
cnn_dnnl_maps (CnnShape shape)
{
  dnnl_dims_t        dims = { 1, shape.channels, shape.height, shape.width };
  dnnl_memory_desc_t desc;

  if (dnnl_memory_desc_create_with_tag (&desc, 4, dims, dnnl_f32, dnnl_nhwc) != dnnl_success)
    g_error ("oneDNN refused a shape of " CNN_SHAPE_FORMAT, CNN_SHAPE_ARGS (shape));
  return desc;
}

/**
 * cnn_dnnl_attr:
 *
 * Returns: (transfer full): attributes that leave the scratchpad to the step:
 *   with the library's own, one primitive must not run in two threads
 */
dnnl_primitive_attr_t
cnn_dnnl_attr (void)
{
  dnnl_primitive_attr_t attr;

  if (dnnl_primitive_attr_create (&attr) != dnnl_success ||
      dnnl_primitive_attr_set_scratchpad_mode (attr, dnnl_scratchpad_mode_user) != dnnl_success)
    g_error ("oneDNN refused its attributes");
  return attr;
}

/**
 * cnn_dnnl_attr_then:
 * @then: a layer with a @slope
 *
 * Lets the primitive do the layer to each value that is still in a register.
 */
void
cnn_dnnl_attr_then (dnnl_primitive_attr_t attr, const CnnNode *then)
{
  dnnl_post_ops_t after;

  if (dnnl_post_ops_create (&after) != dnnl_success ||
      dnnl_post_ops_append_eltwise (after, dnnl_eltwise_relu, (float) then->op->slope (then),
                                    0.0f) != dnnl_success ||
      dnnl_primitive_attr_set_post_ops (attr, after) != dnnl_success)
    g_error ("oneDNN refused an activation");
  dnnl_post_ops_destroy (after);
}

static gboolean
dnnl_step_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  CnnDnnlStep *step = (CnnDnnlStep *) base;

  for (int i = 0; i < step->n_args; i++)
    {
      if (step->source[i] >= 0)
        dnnl_memory_set_data_handle (step->args[i].memory, (void *) in[step->source[i]]);
      else if (step->source[i] == CNN_DNNL_OUT)
        dnnl_memory_set_data_handle (step->args[i].memory, out);
    }
  return dnnl_primitive_execute (step->primitive, step->stream, step->n_args, step->args) ==
           dnnl_success &&
         dnnl_stream_wait (step->stream) == dnnl_success;
}

static void
dnnl_step_free (CnnStep *base)
{
  CnnDnnlStep *step = (CnnDnnlStep *) base;

  for (int i = 0; i < step->n_args; i++)
    dnnl_memory_destroy (step->args[i].memory);
  if (step->primitive)
    dnnl_primitive_destroy (step->primitive);
  if (step->stream)
    dnnl_stream_destroy (step->stream);
  cnn_floats_free (step->scratchpad);
  g_free (step);
}

static gboolean
dnnl_step_add (CnnDnnlStep *step, int arg, int source, const_dnnl_memory_desc_t desc, void *handle,
               const CnnTask *task, GError **error)
{
  dnnl_memory_t memory;

  g_return_val_if_fail (step->n_args < CNN_DNNL_MAX_ARGS, FALSE);

  if (!cnn_dnnl_check (dnnl_memory_create (&memory, desc, cnn_dnnl_engine (), handle), task, error))
    return FALSE;
  step->source[step->n_args] = source;
  step->args[step->n_args++] = (dnnl_exec_arg_t) { arg, memory };
  return TRUE;
}

/**
 * cnn_dnnl_step_new:
 * @desc: (transfer full): the primitive to run, made with cnn_dnnl_attr()
 * @task: what it is for
 *
 * Returns: (transfer full): the step, its arguments still to be bound, or
 *   %NULL with %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_dnnl_step_new (dnnl_primitive_desc_t desc, const CnnTask *task, GError **error)
{
  CnnDnnlStep             *step = g_new0 (CnnDnnlStep, 1);
  const_dnnl_memory_desc_t scratch;
  gboolean                 ok;
  gsize                    size;

  step->step.run = dnnl_step_run;
  step->step.free = dnnl_step_free;
  scratch = dnnl_primitive_desc_query_md (desc, dnnl_query_scratchpad_md, 0);
  size = scratch ? dnnl_memory_desc_get_size (scratch) : 0;
  ok = cnn_dnnl_check (dnnl_primitive_create (&step->primitive, desc), task, error) &&
       cnn_dnnl_check (dnnl_stream_create (&step->stream, cnn_dnnl_engine (), dnnl_stream_in_order),
                       task, error);
  if (ok && size > 0)
    {
      step->scratchpad = cnn_floats_alloc ((size + sizeof (float) - 1) / sizeof (float));
      ok = step->scratchpad != NULL
             ? dnnl_step_add (step, DNNL_ARG_SCRATCHPAD, CNN_DNNL_FIXED, scratch, step->scratchpad,
                              task, error)
             : cnn_dnnl_check (dnnl_out_of_memory, task, error);
    }
  dnnl_primitive_desc_destroy (desc);
  if (!ok)
    {
      dnnl_step_free (&step->step);
      return NULL;
    }
  return &step->step;
}

static const_dnnl_memory_desc_t
dnnl_step_desc (CnnDnnlStep *step, int arg)
{
  const_dnnl_primitive_desc_t desc;

  if (dnnl_primitive_get_primitive_desc (step->primitive, &desc) != dnnl_success)
    g_error ("oneDNN has a primitive without a description");
  return dnnl_primitive_desc_query_md (desc, dnnl_query_exec_arg_md, arg);
}

/**
 * cnn_dnnl_step_bind:
 * @step: a step of cnn_dnnl_step_new()
 * @arg: the primitive's argument, DNNL_ARG_SRC, …
 * @source: number of the input to give it, or %CNN_DNNL_OUT
 * @task: what it is for
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set
 */
gboolean
cnn_dnnl_step_bind (CnnStep *base, int arg, int source, const CnnTask *task, GError **error)
{
  CnnDnnlStep *step = (CnnDnnlStep *) base;

  return dnnl_step_add (step, arg, source, dnnl_step_desc (step, arg), DNNL_MEMORY_NONE, task,
                        error);
}

/**
 * cnn_dnnl_step_bind_maps:
 * @step: a step of cnn_dnnl_step_new()
 * @task: what it is for
 *
 * Binds what most primitives have: one input and the output.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set
 */
gboolean
cnn_dnnl_step_bind_maps (CnnStep *step, const CnnTask *task, GError **error)
{
  return cnn_dnnl_step_bind (step, DNNL_ARG_SRC, 0, task, error) &&
         cnn_dnnl_step_bind (step, DNNL_ARG_DST, CNN_DNNL_OUT, task, error);
}

/* Copies @values, which lie as @have says, to @to. */
static dnnl_status_t
reorder_values (dnnl_stream_t stream, const_dnnl_memory_desc_t have, const float *values,
                dnnl_memory_t to)
{
  dnnl_memory_t            from = NULL;
  dnnl_primitive_desc_t    desc = NULL;
  dnnl_primitive_t         reorder = NULL;
  const_dnnl_memory_desc_t want;
  dnnl_status_t            status;

  dnnl_memory_get_memory_desc (to, &want);
  status = dnnl_memory_create (&from, have, cnn_dnnl_engine (), (void *) values);
  if (status == dnnl_success)
    status = dnnl_reorder_primitive_desc_create (&desc, have, cnn_dnnl_engine (), want,
                                                 cnn_dnnl_engine (), NULL);
  if (status == dnnl_success)
    status = dnnl_primitive_create (&reorder, desc);
  if (status == dnnl_success)
    {
      dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } };

      status = dnnl_primitive_execute (reorder, stream, 2, args);
    }
  if (status == dnnl_success)
    status = dnnl_stream_wait (stream);
  if (reorder)
    dnnl_primitive_destroy (reorder);
  if (desc)
    dnnl_primitive_desc_destroy (desc);
  if (from)
    dnnl_memory_destroy (from);
  return status;
}

typedef struct
{
  CnnDnnlStep             *step;
  const_dnnl_memory_desc_t have;
  const_dnnl_memory_desc_t want;
  CnnStoreFill             fill;
  gconstpointer            data;
} Shared;

static void
shared_fill (float *values, gconstpointer data)
{
  const Shared     *shared = data;
  g_autofree float *plain = g_malloc0 (dnnl_memory_desc_get_size (shared->have));
  dnnl_memory_t     to;

  shared->fill (plain, shared->data);
  if (dnnl_memory_create (&to, shared->want, cnn_dnnl_engine (), values) != dnnl_success ||
      reorder_values (shared->step->stream, shared->have, plain, to) != dnnl_success)
    g_error ("oneDNN refused to put weights in its own order");
  dnnl_memory_destroy (to);
}

/* A name for an argument's values in the order that @desc describes. */
static char *
layout_name (int arg, const_dnnl_memory_desc_t desc)
{
  g_autofree guint8 *bytes = NULL;
  g_autofree char   *sum = NULL;
  gsize              size = 0;

  if (dnnl_memory_desc_get_blob (NULL, &size, desc) != dnnl_success)
    g_error ("oneDNN does not describe its order");
  bytes = g_malloc0 (size);
  dnnl_memory_desc_get_blob (bytes, &size, desc);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);
  return g_strdup_printf ("oneDNN %d %s", arg, sum);
}

/**
 * cnn_dnnl_step_make_weight:
 * @step: a step of cnn_dnnl_step_new()
 * @arg: the primitive's argument, DNNL_ARG_WEIGHTS, …
 * @have: how the values lie that @fill makes
 * @fill: makes the weights, where no step of the layer has them yet; the same
 *   values for all of them
 * @data: for @fill
 * @task: what it is for
 *
 * Gives the primitive weights in the order that it likes best, made once for all
 * steps of the layer.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set
 */
gboolean
cnn_dnnl_step_make_weight (CnnStep *base, int arg, const_dnnl_memory_desc_t have,
                           CnnStoreFill fill, gconstpointer data, const CnnTask *task,
                           GError **error)
{
  CnnDnnlStep             *step = (CnnDnnlStep *) base;
  const_dnnl_memory_desc_t want = dnnl_step_desc (step, arg);
  Shared                   shared = { step, have, want, fill, data };
  g_autofree char         *name = layout_name (arg, want);
  gsize                    size = dnnl_memory_desc_get_size (want);
  const float             *values = cnn_store_get (task->store, name,
                                                   (size + sizeof (float) - 1) / sizeof (float),
                                                   shared_fill, &shared);

  if (values == NULL)
    return cnn_dnnl_check (dnnl_out_of_memory, task, error);
  return dnnl_step_add (step, arg, CNN_DNNL_FIXED, want, (void *) values, task, error);
}

static void
copy_tensor (float *values, gconstpointer data)
{
  const CnnTensor *tensor = data;

  memcpy (values, tensor->values, cnn_tensor_length (tensor) * sizeof (float));
}

/**
 * cnn_dnnl_step_weight:
 * @step: a step of cnn_dnnl_step_new()
 * @arg: the primitive's argument, DNNL_ARG_WEIGHTS, …
 * @have: how the values of @weight lie
 * @weight: one of the layer's weights
 * @task: what it is for
 *
 * cnn_dnnl_step_make_weight() of a weight as it is.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_LIMIT set
 */
gboolean
cnn_dnnl_step_weight (CnnStep *step, int arg, const_dnnl_memory_desc_t have,
                      const CnnTensor *weight, const CnnTask *task, GError **error)
{
  return cnn_dnnl_step_make_weight (step, arg, have, copy_tensor, weight, task, error);
}
