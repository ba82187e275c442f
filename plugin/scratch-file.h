/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int      scratch_file_open  (const char *folder);
gboolean scratch_file_write (int file, gconstpointer from, gsize size, goffset at);
gboolean scratch_file_read  (int file, gpointer to, gsize size, goffset at);

G_END_DECLS
