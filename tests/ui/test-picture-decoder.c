/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "error.h"
#include "picture-decoder.h"
#include "test-files.h"

/* Pictures for a data set. */

/* A picture of [height][width][bands] bytes. */
static void
save (const char *name, const char *type, int width, int height, int bands, const guint8 *bytes,
      const char *key, const char *value)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, bands == 4, 8, width, height);
  g_autofree char      *file = path (name);
  g_autoptr (GError)    error = NULL;

  for (int y = 0; y < height; y++)
    memcpy (gdk_pixbuf_get_pixels (pixbuf) + y * gdk_pixbuf_get_rowstride (pixbuf),
            bytes + y * width * bands, (gsize) (width * bands));
  gdk_pixbuf_save (pixbuf, file, type, &error, key, value, NULL);
  g_assert_no_error (error);
}

static void
check (const char *name, CnnShape wanted, const float *expected)
{
  const CnnPictureDecoder *decoder = cnn_picture_decoder ();
  g_autofree char         *file = path (name);
  g_autofree float        *values = g_new (float, cnn_shape_cells (wanted));
  g_autoptr (GError)       error = NULL;

  g_assert_true (decoder->decode (decoder->data, file, wanted, values, &error));
  g_assert_no_error (error);
  for (gint64 i = 0; i < cnn_shape_cells (wanted); i++)
    g_assert_cmpfloat_with_epsilon (values[i], expected[i], 2e-5);
}

/* 4 × 2 pixels, of which the inner 2 × 2 are red, green, blue and a grey. */
static const guint8 wide[] = {
  9, 9, 9,  255, 0, 0,  0, 255, 0,  9, 9, 9,
  9, 9, 9,  0, 0, 255,  51, 51, 51,  9, 9, 9,
};

static void
test_middle (void)
{
  static const float colours[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0.2f, 0.2f, 0.2f };
  /* The light's weight, back along sRGB's curve. */
  static const float greys[] = { 0.4984399f, 0.8624814f, 0.2978929f, 0.2f };
  static const float mean[] = { 1.2f / 4, 1.2f / 4, 1.2f / 4 };
  guint8             tall[4 * 2 * 3];

  save ("wide.png", "png", 4, 2, 3, wide, NULL, NULL);
  check ("wide.png", (CnnShape) { 2, 2, 3 }, colours);
  check ("wide.png", (CnnShape) { 2, 2, 1 }, greys);
  check ("wide.png", (CnnShape) { 1, 1, 3 }, mean);
  /* The same with rows and columns changed. */
  for (int y = 0; y < 2; y++)
    for (int x = 0; x < 4; x++)
      memcpy (tall + (x * 2 + y) * 3, wide + (y * 4 + x) * 3, 3);
  save ("tall.bmp", "bmp", 2, 4, 3, tall, NULL, NULL);
  check ("tall.bmp", (CnnShape) { 2, 2, 3 },
         (const float[]) { 1, 0, 0, 0, 0, 1, 0, 1, 0, 0.2f, 0.2f, 0.2f });
}

static void
test_exact (void)
{
  guint8 bytes[28 * 28 * 3];
  float  expected[28 * 28];

  for (int i = 0; i < 28 * 28; i++)
    {
      memset (bytes + 3 * i, i % 256, 3);
      expected[i] = (float) (i % 256) / 255.0f;
    }
  save ("grey.png", "png", 28, 28, 3, bytes, NULL, NULL);
  check ("grey.png", (CnnShape) { 28, 28, 1 }, expected);
}

static void
test_larger (void)
{
  static const guint8 two[] = { 0, 0, 0, 255, 255, 255 };

  save ("two.png", "png", 2, 1, 3, two, NULL, NULL);
  check ("two.png", (CnnShape) { 2, 4, 1 },
         (const float[]) { 0, 0.25f, 0.75f, 1, 0, 0.25f, 0.75f, 1 });
}

static void
test_transparent (void)
{
  static const guint8 bytes[] = { 0, 0, 0, 0,  0, 0, 0, 255,  0, 0, 0, 51,  255, 0, 0, 255 };

  save ("ink.png", "png", 4, 1, 4, bytes, NULL, NULL);
  check ("ink.png", (CnnShape) { 1, 4, 3 },
         (const float[]) { 1, 1, 1, 0, 0, 0, 0.8f, 0.8f, 0.8f, 1, 0, 0 });
}

