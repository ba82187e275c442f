/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cnn-test.h"
#include "random-network.h"

/* Networks of layers that go together. */

/* Kernels of a few whole numbers, so that four layers of them stay exact. */
static void
append_kernels (GString *text, GRand *rand)
{
  int rows = pick (rand, 1, 3), columns = pick (rand, 1, 3);

  g_string_append (text, "conv kernels=");
  for (int k = 0, n = pick (rand, 1, 3); k < n; k++)
    {
      g_string_append (text, k > 0 ? ",[" : "[");
      for (int y = 0; y < rows; y++)
        {
          g_string_append (text, y > 0 ? ",[" : "[");
          for (int x = 0; x < columns; x++)
            g_string_append_printf (text, "%s%d", x > 0 ? "," : "", pick (rand, -1, 1));
          g_string_append_c (text, ']');
        }
      g_string_append_c (text, ']');
    }
}

static void
append_conv (GString *text, GRand *rand, gboolean whole)
{
  static const char *const pads[] = { "valid", "same", "1", "0,2,1,0", "6", "0,9,0,0" };
  static const char *const borders[] = { "zero", "zero", "reflect", "replicate", "wrap" };

  if (whole)
    append_kernels (text, rand);
  else
    g_string_append_printf (text, "conv %d %dx%d", pick (rand, 1, 9), pick (rand, 1, 5),
                            pick (rand, 1, 5));
  g_string_append_printf (text, " stride=%d dilation=%d pad=%s border=%s\n", pick (rand, 1, 2),
                          pick (rand, 1, 2), pick_word (rand, pads, 6),
                          pick_word (rand, borders, 5));
}

static void
append_pool (GString *text, GRand *rand, gboolean whole)
{
  /* First those that keep numbers small, then those with dilation and rounding, then all. */
  static const char *const pools[] = { "minpool", "maxpool", "maxpool give=place", "avgpool",
                                       "lp-pool", "avgpool count-padding=yes", "stochastic-pool",
                                       "stochastic-pool sample=yes" };
  static const char *const pads[] = { "valid", "same", "same-lower" };
  int                      size = pick (rand, 1, 3), k = pick (rand, 0, whole ? 1 : 7);

  g_string_append_printf (text, "%s size=%d stride=%d pad=%s", pools[k], size, pick (rand, 1, 3),
                          pick_word (rand, pads, 3));
  if (k < 6)
    g_string_append_printf (text, " dilation=%d round=%s",
                            pick (rand, 0, 1) ? 1 : pick (rand, 1, 3),
                            pick (rand, 0, 1) ? "up" : "down");
  g_string_append_c (text, '\n');
}

static void
append_resize (GString *text, GRand *rand, gboolean whole)
{
  static const char *const modes[] = { "nearest", "linear", "cubic", "linear antialias=yes",
                                       "cubic antialias=yes", "cubic exclude-outside=yes" };
  static const char *const places[] = { "half-pixel", "half-pixel-symmetric", "align-corners",
                                        "pytorch-half-pixel", "asymmetric",
                                        "tf-crop roi=0.2,-0.1,1.3,0.8 extrapolate=3",
                                        "tf-crop roi=0.9,0,0.3,1" };
  static const char *const scales[] = { "2", "1.7,0.6", "0.3", "1.41", "to=50x230", "to=111x37",
                                        "0.7,2 to=70x299" };
  static const char *const nearests[] = { "floor", "ceil", "round-prefer-floor",
                                          "round-prefer-ceil" };

  g_string_append_printf (text, "resize %s mode=%s coordinates=%s nearest=%s\n",
                          pick_word (rand, scales, G_N_ELEMENTS (scales)),
                          pick_word (rand, modes, whole ? 1 : G_N_ELEMENTS (modes)),
                          pick_word (rand, places, G_N_ELEMENTS (places)),
                          pick_word (rand, nearests, G_N_ELEMENTS (nearests)));
}

