/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arithmetic-step.h"

#include <math.h>

#include "arithmetic-part.h"
#include "arithmetic-text.h"
#include "curve-view.h"
#include "i18n.h"
#include "terms-list.h"

/* Channels up to which all are shown; of more, the strongest few. */
#define MOST_PARTS   4
#define STRONG_PARTS 2

/* Sums that are written out in the line that adds them up. */
#define MOST_SUMS 6

#define LIST_HEIGHT 130

struct _CnnArithmeticStep
{
  GtkBox                  parent_instance;
  GtkWidget              *title;
  GtkWidget              *channels; /* says how many of them are shown */
  GtkWidget              *parts[MOST_PARTS];
  GtkWidget              *all;      /* an expander, filled when it is opened */
  GtkWidget              *list;
  GtkWidget              *chosen;
  int                     choice;   /* part number, or -1 */
  GtkWidget              *curve;
  GtkWidget              *total;

  /* Valid until another is set. */
  const CnnExplained     *explained;
  const CnnExplainedStep *step;
};

G_DEFINE_FINAL_TYPE (CnnArithmeticStep, cnn_arithmetic_step, GTK_TYPE_BOX)

/* --- parts ---------------------------------------------------------------- */

/* All but the function that may come last. */
static guint
n_parts (const CnnExplanation *explanation)
{
  guint n = explanation->parts->len;

  return n - (cnn_explanation_get_part (explanation, n - 1)->kind == CNN_PART_FUNCTION ? 1 : 0);
}

static const CnnPart *
function_part (const CnnExplanation *explanation)
{
  guint n = explanation->parts->len;

  return n_parts (explanation) < n ? cnn_explanation_get_part (explanation, n - 1) : NULL;
}

static int
compare_results (gconstpointer a, gconstpointer b, gpointer data)
{
  const CnnExplanation *explanation = data;
  guint  i = *(const guint *) a, j = *(const guint *) b;
  double p = fabs (cnn_explanation_get_part (explanation, i)->result);
  double q = fabs (cnn_explanation_get_part (explanation, j)->result);

  return p > q ? -1 : p < q ? 1 : (int) i - (int) j;
}

/* The numbers of all parts, the strongest first. */
static guint *
rank_parts (const CnnExplanation *explanation)
{
  guint  n     = n_parts (explanation);
  guint *order = g_new (guint, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    order[i] = i;
  g_sort_array (order, n, sizeof (guint), compare_results, (gpointer) explanation);
  return order;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  return (int) *(const guint *) a - (int) *(const guint *) b;
}

static void
set_parts (CnnArithmeticStep *self, const CnnPartScale *scale)
{
  const CnnExplanation *explanation = self->step->explanation;
  guint                 n     = n_parts (explanation);
  guint                 shown = n <= MOST_PARTS ? n : STRONG_PARTS;
  g_autofree guint     *order = rank_parts (explanation);
  g_autofree char      *text  = g_strdup_printf (_("The strongest %u of %u channels"), shown, n);

  qsort (order, shown, sizeof (guint), compare_numbers);
  gtk_widget_set_visible (self->channels, shown < n);
  gtk_label_set_text (GTK_LABEL (self->channels), text);
  for (guint i = 0; i < MOST_PARTS; i++)
    {
      gtk_widget_set_visible (self->parts[i], i < shown);
      if (i < shown)
        cnn_arithmetic_part_set (CNN_ARITHMETIC_PART (self->parts[i]), self->explained, self->step,
                                 cnn_explanation_get_part (explanation, order[i]), scale);
      else
        cnn_arithmetic_part_set (CNN_ARITHMETIC_PART (self->parts[i]), NULL, NULL, NULL, NULL);
    }
}

/* --- all channels ----------------------------------------------------------- */

static void
show_choice (CnnArithmeticStep *self)
{
  CnnPartScale scale;

  if (self->chosen == NULL)
    return;
  if (self->explained == NULL || self->choice < 0 ||
      self->choice >= (int) n_parts (self->step->explanation))
    {
      cnn_arithmetic_part_set (CNN_ARITHMETIC_PART (self->chosen), NULL, NULL, NULL, NULL);
      gtk_widget_hide (self->chosen);
      return;
    }
  scale = cnn_part_scale (self->step->explanation);
  cnn_arithmetic_part_set (CNN_ARITHMETIC_PART (self->chosen), self->explained, self->step,
                           cnn_explanation_get_part (self->step->explanation, self->choice),
                           &scale);
  gtk_widget_show (self->chosen);
}

static void
on_chosen (CnnTermsList *list, int index, CnnArithmeticStep *self)
{
  self->choice = index;
  show_choice (self);
}

static void
fill_all (CnnArithmeticStep *self)
{
  const CnnExplanation *explanation = self->step->explanation;
  guint                 n     = n_parts (explanation);
  double                scale = 0.0;

  for (guint i = 0; i < n; i++)
    if (isfinite (cnn_explanation_get_part (explanation, i)->result))
      scale = MAX (scale, fabs (cnn_explanation_get_part (explanation, i)->result));
  cnn_terms_list_begin (CNN_TERMS_LIST (self->list), scale);
  for (guint i = 0; i < n; i++)
    {
      const CnnPart   *part = cnn_explanation_get_part (explanation, i);
      g_autofree char *name = cnn_part_name (self->explained, self->step, part);

      cnn_terms_list_add (CNN_TERMS_LIST (self->list),
                          &(CnnTerm) { .index = (int) i, .name = name, .detail = "",
                                       .value = part->result });
    }
  cnn_terms_list_end (CNN_TERMS_LIST (self->list));
  show_choice (self);
}

static void
on_expanded (CnnArithmeticStep *self)
{
  GtkWidget *box, *scroller;

  if (!gtk_expander_get_expanded (GTK_EXPANDER (self->all)) || self->explained == NULL)
    return;
  if (self->list == NULL)
    {
      box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
      scroller = gtk_scrolled_window_new (NULL, NULL);
      gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                      GTK_POLICY_AUTOMATIC);
      gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), LIST_HEIGHT);
      gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (scroller), GTK_SHADOW_IN);
      self->list = cnn_terms_list_new ();
      atk_object_set_name (gtk_widget_get_accessible (self->list), _("The sums of all channels"));
      self->chosen = cnn_arithmetic_part_new ();
      g_signal_connect (self->list, "chosen", G_CALLBACK (on_chosen), self);
      gtk_container_add (GTK_CONTAINER (scroller), self->list);
      gtk_box_pack_start (GTK_BOX (box), scroller, FALSE, FALSE, 0);
      gtk_box_pack_start (GTK_BOX (box), self->chosen, FALSE, FALSE, 0);
      gtk_widget_show_all (scroller);
      gtk_widget_show (box);
      gtk_container_add (GTK_CONTAINER (self->all), box);
    }
  fill_all (self);
}

