/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "types.h"

G_BEGIN_DECLS

cairo_surface_t *float_surface_new (CnnShape shape, const float *values);

G_END_DECLS
