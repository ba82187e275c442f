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

/* --- what cannot be learnt from ------------------------------------------------------------- */

typedef struct
{
  gboolean same;
  gboolean one_before; /* it has one colour only */
  gboolean one_after;
} Looks;

static void
look_at (const CnnPairs *pairs, Looks *looks)
{
  gsize        channels = (gsize) pairs->channels, bytes = channels * sizeof (float);
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
          looks->same = looks->same && memcmp (a, b, bytes) == 0;
          looks->one_before = looks->one_before && memcmp (a, before, bytes) == 0;
          looks->one_after = looks->one_after && memcmp (b, after, bytes) == 0;
        }
    }
}

static gboolean
check_pairs (const CnnPairs *pairs, GError **error)
{
  Looks       looks;
  const char *problem = NULL;

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

/* --- results -------------------------------------------------------------------------------- */

/* Takes @value. */
void
cnn_filter_note (GHashTable *notes, const char *key, char *value)
{
  g_hash_table_insert (notes, g_strdup_printf ("convolens.filter.%s", key), value);
}

static char *
number (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.4f", value));
}

/* (transfer full) (nullable): a result, of which the caller fills in what is its own. */
CnnFilterResult *
cnn_filter_result_new (CnnFilterLearning *learning, CnnNetwork *network, GError **error)
{
  static const char *const    names[] = { "automatic", "kernel", "small", "deep" };
  g_autoptr (CnnFilterResult) result = g_new0 (CnnFilterResult, 1);

  result->model = learning->state.model;
  result->alternative = learning->state.alternative;
  result->network = cnn_network_ref (network);
  result->identity = learning->state.identity;
  result->notes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (!cnn_measure (learning, cnn_learning_pairs (learning), network, 0, &result->psnr, error))
    return NULL;
  learning->state.psnr = result->psnr;
  cnn_filter_note (result->notes, "model", g_strdup (names[result->model]));
  cnn_filter_note (result->notes, "psnr", number (result->psnr));
  cnn_filter_note (result->notes, "psnr-before", number (result->identity));
  cnn_filter_note (result->notes, "seed",
                   g_strdup_printf ("%" G_GUINT64_FORMAT, learning->options.seed));
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
    cnn_filter_note (result->notes, "undetermined", g_strdup_printf ("%u", kernel->undetermined));
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

/* The alternatives, [n_alternatives], those first in which small kernels do better: where the
 * first does well enough, large ones in the others, which take long, need not be tried. */
static guint *
order_alternatives (CnnFilterLearning *learning)
{
  guint             n = learning->n_alternatives;
  guint            *order = g_new (guint, n);
  g_autofree double *psnrs = g_new0 (double, n);

  for (guint i = 0; i < n; i++)
    {
      guint at = i;

      learning->state.alternative = i;
      if (n > 1 && learning->options.size == 0)
        psnrs[i] = cnn_one_kernel_look (learning);
      for (; at > 0 && psnrs[order[at - 1]] < psnrs[i]; at--)
        order[at] = order[at - 1];
      order[at] = i;
    }
  return order;
}

/* One kernel in the alternatives, until it is good enough in one. */
static gboolean
learn_kernels (CnnFilterLearning *learning, CnnFilterResult **best, GError **error)
{
  gboolean          shared = FALSE;
  g_autofree guint *order = order_alternatives (learning);

  for (guint i = 0; i < learning->n_alternatives && !learning->stopped; i++)
    {
      CnnPairs        *pairs = learning->alternatives[order[i]];
      CnnFilterResult *result;

      if (*best && (*best)->psnr >= learning->options.enough)
        break;
      learning->state.alternative = order[i];
      learning->state.identity = cnn_measure_constant (learning, pairs, NULL);
      result = learn_kernel (learning, error);
      if (result == NULL)
        return FALSE;
      if (*best == NULL || result->psnr > (*best)->psnr)
        shared = learning->shared;
      keep_better (learning, best, result, 0.0);
      if (!cnn_learning_tell (learning, error) && !learning->stopped)
        return FALSE;
    }
  learning->state.alternative = (*best)->alternative;
  learning->shared = shared;
  learning->pointwise = (*best)->kernels && (*best)->kernels->dims[1] == 1;
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

/* --- learning ------------------------------------------------------------------------------- */

/* Automatic: dB that a more complicated model must be better by; seconds below which it is not
 * begun; and the share of what is left of the time that the small networks get. */
#define MARGIN        0.3
#define LEAST_SECONDS 1.0
#define SMALL_SHARE   0.4

/* The share of a small network of which a deep one grows that was asked for. */
#define GROWN_SHARE 0.25

/* What of that the network without neighbours gets. */
#define POINTWISE_SHARE 0.5

/* And the share of all that is to be done that one kernel is. */
#define KERNEL_SHARE 0.04

/* A network, within @share of all that is to be done. */
static gboolean
learn_network (CnnFilterLearning *learning, CnnFilterModel model, gboolean pointwise,
               double share, double until, CnnFilterResult **best, GError **error)
{
  CnnFilterResult *result;

  learning->from += learning->share;
  learning->share = share;
  learning->state.model = model;
  learning->state.identity = cnn_measure_constant (learning, cnn_learning_pairs (learning), NULL);
  result = cnn_network_learn (learning, pointwise, until, error);
  if (result == NULL)
    return FALSE;
  keep_better (learning, best, result, MARGIN);
  learning->state.best = (*best)->psnr;
  return TRUE;
}

static gboolean
is_enough (const CnnFilterLearning *learning, const CnnFilterResult *best)
{
  double seconds = learning->options.seconds;

  return learning->stopped || (best && best->psnr >= learning->options.enough) ||
         (seconds > 0.0 && seconds - cnn_learning_seconds (learning) < LEAST_SECONDS);
}

/* What a share of the time that is left until @until ends at; 0 without a limit. */
static double
part_of (const CnnFilterLearning *learning, double until, double share)
{
  double now = cnn_learning_seconds (learning);

  return until > 0.0 ? now + share * (until - now) : 0.0;
}

/* The small network; where a kernel gained nothing from neighbours, first one without them, which
 * then does better on colours that it has not seen. */
static gboolean
learn_small (CnnFilterLearning *learning, double share, double until, CnnFilterResult **best,
             GError **error)
{
  double first = learning->pointwise ? POINTWISE_SHARE : 0.0;

  if (learning->pointwise &&
      !learn_network (learning, CNN_FILTER_SMALL, TRUE, first * share,
                      part_of (learning, until, first), best, error))
    return FALSE;
  if (learning->pointwise && is_enough (learning, *best))
    return TRUE;
  return learn_network (learning, CNN_FILTER_SMALL, FALSE, (1.0 - first) * share, until, best,
                        error);
}

static gboolean
learn_automatic (CnnFilterLearning *learning, CnnFilterResult **best, GError **error)
{
  double until = learning->options.seconds;

  learning->share = KERNEL_SHARE;
  if (!learn_kernels (learning, best, error))
    return FALSE;
  if (!is_enough (learning, *best) &&
      !learn_small (learning, SMALL_SHARE, part_of (learning, until, SMALL_SHARE), best, error))
    return FALSE;
  return is_enough (learning, *best) ||
         learn_network (learning, CNN_FILTER_DEEP, FALSE, 1.0 - KERNEL_SHARE - SMALL_SHARE, until,
                        best, error);
}

/* A kind of network that was asked for; one kernel says in which of the alternatives, and whether
 * neighbours matter. */
static gboolean
learn_asked (CnnFilterLearning *learning, CnnFilterResult **best, GError **error)
{
  const CnnFilterOptions *options = &learning->options;
  CnnFilterResult        *kernel = NULL, *small = NULL;

  learning->share = KERNEL_SHARE;
  if (!learn_kernels (learning, &kernel, error))
    return FALSE;
  if (learning->stopped)
    {
      *best = kernel;
      return TRUE;
    }
  cnn_filter_result_free (kernel);
  /* Nobody gets what only served to find out something. */
  learning->state.best = 0.0;
  if (options->model == CNN_FILTER_SMALL)
    return learn_small (learning, 1.0 - KERNEL_SHARE, options->seconds, best, error);
  if (!learn_network (learning, CNN_FILTER_SMALL, FALSE, GROWN_SHARE,
                      part_of (learning, options->seconds, GROWN_SHARE), &small, error))
    return FALSE;
  cnn_filter_result_free (small);
  learning->state.best = 0.0;
  return learn_network (learning, CNN_FILTER_DEEP, FALSE, 1.0 - KERNEL_SHARE - GROWN_SHARE,
                        options->seconds, best, error);
}

static gboolean
learn_all (CnnFilterLearning *learning, CnnFilterResult **best, GError **error)
{
  switch (learning->options.model)
    {
    case CNN_FILTER_AUTOMATIC:
      return learn_automatic (learning, best, error);
    case CNN_FILTER_KERNEL:
      return learn_kernels (learning, best, error);
    default:
      return learn_asked (learning, best, error);
    }
}

static gboolean
begin (CnnFilterLearning *learning, GError **error)
{
  const CnnPairs         *pairs = learning->alternatives[0];
  g_autoptr (CnnOneKernel) nothing = cnn_one_kernel_new (pairs->channels, 1, FALSE);

  learning->network = cnn_one_kernel_network (nothing, error);
  if (learning->network == NULL)
    return FALSE;
  if (pairs->parts->len == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("there are no pictures to learn from"));
      return FALSE;
    }
  learning->split = cnn_split_new (pairs, learning->options.validation, learning->options.seed,
                                   error);
  if (learning->split == NULL || !check_pairs (pairs, error))
    return FALSE;
  switch (learning->options.symmetry)
    {
    case CNN_FILTER_SYMMETRY_NONE: learning->turns = 1; break;
    case CNN_FILTER_SYMMETRY_MIRROR: learning->turns = 2; break;
    case CNN_FILTER_SYMMETRY_ALL: learning->turns = CNN_N_TURNS; break;
    default: break;
    }
  learning->share = 1.0;
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
  g_clear_pointer (&learning->small, g_ptr_array_unref);
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
