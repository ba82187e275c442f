/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "error.h"
#include "explain.h"
#include "param.h"
#include "store.h"
#include "tensor.h"
#include "train-step.h"

G_BEGIN_DECLS

typedef struct _CnnNode CnnNode;
typedef struct _CnnStep CnnStep;
typedef struct _CnnTask CnnTask;
typedef struct _CnnWriter CnnWriter;

#define CNN_MAX_INPUTS  16
#define CNN_MAX_WEIGHTS 4

/** CnnOpGroup: where an op stands in a menu. */
typedef enum
{
  CNN_GROUP_INPUT,
  CNN_GROUP_CONVOLUTION,
  CNN_GROUP_ACTIVATION,
  CNN_GROUP_POOLING,
  CNN_GROUP_STRUCTURE,
  CNN_GROUP_DENSE
} CnnOpGroup;

/**
 * CnnReach: which part of its input one output cell of an op needs.
 * @CNN_REACH_POINT: the cells at the same place; the op can run in place
 * @CNN_REACH_WINDOW: a window, as the op's @window says
 * @CNN_REACH_WHOLE: all of it
 */
typedef enum
{
  CNN_REACH_POINT,
  CNN_REACH_WINDOW,
  CNN_REACH_WHOLE
} CnnReach;

/**
 * CnnWeight:
 * @name: what it is: "weight", "bias", …
 * @n_dims: how many of @dims count
 * @dims: its extents, outermost first
 * @trained: whether it counts as a parameter that training changes
 */
typedef struct
{
  const char *name;
  int         n_dims;
  int         dims[CNN_TENSOR_MAX_DIMS];
  gboolean    trained;
} CnnWeight;

/**
 * CnnTask:
 * @node: the layer
 * @batch: images that a run of the step takes, one after the other in memory;
 *   0 counts as 1. More than one only for an op that @batches
 * @weights: its weights, as the op's @weights lists them
 * @n_in: number of inputs
 * @in: their shapes
 * @out: the shape to produce
 * @whole: the shape of input 0's whole map, of which @in is a part
 * @pad: what the op itself adds around @in: zeros in a convolution, nothing
 *   that counts in a pooling. Borders other than zero are already in @in. Below 0 no
 *   window reaches so many rows or columns at that side of @in. 0 of an op that @seeks
 * @then: (nullable): a layer with a @slope that is done to the output at once;
 *   only for an op that fuses
 * @halves: whether of the output, after that, only the largest of each 2×2 is kept,
 *   and @out is the shape of that; only for an op that @halves
 * @streams: whether the output is so large that it should be written past the caches
 * @in_stride: floats from one plane of input 0 to the next where its rows are planes, see
 *   planes.h; else 0. Only for an op that @takes_planes
 * @in_first: the column of these rows with which the first window begins
 * @out_stride: the same as @in_stride of the output. Only for an op that @gives_planes
 * @store: the weights in other forms, for all tasks of the layer
 *
 * A layer on a tile of its map; the whole map is one such tile.
 */
struct _CnnTask
{
  const CnnNode    *node;
  int               batch;
  CnnTensor *const *weights;
  guint             n_in;
  CnnShape          in[CNN_MAX_INPUTS];
  CnnShape          out;
  CnnShape          whole;
  CnnSides          pad;
  const CnnNode    *then;
  gboolean          halves;
  gboolean          streams;
  gsize             in_stride;
  int               in_first;
  gsize             out_stride;
  CnnStore         *store;
};

/**
 * CnnStep:
 * @run: computes @out, [out.height][out.width][out.channels], from the inputs,
 *   [in.height][in.width][in.channels] each; of a task for several images, [batch]
 *   times that. (y, x) is the place of @out's first cell on the whole map. Allocates
 *   nothing.
 * @free: frees the step
 *
 * A task made ready to run, by one thread at a time. An op's own step begins
 * with this struct.
 */
struct _CnnStep
{
  gboolean (*run)  (CnnStep *step, const float *const *in, float *out, int y, int x);
  void     (*free) (CnnStep *step);
};

/**
 * CnnReduction:
 * @start: what a sum is before anything was added
 * @add: adds value i to sum i, for @n neighbouring values
 * @join: adds two sums
 * @result: the layer's value, from the sum over all @n_cells cells
 * @all_maps: whether it makes a single value of all maps
 *
 * How a layer makes one value of each map, taking it in bit by bit. A "sum" is
 * whatever may be put together in parts: a sum, or the greatest value. It is
 * always done in the same order, see reduce.c.
 */
