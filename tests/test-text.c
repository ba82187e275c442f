/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "network.h"
#include "text.h"

/* The text notation: what is read, what is printed, and what is said of
 * mistakes. */

/* --- reading and printing ------------------------------------------------- */

static void
check_printed (const char *text, const char *expected)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = cnn_network_parse (text, &error);
  g_autoptr (CnnNetwork) again = NULL;
  g_autofree char       *printed = NULL;
  g_autofree char       *printed_again = NULL;

  g_assert_no_error (error);
  printed = cnn_network_print (network);
  g_assert_cmpstr (printed, ==, expected);
  again = cnn_network_parse (printed, &error);
  g_assert_no_error (error);
  printed_again = cnn_network_print (again);
  g_assert_cmpstr (printed_again, ==, expected);
}

static void
test_print (void)
{
  check_printed ("relu", "relu\n");
  check_printed ("  conv 32 3x3 pad=same ;relu;; maxpool 2 # the end\n\n",
                 "conv 32 3x3 pad=same\nrelu\nmaxpool\n");
  check_printed ("conv 32 3 stride=2x1 pad=1,2,3,4 dilation=2 groups=channels bias=no seed=7",
                 "conv 32 3x3 stride=2x1 pad=1,2,3,4 dilation=2 groups=channels bias=no seed=7\n");
  check_printed ("conv pad=valid 8 5x5 stride=1", "conv 8 5x5\n");
  check_printed ("conv size=3 count=8", "conv 8 3x3\n");
  check_printed ("input 28x28x1; flatten; dense 10; softmax",
                 "input 28x28x1\nflatten\ndense 10\nsoftmax\n");
  check_printed ("input ?x?x1; relu", "input ?x?x1\nrelu\n");
  check_printed ("input ?x?x?; relu", "relu\n");
  check_printed ("conv 16 3x3 as=a ; conv 16 3x3 pad=same ; add a",
                 "conv 16 3x3 as=a\nconv 16 3x3 pad=same\nadd a\n");
  check_printed ("conv 16 1x1 as=s ; relu as=r ; conv 64 1x1 as=a ; conv 64 3x3 from=r pad=same; "
                 "concat a",
                 "conv 16 1x1 as=s\nrelu as=r\nconv 64 1x1 as=a\nconv 64 3x3 pad=same from=r\n"
                 "concat a\n");
  check_printed ("input as=x; relu as=a from=x; tanh from=x; add from=a a,x",
                 "input as=x\nrelu from=x as=a\ntanh from=x\nadd a,x from=a\n");
  check_printed ("leaky-relu slope=0.01 ; minpool 3 stride=1 pad=same ; spp levels=1,2,4 type=max",
                 "leaky-relu\nminpool 3x3 stride=1 pad=same\nspp\n");
  check_printed ("conv 5x5 kernels=sobel-x,gaussian(1.4),\"[[0,1,0],[1,-4,1],[0,1,0]]\" pad=same "
                 "border=reflect",
                 "conv 5x5 kernels=sobel-x,gaussian(1.4),\"[[0,1,0],[1,-4,1],[0,1,0]]\" pad=same "
                 "border=reflect\n");
}

/* Inside brackets a matrix may be laid out as one likes. */
static void
test_brackets (void)
{
  check_printed ("conv kernels=[[1, 2],\n [3, 4]] bias=0.5\nrelu",
                 "conv kernels=\"[[1,2],[3,4]]\" bias=0.5\nrelu\n");
  check_printed ("conv kernels=\"[[[1]],\n[[2]] ]\",box", "conv kernels=\"[[[1]],[[2]]]\",box\n");
}

