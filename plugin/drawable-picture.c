/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A drawable as a picture for the editor. GIMP can be asked for pixels by the main
 * thread alone, and those who want them are other threads. So what was not needed
 * before is fetched by the main loop, a few milliseconds at a time, while they wait;
 * it stays in a buffer of our own, in the drawable's own format, which every thread
 * may read. The main thread waits for nobody. */

#include "drawable-picture.h"

#include <string.h>

#include "drawable-source.h"
#include "error.h"
#include "i18n.h"
#include "resample.h"

/* How long the main loop fetches before it looks after others. Redraws have the same
 * priority, so that they take turns. */
#define FETCH_USEC     4000
#define FETCH_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

/* Squares of 128 pixels a side are the coarsest a reduced view is made of. They are
 * GEGL's: of bytes they come out up to a 255th darker with each level, which is quick
 * enough and good enough to look at. */
#define MAX_LEVEL 7

/* Squares that show through what is transparent: their side, and their two shades. */
#define CHECK_SIZE  8
#define CHECK_DARK  0.4f
#define CHECK_LIGHT 0.6f

/* Rows of a view made at a time. */
#define SHOW_ROWS 64

struct _DrawablePicture
{
  GThread       *main_thread;
  GimpDrawable  *drawable;     /* of the main thread alone */
  GeglBuffer    *remote;       /* the same; NULL when there is nothing more to fetch */

  GeglBuffer    *own;          /* up to whole tiles, with the edge's pixels beyond it */
  CnnSize        size;
  CnnSize        tile;
  int            n_across;     /* tiles */
  int            n_down;

  GMutex         lock;         /* of all up to the next blank line */
  GCond          fetched_some;
  guint8        *fetched;      /* [n_down][n_across] */
  int            n_missing;
  CnnRect        wanted;       /* tiles that a thread waits for */
  GSource       *fetching;     /* in the main loop, while a thread waits */
  gboolean       closed;
  GError        *failure;      /* why nothing more can be fetched */
  PixelsEncoding encoding;

  DrawableSource *source;      /* of the last read, of which there is one at a time */
  CnnShape        source_input;
  PixelsEncoding  source_encoding;
};

/* --- in the main thread ------------------------------------------------------------ */

/* GIMP ends a plug-in that asks for pixels that are not there any more. */
static gboolean
check_drawable (DrawablePicture *self, GError **error)
{
  if (!gimp_item_is_valid (GIMP_ITEM (self->drawable)))
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("the layer is not in the image any more"));
  else if (gimp_drawable_get_width (self->drawable) != self->size.width ||
           gimp_drawable_get_height (self->drawable) != self->size.height)
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("the layer has another size now"));
  else
    return TRUE;
  return FALSE;
}

static void
fetch_tile (DrawablePicture *self, int tx, int ty)
{
  GeglRectangle rect   = { tx * self->tile.width, ty * self->tile.height, self->tile.width,
                           self->tile.height };
  const Babl   *format = gegl_buffer_get_format (self->own);
  gsize         pixels = (gsize) rect.width * rect.height;
  g_autofree void *bytes = g_malloc (pixels * babl_format_get_bytes_per_pixel (format));

  gegl_buffer_get (self->remote, &rect, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_CLAMP);
  gegl_buffer_set (self->own, &rect, 0, format, bytes, GEGL_AUTO_ROWSTRIDE);
}

/* One of @tiles that is missing; with the lock held. */
static gboolean
find_missing (const DrawablePicture *self, const CnnRect *tiles, int *tx, int *ty)
{
  if (self->n_missing == 0)
    return FALSE;
  for (int y = tiles->y; y < tiles->y + tiles->height; y++)
    {
      const guint8 *row  = self->fetched + (gsize) y * self->n_across + tiles->x;
      const guint8 *here = memchr (row, 0, tiles->width);

      if (here != NULL)
        {
          *tx = tiles->x + (int) (here - row);
          *ty = y;
          return TRUE;
        }
    }
  return FALSE;
}

