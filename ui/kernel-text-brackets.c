/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-text-private.h"

#include <math.h>
#include <string.h>

#include "i18n.h"

/* Matrices in brackets, and the kernels of ImageMagick and G'MIC. */

#define SPACE " \t\n"

/* Reads the number at @at; its end, or NULL. */
static const char *
read_number (Reader *reader, const char *at, GError **error)
{
  gsize  length = reader_number_size (at);
  double value;

  if (!reader_parse (at, length, FALSE, &value))
    {
      reader_expect (reader, at, _("a number"), error);
      return NULL;
    }
  return reader_add (reader, at, value, error) ? at + length : NULL;
}

static gboolean
read_end (const Reader *reader, const char *at, GError **error)
{
  at = reader_skip (at, SPACE);
  return *at == '\0' || reader_expect (reader, at, _("the end"), error);
}

/* --- brackets ------------------------------------------------------------- */

static char
closing (char open)
{
  return open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : '\0';
}

static const char *
expect_close (Reader *reader, const char *at, char open, GError **error)
{
  char             close    = closing (open);
  g_autofree char *expected = NULL;

  if (*at == close)
    return at + 1;
  expected = g_strdup_printf (_("a number, a comma or “%c”"), close);
  reader_expect (reader, at, expected, error);
  return NULL;
}

/* [1 2 3; 4 5 6]: rows end at a semicolon or at the end of a line, but not after a comma
 * or three points. */
static const char *
read_flat (Reader *reader, const char *at, GError **error)
{
  const char *start = at;
  char        open  = *at++;

  for (;;)
    {
      at = reader_skip (at, " \t");
      if (strncmp (at, "...", 3) == 0 && at[3 + strspn (at + 3, " \t")] == '\n')
        at = reader_skip (at + 3, SPACE);
      else if (*at == ';' || *at == '\n')
        {
          if (reader->n_row > 0 && !reader_end_row (reader, at, error))
            return NULL;
          at++;
        }
      else if (*at == ',' && reader->n_row > 0)
        at = reader_skip (at + 1, SPACE);
      else if (*at == closing (open))
        break;
      else if (*at == '\0')
        {
          reader_fail (reader, start, error, _("this bracket is not closed"));
          return NULL;
        }
      else
        {
          at = read_number (reader, at, error);
          if (at == NULL)
            return NULL;
          if (*at != closing (open) && !strchr (" \t\n,;", *at))
            return expect_close (reader, at, open, error);
        }
    }
  if (reader->n_row > 0 && !reader_end_row (reader, at, error))
    return NULL;
  if (reader->n_rows == 0)
    {
      reader_expect (reader, at, _("a number"), error);
      return NULL;
    }
  return reader_end_matrix (reader, at, error) ? at + 1 : NULL;
}

/* [[1, 2], [3, 4]]: @depth is that of the brackets within these. */
static const char *
read_nested (Reader *reader, const char *at, int depth, GError **error)
{
  const char *start = at;
  char        open  = *at;

  if (closing (open) == '\0')
    {
      reader_expect (reader, at, _("an opening bracket"), error);
      return NULL;
    }
  for (at = reader_skip (at + 1, SPACE); *at != closing (open);)
    {
      if (*at == '\0')
        {
          reader_fail (reader, start, error, _("this bracket is not closed"));
          return NULL;
        }
      at = depth > 0 ? read_nested (reader, at, depth - 1, error)
                     : read_number (reader, at, error);
      if (at == NULL)
        return NULL;
      if (!strchr (SPACE ",", *at) && *at != closing (open) && closing (*at) == '\0')
        return expect_close (reader, at, open, error);
      at = reader_skip (at, SPACE);
      if (*at == ',')
        at = reader_skip (at + 1, SPACE);
    }
  if (depth == 0 ? !reader_end_row (reader, at, error)
                 : depth == 1 && !reader_end_matrix (reader, at, error))
    return NULL;
  return at + 1;
}

/* The bracket that opens @text's matrix, past what may stand before it: “k = ”,
 * “1/16 * ”, “np.array(”. */
static const char *
opening (const char *text, double *factor, gboolean *called)
{
  const char *at   = reader_skip (text, SPACE);
  const char *name = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  gsize       length;

  *factor = 1.0;
  *called = FALSE;
  if (g_ascii_isalpha (*at) && *reader_skip (reader_skip (at, name), SPACE) == '=')
    at = reader_skip (reader_skip (reader_skip (at, name), SPACE) + 1, SPACE);
  length = reader_number_size (at);
  if (length > 0)
    {
      const char *star = reader_skip (at + length, SPACE);

      if (*star == '*' && reader_parse (at, length, FALSE, factor))
        at = reader_skip (star + 1, SPACE);
    }
  if (g_ascii_isalpha (*at) && *reader_skip (at, name) == '(')
    {
      *called = TRUE;
      at = reader_skip (reader_skip (at, name) + 1, SPACE);
    }
  return at;
}

