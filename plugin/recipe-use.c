/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From a recipe back to what a run needs: arguments, weights in a file, what of the picture
 * counts. */

#include "recipe-use.h"

#include <errno.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "text.h"

/* --- weights ---------------------------------------------------------------------------------- */

static gboolean
is_file (const char *path, const RecipeData *about)
{
  g_autofree char *sum = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? cnn_apply_key (path, NULL)
                                                                    : NULL;

  return sum != NULL && strcmp (sum, about->sha256) == 0;
}

/* A file of the user's cache, named by what is in it. */
static gboolean
unpack (const RecipeKit *kit, char **path, GError **error)
{
  const RecipeData   *about  = &kit->recipe->weights;
  g_autofree char    *folder = g_build_filename (g_get_user_cache_dir (), "convolens", "weights",
                                                 NULL);
  g_autofree char    *name   = g_strconcat (about->sha256, ".onnx", NULL);
  g_autofree char    *file   = g_build_filename (folder, name, NULL);
  g_autoptr (GError)  why    = NULL;
  g_autoptr (GBytes)  bytes  = NULL;
  gsize               length = 0;
  gconstpointer       data   = kit->weights ? g_bytes_get_data (kit->weights, &length) : NULL;

  if (!is_file (file, about))
    {
      bytes = recipe_unpack (about, data != NULL ? data : "", length, error);
      if (bytes == NULL)
        return FALSE;
      data = g_bytes_get_data (bytes, &length);
      g_mkdir_with_parents (folder, 0700);
      if (!g_file_set_contents (file, data, (gssize) length, &why))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be written: %s"), file,
                       why->message);
          return FALSE;
        }
    }
  *path = g_steal_pointer (&file);
  return TRUE;
}

/**
 * recipe_use_weights:
 * @path: (out) (transfer full) (nullable): a file that has them; %NULL where the network has
 *   none in files
 *
 * Returns: whether they are to be had, to the bit. Errors: %CNN_ERROR_IO where the file is gone
 *   or another one and they did not travel, %CNN_ERROR_FORMAT where they are damaged
 */
gboolean
recipe_use_weights (const RecipeKit *kit, char **path, GError **error)
{
  const Recipe *recipe = kit->recipe;

  *path = NULL;
  if (recipe->file == NULL)
    return TRUE;
  if (*recipe->file != '\0' && is_file (recipe->file, &recipe->weights))
    {
      *path = g_strdup (recipe->file);
      return TRUE;
    }
  if (recipe->weights.packed > 0)
    return unpack (kit, path, error);
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
               g_file_test (recipe->file, G_FILE_TEST_EXISTS)
                 ? _("“%s” has changed since the network's weights were read from it, and they "
                     "were too large to travel with the picture")
                 : _("“%s” is not there any more, and the network's weights in it were too large "
                     "to travel with the picture"),
               recipe->file);
  return FALSE;
}

/* --- arguments -------------------------------------------------------------------------------- */

static gboolean
not_known (const char *name, const char *value, GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("it was made with %s=%s, which this version of the program does not know"), name,
               value);
  return FALSE;
}

static gboolean
set_argument (GObject *config, const char *name, const char *value, GError **error)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), name);
  gint64      number;

  if (spec == NULL)
    return not_known (name, value, error);
  if (GIMP_IS_PARAM_SPEC_CHOICE (spec) &&
      !gimp_choice_is_valid (gimp_param_spec_choice_get_choice (spec), value))
    return not_known (name, value, error);
  if (spec->value_type == G_TYPE_STRING)
    g_object_set (config, name, value, NULL);
  else if (G_IS_PARAM_SPEC_INT (spec) &&
           g_ascii_string_to_signed (value, 10, G_PARAM_SPEC_INT (spec)->minimum,
                                     G_PARAM_SPEC_INT (spec)->maximum, &number, NULL))
    g_object_set (config, name, (int) number, NULL);
  else
    return not_known (name, value, error);
  return TRUE;
}

