/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnLuminance:
 *
 * From stored colours to their luminance, always in the same way, so that a picture gives
 * the same numbers whenever it is read.
 */
typedef struct _CnnLuminance CnnLuminance;

CnnLuminance *cnn_luminance_new     (int bits, gboolean stored_linear, const double *weights,
                                     gboolean linear);
void          cnn_luminance_free    (CnnLuminance *luminance);
void          cnn_luminance_convert (const CnnLuminance *luminance, gconstpointer rgb, int step,
                                     gsize n, float *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnLuminance, cnn_luminance_free)

G_END_DECLS
