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

/* "2 4(1,3-)": the layers, and of those that say it themselves which maps. */
static char *
join_stages (const GArray *stages)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < stages->len; i++)
    {
      const ChooseStage *stage = &g_array_index (stages, ChooseStage, i);

      g_string_append_printf (text, "%s%d", i > 0 ? " " : "", stage->layer);
      for (guint k = 0; stage->maps != NULL && k < stage->maps->len; k++)
        {
          const ChooseRange *range = &g_array_index (stage->maps, ChooseRange, k);

          g_string_append_printf (text, "%c%d", k == 0 ? '(' : ',', range->first);
          if (range->last == G_MAXINT)
            g_string_append_c (text, '-');
          else if (range->last != range->first)
            g_string_append_printf (text, "-%d", range->last);
        }
      if (stage->maps != NULL)
        g_string_append_c (text, ')');
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_stages (const char *text, const char *expected)
{
  g_autoptr (GError) error  = NULL;
  g_autoptr (GArray) stages = choose_stages (text, 5, find, NULL, &error);
  g_autofree char   *found  = NULL;

  g_assert_no_error (error);
  found = join_stages (stages);
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
test_own_maps (void)
{
  assert_stages ("1:2", "1(2)");
  assert_stages ("1:1-3+7,3,a:2", "1(1-3,7) 2(2) 3");
  assert_stages (" 1 : 4 + 6-8 , a ", "1(4,6-8) 2");
  assert_stages ("last:all", "5(1-)");
  assert_stages ("2-4:1+3", "2(1,3) 3(1,3) 4(1,3)");
  assert_stages ("all,2:1", "1 2(1) 3 4 5");
  assert_stages ("2:1,all", "1 2(1) 3 4 5");
  assert_stages ("2:1,a:3", "2(1,3)");
  assert_stages ("c-d:9", "4(9)");
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

  assert_stages_fail ("1:", "stages: “1:”: no maps are chosen after the colon");
  assert_stages_fail ("1: ,2", "stages: “1:”: no maps are chosen after the colon");
  assert_stages_fail ("1:0", "stages: “1:0”: numbers are counted from 1");
  assert_stages_fail ("1:3-2", "stages: the range “1:3-2” runs backwards");
  assert_stages_fail ("7:1", "stages: there is no layer 7, the network has 5 layers");
  assert_stages_fail (":1", "stages: “” is not a layer; write a number from 1 to 5, a range, a "
                            "name given with as=, “last” or “all”");
  for (const char *const *text = (const char *const[]) { "1:x", "1:1+", "1:+1", "1:1:2", "1:1-",
                                                         "1:1 - 3", NULL };
       *text != NULL; text++)
    {
      g_autofree char *message =
        g_strdup_printf ("stages: “%s”: the maps after the colon are numbers and ranges with + "
                         "between, like 1-3+7, or “all”",
                         *text);

      assert_stages_fail (*text, message);
    }
}

static void
assert_print (const char *text, int n_layers, const char *expected)
{
  g_autoptr (GError) error  = NULL;
  g_autoptr (GArray) stages = choose_stages (text, 5, find, NULL, &error);
  g_autofree char   *found  = NULL;

  g_assert_no_error (error);
  found = choose_print (stages, n_layers);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_print (void)
{
  g_autoptr (GArray) none  = choose_stages_new ();
  g_autofree char   *empty = choose_print (none, 5);

  g_assert_cmpstr (empty, ==, "");
  assert_print ("5", 5, "last");
  assert_print ("5", 0, "5");
  assert_print ("1-5", 5, "all");
  assert_print ("1-5", 0, "1-5");
  assert_print ("1,2,3", 5, "1-3");
  assert_print ("4-5,1", 5, "1,4-5");
  assert_print ("5,3", 5, "3,last");
  assert_print ("3:1+2-2+7-9", 5, "3:1+2+7-9");
  assert_print ("1-2:3,3:4,4-5", 5, "1-2:3,3:4,4-5");
  assert_print ("all:all", 5, "all:all");
}

/* What is printed says what was chosen, whatever that is. */
static void
test_print_random (void)
{
  for (int round = 0; round < 500; round++)
    {
      g_autoptr (GError) error  = NULL;
      g_autoptr (GArray) stages = choose_stages_new ();
      g_autoptr (GArray) again  = NULL;
      g_autofree char   *text   = NULL;
      g_autofree char   *before = NULL;
      g_autofree char   *after  = NULL;

      for (int layer = 1; layer <= 5; layer++)
        {
          g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (int));
          g_autoptr (GArray) maps    = NULL;
          int                n       = g_test_rand_int_range (1, 9);

          for (int k = 0; k < n; k++)
            if (g_test_rand_int_range (0, 3) > 0)
              g_array_append_val (numbers, k);
          if (numbers->len > 0)
            {
              g_autoptr (GArray) unpacked = NULL;

              maps = choose_pack (numbers, n);
              unpacked = choose_numbers (maps, n);
              g_assert_cmpmem (unpacked->data, unpacked->len * sizeof (int), numbers->data,
                               numbers->len * sizeof (int));
            }
          if (g_test_rand_int_range (0, 2) == 0)
            choose_stages_add (stages, layer, g_test_rand_int_range (0, 2) == 0 ? maps : NULL);
        }
      if (stages->len == 0)
        continue;
      text = choose_print (stages, 5);
      again = choose_stages (text, 5, find, NULL, &error);
      g_assert_no_error (error);
      before = join_stages (stages);
      after = join_stages (again);
      g_assert_cmpstr (after, ==, before);
    }
}

static void
assert_pack (const char *text, int n, const char *expected)
{
  g_autoptr (GArray) ranges  = choose_ranges (text, NULL);
  g_autoptr (GArray) numbers = choose_numbers (ranges, n);
  g_autoptr (GArray) packed  = choose_pack (numbers, n);
  g_autoptr (GArray) stages  = choose_stages_new ();
  g_autofree char   *found   = NULL;

  choose_stages_add (stages, 1, packed);
  found = choose_print (stages, 0);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_pack (void)
{
  assert_pack ("1", 3, "1:1");
  assert_pack ("1", 1, "1:all");
  assert_pack ("3,1,2", 3, "1:all");
  assert_pack ("3,1,2", 4, "1:1-3");
  assert_pack ("2-3,5,7-20", 9, "1:2-3+5+7-9");
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
  g_test_add_func ("/choose/own-maps", test_own_maps);
  g_test_add_func ("/choose/stages-wrong", test_stages_wrong);
  g_test_add_func ("/choose/print", test_print);
  g_test_add_func ("/choose/print-random", test_print_random);
  g_test_add_func ("/choose/pack", test_pack);
  g_test_add_func ("/choose/no-layers", test_no_layers);
  g_test_add_func ("/choose/maps", test_maps);
  g_test_add_func ("/choose/maps-wrong", test_maps_wrong);
  return g_test_run ();
}
