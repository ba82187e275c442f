/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define LEARN_FILTER_PROCEDURE "plug-in-convolens-learn-filter"

GimpProcedure *learn_create (GimpPlugIn *plug_in);

G_END_DECLS
