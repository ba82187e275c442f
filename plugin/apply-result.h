/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "apply-request.h"
#include "outcome.h"
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
ApplyResult *apply_result_new_of (const ApplyRequest *request, Coverage *coverage,
                                  GimpLayer *source, RunningProgress *progress,
                                  GError **error);
void         apply_result_free   (ApplyResult *result);
GimpLayer   *apply_result_layer  (const ApplyResult *result);
gboolean     apply_result_insert (ApplyResult *result, GimpLayer *source, GError **error);
RecipeKit   *apply_result_kit    (const ApplyResult *result);
gboolean     apply_result_fits   (const ApplyResult *result, GError **error);
gboolean     apply_result_replace (ApplyResult *result, const Outcome *outcome, gboolean anew,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ApplyResult, apply_result_free)

G_END_DECLS
