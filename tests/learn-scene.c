/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-scene.h"

#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "learn/learn-private.h"
#include "random.h"

/* --- pictures ------------------------------------------------------------------------------- */

static double
node (guint64 seed, int y, int x)
{
  return cnn_random_uniform (seed, (guint64) y * 10007 + (guint64) x);
}

/* Noise of one scale: between random values every @scale cells. */
static double
wave (guint64 seed, int y, int x, int scale)
{
  int    row = y / scale, column = x / scale;
  double v = (double) (y % scale) / scale, u = (double) (x % scale) / scale;

  return (1 - v) * ((1 - u) * node (seed, row, column) + u * node (seed, row, column + 1)) +
         v * ((1 - u) * node (seed, row + 1, column) + u * node (seed, row + 1, column + 1));
}

/* Large shapes, small ones, and edges, as a photograph has; after is as before. */
Scene *
scene_new (CnnShape shape, guint64 seed)
{
  Scene *scene = g_new0 (Scene, 1);
  gsize  n = (gsize) cnn_shape_cells (shape), cells = n / (gsize) shape.channels;

  scene->shape = shape;
  scene->before = g_new (float, n);
  scene->after = g_new (float, n);
  scene->counts = g_new (float, cells);
  for (gsize i = 0; i < cells; i++)
    {
      int    y = (int) (i / (gsize) shape.width), x = (int) (i % (gsize) shape.width);
      double common = wave (seed, y, x, 23) > 0.5 ? 0.2 : 0.0;

      scene->counts[i] = 1.0f;
      for (int c = 0; c < shape.channels; c++)
        {
          guint64 own = seed * 100 + (guint64) c * 10;

          scene->before[i * (gsize) shape.channels + (gsize) c] =
            (float) (0.1 + common + 0.25 * wave (own, y, x, 31) + 0.2 * wave (own + 1, y, x, 7) +
                     0.1 * wave (own + 2, y, x, 2) + 0.1 * wave (own + 3, y, x, 1));
        }
    }
  memcpy (scene->after, scene->before, n * sizeof (float));
  return scene;
}

void
scene_free (Scene *scene)
{
  g_free (scene->before);
  g_free (scene->after);
  g_free (scene->counts);
  g_free (scene);
}

/* Edges are repeated outwards. */
static double
filtered (const Scene *scene, const SceneKernel *kernel, int y, int x, int o)
{
  int    radius = kernel->size / 2, channels = scene->shape.channels;
  int    seen = kernel->across ? channels : 1;
  double sum = kernel->offset;

  for (int v = 0; v < kernel->size; v++)
    for (int u = 0; u < kernel->size; u++)
      for (int c = 0; c < seen; c++)
        {
          int row = CLAMP (y + v - radius, 0, scene->shape.height - 1);
          int column = CLAMP (x + u - radius, 0, scene->shape.width - 1);
          int from = kernel->across ? c : o;

          sum += kernel->weights[((o * kernel->size + v) * kernel->size + u) * seen + c] *
                 scene->before[(row * scene->shape.width + column) * channels + from];
        }
  return sum;
}

/* Makes after of before. */
void
scene_filter (Scene *scene, const SceneKernel *kernel)
{
  for (int y = 0; y < scene->shape.height; y++)
    for (int x = 0; x < scene->shape.width; x++)
      for (int o = 0; o < scene->shape.channels; o++)
        scene->after[(y * scene->shape.width + x) * scene->shape.channels + o] =
          (float) filtered (scene, kernel, y, x, o);
}

/* Clamps after to 0 … 1. Returns how many values were outside. */
gsize
scene_clip (Scene *scene)
{
  gsize n = 0;

  for (gsize i = 0; i < (gsize) cnn_shape_cells (scene->shape); i++)
    {
      n += scene->after[i] < 0.0f || scene->after[i] > 1.0f;
      scene->after[i] = CLAMP (scene->after[i], 0.0f, 1.0f);
    }
  return n;
}

/* Some cells count nothing, and have anything after. */
void
scene_mask (Scene *scene, double share)
{
  for (int y = 0; y < scene->shape.height; y++)
    for (int x = 0; x < scene->shape.width; x++)
      if (wave (99, y, x, 12) < share)
        {
          gsize i = (gsize) y * (gsize) scene->shape.width + (gsize) x;

          scene->counts[i] = 0.0f;
          for (int c = 0; c < scene->shape.channels; c++)
            scene->after[i * (gsize) scene->shape.channels + (gsize) c] = c == 1 ? NAN : 0.5f;
        }
}

/* As bytes have them. */
void
scene_round (float *values, CnnShape shape)
{
  for (gsize i = 0; i < (gsize) cnn_shape_cells (shape); i++)
    values[i] = roundf (values[i] * 255.0f) / 255.0f;
}

void
scene_noise (float *values, CnnShape shape, double sigma, guint64 seed)
{
  for (gsize i = 0; i < (gsize) cnn_shape_cells (shape); i++)
    values[i] += (float) (sigma * cnn_random_normal (seed, i));
}

