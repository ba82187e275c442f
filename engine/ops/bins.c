/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bins.h"

#include <math.h>

#include "ops.h"
#include "writer.h"

/* Bin i of n on a map of m rows: from floor (i m / n) to ceil ((i + 1) m / n),
 * so that the bins cover the map and none is empty, also where m < n. Source:
 * He, Zhang, Ren and Sun, "Spatial pyramid pooling in deep convolutional
 * networks" (2014), section 2.3. */
static void
bin_range (int i, int n, int m, int *from, int *length)
{
  int to = (int) (((gint64) (i + 1) * m + n - 1) / n);

  *from = (int) ((gint64) i * m / n);
  *length = to - *from;
}

/**
 * cnn_bins_rect:
 * @bin: number of a bin, row by row
 * @level: bins to a side
 * @in: shape of the map
 *
 * Returns: the bin's cells
 */
CnnRect
cnn_bins_rect (int bin, int level, CnnShape in)
{
  CnnRect rect;

  bin_range (bin / level, level, in.height, &rect.y, &rect.height);
  bin_range (bin % level, level, in.width, &rect.x, &rect.width);
  return rect;
}

/* --- running -------------------------------------------------------------- */

/* A row of a bin is a run of neighbouring values, treated in lanes. */
typedef struct
{
  CnnStep  step;
  CnnShape in;
  gboolean average;
  int      n_levels;
  int     *levels; /* [n_levels] */
  gsize    n_lanes;
  double  *sums;   /* [n_lanes]; in double: a mean over millions of cells */
  float   *most;   /* [n_lanes] */
} BinsStep;

static void
lanes_add (gsize n, const float *restrict in, double *restrict sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += in[i];
}

static void
lanes_most (gsize n, const float *restrict in, float *restrict most)
{
  for (gsize i = 0; i < n; i++)
    most[i] = in[i] > most[i] ? in[i] : most[i];
}

static void
bin_row (const BinsStep *step, const float *in, gsize n)
{
  for (gsize i = 0; i < n; i += step->n_lanes)
    if (step->average)
      lanes_add (MIN (step->n_lanes, n - i), in + i, step->sums);
    else
      lanes_most (MIN (step->n_lanes, n - i), in + i, step->most);
}

static void
bin_run (const BinsStep *step, const float *in, const CnnRect *rect, float *out)
{
  gsize  channels = step->in.channels;
  double n = (double) rect->width * rect->height;

  for (gsize i = 0; i < step->n_lanes; i++)
    {
      step->sums[i] = 0.0;
      step->most[i] = -INFINITY;
    }
  for (int y = rect->y; y < rect->y + rect->height; y++)
    bin_row (step, in + ((gsize) y * step->in.width + rect->x) * channels, rect->width * channels);
  for (gsize c = 0; c < channels; c++)
    {
      double sum = 0.0;
      float  most = -INFINITY;

      for (gsize i = c; i < step->n_lanes; i += channels)
        {
          sum += step->sums[i];
          most = MAX (most, step->most[i]);
        }
      out[c] = step->average ? (float) (sum / n) : most;
    }
}

static gboolean
bins_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  const BinsStep *step = (BinsStep *) base;

  for (int i = 0; i < step->n_levels; i++)
    for (int bin = 0; bin < step->levels[i] * step->levels[i]; bin++)
      {
        CnnRect rect = cnn_bins_rect (bin, step->levels[i], step->in);

        bin_run (step, in[0], &rect, out);
        out += step->in.channels;
      }
  return TRUE;
}

static void
bins_free (CnnStep *base)
{
  BinsStep *step = (BinsStep *) base;

  g_free (step->levels);
  g_free (step->sums);
  g_free (step->most);
  g_free (step);
}

/**
 * cnn_bins_prepare:
 * @levels: how many bins to a side, for each level
 * @average: whether a bin is averaged; otherwise its largest value counts
 *
 * Makes the step of a layer whose output is, level by level and bin by bin, one
 * value for each channel.
 *
 * Returns: (transfer full): the step
 */
CnnStep *
cnn_bins_prepare (const CnnTask *task, const CnnNumbers *levels, gboolean average)
{
  BinsStep *step = g_new0 (BinsStep, 1);

  step->step.run = bins_run;
  step->step.free = bins_free;
  step->in = task->in[0];
  step->average = average;
  step->n_levels = levels->n;
  step->levels = g_new (int, levels->n);
  for (int i = 0; i < levels->n; i++)
    step->levels[i] = (int) levels->values[i];
  step->n_lanes = cnn_lanes (step->in.channels);
  step->sums = g_new (double, step->n_lanes);
  step->most = g_new (float, step->n_lanes);
  return &step->step;
}

