/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "learn-run.h"
#include "running.h"

G_BEGIN_DECLS

GimpLayer *learn_result_add (const Learnt *learnt, RunningProgress *progress, GError **error);

G_END_DECLS
