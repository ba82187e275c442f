/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter-view.h"

#include "curves-view.h"
#include "filter-preview.h"
#include "filter-words.h"
#include "i18n.h"
#include "notes.h"

/* More often than this nobody could see anything change. */
#define LOOK_MS 70

struct _CnnFilterView
{
  GtkBox             parent_instance;
  GtkWidget         *trouble;
  GtkWidget         *state;
  GtkWidget         *quality;
  GtkWidget         *bar;
  GtkWidget         *buttons;
  GtkWidget         *learn;
  GtkWidget         *stop;
  GtkWidget         *cancel;
  GtkWidget         *preview;
  GtkWidget         *switcher;
  GtkWidget         *pages;
  GtkWidget         *curve;
  GtkWidget         *result;

  CnnFilterJob      *job;  /* (nullable) */
  CnnFilterSnapshot  seen;
  gboolean           can_learn; /* nothing is wrong with what is asked for */
  guint              look_id;
};

enum
{
  LEARN,
  CHANGED,
  LIVE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnFilterView, cnn_filter_view, GTK_TYPE_BOX)

/** cnn_filter_view_phase: what it is at; %CNN_FILTER_CANCELLED also where nothing was begun. */
CnnFilterPhase
cnn_filter_view_phase (CnnFilterView *self)
{
  return self->job ? self->seen.phase : CNN_FILTER_CANCELLED;
}

/** cnn_filter_view_is_running: whether it is being learnt. */
gboolean
cnn_filter_view_is_running (CnnFilterView *self)
{
  return cnn_filter_view_phase (self) == CNN_FILTER_LEARNING;
}

/**
 * cnn_filter_view_result:
 *
 * Returns: (transfer none) (nullable): what was learnt, until something else is begun; %NULL
 *   where there is nothing
 */
const CnnFilterResult *
cnn_filter_view_result (CnnFilterView *self)
{
  return self->job ? self->seen.result : NULL;
}

/* --- showing ----------------------------------------------------------------------------- */

static void
show_words (CnnFilterView *self)
{
  g_autofree char *state = NULL, *quality = NULL;

  if (self->job)
    {
      state = cnn_filter_state_text (&self->seen);
      quality = cnn_filter_quality_text (&self->seen);
    }
  gtk_label_set_text (GTK_LABEL (self->state),
                      state ? state : _("Nothing is learnt yet: choose two layers and press "
                                        "Learn."));
  gtk_label_set_text (GTK_LABEL (self->quality), quality ? quality : "");
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar),
                                 self->job ? cnn_filter_share (&self->seen) : 0.0);
}

static void
show_buttons (CnnFilterView *self)
{
  gboolean runs = cnn_filter_view_is_running (self);

  gtk_widget_set_sensitive (self->learn, self->can_learn && !runs);
  gtk_widget_set_sensitive (self->stop, runs && self->seen.started);
  gtk_widget_set_sensitive (self->cancel, runs);
}

static void
show_page (CnnFilterView *self, gboolean result)
{
  const CnnFilterResult *had = cnn_filter_view_result (self);

  gtk_widget_set_visible (self->switcher, had && had->found);
  gtk_stack_set_visible_child_name (GTK_STACK (self->pages), result ? "result" : "course");
}

static void
show_all (CnnFilterView *self)
{
  show_words (self);
  show_buttons (self);
  cnn_curves_view_show_filter (CNN_CURVES_VIEW (self->curve), &self->seen);
  cnn_filter_preview_show (CNN_FILTER_PREVIEW (self->preview), self->seen.place,
                           self->seen.learned);
}

static gboolean
look (gpointer data)
{
  CnnFilterView *self = data;
  CnnFilterPhase was = self->seen.phase;
  guint          id = self->look_id;

  cnn_filter_job_peek (self->job, &self->seen);
  if (was != CNN_FILTER_LEARNING)
    {
      /* Of one that is over only what is looked at changes. */
      cnn_filter_preview_show (CNN_FILTER_PREVIEW (self->preview), self->seen.place,
                               self->seen.learned);
      return G_SOURCE_CONTINUE;
    }
  show_all (self);
  if (self->seen.phase == CNN_FILTER_LEARNING)
    return G_SOURCE_CONTINUE;
  cnn_filter_result_view_show (CNN_FILTER_RESULT_VIEW (self->result), self->seen.result);
  show_page (self, self->seen.result != NULL && self->seen.result->found);
  g_signal_emit (self, signals[CHANGED], 0);
  /* Who heard of it may have begun something else. */
  if (self->look_id == id && self->seen.result)
    return G_SOURCE_CONTINUE;
  if (self->look_id == id)
    self->look_id = 0;
  return G_SOURCE_REMOVE;
}

