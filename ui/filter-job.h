/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "filter-place.h"
#include "learn-filter.h"

G_BEGIN_DECLS

/**
 * CnnFilterLearner:
 * @learn: as cnn_filter_learn()
 * @network: as cnn_filter_learning_network()
 *
 * Who learns a filter: the engine, or somebody who plays its part in a test.
 */
typedef struct
{
  CnnFilterResult *(*learn)   (CnnPairs *const *alternatives, guint n_alternatives,
                               const CnnFilterOptions *options, CnnFilterFunc func,
                               gpointer data, GCancellable *cancellable, GError **error);
  CnnNetwork      *(*network) (CnnFilterLearning *learning, GError **error);
} CnnFilterLearner;

/**
 * CnnFilterJob:
 *
 * A filter that is learnt in a thread of its own, which also makes the picture that a person looks
 * at meanwhile and afterwards. All functions may be called by any thread, and none of them waits,
 * but for cnn_filter_job_free().
 */
typedef struct _CnnFilterJob CnnFilterJob;

/** CnnFilterPhase: what a job is at. From %CNN_FILTER_DONE on only what is looked at changes. */
typedef enum
{
  CNN_FILTER_LEARNING,
  CNN_FILTER_DONE,     /* there is a result */
  CNN_FILTER_FAILED,   /* there is an error */
  CNN_FILTER_CANCELLED
} CnnFilterPhase;

/**
 * CnnFilterMark:
 * @model: which model it is of
 * @alternative: in which of the alternatives' numbers
 * @point: when, and how good it was
 *
 * A point of the course of all models that were tried.
 */
typedef struct
{
  CnnFilterModel model;
  guint          alternative;
  CnnFilterPoint point;
} CnnFilterMark;

/**
 * CnnFilterSnapshot:
 * @phase: what it is at
 * @state: how far it is; its history is in @course
 * @started: whether there was a state yet
 * @limit: seconds after which it ends; 0: none
 * @course: of CnnFilterMark
 * @place: (nullable): which part of the pictures @learned is of
 * @learned: (nullable): what the filter makes of it, as it would be stored
 * @error: (nullable): why it failed
 * @result: (nullable): what came of it; good as long as the job
 *
 * What there is to be seen of a job. It is asked for again and again with the same struct.
 */
typedef struct
{
  CnnFilterPhase         phase;
  CnnFilterState         state;
  gboolean               started;
  double                 limit;
  GArray                *course;
  CnnFilterPlace        *place;
  CnnTensor             *learned;
  GError                *error;
  const CnnFilterResult *result;
} CnnFilterSnapshot;

const CnnFilterLearner *cnn_filter_learner_default (void);

CnnFilterJob    *cnn_filter_job_new    (const CnnFilterLearner *learner,
                                        CnnPairs *const *alternatives, guint n_alternatives,
                                        const CnnFilterOptions *options);
void             cnn_filter_job_free   (CnnFilterJob *job);
void             cnn_filter_job_start  (CnnFilterJob *job);
void             cnn_filter_job_look   (CnnFilterJob *job, CnnFilterPlace *place);
void             cnn_filter_job_stop   (CnnFilterJob *job);
void             cnn_filter_job_cancel (CnnFilterJob *job);
void             cnn_filter_job_peek   (CnnFilterJob *job, CnnFilterSnapshot *snapshot);
CnnFilterResult *cnn_filter_job_finish (CnnFilterJob *job);

void             cnn_filter_snapshot_init  (CnnFilterSnapshot *snapshot);
void             cnn_filter_snapshot_clear (CnnFilterSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnFilterJob, cnn_filter_job_free)

G_END_DECLS
