/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From the values of maps to the pixels of layers. GIMP takes pixels a tile at a
 * time, and each time costs two trips between the processes; values come as they
 * are computed, in low bands. So tiles are put together here, those of all maps
 * of a stage at once, and go to GIMP when they are full: once, without being
 * read, in the layer's own format. Where there is no room for more of them,
 * what comes is drawn at once, in as many trips as that takes. A contact sheet is
 * drawn map by map; it is GEGL that puts its tiles together. */

#include <string.h>

#include "painter.h"

/* Room for tiles that are being put together. */
#define MAX_OPEN_BYTES ((gsize) 96 << 20)

/* Planes are [maps][tile height][tile width]: bytes as the layer stores them
 * where that is all it needs, else the values of the map. */
typedef struct
{
  int    filled; /* pixels */
  guint8 planes[];
} Tile;

/* In the place of tiles that are drawn in parts. */
static Tile no_room;

typedef struct
{
  const RequestStage *stage;
  const MapFrame     *frame;
  guint               n_maps;   /* 1 of a vector, which is a row of cells */
  GeglBuffer        **buffers;  /* [n_maps]; of a sheet the same */
  LayerFile          *file;     /* (nullable): what pixels go into instead */
  guint               first;    /* the number of the first map's layer there */
  Mapping            *mappings; /* [n_maps] */
  const Babl         *format;   /* of pixels as floats */
  gboolean            bytes;    /* they are stored as bytes */
  gboolean            grey;     /* and one byte says it all */
  int                 step;     /* numbers in a pixel */
  int                 tile_width;
  int                 tile_height;
  gsize               plane;    /* bytes of one map's tile */
  int                 n_across;
  Tile              **tiles;    /* [rows of tiles][n_across]; NULL for those not begun */
  Tile               *loose;    /* for what there is no room for */
} Canvas;

struct _Painter
{
  guint    n_canvases;
  Canvas  *canvases;
  int      channels; /* 1 for grey, 3 for colour */
  gsize    open;     /* bytes */
  int     *offsets;  /* [GIMP's tile's width] */
  float   *row;      /* [GIMP's tile's width] */
  float   *alpha;    /* of a tile */
  float   *floats;   /* pixels of a tile */
  guint8  *pixels;   /* the same */
};

/* GIMP's tiles; smaller ones where many maps are put together at once. */
static void
choose_tiles (Canvas *canvas)
{
  gsize row;

  canvas->tile_width = gimp_tile_width ();
  canvas->tile_height = gimp_tile_height ();
  if (canvas->frame->sheet.n == 1)
    return;
  canvas->tile_width = MIN (canvas->tile_width, canvas->frame->size.width);
  row = canvas->n_maps * sizeof (float) * canvas->tile_width;
  canvas->tile_height = CLAMP (MAX_OPEN_BYTES / 4 / row, 1, (gsize) canvas->tile_height);
  canvas->tile_height = MIN (canvas->tile_height, canvas->frame->size.height);
}

static void
canvas_init (Painter *painter, Canvas *canvas, const Request *request, guint i,
             const Layers *layers, const MapRanges *ranges)
{
  const RequestStage *stage    = request_get_stage (request, i);
  GimpDrawable       *drawable = layers_get (layers, i, 0);
  gboolean            alpha    = !canvas->frame->opaque;
  int                 n_down;

  canvas->stage = stage;
  canvas->n_maps = stage->vector ? 1 : stage->maps->len;
  canvas->file = layers_file (layers, i, 0, &canvas->first);
  canvas->buffers = g_new (GeglBuffer *, canvas->n_maps);
  canvas->mappings = g_new (Mapping, canvas->n_maps);
  for (guint k = 0; k < canvas->n_maps; k++)
    {
      canvas->buffers[k] = k > 0 && canvas->frame->sheet.n > 1
                             ? g_object_ref (canvas->buffers[0])
                             : gimp_drawable_get_buffer (layers_get (layers, i, k));
      canvas->mappings[k] = map_ranges_mapping (ranges, i, k);
    }

  canvas->format = request->mapping == MAPPING_RAW
                     ? pixels_own_format (drawable, painter->channels, alpha)
                     : pixels_format (drawable, request->encoding, painter->channels, alpha);
  canvas->bytes = request->mapping != MAPPING_RAW && pixels_are_bytes (drawable, canvas->format);
  canvas->grey = canvas->bytes && request->mapping != MAPPING_DIVERGING;
  canvas->step = painter->channels + (alpha ? 1 : 0);
  choose_tiles (canvas);
  canvas->plane = (canvas->grey ? 1 : sizeof (float)) * canvas->tile_width * canvas->tile_height;
  n_down = (canvas->frame->size.height - 1) / canvas->tile_height + 1;
  canvas->n_across = (canvas->frame->size.width - 1) / canvas->tile_width + 1;
  canvas->tiles = g_new0 (Tile *, (gsize) canvas->n_across * n_down);
}

