/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "evaluate.h"
#include "i18n.h"
#include "random.h"
#include "training-private.h"

/* The epochs. */

/* How much the speed of the last minibatch counts in what is said. */
#define LATELY 0.05

/* --- the images of a minibatch ------------------------------------------------------------ */

/* Seeds of their own for what is drawn for different ends. */
enum
{
  SEED_ORDER,
  SEED_AUGMENT,
  SEED_LAYERS
};

/* Puts the images in the epoch's own random order. Source: Knuth, "The art of computer
 * programming", volume 2, 3.4.2, algorithm P. */
static void
shuffle (CnnTraining *training, guint64 epoch)
{
  gsize   n = cnn_dataset_size (training->images);
  guint64 seed = cnn_random_bits (cnn_random_bits (training->options.seed, SEED_ORDER), epoch);

  if (training->ordered == epoch)
    return;
  for (gsize i = 0; i < n; i++)
    training->order[i] = i;
  for (gsize i = n - 1; i > 0; i--)
    {
      gsize k = cnn_random_bits (seed, i) % (i + 1), was = training->order[i];

      training->order[i] = training->order[k];
      training->order[k] = was;
    }
  training->ordered = epoch;
}

/* Of a minibatch. */
typedef struct
{
  CnnTraining *training;
  gsize        first;  /* place in the order */
  guint64      number; /* of all images shown */
} Reading;

static gboolean
read_image (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const Reading            *reading = data;
  CnnTraining              *training = reading->training;
  const CnnTrainingOptions *options = &training->options;
  gsize                     i = training->order[reading->first + image];
  CnnShape                  shape;
  float                    *plain;

  *label = cnn_dataset_label (training->images, i);
  if (options->augment == NULL)
    return cnn_dataset_read (training->images, i, in, error);
  shape = cnn_dataset_shape (training->images);
  plain = training->scratch[worker];
  if (!cnn_dataset_read (training->images, i, plain, error))
    return FALSE;
  cnn_augment_apply (options->augment, cnn_random_bits (options->seed, SEED_AUGMENT),
                     reading->number + image, shape, plain, in, plain + cnn_shape_cells (shape));
  return TRUE;
}

/* --- one minibatch -------------------------------------------------------------------------- */

typedef struct
{
  CnnTraining *training;
  CnnUpdate    update;
} Change;

static void
change_block (const CnnTrained *trained, guint number, gsize from, gsize n, gpointer data)
{
  const Change      *change = data;
  const CnnTraining *training = change->training;

  cnn_optimiser_update (&training->options.optimiser, &change->update, trained->n, from, from + n,
                        trained->values, trained->gradient, training->states[number]);
}

static double
rate_of (const CnnTraining *training, guint64 step)
{
  return cnn_schedule_rate (&training->options.schedule, training->options.rate, step,
                            training->steps_per_epoch * training->options.epochs,
                            training->steps_per_epoch);
}

static gboolean
no_number (const CnnTraining *training, double rate, GError **error)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("the loss is no number any more in epoch %u, minibatch %u: try a smaller learning "
                 "rate, now %s, or clip the gradient"),
               (guint) (training->step / training->steps_per_epoch) + 1,
               (guint) (training->step % training->steps_per_epoch) + 1,
               g_ascii_formatd (text, sizeof text, "%g", rate));
  return FALSE;
}

/* What layers draw depends on the number of the image alone, so each seed has other numbers. */
static guint64
layers_first (const CnnTraining *training)
{
  return cnn_random_bits (training->options.seed, SEED_LAYERS) << 40;
}

/* The norm of all derivatives must be known before a weight changes. */
static gboolean
clipped_step (CnnTraining *training, guint n, guint64 number, const CnnTrainerSource *source,
              Change *change, CnnTrainerLoss *loss, GError **error)
{
  double squares;

  if (!cnn_trainer_gradient (training->trainer, n, number, source, loss, error))
    return FALSE;
  squares = cnn_trainer_squares (training->trainer);
  if (!isfinite (squares))
    loss->loss = NAN;
  if (!isfinite (loss->loss))
    return TRUE;
  change->update.factor = cnn_gradient_clip (squares, training->options.clip);
  cnn_trainer_change (training->trainer, change_block, change);
  return TRUE;
}

/* A minibatch; the weights change only if its loss is a number. */
static gboolean
do_step (CnnTraining *training, double *loss, GError **error)
{
  gsize            n_images = cnn_dataset_size (training->images);
  gsize            first = (training->step % training->steps_per_epoch) * training->options.batch;
  guint            n = (guint) MIN (training->options.batch, n_images - first);
  Reading          reading = { training, first,
                               training->step / training->steps_per_epoch * n_images + first };
  CnnTrainerSource source = { read_image, &reading };
  Change           change = { training, { rate_of (training, training->step), training->step + 1,
                                          1.0 } };
  guint64          number = reading.number + layers_first (training);
  CnnTrainerLoss   result;

  shuffle (training, training->step / training->steps_per_epoch);
  if (!(training->options.clip > 0.0
          ? clipped_step (training, n, number, &source, &change, &result, error)
          : cnn_trainer_step (training->trainer, n, number, &source, change_block, &change,
                              &result, error)))
    return FALSE;
  if (!isfinite (result.loss))
    return no_number (training, change.update.rate, error);
  training->step++;
  training->count.loss += result.loss * n;
  training->count.n_right += result.n_right;
  training->count.n += n;
  *loss = result.loss;
  return TRUE;
}

/* --- the end of an epoch -------------------------------------------------------------------- */