static void
set_all (CnnArithmeticStep *self)
{
  guint            n    = n_parts (self->step->explanation);
  g_autofree char *text = g_strdup_printf (_("All %u channels"), n);

  gtk_widget_set_visible (self->all, n > MOST_PARTS);
  gtk_expander_set_label (GTK_EXPANDER (self->all), text);
  if (n > MOST_PARTS)
    on_expanded (self);
  else
    {
      self->choice = -1;
      show_choice (self);
    }
}

/* --- what it comes to -------------------------------------------------------- */

/* "0.12 + −0.3 + 0.05 + bias 0.01 = −0.12" */
static char *
add_up (const CnnExplanation *explanation)
{
  guint             n     = n_parts (explanation);
  guint             shown = n <= MOST_SUMS ? n : 3;
  g_autofree guint *order = rank_parts (explanation);
  g_autofree char  *value = cnn_number_short (explanation->value);
  GString          *text  = g_string_new (NULL);
  double            rest  = 0.0;

  qsort (order, shown, sizeof (guint), compare_numbers);
  for (guint i = 0; i < n; i++)
    {
      double           sum    = cnn_explanation_get_part (explanation, order[i])->result;
      g_autofree char *number = cnn_number_short (sum);

      if (i >= shown)
        rest += sum;
      else
        g_string_append_printf (text, "%s%s", i > 0 ? " + " : "", number);
    }
  if (shown < n)
    {
      g_autofree char *number = cnn_number_short (rest);

      /* Translators: the last terms of a sum: how many, and what they add up to. */
      g_string_append_printf (text, _(" + %u more: %s"), n - shown, number);
    }
  if (explanation->has_bias)
    {
      g_autofree char *bias = cnn_number_short (explanation->bias);

      g_string_append_printf (text, _(" + bias %s"), bias);
    }
  g_string_append_printf (text, " = %s", value);
  return g_string_free (text, FALSE);
}

