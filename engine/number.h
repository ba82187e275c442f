/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers as text, the same in every locale. */

gboolean cnn_number_parse  (const char *text, gssize length, double *value);
void     cnn_number_append (GString *text, double value);

G_END_DECLS
