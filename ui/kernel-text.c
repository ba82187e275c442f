/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-text.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "kernel-text-private.h"
#include "number.h"

/* Matrices as other programs write them. */

#define MAX_SIDE 4095

/* --- places and mistakes -------------------------------------------------- */

/* Says where and what; always returns FALSE. */
gboolean
reader_fail (const Reader *reader, const char *at, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  const char      *start   = reader->text;
  int              line    = 1;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  for (const char *c = reader->text; c < at; c++)
    if (*c == '\n')
      {
        line++;
        start = c + 1;
      }
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("line %d, column %d: %s"), line,
               (int) g_utf8_pointer_to_offset (start, at) + 1, message);
  return FALSE;
}

/* The same for what stands at @at and does not belong there. */
gboolean
reader_expect (const Reader *reader, const char *at, const char *what, GError **error)
{
  gsize            length = strcspn (at, " \t\n,;[](){}^:");
  g_autofree char *found  = NULL;

  if (*at == '\0')
    return reader_fail (reader, at, error, _("found the end, expected %s"), what);
  if (*at == '\n')
    return reader_fail (reader, at, error, _("found the end of the line, expected %s"), what);
  found = length > 0 ? g_strndup (at, length) : g_strndup (at, g_utf8_next_char (at) - at);
  if (g_utf8_strlen (found, -1) > 24)
    strcpy (g_utf8_offset_to_pointer (found, 20), "…");
  return reader_fail (reader, at, error, _("found “%s”, expected %s"), found, what);
}

/* --- what all forms have in common ---------------------------------------- */

/* Past all characters of @what. */
const char *
reader_skip (const char *at, const char *what)
{
  return at + strspn (at, what);
}

/* How many bytes of @at look like a number or a fraction. */
gsize
reader_number_size (const char *at)
{
  const char *digits = "0123456789+-.eE";
  gsize       length = strspn (at, digits);

  if (length > 0 && at[length] == '/' && strspn (at + length + 1, digits) > 0)
    length += 1 + strspn (at + length + 1, digits);
  return length;
}

/* Whether those bytes are a number, perhaps as 1/16 and, where @comma, as 0,5. */
gboolean
reader_parse (const char *text, gsize length, gboolean comma, double *value)
{
  g_autofree char *number = g_strndup (text, length);
  char            *over   = strchr (number, '/');
  double           below  = 1.0;

  for (char *c = number; comma && *c; c++)
    if (*c == '.')
      return FALSE;
    else if (*c == ',')
      *c = '.';
  if (over)
    {
      *over = '\0';
      if (!cnn_number_parse (over + 1, -1, &below) || below == 0.0)
        return FALSE;
    }
  if (!cnn_number_parse (number, -1, value) || !isfinite (*value / below))
    return FALSE;
  /* −0 is 0 to a person. */
  *value = *value == 0.0 ? 0.0 : *value / below;
  return TRUE;
}

gboolean
reader_add (Reader *reader, const char *at, double value, GError **error)
{
  if (reader->n_row == MAX_SIDE)
    return reader_fail (reader, at, error, _("found more than %d numbers in a row"), MAX_SIDE);
  g_array_append_val (reader->values, value);
  reader->n_row++;
  return TRUE;
}

gboolean
reader_end_row (Reader *reader, const char *at, GError **error)
{
  gboolean first = reader->depth == 0 && reader->n_rows == 0;

  if (first)
    reader->columns = reader->n_row;
  if (reader->n_row == 0)
    return reader_expect (reader, at, _("a number"), error);
  if (reader->n_row != reader->columns)
    return reader_fail (reader, at, error,
                        _("the row that ends here is %d long, the first one %d"),
                        reader->n_row, reader->columns);
  if (reader->n_rows == MAX_SIDE)
    return reader_fail (reader, at, error, _("found more than %d rows"), MAX_SIDE);
  reader->n_rows++;
  reader->n_row = 0;
  return TRUE;
}

gboolean
reader_end_matrix (Reader *reader, const char *at, GError **error)
{
  if (reader->depth == 0)
    reader->rows = reader->n_rows;
  if (reader->n_rows != reader->rows)
    return reader_fail (reader, at, error,
                        _("the matrix that ends here is %d high, the first one %d"),
                        reader->n_rows, reader->rows);
  if (reader->depth == MAX_SIDE)
    return reader_fail (reader, at, error, _("found more than %d matrices"), MAX_SIDE);
  reader->depth++;
  reader->n_rows = 0;
  return TRUE;
}

/* --- characters ----------------------------------------------------------- */

static gunichar
plain (gunichar c)
{
  if (c == 0x2212 || (c >= 0x2010 && c <= 0x2013) || c == 0xFE63 || c == 0xFF0D)
    return '-';
  if (c == '\v' || c == '\f' || (c >= 0x80 && g_unichar_isspace (c)))
    return ' ';
  if (c == 0x2044)
    return '/';
  if (c == 0xD7)
    return 'x';
  /* The wide forms of East Asian keyboards. */
  if (c >= 0xFF01 && c <= 0xFF5E)
    return c - 0xFF01 + '!';
  return c;
}

