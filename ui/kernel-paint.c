/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-paint.h"

#include <math.h>

#include "value-colour.h"

/* How a kernel looks. */

/** cnn_kernel_strength: the size of the largest of @n numbers, which has the full colour. */
double
cnn_kernel_strength (const double *values, gsize n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs (values[i]));
  return most;
}

/**
 * cnn_kernel_paint:
 * @size: rows and columns of @values
 * @strength: the value of the full colour
 * @cell: side of a cell
 *
 * Paints the cells of a matrix that are to be painted, from 0, 0 on.
 */
void
cnn_kernel_paint (GtkWidget *widget, cairo_t *cr, const double *values, CnnSize size,
                  double strength, double cell)
{
  GdkRGBA page = cnn_page_colour (widget);
  double  left, top, right, bottom;

  cairo_clip_extents (cr, &left, &top, &right, &bottom);
  cairo_save (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int y = MAX ((int) (top / cell), 0); y < size.height && y * cell < bottom; y++)
    for (int x = MAX ((int) (left / cell), 0); x < size.width && x * cell < right; x++)
      {
        GdkRGBA colour = cnn_value_colour_on (&page, values[(gsize) y * size.width + x], strength);

        gdk_cairo_set_source_rgba (cr, &colour);
        cairo_rectangle (cr, x * cell, y * cell, cell, cell);
        cairo_fill (cr);
      }
  cairo_restore (cr);
}

/**
 * cnn_kernel_short:
 * @digits: how many count
 *
 * Returns: (transfer full): @value in few characters, with a true minus
 */
char *
cnn_kernel_short (double value, int digits)
{
  char        buffer[G_ASCII_DTOSTR_BUF_SIZE], format[8];
  GString    *text = g_string_new (NULL);
  const char *from = buffer;

  g_snprintf (format, sizeof format, "%%.%dg", digits);
  g_ascii_formatd (buffer, sizeof buffer, format, value);
  for (; *from; from++)
    if (*from == '-' && (from == buffer || from[-1] != 'e'))
      g_string_append (text, "−");
    else if (*from == '0' && from[1] == '.' && digits < 9 &&
             (from == buffer || from[-1] == '-'))
      continue; /* .25 says as much as 0.25 */
    else
      g_string_append_c (text, *from);
  return g_string_free (text, FALSE);
}
