/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-paint.h"

#include <math.h>
#include <string.h>

/* How numbers of a kernel look: blue below 0, red above, the theme's own ground at 0. */

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
 * cnn_kernel_colour:
 * @widget: whose theme has the ground
 * @strength: the value of the full colour
 *
 * Returns: the colour of a cell that holds @value
 */
GdkRGBA
cnn_kernel_colour (GtkWidget *widget, double value, double strength)
{
  const GdkRGBA    blue   = { 0.13, 0.40, 0.85, 1.0 };
  const GdkRGBA    red    = { 0.84, 0.18, 0.15, 1.0 };
  GtkStyleContext *style  = gtk_widget_get_style_context (widget);
  GdkRGBA          ground = { 1.0, 1.0, 1.0, 1.0 };
  double           part   = strength > 0.0 ? MIN (fabs (value) / strength, 1.0) : 0.0;

  gtk_style_context_lookup_color (style, "theme_base_color", &ground);
  if (value != 0.0)
    {
      const GdkRGBA *full = value < 0.0 ? &blue : &red;

      /* The least number differs from 0 too. */
      part = 0.04 + 0.96 * part;
      ground.red += (full->red - ground.red) * part;
      ground.green += (full->green - ground.green) * part;
      ground.blue += (full->blue - ground.blue) * part;
    }
  ground.alpha = 1.0;
  return ground;
}

/** cnn_kernel_ink: black or white, whichever is read better on @ground. */
GdkRGBA
cnn_kernel_ink (const GdkRGBA *ground)
{
  double light = 0.299 * ground->red + 0.587 * ground->green + 0.114 * ground->blue;
  double ink   = light > 0.55 ? 0.0 : 1.0;

  return (GdkRGBA) { ink, ink, ink, 1.0 };
}

/**
 * cnn_kernel_paint:
 * @size: rows and columns of @values
 * @strength: see cnn_kernel_colour()
 * @cell: side of a cell
 *
 * Paints the cells of a matrix that are to be painted, from 0, 0 on.
 */
void
cnn_kernel_paint (GtkWidget *widget, cairo_t *cr, const double *values, CnnSize size,
                  double strength, double cell)
{
  double left, top, right, bottom;

  cairo_clip_extents (cr, &left, &top, &right, &bottom);
  cairo_save (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (int y = MAX ((int) (top / cell), 0); y < size.height && y * cell < bottom; y++)
    for (int x = MAX ((int) (left / cell), 0); x < size.width && x * cell < right; x++)
      {
        GdkRGBA colour = cnn_kernel_colour (widget, values[(gsize) y * size.width + x], strength);

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
