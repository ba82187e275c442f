/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <glib/gstdio.h>

#include "cnn-test.h"
#include "dataset.h"
#include "error.h"
#include "test-files.h"

/* IDX files, made byte by byte. */

/* Three pictures of 2 × 3. */
static const guint8 images[] = {
  0, 0, 8, 3,  0, 0, 0, 3,  0, 0, 0, 2,  0, 0, 0, 3,
  0, 51, 102, 153, 204, 255,  1, 2, 3, 4, 5, 6,  255, 0, 255, 0, 255, 0,
};
static const guint8 labels[] = { 0, 0, 8, 1,  0, 0, 0, 3,  1, 0, 2 };

static CnnDataset *
open_idx (const char *images_name, const char *labels_name, guint n_classes, GError **error)
{
  g_autofree char *images_file = path (images_name), *labels_file = path (labels_name);

  return cnn_dataset_open_idx (images_file, labels_file, n_classes, error);
}

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

static void
check_idx (CnnDataset *dataset)
{
  static const float first[] = { 0.0f, 0.2f, 0.4f, 0.6f, 0.8f, 1.0f };
  static const float last[] = { 1.0f, 0.0f, 1.0f, 0.0f, 1.0f, 0.0f };
  CnnShape           shape = cnn_dataset_shape (dataset);
  g_autofree char   *name = cnn_dataset_name (dataset, 2);

  g_assert_cmpuint (cnn_dataset_size (dataset), ==, 3);
  g_assert_cmpint (shape.height, ==, 2);
  g_assert_cmpint (shape.width, ==, 3);
  g_assert_cmpint (shape.channels, ==, 1);
  g_assert_cmpuint (cnn_dataset_n_classes (dataset), ==, 3);
  g_assert_null (cnn_dataset_class_names (dataset));
  g_assert_cmpint (cnn_dataset_label (dataset, 0), ==, 1);
  g_assert_cmpint (cnn_dataset_label (dataset, 1), ==, 0);
  g_assert_cmpint (cnn_dataset_label (dataset, 2), ==, 2);
  g_assert_cmpstr (name, ==, "3");
  assert_read (dataset, 0, first, 6);
  assert_read (dataset, 2, last, 6);
}

static void
test_idx (void)
{
  g_autoptr (CnnDataset) plain = NULL, packed = NULL, ten = NULL;
  g_autoptr (GError)     error = NULL;

  WRITE ("i", images);
  WRITE ("l", labels);
  write_packed ("i.gz", images, sizeof images, G_MAXSIZE);
  write_packed ("l.gz", labels, sizeof labels, G_MAXSIZE);
  plain = open_idx ("i", "l", 0, &error);
  g_assert_no_error (error);
  check_idx (plain);
  packed = open_idx ("i.gz", "l.gz", 3, &error);
  g_assert_no_error (error);
  check_idx (packed);
  ten = open_idx ("i.gz", "l", 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cnn_dataset_n_classes (ten), ==, 10);
}

/* A file of many pieces, packed. */
static void
test_idx_large (void)
{
  gsize                  n = 16 + 2 * 300 * 500;
  g_autofree guint8     *bytes = g_malloc0 (n);
  static const guint8    header[] = { 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 1, 44, 0, 0, 1, 244 };
  static const guint8    two[] = { 0, 0, 8, 1, 0, 0, 0, 2, 1, 0 };
  g_autofree float      *values = g_new (float, 300 * 500);
  g_autoptr (CnnDataset) dataset = NULL;
  g_autoptr (GError)     error = NULL;

  memcpy (bytes, header, sizeof header);
  for (gsize i = 16; i < n; i++)
    bytes[i] = (guint8) ((i * 2654435761u) >> 13);
  write_packed ("i.gz", bytes, n, G_MAXSIZE);
  WRITE ("l", two);
  dataset = open_idx ("i.gz", "l", 0, &error);
  g_assert_no_error (error);
  g_assert_true (cnn_dataset_read (dataset, 1, values, &error));
  for (gsize k = 0; k < 300 * 500; k++)
    g_assert_cmpfloat (values[k], ==, (float) bytes[16 + 300 * 500 + k] / 255.0f);
}

