/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text-private.h"

#include <string.h>

/* Where the layers of a text stand, right or wrong. Layers stand one a line or with ;
 * between them; inside quotes and brackets spaces, line ends, ; and # mean nothing.
 *
 * A layer that is switched off is a comment that begins its line with "#off". Where it
 * takes several lines, each of them begins so.
 *
 * An open bracket ends at the latest before a line that begins with the name of a layer,
 * which stands in no value: one mistake must not take all that follows with it. */

#define OFF "#off"

/* --- characters ----------------------------------------------------------- */

/* After spaces, but not after the line's end. */
const char *
cnn_text_skip_blanks (const char *at)
{
  while (*at == ' ' || *at == '\t' || *at == '\r')
    at++;
  return at;
}

/* Whether the character ends a token that has no open bracket. */
gboolean
cnn_text_ends_token (char c)
{
  return c == '\0' || strchr (" \t\r\n;#", c) != NULL;
}

/**
 * cnn_text_off_mark:
 * @line: the beginning of a line
 *
 * Returns: (nullable): what stands on the line after the mark of a layer that is
 *   switched off, or %NULL where there is no such mark
 */
const char *
cnn_text_off_mark (const char *line)
{
  const char *at = cnn_text_skip_blanks (line);

  if (strncmp (at, OFF, strlen (OFF)) != 0)
    return NULL;
  at += strlen (OFF);
  if (*at == ' ' || *at == '\t')
    return at + 1;
  return *at == '\0' || *at == '\r' || *at == '\n' ? at : NULL;
}

/* Whether a layer's name stands there. */
static gboolean
begins_layer (const char *at)
{
  char  name[32];
  gsize n = 0;

  at = cnn_text_skip_blanks (at);
  while (n < sizeof name - 1 && (g_ascii_isalnum (at[n]) || at[n] == '-'))
    n++;
  if (n == 0 || !cnn_text_ends_token (at[n]))
    return FALSE;
  memcpy (name, at, n);
  name[n] = '\0';
  return cnn_op_find (name) != NULL;
}

/* Where an open token goes on after the line end at @c; NULL where it does not. */
static const char *
next_line (const char *c, const char *end, gboolean off)
{
  const char *at   = c + 1;
  const char *mark = at < end ? cnn_text_off_mark (at) : NULL;

  if (off != (mark != NULL))
    return NULL;
  if (off)
    at = mark;
  return at >= end || begins_layer (at) ? NULL : at;
}

/* --- tokens --------------------------------------------------------------- */

/* Reads the token at @at: up to a character that ends it and stands in no bracket. */
CnnToken
cnn_text_token (const char *at, const char *end, gboolean off)
{
  CnnToken    token  = { .start = at };
  const char *opened = NULL; /* the outermost open bracket or quote */
  int         depth  = 0;
  gboolean    quoted = FALSE;
  const char *c      = at;

  while (c < end)
    {
      gboolean open = depth > 0 || quoted;

      if (*c == '"')
        {
          quoted = !quoted;
          if (depth == 0)
            opened = quoted ? c : NULL;
        }
      else if (!quoted && (*c == '(' || *c == '['))
        {
          if (depth++ == 0)
            opened = c;
        }
      else if (!quoted && (*c == ')' || *c == ']'))
        {
          if (depth == 0)
            token.wrong = token.wrong ? token.wrong : c;
          else if (--depth == 0)
            opened = NULL;
        }
      else if (!open && cnn_text_ends_token (*c))
        break;
      else if (*c == '\n')
        {
          const char *next = next_line (c, end, off);

          if (next == NULL)
            break;
          c = next;
          continue;
        }
      c++;
    }
  if (token.wrong == NULL)
    token.wrong = opened;
  token.end = c;
  return token;
}

/* --- layers --------------------------------------------------------------- */

static CnnTextLayer
split_layer (const char *text, const char *at, const char *end, gboolean off)
{
  CnnTextLayer layer = { .span.start = (gsize) (at - text), .off = off };
  const char  *last;

  do
    {
      last = cnn_text_token (at, end, off).end;
      at = cnn_text_skip_blanks (last);
    }
  while (!cnn_text_ends_token (*at));
  /* A bracket that was not closed took blank lines with it. */
  while (strchr (" \t\r\n", last[-1]) != NULL)
    last--;
  layer.span.length = (gsize) (last - text) - layer.span.start;
  return layer;
}

/**
 * cnn_text_split:
 * @text: a network in the text notation
 *
 * Finds where the layers of a text stand, without reading them: also of one with
 * mistakes. Stops after more layers than a network, or a text, may have.
 *
 * Returns: (transfer full) (element-type CnnTextLayer): the layers in the text's order
 */
GArray *
cnn_text_split (const char *text)
{
  GArray     *layers = g_array_new (FALSE, FALSE, sizeof (CnnTextLayer));
  const char *end    = text + strlen (text);
  const char *line   = text; /* where a mark may stand */
  const char *at     = text;
  gboolean    off    = FALSE;
  guint       n_on   = 0;

  while (*(at = cnn_text_skip_blanks (at)) && n_on < CNN_MAX_NODES + 2 &&
         layers->len <= CNN_TEXT_MAX_LAYERS)
    {
      if (*at == '\n' || *at == ';')
        {
          if (*at == '\n')
            {
              off = FALSE;
              line = at + 1;
            }
          at++;
        }
      else if (*at == '#')
        {
          const char *mark = off || cnn_text_skip_blanks (line) != at ? NULL
                                                                       : cnn_text_off_mark (at);

          off = mark != NULL;
          at = off ? mark : at + strcspn (at, "\n");
        }
      else
        {
          CnnTextLayer layer = split_layer (text, at, end, off);

          g_array_append_val (layers, layer);
          at = text + layer.span.start + layer.span.length;
          n_on += !off;
        }
    }
  return layers;
}

/**
 * cnn_text_words:
 * @text: the text
 * @layer: a layer of it
 *
 * Returns: (transfer full): what is written of the layer, without the marks of one
 *   that is switched off
 */
char *
cnn_text_words (const char *text, const CnnTextLayer *layer)
{
  const char *at  = text + layer->span.start;
  const char *end = at + layer->span.length;
  GString    *words;

  if (!layer->off)
    return g_strndup (at, layer->span.length);
  words = g_string_new (NULL);
  while (at < end)
    {
      const char *line = memchr (at, '\n', (gsize) (end - at));
      const char *next = line ? line + 1 : end;
      const char *mark = line ? cnn_text_off_mark (next) : NULL;

      g_string_append_len (words, at, next - at);
      at = mark ? mark : next;
    }
  return g_string_free (words, FALSE);
}
