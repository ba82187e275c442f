/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "border.h"
#include "cnn-test.h"
#include "train-work.h"

/* Training of layers that make one value of several, by numbers. Those of the table are
 * PyTorch's, in double; where it has no such layer, of the formula put together there. */

typedef struct
{
  const char   *name;
  const char   *text;
  CnnShape      in;
  const float  *values; /* [in] */
  const float  *d_out;  /* [n_out] */
  gsize         n_out;
  const double *out;    /* [n_out] */
  const double *d_in;   /* [in] */
} Golden;

static const Golden goldens[] = {
  { "max/ties", "maxpool 2", { 4, 4, 2 },
    (const float[]) { -1, 0, 1, -1, 0, 1, -1, 0, 1, 1, 1, -1, 1, -1, -1, -1, -1, 1, 1, -1, -1,
                      0, -1, -1, 0, -1, 0, -1, 1, -1, 0, 1 },
    (const float[]) { 2, 0, 3, -1, -1, 4, -1, -4 },
    8,
    (const double[]) { 1, 1, 1, 1, 1, 1, 1, 1 },
    (const double[]) { 0, 0, 2, 0, 0, -1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 4, -1, 0, 0, 0, 0,
                       0, 0, 0, 0, 0, -1, 0, 0, -4 } },
  { "max/all-alike", "maxpool 2", { 2, 4, 1 },
    (const float[]) { 0, 0, 3, 3, 0, 0, 1, 3 },
    (const float[]) { 5, 7 },
    2,
    (const double[]) { 0, 3 },
    (const double[]) { 5, 0, 7, 0, 0, 0, 0, 0 } },
  { "max/lower-alike", "maxpool 2", { 2, 4, 1 },
    (const float[]) { 0, 1, 2, 3, 2, 2, 3, 1 },
    (const float[]) { 5, 7 },
    2,
    (const double[]) { 2, 3 },
    (const double[]) { 0, 0, 0, 7, 5, 0, 0, 0 } },
  { "max/left-over", "maxpool 2", { 5, 5, 1 },
    (const float[]) { -2, -3, -3, 3, 2, 1, 1, 1, -1, -2, 0, -3, 2, 1, -3, 2, 1, 0, -2, 0, 0, 0,
                      -2, 0, 0 },
    (const float[]) { 0, -1, -3, 1 },
    4,
    (const double[]) { 1, 3, 2, 2 },
    (const double[]) { 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, -3, 0, 0, 0, 0, 0, 0, 0,
                       0, 0 } },
  { "max/overlapping", "maxpool 3 stride=1", { 4, 5, 1 },
    (const float[]) { 0, 0, 0, 2, 2, 1, 2, 1, 1, 0, 2, 2, 2, 1, 2, -1, -1, 0, 2, 0 },
    (const float[]) { -1, 0, 1, -1, -4, 0 },
    6,
    (const double[]) { 2, 2, 2, 2, 2, 2 },
    (const double[]) { 0, 0, 0, 1, 0, 0, -6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
  { "max/padded", "maxpool 3 stride=2 pad=1", { 5, 4, 1 },
    (const float[]) { -2, -5, -3, -3, -2, -3, -2, -1, -1, -5, -1, -2, -4, -3, -1, -1, -4, -4,
                      -3, -5 },
    (const float[]) { 2, -2, 2, 4, -2, 0 },
    6,
    (const double[]) { -2, -1, -1, -1, -3, -1 },
    (const double[]) { 2, 0, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 0, 0 } },
  { "max/dilated", "maxpool 2 stride=1 dilation=2", { 4, 5, 1 },
    (const float[]) { -2, 2, 3, -1, -2, 2, -2, 3, 1, -2, -3, 1, 3, 2, -2, 2, 1, 0, 1, -2 },
    (const float[]) { 2, 4, -3, 1, 1, 4 },
    6,
    (const double[]) { 3, 2, 3, 3, 1, 3 },
    (const double[]) { 0, 4, -1, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
  { "max/dilated-down", "maxpool 2 stride=1 dilation=2", { 3, 4, 1 },
    (const float[]) { 0, 1, 0, 1, 0, 0, 0, 0, 2, 0, 1, 3 },
    (const float[]) { 5, 7 },
    2,
    (const double[]) { 2, 3 },
    (const double[]) { 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 7 } },
  { "max/rounded-up", "maxpool 2 stride=2 round=up", { 3, 5, 2 },
    (const float[]) { 0, -1, -1, 0, -1, 0, 1, 0, 1, 1, -1, -1, 0, 0, -1, 0, 0, 0, -1, -1, 1, 0,
                      0, 1, -1, 1, -1, 1, 1, 0 },
    (const float[]) { 1, -3, -4, -4, -3, -3, 1, -1, -2, -4, 0, 4 },
    12,
    (const double[]) { 0, 0, 1, 0, 1, 1, 1, 1, -1, 1, 1, 0 },
    (const double[]) { 1, 0, 0, -3, 0, -4, -4, 0, -3, -3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
                       0, -1, -2, -4, 0, 0, 0, 4 } },
  { "max/sides", "maxpool 2x3 stride=1x2 pad=1,1,0,1", { 3, 5, 1 },
    (const float[]) { -2, 1, -2, 1, 3, 0, 3, -1, 1, -2, -3, -1, 1, -3, -3 },
    (const float[]) { 4, -2, -4, 1, 1, -4, -4, 4, 0 },
    9,
    (const double[]) { 1, 1, 3, 3, 3, 3, 3, 3, 1 },
    (const double[]) { 0, 2, 0, 0, -8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 } },
  { "min/ties", "minpool 2", { 4, 4, 1 },
    (const float[]) { 0, -1, 0, 0, 0, 1, 1, -1, -1, -1, 1, 1, -1, 1, 1, 1 },
    (const float[]) { -1, 4, -1, 3 },
    4,
    (const double[]) { -1, -1, -1, 1 },
    (const double[]) { 0, -1, 0, 0, 0, 0, 0, 4, -1, 0, 3, 0, 0, 0, 0, 0 } },
  { "min/overlapping", "minpool 3 stride=1 pad=1", { 3, 4, 1 },
    (const float[]) { -2, -1, -3, -2, 0, 0, 1, 3, 2, 0, -2, 2 },
    (const float[]) { -4, -3, -4, -3, 4, 0, -3, 2, 4, 1, -2, 0 },
    12,
    (const double[]) { -2, -3, -3, -3, -2, -3, -3, -3, 0, -2, -2, -2 },
    (const double[]) { 0, 0, -11, 0, 4, 0, 0, 0, 0, 0, -1, 0 } },
  { "average/plain", "avgpool 2", { 4, 5, 2 },
    (const float[]) { 1, 1, 0, -2, -1, -3, 2, -1, -2, 3, -1, 2, 2, 2, 3, 2, -3, -1, 3, 3, 1, 3,
                      3, 2, -1, 1, 3, -3, 2, 0, 0, -3, 3, 1, 2, -3, 2, -2, 1, 3 },
    (const float[]) { 2, -2, 1, 2, -3, -1, 0, -4 },
    8,
    (const double[]) { 0.5, 0.75, 0.25, -0.75, 1.75, 0.75, 1.5, -1.75 },
    (const double[]) { 0.5, -0.5, 0.5, -0.5, 0.25, 0.5, 0.25, 0.5, 0, 0, 0.5, -0.5, 0.5, -0.5,
                       0.25, 0.5, 0.25, 0.5, 0, 0, -0.75, -0.25, -0.75, -0.25, 0, -1, 0, -1, 0,
                       0, -0.75, -0.25, -0.75, -0.25, 0, -1, 0, -1, 0, 0 } },
  { "average/padded", "avgpool 3 stride=2 pad=1", { 4, 5, 1 },
    (const float[]) { 0, 2, 3, 1, -3, 1, -2, 2, -1, 0, 0, 1, -3, 2, 0, 2, 2, 2, 3, 0 },
    (const float[]) { 3, 2, -2, -1, -3, -3 },
    6,
    (const double[]) { 0.25, 0.833333333, -0.75, 0.666666667, 0.666666667, 0.666666667 },
    (const double[]) { 0.75, 1.083333333, 0.333333333, -0.166666667, -0.5, 0.583333333,
                       0.583333333, 0, -1, -1, -0.166666667, -0.5, -0.333333333, -0.833333333,
                       -0.5, -0.166666667, -0.5, -0.333333333, -0.833333333, -0.5 } },
  { "average/counted", "avgpool 3 stride=2 pad=1 count-padding=yes", { 4, 5, 1 },
    (const float[]) { -3, 1, -1, -1, 0, 0, -2, -1, -3, -3, 2, -3, 1, -2, -1, 0, 1, -3, -1, -2 },
    (const float[]) { -3, 1, 1, 2, -4, -1 },
    6,
    (const double[]) { -0.444444444, -0.777777778, -0.777777778, -0.222222222, -1.444444444,
                       -1.333333333 },
    (const double[]) { -0.333333333, -0.222222222, 0.111111111, 0.222222222, 0.111111111,
                       -0.111111111, -0.444444444, -0.333333333, -0.333333333, 0, 0.222222222,
                       -0.222222222, -0.444444444, -0.555555556, -0.111111111, 0.222222222,
                       -0.222222222, -0.444444444, -0.555555556, -0.111111111 } },
  { "average/counted-up", "avgpool 3 stride=2 pad=1 count-padding=yes round=up", { 4, 4, 1 },
    (const float[]) { 0, -1, 1, -1, -3, -1, 3, 1, -2, -3, -1, -3, 3, -1, 2, -1 },
    (const float[]) { 2, -1, 1, 0, 2, 0, 4, -2, 0 },
    9,
    (const double[]) { -0.555555556, 0.222222222, 0, -0.777777778, -0.444444444, -0.5,
                       0.333333333, 0, -0.25 },
    (const double[]) { 0.222222222, 0.111111111, -0.111111111, 0.055555556, 0.222222222,
                       0.333333333, 0.111111111, 0.277777778, 0, 0.222222222, 0.222222222,
                       0.222222222, 0.666666667, 0.555555556, -0.111111111, -0.111111111 } },
  { "average/rounded-up", "avgpool 2 stride=2 round=up", { 3, 3, 2 },
    (const float[]) { 3, 2, 0, 0, 2, -1, 3, 3, 3, 1, 0, -1, 1, 2, -2, 3, 2, -3 },
    (const float[]) { 1, -2, -4, -1, -2, -2, 0, -1 },
    8,
    (const double[]) { 2.25, 1.5, 1, -1, -0.5, 2.5, 2, -3 },
    (const double[]) { 0.25, -0.5, 0.25, -0.5, -2, -0.5, 0.25, -0.5, 0.25, -0.5, -2, -0.5, -1,
                       -1, -1, -1, 0, -1 } },
  { "average/dilated", "avgpool 2 stride=1 dilation=2x1", { 4, 4, 1 },
    (const float[]) { 1, -3, -1, -1, -3, -1, -3, -1, -3, 2, 1, -3, 1, -2, 1, 1 },
    (const float[]) { -4, -3, -4, 2, -2, -4 },
    6,
    (const double[]) { -0.75, -0.25, -1, -1.25, -1.25, -0.5 },
    (const double[]) { -1, -1.75, -1.75, -1, 0.5, 0, -1.5, -1, -1, -1.75, -1.75, -1, 0.5, 0,
                       -1.5, -1 } },
  { "lp/2", "lp-pool 2", { 4, 4, 1 },
    (const float[]) { -1, 1, 1, -2, -1, -3, -3, -1, 0, 3, 1, -2, 0, 2, 3, 2 },
    (const float[]) { 4, 2, 3, -1 },
    4,
    (const double[]) { 3.464101615, 3.872983346, 3.605551275, 4.242640687 },
    (const double[]) { -1.154700538, 1.154700538, 0.516397779, -1.032795559, -1.154700538,
                       -3.464101615, -1.549193338, -0.516397779, 0, 2.496150883, -0.23570226,
                       0.471404521, 0, 1.664100589, -0.707106781, -0.471404521 } },
  { "lp/3", "lp-pool 2 stride=1 p=3", { 3, 3, 1 },
    (const float[]) { 0, -3, 0, 2, 3, 1, 1, -1, 2 },
    (const float[]) { 3, 2, 4, 2 },
    4,
    (const double[]) { 3.95789161, 3.802952461, 3.332221852, 3.332221852 },
    (const double[]) { 0, -2.968200583, 0, 2.207004338, 7.831443285, 0.31840928, 0.3602402,
                       -0.5403603, 0.7204804 } },
  { "lp/1", "lp-pool 2x1 p=1", { 4, 3, 1 },
    (const float[]) { -1, -2, -3, 3, -3, 2, 1, 3, 3, 0, -3, 3 },
    (const float[]) { 0, -4, 4, 1, -4, 3 },
    6,
    (const double[]) { 4, 5, 5, 1, 6, 6 },
    (const double[]) { 0, 4, -4, 0, 4, 4, 1, -4, 3, 0, 4, 3 } },
  { "lp/7", "lp-pool 1x2 p=7", { 1, 4, 1 },
    (const float[]) { 2, -2, 0, 0 },
    (const float[]) { 3, 7 },
    2,
    /* 2 · 2^(1 / 7), and to either side 2^(−6 / 7) of the derivative */
    (const double[]) { 2.208179027, 0 },
    (const double[]) { 1.656134270, -1.656134270, 0, 0 } },
  { "stochastic/expected", "stochastic-pool 2", { 4, 4, 1 },
    (const float[]) { 1, 3, -1, -2, -2, 2, -3, -1, 2, 2, 5, -1, 2, 2, -4, 3 },
    (const float[]) { 1, -3, 1, 0 },
    4,
    (const double[]) { 2.333333333, 0, 2, 4.25 },
    (const double[]) { -0.055555556, 0.611111111, 0, 0, 0, 0.277777778, 0, 0, 0.25, 0.25, 0, 0,
                       0.25, 0.25, 0, 0 } },
  { "stochastic/overlapping", "stochastic-pool 3 stride=1 pad=1", { 3, 3, 1 },
    (const float[]) { 1, -3, 4, 2, -1, 3, -2, 6, 1 },
    (const float[]) { -3, 2, 1, 2, 4, 1, 0, 2, -4 },
    9,
    (const double[]) { 1.666666667, 3, 3.571428571, 4.555555556, 3.941176471, 4.428571429, 5,
                       4.166666667, 4.6 },
    (const double[]) { -1.557981973, 0, 2.842772403, -2.270727071, 0, 1.289168295, 0,
                       2.436886641, 0.048672096 } },
  { "global/average", "global-avgpool", { 2, 4, 2 },
    (const float[]) { 3, -1, -1, 2, 0, -2, 3, -3, -3, 1, -3, -1, -2, 3, -2, -1 },
    (const float[]) { -2, 4 },
    2,
    (const double[]) { -0.625, -0.25 },
    (const double[]) { -0.25, 0.5, -0.25, 0.5, -0.25, 0.5, -0.25, 0.5, -0.25, 0.5, -0.25, 0.5,
                       -0.25, 0.5, -0.25, 0.5 } },
  { "global/largest", "global-maxpool", { 3, 2, 2 },
    (const float[]) { 0, -1, 0, 1, 1, -1, -1, -1, 0, 0, 0, -1 },
    (const float[]) { -3, 4 },
    2,
    (const double[]) { 1, 1 },
    (const double[]) { 0, 0, 0, 4, -3, 0, 0, 0, 0, 0, 0, 0 } },
  { "reduce/mean-of-maps", "reduce-mean over=channels", { 2, 2, 4 },
    (const float[]) { -1, 1, -1, 3, 0, -2, 1, -3, 3, 0, 2, 0, 0, 3, 3, 1 },
    (const float[]) { 1, 3, 3, 2 },
    4,
    (const double[]) { 0.5, -1, 1.25, 1.75 },
    (const double[]) { 0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75,
                       0.5, 0.5, 0.5, 0.5 } },
  { "reduce/sum-of-rows", "reduce-sum over=rows", { 3, 2, 2 },
    (const float[]) { -2, -3, 0, -3, 3, 0, -1, -1, -1, 0, 2, -2 },
    (const float[]) { 0, -3, 0, 1 },
    4,
    (const double[]) { 0, -3, 1, -6 },
    (const double[]) { 0, -3, 0, 1, 0, -3, 0, 1, 0, -3, 0, 1 } },
  { "reduce/mean-of-columns", "reduce-mean over=columns", { 2, 4, 2 },
    (const float[]) { 3, -1, 0, 3, 2, 2, -3, 3, -3, -1, 1, -3, 1, 2, 1, 1 },
    (const float[]) { -4, 0, 3, -4 },
    4,
    (const double[]) { 0.5, 1.75, 0, -0.25 },
    (const double[]) { -1, 0, -1, 0, -1, 0, -1, 0, 0.75, -1, 0.75, -1, 0.75, -1, 0.75, -1 } },
  { "reduce/sum-of-all", "reduce-sum over=all", { 2, 2, 2 },
    (const float[]) { 3, 0, 0, -2, -3, 3, -3, 0 },
    (const float[]) { 2 },
    1,
    (const double[]) { -2 },
    (const double[]) { 2, 2, 2, 2, 2, 2, 2, 2 } },
  { "reduce/max-of-rows", "reduce-max over=rows", { 3, 2, 2 },
    (const float[]) { 1, 5, 0, -3, 4, 2, -1, -1, 3, -2, -4, -2 },
    (const float[]) { 3, 0, 4, 3 },
    4,
    (const double[]) { 4, 5, 0, -1 },
    (const double[]) { 0, 0, 4, 0, 3, 0, 0, 3, 0, 0, 0, 0 } },
  { "reduce/max-of-maps", "reduce-max over=channels", { 1, 3, 3 },
    (const float[]) { 1, 5, 3, 0, -3, 2, -1, -7, -9 },
    (const float[]) { 2, -1, -2 },
    3,
    (const double[]) { 5, 2, -1 },
    (const double[]) { 0, 2, 0, 0, 0, -1, -2, 0, 0 } },
  { "spp/largest", "spp levels=1,2", { 3, 3, 2 },
    (const float[]) { 1, -1, 7, 2, 2, -3, 3, 6, 9, -5, 4, 4, 5, -2, 0, 3, 8, 1 },
    (const float[]) { 1, 0, -3, -3, 1, -3, -2, -3, 3, -3 },
    10,
    (const double[]) { 9, 6, 9, 6, 9, 4, 9, 6, 9, 4 },
    (const double[]) { 0, 0, 0, 0, 0, 0, 0, -6, 0, 0, 0, -6, 0, 0, 0, 0, 0, 0 } },
  { "spp/average", "spp levels=2,3 type=average", { 4, 3, 1 },
    (const float[]) { -1, -3, 3, 2, 3, 2, 3, -3, 0, -1, -2, 2 },
    (const float[]) { 1, -4, 0, -1, 3, 0, 0, -4, 1, -2, 1, 2, 2 },
    13,
    (const double[]) { 0.25, 1.25, -0.75, -0.75, 0.5, 0, 2.5, 2.5, 0, 1, 1, -2.5, 1 },
    (const double[]) { 1.75, -0.75, -1, -0.25, -0.25, -2, -1.5, 1.25, -0.25, 0.5, 0.75, 0.75 } },
  { "lrn/odd", "lrn 3 alpha=3 beta=0.5 bias=1", { 1, 2, 4 },
    (const float[]) { 2, 0, 1, -1, -3, 0, -3, 0 },
    (const float[]) { -1, 3, -4, -4, 2, 3, -4, -2 },
    8,
    (const double[]) { 0.894427191, 0, 0.577350269, -0.577350269, -0.948683298, 0,
                       -0.948683298, 0 },
    (const double[]) { -0.089442719, 1.224744871, -2.309401077, -2.309401077, 0.063245553,
                       0.688247202, -0.126491106, -0.632455532 } },
  { "lrn/even", "lrn 4 alpha=2 beta=0.75 bias=2", { 1, 1, 6 },
    (const float[]) { 1, -1, 2, 2, 2, -3 },
    (const float[]) { -4, 1, -1, 0, 1, 4 },
    6,
    (const double[]) { 0.299069756, -0.23236808, 0.401759173, 0.300848247, 0.342876737,
                       -0.602638759 },
    (const double[]) { -0.991940591, -0.007419692, 0.278695959, 0.071709447, 0.618746721,
                       0.238903834 } },
};

/* --- a layer at work ------------------------------------------------------------ */

/* The last layer of a network, ready to be trained. */
typedef struct
{
  CnnPlan      *plan;
  CnnTask       task;
  CnnTrainStep *step;
} Layer;

/* @words: (nullable): of the message with which it is refused */
static Layer
layer_begin (const char *text, CnnShape in, int batch, const char *words)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  Layer                  layer = { 0 };
  guint                  last;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  layer.plan = cnn_plan_new (network, in, 1, &last, NULL, &error);
  g_assert_no_error (error);
  cnn_plan_whole_task (layer.plan, last, &layer.task);
  layer.task.batch = batch;
  layer.step = layer.task.node->op->train (&layer.task, &error);
  if (words == NULL)
    {
      g_assert_no_error (error);
      return layer;
    }
  g_assert_null (layer.step);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, words));
  return layer;
}

static void
layer_end (Layer *layer)
{
  cnn_train_step_free (layer->step);
  cnn_plan_free (layer->plan);
}

/* @n images go forward and back, the first being number @first.
 * @in: [n][in]; @d_out: [n][out]; @out: (out): [n][out]; @d_in: (out): [n][in] */
static void
layer_work (Layer *layer, guint n, guint64 first, const float *in, const float *d_out, float *out,
            float *d_in)
{
  float  *kept = train_floats (n * layer->step->kept / sizeof (float) + 1);
  CnnPass pass = { .n = n,
                   .n_all = n,
                   .first = first,
                   .in = &in,
                   .out = out,
                   .d_out = d_out,
                   .d_in = &d_in,
                   .kept = (guint8 *) kept };

  g_assert_true (layer->step->forward (layer->step, &pass));
  g_assert_true (layer->step->backward (layer->step, &pass));
  cnn_floats_free (kept);
}

static void
check (const char *text, const char *what, gsize n, const float *got, const double *expected)
{
  for (gsize i = 0; i < n; i++)
    {
      /* Whole numbers to the bit. */
      double most = expected[i] == round (expected[i]) ? 0.0 : 1e-6 * MAX (fabs (expected[i]), 1.0);

      if (!(fabs (got[i] - expected[i]) <= most))
        g_error ("%s: %s number %d is %.9g, expected %.9g", text, what, (int) i, got[i],
                 expected[i]);
    }
}

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  Layer         layer = layer_begin (golden->text, golden->in, 1, NULL);
  gsize         n = train_cells (golden->in);
  float        *out = train_floats (golden->n_out), *d_in = train_floats (n);

  g_assert_cmpint (cnn_shape_cells (layer.task.out), ==, golden->n_out);
  layer_work (&layer, 1, 0, golden->values, golden->d_out, out, d_in);
  check (golden->text, "output", golden->n_out, out, golden->out);
  check (golden->text, "derivative", n, d_in, golden->d_in);
  layer_end (&layer);
  cnn_floats_free (out);
  cnn_floats_free (d_in);
}

