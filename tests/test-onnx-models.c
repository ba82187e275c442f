/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "error.h"
#include "model.h"
#include "onnx/graph.h"

/* Whole networks from files: the conformance suite's classifiers, whose weights are left out,
 * and those in the folder that CNN_MODELS names, with what they were said to give. */

#define LIGHT "/usr/share/libonnx-testdata/data/light"

static void
test_light (void)
{
  g_autoptr (GDir) dir = g_dir_open (LIGHT, 0, NULL);
  const char      *name;
  int              n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char       *file = g_build_filename (LIGHT, name, NULL);
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnModel)   model = cnn_model_open (file, (CnnShape) { 224, 224, 3 }, &error);
      g_autofree CnnNodeInfo *infos = NULL;
      CnnNetwork            *network;
      guint                  last;

      if (!g_str_has_suffix (name, ".onnx"))
        continue;
      if (error)
        g_test_message ("%s", name);
      g_assert_no_error (error);
      network = cnn_model_network (model);
      infos = cnn_network_infer (network, (CnnShape) { 224, 224, 3 }, &error);
      g_assert_no_error (error);
      last = cnn_network_n_nodes (network) - 1;
      g_test_message ("%s: %u layers", name, last);
      g_assert_cmpint (infos[0].shape.channels, ==, 3);
      g_assert_cmpint (cnn_shape_cells (infos[last].shape), ==, 1000);
      n++;
    }
  g_assert_cmpint (n, ==, 9);
}

/* --- CNN_MODELS ------------------------------------------------------------------ */

static char *
model_file (const char *folder, const char *name)
{
  return g_build_filename (g_getenv ("CNN_MODELS"), folder, name, NULL);
}

static void
check_digits (int set)
{
  g_autofree char         *file = model_file ("mnist-8", "model.onnx");
  g_autofree char         *folder = g_strdup_printf ("mnist-8/test_data_set_%d", set);
  g_autofree char         *in_file = model_file (folder, "input_0.pb");
  g_autofree char         *out_file = model_file (folder, "output_0.pb");
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnModel)     model = cnn_model_open (file, (CnnShape) { 0, 0, 0 }, &error);
  g_autoptr (CnnOnnxTensor) in = NULL, wanted = NULL;
  g_autofree float        *out = NULL;
  CnnShape                 shape;

  g_assert_no_error (error);
  /* What it adds to its products are nodes of their own. */
  g_assert_nonnull (strstr (cnn_model_text (model), "bias=@"));
  g_assert_null (strstr (cnn_model_text (model), "\nadd"));
  in = cnn_onnx_tensor_read (in_file, &error);
  g_assert_no_error (error);
  wanted = cnn_onnx_tensor_read (out_file, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (in->n, ==, 28 * 28);
  out = cnn_test_run (cnn_model_text (model), (CnnShape) { 28, 28, 1 }, in->floats, &shape);
  g_assert_cmpint (cnn_shape_cells (shape), ==, 10);
  for (int i = 0; i < 10; i++)
    g_assert_cmpfloat_with_epsilon (out[i], wanted->floats[i],
                                    1e-5 + 1e-3 * fabs (wanted->floats[i]));
}

static void
test_digits (void)
{
  check_digits (0);
  check_digits (1);
}

/* Any size of picture, three times as large, and nothing but small rows of it in memory. */
static void
test_super_resolution (void)
{
  g_autofree char      *file = model_file ("super-resolution-10", "model.onnx");
  g_autoptr (GError)    error = NULL;
  g_autoptr (CnnModel)  model = cnn_model_open (file, (CnnShape) { 0, 0, 0 }, &error);
  g_autofree float     *in = g_new (float, 224 * 224), *out = NULL;
  CnnShape              shape;

  g_assert_no_error (error);
  for (int i = 0; i < 224 * 224; i++)
    in[i] = (float) (i % 224) / 224.0f;
  out = cnn_test_run (cnn_model_text (model), (CnnShape) { 224, 224, 1 }, in, &shape);
  g_assert_true (cnn_shape_equal (shape, (CnnShape) { 672, 672, 1 }));
  /* In the middle a ramp stays a ramp, three times as slow. */
  for (int x = 100; x < 570; x++)
    g_assert_cmpfloat_with_epsilon (out[336 * 672 + x], (x - 1.0) / 3.0 / 224.0, 0.02);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-models/light", test_light);
  if (g_getenv ("CNN_MODELS") && *g_getenv ("CNN_MODELS"))
    {
      g_test_add_func ("/onnx-models/digits", test_digits);
      g_test_add_func ("/onnx-models/super-resolution", test_super_resolution);
    }
  else
    g_test_message ("CNN_MODELS is not set: no folder with more models to try");
  return g_test_run ();
}
