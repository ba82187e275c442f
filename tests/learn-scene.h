/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "learn-filter.h"

/* Pictures before and after a filter, for tests. */

/** Scene: [height][width][channels] each, @counts [height][width]. */
typedef struct
{
  CnnShape shape;
  float   *before;
  float   *after;
  float   *counts;
} Scene;

/** SceneKernel: [channels][size][size][channels that it sees]. */
typedef struct
{
  int      channels;
  int      size;
  gboolean across;
  double   offset;
  double  *weights;
} SceneKernel;

Scene           *scene_new        (CnnShape shape, guint64 seed);
void             scene_free       (Scene *scene);
void             scene_filter     (Scene *scene, const SceneKernel *kernel);
gsize            scene_clip       (Scene *scene);
void             scene_mask       (Scene *scene, double share);
void             scene_round      (float *values, CnnShape shape);
void             scene_noise      (float *values, CnnShape shape, double sigma, guint64 seed);
void             scene_roots      (Scene *scene);
void             scene_flat       (Scene *scene, int channel);
void             scene_median     (Scene *scene);
void             scene_specks     (Scene *scene, double share);
void             scene_curve      (Scene *scene);
void             scene_largest    (Scene *scene);
void             scene_spoil_held (Scene *scene);

SceneKernel     *scene_kernel_new  (int channels, int size, gboolean across, double offset,
                                    guint64 seed);
void             scene_kernel_free (SceneKernel *kernel);

CnnPairs        *scene_no_pairs   (const Scene *scene, gboolean roots);
gboolean         scene_add        (const Scene *scene, CnnPairs *pairs, GError **error);
CnnPairs        *scene_pairs      (const Scene *scene, gboolean roots);
CnnFilterOptions scene_options    (void);
CnnFilterResult *scene_learn      (const Scene *scene, const CnnFilterOptions *options);
float           *scene_run        (const Scene *scene, CnnNetwork *network);
double           scene_judge      (const Scene *scene, const CnnFilterResult *result);
void             scene_check_network (const Scene *scene, const CnnFilterResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SceneKernel, scene_kernel_free)
