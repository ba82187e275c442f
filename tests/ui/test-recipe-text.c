/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"
#include "recipe-text.h"

#include <string.h>

/* Recipes: as they were after a way through bytes; and what was damaged is refused in words. */

static void
set (Recipe *recipe, const char *name, const char *value)
{
  g_hash_table_insert (recipe->arguments, g_strdup (name), g_strdup (value));
}

static Recipe *
make_recipe (void)
{
  Recipe *recipe = recipe_new ("plug-in-convolens-feature-maps");

  set (recipe, "network", "# Müllers Netz; eins\nconv 8 3x3 seed=7\n\trelu as=a\\b = \"c\"\n ");
  set (recipe, "mapping", "range-map");
  set (recipe, "stages", "");
  g_free (recipe->picture);
  recipe->picture = g_strdup ("  Übersicht [1] #2 ");
  recipe->tattoo = 0xfffffff0;
  recipe->selection = RECIPE_MASK;
  recipe->bounds = (CnnRect) { 3, 0, 40, 50 };
  recipe->mask.sha256 = g_strnfill (64, 'a');
  recipe->mask.size = 40 * 50 * sizeof (float);
  recipe->mask.packed = 17;
  recipe->file = g_strdup ("/home/a b/models/x;y.onnx");
  recipe->weights.sha256 = g_strnfill (64, '7');
  recipe->weights.size = 123456789;
  recipe->weights.packed = 4096;
  return recipe;
}

static void
assert_equal_data (const RecipeData *a, const RecipeData *b)
{
  g_assert_cmpstr (a->sha256, ==, b->sha256);
  g_assert_cmpuint (a->size, ==, b->size);
  g_assert_cmpuint (a->packed, ==, b->packed);
}

static void
assert_equal_recipes (const Recipe *a, const Recipe *b)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_assert_cmpstr (a->program, ==, b->program);
  g_assert_cmpstr (a->procedure, ==, b->procedure);
  g_assert_cmpstr (a->run, ==, b->run);
  g_assert_cmpstr (a->picture, ==, b->picture);
  g_assert_cmpuint (a->tattoo, ==, b->tattoo);
  g_assert_cmpint (a->selection, ==, b->selection);
  g_assert_cmpmem (&a->bounds, sizeof a->bounds, &b->bounds, sizeof b->bounds);
  assert_equal_data (&a->mask, &b->mask);
  g_assert_cmpstr (a->file, ==, b->file);
  g_assert_cmpint (a->is_model, ==, b->is_model);
  assert_equal_data (&a->weights, &b->weights);
  g_assert_cmpuint (g_hash_table_size (a->arguments), ==, g_hash_table_size (b->arguments));
  g_hash_table_iter_init (&iter, a->arguments);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_assert_cmpstr (g_hash_table_lookup (b->arguments, key), ==, value);
}

static Recipe *
decode (GBytes *bytes, GError **error)
{
  return recipe_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

static void
test_round (void)
{
  g_autoptr (Recipe) recipe = make_recipe ();
  g_autoptr (Recipe) plain  = recipe_new ("plug-in-convolens-apply");
  g_autoptr (Recipe) other  = recipe_new ("plug-in-convolens-apply");
  Recipe            *both[] = { recipe, plain };

  g_assert_cmpstr (plain->run, !=, other->run);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = recipe_encode (both[i]);
      g_autoptr (GBytes) same  = recipe_encode (both[i]);
      g_autoptr (Recipe) found = decode (bytes, &error);

      g_assert_no_error (error);
      assert_equal_recipes (both[i], found);
      g_assert_true (g_bytes_equal (bytes, same));
    }
}

/* What is refused is refused with a sentence, and with one of two codes. */
static void
assert_refused (gconstpointer data, gsize length)
{
  /* A copy that ends where it ends: reading on is seen. */
  g_autofree guint8     *copy  = g_memdup2 (data, length);
  g_autoptr (GError)     error = NULL;
  g_autoptr (Recipe)     found = recipe_decode (copy, length, &error);
  g_autoptr (GError)     wrong = NULL;
  g_autoptr (RecipePart) part  = recipe_part_decode (copy, length, &wrong);

  g_assert_null (found);
  g_assert_null (part);
  g_assert_true (g_error_matches (error, CNN_ERROR, CNN_ERROR_FORMAT) ||
                 g_error_matches (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), >, 20);
  g_assert_nonnull (wrong);
}

