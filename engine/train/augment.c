/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "augment.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "clones.h"
#include "error.h"
#include "i18n.h"
#include "random.h"
#include "settings.h"
#include "warp.h"

/* --- text ----------------------------------------------------------------- */

static const CnnChoice flips[] = {
  [CNN_FLIP_NONE] = { "no", N_("No") },
  [CNN_FLIP_HORIZONTAL] = { "h", N_("Left and right") },
  [CNN_FLIP_VERTICAL] = { "v", N_("Top and bottom") },
  [CNN_FLIP_BOTH] = { "hv", N_("Both") },
  { NULL }
};

static const CnnChoice outsides[] = {
  [CNN_OUTSIDE_EDGE] = { "edge", N_("The nearest edge") },
  [CNN_OUTSIDE_BLACK] = { "black", N_("Black") },
  [CNN_OUTSIDE_WHITE] = { "white", N_("White") },
  { NULL }
};

#define FIELD(key_, field, type_, initial_, min_, max_, ...)                              \
  { .key = key_, .type = type_, .offset = offsetof (CnnAugment, field),                   \
    .initial = initial_, .min = min_, .max = max_, __VA_ARGS__ }

static const CnnParam params[] = {
  FIELD ("shift", shift, CNN_PARAM_INT, "0", 0, 10000, .label = N_("Shift"),
         .tooltip = N_("The most pixels that a picture moves along each side")),
  FIELD ("rotate", rotate, CNN_PARAM_FLOAT, "0", 0.0, 180.0, .label = N_("Rotate"),
         .tooltip = N_("The most degrees that it turns either way")),
  FIELD ("scale", scale, CNN_PARAM_NUMBERS, "", 0.1, 10.0, .label = N_("Scale"),
         .tooltip = N_("The least and the greatest factor of its size")),
  FIELD ("shear", shear, CNN_PARAM_FLOAT, "0", 0.0, 60.0, .label = N_("Shear"),
         .tooltip = N_("The most degrees that its columns lean either way")),
  FIELD ("flip", flip, CNN_PARAM_CHOICE, "no", 0.0, 0.0, .choices = flips, .label = N_("Flip"),
         .tooltip = N_("Whether left and right, or top and bottom, change places half of the "
                       "time")),
  FIELD ("elastic", elastic, CNN_PARAM_NUMBERS, "", 0.0, 1000.0, .label = N_("Elastic"),
         .tooltip = N_("How far pixels are moved each on its own, and over how many pixels that "
                       "is smoothed")),
  FIELD ("outside", outside, CNN_PARAM_CHOICE, "edge", 0.0, 0.0, .choices = outsides,
         .label = N_("Outside"), .tooltip = N_("What lies around a picture that was moved")),
  { NULL }
};

/* Smoothing over more pixels takes too long to be done for every picture. */
#define MAX_SIGMA 50.0

/** cnn_augment_params: its parameters, in a #CnnAugment, ending at a %NULL key. */
const CnnParam *
cnn_augment_params (void)
{
  return params;
}

static gboolean
check (const CnnAugment *augment, GError **error)
{
  const CnnNumbers *scale = &augment->scale, *elastic = &augment->elastic;

  if (scale->ref || (scale->n > 0 && (scale->n != 2 || scale->values[0] > scale->values[1])))
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("scale: expected the least and the greatest factor, such as 0.9,1.1"));
  else if (elastic->ref || (elastic->n > 0 && (elastic->n != 2 || elastic->values[1] <= 0.0 ||
                                               elastic->values[1] > MAX_SIGMA)))
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("elastic: expected how far, and over how many pixels, more than 0 and at most "
                   "%d, such as 8,3"), (int) MAX_SIGMA);
  else
    return TRUE;
  return FALSE;
}

/**
 * cnn_augment_parse:
 * @text: such as “shift=2 rotate=10 scale=0.9,1.1 shear=5 flip=h elastic=8,3 outside=black”;
 *   empty for none
 *
 * Returns: (transfer full): what it says, or %NULL with %CNN_ERROR_SPEC set
 */
CnnAugment *
cnn_augment_parse (const char *text, GError **error)
{
  g_autoptr (CnnAugment) augment = g_new0 (CnnAugment, 1);

  cnn_settings_init (params, augment);
  if (!cnn_settings_read (_("augmentation"), params, text, augment, error) ||
      !check (augment, error))
    return NULL;
  return g_steal_pointer (&augment);
}

/**
 * cnn_augment_print:
 *
 * Returns: (transfer full): a text that cnn_augment_parse() reads back to the same
 */
char *
cnn_augment_print (const CnnAugment *augment)
{
  GString *text = g_string_new (NULL);

  cnn_settings_print (params, augment, text);
  return g_string_free (text, FALSE);
}

void
cnn_augment_free (CnnAugment *augment)
{
  cnn_settings_clear (params, augment);
  g_free (augment);
}

/* --- chance --------------------------------------------------------------- */

/* What is drawn for a picture, by number; noise comes after all others. */
enum
{
  DRAW_SHIFT_X,
  DRAW_SHIFT_Y,
  DRAW_ROTATE,
  DRAW_SCALE,
  DRAW_SHEAR,
  DRAW_FLIP_X,
  DRAW_FLIP_Y,
  DRAW_NOISE = 16
};

static gboolean
is_elastic (const CnnAugment *augment)
{
  return augment->elastic.n == 2 && augment->elastic.values[0] > 0.0;
}