/* --- winners ---------------------------------------------------------------------- */

/* More cells in a window than a byte can tell apart: all four have the largest one. */
static void
test_large_windows (void)
{
  CnnShape    in = { 18, 18, 1 };
  Layer       layer = layer_begin ("maxpool 17 stride=1", in, 1, NULL);
  const float d_out[] = { 1.0f, 2.0f, 4.0f, 8.0f };
  float       values[18 * 18] = { 0.0f }, out[4], d_in[18 * 18];

  values[16 * 18 + 15] = 3.0f;
  layer_work (&layer, 1, 0, values, d_out, out, d_in);
  for (int i = 0; i < 18 * 18; i++)
    g_assert_cmpfloat (d_in[i], ==, i == 16 * 18 + 15 ? 15.0f : 0.0f);
  /* Another in the corner that only the last window has. */
  values[17 * 18 + 17] = 5.0f;
  layer_work (&layer, 1, 0, values, d_out, out, d_in);
  g_assert_cmpfloat (out[2], ==, 3.0f);
  g_assert_cmpfloat (out[3], ==, 5.0f);
  g_assert_cmpfloat (d_in[16 * 18 + 15], ==, 7.0f);
  g_assert_cmpfloat (d_in[17 * 18 + 17], ==, 8.0f);
  layer_end (&layer);
}