gboolean
reader_is_brackets (const char *text)
{
  double   factor;
  gboolean called;

  return closing (*opening (text, &factor, &called)) != '\0';
}

/* What may stand after a matrix: “, dtype=float)”, “/ 16”, “;”. */
static gboolean
read_tail (Reader *reader, const char *at, gboolean called, double factor, GError **error)
{
  const char *rest;

  at = reader_skip (at, SPACE);
  if (called)
    {
      if (*at == ',')
        at += strcspn (at, ")");
      if (*at != ')')
        return reader_expect (reader, at, "“)”", error);
      at = reader_skip (at + 1, SPACE);
    }
  if (*at == '/' || *at == '*')
    {
      double value;
      gsize  length;

      rest = reader_skip (at + 1, SPACE);
      length = reader_number_size (rest);
      if (!reader_parse (rest, length, FALSE, &value) || (*at == '/' && value == 0.0))
        return reader_expect (reader, rest, _("a number"), error);
      factor = *at == '/' ? factor / value : factor * value;
      at = reader_skip (rest + length, SPACE);
    }
  if (*at == ';')
    at++;
  if (!read_end (reader, at, error))
    return FALSE;
  for (guint i = 0; i < reader->values->len && factor != 1.0; i++)
    {
      double *value = &g_array_index (reader->values, double, i);

      *value = *value == 0.0 ? 0.0 : *value * factor;
      if (!isfinite (*value))
        return reader_fail (reader, at, error, _("the numbers become too large"));
    }
  return TRUE;
}

gboolean
reader_brackets (Reader *reader, gboolean *is_3d, GError **error)
{
  gboolean    called;
  double      factor;
  const char *start = opening (reader->text, &factor, &called);
  const char *at    = start;
  int         depth = 0;

  while (closing (*at) != '\0')
    {
      depth++;
      at = reader_skip (at + 1, SPACE);
    }
  if (depth > 3)
    return reader_fail (reader, start, error,
                        _("found %d brackets in each other, expected one, two or three"), depth);
  *is_3d = depth == 3;
  at = depth == 1 ? read_flat (reader, start, error)
                  : read_nested (reader, start, depth - 1, error);
  return at != NULL && read_tail (reader, at, called, factor, error);
}

/* --- G'MIC ---------------------------------------------------------------- */

/* (1,2;3,4^5,6;7,8): , between numbers, ; between rows, / and ^ between matrices. */
gboolean
reader_gmic (Reader *reader, GError **error)
{
  const char *at = reader_skip (reader->text, SPACE) + 1;

  for (;;)
    {
      gsize  length;
      double value;

      at = reader_skip (at, SPACE);
      /* A stroke begins the next matrix here, and is no fraction's. */
      length = strspn (at, "0123456789+-.eE");
      if (!reader_parse (at, length, FALSE, &value))
        return reader_expect (reader, at, _("a number"), error);
      if (!reader_add (reader, at, value, error))
        return FALSE;
      at = reader_skip (at + length, SPACE);
      if (*at == ',')
        {
          at++;
          continue;
        }
      if (*at == '\0' || !strchr (";/^)", *at))
        return reader_expect (reader, at, _("“,”, “;”, “^”, “/” or “)”"), error);
      if (!reader_end_row (reader, at, error) ||
          (*at != ';' && !reader_end_matrix (reader, at, error)))
        return FALSE;
      if (*at++ == ')')
        return read_end (reader, at, error);
    }
}

/* --- ImageMagick ---------------------------------------------------------- */

/* “3x3: …”, “3: …”, “3x3+1+1: …”, perhaps with signs that ask for copies. */
gboolean
reader_is_magick (const char *text)
{
  return g_ascii_isdigit (*text) && text[strspn (text, "0123456789x+-@<>")] == ':';
}

static gboolean
read_extent (const char **at, int *value)
{
  gsize length = strspn (*at, "0123456789");

  if (length == 0 || length > 4)
    return FALSE;
  *value = (int) g_ascii_strtoll (*at, NULL, 10);
  *at += length;
  return TRUE;
}

