/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "classify-picture.h"

G_BEGIN_DECLS

/**
 * ClassifyRequest:
 * @classifier: the network
 * @coverage: of the layer
 * @picture: what it sees of it
 * @values: the same in the network's numbers, from classify_request_run() on
 * @probabilities: [classifier->n_classes], from there on
 * @best: the most likely class
 *
 * What a person or a script asked for, and the answer.
 */
typedef struct
{
  CnnClassifier  *classifier;
  Coverage       *coverage;
  ClassifyPicture picture;
  float          *values;
  double         *probabilities;
  guint           best;
} ClassifyRequest;

ClassifyRequest *classify_request_new  (GimpProcedureConfig *config, GimpLayer *layer,
                                        GError **error);
gboolean         classify_request_run  (ClassifyRequest *request, GError **error);
void             classify_request_free (ClassifyRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClassifyRequest, classify_request_free)

G_END_DECLS
