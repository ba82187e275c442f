/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-compare.h"

#include <stdlib.h>

/* Of 255; what fonts and themes of another version make of letters and edges. */
#define DIFFERENCE 32
/* Of all pixels, in percent, may differ by more. */
#define SHARE 4.0
/* Pixels along a side of a drawing's blocks, and by how much, of 255, their means may differ. */
#define BLOCK 8
#define BLOT  40.0

/** picture_made: (transfer full): the file of a picture of that name, made in this build. */
char *
picture_made (const char *name)
{
  const char      *folder = g_getenv ("G_TEST_BUILDDIR");
  g_autofree char *file   = g_strconcat (name, ".png", NULL);

  g_mkdir_with_parents (folder != NULL ? folder : ".", 0777);
  return g_build_filename (folder != NULL ? folder : ".", file, NULL);
}

/** picture_load: (transfer full): a picture that is not there has no size. */
cairo_surface_t *
picture_load (const char *file)
{
  return cairo_image_surface_create_from_png (file);
}

guint32
picture_pixel (cairo_surface_t *surface, int x, int y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) +
                      (gsize) y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) (const void *) row)[x];
}

static gboolean
same_size (cairo_surface_t *a, cairo_surface_t *b)
{
  int width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);

  return width > 0 && height > 0 && cairo_image_surface_get_width (b) == width &&
         cairo_image_surface_get_height (b) == height;
}

/** picture_differ: how many percent of the pixels differ. */
double
picture_differ (cairo_surface_t *a, cairo_surface_t *b)
{
  int width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);
  int n     = 0;

  if (!same_size (a, b))
    return 100.0;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint32  p = picture_pixel (a, x, y), q = picture_pixel (b, x, y);
        gboolean is = FALSE;

        for (int shift = 0; shift < 24; shift += 8)
          is |= abs ((int) (p >> shift & 255) - (int) (q >> shift & 255)) > DIFFERENCE;
        n += is;
      }
  return 100.0 * n / width / height;
}

/**
 * picture_blot:
 *
 * Returns: by how much, of 255, the means of a block of pixels differ where they do most. Another
 *   number in a drawing is far more than what moves by a part of a pixel
 */
double
picture_blot (cairo_surface_t *a, cairo_surface_t *b)
{
  int    width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);
  double worst = 0.0;

  if (!same_size (a, b))
    return 255.0;
  for (int y = 0; y + BLOCK <= height; y += BLOCK / 2)
    for (int x = 0; x + BLOCK <= width; x += BLOCK / 2)
      for (int shift = 0; shift < 24; shift += 8)
        {
          int sum = 0;

          for (int i = 0; i < BLOCK * BLOCK; i++)
            sum += (int) (picture_pixel (a, x + i % BLOCK, y + i / BLOCK) >> shift & 255) -
                   (int) (picture_pixel (b, x + i % BLOCK, y + i / BLOCK) >> shift & 255);
          worst = MAX (worst, abs (sum) / (double) (BLOCK * BLOCK));
        }
  return worst;
}

/**
 * picture_check:
 * @name: a picture that was made
 * @folder: below the source's top, where the documentation has it
 * @drawing: whether it is one, of which every number counts
 * @command: what makes it anew
 *
 * Fails the test where the documentation's is not the same, as far as eyes see.
 */
void
picture_check (const char *name, const char *folder, gboolean drawing, const char *command)
{
  g_autofree char *file     = g_strconcat (name, ".png", NULL);
  g_autofree char *made     = picture_made (name);
  g_autofree char *there    = g_test_build_filename (G_TEST_DIST, "..", "..", folder, file, NULL);
  cairo_surface_t *is       = picture_load (made);
  cairo_surface_t *recorded = picture_load (there);
  double           share    = picture_differ (is, recorded);
  double           blot     = picture_blot (is, recorded);

  g_test_message ("%s: %.2f %% of the pixels differ, a block by up to %.0f", file, share, blot);
  if (share > SHARE || (drawing && blot > BLOT))
    {
      g_test_message ("%s/%s is out of date: %s", folder, file, command);
      g_test_fail ();
    }
  cairo_surface_destroy (is);
  cairo_surface_destroy (recorded);
}