/* Every number is printed so that the same number is read back. */
static void
test_numbers (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  check_printed ("leaky-relu slope=1e-3", "leaky-relu slope=0.001\n");
  check_printed ("leaky-relu slope=0.1", "leaky-relu slope=0.1\n");
  check_printed ("leaky-relu slope=90", "leaky-relu slope=90\n");
  check_printed ("leaky-relu slope=-120000", "leaky-relu slope=-120000\n");
  for (int i = 0; i < 1000; i++)
    {
      double           value = g_rand_double (rand);
      char             buffer[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *text = g_strdup_printf ("conv kernels=[[%s]]",
                                               g_ascii_dtostr (buffer, sizeof buffer, value));
      g_autoptr (CnnNetwork) network = cnn_network_parse (text, NULL);
      g_autofree char       *printed = cnn_network_print (network);

      g_assert_true (g_ascii_strtod (strstr (printed, "[[") + 2, NULL) == value);
    }
}

/* --- mistakes ------------------------------------------------------------- */

static const struct
{
  const char *text;
  const char *message;
} mistakes[] = {
  { "", "the network is empty, expected a layer such as “conv 8 3x3”" },
  { " # nothing\n;;\n", "the network is empty, expected a layer such as “conv 8 3x3”" },
  { "input 28x28x1", "the network is empty, expected a layer such as “conv 8 3x3”" },
  { "relu\n  covn 8 3x3", "line 2, column 3: found “covn”, which is no layer; did you mean “conv”?" },
  { "maxpol 2", "line 1, column 1: found “maxpol”, which is no layer; did you mean “maxpool”?" },
  { "relu; transmogrify",
    "line 1, column 7: found “transmogrify”, expected the name of a layer such as conv, relu or "
    "maxpool" },
  { "conv 8 3x3 strid=2", "line 1, column 12: conv has no parameter “strid”; did you mean “stride”?" },
  { "relu slope=1", "line 1, column 6: relu has no parameter “slope”, expected one of: from, as" },
  { "conv 8 3x3 stride=zwei",
    "line 1, column 19: stride: found “zwei”, expected a size such as 3x3 or 3, each number from 1 "
    "to 4095" },
  { "conv 8 3x3 stride=", "line 1, column 19: stride: found nothing, expected a size such as 3x3 or "
                          "3, each number from 1 to 4095" },
  { "conv 8 5z5",
    "line 1, column 8: size: found “5z5”, expected a size such as 3x3 or 3, each number from 1 to "
    "4095" },
  { "conv x",
    "line 1, column 6: found “x”, expected count: a whole number from 1 to 1048576 or “auto”, or "
    "size: a size such as 3x3 or 3, each number from 1 to 4095" },
  { "conv 0 3x3",
    "line 1, column 6: found “0”, expected count: a whole number from 1 to 1048576 or “auto”, or "
    "size: a size such as 3x3 or 3, each number from 1 to 4095" },
  { "conv 8 3x3 7", "line 1, column 12: conv: found “7”, expected the end of the layer or a "
                    "parameter as key=value" },
  { "conv 8 3x3 pad=sam",
    "line 1, column 16: pad: found “sam”, expected valid, same, same-lower, a whole number from 0 to "
    "4095, or four of them: top,right,bottom,left" },
  { "conv 8 3x3 border=reflct",
    "line 1, column 19: border: found “reflct”, expected zero, reflect, replicate or wrap (did you "
    "mean “reflect”?)" },
  { "conv 8 3x3 stride=2 stride=1", "line 1, column 21: stride is said twice" },
  { "conv 8 3x3 count=9", "line 1, column 1: count is said twice" },
  { "conv 8", "line 1, column 1: conv: expected the kernels' size, as in “conv 8 3x3”" },
  { "conv", "line 1, column 1: conv: expected how many kernels, as in “conv 8 3x3”, or which, as in "
            "“conv kernels=sobel-x”" },
  { "conv kernels=sobelx",
    "line 1, column 14: there is no kernel “sobelx”; did you mean “sobel-x”?" },
  { "conv kernels=box,gausian(2)",
    "line 1, column 18: there is no kernel “gausian”; did you mean “gaussian”?" },
  { "conv kernels=gaussian(2", "line 1, column 22: “(” is not closed" },
  { "conv kernels=gaussian(x)", NULL },
  { "conv kernels=gaussian(1,2,3)", "line 1, column 23: gaussian: found 3 numbers, expected at most 1" },
  { "conv kernels=\"[[1,2],[3]]\"",
    "line 1, column 24: in a matrix: found 1 numbers in a row, expected 2 as in the one before" },
  { "conv kernels=\"[[1,b]]\"", "line 1, column 19: in a matrix: found “b”, expected a number" },
  { "conv kernels=\"[1,2]\"",
    "line 1, column 15: in a matrix: found “[”, expected “[[” and the rows of a matrix, or “[[[” "
    "and a matrix for each input channel" },
  { "conv kernels=\"[[1,2]", "line 1, column 14: “\"” is not closed" },
  { "relu)", "line 1, column 5: found “)”, which closes nothing" },
  { "conv 2x2 kernels=sobel-x", NULL },
  { "conv 2 3x3 kernels=box,box,box",
    "line 1, column 1: conv: found a list of 3 kernels, expected 2 as the layer says" },
  { "relu; input 8x8x1", "line 1, column 7: input must be the first layer" },
  { "input 8x8; relu",
    "line 1, column 7: shape: found “8x8”, expected height x width x channels such as 28x28x1 or "
    "?x?x1, each number from 1 to 1048576" },
  { "relu as=a; relu as=a", "line 1, column 20: the name “a” is taken by the layer in line 1" },
  { "relu as=1a", "line 1, column 9: as: found “1a”, expected a name of letters, digits, - and _, "
                  "beginning with a letter" },
  { "relu as=left; add lef", "line 1, column 15: add: no earlier layer is named “lef”; did you mean "
                             "“left”?" },
  { "relu\nadd a", "line 2, column 1: add: no earlier layer is named “a”; name one with as=a" },
  { "relu; add a as=a", "line 1, column 7: add: no earlier layer is named “a”; name one with as=a" },
  { "relu as=left; tanh; conv 8 3x3 from=lef",
    "line 1, column 21: conv: no earlier layer is named “lef”; did you mean “left”?" },
  { "relu from=relu", "line 1, column 1: relu: no earlier layer is named “relu”; name one with "
                      "as=relu" },
  { "relu; tanh from=b as=b; relu",
    "line 1, column 7: tanh: no earlier layer is named “b”; name one with as=b" },
  { "#off relu as=a\ntanh; relu from=a",
    "line 2, column 7: relu: the layer named “a” is switched off" },
  { "relu from=1a", "line 1, column 11: from: found “1a”, expected a name of letters, digits, - and "
                    "_, beginning with a letter" },
  { "relu from=", "line 1, column 11: from: found “”, expected a name of letters, digits, - and _, "
                  "beginning with a letter" },
  { "relu as=a; tanh from=a from=a", "line 1, column 24: from is said twice" },
  { "relu as=a; tanh form=a", "line 1, column 17: tanh has no parameter “form”; did you mean “from”?" },
  { "input 8x8x1 from=a; relu",
    "line 1, column 13: input has no parameter “from”, expected one of: shape, as" },
  { "dense", "line 1, column 1: dense: expected how many units, as in “dense 10”" },
  { "relu äöü", "line 1, column 6: relu: found “äöü”, expected the end of the layer or a parameter "
                "as key=value" },
  { "relu; äöü; relu", NULL },
  { "\xff", "the network's text is not UTF-8" },
};

static void
test_mistakes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = cnn_network_parse (mistakes[i].text, &error);

      g_assert_null (network);
      g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
      if (mistakes[i].message)
        g_assert_cmpstr (error->message, ==, mistakes[i].message);
      else
        g_assert_true (strlen (error->message) > 10);
    }
}

