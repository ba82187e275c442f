/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Networks of pictures made ready for pictures: the layers around them, sizes, what is
 * guessed and what is remembered; names of classes. Expected values are worked out here, in
 * double, from the definitions. */

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "apply.h"
#include "bank.h"
#include "cnn-test.h"
#include "error.h"
#include "labels.h"

#define HEIGHT 6
#define WIDTH  7

static float *
random_picture (GRand *rand, CnnShape shape)
{
  float *values = g_new (float, cnn_shape_cells (shape));

  for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
    values[i] = (float) g_rand_double (rand);
  return values;
}

static CnnApplied *
applied_new (const char *text, CnnShape picture, const CnnApplySettings *settings)
{
  g_autoptr (GError) error = NULL;
  CnnApplied        *applied = cnn_apply_new (text, 0, NULL, picture, settings, &error);

  g_assert_no_error (error);
  return applied;
}

static float *
run (const CnnApplied *applied, const float *values)
{
  CnnShape made;
  float   *result = cnn_test_run (applied->text, applied->input, values, &made);

  g_assert_true (cnn_shape_equal (made, applied->output));
  return result;
}

static void
assert_near (double found, double expected, double tolerance)
{
  if (!(fabs (found - expected) <= tolerance))
    g_error ("found %.9g, expected %.9g", found, expected);
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* The network adds a number of its own to each channel, so that what it was given can be
 * told from what comes out. */
static void
test_numbers (void)
{
  static const double    ranges[][2] = { { 1, 0 }, { 2, -1 }, { 255, 0 } };
  static const double    plus[] = { 0.25, -0.5, 3.0 };
  CnnShape               shape = { HEIGHT, WIDTH, 3 };
  g_autoptr (GRand)      rand = g_rand_new_with_seed (1);
  g_autofree float      *values = random_picture (rand, shape);

  for (int range = 0; range < 3; range++)
    for (int bgr = 0; bgr < 2; bgr++)
      {
        CnnApplySettings settings = { .range = (CnnApplyRange) range, .bgr = bgr,
                                      .mean = { 0.5, 0.25, -1 }, .scale = { 4, 2, 0.5 } };
        g_autoptr (CnnApplied) applied =
          applied_new ("input as=a; relu; add a; add values=0.25,-0.5,3", shape, &settings);
        g_autofree float *result = run (applied, values);

        for (int i = 0; i < HEIGHT * WIDTH; i++)
          for (int c = 0; c < 3; c++)
            {
              int    at = bgr ? 2 - c : c;
              double in = (values[3 * i + at] * ranges[range][0] + ranges[range][1] -
                           settings.mean[c]) * settings.scale[c];
              double out = MAX (in, 0.0) + in + plus[c];
              double back = (out / settings.scale[c] + settings.mean[c] - ranges[range][1]) /
                            ranges[range][0];

              assert_near (result[3 * i + at], back, 1e-5 * (1.0 + fabs (back)));
            }
      }
}

/* A grey network without more: brightness in, grey out. */
static void
test_grey (void)
{
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autoptr (CnnApplied) applied = applied_new ("input ?x?x1; mul values=0.5",
                                                (CnnShape) { 4, 5, 3 }, &settings);

  g_assert_cmpint (applied->input.channels, ==, 1);
  g_assert_cmpint (applied->output.channels, ==, 1);
}

/* --- brightness ------------------------------------------------------------------------------- */

static double
brightness (const float *rgb)
{
  return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
}

static void
test_luma (void)
{
  CnnShape               shape = { HEIGHT, WIDTH, 3 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autoptr (GRand)      rand = g_rand_new_with_seed (2);
  g_autofree float      *values = random_picture (rand, shape);
  g_autoptr (CnnApplied) same = NULL, half = NULL;
  g_autofree float      *back = NULL, *darker = NULL;

  settings.luma = TRUE;
  /* Its own names are those that would be used here. */
  same = applied_new ("input ?x?x1 as=ycc; relu as=brightness; max ycc", shape, &settings);
  back = run (same, values);
  for (int i = 0; i < 3 * HEIGHT * WIDTH; i++)
    assert_near (back[i], values[i], 1e-5);

  /* All colours get as much less as the brightness does. */
  settings.range = CNN_APPLY_BYTES;
  half = applied_new ("input ?x?x1; mul values=0.5", shape, &settings);
  darker = run (half, values);
  for (int i = 0; i < HEIGHT * WIDTH; i++)
    for (int c = 0; c < 3; c++)
      assert_near (darker[3 * i + c], values[3 * i + c] - 0.5 * brightness (values + 3 * i), 1e-5);
}

static void
test_luma_refused (void)
{
  CnnApplySettings   settings = cnn_apply_settings ();
  g_autoptr (GError) error = NULL;

  settings.luma = TRUE;
  g_assert_null (cnn_apply_text ("input ?x?x3; relu", (CnnShape) { 8, 8, 3 }, &settings, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_nonnull (strstr (error->message, "brightness"));
}

/* --- sizes ------------------------------------------------------------------------------------ */

/* Where the value of the picture's (y, x) is found when it is continued by mirroring. */
static int
mirrored (int i, int n)
{
  i = ABS (i);
  return i < n ? i : 2 * (n - 1) - i;
}

/* A window without padding gets a mirrored border, so that nothing is lost: the sum of
 * 3×3 cells, also at the edge. */
static void
test_filled (void)
{
  CnnShape               shape = { HEIGHT, WIDTH, 1 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autoptr (GRand)      rand = g_rand_new_with_seed (3);
  g_autofree float      *values = random_picture (rand, shape);
  g_autoptr (CnnApplied) applied =
    applied_new ("input 32x32x1; conv kernels=\"[[1,1,1],[1,1,1],[1,1,1]]\"", shape, &settings);
  g_autofree float      *result = run (applied, values);

  g_assert_true (applied->own_size && applied->bounded);
  g_assert_true (cnn_shape_equal (applied->output, shape));
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        double sum = 0.0;

        for (int k = 0; k < 9; k++)
          sum += values[mirrored (y + k / 3 - 1, HEIGHT) * WIDTH + mirrored (x + k % 3 - 1, WIDTH)];
        assert_near (result[y * WIDTH + x], sum, 1e-5);
      }
}

/* What is made of more padding than the window takes away is larger on all sides: the middle
 * is the result. */
static void
test_cut (void)
{
  CnnShape               shape = { HEIGHT, WIDTH, 1 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autoptr (GRand)      rand = g_rand_new_with_seed (5);
  g_autofree float      *values = random_picture (rand, shape);
  g_autoptr (CnnApplied) applied =
    applied_new ("input ?x?x1; conv kernels=\"[[0,0,0],[0,2,0],[0,0,0]]\" pad=2", shape, &settings);
  g_autofree float      *result = run (applied, values);

  g_assert_true (cnn_shape_equal (applied->output, shape));
  for (int i = 0; i < HEIGHT * WIDTH; i++)
    assert_near (result[i], 2.0 * values[i], 1e-5);
}

/* Halved and made larger again: of 6×7 only with 7 filled up to 8. */
static void
test_multiple (void)
{
  CnnShape               shape = { HEIGHT, WIDTH, 1 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autoptr (GRand)      rand = g_rand_new_with_seed (4);
  g_autofree float      *values = random_picture (rand, shape);
  g_autoptr (CnnApplied) applied =
    applied_new ("input ?x?x1 as=a; avgpool 2; gather channels=0,0,0,0; depth-to-space 2; add a",
                 shape, &settings);
  g_autofree float      *result = run (applied, values);

  g_assert_true (applied->own_size);
  g_assert_cmpint (applied->seen.height, ==, 6);
  g_assert_cmpint (applied->seen.width, ==, 8);
  g_assert_true (cnn_shape_equal (applied->output, shape));
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        double sum = 0.0;

        for (int k = 0; k < 4; k++)
          sum += values[(y / 2 * 2 + k / 2) * WIDTH + mirrored (x / 2 * 2 + k % 2, WIDTH)];
        assert_near (result[y * WIDTH + x], sum / 4 + values[y * WIDTH + x], 1e-5);
      }
}

/* Twice as large, colours too. */
static void
test_larger (void)
{
  CnnShape               shape = { HEIGHT, WIDTH, 3 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autofree float      *values = g_new (float, cnn_shape_cells (shape));
  g_autoptr (CnnApplied) applied = NULL;
  g_autofree float      *result = NULL;

  for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
    values[i] = (float) (0.2 + 0.3 * (double) (i % 3));
  settings.luma = TRUE;
  applied = applied_new ("input 16x16x1; gather channels=0,0,0,0; depth-to-space 2", shape,
                         &settings);
  result = run (applied, values);
  g_assert_true (applied->own_size);
  g_assert_true (cnn_shape_equal (applied->output, (CnnShape) { 2 * HEIGHT, 2 * WIDTH, 3 }));
  for (gint64 i = 0; i < cnn_shape_cells (applied->output); i++)
    assert_near (result[i], 0.2 + 0.3 * (double) (i % 3), 1e-5);
}

/* A file whose text is of one size, the picture's, makes a row and a column too many. */
static void
test_rounded (void)
{
  CnnShape               shape = { 31, 33, 1 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autoptr (CnnApplied) applied =
    applied_new ("input 31x33x1; avgpool 2 pad=same; gather channels=0,0,0,0; depth-to-space 2",
                 shape, &settings);

  g_assert_true (applied->own_size);
  g_assert_true (cnn_shape_equal (applied->output, shape));
}

/* A network that takes one size only sees a scaled picture, and its result is scaled back. */
static void
test_scaled (void)
{
  CnnShape               shape = { 40, 150, 1 };
  CnnApplySettings       settings = cnn_apply_settings ();
  g_autofree float      *values = g_new (float, cnn_shape_cells (shape));
  g_autoptr (CnnApplied) applied =
    applied_new ("input 8x8x1 as=a; global-avgpool; flatten; add a; reshape 8x8x1", shape,
                 &settings);
  g_autofree float      *result = NULL;

  for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
    values[i] = 0.25f;
  result = run (applied, values);
  g_assert_false (applied->own_size);
  g_assert_true (cnn_shape_equal (applied->output, shape));
  for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
    assert_near (result[i], 0.5, 1e-5);
}

static void
assert_no_picture (const char *text, const char *words)
{
  CnnApplySettings   settings = cnn_apply_settings ();
  g_autoptr (GError) error = NULL;

  g_assert_null (cnn_apply_text (text, (CnnShape) { 32, 32, 3 }, &settings, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  if (!strstr (error->message, words))
    g_error ("found “%s”, expected “%s”", error->message, words);
}

static void
test_no_picture (void)
{
  assert_no_picture ("conv 2 3x3 pad=same", "2 channels");
  assert_no_picture ("input 32x32x3; flatten; dense 10; softmax", "10 values");
  assert_no_picture ("conv 8 3x3; global-avgpool", "8 values");
  assert_no_picture ("input 32x32x4; relu", "4 channels");
}

/* --- guesses ---------------------------------------------------------------------------------- */

static CnnApplySettings
guess (const char *text, ...)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
  g_autoptr (GHashTable) notes = g_hash_table_new (g_str_hash, g_str_equal);
  CnnModelInfo           info = { .metadata = notes };
  const char            *key;
  va_list                args;

  g_assert_nonnull (network);
  va_start (args, text);
  while ((key = va_arg (args, const char *)) != NULL)
    g_hash_table_insert (notes, (gpointer) key, va_arg (args, char *));
  va_end (args);
  return cnn_apply_guess (&info, network);
}

#define COLOUR "input ?x?x3; conv 3 3x3 pad=same"

static void
test_guess (void)
{
  CnnApplySettings plain = guess (COLOUR, NULL);
  CnnApplySettings usual = cnn_apply_settings ();
  CnnApplySettings means;

  g_assert_true (cnn_apply_settings_equal (&plain, &usual));
  g_assert_true (guess ("input ?x?x1; conv 1 3x3 pad=same", NULL).luma);
  g_assert_false (guess ("input ?x?x1; conv 3 3x3 pad=same", NULL).luma);
  g_assert_cmpint (guess (COLOUR, "Image.NominalPixelRange", "NominalRange_0_255", NULL).range, ==,
                   CNN_APPLY_BYTES);
  g_assert_cmpint (guess (COLOUR, "Image.NominalPixelRange", "Normalized_1_1", NULL).range, ==,
                   CNN_APPLY_SIGNED);
  g_assert_cmpint (guess (COLOUR "; tanh", "Image.NominalPixelRange", "Normalized_0_1", NULL).range,
                   ==, CNN_APPLY_UNIT);
  g_assert_true (guess (COLOUR, "Image.BitmapPixelFormat", "Bgr8", NULL).bgr);
  g_assert_false (guess (COLOUR, "Image.BitmapPixelFormat", "Rgb8", NULL).bgr);
  means = guess (COLOUR, "mean", "[0.485, 0.456, 0.406]", "std", "[0.25, 0.5, 0.2]", NULL);
  g_assert_cmpint (means.range, ==, CNN_APPLY_UNIT);
  g_assert_cmpfloat (means.mean[2], ==, 0.406);
  g_assert_cmpfloat (means.scale[0], ==, 4.0);
  g_assert_cmpfloat (means.scale[2], ==, 5.0);
  g_assert_cmpint (guess (COLOUR, "mean", "103.9, 116.8, 123.7", NULL).range, ==, CNN_APPLY_BYTES);
  g_assert_cmpint (guess (COLOUR "; tanh", NULL).range, ==, CNN_APPLY_SIGNED);
  g_assert_cmpint (guess ("input ?x?x3; div values=255; conv 3 3x3 pad=same", NULL).range, ==,
                   CNN_APPLY_BYTES);
  g_assert_cmpint (guess ("input ?x?x3; sub values=103,116,123; conv 3 3x3 pad=same", NULL).range,
                   ==, CNN_APPLY_BYTES);
  g_assert_cmpint (guess ("input ?x?x3; sub values=0.5; conv 3 3x3 pad=same", NULL).range, ==,
                   CNN_APPLY_UNIT);
  g_assert_true (guess (COLOUR, "convolens.luma", "yes", NULL).luma);
}

static void
test_written (void)
{
  double             numbers[3];
  g_autoptr (GError) error = NULL;
  g_autofree char   *one = NULL, *three = NULL;

  g_assert_true (cnn_apply_numbers ("0.5", numbers, NULL));
  g_assert_cmpfloat (numbers[2], ==, 0.5);
  one = cnn_apply_numbers_text (numbers);
  g_assert_cmpstr (one, ==, "0.5");
  g_assert_true (cnn_apply_numbers (" 1, 2 ,3e2", numbers, NULL));
  three = cnn_apply_numbers_text (numbers);
  g_assert_cmpstr (three, ==, "1,2,300");
  g_assert_false (cnn_apply_numbers ("1,2", numbers, NULL));
  g_assert_false (cnn_apply_numbers ("1,2,3,4", numbers, NULL));
  g_assert_false (cnn_apply_numbers ("", numbers, NULL));
  g_assert_false (cnn_apply_numbers ("red", numbers, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
}

/* --- what is remembered ----------------------------------------------------------------------- */

static void
test_remembered (void)
{
  g_autofree char *folder = g_dir_make_tmp ("cnn-apply-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "m.onnx", NULL);
  g_autofree char *copy = g_build_filename (folder, "n.onnx", NULL);
  g_autofree char *key = NULL, *same = NULL, *none = NULL;
  CnnApplySettings settings = { .range = CNN_APPLY_BYTES, .bgr = TRUE, .mean = { 1, 2.5, 3 },
                                .scale = { 0.1, 0.2, 1.0 / 3.0 }, .luma = TRUE };
  CnnApplySettings found;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "some bytes", -1, NULL));
  g_assert_true (g_file_set_contents (copy, "some bytes", -1, NULL));
  key = cnn_apply_key (file, NULL);
  same = cnn_apply_key (copy, NULL);
  /* What sha256sum says. */
  g_assert_cmpstr (key, ==, "0d22cdcc10e6d049dbe1af5123d50873fdfc1a4f58306e58cb6241be9472014d");
  g_assert_cmpstr (key, ==, same);
  g_assert_false (cnn_apply_recall (key, &found));
  g_assert_true (cnn_apply_remember (key, &settings, NULL));
  g_assert_true (cnn_apply_remember ("other", &(CnnApplySettings) { .scale = { 1, 1, 1 } }, NULL));
  g_assert_true (cnn_apply_recall (key, &found));
  g_assert_true (cnn_apply_settings_equal (&found, &settings));
  g_assert_true (cnn_apply_remember (key, NULL, NULL));
  g_assert_false (cnn_apply_recall (key, &found));
  g_assert_true (cnn_apply_recall ("other", &found));
  none = cnn_apply_key ("/nowhere/at-all.onnx", &error);
  g_assert_null (none);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
}

/* --- labels ----------------------------------------------------------------------------------- */

static void
assert_labels (const char *text, const char *expected)
{
  g_auto (GStrv)   labels = cnn_labels_parse (text);
  g_autofree char *joined = g_strjoinv ("|", labels);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_labels (void)
{
  assert_labels ("cat\ndog\n", "cat|dog");
  assert_labels ("cat\r\n\r\ndog\r\n\r\n", "cat||dog");
  assert_labels ("cat,dog, bird", "cat|dog|bird");
  assert_labels ("[\"a, b\", \"c\"]", "a, b|c");
  assert_labels ("{0: 'tench, Tinca tinca', 1: \"it's\"}", "tench, Tinca tinca|it's");
  assert_labels ("{\"0\": \"a\", \"1\": \"b\"}", "a|b");
  assert_labels ("n01440764 tench, Tinca tinca\nn01443537 goldfish\nno1 x",
                 "tench, Tinca tinca|goldfish|no1 x");
  assert_labels ("", "");
  assert_labels ("['a", "['a");
}

static void
test_labels_found (void)
{
  g_autofree char       *folder = g_dir_make_tmp ("cnn-labels-XXXXXX", NULL);
  g_autofree char       *file = g_build_filename (folder, "m.onnx", NULL);
  g_autofree char       *synset = g_build_filename (folder, "synset.txt", NULL);
  g_autofree char       *own = g_build_filename (folder, "m.labels.txt", NULL);
  g_autoptr (GHashTable) notes = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv)         found = NULL;

  g_assert_null (cnn_labels_find (file, NULL, 3));
  g_assert_true (g_file_set_contents (synset, "n00000001 a\nn00000002 b\nn00000003 c\n", -1, NULL));
  found = cnn_labels_find (file, NULL, 3);
  g_assert_cmpstr (found[2], ==, "c");
  g_assert_null (cnn_labels_find (file, NULL, 4));
  g_strfreev (found);
  g_assert_true (g_file_set_contents (own, "x\ny\nz", -1, NULL));
  found = cnn_labels_find (file, NULL, 3);
  g_assert_cmpstr (found[0], ==, "x");
  g_strfreev (found);
  g_hash_table_insert (notes, (gpointer) "classes", (gpointer) "['one', 'two', 'three']");
  found = cnn_labels_find (file, notes, 3);
  g_assert_cmpstr (found[1], ==, "two");
}

static char *
label_of (const char *text, CnnBank *bank, guint node, int map)
{
  g_autoptr (CnnNetwork)  network = cnn_network_parse_with (text, bank, NULL);
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, (CnnShape) { 4, 4, 1 }, NULL);

  return cnn_network_map_label (network, infos, node, map);
}

static void
test_labels_of_layers (void)
{
  g_autoptr (CnnBank) bank = cnn_bank_new ();
  g_autofree char    *at_end = NULL, *before = NULL, *other = NULL;

  cnn_bank_set_labels (bank, g_strsplit ("a,b,c", ",", -1));
  at_end = label_of ("flatten; dense 3; softmax", bank, 3, 1);
  before = label_of ("flatten; dense 3; softmax", bank, 2, 2);
  other = label_of ("flatten; dense 3; dense 3; softmax", bank, 2, 2);
  g_assert_cmpstr (at_end, ==, "b");
  g_assert_cmpstr (before, ==, "c");
  g_assert_null (other);
  g_assert_null (label_of ("flatten; dense 4", bank, 2, 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/apply/numbers", test_numbers);
  g_test_add_func ("/apply/grey", test_grey);
  g_test_add_func ("/apply/luma", test_luma);
  g_test_add_func ("/apply/luma-refused", test_luma_refused);
  g_test_add_func ("/apply/filled", test_filled);
  g_test_add_func ("/apply/cut", test_cut);
  g_test_add_func ("/apply/multiple", test_multiple);
  g_test_add_func ("/apply/larger", test_larger);
  g_test_add_func ("/apply/rounded", test_rounded);
  g_test_add_func ("/apply/scaled", test_scaled);
  g_test_add_func ("/apply/no-picture", test_no_picture);
  g_test_add_func ("/apply/guess", test_guess);
  g_test_add_func ("/apply/written", test_written);
  g_test_add_func ("/apply/remembered", test_remembered);
  g_test_add_func ("/apply/labels", test_labels);
  g_test_add_func ("/apply/labels-found", test_labels_found);
  g_test_add_func ("/apply/labels-of-layers", test_labels_of_layers);
  return g_test_run ();
}
