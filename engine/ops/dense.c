/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "i18n.h"
#include "ops.h"
#include "sparse.h"
#include "weights.h"
#include "writer.h"

typedef struct
{
  int        units;
  GPtrArray *weights; /* of CnnKernel: one matrix, units × inputs */
  CnnBias    bias;
  int        init;
  int        seed;
} DenseParams;

static const CnnParam dense_params[] = {
  { .key = "units",
    .type = CNN_PARAM_INT,
    .offset = offsetof (DenseParams, units),
    .initial = "auto",
    .min = 1,
    .max = 1 << 24,
    .positional = TRUE,
    .zero = "auto",
    .label = N_("Units"),
    .tooltip = N_("How many values come out") },
  { .key = "weights",
    .type = CNN_PARAM_KERNELS,
    .offset = offsetof (DenseParams, weights),
    .initial = "",
    .label = N_("Weights"),
    .tooltip = N_("A matrix with a row for each unit; drawn at random when not said") },
  { .key = "bias",
    .type = CNN_PARAM_BIAS,
    .offset = offsetof (DenseParams, bias),
    .initial = "yes",
    .min = -1e30,
    .max = 1e30,
    .label = N_("Bias"),
    .tooltip = N_("Whether a number is added to each unit, and which; 0 until it is trained") },
  CNN_WEIGHTS_INIT (DenseParams, init),
  { .key = "seed",
    .rare = TRUE,
    .type = CNN_PARAM_INT,
    .offset = offsetof (DenseParams, seed),
    .initial = "0",
    .min = 0,
    .max = G_MAXINT,
    .label = N_("Seed"),
    .tooltip = N_("Another seed draws other weights") },
  { .key = NULL },
};

/* (nullable): the matrix that was said. */
static const CnnKernel *
dense_matrix (const DenseParams *p)
{
  return p->weights ? p->weights->pdata[0] : NULL;
}

static int
dense_units (const DenseParams *p)
{
  return p->units > 0 ? p->units : dense_matrix (p)->size.height;
}

static gboolean
dense_check (gconstpointer params, GError **error)
{
  const DenseParams *p = params;
  const CnnKernel   *matrix = dense_matrix (p);

  if (matrix == NULL && p->units == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("expected how many units, as in “dense 10”"));
      return FALSE;
    }
  if (matrix && (matrix->kind || matrix->depth > 0 || p->weights->len > 1 ||
                 matrix->size.height != dense_units (p)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("weights: expected one matrix with a row for each unit"));
      return FALSE;
    }
  if (p->bias.values.n > 1 && p->bias.values.n != dense_units (p))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("found %d biases, expected one, or one for each of %d units"),
                   p->bias.values.n, dense_units (p));
      return FALSE;
    }
  return TRUE;
}

static gboolean
dense_shape (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out, GError **error)
{
  const DenseParams *p = node->params;
  const CnnKernel   *matrix = dense_matrix (p);

  if (in->height != 1 || in->width != 1)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("found a map of %d×%d×%d, expected a vector; put flatten or a "
                     "global pooling before it"),
                   CNN_SHAPE_ARGS (*in));
      return FALSE;
    }
  if (matrix && matrix->size.width != in->channels)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the rows of the weights have %d numbers, expected one for each of %d inputs"),
                   matrix->size.width, in->channels);
      return FALSE;
    }
  *out = (CnnShape) { 1, 1, dense_units (p) };
  return TRUE;
}

static guint
dense_weights (const CnnNode *node, CnnShape in, CnnWeight *weights)
{
  const DenseParams *p = node->params;
  int                units = dense_units (p);

  weights[0] = (CnnWeight) { "weight", 2, { units, in.channels }, TRUE };
  weights[1] = (CnnWeight) { "bias", 1, { units }, TRUE };
  return p->bias.used ? 2 : 1;
}

static gboolean
dense_init (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
            GError **error)
{
  const DenseParams *p = node->params;
  const CnnKernel   *matrix = dense_matrix (p);

  if (p->bias.used)
    cnn_weights_fill (weights[1], &p->bias.values, 0.0);
  if (matrix)
    for (gsize i = 0; i < cnn_tensor_length (weights[0]); i++)
      weights[0]->values[i] = (float) cnn_kernel_value (matrix, i);
  else
    cnn_weights_draw (weights[0], p->init, in.channels, dense_units (p), seed);
  return TRUE;
}

