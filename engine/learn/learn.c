/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "learn-private.h"

/* Learning a filter from pictures before and after it: what is tried, and what is the best. */

/* dB that a filter's result must be better by than the picture before, and than a single colour,
 * to be one: pictures that have nothing to do with each other may both be brighter at the top. */
#define FOUND_BEFORE   0.05
#define FOUND_CONSTANT 1.5

/**
 * cnn_filter_options_init:
 *
 * Fills @options with what is good for a start: automatic, within a minute.
 */
void
cnn_filter_options_init (CnnFilterOptions *options)
{
  *options = (CnnFilterOptions) { .loss = CNN_LOSS_SQUARED_ERROR, .seconds = 60.0,
                                  .enough = 50.0, .validation = 0.1, .seed = 1 };
}

void
cnn_filter_result_free (CnnFilterResult *result)
{
  if (result->network)
    cnn_network_unref (result->network);
  if (result->kernels)
    cnn_tensor_unref (result->kernels);
  if (result->notes)
    g_hash_table_unref (result->notes);
  g_free (result->offset);
  g_free (result);
}

/* --- what cannot be learnt from ---------------------------------------------------------------- */

typedef struct
{
  gboolean same;
  gboolean one_before; /* it has one colour only */
  gboolean one_after;
} Looks;

static void
look_at (const CnnPairs *pairs, Looks *looks)
{
  gsize        channels = (gsize) pairs->channels;
  const float *before = NULL, *after = NULL;

  *looks = (Looks) { TRUE, TRUE, TRUE };
  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnPairPart *part = cnn_pairs_part (pairs, i);
      gsize              cells = (gsize) part->rect.width * part->rect.height;

      for (gsize k = 0; k < cells; k++)
        {
          const float *a = part->before + k * channels, *b = part->after + k * channels;

          if (part->counts[k] == 0.0f)
            continue;
          before = before ? before : a;
          after = after ? after : b;
          looks->same = looks->same && memcmp (a, b, channels * sizeof (float)) == 0;
          looks->one_before = looks->one_before && memcmp (a, before, channels * sizeof (float)) == 0;
          looks->one_after = looks->one_after && memcmp (b, after, channels * sizeof (float)) == 0;
        }
    }
}

static gboolean
check_pairs (const CnnPairs *pairs, GError **error)
{
  Looks       looks;
  const char *problem = NULL;

  if (pairs->parts->len == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("there are no pictures to learn from"));
      return FALSE;
    }
  look_at (pairs, &looks);
  if (looks.one_before)
    problem = _("the picture before is empty: it has one colour only");
  else if (looks.one_after)
    problem = _("the picture after is empty: it has one colour only");
  else if (looks.same)
    problem = _("the pictures before and after are the same: there is no filter to learn");
  if (problem)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, "%s", problem);
  return problem == NULL;
}

/* --- results ----------------------------------------------------------------------------------- */

/* (transfer full) (nullable): a result, of which the caller fills in what is its own. */
CnnFilterResult *
cnn_filter_result_new (CnnFilterLearning *learning, CnnNetwork *network, GError **error)
{
  g_autoptr (CnnFilterResult) result = g_new0 (CnnFilterResult, 1);

  result->model = learning->state.model;
  result->alternative = learning->state.alternative;
  result->network = cnn_network_ref (network);
  result->identity = learning->state.identity;
  result->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!cnn_measure (learning, cnn_learning_pairs (learning), network, &result->psnr, error))
    return NULL;
  learning->state.psnr = result->psnr;
  return g_steal_pointer (&result);
}

static CnnFilterResult *
learn_kernel (CnnFilterLearning *learning, GError **error)
{
  g_autoptr (CnnOneKernel)    kernel = NULL;
  g_autoptr (CnnNetwork)      network = NULL;
  g_autoptr (CnnFilterResult) result = NULL;

  learning->state.model = CNN_FILTER_KERNEL;
  kernel = cnn_one_kernel_learn (learning, error);
  if (kernel)
    network = cnn_one_kernel_network (kernel, error);
  if (network)
    result = cnn_filter_result_new (learning, network, error);
  if (result == NULL)
    return NULL;
  result->residual = sqrt (kernel->squares);
  result->kernels = cnn_one_kernel_tensor (kernel);
  result->offset = g_memdup2 (kernel->offset, (gsize) kernel->n_channels * sizeof (double));
  if (kernel->undetermined > 0)
    g_hash_table_insert (result->notes, g_strdup ("convolens.filter.undetermined"),
                         g_strdup_printf ("%u", kernel->undetermined));
  return g_steal_pointer (&result);
}

/* Keeps the better one of what is there and what is new, (transfer full), which must be better by
 * @margin dB. */
static void
keep_better (CnnFilterLearning *learning, CnnFilterResult **best, CnnFilterResult *result,
             double margin)
{
  if (*best && result->psnr <= (*best)->psnr + margin)
    {
      cnn_filter_result_free (result);
      return;
    }
  g_clear_pointer (best, cnn_filter_result_free);
  *best = result;
  learning->state.best = result->psnr;
  learning->state.changed = TRUE;
  cnn_network_unref (learning->network);
  learning->network = cnn_network_ref (result->network);
}

