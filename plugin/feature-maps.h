/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define FEATURE_MAPS_PROCEDURE "plug-in-convolens-feature-maps"

GimpProcedure *feature_maps_create (GimpPlugIn *plug_in);

G_END_DECLS
