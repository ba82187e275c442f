/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mnemonic.h"

#include <string.h>

/**
 * cnn_mnemonic_add:
 * @label: in words
 * @key: ASCII letters to choose from where @label has none that is free
 * @taken: letters in small that are in use; the one that is chosen joins them
 *
 * Returns: (transfer full): @label with a letter to reach it by that none of @taken has:
 *   one of its own, or else the first free one of @key in parentheses; or with none
 */
char *
cnn_mnemonic_add (const char *label, const char *key, GString *taken)
{
  g_auto (GStrv)   parts  = g_strsplit (label, "_", -1);
  g_autofree char *plain  = g_strjoinv ("__", parts);

  for (const char *c = plain; *c; c++)
    if (g_ascii_isalpha (*c) && !strchr (taken->str, g_ascii_tolower (*c)))
      {
        g_string_append_c (taken, g_ascii_tolower (*c));
        return g_strdup_printf ("%.*s_%s", (int) (c - plain), plain, c);
      }
  for (const char *c = key; *c; c++)
    if (g_ascii_isalpha (*c) && !strchr (taken->str, g_ascii_tolower (*c)))
      {
        g_string_append_c (taken, g_ascii_tolower (*c));
        return g_strdup_printf ("%s (_%c)", plain, g_ascii_toupper (*c));
      }
  return g_steal_pointer (&plain);
}
