/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "border.h"
#include "cnn-test.h"
#include "random-network.h"
#include "train-work.h"

/* One test for every op that can be trained: layers with random parameters go forward and back
 * on random images. Outputs are held against the op's explanation and against a run; the
 * derivatives of a random sum of the outputs against differences of explanations, in double. */

#define CASES      24
#define ATTEMPTS   6000
#define MOST_CELLS 300
#define MOST_OUT   1200

/* Of the cells that are looked at, so many percent must be away from kinks. */
#define COUNTED    60

/* Differences of explanations, which are in double, and of a step's own output, in float. */
#define STEP       0x1p-12
#define FLOAT_STEP 0x1p-5

/* --- explanations ---------------------------------------------------------------- */

static double
read_cell (gpointer data, guint input, int y, int x, int channel)
{
  TrainCase *c = data;
  CnnShape   s = c->shapes[input];
  gint64     place = ((gint64) y * s.width + x) * s.channels + channel;
  double     value = c->in[input][(gint64) c->image * cnn_shape_cells (s) + place];

  g_assert_true (y >= 0 && y < s.height && x >= 0 && x < s.width);
  g_assert_true (channel >= 0 && channel < s.channels);
  if (input != c->changed)
    return value;
  for (guint i = 0; i < c->n_checked; i++)
    if (c->checked[i] == place)
      c->read |= G_GUINT64_CONSTANT (1) << i;
  return place == c->place ? value + c->change : value;
}

/* Cell number @i of the output; @magnitude (out) (optional): its terms' sizes */
static double
explain_cell (TrainCase *c, gsize i, double *magnitude)
{
  g_autoptr (CnnExplanation) explanation = cnn_explanation_new ();
  CnnCells                   from = { read_cell, c };
  CnnShape                   s = c->task.out;

  cnn_plan_explain (c->plan, cnn_network_n_nodes (c->plan->network) - 1, &from,
                    (int) (i / s.channels / s.width), (int) (i / s.channels % s.width),
                    (int) (i % s.channels), explanation);
  if (magnitude)
    *magnitude = explanation->magnitude;
  return explanation->value;
}

/* Whether training does otherwise than a run: what it draws, statistics of a minibatch. */
static gboolean
does_otherwise (const TrainCase *c, const CnnTrainStep *step)
{
  return step->n_sums > 0 || strcmp (c->op->name, "dropout") == 0 ||
         (strcmp (c->op->name, "stochastic-pool") == 0 && strstr (c->text, "sample=yes"));
}

static void
check_forward (TrainCase *c, const TrainResult *result)
{
  g_autoptr (GError)  error = NULL;
  g_autoptr (CnnStep) step = c->op->prepare (&c->task, &error);
  gsize               n = train_cells (c->task.out);
  float              *run = train_floats (n);
  const float        *in[CNN_MAX_INPUTS];

  g_assert_no_error (error);
  for (c->image = 0; c->image < IMAGES; c->image++)
    {
      for (guint k = 0; k < c->task.n_in; k++)
        in[k] = c->fed[k] + c->image * train_cells (c->task.in[k]);
      g_assert_true (step->run (step, in, run, 0, 0));
      for (gsize i = 0; i < n; i++)
        {
          double magnitude, value = explain_cell (c, i, &magnitude);
          double got = result->out[c->image * n + i];

          if (isfinite (value) && !(fabs (got - value) <= 1e-5 * magnitude))
            g_error ("%s\ncell %d is %.9g, explained as %.9g", c->text, (int) i, got, value);
          if (isfinite (value) && !(fabs (got - run[i]) <= 1e-5 * magnitude))
            g_error ("%s\ncell %d is %.9g, and %.9g in a run", c->text, (int) i, got, run[i]);
        }
    }
  cnn_floats_free (run);
}

/* --- differences ------------------------------------------------------------------ */

typedef struct
{
  gint64 looked_at;
  gint64 counted;
} Count;

/* By two steps that must agree, or there is a kink. */
static void
check_derivative (const TrainCase *c, const char *what, gint64 place, double got, double coarse,
                  double fine, double size, Count *count)
{
  count->looked_at++;
  if (!isfinite (size) || !(fabs (coarse - fine) <= 1e-5 * (0.1 + size)))
    return;
  count->counted++;
  if (!(fabs (got - fine) <= 1e-4 * (0.1 + size)))
    g_error ("%s\non " CNN_SHAPE_FORMAT ": the derivative by %s number %d is %.9g, and by "
             "differences %.9g", c->text, CNN_SHAPE_ARGS (c->shapes[0]), what, (int) place, got,
             fine);
}

