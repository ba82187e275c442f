/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "op.h"

G_BEGIN_DECLS

/* What an op's @write says to have itself written as ONNX nodes. Values go by their names,
 * which the writer owns. In ONNX a map is [1, channels, height, width]. A vector, 1×1×K
 * here, is either that with one place, or [1, K] after flatten and dense; an op asks for
 * the form it needs with cnn_writer_map() or cnn_writer_vector(), or takes either with
 * cnn_writer_value() and gives the same with cnn_writer_give_same(). */

/** CNN_WRITER_MAX_DIMS: extents that a tensor of numbers has at most. */
#define CNN_WRITER_MAX_DIMS 6

/* --- what the layer reads ----------------------------------------------------------- */

CnnShape          cnn_writer_in        (const CnnWriter *writer, guint input);
CnnShape          cnn_writer_out       (const CnnWriter *writer);
const char       *cnn_writer_value     (CnnWriter *writer, guint input);
const char       *cnn_writer_map       (CnnWriter *writer, guint input);
const char       *cnn_writer_vector    (CnnWriter *writer, guint input);
gboolean          cnn_writer_is_vector (const CnnWriter *writer, guint input);
CnnShape          cnn_writer_order     (const CnnWriter *writer, guint input);
void              cnn_writer_meet      (CnnWriter *writer, gboolean broadcasts);
gboolean          cnn_writer_for_dense (const CnnWriter *writer);
CnnTensor *const *cnn_writer_weights   (CnnWriter *writer);

/* --- numbers ------------------------------------------------------------------------ */

const char       *cnn_writer_floats    (CnnWriter *writer, const char *what, int n_dims,
                                        const gint64 *dims, const float *values);
const char       *cnn_writer_ints      (CnnWriter *writer, const char *what, int n,
                                        const gint64 *values);
const char       *cnn_writer_number    (CnnWriter *writer, const char *what, double value);

/* --- ONNX nodes --------------------------------------------------------------------- */

const char       *cnn_writer_add       (CnnWriter *writer, const char *op, ...)
                                        G_GNUC_NULL_TERMINATED;
const char       *cnn_writer_add_list  (CnnWriter *writer, const char *op, guint n,
                                        const char *const *in);
const char       *cnn_writer_second    (CnnWriter *writer);
void              cnn_writer_int       (CnnWriter *writer, const char *key, gint64 value);
void              cnn_writer_float     (CnnWriter *writer, const char *key, double value);
void              cnn_writer_string    (CnnWriter *writer, const char *key, const char *value);
void              cnn_writer_list      (CnnWriter *writer, const char *key, int n,
                                        const gint64 *values);
void              cnn_writer_window    (CnnWriter *writer, const CnnWindow *window);
const char       *cnn_writer_pad       (CnnWriter *writer, const char *x, CnnSides pad,
                                        double value);
const char       *cnn_writer_border    (CnnWriter *writer, const char *x, CnnWindow *window);

/* --- functions of the model's own ---------------------------------------------------- */

gboolean          cnn_writer_function  (CnnWriter *writer, const char *name,
                                        const char *const *keys);
void              cnn_writer_pass_on   (CnnWriter *writer, const char *key, gboolean list);
void              cnn_writer_end       (CnnWriter *writer, const char *value);
const char       *cnn_writer_call      (CnnWriter *writer, const char *name, const char *in);

/* --- what the layer puts out ---------------------------------------------------------- */

void              cnn_writer_give      (CnnWriter *writer, const char *value, gboolean vector);
void              cnn_writer_give_same (CnnWriter *writer, const char *value);
void              cnn_writer_give_channels_first (CnnWriter *writer, const char *value,
                                                  CnnShape order);
void              cnn_writer_fixed     (CnnWriter *writer);
void              cnn_writer_fixed_padding (CnnWriter *writer, const CnnPad *pad,
                                            const CnnWindow *window);
gboolean          cnn_writer_simple    (CnnWriter *writer, const char *op, ...)
                                        G_GNUC_NULL_TERMINATED;

G_END_DECLS