/* Numbers of all types, and of 2 and 4 dimensions; two samples of two values. */
static void
test_idx_types (void)
{
  static const struct
  {
    guint8      type;
    const char *bytes;
    gsize       n;
    float       values[4];
  } cases[] = {
    { 0x08, "\x00\x33\xff\x66", 4, { 0.0f, 0.2f, 1.0f, 0.4f } },
    { 0x09, "\x80\x7f\x00\xb3", 4, { 0.0f, 1.0f, 128.0f / 255, 51.0f / 255 } },
    { 0x09, "\x00\x7f\x33\x01", 4, { 0.0f, 127.0f / 255, 0.2f, 1.0f / 255 } },
    { 0x0b, "\x00\x00\x00\xff\x00\x33\x00\x66", 8, { 0.0f, 1.0f, 0.2f, 0.4f } },
    { 0x0b, "\x80\x00\x7f\xff\x00\x00\x00\x00", 8,
      { 0.0f, 1.0f, 32768.0f / 65535, 32768.0f / 65535 } },
    { 0x0b, "\x00\x00\x33\x33\x00\x01\x01\x00", 8,
      { 0.0f, 0.2f, 1.0f / 65535, 256.0f / 65535 } },
    { 0x0c, "\xff\xfe\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00", 16,
      { 0.0f, 1.0f, 0.5f, 0.75f } },
    { 0x0c, "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00", 16,
      { 0.0f, 1.0f, 1.0f, 0.0f } },
    { 0x0d, "\x3e\x80\x00\x00\x3f\x80\x00\x00\x00\x00\x00\x00\x3f\x00\x00\x00", 16,
      { 0.25f, 1.0f, 0.0f, 0.5f } },
    { 0x0d, "\xbf\x80\x00\x00\x3f\x80\x00\x00\x00\x00\x00\x00\x3f\x00\x00\x00", 16,
      { 0.0f, 1.0f, 0.5f, 0.75f } },
    { 0x0e, "\x3f\xd0\0\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3f\xe0\0\0\0\0\0\0", 32,
      { 0.25f, 1.0f, 0.0f, 0.5f } },
    { 0x0e, "\x40\x6f\xe0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\x49\x80\0\0\0\0\0\x3f\xf0\0\0\0\0\0\0", 32,
      { 1.0f, 0.0f, 0.2f, 1.0f / 255 } },
  };
  static const guint8 two[] = { 0, 0, 0x0c, 1, 0, 0, 0, 2,  0, 0, 1, 0,  0, 0, 0, 7 };

  WRITE ("l", two);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int n_dims = 2; n_dims <= 4; n_dims += 2)
      {
        guint8                 header[20] = { 0, 0, cases[i].type, (guint8) n_dims, 0, 0, 0, 2,
                                              0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2 };
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autoptr (CnnDataset) dataset = NULL;
        g_autoptr (GError)     error = NULL;
        CnnShape               shape;

        header[4 * n_dims + 3] = 2;
        g_byte_array_append (bytes, header, 4 + 4 * n_dims);
        g_byte_array_append (bytes, (const guint8 *) cases[i].bytes, cases[i].n);
        write_file ("i", bytes->data, bytes->len);
        dataset = open_idx ("i", "l", 0, &error);
        g_assert_no_error (error);
        shape = cnn_dataset_shape (dataset);
        g_assert_cmpint (shape.height, ==, 1);
        g_assert_cmpint (shape.width, ==, 1);
        g_assert_cmpint (shape.channels, ==, 2);
        g_assert_cmpint (cnn_dataset_label (dataset, 0), ==, 256);
        g_assert_cmpuint (cnn_dataset_n_classes (dataset), ==, 257);
        assert_read (dataset, 0, cases[i].values, 2);
        assert_read (dataset, 1, cases[i].values + 2, 2);
      }
}

