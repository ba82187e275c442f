/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recipe-text.h"

#include <string.h>

#include <gio/gio.h>

#include "error.h"
#include "i18n.h"

/* Recipes as texts. The first line says what it is, of which version of this format, and the
 * SHA-256 of all that follows: what was damaged on its way must not become another network.
 * Then comes a key file, to which later programs of the same version may add keys. */

#define VERSION 1

/* Of any argument; a text of a network may be as long as the network's. */
#define MOST_ARGUMENTS 64

/* Of a side of a picture, and more than GIMP's. */
#define MOST_PIXELS (1 << 20)

#define SHA256_DIGITS 64

static const char *const selections[] = { "all", "rectangle", "mask", "unknown" };

static const char recipe_kind[] = "convolens-recipe";
static const char part_kind[]   = "convolens-part";

/* --- the first line --------------------------------------------------------------------------- */

static GBytes *
seal (const char *kind, GKeyFile *file)
{
  gsize            length;
  g_autofree char *text = g_key_file_to_data (file, &length, NULL);
  g_autofree char *sum  = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) text, length);
  char            *all  = g_strdup_printf ("%s %d %s\n%s", kind, VERSION, sum, text);

  return g_bytes_new_take (all, strlen (all));
}

static gpointer
damaged (const char *what, GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("what the layer says of how it was made is damaged (%s); please make it anew"),
               what);
  return NULL;
}

/* Where the version begins; %NULL where the data are none of this kind. */
static const char *
after_kind (const char *kind, const char *data, gsize length)
{
  gsize n = strlen (kind);

  return length > n + 1 && memcmp (data, kind, n) == 0 && data[n] == ' ' ? data + n + 1 : NULL;
}

/* Reads a number of few digits and the space behind it. */
static int
read_version (const char **at, const char *end)
{
  int version = 0;

  for (int digits = 0; *at < end && g_ascii_isdigit (**at) && digits < 6; digits++, (*at)++)
    version = version * 10 + (**at - '0');
  if (*at == end || **at != ' ')
    return 0;
  (*at)++;
  return version;
}

static GKeyFile *
unseal (const char *kind, const char *data, gsize length, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  const char          *end  = data + length;
  const char          *at   = after_kind (kind, data, length);
  g_autofree char     *sum  = NULL;
  int                  version;

  if (length > RECIPE_MAX_BYTES)
    return damaged (_("it is too long"), error);
  version = at != NULL ? read_version (&at, end) : 0;
  if (version == 0)
    return damaged (_("its beginning is not one"), error);
  if (version > VERSION)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("the layer was made by a newer version of the program, which says how in a "
                     "way that this one does not know"));
      return NULL;
    }
  if (end - at <= SHA256_DIGITS || at[SHA256_DIGITS] != '\n')
    return damaged (_("it is cut off"), error);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) at + SHA256_DIGITS + 1,
                                     (gsize) (end - at) - SHA256_DIGITS - 1);
  if (memcmp (sum, at, SHA256_DIGITS) != 0)
    return damaged (_("it has changed"), error);
  at += SHA256_DIGITS + 1;
  if (!g_utf8_validate (at, end - at, NULL) ||
      !g_key_file_load_from_data (file, at, (gsize) (end - at), G_KEY_FILE_NONE, NULL))
    return damaged (_("it cannot be read"), error);
  return g_steal_pointer (&file);
}

/* --- values ----------------------------------------------------------------------------------- */

static char *
get_text (GKeyFile *file, const char *group, const char *key, GError **error)
{
  char *text = g_key_file_get_string (file, group, key, NULL);

  return text != NULL ? text : damaged (key, error);
}

static gboolean
get_number (GKeyFile *file, const char *group, const char *key, gint64 least, gint64 most,
            gint64 *number, GError **error)
{
  g_autofree char *text = get_text (file, group, key, error);

  if (text == NULL)
    return FALSE;
  if (g_ascii_string_to_signed (text, 10, least, most, number, NULL))
    return TRUE;
  damaged (key, error);
  return FALSE;
}

static gboolean
is_sha256 (const char *text)
{
  return strlen (text) == SHA256_DIGITS &&
         strspn (text, "0123456789abcdef") == SHA256_DIGITS;
}

