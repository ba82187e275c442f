/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "value-colour.h"

#include <math.h>

static double
brightness (const GdkRGBA *colour)
{
  return 0.299 * colour->red + 0.587 * colour->green + 0.114 * colour->blue;
}

/* Whether the theme writes bright on dark. */
static gboolean
is_dark (GtkWidget *widget)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA          text;

  gtk_style_context_get_color (style, gtk_style_context_get_state (style), &text);
  return brightness (&text) > 0.5;
}

/** cnn_page_colour: the colour of the value 0. */
GdkRGBA
cnn_page_colour (GtkWidget *widget)
{
  double grey = is_dark (widget) ? 0.11 : 1.0;

  return (GdkRGBA) { grey, grey, grey, 1.0 };
}

/** cnn_mix_colours: @share of @b, the rest of @a. */
GdkRGBA
cnn_mix_colours (const GdkRGBA *a, const GdkRGBA *b, double share)
{
  return (GdkRGBA) { a->red + (b->red - a->red) * share, a->green + (b->green - a->green) * share,
                     a->blue + (b->blue - a->blue) * share, 1.0 };
}

/**
 * cnn_value_colour_on:
 * @page: what cnn_page_colour() says; to ask a theme for each of many values takes long
 * @scale: the size of a value that gets the full colour
 *
 * Returns: the colour of a value
 */
GdkRGBA
cnn_value_colour_on (const GdkRGBA *page, double value, double scale)
{
  static const GdkRGBA red = { 0.86, 0.20, 0.18, 1.0 }, blue = { 0.16, 0.42, 0.90, 1.0 };

  double share = scale > 0.0 ? fabs (value) / scale : 0.0;

  if (isnan (value))
    return (GdkRGBA) { 0.5, 0.5, 0.5, 1.0 };
  /* Small values shall be told from 0, too. */
  return cnn_mix_colours (page, value < 0.0 ? &blue : &red,
                          share > 0.0 ? 0.06 + 0.94 * MIN (share, 1.0) : 0.0);
}

/** cnn_value_colour: the same in @widget's theme. */
GdkRGBA
cnn_value_colour (GtkWidget *widget, double value, double scale)
{
  GdkRGBA page = cnn_page_colour (widget);

  return cnn_value_colour_on (&page, value, scale);
}

/** cnn_ink_colour: black or white, whichever can be read on @background. */
GdkRGBA
cnn_ink_colour (const GdkRGBA *background)
{
  double grey = brightness (background) > 0.5 ? 0.0 : 1.0;

  return (GdkRGBA) { grey, grey, grey, 1.0 };
}
