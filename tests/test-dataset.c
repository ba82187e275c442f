/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "cnn-test.h"
#include "dataset.h"
#include "error.h"
#include "test-files.h"

/* Data sets: parts of them, and those in folders. */

static void
assert_read (CnnDataset *dataset, gsize i, const float *expected, gsize n)
{
  g_autofree float  *values = g_new (float, n);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (cnn_shape_cells (cnn_dataset_shape (dataset)), ==, n);
  g_assert_true (cnn_dataset_read (dataset, i, values, &error));
  g_assert_no_error (error);
  for (gsize k = 0; k < n; k++)
    g_assert_cmpfloat_with_epsilon (values[k], expected[k], 1e-7);
}

/* --- parts ---------------------------------------------------------------- */

/* Sample i of 103 is (i, 2i), of class i mod 3; class 3 has only the last. */
#define N_SAMPLES 103

static int
line_label (gpointer data, gsize i)
{
  return i == N_SAMPLES - 1 ? 3 : (int) (i % 3);
}

static gboolean
line_read (gpointer data, gsize i, float *values, GError **error)
{
  values[0] = (float) i;
  values[1] = (float) (2 * i);
  return TRUE;
}

static void
line_free (gpointer data)
{
  (*(int *) data)++;
}

static const char *const line_names[] = { "a", "b", "c", "d", NULL };

static CnnDataset *
line_new (int *freed)
{
  static const CnnDatasetClass klass = { line_label, line_read, NULL, line_free };

  return cnn_dataset_new (&klass, N_SAMPLES, (CnnShape) { 1, 2, 1 }, 4, line_names, freed);
}

static void
test_subset (void)
{
  static const gsize     samples[] = { 7, 3, 7, 102 };
  int                    freed = 0;
  CnnDataset            *whole = line_new (&freed);
  CnnDataset            *subset = cnn_dataset_subset (whole, samples, 4);
  g_autofree char       *name = cnn_dataset_name (subset, 1);

  cnn_dataset_unref (whole);
  g_assert_cmpint (freed, ==, 0);
  g_assert_cmpuint (cnn_dataset_size (subset), ==, 4);
  g_assert_cmpuint (cnn_dataset_n_classes (subset), ==, 4);
  g_assert_cmpstr (cnn_dataset_class_names (subset)[3], ==, "d");
  g_assert_cmpstr (name, ==, "4");
  for (gsize i = 0; i < 4; i++)
    {
      float expected[] = { (float) samples[i], (float) (2 * samples[i]) };

      g_assert_cmpint (cnn_dataset_label (subset, i), ==, line_label (NULL, samples[i]));
      assert_read (subset, i, expected, 2);
    }
  cnn_dataset_unref (subset);
  g_assert_cmpint (freed, ==, 1);
}

/* Which samples are in a data set: [N_SAMPLES]; they are in order. */
static void
mark (CnnDataset *dataset, int *seen, int *classes)
{
  float before = -1.0f, values[2];

  for (gsize i = 0; i < cnn_dataset_size (dataset); i++)
    {
      g_assert_true (cnn_dataset_read (dataset, i, values, NULL));
      g_assert_cmpfloat (values[0], >, before);
      before = values[0];
      seen[(int) values[0]]++;
      classes[cnn_dataset_label (dataset, i)]++;
    }
}

static void
test_split (void)
{
  static const double shares[] = { 0.1, 0.25, 0.5, 0.9 };
  int                 freed = 0, before[N_SAMPLES] = { 0 };
  CnnDataset         *whole = line_new (&freed);

  for (guint s = 0; s < G_N_ELEMENTS (shares); s++)
    for (guint64 seed = 0; seed < 3; seed++)
      {
        g_autoptr (CnnDataset) rest = NULL, part = NULL, rest2 = NULL, part2 = NULL;
        g_autoptr (GError)     error = NULL;
        int seen[N_SAMPLES] = { 0 }, again[N_SAMPLES] = { 0 }, all[N_SAMPLES] = { 0 };
        int classes[4] = { 0 }, ignored[4] = { 0 };

        g_assert_true (cnn_dataset_split (whole, shares[s], seed, &rest, &part, &error));
        g_assert_true (cnn_dataset_split (whole, shares[s], seed, &rest2, &part2, &error));
        g_assert_cmpuint (cnn_dataset_size (part), ==,
                          (gsize) (shares[s] * N_SAMPLES + 0.5));
        mark (part, seen, classes);
        mark (part2, again, ignored);
        g_assert_cmpmem (seen, sizeof seen, again, sizeof again);
        mark (part, all, ignored);
        mark (rest, all, ignored);
        for (int i = 0; i < N_SAMPLES; i++)
          g_assert_cmpint (all[i], ==, 1);
        /* Each class has its share, to less than one sample. */
        for (int c = 0; c < 3; c++)
          g_assert_cmpfloat_with_epsilon (classes[c], shares[s] * 34, 1.0 + 34 * 0.005);
        /* Another seed is another part. */
        g_assert_true (memcmp (seen, before, sizeof seen) != 0);
        memcpy (before, seen, sizeof seen);
      }
  cnn_dataset_unref (whole);
  g_assert_cmpint (freed, ==, 1);
}