static gboolean
is_better (const CnnTraining *training, const CnnTrainingEpoch *epoch)
{
  const CnnTrainingEpoch *best;

  if (training->best < 0)
    return TRUE;
  best = &g_array_index (training->history, CnnTrainingEpoch, training->best);
  if (isnan (epoch->validation_loss))
    return TRUE;
  if (epoch->validation_right != best->validation_right)
    return epoch->validation_right > best->validation_right;
  return epoch->validation_loss < best->validation_loss;
}

static gboolean
validate (CnnTraining *training, CnnTrainingEpoch *epoch, GCancellable *cancellable,
          GError **error)
{
  g_autoptr (CnnNetwork)    network = NULL;
  g_autoptr (CnnEvaluation) evaluation = NULL;

  epoch->validation_loss = epoch->validation_right = NAN;
  if (training->validation == NULL)
    return TRUE;
  network = cnn_training_network (training, FALSE, error);
  if (network)
    evaluation = cnn_evaluate (network, training->validation, 0, training->options.workers,
                               cancellable, error);
  if (evaluation == NULL)
    return FALSE;
  epoch->validation_loss = evaluation->loss;
  epoch->validation_right = (double) evaluation->n_right / (double) evaluation->n;
  return TRUE;
}

static gboolean
end_epoch (CnnTraining *training, gint64 since, GCancellable *cancellable, GError **error)
{
  const CnnTrainingCount *count = &training->count;
  CnnTrainingEpoch        epoch = { .loss = count->loss / (double) count->n,
                                    .right = (double) count->n_right / (double) count->n,
                                    .rate = rate_of (training, training->step - 1) };

  if (!validate (training, &epoch, cancellable, error))
    return FALSE;
  epoch.seconds = count->seconds + (double) (g_get_monotonic_time () - since) / G_USEC_PER_SEC;
  if (is_better (training, &epoch))
    {
      training->best = (int) training->history->len;
      g_clear_pointer (&training->best_weights, g_ptr_array_unref);
      training->best_weights = cnn_training_copy_weights (training);
    }
  g_array_append_val (training->history, epoch);
  training->count = (CnnTrainingCount) { 0 };
  training->over = training->options.patience > 0 && training->validation != NULL &&
                   (int) training->history->len - 1 - training->best >=
                     (int) training->options.patience;
  return training->options.checkpoint == NULL ||
         cnn_training_save (training, training->options.checkpoint, error);
}

/* --- a run ---------------------------------------------------------------------------------- */

/**
 * cnn_training_state:
 * @state: (out): how far training is; its history belongs to @training and is good until it
 *   goes on
 */
void
cnn_training_state (const CnnTraining *training, CnnTrainingState *state)
{
  const CnnTrainingCount *count = &training->count;
  double                  left;

  *state = (CnnTrainingState) {
    .epoch = (guint) (training->step / training->steps_per_epoch),
    .step = training->step,
    .n_steps = training->steps_per_epoch * training->options.epochs,
    .loss = count->n > 0 ? count->loss / (double) count->n : NAN,
    .right = count->n > 0 ? (double) count->n_right / (double) count->n : NAN,
    .last_loss = NAN,
    .rate = rate_of (training, MAX (training->step, 1) - 1),
    .speed = training->speed,
    .seconds = training->seconds,
    .seconds_left = NAN,
    .n_history = training->history->len,
    .history = &g_array_index (training->history, CnnTrainingEpoch, 0),
    .best = training->best,
  };
  left = (double) (state->n_steps - state->step) * training->options.batch;
  if (training->speed > 0.0)
    state->seconds_left = left / training->speed;
}

static gboolean
epoch_is_full (const CnnTraining *training)
{
  return training->count.n == cnn_dataset_size (training->images);
}

static gboolean
is_over (const CnnTraining *training)
{
  return training->over || training->history->len >= training->options.epochs;
}

static void
take_time (CnnTraining *training, double seconds)
{
  double speed = training->options.batch / MAX (seconds, 1e-9);

  training->count.seconds += seconds;
  training->seconds += seconds;
  training->speed = training->speed > 0.0 ? training->speed + LATELY * (speed - training->speed)
                                          : speed;
}

/**
 * cnn_training_run:
 * @func: (nullable): told after each minibatch, may stop
 * @data: for @func
 * @cancellable: (nullable): to stop, from any thread
 *
 * Trains until all epochs are over, or validation has not become better for as long as was
 * asked for, or it is stopped. It can be run again after it was stopped, and goes on exactly
 * as if it had not been. With a checkpoint file the state is kept there after each epoch and
 * when @func stops.
 *
 * Returns: %TRUE where it ended or @func stopped it; or %FALSE with %CNN_ERROR_CANCELLED,
 *   %CNN_ERROR_LIMIT (also where the loss is no number any more), %CNN_ERROR_IO (the
 *   checkpoint) or the data set's error set. Weights are those of the last minibatch that went
 *   well
 */
gboolean
cnn_training_run (CnnTraining *training, CnnTrainingFunc func, gpointer data,
                  GCancellable *cancellable, GError **error)
{
  while (!is_over (training))
    {
      gint64           start = g_get_monotonic_time (), end;
      double           loss = NAN;
      CnnTrainingState state;

      if (g_cancellable_is_cancelled (cancellable))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_CANCELLED, _("cancelled"));
          return FALSE;
        }
      /* A validation that failed or was cancelled is made up for. */
      if (!epoch_is_full (training) && !do_step (training, &loss, error))
        return FALSE;
      end = g_get_monotonic_time ();
      if (!isnan (loss))
        take_time (training, (double) (end - start) / G_USEC_PER_SEC);
      if (epoch_is_full (training) && !end_epoch (training, end, cancellable, error))
        return FALSE;
      cnn_training_state (training, &state);
      state.last_loss = loss;
      if (func && !func (training, &state, data))
        return training->options.checkpoint == NULL || is_over (training) ||
               cnn_training_save (training, training->options.checkpoint, error);
    }
  return TRUE;
}
