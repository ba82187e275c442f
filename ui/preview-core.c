/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the preview's threads share: one computes maps, one the cell that is pointed at, one
 * shows the picture. Each holds it, so that whoever leaves first waits for nobody: a thread
 * may be waiting for the host's picture, and that for the main thread. */

#include "preview-core.h"

/* The main thread is told no more often than eyes can tell. */
#define TELL_USEC (G_USEC_PER_SEC / 30)

/* Layers of which something is remembered. */
#define MAX_FACTS 256

static CnnPreviewCore *
core_ref (CnnPreviewCore *core)
{
  g_atomic_int_inc (&core->ref_count);
  return core;
}

static void
core_unref (CnnPreviewCore *core)
{
  if (!g_atomic_int_dec_and_test (&core->ref_count))
    return;
  g_clear_pointer (&core->network, cnn_network_unref);
  g_free (core->infos);
  g_strfreev (core->keys);
  g_array_unref (core->strips);
  g_queue_clear_full (&core->blocks, (GDestroyNotify) cnn_map_block_unref);
  g_hash_table_unref (core->facts);
  g_ptr_array_unref (core->retired);
  for (int i = 0; i < CNN_PREVIEW_SLOTS; i++)
    g_clear_pointer (&core->shows[i].surface, cairo_surface_destroy);
  g_clear_object (&core->showing);
  g_source_unref (core->source);
  g_array_unref (core->updated);
  g_free (core->sentence);
  cnn_picture_unref (core->picture);
  g_cond_clear (&core->wake);
  g_mutex_clear (&core->lock);
  g_free (core);
}

static void
facts_free (gpointer data)
{
  CnnNodeFacts *facts = data;

  g_clear_pointer (&facts->strip, cnn_map_block_unref);
  g_free (facts->stats);
  g_free (facts);
}

/* --- telling the main thread -------------------------------------------------- */

/**
 * cnn_preview_core_tell:
 * @now: not only when it is time again
 *
 * Has the main thread look at what is new. With the lock held.
 */
void
cnn_preview_core_tell (CnnPreviewCore *core, gboolean now)
{
  if (!core->closed)
    g_source_set_ready_time (core->source, now ? 0 : core->told + TELL_USEC);
}

static void
tell_updated (CnnPreviewCore *core, const CnnPreviewTap *tap)
{
  if (core->network == NULL || tap->node >= core->n_nodes ||
      !g_str_equal (core->keys[tap->node], tap->block->key))
    return;
  for (guint i = 0; i < core->updated->len; i++)
    if (g_array_index (core->updated, guint, i) == tap->node)
      return;
  g_array_append_val (core->updated, tap->node);
}

static void
tell_progress (CnnPreviewCore *core, double progress)
{
  core->progress = progress;
  core->has_progress = TRUE;
}

/* --- the threads that compute ------------------------------------------------- */

static void
on_arrived (const CnnPreviewTap *tap, gpointer data)
{
  CnnPreviewCore *core = data;

  g_mutex_lock (&core->lock);
  tell_updated (core, tap);
  cnn_preview_core_tell (core, FALSE);
  g_mutex_unlock (&core->lock);
}

static void
on_progress (double fraction, gpointer data)
{
  CnnPreviewCore *core = data;

  g_mutex_lock (&core->lock);
  tell_progress (core, MIN (fraction, 0.999));
  cnn_preview_core_tell (core, FALSE);
  g_mutex_unlock (&core->lock);
}

/* With the lock held, which it leaves while it runs. */
static void
run_job (CnnPreviewCore *core, CnnPreviewRole role, CnnPreviewJob *job)
{
  g_autoptr (GError) error = NULL;

  job->memory = core->memory;
  job->lock = &core->lock;
  job->arrived = on_arrived;
  job->progress = role == CNN_PREVIEW_MAPS ? on_progress : NULL;
  job->data = core;
  core->running[role] = job;
  g_mutex_unlock (&core->lock);

  cnn_preview_job_run (job, &error);

  g_mutex_lock (&core->lock);
  core->running[role] = NULL;
  cnn_preview_core_done (core, job, error);
  for (guint i = 0; i < job->n_taps && error == NULL; i++)
    tell_updated (core, &job->taps[i]);
  cnn_preview_core_tell (core, TRUE);
  /* Another thread may have waited for what can be seen. */
  g_cond_broadcast (&core->wake);
}

