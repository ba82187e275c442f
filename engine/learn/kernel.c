/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "learn-private.h"

/* One kernel: solved for several sizes, and whichever does well enough on what is held back is
 * taken. */

/* Sizes that are tried together, as they share their equations; the next ones only where the last
 * of these was still better than the one before it. */
#define MOST_SIZES 4

static const int stages[][MOST_SIZES + 1] = { { 1, 3, 5, 7, 0 }, { 9, 11, 15, 0 }, { 21, 31, 0 } };

/* Larger kernels over all channels would take long, and hardly any filter is one. */
#define MOST_ACROSS 15

/* Cells that sizes are compared with: so many, or so many times the unknowns. */
#define LEAST_CELLS 16384
#define TIMES       24

/* Numbers that the last solution reads at a time, at most. */
#define MOST_NUMBERS 1e7

/* How exactly sizes are solved for to compare them, and the last time; see
 * cnn_equations_solve(). */
#define ROUGHLY 1e-14
#define EXACTLY 1e-26

/* Held-back cells that sizes are compared on. */
#define MOST_HELD 12288

/* dB that a larger kernel must be better by, and above which none is. */
#define MARGIN 0.1
#define PERFECT 100.0

/* Cells that are not saturated, as a share, below which a channel has too few to go by them. */
#define FEW 0.02

typedef struct
{
  CnnFilterLearning *learning;
  const CnnPairs    *pairs;
  guint8             skipped;    /* channels that must not be saturated */
  GPtrArray         *candidates; /* of CnnOneKernel */
  GArray            *psnrs;      /* of double, of each of them */
  CnnOneKernel      *best;       /* of the candidates */
  guint              n_stages;   /* that some size fitted */
} Search;

/* --- which cells ---------------------------------------------------------------------------- */

static guint8
channels_to_skip (CnnFilterLearning *learning)
{
  const CnnPairs *pairs = cnn_learning_pairs (learning);
  gsize           n_all = 0, n[4] = { 0 };
  guint8          skipped = 0;

  for (guint i = 0; i < pairs->parts->len; i++)
    {
      const CnnPairPart *part = cnn_pairs_part (pairs, i);
      const float       *weights = learning->split->weights->pdata[i];
      gsize              cells = (gsize) part->rect.width * part->rect.height;

      for (gsize k = 0; k < cells; k++)
        if (weights[k] > 0.0f)
          {
            n_all++;
            for (int c = 0; c < pairs->channels; c++)
              n[c] += (part->saturated[k] >> c & 1) == 0;
          }
    }
  for (int c = 0; c < pairs->channels; c++)
    if ((double) n[c] >= FEW * (double) n_all)
      skipped |= (guint8) (1 << c);
  return skipped;
}

static gsize
n_unknowns (const CnnPairs *pairs, int size, gboolean across)
{
  return (gsize) size * size * (across ? pairs->channels : 1) + 1;
}

/* Cells for windows of a size, of one channel or, with −1, all; without saturated ones where
 * enough remain. */
static CnnWindows
choose_cells (const Search *search, int size, int channel, gsize wanted)
{
  const CnnFilterLearning *learning = search->learning;
  guint8                   skipped = search->skipped & (channel < 0 ? 0xf : 1 << channel);
  CnnWindows               windows = { search->pairs, NULL, size, channel, { 0.0f } };

  windows.cells = cnn_windows_learnt (search->pairs, learning->split, size, skipped, wanted,
                                      learning->options.seed);
  if (skipped && windows.cells->len < 2 * cnn_windows_n (&windows))
    {
      g_array_unref (windows.cells);
      windows.cells = cnn_windows_learnt (search->pairs, learning->split, size, 0, wanted,
                                          learning->options.seed);
    }
  cnn_windows_centre (&windows);
  return windows;
}

/* --- one solution --------------------------------------------------------------------------- */

/* Takes the solution for the outputs of @windows into the kernel. */
static void
take_solution (CnnOneKernel *kernel, const CnnWindows *windows, const double *solution)
{
  gsize seen = (gsize) cnn_windows_seen (windows), n = cnn_windows_n (windows) - 1;
  int   first = MAX (windows->channel, 0);

  for (gsize o = 0; o < seen; o++)
    {
      double *weights = kernel->weights + (first + o) * n;
      double *offset = &kernel->offset[first + o];

      *offset = solution[o * (n + 1) + n];
      for (gsize i = 0; i < n; i++)
        {
          weights[i] += solution[o * (n + 1) + i];
          *offset -= solution[o * (n + 1) + i] * windows->means[first + i % seen];
        }
    }
}

