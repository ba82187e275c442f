/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Colours that mean a value: blue below 0, red above; 0 is the colour of an empty
 * page, white or, in a dark theme, nearly black. */

GdkRGBA cnn_page_colour     (GtkWidget *widget);
GdkRGBA cnn_value_colour    (GtkWidget *widget, double value, double scale);
GdkRGBA cnn_value_colour_on (const GdkRGBA *page, double value, double scale);
GdkRGBA cnn_ink_colour      (const GdkRGBA *background);
GdkRGBA cnn_mix_colours     (const GdkRGBA *a, const GdkRGBA *b, double share);

G_END_DECLS
