/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview-test.h"

#include <string.h>

/* What is wanted changes, fails, or goes, while the preview computes. */

/* Edits come faster than they are computed: the last is there in the end, and no value
 * of one is ever given out for another. */
static void
test_newest (void)
{
  Gate *gate;
  g_autoptr (CnnPicture) picture = preview_test_gate_picture (300, 300, 3, &gate);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autofree float *values = g_new (float, 8 * 300 * 300);
  Asked  asked  = { preview, { 1, { 0, 0, 300, 300 }, 1, 0, 8 }, values };
  guint  n_seen = 0;

  gate->nap = 3000;
  for (int edit = 0; edit < 40; edit++)
    {
      g_autofree char *text = g_strdup_printf ("conv 8 3x3 pad=same seed=%d", edit % 7);
      g_autoptr (CnnNetwork) network = preview_test_parse (text);

      cnn_preview_set_network (preview, network);
      cnn_preview_want (preview, &asked.view);
      for (int turn = 0; turn < g_test_rand_int_range (0, 30); turn++)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (500);
        }
      if (edit == 39)
        g_assert_true (ui_test_wait (preview_test_is_there, &asked));
      if (preview_test_is_there (&asked))
        {
          CnnShape          shape;
          g_autofree float *whole = preview_test_run_whole (picture, network, 1, &shape);

          g_assert_cmpuint (preview_test_count_wrong (&asked, whole, shape, 0.0), ==, 0);
          n_seen++;
        }
    }
  g_assert_cmpuint (n_seen, >, 0);
}

static gboolean
is_waiting (gpointer data)
{
  return g_atomic_int_get (&((Gate *) data)->waiting) > 0;
}

static gboolean
is_freed (gpointer data)
{
  return g_atomic_int_get (&((Gate *) data)->freed) > 0;
}

/* The picture's host waits for the main thread, the preview goes: nobody may wait for
 * the other, and all is freed when the host gives way. */
static void
test_destroy (void)
{
  for (int turn = 0; turn < 20; turn++)
    {
      Gate       *gate;
      CnnPicture *picture = preview_test_gate_picture (200, 200, 3, &gate);
      CnnPreview *preview = cnn_preview_new (picture);
      g_autoptr (CnnNetwork) network = preview_test_parse ("conv 8 3x3; relu; conv 8 3x3");

      cnn_picture_unref (picture);
      preview_test_gate_set (gate, turn % 2 == 0);
      cnn_preview_set_network (preview, network);
      cnn_preview_want (preview, &(CnnPreviewView) { 3, { 0, 0, 100, 100 }, 1, 0, 8 });
      cnn_preview_want_strip (preview, 1, 4, 32);
      if (turn % 2 == 0)
        g_assert_true (ui_test_wait (is_waiting, gate));
      g_object_unref (preview);
      preview_test_gate_set (gate, FALSE);
      g_assert_true (ui_test_wait (is_freed, gate));
    }
}

/* While the last view's run is stuck in the picture, another is asked for. */
static void
test_cancel (void)
{
  Gate *gate;
  g_autoptr (CnnPicture) picture = preview_test_gate_picture (2000, 200, 3, &gate);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autoptr (CnnNetwork) network = preview_test_parse ("conv 8 3x3 pad=same; relu");
  g_autofree float *values = g_new (float, 16);
  Asked asked = { preview, { 2, { 50, 60, 4, 4 }, 1, 3, 1 }, values };
  int   reads;

  preview_test_gate_set (gate, TRUE);
  cnn_preview_set_network (preview, network);
  cnn_preview_want (preview, &(CnnPreviewView) { 2, { 0, 0, 200, 2000 }, 4, 0, 8 });
  g_assert_true (ui_test_wait (is_waiting, gate));
  reads = g_atomic_int_get (&gate->n_reads);
  cnn_preview_want (preview, &asked.view);
  preview_test_gate_set (gate, FALSE);
  g_assert_true (ui_test_wait (preview_test_is_there, &asked));
  /* What was read of the first after that is one piece for each worker at most. */
  g_assert_cmpint (g_atomic_int_get (&gate->n_reads) - reads, <,
                   8 + 4 * (int) g_get_num_processors ());
}

static void
on_failed (CnnPreview *preview, const char *sentence, char **to)
{
  g_free (*to);
  *to = g_strdup (sentence);
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *) data != NULL;
}

