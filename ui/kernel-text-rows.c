/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-text-private.h"

#include <string.h>

#include "i18n.h"

/* Rows of numbers as a spreadsheet or a person writes them, one a line. What stands
 * between numbers, and whether a comma is part of one, shows in the text as a whole. */

typedef enum
{
  BY_TAB,       /* tabs between cells, decimal commas */
  BY_SEMICOLON, /* the same with semicolons */
  BY_COMMA,     /* commas or spaces between numbers; a semicolon also ends a row */
  BY_GROUP      /* one line: spaces between rows, commas between numbers */
} Style;

static const char *
line_end (const char *at)
{
  return at + strcspn (at, "\n");
}

static const char *
trim_end (const char *start, const char *end)
{
  while (end > start && strchr (" \t", end[-1]))
    end--;
  return end;
}

static gboolean
has (const char *start, const char *end, char what)
{
  while (start < end && *start != what)
    start++;
  return start < end;
}

/* Whether a cell could hold one number with at most a decimal comma. */
static gboolean
is_decimal (const char *start, const char *end)
{
  int commas = 0;

  start = reader_skip (start, " \t");
  end = trim_end (start, end);
  for (const char *c = start; c < end; c++)
    if (strchr (" \t", *c))
      return FALSE;
    else if (*c == ',' && (++commas > 1 || c == start || !g_ascii_isdigit (c[-1]) ||
                           c + 1 == end || !g_ascii_isdigit (c[1])))
      return FALSE;
  return TRUE;
}

/* Semicolons stand between columns where every cell can be a number, else between
 * rows. */
static Style
semicolon_style (const char *text)
{
  gboolean inside = FALSE;

  for (const char *line = text; *line; line = reader_skip (line_end (line), "\n"))
    {
      const char *end = trim_end (line, line_end (line));

      for (const char *cell = line; cell < end;)
        {
          const char *next = MIN (cell + strcspn (cell, ";"), end);

          if (!is_decimal (cell, next))
            return BY_COMMA;
          inside = inside || next + 1 < end;
          cell = next + 1;
        }
    }
  return inside ? BY_SEMICOLON : BY_COMMA;
}

/* Spaces that stand next to no comma, and the fewest commas between two of them. */
static int
count_groups (const char *start, const char *end, int *fewest)
{
  int groups = 1, commas = 0;

  *fewest = G_MAXINT;
  for (const char *c = start; c < end; c++)
    {
      const char *next = reader_skip (c, " \t");

      if (*c == ',')
        {
          commas++;
          c = reader_skip (c + 1, " \t") - 1;
        }
      else if (next > c && next < end && *next != ',')
        {
          groups++;
          *fewest = MIN (*fewest, commas);
          commas = 0;
          c = next - 1;
        }
    }
  *fewest = MIN (*fewest, commas);
  return groups;
}

static Style
style_of (const char *text)
{
  const char *end = text + strlen (text);
  int         fewest;

  for (const char *line = text; *line; line = reader_skip (line_end (line), "\n"))
    {
      const char *last = trim_end (line, line_end (line));

      if (has (reader_skip (line, " \t"), last, '\t'))
        return BY_TAB;
    }
  if (strchr (text, ';'))
    return semicolon_style (text);
  while (end > text && strchr (" \t\n", end[-1]))
    end--;
  if (!has (text, end, '\n') && count_groups (text, end, &fewest) > 1 && fewest > 1)
    return BY_GROUP;
  return BY_COMMA;
}

/* --- a line --------------------------------------------------------------- */

/* Cells with @between between them. */
static gboolean
read_cells (Reader *reader, const char *start, const char *end, char between, GError **error)
{
  if (between == ';' && end[-1] == ';')
    end--;
  for (const char *cell = start; cell <= end;)
    {
      const char *next = memchr (cell, between, end - cell);
      const char *last = next ? next : end;
      const char *from = cell + strspn (cell, between == '\t' ? " " : " \t");
      double      value;

      from = MIN (from, last);
      if (trim_end (from, last) == from)
        return reader_fail (reader, cell, error, _("this cell is empty, expected a number"));
      if (!reader_parse (from, trim_end (from, last) - from,
                         has (from, last, ','), &value))
        return reader_expect (reader, from, _("a number"), error);
      if (!reader_add (reader, from, value, error))
        return FALSE;
      cell = last + 1;
    }
  return reader_end_row (reader, end, error);
}

/* Numbers with commas or spaces between them. */
static gboolean
read_list (Reader *reader, const char *start, const char *end, GError **error)
{
  int fewest;

  end = trim_end (start, end);
  if (has (start, end, ',') && count_groups (start, end, &fewest) > 1)
    return reader_fail (reader, start, error,
                        _("a comma could stand in a number or between two here; put tabs or "
                          "semicolons between numbers, or commas everywhere"));
  for (const char *at = start; at < end;)
    {
      gsize  length = reader_number_size (at);
      double value;

      if (!reader_parse (at, length, FALSE, &value))
        return reader_expect (reader, at, _("a number"), error);
      if (!reader_add (reader, at, value, error))
        return FALSE;
      at += length;
      if (at < end && !strchr (", \t", *at))
        return reader_expect (reader, at, _("a space, a comma or the end of the row"), error);
      at = reader_skip (at, " \t");
      if (*at == ',')
        at = reader_skip (at + 1, " \t");
    }
  return reader_end_row (reader, end, error);
}

/* Lists, each ended by one of @ends. */
static gboolean
read_lists (Reader *reader, const char *start, const char *end, const char *ends, GError **error)
{
  while (start < end)
    {
      const char *last = MIN (start + strcspn (start, ends), end);

      if (!read_list (reader, start, last, error))
        return FALSE;
      start = reader_skip (MIN (last + 1, end), " \t");
    }
  return TRUE;
}

/* --- all of it ------------------------------------------------------------ */

gboolean
reader_rows (Reader *reader, GError **error)
{
  Style       style = style_of (reader->text);
  const char *last  = reader->text;

  for (const char *line = reader->text; *line;)
    {
      const char *start = reader_skip (line, style == BY_TAB ? " " : " \t");
      const char *end   = line_end (line);
      gboolean    ok    = TRUE;

      line = *end ? end + 1 : end;
      end = style == BY_TAB ? end : trim_end (start, end);
      if (trim_end (start, end) == start)
        {
          /* Rows of one matrix stand together. */
          if (reader->n_rows > 0 && !reader_end_matrix (reader, last, error))
            return FALSE;
          continue;
        }
      if (style == BY_TAB || style == BY_SEMICOLON)
        ok = read_cells (reader, start, end, style == BY_TAB ? '\t' : ';', error);
      else
        ok = read_lists (reader, start, end, style == BY_GROUP ? " \t\n" : ";\n", error);
      if (!ok)
        return FALSE;
      last = end;
    }
  return reader->n_rows == 0 || reader_end_matrix (reader, last, error);
}
