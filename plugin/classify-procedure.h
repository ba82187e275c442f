/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

G_BEGIN_DECLS

#define CLASSIFY_PROCEDURE "plug-in-convolens-classify"

/** CLASSIFY_AS_TRAINED: the choice of a framing that is not one, but what the file notes. */
#define CLASSIFY_AS_TRAINED 100

GimpChoice    *classify_modes    (void);
GimpChoice    *classify_framings (gboolean as_trained);
GimpProcedure *classify_create (GimpPlugIn *plug_in);

G_END_DECLS
