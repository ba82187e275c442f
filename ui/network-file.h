/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/**
 * CnnFileDraft:
 * @text: the network as it is written
 * @problem: (nullable): its first mistake
 * @network: (nullable): what its layers are; %NULL where there are none
 * @picture: shape of the picture that it is on
 * @metadata: (nullable): char * → char *: what an .onnx file is to say besides
 *
 * What goes into a file.
 */
typedef struct
{
  char       *text;
  char       *problem;
  CnnNetwork *network;
  CnnShape    picture;
  GHashTable *metadata;
} CnnFileDraft;

gboolean  cnn_network_file_is_model (const char *file);
char     *cnn_network_file_weights  (const CnnNetwork *network);
char     *cnn_network_file_read     (const char *file, CnnShape picture, CnnModel **model,
                                     GError **error);
gboolean  cnn_network_file_write    (const CnnFileDraft *draft, const char *file, GError **error);

void          cnn_file_draft_free (CnnFileDraft *draft);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnFileDraft, cnn_file_draft_free)

G_END_DECLS
