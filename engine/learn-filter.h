/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "network.h"
#include "trainer.h"

G_BEGIN_DECLS

/**
 * CnnPairs:
 *
 * Pictures before and after a filter, in memory: what a filter is learnt from. Of large ones,
 * squares spread over them. Nothing in it changes once learning has begun; any number of threads
 * may read it.
 */
typedef struct _CnnPairs CnnPairs;

/**
 * CnnPairReader:
 * @read: reads a rectangle of both pictures: values to @before and @after,
 *   [height][width][channels]; to @counts, [height][width], how much each cell counts, 0 to 1.
 *   Returns %FALSE with an error set when it cannot. Called by the thread that calls
 *   cnn_pairs_add(), with rectangles inside the picture
 * @data: for @read
 */
typedef struct
{
  gboolean (*read) (gpointer data, const CnnRect *rect, float *before, float *after,
                    float *counts, GError **error);
  gpointer data;
} CnnPairReader;

/**
 * CnnPairsStored:
 * @values: numbers as the filter sees them, [n][channels]
 * @n: how many cells
 * @stored: the same as the picture stores them, [n][channels], 0 is black and 1 white
 * @data: what was given with it
 *
 * Turns what is learnt with into what an eye compares; called by any thread.
 */
typedef void (*CnnPairsStored) (const float *values, gsize n, float *stored, gpointer data);

/** CnnFilterModel: what kind of network is learnt, the simplest first. */
typedef enum
{
  CNN_FILTER_AUTOMATIC, /* the next in order until the difference is too small to be seen */
  CNN_FILTER_KERNEL,    /* one kernel, solved exactly as least squares */
  CNN_FILTER_SMALL,     /* 3×3 convolutions to 16, 16 and back, added to the picture; 1×1 to 32 and
                         * 32 where one kernel gains nothing from neighbours and that does better */
  CNN_FILTER_DEEP       /* five 3×3 convolutions, added to the picture; it grows of the small one */
} CnnFilterModel;

/** CnnFilterChannels: what a kernel sees of the channels. Where a kernel for each channel is chosen
 * or asked for, and they are nearly the same, networks do the same to each channel as well. */
typedef enum
{
  CNN_FILTER_CHANNELS_CHOSEN, /* whichever does better on what is held back */
  CNN_FILTER_CHANNELS_EACH,   /* a kernel for each channel, which sees that alone */
  CNN_FILTER_CHANNELS_ACROSS  /* a kernel over all channels for each that comes out */
} CnnFilterChannels;

/** CnnFilterSymmetry: in which positions the pictures are shown. */
typedef enum
{
  CNN_FILTER_SYMMETRY_DETECTED, /* those in which the filter does the same */
  CNN_FILTER_SYMMETRY_NONE,     /* as they are */
  CNN_FILTER_SYMMETRY_MIRROR,   /* also left and right exchanged */
  CNN_FILTER_SYMMETRY_ALL       /* all eight ways to turn and mirror a square */
} CnnFilterSymmetry;

/**
 * CnnFilterOptions:
 * @model: what is learnt
 * @size: rows and columns of the one kernel, odd; 0: the smallest that does
 * @channels: of the one kernel
 * @loss: %CNN_LOSS_SQUARED_ERROR or %CNN_LOSS_ABSOLUTE_ERROR; the one kernel is always solved
 *   for squares
 * @symmetry: for all but the one kernel
 * @seconds: after which learning ends with the best so far; 0: after as many minibatches as the
 *   pictures' size asks for, or when it is good @enough
 * @enough: PSNR in dB, on what is held back, at which a network is done and nothing more is tried
 * @validation: share of the picture that is held back, 0.05 to 0.5
 * @seed: of all that is drawn
 * @workers: threads that compute; 0 for as many as there are processors. Without @seconds it
 *   changes no result
 */
typedef struct
{
  CnnFilterModel    model;
  int               size;
  CnnFilterChannels channels;
  CnnLoss           loss;
  CnnFilterSymmetry symmetry;
  double            seconds;
  double            enough;
  double            validation;
  guint64           seed;
  int               workers;
} CnnFilterOptions;

