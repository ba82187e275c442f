/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A new layer that works at once, where that can be had. */

#include "add-layer.h"

static gboolean
wants_names (const CnnOp *op)
{
  for (const CnnParam *param = op->params; param->key != NULL; param++)
    if (param->type == CNN_PARAM_NODES)
      return TRUE;
  return FALSE;
}

static gboolean
is_taken (CnnDraft *draft, const char *name)
{
  for (guint i = 0; i < cnn_draft_n_layers (draft); i++)
    {
      const CnnNode *node = cnn_draft_layer (draft, i)->node;

      if (node != NULL && g_strcmp0 (node->name, name) == 0)
        return TRUE;
    }
  return FALSE;
}

/* a, b, … z, a2, b2, … */
static char *
free_name (CnnDraft *draft)
{
  for (int i = 0;; i++)
    {
      g_autofree char *name = i < 26 ? g_strdup_printf ("%c", 'a' + i)
                                     : g_strdup_printf ("%c%d", 'a' + i % 26, i / 26 + 1);

      if (!is_taken (draft, name))
        return g_steal_pointer (&name);
    }
}

/* Adds the layer with the name of an earlier one, which gets one if it has none. */
static void
insert_with (CnnDraft *draft, const CnnOp *op, guint at, guint with)
{
  const CnnDraftLayer *layer = cnn_draft_layer (draft, with);
  g_autofree char     *name  = NULL;
  g_autofree char     *words = NULL;

  name = layer->node->name != NULL ? g_strdup (layer->node->name) : free_name (draft);
  words = g_strdup_printf ("%s %s", op->name, name);
  cnn_draft_begin (draft);
  if (layer->node->name == NULL)
    {
      g_autofree char *named = g_strdup_printf ("%s as=%s", layer->text, name);

      cnn_draft_set_layer (draft, with, named);
    }
  cnn_draft_insert (draft, at, words);
  cnn_draft_end (draft);
}

/* Whether layer @at takes part. */
static gboolean
works (CnnDraft *draft, guint at)
{
  return cnn_draft_n_layers (draft) > at && cnn_draft_layer (draft, at)->number >= 0;
}

/* The same network to try things on. */
static CnnDraft *
copy (CnnDraft *draft)
{
  const CnnNodeInfo *infos = cnn_draft_infos (draft);
  CnnDraft          *trial = cnn_draft_new (infos != NULL ? infos[0].shape
                                                          : (CnnShape) { 256, 256, 3 });

  cnn_draft_set_text (trial, cnn_draft_text (draft));
  return trial;
}

static gboolean
works_with (CnnDraft *draft, const CnnOp *op, guint at, guint with)
{
  g_autoptr (CnnDraft) trial = copy (draft);

  insert_with (trial, op, at, with);
  return works (trial, at);
}

/* The same of the last of @n layers that are put there. */
static gboolean
works_at (CnnDraft *draft, const char *words, guint n, guint at)
{
  g_autoptr (CnnDraft) trial = copy (draft);

  cnn_draft_insert (trial, at, words);
  return works (trial, at + n - 1);
}

/* The nearest earlier layer that fits, best one that is not the last: a layer added to
 * itself is no more than twice the layer. */
static int
find_partner (CnnDraft *draft, const CnnOp *op, guint at)
{
  int last = -1;

  for (int i = (int) at - 1; i >= 0; i--)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (draft, i);

      if (layer->number < 0 || layer->node == NULL)
        continue;
      if (last < 0)
        last = i;
      else if (works_with (draft, op, at, i))
        return i;
    }
  return last;
}

/**
 * cnn_add_layer:
 * @op: a kind of layer
 * @at: the number that the new layer is to have
 *
 * Inserts one as a person may begin with it, as one step of undo. Where it needs other
 * layers' names, one that fits gets a name; where it can take what is there only from
 * another layer, that comes before it.
 *
 * Returns: the number that it has got
 */
guint
cnn_add_layer (CnnDraft *draft, const CnnOp *op, guint at)
{
  g_autofree char *words = g_strjoin (" ", op->name, op->example, NULL);
  g_autofree char *both  = NULL;
  int              with  = wants_names (op) ? find_partner (draft, op, at) : -1;

  if (with >= 0)
    {
      insert_with (draft, op, at, with);
      return at;
    }
  if (op->after != NULL && !works_at (draft, words, 1, at))
    {
      both = g_strdup_printf ("%s\n%s", op->after, words);
      if (works_at (draft, both, 2, at))
        {
          cnn_draft_insert (draft, at, both);
          return at + 1;
        }
    }
  cnn_draft_insert (draft, at, words);
  return at;
}
