/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What travels with a result: its recipe, the network's weights and the part of the picture,
 * each a parasite of the layer or the group. They are saved with the image, and a step back
 * takes them back. */

#include "recipe.h"

#include <glib/gstdio.h>

#include "onnx/save.h"

/* Weights that all results of one run carry together. */
#define MOST_TOGETHER ((gsize) 16 << 20)

/* --- arguments -------------------------------------------------------------------------------- */

/* Texts, choices and numbers; what else a procedure can be told is the image or a file. */
static void
keep_argument (Recipe *recipe, GObject *config, GParamSpec *spec)
{
  g_auto (GValue) value = G_VALUE_INIT;
  char           *text  = NULL;

  if (spec->owner_type != G_OBJECT_TYPE (config) || g_str_equal (spec->name, "run-mode"))
    return;
  g_value_init (&value, spec->value_type);
  g_object_get_property (config, spec->name, &value);
  if (G_VALUE_HOLDS_STRING (&value))
    text = g_strdup (g_value_get_string (&value) != NULL ? g_value_get_string (&value) : "");
  else if (G_VALUE_HOLDS_INT (&value))
    text = g_strdup_printf ("%d", g_value_get_int (&value));
  if (text != NULL)
    g_hash_table_insert (recipe->arguments, g_strdup (spec->name), text);
}

static void
keep_arguments (Recipe *recipe, GObject *config)
{
  g_autofree GParamSpec **specs = NULL;
  guint                   n;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (config), &n);
  for (guint i = 0; i < n; i++)
    keep_argument (recipe, config, specs[i]);
}

/* --- the part of the picture ------------------------------------------------------------------ */

static gboolean
is_all_ones (const float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (values[i] != 1.0f)
      return FALSE;
  return TRUE;
}

static void
keep_selection (RecipeKit *kit, const Coverage *coverage)
{
  Recipe           *recipe = kit->recipe;
  const CnnRect    *bounds = &coverage->bounds;
  gsize             n      = (gsize) bounds->width * bounds->height;
  g_autofree float *values = NULL;

  if (coverage->selection == NULL)
    return;
  recipe->bounds = *bounds;
  recipe->selection = RECIPE_UNKNOWN;
  if (n * sizeof (float) > RECIPE_MAX_UNPACKED)
    return;
  values = g_new (float, n);
  coverage_read_selection (coverage, bounds, values);
  recipe->selection = RECIPE_RECTANGLE;
  if (is_all_ones (values, n))
    return;
  kit->mask = recipe_pack (&recipe->mask, values, n * sizeof (float));
  recipe->selection = kit->mask != NULL ? RECIPE_MASK : RECIPE_UNKNOWN;
}

/* --- kits ------------------------------------------------------------------------------------- */

/**
 * recipe_kit_new:
 * @procedure: what makes the result
 * @config: (nullable): its arguments; %NULL where they are said later
 * @picture: the layer that it is made from
 * @coverage: what of it counts
 *
 * Returns: (transfer full): what is to travel with the result, but for weights
 */
RecipeKit *
recipe_kit_new (const char *procedure, GimpProcedureConfig *config, GimpLayer *picture,
                const Coverage *coverage)
{
  RecipeKit *kit = g_new0 (RecipeKit, 1);

  kit->recipe = recipe_new (procedure);
  if (config != NULL)
    keep_arguments (kit->recipe, G_OBJECT (config));
  recipe_kit_set_picture (kit, picture);
  keep_selection (kit, coverage);
  return kit;
}

void
recipe_kit_free (RecipeKit *kit)
{
  g_clear_pointer (&kit->recipe, recipe_free);
  g_clear_pointer (&kit->weights, g_bytes_unref);
  g_clear_pointer (&kit->mask, g_bytes_unref);
  g_free (kit);
}

/** recipe_kit_set_picture: says which layer it is made from */
void
recipe_kit_set_picture (RecipeKit *kit, GimpLayer *picture)
{
  g_free (kit->recipe->picture);
  kit->recipe->picture = gimp_item_get_name (GIMP_ITEM (picture));
  kit->recipe->tattoo = gimp_item_get_tattoo (GIMP_ITEM (picture));
}

