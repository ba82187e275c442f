/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define REFRESH_PROCEDURE "plug-in-convolens-refresh"

GimpProcedure *refresh_create (GimpPlugIn *plug_in);

G_END_DECLS
