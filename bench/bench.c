/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs one network on one picture whenever it is told to.
 *
 *   bench ours|reference HxWxC NETWORK [RUNS]
 *   bench ours HxWxC FILE.onnx [RUNS]
 *   bench batch N FILE NETWORK [RUNS]
 *   bench machine
 *
 * "batch" runs the images of an IDX file of bytes, divided by 255, N in a call;
 * a run is all calls, the last images left out where they do not fill one. The
 * environment's BENCH_MEMORY is how many MiB a run may take, 0 or nothing for the usual.
 * Says "ready MACS HxWxC" (of the output), then answers lines on stdin:
 *   run            runs it; answers with the seconds that took
 *   write FILE     runs it; writes the output, [H][W][C] floats
 *   weights FILE   writes weights and biases of all layers, in order
 * With RUNS it runs so many times and ends. "machine" prints what one can hope
 * for: GFLOP/s of a matrix product and GB/s (read and written) of a copy. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "model.h"

typedef struct
{
  CnnNetwork *network;
  CnnPlan    *plan;
  Reference  *reference; /* or NULL: run the plan */
  CnnShape    in_shape, out_shape;
  gint64      n_in, n_out; /* floats of all images */
  float      *in, *out;
  int         batch;       /* images of a call; 0: one picture, streamed */
  int         n_images;
} Bench;

static void G_GNUC_NORETURN
fail (const char *what)
{
  g_printerr ("bench: %s\n", what);
  exit (1);
}

/* The same numbers in peers.py; from 0 to 1, as a picture's. */
static void
draw_picture (Bench *bench)
{
  bench->n_in = cnn_shape_cells (bench->in_shape);
  bench->in = cnn_floats_alloc (bench->n_in);
  for (gint64 i = 0; i < bench->n_in; i++)
    bench->in[i] = ((guint32) i * 2654435761u >> 16) / 65536.0f;
}

/* An IDX file of bytes: magic number, images, rows and columns, all big-endian,
 * then the images. */
static void
load_images (Bench *bench, const char *file)
{
  g_autofree char *bytes = NULL;
  guint32          head[4];
  gsize            size;

  if (!g_file_get_contents (file, &bytes, &size, NULL) || size < sizeof head)
    fail ("cannot read the images");
  memcpy (head, bytes, sizeof head);
  bench->n_images = (int) (GUINT32_FROM_BE (head[1]) / bench->batch) * bench->batch;
  bench->in_shape = (CnnShape) { (int) GUINT32_FROM_BE (head[2]), (int) GUINT32_FROM_BE (head[3]),
                                 1 };
  bench->n_in = bench->n_images * cnn_shape_cells (bench->in_shape);
  if (GUINT32_FROM_BE (head[0]) != 0x803 || size < sizeof head + (gsize) bench->n_in)
    fail ("no IDX file of bytes");
  bench->in = cnn_floats_alloc (bench->n_in);
  for (gint64 i = 0; i < bench->n_in; i++)
    bench->in[i] = (guint8) bytes[sizeof head + i] / 255.0f;
}

/* The network, and its input's shape as the bench's, in words or in a file. */
static CnnNetwork *
read_network (const char *text, CnnShape shape, GError **error)
{
  g_autoptr (CnnModel) model = NULL;

  if (!g_str_has_suffix (text, ".onnx"))
    return cnn_network_parse (text, error);
  model = cnn_model_open (text, shape, error);
  return model ? cnn_network_ref (cnn_model_network (model)) : NULL;
}

