/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kernel-text.h"

G_BEGIN_DECLS

/**
 * Reader:
 * @text: what is read, each character that has many forms in the form known here
 * @values: (element-type double): the numbers so far
 * @columns: numbers in each row, once the first has ended
 * @rows: rows in each matrix, once the first has ended
 * @depth: matrices that have ended
 * @n_row: numbers of the row that is being read
 * @n_rows: rows of the matrix that is being read
 *
 * Matrices while they are read from some text.
 */
typedef struct
{
  const char *text;
  GArray     *values;
  int         columns;
  int         rows;
  int         depth;
  int         n_row;
  int         n_rows;
} Reader;

gboolean    reader_fail        (const Reader *reader, const char *at, GError **error,
                                const char *format, ...) G_GNUC_PRINTF (4, 5);
gboolean    reader_expect      (const Reader *reader, const char *at, const char *what,
                                GError **error);
gsize       reader_number_size (const char *at);
gboolean    reader_parse       (const char *text, gsize length, gboolean comma, double *value);
gboolean    reader_add         (Reader *reader, const char *at, double value, GError **error);
gboolean    reader_end_row     (Reader *reader, const char *at, GError **error);
gboolean    reader_end_matrix  (Reader *reader, const char *at, GError **error);
const char *reader_skip        (const char *at, const char *what);

/* One for each form that a text can have: whether it is right. */
gboolean    reader_rows        (Reader *reader, GError **error);
gboolean    reader_brackets    (Reader *reader, gboolean *is_3d, GError **error);
gboolean    reader_gmic        (Reader *reader, GError **error);
gboolean    reader_magick      (Reader *reader, GError **error);

gboolean    reader_is_brackets (const char *text);
gboolean    reader_is_magick   (const char *text);

G_END_DECLS
