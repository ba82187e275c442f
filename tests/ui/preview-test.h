/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "preview.h"
#include "ui-test.h"

G_BEGIN_DECLS

/** Gate: a picture that can be slow, or stuck. */
typedef struct
{
  CnnPicture *inner;
  GMutex      lock;
  GCond       opened;
  gboolean    shut;   /* reads wait */
  gint        waiting;
  gint        n_reads;
  gint        freed;
  gulong      nap;    /* microseconds a read takes */
} Gate;

/** Asked: a view that is waited for; its values come map after map. */
typedef struct
{
  CnnPreview    *preview;
  CnnPreviewView view;
  float         *values; /* [n_maps][…] */
} Asked;

CnnPicture *preview_test_gate_picture (int height, int width, int channels, Gate **out);
void        preview_test_gate_set     (Gate *gate, gboolean shut);

CnnNetwork *preview_test_parse        (const char *text);
float      *preview_test_run_whole    (CnnPicture *picture, CnnNetwork *network, guint node,
                                       CnnShape *shape);
float       preview_test_value_at     (const float *values, CnnShape shape, int map, int y, int x);

CnnSize     preview_test_asked_size   (const Asked *asked);
gboolean    preview_test_is_there     (gpointer asked);
gboolean    preview_test_has_stats    (gpointer asked);
gsize       preview_test_count_wrong  (const Asked *asked, const float *whole, CnnShape shape,
                                       double bound);

G_END_DECLS
