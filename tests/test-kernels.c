/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "error.h"
#include "kernels.h"

/* The named kernels: what holds for all of them, and those that are a table of
 * numbers. */

#define N_KINDS 23

static const CnnKernelKind *
find (const char *name)
{
  const CnnKernelKind *kind = cnn_kernel_find (name);

  g_assert_nonnull (kind);
  return kind;
}

static void
initial_args (const CnnKernelKind *kind, double *args)
{
  for (guint i = 0; i < cnn_kernel_n_params (kind); i++)
    args[i] = kind->params[i].initial;
}

static double
total (const double *values, int n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += values[i];
  return sum;
}

/* The sum of products of a square kernel and a function of the place. */
static double
answer (const double *values, int side, double (*picture) (double y, double x))
{
  double sum = 0.0;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      sum += values[y * side + x] * picture (y - (side - 1) / 2.0, x - (side - 1) / 2.0);
  return sum;
}

static double
grows_right (double y, double x)
{
  return x;
}

static double
grows_down (double y, double x)
{
  return y;
}

/* --- every kind ----------------------------------------------------------- */

/* What the numbers of every kind add up to. */
static const struct
{
  const char *name;
  double      sum;
} sums[N_KINDS] = {
  { "identity", 1 },  { "box", 1 },       { "gaussian", 1 },  { "motion", 1 },
  { "sharpen", 1 },   { "emboss", 1 },    { "edge", 0 },      { "sobel-x", 0 },
  { "sobel-y", 0 },   { "prewitt-x", 0 }, { "prewitt-y", 0 }, { "scharr-x", 0 },
  { "scharr-y", 0 },  { "roberts-x", 0 }, { "roberts-y", 0 }, { "laplacian", 0 },
  { "line-h", 0 },    { "line-v", 0 },    { "line-45", 0 },   { "line-135", 0 },
  { "log", 0 },       { "gabor", 0 },     { "laplacian-8", 0 },
};

static double
promised_sum (const char *name)
{
  for (int i = 0; i < N_KINDS; i++)
    if (strcmp (sums[i].name, name) == 0)
      return sums[i].sum;
  g_assert_not_reached ();
}

static void
check_drawn (const CnnKernelKind *kind, const double *args, CnnSize size)
{
  int                n = size.height * size.width;
  g_autofree double *values = cnn_test_draw (kind->name, args, size.height, size.width);

  for (int i = 0; i < n; i++)
    g_assert_true (isfinite (values[i]));
  g_assert_cmpfloat_with_epsilon (total (values, n), promised_sum (kind->name), 1e-9);
}

static void
test_every_kind (void)
{
  guint                       n_kinds;
  const CnnKernelKind *const *kinds = cnn_kernel_kinds (&n_kinds);

  g_assert_cmpuint (n_kinds, ==, N_KINDS);
  for (guint i = 0; i < n_kinds; i++)
    {
      const CnnKernelKind *kind = kinds[i];
      guint                n_params = cnn_kernel_n_params (kind);
      double               args[CNN_KERNEL_MAX_PARAMS];
      CnnSize              own;

      g_test_message ("%s", kind->name);
      g_assert_true (cnn_kernel_find (kind->name) == kind);
      g_assert_cmpstr (kind->label, !=, "");
      g_assert_cmpstr (kind->blurb, !=, "");
      g_assert_true (g_utf8_validate (kind->label, -1, NULL));
      g_assert_cmpuint (n_params, <=, CNN_KERNEL_MAX_PARAMS);
      for (guint j = 0; j < n_params; j++)
        {
          const CnnKernelParam *param = &kind->params[j];

          g_assert_cmpstr (param->label, !=, "");
          g_assert_cmpfloat (param->min, <=, param->initial);
          g_assert_cmpfloat (param->initial, <=, param->max);
        }
      initial_args (kind, args);
      own = kind->size (args);
      check_drawn (kind, args, own);
      for (int height = 1; height <= 12; height++)
        for (int width = 1; width <= 12; width++)
          if (kind->grows || (height >= own.height && width >= own.width))
            check_drawn (kind, args, (CnnSize) { height, width });
    }
}

