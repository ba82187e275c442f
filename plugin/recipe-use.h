/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "recipe.h"

G_BEGIN_DECLS

gboolean  recipe_use_weights   (const RecipeKit *kit, char **path, GError **error);
gboolean  recipe_use_arguments (const RecipeKit *kit, const char *path,
                                GimpProcedureConfig *config, GError **error);
Coverage *recipe_use_coverage  (const RecipeKit *kit, GimpLayer *picture, GError **error);
void      recipe_use_again     (const RecipeKit *kit, const char *path, RecipeKit *fresh);

G_END_DECLS
