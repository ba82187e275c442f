/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *draft_edit_insert      (const char *text, guint at, const char *words);
char *draft_edit_remove      (const char *text, guint layer);
char *draft_edit_duplicate   (const char *text, guint layer);
char *draft_edit_move        (const char *text, guint layer, guint to);
char *draft_edit_set_enabled (const char *text, guint layer, gboolean enabled);
char *draft_edit_set_layer   (const char *text, guint layer, const char *words);

G_END_DECLS
