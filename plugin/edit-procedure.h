/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define EDIT_PROCEDURE "plug-in-convolens-edit-maps"

GimpProcedure *edit_create (GimpPlugIn *plug_in);

G_END_DECLS