/* A camera that was held upright says that its picture lies on its side (6: turn it clockwise). */
static void
test_orientation (void)
{
  static const guint8 exif[] = {
    0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
    0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
  };
  guint8                 bytes[32 * 16 * 3];
  g_autofree char       *file = path ("side.jpg"), *jpeg = NULL;
  gsize                  length;
  g_autoptr (GByteArray) turned = g_byte_array_new ();
  const CnnPictureDecoder *decoder = cnn_picture_decoder ();
  float                  values[2];

  /* White on the left, black on the right. */
  for (int i = 0; i < 32 * 16; i++)
    memset (bytes + 3 * i, i % 32 < 16 ? 255 : 0, 3);
  save ("side.jpg", "jpeg", 32, 16, 3, bytes, "quality", "100");
  g_assert_true (g_file_get_contents (file, &jpeg, &length, NULL));
  g_byte_array_append (turned, (const guint8 *) jpeg, 2);
  g_byte_array_append (turned, exif, sizeof exif);
  g_byte_array_append (turned, (const guint8 *) jpeg + 2, (guint) length - 2);
  g_assert_true (decoder->decode (decoder->data, file, (CnnShape) { 1, 2, 1 }, values, NULL));
  g_assert_cmpfloat_with_epsilon (values[0], 1.0, 0.01);
  g_assert_cmpfloat_with_epsilon (values[1], 0.0, 0.01);
  write_file ("turned.jpg", turned->data, turned->len);
  g_free (file);
  file = path ("turned.jpg");
  /* What was on the left is at the top. */
  g_assert_true (decoder->decode (decoder->data, file, (CnnShape) { 2, 1, 1 }, values, NULL));
  g_assert_cmpfloat_with_epsilon (values[0], 1.0, 0.01);
  g_assert_cmpfloat_with_epsilon (values[1], 0.0, 0.01);
}

static void
test_refused (void)
{
  const CnnPictureDecoder *decoder = cnn_picture_decoder ();
  g_autofree char         *png = path ("wide.png"), *bad = path ("bad.png"), *bytes = NULL;
  gsize                    length;
  float                    values[16];
  g_autoptr (GError)       error = NULL;

  save ("wide.png", "png", 4, 2, 3, wide, NULL, NULL);
  g_assert_false (decoder->decode (decoder->data, png, (CnnShape) { 2, 2, 2 }, values, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (decoder->decode (decoder->data, "none.png", (CnnShape) { 2, 2, 1 }, values,
                                   &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (png, &bytes, &length, NULL));
  write_file ("bad.png", bytes, length - 20);
  g_assert_false (decoder->decode (decoder->data, bad, (CnnShape) { 2, 2, 1 }, values, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  /* A header that says 60000 × 60000 pixels takes no memory. */
  memcpy (bytes + 16, "\0\0\xea\x60\0\0\xea\x60", 8);
  write_file ("bad.png", bytes, length);
  g_assert_false (decoder->decode (decoder->data, bad, (CnnShape) { 2, 2, 1 }, values, &error));
  g_assert_nonnull (error);
}

static void
test_names (void)
{
  const CnnPictureDecoder *decoder = cnn_picture_decoder ();

  g_assert_true (decoder->takes (decoder->data, "a.png"));
  g_assert_true (decoder->takes (decoder->data, "a.b.JPG"));
  g_assert_true (decoder->takes (decoder->data, "a.jpeg"));
  g_assert_false (decoder->takes (decoder->data, "png"));
  g_assert_false (decoder->takes (decoder->data, "Thumbs.db"));
  g_assert_false (decoder->takes (decoder->data, "notes.txt"));
}

/* The data set's own reading with it, on threads. */
static void
test_folder (void)
{
  g_autoptr (GPtrArray)  broken = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CnnDataset) dataset = NULL;
  g_autoptr (GError)     error = NULL;
  g_autofree char       *folder = path ("set");

  make_folder ("set/a");
  make_folder ("set/b");
  for (int i = 0; i < 40; i++)
    {
      g_autofree char *name = g_strdup_printf ("set/%s/%d.png", i % 2 ? "a" : "b", i);

      save (name, "png", 4, 2, 3, wide, NULL, NULL);
    }
  write_file ("set/a/x.png", "no", 2);
  write_file ("set/a/x.txt", "no", 2);
  dataset = cnn_dataset_open_folder (folder, (CnnShape) { 2, 2, 3 }, cnn_picture_decoder (),
                                     broken, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cnn_dataset_size (dataset), ==, 40);
  g_assert_cmpuint (broken->len, ==, 1);
  g_assert_nonnull (strstr (broken->pdata[0], "set/a/x.png"));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_files_begin ();
  g_test_add_func ("/picture-decoder/middle", test_middle);
  g_test_add_func ("/picture-decoder/exact", test_exact);
  g_test_add_func ("/picture-decoder/larger", test_larger);
  g_test_add_func ("/picture-decoder/transparent", test_transparent);
  g_test_add_func ("/picture-decoder/orientation", test_orientation);
  g_test_add_func ("/picture-decoder/refused", test_refused);
  g_test_add_func ("/picture-decoder/names", test_names);
  g_test_add_func ("/picture-decoder/folder", test_folder);
  result = g_test_run ();
  test_files_end ();
  return result;
}
