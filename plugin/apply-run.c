/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The run, from picture to picture. */

#include "apply-run.h"

#include "apply-result.h"
#include "i18n.h"

/**
 * apply_run:
 * @layer: the picture, in @image
 * @config: the procedure's arguments
 *
 * Runs the network and puts the result above the picture; where it is larger than the
 * picture, into an image of its own, which is not shown yet.
 *
 * Returns: (transfer none): the result's layer; or %NULL with an error and an untouched
 *   image where something is in the way. Errors: those of apply_request_new(), and of
 *   running a plan
 */
GimpLayer *
apply_run (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (ApplyRequest) request  = NULL;
  g_autoptr (ApplyResult)  result   = NULL;
  RunningProgress          progress = { 0.0, 1.0, 0.0 };

  request = apply_request_new (config, layer, error);
  if (request == NULL)
    return NULL;
  gimp_progress_init (_("Apply Network"));
  result = apply_result_new (request, image, layer, &progress, error);
  if (result == NULL)
    return NULL;

  /* From here on it cannot be cancelled. */
  gimp_progress_end ();
  return apply_result_insert (result, layer, error) ? apply_result_layer (result) : NULL;
}
