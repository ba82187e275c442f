/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Maps wait here for the last value to be known: only then are the ranges that
 * mappings need, and only then does anything reach GIMP, so that a run that
 * fails or is cancelled leaves nothing behind. GEGL buffers keep to a budget
 * and go to disk beyond it. */

#include "map-store.h"

/* A vector's cells are one buffer, a row; else there is one for each map. */
typedef struct
{
  const RequestStage *stage;
  guint               n_buffers;
  GeglBuffer        **buffers;
  MappingRange       *ranges; /* [n_buffers] */
  MappingRange        whole;  /* of all maps, also those not chosen */
} Stored;

struct _MapStore
{
  MappingKind mapping;
  guint       n_stages;
  Stored     *stages;
  GArray     *plane;  /* float, for one map of a rectangle */
};

/**
 * map_store_new:
 * @request: which maps; to outlive the store
 *
 * Returns: (transfer full): an empty store
 */
MapStore *
map_store_new (const Request *request)
{
  MapStore *store = g_new0 (MapStore, 1);

  store->mapping = request->mapping;
  store->n_stages = request->stages->len;
  store->stages = g_new0 (Stored, store->n_stages);
  store->plane = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < store->n_stages; i++)
    {
      Stored             *stored = &store->stages[i];
      const RequestStage *stage  = request_get_stage (request, i);
      GeglRectangle       extent = { 0, 0, stage->shape.width, stage->shape.height };

      if (stage->vector)
        extent.width = stage->maps->len;

      stored->stage = stage;
      stored->n_buffers = stage->vector ? 1 : stage->maps->len;
      stored->buffers = g_new (GeglBuffer *, stored->n_buffers);
      stored->ranges = g_new (MappingRange, stored->n_buffers);
      stored->whole = mapping_range_none ();
      for (guint k = 0; k < stored->n_buffers; k++)
        {
          stored->buffers[k] = gegl_buffer_new (&extent, babl_format ("Y float"));
          stored->ranges[k] = mapping_range_none ();
        }
    }
  return store;
}

void
map_store_free (MapStore *store)
{
  for (guint i = 0; i < store->n_stages; i++)
    {
      Stored *stored = &store->stages[i];

      for (guint k = 0; k < stored->n_buffers; k++)
        g_object_unref (stored->buffers[k]);
      g_free (stored->buffers);
      g_free (stored->ranges);
    }
  g_free (store->stages);
  g_array_unref (store->plane);
  g_free (store);
}

static void
put (GeglBuffer *buffer, int x, int y, int width, int height, const float *values)
{
  gegl_buffer_set (buffer, GEGL_RECTANGLE (x, y, width, height), 0, babl_format ("Y float"),
                   values, GEGL_AUTO_ROWSTRIDE);
}

static void
write_vector (MapStore *store, Stored *stored, const float *values)
{
  float *row;

  g_array_set_size (store->plane, stored->stage->maps->len);
  row = (float *) store->plane->data;
  for (guint k = 0; k < stored->stage->maps->len; k++)
    row[k] = values[g_array_index (stored->stage->maps, int, k)];
  put (stored->buffers[0], 0, 0, stored->stage->maps->len, 1, row);
}

static void
write_map (MapStore *store, Stored *stored, guint k, const CnnRect *rect, const float *values,
           gsize stride)
{
  int    channels = stored->stage->shape.channels;
  int    map      = g_array_index (stored->stage->maps, int, k);
  float *plane;

  g_array_set_size (store->plane, rect->width * rect->height);
  plane = (float *) store->plane->data;
  for (int y = 0; y < rect->height; y++)
    {
      const float *row = values + y * stride + map;

      for (int x = 0; x < rect->width; x++)
        plane[y * rect->width + x] = row[(gsize) x * channels];
    }
  if (store->mapping != MAPPING_RANGE_STAGE)
    mapping_range_add (&stored->ranges[k], plane, (gsize) rect->width * rect->height);
  put (stored->buffers[k], rect->x, rect->y, rect->width, rect->height, plane);
}

static gboolean
write_rect (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  MapStore *store  = data;
  Stored   *stored = &store->stages[tap];
  gsize     length = (gsize) rect->width * stored->stage->shape.channels;

  if (store->mapping == MAPPING_RANGE_STAGE || stored->stage->vector)
    for (int y = 0; y < rect->height; y++)
      mapping_range_add (&stored->whole, values + y * stride, length);

  if (stored->stage->vector)
    write_vector (store, stored, values);
  else
    for (guint k = 0; k < stored->n_buffers; k++)
      write_map (store, stored, k, rect, values, stride);
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
  return (CnnSink) { write_rect, store };
}

/**
 * map_store_read:
 * @stage: which of the request's stages
 * @map: which of its chosen maps; 0 for a vector
 * @rect: cells of it; of a vector, cells of its one row
 * @values: where they go, [rect.height][rect.width]
 */
void
map_store_read (const MapStore *store, guint stage, guint map, const CnnRect *rect, float *values)
{
  gegl_buffer_get (store->stages[stage].buffers[map],
                   GEGL_RECTANGLE (rect->x, rect->y, rect->width, rect->height), 1.0,
                   babl_format ("Y float"), values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_CLAMP);
}

/**
 * map_store_range:
 * @stage: which of the request's stages
 * @map: which of its chosen maps, or -1 for all maps it has, chosen or not
 *
 * For the request's mapping.
 *
 * Returns: the range of the values. A vector's is that of all its values,
 *   whichever are chosen: a value looks the same whatever is shown beside it
 */
MappingRange
map_store_range (const MapStore *store, guint stage, int map)
{
  const Stored *stored = &store->stages[stage];

  return map < 0 || stored->stage->vector ? stored->whole : stored->ranges[map];
}
