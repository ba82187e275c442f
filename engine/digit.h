/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "frame.h"
#include "ink.h"

G_BEGIN_DECLS

CnnFrame cnn_digit_read (const CnnInk *ink, CnnSize input, float *values);

G_END_DECLS
