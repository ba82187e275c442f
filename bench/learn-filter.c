/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Learns a filter from a picture before and after it, and judges it on others:
 *
 *   learn-filter [OPTIONS] BEFORE AFTER [BEFORE AFTER …]
 *
 * The first two are learnt from, all further ones only judged on. Pictures are .ppm or .pgm files
 * of bytes (P6, P5), or .pfm files of floats. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "learn-filter.h"
#include "onnx/save.h"
#include "plan.h"

static char    *model, *channels, *loss, *symmetry, *save;
static int      size, workers;
static gint64   seed = 1;
static double   seconds = 60.0, enough = 50.0;
static gboolean quiet, text, linear;

static const GOptionEntry entries[] = {
  { "model", 0, 0, G_OPTION_ARG_STRING, &model, "automatic, kernel, small or deep", "WORD" },
  { "size", 0, 0, G_OPTION_ARG_INT, &size, "of one kernel; 0: chosen", "N" },
  { "channels", 0, 0, G_OPTION_ARG_STRING, &channels, "chosen, each or across", "WORD" },
  { "loss", 0, 0, G_OPTION_ARG_STRING, &loss, "squared or absolute", "WORD" },
  { "symmetry", 0, 0, G_OPTION_ARG_STRING, &symmetry, "detected, none, mirror or all", "WORD" },
  { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &seconds, "at most; 0: until it gets no better", "N" },
  { "enough", 0, 0, G_OPTION_ARG_DOUBLE, &enough, "dB", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "of all that is drawn", "N" },
  { "workers", 0, 0, G_OPTION_ARG_INT, &workers, "threads", "N" },
  { "linear", 0, 0, G_OPTION_ARG_NONE, &linear, "linear light as an alternative", NULL },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &save, "where the network goes", "FILE.onnx" },
  { "text", 0, 0, G_OPTION_ARG_NONE, &text, "print the network", NULL },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "only the results", NULL },
  { NULL },
};

static void G_GNUC_NORETURN
fail (const char *what)
{
  g_printerr ("learn-filter: %s\n", what);
  exit (1);
}

/* --- pictures ------------------------------------------------------------------------------- */

typedef struct
{
  CnnShape shape;
  float   *values; /* as stored, [height][width][channels] */
} Picture;

static Picture
read_picture (const char *name)
{
  FILE   *file = fopen (name, "rb");
  char    kind[3] = "";
  double  most = 0.0;
  Picture picture = { { 0 } };
  gsize   n;

  if (file == NULL || fscanf (file, "%2s %d %d %lf", kind, &picture.shape.width,
                              &picture.shape.height, &most) != 4 || fgetc (file) == EOF)
    fail (name);
  picture.shape.channels = strcmp (kind, "P5") == 0 || strcmp (kind, "Pf") == 0 ? 1 : 3;
  n = (gsize) cnn_shape_cells (picture.shape);
  picture.values = g_new (float, n);
  if (kind[1] == 'F' || kind[1] == 'f')
    {
      gsize row = (gsize) picture.shape.width * picture.shape.channels;

      for (int y = picture.shape.height - 1; y >= 0; y--)
        if (fread (picture.values + y * row, sizeof (float), row, file) != row)
          fail (name);
    }
  else
    {
      g_autofree guint8 *bytes = g_new (guint8, n);

      if (fread (bytes, 1, n, file) != n)
        fail (name);
      for (gsize i = 0; i < n; i++)
        picture.values[i] = bytes[i] / 255.0f;
    }
  fclose (file);
  return picture;
}

static float
to_linear (float v)
{
  return v <= 0.04045f ? v / 12.92f : powf ((v + 0.055f) / 1.055f, 2.4f);
}

static float
from_linear (float v)
{
  return v <= 0.0031308f ? v * 12.92f : 1.055f * powf (v, 1.0f / 2.4f) - 0.055f;
}

static void
stored_as_it_is (const float *values, gsize n, float *stored, gpointer data)
{
  memcpy (stored, values, n * (gsize) GPOINTER_TO_INT (data) * sizeof (float));
}

static void
stored_of_linear (const float *values, gsize n, float *stored, gpointer data)
{
  for (gsize i = 0; i < n * (gsize) GPOINTER_TO_INT (data); i++)
    stored[i] = from_linear (values[i]);
}

typedef struct
{
  const Picture *before;
  const Picture *after;
  gboolean       linear;
} Pair;

static gboolean
read_pair (gpointer data, const CnnRect *rect, float *before, float *after, float *counts,
           GError **error)
{
  const Pair *pair = data;
  gsize       cell = pair->before->shape.channels, row = pair->before->shape.width * cell;
  gsize       n = rect->width * cell;

  for (int y = 0; y < rect->height; y++)
    for (gsize i = 0; i < n; i++)
      {
        gsize at = (rect->y + y) * row + rect->x * cell + i;
        float a = pair->before->values[at], b = pair->after->values[at];

        before[y * n + i] = pair->linear ? to_linear (a) : a;
        after[y * n + i] = pair->linear ? to_linear (b) : b;
        counts[(gsize) y * rect->width + i / cell] = 1.0f;
      }
  return TRUE;
}

static CnnPairs *
make_pairs (const Picture *before, const Picture *after, gboolean in_linear)
{
  Pair               pair = { before, after, in_linear };
  CnnPairReader      reader = { read_pair, &pair };
  g_autoptr (GError) error = NULL;
  CnnPairs          *pairs = cnn_pairs_new (before->shape.channels,
                                            in_linear ? stored_of_linear : stored_as_it_is,
                                            GINT_TO_POINTER (before->shape.channels), NULL);

  if (!cnn_pairs_add (pairs, "picture", (CnnSize) { before->shape.height, before->shape.width },
                      &reader, &error))
    fail (error->message);
  return pairs;
}