/* Fetches some of the wanted tiles until @end, with the lock held, but for the time
 * that GIMP takes. Returns whether there is more to do. */
static gboolean
fetch_some (DrawablePicture *self, gint64 end)
{
  gboolean checked = FALSE;
  int      tx, ty;

  while (!self->closed && self->failure == NULL && find_missing (self, &self->wanted, &tx, &ty))
    {
      g_autoptr (GError) error = NULL;

      if (checked && g_get_monotonic_time () >= end)
        return TRUE;
      g_mutex_unlock (&self->lock);
      if (checked || check_drawable (self, &error))
        fetch_tile (self, tx, ty);
      g_mutex_lock (&self->lock);

      checked = TRUE;
      if (error != NULL)
        self->failure = g_steal_pointer (&error);
      else
        {
          self->fetched[(gsize) ty * self->n_across + tx] = 1;
          self->n_missing--;
        }
    }
  if (self->closed || self->failure != NULL || self->n_missing == 0)
    g_clear_object (&self->remote);
  return FALSE;
}

static gboolean
fetch_in_loop (gpointer data)
{
  DrawablePicture *self = data;
  gboolean         more;

  g_mutex_lock (&self->lock);
  more = fetch_some (self, g_get_monotonic_time () + FETCH_USEC);
  if (!more)
    {
      g_clear_pointer (&self->fetching, g_source_unref);
      g_cond_broadcast (&self->fetched_some);
    }
  g_mutex_unlock (&self->lock);
  return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- in any thread ------------------------------------------------------------------ */

/* Whether not to wait for tiles, which are missing or not; with the lock held. */
static gboolean
refuse (const DrawablePicture *self, gboolean missing, GCancellable *cancellable, GError **error)
{
  if (g_cancellable_is_cancelled (cancellable))
    g_set_error (error, CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
  else if (self->closed)
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("the picture is closed"));
  else if (missing && self->failure != NULL)
    g_propagate_error (error, g_error_copy (self->failure));
  else
    return FALSE;
  return TRUE;
}

static void
wake (GCancellable *cancellable, gpointer data)
{
  DrawablePicture *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->fetched_some);
  g_mutex_unlock (&self->lock);
}

static void
start_fetching (DrawablePicture *self)
{
  if (self->fetching != NULL)
    return;
  self->fetching = g_idle_source_new ();
  g_source_set_priority (self->fetching, FETCH_PRIORITY);
  g_source_set_callback (self->fetching, fetch_in_loop, self, NULL);
  g_source_attach (self->fetching, NULL);
}

static void
stop_fetching (DrawablePicture *self)
{
  if (self->fetching == NULL)
    return;
  g_source_destroy (self->fetching);
  g_clear_pointer (&self->fetching, g_source_unref);
}

/* Sees that the pixels of @rect are in our buffer. */
static gboolean
fetch (DrawablePicture *self, const CnnRect *rect, GCancellable *cancellable, GError **error)
{
  gulong   handler = 0;
  gboolean missing, refused;
  CnnRect  tiles;
  int      tx, ty;

  tiles.x = rect->x / self->tile.width;
  tiles.y = rect->y / self->tile.height;
  tiles.width = (rect->x + rect->width - 1) / self->tile.width + 1 - tiles.x;
  tiles.height = (rect->y + rect->height - 1) / self->tile.height + 1 - tiles.y;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (wake), self, NULL);
  g_mutex_lock (&self->lock);
  self->wanted = tiles;
  while (TRUE)
    {
      missing = find_missing (self, &tiles, &tx, &ty);
      refused = refuse (self, missing, cancellable, error);
      if (refused || !missing)
        break;
      if (g_thread_self () == self->main_thread)
        {
          fetch_some (self, G_MAXINT64);
          continue;
        }
      start_fetching (self);
      g_cond_wait (&self->fetched_some, &self->lock);
    }
  /* Nobody wants the rest any more. */
  self->wanted = (CnnRect) { 0, 0, 0, 0 };
  g_mutex_unlock (&self->lock);
  g_cancellable_disconnect (cancellable, handler);
  return !refused;
}

