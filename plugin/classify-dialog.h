/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

gboolean classify_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config,
                              GimpLayer *layer);

G_END_DECLS