/* Each file that cannot be is refused with a sentence that names it. */
static void
test_idx_refused (void)
{
  static const struct
  {
    const char *of; /* which of the two it is about */
    const char *bytes;
    gsize       n;
    CnnError    code;
    const char *words;
  } cases[] = {
#define CASE(of, bytes, code, words) { of, bytes, sizeof bytes - 1, CNN_ERROR_##code, words }
    CASE ("i", "", FORMAT, "it is no IDX file"),
    CASE ("i", "\0\0\x08", FORMAT, "it is no IDX file"),
    CASE ("i", "\x89PNG....", FORMAT, "it is no IDX file"),
    CASE ("i", "\0\0\x0a\3", FORMAT, "it is no IDX file"),
    CASE ("i", "\0\0\x08\0", FORMAT, "it has 0 dimensions, expected 1 to 4"),
    CASE ("i", "\0\0\x08\5", FORMAT, "it has 5 dimensions, expected 1 to 4"),
    CASE ("i", "\0\0\x08\3\0\0\0\3\0\0\0\2\0\0\0", FORMAT, "it ends within its header"),
    CASE ("i", "\0\0\x08\3\0\0\0\0\0\0\0\2\0\0\0\3", FORMAT, "there is nothing in it"),
    CASE ("i", "\0\0\x08\3\0\0\0\3\0\0\0\0\0\0\0\3", FORMAT, "there is nothing in it"),
    CASE ("i", "\0\0\x08\3\0\0\0\3\0\0\0\2\0\0\0\3abcdefabcdefabcde", FORMAT,
          "it ends after 33 bytes of the 34 that its header says"),
    CASE ("i", "\0\0\x08\3\0\0\0\3\0\0\0\2\0\0\0\3abcdefabcdefabcdefg", FORMAT,
          "it has more than the 34 bytes that its header says"),
    CASE ("i", "\0\0\x08\3\xff\xff\xff\xff\0\0\0\x1c\0\0\0\x1c....", FORMAT,
          "it ends after 20 bytes of the 3367254359296 that its header says"),
    CASE ("i", "\0\0\x0e\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff....", LIMIT,
          "its header says more than a file can have"),
    CASE ("i", "\0\0\x08\1\0\0\0\3abc", FORMAT,
          "it has no pictures, which have 2 to 4 dimensions, but a list of numbers"),
    CASE ("i", "\0\0\x0d\2\0\0\0\3\0\0\0\1\0\0\0\0\x7f\xc0\0\0\0\0\0\0", FORMAT,
          "picture 2 has a value that is no number"),
    CASE ("i", "\0\0\x0e\2\0\0\0\3\0\0\0\1\x7f\xef\xff\xff\xff\xff\xff\xff\xff\xef\xff\xff\xff"
          "\xff\xff\xff\0\0\0\0\0\0\0\0", FORMAT, "its numbers are too large"),
    CASE ("l", "\0\0\x08\1\0\0\0\2\0\1", FORMAT, "it has 2 labels, but there are 3 pictures"),
    CASE ("l", "\0\0\x08\1\0\0\0\3\0\1\3", FORMAT, "label 3 is 3, expected 0 to 2"),
    CASE ("l", "\0\0\x09\1\0\0\0\3\0\xff\1", FORMAT, "label 2 is -1, expected 0 to 2"),
    CASE ("l", "\0\0\x08\1\0\0\0\3\1\1\1", FORMAT,
          "all its labels are 1; there is nothing to tell apart"),
    CASE ("l", "\0\0\x08\2\0\0\0\3\0\0\0\1\0\1\2", FORMAT,
          "it has no labels, which are a list of whole numbers"),
    CASE ("l", "\0\0\x0d\1\0\0\0\1\0\0\0\0", FORMAT,
          "it has no labels, which are a list of whole numbers"),
    CASE ("l", "\x1f\x8b\x08 and so on", IO, "cannot be read: "),
#undef CASE
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char   *named = path (cases[i].of);
      g_autoptr (GError) error = NULL;

      WRITE ("i", images);
      WRITE ("l", labels);
      write_file (cases[i].of, cases[i].bytes, cases[i].n);
      g_assert_null (open_idx ("i", "l", 3, &error));
      g_assert_error (error, CNN_ERROR, (int) cases[i].code);
      if (strstr (error->message, cases[i].words) == NULL ||
          strstr (error->message, named) == NULL)
        g_error ("case %u: “%s” instead of “%s”", i, error->message, cases[i].words);
    }
}

