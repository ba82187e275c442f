/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ops.h"

/* Training of dense: products of matrices, with an image in each row. The weights stay as they
 * are, a row for each unit. */

/* From so many weights on, their derivatives are added up once for the whole minibatch. */
#define LARGE 32768

/* Columns (or rows) of the weights whose derivatives are computed at a time, whatever the number
 * of parts, so that results do not depend on it. */
#define CHUNK 512

typedef struct
{
  CnnTrainStep     step;
  gsize            n_in;
  gsize            n_units;
  const CnnTensor *weight;  /* [n_units][n_in] */
  const CnnTensor *bias;    /* (nullable): [n_units] */
  guint            batch;
  CnnStep         *product; /* (nullable): that of the weights and a batch's inputs */
  float           *turned;  /* [n_units][batch]: what comes out of it */
} DenseTrainStep;

/* With the weights on the left oneDNN need not bring them, but only the images, into another
 * order. [units][inputs] times [inputs][batch] */
static CnnStep *
make_product (const DenseTrainStep *step, const CnnTask *task, GError **error)
{
  dnnl_dim_t            units = (dnnl_dim_t) step->n_units, in = (dnnl_dim_t) step->n_in;
  dnnl_dim_t            n = step->batch;
  dnnl_dims_t           weight_dims = { units, in }, in_dims = { in, n }, out_dims = { units, n };
  dnnl_memory_desc_t    weight_desc, in_desc, out_desc;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  CnnStep              *product = NULL;
  gboolean              ok;

  dnnl_memory_desc_create_with_tag (&weight_desc, 2, weight_dims, dnnl_f32, dnnl_ab);
  dnnl_memory_desc_create_with_tag (&in_desc, 2, in_dims, dnnl_f32, dnnl_ba);
  dnnl_memory_desc_create_with_tag (&out_desc, 2, out_dims, dnnl_f32, dnnl_ab);
  if (cnn_dnnl_check (dnnl_matmul_primitive_desc_create (&desc, cnn_dnnl_engine (), weight_desc,
                                                         in_desc, NULL, out_desc, attr),
                      task, error))
    product = cnn_dnnl_step_new (desc, task, error);
  ok = product != NULL && cnn_dnnl_step_bind (product, DNNL_ARG_SRC, 0, task, error) &&
       cnn_dnnl_step_bind (product, DNNL_ARG_WEIGHTS, 1, task, error) &&
       cnn_dnnl_step_bind (product, DNNL_ARG_DST, CNN_DNNL_OUT, task, error);
  if (!ok)
    g_clear_pointer (&product, cnn_step_free);
  dnnl_memory_desc_destroy (weight_desc);
  dnnl_memory_desc_destroy (in_desc);
  dnnl_memory_desc_destroy (out_desc);
  dnnl_primitive_attr_destroy (attr);
  return product;
}

/* @pass->out: [n][n_units] */
static void
add_bias (const DenseTrainStep *step, const CnnPass *pass)
{
  const float *bias = step->bias->values; /* [n_units] */

  for (gsize i = 0; i < pass->n; i++)
    for (gsize unit = 0; unit < step->n_units; unit++)
      pass->out[i * step->n_units + unit] += bias[unit];
}

static gboolean
dense_forward (CnnTrainStep *base, const CnnPass *pass)
{
  const DenseTrainStep *step = (DenseTrainStep *) base;
  gsize                 n_units = step->n_units, n_in = step->n_in, n = pass->n;
  const float          *in[] = { step->weight->values, pass->in[0] };

  if (step->product == NULL || n != step->batch)
    {
      if (dnnl_sgemm ('N', 'T', n, n_units, n_in, 1.0f, pass->in[0], n_in,
                      step->weight->values, n_in, 0.0f, pass->out, n_units) != dnnl_success)
        return FALSE;
    }
  else
    {
      if (!step->product->run (step->product, in, step->turned, 0, 0))
        return FALSE;
      for (gsize i = 0; i < n; i++)
        for (gsize unit = 0; unit < n_units; unit++)
          pass->out[i * n_units + unit] = step->turned[unit * n + i];
    }
  if (step->bias)
    add_bias (step, pass);
  return TRUE;
}

/* The derivatives by the weights in @n columns and @n_rows rows: added to what is there times
 * @keep. */
static gboolean
take_weights (const DenseTrainStep *step, const CnnPass *pass, float keep, gsize row,
              gsize n_rows, gsize column, gsize n)
{
  float *to = pass->d_weights[0] + row * step->n_in + column; /* [n_rows][n], n_in apart */

  return dnnl_sgemm ('T', 'N', n_rows, n, pass->n, 1.0f, pass->d_out + row, step->n_units,
                     pass->in[0] + column, step->n_in, keep, to, step->n_in) == dnnl_success;
}

