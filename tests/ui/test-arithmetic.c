/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "arithmetic-grid.h"
#include "arithmetic-text.h"
#include "arithmetic-view.h"
#include "curve-view.h"
#include "presets.h"
#include "terms-list.h"
#include "ui-test.h"

/* What the arithmetic looks like, says and copies is what the explanation holds. */

/* --- asking --------------------------------------------------------------- */

static void
answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(CnnExplained **) data = cnn_explain_finish (result, &error);
  g_assert_no_error (error);
}

static CnnExplained *
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

static CnnExplained *
explain (const char *text, int node, int map, int y, int x)
{
  return explain_shape (text, (CnnShape) { 120, 160, 3 }, node, map, y, x);
}

/* --- how it looks ----------------------------------------------------------- */

static void
shot (const char *name, CnnExplained *explained)
{
  const char      *theme  = g_getenv ("GTK_THEME");
  g_autofree char *file   = g_strdup_printf ("arithmetic-%s%s", name,
                                             theme != NULL && strstr (theme, "dark") ? "-dark" : "");
  GtkWidget       *view   = cnn_arithmetic_view_new ();
  GtkWidget       *window = ui_test_show (view, 320, 400);

  if (explained != NULL)
    cnn_arithmetic_view_show (CNN_ARITHMETIC_VIEW (view), explained);
  ui_test_screenshot (window, file);
  gtk_widget_destroy (window);
}

static void
test_looks (void)
{
  shot ("nothing", NULL);
  shot ("conv", explain ("conv kernels=sobel-x,prewitt-y pad=same bias=0.1\nrelu", 2, 0, 30, 60));
  shot ("border", explain ("conv 2 5x5 pad=same", 1, 0, 0, 0));
  shot ("large", explain ("input ?x?x1\nconv kernels=gabor(45,8,5) 31x31 pad=same border=reflect",
                          1, 0, 3, 60));
  shot ("many", explain ("conv 64 3x3\nrelu\nconv 32 3x3\nleaky-relu", 4, 3, 10, 12));
  shot ("maxpool", explain ("conv 3 3x3\nmaxpool 2", 2, 1, 20, 30));
  shot ("avgpool", explain ("avgpool 3 pad=1", 1, 1, 0, 0));
  shot ("dense", explain ("input 28x28x1\nconv 32 3x3 pad=same\nrelu\nmaxpool 2\nflatten\n"
                          "dense 128\nrelu", 6, 5, 0, 0));
  shot ("softmax", explain ("input 28x28x1\nconv 8 3x3\nrelu\nmaxpool 2\nflatten\ndense 10\nsoftmax",
                            -1, 3, 0, 0));
  shot ("sigmoid", explain ("conv 2 1x1\nsigmoid", 2, 1, 5, 5));
  shot ("elu", explain ("input ?x?x1\nconv kernels=laplacian\nelu", 2, 0, 20, 70));
  shot ("batchnorm", explain ("input ?x?x1\nconv kernels=box\nbatchnorm scale=2 mean=0.5 "
                              "variance=0.1\nrelu", 2, 0, 20, 70));
  shot ("add", explain ("conv 4 3x3 pad=same as=a\nconv 4 3x3 pad=same\nadd a", 3, 0, 20, 70));
  shot ("flatten", explain ("maxpool 2\nflatten", 2, 1000, 0, 0));
  shot ("global", explain ("global-avgpool", 1, 2, 0, 0));
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/arithmetic/looks", test_looks);
  return g_test_run ();
}
