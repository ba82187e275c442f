/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "apply.h"
#include "coverage.h"
#include "recipe-text.h"

G_BEGIN_DECLS

/** What a recipe, weights and the mask are called on a layer. */
#define RECIPE_PARASITE         "convolens-recipe"
#define RECIPE_WEIGHTS_PARASITE "convolens-weights"
#define RECIPE_MASK_PARASITE    "convolens-mask"
#define RECIPE_PART_PARASITE    "convolens-part"

/**
 * RecipeKit:
 * @recipe: how something was made
 * @weights: (nullable): its weights, packed
 * @mask: (nullable): of what part of the picture, packed
 *
 * All that travels with a result.
 */
typedef struct
{
  Recipe *recipe;
  GBytes *weights;
  GBytes *mask;
} RecipeKit;

RecipeKit  *recipe_kit_new         (const char *procedure, GimpProcedureConfig *config,
                                    GimpLayer *picture, const Coverage *coverage);
void        recipe_kit_free        (RecipeKit *kit);
void        recipe_kit_set_picture (RecipeKit *kit, GimpLayer *picture);
void        recipe_kit_set_text    (RecipeKit *kit, const char *argument, const char *text);
void        recipe_kit_set_run     (RecipeKit *kit, const char *run);
gboolean    recipe_kit_set_file    (RecipeKit *kit, const char *file, gboolean is_model);
gboolean    recipe_kit_set_network (RecipeKit *kit, CnnNetwork *network, CnnShape picture);
void        recipe_kit_keep_for    (RecipeKit *kit, guint n_results);
gboolean    recipe_kit_attach      (const RecipeKit *kit, GimpItem *item);
RecipeKit  *recipe_kit_read        (GimpItem *item, GError **error);

gboolean    recipe_part_attach     (const RecipePart *part, GimpItem *item);
RecipePart *recipe_part_read       (GimpItem *item);
gboolean    recipe_is_on           (GimpItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecipeKit, recipe_kit_free)

G_END_DECLS
