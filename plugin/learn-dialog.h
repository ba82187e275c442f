/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "learn-run.h"

G_BEGIN_DECLS

Learnt *learn_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image,
                          GimpDrawable **drawables);

G_END_DECLS