static void
set_data (GKeyFile *file, const char *group, const RecipeData *data)
{
  if (data->sha256 == NULL)
    return;
  g_key_file_set_string (file, group, "sha256", data->sha256);
  g_key_file_set_uint64 (file, group, "size", data->size);
  g_key_file_set_uint64 (file, group, "packed", data->packed);
}

static gboolean
get_data (GKeyFile *file, const char *group, RecipeData *data, GError **error)
{
  gint64 size, packed;

  data->sha256 = get_text (file, group, "sha256", error);
  if (data->sha256 == NULL || !get_number (file, group, "size", 0, G_MAXINT64, &size, error) ||
      !get_number (file, group, "packed", 0, RECIPE_MAX_PACKED, &packed, error))
    return FALSE;
  data->size = (gsize) size;
  data->packed = (gsize) packed;
  return is_sha256 (data->sha256) || damaged ("sha256", error);
}

/* --- recipes ---------------------------------------------------------------------------------- */

/**
 * recipe_new:
 * @procedure: which procedure makes such results
 *
 * Returns: (transfer full): a recipe of this program, a run of its own, without arguments
 */
Recipe *
recipe_new (const char *procedure)
{
  Recipe *recipe = g_new0 (Recipe, 1);

  recipe->program = g_strdup (CONVOLENS_VERSION);
  recipe->procedure = g_strdup (procedure);
  recipe->run = g_uuid_string_random ();
  recipe->arguments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  recipe->picture = g_strdup ("");
  return recipe;
}

void
recipe_free (Recipe *recipe)
{
  g_free (recipe->program);
  g_free (recipe->procedure);
  g_free (recipe->run);
  g_clear_pointer (&recipe->arguments, g_hash_table_unref);
  g_free (recipe->picture);
  g_free (recipe->mask.sha256);
  g_free (recipe->file);
  g_free (recipe->weights.sha256);
  g_free (recipe);
}

/** recipe_encode: (transfer full): the recipe as a text, for recipe_decode() */
GBytes *
recipe_encode (const Recipe *recipe)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GList)    keys = g_list_sort (g_hash_table_get_keys (recipe->arguments),
                                           (GCompareFunc) strcmp);

  g_key_file_set_string (file, "recipe", "program", recipe->program);
  g_key_file_set_string (file, "recipe", "procedure", recipe->procedure);
  g_key_file_set_string (file, "recipe", "run", recipe->run);
  g_key_file_set_string (file, "picture", "name", recipe->picture);
  g_key_file_set_uint64 (file, "picture", "tattoo", recipe->tattoo);
  g_key_file_set_string (file, "picture", "selection", selections[recipe->selection]);
  if (recipe->selection != RECIPE_ALL)
    {
      g_key_file_set_integer (file, "picture", "x", recipe->bounds.x);
      g_key_file_set_integer (file, "picture", "y", recipe->bounds.y);
      g_key_file_set_integer (file, "picture", "width", recipe->bounds.width);
      g_key_file_set_integer (file, "picture", "height", recipe->bounds.height);
    }
  set_data (file, "mask", &recipe->mask);
  if (recipe->file != NULL)
    {
      g_key_file_set_string (file, "weights", "file", recipe->file);
      g_key_file_set_string (file, "weights", "is", recipe->is_model ? "network" : "weights");
      set_data (file, "weights", &recipe->weights);
    }
  for (GList *key = keys; key != NULL; key = key->next)
    g_key_file_set_string (file, "arguments", key->data,
                           g_hash_table_lookup (recipe->arguments, key->data));
  return seal (recipe_kind, file);
}

static gboolean
decode_arguments (Recipe *recipe, GKeyFile *file, GError **error)
{
  g_auto (GStrv) keys = NULL;
  gsize          n    = 0;

  /* Some procedure may have none. */
  if (!g_key_file_has_group (file, "arguments"))
    return TRUE;
  keys = g_key_file_get_keys (file, "arguments", &n, NULL);
  if (keys == NULL || n > MOST_ARGUMENTS)
    return damaged ("arguments", error) != NULL;
  for (gsize i = 0; i < n; i++)
    {
      char *value = get_text (file, "arguments", keys[i], error);

      if (value == NULL)
        return FALSE;
      g_hash_table_insert (recipe->arguments, g_strdup (keys[i]), value);
    }
  return TRUE;
}