static void
compute (CnnPreviewCore *core, CnnPreviewRole role)
{
  gboolean busy = FALSE;

  g_mutex_lock (&core->lock);
  while (!core->closed)
    {
      gint64 until;
      g_autoptr (CnnPreviewJob) job = cnn_preview_core_next (core, role, &until);

      if (job != NULL)
        {
          busy = role == CNN_PREVIEW_MAPS;
          run_job (core, role, job);
          continue;
        }
      if (until >= 0)
        {
          g_cond_wait_until (&core->wake, &core->lock, until);
          continue;
        }
      if (busy)
        {
          busy = FALSE;
          tell_progress (core, 1.0);
          cnn_preview_core_tell (core, TRUE);
        }
      g_cond_wait (&core->wake, &core->lock);
    }
  g_mutex_unlock (&core->lock);
  core_unref (core);
}

static gpointer
compute_maps (gpointer core)
{
  compute (core, CNN_PREVIEW_MAPS);
  return NULL;
}

static gpointer
compute_cells (gpointer core)
{
  compute (core, CNN_PREVIEW_CELLS);
  return NULL;
}

/* --- the thread that shows the picture ---------------------------------------- */

/* (transfer full) (nullable): the part of the picture. Without the lock. */
static cairo_surface_t *
draw_picture (CnnPicture *picture, const CnnRect *rect, CnnSize size, GCancellable *cancellable)
{
  cairo_surface_t *surface =
    cairo_image_surface_create (CAIRO_FORMAT_RGB24, size.width, size.height);
  gboolean ok = cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS;

  cairo_surface_flush (surface);
  ok = ok && cnn_picture_show (picture, rect, size.width, size.height,
                               cairo_image_surface_get_data (surface),
                               (gsize) cairo_image_surface_get_stride (surface), cancellable, NULL);
  cairo_surface_mark_dirty (surface);
  if (!ok)
    g_clear_pointer (&surface, cairo_surface_destroy);
  return surface;
}

static void
show_slot (CnnPreviewCore *core, guint slot)
{
  CnnShow         *show    = &core->shows[slot];
  CnnRect          rect    = show->rect;
  CnnSize          size    = show->size;
  cairo_surface_t *surface;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  show->wanted = FALSE;
  g_set_object (&core->showing, cancellable);
  g_mutex_unlock (&core->lock);
  surface = draw_picture (core->picture, &rect, size, cancellable);
  g_mutex_lock (&core->lock);

  if (surface == NULL)
    return;
  g_clear_pointer (&show->surface, cairo_surface_destroy);
  show->surface = surface;
  show->surface_rect = rect;
  core->pictures |= 1u << slot;
  cnn_preview_core_tell (core, TRUE);
}

static gpointer
show_pictures (gpointer data)
{
  CnnPreviewCore *core = data;

  g_mutex_lock (&core->lock);
  while (!core->closed)
    {
      guint slot = 0;

      while (slot < CNN_PREVIEW_SLOTS && !core->shows[slot].wanted)
        slot++;
      if (slot < CNN_PREVIEW_SLOTS)
        show_slot (core, slot);
      else
        g_cond_wait (&core->wake, &core->lock);
    }
  g_mutex_unlock (&core->lock);
  core_unref (core);
  return NULL;
}

/* --- what the main thread does ------------------------------------------------ */

/**
 * cnn_preview_core_new:
 * @source: made ready to tell the main thread something
 *
 * Starts the threads. The core lives until cnn_preview_core_close() was called and they
 * have ended.
 */
CnnPreviewCore *
cnn_preview_core_new (CnnPicture *picture, GSource *source)
{
  CnnPreviewCore *core = g_new0 (CnnPreviewCore, 1);

  core->ref_count = 1;
  g_mutex_init (&core->lock);
  g_cond_init (&core->wake);
  core->picture = cnn_picture_ref (picture);
  core->source = g_source_ref (source);
  core->strips = g_array_new (FALSE, TRUE, sizeof (CnnStripWant));
  core->facts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, facts_free);
  core->retired = g_ptr_array_new_with_free_func (g_free);
  core->updated = g_array_new (FALSE, FALSE, sizeof (guint));
  g_queue_init (&core->blocks);
  g_thread_unref (g_thread_new ("cnn-preview", compute_maps, core_ref (core)));
  g_thread_unref (g_thread_new ("cnn-cell", compute_cells, core_ref (core)));
  g_thread_unref (g_thread_new ("cnn-picture", show_pictures, core_ref (core)));
  return core;
}

