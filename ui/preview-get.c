/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the preview has: values, pixels, strips and stats. */

#include <string.h>

#include "preview-core.h"

static gboolean
has_map (const CnnPreviewCore *core, guint node, int map)
{
  return node < core->n_nodes && map >= 0 && map < core->infos[node].shape.channels;
}

static gboolean
is_of (const CnnMapBlock *block, const CnnPreviewCore *core, guint node, int map)
{
  return map >= block->first_map && map < block->first_map + block->n_maps &&
         g_str_equal (block->key, core->keys[node]);
}

/**
 * cnn_preview_get_value:
 * @value: (out): the value of a cell
 *
 * Returns: whether it is known
 */
gboolean
cnn_preview_get_value (CnnPreview *preview, guint node, int map, int y, int x, float *value)
{
  return cnn_preview_get_means (preview, node, map, &(CnnRect) { x, y, 1, 1 }, 1, value);
}

typedef struct
{
  CnnRect cells; /* squares: in units of reduce cells */
  float  *values;
  guint8 *known;
  gsize   n_unknown;
} Fill;

/* Takes what @block knows of what @fill does not. */
static void
fill_from (Fill *fill, const CnnMapBlock *block, int map)
{
  CnnRect has   = { block->cells.x / block->reduce, block->cells.y / block->reduce,
                    block->size.width, block->size.height };
  CnnRect both  = fill->cells;
  gsize   plane = (gsize) block->size.width * block->size.height * (map - block->first_map);

  if (!cnn_rect_intersect (&both, &has))
    return;
  for (int y = both.y; y < both.y + both.height; y++)
    {
      gsize from = (gsize) (y - has.y) * has.width + both.x - has.x;
      gsize to   = (gsize) (y - fill->cells.y) * fill->cells.width + both.x - fill->cells.x;

      for (int x = 0; x < both.width; x++, from++, to++)
        if (!fill->known[to] && block->known[from])
          {
            fill->known[to] = TRUE;
            fill->values[to] = block->values[plane + from];
            fill->n_unknown--;
          }
    }
}

/* The same from means of larger squares. */
static void
fill_coarse (Fill *fill, int reduce, const CnnMapBlock *block, int map)
{
  gsize plane = (gsize) block->size.width * block->size.height * (map - block->first_map);

  for (int y = 0; y < fill->cells.height; y++)
    {
      int row = (fill->cells.y + y) * reduce - block->cells.y;

      if (row < 0 || row >= block->cells.height)
        continue;
      for (int x = 0; x < fill->cells.width; x++)
        {
          gsize to     = (gsize) y * fill->cells.width + x;
          int   column = (fill->cells.x + x) * reduce - block->cells.x;
          gsize from;

          if (fill->known[to] || column < 0 || column >= block->cells.width)
            continue;
          from = (gsize) (row / block->reduce) * block->size.width + column / block->reduce;
          if (!block->known[from])
            continue;
          fill->known[to] = TRUE;
          fill->values[to] = block->values[plane + from];
        }
    }
}

/* Fills what can be; fill->n_unknown is then what is not known exactly. */
static void
fill_values (CnnPreviewCore *core, guint node, int map, int reduce, gboolean coarse, Fill *fill)
{
  CnnNodeFacts *facts = cnn_preview_core_facts (core, core->keys[node]);
  int           after = reduce;

  fill->n_unknown = (gsize) fill->cells.width * fill->cells.height;
  memset (fill->known, 0, fill->n_unknown);
  for (GList *l = core->blocks.head; l != NULL && fill->n_unknown > 0; l = l->next)
    if (((CnnMapBlock *) l->data)->reduce == reduce && is_of (l->data, core, node, map))
      fill_from (fill, l->data, map);
  if (facts->strip != NULL && fill->n_unknown > 0 && facts->strip->reduce == reduce &&
      is_of (facts->strip, core, node, map))
    fill_from (fill, facts->strip, map);

  /* The finest first. */
  while (coarse && fill->n_unknown > 0)
    {
      int next = G_MAXINT;

      for (GList *l = core->blocks.head; l != NULL; l = l->next)
        {
          const CnnMapBlock *block = l->data;

          if (block->reduce > after && block->reduce < next && is_of (block, core, node, map))
            next = block->reduce;
        }
      if (next == G_MAXINT)
        break;
      for (GList *l = core->blocks.head; l != NULL; l = l->next)
        if (((CnnMapBlock *) l->data)->reduce == next && is_of (l->data, core, node, map))
          fill_coarse (fill, reduce, l->data, map);
      after = next;
    }
  if (coarse && fill->n_unknown > 0 && facts->strip != NULL && facts->strip->reduce > reduce &&
      is_of (facts->strip, core, node, map))
    fill_coarse (fill, reduce, facts->strip, map);
}