static gboolean
decode_picture (Recipe *recipe, GKeyFile *file, GError **error)
{
  g_autofree char *selection = NULL;
  gint64           tattoo, x, y, width, height;
  guint            i = 0;

  recipe->picture = get_text (file, "picture", "name", error);
  if (recipe->picture == NULL ||
      !get_number (file, "picture", "tattoo", 0, G_MAXUINT32, &tattoo, error))
    return FALSE;
  recipe->tattoo = (guint) tattoo;
  selection = get_text (file, "picture", "selection", error);
  if (selection == NULL)
    return FALSE;
  while (i < G_N_ELEMENTS (selections) && !g_str_equal (selection, selections[i]))
    i++;
  if (i == G_N_ELEMENTS (selections))
    return damaged ("selection", error) != NULL;
  recipe->selection = (RecipeSelection) i;
  if (recipe->selection == RECIPE_ALL)
    return TRUE;
  if (!get_number (file, "picture", "x", 0, MOST_PIXELS, &x, error) ||
      !get_number (file, "picture", "y", 0, MOST_PIXELS, &y, error) ||
      !get_number (file, "picture", "width", 1, MOST_PIXELS, &width, error) ||
      !get_number (file, "picture", "height", 1, MOST_PIXELS, &height, error))
    return FALSE;
  recipe->bounds = (CnnRect) { (int) x, (int) y, (int) width, (int) height };
  if (recipe->selection != RECIPE_MASK)
    return TRUE;
  return get_data (file, "mask", &recipe->mask, error) &&
         (recipe->mask.size == (gsize) width * (gsize) height * sizeof (float) ||
          damaged ("mask", error));
}

static gboolean
decode_weights (Recipe *recipe, GKeyFile *file, GError **error)
{
  g_autofree char *is = NULL;

  if (!g_key_file_has_group (file, "weights"))
    return TRUE;
  is = get_text (file, "weights", "is", error);
  recipe->file = is != NULL ? get_text (file, "weights", "file", error) : NULL;
  if (recipe->file == NULL || !get_data (file, "weights", &recipe->weights, error))
    return FALSE;
  recipe->is_model = g_str_equal (is, "network");
  return recipe->is_model || g_str_equal (is, "weights") || damaged ("is", error);
}

/**
 * recipe_decode:
 * @data: any bytes
 * @length: how many
 *
 * Returns: (transfer full): the recipe; or %NULL. Errors: %CNN_ERROR_FORMAT where the data are
 *   not what recipe_encode() gave, %CNN_ERROR_UNSUPPORTED where they are a newer program's
 */
Recipe *
recipe_decode (gconstpointer data, gsize length, GError **error)
{
  g_autoptr (GKeyFile) file   = unseal (recipe_kind, data, length, error);
  g_autoptr (Recipe)   recipe = NULL;

  if (file == NULL)
    return NULL;
  recipe = g_new0 (Recipe, 1);
  recipe->arguments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  recipe->program = get_text (file, "recipe", "program", error);
  if (recipe->program != NULL)
    recipe->procedure = get_text (file, "recipe", "procedure", error);
  if (recipe->procedure != NULL)
    recipe->run = get_text (file, "recipe", "run", error);
  if (recipe->run == NULL || !decode_picture (recipe, file, error) ||
      !decode_weights (recipe, file, error) || !decode_arguments (recipe, file, error))
    return NULL;
  return g_steal_pointer (&recipe);
}

/* --- parts ------------------------------------------------------------------------------------ */

void
recipe_part_free (RecipePart *part)
{
  g_free (part->run);
  g_free (part->name);
  g_free (part);
}

/** recipe_part_encode: (transfer full): the part as a text, for recipe_part_decode() */
GBytes *
recipe_part_encode (const RecipePart *part)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, "part", "run", part->run);
  g_key_file_set_integer (file, "part", "stage", part->stage);
  g_key_file_set_integer (file, "part", "map", part->map);
  g_key_file_set_integer (file, "part", "x", part->x);
  g_key_file_set_integer (file, "part", "y", part->y);
  g_key_file_set_string (file, "part", "name", part->name);
  return seal (part_kind, file);
}