static void
solve (Search *search, const CnnEquations *equations, const CnnWindows *windows,
       double small, CnnOneKernel *kernel)
{
  int                seen = cnn_windows_seen (windows);
  g_autofree double *solution = g_new (double, cnn_windows_n (windows) * seen);
  double             squares[4], weight = 0.0;

  kernel->undetermined += cnn_equations_solve (search->learning, equations, windows, small,
                                               solution, squares);
  take_solution (kernel, windows, solution);
  for (guint i = 0; i < windows->cells->len; i++)
    {
      double root = g_array_index (windows->cells, CnnWindowCell, i).weight;

      weight += root * root;
    }
  for (int o = 0; o < seen; o++)
    kernel->squares += squares[o] / MAX (weight, 1e-30) / kernel->n_channels;
}

/* --- how good they are ---------------------------------------------------------------------- */

static double
psnr_of (const Search *search, guint i)
{
  return MIN (g_array_index (search->psnrs, double, i), PERFECT);
}

/* Takes the candidate with the fewest unknowns that is as good as any; all are tried on the same
 * cells. */
static void
compare (Search *search)
{
  const CnnFilterLearning *learning = search->learning;
  g_autoptr (GArray)       held = NULL;
  double                   best = -INFINITY;
  gsize                    fewest = G_MAXSIZE;
  int                      largest = 1;

  for (guint i = 0; i < search->candidates->len; i++)
    largest = MAX (largest, ((const CnnOneKernel *) search->candidates->pdata[i])->size);
  /* Where no window of that size lies in a held-back block's part, there is no such candidate. */
  held = cnn_windows_held (search->pairs, learning->split, largest, MOST_HELD,
                           learning->options.seed);
  g_array_set_size (search->psnrs, 0);
  for (guint i = 0; i < search->candidates->len; i++)
    {
      double psnr = cnn_one_kernel_try (search->learning, search->candidates->pdata[i], held);

      g_array_append_val (search->psnrs, psnr);
      best = MAX (best, psnr_of (search, i));
    }
  for (guint i = 0; i < search->candidates->len; i++)
    {
      CnnOneKernel *kernel = search->candidates->pdata[i];
      gsize         n = n_unknowns (search->pairs, kernel->size, kernel->across) *
                        (gsize) search->pairs->channels;

      if (psnr_of (search, i) >= best - MARGIN && n < fewest)
        {
          fewest = n;
          search->best = kernel;
          search->learning->state.psnr = g_array_index (search->psnrs, double, i);
        }
    }
}

/* --- the search ----------------------------------------------------------------------------- */

/* Whether there are cells enough, of both kinds, for a kernel of that size. */
static gboolean
fits (const Search *search, int size, gboolean across, gsize times)
{
  gsize held, learnt = cnn_windows_count (search->pairs, search->learning->split, size, &held);

  return learnt >= times * n_unknowns (search->pairs, size, across) && held > 0;
}

/* Solves for all sizes, [n], the largest last. */
static void
solve_sizes (Search *search, const int *sizes, int n, gboolean across)
{
  int   channels = search->pairs->channels, n_parts = across ? 1 : channels;
  int   largest = sizes[n - 1];
  guint from = search->candidates->len;
  gsize wanted = MAX (LEAST_CELLS, TIMES * n_unknowns (search->pairs, largest, across));

  for (int i = 0; i < n; i++)
    g_ptr_array_add (search->candidates, cnn_one_kernel_new (channels, sizes[i], across));
  for (int part = 0; part < n_parts; part++)
    {
      CnnWindows              windows = choose_cells (search, largest, across ? -1 : part, wanted);
      g_autoptr (CnnEquations) equations = cnn_equations_new (search->learning, &windows);

      for (int i = 0; i < n; i++)
        {
          CnnWindows smaller = windows;

          smaller.size = sizes[i];
          solve (search, equations, &smaller, ROUGHLY, search->candidates->pdata[from + i]);
        }
      g_array_unref (windows.cells);
    }
}