/* Both become the roots of what they are. */
void
scene_roots (Scene *scene)
{
  for (gsize i = 0; i < (gsize) cnn_shape_cells (scene->shape); i++)
    {
      scene->before[i] = sqrtf (scene->before[i]);
      scene->after[i] = sqrtf (scene->after[i]);
    }
}

/* One channel before is the same everywhere. */
void
scene_flat (Scene *scene, int channel)
{
  gsize channels = (gsize) scene->shape.channels;

  for (gsize i = (gsize) channel; i < (gsize) cnn_shape_cells (scene->shape); i += channels)
    scene->before[i] = 0.4f;
}

/* After is the median of 3×3 before. */
void
scene_median (Scene *scene)
{
  CnnShape s = scene->shape;

  for (int y = 0; y < s.height; y++)
    for (int x = 0; x < s.width; x++)
      for (int c = 0; c < s.channels; c++)
        {
          float all[9];

          for (int i = 0; i < 9; i++)
            {
              int   row = CLAMP (y + i / 3 - 1, 0, s.height - 1), at = i;
              int   column = CLAMP (x + i % 3 - 1, 0, s.width - 1);
              float value = scene->before[(row * s.width + column) * s.channels + c];

              for (; at > 0 && all[at - 1] > value; at--)
                all[at] = all[at - 1];
              all[at] = value;
            }
          scene->after[(y * s.width + x) * s.channels + c] = all[4];
        }
}

/* Some values before become black or white. */
void
scene_specks (Scene *scene, double share)
{
  for (gsize i = 0; i < (gsize) cnn_shape_cells (scene->shape); i++)
    {
      double drawn = cnn_random_uniform (55, i);

      if (drawn < share)
        scene->before[i] = drawn < share / 2.0 ? 0.0f : 1.0f;
    }
}

/* After has more contrast. */
void
scene_curve (Scene *scene)
{
  for (gsize i = 0; i < (gsize) cnn_shape_cells (scene->shape); i++)
    {
      float x = scene->before[i];

      scene->after[i] = x < 0.5f ? 2.0f * x * x : 1.0f - 2.0f * (1.0f - x) * (1.0f - x);
    }
}

/* After is the larger of a cell and the one left of it and above. */
void
scene_largest (Scene *scene)
{
  CnnShape s = scene->shape;

  for (int y = 0; y < s.height; y++)
    for (int x = 0; x < s.width; x++)
      for (int c = 0; c < s.channels; c++)
        {
          int from = (MAX (y - 1, 0) * s.width + MAX (x - 1, 0)) * s.channels + c;
          int at = (y * s.width + x) * s.channels + c;

          scene->after[at] = MAX (scene->before[at], scene->before[from]);
        }
}

/* --- kernels -------------------------------------------------------------------------------- */

/* Random numbers around a kernel that does nothing; none is so small that it could be left out. */
SceneKernel *
scene_kernel_new (int channels, int size, gboolean across, double offset, guint64 seed)
{
  SceneKernel *kernel = g_new0 (SceneKernel, 1);
  int          seen = across ? channels : 1, cells = size * size;

  kernel->channels = channels;
  kernel->size = size;
  kernel->across = across;
  kernel->offset = offset;
  kernel->weights = g_new (double, channels * cells * seen);
  for (int i = 0; i < channels * cells * seen; i++)
    {
      double value = cnn_random_uniform (seed, (guint64) i) - 0.5;

      kernel->weights[i] = (value + (value < 0.0 ? -0.2 : 0.2)) / sqrt (cells * seen);
    }
  for (int o = 0; o < channels; o++)
    kernel->weights[(o * cells + cells / 2) * seen + (across ? o : 0)] += 0.8;
  return kernel;
}

void
scene_kernel_free (SceneKernel *kernel)
{
  g_free (kernel->weights);
  g_free (kernel);
}

/* --- learning ------------------------------------------------------------------------------- */

static gboolean
read_scene (gpointer data, const CnnRect *rect, float *before, float *after, float *counts,
            GError **error)
{
  const Scene *scene = data;
  gsize        channels = (gsize) scene->shape.channels, width = (gsize) scene->shape.width;

  g_assert_true (rect->x >= 0 && rect->y >= 0 && rect->x + rect->width <= scene->shape.width &&
                 rect->y + rect->height <= scene->shape.height);
  for (int y = 0; y < rect->height; y++)
    {
      gsize at = (gsize) (rect->y + y) * width + (gsize) rect->x;
      gsize to = (gsize) y * (gsize) rect->width, n = (gsize) rect->width;

      memcpy (before + to * channels, scene->before + at * channels,
              n * channels * sizeof (float));
      memcpy (after + to * channels, scene->after + at * channels, n * channels * sizeof (float));
      memcpy (counts + to, scene->counts + at, n * sizeof (float));
    }
  return TRUE;
}

static void
as_they_are (const float *values, gsize n, float *stored, gpointer data)
{
  memcpy (stored, values, n * GPOINTER_TO_SIZE (data) * sizeof (float));
}

