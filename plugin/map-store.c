/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Values wait here for the last to be known where computing them twice would take
 * longer. */

#include "map-store.h"

#include <errno.h>
#include <unistd.h>

#include "error.h"
#include "i18n.h"
#include "scratch-file.h"

/* Floats that are read back at a time. */
#define PORTION (1 << 20)

struct _MapStore
{
  const Request *request;
  char          *folder;
  int            file;
  goffset       *starts; /* [stages]: where [height][width][channels] begins */
};

static gboolean
failed (const MapStore *store, GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
               _("values that are too many for the memory cannot be kept in “%s”: %s"),
               store->folder, g_strerror (errno));
  return FALSE;
}

/**
 * map_store_new:
 * @request: what is computed; to outlive the store
 * @folder: where the file is to be
 *
 * Returns: (transfer full): an empty store; or %NULL. Errors: %CNN_ERROR_IO
 */
MapStore *
map_store_new (const Request *request, const char *folder, GError **error)
{
  g_autoptr (MapStore) store = g_new0 (MapStore, 1);
  goffset              end   = 0;

  store->file = -1;
  store->request = request;
  store->folder = g_strdup (folder);
  store->starts = g_new (goffset, request->stages->len);
  for (guint i = 0; i < request->stages->len; i++)
    {
      store->starts[i] = end;
      end += cnn_shape_cells (request_get_stage (request, i)->shape) * (goffset) sizeof (float);
    }
  store->file = scratch_file_open (folder);
  if (store->file < 0)
    {
      failed (store, error);
      return NULL;
    }
  return g_steal_pointer (&store);
}

void
map_store_free (MapStore *store)
{
  if (store->file >= 0)
    close (store->file);
  g_free (store->starts);
  g_free (store->folder);
  g_free (store);
}

/* Where a cell's first number stands in the file. */
static goffset
place (const MapStore *store, guint i, int y, int x)
{
  CnnShape shape = request_get_stage (store->request, i)->shape;

  return store->starts[i] +
         ((goffset) y * shape.width + x) * shape.channels * (goffset) sizeof (float);
}

static gboolean
store_rect (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  MapStore *store = data;
  gsize     size  = sizeof (float) * rect->width *
                    request_get_stage (store->request, tap)->shape.channels;

  for (int y = 0; y < rect->height; y++)
    if (!scratch_file_write (store->file, values + y * stride, size,
                    place (store, tap, rect->y + y, rect->x)))
      return failed (store, error);
  return TRUE;
}

/**
 * map_store_sink:
 *
 * Returns: what a plan writes to whose taps are the request's stages
 */
CnnSink
map_store_sink (MapStore *store)
{
  return (CnnSink) { store_rect, store };
}

static gboolean
replay_rect (MapStore *store, guint tap, const CnnRect *rect, float *values, const CnnSink *sink,
             GError **error)
{
  gsize stride = (gsize) rect->width *
                 request_get_stage (store->request, tap)->shape.channels;

  for (int y = 0; y < rect->height; y++)
    if (!scratch_file_read (store->file, values + y * stride, stride * sizeof (float),
                   place (store, tap, rect->y + y, rect->x)))
      return failed (store, error);
  return sink->write (sink->data, tap, rect, values, stride, error);
}

static gboolean
replay_stage (MapStore *store, guint tap, const CnnSink *sink, CnnProgressFunc progress,
              gpointer progress_data, GError **error)
{
  CnnShape shape  = request_get_stage (store->request, tap)->shape;
  int      width  = CLAMP (PORTION / shape.channels, 1, shape.width);
  int      height = CLAMP (PORTION / shape.channels / width, 1, shape.height);
  guint    n      = store->request->stages->len;
  g_autofree float *values = g_new (float, (gsize) width * height * shape.channels);

  for (int y = 0; y < shape.height; y += height)
    {
      for (int x = 0; x < shape.width; x += width)
        {
          CnnRect rect = { x, y, MIN (width, shape.width - x), MIN (height, shape.height - y) };

          if (!replay_rect (store, tap, &rect, values, sink, error))
            return FALSE;
        }
      progress ((tap + MIN (1.0, (y + height) / (double) shape.height)) / n, progress_data);
    }
  return TRUE;
}

/**
 * map_store_replay:
 * @sink: gets what the plan wrote, stage by stage
 * @progress: is told how far that is
 * @progress_data: for @progress
 *
 * Returns: %TRUE; or %FALSE with %CNN_ERROR_IO set, or what @sink set
 */
gboolean
map_store_replay (MapStore *store, const CnnSink *sink, CnnProgressFunc progress,
                  gpointer progress_data, GError **error)
{
  for (guint i = 0; i < store->request->stages->len; i++)
    if (!replay_stage (store, i, sink, progress, progress_data, error))
      return FALSE;
  return TRUE;
}