/* The ends of every parameter's range, and a few places between. */
static void
test_every_range (void)
{
  guint                       n_kinds;
  const CnnKernelKind *const *kinds = cnn_kernel_kinds (&n_kinds);

  for (guint i = 0; i < n_kinds; i++)
    for (guint j = 0; j < cnn_kernel_n_params (kinds[i]); j++)
      for (int step = 0; step <= 7; step++)
        {
          const CnnKernelKind  *kind = kinds[i];
          const CnnKernelParam *param = &kind->params[j];
          double                args[CNN_KERNEL_MAX_PARAMS];

          initial_args (kind, args);
          args[j] = param->min + (param->max - param->min) * step / 7;
          check_drawn (kind, args, kind->size (args));
          check_drawn (kind, args, (CnnSize) { 2, 2 });
          check_drawn (kind, args, (CnnSize) { 1, 4 });
        }
}

static void
test_find (void)
{
  g_assert_true (cnn_kernel_find ("sobel") == find ("sobel-x"));
  g_assert_true (cnn_kernel_find ("prewitt") == find ("prewitt-x"));
  g_assert_true (cnn_kernel_find ("scharr") == find ("scharr-x"));
  g_assert_true (cnn_kernel_find ("roberts") == find ("roberts-x"));
  g_assert_null (cnn_kernel_find (""));
  g_assert_null (cnn_kernel_find ("line"));
  g_assert_null (cnn_kernel_find ("sob"));
  g_assert_null (cnn_kernel_find ("Sobel-x"));
  g_assert_null (cnn_kernel_find ("sobel-x "));
}

/* --- tables --------------------------------------------------------------- */

static const struct
{
  const char *name;
  int         side;
  double      values[9];
} tables[] = {
  { "identity", 1, { 1 } },
  { "sobel-x", 3, { -1, 0, 1, -2, 0, 2, -1, 0, 1 } },
  { "sobel-y", 3, { -1, -2, -1, 0, 0, 0, 1, 2, 1 } },
  { "prewitt-x", 3, { -1, 0, 1, -1, 0, 1, -1, 0, 1 } },
  { "prewitt-y", 3, { -1, -1, -1, 0, 0, 0, 1, 1, 1 } },
  { "scharr-x", 3, { -3, 0, 3, -10, 0, 10, -3, 0, 3 } },
  { "scharr-y", 3, { -3, -10, -3, 0, 0, 0, 3, 10, 3 } },
  { "roberts-x", 2, { -1, 0, 0, 1 } },
  { "roberts-y", 2, { 0, -1, 1, 0 } },
  { "laplacian", 3, { 0, 1, 0, 1, -4, 1, 0, 1, 0 } },
  { "laplacian-8", 3, { 1, 1, 1, 1, -8, 1, 1, 1, 1 } },
  { "edge", 3, { -1, -1, -1, -1, 8, -1, -1, -1, -1 } },
  { "sharpen", 3, { 0, -1, 0, -1, 5, -1, 0, -1, 0 } },
  { "emboss", 3, { -2, -1, 0, -1, 1, 1, 0, 1, 2 } },
  { "line-h", 3, { -1, -1, -1, 2, 2, 2, -1, -1, -1 } },
  { "line-v", 3, { -1, 2, -1, -1, 2, -1, -1, 2, -1 } },
  { "line-45", 3, { -1, -1, 2, -1, 2, -1, 2, -1, -1 } },
  { "line-135", 3, { 2, -1, -1, -1, 2, -1, -1, -1, 2 } },
};

static void
test_tables (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      int                side = tables[i].side;
      g_autofree double *values = cnn_test_draw (tables[i].name, NULL, side, side);
      CnnSize            own = find (tables[i].name)->size (NULL);

      g_test_message ("%s", tables[i].name);
      g_assert_false (find (tables[i].name)->grows);
      g_assert_cmpint (own.height, ==, side);
      g_assert_cmpint (own.width, ==, side);
      for (int j = 0; j < side * side; j++)
        g_assert_cmpfloat (values[j], ==, tables[i].values[j]);
    }
}

/* The way of looking, not the table: brightness that grows to the right or
 * downwards answers with the right sign and size. */
