/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "labels.h"

#include <string.h>

/* What the values of a classifier stand for. Files have it in their notes, or there is a list
 * beside them, one name a line. Where a list has another number of names than the network
 * has values, it is of something else. */

#define MAX_BYTES ((gsize) 4 << 20)
#define MAX_LABEL 200

/* ImageNet's lists begin each line with the number of its synset: n, eight digits. */
static const char *
skip_synset (const char *line)
{
  int n = 0;

  if (*line != 'n')
    return line;
  while (g_ascii_isdigit (line[1 + n]))
    n++;
  return n == 8 && line[9] == ' ' && line[10] != '\0' ? line + 10 : line;
}

static void
add_label (GPtrArray *labels, const char *text, gsize length)
{
  g_autofree char *line = g_strndup (text, length);
  g_autofree char *valid = g_utf8_make_valid (g_strstrip (line), -1);

  if (g_utf8_strlen (valid, -1) > MAX_LABEL)
    *g_utf8_offset_to_pointer (valid, MAX_LABEL) = '\0';
  /* One line each, also where it is drawn. */
  g_strdelimit (valid, "\t\r\n\v\f", ' ');
  g_ptr_array_add (labels, g_strdup (skip_synset (valid)));
}

/* The words in quotes of a list or a dictionary, without its keys. */
static gboolean
parse_quoted (const char *text, GPtrArray *labels)
{
  const char *at = text + 1;

  while (*at)
    {
      char       quote;
      GString   *word;

      at += strcspn (at, "'\"");
      if (*at == '\0')
        break;
      quote = *at++;
      word = g_string_new (NULL);
      while (*at && *at != quote)
        {
          if (*at == '\\' && at[1])
            at++;
          g_string_append_c (word, *at++);
        }
      if (*at == '\0')
        {
          g_string_free (word, TRUE);
          return FALSE;
        }
      at++;
      at += strspn (at, " \t\r\n");
      if (*at != ':')
        add_label (labels, word->str, word->len);
      g_string_free (word, TRUE);
    }
  return labels->len > 0;
}

static void
parse_split (const char *text, const char *ends, GPtrArray *labels)
{
  while (*text)
    {
      gsize length = strcspn (text, ends);

      add_label (labels, text, length);
      text += length;
      if (*text)
        text++;
    }
  /* After the last line there may be others without anything. */
  while (labels->len > 0 && *(char *) labels->pdata[labels->len - 1] == '\0')
    g_ptr_array_remove_index (labels, labels->len - 1);
}

/**
 * cnn_labels_parse:
 * @text: names: a list like ["a", "b"], a dictionary like {0: 'a', 1: 'b'} in its order, a
 *   name a line, or names with commas between them on a single line
 *
 * Returns: (transfer full): the names, perhaps none
 */
char **
cnn_labels_parse (const char *text)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  const char           *at = text + strspn (text, " \t\r\n");

  if (g_str_has_prefix (at, "\357\273\277"))
    at += 3;
  if ((*at != '[' && *at != '{') || !parse_quoted (at, labels))
    {
      g_ptr_array_set_size (labels, 0);
      parse_split (at, strchr (at, '\n') ? "\n" : ",", labels);
    }
  g_ptr_array_add (labels, NULL);
  g_ptr_array_set_free_func (labels, NULL);
  return (char **) g_ptr_array_steal (labels, NULL);
}

/* (transfer full) (nullable): the names in @text, where there are as many. */
static char **
parse_if (const char *text, int n)
{
  char **labels = cnn_labels_parse (text);

  if ((int) g_strv_length (labels) == n)
    return labels;
  g_strfreev (labels);
  return NULL;
}

static char **
read_if (const char *folder, const char *name, int n)
{
  g_autofree char     *path = g_build_filename (folder, name, NULL);
  g_autofree char     *text = NULL;
  g_autoptr (GMappedFile) file = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  file = g_mapped_file_new (path, FALSE, NULL);
  if (file == NULL || g_mapped_file_get_length (file) > MAX_BYTES)
    return NULL;
  text = g_strndup (g_mapped_file_get_contents (file), g_mapped_file_get_length (file));
  return parse_if (text, n);
}

/**
 * cnn_labels_find:
 * @model_file: path of a model
 * @metadata: (nullable): its notes, char * → char *
 * @n: how many values its last layer has
 *
 * Looks for the names of a classifier's values: in its notes, then in a file beside it.
 *
 * Returns: (transfer full) (nullable): @n names, or %NULL where there are none
 */
char **
cnn_labels_find (const char *model_file, GHashTable *metadata, int n)
{
  static const char *const keys[] = { "labels", "classes", "names", "class_names", "label_names" };
  static const char *const files[] = { "labels.txt", "synset.txt", "classes.txt" };
  g_autofree char *folder = g_path_get_dirname (model_file);
  g_autofree char *name = g_path_get_basename (model_file);
  g_autofree char *stem = g_str_has_suffix (name, ".onnx") ? g_strndup (name, strlen (name) - 5)
                                                           : g_strdup (name);
  g_autofree char *own = g_strconcat (stem, ".labels.txt", NULL);
  g_autofree char *plain = g_strconcat (stem, ".txt", NULL);
  char           **labels = NULL;

  if (n < 2)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (keys) && labels == NULL && metadata; i++)
    {
      const char *text = g_hash_table_lookup (metadata, keys[i]);

      if (text)
        labels = parse_if (text, n);
    }
  if (labels == NULL)
    labels = read_if (folder, own, n);
  if (labels == NULL)
    labels = read_if (folder, plain, n);
  for (guint i = 0; i < G_N_ELEMENTS (files) && labels == NULL; i++)
    labels = read_if (folder, files[i], n);
  return labels;
}
