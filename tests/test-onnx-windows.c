/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "onnx-one.h"

/* ONNX's windows as layers: random nodes against their definitions, written out as loops.
 * All numbers are small and whole, so that the results are, too. */

#define MAX_PLACES 3

/* Slices, rows and columns; of what has fewer, the first are single. */
typedef struct
{
  int n, in[MAX_PLACES], out[MAX_PLACES], kernel[MAX_PLACES], stride[MAX_PLACES];
  int dilation[MAX_PLACES], before[MAX_PLACES], after[MAX_PLACES];
} Window;

static void
append (GString *words, const char *key, const Window *window, const int *list, const int *more)
{
  g_string_append_printf (words, " %s=", key);
  for (int i = MAX_PLACES - window->n; i < MAX_PLACES; i++)
    g_string_append_printf (words, "%d,", list[i]);
  for (int i = MAX_PLACES - window->n; more && i < MAX_PLACES; i++)
    g_string_append_printf (words, "%d,", more[i]);
}

/* A random window; @same: 0 sides, 1 the odd cell last, 2 first. */
static Window
random_window (GRand *rand, int n, int same, gboolean up, GString *words)
{
  Window window = { .n = n };

  for (int i = 0; i < MAX_PLACES; i++)
    {
      gboolean on = i >= MAX_PLACES - n;
      int      reach, total;

      window.in[i] = on ? pick (rand, 5, 8) : 1;
      window.kernel[i] = on ? pick (rand, 1, 3) : 1;
      window.dilation[i] = on && window.kernel[i] > 1 ? pick (rand, 1, 2) : 1;
      reach = (window.kernel[i] - 1) * window.dilation[i] + 1;
      window.stride[i] = on ? pick (rand, 1, window.kernel[i]) : 1;
      window.before[i] = on ? pick (rand, 0, window.kernel[i] - 1) : 0;
      window.after[i] = on ? pick (rand, 0, window.kernel[i] - 1) : 0;
      if (same)
        {
          window.out[i] = (window.in[i] + window.stride[i] - 1) / window.stride[i];
          total = MAX ((window.out[i] - 1) * window.stride[i] + reach - window.in[i], 0);
          window.before[i] = same == 1 ? total / 2 : total - total / 2;
          window.after[i] = total - window.before[i];
          continue;
        }
      total = window.in[i] + window.before[i] + window.after[i] - reach;
      window.out[i] = total / window.stride[i] + 1;
      if (up && total % window.stride[i] &&
          window.out[i] * window.stride[i] < window.in[i] + window.before[i])
        window.out[i]++;
    }
  append (words, "kernel_shape", &window, window.kernel, NULL);
  append (words, "strides", &window, window.stride, NULL);
  append (words, "dilations", &window, window.dilation, NULL);
  if (same)
    g_string_append (words, same == 1 ? " auto_pad=SAME_UPPER" : " auto_pad=SAME_LOWER");
  else
    append (words, "pads", &window, window.before, window.after);
  return window;
}

static CnnOnnxTensor *
tensor_of (int n, gint64 a, gint64 b, const int *places)
{
  gint64 dims[2 + MAX_PLACES] = { a, b };

  for (int i = 0; i < n; i++)
    dims[2 + i] = places[MAX_PLACES - n + i];
  return cnn_onnx_tensor_floats (n + 2, dims);
}

static gsize
cell (const int *extents, const int *at)
{
  return ((gsize) at[0] * extents[1] + at[1]) * extents[2] + at[2];
}

/* The next of all indices below @extents, from all zeros; FALSE after the last. */
static gboolean
next (const int *extents, int *at)
{
  for (int i = MAX_PLACES; i-- > 0;)
    {
      if (++at[i] < extents[i])
        return TRUE;
      at[i] = 0;
    }
  return FALSE;
}

#define CELLS(extents) ((gsize) (extents)[0] * (extents)[1] * (extents)[2])

static void
fill (GRand *rand, CnnOnnxTensor *tensor)
{
  for (gsize i = 0; i < tensor->n; i++)
    tensor->floats[i] = (float) pick (rand, -3, 3);
}

/* Conv, from the side of the outputs; ConvTranspose is the same with the roles of input
 * and output exchanged. */
