/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Numbers as text: short for the eye, in full for what reads them back. The same in every
 * locale. */

#include "number-text.h"

#include <math.h>
#include <string.h>

/* With a minus sign in place of the hyphen, and without zeros at the end. */
static char *
tidy (const char *number)
{
  g_autofree char *text = g_strdup (number);
  char            *exponent = strchr (text, 'e'), *end;
  g_autofree char *tail = g_strdup (exponent != NULL ? exponent : "");

  if (exponent != NULL)
    *exponent = '\0';
  if (strchr (text, '.') != NULL)
    {
      for (end = text + strlen (text); end[-1] == '0'; end--)
        end[-1] = '\0';
      if (end[-1] == '.')
        end[-1] = '\0';
    }
  if (strcmp (text, "-0") == 0 && *tail == '\0')
    return g_strdup ("0");
  /* 1e-7 rather than 1e-07. */
  if (*tail != '\0' && tail[1] != '\0' && tail[2] == '0')
    memmove (tail + 2, tail + 3, strlen (tail + 3) + 1);
  if (*tail != '\0' && tail[1] == '+')
    memmove (tail + 1, tail + 2, strlen (tail + 2) + 1);
  if (*tail != '\0' && tail[1] == '-')
    return g_strconcat (*text == '-' ? "−" : "", text + (*text == '-'), "e−", tail + 2, NULL);
  return g_strconcat (*text == '-' ? "−" : "", text + (*text == '-'), tail, NULL);
}

static char *
format (double value, const char *how)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("NaN");
  if (isinf (value))
    return g_strdup (value > 0 ? "∞" : "−∞");
  return tidy (g_ascii_formatd (buffer, sizeof buffer, how, value));
}

/** cnn_number_short: (transfer full): with four digits, for a line of text. */
char *
cnn_number_short (double value)
{
  double size = fabs (value);

  if (size >= 1e6 || (size < 1e-4 && size > 0.0))
    return format (value, "%.3e");
  return format (value, size >= 1000.0 ? "%.0f" : size >= 100.0 ? "%.1f" : size >= 10.0 ? "%.2f"
                        : size >= 1.0  ? "%.3f" : "%.4f");
}

/**
 * cnn_number_cell:
 *
 * Returns: (transfer full): the number with as few characters as tell enough, for a grid;
 *   only 0 itself is "0", what is almost 0 is "0.00"
 */
char *
cnn_number_cell (double value)
{
  double size = fabs (value);

  if (size >= 1e4 || isnan (value))
    return format (value, "%.0e");
  if (size >= 9.995 || value == floor (value))
    return format (value, size >= 99.95 ? "%.0f" : "%.1f");
  return g_strdup_printf ("%s%d.%02d", value < 0.0 ? "−" : "", (int) round (size * 100.0) / 100,
                          (int) round (size * 100.0) % 100);
}

/**
 * cnn_number_full:
 *
 * Returns: (transfer full): the number so that it reads back: to the bit where it is
 *   one of the engine's, with twelve digits where it was worked out in double precision
 */
char *
cnn_number_full (double value)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char                buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("nan");
  if (isinf (value))
    return g_strdup (value > 0 ? "inf" : "-inf");
  if ((double) (float) value != value)
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.12g", value));
  for (int digits = 1; digits <= 9; digits++)
    {
      char how[8];

      g_snprintf (how, sizeof how, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, how, value);
      if ((float) g_ascii_strtod (buffer, NULL) == (float) value &&
          (strchr (buffer, 'e') == NULL || fabs (value) < 1e-4 || fabs (value) >= 1e6))
        break;
    }
  return g_strdup (buffer);
}

/** cnn_numbers_rows: (transfer full): a matrix as lines with tabs between the numbers. */
char *
cnn_numbers_rows (CnnSize size, const double *values)
{
  GString *text = g_string_new (NULL);

  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++)
      {
        g_autofree char *number = cnn_number_full (*values++);

        g_string_append (text, number);
        g_string_append_c (text, x < size.width - 1 ? '\t' : '\n');
      }
  return g_string_free (text, FALSE);
}