/* Each character in the one form that is known here, so that places stay places. */
static char *
make_plain (const char *text)
{
  GString *made = g_string_new (NULL);

  if (g_utf8_get_char (text) == 0xFEFF)
    text = g_utf8_next_char (text);
  for (; *text; text = g_utf8_next_char (text))
    if (*text == '\r')
      {
        if (text[1] != '\n')
          g_string_append_c (made, '\n');
      }
    else
      g_string_append_unichar (made, plain (g_utf8_get_char (text)));
  return g_string_free (made, FALSE);
}

/* --- public --------------------------------------------------------------- */

/**
 * cnn_kernel_text_read:
 * @text: a matrix, or several of one size: rows of numbers with tabs, spaces, commas or
 *   semicolons between them, an empty line between matrices; brackets as in MATLAB,
 *   NumPy or C; a kernel of ImageMagick (“3x3: 0,1,0 …”) or of G'MIC (“(0,1;1,0)”).
 *   Numbers may be fractions, 1/16, and have a decimal comma in columns with tabs or
 *   semicolons between
 * @depth: (out): how many matrices, 0 for a single one
 * @size: (out): rows and columns of each
 *
 * Returns: (transfer full): [depth or 1][size.height][size.width], or %NULL with
 *   %CNN_ERROR_SPEC set; the message says the line, the column, what was found and what
 *   was expected
 */
double *
cnn_kernel_text_read (const char *text, int *depth, CnnSize *size, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree char   *known  = NULL;
  const char        *start;
  gboolean           is_3d  = FALSE, ok;
  Reader             reader = { .values = values };

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("this is not text"));
      return NULL;
    }
  known = make_plain (text);
  reader.text = known;
  start = reader_skip (known, " \t\n");
  if (*start == '\0')
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("there is no text, expected rows of numbers"));
      return NULL;
    }
  if (reader_is_magick (start))
    ok = reader_magick (&reader, error);
  else if (*start == '(' && !strchr ("([{", *reader_skip (start + 1, " \t\n")))
    ok = reader_gmic (&reader, error);
  else if (reader_is_brackets (start))
    ok = reader_brackets (&reader, &is_3d, error);
  else
    ok = reader_rows (&reader, error);
  if (!ok)
    return NULL;
  *depth = is_3d || reader.depth > 1 ? reader.depth : 0;
  *size = (CnnSize) { reader.rows, reader.columns };
  return (double *) g_array_free (g_steal_pointer (&values), FALSE);
}

/**
 * cnn_kernel_text_number:
 * @text: one number as a person writes it: 0.5, 0,5 or 1/2, with any kind of minus
 * @value: (out): it
 *
 * Returns: whether @text is a finite number
 */
gboolean
cnn_kernel_text_number (const char *text, double *value)
{
  g_autofree char *known = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  known = g_strstrip (make_plain (text));
  return reader_parse (known, strlen (known), strchr (known, ',') != NULL, value);
}

/**
 * cnn_kernel_text_write:
 * @values: [depth or 1][size.height][size.width]
 *
 * Returns: (transfer full): rows of numbers with tabs between, as a spreadsheet takes
 *   them; an empty line between matrices
 */
char *
cnn_kernel_text_write (const double *values, int depth, CnnSize size)
{
  GString *text = g_string_new (NULL);

  for (int d = 0; d < MAX (depth, 1); d++)
    {
      if (d > 0)
        g_string_append_c (text, '\n');
      for (int y = 0; y < size.height; y++)
        for (int x = 0; x < size.width; x++)
          {
            cnn_number_append (text, *values++);
            g_string_append_c (text, x + 1 < size.width ? '\t' : '\n');
          }
    }
  return g_string_free (text, FALSE);
}

/**
 * cnn_kernel_text_brackets:
 * @values: [depth or 1][size.height][size.width]
 *
 * Returns: (transfer full): [[1,2],[3,4]], or a list of such where @depth is not 0, as
 *   Python and the text notation of networks read it
 */
char *
cnn_kernel_text_brackets (const double *values, int depth, CnnSize size)
{
  GString *text = g_string_new (depth > 0 ? "[" : NULL);

  for (int d = 0; d < MAX (depth, 1); d++)
    {
      g_string_append (text, d > 0 ? ",[" : "[");
      for (int y = 0; y < size.height; y++)
        {
          g_string_append (text, y > 0 ? ",[" : "[");
          for (int x = 0; x < size.width; x++)
            {
              if (x > 0)
                g_string_append_c (text, ',');
              cnn_number_append (text, *values++);
            }
          g_string_append_c (text, ']');
        }
      g_string_append_c (text, ']');
    }
  if (depth > 0)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}