static int
few_label (gpointer data, gsize i)
{
  return i == 0 ? 2 : i % 2;
}

static gboolean
few_read (gpointer data, gsize i, float *values, GError **error)
{
  *values = (float) i;
  return TRUE;
}

static void
few_free (gpointer data)
{
}

/* Where a share is less than one of a class, it is one all the same; of a class with a single
 * sample nobody can have two. */
static void
test_split_few (void)
{
  static const CnnDatasetClass klass = { few_label, few_read, NULL, few_free };
  static const double          shares[] = { 0.12, 0.3, 0.5, 0.7, 0.88 };
  g_autoptr (CnnDataset)       whole = cnn_dataset_new (&klass, 8, (CnnShape) { 1, 1, 1 }, 3, NULL,
                                                        NULL);

  for (guint s = 0; s < G_N_ELEMENTS (shares); s++)
    for (guint64 seed = 0; seed < 20; seed++)
      {
        g_autoptr (CnnDataset) rest = NULL, part = NULL;
        g_autoptr (GError)     error = NULL;
        int                    kept[3] = { 0 }, aside[3] = { 0 }, seen[N_SAMPLES] = { 0 };

        g_assert_true (cnn_dataset_split (whole, shares[s], seed, &rest, &part, &error));
        g_assert_no_error (error);
        mark (rest, seen, kept);
        mark (part, seen, aside);
        for (int i = 0; i < 8; i++)
          g_assert_cmpint (seen[i], ==, 1);
        for (int c = 0; c < 2; c++)
          {
            g_assert_cmpint (kept[c], >=, 1);
            g_assert_cmpint (aside[c], >=, 1);
          }
        g_assert_cmpint (kept[2] + aside[2], ==, 1);
      }
}

static void
test_split_refused (void)
{
  int                    freed = 0;
  g_autoptr (CnnDataset) whole = line_new (&freed);
  CnnDataset            *rest, *part;
  g_autoptr (GError)     error = NULL;

  g_assert_false (cnn_dataset_split (whole, 0.004, 1, &rest, &part, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==,
                   "of 103 samples, 0.4 % cannot be set aside: one part would be empty");
  g_clear_error (&error);
  g_assert_false (cnn_dataset_split (whole, 0.999, 1, &rest, &part, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
}

/* --- folders -------------------------------------------------------------- */

/* A picture is a file with a number; all its cells are that. */
static gboolean
number_decode (gpointer data, const char *file, CnnShape wanted, float *values, GError **error)
{
  g_autofree char *text = NULL;

  g_atomic_int_inc ((int *) data);
  if (!g_file_get_contents (file, &text, NULL, error))
    return FALSE;
  if (!g_ascii_isdigit (*text))
    {
      g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, "it is no number");
      return FALSE;
    }
  for (gint64 i = 0; i < cnn_shape_cells (wanted); i++)
    values[i] = (float) g_ascii_strtod (text, NULL);
  return TRUE;
}

static gboolean
number_takes (gpointer data, const char *name)
{
  return g_str_has_suffix (name, ".num");
}

static void
make_classes (void)
{
  static const char *const files[][2] = {
    { "set/dog/2.num", "0.5" },  { "set/dog/1.num", "0.25" },    { "set/cat/x.num", "1" },
    { "set/cat/a.num", "what" }, { "set/cat/notes.txt", "0.7" }, { "set/.git/c.num", "0.1" },
    { "set/readme.num", "0.1" }, { "set/cat/.b.num", "0.1" },    { "set/cat/z.num", "0" },
  };

  make_folder ("set/dog/inner.num");
  make_folder ("set/cat");
  make_folder ("set/.git");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    write_file (files[i][0], files[i][1], strlen (files[i][1]));
}

static void
test_folder (void)
{
  int                    n_decoded = 0;
  CnnPictureDecoder      decoder = { number_takes, number_decode, &n_decoded };
  CnnShape               shape = { 2, 1, 1 };
  g_autoptr (CnnDataset) dataset = NULL;
  g_autoptr (GError)     error = NULL;
  g_autofree char       *set = path ("set"), *name = NULL, *cat = path ("set/cat/a.num");
  float                  values[2], quarter[] = { 0.25f, 0.25f }, one[] = { 1.0f, 1.0f };

  make_classes ();
  dataset = cnn_dataset_open_folder (set, shape, &decoder, NULL, NULL, &error);
  g_assert_no_error (error);
  /* Nothing was read yet. */
  g_assert_cmpint (n_decoded, ==, 0);
  g_assert_cmpuint (cnn_dataset_size (dataset), ==, 5);
  g_assert_cmpuint (cnn_dataset_n_classes (dataset), ==, 2);
  g_assert_cmpstr (cnn_dataset_class_names (dataset)[0], ==, "cat");
  g_assert_cmpstr (cnn_dataset_class_names (dataset)[1], ==, "dog");
  for (gsize i = 0; i < 5; i++)
    g_assert_cmpint (cnn_dataset_label (dataset, i), ==, i > 2);
  assert_read (dataset, 1, one, 2);
  assert_read (dataset, 3, quarter, 2);
  /* A broken one is an error when it is wanted. */
  g_assert_false (cnn_dataset_read (dataset, 0, values, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, cat));
  g_assert_nonnull (strstr (error->message, "cannot be read: it is no number"));
  name = cnn_dataset_name (dataset, 0);
  g_assert_cmpstr (name, ==, cat);
}

static void
test_folder_broken (void)
{
  int                    n_decoded = 0;
  CnnPictureDecoder      decoder = { number_takes, number_decode, &n_decoded };
  CnnPictureDecoder      all = { NULL, number_decode, &n_decoded };
  CnnShape               shape = { 2, 1, 1 };
  g_autoptr (GPtrArray)  broken = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CnnDataset) dataset = NULL, more = NULL;
  g_autoptr (GError)     error = NULL;
  g_autofree char       *set = path ("set"), *cat = path ("set/cat/a.num");
  float                  quarter[] = { 0.25f, 0.25f };

  make_classes ();
  dataset = cnn_dataset_open_folder (set, shape, &decoder, broken, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n_decoded, ==, 5);
  g_assert_cmpuint (cnn_dataset_size (dataset), ==, 4);
  g_assert_cmpuint (broken->len, ==, 1);
  g_assert_nonnull (strstr (broken->pdata[0], cat));
  for (gsize i = 0; i < 4; i++)
    g_assert_cmpint (cnn_dataset_label (dataset, i), ==, i > 1);
  assert_read (dataset, 2, quarter, 2);
  more = cnn_dataset_open_folder (set, shape, &all, NULL, NULL, &error);
  g_assert_cmpuint (cnn_dataset_size (more), ==, 6);
}

/* Many files, of which each seventh is broken, on threads: they stay in order. */
static void
test_folder_many (void)
{
  int                    n_decoded = 0;
  CnnPictureDecoder      decoder = { NULL, number_decode, &n_decoded };
  g_autoptr (GPtrArray)  broken = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CnnDataset) dataset = NULL;
  g_autoptr (GError)     error = NULL;
  g_autofree char       *set = path ("many");
  gsize                  at = 0;

  make_folder ("many/a");
  make_folder ("many/b");
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("many/%s/%03d", i < 100 ? "a" : "b", i);
      g_autofree char *text = g_strdup_printf (i % 7 == 3 ? "no" : "%d", i);

      write_file (name, text, strlen (text));
    }
  dataset = cnn_dataset_open_folder (set, (CnnShape) { 1, 1, 1 }, &decoder, broken, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (broken->len, ==, 43);
  for (int i = 0, k = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("/%03d”", i);
      float            value = (float) i;

      if (i % 7 == 3)
        g_assert_nonnull (strstr (broken->pdata[k++], name));
      else
        {
          g_assert_cmpint (cnn_dataset_label (dataset, at), ==, i >= 100);
          assert_read (dataset, at++, &value, 1);
        }
    }
  g_assert_cmpuint (cnn_dataset_size (dataset), ==, at);
}