static void
test_cut_off (void)
{
  g_autoptr (Recipe) recipe = make_recipe ();
  g_autoptr (GBytes) bytes  = recipe_encode (recipe);

  for (gsize n = 0; n < g_bytes_get_size (bytes); n++)
    assert_refused (g_bytes_get_data (bytes, NULL), n);
}

static void
test_flipped (void)
{
  g_autoptr (Recipe) recipe = make_recipe ();
  g_autoptr (GBytes) bytes  = recipe_encode (recipe);
  gsize              length = g_bytes_get_size (bytes);
  g_autofree guint8 *copy   = g_memdup2 (g_bytes_get_data (bytes, NULL), length);

  for (gsize i = 0; i < length; i++)
    for (int bit = 0; bit < 8; bit++)
      {
        copy[i] ^= (guint8) (1 << bit);
        assert_refused (copy, length);
        copy[i] ^= (guint8) (1 << bit);
      }
}

/* Bytes whose sum is right, as somebody may mean them badly. */
static GBytes *
sealed (const char *text)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  char            *all = g_strdup_printf ("convolens-recipe 1 %s\n%s", sum, text);

  return g_bytes_new_take (all, strlen (all));
}

#define GOOD                                                                                   \
  "[recipe]\nprogram=9.9\nprocedure=p\nrun=r\n"                                                \
  "[picture]\nname=a\ntattoo=1\nselection=all\n"
