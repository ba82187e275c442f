/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "draft.h"

static const CnnShape photo = { 480, 640, 3 };

static CnnDraft *
draft_of (const char *text)
{
  CnnDraft *draft = cnn_draft_new (photo);

  cnn_draft_set_text (draft, text);
  return draft;
}

/* --- what a text means ---------------------------------------------------- */

static void
test_layers (void)
{
  static const char text[] = "# mine\ninput ?x?x1\n  conv 8 3x3 # eight\n#off maxpool 2\n"
                             "relu; relu";
  g_autoptr (CnnDraft) draft = draft_of (text);
  const char *words[]   = { "input ?x?x1", "conv 8 3x3", "maxpool 2", "relu", "relu" };
  const int   numbers[] = { 0, 1, -1, 2, 3 };

  g_assert_cmpuint (cnn_draft_n_layers (draft), ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (draft, i);

      g_assert_cmpstr (layer->text, ==, words[i]);
      g_assert_cmpmem (text + layer->start, layer->length, words[i], strlen (words[i]));
      g_assert_cmpint (layer->number, ==, numbers[i]);
      g_assert_cmpint (layer->enabled, ==, i != 2);
      g_assert_null (layer->problem);
      g_assert_nonnull (layer->node);
      g_assert_true (layer->node->op == layer->op);
      g_assert_true (g_str_has_prefix (words[i], layer->op->name));
      if (numbers[i] >= 0)
        g_assert_cmpint (cnn_draft_find (draft, (guint) numbers[i]), ==, i);
    }
  g_assert_null (cnn_draft_problem (draft));
  g_assert_cmpuint (cnn_network_n_nodes (cnn_draft_network (draft)), ==, 4);
  g_assert_true (cnn_shape_equal (cnn_draft_infos (draft)[0].shape, (CnnShape) { 480, 640, 1 }));
  g_assert_true (cnn_shape_equal (cnn_draft_infos (draft)[3].shape, (CnnShape) { 478, 638, 8 }));

  cnn_draft_set_text (draft, "relu");
  g_assert_cmpint (cnn_draft_find (draft, 0), ==, -1);
  g_assert_cmpint (cnn_draft_layer (draft, 0)->number, ==, 1);
}

/* Of each layer: its number, and its sentence where it has one, and the words to mark. */
typedef struct
{
  const char *text;
  const char *problem; /* of the draft */
  guint       n_nodes; /* 0 for no network */
  struct
  {
    int         number;
    const char *problem;
    const char *marked;
  } layers[6];
} Mistake;