static gint64
dense_macs (const CnnNode *node, CnnShape in, CnnShape out)
{
  return (gint64) in.channels * out.channels;
}

/* --- running: one image ------------------------------------------------------ */

typedef struct
{
  CnnStep   step;
  CnnSparse sparse;
  float    *out; /* [stride], where the output has no room for that */
} OneStep;

static gboolean
one_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  OneStep *step = (OneStep *) base;

  cnn_sparse_run (&step->sparse, in[0], step->out ? step->out : out);
  if (step->out)
    memcpy (out, step->out, step->sparse.n_out * sizeof (float));
  return TRUE;
}

static void
one_free (CnnStep *base)
{
  g_free (((OneStep *) base)->out);
  g_free (base);
}

/* From a row for each unit to a row for each input. */
static void
fill_transposed (float *values, gconstpointer data)
{
  const CnnTensor *weight = data; /* [units][inputs] */
  gsize            stride = cnn_sparse_stride (weight->dims[0]);

  for (int unit = 0; unit < weight->dims[0]; unit++)
    for (int i = 0; i < weight->dims[1]; i++)
      values[i * stride + unit] = weight->values[(gsize) unit * weight->dims[1] + i];
}

static gboolean
all_finite (const CnnTensor *weight)
{
  for (gsize i = 0; i < cnn_tensor_length (weight); i++)
    if (!isfinite (weight->values[i]))
      return FALSE;
  return TRUE;
}

static CnnStep *
prepare_one (const CnnTask *task, gboolean biased, GError **error)
{
  const CnnTensor *weight = task->weights[0];
  OneStep         *step;
  CnnSparse        sparse = { .n_in = weight->dims[1],
                              .n_out = weight->dims[0],
                              .stride = cnn_sparse_stride (weight->dims[0]),
                              .bias = biased ? task->weights[1]->values : NULL,
                              .activated = task->then != NULL };

  sparse.weights = cnn_store_get (task->store, "by input", sparse.n_in * sparse.stride,
                                  fill_transposed, weight);
  if (sparse.weights == NULL)
    {
      cnn_dnnl_check (dnnl_out_of_memory, task, error);
      return NULL;
    }
  if (task->then)
    sparse.slope = (float) task->then->op->slope (task->then);
  step = g_new0 (OneStep, 1);
  step->step = (CnnStep) { one_run, one_free };
  step->sparse = sparse;
  if (sparse.stride != (gsize) sparse.n_out)
    step->out = g_new (float, sparse.stride);
  return &step->step;
}

/* --- running: several images ------------------------------------------------- */

static CnnStep *
prepare_many (const CnnTask *task, gboolean biased, GError **error)
{
  dnnl_dim_t            n = MAX (task->batch, 1);
  dnnl_dims_t           in_dims = { n, task->in[0].channels };
  dnnl_dims_t           out_dims = { n, task->out.channels };
  dnnl_dims_t           dims = { task->out.channels, task->in[0].channels };
  dnnl_dims_t           bias_dims = { task->out.channels };
  dnnl_memory_desc_t    in, out, any, have, bias = NULL;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  CnnStep              *step = NULL;
  gboolean              ok;

  if (task->then)
    cnn_dnnl_attr_then (attr, task->then);
  dnnl_memory_desc_create_with_tag (&in, 2, in_dims, dnnl_f32, dnnl_ab);
  dnnl_memory_desc_create_with_tag (&out, 2, out_dims, dnnl_f32, dnnl_ab);
  dnnl_memory_desc_create_with_tag (&have, 2, dims, dnnl_f32, dnnl_ab);
  dnnl_memory_desc_create_with_tag (&any, 2, dims, dnnl_f32, dnnl_format_tag_any);
  if (biased)
    dnnl_memory_desc_create_with_tag (&bias, 1, bias_dims, dnnl_f32, dnnl_a);
  ok = cnn_dnnl_check (dnnl_inner_product_forward_primitive_desc_create (
                         &desc, cnn_dnnl_engine (), dnnl_forward_inference, in, any, bias, out,
                         attr),
                       task, error);
  if (ok)
    step = cnn_dnnl_step_new (desc, task, error);
  ok = step != NULL && cnn_dnnl_step_bind_maps (step, task, error) &&
       cnn_dnnl_step_weight (step, DNNL_ARG_WEIGHTS, have, task->weights[0], task, error) &&
       (!biased || cnn_dnnl_step_weight (step, DNNL_ARG_BIAS, bias, task->weights[1], task, error));
  if (!ok)
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (in);
  dnnl_memory_desc_destroy (out);
  dnnl_memory_desc_destroy (have);
  dnnl_memory_desc_destroy (any);
  if (bias)
    dnnl_memory_desc_destroy (bias);
  dnnl_primitive_attr_destroy (attr);
  return step;
}

