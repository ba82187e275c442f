/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cnn-test.h"

#include <math.h>
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

/**
 * cnn_test_refused:
 * @text: a network that does not parse, or does not take that shape
 * @words: words of the message
 *
 * Checks that it is refused with @code and a message that says @words.
 */
void
cnn_test_refused (const char *text, CnnShape in, CnnError code, const char *words)
{
  g_autoptr (GError)      error = NULL;
  g_autoptr (CnnNetwork)  network = cnn_network_parse (text, &error);
  g_autofree CnnNodeInfo *infos = NULL;

  if (network)
    infos = cnn_network_infer (network, in, &error);
  g_assert_error (error, CNN_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("%s: “%s” does not say “%s”", text, error->message, words);
}

/**
 * cnn_test_values:
 * @text: a network
 * @shape: what its last layer puts out
 * @expected: its values
 *
 * Checks what it makes of @values.
 */
void
cnn_test_values (const char *text, CnnShape in, const float *values, CnnShape shape,
                 const double *expected)
{
  CnnShape          out;
  g_autofree float *got = cnn_test_run (text, in, values, &out);

  if (!cnn_shape_equal (out, shape))
    g_error ("%s is " CNN_SHAPE_FORMAT ", expected " CNN_SHAPE_FORMAT, text, CNN_SHAPE_ARGS (out),
             CNN_SHAPE_ARGS (shape));
  for (gint64 i = 0; i < cnn_shape_cells (out); i++)
    if (!(fabs (got[i] - expected[i]) <= 1e-6 * MAX (fabs (expected[i]), 1.0)))
      g_error ("%s: value %d is %.9g, expected %.9g", text, (int) i, got[i], expected[i]);
}

/**
 * cnn_test_picture:
 * @whole: whether numbers are whole, from −9 to 9; otherwise any from −3 to 5
 *
 * Returns: (transfer full): numbers without a pattern
 */
float *
cnn_test_picture (CnnShape shape, guint32 seed, gboolean whole)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  gsize             n = (gsize) cnn_shape_cells (shape);
  float            *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = whole ? (float) g_rand_int_range (rand, -9, 10)
                      : (float) g_rand_double_range (rand, -3.0, 5.0);
  return values;
}

/** pick: a number from @from to @to, both among them. */
int
pick (GRand *rand, int from, int to)
{
  return g_rand_int_range (rand, from, to + 1);
}

/** pick_whole: small whole numbers, whose sums and products are exact. */
void
pick_whole (GRand *rand, float *values, gsize n)
{
  for (gsize i = 0; i < n; i++)
    values[i] = (float) pick (rand, -4, 4);
}

const char *
pick_word (GRand *rand, const char *const *words, int n)
{
  return words[pick (rand, 0, n - 1)];
}

/**
 * cnn_test_draw:
 * @kernel: a kernel's name
 * @args: its numbers
 *
 * Returns: (transfer full): the kernel, [height][width]
 */
double *
cnn_test_draw (const char *kernel, const double *args, int height, int width)
{
  const CnnKernelKind *kind = cnn_kernel_find (kernel);
  double              *values = g_new (double, (gsize) height * width);
  g_autoptr (GError)   error = NULL;

  g_assert_nonnull (kind);
  /* Nothing may be left as it was. */
  for (int i = 0; i < height * width; i++)
    values[i] = NAN;
  g_assert_true (cnn_kernel_draw (kind, args, (CnnSize) { height, width }, values, &error));
  g_assert_no_error (error);
  return values;
}
