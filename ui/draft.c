/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draft.h"

#include <string.h>

#include "draft-edit.h"
#include "draft-reading.h"
#include "text.h"

/* How much is remembered for undo: texts, and bytes of them. */
#define MAX_STEPS 200
#define MAX_BYTES (32 * 1024 * 1024)

struct _CnnDraft
{
  GObject       parent;
  CnnShape      picture;
  char         *text;
  DraftReading *reading;

  GQueue        undo; /* of texts, the latest first */
  GQueue        redo;
  int           grouped;
  char         *before; /* what the text was before the group that is open changed it */
};

G_DEFINE_FINAL_TYPE (CnnDraft, cnn_draft, G_TYPE_OBJECT)

enum
{
  CHANGED,
  FLUSH,
  STEPS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
rebuild (CnnDraft *draft)
{
  g_clear_pointer (&draft->reading, draft_reading_free);
  draft->reading = draft_reading_new (draft->text, draft->picture);
}

/* --- steps ---------------------------------------------------------------- */

static void
push (GQueue *steps, char *text)
{
  gsize bytes = 0;
  guint kept = 0;

  g_queue_push_head (steps, text);
  for (GList *step = steps->head; step != NULL && kept < MAX_STEPS; step = step->next, kept++)
    {
      bytes += strlen (step->data);
      if (bytes > MAX_BYTES && kept > 0)
        break;
    }
  while (steps->length > kept)
    g_free (g_queue_pop_tail (steps));
}

static void
adopt (CnnDraft *draft, char *text)
{
  g_free (draft->text);
  draft->text = text;
  rebuild (draft);
  g_signal_emit (draft, signals[CHANGED], 0);
}

/* Makes @text (transfer full) the draft's, as one step or part of the group's. */
static void
commit (CnnDraft *draft, char *text)
{
  char *before;

  if (strcmp (text, draft->text) == 0)
    {
      g_free (text);
      return;
    }
  before = g_strdup (draft->text);
  if (draft->grouped == 0)
    push (&draft->undo, before);
  else if (draft->before == NULL)
    draft->before = before;
  else
    g_free (before);
  g_queue_clear_full (&draft->redo, g_free);
  adopt (draft, text);
}

/* Lets whoever holds changes back make them. */
static void
flush (CnnDraft *draft)
{
  g_signal_emit (draft, signals[FLUSH], 0);
}

/* --- the object ----------------------------------------------------------- */

static void
cnn_draft_finalize (GObject *object)
{
  CnnDraft *draft = CNN_DRAFT (object);

  g_clear_pointer (&draft->reading, draft_reading_free);
  g_free (draft->text);
  g_free (draft->before);
  g_queue_clear_full (&draft->undo, g_free);
  g_queue_clear_full (&draft->redo, g_free);
  G_OBJECT_CLASS (cnn_draft_parent_class)->finalize (object);
}

static void
cnn_draft_class_init (CnnDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_draft_finalize;
  signals[CHANGED] = g_signal_new ("changed", CNN_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FLUSH] = g_signal_new ("flush", CNN_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  signals[STEPS] = g_signal_new ("steps", CNN_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
cnn_draft_init (CnnDraft *draft)
{
  draft->text = g_strdup ("");
  g_queue_init (&draft->undo);
  g_queue_init (&draft->redo);
}

/**
 * cnn_draft_new:
 * @picture: shape of the picture, with 1 channel or 3
 *
 * Returns: (transfer full): a draft without layers
 */
CnnDraft *
cnn_draft_new (CnnShape picture)
{
  CnnDraft *draft = g_object_new (CNN_TYPE_DRAFT, NULL);

  draft->picture = picture;
  rebuild (draft);
  return draft;
}

/**
 * cnn_draft_text:
 *
 * Returns: (transfer none): the text; valid until the next change
 */
const char *
cnn_draft_text (CnnDraft *draft)
{
  flush (draft);
  return draft->text;
}

/**
 * cnn_draft_set_text:
 * @text: a network in the text notation, right or wrong
 *
 * Replaces all of the text. The same text is no change and no step of undo.
 */
void
cnn_draft_set_text (CnnDraft *draft, const char *text)
{
  flush (draft);
  commit (draft, g_strdup (text));
}

/** cnn_draft_n_layers: how many layers there are, those with mistakes among them. */
guint
cnn_draft_n_layers (CnnDraft *draft)
{
  return draft->reading->layers->len;
}

/**
 * cnn_draft_layer:
 * @layer: number of a layer, in the order of the text
 *
 * Returns: (transfer none): what is known of it; valid until the next change
 */
const CnnDraftLayer *
cnn_draft_layer (CnnDraft *draft, guint layer)
{
  g_return_val_if_fail (layer < draft->reading->layers->len, NULL);

  return &g_array_index (draft->reading->layers, CnnDraftLayer, layer);
}

/**
 * cnn_draft_find:
 * @node: a number in cnn_draft_network()
 *
 * Returns: which layer that is, or -1; node 0 is no layer where the text has no input
 */
int
cnn_draft_find (CnnDraft *draft, guint node)
{
  return draft_reading_find (draft->reading, node);
}

/**
 * cnn_draft_problem:
 *
 * Returns: (transfer none) (nullable): the first mistake, with its place in the text, as a
 *   sentence for a person; %NULL where there is none
 */
const char *
cnn_draft_problem (CnnDraft *draft)
{
  return draft->reading->problem;
}

/**
 * cnn_draft_network:
 *
 * Returns: (transfer none) (nullable): the network of the layers that are switched on,
 *   up to the first mistake; %NULL where there is none but the input. Whoever keeps it
 *   past the next change takes a reference
 */
CnnNetwork *
cnn_draft_network (CnnDraft *draft)
{
  return draft->reading->network;
}

/** cnn_draft_bank: (transfer none) (nullable): the weights that its text refers to */
CnnBank *
cnn_draft_bank (CnnDraft *draft)
{
  return cnn_network_bank (draft->reading->read->network);
}

/**
 * cnn_draft_infos:
 *
 * Returns: (transfer none) (nullable) (array): what is known of each node of
 *   cnn_draft_network() on the picture
 */
const CnnNodeInfo *
cnn_draft_infos (CnnDraft *draft)
{
  return draft->reading->infos;
}

/* --- changes of a layer --------------------------------------------------- */

static gboolean
is_input (const CnnDraftLayer *layer)
{
  return layer->enabled && layer->op != NULL && layer->op->group == CNN_GROUP_INPUT;
}

/* The first place where a layer other than the input may stand. */
static guint
first_place (CnnDraft *draft)
{
  for (guint i = 0; i < draft->reading->layers->len; i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (draft, i);

      if (layer->enabled)
        return is_input (layer) ? i + 1 : 0;
    }
  return 0;
}

/* Whether the text's first layer is the input. */
static gboolean
begins_with_input (const char *text)
{
  g_autoptr (CnnReading) reading = cnn_text_read (text);

  return reading->n_layers > 0 && reading->layers[0].op != NULL && !reading->layers[0].place.off &&
         reading->layers[0].op->group == CNN_GROUP_INPUT;
}

/**
 * cnn_draft_insert:
 * @at: the number that the new layer is to have
 * @text: one layer or several, in the text notation
 *
 * An input always comes first, and nothing happens where there is one.
 */
void
cnn_draft_insert (CnnDraft *draft, guint at, const char *text)
{
  g_autofree char *words = g_strstrip (g_strdup (text));
  guint            first;

  flush (draft);
  first = first_place (draft);
  if (*words == '\0')
    return;
  if (begins_with_input (words))
    {
      if (first > 0)
        return;
      at = 0;
    }
  else
    at = MAX (at, first);
  commit (draft, draft_edit_insert (draft->text, at, words));
}

/** cnn_draft_remove: takes the layer away, with the comment behind it on its line. */
void
cnn_draft_remove (CnnDraft *draft, guint layer)
{
  flush (draft);
  if (layer < draft->reading->layers->len)
    commit (draft, draft_edit_remove (draft->text, layer));
}

/** cnn_draft_duplicate: puts a copy without a name behind the layer; not of the input. */
void
cnn_draft_duplicate (CnnDraft *draft, guint layer)
{
  flush (draft);
  if (layer < draft->reading->layers->len && !is_input (cnn_draft_layer (draft, layer)))
    commit (draft, draft_edit_duplicate (draft->text, layer));
}

/**
 * cnn_draft_move:
 * @layer: a layer other than the input
 * @to: the number it is to have; after the input's
 */
void
cnn_draft_move (CnnDraft *draft, guint layer, guint to)
{
  guint first;

  flush (draft);
  first = first_place (draft);
  if (layer >= draft->reading->layers->len || is_input (cnn_draft_layer (draft, layer)))
    return;
  to = MIN (to, draft->reading->layers->len - 1);
  if (layer >= first)
    to = MAX (to, first);
  if (to != layer)
    commit (draft, draft_edit_move (draft->text, layer, to));
}

/** cnn_draft_set_enabled: switches a layer other than the input on or off. */
void
cnn_draft_set_enabled (CnnDraft *draft, guint layer, gboolean enabled)
{
  flush (draft);
  if (layer < draft->reading->layers->len && !is_input (cnn_draft_layer (draft, layer)))
    commit (draft, draft_edit_set_enabled (draft->text, layer, enabled));
}

/**
 * cnn_draft_set_layer:
 * @text: what is to stand in place of the layer's words; nothing to remove it
 */
void
cnn_draft_set_layer (CnnDraft *draft, guint layer, const char *text)
{
  flush (draft);
  if (layer < draft->reading->layers->len)
    commit (draft, draft_edit_set_layer (draft->text, layer, text));
}

/**
 * cnn_draft_set_param:
 * @layer: a layer that can be read, switched on or off
 * @key: one of its parameters
 * @value: its new value in the text notation; empty for its initial one
 *
 * Changes nothing else of what the person wrote; a parameter with its initial value is
 * not written. Whether the layer then fits those before it is not asked here.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set, and no change
 */
gboolean
cnn_draft_set_param (CnnDraft *draft, guint layer, const char *key, const char *value,
                     GError **error)
{
  g_autofree char *words = NULL;

  flush (draft);
  g_return_val_if_fail (layer < draft->reading->layers->len, FALSE);

  words = cnn_text_set_param (cnn_draft_layer (draft, layer)->text, key, value, error);
  if (words == NULL)
    return FALSE;
  commit (draft, draft_edit_set_layer (draft->text, layer, words));
  return TRUE;
}

/* --- undo ----------------------------------------------------------------- */

/**
 * cnn_draft_begin:
 *
 * All changes until the matching cnn_draft_end() are one step of undo.
 */
void
cnn_draft_begin (CnnDraft *draft)
{
  flush (draft);
  draft->grouped++;
}

/** cnn_draft_end: ends what the last cnn_draft_begin() began. */
void
cnn_draft_end (CnnDraft *draft)
{
  g_return_if_fail (draft->grouped > 0);

  flush (draft);
  if (--draft->grouped > 0)
    return;
  if (draft->before != NULL && strcmp (draft->before, draft->text) != 0)
    push (&draft->undo, g_steal_pointer (&draft->before));
  g_clear_pointer (&draft->before, g_free);
  g_signal_emit (draft, signals[STEPS], 0);
}

/** cnn_draft_can_undo: whether there is a step to take back, and no group is open. */
gboolean
cnn_draft_can_undo (CnnDraft *draft)
{
  return draft->grouped == 0 && !g_queue_is_empty (&draft->undo);
}

/** cnn_draft_can_redo: whether there is one that was taken back, and no group is open. */
gboolean
cnn_draft_can_redo (CnnDraft *draft)
{
  return draft->grouped == 0 && !g_queue_is_empty (&draft->redo);
}

/** cnn_draft_forget_steps: there is nothing to undo, or to redo, any more. */
void
cnn_draft_forget_steps (CnnDraft *draft)
{
  flush (draft);
  g_queue_clear_full (&draft->undo, g_free);
  g_queue_clear_full (&draft->redo, g_free);
  g_clear_pointer (&draft->before, g_free);
  g_signal_emit (draft, signals[STEPS], 0);
}

/** cnn_draft_undo: takes the last step back, where there is one and no group is open. */
void
cnn_draft_undo (CnnDraft *draft)
{
  flush (draft);
  if (!cnn_draft_can_undo (draft))
    return;
  push (&draft->redo, g_strdup (draft->text));
  adopt (draft, g_queue_pop_head (&draft->undo));
}

/** cnn_draft_redo: takes the last step that was taken back again. */
void
cnn_draft_redo (CnnDraft *draft)
{
  flush (draft);
  if (!cnn_draft_can_redo (draft))
    return;
  push (&draft->undo, g_strdup (draft->text));
  adopt (draft, g_queue_pop_head (&draft->redo));
}