static DrawableSource *
get_source (DrawablePicture *self, CnnShape input)
{
  PixelsEncoding encoding;

  g_mutex_lock (&self->lock);
  encoding = self->encoding;
  g_mutex_unlock (&self->lock);

  if (self->source == NULL || !cnn_shape_equal (self->source_input, input) ||
      self->source_encoding != encoding)
    {
      g_clear_pointer (&self->source, drawable_source_free);
      self->source = drawable_source_new_for_buffer (self->own, self->size, input, encoding);
      self->source_input = input;
      self->source_encoding = encoding;
    }
  return self->source;
}

static gboolean
read_cells (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
            GCancellable *cancellable, GError **error)
{
  DrawablePicture *self   = data;
  DrawableSource  *source = get_source (self, input);
  CnnSource        cells  = drawable_source_get (source);
  CnnRect          needed = drawable_source_needs (source, rect);

  return fetch (self, &needed, cancellable, error) &&
         cells.read (cells.data, rect, values, stride, error);
}

/* --- for a person's eyes ------------------------------------------------------------- */

typedef struct
{
  GeglBuffer *buffer;
  const Babl *format;
  int         level; /* a sample is 1 << level pixels a side */
  int         x;     /* the first sample's place, in samples */
  int         y;
} Level;

static void
read_level (gpointer data, const CnnRect *rect, float *values)
{
  const Level *level = data;

  gegl_buffer_get (level->buffer,
                   GEGL_RECTANGLE (level->x + rect->x, level->y + rect->y, rect->width,
                                   rect->height),
                   1.0 / (1 << level->level), level->format, values, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_CLAMP);
}

static guint32
to_byte (float value)
{
  return (guint32) (CLAMP (value, 0.0f, 1.0f) * 255.0f + 0.5f);
}

/* (@x, @y) is where the row's first pixel lies on the whole view, so that the squares
 * of neighbouring parts meet. */
static void
compose_row (const float *colours, int n, gint64 x, gint64 y, guint32 *pixels)
{
  for (int i = 0; i < n; i++, colours += 4)
    {
      float check  = ((x + i) / CHECK_SIZE + y / CHECK_SIZE) % 2 ? CHECK_DARK : CHECK_LIGHT;
      float behind = check * (1.0f - CLAMP (colours[3], 0.0f, 1.0f));

      pixels[i] = to_byte (colours[0] + behind) << 16 | to_byte (colours[1] + behind) << 8 |
                  to_byte (colours[2] + behind);
    }
}

static int
choose_level (const CnnRect *rect, int width, int height)
{
  int level = 0;

  while (level < MAX_LEVEL && rect->width >> (level + 1) >= width &&
         rect->height >> (level + 1) >= height)
    level++;
  return level;
}

static gboolean
show (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels, gsize stride,
      GCancellable *cancellable, GError **error)
{
  DrawablePicture *self  = data;
  Level            level = { self->own, babl_format ("R'aG'aB'aA float"),
                             choose_level (rect, width, height) };
  int              side  = 1 << level.level;
  int              right = (rect->x + rect->width - 1) / side + 1;
  int              below = (rect->y + rect->height - 1) / side + 1;
  CnnRect          needed;
  g_autoptr (ResampleAxis) rows    = NULL;
  g_autoptr (ResampleAxis) columns = NULL;
  g_autofree float        *colours = NULL;

  level.x = rect->x / side;
  level.y = rect->y / side;
  needed = (CnnRect) { level.x * side, level.y * side,
                       MIN (right * side, self->size.width) - level.x * side,
                       MIN (below * side, self->size.height) - level.y * side };
  if (!fetch (self, &needed, cancellable, error))
    return FALSE;

  columns = resample_axis_area (width, (double) rect->x / side - level.x,
                                (double) rect->width / side / width, right - level.x);
  rows = resample_axis_area (height, (double) rect->y / side - level.y,
                             (double) rect->height / side / height, below - level.y);
  colours = g_new (float, (gsize) width * SHOW_ROWS * 4);
  for (int top = 0; top < height; top += SHOW_ROWS)
    {
      CnnRect part = { 0, top, width, MIN (SHOW_ROWS, height - top) };
      gint64  x    = (gint64) rect->x * width / rect->width;
      gint64  y    = (gint64) rect->y * height / rect->height;

      resample_rect (rows, columns, &part, 4, read_level, &level, colours, (gsize) width * 4);
      for (int i = 0; i < part.height; i++)
        compose_row (colours + (gsize) i * width * 4, width, x, y + top + i,
                     (guint32 *) (void *) (pixels + (top + i) * stride));
    }
  return TRUE;
}

