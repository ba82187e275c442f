/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n.h"
#include "kernels-private.h"

/* Kernels that are a table of numbers. Those that look for something answer
 * with a positive number where it is found: sobel-x where brightness grows to
 * the right, line-h on a bright horizontal line. Sources:
 *
 * - Sobel and Feldman, "A 3×3 isotropic gradient operator for image
 *   processing" (1968)
 * - Prewitt, "Object enhancement and extraction" (1970)
 * - Scharr, "Optimale Operatoren in der digitalen Bildverarbeitung" (2000)
 * - Roberts, "Machine perception of three-dimensional solids" (1963)
 * - Gonzalez and Woods, "Digital Image Processing", on the Laplacian, sharpening
 *   with it, and the detection of lines
 *
 * The emboss kernel is the customary one: a slope from the top left (light) to
 * the bottom right, on top of the picture itself. */

#define TABLE(id, name_, label_, blurb_, rows, columns, ...)                                       \
  static const double id##_values[(rows) * (columns)] = { __VA_ARGS__ };                           \
                                                                                                   \
  static CnnSize                                                                                   \
  id##_size (const double *args)                                                                   \
  {                                                                                                \
    return (CnnSize) { rows, columns };                                                            \
  }                                                                                                \
                                                                                                   \
  static void                                                                                      \
  id##_fill (const double *args, CnnSize size, double *values)                                     \
  {                                                                                                \
    memcpy (values, id##_values, sizeof id##_values);                                              \
  }                                                                                                \
                                                                                                   \
  const CnnKernelKind cnn_kernel_##id = {                                                          \
    .name = name_,                                                                                 \
    .label = label_,                                                                               \
    .blurb = blurb_,                                                                               \
    .size = id##_size,                                                                             \
    .fill = id##_fill,                                                                             \
  }

/* clang-format off */

TABLE (identity, "identity", N_("Identity"),
       N_("Gives back every value as it is"),
       1, 1,
       1);

TABLE (sharpen, "sharpen", N_("Sharpen"),
       N_("Lifts every value away from its four neighbours"),
       3, 3,
       0, -1, 0,
       -1, 5, -1,
       0, -1, 0);

TABLE (emboss, "emboss", N_("Emboss"),
       N_("Turns brightness into a relief lit from the top left"),
       3, 3,
       -2, -1, 0,
       -1, 1, 1,
       0, 1, 2);

TABLE (edge, "edge", N_("Edge"),
       N_("Shows how far a value stands out from its eight neighbours"),
       3, 3,
       -1, -1, -1,
       -1, 8, -1,
       -1, -1, -1);

/* --- first differences ---------------------------------------------------- */

TABLE (sobel_x, "sobel-x", N_("Sobel, left to right"),
       N_("Positive where brightness grows to the right; smooths lightly up and down"),
       3, 3,
       -1, 0, 1,
       -2, 0, 2,
       -1, 0, 1);

TABLE (sobel_y, "sobel-y", N_("Sobel, top to bottom"),
       N_("Positive where brightness grows downwards; smooths lightly to the sides"),
       3, 3,
       -1, -2, -1,
       0, 0, 0,
       1, 2, 1);

TABLE (prewitt_x, "prewitt-x", N_("Prewitt, left to right"),
       N_("Positive where brightness grows to the right; averages three rows"),
       3, 3,
       -1, 0, 1,
       -1, 0, 1,
       -1, 0, 1);

TABLE (prewitt_y, "prewitt-y", N_("Prewitt, top to bottom"),
       N_("Positive where brightness grows downwards; averages three columns"),
       3, 3,
       -1, -1, -1,
       0, 0, 0,
       1, 1, 1);

TABLE (scharr_x, "scharr-x", N_("Scharr, left to right"),
       N_("Positive where brightness grows to the right; nearly alike for edges at all angles"),
       3, 3,
       -3, 0, 3,
       -10, 0, 10,
       -3, 0, 3);

TABLE (scharr_y, "scharr-y", N_("Scharr, top to bottom"),
       N_("Positive where brightness grows downwards; nearly alike for edges at all angles"),
       3, 3,
       -3, -10, -3,
       0, 0, 0,
       3, 10, 3);

TABLE (roberts_x, "roberts-x", N_("Roberts, to the bottom right"),
       N_("Positive where brightness grows to the bottom right"),
       2, 2,
       -1, 0,
       0, 1);

TABLE (roberts_y, "roberts-y", N_("Roberts, to the bottom left"),
       N_("Positive where brightness grows to the bottom left"),
       2, 2,
       0, -1,
       1, 0);

/* --- second differences --------------------------------------------------- */

TABLE (laplacian, "laplacian", N_("Laplacian"),
       N_("The sum of four neighbours less four times the middle: negative on bright details"),
       3, 3,
       0, 1, 0,
       1, -4, 1,
       0, 1, 0);

TABLE (laplacian_8, "laplacian-8", N_("Laplacian, eight neighbours"),
       N_("The sum of eight neighbours less eight times the middle: negative on bright details"),
       3, 3,
       1, 1, 1,
       1, -8, 1,
       1, 1, 1);

/* --- lines ---------------------------------------------------------------- */

TABLE (line_h, "line-h", N_("Horizontal lines"),
       N_("Positive on bright horizontal lines, negative on dark ones"),
       3, 3,
       -1, -1, -1,
       2, 2, 2,
       -1, -1, -1);

TABLE (line_v, "line-v", N_("Vertical lines"),
       N_("Positive on bright vertical lines, negative on dark ones"),
       3, 3,
       -1, 2, -1,
       -1, 2, -1,
       -1, 2, -1);

TABLE (line_45, "line-45", N_("Lines at 45°"),
       N_("Positive on bright lines that rise to the right, negative on dark ones"),
       3, 3,
       -1, -1, 2,
       -1, 2, -1,
       2, -1, -1);

TABLE (line_135, "line-135", N_("Lines at 135°"),
       N_("Positive on bright lines that fall to the right, negative on dark ones"),
       3, 3,
       2, -1, -1,
       -1, 2, -1,
       -1, -1, 2);
