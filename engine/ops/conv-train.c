/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "conv-train.h"

#include <string.h>

#include "clones.h"
#include "i18n.h"

/* A transposed convolution is what a convolution's derivatives by its inputs are made with,
 * so that both train with the same three sums, which change places. */

/* Derivatives by so many weights stay in the cache while they are added to, row by row. */
#define KEPT (96 * 1024)

/* Fewer cells of the output do not make up for a whole tile of Winograd's. */
#define FEW 6

/**
 * ConvTrainStep:
 * @weight: [maps][rows][columns][depth]
 * @bias: (nullable): [maps]
 * @turned: a transposed convolution's weights as those of the convolution that leads back,
 *   [depth of all groups][rows][columns][maps of a group]
 * @d_turned: their derivatives
 */
typedef struct
{
  CnnTrainStep     step;
  CnnConvPart     *forward;
  CnnConvPart     *back;
  CnnConvPart     *weights;
  const CnnTensor *weight;
  const CnnTensor *bias;
  CnnShape         in;
  CnnShape         out;
  int              groups;
  gboolean         transposed;
  float           *turned;
  float           *d_turned;
} ConvTrainStep;

/* So many neighbouring channels, whose sums stay in registers. */
static inline __attribute__ ((always_inline)) void
add_some (const float *restrict cells, gsize n_cells, gsize next, int n, float *restrict sums)
{
  float sum[32] = { 0 };

  for (gsize i = 0; i < n_cells; i++)
    for (int c = 0; c < n; c++)
      sum[c] += cells[i * next + c];
  for (int c = 0; c < n; c++)
    sums[c] += sum[c];
}

/* Adds each channel's sum over all @n_cells cells. */
CNN_CLONES static void
add_sums (const float *restrict cells, gsize n_cells, int channels, float *restrict sums)
{
  int c = 0;

  for (; c + 32 <= channels; c += 32)
    add_some (cells + c, n_cells, channels, 32, sums + c);
  for (; c + 16 <= channels; c += 16)
    add_some (cells + c, n_cells, channels, 16, sums + c);
  for (; c + 4 <= channels; c += 4)
    add_some (cells + c, n_cells, channels, 4, sums + c);
  for (; c < channels; c++)
    add_some (cells + c, n_cells, channels, 1, sums + c);
}

/* The kernels [group][map][cell][depth] as [group][depth][cell][map], or back and added. */
static void
turn (const ConvTrainStep *step, const float *kernels, float *turned, const float *d_turned,
      float *d_kernels)
{
  const int *dims = step->weight->dims;
  gsize      cells = (gsize) dims[1] * dims[2], depth = dims[3];
  gsize      maps = dims[0] / step->groups, at = 0;

  for (int g = 0; g < step->groups; g++)
    for (gsize m = 0; m < maps; m++)
      for (gsize i = 0; i < cells; i++)
        for (gsize d = 0; d < depth; d++, at++)
          {
            gsize to = ((g * depth + d) * cells + i) * maps + m;

            if (turned)
              turned[to] = kernels[at];
            else
              d_kernels[at] += d_turned[to];
          }
}

static gboolean
conv_load (CnnTrainStep *base)
{
  ConvTrainStep *step = (ConvTrainStep *) base;
  const float   *weights = step->weight->values;

  if (step->transposed)
    {
      turn (step, weights, step->turned, NULL, NULL);
      weights = step->turned;
    }
  step->forward->load (step->forward, weights);
  step->back->load (step->back, weights);
  return TRUE;
}

static gboolean
conv_forward (CnnTrainStep *base, const CnnPass *pass)
{
  ConvTrainStep *step = (ConvTrainStep *) base;

  return step->forward->run (step->forward, pass->n, pass->in[0],
                             step->bias ? step->bias->values : NULL, pass->out);
}

static gboolean
add_d_weights (ConvTrainStep *step, const CnnPass *pass)
{
  gsize size = cnn_tensor_length (step->weight);

  if (!step->transposed)
    return step->weights->run (step->weights, pass->n, pass->in[0], pass->d_out,
                               pass->d_weights[0]);
  memset (step->d_turned, 0, size * sizeof (float));
  if (!step->weights->run (step->weights, pass->n, pass->d_out, pass->in[0], step->d_turned))
    return FALSE;
  turn (step, NULL, NULL, step->d_turned, pass->d_weights[0]);
  return TRUE;
}

static gboolean
conv_backward (CnnTrainStep *base, const CnnPass *pass)
{
  ConvTrainStep *step = (ConvTrainStep *) base;

  if (pass->d_weights[0] && !add_d_weights (step, pass))
    return FALSE;
  if (step->bias && pass->d_weights[1])
    add_sums (pass->d_out, (gsize) pass->n * step->out.height * step->out.width,
              step->out.channels, pass->d_weights[1]);
  return pass->d_in[0] == NULL ||
         step->back->run (step->back, pass->n, pass->d_out, NULL, pass->d_in[0]);
}

static void
conv_free (CnnTrainStep *base)
{
  ConvTrainStep *step = (ConvTrainStep *) base;
  CnnConvPart   *parts[] = { step->forward, step->back, step->weights };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i])
      parts[i]->free (parts[i]);
  cnn_floats_free (step->turned);
  cnn_floats_free (step->d_turned);
  g_free (step);
}

/* Whether reading windows where they lie is quicker than writing them out. */
static gboolean
rows_pay (const CnnConvWindows *w, CnnConvDirection direction)
{
  gint64 n_weights = (gint64) w->kernel.height * w->kernel.width * w->in.channels *
                     w->out.channels;

  if (direction == CNN_CONV_WEIGHTS)
    return n_weights <= KEPT;
  /* Back, there is a window for each cell of the input, and around the output are zeros. */
  return direction == CNN_CONV_FORWARD ||
         (gint64) w->in.height * w->in.width * 2 <= (gint64) w->out.height * w->out.width * 3;
}

