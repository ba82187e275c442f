/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "fuzz.h"

/* Without libFuzzer: each file that is named, and those in folders that are named, once. */

static int
run_file (const char *name)
{
  g_autofree char *bytes = NULL;
  gsize            n;

  if (!g_file_get_contents (name, &bytes, &n, NULL))
    return 0;
  LLVMFuzzerTestOneInput ((const guint8 *) bytes, n);
  return 1;
}

static int
run_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;
  int              n = 0;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      n += g_file_test (path, G_FILE_TEST_IS_DIR) ? run_folder (path) : run_file (path);
    }
  return n;
}

int
main (int argc, char **argv)
{
  int n = 0;

  for (int i = 1; i < argc; i++)
    n += g_file_test (argv[i], G_FILE_TEST_IS_DIR) ? run_folder (argv[i]) : run_file (argv[i]);
  printf ("%d files\n", n);
  return n > 0 ? 0 : 1;
}
