/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The arithmetic behind a value and, where a layer only puts one value into one, that of
 * the layer before it. */

#include "explain-job.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "explain-origins.h"
#include "explain-values.h"
#include "i18n.h"

/* Numbers that one value may be the sum of. */
#define MOST_TERMS (4 << 20)

#define CURVE_VALUES 241

struct _CnnExplainer
{
  GObject     parent_instance;
  CnnPicture *picture;

  /* What the last explanation was made from; of the thread that has the lock. */
  GMutex      lock;
  CnnNetwork *network;
  guint       node;
  CnnPlan    *plan;   /* has the weights of all that @node needs */
  guint       first;  /* node of the first step */
  CnnBlock    blocks[CNN_MAX_INPUTS]; /* its inputs */
};

G_DEFINE_FINAL_TYPE (CnnExplainer, cnn_explainer, G_TYPE_OBJECT)

/* --- what comes out ------------------------------------------------------- */

static void
step_clear (gpointer data)
{
  CnnExplainedStep *step = data;

  g_clear_pointer (&step->explanation, cnn_explanation_free);
  g_clear_pointer (&step->origins, g_array_unref);
  if (step->curve != NULL)
    g_free (step->curve->values);
  g_free (step->curve);
}

/** cnn_explained_step: (transfer none): step number @step, from 0. */
const CnnExplainedStep *
cnn_explained_step (const CnnExplained *explained, guint step)
{
  g_return_val_if_fail (step < explained->steps->len, NULL);

  return &g_array_index (explained->steps, CnnExplainedStep, step);
}

void
cnn_explained_free (CnnExplained *explained)
{
  g_array_unref (explained->steps);
  g_free (explained->infos);
  cnn_network_unref (explained->network);
  g_free (explained);
}

/* --- the explainer -------------------------------------------------------- */

static void
forget (CnnExplainer *self)
{
  for (guint i = 0; i < CNN_MAX_INPUTS; i++)
    cnn_block_clear (&self->blocks[i]);
  g_clear_pointer (&self->plan, cnn_plan_free);
  g_clear_pointer (&self->network, cnn_network_unref);
}

static void
cnn_explainer_finalize (GObject *object)
{
  CnnExplainer *self = CNN_EXPLAINER (object);

  forget (self);
  g_clear_pointer (&self->picture, cnn_picture_unref);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (cnn_explainer_parent_class)->finalize (object);
}

static void
cnn_explainer_class_init (CnnExplainerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_explainer_finalize;
}

static void
cnn_explainer_init (CnnExplainer *self)
{
  g_mutex_init (&self->lock);
}

/**
 * cnn_explainer_new:
 *
 * Returns: (transfer full): an explainer of values on @picture
 */
CnnExplainer *
cnn_explainer_new (CnnPicture *picture)
{
  CnnExplainer *self = g_object_new (CNN_TYPE_EXPLAINER, NULL);

  self->picture = cnn_picture_ref (picture);
  return self;
}

/* --- one explanation ------------------------------------------------------ */

typedef struct
{
  CnnNetwork *network;
  guint       node;
  int         map;
  int         y;
  int         x;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  cnn_network_unref (question->network);
  g_free (question);
}

/* How many values a value of a layer without weights is chosen from, or the mean of. */
static gint64
n_values (const CnnNode *node, const CnnNodeInfo *infos)
{
  CnnShape        in     = infos[node->in[0]].shape;
  CnnWindow       window = cnn_window_one ();
  const CnnParam *axis   = cnn_op_param (node->op, "axis");
  const char     *over   = "map";

  if (cnn_node_reach (node) == CNN_REACH_WINDOW && cnn_node_window (node, in, &window, NULL))
    return (gint64) cnn_window_rows (&window).height * cnn_window_rows (&window).width;
  if (node->op->group == CNN_GROUP_STRUCTURE)
    return 1;
  /* Over channels, many values may be behind one although it needs no other place. */
  if (cnn_node_reach (node) != CNN_REACH_WHOLE && (axis == NULL || axis->choices == NULL))
    return 1;
  if (axis != NULL && axis->choices != NULL)
    over = axis->choices[*cnn_param_field (const int, axis, node->params)].key;
  return strcmp (over, "channels") == 0 ? in.channels
         : strcmp (over, "all") == 0    ? cnn_shape_cells (in)
                                        : (gint64) in.height * in.width;
}

static gboolean
check_terms (const CnnNode *node, const CnnNodeInfo *infos, const CnnNodeInfo *info,
             GError **error)
{
  gint64 terms = info->macs / MAX (cnn_shape_cells (info->shape), 1);
  gint64 values = terms > 0 ? terms : n_values (node, infos);

  if (values <= MOST_TERMS)
    return TRUE;
  if (terms > 0)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("each value of this layer adds up %" PRId64
                   " products, more than can be shown"),
                 terms);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("%" PRId64 " values are behind this one, more than can be shown"), values);
  return FALSE;
}

