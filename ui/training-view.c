/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training-view.h"

#include "curves-view.h"
#include "i18n.h"
#include "kernels-strip.h"
#include "training-result.h"
#include "training-words.h"

/* More often than this nobody could see anything change. */
#define LOOK_MS 70

struct _CnnTrainingView
{
  GtkBox            parent_instance;
  GtkWidget        *state;
  GtkWidget        *bar;
  GtkWidget        *buttons;
  GtkWidget        *pause;
  GtkWidget        *stop;
  GtkWidget        *cancel;
  GtkWidget        *pages;
  GtkWidget        *switcher;
  GtkWidget        *loss;
  GtkWidget        *accuracy;
  GtkWidget        *kernels;
  GtkWidget        *kernels_label;
  GtkWidget        *result;

  CnnTrainJob      *job;  /* (nullable) */
  CnnTrainSnapshot  seen;
  CnnTrainPhase     said; /* the phase that was told of last */
  guint             look_id;
};

enum
{
  CHANGED,
  IMAGE_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnTrainingView, cnn_training_view, GTK_TYPE_BOX)

/** cnn_training_view_phase: what it is at; %CNN_TRAIN_OPENING also before it begins. */
CnnTrainPhase
cnn_training_view_phase (CnnTrainingView *self)
{
  return self->seen.phase;
}

/** cnn_training_view_is_running: whether it trains, or waits in a pause. */
gboolean
cnn_training_view_is_running (CnnTrainingView *self)
{
  return self->job && self->seen.phase < CNN_TRAIN_DONE;
}

/** cnn_training_view_is_unsaved: whether there is a trained network that is in no file. */
gboolean
cnn_training_view_is_unsaved (CnnTrainingView *self)
{
  return self->seen.result && !cnn_training_result_saved (CNN_TRAINING_RESULT (self->result));
}

/* --- showing ---------------------------------------------------------------------------- */

static void
show_buttons (CnnTrainingView *self)
{
  CnnTrainPhase phase = self->seen.phase;
  gboolean      learns = phase == CNN_TRAIN_TRAINING || phase == CNN_TRAIN_PAUSED;

  gtk_widget_set_sensitive (self->pause, self->job && learns);
  gtk_widget_set_sensitive (self->stop, self->job && learns);
  gtk_widget_set_sensitive (self->cancel, cnn_training_view_is_running (self));
  gtk_button_set_label (GTK_BUTTON (self->pause),
                        phase == CNN_TRAIN_PAUSED ? _("Res_ume") : _("Pa_use"));
}

static void
show_state (CnnTrainingView *self)
{
  g_autofree char *text = NULL;

  if (self->job)
    text = cnn_training_state_text (&self->seen);
  gtk_label_set_text (GTK_LABEL (self->state),
                      text ? text : _("Nothing is trained yet: choose images and press Train."));
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), cnn_training_share (&self->seen));
}

static void
show_page (CnnTrainingView *self, gboolean result)
{
  gtk_widget_set_visible (self->switcher, self->seen.result != NULL);
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), result ? "result" : "curves");
}

static void
show_all (CnnTrainingView *self)
{
  show_state (self);
  show_buttons (self);
  cnn_curves_view_show (CNN_CURVES_VIEW (self->loss), &self->seen);
  cnn_curves_view_show (CNN_CURVES_VIEW (self->accuracy), &self->seen);
  cnn_kernels_strip_show (CNN_KERNELS_STRIP (self->kernels), self->seen.kernels);
  gtk_widget_set_visible (self->kernels, self->seen.kernels != NULL);
  gtk_widget_set_visible (self->kernels_label, self->seen.kernels != NULL);
}

static gboolean
look (gpointer data)
{
  CnnTrainingView *self = data;
  gboolean         is_new;

  cnn_train_job_peek (self->job, &self->seen);
  is_new = self->seen.phase != self->said;
  self->said = self->seen.phase;
  show_all (self);
  if (self->seen.phase >= CNN_TRAIN_DONE)
    {
      cnn_training_result_show (CNN_TRAINING_RESULT (self->result), self->seen.result);
      show_page (self, self->seen.result && self->seen.phase == CNN_TRAIN_DONE);
      self->look_id = 0;
    }
  if (is_new)
    g_signal_emit (self, signals[CHANGED], 0);
  return self->look_id != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- what a person does ----------------------------------------------------------------- */

static void
pause_or_resume (CnnTrainingView *self)
{
  cnn_train_job_pause (self->job, self->seen.phase != CNN_TRAIN_PAUSED);
}

static void
stop (CnnTrainingView *self)
{
  cnn_train_job_stop (self->job);
}

/** cnn_training_view_cancel: ends it, without a result. */
void
cnn_training_view_cancel (CnnTrainingView *self)
{
  if (self->job)
    cnn_train_job_cancel (self->job);
}

static void
log_toggled (CnnTrainingView *self, GtkToggleButton *toggle)
{
  cnn_curves_view_set_log (CNN_CURVES_VIEW (self->loss), gtk_toggle_button_get_active (toggle));
}

static void
image_chosen (CnnTrainingView *self, const char *name)
{
  g_signal_emit (self, signals[IMAGE_CHOSEN], 0, name);
}

/* --- jobs ------------------------------------------------------------------------------- */

static void
forget_job (CnnTrainingView *self)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  cnn_training_result_show (CNN_TRAINING_RESULT (self->result), NULL);
  cnn_train_snapshot_clear (&self->seen);
  g_clear_pointer (&self->job, cnn_train_job_free);
}

