/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "coverage.h"
#include "output-view.h"

G_BEGIN_DECLS

GimpProcedure  *procedure_new          (GimpPlugIn *plug_in, const char *name,
                                        GimpRunImageFunc run, const char *label,
                                        const char *blurb, const char *help);
GimpProcedure  *procedure_new_without_image (GimpPlugIn *plug_in, const char *name,
                                             GimpRunFunc run, const char *label,
                                             const char *blurb, const char *help);
GimpChoice     *procedure_choice       (const CnnOutputChoice *choices);
void            procedure_add_encoding (GimpProcedure *procedure);
void            procedure_add_memory   (GimpProcedure *procedure, const char *label);
void            procedure_begin        (void);
gboolean        procedure_check_layer  (GimpImage *image, GimpLayer *layer, GError **error);
GimpLayer      *procedure_layer        (GimpImage *image, GimpDrawable **drawables,
                                        const char *who, GError **error);
Coverage       *procedure_coverage     (GimpImage *image, GimpLayer *layer, GError **error);
char           *procedure_model_path   (GimpProcedureConfig *config, const char *argument,
                                        GError **error);
char           *procedure_sentence     (const GError *error);
GimpValueArray *procedure_fail         (GimpProcedure *procedure, GError *error);

G_END_DECLS