static void
test_folder_refused (void)
{
  int                      n_decoded = 0;
  CnnPictureDecoder        decoder = { NULL, number_decode, &n_decoded };
  CnnShape                 shape = { 1, 1, 1 };
  g_autoptr (GPtrArray)    broken = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;
  g_autofree char         *set = path ("bad"), *set2 = path ("set"), *none = path ("none");

  make_folder ("bad");
  g_assert_null (cnn_dataset_open_folder (set, shape, &decoder, NULL, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "bad” has no folders; expected one with pictures"));
  g_clear_error (&error);
  make_folder ("bad/one");
  g_assert_null (cnn_dataset_open_folder (set, shape, &decoder, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "bad” has only one folder"));
  g_clear_error (&error);
  make_folder ("bad/two");
  write_file ("bad/one/1", "1", 1);
  g_assert_null (cnn_dataset_open_folder (set, shape, &decoder, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "bad/two” has no picture"));
  g_clear_error (&error);
  /* A class of which nothing can be read. */
  write_file ("bad/two/1", "x", 1);
  g_assert_null (cnn_dataset_open_folder (set, shape, &decoder, broken, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "bad/two” has no picture"));
  g_assert_cmpuint (broken->len, ==, 1);
  g_clear_error (&error);
  make_classes ();
  g_cancellable_cancel (cancelled);
  g_assert_null (cnn_dataset_open_folder (set2, shape, &decoder, broken, cancelled, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (cnn_dataset_open_folder (none, shape, &decoder, NULL, NULL, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_files_begin ();
  g_test_add_func ("/dataset/subset", test_subset);
  g_test_add_func ("/dataset/split", test_split);
  g_test_add_func ("/dataset/split-few", test_split_few);
  g_test_add_func ("/dataset/split-refused", test_split_refused);
  g_test_add_func ("/dataset/folder", test_folder);
  g_test_add_func ("/dataset/folder-broken", test_folder_broken);
  g_test_add_func ("/dataset/folder-many", test_folder_many);
  g_test_add_func ("/dataset/folder-refused", test_folder_refused);
  result = g_test_run ();
  test_files_end ();
  return result;
}
