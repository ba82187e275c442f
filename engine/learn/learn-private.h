/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "crew.h"
#include "learn-filter.h"

G_BEGIN_DECLS

/* --- pairs.c: what is learnt from ----------------------------------------------------------- */

/* Rows and columns around a square of a large picture that only surround others: no window of
 * what is learnt reaches further. */
#define CNN_PAIR_HALO 16

/**
 * CnnPairPart:
 * @rect: what is kept of the picture; all coordinates below begin at its corner
 * @inner: cells that have all around them that the picture has there
 * @before: [height][width][channels]
 * @after: the same
 * @counts: how much each cell counts, [height][width]
 * @saturated: a bit for each channel whose value after is black or white, where a clipping hides
 *   what the filter made, [height][width]
 *
 * A picture, or a square of a large one.
 */
typedef struct
{
  CnnRect rect;
  CnnRect inner;
  float  *before;
  float  *after;
  float  *counts;
  guint8 *saturated;
} CnnPairPart;

struct _CnnPairs
{
  gint           ref_count;
  int            channels;
  CnnPairsStored stored;
  gpointer       data;
  GDestroyNotify destroy;
  guint          n_pictures;
  GPtrArray     *parts; /* of CnnPairPart */
};

static inline const CnnPairPart *
cnn_pairs_part (const CnnPairs *pairs, guint i)
{
  return pairs->parts->pdata[i];
}

/* --- split.c: what is held back ------------------------------------------------------------- */

/** CnnHeld: a block that is held back, in the coordinates of its part. */
typedef struct
{
  guint   part;
  CnnRect rect;
} CnnHeld;

/**
 * CnnSplit:
 * @side: rows and columns of a block, fewer at the end of a part
 * @weights: for each part, how much each of its cells counts that is learnt from, 0 for others,
 *   [height][width]
 * @held: of CnnHeld, all with cells that count
 */
typedef struct
{
  int        side;
  GPtrArray *weights;
  GArray    *held;
} CnnSplit;

CnnSplit *cnn_split_new  (const CnnPairs *pairs, double share, guint64 seed, GError **error);
void      cnn_split_free (CnnSplit *split);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnSplit, cnn_split_free)

/* --- learning.c: a filter while it is learnt ------------------------------------------------ */

struct _CnnFilterLearning
{
  CnnPairs *const  *alternatives;
  guint             n_alternatives;
  CnnFilterOptions  options;
  CnnFilterFunc     func;
  gpointer          data;
  GCancellable     *cancellable;
  gint64            start;
  guint             n_workers;
  CnnCrew          *crew;
  CnnSplit         *split;
  GArray           *history; /* of CnnFilterPoint */
  gboolean          shared;  /* it does the same to each channel by itself */
  gboolean          pointwise; /* the best kernel sees no neighbours */
  GPtrArray        *small;   /* (nullable): of CnnTensor: the small network's weights in order */
  guint             turns;   /* in how many positions the filter does the same; 0: not known yet */
  CnnFilterState    state;
  double            from;    /* share of all that was done before this model, */
  double            share;   /* and of this model */
  gboolean          stopped; /* by @func: what is there is the result */

  /* What cnn_filter_learning_network() gives: what is made now, or the best so far. */
  CnnNetwork     *(*make) (gpointer data, GError **error);
  gpointer          make_data;
  CnnNetwork       *network;
};

/** CnnJobFunc: does job number @job; jobs run in any order, in several threads. */
typedef void (*CnnJobFunc) (gpointer data, guint job);

CnnPairs *cnn_learning_pairs (const CnnFilterLearning *learning);
double    cnn_learning_seconds (const CnnFilterLearning *learning);
gboolean  cnn_learning_tell (CnnFilterLearning *learning, GError **error);
void      cnn_learning_each (CnnFilterLearning *learning, guint n_jobs, gsize numbers,
                             CnnJobFunc func, gpointer data);

/* --- windows.c: cells with what is around them ---------------------------------------------- */

/** CnnWindowCell: a cell whose window lies in its part; @weight is the root of what it counts. */
typedef struct
{
  guint part;
  int   x;
  int   y;
  float weight;
} CnnWindowCell;

/**
 * CnnWindows:
 * @pairs: where they are
 * @cells: of CnnWindowCell
 * @size: rows and columns of a window, odd
 * @channel: the only channel that is seen and made, or −1 for all
 * @means: what is taken away from each channel, [channels]
 *
 * Equations of a kernel: for each cell the numbers around it, less the channels' means, and a 1,
 * all times the cell's weight.
 */
typedef struct
{
  const CnnPairs *pairs;
  GArray         *cells;
  int             size;
  int             channel;
  float           means[4];
} CnnWindows;

#define CNN_WINDOW_ROWS 256

GArray *cnn_windows_learnt  (const CnnPairs *pairs, const CnnSplit *split, int size, guint8 skipped,
                             gsize wanted, guint64 seed);