static void
canvas_clear (Painter *painter, Canvas *canvas)
{
  int n_down = (canvas->frame->size.height - 1) / canvas->tile_height + 1;

  for (int t = 0; t < canvas->n_across * n_down; t++)
    if (canvas->tiles[t] != &no_room)
      g_free (canvas->tiles[t]);
  for (guint k = 0; k < canvas->n_maps; k++)
    g_object_unref (canvas->buffers[k]);
  g_free (canvas->tiles);
  g_free (canvas->loose);
  g_free (canvas->buffers);
  g_free (canvas->mappings);
}

/**
 * painter_new:
 * @request: what is asked for; to outlive the painter
 * @frames: (element-type MapFrame): of its stages; the same
 * @layers: empty layers for its maps
 * @ranges: of its maps, if its mapping needs them
 *
 * Returns: (transfer full): who draws into the layers
 */
Painter *
painter_new (const Request *request, GPtrArray *frames, const Layers *layers,
             const MapRanges *ranges)
{
  Painter *painter = g_new0 (Painter, 1);
  int      width   = gimp_tile_width ();
  gsize    area    = (gsize) width * gimp_tile_height ();

  painter->channels = gimp_drawable_is_rgb (layers_get (layers, 0, 0)) ? 3 : 1;
  painter->n_canvases = request->stages->len;
  painter->canvases = g_new0 (Canvas, painter->n_canvases);
  for (guint i = 0; i < painter->n_canvases; i++)
    {
      painter->canvases[i].frame = g_ptr_array_index (frames, i);
      canvas_init (painter, &painter->canvases[i], request, i, layers, ranges);
    }

  painter->offsets = g_new (int, width);
  painter->row = g_new (float, width);
  painter->alpha = g_new (float, area);
  painter->floats = g_new (float, area * 4);
  painter->pixels = g_new (guint8, area * 4);
  return painter;
}

void
painter_free (Painter *painter)
{
  for (guint i = 0; i < painter->n_canvases; i++)
    canvas_clear (painter, &painter->canvases[i]);
  g_free (painter->canvases);
  g_free (painter->offsets);
  g_free (painter->row);
  g_free (painter->alpha);
  g_free (painter->floats);
  g_free (painter->pixels);
  g_free (painter);
}

/* --- from a tile to GIMP ----------------------------------------------------- */

/* The grey bytes of a part of a tile, as often as a pixel needs them. */
static void
spread_bytes (const Painter *painter, const Canvas *canvas, const guint8 *plane,
              const GeglRectangle *part)
{
  int     step = canvas->step;
  guint8 *to   = painter->pixels;

  for (int y = 0; y < part->height; y++, plane += canvas->tile_width)
    if (step == 1)
      for (int x = 0; x < part->width; x++)
        *to++ = plane[x];
    else if (step == 3)
      for (int x = 0; x < part->width; x++, to += 3)
        to[0] = to[1] = to[2] = plane[x];
    else
      for (int x = 0; x < part->width; x++, to += step)
        for (int c = 0; c < painter->channels; c++)
          to[c] = plane[x];
}

static void
map_values (const Painter *painter, const Canvas *canvas, const Mapping *mapping,
            const guint8 *plane, const GeglRectangle *part)
{
  const float *values = (const float *) (const void *) plane;

  for (int y = 0; y < part->height; y++)
    mapping_apply (mapping, values + (gsize) y * canvas->tile_width, part->width,
                   painter->channels, painter->floats + (gsize) y * part->width * canvas->step,
                   canvas->step);
}

