/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers.h"

G_BEGIN_DECLS

struct _Layers
{
  const Request   *request;
  GPtrArray       *frames;
  GimpImage       *image;
  GimpLayer       *source;
  const RecipeKit *kit;      /* (nullable) */
  /* Of GPtrArray of OutcomeLayer; where there is a file, of one pixel. Those that are NULL are
   * taken. */
  GPtrArray       *stages;
  LayerFile       *file;     /* (nullable) */
  gboolean         inserted;
};

OutcomeLayer *layers_get_made     (const Layers *layers, guint i, guint k);
gboolean      layers_attach       (const Layers *layers, guint i, GimpLayer *group);
GimpLayer    *layers_insert_stage (Layers *layers, guint i, GimpLayer *parent, int position);

G_END_DECLS
