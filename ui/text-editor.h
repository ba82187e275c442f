/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "draft.h"

G_BEGIN_DECLS

/**
 * CnnTextEditor:
 *
 * The draft's text, to be written in; what is wrong is underlined and said below.
 */
#define CNN_TYPE_TEXT_EDITOR (cnn_text_editor_get_type ())
G_DECLARE_FINAL_TYPE (CnnTextEditor, cnn_text_editor, CNN, TEXT_EDITOR, GtkBox)

GtkWidget *cnn_text_editor_new (CnnDraft *draft);

G_END_DECLS