#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_hostile (void)
{
  static const char *const texts[] = {
    "",
    "no key file",
    "[recipe]\nprogram=1\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=-1\nselection=all\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=5000000000\n"
    "selection=all\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=1x\nselection=all\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=1\nselection=some\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=1\nselection=rectangle\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=1\nselection=rectangle\n"
    "x=0\ny=0\nwidth=0\nheight=1\n",
    "[recipe]\nprogram=1\nprocedure=p\nrun=r\n[picture]\nname=a\ntattoo=1\nselection=mask\n"
    "x=0\ny=0\nwidth=1000000\nheight=1000000\n[mask]\nsha256=" SUM "\nsize=4\npacked=4\n",
    GOOD "[weights]\nis=weights\nfile=a\nsha256=short\nsize=1\npacked=1\n",
    GOOD "[weights]\nis=weights\nfile=a\nsha256=" SUM "\nsize=-1\npacked=1\n",
    GOOD "[weights]\nis=weights\nfile=a\nsha256=" SUM "\nsize=1\npacked=99999999\n",
    GOOD "[weights]\nis=what\nfile=a\nsha256=" SUM "\nsize=1\npacked=1\n",
    GOOD "[arguments]\nnetwork=a\\q\n",
  };
  g_autoptr (GError)  error = NULL;
  g_autoptr (GBytes)  good  = sealed (GOOD "later=2\n[later]\nkey=1\n[arguments]\nnew=1\n");
  g_autoptr (Recipe)  found = decode (good, &error);
  g_autoptr (GString) many  = g_string_new (GOOD "[arguments]\n");
  g_autoptr (GBytes)  bytes = NULL;

  /* Keys that a later program adds are nothing to refuse. */
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (found->arguments, "new"), ==, "1");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bad = sealed (texts[i]);

      assert_refused (g_bytes_get_data (bad, NULL), g_bytes_get_size (bad));
    }
  for (int i = 0; i < 100; i++)
    g_string_append_printf (many, "a%d=1\n", i);
  bytes = sealed (many->str);
  assert_refused (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_versions (void)
{
  static const char *const begins[] = { "convolens-recipe 2 ", "convolens-recipe 999999 " };
  g_autoptr (Recipe) recipe = make_recipe ();
  g_autoptr (GBytes) bytes  = recipe_encode (recipe);
  const char        *rest   = strchr (g_bytes_get_data (bytes, NULL), ' ') + 3;
  gsize length = g_bytes_get_size (bytes) -
                 (gsize) (rest - (const char *) g_bytes_get_data (bytes, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (begins); i++)
    {
      g_autofree char   *all   = g_strdup_printf ("%s%.*s", begins[i], (int) length, rest);
      g_autoptr (GError) error = NULL;

      g_assert_null (recipe_decode (all, strlen (all), &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
      g_assert_nonnull (strstr (error->message, "newer"));
    }
  assert_refused ("convolens-recipe 0 ", 19);
  assert_refused ("convolens-recipe 99999999999999999999 ", 38);
}

static void
test_part (void)
{
  RecipePart             part  = { (char *) "r", 12, 3, -5, 70000, (char *) " map 4 #1\n" };
  g_autoptr (GBytes)     bytes = recipe_part_encode (&part);
  g_autoptr (GError)     error = NULL;
  g_autoptr (RecipePart) found = recipe_part_decode (g_bytes_get_data (bytes, NULL),
                                                     g_bytes_get_size (bytes), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (found->run, ==, part.run);
  g_assert_cmpint (found->stage, ==, part.stage);
  g_assert_cmpint (found->map, ==, part.map);
  g_assert_cmpint (found->x, ==, part.x);
  g_assert_cmpint (found->y, ==, part.y);
  g_assert_cmpstr (found->name, ==, part.name);
  for (gsize n = 0; n < g_bytes_get_size (bytes); n++)
    assert_refused (g_bytes_get_data (bytes, NULL), n);
}

static void
test_packed (void)
{
  gsize              length = 100000;
  g_autofree guint8 *data   = g_malloc (length);
  g_autoptr (GError) error  = NULL;
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (GBytes) again  = NULL;
  RecipeData         about  = { NULL };

  for (gsize i = 0; i < length; i++)
    data[i] = (guint8) (i * i >> 7);
  packed = recipe_pack (&about, data, length);
  g_assert_nonnull (packed);
  g_assert_cmpuint (about.packed, ==, g_bytes_get_size (packed));
  again = recipe_unpack (&about, g_bytes_get_data (packed, NULL), about.packed, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (again, NULL), g_bytes_get_size (again), data, length);

  /* Cut off, changed, or more than was said. */
  for (gsize n = 0; n < about.packed; n += 97)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (packed, NULL), about.packed);
      RecipeData         cut  = { about.sha256, about.size, n };
      RecipeData         less = { about.sha256, n, about.packed };

      g_assert_null (recipe_unpack (&about, copy, n, NULL));
      g_assert_null (recipe_unpack (&cut, copy, n, NULL));
      g_assert_null (recipe_unpack (&less, copy, about.packed, NULL));
      copy[n] ^= 4;
      g_assert_null (recipe_unpack (&about, copy, about.packed, &error));
      g_assert_error (error, CNN_ERROR, CNN_ERROR_FORMAT);
      g_clear_error (&error);
    }
  g_free (about.sha256);
}

/* What cannot be packed into what may travel stays where it is, and its sum is known. */
static void
test_too_large (void)
{
  gsize              length = RECIPE_MAX_PACKED + RECIPE_MAX_PACKED / 4;
  g_autofree guint8 *data   = g_malloc (length);
  g_autofree char   *sum    = NULL;
  guint32            state  = 1;
  RecipeData         about  = { NULL };

  for (gsize i = 0; i < length; i++)
    {
      state = state * 1664525u + 1013904223u;
      data[i] = (guint8) (state >> 24);
    }
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length);
  g_assert_null (recipe_pack (&about, data, length));
  g_assert_cmpstr (about.sha256, ==, sum);
  g_assert_cmpuint (about.size, ==, length);
  g_assert_cmpuint (about.packed, ==, 0);
  g_free (about.sha256);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recipe-text/round", test_round);
  g_test_add_func ("/recipe-text/cut-off", test_cut_off);
  g_test_add_func ("/recipe-text/flipped", test_flipped);
  g_test_add_func ("/recipe-text/hostile", test_hostile);
  g_test_add_func ("/recipe-text/versions", test_versions);
  g_test_add_func ("/recipe-text/part", test_part);
  g_test_add_func ("/recipe-text/packed", test_packed);
  g_test_add_func ("/recipe-text/too-large", test_too_large);
  return g_test_run ();
}
