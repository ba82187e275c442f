/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

void       train_entries_prepare (GimpProcedureDialog *dialog, GimpProcedureConfig *config);
GtkWidget *train_entries_choices (GimpProcedureConfig *config);

G_END_DECLS
