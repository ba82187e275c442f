/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "augment.h"
#include "learning-rate.h"
#include "network.h"
#include "optimiser.h"
#include "presets.h"

/* What people read names every layer, parameter and kernel there is, and what
 * it gives as an example is right. */

static char *
read_doc (const char *name)
{
  g_autofree char   *path = g_test_build_filename (G_TEST_DIST, "..", name, NULL);
  char              *text;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* As a word of code: `name`, `name(…)`, `name …`, or in a list of them. */
static gboolean
is_named (const char *text, const char *name)
{
  for (const char *at = strstr (text, name); at; at = strstr (at + 1, name))
    if (strchr ("` \n", at[-1]) && strchr ("`( =\n", at[strlen (name)]))
      return TRUE;
  return FALSE;
}

static void
test_ops (void)
{
  g_autofree char    *text = read_doc ("docs/notation.md");
  guint               n;
  const CnnOp *const *ops = cnn_ops (&n);

  g_assert_false (is_named (text, "transmogrify"));
  for (guint i = 0; i < n; i++)
    {
      if (!is_named (text, ops[i]->name))
        g_error ("docs/notation.md does not name %s", ops[i]->name);
      for (const CnnParam *param = ops[i]->params; param->key; param++)
        if (!param->positional && !is_named (text, param->key))
          g_error ("docs/notation.md does not name %s of %s", param->key, ops[i]->name);
    }
}

static void
check_named (const char *text, const char *of, const CnnParam *params)
{
  for (const CnnParam *param = params; param->key; param++)
    {
      if (!is_named (text, param->key))
        g_error ("docs/training.md does not name %s of %s", param->key, of);
      for (const CnnChoice *choice = param->choices; choice && choice->key; choice++)
        if (!is_named (text, choice->key))
          g_error ("docs/training.md does not name %s of %s", choice->key, param->key);
    }
}

static void
test_training (void)
{
  g_autofree char               *text = read_doc ("docs/training.md");
  guint                          n;
  const CnnOptimiserKind *const *optimisers = cnn_optimisers (&n);
  const CnnScheduleKind *const  *schedules;

  for (guint i = 0; i < n; i++)
    {
      if (!is_named (text, optimisers[i]->name))
        g_error ("docs/training.md does not name %s", optimisers[i]->name);
      check_named (text, optimisers[i]->name, optimisers[i]->params);
    }
  schedules = cnn_schedule_kinds (&n);
  for (guint i = 0; i < n; i++)
    {
      if (!is_named (text, schedules[i]->name))
        g_error ("docs/training.md does not name %s", schedules[i]->name);
      check_named (text, schedules[i]->name, schedules[i]->params);
    }
  check_named (text, "augmentation", cnn_augment_params ());
}

static void
test_kernels (void)
{
  g_autofree char            *text = read_doc ("docs/notation.md");
  guint                       n;
  const CnnKernelKind *const *kinds = cnn_kernel_kinds (&n);

  for (guint i = 0; i < n; i++)
    if (!is_named (text, kinds[i]->name))
      g_error ("docs/notation.md does not name %s", kinds[i]->name);
}

/* Every fenced block without a language is a network. */
static void
test_examples (gconstpointer name)
{
  g_autofree char *text = read_doc (name);
  g_auto (GStrv)   blocks = g_strsplit (text, "```", -1);
  int              networks = 0;

  for (int i = 1; blocks[i]; i += 2)
    {
      g_autoptr (CnnNetwork) network = NULL;
      g_autoptr (GError)     error = NULL;

      if (*blocks[i] != '\n')
        continue;
      network = cnn_network_parse (blocks[i] + 1, &error);
      if (strstr (blocks[i], "covn"))
        g_assert_nonnull (strstr (text, error->message));
      else
        g_assert_no_error (error);
      networks++;
    }
  g_assert_cmpint (networks, >, 0);
}

static void
test_presets (void)
{
  g_autofree char *text = read_doc ("README.md");
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    if (!is_named (text, presets[i].name))
      g_error ("README.md does not name the preset %s", presets[i].name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/docs/ops", test_ops);
  g_test_add_func ("/docs/training", test_training);
  g_test_add_func ("/docs/kernels", test_kernels);
  g_test_add_data_func ("/docs/examples/notation", "docs/notation.md", test_examples);
  g_test_add_data_func ("/docs/examples/readme", "README.md", test_examples);
  g_test_add_func ("/docs/presets", test_presets);
  return g_test_run ();
}
