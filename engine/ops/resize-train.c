/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "clones.h"
#include "i18n.h"
#include "resize-axis.h"

/* Training of resize. A cell of the output is a sum of the input's cells, each with a weight; what
 * is known of it goes back to the same cells with the same weights: first along columns, into a
 * row, then that along rows. */

typedef struct
{
  CnnTrainStep  step;
  CnnStep      *run;
  CnnShape      in;
  CnnShape      out;
  CnnResizeTaps rows;
  CnnResizeTaps columns;
  float        *line; /* [in.width][channels] */
} ResizeTrain;

static gboolean
resize_forward (CnnTrainStep *base, const CnnPass *pass)
{
  ResizeTrain *step = (ResizeTrain *) base;
  gsize        n_in = (gsize) cnn_shape_cells (step->in);
  gsize        n_out = (gsize) cnn_shape_cells (step->out);

  for (guint i = 0; i < pass->n; i++)
    {
      const float *in = pass->in[0] + i * n_in;

      if (!step->run->run (step->run, &in, pass->out + i * n_out, 0, 0))
        return FALSE;
    }
  return TRUE;
}

/* @d_out: [width][channels] of the output; @line: (out): of the input */
CNN_CLONES static void
gather_columns (const CnnResizeTaps *taps, CnnShape in, int width, const float *restrict d_out,
                float *restrict line)
{
  const float *entry = taps->entries;
  int          channels = in.channels;

  memset (line, 0, (gsize) in.width * channels * sizeof (float));
  for (int x = 0; x < width; x++, d_out += channels, entry += taps->length)
    {
      /* None where the value was extrapolated. */
      int    n = (int) entry[1];
      float *to = line + (n > 0 ? (gsize) entry[0] : 0) * channels;

      for (int k = 0; k < n; k++, to += channels)
        for (int c = 0; c < channels; c++)
          to[c] += entry[2 + k] * d_out[c];
    }
}

/* @line: [n]; @to: [n_rows][n] */
CNN_CLONES static void
spread_rows (gsize n, int n_rows, const float *weights, const float *restrict line,
             float *restrict to)
{
  for (int k = 0; k < n_rows; k++, to += n)
    for (gsize i = 0; i < n; i++)
      to[i] += weights[k] * line[i];
}

static gboolean
resize_backward (CnnTrainStep *base, const CnnPass *pass)
{
  ResizeTrain *step = (ResizeTrain *) base;
  gsize        n_in = (gsize) cnn_shape_cells (step->in);
  gsize        in_row = (gsize) step->in.width * step->in.channels;
  gsize        row = (gsize) step->out.width * step->out.channels;
  const float *d_out = pass->d_out;

  if (pass->d_in[0] == NULL)
    return TRUE;
  memset (pass->d_in[0], 0, pass->n * n_in * sizeof (float));
  for (guint i = 0; i < pass->n; i++)
    {
      const float *entry = step->rows.entries;

      for (int r = 0; r < step->out.height; r++, d_out += row, entry += step->rows.length)
        {
          if (entry[1] == 0.0f)
            continue;
          gather_columns (&step->columns, step->in, step->out.width, d_out, step->line);
          spread_rows (in_row, (int) entry[1], entry + 2, step->line,
                       pass->d_in[0] + i * n_in + (gsize) entry[0] * in_row);
        }
    }
  return TRUE;
}

static void
resize_train_free (CnnTrainStep *base)
{
  ResizeTrain *step = (ResizeTrain *) base;

  cnn_step_free (step->run);
  cnn_floats_free (step->line);
  g_free (step);
}

/** cnn_resize_train: the @train of resize. */
CnnTrainStep *
cnn_resize_train (const CnnTask *task, GError **error)
{
  ResizeTrain  *step = g_new0 (ResizeTrain, 1);
  CnnTask       one = *task;
  CnnResizeAxis rows, columns;

  one.batch = 1;
  step->step.forward = resize_forward;
  step->step.backward = resize_backward;
  step->step.free = resize_train_free;
  step->in = task->in[0];
  step->out = task->out;
  step->run = task->node->op->prepare (&one, error);
  if (step->run == NULL ||
      !cnn_resize_axis (task->node->params, TRUE, task->in[0].height, &rows, error) ||
      !cnn_resize_axis (task->node->params, FALSE, task->in[0].width, &columns, error))
    {
      resize_train_free (&step->step);
      return NULL;
    }
  step->rows = cnn_resize_table (&rows, task->store, "rows");
  step->columns = cnn_resize_table (&columns, task->store, "columns");
  step->line = cnn_floats_alloc ((gsize) task->in[0].width * task->in[0].channels);
  if (step->rows.entries && step->columns.entries && step->line)
    return &step->step;
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("%s: there is not enough memory for %d×%d×%d values"), task->node->op->name,
               CNN_SHAPE_ARGS (task->out));
  resize_train_free (&step->step);
  return NULL;
}