static CnnStep *
dense_prepare (const CnnTask *task, GError **error)
{
  gboolean biased = ((const DenseParams *) task->node->params)->bias.used;

  /* Zero times infinity is not zero: then no input may be left out. And few units
   * would be mostly padding. */
  if (task->batch <= 1 && task->out.channels >= CNN_SPARSE_LANES / 2 &&
      all_finite (task->weights[0]))
    return prepare_one (task, biased, error);
  return prepare_many (task, biased, error);
}

/* --- the arithmetic ----------------------------------------------------------- */

static void
dense_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int unit,
               CnnExplanation *explanation)
{
  int          n = task->in[0].channels;
  const float *row = task->weights[0]->values + (gsize) unit * n; /* [n] */
  CnnPart     *part = cnn_explanation_add_part (explanation, CNN_PART_PRODUCTS, 0, -1,
                                                (CnnSize) { 1, n }, TRUE);

  for (int i = 0; i < n; i++)
    {
      part->values[i] = cells->read (cells->data, 0, 0, 0, i);
      part->factors[i] = row[i];
      part->result += part->values[i] * part->factors[i];
      explanation->magnitude += fabs (part->values[i] * part->factors[i]);
    }
  explanation->value = part->result;
  explanation->has_bias = ((const DenseParams *) task->node->params)->bias.used;
  if (explanation->has_bias)
    {
      explanation->bias = task->weights[1]->values[unit];
      explanation->value += explanation->bias;
      explanation->magnitude += fabs (explanation->bias);
    }
}

/* --- writing ---------------------------------------------------------------------- */

/* The weights, [units][order.height][order.width][order.channels], for a vector in ONNX's
 * order: [units][order.channels][order.height][order.width]. */
static float *
columns_channels_first (const CnnTensor *weight, CnnShape order)
{
  float *columns = g_new (float, cnn_tensor_length (weight)), *to = columns;
  gsize  places = (gsize) order.height * order.width, channels = (gsize) order.channels;

  for (int unit = 0; unit < weight->dims[0]; unit++)
    for (gsize c = 0; c < channels; c++)
      for (gsize i = 0; i < places; i++)
        *to++ = weight->values[unit * places * channels + i * channels + c];
  return columns;
}

static gboolean
dense_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  CnnTensor *const *weights = cnn_writer_weights (writer);
  CnnShape          order = cnn_writer_order (writer, 0);
  gint64            dims[] = { cnn_writer_out (writer).channels,
                               cnn_writer_in (writer, 0).channels };
  const char       *in[3] = { cnn_writer_vector (writer, 0) };
  g_autofree float *columns = NULL;

  if (weights == NULL)
    return FALSE;
  cnn_writer_fixed (writer);
  if (order.channels > 0)
    columns = columns_channels_first (weights[0], order);
  in[1] = cnn_writer_floats (writer, "weight", 2, dims, columns ? columns : weights[0]->values);
  if (((const DenseParams *) node->params)->bias.used)
    in[2] = cnn_writer_floats (writer, "bias", 1, dims, weights[1]->values);
  in[0] = cnn_writer_add_list (writer, "Gemm", in[2] ? 3 : 2, in);
  cnn_writer_int (writer, "transB", 1);
  cnn_writer_give (writer, in[0], TRUE);
  return TRUE;
}

const CnnOp cnn_op_dense = {
  .name = "dense",
  .label = N_("Fully connected"),
  .blurb = N_("Every unit adds up all values, each times a weight of its own"),
  .example = "10",
  .after = "flatten",
  .group = CNN_GROUP_DENSE,
  .reach = CNN_REACH_WHOLE,
  .exact = TRUE,
  .fuses = TRUE,
  .batches = TRUE,
  .params_size = sizeof (DenseParams),
  .params = dense_params,
  .check = dense_check,
  .shape = dense_shape,
  .weights = dense_weights,
  .init = dense_init,
  .macs = dense_macs,
  .prepare = dense_prepare,
  .train = cnn_dense_train,
  .explain = dense_explain,
  .write = dense_write,
};
