/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "apply.h"
#include "pixels.h"
#include "plan.h"
#include "recipe.h"

G_BEGIN_DECLS

/** APPLY_ENCODING_NOTE: where a file notes the encoding, by its name in a script. */
#define APPLY_ENCODING_NOTE "convolens.input-encoding"

/**
 * ApplyRequest:
 * @model: (nullable): the file's network, where there is a file
 * @key: (nullable): what the file's settings are remembered under
 * @usual: the settings that are remembered for the file, or guessed
 * @settings: the settings that count
 * @applied: the network made ready for the picture
 * @encoding: of the picture's and the result's numbers
 * @memory: bytes the network may take; 0 for the usual
 * @network: (nullable): the network, where it is neither in a file nor was typed
 * @text: (nullable): the text that was typed
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
  CnnNetwork      *network;
  char            *text;
  char            *file;
  char            *name;
} ApplyRequest;

ApplyRequest *apply_request_new      (GimpProcedureConfig *config, GimpLayer *layer,
                                      GError **error);
ApplyRequest *apply_request_new_of   (CnnNetwork *network, const char *name,
                                      PixelsEncoding encoding, GimpLayer *layer,
                                      GError **error);
void          apply_request_free     (ApplyRequest *request);
CnnPlan      *apply_request_plan     (const ApplyRequest *request, const CnnRect *region,
                                      GError **error);
gboolean      apply_request_enlarges (const ApplyRequest *request);
void          apply_request_show     (GimpProcedureConfig *config,
                                      const CnnApplySettings *settings);
RecipeKit    *apply_request_kit      (const ApplyRequest *request, GimpLayer *picture,
                                      const Coverage *coverage);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ApplyRequest, apply_request_free)

G_END_DECLS
