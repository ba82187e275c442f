/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream-host.h"

#include <math.h>
#include <string.h>

#include "error.h"

/* Whether this is the call that goes wrong. */
static gboolean
host_breaks (Host *host, const char *what, GError **error)
{
  if (++host->calls != host->fail_at)
    return FALSE;
  if (host->cancellable)
    {
      g_cancellable_cancel (host->cancellable);
      return FALSE;
    }
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, "the %s broke", what);
  return TRUE;
}

/** host_read: the @read of a #CnnSource, whose data is the host. */
gboolean
host_read (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Host *host = data;
  gsize cell = (gsize) host->in.channels;

  g_assert_true (g_thread_self () == host->thread);
  g_assert_true (rect->x >= 0 && rect->x + rect->width <= host->in.width);
  g_assert_true (rect->y >= 0 && rect->y + rect->height <= host->in.height);
  if (host_breaks (host, "source", error))
    return FALSE;
  for (int y = 0; y < rect->height; y++)
    memcpy (values + y * stride,
            host->values + ((gsize) (rect->y + y) * host->in.width + rect->x) * cell,
            rect->width * cell * sizeof (float));
  return TRUE;
}

/** host_write: the @write of a #CnnSink; each place is within its region. */
gboolean
host_write (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  Host    *host = data;
  CnnRect *region = &host->regions[tap];
  gsize    cell = (gsize) host->shapes[tap].channels;

  g_assert_true (g_thread_self () == host->thread);
  g_assert_true (rect->x >= region->x && rect->x + rect->width <= region->x + region->width);
  g_assert_true (rect->y >= region->y && rect->y + rect->height <= region->y + region->height);
  if (host_breaks (host, "sink", error))
    return FALSE;
  for (int y = 0; y < rect->height; y++)
    {
      gsize at = (gsize) (rect->y - region->y + y) * region->width + rect->x - region->x;

      memcpy (host->maps[tap] + at * cell, values + y * stride,
              rect->width * cell * sizeof (float));
      for (int x = 0; x < rect->width; x++)
        host->written[tap][at + x]++;
    }
  return TRUE;
}

static gsize
n_places (const Host *host, guint i)
{
  return (gsize) host->regions[i].height * host->regions[i].width;
}

/** host_open: room for what the plan's taps write. */
void
host_open (Host *host, const CnnPlan *plan, CnnShape in, const float *values, guint n_taps,
           const guint *taps, const CnnRect *regions)
{
  *host = (Host) { .in = in, .values = values, .thread = g_thread_self (), .n = n_taps };
  host->shapes = g_new (CnnShape, n_taps);
  host->regions = g_new (CnnRect, n_taps);
  host->maps = g_new (float *, n_taps);
  host->written = g_new (guint8 *, n_taps);
  for (guint i = 0; i < n_taps; i++)
    {
      host->shapes[i] = cnn_plan_info (plan, taps[i])->shape;
      host->regions[i] = regions ? regions[i] : (CnnRect) { 0, 0, host->shapes[i].width,
                                                            host->shapes[i].height };
      host->maps[i] = g_new0 (float, n_places (host, i) * host->shapes[i].channels);
      host->written[i] = g_new0 (guint8, n_places (host, i));
    }
}

/** host_clear: frees what host_open() made. */
void
host_clear (Host *host)
{
  for (guint i = 0; i < host->n; i++)
    {
      g_free (host->maps[i]);
      g_free (host->written[i]);
    }
  g_free (host->shapes);
  g_free (host->regions);
  g_free (host->maps);
  g_free (host->written);
}

/**
 * host_run:
 * @memory: whether the picture and the maps are given as memory, not read and written
 *
 * Returns: whether the network fits the picture; then @host is to be cleared
 */
gboolean
host_run (Host *host, CnnNetwork *network, CnnShape in, const float *values, guint n_taps,
          const guint *taps, const CnnPlanOptions *options, gboolean memory)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, in, n_taps, taps, options, &error);
  CnnSource           source = { host_read, host };
  CnnSink             sink = { host_write, host };

  if (plan == NULL)
    {
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
      return FALSE;
    }
  host_open (host, plan, in, values, n_taps, taps, options->regions);
  if (memory)
    {
      source.memory = values;
      sink.memory = host->maps;
    }
  cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (!memory || host->calls == 0);
  for (guint i = 0; i < n_taps && !memory; i++)
    for (gsize k = 0; k < n_places (host, i); k++)
      g_assert_cmpint (host->written[i][k], ==, 1);
  return TRUE;
}

static float
greatest (const float *values, gint64 n)
{
  float most = 0.0f;

  for (gint64 k = 0; k < n; k++)
    most = MAX (most, fabsf (values[k]));
  return most;
}

static gboolean
equal (float a, float b, float most, gboolean exact)
{
  return exact ? memcmp (&a, &b, sizeof a) == 0 : fabsf (a - b) <= 4e-6f * most;
}

/** host_compare: that @cut is what @whole is; it has the same taps, or regions of them. */
void
host_compare (const Host *whole, const Host *cut, const char *text,
              const CnnPlanOptions *options, gboolean exact)
{
  for (guint i = 0; i < whole->n; i++)
    {
      CnnShape       shape = whole->shapes[i];
      const CnnRect *region = &cut->regions[i];
      float          most = greatest (whole->maps[i], cnn_shape_cells (shape));
      gsize          row = (gsize) region->width * shape.channels;

      for (gsize k = 0; k < region->height * row; k++)
        {
          gsize at = ((gsize) (region->y + k / row) * shape.width + region->x) * shape.channels +
                     k % row;
          float is = cut->maps[i][k], expected = whole->maps[i][at];

          if (!equal (is, expected, most, exact))
            g_error ("%s on %d×%d×%d, %d workers, %d rows, %d columns: value %d of tap %u "
                     "(%d×%d at %d,%d of %d×%d×%d) is %.9g instead of %.9g",
                     text, CNN_SHAPE_ARGS (whole->in), options->workers, options->band_rows,
                     options->strip_columns, (int) k, i, region->height, region->width, region->y,
                     region->x, CNN_SHAPE_ARGS (shape), is, expected);
        }
    }
}