/* The PSNR of a size, the better one where it was tried in two ways. */
static double
psnr_of_size (const Search *search, int size)
{
  double psnr = -INFINITY;

  for (guint i = 0; i < search->candidates->len; i++)
    if (((const CnnOneKernel *) search->candidates->pdata[i])->size == size)
      psnr = MAX (psnr, psnr_of (search, i));
  return psnr;
}

static gboolean
is_better_across (const Search *search, int size)
{
  double each = -INFINITY, across = -INFINITY;

  for (guint i = 0; i < search->candidates->len; i++)
    {
      const CnnOneKernel *kernel = search->candidates->pdata[i];

      if (kernel->size == size)
        *(kernel->across ? &across : &each) = psnr_of (search, i);
    }
  return across > each + MARGIN;
}

/* Tries the sizes of a stage that fit. Returns whether larger ones may be better. */
static gboolean
do_stage (Search *search, const int *all, gboolean each, gboolean *across)
{
  int sizes[MOST_SIZES], n = 0;

  for (; all[n] > 0 && fits (search, all[n], FALSE, 4); n++)
    sizes[n] = all[n];
  if (n == 0)
    return FALSE;
  search->n_stages++;
  if (each)
    solve_sizes (search, sizes, n, FALSE);
  if (*across)
    {
      int n_across = 0;

      while (n_across < n && sizes[n_across] <= MOST_ACROSS &&
             fits (search, sizes[n_across], TRUE, 4))
        n_across++;
      if (n_across > 0)
        solve_sizes (search, sizes, n_across, TRUE);
    }
  compare (search);
  *across = *across && (!each || is_better_across (search, sizes[n - 1]));
  return n > 1 && all[n] == 0 &&
         psnr_of_size (search, sizes[n - 1]) > psnr_of_size (search, sizes[n - 2]) + MARGIN / 2;
}

/* Which kinds of kernels there are to try. */
static void
choose_kinds (const Search *search, gboolean *each, gboolean *across)
{
  CnnFilterChannels channels = search->learning->options.channels;

  *across = channels != CNN_FILTER_CHANNELS_EACH && search->pairs->channels > 1;
  *each = channels != CNN_FILTER_CHANNELS_ACROSS || !*across;
}

static gboolean
do_stages (Search *search, GError **error)
{
  CnnFilterLearning      *learning = search->learning;
  const CnnFilterOptions *options = &learning->options;
  gboolean                more = TRUE, each, across;

  choose_kinds (search, &each, &across);

  for (guint i = 0; more && i < G_N_ELEMENTS (stages); i++)
    {
      more = do_stage (search, stages[i], each, &across);
      if (search->n_stages == 0)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                       _("too little of the pictures counts to learn from"));
          return FALSE;
        }
      learning->state.fraction = learning->from + learning->share * (i + 1) /
                                                    G_N_ELEMENTS (stages);
      learning->state.changed = TRUE;
      if (!cnn_learning_tell (learning, error))
        return learning->stopped;
      if (options->seconds > 0.0 && cnn_learning_seconds (learning) > options->seconds)
        break;
    }
  return TRUE;
}

/* A size that was asked for. */
static gboolean
do_size (Search *search, GError **error)
{
  const CnnFilterOptions *options = &search->learning->options;
  gboolean one = search->pairs->channels == 1;
  gboolean across = !one && options->channels != CNN_FILTER_CHANNELS_EACH;

  if (!fits (search, options->size, options->channels == CNN_FILTER_CHANNELS_ACROSS && !one, 1))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the pictures, or what counts of them, are too small to learn a kernel of "
                     "%d×%d"),
                   options->size, options->size);
      return FALSE;
    }
  if (one || options->channels != CNN_FILTER_CHANNELS_ACROSS)
    solve_sizes (search, &options->size, 1, FALSE);
  if (across && (options->channels == CNN_FILTER_CHANNELS_ACROSS ||
                 fits (search, options->size, TRUE, 4)))
    solve_sizes (search, &options->size, 1, TRUE);
  compare (search);
  return TRUE;
}