static gboolean
check_question (const Question *q, const CnnNodeInfo *infos, GError **error)
{
  CnnShape shape;

  if (q->node >= cnn_network_n_nodes (q->network))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("the network has no layer %u"), q->node);
      return FALSE;
    }
  shape = infos[q->node].shape;
  if (q->y < 0 || q->y >= shape.height || q->x < 0 || q->x >= shape.width || q->map < 0 ||
      q->map >= shape.channels)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the layer's output is %d×%d×%d and has no such cell"),
                   CNN_SHAPE_ARGS (shape));
      return FALSE;
    }
  for (guint node = q->node; node > 0; node = cnn_network_node (q->network, node)->in[0])
    {
      if (!check_terms (cnn_network_node (q->network, node), infos, &infos[node], error))
        return FALSE;
      if (cnn_node_reach (cnn_network_node (q->network, node)) != CNN_REACH_POINT ||
          n_values (cnn_network_node (q->network, node), infos) > 1)
        break;
    }
  return TRUE;
}

/* Sees to a plan that has the weights. Drawing those of a large layer takes a while,
 * so it is kept for as long as a person stays with the layer. */
static gboolean
ensure_plan (CnnExplainer *self, const Question *q, GError **error)
{
  CnnRect        cell    = { q->x, q->y, 1, 1 };
  CnnPlanOptions options = { .regions = &cell, .workers = 1 };

  if (self->network == q->network && self->node == q->node)
    return TRUE;
  forget (self);
  self->plan = cnn_plan_new (q->network, cnn_picture_shape (self->picture), 1, &q->node, &options,
                             error);
  if (self->plan == NULL)
    return FALSE;
  self->network = cnn_network_ref (q->network);
  self->node = q->node;
  return TRUE;
}

static double
read_one (gpointer data, guint input, int y, int x, int channel)
{
  return *(const double *) data;
}

static CnnExplanation *
explain_with (const CnnPlan *plan, const CnnExplainedStep *step, CnnCells cells)
{
  CnnExplanation *explanation = cnn_explanation_new ();

  cnn_plan_explain (plan, step->node, &cells, step->y, step->x, step->map, explanation);
  return explanation;
}

/* A round number not below @x: 1, 2 or 5 times a power of ten. */
static double
round_up (double x)
{
  double unit = pow (10.0, floor (log10 (x)));

  for (int i = 0; i < 3; i++)
    if (x <= unit * (const double[]) { 1.0, 2.0, 5.0 }[i])
      return unit * (const double[]) { 1.0, 2.0, 5.0 }[i];
  return 10.0 * unit;
}

/* The layer itself is asked, value by value. */
static CnnCurve *
make_curve (const CnnPlan *plan, const CnnExplainedStep *step, double x)
{
  double    reach = MAX (fabs (x) * 1.2, 4.0);
  CnnCurve *curve;

  if (!(reach < 1e30))
    return NULL;
  curve = g_new0 (CnnCurve, 1);
  if (reach > 4.0)
    reach = round_up (reach);
  curve->from = -reach;
  curve->to = reach;
  curve->n = CURVE_VALUES;
  curve->values = g_new (double, curve->n);
  for (int i = 0; i < curve->n; i++)
    {
      double                     t = curve->from + (curve->to - curve->from) * i / (curve->n - 1);
      g_autoptr (CnnExplanation) explanation =
        explain_with (plan, step, (CnnCells) { read_one, &t });

      curve->values[i] = explanation->value;
    }
  return curve;
}

/* --- the steps ------------------------------------------------------------ */

static CnnExplainedStep
new_step (guint node, int y, int x, int map)
{
  return (CnnExplainedStep) {
    .node = node,
    .map = map,
    .y = y,
    .x = x,
    .origins = g_array_new (FALSE, FALSE, sizeof (CnnOrigin)),
  };
}

/* The steps from the layer asked for back to the first that adds up or chooses; the
 * last one found is the first to do. @survey tells what that takes in. */
static void
find_steps (CnnExplainer *self, const Question *q, GArray *steps, CnnSurvey *survey)
{
  guint node = q->node;
  int   y = q->y, x = q->x, map = q->map;

  for (;;)
    {
      CnnExplainedStep           step = new_step (node, y, x, map);
      g_autoptr (CnnExplanation) explanation =
        cnn_survey_explain (survey, self->plan, node, y, x, map);

      g_array_prepend_val (steps, step);
      if (node == 0 || !cnn_survey_is_link (survey, explanation))
        return;
      node = cnn_network_node (self->network, node)->in[survey->input];
      if (node == 0)
        return;
      y = survey->y;
      x = survey->x;
      map = survey->channel;
    }
}

static gboolean
ensure_values (CnnExplainer *self, const CnnNodeInfo *infos, guint node, const CnnSurvey *survey,
               GCancellable *cancellable, GError **error)
{
  gboolean held = self->first == node;

  for (guint i = 0; i < cnn_network_node (self->network, node)->n_in; i++)
    held = held && cnn_block_holds (&self->blocks[i], &survey->blocks[i]);
  if (held)
    return TRUE;
  self->first = node;
  return cnn_blocks_fetch (self->picture, self->network, infos, node, survey, self->blocks,
                           cancellable, error);
}

