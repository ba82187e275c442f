/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "learn-pairs.h"

G_BEGIN_DECLS

/** LearnAdd: what is added to the image. */
typedef enum
{
  LEARN_ADD_LAYER,  /* the result above each before layer, and what remains, hidden */
  LEARN_ADD_FILTER, /* GIMP's Convolution Matrix on each before layer */
  LEARN_ADD_NOTHING
} LearnAdd;

/**
 * LearnRequest:
 * @layers: what to learn from
 * @options: how
 * @encoding: in which numbers
 * @output: (nullable): path of the .onnx file to write
 * @add: what is added to the image
 *
 * What a person or a script asked for, checked.
 */
typedef struct
{
  LearnLayers     *layers;
  CnnFilterOptions options;
  LearnEncoding    encoding;
  char            *output;
  LearnAdd         add;
} LearnRequest;

/**
 * Learnt:
 * @request: what was asked for
 * @pairs: the pixels that it was learnt from
 * @result: what was learnt
 *
 * All there is after learning, before anything is added to the image.
 */
typedef struct
{
  LearnRequest    *request;
  LearnPairs      *pairs;
  CnnFilterResult *result;
} Learnt;

LearnRequest  *learn_request_new  (GimpProcedureConfig *config, GimpImage *image,
                                   GimpDrawable **drawables, GError **error);
void           learn_request_free (LearnRequest *request);

Learnt        *learnt_new         (LearnRequest *request, LearnPairs *pairs,
                                   CnnFilterResult *result);
void           learnt_free        (Learnt *learnt);
PixelsEncoding learnt_encoding    (const Learnt *learnt);
char          *learnt_kernel_text (const CnnFilterResult *result);
gboolean       learnt_can_be_live (const Learnt *learnt, GError **error);
gboolean       learnt_save        (const Learnt *learnt, const char *path, GError **error);
gboolean       learnt_finish      (const Learnt *learnt, GimpLayer **layer, GError **error);

Learnt        *learn_run          (GimpProcedureConfig *config, GimpImage *image,
                                   GimpDrawable **drawables, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LearnRequest, learn_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Learnt, learnt_free)

G_END_DECLS
