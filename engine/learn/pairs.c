/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "learn-private.h"

/* Pictures before and after, in memory. */

/* So many cells of a picture are kept, and of those that follow the fewer the more there were. */
#define MOST_CELLS (4 << 20)

/* Rows and columns of the squares that are kept of a larger one. */
#define SQUARE 256

/* Rows and columns that a picture has at least. */
#define LEAST_SIDE 8

/* Cells that are read at a time. */
#define READ_CELLS (1 << 18)

/* How near to black or white a stored value is taken for it: less than a step of 16 bits. */
#define NEAR 4e-6f

static void
part_free (gpointer data)
{
  CnnPairPart *part = data;

  cnn_floats_free (part->before);
  cnn_floats_free (part->after);
  cnn_floats_free (part->counts);
  g_free (part->saturated);
  g_free (part);
}

/**
 * cnn_pairs_new:
 * @channels: of the pictures, without alpha: 1 to 4
 * @stored: turns numbers into stored values
 * @data: for @stored
 * @destroy: (nullable): frees @data
 *
 * Returns: (transfer full): no pictures yet
 */
CnnPairs *
cnn_pairs_new (int channels, CnnPairsStored stored, gpointer data, GDestroyNotify destroy)
{
  CnnPairs *pairs;

  g_return_val_if_fail (channels >= 1 && channels <= 4 && stored != NULL, NULL);

  pairs = g_new0 (CnnPairs, 1);
  pairs->ref_count = 1;
  pairs->channels = channels;
  pairs->stored = stored;
  pairs->data = data;
  pairs->destroy = destroy;
  pairs->parts = g_ptr_array_new_with_free_func (part_free);
  return pairs;
}

CnnPairs *
cnn_pairs_ref (CnnPairs *pairs)
{
  g_atomic_int_inc (&pairs->ref_count);
  return pairs;
}

void
cnn_pairs_unref (CnnPairs *pairs)
{
  if (!g_atomic_int_dec_and_test (&pairs->ref_count))
    return;
  g_ptr_array_unref (pairs->parts);
  if (pairs->destroy)
    pairs->destroy (pairs->data);
  g_free (pairs);
}

/* --- reading -------------------------------------------------------------------------------- */

typedef struct
{
  CnnPairs            *pairs;
  const char          *name;
  CnnSize              size;
  const CnnPairReader *reader;
} Adding;

static gboolean
no_number (const Adding *adding, const CnnPairPart *part, gboolean before, gsize i,
           GError **error)
{
  gsize cell = i / (gsize) adding->pairs->channels;
  int   x = part->rect.x + (int) (cell % (gsize) part->rect.width);
  int   y = part->rect.y + (int) (cell / (gsize) part->rect.width);

  g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
               before ? _("“%s”, the picture before, has a value in column %d, row %d that is no "
                          "finite number")
                      : _("“%s”, the picture after, has a value in column %d, row %d that is no "
                          "finite number"),
               adding->name ? adding->name : "", x, y);
  return FALSE;
}

/* Whether all are numbers. What does not count after the filter may be anything, and becomes 0. */
static gboolean
check_numbers (const Adding *adding, CnnPairPart *part, GError **error)
{
  gsize channels = (gsize) adding->pairs->channels;
  gsize n = (gsize) part->rect.width * part->rect.height;

  for (gsize i = 0; i < n; i++)
    part->counts[i] = part->counts[i] > 0.0f ? MIN (part->counts[i], 1.0f) : 0.0f;
  for (gsize i = 0; i < n * channels; i++)
    {
      if (!isfinite (part->before[i]))
        return no_number (adding, part, TRUE, i, error);
      if (part->counts[i / channels] == 0.0f)
        part->after[i] = 0.0f;
      else if (!isfinite (part->after[i]))
        return no_number (adding, part, FALSE, i, error);
    }
  return TRUE;
}

static gboolean
is_end (float stored)
{
  return fabsf (stored) <= NEAR || fabsf (stored - 1.0f) <= NEAR;
}

static void
find_saturated (const CnnPairs *pairs, CnnPairPart *part)
{
  gsize             width = (gsize) part->rect.width, channels = (gsize) pairs->channels;
  g_autofree float *stored = g_new (float, width * channels);

  for (gsize y = 0; y < (gsize) part->rect.height; y++)
    {
      pairs->stored (part->after + y * width * channels, width, stored, pairs->data);
      for (gsize i = 0; i < width * channels; i++)
        if (is_end (stored[i]))
          part->saturated[y * width + i / channels] |= (guint8) (1 << i % channels);
    }
}

