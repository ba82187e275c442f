/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview-test.h"

#include <math.h>

#include "plan.h"

/* What tests of the preview share: pictures that do not come at once, and the truth. */

/* --- a picture that can be slow, or stuck --------------------------------------- */

static gboolean
gate_read (gpointer data, CnnShape input, const CnnRect *rect, float *values, gsize stride,
           GCancellable *cancellable, GError **error)
{
  Gate *gate = data;

  g_atomic_int_inc (&gate->n_reads);
  g_mutex_lock (&gate->lock);
  g_atomic_int_inc (&gate->waiting);
  while (gate->shut)
    g_cond_wait (&gate->opened, &gate->lock);
  g_atomic_int_add (&gate->waiting, -1);
  g_mutex_unlock (&gate->lock);
  g_usleep (gate->nap);
  return cnn_picture_read (gate->inner, input, rect, values, stride, cancellable, error);
}

static gboolean
gate_show (gpointer data, const CnnRect *rect, int width, int height, guint8 *pixels,
           gsize stride, GCancellable *cancellable, GError **error)
{
  return cnn_picture_show (((Gate *) data)->inner, rect, width, height, pixels, stride,
                           cancellable, error);
}

static void
gate_free (gpointer data)
{
  g_atomic_int_set (&((Gate *) data)->freed, 1);
}

void
preview_test_gate_set (Gate *gate, gboolean shut)
{
  g_mutex_lock (&gate->lock);
  gate->shut = shut;
  g_cond_broadcast (&gate->opened);
  g_mutex_unlock (&gate->lock);
}

/* Kept for good, where it is no leak: threads may leave late. */
CnnPicture *
preview_test_gate_picture (int height, int width, int channels, Gate **out)
{
  static const CnnPictureClass klass = { gate_read, gate_show, NULL, gate_free };
  static GPtrArray            *gates = NULL;
  Gate *gate = g_new0 (Gate, 1);

  if (gates == NULL)
    gates = g_ptr_array_new ();
  g_ptr_array_add (gates, gate);

  gate->inner = ui_test_picture (height, width, channels);
  g_mutex_init (&gate->lock);
  g_cond_init (&gate->opened);
  *out = gate;
  return cnn_picture_new (&klass, cnn_picture_shape (gate->inner), gate);
}

/* --- the truth -------------------------------------------------------------------- */

typedef struct
{
  CnnPicture *picture;
  CnnShape    input;
} Source;

static gboolean
read_source (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Source *source = data;

  return cnn_picture_read (source->picture, source->input, rect, values, stride, NULL, error);
}

/* (transfer full): all of a node's output. */
float *
preview_test_run_whole (CnnPicture *picture, CnnNetwork *network, guint node, CnnShape *shape)
{
  g_autoptr (GError) error = NULL;
  CnnShape   offered = cnn_picture_shape (picture);
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, offered, 1, &node, NULL, &error);
  Source     data   = { picture, cnn_network_input (network, offered) };
  CnnSource  source = { read_source, &data };
  float     *values;
  CnnSink    sink   = { .memory = &values };

  g_assert_no_error (error);
  *shape = cnn_plan_info (plan, node)->shape;
  values = g_new (float, cnn_shape_cells (*shape));
  g_assert_true (cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  return values;
}

float
preview_test_value_at (const float *values, CnnShape shape, int map, int y, int x)
{
  return values[((gsize) y * shape.width + x) * shape.channels + map];
}

CnnNetwork *
preview_test_parse (const char *text)
{
  g_autoptr (GError) error   = NULL;
  CnnNetwork        *network = cnn_network_parse (text, &error);

  g_assert_no_error (error);
  return network;
}

/* --- waiting ---------------------------------------------------------------------- */

CnnSize
preview_test_asked_size (const Asked *asked)
{
  return (CnnSize) { (asked->view.cells.height + asked->view.reduce - 1) / asked->view.reduce,
                     (asked->view.cells.width + asked->view.reduce - 1) / asked->view.reduce };
}

gboolean
preview_test_is_there (gpointer data)
{
  Asked  *asked = data;
  CnnSize size  = preview_test_asked_size (asked);

  for (int k = 0; k < asked->view.n_maps; k++)
    if (!cnn_preview_get_means (asked->preview, asked->view.node, asked->view.first_map + k,
                                &asked->view.cells, asked->view.reduce,
                                asked->values + (gsize) k * size.height * size.width))
      return FALSE;
  return TRUE;
}

gboolean
preview_test_has_stats (gpointer data)
{
  Asked             *asked = data;
  const CnnMapStats *stats = cnn_preview_get_stats (asked->preview, asked->view.node, 0);

  return stats != NULL && stats->counted;
}

/* How many values of the view differ from the means of @whole by more than @bound. */
gsize
preview_test_count_wrong (const Asked *asked, const float *whole, CnnShape shape, double bound)
{
  const CnnRect *cells  = &asked->view.cells;
  int            reduce = asked->view.reduce;
  CnnSize        size   = preview_test_asked_size (asked);
  const float   *value  = asked->values;
  gsize          wrong  = 0;

  for (int k = 0; k < asked->view.n_maps; k++)
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++, value++)
        {
          double sum = 0.0, magnitude = 0.0;
          int    n   = 0;

          for (int v = 0; v < reduce && y * reduce + v < cells->height; v++)
            for (int u = 0; u < reduce && x * reduce + u < cells->width; u++, n++)
              {
                double cell = preview_test_value_at (whole, shape, asked->view.first_map + k,
                                        cells->y + y * reduce + v, cells->x + x * reduce + u);

                sum += cell;
                magnitude += fabs (cell);
              }
          wrong += !(fabs (*value - sum / n) <= bound * magnitude / n);
        }
  return wrong;
}
