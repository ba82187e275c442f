/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "curves-axis.h"

#include <math.h>

/* 1, 2 or 5 times a power of ten: the least that is not below @value. */
static double
round_up (double value)
{
  double power = pow (10.0, floor (log10 (value)));

  for (int i = 0; i < 3; i++)
    if (value <= power * (double[]) { 1.0, 2.0, 5.0 }[i] * (1.0 + 1e-9))
      return power * (double[]) { 1.0, 2.0, 5.0 }[i];
  return power * 10.0;
}

static void
mark_evenly (CurvesAxis *axis, guint wanted)
{
  double step = round_up ((axis->to - axis->from) / wanted);

  axis->from = floor (axis->from / step + 1e-9) * step;
  for (double i = round (axis->from / step);
       axis->n_ticks < CURVES_AXIS_MOST && i * step <= axis->to * (1.0 + 1e-9); i++)
    axis->ticks[axis->n_ticks++] = i * step;
}

/* At 1, 2 and 5 of each power of ten; at the powers alone where these are many. */
static void
mark_powers (CurvesAxis *axis)
{
  double first = floor (log10 (axis->from) + 1e-9), last = ceil (log10 (axis->to) - 1e-9);
  int    n = last - first > 3.0 ? 1 : 3;

  for (double power = first; power <= last; power++)
    for (int i = 0; i < n && axis->n_ticks < CURVES_AXIS_MOST; i++)
      {
        double value = pow (10.0, power) * (double[]) { 1.0, 2.0, 5.0 }[i];

        if (value >= axis->from * (1.0 - 1e-9) && value <= axis->to * (1.0 + 1e-9))
          axis->ticks[axis->n_ticks++] = value;
      }
}

/**
 * curves_axis_new:
 * @least: of the values
 * @most: of the values
 * @log: whether it shall be logarithmic; @least counts from a millionth of @most then
 * @wanted: about how many marks it shall have
 *
 * Returns: an axis that has all values on it
 */
CurvesAxis
curves_axis_new (double least, double most, gboolean log, guint wanted)
{
  CurvesAxis axis = { .from = least, .to = most, .log = log && most > 0.0 };

  if (axis.log)
    {
      axis.from = MAX (least, most * 1e-6);
      if (axis.to < axis.from * 2.0)
        {
          axis.from /= 1.5;
          axis.to *= 1.5;
        }
      mark_powers (&axis);
      return axis;
    }
  if (!(axis.to > axis.from))
    axis.to = axis.from + 1.0;
  mark_evenly (&axis, wanted);
  return axis;
}

/** curves_axis_share: how far a value is from the beginning to the end, 0 to 1 on the axis. */
double
curves_axis_share (const CurvesAxis *axis, double value)
{
  if (axis->log)
    return log (MAX (value, axis->from) / axis->from) / log (axis->to / axis->from);
  return (value - axis->from) / (axis->to - axis->from);
}
