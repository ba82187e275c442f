/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "curves-axis.h"
#include "error.h"
#include "loss-trace.h"
#include "train-data.h"
#include "training-words.h"

/* What of watching a training needs no screen. */

/* --- the losses of all minibatches ------------------------------------------------------ */

static void
test_trace (void)
{
  g_autofree LossTrace *trace = g_new (LossTrace, 1);
  const guint           n = 21 * LOSS_TRACE_MOST + 777;

  loss_trace_init (trace);
  for (guint i = 0; i < LOSS_TRACE_MOST; i++)
    loss_trace_add (trace, i);
  g_assert_cmpuint (trace->n, ==, LOSS_TRACE_MOST);
  g_assert_cmpfloat (trace->points[17], ==, 17.0f);
  for (guint i = LOSS_TRACE_MOST; i < n; i++)
    loss_trace_add (trace, i);
  /* A point is the mean of that many minibatches in a row. */
  g_assert_cmpuint (trace->every, ==, 32);
  g_assert_cmpuint (trace->n, ==, n / 32);
  for (guint i = 0; i < trace->n; i++)
    g_assert_cmpfloat (trace->points[i], ==, 32.0f * (float) i + 15.5f);
}

/* --- axes ------------------------------------------------------------------------------- */

static void
check_ticks (double least, double most, gboolean log, guint wanted, const char *expected)
{
  CurvesAxis          axis = curves_axis_new (least, most, log, wanted);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < axis.n_ticks; i++)
    g_string_append_printf (found, "%s%.5g", i > 0 ? " " : "", axis.ticks[i]);
  g_assert_cmpstr (found->str, ==, expected);
  g_assert_cmpfloat (curves_axis_share (&axis, axis.from), ==, 0.0);
  g_assert_cmpfloat_with_epsilon (curves_axis_share (&axis, axis.to), 1.0, 1e-12);
  g_assert_cmpfloat (curves_axis_share (&axis, least), >=, 0.0);
}

static void
test_axis (void)
{
  CurvesAxis axis;

  check_ticks (0.0, 10.0, FALSE, 8, "0 2 4 6 8 10");
  check_ticks (0.0, 2.3, FALSE, 4, "0 1 2");
  check_ticks (0.0, 1.0, FALSE, 4, "0 0.5 1");
  check_ticks (0.93, 1.0, FALSE, 4, "0.92 0.94 0.96 0.98 1");
  check_ticks (0.0, 10000.0, FALSE, 8, "0 2000 4000 6000 8000 10000");
  check_ticks (0.03, 2.3, TRUE, 4, "0.05 0.1 0.2 0.5 1 2");
  check_ticks (0.00002, 2.0, TRUE, 4, "0.0001 0.001 0.01 0.1 1");
  /* Where there is nothing between the least and the greatest. */
  check_ticks (0.5, 0.5, FALSE, 4, "0.5 1 1.5");
  check_ticks (0.0, 0.0, TRUE, 4, "0 0.5 1");

  axis = curves_axis_new (0.01, 1.0, TRUE, 4);
  g_assert_cmpfloat_with_epsilon (curves_axis_share (&axis, 0.1), 0.5, 1e-12);
  axis = curves_axis_new (0.0, 8.0, FALSE, 4);
  g_assert_cmpfloat (curves_axis_share (&axis, 2.0), ==, 0.25);
}

/* --- words ------------------------------------------------------------------------------ */

