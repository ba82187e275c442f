/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "apply-request.h"
#include "running.h"

G_BEGIN_DECLS

/**
 * ApplyResult:
 *
 * A layer that a network made of a picture. Freeing it deletes the layer, unless it was
 * inserted.
 */
typedef struct _ApplyResult ApplyResult;

ApplyResult *apply_result_new    (const ApplyRequest *request, GimpImage *image,
                                  GimpLayer *source, RunningProgress *progress,
                                  GError **error);
void         apply_result_free   (ApplyResult *result);
GimpLayer   *apply_result_layer  (const ApplyResult *result);
gboolean     apply_result_insert (ApplyResult *result, GimpLayer *source, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ApplyResult, apply_result_free)

G_END_DECLS
