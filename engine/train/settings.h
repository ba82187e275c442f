/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "param.h"

G_BEGIN_DECLS

/* Structs that parameters describe, written as words with blanks between: values by place, or
 * as key=value. What a layer's words are to its op, for what is no layer. */

/**
 * CnnSettingsKinds:
 * @title: what they are kinds of, for errors
 * @kinds: an array of structs that begin with a name, const char *
 * @size: bytes of each
 * @n: how many
 */
typedef struct
{
  const char   *title;
  gconstpointer kinds;
  gsize         size;
  guint         n;
} CnnSettingsKinds;

void          cnn_settings_init  (const CnnParam *params, gpointer settings);
void          cnn_settings_clear (const CnnParam *params, gpointer settings);
gboolean      cnn_settings_read  (const char *title, const CnnParam *params, const char *text,
                                  gpointer settings, GError **error);
void          cnn_settings_print (const CnnParam *params, gconstpointer settings, GString *text);
char         *cnn_settings_split (const char *text, const char **rest);
gconstpointer cnn_settings_find  (const CnnSettingsKinds *kinds, const char *name);
gconstpointer cnn_settings_kind  (const CnnSettingsKinds *kinds, const char *text,
                                  const char **rest, GError **error);

G_END_DECLS
