/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <string.h>

/* Reading what of a page of the documentation can be held against something. */

/** page_file: (transfer full): where a file of the source lies. */
char *
page_file (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "..", name, NULL);
}

static void
free_part (gpointer data)
{
  PagePart *part = data;

  g_free (part->info);
  g_free (part->text);
  g_free (part);
}

static void
add (GPtrArray *parts, PagePartKind kind, int line, int level, const char *info, char *text)
{
  PagePart *part = g_new (PagePart, 1);

  *part = (PagePart) { kind, line, level, g_strdup (info), g_strstrip (text) };
  g_ptr_array_add (parts, part);
}

static void
add_links (GPtrArray *parts, int line, const char *text)
{
  g_autoptr (GRegex)     link  = g_regex_new ("(!?)\\[[^\\]]*\\]\\(([^)]*)\\)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (link, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *mark = g_match_info_fetch (match, 1);

      add (parts, *mark == '!' ? PAGE_PICTURE : PAGE_LINK, line, 0, NULL,
           g_match_info_fetch (match, 2));
    }
}

/**
 * page_read:
 * @name: a file below the source's top
 *
 * Returns: (transfer full) (element-type PagePart): its parts, in order
 */
GPtrArray *
page_read (const char *name)
{
  g_autofree char      *path  = page_file (name);
  g_autofree char      *text  = NULL;
  g_autoptr (GError)    error = NULL;
  g_auto (GStrv)        lines = NULL;
  g_autoptr (GString)   fence = NULL;
  g_autofree char      *info  = NULL;
  GPtrArray            *parts = g_ptr_array_new_with_free_func (free_part);

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines[i]; i++)
    {
      const char *line = lines[i];
      /* A box of a page is a quotation. */
      const char *inner = g_str_has_prefix (line, "> ") ? line + 2 : line;

      if (g_str_has_prefix (inner, "```"))
        {
          if (fence)
            {
              add (parts, PAGE_FENCE, i + 1, 0, info,
                   g_string_free (g_steal_pointer (&fence), FALSE));
              g_clear_pointer (&info, g_free);
            }
          else
            {
              fence = g_string_new (NULL);
              info = g_strstrip (g_strdup (inner + 3));
            }
        }
      else if (fence)
        g_string_append_printf (fence, "%s\n", inner);
      else if (*line == '#')
        {
          int level = (int) strspn (line, "#");

          add (parts, PAGE_HEADING, i + 1, level, NULL, g_strdup (line + level));
        }
      else if (g_str_has_prefix (line, "<!--"))
        add (parts, PAGE_NOTE, i + 1, 0, NULL,
             g_strndup (line + 4, (gsize) (strstr (line, "-->") - line - 4)));
      else
        {
          if (*line == '|')
            add (parts, PAGE_ROW, i + 1, 0, NULL, g_strdup (line));
          add_links (parts, i + 1, line);
        }
    }
  if (fence)
    g_error ("%s: a block is not closed", name);
  return parts;
}

/** page_anchor: (transfer full): what a link to that heading is called, as GitHub has it. */
char *
page_anchor (const char *heading)
{
  GString *anchor = g_string_new (NULL);

  for (const char *at = heading; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == ' ')
        g_string_append_c (anchor, '-');
      else if (g_unichar_isalnum (c) || c == '-' || c == '_')
        g_string_append_unichar (anchor, g_unichar_tolower (c));
    }
  return g_string_free (anchor, FALSE);
}

/** page_cells: (transfer full): the cells of a table's row, without what makes them code. */
char **
page_cells (const char *row)
{
  char **cells = g_strsplit (row + 1, "|", -1);
  guint  n     = g_strv_length (cells);

  g_clear_pointer (&cells[n - 1], g_free);
  for (guint i = 0; cells[i]; i++)
    {
      g_strdelimit (cells[i], "`", ' ');
      g_strstrip (cells[i]);
    }
  return cells;
}

/**
 * page_number:
 * @tolerance: (out): how far what it stands for may be off: half of its last place; nearly
 *   nothing where it has no decimals
 *
 * Returns: whether @word is a number as people write it: with − and commas between thousands
 */
gboolean
page_number (const char *word, double *value, double *tolerance)
{
  g_autoptr (GString) plain = g_string_new (word);
  const char         *point;
  char               *end;

  g_string_replace (plain, "−", "-", 0);
  g_string_replace (plain, ",", "", 0);
  *value = g_ascii_strtod (plain->str, &end);
  if (end == plain->str || *end)
    return FALSE;
  *tolerance = 1e-5;
  point = strchr (plain->str, '.');
  if (point)
    {
      *tolerance = 0.505;
      for (const char *digit = point + 1; *digit; digit++)
        *tolerance /= 10.0;
    }
  return TRUE;
}
