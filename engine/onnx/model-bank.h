/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "bank.h"

G_BEGIN_DECLS

CnnBank *cnn_model_bank_for (const char *file, CnnShape input, GError **error);

G_END_DECLS
