/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arithmetic-test.h"

#include "ui-test.h"

static void
answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(CnnExplained **) data = cnn_explain_finish (result, &error);
  g_assert_no_error (error);
}

/** explain_shape: (transfer full): of a picture of that shape; @node counts from the end
 * where it is negative. */
CnnExplained *
explain_shape (const char *text, CnnShape shape, int node, int map, int y, int x)
{
  g_autoptr (CnnPicture)   picture   = ui_test_picture (shape.height, shape.width, shape.channels);
  g_autoptr (CnnExplainer) explainer = cnn_explainer_new (picture);
  g_autoptr (GError)       error     = NULL;
  g_autoptr (CnnNetwork)   network   = cnn_network_parse (text, &error);
  CnnExplained            *explained = NULL;

  g_assert_no_error (error);
  if (node < 0)
    node += (int) cnn_network_n_nodes (network);
  cnn_explain_async (explainer, network, (guint) node, map, y, x, NULL, answered, &explained);
  while (explained == NULL)
    g_main_context_iteration (NULL, TRUE);
  return explained;
}

/** explain: (transfer full): the same of a picture that will do for most. */
CnnExplained *
explain (const char *text, int node, int map, int y, int x)
{
  return explain_shape (text, (CnnShape) { 120, 160, 3 }, node, map, y, x);
}

/** read_row: takes the numbers of a line with tabs between; whether there is nothing else. */
gboolean
read_row (const char *line, GArray *numbers)
{
  g_auto (GStrv) words = g_strsplit (line, "\t", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      char  *end;
      double value = g_ascii_strtod (words[i], &end);

      if (end == words[i] || *end != '\0')
        return FALSE;
      g_array_append_val (numbers, value);
    }
  return TRUE;
}