/** recipe_kit_set_text: says another value of an argument than the config did */
void
recipe_kit_set_text (RecipeKit *kit, const char *argument, const char *text)
{
  g_hash_table_insert (kit->recipe->arguments, g_strdup (argument), g_strdup (text));
}

/** recipe_kit_set_run: says that it belongs to what is there already */
void
recipe_kit_set_run (RecipeKit *kit, const char *run)
{
  g_free (kit->recipe->run);
  kit->recipe->run = g_strdup (run);
}

/* A large file is only summed up. */
static GBytes *
pack_file (RecipeData *about, const char *file)
{
  g_autofree char *data = NULL;
  gsize            length;
  GStatBuf         is;

  if (g_stat (file, &is) != 0)
    return NULL;
  if ((guint64) is.st_size > RECIPE_MAX_UNPACKED)
    {
      about->sha256 = cnn_apply_key (file, NULL);
      about->size = (gsize) is.st_size;
      about->packed = 0;
      return NULL;
    }
  if (!g_file_get_contents (file, &data, &length, NULL))
    return NULL;
  return recipe_pack (about, data, length);
}

/**
 * recipe_kit_set_file:
 * @file: (nullable): where the network's weights are
 * @is_model: whether the file is the network, rather than what its text names
 *
 * Takes the weights along where they are small enough, and what is needed to know the file
 * again.
 *
 * Returns: whether the file could be read
 */
gboolean
recipe_kit_set_file (RecipeKit *kit, const char *file, gboolean is_model)
{
  Recipe *recipe = kit->recipe;

  g_clear_pointer (&kit->weights, g_bytes_unref);
  g_clear_pointer (&recipe->file, g_free);
  g_clear_pointer (&recipe->weights.sha256, g_free);
  if (file == NULL)
    return TRUE;
  recipe->is_model = is_model;
  kit->weights = pack_file (&recipe->weights, file);
  if (recipe->weights.sha256 != NULL)
    recipe->file = g_canonicalize_filename (file, NULL);
  return recipe->file != NULL;
}

/**
 * recipe_kit_set_network:
 * @network: a network that is in no file
 * @picture: shape of the picture that it is for
 *
 * Returns: whether it is small enough to travel
 */
gboolean
recipe_kit_set_network (RecipeKit *kit, CnnNetwork *network, CnnShape picture)
{
  g_autofree char *path = NULL;
  int              file = g_file_open_tmp ("convolens-XXXXXX.onnx", &path, NULL);
  gboolean         done;

  if (file < 0)
    return FALSE;
  g_close (file, NULL);
  done = cnn_model_save (network, cnn_network_input (network, picture), NULL, path, NULL) &&
         recipe_kit_set_file (kit, path, TRUE) && kit->weights != NULL;
  g_unlink (path);
  if (done)
    {
      g_free (kit->recipe->file);
      kit->recipe->file = g_strdup ("");
    }
  return done;
}

/**
 * recipe_kit_keep_for:
 * @n_results: how many groups will carry it
 *
 * Leaves the weights behind where together they would be too large.
 */
void
recipe_kit_keep_for (RecipeKit *kit, guint n_results)
{
  if (kit->weights == NULL || g_bytes_get_size (kit->weights) * n_results <= MOST_TOGETHER)
    return;
  g_clear_pointer (&kit->weights, g_bytes_unref);
  kit->recipe->weights.packed = 0;
}

/* --- on layers -------------------------------------------------------------------------------- */

static gboolean
attach (GimpItem *item, const char *name, GBytes *bytes)
{
  gsize         length;
  gconstpointer data     = g_bytes_get_data (bytes, &length);
  GimpParasite *parasite = gimp_parasite_new (name,
                                              GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE,
                                              (guint32) length, data);
  gboolean      attached = gimp_item_attach_parasite (item, parasite);

  gimp_parasite_free (parasite);
  return attached;
}

