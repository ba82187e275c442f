/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cnn-test.h"
#include "presets.h"
#include "random.h"

/* The networks that come with the program: that each can be read, written and
 * run, and that those of the tutorial have the tutorial's shapes. */

static CnnNetwork *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  CnnNetwork        *network = cnn_network_parse (text, &error);

  g_assert_no_error (error);
  g_assert_nonnull (network);
  return network;
}

static CnnNetwork *
preset (const char *name)
{
  const CnnPreset *found = cnn_preset_find (name);

  g_assert_nonnull (found);
  return parse (found->text);
}

static CnnNodeInfo *
infer (const CnnNetwork *network, CnnShape picture)
{
  g_autoptr (GError) error = NULL;
  CnnNodeInfo       *infos = cnn_network_infer (network, picture, &error);

  g_assert_no_error (error);
  g_assert_nonnull (infos);
  return infos;
}

#define assert_shape(shape, h, w, c)                                                               \
  g_assert_true (cnn_shape_equal (shape, (CnnShape) { h, w, c }))

/* --- every preset --------------------------------------------------------- */

static void
test_names (void)
{
  static const char *const needed[] = {
    "article-8x8",   "article-rgb",  "article-digits", "digits",          "clothes",
    "shapes",
    "edge-bank",     "emboss",       "sharpen-stack",  "gabor-bank",      "blurred-pyramid",
    "three-stages",
  };
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpstr (presets[i].name, !=, "");
      g_assert_cmpstr (presets[i].label, !=, "");
      g_assert_cmpstr (presets[i].blurb, !=, "");
      g_assert_true (g_utf8_validate (presets[i].label, -1, NULL));
      g_assert_true (g_utf8_validate (presets[i].blurb, -1, NULL));
      /* Unique, or the first of the name would be found. */
      g_assert_true (cnn_preset_find (presets[i].name) == &presets[i]);
      for (guint j = 0; j < i; j++)
        g_assert_cmpstr (presets[i].label, !=, presets[j].label);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    g_assert_nonnull (cnn_preset_find (needed[i]));
  g_assert_null (cnn_preset_find ("no such preset"));
  g_assert_null (cnn_preset_find (""));
}

/* What a text says, printed, is read as the same and printed as the same. */
static void
test_print (void)
{
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CnnNetwork) network = parse (presets[i].text);
      g_autofree char       *printed = cnn_network_print (network);
      g_autoptr (CnnNetwork) again = parse (printed);
      g_autofree char       *reprinted = cnn_network_print (again);

      g_test_message ("%s:\n%s", presets[i].name, printed);
      g_assert_cmpstr (printed, ==, reprinted);
      g_assert_cmpuint (cnn_network_n_nodes (network), ==, cnn_network_n_nodes (again));
      for (guint node = 0; node < cnn_network_n_nodes (network); node++)
        {
          const CnnNode *one = cnn_network_node (network, node);
          const CnnNode *other = cnn_network_node (again, node);

          g_assert_true (one->op == other->op);
          g_assert_cmpstr (one->name, ==, other->name);
        }
    }
}

static const CnnShape pictures[] = { { 480, 640, 3 }, { 64, 64, 1 }, { 33, 50, 4 } };

static void
test_infer (void)
{
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (pictures); j++)
      {
        g_autoptr (CnnNetwork)  network = parse (presets[i].text);
        g_autofree CnnNodeInfo *infos = infer (network, pictures[j]);

        g_test_message ("%s", presets[i].name);
        for (guint node = 0; node < cnn_network_n_nodes (network); node++)
          g_assert_cmpint (cnn_shape_cells (infos[node].shape), >, 0);
      }
}

/* --- running -------------------------------------------------------------- */

typedef struct
{
  double min, max, sum;
} Result;

/* Runs a preset up to its last layer on a picture of noise from 0 to 1, or of
 * 0.5 everywhere. */
static Result
run (const char *name, CnnShape picture, gboolean flat)
{
  const char            *text = cnn_preset_find (name)->text;
  g_autoptr (CnnNetwork) network = parse (text);
  CnnShape               in = cnn_network_input (network, picture), out;
  g_autofree float      *values = g_new (float, cnn_shape_cells (in)), *found = NULL;
  Result                 result = { INFINITY, -INFINITY, 0.0 };

  for (gint64 i = 0; i < cnn_shape_cells (in); i++)
    values[i] = flat ? 0.5f : (float) cnn_random_uniform (1, i);
  found = cnn_test_run (text, in, values, &out);
  for (gint64 i = 0; i < cnn_shape_cells (out); i++)
    {
      g_assert_true (isfinite (found[i]));
      result.min = MIN (result.min, found[i]);
      result.max = MAX (result.max, found[i]);
      result.sum += found[i];
    }
  return result;
}

static void
test_run (void)
{
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    {
      Result result = run (presets[i].name, (CnnShape) { 64, 80, 3 }, FALSE);

      g_test_message ("%s", presets[i].name);
      /* Something is to be seen. */
      g_assert_cmpfloat (result.max - result.min, >, 0.01);
    }
}

/* On a flat picture those that look for something find nothing, also at the
 * border, and those that make a picture give it back. */
