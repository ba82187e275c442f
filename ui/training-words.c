/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How far a training is, in words. */

#include "training-words.h"

#include <math.h>

#include "i18n.h"
#include "number-text.h"

/** cnn_training_time_text: (transfer full): a length of time. */
char *
cnn_training_time_text (double seconds)
{
  guint whole = (guint) (MAX (seconds, 0.0) + 0.5);

  if (seconds < 9.95)
    return g_strdup_printf (_("%.1f s"), seconds);
  if (whole < 60)
    return g_strdup_printf (_("%u s"), whole);
  if (whole < 3600)
    return g_strdup_printf (_("%u min %02u s"), whole / 60, whole % 60);
  return g_strdup_printf (_("%u h %02u min"), whole / 3600, whole / 60 % 60);
}

/** cnn_training_time_left: (transfer full): that so much is left, in whole seconds. */
char *
cnn_training_time_left (double seconds)
{
  double           whole = ceil (MAX (seconds, 0.0));
  g_autofree char *left = whole < 10.0 ? g_strdup_printf (_("%u s"), (guint) whole)
                                       : cnn_training_time_text (whole);

  /* Translators: a length of time. */
  return g_strdup_printf (_("%s left"), left);
}

/** cnn_training_share: how much of the training is done, 0 to 1. */
double
cnn_training_share (const CnnTrainSnapshot *snapshot)
{
  if (snapshot->phase >= CNN_TRAIN_TESTING && snapshot->phase <= CNN_TRAIN_DONE)
    return 1.0;
  if (snapshot->state.n_steps == 0)
    return 0.0;
  return (double) snapshot->state.step / (double) snapshot->state.n_steps;
}

static char *
running_text (const CnnTrainSnapshot *snapshot)
{
  const CnnTrainingState *state = &snapshot->state;
  g_autoptr (GString)     text = g_string_new (NULL);
  guint                   epoch = MIN (state->epoch + 1, snapshot->epochs);

  g_string_append_printf (text, _("Epoch %u of %u"), epoch, snapshot->epochs);
  if (state->speed > 0.0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, _("%.0f images a second"), state->speed);
    }
  if (snapshot->phase == CNN_TRAIN_PAUSED)
    g_string_append_printf (text, " · %s", _("paused"));
  else if (isfinite (state->seconds_left))
    {
      g_autofree char *left = cnn_training_time_left (state->seconds_left);

      g_string_append_printf (text, " · %s", left);
    }
  return g_strdup (text->str);
}

/**
 * cnn_training_state_text:
 *
 * Returns: (transfer full): what it is at, in a line
 */
char *
cnn_training_state_text (const CnnTrainSnapshot *snapshot)
{
  switch (snapshot->phase)
    {
    case CNN_TRAIN_OPENING:
      return g_strdup (_("Reading the images…"));
    case CNN_TRAIN_TRAINING:
    case CNN_TRAIN_PAUSED:
      return running_text (snapshot);
    case CNN_TRAIN_TESTING:
      return g_strdup (_("Trying it on images that it has not learnt from…"));
    case CNN_TRAIN_DONE:
      return g_strdup (_("Done"));
    case CNN_TRAIN_CANCELLED:
      return g_strdup (_("Cancelled; nothing is saved"));
    case CNN_TRAIN_FAILED:
    default:
      return g_strdup (snapshot->error ? snapshot->error->message : "");
    }
}
