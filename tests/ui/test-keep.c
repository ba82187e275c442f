/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep.h"

/* Which layers and maps are kept: in words, by ticks, and while layers come and go. */

static CnnDraft *
draft_with (const char *text)
{
  CnnDraft *draft = cnn_draft_new ((CnnShape) { 40, 60, 3 });

  cnn_draft_set_text (draft, text);
  return draft;
}

static void
check (CnnKeep *keep, const char *stages)
{
  g_autofree char *is = cnn_keep_stages (keep);

  g_assert_cmpstr (is, ==, stages);
}

static void
check_maps (CnnKeep *keep, guint layer, const char *expected)
{
  g_autoptr (GArray)  maps = cnn_keep_maps (keep, layer);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < maps->len; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? " " : "", g_array_index (maps, int, i));
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_words (void)
{
  g_autoptr (CnnDraft) draft = draft_with ("conv 4 3x3 as=a; relu; maxpool 2");
  g_autoptr (CnnKeep)  keep  = cnn_keep_new (draft);

  check (keep, "last");
  g_assert_true (cnn_keep_layer (keep, 2));
  g_assert_false (cnn_keep_layer (keep, 0));
  check_maps (keep, 2, "0 1 2 3");
  check_maps (keep, 0, "");

  cnn_keep_read (keep, "a,3", "2-3");
  check (keep, "1:2-3,last:2-3");
  check_maps (keep, 0, "1 2");
  cnn_keep_read (keep, "1-2,1:4", "all");
  check (keep, "1:4,2");
  cnn_keep_read (keep, "last", "all");
  check (keep, "last");

  /* What cannot be read changes nothing. */
  cnn_keep_read (keep, "2", "all");
  cnn_keep_read (keep, "7", "all");
  cnn_keep_read (keep, "1", "none");
  check (keep, "2");
}

static void
test_ticks (void)
{
  g_autoptr (CnnDraft) draft = draft_with ("conv 4 3x3; relu; maxpool 2");
  g_autoptr (CnnKeep)  keep  = cnn_keep_new (draft);

  cnn_keep_set_layer (keep, 0, TRUE);
  check (keep, "1,last");
  cnn_keep_set_map (keep, 0, 2, FALSE);
  check (keep, "1:1-2+4,last");
  cnn_keep_set_map (keep, 0, 2, TRUE);
  check (keep, "1,last");
  cnn_keep_set_map (keep, 1, 3, TRUE);
  check (keep, "1,2:4,last");
  cnn_keep_set_map (keep, 1, 3, FALSE);
  cnn_keep_set_layer (keep, 0, FALSE);
  check (keep, "last");
  cnn_keep_set_layer (keep, 2, FALSE);
  check (keep, "");
  cnn_keep_set_map (keep, 2, 0, TRUE);
  check (keep, "last:1");
}

static void
test_follows (void)
{
  g_autoptr (CnnDraft) draft = draft_with ("conv 4 3x3\nrelu\nmaxpool 2\nrelu\n");
  g_autoptr (CnnKeep)  keep  = cnn_keep_new (draft);

  /* The last is the last, whichever that is. */
  cnn_draft_insert (draft, 4, "conv 8 3x3");
  cnn_keep_follow (keep);
  check (keep, "last");
  g_assert_true (cnn_keep_layer (keep, 4));

  cnn_keep_read (keep, "2:3,4", "all");
  cnn_draft_insert (draft, 1, "batchnorm");
  cnn_keep_follow (keep);
  check (keep, "3:3,5");
  cnn_draft_remove (draft, 0);
  cnn_keep_follow (keep);
  g_assert_true (cnn_keep_layer (keep, 1));
  g_assert_true (cnn_keep_layer (keep, 3));
  cnn_draft_undo (draft);
  cnn_keep_follow (keep);
  check (keep, "3:3,5");

  /* An edited layer is still the same one. */
  cnn_draft_set_layer (draft, 2, "tanh");
  cnn_keep_follow (keep);
  check (keep, "3:3,5");

  /* Out of sight while there is a mistake before it, not given up. */
  cnn_draft_set_layer (draft, 1, "batchnrm");
  cnn_keep_follow (keep);
  check (keep, "");
  cnn_draft_set_layer (draft, 1, "batchnorm");
  cnn_keep_follow (keep);
  check (keep, "3:3,5");

  /* A layer that is moved keeps its tick, one that is switched off has none to give. */
  cnn_draft_move (draft, 2, 1);
  cnn_keep_follow (keep);
  check (keep, "2:3,5");
  cnn_draft_set_enabled (draft, 1, FALSE);
  cnn_keep_follow (keep);
  check (keep, "4");
  cnn_draft_set_enabled (draft, 1, TRUE);
  cnn_keep_follow (keep);
  check (keep, "2:3,5");
}

/* Maps that a layer no longer has are not kept; they are when it has them again. */
static void
test_fewer_maps (void)
{
  g_autoptr (CnnDraft) draft = draft_with ("conv 8 3x3\nrelu\n");
  g_autoptr (CnnKeep)  keep  = cnn_keep_new (draft);

  cnn_keep_read (keep, "1:2+6-7", "all");
  cnn_draft_set_param (draft, 0, "count", "6", NULL);
  cnn_keep_follow (keep);
  check (keep, "1:2+6");
  check_maps (keep, 0, "1 5");
  cnn_draft_set_param (draft, 0, "count", "1", NULL);
  cnn_keep_follow (keep);
  check (keep, "1");
  cnn_draft_set_param (draft, 0, "count", "8", NULL);
  cnn_keep_follow (keep);
  check (keep, "1:2+6-7");
}

/* With another network it is the last layer again. */
static void
test_another (void)
{
  g_autoptr (CnnDraft) draft = draft_with ("conv 4 3x3\nrelu\n");
  g_autoptr (CnnKeep)  keep  = cnn_keep_new (draft);

  cnn_keep_read (keep, "1:2", "all");
  cnn_draft_set_text (draft, "maxpool 2\ntanh\ndropout\n");
  cnn_keep_follow (keep);
  check (keep, "last");
  cnn_keep_read (keep, "2", "all");
  cnn_draft_remove (draft, 1);
  cnn_keep_follow (keep);
  check (keep, "last");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keep/words", test_words);
  g_test_add_func ("/keep/ticks", test_ticks);
  g_test_add_func ("/keep/follows", test_follows);
  g_test_add_func ("/keep/fewer-maps", test_fewer_maps);
  g_test_add_func ("/keep/another", test_another);
  return g_test_run ();
}
