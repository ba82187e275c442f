/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n.h"
#include "ops.h"

/* The picture. Never run: the plan puts the cells of its source here. */

typedef struct
{
  CnnShape shape;   /* 0: as offered */
  char    *weights; /* (nullable): what @NAME refers to; see text-layer.c */
} InputParams;

static const CnnParam input_params[] = {
  { .key = "shape",
    .type = CNN_PARAM_SHAPE,
    .offset = offsetof (InputParams, shape),
    .initial = "",
    .min = 1,
    .max = 1 << 20,
    .positional = TRUE,
    .label = N_("Height, width, channels"),
    .tooltip = N_("The size the picture is brought to; a question mark keeps the picture's own") },
  { .key = "weights",
    .rare = TRUE,
    .type = CNN_PARAM_TEXT,
    .offset = offsetof (InputParams, weights),
    .initial = "",
    .label = N_("Weights"),
    .tooltip = N_("The .onnx file whose weights the layers name with @") },
  { .key = NULL },
};

static void
input_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
               CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel);

  cnn_explanation_function (explanation, 0, channel, value, value);
}

const CnnOp cnn_op_input = {
  .name = "input",
  .label = N_("Input"),
  .blurb = N_("The picture that the network looks at"),
  .example = "?x?x1",
  .group = CNN_GROUP_INPUT,
  .reach = CNN_REACH_POINT,
  .exact = TRUE,
  .params_size = sizeof (InputParams),
  .params = input_params,
  .explain = input_explain,
};
