/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "apply-result.h"
#include "make-layers.h"

G_BEGIN_DECLS

/**
 * Remake:
 * @item: what is selected
 * @who: the procedure, as its menu item calls it
 * @outcome: the result that it is of
 * @picture: the layer to make it from
 * @instead: whether that is not the one that it was made from, but lies below it
 * @procedure: which procedure makes such results
 * @config: its arguments, as they were for this one
 * @path: (nullable): a file that has the network's weights
 *
 * A result that is to be made again.
 */
typedef struct
{
  GimpItem            *item;
  const char          *who;
  Outcome             *outcome;
  GimpLayer           *picture;
  gboolean             instead;
  GimpProcedure       *procedure;
  GimpProcedureConfig *config;
  char                *path;

  /*< private >*/
  MadeLayers          *layers;
  ApplyRequest        *request;
  ApplyResult         *one;
} Remake;

Remake   *remake_new     (GimpPlugIn *plug_in, GimpItem *item, const char *who, GError **error);
void      remake_free    (Remake *remake);
gboolean  remake_look    (Remake *remake, GError **error);
gboolean  remake_is_maps (const Remake *remake);
gboolean  remake_ask     (const Remake *remake);
gboolean  remake_make    (Remake *remake, gboolean anew, GError **error);
gboolean  remake_replace (Remake *remake, gboolean anew, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Remake, remake_free)

G_END_DECLS