/* Sends a part of a tile to GIMP. @planes begins with the part's first pixel. */
static gboolean
send_part (const Painter *painter, const Canvas *canvas, const guint8 *planes, const CnnRect *rect,
           GError **error)
{
  GeglRectangle part  = { rect->x, rect->y, rect->width, rect->height };
  gsize         n     = (gsize) rect->width * rect->height;
  gboolean      alpha = canvas->step > painter->channels;

  if (alpha)
    map_frame_alpha (canvas->frame, rect, painter->alpha);
  for (guint k = 0; k < canvas->n_maps; k++, planes += canvas->plane)
    {
      /* A map without a sheet is the first on its own. */
      int map = canvas->frame->sheet.n > 1 ? (int) k : 0;

      part.x = rect->x + sheet_x (&canvas->frame->sheet, map);
      part.y = rect->y + sheet_y (&canvas->frame->sheet, map);
      if (canvas->grey)
        {
          spread_bytes (painter, canvas, planes, &part);
          for (gsize i = 0; i < n && alpha; i++)
            mapping_bytes (&painter->alpha[i], 1,
                           &painter->pixels[i * canvas->step + painter->channels]);
        }
      else
        {
          map_values (painter, canvas, &canvas->mappings[k], planes, &part);
          for (gsize i = 0; i < n && alpha; i++)
            painter->floats[i * canvas->step + painter->channels] = painter->alpha[i];
          if (canvas->bytes)
            mapping_bytes (painter->floats, n * canvas->step, painter->pixels);
        }
      if (canvas->file)
        {
          if (!layer_file_write (canvas->file, canvas->first + k, rect, painter->pixels, error))
            return FALSE;
        }
      else if (canvas->bytes)
        gegl_buffer_set (canvas->buffers[k], &part, 0, gegl_buffer_get_format (canvas->buffers[k]),
                         painter->pixels, GEGL_AUTO_ROWSTRIDE);
      else
        pixels_write (canvas->buffers[k], &part, canvas->format, painter->floats);
    }
  return TRUE;
}

/* --- from values to a tile ---------------------------------------------------- */

typedef struct
{
  CnnRect      cells;
  const float *values;
  gsize        stride;
  int          channels;
  const int   *maps;
} Values;

/* Puts what @from has of a row of pixels into each map's plane. */
static void
put_row (const Painter *painter, const Canvas *canvas, const Values *from, const float *cells,
         int width, guint8 *to)
{
  for (guint k = 0; k < canvas->n_maps; k++, to += canvas->plane)
    {
      const float *map = cells + from->maps[k];
      float       *row = canvas->grey ? painter->row : (float *) (void *) to;

      for (int x = 0; x < width; x++)
        row[x] = map[painter->offsets[x]];
      if (canvas->grey)
        mapping_apply_bytes (&canvas->mappings[k], row, width, to);
    }
}

static void
repeat_row (const Painter *painter, const Canvas *canvas, int width, guint8 *to)
{
  gsize size = canvas->grey ? 1 : sizeof (float);

  for (guint k = 0; k < canvas->n_maps; k++, to += canvas->plane)
    memcpy (to, to - canvas->tile_width * size, width * size);
}

/* Fills a part of a tile, whose first pixel is at @to in the first plane. */
static void
fill (const Painter *painter, const Canvas *canvas, const Values *from, const CnnRect *part,
      guint8 *to)
{
  const int *rows    = canvas->frame->rows + part->y;
  const int *columns = canvas->frame->columns + part->x;
  gsize      size    = canvas->grey ? 1 : sizeof (float);

  for (int x = 0; x < part->width; x++)
    painter->offsets[x] = (columns[x] - from->cells.x) * from->channels;
  for (int y = 0; y < part->height; y++, to += canvas->tile_width * size)
    if (y > 0 && rows[y] == rows[y - 1])
      repeat_row (painter, canvas, part->width, to);
    else
      put_row (painter, canvas, from,
               from->values + (gsize) (rows[y] - from->cells.y) * from->stride, part->width, to);
}

/* (nullable): the tile to fill, if there is room for it. One that had none when its first part
 * came never gets some: that part is drawn already, and it would not become full. */
