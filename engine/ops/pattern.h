/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"

G_BEGIN_DECLS

/* Patterns of rearrangements, such as "h w (c r:2) -> (h r) w c". */

#define CNN_PATTERN_ATOMS 12
#define CNN_PATTERN_NAME  16

/**
 * CnnPattern:
 * @n_atoms: parts into which the map's extents are split
 * @names: what they are called
 * @sizes: how long they are, 0 for what follows from the map
 * @in: of rows, columns and maps before, the numbers of their parts, outermost first
 * @out: the same of those after
 * @n_in: how many parts each has; with none its extent is 1
 * @n_out: the same of those after
 */
typedef struct
{
  int  n_atoms;
  char names[CNN_PATTERN_ATOMS][CNN_PATTERN_NAME];
  int  sizes[CNN_PATTERN_ATOMS];
  int  in[3][CNN_PATTERN_ATOMS];
  int  out[3][CNN_PATTERN_ATOMS];
  int  n_in[3];
  int  n_out[3];
} CnnPattern;

gboolean cnn_pattern_parse   (CnnPattern *pattern, const char *text, GError **error);
gboolean cnn_pattern_resolve (CnnPattern *pattern, CnnShape in, CnnShape *out, GError **error);

G_END_DECLS
