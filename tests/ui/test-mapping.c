/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "mapping.h"

/* Values of a map to values of pixels. */

#define assert_near(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-6)

static double
grey (const Mapping *mapping, float value)
{
  float pixel;

  mapping_apply (mapping, &value, 1, 1, &pixel, 1);
  return pixel;
}

static MappingRange
range (float min, float max)
{
  return (MappingRange) { min, max };
}

static void
test_range (void)
{
  const float  values[] = { 3, -2, NAN, 7, INFINITY, 0, -INFINITY, 1 };
  MappingRange r        = mapping_range_none ();

  g_assert_true (r.min > r.max);
  mapping_range_add (&r, values + 4, 1);
  g_assert_true (r.min > r.max);
  mapping_range_add (&r, values, 8);
  g_assert_cmpfloat (r.min, ==, -2);
  g_assert_cmpfloat (r.max, ==, 7);

  r = mapping_range_union (range (1, 2), range (-5, 1.5));
  g_assert_cmpfloat (r.min, ==, -5);
  g_assert_cmpfloat (r.max, ==, 2);
  r = mapping_range_union (mapping_range_none (), range (4, 5));
  g_assert_cmpfloat (r.min, ==, 4);
  g_assert_cmpfloat (r.max, ==, 5);
}

/* The extremes may stand anywhere in a long row. */
static void
test_long_range (void)
{
  float values[50];

  for (int n = 1; n <= 50; n++)
    for (int at = 0; at < n; at++)
      {
        MappingRange r = mapping_range_none ();

        for (int i = 0; i < 50; i++)
          values[i] = i % 3 == 0 ? NAN : 1;
        values[at] = 5;
        values[n - 1 - at] = at == n - 1 - at ? 5 : -5;
        mapping_range_add (&r, values, n);
        g_assert_cmpfloat (r.max, ==, 5);
        if (at != n - 1 - at)
          g_assert_cmpfloat (r.min, ==, -5);
      }
}

static void
test_clamp (void)
{
  Mapping m = mapping_new (MAPPING_CLAMP, range (-100, 100));

  g_assert_cmpfloat (grey (&m, 0.25f), ==, 0.25f);
  g_assert_cmpfloat (grey (&m, -0.5f), ==, 0);
  g_assert_cmpfloat (grey (&m, 1.5f), ==, 1);
  g_assert_cmpfloat (grey (&m, INFINITY), ==, 1);
  g_assert_cmpfloat (grey (&m, -INFINITY), ==, 0);
  g_assert_cmpfloat (grey (&m, NAN), ==, 0);
}

static void
test_ranges (void)
{
  for (MappingKind kind = MAPPING_RANGE_MAP; kind <= MAPPING_RANGE_STAGE; kind++)
    {
      Mapping m    = mapping_new (kind, range (-2, 6));
      Mapping flat = mapping_new (kind, range (3, 3));
      Mapping none = mapping_new (kind, mapping_range_none ());

      assert_near (grey (&m, -2), 0);
      assert_near (grey (&m, 0), 0.25);
      assert_near (grey (&m, 6), 1);
      assert_near (grey (&m, INFINITY), 1);
      assert_near (grey (&m, NAN), 0);
      assert_near (grey (&flat, 3), 0);
      assert_near (grey (&none, NAN), 0);
    }
}

/* The largest range there is must not become infinite on the way. */
static void
test_huge (void)
{
  Mapping m = mapping_new (MAPPING_RANGE_MAP, range (-G_MAXFLOAT, G_MAXFLOAT));

  assert_near (grey (&m, 0), 0.5);
  assert_near (grey (&m, G_MAXFLOAT), 1);
}

static void
test_signed (void)
{
  Mapping m    = mapping_new (MAPPING_SIGNED, range (-4, 2));
  Mapping zero = mapping_new (MAPPING_SIGNED, range (0, 0));

  assert_near (grey (&m, 0), 0.5);
  assert_near (grey (&m, -4), 0);
  assert_near (grey (&m, 2), 0.75);
  assert_near (grey (&m, NAN), 0.5);
  assert_near (grey (&zero, 0), 0.5);
}

static void
assert_colour (const Mapping *mapping, float value, double red, double green, double blue)
{
  float rgb[3];

  mapping_apply (mapping, &value, 1, 3, rgb, 3);
  assert_near (rgb[0], red);
  assert_near (rgb[1], green);
  assert_near (rgb[2], blue);
}

static void
test_diverging (void)
{
  Mapping m    = mapping_new (MAPPING_DIVERGING, range (-4, 2));
  Mapping zero = mapping_new (MAPPING_DIVERGING, range (0, 0));

  assert_colour (&m, 0, 1, 1, 1);
  assert_colour (&m, -4, 0, 0, 1);
  assert_colour (&m, -1, 0.75, 0.75, 1);
  assert_colour (&m, 2, 1, 0.5, 0.5);
  assert_colour (&m, INFINITY, 1, 0, 0);
  assert_colour (&m, NAN, 1, 1, 1);
  assert_colour (&zero, 0, 1, 1, 1);
}

