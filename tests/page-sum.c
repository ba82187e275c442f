/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <math.h>
#include <string.h>

/* Arithmetic as it is written for people: “2·1 + (−3)·4 = −10”. */

typedef struct
{
  const char *at;
  gboolean    failed;
  double      tolerance; /* of the last number that was read */
} Reader;

static double add_up (Reader *reader);

static gboolean
take (Reader *reader, const char *word)
{
  while (*reader->at == ' ')
    reader->at++;
  if (!g_str_has_prefix (reader->at, word))
    return FALSE;
  reader->at += strlen (word);
  return TRUE;
}

static double
within (Reader *reader, const char *end)
{
  double value = add_up (reader);

  if (!take (reader, end))
    reader->failed = TRUE;
  return value;
}

static double
read_number (Reader *reader)
{
  gsize            n    = strspn (reader->at, "0123456789.,");
  g_autofree char *word = g_strndup (reader->at, n);
  double           value = 0;

  if (n == 0 || !page_number (word, &value, &reader->tolerance))
    reader->failed = TRUE;
  reader->at += n;
  return value;
}

static double
read_factor (Reader *reader)
{
  if (take (reader, "−") || take (reader, "-"))
    return -read_factor (reader);
  if (take (reader, "√"))
    return sqrt (read_factor (reader));
  if (take (reader, "exp("))
    return exp (within (reader, ")"));
  if (take (reader, "ln("))
    return log (within (reader, ")"));
  if (take (reader, "max("))
    {
      double a = add_up (reader), b;

      if (!take (reader, ";"))
        reader->failed = TRUE;
      b = within (reader, ")");
      return MAX (a, b);
    }
  if (take (reader, "⌊"))
    return floor (within (reader, "⌋"));
  if (take (reader, "⌈"))
    return ceil (within (reader, "⌉"));
  if (take (reader, "("))
    return within (reader, ")");
  return read_number (reader);
}

static double
multiply (Reader *reader)
{
  double value = read_factor (reader);

  while (!reader->failed)
    {
      if (take (reader, "·") || take (reader, "×"))
        value *= read_factor (reader);
      else if (take (reader, "/"))
        value /= read_factor (reader);
      else
        break;
    }
  return value;
}

static double
add_up (Reader *reader)
{
  double value = multiply (reader);

  while (!reader->failed)
    {
      if (take (reader, "+"))
        value += multiply (reader);
      else if (take (reader, "−") || take (reader, "-"))
        value -= multiply (reader);
      else
        break;
    }
  return value;
}

/**
 * page_sum:
 * @line: terms with = or ≈ between them; words before a colon are for the reader
 * @mistake: (out): what is wrong
 *
 * Returns: whether each side is the one before it, as far as the last number in it tells
 */
gboolean
page_sum (const char *line, char **mistake)
{
  const char *colon  = strstr (line, ": ");
  Reader      reader = { colon ? colon + 2 : line };
  double      value  = add_up (&reader);
  int         sides  = 1;

  while (!reader.failed && (take (&reader, "=") || take (&reader, "≈")))
    {
      double next;

      reader.tolerance = 0;
      next = add_up (&reader);
      if (!(fabs (next - value) <= reader.tolerance))
        {
          *mistake = g_strdup_printf ("“%s”: %.9g, then %.9g", line, value, next);
          return FALSE;
        }
      sides++;
    }
  if (reader.failed || *reader.at || sides < 2)
    {
      *mistake = g_strdup_printf ("“%s”: cannot be read from “%s”", line, reader.at);
      return FALSE;
    }
  return TRUE;
}
