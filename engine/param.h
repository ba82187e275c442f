/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "geometry.h"
#include "kernels.h"

G_BEGIN_DECLS

/**
 * CnnParamType:
 * @CNN_PARAM_INT: int
 * @CNN_PARAM_FLOAT: double
 * @CNN_PARAM_BOOL: gboolean, written yes or no
 * @CNN_PARAM_CHOICE: int, an index into the parameter's choices
 * @CNN_PARAM_SIZE: #CnnSize, written 3x5 or 3; 0×0 when not said
 * @CNN_PARAM_SHAPE: #CnnShape, written 28x28x1; a ? stands for 0
 * @CNN_PARAM_PAD: #CnnPad
 * @CNN_PARAM_NUMBERS: #CnnNumbers, written 1,2,4
 * @CNN_PARAM_BIAS: #CnnBias, written yes, no or as numbers
 * @CNN_PARAM_KERNELS: #GPtrArray of #CnnKernel, or %NULL when not said
 * @CNN_PARAM_TEXT: char *, written in quotes; %NULL when not said
 * @CNN_PARAM_RANGE: #CnnRange, written 2:-1 or ::2; all when not said
 * @CNN_PARAM_NODES: #GStrv of names given with as=, or %NULL when not said
 *
 * What a parameter holds, and the C type of its field.
 */
typedef enum
{
  CNN_PARAM_INT,
  CNN_PARAM_FLOAT,
  CNN_PARAM_BOOL,
  CNN_PARAM_CHOICE,
  CNN_PARAM_SIZE,
  CNN_PARAM_SHAPE,
  CNN_PARAM_PAD,
  CNN_PARAM_NUMBERS,
  CNN_PARAM_BIAS,
  CNN_PARAM_KERNELS,
  CNN_PARAM_TEXT,
  CNN_PARAM_RANGE,
  CNN_PARAM_NODES
} CnnParamType;

/** CnnNumbers: a list of numbers; none when it was not said. */
typedef struct
{
  int     n;
  double *values; /* [n] */
} CnnNumbers;

/**
 * CnnRange:
 * @has_first: whether @first was said; else it is the first, or the last of a @step below 0
 * @has_end: whether @end was said; else there is none
 * @first: the first that is kept; below 0 counted from the end
 * @end: the first that is not
 * @step: from one to the next; below 0 they are turned around
 *
 * Some of the rows, columns or channels, as Python's slices.
 */
typedef struct
{
  gboolean has_first;
  gboolean has_end;
  int      first;
  int      end;
  int      step;
} CnnRange;

/** CnnBias: whether there is a bias, and its values where they were said. */
typedef struct
{
  gboolean   used;
  CnnNumbers values;
} CnnBias;

/**
 * CnnKernel:
 * @kind: a named kernel, or %NULL for a literal one
 * @args: its parameters
 * @depth: of a literal: 0 for one matrix (used for every input channel), else
 *   how many matrices were given, one for each input channel
 * @size: of a literal: rows and columns
 * @values: of a literal: [depth or 1][size.height][size.width]
 */
typedef struct
{
  const CnnKernelKind *kind;
  double               args[CNN_KERNEL_MAX_PARAMS];
  int                  depth;
  CnnSize              size;
  double              *values;
} CnnKernel;

/** CnnChoice: one value of a %CNN_PARAM_CHOICE; the list ends at a %NULL key. */
typedef struct
{
  const char *key;
  const char *label; /* translatable */
} CnnChoice;

/**
 * CnnParam:
 * @key: its name in the text notation
 * @type: what it holds
 * @offset: where in the op's parameter struct
 * @initial: its value in the text notation when it is not said
 * @min: least value (of each number)
 * @max: greatest value (of each number)
 * @positional: may be written without its key, in the order of the list
 * @zero: a word that stands for the value 0, or %NULL
 * @rare: most layers leave it as it is: what shows it may keep it aside till then
 * @of_kernels: it follows from the layer's %CNN_PARAM_KERNELS where these are given
 * @choices: of a %CNN_PARAM_CHOICE
 * @label: (translatable) its name for a person
 * @tooltip: (translatable) what it does, in a sentence
 *
 * A parameter of an op, described once.
 */
typedef struct
{
  const char      *key;
  CnnParamType     type;
  gsize            offset;
  const char      *initial;
  double           min;
  double           max;
  gboolean         positional;
  const char      *zero;
  gboolean         rare;
  gboolean         of_kernels;
  const CnnChoice *choices;
  const char      *label;
  const char      *tooltip;
} CnnParam;

gboolean   cnn_param_parse   (const CnnParam *param, const char *text, gpointer params,
                              gsize *error_offset, GError **error);
char      *cnn_param_print   (const CnnParam *param, gconstpointer params);
char      *cnn_param_expect  (const CnnParam *param);
void       cnn_param_init    (const CnnParam *param, gpointer params);
void       cnn_param_clear   (const CnnParam *param, gpointer params);
gboolean   cnn_param_is_initial (const CnnParam *param, gconstpointer params);

CnnKernel *cnn_kernel_parse  (const char *text, gsize *error_offset, GError **error);
char      *cnn_kernel_print  (const CnnKernel *kernel);
CnnSize    cnn_kernel_size   (const CnnKernel *kernel);
void       cnn_kernel_free   (CnnKernel *kernel);

int        cnn_range_resolve (const CnnRange *range, int n, int *first);

gboolean   cnn_name_is_valid (const char *name);

/** cnn_param_field: the field of type @type that @param describes in @params. */
#define cnn_param_field(type, param, params) \
  ((type *) ((char *) (params) + (param)->offset))

G_END_DECLS