/* Solves for the best once more, from more cells. */
static void
refine (Search *search)
{
  const CnnOneKernel *best = search->best;
  gsize               n = n_unknowns (search->pairs, best->size, best->across);
  int                 n_parts = best->across ? 1 : best->n_channels;
  gsize               share = MAX (LEAST_CELLS, TIMES * n);
  gsize               all = MAX ((gsize) (MOST_NUMBERS / (double) n / n_parts), share);
  CnnOneKernel       *kernel = cnn_one_kernel_new (best->n_channels, best->size, best->across);

  for (int part = 0; part < n_parts; part++)
    {
      int                     channel = best->across ? -1 : part;
      CnnWindows              few = choose_cells (search, best->size, channel, share);
      CnnWindows              many = choose_cells (search, best->size, channel, all);
      g_autoptr (CnnEquations) equations = cnn_equations_new (search->learning, &few);

      memcpy (many.means, few.means, sizeof few.means);
      solve (search, equations, &many, EXACTLY, kernel);
      g_array_unref (few.cells);
      g_array_unref (many.cells);
    }
  g_ptr_array_add (search->candidates, kernel);
  search->best = kernel;
}

/* dB that one kernel for all channels may be worse by than one for each. */
#define SHARED_MARGIN 0.3

/* Whether it does the same to each channel by itself. */
static gboolean
is_shared (const Search *search)
{
  CnnFilterLearning       *learning = search->learning;
  const CnnOneKernel      *best = search->best;
  gsize                    n = (gsize) best->size * best->size, channels = best->n_channels;
  g_autoptr (CnnOneKernel) mean = NULL;
  g_autoptr (GArray)       held = NULL;

  if (best->across || channels == 1)
    return FALSE;
  mean = cnn_one_kernel_new (best->n_channels, best->size, FALSE);
  memset (mean->weights, 0, n * channels * sizeof (double));
  for (gsize o = 0; o < channels * channels; o++)
    {
      mean->offset[o / channels] += best->offset[o % channels] / (double) channels;
      for (gsize i = 0; i < n; i++)
        mean->weights[o / channels * n + i] += best->weights[o % channels * n + i] /
                                               (double) channels;
    }
  held = cnn_windows_held (search->pairs, learning->split, best->size, MOST_HELD,
                           learning->options.seed);
  return cnn_one_kernel_try (learning, mean, held) >=
         cnn_one_kernel_try (learning, best, held) - SHARED_MARGIN;
}

static CnnNetwork *
make_network (gpointer data, GError **error)
{
  const Search *search = data;

  if (search->best)
    return cnn_one_kernel_network (search->best, error);
  return cnn_network_ref (search->learning->network);
}

/**
 * cnn_one_kernel_look:
 * @learning: options, and in which of the alternatives
 *
 * Returns: how well a small kernel does, in dB on some of what is held back; −∞ where none can
 *   be solved for
 */
double
cnn_one_kernel_look (CnnFilterLearning *learning)
{
  g_autoptr (GPtrArray) candidates =
    g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_one_kernel_free);
  g_autoptr (GArray)    psnrs = g_array_new (FALSE, FALSE, sizeof (double));
  Search                search = { learning, cnn_learning_pairs (learning), 0, candidates, psnrs };
  double                said = learning->state.psnr, found;
  gboolean              each, across;

  search.skipped = channels_to_skip (learning);
  choose_kinds (&search, &each, &across);
  do_stage (&search, stages[0], each, &across);
  found = search.best ? learning->state.psnr : -INFINITY;
  learning->state.psnr = said;
  return found;
}

/**
 * cnn_one_kernel_learn:
 * @learning: options, and in which of the alternatives
 *
 * Returns: (transfer full): the kernel; or %NULL with %CNN_ERROR_SHAPE (too small) or
 *   %CNN_ERROR_CANCELLED set
 */
CnnOneKernel *
cnn_one_kernel_learn (CnnFilterLearning *learning, GError **error)
{
  g_autoptr (GPtrArray) candidates =
    g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_one_kernel_free);
  g_autoptr (GArray)    psnrs = g_array_new (FALSE, FALSE, sizeof (double));
  Search                search = { learning, cnn_learning_pairs (learning), 0, candidates, psnrs };
  guint                 at;
  gboolean              done;

  search.skipped = channels_to_skip (learning);
  learning->make = make_network;
  learning->make_data = &search;
  done = learning->options.size > 0 ? do_size (&search, error) : do_stages (&search, error);
  learning->make = NULL;
  if (!done)
    return NULL;
  if (search.best == NULL)
    return cnn_one_kernel_new (search.pairs->channels, 1, FALSE);
  if (!learning->stopped)
    refine (&search);
  learning->shared = is_shared (&search);
  g_ptr_array_find (candidates, search.best, &at);
  return g_ptr_array_steal_index_fast (candidates, at);
}
