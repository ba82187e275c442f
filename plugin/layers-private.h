/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "layers.h"

G_BEGIN_DECLS

struct _Layers
{
  const Request   *request;
  GimpImage       *image;
  GimpLayer       *source;
  const RecipeKit *kit;      /* (nullable) */
  GPtrArray       *stages;   /* of GPtrArray of OutcomeLayer; those without a layer are taken */
  gboolean         inserted;
};

OutcomeLayer *layers_get_made     (const Layers *layers, guint i, guint k);
RecipePart   *layers_part         (const Layers *layers, guint i, int map);
gboolean      layers_attach       (const Layers *layers, guint i, GimpLayer *group);
GimpLayer    *layers_insert_stage (Layers *layers, guint i, GimpLayer *parent, int position);

G_END_DECLS
