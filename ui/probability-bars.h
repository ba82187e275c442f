/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CNN_TYPE_PROBABILITY_BARS (cnn_probability_bars_get_type ())
G_DECLARE_FINAL_TYPE (CnnProbabilityBars, cnn_probability_bars, CNN, PROBABILITY_BARS,
                      GtkScrolledWindow)

GtkWidget *cnn_probability_bars_new (void);
void       cnn_probability_bars_set (CnnProbabilityBars *bars, guint n,
                                     const double *probabilities, const char *const *labels);

G_END_DECLS
