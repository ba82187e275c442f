/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

guint64 cnn_random_bits    (guint64 seed, guint64 counter);
void    cnn_random_fill    (guint64 seed, guint64 counter, gsize n, guint64 *bits);
double  cnn_random_uniform (guint64 seed, guint64 counter);
double  cnn_random_normal  (guint64 seed, guint64 counter);

G_END_DECLS