/* Columns, rows, and the column and row of the origin. */
static gboolean
read_geometry (Reader *reader, const char **at, CnnSize *size, CnnSize *origin, GError **error)
{
  const char *start = *at;
  gboolean    ok    = read_extent (at, &size->width);

  size->height = size->width;
  if (ok && **at == 'x')
    {
      (*at)++;
      ok = read_extent (at, &size->height);
    }
  *origin = (CnnSize) { (size->height - 1) / 2, (size->width - 1) / 2 };
  if (ok && **at == '+')
    {
      (*at)++;
      ok = read_extent (at, &origin->width) && *(*at)++ == '+' && read_extent (at, &origin->height);
    }
  if (ok && strchr ("@<>", **at))
    return reader_fail (reader, *at, error,
                        _("“%c” asks for turned copies, which are not made here; turn the kernel "
                          "with the buttons"), **at);
  if (!ok || **at != ':' || size->width < 1 || size->height < 1 || size->width > 4095 ||
      size->height > 4095 || origin->width >= size->width || origin->height >= size->height)
    return reader_fail (reader, start, error,
                        _("expected columns and rows such as “3x3:”, each from 1 to 4095"));
  (*at)++;
  return TRUE;
}

static gboolean
read_magick_numbers (Reader *reader, const char *at, CnnSize size, GError **error)
{
  int n = 0;

  for (at = reader_skip (at, SPACE ","); *at != '\0' && *at != ';';
       at = reader_skip (at, SPACE ","))
    {
      gsize  length = strcspn (at, SPACE ",;");
      double value  = 0.0;

      if (n == size.height * size.width)
        return reader_fail (reader, at, error,
                            _("found more numbers than %dx%d asks for"), size.width,
                            size.height);
      /* What is no part of the window is multiplied with nothing. */
      if (!(length == 1 && *at == '-') &&
          !(length == 3 && g_ascii_strncasecmp (at, "nan", 3) == 0) &&
          !reader_parse (at, length, FALSE, &value))
        return reader_expect (reader, at, _("a number"), error);
      if (!reader_add (reader, at, value, error) ||
          (++n % size.width == 0 && !reader_end_row (reader, at, error)))
        return FALSE;
      at += length;
    }
  if (*at == ';' && *reader_skip (at + 1, SPACE) != '\0')
    return reader_fail (reader, at + 1, error,
                        _("found several kernels; please paste one at a time"));
  if (n < size.height * size.width)
    return reader_fail (reader, at, error, _("found %d of the %d numbers that %dx%d asks for"), n,
                        size.height * size.width, size.width, size.height);
  return reader_end_matrix (reader, at, error);
}

/* Zeros around the matrix that bring its origin to the middle. */
static gboolean
centre (Reader *reader, CnnSize origin, GError **error)
{
  CnnSize size   = { reader->rows, reader->columns };
  int     above  = origin.height, left = origin.width;
  int     below  = size.height - 1 - above, right = size.width - 1 - left;
  int     top    = above == (size.height - 1) / 2 ? 0 : MAX (below - above, 0);
  int     before = left == (size.width - 1) / 2 ? 0 : MAX (right - left, 0);
  CnnSize to     = { above == (size.height - 1) / 2 ? size.height : 2 * MAX (above, below) + 1,
                     left == (size.width - 1) / 2 ? size.width : 2 * MAX (left, right) + 1 };
  g_autofree double *was = NULL;

  if (to.height == size.height && to.width == size.width)
    return TRUE;
  if (to.height > 4095 || to.width > 4095)
    return reader_fail (reader, reader->text, error,
                        _("with the origin in the middle it has more than %d rows or columns"),
                        4095);
  was = g_memdup2 (reader->values->data, reader->values->len * sizeof (double));
  g_array_set_size (reader->values, 0);
  g_array_set_size (reader->values, (guint) to.height * to.width);
  memset (reader->values->data, 0, reader->values->len * sizeof (double));
  for (int y = 0; y < size.height; y++)
    memcpy (&g_array_index (reader->values, double, (gsize) (top + y) * to.width + before),
            was + (gsize) y * size.width, size.width * sizeof (double));
  reader->rows = to.height;
  reader->columns = to.width;
  return TRUE;
}

gboolean
reader_magick (Reader *reader, GError **error)
{
  const char *at = reader_skip (reader->text, SPACE);
  CnnSize     size = { 0, 0 }, origin;

  return read_geometry (reader, &at, &size, &origin, error) &&
         read_magick_numbers (reader, at, size, error) && centre (reader, origin, error);
}