/* What a layer reads, as the network has it. */
static void
test_from (void)
{
  g_autoptr (CnnNetwork) network =
    cnn_network_parse ("input as=x; conv 2 3x3 as=s; relu as=r; tanh from=s; #\n#off elu from=r\n"
                       "add r from=x as=n; sigmoid from=n; relu", NULL);
  static const guint     in[][2] = { { 0 }, { 0 }, { 1 }, { 1 }, { 0, 2 }, { 4 }, { 5 } };

  g_assert_nonnull (network);
  g_assert_cmpuint (cnn_network_n_nodes (network), ==, G_N_ELEMENTS (in));
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    {
      const CnnNode *node = cnn_network_node (network, i);

      g_assert_cmpuint (node->n_in, ==, i == 0 ? 0 : i == 4 ? 2 : 1);
      for (guint j = 0; j < node->n_in; j++)
        g_assert_cmpuint (node->in[j], ==, in[i][j]);
    }
  g_assert_cmpstr (cnn_network_node (network, 3)->from, ==, "s");
  g_assert_null (cnn_network_node (network, 6)->from);
}

static void
test_limits (void)
{
  g_autoptr (GString)    text = g_string_new (NULL);
  g_autoptr (GError)     error = NULL;
  g_autoptr (CnnNetwork) network = NULL;

  for (int i = 0; i < CNN_MAX_NODES; i++)
    g_string_append (text, "relu\n");
  network = cnn_network_parse (text->str, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cnn_network_n_nodes (network), ==, CNN_MAX_NODES + 1);
  g_string_append (text, "relu\n");
  g_assert_null (cnn_network_parse (text->str, &error));
  g_assert_cmpstr (error->message, ==, "line 1001, column 1: found more than 1000 layers");
  g_clear_error (&error);
  while (text->len <= 1024 * 1024)
    g_string_append (text, "relu\n");
  g_assert_null (cnn_network_parse (text->str, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_nonnull (strstr (error->message, "bytes long, at most 524288 are read"));
  g_clear_error (&error);
  /* Each that is switched off is something to hold, too. */
  g_string_assign (text, "relu\n");
  for (int i = 0; i < 3999; i++)
    g_string_append (text, "#off relu\n");
  g_clear_pointer (&network, cnn_network_unref);
  network = cnn_network_parse (text->str, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cnn_network_n_nodes (network), ==, 2);
  for (int i = 0; i < 40000; i++)
    g_string_append (text, "#off relu\n");
  g_string_append (text, "relu\n");
  g_assert_null (cnn_network_parse (text->str, &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_LIMIT);
  g_assert_cmpstr (error->message, ==, "found more than 4000 layers");
}

/* --- reading what is wrong ------------------------------------------------ */

/* The words of a layer, and which number it has: "+" stands before one that is switched off. */
static void
check_split (const char *text, const char *expected)
{
  g_autoptr (GArray)  layers = cnn_text_split (text);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < layers->len; i++)
    {
      const CnnTextLayer *layer = &g_array_index (layers, CnnTextLayer, i);
      g_autofree char    *words = cnn_text_words (text, layer);

      g_string_append_printf (found, "%s%s%s", i > 0 ? "|" : "", layer->off ? "+" : "", words);
      if (!layer->off)
        g_assert_cmpmem (text + layer->span.start, layer->span.length, words, strlen (words));
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_split (void)
{
  check_split ("", "");
  check_split (" # relu\n;;\t;\r\n", "");
  check_split ("relu", "relu");
  check_split (" conv 8  3x3 ;relu#c\n; tanh ", "conv 8  3x3|relu|tanh");
  check_split ("conv kernels=[[1, 2],\n [3;4#]] a\nrelu", "conv kernels=[[1, 2],\n [3;4#]] a|relu");
  check_split ("conv kernels=\"[[1,\n2]]\";relu", "conv kernels=\"[[1,\n2]]\"|relu");
  check_split ("relu) ; tanh", "relu)|tanh");
  check_split ("conv kernels=[[1,\n2\n\n  relu", "conv kernels=[[1,\n2|relu");
  check_split ("conv \"[\nrelu-x\nrelu 2", "conv \"[\nrelu-x|relu 2");
  check_split ("#off relu # c", "+relu");
  check_split ("  #off relu 2;tanh\nrelu", "+relu 2|+tanh|relu");
  check_split ("relu #off tanh", "relu");
  check_split ("#offrelu\n#off\n#off \n# off relu", "");
  check_split ("#off conv [\n#off [1]\n#off ]\n#off relu", "+conv [\n[1]\n]|+relu");
  check_split ("#off conv [\n[1]\n]", "+conv [|[1]|]");
  check_split ("conv [\n#off relu\ntanh", "conv [|+relu|tanh");
  check_split ("#off #off relu", "");
}

/* A mistake costs its own layer, not those around it. */
static void
test_reading (void)
{
  g_autoptr (CnnReading) reading =
    cnn_text_read ("relu as=a\n#off tanh\ncovn 8\nadd a\nconv 8 3x3 pad=x\nadd b");
  const int         numbers[] = { 1, -1, -1, -1, -1, -1 };
  const gboolean    good[]    = { TRUE, TRUE, FALSE, TRUE, FALSE, FALSE };
  const char *const wrong[]   = { NULL, NULL, "covn", NULL, "x", "add b" };

  g_assert_cmpuint (reading->n_layers, ==, 6);
  for (guint i = 0; i < 6; i++)
    {
      const CnnLayerReading *layer = &reading->layers[i];

      g_assert_cmpint (layer->number, ==, numbers[i]);
      g_assert_cmpint (layer->node != NULL, ==, good[i]);
      g_assert_cmpint (layer->problem == NULL, ==, good[i]);
      if (wrong[i])
        g_assert_cmpuint (layer->wrong.length, ==, strlen (wrong[i]));
    }
  g_assert_cmpuint (reading->layers[2].wrong.start, ==, 20);
  g_assert_cmpuint (cnn_network_n_nodes (reading->network), ==, 2);
  g_assert_cmpstr (reading->error->message, ==,
                   "line 3, column 1: found “covn”, which is no layer; did you mean “conv”?");
}

/* Shapes up to the first layer that does not fit; and the network of those before it has the
 * same weights. */
static void
test_infer_some (void)
{
  g_autoptr (CnnNetwork)  network = cnn_network_parse ("conv 4 3x3; relu; maxpool 9; relu", NULL);
  g_autoptr (CnnNetwork)  head = cnn_network_head (network, 3);
  g_autoptr (GError)      error = NULL;
  g_autofree CnnNodeInfo *infos = NULL;
  guint                   n_known;

  infos = cnn_network_infer_some (network, (CnnShape) { 8, 8, 1 }, &n_known, &error);
  g_assert_cmpuint (n_known, ==, 3);
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, "the 9×9 window does not fit into the 6×6 map");
  g_assert_true (cnn_shape_equal (infos[2].shape, (CnnShape) { 6, 6, 4 }));
  g_assert_cmpint (infos[3].shape.height, ==, 0);
  g_assert_cmpuint (cnn_network_n_nodes (head), ==, 3);
  g_assert_true (cnn_network_node (head, 1) == cnn_network_node (network, 1));
  g_clear_pointer (&network, cnn_network_unref);
  g_assert_cmpstr (cnn_network_node (head, 2)->op->name, ==, "relu");
}

/* --- changing a value ----------------------------------------------------- */

static const struct
{
  const char *words;
  const char *key;
  const char *value;
  const char *expected; /* NULL for a refusal */
} values[] = {
  { "conv 8 3x3", "stride", "2", "conv 8 3x3 stride=2" },
  { "conv 8 3x3 stride=2", "stride", "1", "conv 8 3x3" },
  { "conv 8 3x3 stride=2 pad=same", "stride", "", "conv 8 3x3 pad=same" },
  { "conv 8 3x3 stride=2  pad=same", "pad", "1", "conv 8 3x3 stride=2  pad=1" },
  { "conv   8\t3x3", "count", "16", "conv   16\t3x3" },
  { "conv 8 3", "size", "5", "conv 8 5x5" },
  { "conv count=8 size=3", "size", "5x7", "conv count=8 size=5x7" },
  { "conv 8 3x3 as=a", "bias", "no", "conv 8 3x3 bias=no as=a" },
  { "conv 8 3x3 from=r as=a", "bias", "no", "conv 8 3x3 bias=no from=r as=a" },
  { "conv 8 3x3 as=a", "from", "r", "conv 8 3x3 from=r as=a" },
  { "conv 8 3x3  bias=no as=a", "from", "r", "conv 8 3x3  bias=no from=r as=a" },
  { "conv 8 from=r  3x3", "from", "s-2", "conv 8 from=s-2  3x3" },
  { "conv 8 from=r  3x3", "from", "", "conv 8  3x3" },
  { "conv 8 from=r  3x3", "size", "5", "conv 8 from=r  5x5" },
  { "relu", "from", "", "relu" },
  { "relu", "from", "1", NULL },
  { "input 8x8x1", "from", "a", NULL },
  { "conv kernels=box", "size", "5", "conv 5x5 kernels=box" },
  { "conv kernels=box", "count", "1", "conv 1 kernels=box" },
  { "conv 1 3x3 kernels=box", "count", "auto", "conv 3x3 kernels=box" },
  /* Without the count a single number would be one. */
  { "conv 1 3 kernels=box", "count", "auto", "conv size=3 kernels=box" },
  { "conv 1 1 kernels=[[2]]", "count", "auto", "conv size=1 kernels=[[2]]" },
  { "conv 8 3x3", "count", "auto", NULL },
  { "conv 8 3x3", "stride", "0", NULL },
  { "conv 8 3x3", "strid", "2", NULL },
  { "conv 8", "stride", "2", NULL },
  { "maxpool", "size", "3", "maxpool 3x3" },
  { "maxpool 3", "size", "2", "maxpool" },
  { "conv 1 3x3", "kernels", "[[1, 2],\n [3, 4]]", "conv 1 3x3 kernels=\"[[1,2],[3,4]]\"" },
  { "conv kernels=[[1],\n[2]] pad=same", "pad", "valid", "conv kernels=[[1],\n[2]]" },
  { "dropout 0.5", "rate", "2.5e-1", "dropout 0.25" },
  { "input 8x8x1", "shape", "", "input" },
};

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char   *words = cnn_text_set_param (values[i].words, values[i].key,
                                                     values[i].value, &error);

      g_assert_cmpstr (words, ==, values[i].expected);
      g_assert_cmpint (words == NULL, ==, error != NULL);
    }
}

/* Every parameter of every layer, from every value to every other: the layer then has that
 * value, and all others that it had. */
static void
test_values_of_all (void)
{
  static const char *const some[] = {
    "1", "2", "3x5", "0.5", "yes", "no", "same", "valid", "1,2,3,4", "average", "max", "reflect",
    "a", "a,b", "box,sobel-x", "[[1,2],[3,4]]", "channels", "auto", "mean", "8x8x1", "",
  };
  static const char *const starts[] = { "", " 2", " 2 3", " 2 3x3", " 3x3", " a",
                                           " kernels=box", " 2 as=x" };
  guint               n_ops, n_done = 0;
  const CnnOp *const *ops = cnn_ops (&n_ops);

  for (guint i = 0; i < n_ops * G_N_ELEMENTS (starts); i++)
    for (guint j = 0; ops[i / G_N_ELEMENTS (starts)]->params[j].key; j++)
      for (guint k = 0; k < G_N_ELEMENTS (some); k++)
        {
          const CnnOp            *op    = ops[i / G_N_ELEMENTS (starts)];
          const CnnParam         *param = &op->params[j];
          g_autofree char        *from  = g_strconcat (op->name, starts[i % G_N_ELEMENTS (starts)],
                                                       NULL);
          g_autofree char        *to    = cnn_text_set_param (from, param->key, some[k], NULL);
          g_autoptr (CnnReading)  before = cnn_text_read (from);
          g_autoptr (CnnReading)  after = NULL;
          const CnnNode          *node;

          if (to == NULL || before->layers[0].node == NULL)
            continue;
          after = cnn_text_read (to);
          node = after->layers[0].node;
          g_assert_nonnull (node);
          for (const CnnParam *other = op->params; other->key; other++)
            {
              g_autofree char *now = cnn_param_print (other, node->params);
              g_autofree char *old = cnn_param_print (other, before->layers[0].node->params);

              if (other != param)
                g_assert_cmpstr (now, ==, old);
            }
          g_assert_cmpstr (node->name, ==, before->layers[0].node->name);
          if (*some[k])
            {
              g_autofree char *now = cnn_param_print (param, node->params);
              g_autofree char *wanted = NULL;

              g_assert_true (cnn_param_parse (param, some[k], before->layers[0].node->params, NULL,
                                              NULL));
              wanted = cnn_param_print (param, before->layers[0].node->params);
              g_assert_cmpstr (now, ==, wanted);
            }
          else
            g_assert_true (cnn_param_is_initial (param, node->params));
          n_done++;
        }
  g_assert_cmpuint (n_done, >, 300);
}

static void
test_without_name (void)
{
  static const char *const words[][2] = {
    { "relu as=a", "relu" },       { "relu", "relu" },
    { "conv 8 as=a 3x3", "conv 8 3x3" },
    { "conv kernels=[\n[1]] as=b pad=same", "conv kernels=[\n[1]] pad=same" },
    { "as=a", "as=a" },            { "relu) as=", "relu)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *result = cnn_text_without_name (words[i][0]);

      g_assert_cmpstr (result, ==, words[i][1]);
    }
}

/* --- random text ---------------------------------------------------------- */

/* Whatever is written, the parser answers with a network that prints and reads
 * back, or with a sentence. */
static void
test_garbage (void)
{
  static const char *const pieces[] = {
    "conv", "relu", "maxpool", "add", "concat", "dense", "input", "spp", " ", " ", " ", "8", "3x3",
    "0", "-1", "1e9", "99999999999", "x", "=", "pad=", "same", "kernels=", "sobel-x", "gaussian(",
    ")", "[", "]", "[[", "]]", "1", ",", "\"", ";", "\n", "#", "as=", "a", "b", "stride=", "?",
    "\t", "é", "bias=", "yes", "groups=", "channels", "levels=", "slope=", ".", "-",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  int               read = 0;

  for (int i = 0; i < 100000; i++)
    {
      g_autoptr (GString)    text = g_string_new (NULL);
      g_autoptr (GError)     error = NULL;
      g_autoptr (CnnNetwork) network = NULL;

      for (int n = g_rand_int_range (rand, 1, 12); n > 0; n--)
        g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      network = cnn_network_parse (text->str, &error);
      if (network)
        {
          g_autofree char       *printed = cnn_network_print (network);
          g_autoptr (CnnNetwork) again = cnn_network_parse (printed, &error);
          g_autofree char       *printed_again = NULL;

          g_assert_no_error (error);
          printed_again = cnn_network_print (again);
          g_assert_cmpstr (printed, ==, printed_again);
          read++;
        }
      else
        g_assert_true (error && error->domain == CNN_ERROR && *error->message);
    }
  g_assert_cmpint (read, >, 100);
}

/* --- titles and names ----------------------------------------------------- */

static void
test_titles (void)
{
  static const char *const titles[] = {
    "input 28×28×1", "conv 32 3×3", "conv 5×5", "conv 3×3", "maxpool 2×2", "dropout 0.5", "dense 10",
    "add a",
  };
  g_autoptr (CnnNetwork) network =
    cnn_network_parse ("input 28x28x1 as=a; conv 32 3x3; conv 5x5 kernels=box,sobel-x; "
                       "conv kernels=sobel-x; maxpool; dropout; dense 10; add a",
                       NULL);

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autofree char *title = cnn_node_title (cnn_network_node (network, i));

      g_assert_cmpstr (title, ==, titles[i]);
    }
  g_assert_cmpint (cnn_network_find (network, "a"), ==, 0);
  g_assert_cmpint (cnn_network_find (network, "b"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/print", test_print);
  g_test_add_func ("/text/brackets", test_brackets);
  g_test_add_func ("/text/numbers", test_numbers);
  g_test_add_func ("/text/mistakes", test_mistakes);
  g_test_add_func ("/text/from", test_from);
  g_test_add_func ("/text/limits", test_limits);
  g_test_add_func ("/text/split", test_split);
  g_test_add_func ("/text/reading", test_reading);
  g_test_add_func ("/text/infer-some", test_infer_some);
  g_test_add_func ("/text/values", test_values);
  g_test_add_func ("/text/values-of-all", test_values_of_all);
  g_test_add_func ("/text/without-name", test_without_name);
  g_test_add_func ("/text/garbage", test_garbage);
  g_test_add_func ("/text/titles", test_titles);
  return g_test_run ();
}
