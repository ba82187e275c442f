/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnKernelParam:
 * @key: the parameter's name
 * @initial: its value when it is not said
 * @min: smallest value allowed
 * @max: largest value allowed
 * @label: (translatable) what it is, with its unit
 */
typedef struct
{
  const char *key;
  double      initial;
  double      min;
  double      max;
  const char *label;
} CnnKernelParam;

#define CNN_KERNEL_MAX_PARAMS 3

/**
 * CnnKernelKind:
 * @name: as written in a network's text, for instance "sobel-x"
 * @label: (translatable) as shown to a person
 * @blurb: (translatable) one line on what the numbers do
 * @params: its parameters, ending at a %NULL key
 * @size: its own size for given parameters, which it has when none is asked for
 * @grows: whether @fill draws it at any size; otherwise it stands in the middle
 *   of zeros, and its own size is the least
 * @fill: writes it into @values, [size.height][size.width] row by row
 *
 * A convolution kernel with a name: one description, from which the text
 * notation, the editor and the tests take all they know.
 */
typedef struct
{
  const char    *name;
  const char    *label;
  const char    *blurb;
  CnnKernelParam params[CNN_KERNEL_MAX_PARAMS + 1];
  CnnSize      (*size) (const double *args);
  gboolean       grows;
  void         (*fill) (const double *args, CnnSize size, double *values);
} CnnKernelKind;

const CnnKernelKind *const *cnn_kernel_kinds (guint *n_kinds);
const CnnKernelKind        *cnn_kernel_find  (const char *name);
guint                       cnn_kernel_n_params (const CnnKernelKind *kind);
gboolean                    cnn_kernel_fits  (const CnnKernelKind *kind, const double *args,
                                              CnnSize size, GError **error);
gboolean                    cnn_kernel_draw  (const CnnKernelKind *kind, const double *args,
                                              CnnSize size, double *values, GError **error);

G_END_DECLS