/* What a function makes of its argument. */
static char *
apply (const CnnArithmeticStep *self, const CnnPart *function)
{
  const CnnExplanation *explanation = self->step->explanation;
  const CnnPart        *before = cnn_explanation_get_part (explanation, 0);
  const CnnNode        *node   = cnn_network_node (self->explained->network, self->step->node);
  g_autofree char      *x      = cnn_number_short (function->values[0]);
  g_autofree char      *y      = cnn_number_short (function->result);

  if (before->kind == CNN_PART_EXPONENTIALS)
    {
      g_autofree char *sum = cnn_number_short (before->result);
      double           most = -INFINITY;

      for (int i = 0; i < before->size.height * before->size.width; i++)
        most = MAX (most, before->values[i]);

      g_autofree char *greatest = cnn_number_short (most);

      if (function->logarithm)
        return g_strdup_printf ("%s − %s − ln (%s) = %s", x, greatest, sum, y);
      return g_strdup_printf ("e^(%s − %s) ÷ %s = %s", x, greatest, sum, y);
    }
  if (self->step->node == 0)
    return g_strdup_printf (_("The picture's value here: %s"), y);
  if (self->step->curve == NULL && function->result == function->values[0])
    return g_strdup_printf (_("Handed on as it is: %s"), y);
  return g_strdup_printf ("%s (%s) = %s", dgettext ("convolens", node->op->label), x, y);
}

static char *
total (const CnnArithmeticStep *self)
{
  const CnnExplanation *explanation = self->step->explanation;
  const CnnPart        *function    = function_part (explanation);

  if (function != NULL)
    return apply (self, function);
  if (n_parts (explanation) > 1 || explanation->has_bias)
    return add_up (explanation);
  return NULL;
}

/**
 * cnn_arithmetic_step_set:
 * @explained: (nullable): the arithmetic; must live until another is set
 * @step: the step of it
 */
void
cnn_arithmetic_step_set (CnnArithmeticStep *self, const CnnExplained *explained,
                         const CnnExplainedStep *step)
{
  g_autofree char *title = NULL, *text = NULL;
  const CnnPart   *function;
  CnnPartScale     scale;

  self->explained = explained;
  self->step = step;
  if (explained == NULL)
    {
      for (guint i = 0; i < MOST_PARTS; i++)
        cnn_arithmetic_part_set (CNN_ARITHMETIC_PART (self->parts[i]), NULL, NULL, NULL, NULL);
      show_choice (self);
      return;
    }
  title = cnn_explained_title (explained, step);
  gtk_label_set_text (GTK_LABEL (self->title), title);
  scale = cnn_part_scale (step->explanation);
  set_parts (self, &scale);
  set_all (self);
  function = function_part (step->explanation);
  gtk_widget_set_visible (self->curve, step->curve != NULL);
  if (step->curve != NULL)
    cnn_curve_view_set (CNN_CURVE_VIEW (self->curve), step->curve, function->values[0],
                        function->result);
  text = total (self);
  gtk_widget_set_visible (self->total, text != NULL);
  if (text != NULL && g_strcmp0 (text, gtk_label_get_text (GTK_LABEL (self->total))) != 0)
    gtk_label_set_text (GTK_LABEL (self->total), text);
}

static void
cnn_arithmetic_step_class_init (CnnArithmeticStepClass *klass)
{
}

static void
cnn_arithmetic_step_init (CnnArithmeticStep *self)
{
  GtkBox        *box  = GTK_BOX (self);
  PangoAttrList *bold = pango_attr_list_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (box, 4);
  self->choice = -1;

  self->title = cnn_number_label_new (_("Layer and cell"));
  pango_attr_list_insert (bold, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (self->title), bold);
  gtk_box_pack_start (box, self->title, FALSE, FALSE, 0);
  self->channels = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->channels), 0.0);
  gtk_box_pack_start (box, self->channels, FALSE, FALSE, 0);
  for (guint i = 0; i < MOST_PARTS; i++)
    {
      self->parts[i] = cnn_arithmetic_part_new ();
      gtk_box_pack_start (box, self->parts[i], FALSE, FALSE, 0);
    }
  self->all = gtk_expander_new (NULL);
  gtk_expander_set_resize_toplevel (GTK_EXPANDER (self->all), FALSE);
  g_signal_connect_swapped (self->all, "notify::expanded", G_CALLBACK (on_expanded), self);
  gtk_box_pack_start (box, self->all, FALSE, FALSE, 0);
  self->curve = cnn_curve_view_new ();
  gtk_box_pack_start (box, self->curve, FALSE, FALSE, 0);
  self->total = cnn_number_label_new (_("The value"));
  gtk_label_set_attributes (GTK_LABEL (self->total), bold);
  gtk_box_pack_start (box, self->total, FALSE, FALSE, 0);
  pango_attr_list_unref (bold);
  gtk_widget_show (self->title);
}

/** cnn_arithmetic_step_new: (transfer floating): of no step yet. */
GtkWidget *
cnn_arithmetic_step_new (void)
{
  return g_object_new (CNN_TYPE_ARITHMETIC_STEP, NULL);
}