static void
check_time (double seconds, const char *expected)
{
  g_autofree char *text = cnn_training_time_text (seconds);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_words (void)
{
  CnnTrainSnapshot seen;
  g_autofree char *text = NULL, *soon = NULL, *paused = NULL;

  check_time (0.26, "0.3 s");
  check_time (9.96, "10 s");
  check_time (59.4, "59 s");
  check_time (59.6, "1 min 00 s");
  check_time (3599.0, "59 min 59 s");
  check_time (3600.0, "1 h 00 min");
  check_time (7380.0, "2 h 03 min");

  cnn_train_snapshot_init (&seen);
  seen.phase = CNN_TRAIN_TRAINING;
  seen.epochs = 10;
  seen.state = (CnnTrainingState) { .epoch = 2, .step = 250, .n_steps = 1000, .speed = 1234.4,
                                    .seconds_left = 61.2 };
  text = cnn_training_state_text (&seen);
  g_assert_cmpstr (text, ==, "Epoch 3 of 10 · 1234 images a second · 1 min 02 s left");
  g_assert_cmpfloat (cnn_training_share (&seen), ==, 0.25);
  seen.state.seconds_left = 4.2;
  soon = cnn_training_state_text (&seen);
  g_assert_cmpstr (soon, ==, "Epoch 3 of 10 · 1234 images a second · 5 s left");
  seen.phase = CNN_TRAIN_PAUSED;
  paused = cnn_training_state_text (&seen);
  g_assert_cmpstr (paused, ==, "Epoch 3 of 10 · 1234 images a second · paused");
  seen.phase = CNN_TRAIN_DONE;
  g_assert_cmpfloat (cnn_training_share (&seen), ==, 1.0);
  cnn_train_snapshot_clear (&seen);
}

/* --- settings --------------------------------------------------------------------------- */

static void
check_network (const char *text, const char *size, CnnShape expected, const char *problem)
{
  g_autoptr (CnnTrainSettings) settings = cnn_train_settings_new ();
  g_autoptr (CnnTrainSettings) copy = NULL;
  g_autoptr (CnnNetwork)       network = NULL;
  g_autoptr (GError)           error = NULL;
  CnnShape                     input;

  cnn_train_settings_put (&settings->network, text);
  cnn_train_settings_put (&settings->size, size);
  copy = cnn_train_settings_copy (settings);
  g_clear_pointer (&settings, cnn_train_settings_free);
  network = cnn_train_settings_network (copy, &input, &error);
  if (problem)
    {
      g_assert_null (network);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, problem));
      return;
    }
  g_assert_no_error (error);
  g_assert_true (cnn_shape_equal (input, expected));
}

static void
test_settings (void)
{
  g_autoptr (CnnTrainSettings) settings = cnn_train_settings_new ();
  g_autoptr (CnnAugment)       augment = NULL;
  g_autoptr (GError)           error = NULL;
  CnnTrainingOptions           options;

  check_network ("input 8x9x1; flatten; dense 3; softmax", "", (CnnShape) { 8, 9, 1 }, NULL);
  check_network ("input ?x?x1; flatten; dense 3; softmax", "", (CnnShape) { 0, 0, 1 }, NULL);
  check_network ("flatten; dense 3; softmax", "", (CnnShape) { 0, 0, 0 }, NULL);
  check_network ("flatten; dense 3; softmax", " 32x30x3 ", (CnnShape) { 32, 30, 3 }, NULL);
  check_network ("flatten; dense 3; softmax", "32×30×3", (CnnShape) { 32, 30, 3 }, NULL);
  check_network ("input ?x?x1; flatten; dense 3", "32x30x3", (CnnShape) { 0, 0, 0 }, "32×30×1");
  check_network ("flatten", "32x30", (CnnShape) { 0, 0, 0 }, "“32x30” is not the size");
  check_network ("flatten", "32x30x2", (CnnShape) { 0, 0, 0 }, "1 or 3");
  check_network ("flatten", "0x30x3", (CnnShape) { 0, 0, 0 }, "not the size");
  check_network ("  ", "", (CnnShape) { 0, 0, 0 }, "there is no network yet");
  check_network ("digits", "", (CnnShape) { 28, 28, 1 }, NULL);
  check_network ("nowhere.onnx", "", (CnnShape) { 0, 0, 0 }, "nowhere.onnx");

  g_assert_true (cnn_train_settings_options (settings, &options, &augment, &error));
  g_assert_cmpstr (options.optimiser.kind->name, ==, "adam");
  g_assert_cmpfloat (options.rate, ==, options.optimiser.kind->rate);
  g_assert_null (options.augment);
  g_assert_null (options.checkpoint);
  cnn_train_settings_put (&settings->augment, "shift=2 rotate=5");
  settings->rate = 0.25;
  g_assert_true (cnn_train_settings_options (settings, &options, &augment, &error));
  g_assert_cmpfloat (options.rate, ==, 0.25);
  g_assert_cmpint (options.augment->shift, ==, 2);
  cnn_train_settings_put (&settings->schedule, "uphill");
  g_assert_false (cnn_train_settings_options (settings, &options, &augment, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/training-words/trace", test_trace);
  g_test_add_func ("/training-words/axis", test_axis);
  g_test_add_func ("/training-words/words", test_words);
  g_test_add_func ("/training-words/settings", test_settings);
  return g_test_run ();
}
