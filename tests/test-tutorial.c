/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "cnn-test.h"
#include "page.h"
#include "trainer.h"

/* What the tutorial says is so: its networks are run on the numbers it gives and make the
 * numbers it gives, its sums come out, its derivatives are those of training and of small
 * differences.
 *
 * A block “in” is a picture or a vector, one without a word a network, “out” what comes out,
 * “sum” arithmetic, “gradient CLASS” the derivatives of −ln of that class's probability by all
 * weights in their order, “step CLASS RATE” the network after one step down. A table after
 * <!-- layers --> is of the last network, one after <!-- values --> has networks that are run
 * on the numbers of its head. */

static const char *const pages[] = { "docs/tutorial.md", "docs/tutorial.zh_CN.md" };

/* --- numbers ---------------------------------------------------------------------------------- */

/* Maps one below the other, with an empty line between them; [height][width][channels]. */
static double *
read_maps (const char *text, CnnShape *shape, double *tolerances)
{
  g_auto (GStrv) maps = g_strsplit (text, "\n\n", -1);
  double        *values = g_new (double, 4096);

  *shape = (CnnShape) { 0, 0, (int) g_strv_length (maps) };
  for (int c = 0; maps[c]; c++)
    {
      g_auto (GStrv) rows = g_strsplit (g_strstrip (maps[c]), "\n", -1);

      shape->height = (int) g_strv_length (rows);
      for (int y = 0; rows[y]; y++)
        {
          g_autoptr (GPtrArray) words = g_ptr_array_new ();
          g_auto (GStrv)        all   = g_strsplit (rows[y], " ", -1);

          for (int i = 0; all[i]; i++)
            if (*all[i])
              g_ptr_array_add (words, all[i]);
          if (y == 0 && c == 0)
            shape->width = (int) words->len;
          g_assert_cmpint (words->len, ==, shape->width);
          for (int x = 0; x < shape->width; x++)
            {
              int    at = (y * shape->width + x) * shape->channels + c;
              double tolerance;

              if (!page_number (words->pdata[x], &values[at], &tolerance))
                g_error ("“%s” is no number", (char *) words->pdata[x]);
              if (tolerances)
                tolerances[at] = tolerance;
            }
        }
    }
  return values;
}

typedef struct
{
  const char *page;
  CnnShape    in_shape;
  float      *in;
  char       *network;
  int         n_runs;
  int         n_sums;
  int         n_networks;
  int         n_tables;
  int         n_derivatives;
} Walk;

/* A network that takes a vector is given one, however it is written. */
static CnnShape
shape_for (const Walk *walk, const char *network)
{
  g_autoptr (CnnNetwork) parsed = cnn_network_parse (network, NULL);
  CnnShape               asked  = cnn_network_input (parsed, walk->in_shape);

  return cnn_shape_cells (asked) == cnn_shape_cells (walk->in_shape) ? asked : walk->in_shape;
}

static void
check_out (Walk *walk, const PagePart *part)
{
  double              tolerances[4096];
  CnnShape            written, shape;
  g_autofree double  *values = read_maps (part->text, &written, tolerances);
  g_autofree float   *got    = NULL;

  g_assert_nonnull (walk->in);
  g_assert_nonnull (walk->network);
  got = cnn_test_run (walk->network, shape_for (walk, walk->network), walk->in, &shape);
  if (shape.height == 1 && shape.width == 1)
    written = (CnnShape) { 1, 1, (int) cnn_shape_cells (written) };
  if (!cnn_shape_equal (shape, written))
    g_error ("%s:%d: what comes out is " CNN_SHAPE_FORMAT, walk->page, part->line,
             CNN_SHAPE_ARGS (shape));
  for (gint64 i = 0; i < cnn_shape_cells (shape); i++)
    if (!(fabs (got[i] - values[i]) <= tolerances[i]))
      g_error ("%s:%d: number %d is %.9g, not %g", walk->page, part->line, (int) i + 1, got[i],
               values[i]);
  walk->n_runs++;
}

static void
check_sums (Walk *walk, const PagePart *part)
{
  g_auto (GStrv) lines = g_strsplit (part->text, "\n", -1);

  for (int i = 0; lines[i]; i++)
    {
      g_autofree char *mistake = NULL;

      if (*lines[i] == '\0')
        continue;
      if (!page_sum (lines[i], &mistake))
        g_error ("%s:%d: %s", walk->page, part->line, mistake);
      walk->n_sums++;
    }
}

/* --- training --------------------------------------------------------------------------------- */

typedef struct
{
  const float *values;
  gint64       n;
  guint        label;
} Image;