static void
test_places (void)
{
  Layer layer = layer_begin ("maxpool 2 give=place", (CnnShape) { 4, 4, 1 }, 1, "give=place");

  layer_end (&layer);
}

/* --- what is drawn ------------------------------------------------------------------ */

#define DRAWS 4000

/* 1 and 3 in each window: the second wins three times of four, and gets the derivative. */
static void
test_draws (void)
{
  Layer  layer = layer_begin ("stochastic-pool 2 sample=yes", (CnnShape) { 2, 2, 1 }, DRAWS, NULL);
  Layer  half = layer_begin ("stochastic-pool 2 sample=yes", (CnnShape) { 2, 2, 1 }, DRAWS / 2,
                             NULL);
  float *in = train_floats (4 * DRAWS), *d_in = train_floats (4 * DRAWS);
  float *out = train_floats (DRAWS), *d_out = train_floats (DRAWS), *again = train_floats (DRAWS);
  int    n = 0;

  for (int i = 0; i < DRAWS; i++)
    {
      memcpy (in + 4 * i, (const float[]) { -2.0f, 1.0f, 3.0f, 0.0f }, 4 * sizeof (float));
      d_out[i] = (float) (i + 1);
    }
  layer_work (&layer, DRAWS, 20, in, d_out, out, d_in);
  for (int i = 0; i < DRAWS; i++)
    {
      g_assert_true (out[i] == 1.0f || out[i] == 3.0f);
      n += out[i] == 3.0f;
      g_assert_cmpfloat (d_in[4 * i], ==, 0.0f);
      g_assert_cmpfloat (d_in[4 * i + 1], ==, out[i] == 1.0f ? d_out[i] : 0.0f);
      g_assert_cmpfloat (d_in[4 * i + 2], ==, out[i] == 3.0f ? d_out[i] : 0.0f);
      g_assert_cmpfloat (d_in[4 * i + 3], ==, 0.0f);
    }
  /* Four standard deviations. */
  g_assert_cmpfloat (fabs (n - 0.75 * DRAWS), <, 4.0 * sqrt (0.75 * 0.25 * DRAWS));
  /* An image's number decides, not how many go together. */
  layer_work (&half, DRAWS / 2, 20 + DRAWS / 2, in, d_out, again, d_in);
  g_assert_cmpmem (again, DRAWS / 2 * sizeof (float), out + DRAWS / 2,
                   DRAWS / 2 * sizeof (float));
  layer_end (&layer);
  layer_end (&half);
  cnn_floats_free (in);
  cnn_floats_free (d_in);
  cnn_floats_free (out);
  cnn_floats_free (d_out);
  cnn_floats_free (again);
}

