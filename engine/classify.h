/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "apply.h"
#include "frame.h"
#include "plan.h"

G_BEGIN_DECLS

/** CnnClassifyMode: how a picture is made the input of a classifier. */
typedef enum
{
  CNN_CLASSIFY_AUTO,   /* as its file says; else small inputs of one channel are for digits,
                          others for pictures */
  CNN_CLASSIFY_DIGIT,  /* the ink, centred and scaled as handwriting is in MNIST */
  CNN_CLASSIFY_PICTURE /* the picture as it is */
} CnnClassifyMode;

/**
 * CNN_CLASSIFY_NOTE:
 *
 * Under this a network's file says how the pictures that it learnt from became its input, a word
 * of cnn_classify_note(), so that it is asked about others in the same way.
 */
#define CNN_CLASSIFY_NOTE "convolens.framing"

/**
 * CnnClassifier:
 * @network: the network
 * @output: its last layer, or of a file's network the first that gives something out;
 *   @network goes no further
 * @input: shape of what it takes
 * @infos: what is known of its nodes
 * @n_classes: how many values come out
 * @digit: whether it is shown ink rather than a picture
 * @framing: how pictures became its input when it learnt; where nobody knows, the middle
 * @settings: which numbers it wants
 *
 * A network that tells pictures apart. Reference-counted; one thread at a time may run it.
 */
typedef struct
{
  CnnNetwork      *network;
  guint            output;
  CnnShape         input;
  CnnNodeInfo     *infos;
  guint            n_classes;
  gboolean         digit;
  CnnFraming       framing;
  CnnApplySettings settings;

  /*< private >*/
  CnnPlan         *plan;
} CnnClassifier;

gboolean       cnn_classify_is_digit (CnnShape input, CnnClassifyMode mode);
const char    *cnn_classify_note     (gboolean digit, CnnFraming framing);

CnnClassifier *cnn_classifier_new    (CnnNetwork *network, const CnnModelInfo *info,
                                      CnnClassifyMode mode, int channels, GError **error);
CnnClassifier *cnn_classifier_ref    (CnnClassifier *classifier);
void           cnn_classifier_unref  (CnnClassifier *classifier);
char          *cnn_classifier_label  (const CnnClassifier *classifier, guint number);
void           cnn_classifier_values (const CnnClassifier *classifier, const float *seen,
                                      float *values);
gboolean       cnn_classifier_run    (CnnClassifier *classifier, const float *values,
                                      double *probabilities, GError **error);
float         *cnn_classifier_map    (const CnnClassifier *classifier, const float *values,
                                      guint node, guint number, CnnSize *size, GError **error);
guint          cnn_classifier_best   (const CnnClassifier *classifier,
                                      const double *probabilities);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnClassifier, cnn_classifier_unref)

G_END_DECLS
