/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** CURVES_AXIS_MOST: the most marks that an axis has. */
#define CURVES_AXIS_MOST 24

/**
 * CurvesAxis:
 * @from: where it begins
 * @to: where it ends, above @from
 * @log: whether it is logarithmic
 * @n_ticks: how many marks there are
 * @ticks: [n_ticks], rising, from the first on at round numbers
 *
 * An axis of a diagram.
 */
typedef struct
{
  double   from;
  double   to;
  gboolean log;
  guint    n_ticks;
  double   ticks[CURVES_AXIS_MOST];
} CurvesAxis;

CurvesAxis curves_axis_new   (double least, double most, gboolean log, guint wanted);
double     curves_axis_share (const CurvesAxis *axis, double value);

G_END_DECLS