/**
 * cnn_preview_core_close:
 * @core: (transfer full)
 *
 * Ends what is being done, without waiting for it.
 */
void
cnn_preview_core_close (CnnPreviewCore *core)
{
  g_mutex_lock (&core->lock);
  core->closed = TRUE;
  for (int i = 0; i < CNN_PREVIEW_N_ROLES; i++)
    if (core->running[i] != NULL)
      g_cancellable_cancel (core->running[i]->cancellable);
  if (core->showing != NULL)
    g_cancellable_cancel (core->showing);
  g_cond_broadcast (&core->wake);
  g_mutex_unlock (&core->lock);
  core_unref (core);
}

/**
 * cnn_preview_core_changed:
 *
 * Says that something else is wanted: ends what runs if it is not. With the lock held.
 */
void
cnn_preview_core_changed (CnnPreviewCore *core)
{
  core->changed = g_get_monotonic_time ();
  for (int i = 0; i < CNN_PREVIEW_N_ROLES; i++)
    if (core->running[i] != NULL && !cnn_preview_core_wants (core, core->running[i]))
      g_cancellable_cancel (core->running[i]->cancellable);
  g_cond_broadcast (&core->wake);
}

/** cnn_preview_core_show: has the picture's thread do @slot. With the lock held. */
void
cnn_preview_core_show (CnnPreviewCore *core, guint slot)
{
  core->shows[slot].wanted = TRUE;
  g_cond_broadcast (&core->wake);
}

/* Forgets layers that are not in the network. */
static void
forget_facts (CnnPreviewCore *core)
{
  GHashTableIter iter;
  gpointer       key, value;

  if (g_hash_table_size (core->facts) <= MAX_FACTS)
    return;
  g_hash_table_iter_init (&iter, core->facts);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_strv_contains ((const char *const *) core->keys, key))
      {
        CnnNodeFacts *facts = value;

        if (facts->stats != NULL)
          g_ptr_array_add (core->retired, g_steal_pointer (&facts->stats));
        g_hash_table_iter_remove (&iter);
      }
}

/**
 * cnn_preview_core_set_network:
 * @network: (nullable): the network
 *
 * With the lock held.
 */
void
cnn_preview_core_set_network (CnnPreviewCore *core, CnnNetwork *network)
{
  g_clear_pointer (&core->network, cnn_network_unref);
  g_clear_pointer (&core->infos, g_free);
  g_clear_pointer (&core->keys, g_strfreev);
  core->n_nodes = 0;
  g_array_set_size (core->updated, 0);
  g_clear_pointer (&core->sentence, g_free);
  core->view_failed = FALSE;
  core->one_by_one = FALSE;
  core->stopped = FALSE;

  if (network != NULL)
    core->infos = cnn_network_infer (network, cnn_picture_shape (core->picture), NULL);
  if (core->infos != NULL)
    {
      core->network = cnn_network_ref (network);
      core->n_nodes = cnn_network_n_nodes (network);
      core->keys = cnn_preview_keys (network);
      for (guint i = 0; core->era > 0 && i < core->n_nodes; i++)
        {
          char *key = g_strdup_printf ("%u %s", core->era, core->keys[i]);

          g_free (core->keys[i]);
          core->keys[i] = key;
        }
      if (core->strips->len < core->n_nodes)
        g_array_set_size (core->strips, core->n_nodes);
      forget_facts (core);
    }
  cnn_preview_core_changed (core);
}

/**
 * cnn_preview_core_facts:
 *
 * Returns: (transfer none): what is known of the whole maps of a layer. With the lock held
 */
CnnNodeFacts *
cnn_preview_core_facts (CnnPreviewCore *core, const char *key)
{
  CnnNodeFacts *facts = g_hash_table_lookup (core->facts, key);

  if (facts == NULL)
    {
      facts = g_new0 (CnnNodeFacts, 1);
      g_hash_table_insert (core->facts, g_strdup (key), facts);
    }
  return facts;
}

/** cnn_preview_core_is_vector: whether a layer's maps have no places. */
gboolean
cnn_preview_core_is_vector (const CnnPreviewCore *core, guint node)
{
  const CnnNodeInfo *info = &core->infos[node];

  return info->shape.height == 1 && info->shape.width == 1 &&
         (info->receptive.jump.height == 0 || info->receptive.jump.width == 0);
}