typedef struct
{
  double start;
  void   (*add)    (gsize n, const float *values, double *sums);
  double (*join)   (double a, double b);
  float  (*result) (double sum, gint64 n_cells);
  gboolean all_maps;
} CnnReduction;

/**
 * CnnOp:
 * @name: as written in a network's text
 * @label: (translatable) as shown to a person
 * @blurb: (translatable) what it does, in a sentence
 * @example: (nullable): values in the text notation that a person may begin with, where
 *   the initial ones do not make a layer; names of other layers are left out
 * @after: (nullable): the name of a layer without parameters that makes what it takes, where
 *   it cannot take what there is
 * @group: where it stands in a menu
 * @reach: which part of its input an output cell needs
 * @exact: on small integers and integer weights its results are exact: what
 *   adds up, compares or copies, but does not divide; where its @grid is one cell
 * @fuses: whether its steps can do a layer with a @slope to their output
 * @reduction: (nullable): how it takes in its input bit by bit; of a
 *   %CNN_REACH_WHOLE op that puts out one value of each map
 * @folds: whether a layer with an @affine can go into its weights: those are [maps][…] and
 *   then, where task->weights[1] is not %NULL, [maps] that are added. Of an op that @fuses
 * @batches: whether its steps take several images at a time
 * @broadcasts: whether inputs may have one row, or one column, where the output has
 *   more: each of the output's then reads that one. Of a %CNN_REACH_POINT op
 * @seeks: whether its steps find out with cnn_window_first() which part of the input
 *   they have: it then gets neither padding nor a border. Of an op whose window has
 *   an @up, for which few tiles would be alike otherwise
 * @params_size: size of its parameter struct
 * @params: its parameters, ending at a %NULL key
 *
 * @check: whether the parameters fit together, before any shape is known.
 *   May be %NULL. Errors: %CNN_ERROR_SPEC
 * @shape: the output's shape; @in holds as many shapes as the node has inputs.
 *   %NULL: the shape of the one input. Errors: %CNN_ERROR_SHAPE
 * @reach_of: which part of its input an output cell of such a layer needs, where
 *   that depends on its parameters. %NULL: @reach. A layer that is
 *   %CNN_REACH_WINDOW for some parameters has a @window
 * @window: fills the window for an input of the given size. Of a
 *   %CNN_REACH_WINDOW op. Errors: %CNN_ERROR_SHAPE
 * @reduction_of: (nullable): how such a layer takes in its input bit by bit, or %NULL where it
 *   does not, where that depends on its parameters. %NULL: @reduction
 * @weights: lists the weights it has on an input of shape @in into @weights,
 *   [%CNN_MAX_WEIGHTS], and returns how many. %NULL: none
 * @init: fills the listed weights with what the parameters say, the rest drawn
 *   at random from @seed. Of an op with weights. Errors: %CNN_ERROR_SHAPE
 * @slope: the factor of negative values, of a layer that keeps positive ones and
 *   does nothing else. %NULL: it is no such layer
 * @affine: of a %CNN_REACH_POINT layer that does nothing but multiply each map with a number
 *   and add one: fills in these, for @n maps. %NULL: it is no such layer
 * @halves: whether its steps can keep just the largest of each 2×2 of their output.
 *   %NULL: no. Of an op that fuses
 * @takes_planes: whether its steps can read rows that are planes. %NULL: no
 * @gives_planes: whether they can write such; or the largest of each 2×2, if it @halves. %NULL:
 *   no
 * @largest: whether it gives the largest value of its window. %NULL: no
 * @grid: output rows and columns that are made together: where the plan cuts the
 *   output, it cuts at multiples of these, so that a value is computed in the same
 *   way in every cut. %NULL: each is made by itself
 * @macs: multiplications with a weight for one run. %NULL: none
 * @map_label: name of a map of the output, or %NULL where it has none. May be
 *   %NULL. (transfer full)
 * @prepare: makes a step. Errors: %CNN_ERROR_UNSUPPORTED, %CNN_ERROR_LIMIT
 * @train: makes a step for training, see train-step.h; @task is of whole maps, of task->batch
 *   images, without @then and @halves but after @train_halves, and its weights change from
 *   minibatch to minibatch.
 *   %NULL: such a layer cannot be trained, nor any before it. Errors: %CNN_ERROR_UNSUPPORTED,
 *   %CNN_ERROR_LIMIT
 * @train_halves: whether such a step can keep just the largest of each 2×2, after a layer
 *   with a @slope of 0 or more, where derivatives by the input are not wanted; @task is without
 *   both. %NULL: no
 * @explain: adds the arithmetic behind cell (y, x, channel) of the whole map;
 *   task->pad does not count, the op works out its own. In double, from the
 *   formula, sharing nothing with @prepare but the window arithmetic
 * @write: adds ONNX nodes that do the same, and gives their result, see writer.h. %NULL:
 *   it cannot be written. Errors: %CNN_ERROR_UNSUPPORTED, %CNN_ERROR_LIMIT
 *
 * A kind of layer. Everything the program knows of it is said here, once.
 */
