/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "draft.h"
#include "presets.h"

/* Many changes of a draft, held against a list of what it should have, and undone. */

static const CnnShape photo = { 480, 640, 3 };

static CnnDraft *
draft_of (const char *text)
{
  CnnDraft *draft = cnn_draft_new (photo);

  cnn_draft_set_text (draft, text);
  return draft;
}

/* What a draft should hold. */
typedef struct
{
  char    *words;
  gboolean enabled;
} Card;

static void
card_clear (gpointer card)
{
  g_free (((Card *) card)->words);
}

#define CARD(cards, i) (&g_array_index (cards, Card, i))

/* The cards, and the same network as one made of the cards alone. */
static void
check_cards (CnnDraft *draft, GArray *cards)
{
  g_autoptr (CnnDraft)   again  = draft_of (cnn_draft_text (draft));
  g_autoptr (GString)    joined = g_string_new (NULL);
  g_autoptr (CnnNetwork) ours = NULL, theirs = NULL;

  g_assert_cmpuint (cnn_draft_n_layers (draft), ==, cards->len);
  g_assert_cmpuint (cnn_draft_n_layers (again), ==, cards->len);
  for (guint i = 0; i < cards->len; i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (draft, i), *same = cnn_draft_layer (again, i);

      g_assert_cmpstr (layer->text, ==, CARD (cards, i)->words);
      g_assert_cmpint (layer->enabled, ==, CARD (cards, i)->enabled);
      g_assert_cmpstr (same->text, ==, layer->text);
      g_assert_cmpuint (same->start, ==, layer->start);
      g_assert_cmpint (same->number, ==, layer->number);
      g_assert_cmpstr (same->problem, ==, layer->problem);
      if (layer->enabled)
        g_string_append_printf (joined, "%s\n", layer->text);
    }
  ours = cnn_network_parse (joined->str, NULL);
  theirs = cnn_network_parse (cnn_draft_text (draft), NULL);
  g_assert_cmpint (ours != NULL, ==, theirs != NULL);
  if (ours)
    {
      g_autofree char *a = cnn_network_print (ours);
      g_autofree char *b = cnn_network_print (theirs);

      g_assert_cmpstr (a, ==, b);
    }
}

static void
random_change (GRand *rand, CnnDraft *draft, GArray *cards)
{
  static const char *const pool[] = {
    "relu", "conv 4 3x3 pad=same", "maxpool 2", "dense 4", "add zz", "covn 3", "relu)", "dropout",
    "conv kernels=[\n [1, 2],\n\n[3,4]\n] as=q", "conv kernels=\"[[1,\n2]]\"", "flatten as=zz",
    "relu from=zz", "tanh from=q as=w",
  };
  guint       n     = cards->len;
  guint       first = n > 0 && g_str_has_prefix (CARD (cards, 0)->words, "input") ? 1 : 0;
  const char *words = pool[g_rand_int_range (rand, 0, G_N_ELEMENTS (pool))];
  int         what  = n == first ? 0 : g_rand_int_range (rand, n > 30 ? 1 : 0, 7);
  guint       layer = n == first ? 0 : (guint) g_rand_int_range (rand, (int) first, (int) n);
  guint       to    = (guint) g_rand_int_range (rand, (int) first, (int) n + 1);
  Card        card  = { NULL, TRUE };

  switch (what)
    {
    case 0:
      cnn_draft_insert (draft, to, words);
      card.words = g_strdup (words);
      g_array_insert_val (cards, to, card);
      break;
    case 1:
      cnn_draft_remove (draft, layer);
      g_array_remove_index (cards, layer);
      break;
    case 2:
      to = MIN (to, n - 1);
      cnn_draft_move (draft, layer, to);
      card = *CARD (cards, layer);
      card.words = g_strdup (card.words);
      g_array_remove_index (cards, layer);
      g_array_insert_val (cards, to, card);
      break;
    case 3:
      if (strstr (CARD (cards, layer)->words, "as=") != NULL)
        break;
      cnn_draft_duplicate (draft, layer);
      card = *CARD (cards, layer);
      card.words = g_strdup (card.words);
      g_array_insert_val (cards, layer + 1, card);
      break;
    case 4:
      CARD (cards, layer)->enabled ^= 1;
      cnn_draft_set_enabled (draft, layer, CARD (cards, layer)->enabled);
      break;
    case 5:
      cnn_draft_set_layer (draft, layer, words);
      g_free (CARD (cards, layer)->words);
      CARD (cards, layer)->words = g_strdup (words);
      break;
    default:
      if (g_str_has_prefix (CARD (cards, layer)->words, "conv ") &&
          cnn_draft_set_param (draft, layer, "stride", g_rand_boolean (rand) ? "2" : "1", NULL))
        {
          g_free (CARD (cards, layer)->words);
          CARD (cards, layer)->words = g_strdup (cnn_draft_layer (draft, layer)->text);
        }
      break;
    }
}

