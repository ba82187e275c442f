/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layer-name.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* What as= calls a layer, and those that refer to it. */

/* The layer's words with another as=, or none where @name is empty. */
static char *
with_name (const char *words, const char *name)
{
  GString *text   = g_string_new (NULL);
  int      depth  = 0;
  gboolean quoted = FALSE, begins = FALSE;

  for (const char *c = words; *c; c++)
    {
      gboolean space = depth == 0 && !quoted && g_ascii_isspace (*c);

      if (begins && strncmp (c, "as=", 3) == 0)
        {
          c += strcspn (c, " \t\r\n") - 1;
          while (text->len > 0 && g_ascii_isspace (text->str[text->len - 1]))
            g_string_truncate (text, text->len - 1);
          begins = FALSE;
          continue;
        }
      begins = space;
      if (*c == '"')
        quoted = !quoted;
      else if (!quoted && strchr ("([", *c))
        depth++;
      else if (!quoted && strchr (")]", *c))
        depth--;
      g_string_append_c (text, *c);
    }
  if (*name != '\0')
    g_string_append_printf (text, " as=%s", name);
  return g_string_free (text, FALSE);
}

typedef struct
{
  guint       layer;
  const char *key;
  char       *value;
} Reference;

static void
reference_clear (gpointer data)
{
  g_free (((Reference *) data)->value);
}

/* What layers that refer to @was are to say. */
static GArray *
new_references (CnnDraft *draft, guint layer, const char *was, const char *name)
{
  GArray *references = g_array_new (FALSE, FALSE, sizeof (Reference));

  g_array_set_clear_func (references, reference_clear);
  for (guint i = layer + 1; i < cnn_draft_n_layers (draft); i++)
    {
      const CnnNode *node = cnn_draft_layer (draft, i)->node;

      if (node && g_strcmp0 (node->from, was) == 0)
        {
          Reference input = { i, "from", g_strdup (name) };

          g_array_append_val (references, input);
        }
      for (const CnnParam *param = node ? node->op->params : NULL; param && param->key; param++)
        {
          Reference      reference = { i, param->key, NULL };
          g_auto (GStrv) names     = NULL;
          gboolean       refers    = FALSE;

          if (param->type != CNN_PARAM_NODES)
            continue;
          names = g_strdupv (*cnn_param_field (GStrv, param, node->params));
          for (guint n = 0; names && names[n]; n++)
            if (strcmp (names[n], was) == 0)
              {
                g_free (names[n]);
                names[n] = g_strdup (name);
                refers = TRUE;
              }
          if (!refers)
            continue;
          reference.value = g_strjoinv (",", names);
          g_array_append_val (references, reference);
        }
    }
  return references;
}

/**
 * layer_name_set:
 * @layer: a layer that can be read
 * @name: what it is to be called; empty for nothing
 *
 * Gives a layer a name. Those that refer to it by its old one refer to it by the new one.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set and no change: it can be no name, or
 *   another layer has it
 */
gboolean
layer_name_set (CnnDraft *draft, guint layer, const char *name, GError **error)
{
  const CnnDraftLayer *at    = cnn_draft_layer (draft, layer);
  g_autofree char     *was   = g_strdup (at->node->name);
  g_autofree char     *words = NULL;
  g_autoptr (GArray)   references = NULL;

  if (g_strcmp0 (was ? was : "", name) == 0)
    return TRUE;
  if (*name != '\0' && !cnn_name_is_valid (name))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("A name has letters, digits, - and _, and begins with a letter"));
      return FALSE;
    }
  for (guint i = 0; i < cnn_draft_n_layers (draft) && *name != '\0'; i++)
    {
      const CnnDraftLayer *other = cnn_draft_layer (draft, i);

      if (i != layer && other->enabled && other->node && g_strcmp0 (other->node->name, name) == 0)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       _("Layer %u already has the name “%s”"), i + 1, name);
          return FALSE;
        }
    }
  words = with_name (at->text, name);
  if (was && *name != '\0')
    references = new_references (draft, layer, was, name);
  cnn_draft_begin (draft);
  cnn_draft_set_layer (draft, layer, words);
  for (guint i = 0; references && i < references->len; i++)
    {
      const Reference *reference = &g_array_index (references, Reference, i);

      cnn_draft_set_param (draft, reference->layer, reference->key, reference->value, NULL);
    }
  cnn_draft_end (draft);
  return TRUE;
}
