/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "types.h"

G_BEGIN_DECLS

/**
 * CnnPartKind:
 * @CNN_PART_PRODUCTS: a window times a kernel; @result is the sum of products
 * @CNN_PART_WINNER: a window and the cell that won; @result is its value
 * @CNN_PART_WEIGHTED: a window times weights that come from it (averages,
 *   probabilities); @result is the sum of products
 * @CNN_PART_TERMS: values that are added; @result is their sum
 * @CNN_PART_EXPONENTIALS: values and their exponentials (in @factors);
 *   @result is the sum of the exponentials
 * @CNN_PART_FUNCTION: one value put into a function; @result is the outcome
 */
typedef enum
{
  CNN_PART_PRODUCTS,
  CNN_PART_WINNER,
  CNN_PART_WEIGHTED,
  CNN_PART_TERMS,
  CNN_PART_EXPONENTIALS,
  CNN_PART_FUNCTION
} CnnPartKind;

/**
 * CnnPart:
 * @kind: what the numbers are
 * @input: which of the layer's inputs they come from
 * @channel: that input's channel, or -1 where they run over channels
 * @size: rows and columns of the grids
 * @values: the cells of the input, [size.height][size.width]
 * @factors: what each is multiplied with, the same shape, or %NULL
 * @outside: which cells lie in the padding, the same shape
 * @winner: index of the winning (or drawn) cell, or -1
 * @logarithm: of a %CNN_PART_FUNCTION after exponentials: it is the logarithm of the quotient
 * @result: what the part comes to
 *
 * One grid of the arithmetic behind a value.
 */
typedef struct
{
  CnnPartKind kind;
  guint       input;
  int         channel;
  CnnSize     size;
  double     *values;
  double     *factors;
  gboolean   *outside;
  int         winner;
  gboolean    logarithm;
  double      result;
} CnnPart;

/**
 * CnnExplanation:
 * @parts: array of #CnnPart, in the order a person would do the sums
 * @has_bias: whether @bias was added
 * @bias: the bias
 * @value: the value of the cell, in double precision
 * @magnitude: the sum of the sizes of all terms: rounding errors of any way of
 *   adding them up are a small multiple of this, whatever cancels
 *
 * The arithmetic behind one value. Written straight from an op's formula it is
 * the definition that every faster way of computing is held against.
 */
typedef struct
{
  GArray  *parts;
  gboolean has_bias;
  double   bias;
  double   value;
  double   magnitude;
} CnnExplanation;

/**
 * CnnCells:
 * @read: returns the value of a cell of a layer's @input, which lies inside it
 * @data: for @read
 *
 * Where an explanation gets the layer's inputs from.
 */
typedef struct
{
  double (*read) (gpointer data, guint input, int y, int x, int channel);
  gpointer data;
} CnnCells;

CnnExplanation *cnn_explanation_new      (void);
CnnPart        *cnn_explanation_add_part (CnnExplanation *explanation, CnnPartKind kind,
                                          guint input, int channel, CnnSize size,
                                          gboolean with_factors);
const CnnPart  *cnn_explanation_get_part (const CnnExplanation *explanation, guint i);
void            cnn_explanation_function (CnnExplanation *explanation, guint input, int channel,
                                          double x, double result);
void            cnn_explanation_free     (CnnExplanation *explanation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnExplanation, cnn_explanation_free)

G_END_DECLS