/* A difference of the random sum for the image; @size: of the terms. */
static double
input_difference (TrainCase *c, guint i, const guint64 *read, double step, double *size)
{
  gsize  n = train_cells (c->task.out);
  double sum = 0.0;

  c->place = c->checked[i];
  *size = 0.0;
  for (gsize k = 0; k < n; k++)
    {
      double more, less, term;

      if (!(read[k] >> i & 1))
        continue;
      c->change = step;
      more = explain_cell (c, k, NULL);
      c->change = -step;
      less = explain_cell (c, k, NULL);
      term = c->d_out[c->image * n + k] * (more - less) / (2.0 * step);
      sum += term;
      *size += fabs (term);
    }
  c->change = 0.0;
  return sum;
}

static void
check_input (TrainCase *c, guint input, const TrainResult *result, Count *count)
{
  gsize               n = train_cells (c->task.out), n_in = train_cells (c->shapes[input]);
  guint               n_checked = (guint) MIN (n_in, CHECKED);
  g_autofree guint64 *read = g_new0 (guint64, n);

  c->image = (guint) pick (c->rand, 0, IMAGES - 1);
  c->changed = input;
  for (guint i = 0; i < n_checked; i++)
    c->checked[i] = n_in <= CHECKED ? (gint64) i : pick (c->rand, 0, (int) n_in - 1);
  c->n_checked = n_checked;
  for (gsize k = 0; k < n; k++)
    {
      c->read = 0;
      explain_cell (c, k, NULL);
      read[k] = c->read;
    }
  c->n_checked = 0;
  for (guint i = 0; i < n_checked; i++)
    {
      double size, coarse = input_difference (c, i, read, STEP, &size);
      double fine = input_difference (c, i, read, STEP / 4.0, &size);

      check_derivative (c, "input's", c->checked[i],
                        result->d_in[input][c->image * n_in + (gsize) c->checked[i]], coarse, fine,
                        size, count);
    }
}

/* Of the sum over all images. */
static double
weight_difference (TrainCase *c, float *weight, double step, double *size)
{
  gsize  n = train_cells (c->task.out);
  float  was = *weight, more = (float) (was + step), less = (float) (was - step);
  double sum = 0.0;

  *size = 0.0;
  for (c->image = 0; c->image < IMAGES; c->image++)
    for (gsize k = 0; k < n; k++)
      {
        double up, down, term;

        *weight = more;
        up = explain_cell (c, k, NULL);
        *weight = less;
        down = explain_cell (c, k, NULL);
        term = c->d_out[c->image * n + k] * (up - down) / ((double) more - less);
        sum += term;
        *size += fabs (term);
      }
  *weight = was;
  return sum;
}

static void
check_weight (TrainCase *c, guint k, const TrainResult *result, Count *count)
{
  CnnTensor *weight = c->task.weights[k];
  gsize      length = cnn_tensor_length (weight);

  for (int i = 0; i < 6; i++)
    {
      gsize  place = (gsize) pick (c->rand, 0, (int) length - 1);
      double size, coarse = weight_difference (c, &weight->values[place], STEP, &size);
      double fine = weight_difference (c, &weight->values[place], STEP / 4.0, &size);

      check_derivative (c, c->list[k].name, (gint64) place, result->d_weights[k][place], coarse,
                        fine, size, count);
    }
}

/* The random sum of what a step puts out itself, for all images. */
static double
own_difference (const TrainCase *c, CnnTrainStep *step, float *value, float by, double *size)
{
  float       was = *value;
  TrainResult more, less;
  double      sum = 0.0;

  *value = was + by;
  more = train_work (c, step, IMAGES, TRAIN_BATCH, FALSE);
  *value = was - by;
  less = train_work (c, step, IMAGES, TRAIN_BATCH, FALSE);
  *value = was;
  *size = 0.0;
  for (gsize i = 0; i < IMAGES * train_cells (c->task.out); i++)
    {
      double term = c->d_out[i] * ((double) more.out[i] - less.out[i]) / (2.0 * by);

      sum += term;
      *size += fabs (term);
    }
  train_result_clear (&more);
  train_result_clear (&less);
  return sum;
}