/* --- its life ----------------------------------------------------------------------- */

static void
close_picture (gpointer data)
{
  DrawablePicture *self = data;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  stop_fetching (self);
  g_cond_broadcast (&self->fetched_some);
  g_mutex_unlock (&self->lock);
  g_clear_object (&self->remote);
}

static gboolean
unref_object (gpointer object)
{
  g_object_unref (object);
  return G_SOURCE_REMOVE;
}

static void
free_picture (gpointer data)
{
  DrawablePicture *self = data;

  stop_fetching (self);
  /* What belongs to GIMP is let go where it may be spoken to. */
  if (self->remote != NULL && g_thread_self () != self->main_thread)
    g_idle_add (unref_object, g_steal_pointer (&self->remote));
  g_clear_object (&self->remote);
  g_clear_pointer (&self->source, drawable_source_free);
  g_object_unref (self->own);
  g_clear_error (&self->failure);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->fetched_some);
  g_free (self->fetched);
  g_free (self);
}

/**
 * drawable_picture_new:
 * @drawable: a drawable
 * @encoding: how light becomes the numbers that cnn_picture_read() gives
 * @out: (out) (transfer none): for drawable_picture_set_encoding()
 *
 * To be called from the main thread, whose loop must run for the other threads' reads
 * to come to an end; the main thread's own are done at once. The main thread must not
 * read while others do, or it would wait for them; drawing is done with what they
 * have read. Reading fails with %CNN_ERROR_IO when the drawable is no more.
 *
 * Returns: (transfer full): the picture
 */
CnnPicture *
drawable_picture_new (GimpDrawable *drawable, PixelsEncoding encoding, DrawablePicture **out)
{
  static const CnnPictureClass klass = { read_cells, show, close_picture, free_picture };
  DrawablePicture *self = g_new0 (DrawablePicture, 1);

  self->main_thread = g_thread_self ();
  self->drawable = drawable;
  self->encoding = encoding;
  self->size.height = gimp_drawable_get_height (drawable);
  self->size.width = gimp_drawable_get_width (drawable);
  self->tile = (CnnSize) { gimp_tile_height (), gimp_tile_width () };
  self->n_across = (self->size.width - 1) / self->tile.width + 1;
  self->n_down = (self->size.height - 1) / self->tile.height + 1;
  self->n_missing = self->n_across * self->n_down;
  self->fetched = g_new0 (guint8, self->n_missing);
  self->remote = gimp_drawable_get_buffer (drawable);
  self->own = gegl_buffer_new (GEGL_RECTANGLE (0, 0, self->n_across * self->tile.width,
                                               self->n_down * self->tile.height),
                               gimp_drawable_get_format (drawable));
  g_mutex_init (&self->lock);
  g_cond_init (&self->fetched_some);

  *out = self;
  return cnn_picture_new (&klass,
                          (CnnShape) { self->size.height, self->size.width,
                                       gimp_drawable_is_rgb (drawable) ? 3 : 1 },
                          self);
}

/**
 * drawable_picture_set_encoding:
 *
 * From any thread; what is read from now on is in @encoding.
 */
void
drawable_picture_set_encoding (DrawablePicture *self, PixelsEncoding encoding)
{
  g_mutex_lock (&self->lock);
  self->encoding = encoding;
  g_mutex_unlock (&self->lock);
}