/* What is wrong with a packed file, wherever it ends. */
static void
test_idx_packed (void)
{
  static const guint8 lie[] = { 0, 0, 8, 3,  0, 1, 0, 0,  0, 0, 4, 0,  0, 0, 4, 0,  1, 2, 3 };
  guint8              more[sizeof images + 70000] = { 0 };
  g_autofree char    *file = path ("i");
  g_autoptr (GError)  error = NULL;
  GStatBuf            about;

  WRITE ("l", labels);
  write_packed ("i", lie, sizeof lie, G_MAXSIZE);
  g_assert_null (open_idx ("i", "l", 0, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "too large to be read packed; unpack it"));
  g_clear_error (&error);

  memcpy (more, images, sizeof images);
  write_packed ("i", more, sizeof more, G_MAXSIZE);
  g_assert_null (open_idx ("i", "l", 0, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "it has more than the 34 bytes"));
  g_clear_error (&error);

  write_packed ("i", images, sizeof images, G_MAXSIZE);
  g_assert_cmpint (g_stat (file, &about), ==, 0);
  for (gsize keep = 2; keep < (gsize) about.st_size; keep++)
    {
      write_packed ("i", images, sizeof images, keep);
      g_assert_null (open_idx ("i", "l", 0, &error));
      g_assert_true (error->domain == CNN_ERROR);
      g_assert_nonnull (strstr (error->message, file));
      g_clear_error (&error);
    }
}

static void
test_idx_folder (void)
{
  static const guint8    one[] = { 0, 0, 8, 3,  0, 0, 0, 2,  0, 0, 0, 1,  0, 0, 0, 1,  255, 0 };
  static const guint8    two[] = { 0, 0, 8, 1,  0, 0, 0, 2,  1, 0 };
  g_autoptr (CnnDataset) train = NULL, test = NULL;
  g_autoptr (GError)     error = NULL;

  WRITE ("train-images-idx3-ubyte", images);
  g_assert_null (cnn_dataset_open_idx_folder (test_files (), FALSE, 0, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "has no file “train-labels-idx1-ubyte”, nor one "
                                            "with .gz"));
  g_assert_nonnull (strstr (error->message, test_files ()));
  g_clear_error (&error);
  write_packed ("train-labels-idx1-ubyte.gz", labels, sizeof labels, G_MAXSIZE);
  WRITE ("t10k-images.idx3-ubyte", one);
  WRITE ("t10k-labels-idx1-ubyte", two);
  train = cnn_dataset_open_idx_folder (test_files (), FALSE, 0, &error);
  g_assert_no_error (error);
  check_idx (train);
  test = cnn_dataset_open_idx_folder (test_files (), TRUE, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cnn_dataset_size (test), ==, 2);
  g_assert_cmpuint (cnn_dataset_n_classes (test), ==, 3);
}

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_idx ("none", "l", 0, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "none” cannot be read: No such file"));
  g_clear_error (&error);
  g_assert_null (cnn_dataset_open_idx (test_files (), test_files (), 0, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "cannot be read: it is no ordinary file"));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_files_begin ();
  g_test_add_func ("/idx/read", test_idx);
  g_test_add_func ("/idx/large", test_idx_large);
  g_test_add_func ("/idx/types", test_idx_types);
  g_test_add_func ("/idx/refused", test_idx_refused);
  g_test_add_func ("/idx/packed", test_idx_packed);
  g_test_add_func ("/idx/folder", test_idx_folder);
  g_test_add_func ("/idx/missing", test_missing);
  result = g_test_run ();
  test_files_end ();
  return result;
}
