/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char **cnn_labels_parse (const char *text);
char **cnn_labels_find  (const char *model_file, GHashTable *metadata, int n);

G_END_DECLS