GArray *cnn_windows_held    (const CnnPairs *pairs, const CnnSplit *split, int size, gsize wanted,
                             guint64 seed);
gsize   cnn_windows_count   (const CnnPairs *pairs, const CnnSplit *split, int size, gsize *held);
void    cnn_windows_centre  (CnnWindows *windows);
int     cnn_windows_seen    (const CnnWindows *windows);
gsize   cnn_windows_n       (const CnnWindows *windows);
void    cnn_windows_rows    (const CnnWindows *windows, guint from, guint n, float *rows);

/* --- equations.c: solving them -------------------------------------------------------------- */

/**
 * CnnEquations:
 * @windows: of the largest size
 * @gram: sums over the cells of the products of their numbers, [n][n], the upper half
 */
typedef struct
{
  CnnWindows windows;
  double    *gram;
} CnnEquations;

CnnEquations *cnn_equations_new   (CnnFilterLearning *learning, const CnnWindows *windows);
void          cnn_equations_free  (CnnEquations *equations);
guint         cnn_equations_solve (CnnFilterLearning *learning, const CnnEquations *equations,
                                   const CnnWindows *windows, double small, double *solution,
                                   double *squares);

double        cnn_row_product       (gsize n, const float *row, const double *x);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnEquations, cnn_equations_free)

/* --- kernel*.c: one kernel ------------------------------------------------------------------ */

/**
 * CnnOneKernel:
 * @size: rows and columns
 * @across: whether each kernel sees all channels, else that alone which it makes
 * @n_channels: of the pictures
 * @weights: [outputs][size][size][channels that it sees]
 * @offset: what is added, [outputs]
 * @undetermined: how many of the numbers the pictures cannot tell, so that they are as in a kernel
 *   that does nothing
 * @squares: mean of the squared differences on what was learnt from
 */
typedef struct
{
  int      size;
  gboolean across;
  int      n_channels;
  double  *weights;
  double   offset[4];
  guint    undetermined;
  double   squares;
} CnnOneKernel;

double        cnn_one_kernel_look    (CnnFilterLearning *learning);
CnnOneKernel *cnn_one_kernel_learn   (CnnFilterLearning *learning, GError **error);
CnnOneKernel *cnn_one_kernel_new     (int n_channels, int size, gboolean across);
double        cnn_one_kernel_try     (CnnFilterLearning *learning, const CnnOneKernel *kernel,
                                      GArray *cells);
void          cnn_one_kernel_free    (CnnOneKernel *kernel);
CnnNetwork   *cnn_one_kernel_network (const CnnOneKernel *kernel, GError **error);
CnnTensor    *cnn_one_kernel_tensor  (const CnnOneKernel *kernel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnOneKernel, cnn_one_kernel_free)

/* --- patches.c: what a network is shown ----------------------------------------------------- */

/** Ways to turn and mirror a square: bits, done in this order. */
#define CNN_TURN_ACROSS    1 /* left and right change places */
#define CNN_TURN_DOWN      2 /* top and bottom */
#define CNN_TURN_TRANSPOSE 4 /* rows and columns */
#define CNN_N_TURNS        8

/**
 * CnnPatches:
 * @pairs: where they are from
 * @split: what must not be learnt from
 * @side: rows and columns of a patch
 * @margin: cells at its sides that do not count, as a network would see more there than it has
 * @single: whether a patch is one channel, drawn as well
 * @turns: how many of the ways to turn it are drawn from: 1, 2 or 8
 * @seed: of which patches
 *
 * Random squares of the pictures.
 */
typedef struct
{
  const CnnPairs *pairs;
  const CnnSplit *split;
  int             side;
  int             margin;
  gboolean        single;
  guint           turns;
  guint64         seed;
} CnnPatches;

void cnn_patch_turn   (guint turn, int side, int channels, const float *from, gsize row, float *to);
void cnn_patches_read (const CnnPatches *patches, guint64 number, float *in, float *target);

/* --- network-learn.c: networks by descent --------------------------------------------------- */

CnnFilterResult *cnn_network_learn (CnnFilterLearning *learning, gboolean pointwise, double until,
                                    GError **error);

/* --- measure.c: how good it is -------------------------------------------------------------- */

double   cnn_psnr          (double mean_square);
double   cnn_measure_squares (const CnnPairs *pairs, gsize n, const float *made,
                              const float *after, const float *counts, double *sum);
double   cnn_measure_constant (CnnFilterLearning *learning, const CnnPairs *pairs,
                               const float *constant);
gboolean cnn_measure       (CnnFilterLearning *learning, const CnnPairs *pairs,
                            CnnNetwork *network, guint turn, double *psnr, GError **error);

void             cnn_filter_note       (GHashTable *notes, const char *key, char *value);
CnnFilterResult *cnn_filter_result_new (CnnFilterLearning *learning, CnnNetwork *network,
                                        GError **error);

G_END_DECLS
