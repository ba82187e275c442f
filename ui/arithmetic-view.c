/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arithmetic-view.h"

#include "arithmetic-step.h"
#include "arithmetic-text.h"
#include "copy-menu.h"
#include "i18n.h"

struct _CnnArithmeticView
{
  GtkBox        parent_instance;
  GtkWidget    *stack;
  GtkWidget    *message;
  GtkWidget    *box;    /* of the steps */
  GPtrArray    *steps;  /* of CnnArithmeticStep; those too many are hidden */
  GtkWidget    *copy;
  GtkWidget    *field;
  GtkWidget    *sums;
  CnnExplained *explained;
};

enum
{
  SELECT_FIELD,
  PARTIAL_SUMS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnArithmeticView, cnn_arithmetic_view, GTK_TYPE_BOX)

/** cnn_arithmetic_view_explained: (transfer none) (nullable): what is shown. */
const CnnExplained *
cnn_arithmetic_view_explained (CnnArithmeticView *self)
{
  return self->explained;
}

/**
 * cnn_arithmetic_view_sums:
 *
 * Returns: (transfer none) (nullable): the step whose partial sums a person can have as
 *   layers: of a convolution over several channels
 */
const CnnExplainedStep *
cnn_arithmetic_view_sums (CnnArithmeticView *self)
{
  for (guint i = 0; self->explained != NULL && i < self->explained->steps->len; i++)
    {
      const CnnExplainedStep *step = cnn_explained_step (self->explained, i);
      const CnnNode          *node = cnn_network_node (self->explained->network, step->node);

      if (node->op->group == CNN_GROUP_CONVOLUTION && step->explanation->parts->len > 1)
        return step;
    }
  return NULL;
}

/* --- showing -------------------------------------------------------------- */

static void
set_sensitive (CnnArithmeticView *self)
{
  gtk_widget_set_sensitive (self->copy, self->explained != NULL);
  gtk_widget_set_sensitive (self->field, self->explained != NULL);
  gtk_widget_set_sensitive (self->sums, cnn_arithmetic_view_sums (self) != NULL);
}

/**
 * cnn_arithmetic_view_say:
 * @sentence: (nullable): what to say in place of numbers; %NULL for how to get some
 */
void
cnn_arithmetic_view_say (CnnArithmeticView *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->message),
                      sentence != NULL
                        ? sentence
                        : _("Point at a cell of a map to see how its value comes about.\n\n"
                            "A click on a map lets it fill the pane; a click on a cell of it, or "
                            "Space, keeps that cell here."));
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->message);
  for (guint i = 0; i < self->steps->len; i++)
    cnn_arithmetic_step_set (self->steps->pdata[i], NULL, NULL);
  g_clear_pointer (&self->explained, cnn_explained_free);
  set_sensitive (self);
}

/**
 * cnn_arithmetic_view_show:
 * @explained: (transfer full) (nullable): the arithmetic
 *
 * Shows it in the widgets that are there already, so that nothing flickers while a
 * pointer moves.
 */
void
cnn_arithmetic_view_show (CnnArithmeticView *self, CnnExplained *explained)
{
  CnnExplained *last = self->explained;

  if (explained == NULL)
    {
      cnn_arithmetic_view_say (self, NULL);
      return;
    }
  self->explained = explained;
  while (self->steps->len < explained->steps->len)
    {
      GtkWidget *step = cnn_arithmetic_step_new ();

      gtk_box_pack_start (GTK_BOX (self->box), step, FALSE, FALSE, 0);
      g_ptr_array_add (self->steps, step);
    }
  for (guint i = 0; i < self->steps->len; i++)
    {
      gboolean used = i < explained->steps->len;

      cnn_arithmetic_step_set (self->steps->pdata[i], used ? explained : NULL,
                               used ? cnn_explained_step (explained, i) : NULL);
      gtk_widget_set_visible (self->steps->pdata[i], used);
    }
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "steps");
  g_clear_pointer (&last, cnn_explained_free);
  set_sensitive (self);
}