/**
 * recipe_part_decode:
 * @data: any bytes
 * @length: how many
 *
 * Returns: (transfer full): the part; or %NULL. Errors: those of recipe_decode()
 */
RecipePart *
recipe_part_decode (gconstpointer data, gsize length, GError **error)
{
  g_autoptr (GKeyFile)   file = unseal (part_kind, data, length, error);
  g_autoptr (RecipePart) part = NULL;
  gint64                 stage, map, x, y;

  if (file == NULL)
    return NULL;
  part = g_new0 (RecipePart, 1);
  part->run = get_text (file, "part", "run", error);
  if (part->run != NULL)
    part->name = get_text (file, "part", "name", error);
  if (part->name == NULL || !get_number (file, "part", "stage", -1, G_MAXINT, &stage, error) ||
      !get_number (file, "part", "map", -1, G_MAXINT, &map, error) ||
      !get_number (file, "part", "x", G_MININT, G_MAXINT, &x, error) ||
      !get_number (file, "part", "y", G_MININT, G_MAXINT, &y, error))
    return NULL;
  part->stage = (int) stage;
  part->map = (int) map;
  part->x = (int) x;
  part->y = (int) y;
  return g_steal_pointer (&part);
}

/* --- what travels beside it ------------------------------------------------------------------- */

/* All of the input through a converter, into at most @room bytes. (transfer full) (nullable):
 * %NULL where they do not fit or are none of its kind. */
static GBytes *
convert (GConverter *converter, const guint8 *data, gsize length, gsize room)
{
  g_autofree guint8 *out     = g_malloc (room + 1);
  gsize              n_read  = 0;
  gsize              n_made  = 0;
  GConverterResult   result;

  do
    {
      gsize read = 0, made = 0;

      result = g_converter_convert (converter, data + n_read, length - n_read, out + n_made,
                                    room + 1 - n_made, G_CONVERTER_INPUT_AT_END, &read, &made,
                                    NULL);
      n_read += read;
      n_made += made;
    }
  while (result == G_CONVERTER_CONVERTED && n_made <= room);
  return result == G_CONVERTER_FINISHED && n_made <= room
           ? g_bytes_new_take (g_realloc (g_steal_pointer (&out), MAX (n_made, 1)), n_made)
           : NULL;
}

/**
 * recipe_pack:
 * @about: (out): what the recipe is to say of the data
 * @data: such as a file that weights are in
 * @length: bytes of it
 *
 * Returns: (transfer full) (nullable): them packed, for recipe_unpack(); %NULL where they are
 *   too large to travel, which @about then says
 */
GBytes *
recipe_pack (RecipeData *about, gconstpointer data, gsize length)
{
  g_autoptr (GZlibCompressor) packer = NULL;
  GBytes                     *packed = NULL;

  if (length <= RECIPE_MAX_UNPACKED)
    {
      packer = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, -1);
      packed = convert (G_CONVERTER (packer), data, length, RECIPE_MAX_PACKED);
    }
  g_free (about->sha256);
  about->sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length);
  about->size = length;
  about->packed = packed != NULL ? g_bytes_get_size (packed) : 0;
  return packed;
}

/**
 * recipe_unpack:
 * @about: what the recipe says of the data
 * @data: any bytes
 * @length: how many
 *
 * Returns: (transfer full): what was packed, to the bit; or %NULL. Errors: %CNN_ERROR_FORMAT
 */
GBytes *
recipe_unpack (const RecipeData *about, gconstpointer data, gsize length, GError **error)
{
  g_autoptr (GZlibDecompressor) unpacker = NULL;
  g_autoptr (GBytes)            bytes    = NULL;
  g_autofree char              *sum      = NULL;

  if (about->sha256 != NULL && length == about->packed && about->size <= RECIPE_MAX_UNPACKED)
    {
      unpacker = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
      bytes = convert (G_CONVERTER (unpacker), data, length, about->size);
    }
  sum = bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
  if (sum != NULL && g_bytes_get_size (bytes) == about->size && g_str_equal (sum, about->sha256))
    return g_steal_pointer (&bytes);
  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               _("the weights or the mask that the layer carries are damaged; please make it "
                 "anew"));
  return NULL;
}