typedef struct
{
  const char         *name;
  const char         *label;
  const char         *blurb;
  const char         *example;
  const char         *after;
  CnnOpGroup          group;
  CnnReach            reach;
  gboolean            exact;
  gboolean            fuses;
  gboolean            folds;
  gboolean            batches;
  gboolean            broadcasts;
  gboolean            seeks;
  const CnnReduction *reduction;
  gsize               params_size;
  const CnnParam     *params;

  gboolean (*check)     (gconstpointer params, GError **error);
  gboolean (*shape)     (const CnnNode *node, guint n_in, const CnnShape *in, CnnShape *out,
                         GError **error);
  CnnReach (*reach_of)  (const CnnNode *node);
  gboolean (*window)    (const CnnNode *node, CnnShape in, CnnWindow *window, GError **error);
  const CnnReduction *(*reduction_of) (const CnnNode *node);
  guint    (*weights)   (const CnnNode *node, CnnShape in, CnnWeight *weights);
  gboolean (*init)      (const CnnNode *node, CnnShape in, guint64 seed, CnnTensor *const *weights,
                         GError **error);
  double   (*slope)     (const CnnNode *node);
  void     (*affine)    (const CnnNode *node, CnnTensor *const *weights, int n, double *scale,
                         double *shift);
  gboolean (*halves)    (const CnnNode *node, CnnShape in, CnnShape out);
  gboolean (*takes_planes) (const CnnNode *node, CnnShape in, CnnShape out);
  gboolean (*gives_planes) (const CnnNode *node, CnnShape in, CnnShape out, gboolean halves);
  gboolean (*largest)   (const CnnNode *node);
  CnnSize  (*grid)      (const CnnNode *node, CnnShape in, CnnShape out);
  gint64   (*macs)      (const CnnNode *node, CnnShape in, CnnShape out);
  char    *(*map_label) (const CnnNode *node, int map);
  CnnStep *(*prepare)   (const CnnTask *task, GError **error);
  CnnTrainStep *(*train) (const CnnTask *task, GError **error);
  gboolean (*train_halves) (const CnnTask *task);
  void     (*explain)   (const CnnTask *task, const CnnCells *cells, int y, int x, int channel,
                         CnnExplanation *explanation);
  gboolean (*write)     (CnnWriter *writer, const CnnNode *node, GError **error);
} CnnOp;

/**
 * CnnNode:
 * @op: the kind of layer
 * @params: the op's parameter struct
 * @name: what as= calls it, or %NULL
 * @from: the name of the layer that from= makes its first input, or %NULL: it is the one before
 * @n_in: number of inputs
 * @in: the nodes they come from
 * @seed: of what it draws at random
 * @line: where in the text it was read, from 1; 0 when it was not
 * @column: the same, in characters from 1
 *
 * A layer in a network.
 */
struct _CnnNode
{
  const CnnOp *op;
  gpointer     params;
  char        *name;
  char        *from;
  guint        n_in;
  guint        in[CNN_MAX_INPUTS];
  guint64      seed;
  int          line;
  int          column;
};

const CnnOp *const *cnn_ops        (guint *n_ops);
const CnnOp        *cnn_op_find    (const char *name);
const CnnParam     *cnn_op_param   (const CnnOp *op, const char *key);

gboolean            cnn_node_check  (const CnnNode *node, GError **error);
CnnReach            cnn_node_reach  (const CnnNode *node);
const CnnReduction *cnn_node_reduction (const CnnNode *node);
gboolean            cnn_node_shape  (const CnnNode *node, const CnnShape *in, CnnShape *out,
                                     GError **error);
gboolean            cnn_node_window (const CnnNode *node, CnnShape in, CnnWindow *window,
                                     GError **error);
guint               cnn_node_weights (const CnnNode *node, CnnShape in, CnnWeight *weights);
char               *cnn_node_title  (const CnnNode *node);

void                cnn_step_free  (CnnStep *step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnStep, cnn_step_free)

G_END_DECLS
