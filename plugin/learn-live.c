/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A learnt kernel as GIMP's own Convolution Matrix, which stays a filter on the layer that can be
 * changed and taken away. GIMP computes it in linear light, five rows and columns, the same for all
 * channels that are switched on and each channel by itself. */

#include "learn-live.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "layers.h"

#define SIDE 5

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, "%s", sentence);
  return FALSE;
}

static gboolean
refuse_network (GError **error)
{
  return refuse (error, _("only one kernel can be GIMP's Convolution Matrix, not a network"));
}

static gboolean
refuse_size (int size, GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
               _("GIMP's Convolution Matrix has 5×5 numbers, and the kernel %d×%d"), size, size);
  return FALSE;
}

static gboolean
refuse_across (GError **error)
{
  return refuse (error, _("GIMP's Convolution Matrix cannot mix channels, and this kernel makes "
                          "each colour of all"));
}

static gboolean
refuse_perceptual (GError **error)
{
  return refuse (error, _("GIMP's Convolution Matrix works in linear light, and this kernel in "
                          "perceptual numbers; learn it in linear light"));
}

/**
 * learn_live_ask:
 * @options: what is asked for; what is left open is chosen such that a live filter can come of it
 * @encoding: the same
 *
 * Returns: whether one can. Errors: %CNN_ERROR_UNSUPPORTED
 */
gboolean
learn_live_ask (CnnFilterOptions *options, LearnEncoding *encoding, GError **error)
{
  if (options->model != CNN_FILTER_AUTOMATIC && options->model != CNN_FILTER_KERNEL)
    return refuse_network (error);
  if (options->size > SIDE)
    return refuse_size (options->size, error);
  if (options->channels == CNN_FILTER_CHANNELS_ACROSS)
    return refuse_across (error);
  if (*encoding == LEARN_ENCODING_PERCEPTUAL)
    return refuse_perceptual (error);
  options->model = CNN_FILTER_KERNEL;
  options->channels = CNN_FILTER_CHANNELS_EACH;
  options->size = options->size > 0 ? options->size : SIDE;
  *encoding = LEARN_ENCODING_LINEAR;
  return TRUE;
}

/**
 * learn_live_check:
 * @result: what was learnt
 * @encoding: in which numbers
 *
 * Returns: whether GIMP's Convolution Matrix can do the same. Errors: %CNN_ERROR_UNSUPPORTED
 */
gboolean
learn_live_check (const CnnFilterResult *result, PixelsEncoding encoding, GError **error)
{
  if (result->kernels == NULL)
    return refuse_network (error);
  if (result->kernels->dims[1] > SIDE)
    return refuse_size (result->kernels->dims[1], error);
  if (result->kernels->dims[3] > 1)
    return refuse_across (error);
  return encoding == PIXELS_LINEAR || refuse_perceptual (error);
}

/* The operation's numbers are called a1 to e5: a letter for the column, a digit for the row. */
static void
set_matrix (GimpDrawableFilterConfig *config, const float *kernel, int size)
{
  int margin = (SIDE - size) / 2;

  for (int row = 0; row < SIDE; row++)
    for (int column = 0; column < SIDE; column++)
      {
        const char name[] = { (char) ('a' + column), (char) ('1' + row), '\0' };
        int        y = row - margin, x = column - margin;
        gboolean   inside = y >= 0 && y < size && x >= 0 && x < size;

        g_object_set (config, name, inside ? (double) kernel[y * size + x] : 0.0, NULL);
      }
}

/* A filter for the channels from @first to @last. */
static GimpDrawableFilter *
make_filter (GimpDrawable *drawable, const CnnFilterResult *result, int first, int last)
{
  int                       size   = result->kernels->dims[1];
  const float              *kernel = result->kernels->values + (gsize) first * size * size;
  GimpDrawableFilter       *filter;
  GimpDrawableFilterConfig *config;

  filter = gimp_drawable_filter_new (drawable, "gegl:convolution-matrix", _("Learned filter"));
  if (filter == NULL)
    return NULL;
  config = gimp_drawable_filter_get_config (filter);
  set_matrix (config, kernel, size);
  g_object_set (config, "divisor", 1.0, "offset", result->offset[first], "red", first == 0,
                "green", first <= 1 && last >= 1, "blue", last == 2, "alpha", FALSE, "normalize",
                FALSE, "alpha-weight", FALSE, "border", "clamp", NULL);
  return filter;
}

static gboolean
same_for_all (const CnnFilterResult *result)
{
  gsize n = (gsize) result->kernels->dims[1] * result->kernels->dims[2];

  for (int c = 1; c < result->kernels->dims[0]; c++)
    if (memcmp (result->kernels->values, result->kernels->values + c * n,
                n * sizeof (float)) != 0 ||
        result->offset[c] != result->offset[0])
      return FALSE;
  return TRUE;
}

static gboolean
add_to_layer (GimpDrawable *drawable, const CnnFilterResult *result, GError **error)
{
  int each = same_for_all (result) ? 3 : 1;

  for (int first = 0; first < 3; first += each)
    {
      g_autoptr (GimpDrawableFilter) filter = make_filter (drawable, result, first,
                                                           first + each - 1);

      if (filter == NULL)
        return layers_pdb_failed (error);
      gimp_drawable_append_filter (drawable, filter);
    }
  return TRUE;
}

/**
 * learn_live_add:
 *
 * Puts the learnt kernel on each layer before the filter as a live filter, one for each channel
 * where they differ, in one undo step.
 *
 * Returns: whether it could be. Errors: %CNN_ERROR_LIMIT
 */
gboolean
learn_live_add (const Learnt *learnt, GError **error)
{
  const LearnLayers *layers = learnt->request->layers;
  gboolean           ok     = TRUE;

  gimp_progress_end ();
  gimp_image_undo_group_start (layers->image);
  for (guint i = 0; ok && i < layers->before->len; i++)
    ok = add_to_layer (g_ptr_array_index (layers->before, i), learnt->result, error);
  gimp_image_undo_group_end (layers->image);
  return ok;
}
