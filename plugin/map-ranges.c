/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The ranges of all maps, found while a plan computes them: some mappings
 * cannot show the first value before the last is known. */

#include "map-ranges.h"

struct _MapRanges
{
  const Request *request;
  MappingRange **stages; /* [stages][channels], also those not chosen */
  CnnSink        next;
};

/**
 * map_ranges_new:
 * @request: which maps; to outlive the ranges
 *
 * Returns: (transfer full): ranges of no values
 */
MapRanges *
map_ranges_new (const Request *request)
{
  MapRanges *ranges = g_new0 (MapRanges, 1);

  ranges->request = request;
  ranges->stages = g_new0 (MappingRange *, request->stages->len);
  for (guint i = 0; i < request->stages->len; i++)
    {
      int channels = request_get_stage (request, i)->shape.channels;

      ranges->stages[i] = g_new (MappingRange, channels);
      for (int k = 0; k < channels; k++)
        ranges->stages[i][k] = mapping_range_none ();
    }
  return ranges;
}

void
map_ranges_free (MapRanges *ranges)
{
  for (guint i = 0; i < ranges->request->stages->len; i++)
    g_free (ranges->stages[i]);
  g_free (ranges->stages);
  g_free (ranges);
}

static gboolean
add_rect (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
          GError **error)
{
  MapRanges *ranges   = data;
  int        channels = request_get_stage (ranges->request, tap)->shape.channels;

  for (int y = 0; y < rect->height; y++)
    mapping_ranges_add (ranges->stages[tap], channels, values + y * stride, rect->width);
  return ranges->next.write == NULL ||
         ranges->next.write (ranges->next.data, tap, rect, values, stride, error);
}

/**
 * map_ranges_sink:
 * @next: (nullable): what gets the values too
 *
 * Returns: what a plan writes to whose taps are the request's stages
 */
CnnSink
map_ranges_sink (MapRanges *ranges, const CnnSink *next)
{
  ranges->next = next != NULL ? *next : (CnnSink) { NULL };
  return (CnnSink) { add_rect, ranges };
}

/**
 * map_ranges_mapping:
 * @stage: which of the request's stages
 * @map: which of its chosen maps
 *
 * A vector's range is that of all its values, whichever are chosen: a value
 * looks the same whatever is shown beside it.
 *
 * Returns: the request's mapping, made ready for the map
 */
Mapping
map_ranges_mapping (const MapRanges *ranges, guint i, guint map)
{
  const Request      *request = ranges->request;
  const RequestStage *stage   = request_get_stage (request, i);
  MappingRange        range   = ranges->stages[i][g_array_index (stage->maps, int, map)];

  if (request->mapping == MAPPING_RANGE_STAGE || stage->vector)
    for (int k = 0; k < stage->shape.channels; k++)
      range = mapping_range_union (range, ranges->stages[i][k]);
  return mapping_new (request->mapping, range);
}