static void
check_own (const TrainCase *c, CnnTrainStep *step, float *values, gsize n, const float *got,
           const char *what, Count *count)
{
  for (int i = 0; i < 12; i++)
    {
      gsize  place = (gsize) pick (c->rand, 0, (int) n - 1);
      double size, coarse = own_difference (c, step, &values[place], FLOAT_STEP, &size);
      double fine = own_difference (c, step, &values[place], FLOAT_STEP / 2.0f, &size);

      count->looked_at++;
      if (!isfinite (size) || !(fabs (coarse - fine) <= 1e-2 * (0.1 + size)))
        continue;
      count->counted++;
      if (!(fabs (got[place] - (4.0 * fine - coarse) / 3.0) <= 1e-3 * (0.5 + size)))
        g_error ("%s\nthe derivative by %s number %d is %.9g, and by the step's own differences "
                 "%.9g", c->text, what, (int) place, got[place], (4.0 * fine - coarse) / 3.0);
    }
}

static void
check_differences (TrainCase *c, CnnTrainStep *step, const TrainResult *result, Count *count)
{
  gboolean own = does_otherwise (c, step);

  for (guint k = 0; k < c->task.n_in; k++)
    if (own)
      check_own (c, step, c->fed[k], IMAGES * train_cells (c->shapes[k]), result->d_in[k],
                 "input's", count);
    else
      check_input (c, k, result, count);
  for (guint k = 0; k < c->n_weights; k++)
    if (own && result->d_weights[k])
      check_own (c, step, c->task.weights[k]->values, cnn_tensor_length (c->task.weights[k]),
                 result->d_weights[k], c->list[k].name, count);
    else if (result->d_weights[k])
      check_weight (c, k, result, count);
}

/* --- cases ------------------------------------------------------------------------ */

/* Trained weights are not what layers begin with, which often is 0 or 1. */
static void
fill (TrainCase *c)
{
  gboolean positive = strcmp (c->op->name, "sqrt") == 0 || strcmp (c->op->name, "pow") == 0;

  for (guint k = 0; k < c->n_weights; k++)
    for (gsize i = 0; c->list[k].trained && i < cnn_tensor_length (c->task.weights[k]); i++)
      c->task.weights[k]->values[i] += (float) pick (c->rand, -64, 64) / 256.0f;
  for (guint k = 0; k < c->task.n_in; k++)
    {
      gsize n = train_cells (c->shapes[k]), n_fed = train_cells (c->task.in[k]);

      c->in[k] = train_floats (IMAGES * n);
      c->fed[k] = train_floats (IMAGES * n_fed);
      cnn_test_random_values (c->rand, IMAGES * n, c->in[k], FALSE);
      for (gsize i = 0; i < IMAGES * n && positive; i++)
        c->in[k][i] = fabsf (c->in[k][i]) + 0.125f;
      for (guint i = 0; i < IMAGES; i++)
        if (k == 0 && c->extends)
          cnn_border_extend (&c->window, c->shapes[0], c->in[0] + i * n, c->fed[0] + i * n_fed);
        else
          memcpy (c->fed[k] + i * n, c->in[k] + i * n, n * sizeof (float));
    }
  c->d_out = train_floats (IMAGES * train_cells (c->task.out));
  for (gsize i = 0; i < IMAGES * train_cells (c->task.out); i++)
    c->d_out[i] = (float) g_rand_double_range (c->rand, -1.0, 1.0);
}

static void
check_case (TrainCase *c, CnnTrainStep *single, CnnTrainStep *batch, Count *count)
{
  TrainResult result = train_work (c, batch, IMAGES, TRAIN_BATCH, TRUE);

  if (!does_otherwise (c, batch))
    check_forward (c, &result);
  check_differences (c, batch, &result, count);
  train_use (c, single, 1, TRAIN_SINGLE, &result, "images one by one");
  train_use (c, batch, 1, TRAIN_SINGLE, &result, "one image of a step for several");
  train_use (c, batch, IMAGES, TRAIN_SOME, &result, "not all derivatives");
  if (batch->gradient)
    train_use (c, batch, IMAGES, TRAIN_PARTS, &result, "the weights in parts");
  if (batch->in_place && !c->extends)
    {
      g_assert_false (batch->needs_in);
      train_use (c, batch, IMAGES, TRAIN_IN_PLACE, &result, "in place");
    }
  train_result_clear (&result);
}

