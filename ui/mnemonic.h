/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Letters to reach widgets by. */

char *cnn_mnemonic_add (const char *label, const char *key, GString *taken);

G_END_DECLS