static void
test_convolutions (gconstpointer data)
{
  gboolean transposed = GPOINTER_TO_INT (data);
  GRand   *rand = g_rand_new_with_seed (17);

  for (int round = 0; round < 120; round++)
    {
      g_autoptr (GString) words = g_string_new (NULL);
      int                 n = pick (rand, 1, 3), same = transposed ? 0 : pick (rand, 0, 2);
      int                 pictures = pick (rand, 1, 2), groups = pick (rand, 1, 2);
      int                 ci = pick (rand, 1, 2), co = pick (rand, 1, 3); /* of a group */
      Window              window = random_window (rand, n, same, FALSE, words);
      const int          *fine = window.in, *coarse = window.out; /* what windows slide over */
      CnnOnnxTensor      *in[3], *out;

      g_string_append_printf (words, " group=%d", groups);
      if (transposed)
        {
          int extra[MAX_PLACES];

          for (int i = 0; i < MAX_PLACES; i++)
            extra[i] = window.in[i] + window.before[i] + window.after[i] -
                       (window.kernel[i] - 1) * window.dilation[i] - 1 -
                       (window.out[i] - 1) * window.stride[i];
          append (words, "output_padding", &window, extra, NULL);
        }
      in[0] = tensor_of (n, pictures, groups * ci, transposed ? coarse : fine);
      in[1] = tensor_of (n, groups * (transposed ? ci : co), transposed ? co : ci, window.kernel);
      in[2] = onnx_one_numbers (rand, 1, (const gint64[]) { groups * co });
      out = tensor_of (n, pictures, groups * co, transposed ? fine : coarse);
      fill (rand, in[0]);
      fill (rand, in[1]);
      for (int p = 0; p < pictures; p++)
        for (int o = 0; o < groups * co; o++)
          {
            const int *to = transposed ? fine : coarse, *from = transposed ? coarse : fine;
            float     *map = out->floats + (p * groups * co + o) * CELLS (to);

            for (gsize i = 0; i < CELLS (to); i++)
              map[i] = in[2]->floats[o];
            for (int c = 0; c < ci; c++)
              {
                const float *source = in[0]->floats +
                                      (p * groups * ci + o / co * ci + c) * CELLS (from);
                const float *kernel = in[1]->floats + CELLS (window.kernel) *
                                      (transposed ? (o / co * ci + c) * co + o % co : o * ci + c);
                int          at[MAX_PLACES] = { 0 };

                do
                  {
                    int k[MAX_PLACES] = { 0 };

                    do
                      {
                        int      f[MAX_PLACES];
                        gboolean inside = TRUE;

                        for (int i = 0; i < MAX_PLACES; i++)
                          {
                            f[i] = at[i] * window.stride[i] + k[i] * window.dilation[i] -
                                   window.before[i];
                            inside = inside && f[i] >= 0 && f[i] < fine[i];
                          }
                        if (inside)
                          map[cell (to, transposed ? f : at)] +=
                            source[cell (from, transposed ? at : f)] *
                            kernel[cell (window.kernel, k)];
                      }
                    while (next (window.kernel, k));
                  }
                while (next (coarse, at));
              }
          }
      onnx_one_check (transposed ? "ConvTranspose" : "Conv", 11, words->str, 3, in, 1, &out);
      for (int i = 0; i < 3; i++)
        cnn_onnx_tensor_unref (in[i]);
      cnn_onnx_tensor_unref (out);
    }
  g_rand_free (rand);
}

/* MaxPool with places, AveragePool and LpPool, each window cell by cell. */
static void
test_pools (void)
{
  enum { LARGEST, AVERAGE, NORM, N_KINDS };

  static const char *const ops[] = { "MaxPool", "AveragePool", "LpPool" };

  GRand *rand = g_rand_new_with_seed (18);

  for (int round = 0; round < 240; round++)
    {
      g_autoptr (GString) words = g_string_new (NULL);
      int                 kind = round % N_KINDS, n = pick (rand, 1, 3);
      int                 same = pick (rand, 0, 2), pictures = pick (rand, 1, 2);
      gboolean            up = pick (rand, 0, 1), counts = kind == AVERAGE && pick (rand, 0, 1);
      gboolean            columns = n == 2 && pick (rand, 0, 1);
      gboolean            has_places = kind == LARGEST && n < 3;
      Window              window;
      CnnOnnxTensor      *in, *out[2];

      /* What counts beyond the padding changed from version to version. */
      up = up && !counts;
      window = random_window (rand, n, same, up, words);
      g_string_append_printf (words, " ceil_mode=%d", up);
      if (counts)
        g_string_append (words, " count_include_pad=1");
      if (kind == NORM)
        g_string_append (words, " p=2");
      if (columns && has_places)
        g_string_append (words, " storage_order=1");
      in = tensor_of (n, pictures, 2, window.in);
      out[0] = tensor_of (n, pictures, 2, window.out);
      out[1] = tensor_of (n, pictures, 2, window.out);
      /* All different, so that there is one largest; and in no order. */
      for (gsize i = 0; i < in->n; i++)
        in->floats[i] = (float) (i * 7919 % 10007) / (float) (kind == LARGEST ? 1 : 1024);
      for (int map = 0; map < pictures * 2; map++)
        {
          const float *from = in->floats + map * CELLS (window.in);
          int          at[MAX_PLACES] = { 0 };

          do
            {
              int    k[MAX_PLACES] = { 0 }, inside = 0, padded = 0, best = 0;
              double sum = 0.0, most = -1.0;
              gsize  to = map * CELLS (window.out) + cell (window.out, at);

              do
                {
                  int      f[MAX_PLACES];
                  gboolean is_in = TRUE, is_padded = TRUE;
                  double   value;

                  for (int i = 0; i < MAX_PLACES; i++)
                    {
                      f[i] = at[i] * window.stride[i] + k[i] * window.dilation[i] -
                             window.before[i];
                      is_in = is_in && f[i] >= 0 && f[i] < window.in[i];
                      is_padded = is_padded && f[i] < window.in[i] + window.after[i];
                    }
                  padded += is_padded;
                  if (!is_in)
                    continue;
                  inside++;
                  value = from[cell (window.in, f)];
                  sum += kind == NORM ? value * value : value;
                  if (value > most)
                    {
                      most = value;
                      best = columns ? f[2] * window.in[1] + f[1] : (int) cell (window.in, f);
                    }
                }
              while (next (window.kernel, k));
              out[0]->floats[to] = (float) (kind == LARGEST   ? most
                                            : kind == NORM    ? sqrt (sum)
                                                              : sum / (counts ? padded : inside));
              out[1]->floats[to] = (float) (map * (int) CELLS (window.in) + best);
            }
          while (next (window.out, at));
        }
      onnx_one_check (ops[kind], 22, words->str, 1, &in, has_places ? 2 : 1, out);
      cnn_onnx_tensor_unref (in);
      cnn_onnx_tensor_unref (out[0]);
      cnn_onnx_tensor_unref (out[1]);
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/onnx-windows/conv", GINT_TO_POINTER (FALSE), test_convolutions);
  g_test_add_data_func ("/onnx-windows/conv-transpose", GINT_TO_POINTER (TRUE), test_convolutions);
  g_test_add_func ("/onnx-windows/pools", test_pools);
  return g_test_run ();
}