static Tile *
open_tile (Painter *painter, Canvas *canvas, int number)
{
  gsize size = sizeof (Tile) + canvas->n_maps * canvas->plane;

  if (canvas->tiles[number] == &no_room)
    return NULL;
  if (canvas->tiles[number])
    return canvas->tiles[number];
  if (painter->open + size > MAX_OPEN_BYTES)
    {
      canvas->tiles[number] = &no_room;
      return NULL;
    }
  canvas->tiles[number] = g_malloc (size);
  canvas->tiles[number]->filled = 0;
  painter->open += size;
  return canvas->tiles[number];
}

static void
close_tile (Painter *painter, Canvas *canvas, int number)
{
  painter->open -= sizeof (Tile) + canvas->n_maps * canvas->plane;
  g_clear_pointer (&canvas->tiles[number], g_free);
}

/* Draws the part of @pixels that lies in a tile. */
static gboolean
draw_in_tile (Painter *painter, Canvas *canvas, const Values *from, const CnnRect *pixels, int tx,
              int ty, GError **error)
{
  CnnSize size   = canvas->frame->size;
  CnnRect place  = { tx * canvas->tile_width, ty * canvas->tile_height, canvas->tile_width,
                     canvas->tile_height };
  CnnRect whole  = place;
  CnnRect part   = place;
  int     number = ty * canvas->n_across + tx;
  Tile   *tile   = open_tile (painter, canvas, number);
  gsize   first;

  cnn_rect_intersect (&whole, &(CnnRect) { 0, 0, size.width, size.height });
  cnn_rect_intersect (&part, pixels);
  first = (gsize) (part.y - place.y) * canvas->tile_width + part.x - place.x;
  if (tile == NULL)
    {
      if (canvas->loose == NULL)
        canvas->loose = g_malloc (sizeof (Tile) + canvas->n_maps * canvas->plane);
      fill (painter, canvas, from, &part, canvas->loose->planes);
      return send_part (painter, canvas, canvas->loose->planes, &part, error);
    }
  fill (painter, canvas, from, &part,
        tile->planes + first * (canvas->grey ? 1 : sizeof (float)));
  tile->filled += part.width * part.height;
  if (tile->filled < whole.width * whole.height)
    return TRUE;
  if (!send_part (painter, canvas, tile->planes, &whole, error))
    return FALSE;
  close_tile (painter, canvas, number);
  return TRUE;
}

/* A vector's chosen values are the cells of one row. */
static float *
vector_row (const RequestStage *stage, const float *values)
{
  float *row = g_new (float, stage->maps->len);

  for (guint k = 0; k < stage->maps->len; k++)
    row[k] = values[g_array_index (stage->maps, int, k)];
  return row;
}

static gboolean
write_rect (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
            GError **error)
{
  Painter            *painter = data;
  Canvas             *canvas  = &painter->canvases[tap];
  const RequestStage *stage   = canvas->stage;
  g_autofree float   *vector  = stage->vector ? vector_row (stage, values) : NULL;
  int                 first   = 0;
  Values              from    = { *rect, values, stride, stage->shape.channels,
                                  (const int *) (const void *) stage->maps->data };
  CnnRect             pixels;

  if (vector != NULL)
    from = (Values) { { 0, 0, stage->maps->len, 1 }, vector, stage->maps->len, 1, &first };
  pixels = map_frame_pixels (canvas->frame, &from.cells);
  if (pixels.width <= 0 || pixels.height <= 0)
    return TRUE;
  for (int ty = pixels.y / canvas->tile_height;
       ty * canvas->tile_height < pixels.y + pixels.height; ty++)
    for (int tx = pixels.x / canvas->tile_width;
         tx * canvas->tile_width < pixels.x + pixels.width; tx++)
      if (!draw_in_tile (painter, canvas, &from, &pixels, tx, ty, error))
        return FALSE;
  return TRUE;
}

/**
 * painter_sink:
 *
 * Returns: what a plan writes to whose taps are the request's stages
 */
CnnSink
painter_sink (Painter *painter)
{
  return (CnnSink) { write_rect, painter };
}

/**
 * painter_finish:
 *
 * To be called when all values have come: sees that GIMP has all pixels.
 */
void
painter_finish (Painter *painter)
{
  g_warn_if_fail (painter->open == 0);
  for (guint i = 0; i < painter->n_canvases; i++)
    for (guint k = 0; k < painter->canvases[i].n_maps; k++)
      gegl_buffer_flush (painter->canvases[i].buffers[k]);
}
