/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files that a test makes, in a folder of its own. */

void        test_files_begin (void);
void        test_files_end   (void);
const char *test_files       (void);
char       *path             (const char *name);
void        make_folder      (const char *name);
void        write_file       (const char *name, gconstpointer bytes, gsize n);
void        write_packed     (const char *name, gconstpointer bytes, gsize n, gsize keep);

#define WRITE(name, bytes) write_file (name, bytes, sizeof bytes)

G_END_DECLS
