/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

GtkWidget *train_source_new     (GimpProcedureConfig *config);
void       train_source_refresh (GtkWidget *source);

G_END_DECLS