static void
setup (Bench *bench, const char *mode, const char *text)
{
  CnnPlanOptions     options = { .workers = BENCH_THREADS, .batch = bench->batch };
  g_autoptr (GError) error = NULL;
  guint              last;
  gint64             macs = 0;
  const char        *mebibytes = g_getenv ("BENCH_MEMORY");

  options.memory = (mebibytes ? g_ascii_strtoull (mebibytes, NULL, 10) : 0) << 20;
  bench->network = read_network (text, bench->in_shape, &error);
  if (!bench->network)
    fail (error->message);
  last = cnn_network_n_nodes (bench->network) - 1;
  bench->plan = cnn_plan_new (bench->network, bench->in_shape, 1, &last, &options, &error);
  if (!bench->plan)
    fail (error->message);
  bench->out_shape = cnn_plan_info (bench->plan, last)->shape;
  if (g_str_equal (mode, "reference"))
    bench->reference = reference_new (bench->network, bench->plan);
  bench->n_out = MAX (bench->n_images, 1) * cnn_shape_cells (bench->out_shape);
  bench->out = cnn_floats_alloc (bench->n_out);
  memset (bench->out, 0, bench->n_out * sizeof (float));

  for (guint i = 0; i <= last; i++)
    macs += cnn_plan_info (bench->plan, i)->macs;
  printf ("ready %" G_GINT64_FORMAT " %dx%dx%d\n", macs, bench->out_shape.height,
          bench->out_shape.width, bench->out_shape.channels);
}

static gboolean
run_batches (Bench *bench, GError **error)
{
  for (int i = 0; i < bench->n_images; i += bench->batch)
    {
      float *out = bench->out + i * cnn_shape_cells (bench->out_shape);

      if (!cnn_plan_run_batch (bench->plan, (guint) bench->batch,
                               bench->in + i * cnn_shape_cells (bench->in_shape), &out, NULL,
                               error))
        return FALSE;
    }
  return TRUE;
}

static double
run (Bench *bench)
{
  CnnSource          source = { .memory = bench->in };
  CnnSink            sink = { .memory = &bench->out };
  g_autoptr (GError) error = NULL;
  gint64             start = g_get_monotonic_time ();

  if (bench->reference)
    reference_run (bench->reference, bench->in, bench->out);
  else if (!(bench->batch ? run_batches (bench, &error)
                          : cnn_plan_run (bench->plan, &source, &sink, NULL, NULL, NULL, &error)))
    fail (error->message);
  return (g_get_monotonic_time () - start) / 1e6;
}

static void
write_floats (FILE *file, const float *values, gsize n)
{
  if (fwrite (values, sizeof (float), n, file) != n)
    fail ("cannot write");
}

static void
write_weights (Bench *bench, FILE *file)
{
  for (guint node = 0; node < cnn_network_n_nodes (bench->network); node++)
    {
      guint             n;
      CnnTensor *const *weights = cnn_plan_weights (bench->plan, node, &n);

      for (guint i = 0; i < n; i++)
        write_floats (file, weights[i]->values, cnn_tensor_length (weights[i]));
    }
}

static void
answer (Bench *bench, char *line)
{
  char *name = strchr (g_strchomp (line), ' ');
  FILE *file;

  if (!name)
    {
      printf ("%.6f\n", run (bench));
      return;
    }
  file = fopen (name + 1, "wb");
  if (!file)
    fail ("cannot open the file");
  if (g_str_has_prefix (line, "weights"))
    write_weights (bench, file);
  else
    {
      run (bench);
      write_floats (file, bench->out, bench->n_out);
    }
  fclose (file);
  puts ("done");
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  char  line[4096];

  setvbuf (stdout, NULL, _IOLBF, 0);
  if (argc == 2 && g_str_equal (argv[1], "machine"))
    {
      printf ("%.1f %.1f\n", bench_gemm (), bench_copy ());
      return 0;
    }
  if (argc > 4 && g_str_equal (argv[1], "batch"))
    {
      bench.batch = MAX (atoi (argv[2]), 1);
      load_images (&bench, argv[3]);
      argv++;
      argc--;
    }
  else if (argc < 4)
    fail ("usage: bench ours|reference HxWxC NETWORK [RUNS]");
  else if (sscanf (argv[2], "%dx%dx%d", &bench.in_shape.height, &bench.in_shape.width,
                   &bench.in_shape.channels) != 3)
    fail ("a shape is HxWxC");
  else
    draw_picture (&bench);
  setup (&bench, argv[1], argv[3]);
  if (argc > 4)
    for (int i = atoi (argv[4]); i > 0; i--)
      printf ("%.6f\n", run (&bench));
  else
    while (fgets (line, sizeof line, stdin))
      answer (&bench, line);
  return 0;
}