static gboolean
cells_fit (const CnnRect *cells, int reduce, CnnShape shape)
{
  CnnRect aligned;

  if (reduce < 1 || cells->x < 0 || cells->y < 0 || cells->width < 1 || cells->height < 1 ||
      cells->width > shape.width - cells->x || cells->height > shape.height - cells->y)
    return FALSE;
  aligned = cnn_map_block_align (cells, reduce, shape);
  return memcmp (&aligned, cells, sizeof aligned) == 0;
}

static CnnRect
squares (const CnnRect *cells, int reduce)
{
  return (CnnRect) { cells->x / reduce, cells->y / reduce, (cells->width + reduce - 1) / reduce,
                     (cells->height + reduce - 1) / reduce };
}

/**
 * cnn_preview_get_means:
 * @cells: some cells of a map: beginning at multiples of @reduce and ending at such or at
 *   the map's edge
 * @reduce: cells a side that are averaged
 * @values: where the means go, [⌈height / reduce⌉][⌈width / reduce⌉]
 *
 * Returns: whether all of them are known; else @values is undefined
 */
gboolean
cnn_preview_get_means (CnnPreview *preview, guint node, int map, const CnnRect *cells, int reduce,
                       float *values)
{
  CnnPreviewCore *core = preview->core;
  gboolean        ok   = FALSE;

  g_mutex_lock (&core->lock);
  if (has_map (core, node, map) && cells_fit (cells, reduce, core->infos[node].shape))
    {
      Fill fill = { squares (cells, reduce), values };
      g_autofree guint8 *known = g_malloc ((gsize) fill.cells.width * fill.cells.height);

      fill.known = known;
      fill_values (core, node, map, reduce, FALSE, &fill);
      ok = fill.n_unknown == 0;
    }
  g_mutex_unlock (&core->lock);
  return ok;
}

/* What is known of the values of a map, or of all maps. */
static MappingRange
known_range (CnnPreviewCore *core, guint node, int map, gboolean all)
{
  CnnNodeFacts *facts = cnn_preview_core_facts (core, core->keys[node]);
  MappingRange  range = mapping_range_none ();

  if (facts->stats != NULL)
    {
      if (facts->n_stats == 1)
        return facts->stats[0].range;
      if (!all)
        return facts->stats[map].range;
      for (int k = 0; k < facts->n_stats; k++)
        range = mapping_range_union (range, facts->stats[k].range);
      return range;
    }
  for (GList *l = core->blocks.head; l != NULL; l = l->next)
    {
      const CnnMapBlock *block = l->data;

      if (g_str_equal (block->key, core->keys[node]))
        for (int k = 0; k < block->n_ranges; k++)
          if (all || block->n_ranges == 1 || k == map)
            range = mapping_range_union (range, block->ranges[k]);
    }
  if (facts->strip != NULL)
    for (int k = 0; k < facts->strip->n_ranges; k++)
      if (all || facts->strip->n_ranges == 1 || k == map)
        range = mapping_range_union (range, facts->strip->ranges[k]);
  return range;
}

/**
 * cnn_preview_get_range:
 *
 * Returns: the range that the mapping of a map shows: that of all its values, or of the
 *   layer's, as in the output; of those that are known, until all are
 */
MappingRange
cnn_preview_get_range (CnnPreview *preview, guint node, int map, MappingKind kind)
{
  CnnPreviewCore *core  = preview->core;
  MappingRange    range = mapping_range_none ();

  g_mutex_lock (&core->lock);
  if (has_map (core, node, map))
    range = known_range (core, node, map, kind == MAPPING_RANGE_STAGE);
  g_mutex_unlock (&core->lock);
  return range;
}

static void
draw_row (const Mapping *mapping, const float *values, const guint8 *known, int n, float *floats,
          guint8 *bytes, guint32 *pixels)
{
  if (mapping->kind == MAPPING_DIVERGING)
    {
      mapping_apply (mapping, values, n, 3, floats, 3);
      mapping_bytes (floats, (gsize) n * 3, bytes);
      for (int x = 0; x < n; x++)
        pixels[x] = known[x] ? 0xff000000u | (guint32) bytes[3 * x] << 16 |
                                 (guint32) bytes[3 * x + 1] << 8 | bytes[3 * x + 2]
                             : 0;
      return;
    }
  mapping_apply_bytes (mapping, values, n, bytes);
  for (int x = 0; x < n; x++)
    pixels[x] = known[x] ? 0xff000000u | 0x010101u * bytes[x] : 0;
}