static void
test_raw (void)
{
  Mapping m = mapping_new (MAPPING_RAW, range (0, 1));

  g_assert_cmpfloat (grey (&m, -1234.5f), ==, -1234.5f);
  g_assert_cmpfloat (grey (&m, INFINITY), ==, INFINITY);
  g_assert_true (isnan (grey (&m, NAN)));
}

/* All but the diverging one are grey. */
static void
test_grey_as_colour (void)
{
  for (MappingKind kind = MAPPING_CLAMP; kind <= MAPPING_RAW; kind++)
    {
      Mapping m = mapping_new (kind, range (-1, 3));
      double  pixel;

      if (kind == MAPPING_DIVERGING)
        continue;
      pixel = grey (&m, 0.5f);
      assert_colour (&m, 0.5f, pixel, pixel, pixel);
    }
}

/* A row of pixels with room for alpha between them, which is left alone. */
static void
test_row (void)
{
  const float values[] = { 0, 1, 2 };
  Mapping     m        = mapping_new (MAPPING_RANGE_MAP, range (0, 2));
  float       pixels[] = { 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9 };

  mapping_apply (&m, values, 3, 1, pixels, 2);
  g_assert_cmpfloat (pixels[2], ==, 0.5f);
  g_assert_cmpfloat (pixels[3], ==, 9);
  g_assert_cmpfloat (pixels[4], ==, 1);
  mapping_apply (&m, values, 3, 3, pixels, 4);
  for (int i = 0; i < 12; i++)
    g_assert_cmpfloat (pixels[i], ==, i % 4 == 3 ? 9 : values[i / 4] / 2);
}

/* Each channel has its own range, wherever its extremes stand. */
static void
test_channel_ranges (void)
{
  const int      channels[] = { 1, 2, 3, 8, 40, 64, 65, 130 };
  const int      n          = 70;
  g_autoptr (GRand) random  = g_rand_new_with_seed (1);

  for (guint t = 0; t < G_N_ELEMENTS (channels); t++)
    {
      int                      c      = channels[t];
      g_autofree float        *values = g_new (float, n * c);
      g_autofree MappingRange *all    = g_new (MappingRange, c);

      for (int i = 0; i < n * c; i++)
        values[i] = i % 7 == 0 ? NAN : g_rand_double_range (random, -1, 1) + i % c;
      for (int k = 0; k < c; k++)
        all[k] = mapping_range_none ();
      mapping_ranges_add (all, c, values, 1);
      mapping_ranges_add (all, c, values + c, n - 1);
      for (int k = 0; k < c; k++)
        {
          MappingRange one = mapping_range_none ();

          for (int i = 0; i < n; i++)
            mapping_range_add (&one, values + i * c + k, 1);
          g_assert_cmpfloat (all[k].min, ==, one.min);
          g_assert_cmpfloat (all[k].max, ==, one.max);
        }
    }
}

static void
assert_bytes (const Mapping *m, float value)
{
  double exact = 255.0 * grey (m, value);
  guint8 bytes[20];
  float  values[20];

  for (int i = 0; i < 20; i++)
    values[i] = i == 18 ? value : 0;
  mapping_apply_bytes (m, values, 20, bytes);
  g_assert_cmpfloat (fabs (bytes[18] - exact), <=, 0.5001);
}

/* The byte is the nearest, also of what is no number or lies far outside. */
static void
test_bytes (void)
{
  const MappingKind  kinds[]  = { MAPPING_CLAMP, MAPPING_RANGE_MAP, MAPPING_SIGNED };
  const MappingRange ranges[] = { { -2, 6 }, { 3, 3 }, { 0, 0 }, { -G_MAXFLOAT, G_MAXFLOAT },
                                  { 1e6f, 1e6f + 4 }, { 0, 1e-40f }, { INFINITY, -INFINITY } };
  const float odd[] = { NAN, INFINITY, -INFINITY, G_MAXFLOAT, -G_MAXFLOAT, 0, -0.0f, 1 };

  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    for (guint r = 0; r < G_N_ELEMENTS (ranges); r++)
      {
        Mapping m    = mapping_new (kinds[k], ranges[r]);
        double  low  = kinds[k] == MAPPING_CLAMP ? 0 : ranges[r].min;
        double  high = kinds[k] == MAPPING_CLAMP ? 1 : ranges[r].max;

        for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
          assert_bytes (&m, odd[i]);
        for (int i = -100; i <= 1100 && low <= high; i++)
          assert_bytes (&m, low / 1000 * (1000 - i) + high / 1000 * i);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mapping/range", test_range);
  g_test_add_func ("/mapping/long-range", test_long_range);
  g_test_add_func ("/mapping/clamp", test_clamp);
  g_test_add_func ("/mapping/ranges", test_ranges);
  g_test_add_func ("/mapping/huge", test_huge);
  g_test_add_func ("/mapping/signed", test_signed);
  g_test_add_func ("/mapping/diverging", test_diverging);
  g_test_add_func ("/mapping/raw", test_raw);
  g_test_add_func ("/mapping/grey-as-colour", test_grey_as_colour);
  g_test_add_func ("/mapping/row", test_row);
  g_test_add_func ("/mapping/channel-ranges", test_channel_ranges);
  g_test_add_func ("/mapping/bytes", test_bytes);
  return g_test_run ();
}