/* --- the arithmetic ------------------------------------------------------- */

/**
 * cnn_bins_explain:
 * @level: bins to a side
 * @bin: number of the bin in that level, row by row
 *
 * Explains the value of one bin. Where its cells are more than anyone looks at,
 * it is made of the means, or the greatest values, of its rows.
 */
void
cnn_bins_explain (const CnnTask *task, const CnnCells *cells, int level, int bin, int channel,
                  gboolean average, CnnExplanation *explanation)
{
  CnnRect  rect = cnn_bins_rect (bin, level, task->in[0]);
  gboolean by_rows = (gint64) rect.width * rect.height > CNN_EXPLAIN_CELLS;
  int      columns = by_rows ? 1 : rect.width, together = rect.width / columns;
  CnnPart *part = cnn_explanation_add_part (explanation,
                                            average ? CNN_PART_WEIGHTED : CNN_PART_WINNER, 0,
                                            channel, (CnnSize) { rect.height, columns }, average);

  for (int i = 0; i < rect.height * columns; i++)
    {
      double sum = 0.0, most = -INFINITY, sizes = 0.0;

      for (int j = 0; j < together; j++)
        {
          double value = cells->read (cells->data, 0, rect.y + i / columns,
                                      rect.x + i % columns + j, channel);

          sum += value;
          sizes += fabs (value);
          most = MAX (most, value);
        }
      part->values[i] = average ? sum / together : most;
      if (average)
        {
          part->factors[i] = 1.0 / ((double) rect.height * columns);
          part->result += part->values[i] * part->factors[i];
          explanation->magnitude += sizes / together * part->factors[i];
        }
      else if (part->winner < 0 || part->values[i] > part->values[part->winner])
        part->winner = i;
    }
  if (!average)
    {
      part->result = part->values[part->winner];
      explanation->magnitude = fabs (part->result);
    }
  explanation->value = part->result;
}

/* --- writing -------------------------------------------------------------- */

/* One axis of a map, [1, channels, height, width], cut into @n bins with a value each. */
static const char *
write_axis (CnnWriter *writer, const char *x, int axis, int length, int n, gboolean average)
{
  g_autofree const char **bins = g_new (const char *, n);
  const char             *axes = cnn_writer_ints (writer, "axes", 1, (gint64[]) { axis });

  for (int i = 0; i < n; i++)
    {
      const char *first, *end;
      int         from, cells;

      bin_range (i, n, length, &from, &cells);
      first = cnn_writer_ints (writer, "first", 1, (gint64[]) { from });
      end = cnn_writer_ints (writer, "end", 1, (gint64[]) { from + cells });
      bins[i] = cnn_writer_add (writer, "Slice", x, first, end, axes, NULL);
      bins[i] = cnn_writer_add (writer, average ? "ReduceMean" : "ReduceMax", bins[i], NULL);
      cnn_writer_list (writer, "axes", 1, (gint64[]) { axis });
    }
  x = cnn_writer_add_list (writer, "Concat", (guint) n, bins);
  cnn_writer_int (writer, "axis", axis);
  return x;
}

/**
 * cnn_bins_write:
 * @in: shape of the map
 *
 * Writes the body of a function that makes the vector of all bins' values, level by level,
 * each in the order rows, columns, maps. First rows are put together, then columns: the
 * average over a rectangle is that of its rows' averages.
 */
void
cnn_bins_write (CnnWriter *writer, CnnShape in, const CnnNumbers *levels, gboolean average)
{
  g_autofree const char **parts = g_new (const char *, levels->n);
  const char             *all;

  for (int i = 0; i < levels->n; i++)
    {
      int         n = (int) levels->values[i];
      const char *part = write_axis (writer, "x", 2, in.height, n, average);

      part = write_axis (writer, part, 3, in.width, n, average);
      part = cnn_writer_add (writer, "Transpose", part, NULL);
      cnn_writer_list (writer, "perm", 4, (gint64[]) { 0, 2, 3, 1 });
      parts[i] = cnn_writer_add (writer, "Flatten", part, NULL);
    }
  all = cnn_writer_add_list (writer, "Concat", (guint) levels->n, parts);
  cnn_writer_int (writer, "axis", 1);
  cnn_writer_end (writer, all);
}
