/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "border.h"
#include "cnn-test.h"
#include "plan-private.h"
#include "train-struct-goldens.h"

/* Training of layers that move values, resize or calculate cell by cell, on small numbers. */


/* A layer ready to be trained, and the memory it works in. */
typedef struct
{
  CnnPlan      *plan;
  CnnTask       task;
  CnnTrainStep *step;
  CnnWindow     window;
  CnnShape      shape;
  gboolean      extends;
} Layer;

static Layer
layer_new (const char *text, CnnShape shape)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  Layer                  layer = { 0 };
  guint                  last;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  layer.plan = cnn_plan_new (network, shape, 1, &last, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_whole_task (layer.plan, last, &layer.task);
  layer.extends = layer.plan->nodes[last].extends;
  layer.window = layer.plan->nodes[last].window;
  layer.shape = layer.plan->infos[layer.task.node->in[0]].shape;
  layer.task.batch = 1;
  layer.step = layer.task.node->op->train (&layer.task, &error);
  g_assert_no_error (error);
  return layer;
}

static void
layer_clear (Layer *layer)
{
  cnn_train_step_free (layer->step);
  cnn_plan_free (layer->plan);
}

/* (transfer full): @n numbers, as many as the text must have */
static float *
read_numbers (const char *text, CnnShape shape)
{
  gsize   n = (gsize) cnn_shape_cells (shape);
  float  *values = cnn_floats_alloc (n);
  char   *end;

  for (gsize i = 0; i < n; i++, text = end)
    {
      values[i] = (float) g_ascii_strtod (text, &end);
      g_assert_true (end > text);
    }
  g_assert_cmpstr (text, ==, "");
  return values;
}

static void
check_numbers (const Golden *golden, const char *what, const char *text, CnnShape shape,
               const float *got)
{
  float *expected = read_numbers (text, shape);

  for (gsize i = 0; i < (gsize) cnn_shape_cells (shape); i++)
    if (!(fabsf (got[i] - expected[i]) <= 1e-6f * (1.0f + fabsf (expected[i]))))
      g_error ("%s\n%s: number %d is %.9g, expected %.9g", golden->text, what, (int) i, got[i],
               expected[i]);
  cnn_floats_free (expected);
}

/* With the border that a layer wants, around @values. (transfer full) */
static float *
fed (const Layer *layer, float *values)
{
  float *larger;

  if (!layer->extends)
    return values;
  larger = cnn_floats_alloc ((gsize) cnn_shape_cells (layer->task.in[0]));
  cnn_border_extend (&layer->window, layer->shape, values, larger);
  cnn_floats_free (values);
  return larger;
}

/* And without it. (transfer full) */
static float *
given_back (const Layer *layer, float *values)
{
  float *smaller;

  if (!layer->extends)
    return values;
  smaller = cnn_floats_alloc ((gsize) cnn_shape_cells (layer->shape));
  cnn_border_fold (&layer->window, layer->shape, values, smaller);
  cnn_floats_free (values);
  return smaller;
}

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  Layer         layer = layer_new (golden->text, golden->shape);
  const float  *in[CNN_MAX_INPUTS];
  float        *values[CNN_MAX_INPUTS], *d_in[CNN_MAX_INPUTS];
  float        *d_out = read_numbers (golden->d_out, layer.task.out);
  float        *out = cnn_floats_alloc ((gsize) cnn_shape_cells (layer.task.out));
  CnnPass       pass = { .n = 1, .in = in, .out = out, .d_out = d_out, .d_in = d_in, .n_all = 1 };

  for (guint k = 0; k < layer.task.n_in; k++)
    {
      CnnShape shape = k == 0 ? layer.shape : layer.task.in[k];

      values[k] = read_numbers (golden->in[k], shape);
      if (k == 0)
        values[k] = fed (&layer, values[k]);
      in[k] = values[k];
      d_in[k] = cnn_floats_alloc ((gsize) cnn_shape_cells (layer.task.in[k]));
      memset (d_in[k], 0x7f, (gsize) cnn_shape_cells (layer.task.in[k]) * sizeof (float));
    }
  g_assert_true (layer.task.n_in >= G_N_ELEMENTS (golden->in) ||
                 golden->in[layer.task.n_in] == NULL);
  g_assert_true (!layer.step->load || layer.step->load (layer.step));
  g_assert_true (layer.step->forward (layer.step, &pass));
  check_numbers (golden, "output", golden->out, layer.task.out, out);
  g_assert_true (layer.step->backward (layer.step, &pass));
  for (guint k = 0; k < layer.task.n_in; k++)
    {
      if (k == 0)
        d_in[k] = given_back (&layer, d_in[k]);
      check_numbers (golden, "derivative", golden->d_in[k], k == 0 ? layer.shape : layer.task.in[k],
                     d_in[k]);
      cnn_floats_free (values[k]);
      cnn_floats_free (d_in[k]);
    }
  cnn_floats_free (d_out);
  cnn_floats_free (out);
  layer_clear (&layer);
}

