/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "explain-job.h"

G_BEGIN_DECLS

/**
 * CnnPartScale:
 * @values: the greatest size of a value
 * @factors: of a factor
 * @products: of a product of both
 *
 * What gets the full colour, the same in all parts of a step so that they compare.
 */
typedef struct
{
  double values;
  double factors;
  double products;
} CnnPartScale;

/**
 * CnnArithmeticPart:
 *
 * One part of the arithmetic behind a value: a window, a kernel and their products, or
 * the terms of a sum, and what they come to.
 */
#define CNN_TYPE_ARITHMETIC_PART (cnn_arithmetic_part_get_type ())
G_DECLARE_FINAL_TYPE (CnnArithmeticPart, cnn_arithmetic_part, CNN, ARITHMETIC_PART, GtkBox)

GtkWidget   *cnn_arithmetic_part_new  (void);
void         cnn_arithmetic_part_set  (CnnArithmeticPart *view, const CnnExplained *explained,
                                       const CnnExplainedStep *step, const CnnPart *part,
                                       const CnnPartScale *scale);

CnnPartScale cnn_part_scale           (const CnnExplanation *explanation);
GtkWidget   *cnn_number_label_new     (const char *accessible_name);

G_END_DECLS