/**
 * CnnFilterPoint:
 * @seconds: since learning began
 * @loss: mean over the patches shown since the point before
 * @psnr: of what is held back, in dB of stored values
 *
 * How good it was at a time.
 */
typedef struct
{
  double seconds;
  double loss;
  double psnr;
} CnnFilterPoint;

/**
 * CnnFilterState:
 * @model: what is being learnt now, never %CNN_FILTER_AUTOMATIC
 * @alternative: in which of the alternatives' numbers
 * @step: minibatches of this model so far; 0 where it is solved
 * @fraction: of all that may have to be done, 0 to 1; a guess
 * @seconds: since learning began
 * @identity: PSNR of what is held back between before and after, in dB
 * @psnr: that of this model now
 * @best: that of the best model so far
 * @n_history: points of this model so far
 * @history: them, [n_history]
 * @changed: whether there are other weights to be seen than at the last call
 *
 * How far learning is.
 */
typedef struct
{
  CnnFilterModel        model;
  guint                 alternative;
  guint64               step;
  double                fraction;
  double                seconds;
  double                identity;
  double                psnr;
  double                best;
  guint                 n_history;
  const CnnFilterPoint *history;
  gboolean              changed;
} CnnFilterState;

/** CnnFilterLearning: a filter while it is learnt; good during a call of CnnFilterFunc. */
typedef struct _CnnFilterLearning CnnFilterLearning;

/**
 * CnnFilterFunc:
 * @learning: what is being learnt
 * @state: how far it is
 * @data: what was given with it
 *
 * Called now and then, at least after each minibatch, by the thread that learns. It may wait, and
 * take the network with cnn_filter_learning_network().
 *
 * Returns: whether to go on; if not, the best so far is the result
 */
typedef gboolean (*CnnFilterFunc) (CnnFilterLearning *learning, const CnnFilterState *state,
                                   gpointer data);

/**
 * CnnFilterResult:
 * @model: what was learnt
 * @alternative: in which of the alternatives' numbers
 * @network: input ?x?xchannels, output of the same size
 * @found: whether what is held back is closer to the after picture than the before picture is, and
 *   also clearly closer than a single colour would be
 * @identity: PSNR of what is held back between before and after, in dB of stored values
 * @psnr: the same between the network's output, clamped, and after
 * @residual: root of the mean of the squared differences on what was learnt from, in numbers of
 *   the alternative
 * @kernels: (nullable): the one kernel, [outputs][rows][columns][channels that it sees]
 * @offset: (nullable): what is added to each output, [outputs], with @kernels
 * @notes: what is to be said of it in a file, char * → char *
 * @steps: minibatches
 * @seconds: that it took
 *
 * What was learnt.
 */
typedef struct
{
  CnnFilterModel model;
  guint          alternative;
  CnnNetwork    *network;
  gboolean       found;
  double         identity;
  double         psnr;
  double         residual;
  CnnTensor     *kernels;
  double        *offset;
  GHashTable    *notes;
  guint64        steps;
  double         seconds;
} CnnFilterResult;

CnnPairs        *cnn_pairs_new           (int channels, CnnPairsStored stored, gpointer data,
                                          GDestroyNotify destroy);
CnnPairs        *cnn_pairs_ref           (CnnPairs *pairs);
void             cnn_pairs_unref         (CnnPairs *pairs);
gboolean         cnn_pairs_add           (CnnPairs *pairs, const char *name, CnnSize size,
                                          const CnnPairReader *reader, GError **error);

void             cnn_filter_options_init (CnnFilterOptions *options);
CnnFilterResult *cnn_filter_learn        (CnnPairs *const *alternatives, guint n_alternatives,
                                          const CnnFilterOptions *options, CnnFilterFunc func,
                                          gpointer data, GCancellable *cancellable,
                                          GError **error);
CnnNetwork      *cnn_filter_learning_network (CnnFilterLearning *learning, GError **error);
void             cnn_filter_result_free  (CnnFilterResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnPairs, cnn_pairs_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnFilterResult, cnn_filter_result_free)

G_END_DECLS
