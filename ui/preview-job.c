/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One run of a network for the preview, in whichever thread calls it. Nothing here is
 * as large as the picture: what comes is put where it belongs, or added up, at once. */

#include "preview-job.h"

/**
 * cnn_preview_job_new:
 * @n_taps: of how many layers something is wanted
 *
 * Returns: (transfer full): a job whose taps are to be filled in
 */
CnnPreviewJob *
cnn_preview_job_new (CnnPreviewKind kind, CnnNetwork *network, CnnPicture *picture, guint n_taps)
{
  CnnPreviewJob *job = g_new0 (CnnPreviewJob, 1);

  job->kind = kind;
  job->network = cnn_network_ref (network);
  job->picture = cnn_picture_ref (picture);
  job->n_taps = n_taps;
  job->taps = g_new0 (CnnPreviewTap, n_taps);
  job->cancellable = g_cancellable_new ();
  return job;
}

void
cnn_preview_job_free (CnnPreviewJob *job)
{
  for (guint i = 0; i < job->n_taps; i++)
    {
      g_clear_pointer (&job->taps[i].block, cnn_map_block_unref);
      g_free (job->taps[i].stats);
    }
  g_free (job->taps);
  g_object_unref (job->cancellable);
  cnn_picture_unref (job->picture);
  cnn_network_unref (job->network);
  g_free (job);
}

/**
 * cnn_preview_count:
 * @stats: with the range, and a histogram to add to
 * @values: values of the map
 * @n: how many
 * @step: floats from one to the next
 *
 * Counts which of the equal parts of the range each value lies in.
 */
void
cnn_preview_count (CnnMapStats *stats, const float *values, gsize n, gsize step)
{
  double min   = stats->range.min;
  double scale = (double) stats->range.max - min;

  scale = scale > 0.0 ? CNN_MAP_BINS / scale : 0.0;
  for (gsize i = 0; i < n; i++, values += step)
    if (*values >= stats->range.min && *values <= stats->range.max)
      {
        int bin = (int) ((*values - min) * scale);

        stats->histogram[MIN (bin, CNN_MAP_BINS - 1)]++;
      }
}

typedef struct
{
  CnnPreviewJob *job;
  CnnShape       input;
} Run;

static gboolean
read_rect (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Run *run = data;

  return cnn_picture_read (run->job->picture, run->input, rect, values, stride,
                           run->job->cancellable, error);
}

static void
count_rect (const CnnPreviewTap *tap, const CnnRect *rect, const float *values, gsize stride)
{
  int channels = tap->block->shape.channels;

  for (int y = 0; y < rect->height; y++)
    if (tap->block->vector)
      cnn_preview_count (tap->stats, values + y * stride, (gsize) rect->width * channels, 1);
    else
      for (int k = 0; k < channels; k++)
        cnn_preview_count (&tap->stats[k], values + y * stride + k, rect->width, channels);
}

static gboolean
write_rect (gpointer data, guint i, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  Run           *run = data;
  CnnPreviewTap *tap = &run->job->taps[i];

  if (tap->stats != NULL)
    {
      count_rect (tap, rect, values, stride);
      return TRUE;
    }
  cnn_map_block_write (tap->block, run->job->lock, rect, values, stride);
  run->job->arrived (tap, run->job->data);
  return TRUE;
}

/**
 * cnn_preview_job_run:
 *
 * Runs it to its end. Errors: those of cnn_plan_new(), cnn_plan_run() and
 * cnn_picture_read(); %CNN_ERROR_CANCELLED
 */
gboolean
cnn_preview_job_run (CnnPreviewJob *job, GError **error)
{
  CnnShape           offered = cnn_picture_shape (job->picture);
  Run                run     = { job, cnn_network_input (job->network, offered) };
  CnnSource          source  = { read_rect, &run };
  CnnSink            sink    = { write_rect, &run };
  g_autofree guint  *taps    = g_new (guint, job->n_taps);
  g_autofree CnnRect *regions = g_new (CnnRect, job->n_taps);
  CnnPlanOptions     options = { .memory = job->memory, .regions = regions };
  g_autoptr (CnnPlan) plan   = NULL;

  for (guint i = 0; i < job->n_taps; i++)
    {
      taps[i] = job->taps[i].node;
      regions[i] = job->taps[i].block->cells;
    }
  plan = cnn_plan_new (job->network, offered, job->n_taps, taps, &options, error);
  return plan != NULL && cnn_plan_run (plan, &source, &sink, job->progress, job->data,
                                       job->cancellable, error);
}
