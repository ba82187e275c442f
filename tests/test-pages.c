/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "page.h"

/* The pages: their links lead somewhere, their pictures are there and all of them are used, and
 * the tutorial is the same in both languages. */

static const char *const pages[] = { "docs/tutorial.md", "docs/tutorial.zh_CN.md" };

/* --- links ------------------------------------------------------------------------------------ */

static gboolean
has_anchor (const char *page, const char *anchor)
{
  g_autoptr (GPtrArray) parts = page_read (page);

  for (guint i = 0; i < parts->len; i++)
    {
      const PagePart  *part = g_ptr_array_index (parts, i);
      g_autofree char *its  = part->kind == PAGE_HEADING ? page_anchor (part->text) : NULL;

      if (its && strcmp (its, anchor) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
test_links (gconstpointer name)
{
  g_autoptr (GPtrArray) parts  = page_read (name);
  g_autofree char      *folder = g_path_get_dirname (name);

  for (guint i = 0; i < parts->len; i++)
    {
      const PagePart  *part  = g_ptr_array_index (parts, i);
      g_auto (GStrv)   words = NULL;
      g_autofree char *file  = NULL, *path = NULL;

      if ((part->kind != PAGE_LINK && part->kind != PAGE_PICTURE) ||
          g_str_has_prefix (part->text, "https://"))
        continue;
      words = g_strsplit (part->text, "#", 2);
      file = *words[0] ? g_build_filename (folder, words[0], NULL) : g_strdup (name);
      path = page_file (file);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        g_error ("%s:%d: there is no %s", (const char *) name, part->line, file);
      if (words[1] && !has_anchor (file, words[1]))
        g_error ("%s:%d: %s has no heading “%s”", (const char *) name, part->line, file, words[1]);
    }
}

/* Each picture that is kept stands on a page. */
static void
test_pictures (void)
{
  g_autofree char      *folder = page_file ("docs/tutorial");
  g_autoptr (GError)    error  = NULL;
  g_autoptr (GDir)      dir    = g_dir_open (folder, 0, &error);
  g_autoptr (GPtrArray) first  = page_read (pages[0]), second = page_read (pages[1]);
  const char           *file;

  g_assert_no_error (error);
  while ((file = g_dir_read_name (dir)))
    {
      g_autofree char *link  = g_build_filename ("tutorial", file, NULL);
      gboolean         found = FALSE;

      for (guint i = 0; i < first->len + second->len; i++)
        {
          const PagePart *part = i < first->len ? g_ptr_array_index (first, i)
                                                : g_ptr_array_index (second, i - first->len);

          found |= part->kind == PAGE_PICTURE && strcmp (part->text, link) == 0;
        }
      if (!found)
        g_error ("docs/%s stands on no page", link);
    }
}

/* --- both languages --------------------------------------------------------------------------- */

/* What must be the same: of a network everything but what is said of it. */
static char *
bare (const PagePart *part)
{
  g_autoptr (GRegex)  remark = g_regex_new (" *#[^\\n]*|[^\\n]*: (?=[^\\n]*[=≈])", 0, 0, NULL);
  g_autoptr (GString) text   = NULL;

  if (part->kind == PAGE_HEADING)
    return g_strnfill ((gsize) part->level, '#');
  if (part->kind == PAGE_FENCE)
    return g_regex_replace_literal (remark, part->text, -1, 0, "", 0, NULL);
  text = g_string_new (part->text);
  g_string_replace (text, ".zh_CN", "", 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_languages (void)
{
  g_autoptr (GPtrArray) english = page_read (pages[0]), chinese = page_read (pages[1]);
  GPtrArray            *parts[] = { english, chinese };
  guint                 at[2] = { 0, 0 };

  while (TRUE)
    {
      const PagePart  *both[2] = { NULL, NULL };
      g_autofree char *one = NULL, *other = NULL;

      for (int p = 0; p < 2; p++)
        for (; at[p] < parts[p]->len && both[p] == NULL; at[p]++)
          {
            const PagePart *part = g_ptr_array_index (parts[p], at[p]);

            if (part->kind != PAGE_ROW && part->kind != PAGE_LINK)
              both[p] = part;
          }
      if (both[0] == NULL && both[1] == NULL)
        break;
      if (both[0] == NULL || both[1] == NULL)
        g_error ("%s goes on where the other page ends", pages[both[0] == NULL]);
      one = bare (both[0]);
      other = bare (both[1]);
      if (both[0]->kind != both[1]->kind || g_strcmp0 (both[0]->info, both[1]->info) != 0 ||
          strcmp (one, other) != 0)
        g_error ("%s:%d and %s:%d are not the same:\n%s\n%s", pages[0], both[0]->line, pages[1],
                 both[1]->line, one, other);
    }
}

int
main (int argc, char **argv)
{
  static const char *const linked[] = { "README.md", "docs/tutorial.md", "docs/tutorial.zh_CN.md",
                                        "docs/training.md", "docs/classifying.md", "docs/onnx.md",
                                        "docs/results.md", "docs/learning.md" };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (linked); i++)
    {
      g_autofree char *path = g_strconcat ("/pages/links/", linked[i], NULL);

      g_test_add_data_func (path, linked[i], test_links);
    }
  g_test_add_func ("/pages/pictures", test_pictures);
  g_test_add_func ("/pages/languages", test_languages);
  return g_test_run ();
}
