/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "winograd.h"

#include <string.h>

#include "dnnl-step.h"
#include "winograd-transform.h"

/* Some tiles at a time, so many that what they take stays in the cache: their
 * inputs at the 36 points, a matrix product with the kernels for each point, and
 * the outputs from the products. */

#define TILE   CNN_WINOGRAD_TILE
#define PATCH  CNN_WINOGRAD_PATCH
#define POINTS CNN_WINOGRAD_POINTS
#define LANES  CNN_WINOGRAD_LANES

/* Tiles at a time. oneDNN's products are as fast with few rows as with many, and a
 * small map has few. The same for all tasks, as it may add up a product with other
 * rows in another order. */
#define CHUNK 16

typedef struct
{
  CnnStep   step;
  CnnShape  in;
  CnnShape  out;
  CnnSides  pad;
  float     slope;
  int       n_across;  /* tiles side by side */
  int       n_tiles;
  int       in_blocks; /* of 16 channels */
  int       out_blocks;
  gsize     in_plane;  /* floats from one point to the next */
  gsize     out_plane;
  float    *inputs;    /* at the points, [36][CHUNK][in.channels] */
  float    *products;  /* [36][CHUNK][out.channels] */
  float    *patch;     /* cells of a tile at the edge: 6×6 inputs or 4×4 outputs */
  float    *bias;
  float    *memory;    /* all of these */
  CnnStep  *matmul;
} WinogradStep;

/* --- where it is used ------------------------------------------------------- */

/* Floats of a plane. A block of 16 channels may reach beyond the last tile's, and
 * planes a power of two apart would all compete for the same part of the cache. */
static gsize
plane_floats (int channels)
{
  return (gsize) CHUNK * channels + LANES;
}

static dnnl_status_t
describe_matmul (dnnl_primitive_desc_t *desc, const_dnnl_primitive_attr_t attr, int channels,
                 int maps)
{
  dnnl_dims_t        in_dims = { POINTS, CHUNK, channels };
  dnnl_dims_t        out_dims = { POINTS, CHUNK, maps };
  dnnl_dims_t        dims = { POINTS, channels, maps };
  dnnl_dims_t        in_order = { (dnnl_dim_t) plane_floats (channels), channels, 1 };
  dnnl_dims_t        out_order = { (dnnl_dim_t) plane_floats (maps), maps, 1 };
  dnnl_memory_desc_t in, out, any;
  dnnl_status_t      status;

  dnnl_memory_desc_create_with_strides (&in, 3, in_dims, dnnl_f32, in_order);
  dnnl_memory_desc_create_with_strides (&out, 3, out_dims, dnnl_f32, out_order);
  dnnl_memory_desc_create_with_tag (&any, 3, dims, dnnl_f32, dnnl_format_tag_any);
  status = dnnl_matmul_primitive_desc_create (desc, cnn_dnnl_engine (), in, any, NULL, out, attr);
  dnnl_memory_desc_destroy (in);
  dnnl_memory_desc_destroy (out);
  dnnl_memory_desc_destroy (any);
  return status;
}

/* With fewer channels on either side the transforms cost more than the products
 * save; that depends on how good oneDNN is at products of small matrices here. */
static int
min_channels (void)
{
  static gsize once;

  if (g_once_init_enter (&once))
    {
      dnnl_primitive_desc_t desc = NULL;
      const char           *name = "";

      if (describe_matmul (&desc, NULL, 64, 64) == dnnl_success)
        dnnl_primitive_desc_query (desc, dnnl_query_impl_info_str, 0, &name);
      g_once_init_leave (&once, g_str_has_prefix (name, "brg")        ? 16
                                : g_str_has_prefix (name, "gemm:jit") ? 64
                                                                      : G_MAXINT);
      if (desc)
        dnnl_primitive_desc_destroy (desc);
    }
  return (int) once;
}

/**
 * cnn_winograd_window:
 *
 * Returns: whether Winograd's filtering can do a convolution with that window
 */
gboolean
cnn_winograd_window (const CnnWindow *window)
{
  return window->kernel.height == 3 && window->kernel.width == 3 && window->stride.height == 1 &&
         window->stride.width == 1 && window->dilation.height == 1 && window->dilation.width == 1;
}

/**
 * cnn_winograd_suits:
 * @window: of a convolution in one group
 * @channels: of its input
 * @maps: of its output
 *
 * Depends on the layer alone, so that all tiles of a map are made in the same
 * way.
 *
 * Returns: whether cnn_winograd_step_new() can do it, and faster than oneDNN
 */
gboolean
cnn_winograd_suits (const CnnWindow *window, int channels, int maps)
{
  return cnn_winograd_window (window) && MIN (channels, maps) >= min_channels ();
}

/**
 * cnn_winograd_grid:
 *
 * Returns: rows and columns of the output that are made together
 */
CnnSize
cnn_winograd_grid (void)
{
  return (CnnSize) { TILE, TILE };
}

/* --- a step ------------------------------------------------------------------ */

static void
transform_inputs (const WinogradStep *step, const float *in, int first, int n)
{
  gsize channels = step->in.channels, cell = (gsize) step->in_blocks * LANES;
  gsize row = step->in.width * channels;

  for (int i = 0; i < n; i++)
    {
      int    y = (first + i) / step->n_across * TILE - step->pad.top;
      int    x = (first + i) % step->n_across * TILE - step->pad.left;
      float *to = step->inputs + i * channels;

      if (cell == channels && y >= 0 && x >= 0 && y + PATCH <= step->in.height &&
          x + PATCH <= step->in.width)
        cnn_winograd_input (in + y * row + x * channels, row, channels, step->in_blocks, to,
                            step->in_plane);
      else
        {
          cnn_winograd_patch (in, step->in, y, x, PATCH, step->patch);
          cnn_winograd_input (step->patch, PATCH * cell, cell, step->in_blocks, to,
                              step->in_plane);
        }
    }
}

