/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "classify.h"
#include "frame.h"
#include "onnx/save.h"

/* What a classifier is shown of a picture that is not a digit, the way back from its maps, and
 * what it says. */

/* --- frames -------------------------------------------------------------------------------- */

typedef struct
{
  int    width;
  float *values;
} Plane;

static void
read_plane (gpointer data, const CnnRect *rect, float *values)
{
  const Plane *plane = data;

  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      *values++ = plane->values[(rect->y + y) * plane->width + rect->x + x];
}

/* Pixels of x + 100 y: what a cell sees is the mean, so the value in its middle. */
static void
test_framing (void)
{
  static const struct { CnnFraming framing; double x, y, dx, dy; } cases[] = {
    { CNN_FRAMING_CROP, 25, 0, 5, 5 },
    { CNN_FRAMING_FIT, 0, -25, 10, 10 },
    { CNN_FRAMING_STRETCH, 0, 0, 10, 5 },
  };
  g_autofree float *pixels = g_new (float, 50 * 100);
  Plane             plane  = { 100, pixels };
  CnnSize           picture = { 50, 100 }, input = { 10, 10 };

  for (int i = 0; i < 50 * 100; i++)
    pixels[i] = (i % 100) + 100.0f * (i / 100);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CnnFrame frame = cnn_frame_new (cases[i].framing, picture, input);
      float    values[100];

      cnn_frame_read (&frame, picture, 1, read_plane, &plane, -1.0f, values);
      for (int k = 0; k < 100; k++)
        {
          double x = cases[i].x + (k % 10 + 0.5) * cases[i].dx - 0.5;
          double y = cases[i].y + (k / 10 + 0.5) * cases[i].dy - 0.5;
          double top = cases[i].y + k / 10 * cases[i].dy, bottom = top + cases[i].dy;

          if (bottom <= 0.0 || top >= 50.0)
            g_assert_cmpfloat (values[k], ==, -1.0);
          else if (top >= 0.0 && bottom <= 50.0)
            g_assert_cmpfloat_with_epsilon (values[k], x + 100.0 * y, 1e-2);
        }
    }
}

/* A map over the input, brought back to the picture, is where the input was taken from. */
static void
test_way_back (void)
{
  CnnFrameAxis axis = { 28, -6.4, 2.5 };
  g_autoptr (ResampleAxis) back = cnn_frame_axis_map (&axis, 7, 80);

  for (int pixel = 0; pixel < 80; pixel++)
    {
      double cell   = (pixel + 0.5 + 6.4) / 2.5;
      double middle = cell / 4.0, at = 0.0;

      if (cell > 28.0)
        {
          g_assert_cmpint (back->count[pixel], ==, 0);
          continue;
        }
      for (int k = 0; k < back->count[pixel]; k++)
        at += back->weights[pixel][k] * (back->first[pixel] + k + 0.5);
      g_assert_cmpfloat_with_epsilon (at, CLAMP (middle, 0.5, 6.5), 1e-5);
    }
}

/* --- classifiers --------------------------------------------------------------------------- */

static CnnClassifier *
classifier (const char *text, CnnClassifyMode mode, int channels)
{
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnClassifier         *made;

  g_assert_no_error (error);
  made = cnn_classifier_new (network, NULL, mode, channels, &error);
  g_assert_no_error (error);
  return made;
}

