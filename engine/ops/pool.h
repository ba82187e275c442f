/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ops.h"

G_BEGIN_DECLS

/** CnnPool: what every pooling with a window has; its parameter struct begins with it. */
typedef struct
{
  CnnSize size;
  CnnSize stride;   /* 0×0: the window's size */
  CnnPad  pad;
  CnnSize dilation; /* 0×0: 1 */
  int     round;    /* what becomes of cells that are left over */
} CnnPool;

enum
{
  CNN_ROUND_DOWN,
  CNN_ROUND_UP
};

extern const CnnChoice cnn_pool_rounds[];

/* The three parameters of a CnnPool at the beginning of a parameter struct. */
#define CNN_POOL_PARAMS                                                                            \
  { .key = "size",                                                                                 \
    .type = CNN_PARAM_SIZE,                                                                        \
    .offset = offsetof (CnnPool, size),                                                            \
    .initial = "2",                                                                                \
    .min = 1,                                                                                      \
    .max = 4095,                                                                                   \
    .positional = TRUE,                                                                            \
    .label = N_("Window size"),                                                                    \
    .tooltip = N_("Rows and columns of the window") },                                             \
  { .key = "stride",                                                                               \
    .type = CNN_PARAM_SIZE,                                                                        \
    .offset = offsetof (CnnPool, stride),                                                          \
    .initial = "",                                                                                 \
    .min = 1,                                                                                      \
    .max = 4095,                                                                                   \
    .label = N_("Stride"),                                                                         \
    .tooltip = N_("Cells from one window to the next; the window's size when not said, "           \
                  "windows overlap when it is less") },                                            \
  {                                                                                                \
    .key = "pad",                                                                                  \
    .type = CNN_PARAM_PAD,                                                                         \
    .offset = offsetof (CnnPool, pad),                                                             \
    .initial = "valid",                                                                            \
    .min = 0,                                                                                      \
    .max = 4095,                                                                                   \
    .label = N_("Padding"),                                                                        \
    .tooltip = N_("Rows and columns added around the map; they never win")                         \
  }

/* The others, of those that have them. */
#define CNN_POOL_MORE_PARAMS                                                                       \
  { .key = "dilation",                                                                             \
    .rare = TRUE,                                                                                  \
    .type = CNN_PARAM_SIZE,                                                                        \
    .offset = offsetof (CnnPool, dilation),                                                        \
    .initial = "1",                                                                                \
    .min = 1,                                                                                      \
    .max = 4095,                                                                                   \
    .label = N_("Dilation"),                                                                       \
    .tooltip = N_("Cells from one cell of the window to the next") },                              \
  {                                                                                                \
    .key = "round",                                                                                \
    .rare = TRUE,                                                                                  \
    .type = CNN_PARAM_CHOICE,                                                                      \
    .offset = offsetof (CnnPool, round),                                                           \
    .initial = "down",                                                                             \
    .choices = cnn_pool_rounds,                                                                    \
    .label = N_("Round"),                                                                          \
    .tooltip = N_("Whether cells that are left over at the right and below have a window, too")    \
  }

/**
 * CnnPoolStep:
 *
 * The step of a pooling that oneDNN does not have.
 */
typedef struct
{
  CnnStep  step;
  CnnShape in;
  CnnShape out;
  CnnSize  size;
  CnnSize  stride;
  CnnSize  dilation;
  CnnSides pad;
  CnnSize  past; /* rows and columns of padding behind the map that may be counted */
} CnnPoolStep;

/** CnnPoolTake: puts @n values together with those that are there. */
typedef void (*CnnPoolTake) (gsize n, const float *values, float *there);

/**
 * CnnPoolSums:
 * @add: adds a function of @n values to @sums
 * @finish: makes @n values of the sums over windows of @count cells
 *
 * A pooling that adds up.
 */
typedef struct
{
  void (*add)    (gsize n, const float *values, int power, double *sums);
  void (*finish) (gsize n, const double *sums, double count, int power, float *out);
} CnnPoolSums;