/* Whether there is such a layer, it takes the shape, and it can be trained. */
static gboolean
case_begin (TrainCase *c, CnnNetwork *network, CnnShape in, CnnTrainStep **single,
            CnnTrainStep **batch)
{
  g_autoptr (GError) error = NULL;
  guint              last = cnn_network_n_nodes (network) - 1;

  c->plan = cnn_plan_new (network, in, 1, &last, NULL, NULL);
  if (c->plan == NULL || train_cells (c->plan->infos[last].shape) > MOST_OUT)
    return FALSE;
  c->extends = c->plan->nodes[last].extends;
  c->window = c->plan->nodes[last].window;
  c->changed = G_MAXUINT;
  cnn_plan_whole_task (c->plan, last, &c->task);
  for (guint k = 0; k < c->task.n_in; k++)
    c->shapes[k] = c->plan->infos[c->task.node->in[k]].shape;
  c->n_weights = cnn_node_weights (c->task.node, c->shapes[0], c->list);
  fill (c);
  c->task.batch = IMAGES;
  *batch = c->op->train (&c->task, &error);
  c->task.batch = 1;
  *single = c->op->train (&c->task, NULL);
  if (*batch && *single)
    return TRUE;
  g_assert_true (!*batch && !*single);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
  return FALSE;
}

static gboolean
try_text (GRand *rand, const CnnOp *op, const char *text, CnnShape in, Count *count)
{
  g_autoptr (CnnNetwork)   network = cnn_network_parse (text, NULL);
  g_autoptr (CnnTrainStep) single = NULL;
  g_autoptr (CnnTrainStep) batch = NULL;
  TrainCase                c = { .op = op, .text = text, .rand = rand };
  gboolean                 fits = network && case_begin (&c, network, in, &single, &batch);

  if (fits)
    check_case (&c, single, batch, count);
  for (guint k = 0; k < CNN_MAX_INPUTS; k++)
    {
      cnn_floats_free (c.in[k]);
      cnn_floats_free (c.fed[k]);
    }
  cnn_floats_free (c.d_out);
  g_clear_pointer (&c.plan, cnn_plan_free);
  return fits;
}

static gboolean
try_case (GRand *rand, const CnnOp *op, Count *count)
{
  CnnShape         in = cnn_test_random_shape (rand, op->reach);
  g_autofree char *text = cnn_test_random_layer (rand, op, in, FALSE);

  return train_cells (in) <= MOST_CELLS && try_text (rand, op, text, in, count);
}

/* What is done in another way, and chance does not hit. */
static const struct
{
  const char *op;
  const char *text;
  CnnShape    in;
} always[] = {
  /* derivatives by weights for the whole minibatch, in parts */
  { "dense", "dense 120", { 1, 1, 300 } },
  { "dense", "dense 1200", { 1, 1, 30 } },
  /* more cells in a window than a byte can tell apart */
  { "maxpool", "maxpool 16x17 stride=1", { 17, 17, 1 } },
  { "minpool", "minpool 17x16 stride=1 pad=same", { 17, 17, 1 } },
};

static void
test_op (gconstpointer data)
{
  const CnnOp      *op = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_str_hash (op->name));
  int               done = 0;
  Count             count = { 0 };

  for (int attempt = 0; attempt < ATTEMPTS && done < CASES; attempt++)
    done += try_case (rand, op, &count);
  g_assert_cmpint (done, ==, CASES);
  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    if (strcmp (always[i].op, op->name) == 0)
      g_assert_true (try_text (rand, op, always[i].text, always[i].in, &count));
  g_test_message ("%d of %d derivatives", (int) count.counted, (int) count.looked_at);
  g_assert_cmpint (count.counted * 100, >=, count.looked_at * COUNTED);
}

int
main (int argc, char **argv)
{
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/train/%s", ops[i]->name);

      if (ops[i]->train)
        g_test_add_data_func (path, ops[i], test_op);
    }
  return g_test_run ();
}
