/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"

#include <string.h>

#include "network-private.h"

/* What layers are called. */

/**
 * cnn_import_wish:
 * @node: (nullable): a node
 *
 * Returns: (transfer full): what a layer that is made for it may be called
 */
char *
cnn_import_wish (const CnnOnnxNode *node)
{
  GString *name = g_string_new (NULL);

  for (const char *c = node ? node->name : ""; *c; c++)
    if (g_ascii_isalnum (*c) || (strchr ("_-", *c) && name->len > 0))
      g_string_append_c (name, *c);
    else if (name->len > 0 && name->str[name->len - 1] != '_')
      g_string_append_c (name, '_');
  if (name->len > 40)
    g_string_truncate (name, 40);
  while (name->len > 0 && !g_ascii_isalnum (name->str[name->len - 1]))
    g_string_truncate (name, name->len - 1);
  if (!cnn_name_is_valid (name->str))
    g_string_prepend (name, "n");
  return g_string_free (name, FALSE);
}

/* Whether in a file of ours a layer's name is one that a person has given it, and not the
 * kind of layer with its number, and perhaps another that makes it unique. */
static gboolean
is_given (const char *name)
{
  g_autofree char *op = g_strdup (name);
  char            *number;

  if (!cnn_name_is_valid (name))
    return FALSE;
  for (int i = 0; i < 2; i++)
    {
      number = strrchr (op, '_');
      if (!number || !number[1] || strspn (number + 1, "0123456789") != strlen (number + 1))
        return TRUE;
      *number = '\0';
      g_strdelimit (op, "_", '-');
      if (cnn_op_find (op))
        return FALSE;
      g_strdelimit (op, "-", '_');
    }
  return TRUE;
}

/**
 * cnn_import_take_name:
 * @number: of the layer in which the output of @node lies
 *
 * In files of ours, gives the layer the name that a person has given it.
 */
void
cnn_import_take_name (CnnImport *import, const CnnOnnxNode *node, int number)
{
  CnnImportLayer  *layer = cnn_import_layer (import, number);
  g_autofree char *wish = cnn_import_wish (node);
  gsize            n = strlen (wish);
  gboolean         made = strcmp (layer->wish, wish) == 0;
  /* Made for a node that is called “NAME/Softmax”, of which the last one gives a view. */
  gboolean         part = g_str_has_prefix (layer->wish, wish) && layer->wish[n] == '_' &&
                          g_ascii_isupper (layer->wish[n + 1]);

  if (!import->own || layer->given || !(made || part) || !is_given (node->name))
    return;
  g_free (layer->wish);
  layer->wish = g_strdup (node->name);
  layer->given = TRUE;
}
