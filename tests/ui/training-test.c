/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "training-test.h"

#include <math.h>

#include <glib/gstdio.h>

/* Pictures of three shapes to learn from, in IDX files of a folder that is made for it. */

#define SIDE    TRAINING_TEST_SIDE
#define N_TRAIN 600
#define N_TEST  240

static void
put (GByteArray *bytes, guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big, 4);
}

static gboolean
covers (int label, double dx, double dy)
{
  switch (label)
    {
    case 0: /* a ring */
      return fabs (hypot (dx, dy) - 3.0) < 0.9;
    case 1: /* a cross */
      return MIN (fabs (dx), fabs (dy)) < 0.8 && MAX (fabs (dx), fabs (dy)) < 3.5;
    default: /* a disc */
      return hypot (dx, dy) < 3.2;
    }
}

static void
draw (GByteArray *bytes, int label, GRand *chance)
{
  double x = g_rand_double_range (chance, 4.0, 7.0), y = g_rand_double_range (chance, 4.0, 7.0);
  double ink = g_rand_double_range (chance, 90.0, 200.0);

  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++)
      {
        double value = g_rand_double_range (chance, 0.0, 55.0);
        guint8 byte = (guint8) (value + (covers (label, j - x, i - y) ? ink : 0.0));

        g_byte_array_append (bytes, &byte, 1);
      }
}

static void
write_bytes (const char *folder, const char *which, const char *what, GByteArray *bytes)
{
  g_autofree char *name = g_strdup_printf ("%s-%s", which, what);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
}

static void
write_set (const char *folder, const char *which, guint n, guint32 seed)
{
  g_autoptr (GByteArray) images = g_byte_array_new (), labels = g_byte_array_new ();
  GRand                 *chance = g_rand_new_with_seed (seed);

  put (images, 0x803);
  put (images, n);
  put (images, SIDE);
  put (images, SIDE);
  put (labels, 0x801);
  put (labels, n);
  for (guint i = 0; i < n; i++)
    {
      guint8 label = (guint8) (i % 3);

      draw (images, label, chance);
      g_byte_array_append (labels, &label, 1);
    }
  write_bytes (folder, which, "images-idx3-ubyte", images);
  write_bytes (folder, which, "labels-idx1-ubyte", labels);
  g_rand_free (chance);
}

/** training_test_folder: (transfer full): a new folder with pictures to learn from. */
char *
training_test_folder (void)
{
  g_autoptr (GError) error = NULL;
  char              *folder = g_dir_make_tmp ("training-XXXXXX", &error);

  g_assert_no_error (error);
  write_set (folder, "train", N_TRAIN, 1);
  write_set (folder, "t10k", N_TEST, 2);
  return folder;
}

/** training_test_remove: the folder with all that is in it. */
void
training_test_remove (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_remove (path) != 0)
        training_test_remove (path);
    }
  g_rmdir (folder);
}

/** training_test_settings: (transfer full): a small network on these pictures. */
CnnTrainSettings *
training_test_settings (const char *folder)
{
  CnnTrainSettings *settings = cnn_train_settings_new ();

  cnn_train_settings_put (&settings->network,
                          "input 12x12x1; conv 16 5x5 pad=same; relu; maxpool 2; flatten; dense 3; "
                          "softmax");
  cnn_train_settings_put (&settings->data, folder);
  settings->rate = 0.003;
  settings->batch = 20;
  return settings;
}
