/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pattern.h"

#include <string.h>

#include "i18n.h"
#include "number.h"

/* --- reading ---------------------------------------------------------------- */

typedef struct
{
  CnnPattern *pattern;
  const char *at;
  gboolean    after; /* behind the arrow */
  gboolean    placed[CNN_PATTERN_ATOMS]; /* behind the arrow, too */
  GError    **error;
} Reader;

static gsize
word_length (const char *at)
{
  gsize n = 0;

  while (g_ascii_isalnum (at[n]) || at[n] == '_')
    n++;
  return n;
}

static gboolean
starts_atom (const char *at)
{
  return g_ascii_isalpha (*at);
}

static void
skip_spaces (Reader *reader)
{
  while (*reader->at == ' ' || *reader->at == '\t')
    reader->at++;
}

/* Says what stands where something else was expected. */
static gboolean
unexpected (Reader *reader, const char *expected)
{
  const char      *at = reader->at;
  gsize            n = MAX (word_length (at), 1);
  g_autofree char *found = NULL;

  if (*at == '\0')
    {
      g_set_error (reader->error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the pattern ends too soon, expected %s"), expected);
      return FALSE;
    }
  if (strncmp (at, "->", 2) == 0)
    n = 2;
  found = (guchar) *at < 0x80 ? g_strndup (at, n) : g_strndup (at, g_utf8_next_char (at) - at);
  g_set_error (reader->error, CNN_ERROR, CNN_ERROR_SPEC,
               _("in the pattern: found “%s”, expected %s"), found, expected);
  return FALSE;
}

static gboolean
refused (Reader *reader, const char *format, const char *name)
{
  g_set_error (reader->error, CNN_ERROR, CNN_ERROR_SPEC, format, name);
  return FALSE;
}

static int
find_atom (const CnnPattern *pattern, const char *name)
{
  int i = 0;

  while (i < pattern->n_atoms && strcmp (pattern->names[i], name) != 0)
    i++;
  return i;
}

/* A part's number, by its name; it is new before the arrow, and known behind it. */
static gboolean
read_name (Reader *reader, int *atom)
{
  CnnPattern *pattern = reader->pattern;
  gsize       n = word_length (reader->at);
  char        name[CNN_PATTERN_NAME] = "";

  if (n >= CNN_PATTERN_NAME)
    return unexpected (reader, _("a shorter name"));
  memcpy (name, reader->at, n);
  *atom = find_atom (pattern, name);
  if (!reader->after && *atom < pattern->n_atoms)
    return refused (reader, _("in the pattern: “%s” stands before the arrow twice"), name);
  if (reader->after && *atom == pattern->n_atoms)
    return refused (reader, _("in the pattern: “%s” does not stand before the arrow"), name);
  if (reader->after && reader->placed[*atom])
    return refused (reader, _("in the pattern: “%s” stands behind the arrow twice"), name);
  if (*atom == CNN_PATTERN_ATOMS)
    {
      g_set_error (reader->error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("in the pattern: expected at most %d names"), CNN_PATTERN_ATOMS);
      return FALSE;
    }
  if (reader->after)
    reader->placed[*atom] = TRUE;
  else
    memcpy (pattern->names[pattern->n_atoms++], name, CNN_PATTERN_NAME);
  reader->at += n;
  return TRUE;
}

/* A name, perhaps with a size after a colon. */
static gboolean
read_atom (Reader *reader, int *atom)
{
  double size;
  gsize  n;

  if (!read_name (reader, atom))
    return FALSE;
  if (*reader->at != ':')
    return TRUE;
  reader->at++;
  n = strspn (reader->at, "0123456789");
  if (n == 0 || !cnn_number_parse (reader->at, (gssize) n, &size) || size < 1.0 || size > 1 << 30)
    return unexpected (reader, _("a size from 1 on, as in “r:2”"));
  if (reader->pattern->sizes[*atom] > 0 && reader->pattern->sizes[*atom] != (int) size)
    return unexpected (reader, _("the same size as before the arrow"));
  reader->pattern->sizes[*atom] = (int) size;
  reader->at += n;
  return TRUE;
}

/* A name, names in parentheses, or 1. */
static gboolean
read_group (Reader *reader, int *atoms, int *n_atoms)
{
  gboolean several;

  skip_spaces (reader);
  if (*reader->at == '1' && word_length (reader->at) == 1)
    {
      reader->at++;
      return TRUE;
    }
  several = *reader->at == '(';
  reader->at += several;
  skip_spaces (reader);
  do
    {
      if (!starts_atom (reader->at))
        return unexpected (reader, several ? _("a name or a closing parenthesis")
                                           : _("a name, names in parentheses, or 1"));
      if (!read_atom (reader, &atoms[(*n_atoms)++]))
        return FALSE;
      skip_spaces (reader);
    }
  while (several && *reader->at != ')');
  reader->at += several;
  return TRUE;
}

/**
 * cnn_pattern_parse:
 * @pattern: (out): what it says; sizes only as far as they are written
 *
 * Reads a pattern: rows, columns and maps before and after an arrow.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_pattern_parse (CnnPattern *pattern, const char *text, GError **error)
{
  Reader reader = { .pattern = pattern, .at = text, .error = error };

  *pattern = (CnnPattern) { 0 };
  for (int i = 0; i < 3; i++)
    if (!read_group (&reader, pattern->in[i], &pattern->n_in[i]))
      return FALSE;
  skip_spaces (&reader);
  if (strncmp (reader.at, "->", 2) != 0)
    return unexpected (&reader, _("an arrow “->” after rows, columns and maps"));
  reader.at += 2;
  reader.after = TRUE;
  for (int i = 0; i < 3; i++)
    if (!read_group (&reader, pattern->out[i], &pattern->n_out[i]))
      return FALSE;
  skip_spaces (&reader);
  if (*reader.at != '\0')
    return unexpected (&reader, _("nothing more after rows, columns and maps"));
  for (int i = 0; i < pattern->n_atoms; i++)
    if (!reader.placed[i])
      return refused (&reader, _("in the pattern: “%s” does not stand behind the arrow"),
                      pattern->names[i]);
  for (int i = 0; i < 3; i++)
    {
      int n_open = 0;

      for (int k = 0; k < pattern->n_in[i]; k++)
        if (pattern->sizes[pattern->in[i][k]] == 0 && ++n_open > 1)
          return refused (&reader, _("in the pattern: “%s” needs a size, as in “r:2”"),
                          pattern->names[pattern->in[i][k]]);
    }
  return TRUE;
}

/* --- on a map ----------------------------------------------------------------- */

/* Splits an extent into its parts. */
static gboolean
split_extent (CnnPattern *pattern, int axis, int extent, GError **error)
{
  static const char *const named[] = { N_("rows"), N_("columns"), N_("maps") };

  gint64 known = 1;
  int    open = -1;

  for (int k = 0; k < pattern->n_in[axis]; k++)
    {
      int atom = pattern->in[axis][k];

      if (pattern->sizes[atom] == 0)
        open = atom;
      else
        known = MIN (known * pattern->sizes[atom], G_MAXINT);
    }
  if (open >= 0 ? extent % known != 0 : extent != known)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   open >= 0 ? _("%s: found %d, expected a multiple of %d")
                             : _("%s: found %d, expected %d"),
                   _(named[axis]), extent, (int) known);
      return FALSE;
    }
  if (open >= 0)
    pattern->sizes[open] = (int) (extent / known);
  return TRUE;
}

/**
 * cnn_pattern_resolve:
 * @pattern: a pattern; its open sizes are filled in
 * @in: shape of the map
 * @out: (out): shape of what becomes of it
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SHAPE or %CNN_ERROR_LIMIT set
 */
gboolean
cnn_pattern_resolve (CnnPattern *pattern, CnnShape in, CnnShape *out, GError **error)
{
  const int extents[] = { in.height, in.width, in.channels };
  int       result[3];

  for (int i = 0; i < 3; i++)
    if (!split_extent (pattern, i, extents[i], error))
      return FALSE;
  for (int i = 0; i < 3; i++)
    {
      double   extent = 1.0;
      CnnShape vector;

      for (int k = 0; k < pattern->n_out[i]; k++)
        extent *= pattern->sizes[pattern->out[i][k]];
      if (!cnn_vector_shape (extent, &vector, error))
        return FALSE;
      result[i] = vector.channels;
    }
  *out = (CnnShape) { result[0], result[1], result[2] };
  return TRUE;
}
