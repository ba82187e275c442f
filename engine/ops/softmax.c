/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "softmax.h"
#include "writer.h"

const CnnChoice cnn_softmax_axes[] = {
  [CNN_SOFTMAX_CHANNELS] = { "channels", N_("Channels at each place") },
  [CNN_SOFTMAX_MAP] = { "map", N_("Each map") },
  [CNN_SOFTMAX_ALL] = { "all", N_("All values") },
  { NULL },
};

static const CnnParam softmax_params[] = {
  CNN_SOFTMAX_AXIS (N_("Which values add up to 1")),
  { .key = NULL },
};

/* --- over channels -------------------------------------------------------- */

/* One row of numbers after the other, which is what oneDNN's softmax is for. */
static CnnStep *
prepare_rows (const CnnTask *task, GError **error)
{
  dnnl_dims_t           dims = { (dnnl_dim_t) MAX (task->batch, 1) * task->out.height *
                                   task->out.width,
                                 task->out.channels };
  dnnl_memory_desc_t    maps;
  dnnl_primitive_attr_t attr = cnn_dnnl_attr ();
  dnnl_primitive_desc_t desc = NULL;
  CnnStep              *step = NULL;

  dnnl_memory_desc_create_with_tag (&maps, 2, dims, dnnl_f32, dnnl_ab);
  if (cnn_dnnl_check (dnnl_softmax_forward_primitive_desc_create (
                        &desc, cnn_dnnl_engine (), dnnl_forward_inference, dnnl_softmax_accurate,
                        maps, maps, 1, attr),
                      task, error))
    step = cnn_dnnl_step_new (desc, task, error);
  if (step && !cnn_dnnl_step_bind_maps (step, task, error))
    g_clear_pointer (&step, cnn_step_free);
  dnnl_memory_desc_destroy (maps);
  dnnl_primitive_attr_destroy (attr);
  return step;
}

/* --- over places ---------------------------------------------------------- */

/* By hand: oneDNN adds up in single precision, which over the millions of cells
 * of a picture is off by percents. Neighbouring values are treated in lanes, a
 * multiple of the sets that add up to 1, which take turns in memory. */
typedef struct
{
  CnnStep  step;
  gboolean logarithm;
  gsize    n_stretches;
  gsize    n;
  gsize    n_sets;  /* channels, or 1 for all values together */
  gsize    n_lanes;
  float   *most;    /* [n_lanes]: the set's greatest value */
  double  *sums;    /* [n_lanes] */
} PlacesStep;

/* The greatest value of each set, in all of its lanes. */
static void
places_most (PlacesStep *step, const float *in)
{
  for (gsize i = 0; i < step->n_lanes; i++)
    step->most[i] = -INFINITY;
  for (gsize i = 0; i < step->n; i += step->n_lanes)
    for (gsize j = 0, n = MIN (step->n_lanes, step->n - i); j < n; j++)
      step->most[j] = MAX (step->most[j], in[i + j]);
  for (gsize i = step->n_sets; i < step->n_lanes; i++)
    step->most[i % step->n_sets] = MAX (step->most[i % step->n_sets], step->most[i]);
  for (gsize i = step->n_sets; i < step->n_lanes; i++)
    step->most[i] = step->most[i % step->n_sets];
}

/* The sum of each set's exponentials, in all of its lanes. */
static void
places_sums (PlacesStep *step, const float *in)
{
  for (gsize i = 0; i < step->n_lanes; i++)
    step->sums[i] = 0.0;
  for (gsize i = 0; i < step->n; i += step->n_lanes)
    for (gsize j = 0, n = MIN (step->n_lanes, step->n - i); j < n; j++)
      step->sums[j] += expf (in[i + j] - step->most[j]);
  for (gsize i = step->n_sets; i < step->n_lanes; i++)
    step->sums[i % step->n_sets] += step->sums[i];
  for (gsize i = step->n_sets; i < step->n_lanes; i++)
    step->sums[i] = step->sums[i % step->n_sets];
}

static void
places_image (PlacesStep *step, const float *in, float *out)
{
  places_most (step, in);
  for (gsize i = 0; i < step->n_lanes; i++)
    step->sums[i] = 0.0;
  for (gsize i = 0; i < step->n; i += step->n_lanes)
    for (gsize j = 0, n = MIN (step->n_lanes, step->n - i); j < n; j++)
      {
        out[i + j] = expf (in[i + j] - step->most[j]);
        step->sums[j] += out[i + j];
      }
  for (gsize i = step->n_sets; i < step->n_lanes; i++)
    step->sums[i % step->n_sets] += step->sums[i];
  for (gsize i = 0; i < step->n_lanes; i++)
    step->most[i] = (float) (1.0 / step->sums[i % step->n_sets]);
  for (gsize i = 0; i < step->n; i += step->n_lanes)
    for (gsize j = 0, n = MIN (step->n_lanes, step->n - i); j < n; j++)
      out[i + j] *= step->most[j];
}

