/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define APPLY_PROCEDURE "plug-in-convolens-apply"

GimpProcedure *apply_create (GimpPlugIn *plug_in);

G_END_DECLS