/**
 * cnn_training_view_start:
 * @settings: what to train; copied
 * @decoder: reads pictures from files
 *
 * Trains; what was trained before is forgotten.
 */
void
cnn_training_view_start (CnnTrainingView *self, const CnnTrainSettings *settings,
                         const CnnPictureDecoder *decoder)
{
  forget_job (self);
  cnn_train_snapshot_init (&self->seen);
  self->job = cnn_train_job_new (settings, decoder);
  cnn_train_job_start (self->job);
  self->said = CNN_TRAIN_CANCELLED;
  self->look_id = g_timeout_add (LOOK_MS, look, self);
  show_page (self, FALSE);
  look (self);
}

/**
 * cnn_training_view_steal_job:
 *
 * Returns: (transfer full) (nullable): the job, where it is done; the view forgets it
 */
CnnTrainJob *
cnn_training_view_steal_job (CnnTrainingView *self)
{
  CnnTrainJob *job = NULL;

  if (self->job && self->seen.phase == CNN_TRAIN_DONE)
    job = g_steal_pointer (&self->job);
  forget_job (self);
  cnn_train_snapshot_init (&self->seen);
  return job;
}

/* --- the object ------------------------------------------------------------------------- */

static void
cnn_training_view_dispose (GObject *object)
{
  CnnTrainingView *self = CNN_TRAINING_VIEW (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  /* Its parts are still there the first time. */
  if (self->job)
    cnn_training_result_show (CNN_TRAINING_RESULT (self->result), NULL);
  g_clear_pointer (&self->job, cnn_train_job_free);
  G_OBJECT_CLASS (cnn_training_view_parent_class)->dispose (object);
}

static void
cnn_training_view_finalize (GObject *object)
{
  cnn_train_snapshot_clear (&CNN_TRAINING_VIEW (object)->seen);
  G_OBJECT_CLASS (cnn_training_view_parent_class)->finalize (object);
}

static void
cnn_training_view_class_init (CnnTrainingViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_training_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_training_view_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[IMAGE_CHOSEN] = g_signal_new ("image-chosen", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                        G_TYPE_STRING);
}

static GtkWidget *
add_button (CnnTrainingView *self, const char *label, const char *tooltip, gpointer clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_box_pack_start (GTK_BOX (self->buttons), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), self);
  return button;
}

static void
make_head (CnnTrainingView *self)
{
  self->state = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->state), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (self->state), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->state), 60);
  self->bar = gtk_progress_bar_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _("Training"));
  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->pause = add_button (self, _("Pa_use"), _("Wait, and give the processor back"),
                            pause_or_resume);
  self->stop = add_button (self, _("Stop and _Keep"),
                           _("End now, with the best weights so far"), stop);
  self->cancel = add_button (self, _("Cancel _Training"),
                             _("End now, and throw away what was learnt"),
                             cnn_training_view_cancel);
  self->switcher = gtk_stack_switcher_new ();
  gtk_box_pack_end (GTK_BOX (self->buttons), self->switcher, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->state, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->buttons, FALSE, FALSE, 0);
}

static GtkWidget *
make_curves (CnnTrainingView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *log = gtk_check_button_new_with_mnemonic (_("Lo_garithmic"));

  self->loss = cnn_curves_view_new (CNN_CURVES_LOSS);
  self->accuracy = cnn_curves_view_new (CNN_CURVES_ACCURACY);
  self->kernels = cnn_kernels_strip_new ();
  self->kernels_label = gtk_label_new (_("Kernels of the first layer"));
  gtk_label_set_xalign (GTK_LABEL (self->kernels_label), 0.0);
  gtk_widget_set_halign (log, GTK_ALIGN_END);
  g_signal_connect_swapped (log, "toggled", G_CALLBACK (log_toggled), self);
  gtk_box_pack_start (GTK_BOX (box), self->loss, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), log, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->accuracy, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->kernels_label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), self->kernels, FALSE, FALSE, 0);
  return box;
}

static void
cnn_training_view_init (CnnTrainingView *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  cnn_train_snapshot_init (&self->seen);
  make_head (self);
  self->pages = gtk_stack_new ();
  self->result = cnn_training_result_new ();
  g_signal_connect_swapped (self->result, "image-chosen", G_CALLBACK (image_chosen), self);
  gtk_stack_add_titled (GTK_STACK (self->pages), make_curves (self), "curves", _("Course"));
  gtk_stack_add_titled (GTK_STACK (self->pages), self->result, "result", _("Result"));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (self->switcher), GTK_STACK (self->pages));
  gtk_box_pack_start (GTK_BOX (self), self->pages, TRUE, TRUE, 0);
  gtk_widget_show (self->state);
  gtk_widget_show (self->bar);
  gtk_widget_show_all (self->buttons);
  gtk_widget_show_all (self->pages);
  gtk_widget_set_no_show_all (self->switcher, TRUE);
  gtk_widget_hide (self->switcher);
  show_all (self);
}

/** cnn_training_view_new: (transfer full): nothing is trained yet. */
GtkWidget *
cnn_training_view_new (void)
{
  return g_object_new (CNN_TYPE_TRAINING_VIEW, NULL);
}
