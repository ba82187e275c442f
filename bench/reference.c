/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What streaming is measured against besides the peers: the same oneDNN
 * primitives, one layer after the other on whole maps, two OpenMP threads. And
 * the machine's limits. Knows convolutions of stride 1 with padding "same",
 * ReLU, and max pooling with a stride as large as the window. */

#include "bench.h"

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>
#include <string.h>

#define MAX_LAYERS 32

typedef struct
{
  dnnl_primitive_t primitive;
  dnnl_memory_t    in, out;
  int              n_args;
  dnnl_exec_arg_t  args[4];
} Layer;

struct _Reference
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  int           n_layers;
  Layer         layers[MAX_LAYERS];
  float        *maps[2]; /* what lies between two layers */
};

static void
check (dnnl_status_t status)
{
  if (status != dnnl_success)
    g_error ("oneDNN answers with status %d", (int) status);
}

static dnnl_memory_desc_t
maps_desc (CnnShape shape)
{
  dnnl_dims_t        dims = { 1, shape.channels, shape.height, shape.width };
  dnnl_memory_desc_t desc;

  check (dnnl_memory_desc_create_with_tag (&desc, 4, dims, dnnl_f32, dnnl_nhwc));
  return desc;
}

/* @values, which lie as @have says, in the layout that @want asks for. */
static dnnl_memory_t
reordered (Reference *reference, const_dnnl_memory_desc_t have, const float *values,
           const_dnnl_memory_desc_t want)
{
  dnnl_memory_t         from, to;
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t      reorder;

  check (dnnl_memory_create (&from, have, reference->engine, (void *) values));
  check (dnnl_memory_create (&to, want, reference->engine, DNNL_MEMORY_ALLOCATE));
  check (dnnl_reorder_primitive_desc_create (&desc, have, reference->engine, want,
                                             reference->engine, NULL));
  check (dnnl_primitive_create (&reorder, desc));
  check (dnnl_primitive_execute (reorder, reference->stream, 2,
                                 (dnnl_exec_arg_t[]) { { DNNL_ARG_FROM, from },
                                                       { DNNL_ARG_TO, to } }));
  check (dnnl_stream_wait (reference->stream));
  return to;
}

static dnnl_primitive_desc_t
add_conv (Reference *reference, Layer *layer, CnnShape in, CnnShape out, CnnTensor *const *weights)
{
  /* [maps][rows][columns][depth], as groups of maps */
  dnnl_dim_t  maps = out.channels, rows = weights[0]->dims[1], columns = weights[0]->dims[2];
  dnnl_dim_t  depth = weights[0]->dims[3], groups = in.channels / depth;
  dnnl_dim_t  kernel = rows * columns * depth;
  dnnl_dims_t dims = { groups, maps / groups, depth, rows, columns };
  dnnl_dims_t order = { maps / groups * kernel, kernel, 1, columns * depth, depth };
  dnnl_dims_t ones = { 1, 1 }, zeros = { 0, 0 };
  dnnl_dims_t pad = { rows / 2, columns / 2 }, bias_dims = { maps };
  int         plain = groups == 1; /* without the dimension of groups */
  dnnl_memory_desc_t    have, any, bias;
  dnnl_primitive_desc_t desc;

  check (dnnl_memory_desc_create_with_strides (&have, 5 - plain, dims + plain, dnnl_f32,
                                               order + plain));
  check (dnnl_memory_desc_create_with_tag (&any, 5 - plain, dims + plain, dnnl_f32,
                                           dnnl_format_tag_any));
  check (dnnl_memory_desc_create_with_tag (&bias, 1, bias_dims, dnnl_f32, dnnl_a));
  check (dnnl_convolution_forward_primitive_desc_create (
    &desc, reference->engine, dnnl_forward_inference, dnnl_convolution_direct, maps_desc (in), any,
    bias, maps_desc (out), ones, zeros, pad, pad, NULL));
  layer->args[2] = (dnnl_exec_arg_t) {
    DNNL_ARG_WEIGHTS,
    reordered (reference, have, weights[0]->values,
               dnnl_primitive_desc_query_md (desc, dnnl_query_weights_md, 0))
  };
  layer->args[3].arg = DNNL_ARG_BIAS;
  check (dnnl_memory_create (&layer->args[3].memory, bias, reference->engine,
                             weights[1]->values));
  layer->n_args = 4;
  return desc;
}

static dnnl_primitive_desc_t
add_maxpool (Reference *reference, CnnShape in, CnnShape out)
{
  dnnl_dims_t           window = { in.height / out.height, in.width / out.width };
  dnnl_dims_t           zeros = { 0, 0 };
  dnnl_primitive_desc_t desc;

  check (dnnl_pooling_forward_primitive_desc_create (
    &desc, reference->engine, dnnl_forward_inference, dnnl_pooling_max, maps_desc (in),
    maps_desc (out), window, window, zeros, zeros, zeros, NULL));
  return desc;
}

