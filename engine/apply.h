/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "model.h"

G_BEGIN_DECLS

/** CnnApplyRange: which numbers stand for black and for white. */
typedef enum
{
  CNN_APPLY_UNIT,   /* 0 to 1 */
  CNN_APPLY_SIGNED, /* −1 to 1 */
  CNN_APPLY_BYTES   /* 0 to 255 */
} CnnApplyRange;

/**
 * CnnApplySettings:
 * @range: what values of 0 to 1 are brought to first
 * @bgr: whether blue comes first
 * @mean: what is taken away then, of the network's channel 0, 1, 2
 * @scale: what is multiplied with after that; not 0
 * @luma: whether only the brightness goes through the network, and the colours are
 *   kept beside it
 *
 * Which numbers a network of pictures wants and gives: channel c gets
 * (value · range − mean[c]) · scale[c], and the same backwards comes out.
 */
typedef struct
{
  CnnApplyRange range;
  gboolean      bgr;
  double        mean[3];
  double        scale[3];
  gboolean      luma;
} CnnApplySettings;

/**
 * CnnApplied:
 * @text: a network whose input is the picture, values from 0 to 1, and whose last layer
 *   is the result, of the same kind
 * @network: the same, read
 * @infos: what is known of its nodes
 * @input: shape of the picture that it takes
 * @output: of the result; 1 channel is brightness, 3 are colours
 * @own_size: whether the network sees the picture's own pixels; otherwise the picture is
 *   brought to @seen, and the result back to the picture's size
 * @seen: rows and columns that the network itself sees
 * @bounded: whether no layer needs all of a map in memory
 *
 * A network of pictures, made ready for one picture.
 */
typedef struct
{
  char        *text;
  CnnNetwork  *network;
  CnnNodeInfo *infos;
  CnnShape     input;
  CnnShape     output;
  gboolean     own_size;
  CnnSize      seen;
  gboolean     bounded;
} CnnApplied;

CnnApplySettings cnn_apply_settings (void);
gboolean         cnn_apply_settings_equal (const CnnApplySettings *a, const CnnApplySettings *b);
CnnModel        *cnn_apply_open     (const char *file, CnnShape picture, GError **error);
CnnApplied      *cnn_apply_new      (const char *text, guint output, CnnBank *bank,
                                     CnnShape picture, const CnnApplySettings *settings,
                                     GError **error);
char            *cnn_apply_text     (const char *text, CnnShape picture,
                                     const CnnApplySettings *settings, GError **error);
void             cnn_applied_free   (CnnApplied *applied);
void             cnn_apply_values   (const CnnApplySettings *settings, int channels, gsize n,
                                     const float *from, float *to);

CnnApplySettings cnn_apply_guess    (const CnnModelInfo *info, const CnnNetwork *network);
gboolean         cnn_apply_numbers  (const char *text, double *numbers, GError **error);
char            *cnn_apply_numbers_text (const double *numbers);

char            *cnn_apply_key      (const char *file, GError **error);
gboolean         cnn_apply_recall   (const char *key, CnnApplySettings *settings);
gboolean         cnn_apply_remember (const char *key, const CnnApplySettings *settings,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnApplied, cnn_applied_free)

G_END_DECLS
