/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draft-edit.h"

#include <string.h>

#include "text.h"

/* Changes of one layer of a text that leave the words of all others as they are, and
 * comments and line ends where a person would look for them:
 *
 * A layer that has its lines to itself goes with all of them, and so with the comment
 * behind it; one that shares a line goes alone. New layers come right behind the one
 * before, so that a comment that stands above a layer stays above it; among layers that
 * share a line they stand in that line too, if they can.
 *
 * Since a comment ends with its line, a layer that is switched off has its lines to
 * itself. */

#define OFF "#off "

/** Edit: a text that is being changed, and where its layers stand. */
typedef struct
{
  GString *text;
  GArray  *layers; /* CnnTextLayer */
} Edit;

static Edit
edit_begin (const char *text)
{
  return (Edit) { g_string_new (text), cnn_text_split (text) };
}

static char *
edit_end (Edit *edit)
{
  g_array_unref (edit->layers);
  return g_string_free (edit->text, FALSE);
}

static void
edit_splice (Edit *edit, gsize start, gsize end, const char *with)
{
  g_string_erase (edit->text, (gssize) start, (gssize) (end - start));
  g_string_insert (edit->text, (gssize) start, with);
  g_array_unref (edit->layers);
  edit->layers = cnn_text_split (edit->text->str);
}

static const CnnTextLayer *
layer_at (const Edit *edit, guint layer)
{
  return &g_array_index (edit->layers, CnnTextLayer, layer);
}

static gsize
layer_start (const Edit *edit, guint layer)
{
  return layer_at (edit, layer)->span.start;
}

static gsize
layer_end (const Edit *edit, guint layer)
{
  return layer_at (edit, layer)->span.start + layer_at (edit, layer)->span.length;
}

/* --- lines ---------------------------------------------------------------- */

static gsize
line_start (const Edit *edit, gsize at)
{
  while (at > 0 && edit->text->str[at - 1] != '\n')
    at--;
  return at;
}

static gsize
line_end (const Edit *edit, gsize at)
{
  return at + strcspn (edit->text->str + at, "\n");
}

/* Whether the layer and the next one share a line. */
static gboolean
shares_line (const Edit *edit, int layer)
{
  gsize end;

  if (layer < 0 || (guint) layer + 1 >= edit->layers->len)
    return FALSE;
  end = layer_end (edit, (guint) layer);
  return line_end (edit, end) >= layer_start (edit, (guint) layer + 1);
}

static void
break_line (Edit *edit, int layer)
{
  if (shares_line (edit, layer))
    edit_splice (edit, layer_end (edit, layer), layer_start (edit, layer + 1),
                 layer_at (edit, layer)->off ? "\n" OFF : "\n");
}

/* Sees to it that the layer has its lines to itself. */
static void
isolate (Edit *edit, guint layer)
{
  break_line (edit, (int) layer);
  break_line (edit, (int) layer - 1);
}