static gboolean
is_affine (const CnnAugment *augment)
{
  return augment->shift > 0 || augment->rotate > 0.0 || augment->shear > 0.0 ||
         augment->flip != CNN_FLIP_NONE ||
         (augment->scale.n == 2 &&
          (augment->scale.values[0] != 1.0 || augment->scale.values[1] != 1.0));
}

/** cnn_augment_is_none: whether it leaves every picture as it is. */
gboolean
cnn_augment_is_none (const CnnAugment *augment)
{
  return !is_affine (augment) && !is_elastic (augment);
}

static double
between (guint64 bits, guint draw, double least, double most)
{
  return least + (most - least) * cnn_random_uniform (bits, draw);
}

static int
whole_between (guint64 bits, guint draw, int most)
{
  return (int) floor (between (bits, draw, -most, most + 1.0));
}

/* A picture is turned over, scaled, sheared, rotated and moved, in this order, around its
 * middle; this is the way back. */
static CnnAffine
draw_affine (const CnnAugment *augment, guint64 bits)
{
  double angle = between (bits, DRAW_ROTATE, -augment->rotate, augment->rotate) * G_PI / 180.0;
  double lean = tan (between (bits, DRAW_SHEAR, -augment->shear, augment->shear) * G_PI / 180.0);
  double scale = augment->scale.n == 2 ? between (bits, DRAW_SCALE, augment->scale.values[0],
                                                  augment->scale.values[1]) : 1.0;
  double x0 = whole_between (bits, DRAW_SHIFT_X, augment->shift);
  double y0 = whole_between (bits, DRAW_SHIFT_Y, augment->shift);
  double turn_x =
    augment->flip & CNN_FLIP_HORIZONTAL && cnn_random_uniform (bits, DRAW_FLIP_X) < 0.5 ? -1.0
                                                                                        : 1.0;
  double turn_y = augment->flip & CNN_FLIP_VERTICAL && cnn_random_uniform (bits, DRAW_FLIP_Y) < 0.5
                  ? -1.0 : 1.0;
  double c = cos (angle), s = sin (angle);
  double xx = (c - lean * -s) * turn_x / scale, xy = (s - lean * c) * turn_x / scale;
  double yx = -s * turn_y / scale, yy = c * turn_y / scale;

  return (CnnAffine) {
    (float) xx, (float) xy, (float) -(xx * x0 + xy * y0),
    (float) yx, (float) yy, (float) -(yx * x0 + yy * y0),
  };
}

/* Both halves of each 64 bits, from −1 to 1. The generator is cnn_random_bits(), written out
 * so that it is vectorised. */
CNN_CLONES static void
noise (guint64 bits, gsize n, float *restrict dx, float *restrict dy)
{
  for (gsize i = 0; i < n; i++)
    {
      guint64 drawn = bits + (DRAW_NOISE + i + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

      drawn = (drawn ^ (drawn >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
      drawn = (drawn ^ (drawn >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
      drawn ^= drawn >> 31;
      dx[i] = (float) (gint32) (guint32) drawn * 0x1p-31f;
      dy[i] = (float) (gint32) (guint32) (drawn >> 32) * 0x1p-31f;
    }
}

/* --- applying ------------------------------------------------------------- */

/**
 * cnn_augment_scratch:
 *
 * Returns: floats that cnn_augment_apply() needs for pictures of @shape
 */
gsize
cnn_augment_scratch (const CnnAugment *augment, CnnShape shape)
{
  gsize n = cnn_warp_scratch (shape);

  if (is_elastic (augment))
    n = MAX (n, cnn_smooth_scratch (shape, augment->elastic.values[1])) +
        2 * (gsize) shape.height * (gsize) shape.width;
  return n;
}

/**
 * cnn_augment_apply:
 * @seed: of the training
 * @number: of the picture among all that were shown so far: with @seed, it says what is drawn
 * @shape: of the picture
 * @in: [height][width][channels]
 * @out: [height][width][channels]; may be @in
 * @scratch: [cnn_augment_scratch ()]
 *
 * Changes a picture by chance. Elastic: noise from −1 to 1 for each pixel is smoothed with a
 * Gaussian and multiplied, which says how far it moves. Source: Simard, Steinkraus and Platt,
 * "Best practices for convolutional neural networks applied to visual document analysis"
 * (2003).
 */
void
cnn_augment_apply (const CnnAugment *augment, guint64 seed, guint64 number, CnnShape shape,
                   const float *in, float *out, float *scratch)
{
  guint64   bits = cnn_random_bits (seed, number);
  gsize     cells = (gsize) shape.height * (gsize) shape.width;
  float    *dx = NULL, *dy = NULL;
  CnnAffine affine;

  if (cnn_augment_is_none (augment))
    {
      if (in != out)
        memcpy (out, in, cells * (gsize) shape.channels * sizeof (float));
      return;
    }
  if (is_elastic (augment))
    {
      double far = augment->elastic.values[0], sigma = augment->elastic.values[1];

      dx = scratch;
      dy = dx + cells;
      scratch = dy + cells;
      noise (bits, cells, dx, dy);
      cnn_smooth (shape.height, shape.width, sigma, dx, scratch);
      cnn_smooth (shape.height, shape.width, sigma, dy, scratch);
      for (gsize i = 0; i < 2 * cells; i++)
        dx[i] *= (float) far;
    }
  affine = draw_affine (augment, bits);
  cnn_warp (shape, &affine, dx, dy, augment->outside, in, out, scratch);
}