static void
test_signs (void)
{
  static const struct
  {
    const char *name;
    double      right, down;
  } signs[] = {
    { "sobel-x", 8, 0 },   { "sobel-y", 0, 8 },   { "prewitt-x", 6, 0 }, { "prewitt-y", 0, 6 },
    { "scharr-x", 32, 0 }, { "scharr-y", 0, 32 }, { "roberts-x", 1, 1 }, { "roberts-y", -1, 1 },
    { "emboss", 6, 6 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      int                side = find (signs[i].name)->size (NULL).width;
      g_autofree double *values = cnn_test_draw (signs[i].name, NULL, side, side);

      g_test_message ("%s", signs[i].name);
      g_assert_cmpfloat (answer (values, side, grows_right), ==, signs[i].right);
      g_assert_cmpfloat (answer (values, side, grows_down), ==, signs[i].down);
    }
}

/* A small kernel stands in the middle of zeros; an odd row or column is at the
 * bottom or the right. */
static void
test_placement (void)
{
  static const struct
  {
    const char *name;
    int         height, width, top, left;
  } places[] = {
    { "sobel-x", 5, 5, 1, 1 },   { "sobel-x", 4, 4, 0, 0 },   { "sobel-x", 3, 8, 0, 2 },
    { "roberts-y", 3, 3, 0, 0 }, { "roberts-y", 6, 4, 2, 1 }, { "identity", 4, 6, 1, 2 },
    { "identity", 7, 7, 3, 3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      int                height = places[i].height, width = places[i].width;
      int                side = find (places[i].name)->size (NULL).width;
      g_autofree double *small = cnn_test_draw (places[i].name, NULL, side, side);
      g_autofree double *large = cnn_test_draw (places[i].name, NULL, height, width);

      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            int row = y - places[i].top, column = x - places[i].left;
            int inside = row >= 0 && row < side && column >= 0 && column < side;

            g_assert_cmpfloat (large[y * width + x], ==,
                               inside ? small[row * side + column] : 0.0);
          }
    }
}

static void
expect_error (const char *name, const double *args, int height, int width, const char *message)
{
  double             values[16] = { 7.0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (cnn_kernel_draw (find (name), args, (CnnSize) { height, width }, values, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpfloat (values[0], ==, 7.0);
}

static void
test_errors (void)
{
  expect_error ("sobel-x", NULL, 2, 2, "sobel-x is 3×3 and does not fit into 2×2");
  expect_error ("laplacian", NULL, 3, 1, "laplacian is 3×3 and does not fit into 3×1");
  expect_error ("identity", NULL, 0, 0, "identity is 1×1 and does not fit into 0×0");
  expect_error ("box", NULL, 0, 3, "box cannot be drawn at 0×3, expected 1×1 or larger");
  expect_error ("gaussian", (double[]) { 0.01 }, 3, 3,
                "gaussian: sigma is 0.01, expected a number from 0.1 to 100");
  expect_error ("log", (double[]) { 1e9 }, 3, 3,
                "log: sigma is 1e+09, expected a number from 0.1 to 100");
  expect_error ("motion", (double[]) { -361.5 }, 3, 3,
                "motion: angle is -361.5, expected a number from -360 to 360");
  expect_error ("gabor", (double[]) { 0.0, 1.5, 2.0 }, 3, 3,
                "gabor: lambda is 1.5, expected a number from 2 to 1000");
  expect_error ("gabor", (double[]) { 0.0, 4.0, NAN }, 3, 3,
                "gabor: sigma is nan, expected a number from 0.1 to 100");
}

/* The size is asked before the parameters are checked. */
static void
test_wild_sizes (void)
{
  static const double wild[] = { NAN, INFINITY, -INFINITY, 1e300, -1e300, 0.0 };

  for (gsize i = 0; i < G_N_ELEMENTS (wild); i++)
    {
      double args[CNN_KERNEL_MAX_PARAMS] = { wild[i], wild[i], wild[i] };

      g_assert_cmpint (find ("gaussian")->size (args).width, <=, 4095);
      g_assert_cmpint (find ("log")->size (args).height, <=, 4095);
      g_assert_cmpint (find ("gabor")->size (args).width, >=, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/every-kind", test_every_kind);
  g_test_add_func ("/kernels/every-range", test_every_range);
  g_test_add_func ("/kernels/find", test_find);
  g_test_add_func ("/kernels/tables", test_tables);
  g_test_add_func ("/kernels/signs", test_signs);
  g_test_add_func ("/kernels/placement", test_placement);
  g_test_add_func ("/kernels/errors", test_errors);
  g_test_add_func ("/kernels/wild-sizes", test_wild_sizes);
  return g_test_run ();
}