static void
transform_products (const WinogradStep *step, float *out, int first, int n)
{
  gsize channels = step->out.channels, cell = (gsize) step->out_blocks * LANES;
  gsize row = step->out.width * channels;

  for (int i = 0; i < n; i++)
    {
      int          y = (first + i) / step->n_across * TILE;
      int          x = (first + i) % step->n_across * TILE;
      int          height = MIN (TILE, step->out.height - y);
      int          width = MIN (TILE, step->out.width - x);
      const float *from = step->products + i * channels;
      float       *to = out + y * row + x * channels;

      if (cell == channels && height == TILE && width == TILE)
        {
          cnn_winograd_output (from, step->out_plane, step->out_blocks, step->bias, step->slope, to,
                               row, channels);
          continue;
        }
      cnn_winograd_output (from, step->out_plane, step->out_blocks, step->bias, step->slope,
                           step->patch, TILE * cell, cell);
      for (int k = 0; k < height; k++)
        cnn_winograd_copy (step->patch + k * TILE * cell, cell, width, channels, to + k * row,
                           channels);
    }
}

static gboolean
winograd_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const WinogradStep *step = (WinogradStep *) base;
  const float        *inputs = step->inputs;

  for (int first = 0; first < step->n_tiles; first += CHUNK)
    {
      int n = MIN (CHUNK, step->n_tiles - first);

      transform_inputs (step, in[0], first, n);
      if (!step->matmul->run (step->matmul, &inputs, step->products, 0, 0))
        return FALSE;
      transform_products (step, out, first, n);
    }
  return TRUE;
}

static void
winograd_free (CnnStep *base)
{
  WinogradStep *step = (WinogradStep *) base;

  if (step->matmul)
    cnn_step_free (step->matmul);
  cnn_floats_free (step->memory);
  g_free (step);
}

/* --- making one ---------------------------------------------------------------- */

static void
fill_weights (float *values, gconstpointer data)
{
  cnn_winograd_weights (data, values);
}

static CnnStep *
matmul_new (const WinogradStep *step, const CnnTask *task, GError **error)
{
  dnnl_dims_t           dims = { POINTS, step->in.channels, step->out.channels };
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  dnnl_memory_desc_t    have;
  CnnStep              *matmul = NULL;
  gboolean              ok;

  dnnl_memory_desc_create_with_tag (&have, 3, dims, dnnl_f32, dnnl_abc);
  ok = cnn_dnnl_check (describe_matmul (&desc, attr, step->in.channels, step->out.channels), task,
                       error);
  if (ok)
    matmul = cnn_dnnl_step_new (desc, task, error);
  ok = matmul && cnn_dnnl_step_bind_maps (matmul, task, error) &&
       cnn_dnnl_step_make_weight (matmul, DNNL_ARG_WEIGHTS, have, fill_weights, task->weights[0],
                                  task, error);
  if (!ok)
    g_clear_pointer (&matmul, cnn_step_free);
  dnnl_memory_desc_destroy (have);
  dnnl_primitive_attr_destroy (attr);
  return matmul;
}

static int
n_blocks (int channels)
{
  return (channels + LANES - 1) / LANES;
}

static gboolean
alloc_memory (WinogradStep *step, const CnnTask *task, GError **error)
{
  gsize patch = (gsize) PATCH * PATCH * MAX (step->in_blocks, step->out_blocks) * LANES;
  gsize bias = (gsize) step->out_blocks * LANES;
  gsize n = POINTS * (step->in_plane + step->out_plane) + patch + bias;

  step->memory = cnn_floats_alloc (n);
  if (step->memory == NULL)
    return cnn_dnnl_check (dnnl_out_of_memory, task, error);
  /* Where tiles run out, the rest of a chunk is multiplied too, for nothing. */
  memset (step->memory, 0, n * sizeof (float));
  step->inputs = step->memory;
  step->products = step->inputs + POINTS * step->in_plane;
  step->patch = step->products + POINTS * step->out_plane;
  step->bias = step->patch + patch;
  return TRUE;
}

/**
 * cnn_winograd_step_new:
 * @task: a convolution that cnn_winograd_suits(), its weights [maps][3][3][channels]
 *   and perhaps a bias for each map
 *
 * Returns: (transfer full): a step for it, whose (y, x) must be multiples of the
 *   grid; or %NULL with %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_winograd_step_new (const CnnTask *task, GError **error)
{
  WinogradStep *step = g_new0 (WinogradStep, 1);
  int           channels = task->in[0].channels, maps = task->out.channels;

  step->step.run = winograd_run;
  step->step.free = winograd_free;
  step->in = task->in[0];
  step->out = task->out;
  step->pad = task->pad;
  step->slope = task->then ? (float) task->then->op->slope (task->then) : 1.0f;
  step->n_across = (task->out.width + TILE - 1) / TILE;
  step->n_tiles = step->n_across * ((task->out.height + TILE - 1) / TILE);
  step->in_blocks = n_blocks (channels);
  step->out_blocks = n_blocks (maps);
  step->in_plane = plane_floats (channels);
  step->out_plane = plane_floats (maps);
  if (alloc_memory (step, task, error))
    step->matmul = matmul_new (step, task, error);
  if (step->matmul == NULL)
    {
      winograd_free (&step->step);
      return NULL;
    }
  if (task->weights[1])
    memcpy (step->bias, task->weights[1]->values, maps * sizeof (float));
  return &step->step;
}
