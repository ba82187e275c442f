/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <string.h>

#include "i18n.h"
#include "number.h"

/* Ranges: first:end:step, as in Python. */

/* A whole number, or nothing. */
static gboolean
part_parse (const CnnParam *param, const char *text, gboolean *said, int *value)
{
  double number = 0.0;

  *said = *text != '\0';
  if (*said && (strspn (text, "+-0123456789") != strlen (text) ||
                !cnn_number_parse (text, -1, &number) || !cnn_param_in_range (param, number)))
    return FALSE;
  *value = (int) number;
  return TRUE;
}

static gboolean
range_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", -1);
  CnnRange       range = { .step = 1 };
  guint          n = g_strv_length (parts);
  gboolean       has_step = FALSE, ok;

  if (n == 0)
    {
      *(CnnRange *) field = range;
      return TRUE;
    }
  ok = (n == 2 || n == 3) && part_parse (param, parts[0], &range.has_first, &range.first) &&
       part_parse (param, parts[1], &range.has_end, &range.end);
  if (ok && n == 3)
    ok = part_parse (param, parts[2], &has_step, &range.step) && !(has_step && range.step == 0);
  if (!ok)
    return cnn_param_unexpected (param, text, error);
  if (!has_step)
    range.step = 1;
  *(CnnRange *) field = range;
  return TRUE;
}

static void
range_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const CnnRange *range = field;

  if (!range->has_first && !range->has_end && range->step == 1)
    return;
  if (range->has_first)
    g_string_append_printf (text, "%d", range->first);
  g_string_append_c (text, ':');
  if (range->has_end)
    g_string_append_printf (text, "%d", range->end);
  if (range->step != 1)
    g_string_append_printf (text, ":%d", range->step);
}

static char *
range_expect (const CnnParam *param)
{
  return g_strdup (_("first:end or first:end:step, such as 2:-1 or ::2; each may be left out, "
                     "numbers below 0 count from the end"));
}

const CnnParamKind cnn_param_ranges = { range_parse, range_print, NULL, range_expect };

/* Where a bound lies among @n, between @low and @high. */
static int
bound (int at, int n, int low, int high)
{
  gint64 from_front = at < 0 ? (gint64) at + n : at;

  return (int) CLAMP (from_front, low, high);
}

/**
 * cnn_range_resolve:
 * @range: a range
 * @n: how many rows, columns or channels there are
 * @first: (out): the first that is in it, from 0
 *
 * Returns: how many are in it, each a step from the one before; may be 0
 */
int
cnn_range_resolve (const CnnRange *range, int n, int *first)
{
  gboolean up = range->step > 0;
  int      low = up ? 0 : -1, high = up ? n : n - 1, end;
  gint64   length;

  *first = range->has_first ? bound (range->first, n, low, high) : up ? low : high;
  end = range->has_end ? bound (range->end, n, low, high) : up ? high : low;
  length = up ? (gint64) end - *first : (gint64) *first - end;
  return length > 0 ? (int) ((length - 1) / ABS ((gint64) range->step) + 1) : 0;
}
