/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "network.h"
#include "tensor.h"

G_BEGIN_DECLS

/** CNN_FILTER_ALTERNATIVES: the most kinds of numbers that a filter is learnt in. */
#define CNN_FILTER_ALTERNATIVES 4

/**
 * CnnFilterPicture:
 * @shape: of both pictures
 * @n_alternatives: in how many kinds of numbers it can be read, 1 to %CNN_FILTER_ALTERNATIVES
 * @read: the cells of @rect, which lies inside, of the picture before or after to @values,
 *   [rect.height][rect.width][channels]. Called by the main thread alone. Returns %FALSE with an
 *   error set when it cannot
 * @stored: @n cells of @values, [n][channels], as pictures store them, 0 is black and 1 white, to
 *   @stored. Called by any thread
 * @data: for both
 *
 * What a host says of the pictures before and after that a person looks at while a filter is
 * learnt. All numbers are of one of the alternatives that the filter is learnt in.
 */
typedef struct
{
  CnnShape shape;
  guint    n_alternatives;
  gboolean (*read)   (gpointer data, guint alternative, gboolean after, const CnnRect *rect,
                      float *values, GError **error);
  void     (*stored) (gpointer data, guint alternative, const float *values, gsize n,
                      float *stored);
  gpointer data;
} CnnFilterPicture;

/**
 * CnnFilterPlace:
 * @rect: which part of the pictures it is
 * @before: the part as the picture before stores it, [rect.height][rect.width][channels]
 * @after: the same of the picture after
 *
 * A part of the pictures, with what a filter sees around it. Does not change; any thread may have
 * it. Reference-counted.
 */
typedef struct
{
  CnnRect    rect;
  CnnTensor *before;
  CnnTensor *after;

  /*< private >*/
  gint             ref_count;
  CnnFilterPicture picture;
  CnnRect          outer; /* with the margin */
  CnnTensor       *values[CNN_FILTER_ALTERNATIVES]; /* before, of all of @outer */
} CnnFilterPlace;

CnnFilterPlace *cnn_filter_place_new     (const CnnFilterPicture *picture, const CnnRect *rect,
                                          GError **error);
CnnFilterPlace *cnn_filter_place_ref     (CnnFilterPlace *place);
void            cnn_filter_place_unref   (CnnFilterPlace *place);
CnnTensor      *cnn_filter_place_learned (CnnFilterPlace *place, CnnNetwork *network,
                                          guint alternative, GCancellable *cancellable,
                                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnFilterPlace, cnn_filter_place_unref)

G_END_DECLS