gboolean cnn_pool_is_dilated   (const CnnPool *pool);
gboolean cnn_pool_check        (gconstpointer params, GError **error);
gboolean cnn_pool_window       (const CnnNode *node, CnnShape in, CnnWindow *window,
                                GError **error);
CnnStep *cnn_pool_prepare_dnnl (const CnnTask *task, dnnl_alg_kind_t kind, GError **error);
CnnStep *cnn_pool_prepare_fold (const CnnTask *task, CnnPoolTake take, float start);
CnnStep *cnn_pool_prepare_sums (const CnnTask *task, const CnnPoolSums *sums, int power,
                                gboolean count_padding);
void     cnn_pool_step_init    (CnnPoolStep *step, const CnnTask *task);
int      cnn_pool_step_rows    (const CnnPoolStep *step, int y, int *first);
int      cnn_pool_past_padding (const CnnPool *pool, int asked);
CnnRect  cnn_pool_step_cells   (const CnnPoolStep *step, int y, int x);
void     cnn_pool_step_columns (const CnnPoolStep *step, int k, int *first, int *n, int *x);
int      cnn_pool_explain      (const CnnTask *task, const CnnCells *cells, int y, int x,
                                int channel, CnnPart *part);
CnnPart *cnn_pool_add_part     (const CnnTask *task, CnnPartKind kind, int channel,
                                gboolean with_factors, CnnExplanation *explanation);
gboolean cnn_pool_write_window (CnnWriter *writer, const CnnNode *node, CnnWindow *window,
                                GError **error);
const char *cnn_pool_write_map (CnnWriter *writer, CnnWindow *window, double outside);
gboolean cnn_pool_fits_onnx    (const CnnWindow *window);
const char *cnn_pool_write_sums (CnnWriter *writer, const char *x, const CnnWindow *window);
const char *cnn_pool_write_counts (CnnWriter *writer, const CnnPool *pool,
                                   const CnnWindow *window, gboolean count_padding);

/* --- pool-fold.c: which cells of windows count ---------------------------------- */

int      cnn_pool_count_rows    (const CnnPoolStep *pool, gboolean count_padding, int y);
void     cnn_pool_count_columns (const CnnPoolStep *pool, gboolean count_padding,
                                 double *columns);

/* --- pool-train.c --------------------------------------------------------------- */

/**
 * CnnPoolRun:
 * @n: pieces
 * @length: floats of a piece
 * @step: floats from one piece of the input to the next; those of the output lie together
 * @in: where they begin in the input
 * @out: where they begin in the output's row
 *
 * Cells of the input that are the same cell of their windows, for a row of windows.
 */
typedef struct
{
  gsize n;
  gsize length;
  gsize step;
  gsize in;
  gsize out;
} CnnPoolRun;

/* The number of no cell of a window. */
#define CNN_POOL_NO_WINNER G_MAXUINT32

/**
 * CnnPoolChoose:
 * @seed: of what is drawn for the image
 * @y: row of windows
 * @in: the map, [in.height][in.width][channels]
 * @out: for each window the value of its winner, [out.width][channels]
 * @winners: its number in the window, row by row, or %CNN_POOL_NO_WINNER; as @out
 *
 * Which cells of windows win.
 */
typedef void (*CnnPoolChoose) (const CnnPoolStep *pool, guint64 seed, int y, const float *in,
                               float *out, guint32 *winners);

gboolean      cnn_pool_columns       (const CnnPoolStep *pool, int j, CnnPoolRun *run);
gboolean      cnn_pool_run           (const CnnPoolStep *pool, int y, int i, int j,
                                      CnnPoolRun *run);
void          cnn_pool_choose_most   (const CnnPoolStep *pool, guint64 seed, int y,
                                      const float *in, float *out, guint32 *winners);
void          cnn_pool_choose_least  (const CnnPoolStep *pool, guint64 seed, int y,
                                      const float *in, float *out, guint32 *winners);
CnnTrainStep *cnn_pool_train_winner  (const CnnTask *task, CnnPoolChoose choose);

/* --- avgpool-train.c ------------------------------------------------------------ */

CnnTrainStep *cnn_pool_train_average (const CnnTask *task, gboolean count_padding);

G_END_DECLS
