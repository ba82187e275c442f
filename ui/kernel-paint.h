/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "types.h"

G_BEGIN_DECLS

double  cnn_kernel_strength (const double *values, gsize n);
void    cnn_kernel_paint    (GtkWidget *widget, cairo_t *cr, const double *values, CnnSize size,
                             double strength, double cell);
char   *cnn_kernel_short    (double value, int digits);

G_END_DECLS
