/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cnn-test.h"

#include <string.h>

typedef struct
{
  CnnShape     in;
  const float *values;
  CnnShape     out;
  float       *result;
  gint64       written;
} Memory;

static gboolean
memory_read (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Memory *memory = data;
  gsize   cell = (gsize) memory->in.channels;

  g_assert_true (rect->x >= 0 && rect->x + rect->width <= memory->in.width);
  g_assert_true (rect->y >= 0 && rect->y + rect->height <= memory->in.height);
  for (int y = 0; y < rect->height; y++)
    memcpy (values + y * stride,
            memory->values + ((gsize) (rect->y + y) * memory->in.width + rect->x) * cell,
            rect->width * cell * sizeof (float));
  return TRUE;
}

static gboolean
memory_write (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
              GError **error)
{
  Memory *memory = data;
  gsize   cell = (gsize) memory->out.channels;

  g_assert_cmpuint (tap, ==, 0);
  g_assert_true (rect->x >= 0 && rect->x + rect->width <= memory->out.width);
  g_assert_true (rect->y >= 0 && rect->y + rect->height <= memory->out.height);
  for (int y = 0; y < rect->height; y++)
    memcpy (memory->result + ((gsize) (rect->y + y) * memory->out.width + rect->x) * cell,
            values + y * stride, rect->width * cell * sizeof (float));
  memory->written += (gint64) rect->width * rect->height;
  return TRUE;
}

/**
 * cnn_test_run_plan:
 * @plan: a plan with one tap
 * @in: the input's shape
 * @values: the input
 * @out: the tap's shape
 *
 * Returns: (transfer full): the tap's values
 */
float *
cnn_test_run_plan (CnnPlan *plan, CnnShape in, const float *values, CnnShape out)
{
  Memory             memory = { .in = in, .values = values, .out = out };
  CnnSource          source = { memory_read, &memory };
  CnnSink            sink = { memory_write, &memory };
  g_autoptr (GError) error = NULL;

  memory.result = g_new (float, cnn_shape_cells (out));
  cnn_plan_run (plan, &source, &sink, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (memory.written, ==, (gint64) out.height * out.width);
  return memory.result;
}

/**
 * cnn_test_run:
 * @text: a network
 * @out: (out): shape of its last layer's output
 *
 * Returns: (transfer full): the last layer's output
 */
float *
cnn_test_run (const char *text, CnnShape in, const float *values, CnnShape *out)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autoptr (CnnPlan)    plan = NULL;
  guint                  last;

  g_assert_no_error (error);
  last = cnn_network_n_nodes (network) - 1;
  plan = cnn_plan_new (network, in, 1, &last, NULL, &error);
  g_assert_no_error (error);
  *out = cnn_plan_info (plan, last)->shape;
  return cnn_test_run_plan (plan, in, values, *out);
}
