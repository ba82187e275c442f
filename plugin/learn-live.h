/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "learn-run.h"

G_BEGIN_DECLS

gboolean learn_live_ask   (CnnFilterOptions *options, LearnEncoding *encoding, GError **error);
gboolean learn_live_check (const CnnFilterResult *result, PixelsEncoding encoding,
                           GError **error);
gboolean learn_live_add   (const Learnt *learnt, GError **error);

G_END_DECLS