static void
test_flat (void)
{
  static const struct
  {
    const char *name;
    double      value;
  } flats[] = {
    { "edge-bank", 0.0 },     { "gabor-bank", 0.0 },      { "emboss", 0.5 },
    { "sharpen-stack", 0.5 }, { "blurred-pyramid", 0.5 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (flats); i++)
    {
      Result result = run (flats[i].name, (CnnShape) { 40, 32, 3 }, TRUE);

      g_test_message ("%s", flats[i].name);
      g_assert_cmpfloat_with_epsilon (result.min, flats[i].value, 1e-5);
      g_assert_cmpfloat_with_epsilon (result.max, flats[i].value, 1e-5);
    }
}

/* --- the tutorial's networks ---------------------------------------------- */

static void
test_digits (void)
{
  g_autoptr (CnnNetwork)  network = preset ("article-digits");
  g_autofree CnnNodeInfo *infos = infer (network, (CnnShape) { 480, 640, 3 });
  Result                  result = run ("article-digits", (CnnShape) { 28, 28, 1 }, FALSE);
  static const gint64     parameters[] = { 0, 320, 0, 0, 0, 802944, 0, 8256, 0, 650, 0 };

  g_assert_cmpuint (cnn_network_n_nodes (network), ==, G_N_ELEMENTS (parameters));
  for (guint i = 0; i < G_N_ELEMENTS (parameters); i++)
    g_assert_cmpint (infos[i].parameters, ==, parameters[i]);
  assert_shape (infos[0].shape, 28, 28, 1);
  assert_shape (infos[2].shape, 28, 28, 32);
  assert_shape (infos[3].shape, 14, 14, 32);
  assert_shape (infos[4].shape, 1, 1, 6272);
  assert_shape (infos[10].shape, 1, 1, 10);
  g_assert_cmpfloat_with_epsilon (result.sum, 1.0, 1e-5);
}

static void
test_8x8 (void)
{
  g_autoptr (CnnNetwork)  network = preset ("article-8x8");
  g_autofree CnnNodeInfo *infos = infer (network, (CnnShape) { 480, 640, 3 });
  Result                  result = run ("article-8x8", (CnnShape) { 8, 8, 1 }, FALSE);

  g_assert_cmpuint (cnn_network_n_nodes (network), ==, 9);
  assert_shape (infos[0].shape, 8, 8, 1);
  assert_shape (infos[1].shape, 6, 6, 2);
  assert_shape (infos[3].shape, 3, 3, 2);
  assert_shape (infos[4].shape, 1, 1, 18);
  assert_shape (infos[5].shape, 1, 1, 4);
  assert_shape (infos[8].shape, 1, 1, 2);
  g_assert_cmpfloat_with_epsilon (result.sum, 1.0, 1e-5);
}

static void
test_rgb (void)
{
  g_autoptr (CnnNetwork)  network = preset ("article-rgb");
  g_autofree CnnNodeInfo *infos = infer (network, (CnnShape) { 480, 640, 3 });

  g_assert_cmpuint (cnn_network_n_nodes (network), ==, 3);
  assert_shape (infos[0].shape, 4, 4, 3);
  assert_shape (infos[1].shape, 4, 4, 2);
  assert_shape (infos[2].shape, 4, 4, 3);
  /* 2 kernels of 3×3×3 and 3 of 3×3×2, each with a bias. */
  g_assert_cmpint (infos[1].parameters, ==, 2 * 27 + 2);
  g_assert_cmpint (infos[2].parameters, ==, 3 * 18 + 3);
}

/* --- the image makers' ---------------------------------------------------- */

static void
test_pyramid (void)
{
  static const char *const names[] = { "half", "quarter", "eighth", "sixteenth" };
  g_autoptr (CnnNetwork)  network = preset ("blurred-pyramid");
  g_autofree CnnNodeInfo *infos = infer (network, (CnnShape) { 480, 640, 3 });

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      int node = cnn_network_find (network, names[i]);

      g_assert_cmpint (node, >, 0);
      assert_shape (infos[node].shape, 480 >> (i + 1), 640 >> (i + 1), 3);
    }
}

static void
test_banks (void)
{
  static const struct
  {
    const char *name;
    int         maps;
    const char *first;
  } banks[] = {
    { "edge-bank", 8, "sobel-x" },
    { "three-stages", 6, "sobel-x" },
    { "gabor-bank", 8, "gabor(0)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (banks); i++)
    {
      g_autoptr (CnnNetwork)  network = preset (banks[i].name);
      g_autofree CnnNodeInfo *infos = infer (network, (CnnShape) { 480, 640, 3 });
      g_autofree char        *label = cnn_network_map_label (network, infos, 1, 0);

      assert_shape (infos[1].shape, 480, 640, banks[i].maps);
      g_assert_cmpstr (label, ==, banks[i].first);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/presets/names", test_names);
  g_test_add_func ("/presets/print", test_print);
  g_test_add_func ("/presets/infer", test_infer);
  g_test_add_func ("/presets/run", test_run);
  g_test_add_func ("/presets/flat", test_flat);
  g_test_add_func ("/presets/digits", test_digits);
  g_test_add_func ("/presets/8x8", test_8x8);
  g_test_add_func ("/presets/rgb", test_rgb);
  g_test_add_func ("/presets/pyramid", test_pyramid);
  g_test_add_func ("/presets/banks", test_banks);
  return g_test_run ();
}
