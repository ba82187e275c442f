/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/** Bytes that a recipe may take, and what travels with it packed and unpacked. */
#define RECIPE_MAX_BYTES    ((gsize) 2 << 20)
#define RECIPE_MAX_PACKED   ((gsize) 4 << 20)
#define RECIPE_MAX_UNPACKED ((gsize) 64 << 20)

/** RecipeSelection: what part of the picture a result shows. */
typedef enum
{
  RECIPE_ALL,       /* all of it: nothing was selected */
  RECIPE_RECTANGLE, /* a rectangle */
  RECIPE_MASK,      /* what a mask says, which travels with it */
  RECIPE_UNKNOWN    /* some other part, whose mask was too large to travel */
} RecipeSelection;

/**
 * RecipeData:
 * @sha256: (nullable): of the data, in hexadecimal digits; %NULL where there are none
 * @size: bytes of the data
 * @packed: bytes of what travels with the result; 0 where it does not
 *
 * What a recipe says of data that are not in it.
 */
typedef struct
{
  char *sha256;
  gsize size;
  gsize packed;
} RecipeData;

/**
 * Recipe:
 * @program: version of the program that made the result
 * @procedure: name of the procedure that made it
 * @run: the same for all that was made together, and for nothing else
 * @arguments: (element-type utf8 utf8): the procedure's arguments by name, as texts
 * @picture: name of the layer that it was made from
 * @tattoo: GIMP's number of that layer in its image; 0 where it is not known
 * @selection: which part of it
 * @bounds: where that is on the picture, but of %RECIPE_ALL
 * @mask: of %RECIPE_MASK, how far each pixel of @bounds is selected, as floats
 * @file: (nullable): path of the file that the network's weights are in; of weights that were
 *   in none, empty
 * @is_model: whether @file is the network, rather than what its text names
 * @weights: what is in @file
 *
 * How a result was made, so that it can be made again.
 */
typedef struct
{
  char           *program;
  char           *procedure;
  char           *run;
  GHashTable     *arguments;
  char           *picture;
  guint           tattoo;
  RecipeSelection selection;
  CnnRect         bounds;
  RecipeData      mask;
  char           *file;
  gboolean        is_model;
  RecipeData      weights;
} Recipe;

/**
 * RecipePart:
 * @run: the recipe's
 * @stage: number of the network's layer; -1 of a result that is one picture
 * @map: which of its maps, counted from 0; -1 where one layer holds all, or of a group
 * @x: where it was put, from the picture's left column
 * @y: and from its upper row
 * @name: what it was called
 *
 * What a layer is in a result.
 */
typedef struct
{
  char *run;
  int   stage;
  int   map;
  int   x;
  int   y;
  char *name;
} RecipePart;

Recipe     *recipe_new          (const char *procedure);
void        recipe_free         (Recipe *recipe);
GBytes     *recipe_encode       (const Recipe *recipe);
Recipe     *recipe_decode       (gconstpointer data, gsize length, GError **error);

void        recipe_part_free    (RecipePart *part);
GBytes     *recipe_part_encode  (const RecipePart *part);
RecipePart *recipe_part_decode  (gconstpointer data, gsize length, GError **error);

GBytes     *recipe_pack         (RecipeData *about, gconstpointer data, gsize length);
GBytes     *recipe_unpack       (const RecipeData *about, gconstpointer data, gsize length,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Recipe, recipe_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RecipePart, recipe_part_free)

G_END_DECLS