/* (transfer full): the words as lines of a layer that is switched off. */
static char *
switched_off (const char *words)
{
  g_auto (GStrv)   lines  = g_strsplit (words, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\n" OFF, lines);

  return g_strconcat (OFF, joined, NULL);
}

/* --- in and out ----------------------------------------------------------- */

/* Where a layer may be put into a line that others share. */
#define NO_LINE G_MAXSIZE

/* Takes the layer out. (transfer full): its lines, or just its words where it shares them.
 * @shared: (out): the line that it shared with others, or NO_LINE */
static char *
take (Edit *edit, guint layer, gsize *shared)
{
  gboolean before = shares_line (edit, (int) layer - 1), after = shares_line (edit, (int) layer);
  gsize    start  = layer_start (edit, layer), end = layer_end (edit, layer);
  char    *unit;

  *shared = NO_LINE;
  if (!before && !after)
    {
      start = line_start (edit, start);
      end = line_end (edit, end);
      unit = g_strndup (edit->text->str + start, end - start);
      edit_splice (edit, start, end + (edit->text->str[end] == '\n'), "");
      return unit;
    }
  if (layer_at (edit, layer)->off)
    {
      g_autofree char *words = cnn_text_words (edit->text->str, layer_at (edit, layer));

      unit = switched_off (words);
    }
  else
    {
      unit = g_strndup (edit->text->str + start, end - start);
      *shared = before ? line_start (edit, layer_end (edit, layer - 1)) : line_start (edit, start);
    }
  if (after)
    edit_splice (edit, start, layer_start (edit, layer + 1), "");
  else
    edit_splice (edit, layer_end (edit, layer - 1), end, "");
  return unit;
}

static void
put_lines (Edit *edit, guint at, const char *unit)
{
  g_autofree char *lines = NULL;
  gsize            place;

  if (at == 0 && edit->layers->len > 0)
    place = line_start (edit, layer_start (edit, 0));
  else if (at == 0)
    place = edit->text->len;
  else
    {
      break_line (edit, (int) at - 1);
      place = line_end (edit, layer_end (edit, at - 1));
      place += edit->text->str[place] == '\n';
    }
  lines = g_strconcat (place > 0 && edit->text->str[place - 1] != '\n' ? "\n" : "", unit, "\n",
                       NULL);
  edit_splice (edit, place, place, lines);
}

/* Puts a layer before layer @at of those that are there. */
static void
put (Edit *edit, guint at, const char *unit, gsize shared)
{
  gboolean         fits  = strpbrk (unit, "\n#") == NULL;
  gboolean         last  = at == edit->layers->len;
  g_autofree char *words = g_strstrip (g_strdup (unit));
  gboolean         inner = fits && shares_line (edit, (int) at - 1) && !layer_at (edit, at)->off;

  if (inner || (fits && !last && line_start (edit, layer_start (edit, at)) == shared))
    {
      g_autofree char *with = g_strconcat (words, "; ", NULL);

      edit_splice (edit, layer_start (edit, at), layer_start (edit, at), with);
    }
  else if (fits && at > 0 && line_start (edit, layer_end (edit, at - 1)) == shared)
    {
      g_autofree char *with = g_strconcat ("; ", words, NULL);

      edit_splice (edit, layer_end (edit, at - 1), layer_end (edit, at - 1), with);
    }
  else
    put_lines (edit, at, unit);
}

/* --- what a person does --------------------------------------------------- */

/**
 * draft_edit_insert:
 * @text: a network in the text notation
 * @at: the number that the new layer is to have
 * @words: one layer or several, not empty
 *
 * Returns: (transfer full): the text with the layer in it
 */
char *
draft_edit_insert (const char *text, guint at, const char *words)
{
  Edit             edit = edit_begin (text);
  g_autofree char *unit = g_strchomp (g_strdup (words));

  put (&edit, MIN (at, edit.layers->len), unit, NO_LINE);
  return edit_end (&edit);
}

/**
 * draft_edit_remove:
 * @layer: number of a layer of @text
 *
 * Returns: (transfer full): the text without the layer and, where it had its line to
 *   itself, the comment behind it
 */
char *
draft_edit_remove (const char *text, guint layer)
{
  Edit             edit = edit_begin (text);
  gsize            shared;
  g_autofree char *unit = take (&edit, layer, &shared);

  return edit_end (&edit);
}

/**
 * draft_edit_duplicate:
 * @layer: number of a layer of @text
 *
 * Returns: (transfer full): the text with the layer twice; the second has no name
 */
char *
draft_edit_duplicate (const char *text, guint layer)
{
  Edit             edit   = edit_begin (text);
  g_autofree char *words  = cnn_text_words (text, layer_at (&edit, layer));
  g_autofree char *copy   = cnn_text_without_name (words);
  gsize            shared = NO_LINE;

  if (layer_at (&edit, layer)->off)
    {
      g_autofree char *lines = switched_off (copy);

      put_lines (&edit, layer + 1, lines);
      return edit_end (&edit);
    }
  if (shares_line (&edit, (int) layer - 1) || shares_line (&edit, (int) layer))
    shared = line_start (&edit, layer_end (&edit, layer));
  put (&edit, layer + 1, copy, shared);
  return edit_end (&edit);
}

/**
 * draft_edit_move:
 * @layer: number of a layer of @text
 * @to: the number it is to have then
 *
 * Returns: (transfer full): the text with the layer in another place
 */
char *
draft_edit_move (const char *text, guint layer, guint to)
{
  Edit             edit = edit_begin (text);
  gsize            shared;
  g_autofree char *unit = take (&edit, layer, &shared);

  put (&edit, MIN (to, edit.layers->len), unit, shared);
  return edit_end (&edit);
}

/**
 * draft_edit_set_enabled:
 * @layer: number of a layer of @text
 * @enabled: whether it is to be switched on
 *
 * Returns: (transfer full): the text with the layer switched on, or off
 */
char *
draft_edit_set_enabled (const char *text, guint layer, gboolean enabled)
{
  Edit             edit = edit_begin (text);
  g_autofree char *words = cnn_text_words (text, layer_at (&edit, layer));
  gsize            line, start;

  if (layer_at (&edit, layer)->off != enabled)
    return edit_end (&edit);
  isolate (&edit, layer);
  start = layer_start (&edit, layer);
  line = line_start (&edit, start);
  if (enabled)
    {
      gsize mark = line + strspn (edit.text->str + line, " \t");

      edit_splice (&edit, mark, layer_end (&edit, layer), words);
    }
  else
    {
      g_autofree char *lines = switched_off (words);

      if (memchr (edit.text->str + line, ';', start - line) == NULL)
        line = start;
      edit_splice (&edit, line, layer_end (&edit, layer), lines);
    }
  return edit_end (&edit);
}

/**
 * draft_edit_set_layer:
 * @layer: number of a layer of @text
 * @words: what is to stand in its place; nothing to remove it
 *
 * Returns: (transfer full): the text with other words for the layer
 */
char *
draft_edit_set_layer (const char *text, guint layer, const char *words)
{
  g_autofree char *with = g_strstrip (g_strdup (words));
  Edit             edit;

  if (*with == '\0')
    return draft_edit_remove (text, layer);
  edit = edit_begin (text);
  /* A comment would take what follows in the line. */
  if (strchr (with, '#') != NULL)
    isolate (&edit, layer);
  if (layer_at (&edit, layer)->off)
    {
      g_autofree char *lines = switched_off (with);

      edit_splice (&edit, layer_start (&edit, layer), layer_end (&edit, layer),
                   lines + strlen (OFF));
    }
  else
    edit_splice (&edit, layer_start (&edit, layer), layer_end (&edit, layer), with);
  return edit_end (&edit);
}