/* What does not fit is refused in words, and the rest goes on. */
static void
test_failed (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (800, 800, 3);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autoptr (CnnNetwork) network = preview_test_parse ("conv 2 3x3; relu; flatten; dense 50; relu");
  g_autofree float *values   = g_new (float, 2 * 16);
  g_autofree char  *sentence = NULL;
  Asked asked = { preview, { 2, { 5, 6, 4, 4 }, 1, 0, 2 }, values };

  g_signal_connect (preview, "failed", G_CALLBACK (on_failed), &sentence);
  cnn_preview_set_memory (preview, 30 << 20);
  for (guint node = 1; node < 6; node++)
    cnn_preview_want_strip (preview, node, 2, 32);
  cnn_preview_set_network (preview, network);
  cnn_preview_want (preview, &(CnnPreviewView) { 4, { 0, 0, 1, 1 }, 1, 0, 50 });
  g_assert_true (ui_test_wait (is_set, &sentence));
  g_assert_nonnull (strstr (sentence, "memory"));

  cnn_preview_want (preview, &asked.view);
  g_assert_true (ui_test_wait (preview_test_is_there, &asked));
  g_assert_true (ui_test_wait (preview_test_has_stats, &asked));
}

/* Layers before an edit need not be computed again, nor what was undone. */
static void
test_kept (void)
{
  Gate *gate;
  g_autoptr (CnnPicture) picture = preview_test_gate_picture (200, 200, 3, &gate);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autoptr (CnnNetwork) one = preview_test_parse ("conv 4 3x3; relu");
  g_autoptr (CnnNetwork) two = preview_test_parse ("conv 4 3x3; sigmoid");
  g_autofree float *values = g_new (float, 4 * 50 * 50);
  Asked asked = { preview, { 1, { 0, 0, 50, 50 }, 1, 0, 4 }, values };
  int   reads;

  cnn_preview_set_network (preview, one);
  cnn_preview_want (preview, &asked.view);
  g_assert_true (ui_test_wait (preview_test_is_there, &asked));
  g_assert_true (ui_test_wait (preview_test_has_stats, &asked));
  asked.view.node = 2;
  cnn_preview_want (preview, &asked.view);
  g_assert_true (ui_test_wait (preview_test_is_there, &asked));
  g_assert_true (ui_test_wait (preview_test_has_stats, &asked));
  ui_test_settle ();

  reads = g_atomic_int_get (&gate->n_reads);
  preview_test_gate_set (gate, TRUE);
  cnn_preview_set_network (preview, two);
  g_assert_false (preview_test_is_there (&asked));
  asked.view.node = 1;
  g_assert_true (preview_test_is_there (&asked));
  cnn_preview_want (preview, &asked.view);
  cnn_preview_set_network (preview, one);
  asked.view.node = 2;
  g_assert_true (preview_test_is_there (&asked));
  cnn_preview_want (preview, &asked.view);
  preview_test_gate_set (gate, FALSE);
  g_usleep (100000);
  ui_test_settle ();
  g_assert_cmpint (g_atomic_int_get (&gate->n_reads) - reads, <, 8);
}

/* A network's last layer may be number CNN_MAX_NODES, since the input counts, too. */
static void
test_last_layer (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (20, 30, 1);
  g_autoptr (CnnPreview) preview = cnn_preview_new (picture);
  g_autoptr (GString)    text    = g_string_new (NULL);
  g_autoptr (CnnNetwork) network = NULL;
  g_autofree float *values = g_new (float, 30 * 20);
  Asked asked = { preview, { CNN_MAX_NODES, { 0, 0, 30, 20 }, 1, 0, 1 }, values };

  for (int i = 0; i < CNN_MAX_NODES; i++)
    g_string_append (text, "relu\n");
  network = preview_test_parse (text->str);
  cnn_preview_set_network (preview, network);
  cnn_preview_want_strip (preview, CNN_MAX_NODES, 1, 22);
  cnn_preview_want (preview, &asked.view);
  g_assert_true (ui_test_wait (preview_test_is_there, &asked));
  g_assert_true (ui_test_wait (preview_test_has_stats, &asked));
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/preview/newest", test_newest);
  g_test_add_func ("/preview/destroy", test_destroy);
  g_test_add_func ("/preview/cancel", test_cancel);
  g_test_add_func ("/preview/failed", test_failed);
  g_test_add_func ("/preview/kept", test_kept);
  g_test_add_func ("/preview/last-layer", test_last_layer);
  return g_test_run ();
}