/* So many cells that their numbers have two parts: each derivative is known by the cell it comes
 * from. */
static void
test_many_cells (void)
{
  CnnShape     shape = { 300, 301, 2 };
  Layer        layer = layer_new ("rearrange \"h w c -> w c h\"", shape);
  gsize        n = (gsize) cnn_shape_cells (shape);
  float       *in = cnn_floats_alloc (n), *out = cnn_floats_alloc (n);
  float       *d_out = cnn_floats_alloc (n), *d_in = cnn_floats_alloc (n);
  CnnPass      pass = { 1, 0, (const float *const[]) { in }, out, d_out, (float *const[]) { d_in },
                        .n_all = 1 };

  for (gsize i = 0; i < n; i++)
    {
      in[i] = (float) (i % 1000);
      d_out[i] = (float) i;
    }
  g_assert_true (layer.step->forward (layer.step, &pass));
  g_assert_true (layer.step->backward (layer.step, &pass));
  for (int y = 0; y < shape.height; y++)
    for (int x = 0; x < shape.width; x++)
      for (int c = 0; c < shape.channels; c++)
        {
          int from = (y * shape.width + x) * shape.channels + c;
          int to = (x * shape.channels + c) * shape.height + y;

          g_assert_cmpfloat (out[to], ==, in[from]);
          g_assert_cmpfloat (d_in[from], ==, (float) to);
        }
  cnn_floats_free (in);
  cnn_floats_free (out);
  cnn_floats_free (d_out);
  cnn_floats_free (d_in);
  layer_clear (&layer);
}

/* What has no slope, or an endless one, at such a place gives 0: a power of 0, and a base that
 * logarithms do not know. */
static void
test_pow_at_nought (void)
{
  CnnShape     shape = { 1, 3, 1 };
  Layer        layer = layer_new ("dropout as=x\ndropout from=x as=b\ndropout from=x\npow b", shape);
  const float  a[] = { 0.0f, 0.0f, -2.0f }, b[] = { 0.0f, 2.0f, 2.0f }, d_out[] = { 1, 1, 1 };
  float        out[3], d_a[3], d_b[3];
  CnnPass      pass = { 1, 0, (const float *const[]) { a, b }, out, d_out,
                        (float *const[]) { d_a, d_b }, .n_all = 1 };

  g_assert_true (layer.step->forward (layer.step, &pass));
  g_assert_true (layer.step->backward (layer.step, &pass));
  g_assert_cmpfloat (d_a[0], ==, 0.0f);
  g_assert_cmpfloat (d_a[1], ==, 0.0f);
  g_assert_cmpfloat (d_a[2], ==, -4.0f);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat (d_b[i], ==, 0.0f);
  layer_clear (&layer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strdup_printf ("/train-struct/%02d", i + 1);

      g_test_add_data_func (path, &goldens[i], test_golden);
    }
  g_test_add_func ("/train-struct/many-cells", test_many_cells);
  g_test_add_func ("/train-struct/pow-at-nought", test_pow_at_nought);
  return g_test_run ();
}