#define NO_LAYER "expected the name of a layer such as conv, relu or maxpool"
static const Mistake mistakes[] = {
  { "", "the network is empty, expected a layer such as “conv 8 3x3”", 0, { { -1 } } },
  { "input 8x8x1", "the network is empty, expected a layer such as “conv 8 3x3”", 0, { { -1 } } },
  { "#off relu", "the network is empty, expected a layer such as “conv 8 3x3”", 0, { { -1 } } },
  { "relu; xyz; conv 8 3z3; relu; tanh slope=1",
    "line 1, column 7: found “xyz”, " NO_LAYER, 2,
    { { 1 },
      { -1, "found “xyz”, " NO_LAYER, "xyz" },
      { -1, "size: found “3z3”, expected a size such as 3x3 or 3, each number from 1 to 4095",
        "3z3" },
      { -1 },
      { -1, "tanh has no parameter “slope”, expected one of: from, as", "slope" } } },
  { "conv 8 3x3\nmaxpool 500\nrelu",
    "line 2, column 1: maxpool: the 500×500 window does not fit into the 478×638 map", 2,
    { { 1 },
      { -1, "maxpool: the 500×500 window does not fit into the 478×638 map", "maxpool 500" },
      { -1 } } },
  { "maxpool 500",
    "line 1, column 1: maxpool: the 500×500 window does not fit into the 480×640 map", 0,
    { { -1, "maxpool: the 500×500 window does not fit into the 480×640 map", "maxpool 500" } } },
  { "input ?x?x2; relu",
    "the network's input has 2 channels; a picture can give 1 (grey) or 3 (red, green, blue)", 0,
    { { -1, "the network's input has 2 channels; a picture can give 1 (grey) or 3 (red, green, "
            "blue)", "input ?x?x2" },
      { -1 } } },
  /* An open bracket does not take the next layers with it, also where quotes pair up
   * across them. */
  { "relu\nconv kernels=[[1,2]\n\ndense 4\n#off relu\ntanh", "line 2, column 14: “[” is not closed",
    2, { { 1 }, { -1, "“[” is not closed", "[" }, { -1 }, { -1 }, { -1 } } },
  { "conv kernels=\"[[1]]\nconv kernels=\"[[1]]\"\nrelu",
    "line 1, column 14: “\"” is not closed", 0,
    { { -1, "“\"” is not closed", "\"" }, { -1 }, { -1 } } },
  /* A layer whose words are wrong still has its name. */
  { "conv 8 3z3 as=a; relu; add a", NULL, 0, { { -1, NULL, "3z3" }, { -1 }, { -1 } } },
  { "#off relu as=a\nrelu\nadd a", "line 3, column 1: add: the layer named “a” is switched off", 2,
    { { -1 }, { 1 }, { -1, "add: the layer named “a” is switched off", "add a" } } },
  { "#off relu as=a\nrelu\ntanh from=a",
    "line 3, column 1: tanh: the layer named “a” is switched off", 2,
    { { -1 }, { 1 }, { -1, "tanh: the layer named “a” is switched off", "tanh from=a" } } },
  { "#off relu as=a\nrelu as=a\nadd a", NULL, 3, { { -1 }, { 1 }, { 2 } } },
  { "conv 8 3x3 stride=", NULL, 0,
    { { -1, "stride: found nothing, expected a size such as 3x3 or 3, each number from 1 to 4095",
        "stride=" } } },
  { "relu; input 8x8x1; relu", NULL, 2,
    { { 1 }, { -1, "input must be the first layer", "input 8x8x1" }, { -1 } } },
  { "#off covn 3\nrelu", NULL, 2, { { -1 }, { 1 } } },
};

static void
test_mistakes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      const Mistake       *mistake = &mistakes[i];
      g_autoptr (CnnDraft) draft   = draft_of (mistake->text);
      CnnNetwork          *network = cnn_draft_network (draft);
      gboolean             any     = FALSE;

      for (guint j = 0; j < cnn_draft_n_layers (draft); j++)
        {
          const CnnDraftLayer *layer = cnn_draft_layer (draft, j);

          g_assert_cmpint (layer->number, ==, mistake->layers[j].number);
          g_assert_cmpint (layer->problem != NULL, ==, mistake->layers[j].marked != NULL);
          any |= layer->problem != NULL;
          if (mistake->layers[j].problem)
            g_assert_cmpstr (layer->problem, ==, mistake->layers[j].problem);
          if (mistake->layers[j].marked)
            g_assert_cmpmem (mistake->text + layer->problem_start, layer->problem_length,
                             mistake->layers[j].marked, strlen (mistake->layers[j].marked));
        }
      if (mistake->problem)
        g_assert_cmpstr (cnn_draft_problem (draft), ==, mistake->problem);
      g_assert_cmpint (any || mistake->problem, ==, cnn_draft_problem (draft) != NULL);
      g_assert_cmpuint (network ? cnn_network_n_nodes (network) : 0, ==, mistake->n_nodes);
      g_assert_cmpint (cnn_draft_infos (draft) != NULL, ==, network != NULL);
    }
}

/* --- changes -------------------------------------------------------------- */

typedef struct
{
  const char *text;
  char        what;
  int         layer;
  int         to;
  const char *words;
  const char *expected;
} Change;