/* Layers that make a map larger, and some that make it smaller again. */
static void
append_larger (GString *text, GRand *rand, gboolean whole)
{
  static const char *const pads[] = { "valid", "same", "1", "0,2,1,0", "5" };
  static const char *const orders[] = { "dcr", "crd" };

  switch (pick (rand, 0, 3))
    {
    case 3:
      /* Whole numbers stay whole only as copies. */
      append_resize (text, rand, whole);
      break;
    case 0:
      if (whole)
        g_string_append_printf (text, "conv-transpose kernels=[[1,%d],[%d,-1]],[[%d,0,1]]",
                                pick (rand, -1, 1), pick (rand, -1, 1), pick (rand, -1, 1));
      else
        g_string_append_printf (text, "conv-transpose %d %dx%d", pick (rand, 1, 5),
                                pick (rand, 1, 4), pick (rand, 1, 4));
      g_string_append_printf (text, " stride=%dx%d dilation=%d pad=%s output-pad=%d,%d\n",
                              pick (rand, 1, 3), pick (rand, 1, 2), pick (rand, 1, 2),
                              pick_word (rand, pads, 5), pick (rand, 0, 2), pick (rand, 0, 5));
      break;
    case 1:
      g_string_append (text, whole ? "conv kernels=[[1]],[[2]],[[-1]],[[1]],[[0]],[[3]]\n"
                                   : "conv 6 1x1\n");
      g_string_append_printf (text, "depth-to-space %s order=%s\n",
                              pick (rand, 0, 1) ? "2x3" : "3x1", pick_word (rand, orders, 2));
      break;
    default:
      g_string_append_printf (text, "conv-transpose kernels=[[1]] stride=2 pad=same\n"
                                    "space-to-depth %dx2 order=%s\n",
                              pick (rand, 1, 2), pick_word (rand, orders, 2));
    }
}

/* Rows and columns put on, cut off, left out and turned around. */
static void
append_cut (GString *text, GRand *rand)
{
  static const char *const cuts[] = { "slice rows=1: columns=:-1", "slice rows=::2 columns=1:-1:3",
                                      "slice rows=3:-2 channels=:1", "slice rows=::-1",
                                      "slice columns=::-2 channels=::-1", "slice rows=-30:" };
  static const char *const borders[] = { "zero", "zero value=3", "reflect", "replicate", "wrap" };

  if (pick (rand, 0, 1))
    g_string_append_printf (text, "%s\n", pick_word (rand, cuts, 6));
  else
    g_string_append_printf (text, "pad %d,%d,%d,%d border=%s\n", pick (rand, -3, 6),
                            pick (rand, -3, 6), pick (rand, -3, 6), pick (rand, -3, 6),
                            pick_word (rand, borders, 5));
}

/* Layers that keep the size, between a name and its use. */
static void
append_skip (GString *text, GRand *rand, int number, gboolean whole)
{
  g_string_append_printf (text, "dropout as=skip%d\n", number);
  if (whole)
    {
      g_string_append_printf (text, "maxpool 3 stride=1 pad=same\nadd skip%d\n", number);
      return;
    }
  if (pick (rand, 0, 1))
    g_string_append (text, "conv 4 3x3 pad=same\nrelu\n");
  g_string_append_printf (text, "maxpool 3 stride=1 pad=same\nconcat skip%d\n", number);
  if (pick (rand, 0, 1))
    g_string_append_printf (text, "dropout as=again%d\nconv 5 1x1\nconv 5 3x1 pad=same as=more%d\n"
                                  "conv 5 1x5 pad=same\nadd more%d\n",
                            number, number, number);
}

/* Layers that read the same one, in branches whose phases are not in the network's order. */
static void
append_branches (GString *text, GRand *rand, int number, gboolean whole)
{
  static const char *const ways[] = { "maxpool 3 stride=1 pad=same", "minpool 3 stride=1 pad=same",
                                      "relu", "dropout", "tanh", "softmax axis=all", "softmax",
                                      "conv 4 3x3 pad=same", "conv 3 3x3 pad=same border=wrap" };
  int                      n = whole ? 4 : G_N_ELEMENTS (ways);

  g_string_append_printf (text, "%s as=root%d\n", pick_word (rand, ways, n), number);
  g_string_append_printf (text, "%s as=left%d\n", pick_word (rand, ways, n), number);
  g_string_append_printf (text, "%s from=root%d as=other%d\n", pick_word (rand, ways, n), number,
                          number);
  g_string_append_printf (text, "concat root%d from=left%d as=middle%d\n", number, number, number);
  g_string_append_printf (text, "%s from=%s%d\n", pick_word (rand, ways, n),
                          pick (rand, 0, 1) ? "root" : "other", number);
  g_string_append_printf (text, "%s\nconcat middle%d\n", pick_word (rand, ways, n), number);
  if (whole || pick (rand, 0, 1))
    return;
  /* What the pooling takes into the convolution does not stand behind it. */
  g_string_append_printf (text, "dropout as=top%d\nconv 4 3x3 pad=same\nrelu as=plus%d\n"
                                "maxpool 2 from=top%d as=small%d\nmaxpool 2 from=plus%d\n"
                                "concat small%d\n",
                          number, number, number, number, number, number);
}