/* (transfer full): a network's text whose first line names another file. */
static char *
with_file (const char *text, const char *file)
{
  g_autoptr (GArray)  layers = cnn_text_split (text);
  const CnnTextLayer *first  = NULL;
  g_autofree char    *words  = NULL;
  g_autofree char    *other  = NULL;

  for (guint i = 0; i < layers->len && first == NULL; i++)
    if (!g_array_index (layers, CnnTextLayer, i).off)
      first = &g_array_index (layers, CnnTextLayer, i);
  if (first == NULL)
    return g_strdup (text);
  words = cnn_text_words (text, first);
  other = cnn_text_set_param (words, "weights", file, NULL);
  if (other == NULL)
    return g_strdup (text);
  return g_strdup_printf ("%.*s%s%s", (int) first->span.start, text, other,
                          text + first->span.start + first->span.length);
}

/**
 * recipe_use_arguments:
 * @path: (nullable): from recipe_use_weights()
 * @config: arguments of the recipe's procedure
 *
 * Sets them to what they were.
 *
 * Returns: whether this program knows them all. Errors: %CNN_ERROR_UNSUPPORTED
 */
gboolean
recipe_use_arguments (const RecipeKit *kit, const char *path, GimpProcedureConfig *config,
                      GError **error)
{
  const Recipe   *recipe = kit->recipe;
  GHashTableIter  iter;
  gpointer        name, value;

  g_hash_table_iter_init (&iter, recipe->arguments);
  while (g_hash_table_iter_next (&iter, &name, &value))
    if (!set_argument (G_OBJECT (config), name, value, error))
      return FALSE;
  if (path != NULL && recipe->is_model)
    {
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_object_set (config, "model", file, NULL);
    }
  else if (path != NULL && strcmp (path, recipe->file) != 0)
    {
      g_autofree char *text  = NULL;
      g_autofree char *other = NULL;

      g_object_get (config, "network", &text, NULL);
      other = with_file (text != NULL ? text : "", path);
      g_object_set (config, "network", other, NULL);
    }
  return TRUE;
}

/**
 * recipe_use_again:
 * @path: (nullable): from recipe_use_weights()
 * @fresh: the recipe of what was made since with the same arguments, or with others
 *
 * Where that is still about the same weights, it says of them what the first recipe said, not
 * the place of the cache.
 */
void
recipe_use_again (const RecipeKit *kit, const char *path, RecipeKit *fresh)
{
  const char      *text = g_hash_table_lookup (fresh->recipe->arguments, "network");
  g_autofree char *other = NULL;

  if (path == NULL || fresh->recipe->file == NULL || strcmp (fresh->recipe->file, path) != 0 ||
      strcmp (path, kit->recipe->file) == 0)
    return;
  g_free (fresh->recipe->file);
  fresh->recipe->file = g_strdup (kit->recipe->file);
  if (fresh->recipe->is_model || text == NULL || *kit->recipe->file == '\0')
    return;
  other = with_file (text, kit->recipe->file);
  recipe_kit_set_text (fresh, "network", other);
}

/* --- what of the picture counts --------------------------------------------------------------- */

/**
 * recipe_use_coverage:
 * @picture: the layer that it is made from now
 *
 * Returns: (transfer full): the part of it that was selected then; or %NULL.
 *   Errors: %CNN_ERROR_SPEC, %CNN_ERROR_FORMAT where its mask is damaged
 */
Coverage *
recipe_use_coverage (const RecipeKit *kit, GimpLayer *picture, GError **error)
{
  const Recipe       *recipe   = kit->recipe;
  GimpDrawable       *drawable = GIMP_DRAWABLE (picture);
  g_autoptr (GBytes)  bytes    = NULL;
  gsize               length   = 0;
  gconstpointer       data     = kit->mask != NULL ? g_bytes_get_data (kit->mask, &length) : NULL;

  switch (recipe->selection)
    {
    case RECIPE_RECTANGLE:
      return coverage_new_of (drawable, &recipe->bounds, NULL, error);

    case RECIPE_MASK:
      bytes = recipe_unpack (&recipe->mask, data != NULL ? data : "", length, error);
      return bytes != NULL ? coverage_new_of (drawable, &recipe->bounds,
                                              g_bytes_get_data (bytes, NULL), error)
                           : NULL;

    case RECIPE_UNKNOWN:
      return coverage_new (gimp_item_get_image (GIMP_ITEM (picture)), drawable, error);

    case RECIPE_ALL:
    default:
      return coverage_new_of (drawable, NULL, NULL, error);
    }
}