/* The greatest value goes first: taken off with the logarithm in one, it would
 * cost the digits that count. */
static void
places_logarithms (PlacesStep *step, const float *in, float *out)
{
  places_most (step, in);
  places_sums (step, in);
  for (gsize i = 0; i < step->n_lanes; i++)
    step->sums[i] = log (step->sums[i]);
  for (gsize i = 0; i < step->n; i += step->n_lanes)
    for (gsize j = 0, n = MIN (step->n_lanes, step->n - i); j < n; j++)
      out[i + j] = in[i + j] - step->most[j] - (float) step->sums[j];
}

static gboolean
places_run (CnnStep *base, const float *const *in, float *out, int y, int x)
{
  PlacesStep *step = (PlacesStep *) base;

  for (gsize i = 0; i < step->n_stretches; i++)
    (step->logarithm ? places_logarithms : places_image) (step, in[0] + i * step->n,
                                                          out + i * step->n);
  return TRUE;
}

static void
places_free (CnnStep *base)
{
  PlacesStep *step = (PlacesStep *) base;

  g_free (step->most);
  g_free (step->sums);
  g_free (step);
}

/* A step for stretches of @n neighbouring values that have nothing to do with each
 * other: images, or the channels of a place. */
static CnnStep *
prepare_places (const CnnTask *task, gsize n, gsize n_sets, gboolean logarithm)
{
  PlacesStep *step = g_new0 (PlacesStep, 1);

  step->step.run = places_run;
  step->step.free = places_free;
  step->logarithm = logarithm;
  step->n = n;
  step->n_stretches = MAX (task->batch, 1) * ((gsize) cnn_shape_cells (task->out) / n);
  step->n_sets = n_sets;
  step->n_lanes = MIN (cnn_lanes (n_sets), n);
  step->most = g_new (float, step->n_lanes);
  step->sums = g_new (double, step->n_lanes);
  return &step->step;
}

/**
 * cnn_softmax_prepare:
 * @logarithm: whether it is the logarithm of softmax
 *
 * Returns: (transfer full): the step of a layer with #CnnSoftmaxParams, or %NULL
 *   with %CNN_ERROR_UNSUPPORTED or %CNN_ERROR_LIMIT set
 */
CnnStep *
cnn_softmax_prepare (const CnnTask *task, gboolean logarithm, GError **error)
{
  const CnnSoftmaxParams *p = task->node->params;
  gsize                   cells = (gsize) cnn_shape_cells (task->out);

  if (p->axis == CNN_SOFTMAX_MAP)
    return prepare_places (task, cells, (gsize) task->out.channels, logarithm);
  if (p->axis == CNN_SOFTMAX_ALL)
    return prepare_places (task, cells, 1, logarithm);
  /* oneDNN's logarithm is off by 3 · 10⁻⁶: too much for a share near 1. */
  return logarithm ? prepare_places (task, (gsize) task->out.channels, 1, TRUE)
                   : prepare_rows (task, error);
}

static CnnStep *
softmax_prepare (const CnnTask *task, GError **error)
{
  return cnn_softmax_prepare (task, FALSE, error);
}

static CnnTrainStep *
softmax_train (const CnnTask *task, GError **error)
{
  return cnn_softmax_train (task, FALSE, error);
}

/** cnn_softmax_reach: over channels, a place needs no other. */
CnnReach
cnn_softmax_reach (const CnnNode *node)
{
  const CnnSoftmaxParams *p = node->params;

  return p->axis == CNN_SOFTMAX_CHANNELS ? CNN_REACH_POINT : CNN_REACH_WHOLE;
}

/** cnn_softmax_map_label: none: a map of the output comes from all maps before it. */
char *
cnn_softmax_map_label (const CnnNode *node, int map)
{
  return NULL;
}

/* --- the arithmetic ------------------------------------------------------- */

/* The cells that add up to 1 with the one that is explained. */
typedef struct
{
  const CnnCells *cells;
  CnnRect         places;
  int             first;    /* channel */
  int             channels;
  double          most;     /* greatest value of them */
} Set;

static double
set_value (const Set *set, int row, int i)
{
  return set->cells->read (set->cells->data, 0, set->places.y + row,
                           set->places.x + i / set->channels, set->first + i % set->channels);
}

/* Every value and its exponential. */
static double
explain_cells (const Set *set, CnnExplanation *explanation)
{
  int      row = set->places.width * set->channels; /* values of a row */
  gboolean one_map = set->channels == 1;
  CnnSize  size = { one_map ? set->places.height : set->places.height * set->places.width,
                    one_map ? set->places.width : set->channels };
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_EXPONENTIALS, 0,
                                            one_map ? set->first : -1, size, TRUE);

  for (int i = 0; i < size.height * size.width; i++)
    {
      part->values[i] = set_value (set, i / row, i % row);
      part->factors[i] = exp (part->values[i] - set->most);
      part->result += part->factors[i];
    }
  return part->result;
}

