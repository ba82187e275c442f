/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "dataset.h"
#include "network.h"

G_BEGIN_DECLS

/**
 * CnnMistake:
 * @image: number of the image in the data set
 * @label: its class
 * @answer: what the network says
 * @loss: −log of the probability of the right class
 */
typedef struct
{
  gsize  image;
  guint  label;
  guint  answer;
  double loss;
} CnnMistake;

/**
 * CnnEvaluation:
 * @n: images
 * @n_classes: classes
 * @loss: mean cross-entropy
 * @n_right: images that were told right
 * @confusion: [n_classes][n_classes]: how many of a class (row) were taken for which (column)
 * @mistakes: of CnnMistake, the worst ones first; at most as many as were asked for
 */
typedef struct
{
  gsize    n;
  guint    n_classes;
  double   loss;
  gsize    n_right;
  gsize   *confusion;
  GArray  *mistakes;
} CnnEvaluation;

CnnEvaluation *cnn_evaluate        (CnnNetwork *network, CnnDataset *images, guint n_mistakes,
                                    int workers, GCancellable *cancellable, GError **error);
void           cnn_evaluation_free (CnnEvaluation *evaluation);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnEvaluation, cnn_evaluation_free)

G_END_DECLS