/* Cells at an edge that is none of the picture lack what is around them. */
static CnnRect
inner_of (CnnSize size, const CnnRect *rect)
{
  int left = rect->x > 0 ? CNN_PAIR_HALO : 0, top = rect->y > 0 ? CNN_PAIR_HALO : 0;
  int right = rect->x + rect->width < size.width ? CNN_PAIR_HALO : 0;
  int bottom = rect->y + rect->height < size.height ? CNN_PAIR_HALO : 0;

  return (CnnRect) { left, top, rect->width - left - right, rect->height - top - bottom };
}

static gboolean
add_part (const Adding *adding, CnnRect rect, GError **error)
{
  CnnPairs    *pairs = adding->pairs;
  CnnPairPart *part = g_new0 (CnnPairPart, 1);
  gsize        n = (gsize) rect.width * rect.height, channels = (gsize) pairs->channels;
  int          rows = MAX (READ_CELLS / rect.width, 1);

  g_ptr_array_add (pairs->parts, part);
  part->rect = rect;
  part->inner = inner_of (adding->size, &rect);
  part->before = cnn_floats_alloc (n * channels);
  part->after = cnn_floats_alloc (n * channels);
  part->counts = cnn_floats_alloc (n);
  part->saturated = g_try_new0 (guint8, n);
  if (!part->before || !part->after || !part->counts || !part->saturated)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("there is not enough memory for the pictures"));
      return FALSE;
    }
  for (int y = 0; y < rect.height; y += rows)
    {
      CnnRect band = { rect.x, rect.y + y, rect.width, MIN (rows, rect.height - y) };
      gsize   at = (gsize) y * (gsize) rect.width;

      if (!adding->reader->read (adding->reader->data, &band, part->before + at * channels,
                                 part->after + at * channels, part->counts + at, error))
        return FALSE;
    }
  if (!check_numbers (adding, part, error))
    return FALSE;
  find_saturated (pairs, part);
  return TRUE;
}

/* Squares spread over a picture that is too large: of all of them every so many. */
static gboolean
add_squares (const Adding *adding, gint64 most, GError **error)
{
  int    across = (adding->size.width + SQUARE - 1) / SQUARE;
  int    down = (adding->size.height + SQUARE - 1) / SQUARE;
  gint64 n = (gint64) across * down, kept = CLAMP (most / (SQUARE * SQUARE), 1, n);

  for (gint64 i = 0; i < kept; i++)
    {
      /* From row to row the columns shift, so that no column is left out. */
      gint64  at = i * n / kept, row = at / across;
      int     column = (int) ((at % across + row * (across / 2 + 1)) % across);
      CnnRect rect = { column * SQUARE, (int) row * SQUARE, MIN (SQUARE, adding->size.width),
                       MIN (SQUARE, adding->size.height) };

      rect.x = MIN (rect.x, adding->size.width - rect.width);
      rect.y = MIN (rect.y, adding->size.height - rect.height);
      if (!add_part (adding, rect, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * cnn_pairs_add:
 * @name: (nullable): what a person calls it, for messages
 * @size: rows and columns of both pictures
 * @reader: reads them, during this call
 *
 * Adds a picture before and after the filter. Of one with more than four million cells only
 * squares spread over it are read, and of further ones the fewer the more there are already.
 *
 * Returns: %TRUE; or %FALSE with %CNN_ERROR_SHAPE (too small), %CNN_ERROR_FORMAT (a value is no
 *   finite number), %CNN_ERROR_LIMIT or the reader's error set, and @pairs as before
 */
gboolean
cnn_pairs_add (CnnPairs *pairs, const char *name, CnnSize size, const CnnPairReader *reader,
               GError **error)
{
  Adding   adding = { pairs, name, size, reader };
  guint    n = pairs->parts->len;
  gint64   most = MOST_CELLS / (pairs->n_pictures + 1);
  gboolean added;

  if (size.height < LEAST_SIDE || size.width < LEAST_SIDE)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the pictures are %d×%d pixels, too small to learn from: at least %d×%d are "
                     "needed"),
                   size.width, size.height, LEAST_SIDE, LEAST_SIDE);
      return FALSE;
    }
  added = (gint64) size.height * size.width <= most
            ? add_part (&adding, (CnnRect) { 0, 0, size.width, size.height }, error)
            : add_squares (&adding, most, error);
  if (added)
    pairs->n_pictures++;
  else
    g_ptr_array_set_size (pairs->parts, (int) n);
  return added;
}
