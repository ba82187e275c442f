/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A part of the pictures before and after a filter, and what a network makes of it. */

#include "filter-place.h"

#include "error.h"
#include "i18n.h"
#include "plan.h"

/* Cells around the part that a filter sees too: more than half of the largest kernel, 63×63, and
 * than the convolutions of the deepest network reach. */
#define MARGIN 32

static CnnTensor *
make_tensor (const CnnRect *rect, int channels, GError **error)
{
  const int  dims[] = { rect->height, rect->width, channels };
  CnnTensor *tensor = cnn_tensor_new (3, dims);

  if (tensor == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory"));
  return tensor;
}

/* (transfer full) (nullable): a part of one of the pictures, in numbers of an alternative. */
static CnnTensor *
read_values (const CnnFilterPicture *picture, guint alternative, gboolean after,
             const CnnRect *rect, GError **error)
{
  g_autoptr (CnnTensor) values = make_tensor (rect, picture->shape.channels, error);

  if (values == NULL ||
      !picture->read (picture->data, alternative, after, rect, values->values, error))
    return NULL;
  return g_steal_pointer (&values);
}

/* (transfer full) (nullable): values of an alternative as they are stored. */
static CnnTensor *
as_stored (const CnnFilterPicture *picture, guint alternative, const CnnRect *rect,
           const CnnTensor *values, GError **error)
{
  CnnTensor *stored = make_tensor (rect, picture->shape.channels, error);

  if (stored)
    picture->stored (picture->data, alternative, values->values,
                     (gsize) rect->height * rect->width, stored->values);
  return stored;
}

static CnnTensor *
read_stored (const CnnFilterPicture *picture, gboolean after, const CnnRect *rect, GError **error)
{
  g_autoptr (CnnTensor) values = read_values (picture, 0, after, rect, error);

  return values ? as_stored (picture, 0, rect, values, error) : NULL;
}

static CnnRect
grow (const CnnRect *rect, CnnShape within)
{
  int left = MAX (rect->x - MARGIN, 0), top = MAX (rect->y - MARGIN, 0);

  return (CnnRect) { .x = left, .y = top,
                     .width = MIN (rect->x + rect->width + MARGIN, within.width) - left,
                     .height = MIN (rect->y + rect->height + MARGIN, within.height) - top };
}

/**
 * cnn_filter_place_new:
 * @picture: where to read; it must be good as long as the place
 * @rect: which part, inside the picture
 *
 * Returns: (transfer full): the part; or %NULL with an error set where it cannot be read
 */
CnnFilterPlace *
cnn_filter_place_new (const CnnFilterPicture *picture, const CnnRect *rect, GError **error)
{
  g_autoptr (CnnFilterPlace) place = g_new0 (CnnFilterPlace, 1);

  place->ref_count = 1;
  place->picture = *picture;
  place->rect = *rect;
  place->outer = grow (rect, picture->shape);
  place->before = read_stored (picture, FALSE, rect, error);
  place->after = place->before ? read_stored (picture, TRUE, rect, error) : NULL;
  if (place->after == NULL)
    return NULL;
  for (guint i = 0; i < picture->n_alternatives; i++)
    {
      place->values[i] = read_values (picture, i, FALSE, &place->outer, error);
      if (place->values[i] == NULL)
        return NULL;
    }
  return g_steal_pointer (&place);
}

/** cnn_filter_place_ref: (transfer full) */
CnnFilterPlace *
cnn_filter_place_ref (CnnFilterPlace *place)
{
  g_atomic_int_inc (&place->ref_count);
  return place;
}

void
cnn_filter_place_unref (CnnFilterPlace *place)
{
  if (!g_atomic_int_dec_and_test (&place->ref_count))
    return;
  g_clear_pointer (&place->before, cnn_tensor_unref);
  g_clear_pointer (&place->after, cnn_tensor_unref);
  for (guint i = 0; i < CNN_FILTER_ALTERNATIVES; i++)
    g_clear_pointer (&place->values[i], cnn_tensor_unref);
  g_free (place);
}

/**
 * cnn_filter_place_learned:
 * @network: a filter; its output is as large as its input
 * @alternative: in which of the alternatives' numbers
 *
 * Returns: (transfer full): what it makes of the place, as it would be stored,
 *   [rect.height][rect.width][channels]; or %NULL. Errors: those of cnn_plan_new() and
 *   cnn_plan_run()
 */
CnnTensor *
cnn_filter_place_learned (CnnFilterPlace *place, CnnNetwork *network, guint alternative,
                          GCancellable *cancellable, GError **error)
{
  int                   channels = place->picture.shape.channels;
  CnnRect               inner = place->rect;
  CnnPlanOptions        options = { .regions = &inner };
  CnnShape              shape = { place->outer.height, place->outer.width, channels };
  guint                 last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan)   plan = NULL;
  g_autoptr (CnnTensor) learned = NULL;
  CnnSource             source = { .memory = place->values[alternative]->values };
  CnnSink               sink = { NULL };

  inner.x -= place->outer.x;
  inner.y -= place->outer.y;
  plan = cnn_plan_new (network, shape, 1, &last, &options, error);
  learned = plan ? make_tensor (&inner, channels, error) : NULL;
  if (learned == NULL)
    return NULL;
  sink.memory = (float *const[]) { learned->values };
  if (!cnn_plan_run (plan, &source, &sink, NULL, NULL, cancellable, error))
    return NULL;
  return as_stored (&place->picture, alternative, &inner, learned, error);
}