static gboolean
read_image (gpointer data, guint worker, guint image, float *in, float *target, guint *label,
            GError **error)
{
  const Image *self = data;

  memcpy (in, self->values, (gsize) self->n * sizeof (float));
  *label = self->label;
  return TRUE;
}

/* The numbers of a network's dense layers, weights and then biases of each, in order. */
static GArray *
weights_of (const char *text, CnnShape shape)
{
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  CnnTrainerOptions      options = { .loss = CNN_LOSS_CROSS_ENTROPY, .batch = 1, .workers = 1 };
  g_autoptr (CnnTrainer) trainer = cnn_trainer_new (network, shape, &options, &error);
  GArray                *all     = g_array_new (FALSE, FALSE, sizeof (float));
  const CnnTrained      *trained;
  guint                  n;

  g_assert_no_error (error);
  trained = cnn_trainer_trained (trainer, &n);
  for (guint i = 0; i < n; i++)
    g_array_append_vals (all, trained[i].values, (guint) trained[i].n);
  return all;
}

static GArray *
gradient_of (const Walk *walk, guint label)
{
  CnnShape               shape   = shape_for (walk, walk->network);
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (walk->network, &error);
  CnnTrainerOptions      options = { .loss = CNN_LOSS_CROSS_ENTROPY, .batch = 1, .workers = 1 };
  g_autoptr (CnnTrainer) trainer = cnn_trainer_new (network, shape, &options, &error);
  Image                  image   = { walk->in, cnn_shape_cells (shape), label };
  CnnTrainerSource       source  = { read_image, &image };
  GArray                *all     = g_array_new (FALSE, FALSE, sizeof (float));
  const CnnTrained      *trained;
  CnnTrainerLoss         loss;
  guint                  n;

  g_assert_no_error (error);
  cnn_trainer_gradient (trainer, 1, 0, &source, &loss, &error);
  g_assert_no_error (error);
  trained = cnn_trainer_trained (trainer, &n);
  for (guint i = 0; i < n; i++)
    g_array_append_vals (all, trained[i].gradient, (guint) trained[i].n);
  return all;
}

/* −ln of the probability, with one number of the notation moved. */
static double
loss_with (const Walk *walk, guint label, int which, double by)
{
  g_autoptr (GRegex)     number = g_regex_new ("(?<=[\\[,=])-?[0-9.]+(?=[\\],; \\n]|$)", 0, 0,
                                               NULL);
  g_autoptr (GMatchInfo) match  = NULL;
  g_autoptr (GString)    moved  = g_string_new (NULL);
  int                    last   = 0, at = 0;
  CnnShape               shape;
  g_autofree float      *got    = NULL;

  g_regex_match (number, walk->network, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL), at++)
    {
      g_autofree char *word = g_match_info_fetch (match, 0);
      int              start, end;

      g_match_info_fetch_pos (match, 0, &start, &end);
      g_string_append_len (moved, walk->network + last, start - last);
      g_string_append_printf (moved, "%.9f", g_ascii_strtod (word, NULL) + (at == which ? by : 0));
      last = end;
    }
  g_assert_cmpint (which, <, at);
  g_string_append (moved, walk->network + last);
  got = cnn_test_run (moved->str, shape_for (walk, walk->network), walk->in, &shape);
  return -log (got[label]);
}

static void
check_gradient (Walk *walk, const PagePart *part)
{
  const char         *number = part->info + strlen ("gradient ");
  guint               label = (guint) g_ascii_strtoull (number, NULL, 10) - 1;
  g_autofree char    *flat  = g_strdup (part->text);
  double              tolerances[4096];
  CnnShape            shape;
  g_autofree double  *values = read_maps (g_strdelimit (flat, "\n", ' '), &shape, tolerances);
  g_autoptr (GArray)  learnt = gradient_of (walk, label);

  g_assert_cmpint (cnn_shape_cells (shape), ==, learnt->len);
  for (guint i = 0; i < learnt->len; i++)
    {
      double is   = g_array_index (learnt, float, i), step = 1.0 / 256.0;
      double near = (loss_with (walk, label, (int) i, step) -
                     loss_with (walk, label, (int) i, -step)) / (2.0 * step);

      if (!(fabs (is - values[i]) <= tolerances[i]))
        g_error ("%s:%d: derivative %u is %.6f, not %g", walk->page, part->line, i + 1, is,
                 values[i]);
      if (!(fabs (near - values[i]) <= 1e-3))
        g_error ("%s:%d: difference %u is %.6f, not %g", walk->page, part->line, i + 1, near,
                 values[i]);
      walk->n_derivatives++;
    }
}

