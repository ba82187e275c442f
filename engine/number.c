/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number.h"

#include <math.h>
#include <string.h>

/**
 * cnn_number_parse:
 * @text: a decimal number
 * @length: its length in bytes, or −1 for all of @text
 * @value: (out): the number
 *
 * Returns: whether @text is one finite decimal number and nothing else
 */
gboolean
cnn_number_parse (const char *text, gssize length, double *value)
{
  char    buffer[64];
  char   *end;
  gsize   n = length < 0 ? strlen (text) : (gsize) length;
  double  number;

  /* strtod also takes hexadecimal, "inf" and "nan". */
  if (n == 0 || n >= sizeof buffer || strspn (text, "0123456789+-.eE") < n)
    return FALSE;
  memcpy (buffer, text, n);
  buffer[n] = '\0';
  number = g_ascii_strtod (buffer, &end);
  if (*end != '\0' || !isfinite (number))
    return FALSE;
  *value = number;
  return TRUE;
}

/**
 * cnn_number_append:
 * @text: where to append
 * @value: a finite number
 *
 * Appends the shortest decimal number that reads back as @value.
 */
void
cnn_number_append (GString *text, double value)
{
  char   buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char   format[8];
  double back;

  for (int digits = 1; digits <= 17; digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      /* 90 rather than 9e+01, but 1e-05 and 1e+30. */
      if (cnn_number_parse (buffer, -1, &back) && back == value &&
          (strchr (buffer, 'e') == NULL || fabs (value) < 1e-4 || fabs (value) >= 1e6))
        break;
    }
  g_string_append (text, buffer);
}