/* The sums of the exponentials of each row, where the cells are more than
 * anyone looks at. */
static double
explain_rows (const Set *set, CnnExplanation *explanation)
{
  CnnPart *part = cnn_explanation_add_part (explanation, CNN_PART_TERMS, 0,
                                            set->channels == 1 ? set->first : -1,
                                            (CnnSize) { set->places.height, 1 }, FALSE);

  for (int y = 0; y < set->places.height; y++)
    {
      for (int i = 0; i < set->places.width * set->channels; i++)
        part->values[y] += exp (set_value (set, y, i) - set->most);
      part->result += part->values[y];
    }
  return part->result;
}

/**
 * cnn_softmax_sum:
 * @most: (out): the greatest value of those that belong together
 *
 * Adds the part with the exponentials. Taking the greatest value off all of them
 * changes no quotient and keeps the exponentials finite.
 *
 * Returns: their sum, each times e to the power of -@most
 */
double
cnn_softmax_sum (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation, double *most)
{
  const CnnSoftmaxParams *p = task->node->params;
  CnnShape                in = task->in[0];
  gboolean                one_map = p->axis == CNN_SOFTMAX_MAP;
  Set                     set = { .cells = cells,
                                  .places = { 0, 0, in.width, in.height },
                                  .first = one_map ? channel : 0,
                                  .channels = one_map ? 1 : in.channels,
                                  .most = -INFINITY };

  if (p->axis == CNN_SOFTMAX_CHANNELS)
    set.places = (CnnRect) { x, y, 1, 1 };
  for (int row = 0; row < set.places.height; row++)
    for (int i = 0; i < set.places.width * set.channels; i++)
      set.most = MAX (set.most, set_value (&set, row, i));
  *most = set.most;
  if ((gint64) set.places.height * set.places.width * set.channels <= CNN_EXPLAIN_CELLS)
    return explain_cells (&set, explanation);
  return explain_rows (&set, explanation);
}

static void
softmax_explain (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                 CnnExplanation *explanation)
{
  double value = cells->read (cells->data, 0, y, x, channel), most;
  double sum = cnn_softmax_sum (task, cells, y, x, channel, explanation, &most);

  cnn_explanation_function (explanation, 0, channel, value, exp (value - most) / sum);
}

/* --- writing -------------------------------------------------------------- */

/* With @op over one axis, so that places, or all values, become one before. */
static const char *
write_over (CnnWriter *writer, const char *op, const char *x, int n_dims)
{
  static const gint64 maps[] = { 1, 0, -1 }, all[] = { 1, -1 };

  const char *shape = cnn_writer_add (writer, "Shape", x, NULL);
  const char *flat = cnn_writer_ints (writer, "order", n_dims, n_dims == 3 ? maps : all);

  x = cnn_writer_add (writer, "Reshape", x, flat, NULL);
  x = cnn_writer_add (writer, op, x, NULL);
  cnn_writer_int (writer, "axis", n_dims - 1);
  return cnn_writer_add (writer, "Reshape", x, shape, NULL);
}

/**
 * cnn_softmax_write:
 * @op: ONNX's name
 *
 * The @write of both.
 */
gboolean
cnn_softmax_write (CnnWriter *writer, const CnnNode *node, const char *op)
{
  const CnnSoftmaxParams *p = node->params;
  const char             *made;

  if (p->axis == CNN_SOFTMAX_CHANNELS)
    {
      made = cnn_writer_add (writer, op, cnn_writer_value (writer, 0), NULL);
      cnn_writer_int (writer, "axis", 1);
      cnn_writer_give (writer, made, cnn_writer_is_vector (writer, 0));
      return TRUE;
    }
  made = write_over (writer, op, cnn_writer_map (writer, 0), p->axis == CNN_SOFTMAX_MAP ? 3 : 2);
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}

static gboolean
softmax_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  return cnn_softmax_write (writer, node, "Softmax");
}

const CnnOp cnn_op_softmax = {
  .name = "softmax",
  .label = N_("Softmax"),
  .blurb = N_("Turns values into probabilities that add up to 1: eˣ divided by the sum of all eˣ"),
  .group = CNN_GROUP_ACTIVATION,
  .reach = CNN_REACH_WHOLE,
  .reach_of = cnn_softmax_reach,
  .map_label = cnn_softmax_map_label,
  .batches = TRUE,
  .params_size = sizeof (CnnSoftmaxParams),
  .params = softmax_params,
  .prepare = softmax_prepare,
  .train = softmax_train,
  .explain = softmax_explain,
  .write = softmax_write,
};