/* Says that the same derivatives are done, which are near still. */
static void
tell (const DenseTrainStep *step, const CnnPass *pass, gsize row, gsize n_rows, gsize column,
      gsize n)
{
  for (gsize i = row; pass->written && i < row + n_rows; i++)
    pass->written (pass->written_data, 0, i * step->n_in + column, n);
}

/* @pass->d_out: [n][n_units] */
static void
add_biases (const DenseTrainStep *step, const CnnPass *pass)
{
  float *d_bias = step->bias ? pass->d_weights[1] : NULL; /* [n_units] */

  for (gsize i = 0; d_bias && i < pass->n; i++)
    for (gsize unit = 0; unit < step->n_units; unit++)
      d_bias[unit] += pass->d_out[i * step->n_units + unit];
}

static gboolean
dense_backward (CnnTrainStep *base, const CnnPass *pass)
{
  const DenseTrainStep *step = (DenseTrainStep *) base;
  gsize                 n_units = step->n_units, n_in = step->n_in;

  if (pass->d_in[0] &&
      dnnl_sgemm ('N', 'N', pass->n, n_in, n_units, 1.0f, pass->d_out, n_units,
                  step->weight->values, n_in, 0.0f, pass->d_in[0], n_in) != dnnl_success)
    return FALSE;
  if (step->step.gradient)
    return TRUE;
  add_biases (step, pass);
  return pass->d_weights[0] == NULL || take_weights (step, pass, 1.0f, 0, n_units, 0, n_in);
}

static void
dense_gradient (CnnTrainStep *base, const CnnPass *pass, guint part, guint n_parts)
{
  const DenseTrainStep *step = (DenseTrainStep *) base;
  gboolean              columns = step->n_in >= step->n_units;
  gsize                 n = columns ? step->n_in : step->n_units;
  gsize                 n_chunks = (n + CHUNK - 1) / CHUNK;

  if (part == 0 && step->bias && pass->d_weights[1])
    memset (pass->d_weights[1], 0, step->n_units * sizeof (float));
  if (part == 0)
    add_biases (step, pass);
  if (part == 0 && step->bias && pass->d_weights[1] && pass->written)
    pass->written (pass->written_data, 1, 0, step->n_units);
  for (gsize i = n_chunks * part / n_parts;
       pass->d_weights[0] && i < n_chunks * (part + 1) / n_parts; i++)
    {
      gsize    first = i * CHUNK, size = MIN (CHUNK, n - first);
      gboolean ok = columns ? take_weights (step, pass, 0.0f, 0, step->n_units, first, size)
                            : take_weights (step, pass, 0.0f, first, size, 0, step->n_in);

      if (!ok)
        g_error ("oneDNN refused to multiply matrices");
      tell (step, pass, columns ? 0 : first, columns ? step->n_units : size, columns ? first : 0,
            columns ? size : step->n_in);
    }
}

static void
dense_free (CnnTrainStep *base)
{
  DenseTrainStep *step = (DenseTrainStep *) base;

  cnn_step_free (step->product);
  cnn_floats_free (step->turned);
  g_free (step);
}

/**
 * cnn_dense_train:
 *
 * Returns: (transfer full): the step for training a dense layer, or %NULL with
 *   %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnTrainStep *
cnn_dense_train (const CnnTask *task, GError **error)
{
  DenseTrainStep *step = g_new0 (DenseTrainStep, 1);
  CnnWeight       list[CNN_MAX_WEIGHTS];
  gboolean        ok = TRUE;

  step->n_in = task->in[0].channels;
  step->n_units = task->out.channels;
  step->weight = task->weights[0];
  if (cnn_node_weights (task->node, task->in[0], list) > 1)
    step->bias = task->weights[1];
  step->batch = MAX (task->batch, 1);
  step->step.needs_in = TRUE;
  step->step.forward = dense_forward;
  step->step.backward = dense_backward;
  if (step->n_in * step->n_units >= LARGE)
    step->step.gradient = dense_gradient;
  step->step.free = dense_free;
  if (step->batch > 1)
    {
      step->turned = cnn_floats_alloc (step->n_units * step->batch);
      if (step->turned)
        step->product = make_product (step, task, error);
      else
        cnn_dnnl_check (dnnl_out_of_memory, task, error);
      ok = step->product != NULL;
    }
  if (ok)
    return &step->step;
  dense_free (&step->step);
  return NULL;
}
