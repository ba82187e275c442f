/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the main thread sees of the preview: it says what it wants, and takes what there
 * is already. */

#include "preview.h"

#include <string.h>

#include "preview-core.h"

enum
{
  UPDATED,
  PICTURE,
  PROGRESS,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnPreview, cnn_preview, G_TYPE_OBJECT)

/* --- news --------------------------------------------------------------------- */

static gboolean
tell (gpointer data)
{
  g_autoptr (CnnPreview) preview = g_object_ref (data);
  CnnPreviewCore    *core     = preview->core;
  g_autoptr (GArray) updated  = NULL;
  g_autofree char   *sentence = NULL;
  guint              pictures;
  double             progress;
  gboolean           has_progress;

  g_mutex_lock (&core->lock);
  g_source_set_ready_time (preview->source, -1);
  core->told = g_get_monotonic_time ();
  updated = g_steal_pointer (&core->updated);
  core->updated = g_array_new (FALSE, FALSE, sizeof (guint));
  sentence = g_steal_pointer (&core->sentence);
  pictures = core->pictures;
  core->pictures = 0;
  progress = core->progress;
  has_progress = core->has_progress;
  core->has_progress = FALSE;
  g_ptr_array_set_size (core->retired, 0);
  g_mutex_unlock (&core->lock);

  for (guint i = 0; i < updated->len; i++)
    g_signal_emit (preview, signals[UPDATED], 0, g_array_index (updated, guint, i));
  for (guint i = 0; i < CNN_PREVIEW_SLOTS; i++)
    if (pictures & 1u << i)
      g_signal_emit (preview, signals[PICTURE], 0, i);
  if (has_progress)
    g_signal_emit (preview, signals[PROGRESS], 0, progress);
  if (sentence != NULL)
    g_signal_emit (preview, signals[FAILED], 0, sentence);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs source_funcs = { NULL, NULL, dispatch, NULL };

/* --- the object --------------------------------------------------------------- */

static void
cnn_preview_dispose (GObject *object)
{
  CnnPreview *preview = CNN_PREVIEW (object);

  if (preview->source != NULL)
    g_source_destroy (preview->source);
  g_clear_pointer (&preview->core, cnn_preview_core_close);
  g_clear_pointer (&preview->source, g_source_unref);
  G_OBJECT_CLASS (cnn_preview_parent_class)->dispose (object);
}

static void
cnn_preview_finalize (GObject *object)
{
  cnn_picture_unref (CNN_PREVIEW (object)->picture);
  G_OBJECT_CLASS (cnn_preview_parent_class)->finalize (object);
}

static void
cnn_preview_class_init (CnnPreviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType         type         = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = cnn_preview_dispose;
  object_class->finalize = cnn_preview_finalize;
  signals[UPDATED] = g_signal_new ("updated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[PICTURE] = g_signal_new ("picture", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[PROGRESS] = g_signal_new ("progress", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_DOUBLE);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cnn_preview_init (CnnPreview *preview)
{
}

/**
 * cnn_preview_new:
 * @picture: what networks run on. The last reference to it may be given up by another
 *   thread, some time after the preview is gone
 *
 * Returns: (transfer full): a preview without a network
 */
CnnPreview *
cnn_preview_new (CnnPicture *picture)
{
  CnnPreview *preview = g_object_new (CNN_TYPE_PREVIEW, NULL);

  preview->picture = cnn_picture_ref (picture);
  preview->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_callback (preview->source, tell, preview, NULL);
  g_source_set_ready_time (preview->source, -1);
  /* Before the next frame is drawn. */
  g_source_set_priority (preview->source, G_PRIORITY_HIGH_IDLE);
  g_source_attach (preview->source, NULL);
  preview->core = cnn_preview_core_new (picture, preview->source);
  return preview;
}

/** cnn_preview_picture: (transfer none): the picture. */
CnnPicture *
cnn_preview_picture (CnnPreview *preview)
{
  return preview->picture;
}

/* --- what is wanted ------------------------------------------------------------- */

/**
 * cnn_preview_set_network:
 * @network: (nullable): what is to be computed from here on. What is wanted stays so,
 *   where the network has it
 */
void
cnn_preview_set_network (CnnPreview *preview, CnnNetwork *network)
{
  g_mutex_lock (&preview->core->lock);
  cnn_preview_core_set_network (preview->core, network);
  g_mutex_unlock (&preview->core->lock);
}

/**
 * cnn_preview_forget:
 *
 * The picture reads otherwise from now on: nothing that was computed is right any more.
 */
void
cnn_preview_forget (CnnPreview *preview)
{
  CnnPreviewCore        *core    = preview->core;
  g_autoptr (CnnNetwork) network = NULL;

  g_mutex_lock (&core->lock);
  core->era++;
  if (core->network != NULL)
    {
      network = cnn_network_ref (core->network);
      cnn_preview_core_set_network (core, network);
    }
  g_mutex_unlock (&core->lock);
}

/**
 * cnn_preview_set_memory:
 * @bytes: what a run may take, as in #CnnPlanOptions; 0 for the engine's own limit
 */
void
cnn_preview_set_memory (CnnPreview *preview, guint64 bytes)
{
  CnnPreviewCore *core = preview->core;
  GHashTableIter  iter;
  gpointer        facts;

  g_mutex_lock (&core->lock);
  core->memory = bytes;
  core->view_failed = FALSE;
  core->one_by_one = FALSE;
  g_hash_table_iter_init (&iter, core->facts);
  while (g_hash_table_iter_next (&iter, NULL, &facts))
    ((CnnNodeFacts *) facts)->failed = FALSE;
  cnn_preview_core_changed (core);
  g_mutex_unlock (&core->lock);
}

/**
 * cnn_preview_want:
 * @view: (nullable): what can be seen now, instead of what was; %NULL for nothing
 */
void
cnn_preview_want (CnnPreview *preview, const CnnPreviewView *view)
{
  CnnPreviewCore *core = preview->core;

  g_return_if_fail (view == NULL || (view->reduce > 0 && view->cells.width > 0 &&
                                     view->cells.height > 0 && view->n_maps > 0 &&
                                     view->cells.x >= 0 && view->cells.y >= 0));

  g_mutex_lock (&core->lock);
  if (core->has_view != (view != NULL) ||
      (view != NULL && (view->node != core->view.node || view->reduce != core->view.reduce ||
                        view->first_map != core->view.first_map ||
                        view->n_maps != core->view.n_maps ||
                        memcmp (&view->cells, &core->view.cells, sizeof (CnnRect)) != 0)))
    {
      core->has_view = view != NULL;
      core->view = view != NULL ? *view : (CnnPreviewView) { 0 };
      core->view_failed = FALSE;
      core->stopped = FALSE;
      cnn_preview_core_changed (core);
    }
  g_mutex_unlock (&core->lock);
}

/**
 * cnn_preview_stop:
 *
 * Gives up what is being computed, until the network or what can be seen changes.
 */
void
cnn_preview_stop (CnnPreview *preview)
{
  g_mutex_lock (&preview->core->lock);
  preview->core->stopped = TRUE;
  cnn_preview_core_changed (preview->core);
  g_mutex_unlock (&preview->core->lock);
}

/**
 * cnn_preview_want_value:
 * @map: the cell's map; -1 for no cell any more
 *
 * Asks for one cell, and those around it, for cnn_preview_get_value(); where a view shows
 * means they are not known otherwise.
 */
void
cnn_preview_want_value (CnnPreview *preview, guint node, int map, int y, int x)
{
  CnnPreviewCore *core = preview->core;

  g_return_if_fail (y >= 0 && x >= 0);

  g_mutex_lock (&core->lock);
  core->has_point = map >= 0;
  core->point_node = node;
  core->point_map = map;
  core->point_y = y;
  core->point_x = x;
  cnn_preview_core_changed (core);
  g_mutex_unlock (&core->lock);
}

/**
 * cnn_preview_want_strip:
 * @node: the layer
 * @n_maps: how many of its first maps are wanted small; 0 for none any more
 * @size: pixels of their longer side at most
 *
 * Asks for small maps of a layer, also of later networks, until told otherwise.
 */
void
cnn_preview_want_strip (CnnPreview *preview, guint node, int n_maps, int size)
{
  CnnPreviewCore *core = preview->core;
  CnnStripWant   *want;

  g_return_if_fail (node <= CNN_MAX_NODES && n_maps >= 0 && size > 0);

  g_mutex_lock (&core->lock);
  if (core->strips->len <= node)
    g_array_set_size (core->strips, node + 1);
  want = &g_array_index (core->strips, CnnStripWant, node);
  if (want->n_maps != n_maps || want->size != size)
    {
      *want = (CnnStripWant) { n_maps, size };
      cnn_preview_core_changed (core);
    }
  g_mutex_unlock (&core->lock);
}

/**
 * cnn_preview_want_picture:
 * @slot: below %CNN_PREVIEW_SLOTS: in whose place this is wanted
 * @rect: a part of the picture, inside it
 * @width: pixels to show it with
 * @height: pixels to show it with
 */
void
cnn_preview_want_picture (CnnPreview *preview, guint slot, const CnnRect *rect, int width,
                          int height)
{
  CnnPreviewCore *core = preview->core;
  CnnShow        *show;

  g_return_if_fail (slot < CNN_PREVIEW_SLOTS && rect->width > 0 && rect->height > 0 &&
                    width > 0 && height > 0);

  g_mutex_lock (&core->lock);
  show = &core->shows[slot];
  if (memcmp (&show->rect, rect, sizeof *rect) != 0 || show->size.width != width ||
      show->size.height != height)
    {
      show->rect = *rect;
      show->size = (CnnSize) { height, width };
      cnn_preview_core_show (core, slot);
    }
  g_mutex_unlock (&core->lock);
}
