/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How far learning a filter is, and what came of it, in words. */

#include "filter-words.h"

#include <math.h>

#include "i18n.h"
#include "training-words.h"

/* In dB: from here on nobody sees a difference; only who looks for it; only small ones. */
#define UNSEEN 50.0
#define HARDLY 40.0
#define SMALL  30.0

/* What the engine says of pictures that are the same is more than this. */
#define SAME 150.0

/** cnn_filter_model_name: (transfer none): what a person calls it, within a sentence. */
const char *
cnn_filter_model_name (CnnFilterModel model)
{
  switch (model)
    {
    case CNN_FILTER_KERNEL:
      return _("one kernel");
    case CNN_FILTER_SMALL:
      return _("a small network");
    case CNN_FILTER_DEEP:
      return _("a deep network");
    case CNN_FILTER_AUTOMATIC:
    default:
      return _("automatic");
    }
}

/** cnn_filter_share: how much of the learning is done, 0 to 1. */
double
cnn_filter_share (const CnnFilterSnapshot *snapshot)
{
  double share = snapshot->started ? snapshot->state.fraction : 0.0;

  if (snapshot->phase == CNN_FILTER_DONE)
    return 1.0;
  if (snapshot->started && snapshot->limit > 0.0)
    share = MAX (share, snapshot->state.seconds / snapshot->limit);
  return CLAMP (share, 0.0, 1.0);
}

static char *
learning_text (const CnnFilterSnapshot *snapshot)
{
  const CnnFilterState *state = &snapshot->state;
  g_autoptr (GString)   text = g_string_new (NULL);
  double                share = cnn_filter_share (snapshot);

  if (!snapshot->started)
    return g_strdup (_("Looking at the pictures…"));
  /* Translators: a model, such as “a small network”. */
  g_string_append_printf (text, _("Learning %s"), cnn_filter_model_name (state->model));
  if (state->step > 0)
    {
      g_string_append (text, " · ");
      g_string_append_printf (text, dngettext ("convolens", "%u step", "%u steps",
                                               (gulong) state->step),
                              (guint) state->step);
    }
  /* A guess from little is no help. */
  if (state->seconds > 0.5 && share > 0.02)
    {
      double           left = state->seconds * (1.0 - share) / share;
      g_autofree char *time = NULL;

      if (snapshot->limit > 0.0)
        left = MIN (left, snapshot->limit - state->seconds);
      time = cnn_training_time_left (left);
      g_string_append_printf (text, " · %s", time);
    }
  return g_strdup (text->str);
}

/**
 * cnn_filter_state_text:
 *
 * Returns: (transfer full): what it is at, in a line
 */
char *
cnn_filter_state_text (const CnnFilterSnapshot *snapshot)
{
  switch (snapshot->phase)
    {
    case CNN_FILTER_LEARNING:
      return learning_text (snapshot);
    case CNN_FILTER_DONE:
      return cnn_filter_result_text (snapshot->result);
    case CNN_FILTER_CANCELLED:
      return g_strdup (_("Cancelled; nothing was learnt"));
    case CNN_FILTER_FAILED:
    default:
      return g_strdup (snapshot->error ? snapshot->error->message : "");
    }
}

/**
 * cnn_filter_quality_text:
 *
 * Returns: (transfer full): how far the pictures are from each other, before and now; perhaps
 *   nothing
 */
char *
cnn_filter_quality_text (const CnnFilterSnapshot *snapshot)
{
  const CnnFilterState *state = &snapshot->state;

  if (!snapshot->started || !isfinite (state->identity))
    return g_strdup ("");
  if (snapshot->result)
    return cnn_filter_about_text (snapshot->result);
  if (!isfinite (state->best) || state->best <= 0.0)
    return g_strdup_printf (_("PSNR before: %.1f dB"), state->identity);
  return g_strdup_printf (_("PSNR before: %.1f dB, now %.1f dB, best %.1f dB"), state->identity,
                          isfinite (state->psnr) ? state->psnr : state->best, state->best);
}

/* --- what came of it --------------------------------------------------------------------- */

static char *
model_text (const CnnFilterResult *result)
{
  const CnnTensor *kernels = result->kernels;

  if (result->model != CNN_FILTER_KERNEL || kernels == NULL)
    return g_strdup (cnn_filter_model_name (result->model));
  if (kernels->dims[0] == 1)
    return g_strdup_printf (_("a %d×%d kernel"), kernels->dims[1], kernels->dims[2]);
  if (kernels->dims[3] == 1)
    return g_strdup_printf (_("a %d×%d kernel for each channel"), kernels->dims[1],
                            kernels->dims[2]);
  return g_strdup_printf (_("a %d×%d kernel across the channels"), kernels->dims[1],
                          kernels->dims[2]);
}

static const char *
verdict (double psnr)
{
  if (psnr >= UNSEEN)
    return _("no eye sees the difference");
  if (psnr >= HARDLY)
    return _("the difference can hardly be seen");
  if (psnr >= SMALL)
    return _("small differences remain");
  return _("it comes near, but differs visibly");
}

/** cnn_filter_result_text: (transfer full): what was learnt, and how good it is. */
char *
cnn_filter_result_text (const CnnFilterResult *result)
{
  g_autofree char *model = model_text (result);

  if (!result->found)
    return g_strdup (_("No filter was found: nothing that was learnt from one part of the picture "
                       "makes another part more like the picture after."));
  if (result->psnr > SAME)
    /* Translators: a model, such as “a 5×5 kernel”. */
    return g_strdup_printf (_("Learnt: %s that gives exactly the picture after"), model);
  /* Translators: a model, such as “a 5×5 kernel”; a number; how good that is. */
  return g_strdup_printf (_("Learnt: %s, %.1f dB: %s"), model, result->psnr,
                          verdict (result->psnr));
}

/** cnn_filter_about_text: (transfer full): the numbers of it. */
char *
cnn_filter_about_text (const CnnFilterResult *result)
{
  g_autofree char *time = cnn_training_time_text (result->seconds);

  /* Translators: PSNR before and after, a length of time. */
  return g_strdup_printf (_("PSNR on what it has not learnt from: before %.1f dB, now %.1f dB · "
                            "%s"),
                          result->identity, result->psnr, time);
}
