/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PagePartKind: what a part of a page is. */
typedef enum
{
  PAGE_HEADING, /* @text: its words, @level of them */
  PAGE_FENCE,   /* @text: what is in a fenced block, @info: the words behind ``` */
  PAGE_NOTE,    /* @text: of a comment that a reader does not see */
  PAGE_ROW,     /* @text: of a table, from its first | to its last */
  PAGE_PICTURE, /* @text: its file */
  PAGE_LINK     /* @text: where it leads */
} PagePartKind;

/** PagePart: a part of a page that a test can hold against something. */
typedef struct
{
  PagePartKind kind;
  int          line;
  int          level;
  char        *info;
  char        *text;
} PagePart;

char      *page_file   (const char *name);
GPtrArray *page_read   (const char *name);
char      *page_anchor (const char *heading);
char     **page_cells  (const char *row);
gboolean   page_sum    (const char *line, char **mistake);
gboolean   page_number (const char *word, double *value, double *tolerance);

G_END_DECLS