static const Change changes[] = {
  /* Switching off and on: comments stay, lines are broken where they must be. */
  { "dense 4; relu; dense 2", '-', 1, 0, NULL, "dense 4\n#off relu\ndense 2" },
  { "dense 4\n#off relu\ndense 2", '+', 1, 0, NULL, "dense 4\nrelu\ndense 2" },
  { "  relu  # keeps\n", '-', 0, 0, NULL, "  #off relu  # keeps\n" },
  { "  #off relu  # keeps\n", '+', 0, 0, NULL, "  relu  # keeps\n" },
  { "conv kernels=[\n  [1, 2],\n\n  [3, 4]\n] # end\nrelu", '-', 0, 0, NULL,
    "#off conv kernels=[\n#off   [1, 2],\n#off \n#off   [3, 4]\n#off ] # end\nrelu" },
  { "#off conv kernels=[\n#off   [1, 2],\n#off\n#off   [3, 4]\n#off ] # end\nrelu", '+', 0, 0, NULL,
    "conv kernels=[\n  [1, 2],\n\n  [3, 4]\n] # end\nrelu" },
  { "relu; conv kernels=[\n[1]]; tanh", '-', 1, 0, NULL,
    "relu\n#off conv kernels=[\n#off [1]]\ntanh" },
  { "; relu", '-', 0, 0, NULL, "#off relu" },
  { "#off dense 4; relu; tanh # three", '+', 1, 0, NULL,
    "#off dense 4\nrelu\n#off tanh # three" },
  { "input 8x8x1; relu", '-', 0, 0, NULL, "input 8x8x1; relu" },
  { "relu", '+', 0, 0, NULL, "relu" },
  /* Removing: with the comment behind it, unless others share the line. */
  { "relu # keeps\n# about tanh\ntanh\n", 'x', 0, 0, NULL, "# about tanh\ntanh\n" },
  { "dense 4; relu # both", 'x', 1, 0, NULL, "dense 4 # both" },
  { "dense 4; relu # both", 'x', 0, 0, NULL, "relu # both" },
  { "relu", 'x', 0, 0, NULL, "" },
  { "input 8x8x1\nrelu", 'x', 0, 0, NULL, "relu" },
  { "#off a; b; c", 'x', 1, 0, NULL, "#off a; c" },
  /* Moving. */
  { "relu # r\ntanh # t\n", '>', 0, 1, NULL, "tanh # t\nrelu # r\n" },
  { "relu # r\ntanh # t", '>', 1, 0, NULL, "tanh # t\nrelu # r\n" },
  { "dense 4; relu; dense 2", '>', 1, 2, NULL, "dense 4; dense 2; relu" },
  { "dense 4; relu; dense 2", '>', 2, 0, NULL, "dense 2; dense 4; relu" },
  { "tanh # t\ndense 4; relu", '>', 0, 1, NULL, "dense 4\ntanh # t\nrelu" },
  { "tanh\ndense 4; relu", '>', 0, 1, NULL, "dense 4; tanh; relu" },
  { "relu\n# about tanh\ntanh\n", '>', 0, 5, NULL, "# about tanh\ntanh\nrelu\n" },
  { "input 8x8x1\nrelu\ntanh\n", '>', 2, 0, NULL, "input 8x8x1\ntanh\nrelu\n" },
  { "input 8x8x1\nrelu\n", '>', 0, 1, NULL, "input 8x8x1\nrelu\n" },
  /* Duplicating: a name is given once. */
  { "conv 2 3x3 as=a pad=same # c\nadd a", '2', 0, 0, NULL,
    "conv 2 3x3 as=a pad=same # c\nconv 2 3x3 pad=same\nadd a" },
  { "dense 4; relu", '2', 1, 0, NULL, "dense 4; relu; relu" },
  { "#off relu as=b\n", '2', 0, 0, NULL, "#off relu as=b\n#off relu\n" },
  { "input 8x8x1; relu", '2', 0, 0, NULL, "input 8x8x1; relu" },
  /* Inserting. */
  { "", 'i', 0, 0, "relu", "relu\n" },
  { "# nothing yet", 'i', 3, 0, "relu", "# nothing yet\nrelu\n" },
  { "# soft\nconv 1 3x3\n", 'i', 0, 0, "relu", "# soft\nrelu\nconv 1 3x3\n" },
  { "relu # r\n# two maps\ntanh", 'i', 1, 0, "dense 2", "relu # r\ndense 2\n# two maps\ntanh" },
  { "relu", 'i', 1, 0, "tanh\n", "relu\ntanh\n" },
  { "dense 4; relu", 'i', 1, 0, "tanh", "dense 4; tanh; relu" },
  { "dense 4; relu", 'i', 1, 0, "tanh # t", "dense 4\ntanh # t\nrelu" },
  { "input 8x8x1\nrelu", 'i', 0, 0, "tanh", "input 8x8x1\ntanh\nrelu" },
  { "relu", 'i', 1, 0, "input 8x8x1", "input 8x8x1\nrelu" },
  { "input 8x8x1\nrelu", 'i', 1, 0, "input 4x4x1", "input 8x8x1\nrelu" },
  { "relu", 'i', 1, 0, "  ", "relu" },
  /* Other words. */
  { "dense 4; relu; dense 2", '=', 1, 0, "tanh", "dense 4; tanh; dense 2" },
  { "dense 4; relu; dense 2", '=', 1, 0, "tanh # t", "dense 4\ntanh # t\ndense 2" },
  { "#off relu # r", '=', 0, 0, "conv kernels=[\n[1]]", "#off conv kernels=[\n#off [1]] # r" },
  { "relu\ntanh", '=', 0, 0, "", "tanh" },
};

