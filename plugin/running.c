/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a run needs of GIMP besides pixels: its progress bar, and little memory. */

#include "running.h"

/* Bytes of tiles that stay in the plug-in besides the picture's. */
#define MIN_CACHE ((guint64) 16 << 20)

/**
 * running_progress:
 * @fraction: of the run
 * @progress: a #RunningProgress
 *
 * A CnnProgressFunc that moves GIMP's bar.
 */
void
running_progress (double fraction, gpointer progress)
{
  RunningProgress *self  = progress;
  double           value = self->from + self->share * fraction;

  /* Every call goes to GIMP and back: only steps that can be seen are shown. */
  if (value < self->shown + 0.005)
    return;
  self->shown = value;
  gimp_progress_update (value);
}

/**
 * running_limit_cache:
 * @drawable: the picture
 * @enlarged: how many times as large as the picture that is which is written in bands
 *
 * GIMP's plug-ins are given its own tile cache, half of the memory. Here the
 * picture is read once, in bands, and layers are written once: a few rows of the
 * picture's tiles are enough.
 */
void
running_limit_cache (GimpDrawable *drawable, int enlarged)
{
  guint64 row  = (guint64) gimp_tile_height () * gimp_drawable_get_width (drawable) *
                 gimp_drawable_get_bpp (drawable);
  guint64 most = 4 * row * enlarged + MIN_CACHE;

  g_object_set (gegl_config (), "tile-cache-size", most, NULL);
}
