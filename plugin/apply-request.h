/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "apply.h"
#include "pixels.h"
#include "plan.h"
#include "recipe.h"

G_BEGIN_DECLS

/**
 * ApplyRequest:
 * @model: (nullable): the file's network, where there is a file
 * @key: (nullable): what the file's settings are remembered under
 * @usual: the settings that are remembered for the file, or guessed
 * @settings: the settings that count
 * @applied: the network made ready for the picture
 * @encoding: of the picture's and the result's numbers
 * @memory: bytes the network may take; 0 for the usual
 * @file: (nullable): path of the file that the network's weights are in
 * @name: what the result is called
 *
 * What a person or a script asked for, checked and worked out for a picture.
 */
typedef struct
{
  CnnModel        *model;
  char            *key;
  CnnApplySettings usual;
  CnnApplySettings settings;
  CnnApplied      *applied;
  PixelsEncoding   encoding;
  guint64          memory;
  char            *file;
  char            *name;
} ApplyRequest;

ApplyRequest *apply_request_new      (GimpProcedureConfig *config, GimpLayer *layer,
                                      GError **error);
void          apply_request_free     (ApplyRequest *request);
CnnPlan      *apply_request_plan     (const ApplyRequest *request, const CnnRect *region,
                                      GError **error);
gboolean      apply_request_enlarges (const ApplyRequest *request);
void          apply_request_show     (GimpProcedureConfig *config,
                                      const CnnApplySettings *settings);
void          apply_request_keep     (const ApplyRequest *request, RecipeKit *kit);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ApplyRequest, apply_request_free)

G_END_DECLS
