/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-compare.h"

#include <stdlib.h>

/* Of 255; what fonts and themes of another version make of letters and edges. */
#define DIFFERENCE 32
/* Of all pixels, in percent, may differ by more. */
#define SHARE 4.0

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

/** picture_differ: how many percent of the pixels differ. */
double
picture_differ (cairo_surface_t *a, cairo_surface_t *b)
{
  int width = cairo_image_surface_get_width (a), height = cairo_image_surface_get_height (a);
  int n     = 0;

  if (cairo_image_surface_get_width (b) != width || cairo_image_surface_get_height (b) != height)
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
  return width > 0 ? 100.0 * n / width / height : 100.0;
}

/**
 * picture_check:
 * @name: a picture that was made
 * @folder: below the source's top, where the documentation has it
 * @command: what makes it anew
 *
 * Fails the test where the documentation's is not the same, as far as eyes see.
 */
void
picture_check (const char *name, const char *folder, const char *command)
{
  g_autofree char *file     = g_strconcat (name, ".png", NULL);
  g_autofree char *made     = picture_made (name);
  g_autofree char *there    = g_test_build_filename (G_TEST_DIST, "..", "..", folder, file, NULL);
  cairo_surface_t *is       = picture_load (made);
  cairo_surface_t *recorded = picture_load (there);
  double           share    = picture_differ (is, recorded);

  g_test_message ("%s: %.2f %% of the pixels differ", file, share);
  if (share > SHARE)
    {
      g_test_message ("%s/%s is out of date: %s", folder, file, command);
      g_test_fail ();
    }
  cairo_surface_destroy (is);
  cairo_surface_destroy (recorded);
}
