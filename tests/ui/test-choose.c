/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "choose.h"
#include "error.h"

/* The lists in which a person says which layers and which maps. */

static int
find (const char *name, gpointer data)
{
  if (g_str_equal (name, "a"))
    return 2;
  if (g_str_equal (name, "c-d"))
    return 4;
  return -1;
}

static char *
join (const GArray *numbers)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < numbers->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "", g_array_index (numbers, int, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_stages (const char *text, const char *expected)
{
  g_autoptr (GError) error  = NULL;
  g_autoptr (GArray) stages = choose_stages (text, 5, find, NULL, &error);
  g_autofree char   *found  = NULL;

  g_assert_no_error (error);
  found = join (stages);
  g_assert_cmpstr (found, ==, expected);
}

static void
assert_stages_fail (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (choose_stages (text, 5, find, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_stages (void)
{
  assert_stages ("last", "5");
  assert_stages ("all", "1 2 3 4 5");
  assert_stages ("3", "3");
  assert_stages ("2-4", "2 3 4");
  assert_stages ("5,1", "1 5");
  assert_stages (" 1 , 3-5 , a ", "1 2 3 4 5");
  assert_stages ("a", "2");
  assert_stages ("c-d,1", "1 4");
  assert_stages ("1,1,1-2,a", "1 2");
  assert_stages ("1,last", "1 5");
}

static void
test_stages_wrong (void)
{
  assert_stages_fail ("", "stages: nothing is chosen");
  assert_stages_fail ("  ", "stages: nothing is chosen");
  assert_stages_fail ("1,,2", "stages: item 2 of “1,,2” is empty");
  assert_stages_fail ("1,", "stages: item 2 of “1,” is empty");
  assert_stages_fail ("0", "stages: “0”: numbers are counted from 1");
  assert_stages_fail ("0-2", "stages: “0-2”: numbers are counted from 1");
  assert_stages_fail ("4-2", "stages: the range “4-2” runs backwards");
  assert_stages_fail ("6", "stages: there is no layer 6, the network has 5 layers");
  assert_stages_fail ("3-9", "stages: there is no layer 9, the network has 5 layers");
  assert_stages_fail ("99999999999999999999",
                      "stages: there is no layer 2147483646, the network has 5 layers");
  assert_stages_fail ("b", "stages: “b” is not a layer; write a number from 1 to 5, a range, a "
                           "name given with as=, “last” or “all”");
  assert_stages_fail ("2x", "stages: “2x” is not a layer; write a number from 1 to 5, a range, a "
                            "name given with as=, “last” or “all”");
  assert_stages_fail ("2-", "stages: “2-” is not a layer; write a number from 1 to 5, a range, a "
                            "name given with as=, “last” or “all”");
}

static void
test_no_layers (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (choose_stages ("last", 0, find, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_cmpstr (error->message, ==, "the network has no layers");
}

static void
assert_maps (const char *text, int n, const char *expected, int last)
{
  g_autoptr (GError) error   = NULL;
  g_autoptr (GArray) ranges  = choose_ranges (text, &error);
  g_autoptr (GArray) numbers = NULL;
  g_autofree char   *found   = NULL;

  g_assert_no_error (error);
  numbers = choose_numbers (ranges, n);
  found = join (numbers);
  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpint (choose_last (ranges), ==, last);
}

static void
assert_maps_fail (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (choose_ranges (text, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_maps (void)
{
  assert_maps ("all", 3, "0 1 2", 0);
  assert_maps ("1", 3, "0", 1);
  assert_maps ("1-3,12", 20, "0 1 2 11", 12);
  assert_maps ("3,1,3", 4, "0 2", 3);
  assert_maps ("2-9", 4, "1 2 3", 9);
  assert_maps ("7", 4, "", 7);
  assert_maps ("all,2", 3, "0 1 2", 2);
}

static void
test_maps_wrong (void)
{
  assert_maps_fail ("", "maps: nothing is chosen");
  assert_maps_fail ("a", "maps: “a” is neither a number, nor a range like 3-5, nor “all”");
  assert_maps_fail ("-1", "maps: “-1” is neither a number, nor a range like 3-5, nor “all”");
  assert_maps_fail ("1.5", "maps: “1.5” is neither a number, nor a range like 3-5, nor “all”");
  assert_maps_fail ("0", "maps: “0”: numbers are counted from 1");
  assert_maps_fail ("5-3", "maps: the range “5-3” runs backwards");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/choose/stages", test_stages);
  g_test_add_func ("/choose/stages-wrong", test_stages_wrong);
  g_test_add_func ("/choose/no-layers", test_no_layers);
  g_test_add_func ("/choose/maps", test_maps);
  g_test_add_func ("/choose/maps-wrong", test_maps_wrong);
  return g_test_run ();
}
