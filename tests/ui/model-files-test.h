/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "editor-test.h"
#include "file-view.h"

G_BEGIN_DECLS

#define MODEL_FILES_FIRST "conv 2 3x3 pad=same # mine\n"

/* A branch, names, and weights that are drawn. */
#define MODEL_FILES_SMALL "input ?x?x3\n"                                              \
                          "conv 6 3x3 stride=2 pad=1 bias=0.5,-1,0,0,2,0.25 as=first\n" \
                          "relu\n"                                                     \
                          "conv 6 1x1 as=left\n"                                       \
                          "conv 6 3x3 pad=1 from=first as=right\n"                     \
                          "add left from=right\n"                                      \
                          "maxpool 2\n"

extern char *model_files_folder;

int         model_files_run   (void);
char       *model_files_path  (const char *name);
char       *model_files_write (const char *name, const char *text, GHashTable *metadata);
void        model_files_bench (Bench *bench);
gboolean    model_files_idle  (gpointer bench);
void        model_files_do    (Bench *bench, void (*what) (CnnFileView *view, const char *file),
                               const char *file);
const char *model_files_text  (Bench *bench);
gboolean    model_files_says  (Bench *bench, const char *sentence);

G_END_DECLS