static dnnl_primitive_desc_t
add_relu (Reference *reference, CnnShape in)
{
  dnnl_primitive_desc_t desc;

  check (dnnl_eltwise_forward_primitive_desc_create (&desc, reference->engine,
                                                     dnnl_forward_inference, dnnl_eltwise_relu,
                                                     maps_desc (in), maps_desc (in), 0, 0, NULL));
  return desc;
}

/** reference_new: the layers and weights are @plan's, which must outlive it. */
Reference *
reference_new (CnnNetwork *network, const CnnPlan *plan)
{
  Reference *reference = g_new0 (Reference, 1);
  gint64     largest = 0;

  omp_set_num_threads (BENCH_THREADS);
  check (dnnl_engine_create (&reference->engine, dnnl_cpu, 0));
  check (dnnl_stream_create (&reference->stream, reference->engine, dnnl_stream_default_flags));
  for (guint i = 1; i < cnn_network_n_nodes (network); i++)
    {
      const char           *op = cnn_network_node (network, i)->op->name;
      CnnShape              in = cnn_plan_info (plan, i - 1)->shape;
      CnnShape              out = cnn_plan_info (plan, i)->shape;
      Layer                *layer = &reference->layers[reference->n_layers++];
      dnnl_primitive_desc_t desc;
      guint                 n_weights;

      g_assert_cmpint (reference->n_layers, <=, MAX_LAYERS);
      layer->n_args = 2;
      if (g_str_equal (op, "conv"))
        desc = add_conv (reference, layer, in, out, cnn_plan_weights (plan, i, &n_weights));
      else if (g_str_equal (op, "maxpool"))
        desc = add_maxpool (reference, in, out);
      else if (g_str_equal (op, "relu"))
        desc = add_relu (reference, in);
      else
        g_error ("the reference has no %s", op);
      check (dnnl_primitive_create (&layer->primitive, desc));
      check (dnnl_memory_create (&layer->in, maps_desc (in), reference->engine, NULL));
      check (dnnl_memory_create (&layer->out, maps_desc (out), reference->engine, NULL));
      layer->args[0] = (dnnl_exec_arg_t) { DNNL_ARG_SRC, layer->in };
      layer->args[1] = (dnnl_exec_arg_t) { DNNL_ARG_DST, layer->out };
      largest = MAX (largest, cnn_shape_cells (out));
    }
  for (int i = 0; i < 2 && i < reference->n_layers - 1; i++)
    {
      reference->maps[i] = cnn_floats_alloc (largest);
      memset (reference->maps[i], 0, largest * sizeof (float));
    }
  return reference;
}

void
reference_run (Reference *reference, const float *in, float *out)
{
  for (int i = 0; i < reference->n_layers; i++)
    {
      Layer *layer = &reference->layers[i];
      float *to = i == reference->n_layers - 1 ? out : reference->maps[i % 2];

      check (dnnl_memory_set_data_handle (layer->in, (void *) in));
      check (dnnl_memory_set_data_handle (layer->out, to));
      check (dnnl_primitive_execute (layer->primitive, reference->stream, layer->n_args,
                                     layer->args));
      in = to;
    }
  check (dnnl_stream_wait (reference->stream));
}

/* --- the machine ---------------------------------------------------------- */

/** bench_gemm: GFLOP/s of oneDNN's matrix product, the best of several. */
double
bench_gemm (void)
{
  const dnnl_dim_t n = 2048;
  float           *a = cnn_floats_alloc (3 * n * n), *b = a + n * n, *c = b + n * n;
  double           best = 0;

  omp_set_num_threads (BENCH_THREADS);
  for (gint64 i = 0; i < 3 * n * n; i++)
    a[i] = i % 7;
  for (int i = 0; i < 10; i++)
    {
      gint64 start = g_get_monotonic_time ();

      check (dnnl_sgemm ('N', 'N', n, n, n, 1, a, n, b, n, 0, c, n));
      best = MAX (best, 2e-3 * n * n * n / (g_get_monotonic_time () - start));
    }
  cnn_floats_free (a);
  return best;
}

/** bench_copy: GB/s read and written by a copy, the best of several. */
double
bench_copy (void)
{
  const gsize n = 64 << 20;
  float      *a = cnn_floats_alloc (2 * n);
  double      best = 0;

  memset (a, 0, 2 * n * sizeof (float));
  for (int i = 0; i < 10; i++)
    {
      gint64 start = g_get_monotonic_time ();

#pragma omp parallel for num_threads(BENCH_THREADS)
      for (int part = 0; part < BENCH_THREADS; part++)
        memcpy (a + n + n / BENCH_THREADS * part, a + n / BENCH_THREADS * part,
                n / BENCH_THREADS * sizeof (float));
      best = MAX (best, 2e-3 * n * sizeof (float) / (g_get_monotonic_time () - start));
    }
  cnn_floats_free (a);
  return best;
}