/* --- what a person does ------------------------------------------------------------------ */

static void
want_learning (CnnFilterView *self)
{
  g_signal_emit (self, signals[LEARN], 0);
}

static void
stop (CnnFilterView *self)
{
  if (self->job)
    cnn_filter_job_stop (self->job);
}

static void
cancel (CnnFilterView *self)
{
  if (self->job)
    cnn_filter_job_cancel (self->job);
}

static void
moved (CnnFilterView *self)
{
  CnnFilterPlace *place = cnn_filter_preview_place (CNN_FILTER_PREVIEW (self->preview));

  if (self->job && place)
    cnn_filter_job_look (self->job, place);
}

static void
want_live (CnnFilterView *self)
{
  g_signal_emit (self, signals[LIVE], 0);
}

/* --- jobs -------------------------------------------------------------------------------- */

static void
forget_job (CnnFilterView *self)
{
  g_clear_handle_id (&self->look_id, g_source_remove);
  cnn_filter_result_view_show (CNN_FILTER_RESULT_VIEW (self->result), NULL);
  cnn_filter_preview_show (CNN_FILTER_PREVIEW (self->preview), NULL, NULL);
  cnn_filter_snapshot_clear (&self->seen);
  g_clear_pointer (&self->job, cnn_filter_job_free);
  cnn_filter_snapshot_init (&self->seen);
}

/**
 * cnn_filter_view_start:
 * @learner: who learns
 * @alternatives: as for cnn_filter_learn()
 * @options: as for cnn_filter_learn()
 *
 * Learns; what was learnt before is forgotten.
 */