static void
as_roots (const float *values, gsize n, float *stored, gpointer data)
{
  for (gsize i = 0; i < n * GPOINTER_TO_SIZE (data); i++)
    stored[i] = values[i] > 0.0f ? sqrtf (values[i]) : 0.0f;
}

/* @roots: the picture stores the roots of its numbers */
CnnPairs *
scene_no_pairs (const Scene *scene, gboolean roots)
{
  return cnn_pairs_new (scene->shape.channels, roots ? as_roots : as_they_are,
                        GSIZE_TO_POINTER ((gsize) scene->shape.channels), NULL);
}

gboolean
scene_add (const Scene *scene, CnnPairs *pairs, GError **error)
{
  CnnPairReader reader = { read_scene, (gpointer) scene };

  return cnn_pairs_add (pairs, "scene", (CnnSize) { scene->shape.height, scene->shape.width },
                        &reader, error);
}

CnnPairs *
scene_pairs (const Scene *scene, gboolean roots)
{
  g_autoptr (GError) error = NULL;
  CnnPairs          *pairs = scene_no_pairs (scene, roots);

  scene_add (scene, pairs, &error);
  g_assert_no_error (error);
  return pairs;
}

/* One kernel, without a limit of time. */
CnnFilterOptions
scene_options (void)
{
  CnnFilterOptions options;

  cnn_filter_options_init (&options);
  options.model = CNN_FILTER_KERNEL;
  options.seconds = 0.0;
  options.workers = 2;
  return options;
}

CnnFilterResult *
scene_learn (const Scene *scene, const CnnFilterOptions *options)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (CnnPairs) pairs = scene_pairs (scene, FALSE);
  CnnFilterResult     *result = cnn_filter_learn (&pairs, 1, options, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  return result;
}

static double
squares_in (const Scene *scene, const float *made, const CnnRect *rect)
{
  double sum = 0.0;

  for (int y = rect->y; y < rect->y + rect->height; y++)
    for (int x = rect->x; x < rect->x + rect->width; x++)
      for (int c = 0; c < scene->shape.channels; c++)
        {
          int    i = (y * scene->shape.width + x) * scene->shape.channels + c;
          double by = fmin (fmax (made[i], 0.0), 1.0) - fmin (fmax (scene->after[i], 0.0), 1.0);

          sum += by * by;
        }
  return sum;
}

/* (transfer full): what is held back with the usual options. */
static CnnSplit *
split_of (const Scene *scene)
{
  g_autoptr (CnnPairs) pairs = scene_pairs (scene, FALSE);
  CnnFilterOptions     options = scene_options ();

  return cnn_split_new (pairs, options.validation, options.seed, NULL);
}

/* What is held back has something else after. */
void
scene_spoil_held (Scene *scene)
{
  g_autoptr (CnnSplit) split = split_of (scene);

  for (guint i = 0; i < split->held->len; i++)
    {
      const CnnRect *rect = &g_array_index (split->held, CnnHeld, i).rect;

      for (int y = rect->y; y < rect->y + rect->height; y++)
        for (int x = rect->x; x < rect->x + rect->width; x++)
          for (int c = 0; c < scene->shape.channels; c++)
            scene->after[(y * scene->shape.width + x) * scene->shape.channels + c] = 0.3f;
    }
}

/* (transfer full): what the network makes of the picture before. */
float *
scene_run (const Scene *scene, CnnNetwork *network)
{
  guint               last = cnn_network_n_nodes (network) - 1;
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, scene->shape, 1, &last, NULL, &error);

  g_assert_no_error (error);
  return cnn_test_run_plan (plan, scene->shape, scene->before, scene->shape);
}

/* PSNR of the whole picture. */
double
scene_judge (const Scene *scene, const CnnFilterResult *result)
{
  g_autofree float *made = scene_run (scene, result->network);
  CnnRect           all = { 0, 0, scene->shape.width, scene->shape.height };

  return -10.0 * log10 (squares_in (scene, made, &all) / (double) cnn_shape_cells (scene->shape));
}

/* Whether the network, run over the whole picture, is as good as was said. */
void
scene_check_network (const Scene *scene, const CnnFilterResult *result)
{
  g_autofree char     *text = cnn_network_print (result->network);
  g_autoptr (CnnSplit) split = split_of (scene);
  g_autofree float    *made = scene_run (scene, result->network);
  double               squares = 0.0, identity = 0.0, n = 0.0;

  g_assert_true (g_str_has_prefix (text, "input ?x?x"));
  for (guint i = 0; i < split->held->len; i++)
    {
      const CnnRect *rect = &g_array_index (split->held, CnnHeld, i).rect;

      squares += squares_in (scene, made, rect);
      identity += squares_in (scene, scene->before, rect);
      n += (double) rect->width * rect->height * scene->shape.channels;
    }
  g_assert_cmpfloat_with_epsilon (result->psnr, -10.0 * log10 (squares / n), 1e-3);
  g_assert_cmpfloat_with_epsilon (result->identity, -10.0 * log10 (identity / n), 1e-6);
}