/* --- judging -------------------------------------------------------------------------------- */

static double
psnr (const float *a, const float *b, gsize n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      double by = (double) CLAMP (a[i], 0.0f, 1.0f) - CLAMP (b[i], 0.0f, 1.0f);

      sum += by * by;
    }
  return -10.0 * log10 (MAX (sum / (double) n, 1e-20));
}

static void
judge (const CnnFilterResult *result, const Picture *before, const Picture *after)
{
  g_autoptr (GError)  error = NULL;
  gsize               n = (gsize) cnn_shape_cells (before->shape);
  g_autofree float   *in = g_new (float, n), *out = g_new (float, n);
  guint               last = cnn_network_n_nodes (result->network) - 1;
  g_autoptr (CnnPlan) plan = cnn_plan_new (result->network, before->shape, 1, &last, NULL, &error);
  double              rounded;

  for (gsize i = 0; i < n; i++)
    in[i] = result->alternative ? to_linear (before->values[i]) : before->values[i];
  if (plan == NULL || !cnn_plan_run (plan, &(CnnSource) { .memory = in },
                                     &(CnnSink) { .memory = &out }, NULL, NULL, NULL, &error))
    fail (error->message);
  for (gsize i = 0; i < n && result->alternative; i++)
    out[i] = from_linear (out[i]);
  rounded = psnr (out, after->values, n);
  for (gsize i = 0; i < n; i++)
    out[i] = roundf (CLAMP (out[i], 0.0f, 1.0f) * 255.0f) / 255.0f;
  printf ("another %.2f dB, in bytes %.2f dB, before %.2f dB\n", rounded,
          psnr (out, after->values, n), psnr (before->values, after->values, n));
}

/* --- learning ------------------------------------------------------------------------------- */

static gboolean
watch (CnnFilterLearning *learning, const CnnFilterState *state, gpointer data)
{
  static guint          n;
  static CnnFilterModel of;

  if (of != state->model)
    n = 0;
  of = state->model;
  for (; !quiet && n < state->n_history; n++)
    printf ("  model %d alternative %u step %" G_GUINT64_FORMAT " seconds %.1f loss %.3g psnr %.2f "
            "best %.2f\n", state->model, state->alternative, state->step,
            state->history[n].seconds, state->history[n].loss, state->history[n].psnr,
            state->best);
  fflush (stdout);
  return TRUE;
}

static int
word_of (const char *word, const char *const *words)
{
  for (int i = 0; word && words[i]; i++)
    if (strcmp (word, words[i]) == 0)
      return i;
  if (word)
    fail (word);
  return 0;
}

int
main (int argc, char **argv)
{
  static const char *const models[] = { "automatic", "kernel", "small", "deep", NULL };
  static const char *const seen[] = { "chosen", "each", "across", NULL };
  static const char *const positions[] = { "detected", "none", "mirror", "all", NULL };
  static const char *const losses[] = { "squared", "absolute", NULL };
  g_autoptr (GOptionContext)  context = g_option_context_new ("BEFORE AFTER [BEFORE AFTER …]");
  g_autoptr (GError)          error = NULL;
  g_autoptr (CnnPairs)        stored = NULL, light = NULL;
  g_autoptr (CnnFilterResult) result = NULL;
  CnnFilterOptions            options;
  Picture                     before, after;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    fail (error->message);
  if (argc < 3 || argc % 2 == 0)
    fail ("expected pictures before and after; --help says more");
  cnn_filter_options_init (&options);
  options.model = word_of (model, models);
  options.channels = word_of (channels, seen);
  options.symmetry = word_of (symmetry, positions);
  options.loss = word_of (loss, losses) ? CNN_LOSS_ABSOLUTE_ERROR : CNN_LOSS_SQUARED_ERROR;
  options.size = size;
  options.seconds = seconds;
  options.enough = enough;
  options.seed = (guint64) seed;
  options.workers = workers;
  before = read_picture (argv[1]);
  after = read_picture (argv[2]);
  stored = make_pairs (&before, &after, FALSE);
  if (linear)
    light = make_pairs (&before, &after, TRUE);
  result = cnn_filter_learn ((CnnPairs *[]) { stored, light }, linear ? 2 : 1, &options, watch,
                             NULL, NULL, &error);
  if (result == NULL)
    fail (error->message);
  printf ("model %s alternative %u seconds %.2f steps %" G_GUINT64_FORMAT " found %d identity "
          "%.2f psnr %.2f residual %.3g size %d seen %d\n",
          models[result->model], result->alternative, result->seconds, result->steps,
          result->found, result->identity, result->psnr, result->residual,
          result->kernels ? result->kernels->dims[1] : 0,
          result->kernels ? result->kernels->dims[3] : 0);
  if (text)
    {
      g_autofree char *printed = cnn_network_print (result->network);

      printf ("%s\n", printed);
    }
  for (int i = 3; i + 1 < argc; i += 2)
    {
      Picture a = read_picture (argv[i]), b = read_picture (argv[i + 1]);

      judge (result, &a, &b);
      g_free (a.values);
      g_free (b.values);
    }
  g_free (before.values);
  g_free (after.values);
  if (save && !cnn_model_save (result->network, before.shape,
                               result->notes, save, &error))
    fail (error->message);
  return 0;
}
