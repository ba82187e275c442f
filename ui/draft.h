/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

#include "network.h"

G_BEGIN_DECLS

/**
 * CnnDraftLayer:
 * @text: the layer as it is written, without comments
 * @start: where that stands in the draft's text, in bytes
 * @length: how many bytes it takes there
 * @enabled: whether it is switched on
 * @op: (nullable): the kind of layer, where its name is one
 * @node: (nullable): the layer with its parameters, where its own words can be
 *   read, also while it is switched off or does not fit the layers before it; its
 *   inputs do not count
 * @number: its number in cnn_draft_network(), or -1 where it is not in it
 * @problem: (nullable): what is wrong with it, as a sentence for a person
 * @problem_start: where in the draft's text, in bytes
 * @problem_length: how many bytes
 *
 * A layer of a draft: one card.
 */
typedef struct
{
  char          *text;
  gsize          start;
  gsize          length;
  gboolean       enabled;
  const CnnOp   *op;
  const CnnNode *node;
  int            number;
  char          *problem;
  gsize          problem_start;
  gsize          problem_length;
} CnnDraftLayer;

/**
 * CnnDraft:
 *
 * A network while a person works on it. The truth is its text, with all comments
 * and line ends that the person wrote; every change of a layer changes just that
 * layer's words. A layer that is switched off stands in it as a comment, "#off relu".
 * It may be wrong: then the layers before the first mistake still are a network.
 *
 * Signals: "changed" (void), after any change of the text or of the picture's shape;
 * "flush" (void), before the text is read, or changed, from outside: who holds back what a
 * person is typing hands it over now;
 * "steps" (void), when there is more, or less, to undo though the text stays.
 */
#define CNN_TYPE_DRAFT (cnn_draft_get_type ())
G_DECLARE_FINAL_TYPE (CnnDraft, cnn_draft, CNN, DRAFT, GObject)

CnnDraft            *cnn_draft_new         (CnnShape picture);

const char          *cnn_draft_text        (CnnDraft *draft);
void                 cnn_draft_set_text    (CnnDraft *draft, const char *text);

guint                cnn_draft_n_layers    (CnnDraft *draft);
const CnnDraftLayer *cnn_draft_layer       (CnnDraft *draft, guint layer);
int                  cnn_draft_find        (CnnDraft *draft, guint node);
const char          *cnn_draft_problem     (CnnDraft *draft);
CnnNetwork          *cnn_draft_network     (CnnDraft *draft);
CnnBank             *cnn_draft_bank        (CnnDraft *draft);
const CnnNodeInfo   *cnn_draft_infos       (CnnDraft *draft);

void                 cnn_draft_insert      (CnnDraft *draft, guint at, const char *text);
void                 cnn_draft_remove      (CnnDraft *draft, guint layer);
void                 cnn_draft_duplicate   (CnnDraft *draft, guint layer);
void                 cnn_draft_move        (CnnDraft *draft, guint layer, guint to);
void                 cnn_draft_set_enabled (CnnDraft *draft, guint layer, gboolean enabled);
void                 cnn_draft_set_layer   (CnnDraft *draft, guint layer, const char *text);
gboolean             cnn_draft_set_param   (CnnDraft *draft, guint layer, const char *key,
                                            const char *value, GError **error);

void                 cnn_draft_begin       (CnnDraft *draft);
void                 cnn_draft_end         (CnnDraft *draft);
gboolean             cnn_draft_can_undo    (CnnDraft *draft);
gboolean             cnn_draft_can_redo    (CnnDraft *draft);
void                 cnn_draft_undo        (CnnDraft *draft);
void                 cnn_draft_redo        (CnnDraft *draft);
void                 cnn_draft_forget_steps (CnnDraft *draft);

G_END_DECLS
