/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "network.h"

G_BEGIN_DECLS

/**
 * CnnModel:
 *
 * What an .onnx file holds, as a network. Does not change once it is made.
 */
typedef struct _CnnModel CnnModel;

/**
 * CnnModelInfo:
 * @name: the graph's name, perhaps empty
 * @producer: the program that wrote the file, with its version, perhaps empty
 * @description: what its author says of it, perhaps empty
 * @opset: version of ONNX's operators
 * @input: shape of its input as height × width × channels; 0 where any will do
 * @any_size: whether the text serves pictures of other sizes too; otherwise it was made
 *   for the size that was asked for, and another needs another cnn_model_open()
 * @metadata: the file's own notes, char * → char *
 * @n_outputs: how many outputs the file says it has
 * @outputs: numbers of their nodes in the network, [n_outputs]; 0 where one does not
 *   depend on the picture
 *
 * What a file says of itself.
 */
typedef struct
{
  const char *name;
  const char *producer;
  const char *description;
  gint64      opset;
  CnnShape    input;
  gboolean    any_size;
  GHashTable *metadata;
  guint       n_outputs;
  guint      *outputs;
} CnnModelInfo;

CnnModel           *cnn_model_open    (const char *file, CnnShape picture, GError **error);
CnnModel           *cnn_model_ref     (CnnModel *model);
void                cnn_model_unref   (CnnModel *model);
const CnnModelInfo *cnn_model_info    (const CnnModel *model);
const char         *cnn_model_text    (const CnnModel *model);
CnnNetwork         *cnn_model_network (const CnnModel *model);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnModel, cnn_model_unref)

G_END_DECLS
