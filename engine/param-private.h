/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "param.h"

G_BEGIN_DECLS

/**
 * CnnParamKind:
 * @parse: reads a whole value into a field; where it stumbles over an item of
 *   a list, @offset becomes that item's place
 * @print: appends the field's value to @text
 * @clear: frees what the field holds, or %NULL where that is nothing
 * @expect: says what values there are
 *
 * What a type of parameter is in text and in memory.
 */
typedef struct
{
  gboolean (*parse)  (const CnnParam *param, const char *text, gpointer field, gsize *offset,
                      GError **error);
  void     (*print)  (const CnnParam *param, gconstpointer field, GString *text);
  void     (*clear)  (gpointer field);
  char    *(*expect) (const CnnParam *param);
} CnnParamKind;

extern const CnnParamKind cnn_param_int;
extern const CnnParamKind cnn_param_float;
extern const CnnParamKind cnn_param_bool;
extern const CnnParamKind cnn_param_choice;
extern const CnnParamKind cnn_param_size;
extern const CnnParamKind cnn_param_shape;
extern const CnnParamKind cnn_param_pad;
extern const CnnParamKind cnn_param_numbers;
extern const CnnParamKind cnn_param_bias;
extern const CnnParamKind cnn_param_kernels;
extern const CnnParamKind cnn_param_text;
extern const CnnParamKind cnn_param_ranges;
extern const CnnParamKind cnn_param_nodes;

gboolean cnn_param_unexpected (const CnnParam *param, const char *found, GError **error);
gboolean cnn_param_in_range   (const CnnParam *param, double value);
char    *cnn_param_range      (const CnnParam *param, const char *format);

G_END_DECLS