/* --- the buttons ------------------------------------------------------------ */

static void
on_copy (CnnArithmeticView *self)
{
  g_autofree char *text = cnn_explained_to_text (self->explained);

  cnn_copy_text (GTK_WIDGET (self), text);
}

static void
on_field (CnnArithmeticView *self)
{
  g_signal_emit (self, signals[SELECT_FIELD], 0);
}

static void
on_sums (CnnArithmeticView *self)
{
  g_signal_emit (self, signals[PARTIAL_SUMS], 0);
}

static GtkWidget *
add_button (CnnArithmeticView *self, GtkWidget *row, const char *label, const char *tooltip,
            void (*clicked) (CnnArithmeticView *self))
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  GtkWidget *text   = gtk_bin_get_child (GTK_BIN (button));

  gtk_label_set_ellipsize (GTK_LABEL (text), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (button, tooltip);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (clicked), self);
  gtk_box_pack_start (GTK_BOX (row), button, TRUE, TRUE, 0);
  return button;
}

/* --- the widget ------------------------------------------------------------- */

static void
cnn_arithmetic_view_finalize (GObject *object)
{
  CnnArithmeticView *self = CNN_ARITHMETIC_VIEW (object);

  g_clear_pointer (&self->explained, cnn_explained_free);
  g_ptr_array_unref (self->steps);
  G_OBJECT_CLASS (cnn_arithmetic_view_parent_class)->finalize (object);
}

static void
cnn_arithmetic_view_class_init (CnnArithmeticViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_arithmetic_view_finalize;
  signals[SELECT_FIELD] = g_signal_new ("select-field", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PARTIAL_SUMS] = g_signal_new ("partial-sums", G_TYPE_FROM_CLASS (klass),
                                        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
add_buttons (CnnArithmeticView *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->copy = add_button (self, row, _("Cop_y all"),
                           _("Copies the whole arithmetic as text, in full precision"), on_copy);
  self->field = add_button (self, row, _("Select receptive _field"),
                            _("Selects what the cell sees of the picture"), on_field);
  gtk_box_pack_start (GTK_BOX (self), row, FALSE, FALSE, 0);
  self->sums = add_button (self, GTK_WIDGET (self), _("Add partial s_ums as layers"),
                           _("Makes a layer of each channel's convolution, and one of their sum"),
                           on_sums);
  gtk_box_set_child_packing (GTK_BOX (self), self->sums, FALSE, FALSE, 0, GTK_PACK_START);
  gtk_widget_show_all (row);
  gtk_widget_show (self->sums);
}

static void
cnn_arithmetic_view_init (CnnArithmeticView *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->steps = g_ptr_array_new ();

  self->stack = gtk_stack_new ();
  gtk_stack_set_homogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_set_transition_type (GTK_STACK (self->stack), GTK_STACK_TRANSITION_TYPE_NONE);
  self->message = gtk_label_new (NULL);
  gtk_label_set_line_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->message), GTK_JUSTIFY_CENTER);
  gtk_label_set_max_width_chars (GTK_LABEL (self->message), 32);
  gtk_widget_set_margin_start (self->message, 12);
  gtk_widget_set_margin_end (self->message, 12);
  gtk_container_add (GTK_CONTAINER (self->stack), self->message);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_container_set_border_width (GTK_CONTAINER (self->box), 4);
  gtk_container_add (GTK_CONTAINER (scroller), self->box);
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "steps");
  gtk_widget_show_all (self->stack);
  gtk_box_pack_start (GTK_BOX (self), self->stack, TRUE, TRUE, 0);

  add_buttons (self);
  atk_object_set_name (gtk_widget_get_accessible (GTK_WIDGET (self)), _("Arithmetic"));
  cnn_arithmetic_view_say (self, NULL);
}

/** cnn_arithmetic_view_new: (transfer floating): a view that says how to get some. */
GtkWidget *
cnn_arithmetic_view_new (void)
{
  return g_object_new (CNN_TYPE_ARITHMETIC_VIEW, NULL);
}