typedef CnnConvPart *(*Way) (const CnnConvWindows *windows, CnnConvDirection direction);

static Way
way_of (const CnnConvWindows *w, CnnConvDirection direction)
{
  if (cnn_conv_each_suits (w))
    return cnn_conv_each_new;
  if (cnn_conv_winograd_suits (w) && (gint64) w->out.height * w->out.width >= FEW)
    return cnn_conv_winograd_new;
  if (cnn_conv_rows_suit (w, direction) && rows_pay (w, direction))
    return cnn_conv_rows_new;
  return cnn_conv_gemm_new;
}

/**
 * cnn_conv_part_new:
 * @windows: of the convolution
 * @direction: which of its sums
 *
 * Returns: (transfer full) (nullable): the part that is quickest; %NULL when there is not
 *   enough memory
 */
CnnConvPart *
cnn_conv_part_new (const CnnConvWindows *windows, CnnConvDirection direction)
{
  return way_of (windows, direction) (windows, direction);
}

static ConvTrainStep *
step_new (const CnnTask *task, int groups)
{
  ConvTrainStep *step = g_new0 (ConvTrainStep, 1);

  step->step = (CnnTrainStep) {
    .needs_in = TRUE,
    .load = conv_load,
    .forward = conv_forward,
    .backward = conv_backward,
    .free = conv_free,
  };
  step->weight = task->weights[0];
  step->bias = task->weights[1];
  step->in = task->in[0];
  step->out = task->out;
  step->groups = groups;
  return step;
}

/* The step, if all that it needs was made. */
static CnnTrainStep *
finish (ConvTrainStep *step, const CnnTask *task, GError **error)
{
  if (step->forward && step->back && step->weights &&
      (!step->transposed || (step->turned && step->d_turned)))
    return &step->step;
  conv_free (&step->step);
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
               CNN_SHAPE_ARGS (task->out));
  return NULL;
}

/**
 * cnn_conv_windows:
 * @task: a convolution on whole maps
 * @conv: what it does
 *
 * Returns: which numbers meet; of a task that is halved without what is left over
 */
CnnConvWindows
cnn_conv_windows (const CnnTask *task, const CnnConvolution *conv)
{
  CnnConvWindows windows = {
    .in = task->in[0],
    .out = task->out,
    .kernel = { conv->weights->dims[1], conv->weights->dims[2] },
    .stride = conv->stride,
    .dilation = conv->dilation,
    .top = task->pad.top,
    .left = task->pad.left,
    .groups = conv->groups,
    .batch = MAX (task->batch, 1),
  };

  if (task->halves)
    {
      windows.out.height *= 2;
      windows.out.width *= 2;
    }
  return windows;
}

/**
 * cnn_conv_train_halves:
 * @task: a convolution on whole maps, not halved
 * @conv: what it does
 *
 * Returns: whether cnn_conv_halves_new() may do it, and is quicker
 */
gboolean
cnn_conv_train_halves (const CnnTask *task, const CnnConvolution *conv)
{
  CnnConvWindows windows = cnn_conv_windows (task, conv);

  return way_of (&windows, CNN_CONV_FORWARD) == cnn_conv_rows_new &&
         way_of (&windows, CNN_CONV_WEIGHTS) == cnn_conv_rows_new &&
         cnn_conv_halves_suit (&windows);
}

/**
 * cnn_conv_train_new:
 * @task: a convolution on whole maps
 * @conv: what it does
 *
 * Returns: (transfer full): a step to train it with, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnTrainStep *
cnn_conv_train_new (const CnnTask *task, const CnnConvolution *conv, GError **error)
{
  ConvTrainStep *step = step_new (task, conv->groups);
  CnnConvWindows windows = cnn_conv_windows (task, conv);

  step->forward = cnn_conv_part_new (&windows, CNN_CONV_FORWARD);
  step->back = cnn_conv_part_new (&windows, CNN_CONV_BACK);
  step->weights = cnn_conv_part_new (&windows, CNN_CONV_WEIGHTS);
  return finish (step, task, error);
}

/**
 * cnn_conv_transpose_train_new:
 * @task: a transposed convolution on whole maps
 * @k: its kernels
 *
 * Returns: (transfer full): a step to train it with, or %NULL with %CNN_ERROR_LIMIT set
 */
CnnTrainStep *
cnn_conv_transpose_train_new (const CnnTask *task, const CnnConvKernels *k, GError **error)
{
  ConvTrainStep *step = step_new (task, cnn_conv_kernels_groups (k, task->in[0]));
  CnnWindow      window;
  CnnSize        extent;
  CnnConvWindows windows;
  gsize          size = cnn_tensor_length (step->weight);

  cnn_node_window (task->node, task->whole, &window, NULL);
  extent = cnn_window_extent (&window);
  /* The convolution that leads from the output back to the input. */
  windows = (CnnConvWindows) {
    .in = task->out,
    .out = task->in[0],
    .kernel = window.kernel,
    .stride = cnn_window_up (&window),
    .dilation = window.dilation,
    .top = extent.height - 1 - window.pad.top,
    .left = extent.width - 1 - window.pad.left,
    .groups = step->groups,
    .batch = MAX (task->batch, 1),
  };
  step->transposed = TRUE;
  step->turned = cnn_floats_alloc (size);
  step->d_turned = cnn_floats_alloc (size);
  step->forward = cnn_conv_part_new (&windows, CNN_CONV_BACK);
  step->back = cnn_conv_part_new (&windows, CNN_CONV_FORWARD);
  step->weights = cnn_conv_part_new (&windows, CNN_CONV_WEIGHTS);
  return finish (step, task, error);
}