static void
random_session (GRand *rand, const char *text, int n_changes)
{
  g_autoptr (CnnDraft)  draft   = cnn_draft_new (photo);
  g_autoptr (GArray)    cards   = g_array_new (FALSE, FALSE, sizeof (Card));
  g_autoptr (GPtrArray) history = g_ptr_array_new_with_free_func (g_free);

  g_array_set_clear_func (cards, card_clear);
  cnn_draft_set_text (draft, text);
  for (guint i = 0; i < cnn_draft_n_layers (draft); i++)
    {
      const CnnDraftLayer *layer = cnn_draft_layer (draft, i);
      Card                 card  = { g_strdup (layer->text), layer->enabled };

      g_array_append_val (cards, card);
    }
  g_ptr_array_add (history, g_strdup (text));
  for (int i = 0; i < n_changes; i++)
    {
      g_autofree char *before = g_strdup (cnn_draft_text (draft));

      random_change (rand, draft, cards);
      if (g_test_verbose ())
        g_test_message ("%s\n-----", cnn_draft_text (draft));
      check_cards (draft, cards);
      if (strcmp (before, cnn_draft_text (draft)) != 0)
        g_ptr_array_add (history, g_strdup (cnn_draft_text (draft)));
    }
  for (guint i = history->len; i-- > 0; cnn_draft_undo (draft))
    g_assert_cmpstr (cnn_draft_text (draft), ==, history->pdata[i]);
  g_assert_cmpstr (cnn_draft_text (draft), ==, "");
  for (guint i = 0; i < history->len; i++)
    {
      cnn_draft_redo (draft);
      g_assert_cmpstr (cnn_draft_text (draft), ==, history->pdata[i]);
    }
  g_assert_false (cnn_draft_can_redo (draft));
}

static void
test_random (void)
{
  static const char *const texts[] = {
    "dense 4; relu; dense 2",
    "# head\n\n;;relu ;tanh;; # tail\n#off dense 4; relu ; tanh # off\n\n  relu\r\n#off tanh\r\n",
    "relu; conv kernels=[\r\n [1,\r\n2]]; tanh # x\n# end",
    "#off relu",
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  guint             n;
  const CnnPreset  *presets = cnn_presets (&n);

  for (guint i = 0; i < n; i++)
    for (int j = 0; j < 5; j++)
      random_session (rand, presets[i].text, 60);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    for (int j = 0; j < 25; j++)
      random_session (rand, texts[i], 60);
}

/* Not asserted, but told: how long one change of a large draft takes. */
static void
test_large (void)
{
  g_autoptr (GString)  text = g_string_new (NULL);
  g_autoptr (CnnDraft) draft = NULL;
  gint64               start;

  while (text->len < 100 * 1024)
    {
      g_string_append (text, "conv pad=same kernels=");
      for (int k = 0; k < 3; k++)
        {
          g_string_append (text, k > 0 ? ",[" : "[");
          for (int y = 0; y < 31; y++)
            {
              g_string_append (text, y > 0 ? ",[" : "[");
              for (int x = 0; x < 31; x++)
                g_string_append_printf (text, "%s0.%d", x > 0 ? "," : "", (x * y) % 97 + 1);
              g_string_append_c (text, ']');
            }
          g_string_append_c (text, ']');
        }
      g_string_append (text, "\nrelu; dropout 0.5\n");
    }
  draft = draft_of (text->str);
  g_assert_null (cnn_draft_problem (draft));
  start = g_get_monotonic_time ();
  for (int i = 0; i < 50; i++)
    g_assert_true (cnn_draft_set_param (draft, 0, "stride", i % 2 ? "1" : "2", NULL));
  g_test_message ("%zu KB: %.1f ms for a change of a layer with kernels", text->len / 1024,
                  (double) (g_get_monotonic_time () - start) / 50e3);
  g_assert_cmpstr (cnn_draft_text (draft), ==, text->str);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draft-random/changes", test_random);
  g_test_add_func ("/draft-random/large", test_large);
  return g_test_run ();
}