static void
explain_steps (CnnExplainer *self, CnnExplained *explained)
{
  for (guint i = 0; i < explained->steps->len; i++)
    {
      CnnExplainedStep *step = &g_array_index (explained->steps, CnnExplainedStep, i);
      const CnnPart    *part;

      /* A function's argument is the value just worked out, so that a person finds
       * the same number in both. */
      if (i > 0)
        step->explanation = explain_with (self->plan, step,
                                          (CnnCells) { read_one, &(step - 1)->explanation->value });
      else
        step->explanation = explain_with (self->plan, step,
                                          (CnnCells) { cnn_blocks_read, self->blocks });
      part = cnn_explanation_get_part (step->explanation, 0);
      if (cnn_node_reach (cnn_network_node (self->network, step->node)) == CNN_REACH_POINT &&
          part->kind == CNN_PART_FUNCTION &&
          cnn_network_node (self->network, step->node)->n_in == 1)
        step->curve = make_curve (self->plan, step, part->values[0]);
      cnn_explain_origins (self->plan, self->network, explained->infos, step);
    }
}

/* The picture's own value. */
static gboolean
explain_picture (CnnExplainer *self, CnnExplained *explained, GCancellable *cancellable,
                 GError **error)
{
  CnnExplainedStep  step   = new_step (0, explained->y, explained->x, explained->map);
  CnnRect           cell   = { explained->x, explained->y, 1, 1 };
  int               n      = explained->shape.channels;
  g_autofree float *values = g_new (float, n);

  step.explanation = cnn_explanation_new ();
  g_array_append_val (explained->steps, step);
  if (!cnn_picture_read (self->picture, explained->shape, &cell, values, n, cancellable, error))
    return FALSE;
  cnn_explanation_function (step.explanation, 0, explained->map, values[explained->map],
                            values[explained->map]);
  return TRUE;
}

static CnnExplained *
explain (CnnExplainer *self, const Question *q, GCancellable *cancellable, GError **error)
{
  g_autoptr (CnnExplained) explained = g_new0 (CnnExplained, 1);
  CnnSurvey                survey;
  const CnnExplainedStep  *first;

  explained->network = cnn_network_ref (q->network);
  explained->steps = g_array_new (FALSE, TRUE, sizeof (CnnExplainedStep));
  g_array_set_clear_func (explained->steps, step_clear);
  explained->infos = cnn_network_infer (q->network, cnn_picture_shape (self->picture), error);
  if (explained->infos == NULL || !check_question (q, explained->infos, error))
    return NULL;
  explained->node = q->node;
  explained->map = q->map;
  explained->y = q->y;
  explained->x = q->x;
  explained->shape = explained->infos[q->node].shape;
  explained->field = cnn_receptive_rect (&explained->infos[q->node].receptive, q->y, q->x);
  if (q->node == 0)
    {
      if (!explain_picture (self, explained, cancellable, error))
        return NULL;
    }
  else
    {
      if (!ensure_plan (self, q, error))
        return NULL;
      find_steps (self, q, explained->steps, &survey);
      first = cnn_explained_step (explained, 0);
      if (!ensure_values (self, explained->infos, first->node, &survey, cancellable, error))
        return NULL;
      explain_steps (self, explained);
    }
  explained->explanation =
    cnn_explained_step (explained, explained->steps->len - 1)->explanation;
  return g_steal_pointer (&explained);
}

static void
run (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  CnnExplainer            *self  = source;
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnExplained) explained = NULL;

  g_mutex_lock (&self->lock);
  if (!g_task_return_error_if_cancelled (task))
    {
      explained = explain (self, data, cancellable, &error);
      if (explained != NULL)
        g_task_return_pointer (task, g_steal_pointer (&explained),
                               (GDestroyNotify) cnn_explained_free);
      else
        g_task_return_error (task, g_steal_pointer (&error));
    }
  g_mutex_unlock (&self->lock);
}

/**
 * cnn_explain_async:
 * @network: the network
 * @node: a layer; 0 is the picture
 * @map: one of its maps
 * @y: a row of it
 * @x: a column
 *
 * Works out the arithmetic behind a value, in a thread. What was asked for before, and
 * is not cancelled, is done first.
 */
void
cnn_explain_async (CnnExplainer *explainer, CnnNetwork *network, guint node, int map, int y, int x,
                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (explainer, cancellable, callback, data);
  Question         *q    = g_new (Question, 1);

  *q = (Question) { cnn_network_ref (network), node, map, y, x };
  g_task_set_source_tag (task, cnn_explain_async);
  g_task_set_task_data (task, q, question_free);
  g_task_run_in_thread (task, run);
}

/**
 * cnn_explain_finish:
 *
 * Returns: (transfer full): the arithmetic, or %NULL. Errors: %CNN_ERROR_SHAPE where
 *   there is no such cell, %CNN_ERROR_LIMIT where too many values are behind it,
 *   %CNN_ERROR_CANCELLED or %G_IO_ERROR_CANCELLED, %CNN_ERROR_IO
 */
CnnExplained *
cnn_explain_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