static void
change (CnnDraft *draft, const Change *what)
{
  guint layer = (guint) what->layer;

  switch (what->what)
    {
    case '-': cnn_draft_set_enabled (draft, layer, FALSE); break;
    case '+': cnn_draft_set_enabled (draft, layer, TRUE); break;
    case 'x': cnn_draft_remove (draft, layer); break;
    case '>': cnn_draft_move (draft, layer, (guint) what->to); break;
    case '2': cnn_draft_duplicate (draft, layer); break;
    case 'i': cnn_draft_insert (draft, layer, what->words); break;
    case '=': cnn_draft_set_layer (draft, layer, what->words); break;
    default: g_assert_not_reached ();
    }
}

static void
test_changes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (CnnDraft) draft = draft_of (changes[i].text);

      change (draft, &changes[i]);
      g_assert_cmpstr (cnn_draft_text (draft), ==, changes[i].expected);
      if (strcmp (changes[i].text, changes[i].expected) != 0)
        cnn_draft_undo (draft);
      g_assert_cmpstr (cnn_draft_text (draft), ==, changes[i].text);
    }
}

static void
test_params (void)
{
  g_autoptr (CnnDraft) draft = draft_of ("relu\n#off conv 8 3x3 as=a # c\nmaxpool 900");
  g_autoptr (GError)   error = NULL;

  g_assert_true (cnn_draft_set_param (draft, 1, "stride", "2", &error));
  g_assert_cmpstr (cnn_draft_text (draft), ==,
                   "relu\n#off conv 8 3x3 stride=2 as=a # c\nmaxpool 900");
  /* Fits no picture, but says what it says. */
  g_assert_true (cnn_draft_set_param (draft, 2, "stride", "7", &error));
  g_assert_nonnull (cnn_draft_layer (draft, 2)->problem);
  g_assert_false (cnn_draft_set_param (draft, 2, "stride", "x", &error));
  g_assert_error (error, CNN_ERROR, CNN_ERROR_SPEC);
  g_assert_cmpstr (error->message, ==, "stride: found “x”, expected a size such as 3x3 or 3, each "
                                       "number from 1 to 4095");
  g_assert_cmpstr (cnn_draft_text (draft), ==,
                   "relu\n#off conv 8 3x3 stride=2 as=a # c\nmaxpool 900 stride=7");
}

/* --- undo ----------------------------------------------------------------- */

static void
count (CnnDraft *draft, gpointer counter)
{
  (*(int *) counter)++;
}

static void
type_on (CnnDraft *draft, gpointer text)
{
  char *typed = *(char **) text;

  *(char **) text = NULL;
  if (typed)
    cnn_draft_set_text (draft, typed);
}

static void
test_undo (void)
{
  g_autoptr (CnnDraft) draft = cnn_draft_new (photo);
  int                  n = 0;
  const char          *typed = "dense 3";

  g_signal_connect (draft, "changed", G_CALLBACK (count), &n);
  g_assert_false (cnn_draft_can_undo (draft));
  cnn_draft_undo (draft);
  cnn_draft_set_text (draft, "");
  g_assert_cmpint (n, ==, 0);
  cnn_draft_set_text (draft, "relu");
  cnn_draft_set_text (draft, "relu");
  g_assert_cmpint (n, ==, 1);
  cnn_draft_begin (draft);
  for (int i = 1; i < 9; i++)
    {
      g_autofree char *value = g_strdup_printf ("dropout 0.%d", i);

      cnn_draft_begin (draft);
      cnn_draft_set_layer (draft, 0, value);
      cnn_draft_end (draft);
      g_assert_false (cnn_draft_can_undo (draft));
    }
  cnn_draft_end (draft);
  g_assert_cmpint (n, ==, 9);
  /* A group that changes nothing in the end is no step. */
  cnn_draft_begin (draft);
  cnn_draft_set_text (draft, "x");
  cnn_draft_set_text (draft, "dropout 0.8");
  cnn_draft_end (draft);
  cnn_draft_undo (draft);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "relu");
  g_assert_true (cnn_draft_can_redo (draft));
  cnn_draft_redo (draft);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "dropout 0.8");
  g_assert_false (cnn_draft_can_redo (draft));
  cnn_draft_undo (draft);
  cnn_draft_set_text (draft, "tanh");
  g_assert_false (cnn_draft_can_redo (draft));
  cnn_draft_undo (draft);
  cnn_draft_undo (draft);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "");
  g_assert_false (cnn_draft_can_undo (draft));

  /* What is being typed is there before anything else is done. */
  g_signal_connect (draft, "flush", G_CALLBACK (type_on), &typed);
  cnn_draft_insert (draft, 1, "relu");
  g_assert_cmpstr (cnn_draft_text (draft), ==, "dense 3\nrelu\n");
  cnn_draft_undo (draft);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "dense 3");
}