static void
check_step (Walk *walk, const PagePart *part)
{
  g_auto (GStrv)     words  = g_strsplit (part->info, " ", -1);
  guint              label  = (guint) g_ascii_strtoull (words[1], NULL, 10) - 1;
  double             rate   = g_ascii_strtod (words[2], NULL);
  CnnShape           shape  = shape_for (walk, walk->network);
  g_autoptr (GArray) before = weights_of (walk->network, shape);
  g_autoptr (GArray) after  = weights_of (part->text, shape);
  g_autoptr (GArray) learnt = gradient_of (walk, label);

  g_assert_cmpint (before->len, ==, after->len);
  for (guint i = 0; i < before->len; i++)
    {
      double should = g_array_index (before, float, i) - rate * g_array_index (learnt, float, i);

      if (!(fabs (should - g_array_index (after, float, i)) <= 0.000051))
        g_error ("%s:%d: weight %u is %.6f, not %g", walk->page, part->line, i + 1, should,
                 (double) g_array_index (after, float, i));
    }
}

/* --- tables ----------------------------------------------------------------------------------- */

static void
check_count (const Walk *walk, const PagePart *row, const char *word, gint64 is)
{
  double value, tolerance;

  if (!page_number (word, &value, &tolerance) || value != (double) is)
    g_error ("%s:%d: %" G_GINT64_FORMAT ", not %s", walk->page, row->line, is, word);
}

static void
check_layers (Walk *walk, const GPtrArray *parts, guint first)
{
  g_autoptr (CnnNetwork)  network = cnn_network_parse (walk->network, NULL);
  g_autofree CnnNodeInfo *infos   = cnn_network_infer (network, (CnnShape) { 480, 640, 3 }, NULL);
  guint                   n       = cnn_network_n_nodes (network);

  for (guint i = 1; i < n; i++)
    {
      const PagePart    *row   = g_ptr_array_index (parts, first + 1 + i);
      const CnnNodeInfo *info  = &infos[i];
      g_auto (GStrv)     cells = NULL;
      g_autofree char   *shape = g_strdup_printf ("%d×%d×%d", info->shape.height,
                                                  info->shape.width, info->shape.channels);
      g_autofree char   *field = g_strdup_printf ("%d×%d", (int) info->receptive.size.height,
                                                  (int) info->receptive.size.width);
      const char        *name  = cnn_network_node (network, i)->op->name;

      g_assert_cmpint (row->kind, ==, PAGE_ROW);
      cells = page_cells (row->text);
      if (!g_str_has_prefix (cells[0], name))
        g_error ("%s:%d: layer %u is %s", walk->page, row->line, i, name);
      if (strcmp (cells[1], shape) != 0)
        g_error ("%s:%d: %s, not %s", walk->page, row->line, shape, cells[1]);
      check_count (walk, row, cells[2], info->parameters);
      check_count (walk, row, cells[3], info->macs);
      if (cells[4] && strcmp (cells[4], field) != 0)
        g_error ("%s:%d: sees %s, not %s", walk->page, row->line, field, cells[4]);
    }
  if (first + 1 + n < parts->len)
    g_assert_cmpint (((PagePart *) g_ptr_array_index (parts, first + 1 + n))->kind, !=, PAGE_ROW);
  walk->n_tables++;
}

static void
check_values (Walk *walk, const GPtrArray *parts, guint first)
{
  const PagePart *head   = g_ptr_array_index (parts, first);
  g_auto (GStrv)  inputs = page_cells (head->text);
  guint           rows   = 0;

  for (guint r = first + 2; r < parts->len; r++, rows++)
    {
      const PagePart *row = g_ptr_array_index (parts, r);
      g_auto (GStrv)  cells = NULL;

      if (row->kind != PAGE_ROW)
        break;
      cells = page_cells (row->text);
      g_assert_cmpuint (g_strv_length (cells), ==, g_strv_length (inputs));
      for (guint i = 1; cells[i]; i++)
        {
          double            in, value, tolerance;
          float             given;
          CnnShape          shape;
          g_autofree float *got = NULL;

          g_assert_true (page_number (inputs[i], &in, &tolerance));
          g_assert_true (page_number (cells[i], &value, &tolerance));
          given = (float) in;
          got = cnn_test_run (cells[0], (CnnShape) { 1, 1, 1 }, &given, &shape);
          if (!(fabs (*got - value) <= tolerance))
            g_error ("%s:%d: %s of %g is %.9g, not %g", walk->page, row->line, cells[0], in, *got,
                     value);
        }
    }
  g_assert_cmpuint (rows, >, 0);
  walk->n_tables++;
}

/* --- the walk --------------------------------------------------------------------------------- */

