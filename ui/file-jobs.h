/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "network-file.h"

G_BEGIN_DECLS

/**
 * CnnOpened:
 * @file: what was opened
 * @text: its network
 * @model: (nullable): what it says of itself; %NULL of a text
 */
typedef struct
{
  char     *file;
  char     *text;
  CnnModel *model;
} CnnOpened;

/** CnnSaving: a file that a thread writes */
typedef struct _CnnSaving CnnSaving;

/**
 * CnnSavedFunc:
 * @error: (nullable): why it is not written
 *
 * Is called in the main thread. The saving is gone after it.
 */
typedef void (*CnnSavedFunc) (const GError *error, gpointer data);

void       cnn_opening_begin (gpointer owner, const char *file, CnnShape picture,
                              GCancellable *cancellable, GAsyncReadyCallback done);
CnnOpened *cnn_opening_end   (GAsyncResult *result, GError **error);
void       cnn_opened_free   (CnnOpened *opened);

CnnSaving *cnn_saving_begin  (CnnFileDraft *draft, const char *file, CnnSavedFunc done,
                              gpointer data);
void       cnn_saving_wait   (CnnSaving *saving);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnOpened, cnn_opened_free)

G_END_DECLS