static void
test_bounds (void)
{
  g_autoptr (CnnDraft) draft = cnn_draft_new (photo);
  int                  steps = 0;

  for (int i = 1; i <= 300; i++)
    {
      g_autofree char *text = g_strdup_printf ("dense %d", i);

      cnn_draft_set_text (draft, text);
    }
  for (; cnn_draft_can_undo (draft); steps++)
    cnn_draft_undo (draft);
  g_assert_cmpint (steps, ==, 200);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "dense 100");
  for (; cnn_draft_can_redo (draft); steps--)
    cnn_draft_redo (draft);
  g_assert_cmpint (steps, ==, 0);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "dense 300");
  cnn_draft_undo (draft);
  cnn_draft_forget_steps (draft);
  g_assert_false (cnn_draft_can_undo (draft));
  g_assert_false (cnn_draft_can_redo (draft));
  g_assert_cmpstr (cnn_draft_text (draft), ==, "dense 299");
}

/* --- anything ------------------------------------------------------------- */

/* Any text at all: no change of a layer ends the program, and undo gives back all. */
static void
test_garbage (void)
{
  static const char *const pieces[] = {
    "conv", "relu", "add", "a", "as=", "input", " ", "\n", ";", "#", "#off ", "\n#off ", "[", "]",
    "\"", "(", ")", ",", "1", "kernels=", "é", "\t", "\r\n", "\n\n", "\f", "#off",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (int i = 0; i < 3000; i++)
    {
      g_autoptr (GString)  text  = g_string_new (NULL);
      g_autoptr (CnnDraft) draft = cnn_draft_new (photo);

      for (int n = g_rand_int_range (rand, 1, 30); n > 0; n--)
        g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      cnn_draft_set_text (draft, text->str);
      for (int k = 0; k < 5; k++)
        {
          guint  n = cnn_draft_n_layers (draft);
          Change what = { NULL, "-+x>2i="[g_rand_int_range (rand, 0, 7)],
                          g_rand_int_range (rand, 0, (int) n + 1),
                          g_rand_int_range (rand, 0, (int) n + 1), "dense 3", NULL };

          change (draft, &what);
          for (guint j = 0; j < cnn_draft_n_layers (draft); j++)
            {
              const CnnDraftLayer *layer = cnn_draft_layer (draft, j);

              g_assert_cmpuint (layer->start + layer->length, <=, strlen (cnn_draft_text (draft)));
              if (layer->problem)
                g_assert_true (layer->problem_length > 0 && layer->problem_start >= layer->start &&
                               layer->problem_start + layer->problem_length <=
                                 layer->start + layer->length);
            }
        }
      while (cnn_draft_can_undo (draft))
        cnn_draft_undo (draft);
      cnn_draft_redo (draft);
      g_assert_cmpstr (cnn_draft_text (draft), ==, text->str);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft/layers", test_layers);
  g_test_add_func ("/draft/mistakes", test_mistakes);
  g_test_add_func ("/draft/changes", test_changes);
  g_test_add_func ("/draft/params", test_params);
  g_test_add_func ("/draft/undo", test_undo);
  g_test_add_func ("/draft/bounds", test_bounds);
  g_test_add_func ("/draft/garbage", test_garbage);
  return g_test_run ();
}
