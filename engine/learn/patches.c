/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "learn-private.h"
#include "random.h"

/* Random squares of the pictures, which depend on the seed and their number alone. */

/* How often a place is drawn until one is found that counts. */
#define TRIES 32

/**
 * cnn_patch_turn:
 * @turn: which way, of %CNN_N_TURNS
 * @from: [side][side][channels], rows @row floats apart
 * @to: (out): [side][side][channels]
 */
void
cnn_patch_turn (guint turn, int side, int channels, const float *from, gsize row, float *to)
{
  gsize step_x = (gsize) channels, step_y = row, last = (gsize) side - 1;

  for (gsize y = 0; y <= last; y++)
    for (gsize x = 0; x <= last; x++)
      {
        gsize at_y = turn & CNN_TURN_TRANSPOSE ? x : y, at_x = turn & CNN_TURN_TRANSPOSE ? y : x;

        at_y = turn & CNN_TURN_DOWN ? last - at_y : at_y;
        at_x = turn & CNN_TURN_ACROSS ? last - at_x : at_x;
        for (int c = 0; c < channels; c++)
          *to++ = from[at_y * step_y + at_x * step_x + (gsize) c];
      }
}

typedef struct
{
  guint part;
  int   x;
  int   y;
} Place;

/* A cell that is learnt from, with the patch around it as far as the picture goes. */
static Place
draw_place (const CnnPatches *patches, guint64 seed)
{
  const CnnPairs *pairs = patches->pairs;
  gsize           n_cells = 0, half = (gsize) patches->side / 2;
  Place           place = { 0 };

  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnRect *rect = &cnn_pairs_part (pairs, i)->rect;

      n_cells += (gsize) rect->width * rect->height;
    }
  for (guint64 try = 0; try < TRIES; try++)
    {
      gsize at = (gsize) (cnn_random_uniform (seed, try) * (double) n_cells);
      guint i = 0;

      for (;; i++)
        {
          const CnnRect *rect = &cnn_pairs_part (pairs, i)->rect;
          gsize          cells = (gsize) rect->width * rect->height;

          if (at < cells)
            {
              gsize x = at % rect->width, y = at / rect->width;

              place = (Place) { i, CLAMP ((int) (x - half), 0, rect->width - patches->side),
                                CLAMP ((int) (y - half), 0, rect->height - patches->side) };
              break;
            }
          at -= cells;
        }
      if (((const float *) patches->split->weights->pdata[i])[at] > 0.0f)
        break;
    }
  return place;
}

/* What is wanted of the network; nothing of cells that do not count, and of those at a side that is
 * none of the picture. What counts in part counts now and then. */
static void
take_target (const CnnPatches *patches, const Place *place, guint64 seed, float *target)
{
  const CnnPairPart *part = cnn_pairs_part (patches->pairs, place->part);
  const float       *weights = patches->split->weights->pdata[place->part];
  gsize              channels = (gsize) patches->pairs->channels;
  int                side = patches->side, margin = patches->margin;
  int                left = place->x > 0 ? margin : 0, top = place->y > 0 ? margin : 0;
  int                right = place->x + side < part->rect.width ? side - margin : side;
  int                bottom = place->y + side < part->rect.height ? side - margin : side;

  for (int y = 0; y < side; y++)
    for (int x = 0; x < side; x++)
      {
        gsize    cell = (gsize) (place->y + y) * part->rect.width + place->x + x;
        float    weight = weights[cell];
        gboolean counts = weight > 0.0f && x >= left && x < right && y >= top && y < bottom;

        if (counts && weight < 1.0f)
          counts = cnn_random_uniform (seed, (guint64) (y * side + x)) < weight;
        for (gsize c = 0; c < channels; c++)
          *target++ = counts ? part->after[cell * channels + c] : NAN;
      }
}

/* One channel of [n] cells. */
static void
take_channel (gsize n, const float *from, gsize channels, float *to)
{
  for (gsize i = 0; i < n; i++)
    to[i] = from[i * channels];
}

/**
 * cnn_patches_read:
 * @number: which of the endless list of patches
 * @in: (out): before, [side][side][channels], or [side][side] of a single one
 * @target: (out): after, laid out as @in; NaN where it does not count
 */
void
cnn_patches_read (const CnnPatches *patches, guint64 number, float *in, float *target)
{
  guint64            seed = cnn_random_bits (patches->seed, number);
  Place              place = draw_place (patches, cnn_random_bits (seed, 0));
  const CnnPairPart *part = cnn_pairs_part (patches->pairs, place.part);
  int                channels = patches->pairs->channels, side = patches->side;
  gsize              cells = (gsize) side * side, n = cells * channels;
  gsize              wide = (gsize) part->rect.width * channels;
  const float       *before = part->before + place.y * wide + (gsize) place.x * channels;
  guint              turn = (guint) (cnn_random_bits (seed, 1) % patches->turns);
  guint              channel = (guint) (cnn_random_bits (seed, 3) % (guint) channels);
  g_autofree float  *plain = g_new (float, 2 * n);

  take_target (patches, &place, cnn_random_bits (seed, 2), plain);
  if (!patches->single)
    {
      cnn_patch_turn (turn, side, channels, before, wide, in);
      cnn_patch_turn (turn, side, channels, plain, (gsize) side * channels, target);
      return;
    }
  take_channel (cells, plain + channel, channels, plain + n);
  cnn_patch_turn (turn, side, 1, plain + n, side, target);
  for (int y = 0; y < side; y++)
    take_channel (side, before + y * wide + channel, channels, plain + (gsize) y * side);
  cnn_patch_turn (turn, side, 1, plain, side, in);
}