static void
draw_fill (const Fill *fill, MappingKind kind, MappingRange range, guint8 *pixels, gsize stride)
{
  /* Raw values beyond what a screen can show look like the nearest it can. */
  Mapping           mapping = mapping_new (kind == MAPPING_RAW ? MAPPING_CLAMP : kind, range);
  g_autofree float *floats  = g_new (float, (gsize) fill->cells.width * 3);
  g_autofree guint8 *bytes  = g_new (guint8, (gsize) fill->cells.width * 3);
  int               width   = fill->cells.width;

  for (int y = 0; y < fill->cells.height; y++)
    draw_row (&mapping, fill->values + (gsize) y * width, fill->known + (gsize) y * width, width,
              floats, bytes, (guint32 *) (void *) (pixels + y * stride));
}

/**
 * cnn_preview_get_pixels:
 * @cells: as for cnn_preview_get_means()
 * @reduce: cells a side that become one pixel
 * @kind: how values become pixels
 * @pixels: where they go, as in CAIRO_FORMAT_ARGB32. Where a mean is not known yet but that
 *   of a larger square is, it stands for it; where that is not known either the pixel is
 *   clear
 * @stride: bytes from one row to the next
 *
 * Returns: whether all of them are known as they are
 */
gboolean
cnn_preview_get_pixels (CnnPreview *preview, guint node, int map, const CnnRect *cells, int reduce,
                        MappingKind kind, guint8 *pixels, gsize stride)
{
  CnnPreviewCore *core = preview->core;
  Fill            fill = { squares (cells, reduce) };
  gsize           n    = (gsize) fill.cells.width * fill.cells.height;
  g_autofree float  *values = g_new0 (float, n);
  g_autofree guint8 *known  = g_malloc0 (n);
  MappingRange    range = mapping_range_none ();

  fill.values = values;
  fill.known = known;
  fill.n_unknown = n;
  g_mutex_lock (&core->lock);
  if (has_map (core, node, map) && cells_fit (cells, reduce, core->infos[node].shape))
    {
      fill_values (core, node, map, reduce, TRUE, &fill);
      range = known_range (core, node, map, kind == MAPPING_RANGE_STAGE);
    }
  g_mutex_unlock (&core->lock);
  draw_fill (&fill, kind, range, pixels, stride);
  return fill.n_unknown == 0;
}

/**
 * cnn_preview_get_strip:
 * @map: one of the first maps
 *
 * Returns: (transfer full) (nullable): the whole map, small, as far as it is known
 */
cairo_surface_t *
cnn_preview_get_strip (CnnPreview *preview, guint node, int map, MappingKind kind)
{
  CnnPreviewCore  *core    = preview->core;
  cairo_surface_t *surface = NULL;
  CnnNodeFacts    *facts;

  g_mutex_lock (&core->lock);
  facts = has_map (core, node, map) ? cnn_preview_core_facts (core, core->keys[node]) : NULL;
  if (facts != NULL && facts->strip != NULL && is_of (facts->strip, core, node, map))
    {
      CnnSize size = facts->strip->size;
      gsize   n    = (gsize) size.width * size.height;
      Fill    fill = { { 0, 0, size.width, size.height } };

      fill.values = facts->strip->values + n * map;
      fill.known = facts->strip->known;
      surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, size.width, size.height);
      cairo_surface_flush (surface);
      draw_fill (&fill, kind, known_range (core, node, map, kind == MAPPING_RANGE_STAGE),
                 cairo_image_surface_get_data (surface),
                 (gsize) cairo_image_surface_get_stride (surface));
      cairo_surface_mark_dirty (surface);
    }
  g_mutex_unlock (&core->lock);
  return surface;
}

/**
 * cnn_preview_get_stats:
 *
 * Returns: (transfer none) (nullable): what is known of all values of a map. Good until the
 *   main loop runs again
 */
const CnnMapStats *
cnn_preview_get_stats (CnnPreview *preview, guint node, int map)
{
  CnnPreviewCore    *core  = preview->core;
  const CnnMapStats *stats = NULL;

  g_mutex_lock (&core->lock);
  if (has_map (core, node, map))
    {
      CnnNodeFacts *facts = cnn_preview_core_facts (core, core->keys[node]);

      if (facts->stats != NULL)
        stats = &facts->stats[facts->n_stats == 1 ? 0 : map];
    }
  g_mutex_unlock (&core->lock);
  return stats;
}

/**
 * cnn_preview_get_picture:
 * @rect: (out): which part of the picture it shows: perhaps still the one before
 *
 * Returns: (transfer full) (nullable): what was asked for in @slot
 */
cairo_surface_t *
cnn_preview_get_picture (CnnPreview *preview, guint slot, CnnRect *rect)
{
  CnnPreviewCore  *core    = preview->core;
  cairo_surface_t *surface = NULL;

  g_return_val_if_fail (slot < CNN_PREVIEW_SLOTS, NULL);

  g_mutex_lock (&core->lock);
  if (core->shows[slot].surface != NULL)
    {
      surface = cairo_surface_reference (core->shows[slot].surface);
      *rect = core->shows[slot].surface_rect;
    }
  g_mutex_unlock (&core->lock);
  return surface;
}
