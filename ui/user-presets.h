/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GPtrArray *user_presets_list   (const char *folder, GError **error);
char      *user_presets_name   (const char *typed, GError **error);
gboolean   user_presets_exists (const char *folder, const char *name);
char      *user_presets_load   (const char *folder, const char *name, GError **error);
gboolean   user_presets_save   (const char *folder, const char *name, const char *text,
                                GError **error);
gboolean   user_presets_rename (const char *folder, const char *name, const char *to,
                                GError **error);
gboolean   user_presets_remove (const char *folder, const char *name, GError **error);

G_END_DECLS
