/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

GimpLayer *apply_run (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config,
                      GError **error);

G_END_DECLS