/* A map put together with what has one row, one column or one map of it, or with constants of which
 * it has one itself. */
static void
append_broadcast (GString *text, GRand *rand, int number, gboolean whole)
{
  static const char *const overs[] = { "map", "all", "channels", "rows", "columns" };
  static const char *const sums[] = { "add", "max", "min", "sub", "mul", "mean" };
  int                      n = whole ? 4 : 6;

  g_string_append_printf (text, "dropout as=broad%d\nreduce-max %s as=thin%d\n", number,
                          pick_word (rand, overs, 5), number);
  if (pick (rand, 0, 1))
    g_string_append_printf (text, "%s broad%d\n", pick_word (rand, sums, n), number);
  else
    g_string_append_printf (text, "%s thin%d from=broad%d\n", pick_word (rand, sums, n), number,
                            number);
  if (pick (rand, 0, 2))
    return;
  g_string_append_printf (text, "dropout as=long%d\nreduce-%s %s\n", number,
                          whole || pick (rand, 0, 1) ? "max" : "mean", pick_word (rand, overs, 5));
  g_string_append_printf (text, "%s values=1,-2,3 shape=%s\n%s long%d\n", pick_word (rand, sums, n),
                          pick_word (rand, (const char *const[]) { "3x1x1", "1x3x1", "1x1x3" }, 3),
                          pick_word (rand, sums, n), number);
}

/**
 * cnn_test_random_network:
 * @whole: whether whole numbers stay exact in it
 *
 * Returns: (transfer full): a network of some layers, with branches. It need not fit any picture
 */
char *
cnn_test_random_network (GRand *rand, gboolean whole)
{
  static const char *const points[] = { "relu", "dropout", "leaky-relu", "tanh", "prelu", "elu",
                                        "batchnorm", "sigmoid", "gelu", "mish", "clip min=-1 max=1",
                                        "lrn 3 alpha=0.5", "sub values=0.5 reversed=yes",
                                        "pow values=2" };
  static const char *const wholes[] = { "softmax axis=map", "softmax", "softmax axis=all",
                                        "log-softmax", "log-softmax axis=map", "instancenorm" };
  static const char *const ends[] = { "global-maxpool\n", "flatten\nmaxpool 1\n", "spp\ndense 4\n",
                                      "global-avgpool\ndense 7\nrelu\ndense 3\n" };
  GString                 *text = g_string_new (NULL);

  for (int i = 0, n = pick (rand, 1, whole ? 4 : 5); i < n; i++)
    switch (pick (rand, 0, 14))
      {
      case 11: case 12:
        append_larger (text, rand, whole);
        break;
      case 0: case 1: case 2: case 3:
        append_conv (text, rand, whole);
        break;
      case 4: case 5:
        append_pool (text, rand, whole);
        break;
      case 6:
        append_skip (text, rand, i, whole);
        break;
      case 7:
        append_branches (text, rand, i, whole);
        break;
      case 13:
        append_broadcast (text, rand, i, whole);
        break;
      case 8:
        append_cut (text, rand);
        break;
      case 9:
        if (!whole)
          g_string_append_printf (text, "%s\n", pick_word (rand, wholes, 6));
        break;
      default:
        g_string_append_printf (text, "%s\n", pick_word (rand, points, whole ? 2 : 14));
      }
  if (pick (rand, 0, 3) == 0 || text->len == 0)
    g_string_append (text, pick_word (rand, ends, whole ? 2 : 4));
  return g_string_free (text, FALSE);
}