/* One kernel in each of the alternatives. */
static gboolean
learn_kernels (CnnFilterLearning *learning, CnnFilterResult **best, GError **error)
{
  for (guint i = 0; i < learning->n_alternatives && !learning->stopped; i++)
    {
      CnnFilterResult *result;

      learning->state.alternative = i;
      learning->state.identity = cnn_measure_constant (learning, learning->alternatives[i], NULL);
      result = learn_kernel (learning, error);
      if (result == NULL)
        return FALSE;
      keep_better (learning, best, result, 0.0);
      if (!cnn_learning_tell (learning, error) && !learning->stopped)
        return FALSE;
    }
  learning->state.alternative = (*best)->alternative;
  return TRUE;
}

/* Whether it is better than no filter, and than one that looks at nothing. */
static gboolean
is_found (CnnFilterLearning *learning, const CnnFilterResult *result)
{
  const CnnPairs *pairs = learning->alternatives[result->alternative];
  double          sums[4] = { 0.0 }, weight = 0.0;
  float           constant[4];

  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnPairPart *part = cnn_pairs_part (pairs, i);
      const float       *weights = learning->split->weights->pdata[i];
      gsize              cells = (gsize) part->rect.width * part->rect.height;

      for (gsize k = 0; k < cells; k++)
        {
          weight += weights[k];
          for (int c = 0; weights[k] > 0.0f && c < pairs->channels; c++)
            sums[c] += (double) weights[k] * part->after[k * pairs->channels + c];
        }
    }
  for (int c = 0; c < pairs->channels; c++)
    constant[c] = (float) (sums[c] / weight);
  return result->psnr > result->identity + FOUND_BEFORE &&
         result->psnr > cnn_measure_constant (learning, pairs, constant) + FOUND_CONSTANT;
}

/* --- learning ------------------------------------------------------------------------------------- */

static gboolean
learn_all (CnnFilterLearning *learning, CnnFilterResult **best, GError **error)
{
  return learn_kernels (learning, best, error);
}

static gboolean
begin (CnnFilterLearning *learning, GError **error)
{
  const CnnPairs         *pairs = learning->alternatives[0];
  g_autoptr (CnnOneKernel) nothing = cnn_one_kernel_new (pairs->channels, 1, FALSE);

  learning->network = cnn_one_kernel_network (nothing, error);
  if (learning->network == NULL || !check_pairs (pairs, error))
    return FALSE;
  learning->split = cnn_split_new (pairs, learning->options.validation, learning->options.seed,
                                   error);
  if (learning->split == NULL)
    return FALSE;
  learning->history = g_array_new (FALSE, FALSE, sizeof (CnnFilterPoint));
  learning->n_workers = learning->options.workers > 0 ? (guint) learning->options.workers
                                                      : MAX (g_get_num_processors (), 1);
  learning->crew = cnn_crew_new (learning->n_workers);
  return TRUE;
}

static void
end (CnnFilterLearning *learning)
{
  g_clear_pointer (&learning->crew, cnn_crew_free);
  g_clear_pointer (&learning->split, cnn_split_free);
  g_clear_pointer (&learning->history, g_array_unref);
  g_clear_pointer (&learning->network, cnn_network_unref);
}

/**
 * cnn_filter_learn:
 * @alternatives: the same pictures in the same order, in other numbers, [n_alternatives]
 * @n_alternatives: how many, at least 1
 * @options: what the caller decides
 * @func: (nullable): told how far it is, may stop
 * @data: for @func
 * @cancellable: (nullable): to give up, from any thread
 *
 * Learns the filter that makes the pictures after of those before.
 *
 * Returns: (transfer full): what was learnt; or %NULL with %CNN_ERROR_SHAPE (nothing can be learnt
 *   from these pictures), %CNN_ERROR_LIMIT or %CNN_ERROR_CANCELLED set
 */
CnnFilterResult *
cnn_filter_learn (CnnPairs *const *alternatives, guint n_alternatives,
                  const CnnFilterOptions *options, CnnFilterFunc func, gpointer data,
                  GCancellable *cancellable, GError **error)
{
  CnnFilterLearning           learning = { .alternatives = alternatives,
                                           .n_alternatives = n_alternatives, .options = *options,
                                           .func = func, .data = data, .cancellable = cancellable,
                                           .start = g_get_monotonic_time () };
  g_autoptr (CnnFilterResult) best = NULL;
  gboolean                    learnt;

  g_return_val_if_fail (n_alternatives > 0 && (options->size == 0 || options->size % 2 == 1), NULL);

  learnt = begin (&learning, error) && learn_all (&learning, &best, error);
  if (learnt)
    {
      best->found = is_found (&learning, best);
      best->seconds = cnn_learning_seconds (&learning);
    }
  end (&learning);
  return learnt ? g_steal_pointer (&best) : NULL;
}