static void
assert_probabilities (const char *text, const float *values, const double *expected, int n)
{
  g_autoptr (CnnClassifier) made = classifier (text, CNN_CLASSIFY_AUTO, 1);
  g_autoptr (GError)        error = NULL;
  double                    found[8];

  g_assert_cmpint (made->n_classes, ==, n);
  g_assert_true (cnn_classifier_run (made, values, found, &error));
  g_assert_no_error (error);
  for (int i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (found[i], expected[i], 1e-6);
}

static void
test_probabilities (void)
{
  static const float  values[] = { 1, 2 };
  double              e1 = exp (1.0), e2 = exp (2.0), e3 = exp (3.0), sum = e1 + e2 + e3;
  const double        shares[] = { e1 / sum, e2 / sum, e3 / sum };
  const double        each[]   = { 1 / (1 + exp (-1.0)), 1 / (1 + exp (-2.0)) };

#define SCORES "input 1x2x1; flatten; dense 3 weights=\"[[1,0],[0,1],[1,1]]\""
  assert_probabilities (SCORES, values, shares, 3);
  assert_probabilities (SCORES "; softmax; reshape 1x1x3", values, shares, 3);
  assert_probabilities (SCORES "; softmax", values, shares, 3);
  assert_probabilities (SCORES "; log-softmax", values, shares, 3);
  assert_probabilities ("input 1x2x1; flatten; sigmoid", values, each, 2);
  /* Scores may add up to 1 by chance. */
  assert_probabilities ("input 1x2x1; flatten", (const float[]) { 0.75f, 0.25f },
                        (const double[]) { 1 / (1 + exp (-0.5)), 1 / (1 + exp (0.5)) }, 2);
}

static void
test_inputs (void)
{
  static const struct
  {
    const char     *text;
    CnnClassifyMode mode;
    int             channels;
    CnnShape        input;
    gboolean        digit;
  } cases[] = {
    { "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_AUTO, 3, { 28, 28, 1 }, TRUE },
    { "input 32x32x1; flatten; dense 4", CNN_CLASSIFY_AUTO, 3, { 32, 32, 1 }, TRUE },
    { "input 33x32x1; flatten; dense 4", CNN_CLASSIFY_AUTO, 3, { 33, 32, 1 }, FALSE },
    { "input 28x28x3; flatten; dense 4", CNN_CLASSIFY_AUTO, 3, { 28, 28, 3 }, FALSE },
    { "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_PICTURE, 3, { 28, 28, 1 }, FALSE },
    { "input 64x64x1; flatten; dense 4", CNN_CLASSIFY_DIGIT, 3, { 64, 64, 1 }, TRUE },
    { "global-avgpool; dense 4", CNN_CLASSIFY_AUTO, 3, { 224, 224, 3 }, FALSE },
    { "global-avgpool; dense 4", CNN_CLASSIFY_AUTO, 1, { 224, 224, 1 }, FALSE },
    { "global-avgpool; dense 4", CNN_CLASSIFY_DIGIT, 3, { 28, 28, 1 }, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnClassifier) made = classifier (cases[i].text, cases[i].mode,
                                                   cases[i].channels);
      g_autofree char          *label = cnn_classifier_label (made, 3);

      g_assert_true (cnn_shape_equal (made->input, cases[i].input));
      g_assert_cmpint (made->digit, ==, cases[i].digit);
      g_assert_cmpstr (label, ==, "3");
    }
}

/* A network is asked as it learnt, unless somebody says otherwise. */
static void
test_framing_note (void)
{
  static const struct
  {
    const char     *note;
    const char     *text;
    CnnClassifyMode mode;
    gboolean        digit;
    CnnFraming      framing;
  } cases[] = {
    { NULL, "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_AUTO, TRUE, CNN_FRAMING_CROP },
    { "ink", "input 64x64x3; flatten; dense 4", CNN_CLASSIFY_AUTO, TRUE, CNN_FRAMING_CROP },
    { "ink", "input 64x64x3; flatten; dense 4", CNN_CLASSIFY_PICTURE, FALSE, CNN_FRAMING_CROP },
    { "crop", "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_AUTO, FALSE, CNN_FRAMING_CROP },
    { "fit", "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_AUTO, FALSE, CNN_FRAMING_FIT },
    { "stretch", "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_DIGIT, TRUE, CNN_FRAMING_STRETCH },
    { "a frame", "input 28x28x1; flatten; dense 4", CNN_CLASSIFY_AUTO, TRUE, CNN_FRAMING_CROP },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnNetwork)    network = cnn_network_parse (cases[i].text, NULL);
      g_autoptr (GHashTable)    notes = g_hash_table_new (g_str_hash, g_str_equal);
      CnnModelInfo              info = { .metadata = notes };
      g_autoptr (CnnClassifier) made = NULL;

      if (cases[i].note)
        g_hash_table_insert (notes, (gpointer) "convolens.framing", (gpointer) cases[i].note);
      made = cnn_classifier_new (network, &info, cases[i].mode, 3, NULL);
      g_assert_cmpint (made->digit, ==, cases[i].digit);
      g_assert_cmpint (made->framing, ==, cases[i].framing);
      if (i >= 3 && i <= 5)
        g_assert_cmpstr (cnn_classify_note (FALSE, made->framing), ==, cases[i].note);
    }
  g_assert_cmpstr (cnn_classify_note (TRUE, CNN_FRAMING_FIT), ==, "ink");
}

static void
test_refused (void)
{
  static const struct { const char *text, *words; } cases[] = {
    { "conv 4 3x3", "maps of 222×222×4" },
    { "input 8x8x1; flatten; dense 1", "single value" },
    { "input 8x8x2; flatten; dense 4", "2 channels" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)     error   = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (cases[i].text, NULL);

      g_assert_null (cnn_classifier_new (network, NULL, CNN_CLASSIFY_AUTO, 3, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

/* A file's notes say what its classes are called and which numbers it wants. */
static void
test_notes (void)
{
  g_autoptr (GError)        error   = NULL;
  g_autoptr (CnnNetwork)    network = cnn_network_parse ("input 1x2x1; flatten; dense 2 "
                                                         "weights=\"[[1,0],[0,1]]\"", NULL);
  g_autoptr (GHashTable)    notes   = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (CnnModel)      model   = NULL;
  g_autoptr (CnnClassifier) made    = NULL;
  g_autofree char          *folder  = g_dir_make_tmp ("cnn-classify-XXXXXX", NULL);
  g_autofree char          *file    = g_build_filename (folder, "pets.onnx", NULL);
  g_autofree char          *first = NULL, *second = NULL;
  float                     values[2];

  g_hash_table_insert (notes, "labels", "cat\ndog");
  g_hash_table_insert (notes, "mean", "0.25");
  g_hash_table_insert (notes, "std", "0.5");
  g_assert_true (cnn_model_save (network, (CnnShape) { 1, 2, 1 }, notes, file, &error));
  model = cnn_model_open (file, (CnnShape) { 0, 0, 0 }, &error);
  g_assert_no_error (error);
  made = cnn_classifier_new (cnn_model_network (model), cnn_model_info (model),
                             CNN_CLASSIFY_PICTURE, 1, &error);
  g_assert_no_error (error);
  first = cnn_classifier_label (made, 0);
  second = cnn_classifier_label (made, 1);
  g_assert_cmpstr (first, ==, "cat");
  g_assert_cmpstr (second, ==, "dog");
  cnn_classifier_values (made, (const float[]) { 1, 0 }, values);
  g_assert_cmpfloat_with_epsilon (values[0], 1.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (values[1], -0.5, 1e-6);
  g_remove (file);
  g_rmdir (folder);
}

/* Where a class is seen, whether the network ends with its softmax or before it; against the
 * definition: the second map's four values are averaged, and that counts twice in the score of
 * class 1, so the derivative by each is 2 / 4. */
static void
test_places (void)
{
  static const char *const texts[] = { "", "; softmax" };
  static const float       values[] = { 1, 2, -3, 4 };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *text = g_strconcat (
        "input 2x2x1; gather channels=0,0; mul values=1,0.5 as=a; global-avgpool; "
        "dense 2 weights=\"[[1,0],[0,2]]\"", texts[i], NULL);
      g_autoptr (CnnClassifier) made  = classifier (text, CNN_CLASSIFY_PICTURE, 1);
      g_autoptr (GError)        error = NULL;
      CnnSize                   size;
      g_autofree float         *map   = cnn_classifier_map (made, values, 2, 1, &size, &error);

      g_assert_no_error (error);
      g_assert_cmpint (size.height, ==, 2);
      g_assert_cmpint (size.width, ==, 2);
      for (int k = 0; k < 4; k++)
        g_assert_cmpfloat_with_epsilon (map[k], MAX (values[k] * 0.5 * 2.0 / 4.0, 0.0), 1e-6);
    }
}

/* The numbers that a network wants, as those that the text of an applied network makes. */
static void
test_numbers (void)
{
  CnnApplySettings settings = { CNN_APPLY_BYTES, TRUE, { 10, 20, 30 }, { 0.5, 2, 1 }, FALSE };
  static const float from[] = { 0.2f, 0.4f, 0.6f };
  static const float expected[] = { (153 - 10) * 0.5f, (102 - 20) * 2, (51 - 30) };
  float              to[3];

  cnn_apply_values (&settings, 3, 1, from, to);
  for (int c = 0; c < 3; c++)
    g_assert_cmpfloat_with_epsilon (to[c], expected[c], 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/framing", test_framing);
  g_test_add_func ("/frame/way-back", test_way_back);
  g_test_add_func ("/classifier/probabilities", test_probabilities);
  g_test_add_func ("/classifier/inputs", test_inputs);
  g_test_add_func ("/classifier/framing-note", test_framing_note);
  g_test_add_func ("/classifier/refused", test_refused);
  g_test_add_func ("/classifier/notes", test_notes);
  g_test_add_func ("/classifier/places", test_places);
  g_test_add_func ("/classifier/numbers", test_numbers);
  return g_test_run ();
}
