/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tensor.h"
#include "types.h"

G_BEGIN_DECLS

/**
 * CnnBank:
 *
 * Weights by name, which a network's text refers to as \@NAME. Does not change once
 * it is handed out, so that threads may share it.
 */
typedef struct _CnnBank CnnBank;

CnnBank         *cnn_bank_new   (void);
CnnBank         *cnn_bank_open  (const char *file, CnnShape input, GError **error);
void             cnn_bank_put    (CnnBank *bank, const char *file, CnnShape input);
CnnBank         *cnn_bank_ref   (CnnBank *bank);
void             cnn_bank_unref (CnnBank *bank);
const char      *cnn_bank_add   (CnnBank *bank, const char *name, CnnTensor *tensor);
const CnnTensor *cnn_bank_find  (const CnnBank *bank, const char *name);
const char     **cnn_bank_names (const CnnBank *bank);
gsize            cnn_bank_name_length (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnBank, cnn_bank_unref)

G_END_DECLS