/* Nothing positive, nothing to draw. */
static void
test_draws_nothing (void)
{
  Layer       layer = layer_begin ("stochastic-pool 2 sample=yes", (CnnShape) { 2, 4, 1 }, 1, NULL);
  const float values[] = { -1.0f, 0.0f, 0.0f, 2.0f, -3.0f, 0.0f, -1.0f, -1.0f };
  const float d_out[] = { 5.0f, 7.0f };
  float       out[2], d_in[8];

  layer_work (&layer, 1, 0, values, d_out, out, d_in);
  check ("negative", "output", 2, out, (const double[]) { 0, 2 });
  check ("negative", "derivative", 8, d_in, (const double[]) { 0, 0, 0, 7, 0, 0, 0, 0 });
  layer_end (&layer);
}

/* --- borders ------------------------------------------------------------------------ */

/* A row a b c d e with two cells on either side: 1, 2, 4, … say which came together. */
static void
test_border (void)
{
  static const struct
  {
    CnnBorder border;
    double    sums[5];
  } rows[] = {
    { CNN_BORDER_ZERO, { 4, 8, 16, 32, 64 } },
    { CNN_BORDER_REFLECT, { 4, 8 + 2, 16 + 1 + 256, 32 + 128, 64 } },
    { CNN_BORDER_REPLICATE, { 4 + 2 + 1, 8, 16, 32, 64 + 128 + 256 } },
    { CNN_BORDER_WRAP, { 4 + 128, 8 + 256, 16, 32 + 1, 64 + 2 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      CnnWindow   window = { .pad = { 0, 2, 0, 2 }, .border = rows[i].border };
      CnnWindow   down = { .pad = { 2, 0, 2, 0 }, .border = rows[i].border };
      CnnWindow   less = { .pad = { -1, 0, 0, 0 }, .border = rows[i].border };
      const float from[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256 };
      float       to[5];

      cnn_border_fold (&window, (CnnShape) { 1, 5, 1 }, from, to);
      check ("across", "sum", 5, to, rows[i].sums);
      cnn_border_fold (&down, (CnnShape) { 5, 1, 1 }, from, to);
      check ("down", "sum", 5, to, rows[i].sums);
      cnn_border_fold (&less, (CnnShape) { 5, 1, 1 }, from, to);
      check ("cut off", "sum", 5, to, (const double[]) { 0, 1, 2, 4, 8 });
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *path = g_strdup_printf ("/train-pools/%s", goldens[i].name);

      g_test_add_data_func (path, &goldens[i], test_golden);
    }
  g_test_add_func ("/train-pools/max/large-windows", test_large_windows);
  g_test_add_func ("/train-pools/max/places", test_places);
  g_test_add_func ("/train-pools/stochastic/draws", test_draws);
  g_test_add_func ("/train-pools/stochastic/draws-nothing", test_draws_nothing);
  g_test_add_func ("/train-pools/border", test_border);
  return g_test_run ();
}