/* Asking for one that is not there is an error, which GIMP would tell of. */
static GimpParasite *
get_parasite (GimpItem *item, const char *name)
{
  g_auto (GStrv) names = gimp_item_get_parasite_list (item);

  return names != NULL && g_strv_contains ((const char *const *) names, name)
           ? gimp_item_get_parasite (item, name)
           : NULL;
}

static GBytes *
get_bytes (GimpItem *item, const char *name)
{
  GimpParasite *parasite = get_parasite (item, name);
  gconstpointer data;
  guint32       length;
  GBytes       *bytes;

  if (parasite == NULL)
    return NULL;
  data = gimp_parasite_get_data (parasite, &length);
  bytes = g_bytes_new (data, length);
  gimp_parasite_free (parasite);
  return bytes;
}

static gboolean
attach_or_detach (GimpItem *item, const char *name, GBytes *bytes)
{
  g_auto (GStrv) names = NULL;

  if (bytes != NULL)
    return attach (item, name, bytes);
  names = gimp_item_get_parasite_list (item);
  if (names != NULL && g_strv_contains ((const char *const *) names, name))
    gimp_item_detach_parasite (item, name);
  return TRUE;
}

/**
 * recipe_kit_attach:
 * @item: the result: a layer or a group
 *
 * Returns: whether it carries all of it now
 */
gboolean
recipe_kit_attach (const RecipeKit *kit, GimpItem *item)
{
  g_autoptr (GBytes) text = recipe_encode (kit->recipe);

  return attach (item, RECIPE_PARASITE, text) &&
         attach_or_detach (item, RECIPE_WEIGHTS_PARASITE, kit->weights) &&
         attach_or_detach (item, RECIPE_MASK_PARASITE, kit->mask);
}

/** recipe_is_on: whether the item says that it is a result */
gboolean
recipe_is_on (GimpItem *item)
{
  g_auto (GStrv) names = gimp_item_get_parasite_list (item);

  return names != NULL && g_strv_contains ((const char *const *) names, RECIPE_PARASITE);
}

/**
 * recipe_kit_read:
 * @item: a result
 *
 * Returns: (transfer full): what travelled with it; or %NULL. Errors: those of recipe_decode()
 */
RecipeKit *
recipe_kit_read (GimpItem *item, GError **error)
{
  g_autoptr (RecipeKit) kit  = g_new0 (RecipeKit, 1);
  g_autoptr (GBytes)    text = get_bytes (item, RECIPE_PARASITE);
  gsize                 length = 0;
  gconstpointer         data   = text != NULL ? g_bytes_get_data (text, &length) : NULL;

  kit->recipe = recipe_decode (data != NULL ? data : "", length, error);
  if (kit->recipe == NULL)
    return NULL;
  if (kit->recipe->weights.packed > 0)
    kit->weights = get_bytes (item, RECIPE_WEIGHTS_PARASITE);
  if (kit->recipe->selection == RECIPE_MASK)
    kit->mask = get_bytes (item, RECIPE_MASK_PARASITE);
  return g_steal_pointer (&kit);
}

/** recipe_part_attach: says what the item is in its result. Returns: whether that was possible */
gboolean
recipe_part_attach (const RecipePart *part, GimpItem *item)
{
  g_autoptr (GBytes) text = recipe_part_encode (part);

  return attach (item, RECIPE_PART_PARASITE, text);
}

/**
 * recipe_part_read:
 *
 * Returns: (transfer full) (nullable): what the item is in its result; %NULL where it is in
 *   none, or does not say so any more
 */
RecipePart *
recipe_part_read (GimpItem *item)
{
  g_autoptr (GBytes) text = get_bytes (item, RECIPE_PART_PARASITE);
  gsize              length;
  gconstpointer      data;

  if (text == NULL)
    return NULL;
  data = g_bytes_get_data (text, &length);
  return recipe_part_decode (data != NULL ? data : "", length, NULL);
}