static void
take_network (Walk *walk, const PagePart *part)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (CnnNetwork)  network = cnn_network_parse (part->text, &error);
  g_autofree CnnNodeInfo *infos   = NULL;
  CnnShape                shape   = { 48, 64, 3 }, out;
  g_autofree float       *values  = NULL, *got = NULL;

  if (network == NULL)
    g_error ("%s:%d: %s", walk->page, part->line, error->message);
  infos = cnn_network_infer (network, shape, &error);
  if (infos == NULL)
    g_error ("%s:%d: %s", walk->page, part->line, error->message);
  /* It runs, whatever is asked of it. */
  values = cnn_test_picture (infos[0].shape, 1, FALSE);
  got = cnn_test_run (part->text, infos[0].shape, values, &out);
  for (gint64 i = 0; i < cnn_shape_cells (out); i++)
    g_assert_true (isfinite (got[i]));
  g_free (walk->network);
  walk->network = g_strdup (part->text);
  walk->n_networks++;
}

static void
take_in (Walk *walk, const PagePart *part)
{
  g_autofree double *values = read_maps (part->text, &walk->in_shape, NULL);

  g_free (walk->in);
  walk->in = g_new (float, cnn_shape_cells (walk->in_shape));
  for (gint64 i = 0; i < cnn_shape_cells (walk->in_shape); i++)
    walk->in[i] = (float) values[i];
}

static void
test_numbers (gconstpointer name)
{
  g_autoptr (GPtrArray) parts = page_read (name);
  Walk                  walk  = { .page = name };

  for (guint i = 0; i < parts->len; i++)
    {
      const PagePart *part = g_ptr_array_index (parts, i);

      if (part->kind == PAGE_NOTE && strcmp (part->text, "layers") == 0)
        check_layers (&walk, parts, i + 1);
      else if (part->kind == PAGE_NOTE && strcmp (part->text, "values") == 0)
        check_values (&walk, parts, i + 1);
      else if (part->kind == PAGE_NOTE)
        g_error ("%s:%d: “%s” is no note", walk.page, part->line, part->text);
      if (part->kind != PAGE_FENCE)
        continue;
      if (*part->info == '\0')
        take_network (&walk, part);
      else if (strcmp (part->info, "in") == 0)
        take_in (&walk, part);
      else if (strcmp (part->info, "out") == 0)
        check_out (&walk, part);
      else if (strcmp (part->info, "sum") == 0)
        check_sums (&walk, part);
      else if (g_str_has_prefix (part->info, "gradient "))
        check_gradient (&walk, part);
      else if (g_str_has_prefix (part->info, "step "))
        {
          check_step (&walk, part);
          take_network (&walk, part);
        }
      else if (strcmp (part->info, "scheme") != 0)
        g_error ("%s:%d: “%s” is no kind of block", walk.page, part->line, part->info);
    }
  g_test_message ("%s: %d networks, %d runs, %d sums, %d tables, %d derivatives", walk.page,
                  walk.n_networks, walk.n_runs, walk.n_sums, walk.n_tables, walk.n_derivatives);
  g_assert_cmpint (walk.n_networks, >=, 30);
  g_assert_cmpint (walk.n_runs, >=, 15);
  g_assert_cmpint (walk.n_sums, >=, 15);
  g_assert_cmpint (walk.n_tables, >=, 3);
  g_assert_cmpint (walk.n_derivatives, ==, 12);
  g_free (walk.in);
  g_free (walk.network);
}

/* --- the checks themselves -------------------------------------------------------------------- */

static void
test_sums (void)
{
  static const char *const right[] = { "1 + 2·3 = 7", "(1 + 2)·3 = 9 = 3·3", "−ln(0.5) ≈ 0.693",
                                       "x: ⌊7 / 2⌋ − 1 = 2", "1,024·2 = 2,048", "max(−3; 2) = 2",
                                       "√16 = 4", "2·(−3) = −6" };
  static const char *const wrong[] = { "1 + 2·3 = 9", "2 = 2.01", "1 / 3 = 0.34", "1 + = 1", "4",
                                       "1 = 1 = 2", "1 = 1 x" };

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autofree char *mistake = NULL;

      if (!page_sum (right[i], &mistake))
        g_error ("%s", mistake);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *mistake = NULL;

      if (page_sum (wrong[i], &mistake))
        g_error ("“%s” is not seen to be wrong", wrong[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tutorial/sums", test_sums);
  g_test_add_data_func ("/tutorial/numbers/en", pages[0], test_numbers);
  g_test_add_data_func ("/tutorial/numbers/zh_CN", pages[1], test_numbers);
  return g_test_run ();
}