void
cnn_filter_view_start (CnnFilterView *self, const CnnFilterLearner *learner,
                       CnnPairs *const *alternatives, guint n_alternatives,
                       const CnnFilterOptions *options)
{
  forget_job (self);
  self->job = cnn_filter_job_new (learner, alternatives, n_alternatives, options);
  moved (self);
  cnn_filter_job_start (self->job);
  self->look_id = g_timeout_add (LOOK_MS, look, self);
  show_page (self, FALSE);
  show_all (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * cnn_filter_view_steal_result:
 *
 * Returns: (transfer full) (nullable): what was learnt; the view forgets it
 */
CnnFilterResult *
cnn_filter_view_steal_result (CnnFilterView *self)
{
  CnnFilterResult *result = NULL;

  if (cnn_filter_view_result (self))
    {
      cnn_filter_result_view_show (CNN_FILTER_RESULT_VIEW (self->result), NULL);
      g_clear_handle_id (&self->look_id, g_source_remove);
      result = cnn_filter_job_finish (g_steal_pointer (&self->job));
    }
  forget_job (self);
  return result;
}

/** cnn_filter_view_forget: ends what is being learnt, and forgets what was. */
void
cnn_filter_view_forget (CnnFilterView *self)
{
  if (self->job == NULL)
    return;
  forget_job (self);
  show_page (self, FALSE);
  show_all (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * cnn_filter_view_set_picture:
 * @picture: (nullable): the pictures before and after that are looked at; what they read from must
 *   be good until others are set
 *
 * Other pictures: what was learnt is forgotten.
 */
void
cnn_filter_view_set_picture (CnnFilterView *self, const CnnFilterPicture *picture)
{
  cnn_filter_view_forget (self);
  cnn_filter_preview_set_picture (CNN_FILTER_PREVIEW (self->preview), picture);
}

/**
 * cnn_filter_view_set_trouble:
 * @sentence: (nullable): what is wrong with what is asked for; %NULL: nothing
 */
void
cnn_filter_view_set_trouble (CnnFilterView *self, const char *sentence)
{
  self->can_learn = sentence == NULL;
  note_set (self->trouble, sentence);
  show_buttons (self);
}

/* --- the object -------------------------------------------------------------------------- */

static void
cnn_filter_view_dispose (GObject *object)
{
  CnnFilterView *self = CNN_FILTER_VIEW (object);

  /* Its parts are still there the first time. */
  if (self->job)
    forget_job (self);
  G_OBJECT_CLASS (cnn_filter_view_parent_class)->dispose (object);
}

static void
cnn_filter_view_finalize (GObject *object)
{
  cnn_filter_snapshot_clear (&CNN_FILTER_VIEW (object)->seen);
  G_OBJECT_CLASS (cnn_filter_view_parent_class)->finalize (object);
}

static void
cnn_filter_view_class_init (CnnFilterViewClass *klass)
{
  static const char *const names[N_SIGNALS] = { "learn", "changed", "live" };

  G_OBJECT_CLASS (klass)->dispose = cnn_filter_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_filter_view_finalize;
  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static GtkWidget *
add_label (CnnFilterView *self)
{
  GtkWidget *label = sentence_new ();

  gtk_label_set_max_width_chars (GTK_LABEL (label), 70);
  gtk_box_pack_start (GTK_BOX (self), label, FALSE, FALSE, 0);
  gtk_widget_show (label);
  return label;
}

static GtkWidget *
add_button (CnnFilterView *self, const char *label, const char *tooltip, gpointer clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_box_pack_start (GTK_BOX (self->buttons), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), self);
  return button;
}

static void
make_head (CnnFilterView *self)
{
  PangoAttrList *attrs = pango_attr_list_new ();

  self->trouble = note_add (GTK_WIDGET (self));
  self->state = add_label (self);
  pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (self->state), attrs);
  pango_attr_list_unref (attrs);
  self->quality = add_label (self);
  self->bar = gtk_progress_bar_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->bar), _("Learning"));
  self->buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->learn = add_button (self, _("Lear_n"), _("Begin"), want_learning);
  gtk_widget_set_can_default (self->learn, TRUE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->learn), "suggested-action");
  self->stop = add_button (self, _("Stop and Kee_p"), _("End now, with the best so far"), stop);
  self->cancel = add_button (self, _("Cancel Learnin_g"),
                             _("End now, and throw away what was learnt"), cancel);
  self->switcher = gtk_stack_switcher_new ();
  gtk_box_pack_end (GTK_BOX (self->buttons), self->switcher, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->bar, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->buttons, FALSE, FALSE, 0);
  gtk_widget_show (self->bar);
  gtk_widget_show_all (self->buttons);
  gtk_widget_set_no_show_all (self->switcher, TRUE);
  gtk_widget_hide (self->switcher);
}

static void
cnn_filter_view_init (CnnFilterView *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  cnn_filter_snapshot_init (&self->seen);
  make_head (self);
  self->preview = cnn_filter_preview_new ();
  g_signal_connect_swapped (self->preview, "moved", G_CALLBACK (moved), self);
  gtk_box_pack_start (GTK_BOX (self), self->preview, TRUE, TRUE, 0);
  gtk_widget_show (self->preview);
  self->pages = gtk_stack_new ();
  self->curve = cnn_curves_view_new (CNN_CURVES_PSNR);
  gtk_stack_add_titled (GTK_STACK (self->pages), self->curve, "course", _("Course"));
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (self->switcher), GTK_STACK (self->pages));
  gtk_box_pack_start (GTK_BOX (self), self->pages, FALSE, FALSE, 0);
  gtk_widget_show_all (self->pages);
}

/**
 * cnn_filter_view_new:
 * @host: what can be done with what was learnt; it must be good as long as the view
 *
 * Returns: (transfer floating): nothing is learnt yet
 */
GtkWidget *
cnn_filter_view_new (const CnnFilterHost *host)
{
  CnnFilterView *self = g_object_new (CNN_TYPE_FILTER_VIEW, NULL);

  self->result = cnn_filter_result_view_new (host);
  g_signal_connect_swapped (self->result, "live", G_CALLBACK (want_live), self);
  gtk_stack_add_titled (GTK_STACK (self->pages), self->result, "result", _("Result"));
  gtk_widget_show (self->result);
  cnn_filter_view_set_trouble (self, NULL);
  show_all (self);
  return GTK_WIDGET (self);
}
