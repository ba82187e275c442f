/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the preview computes next, and what becomes of what it has computed. All of it
 * with the core's lock held. */

#include "preview-core.h"

#include "i18n.h"

/* What is kept of what was computed; and what one block may hold beyond what was asked. */
#define CACHE_BYTES ((gsize) 64 << 20)
#define BLOCK_BYTES ((gsize) 16 << 20)

/* All blocks are gone through for each map that is drawn. */
#define MAX_BLOCKS 256

/* Values that are counted while others wait. */
#define COUNTED_VALUES (1 << 19)

/* Cells around the one that a person points at: the next is near. */
#define POINT_MARGIN 12

/* What can be seen is computed at once; all else when nothing has changed for so long. */
#define CALM_USEC (40 * 1000)

/**
 * cnn_preview_keys:
 *
 * Layers that compute the same, in this network and in another, have the same key: a
 * layer's value depends on nothing that is written after it.
 *
 * Returns: (transfer full): a string for each node
 */
GStrv
cnn_preview_keys (const CnnNetwork *network)
{
  guint             n       = cnn_network_n_nodes (network);
  g_autofree char  *text    = cnn_network_print (network);
  g_auto (GStrv)    lines   = g_strsplit (text, "\n", -1);
  guint             n_lines = g_strv_length (lines);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  GStrv             keys    = g_new0 (char *, n + 1);
  guint             line    = 0;

  /* The file that the text names may have become another. */
  if (cnn_network_bank (network) != NULL)
    {
      g_autofree char *bank = g_strdup_printf ("%p", (void *) cnn_network_bank (network));

      g_checksum_update (sum, (const guchar *) bank, -1);
    }
  /* The text ends with a line's end, and an input may go without saying. */
  n_lines -= n_lines > 0 && *lines[n_lines - 1] == '\0';
  g_warn_if_fail (n_lines == n || n_lines + 1 == n);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GChecksum) upto = NULL;

      if ((i > 0 || n_lines == n) && line < n_lines)
        {
          g_checksum_update (sum, (const guchar *) lines[line], -1);
          line++;
        }
      g_checksum_update (sum, (const guchar *) "\n", 1);
      upto = g_checksum_copy (sum);
      keys[i] = g_strdup (g_checksum_get_string (upto));
    }
  return keys;
}

/* --- what there is ---------------------------------------------------------- */

/* (nullable): the finished block with all of the view. */
static CnnMapBlock *
find_block (CnnPreviewCore *core, const char *key, const CnnRect *cells, int reduce,
            int first_map, int n_maps)
{
  for (GList *l = core->blocks.head; l != NULL; l = l->next)
    {
      CnnMapBlock *block = l->data;

      if (block->n_missing == 0 && g_str_equal (block->key, key) &&
          cnn_map_block_covers (block, cells, reduce, first_map, n_maps))
        {
          g_queue_unlink (&core->blocks, l);
          g_queue_push_head_link (&core->blocks, l);
          return block;
        }
    }
  return NULL;
}

static void
keep_block (CnnPreviewCore *core, CnnMapBlock *block)
{
  gsize  bytes = 0;
  GList *l;

  g_queue_push_head (&core->blocks, cnn_map_block_ref (block));
  for (l = core->blocks.head; l != NULL; l = l->next)
    bytes += cnn_map_block_bytes (l->data);

  /* The one that can be seen stays, however large. */
  while ((bytes > CACHE_BYTES && core->blocks.length > 1) || core->blocks.length > MAX_BLOCKS)
    {
      CnnMapBlock *last = g_queue_pop_tail (&core->blocks);

      bytes -= cnn_map_block_bytes (last);
      cnn_map_block_unref (last);
    }
}

static gboolean
view_fits (CnnPreviewCore *core)
{
  const CnnPreviewView *view = &core->view;
  CnnShape              shape;

  if (!core->has_view || core->network == NULL || view->node >= core->n_nodes)
    return FALSE;
  shape = core->infos[view->node].shape;
  return view->cells.x + view->cells.width <= shape.width &&
         view->cells.y + view->cells.height <= shape.height &&
         view->first_map + view->n_maps <= shape.channels;
}

static gboolean
view_is_done (CnnPreviewCore *core)
{
  const CnnPreviewView *view = &core->view;

  return !view_fits (core) || core->view_failed ||
         find_block (core, core->keys[view->node], &view->cells, view->reduce, view->first_map,
                     view->n_maps) != NULL;
}

static gboolean
point_fits (CnnPreviewCore *core)
{
  return core->has_point && core->network != NULL && core->point_node < core->n_nodes &&
         core->point_y < core->infos[core->point_node].shape.height &&
         core->point_x < core->infos[core->point_node].shape.width &&
         core->point_map < core->infos[core->point_node].shape.channels;
}

static gboolean
point_is_done (CnnPreviewCore *core)
{
  CnnRect cell = { core->point_x, core->point_y, 1, 1 };

  return !point_fits (core) ||
         find_block (core, core->keys[core->point_node], &cell, 1, core->point_map, 1) != NULL;
}

static int
strip_reduce (CnnShape shape, int size)
{
  return MAX (1, (MAX (shape.height, shape.width) + size - 1) / size);
}

/* Whether the strip of a node is wanted and not had. */
static gboolean
strip_is_missing (CnnPreviewCore *core, guint node)
{
  const CnnStripWant *want  = &g_array_index (core->strips, CnnStripWant, node);
  const CnnNodeFacts *facts = cnn_preview_core_facts (core, core->keys[node]);

  return want->n_maps > 0 && !facts->failed &&
         (facts->strip == NULL || facts->strip->n_missing > 0 ||
          facts->strip_maps < want->n_maps || facts->strip_size != want->size);
}

static gboolean
stats_are_missing (CnnPreviewCore *core, guint node)
{
  const CnnNodeFacts *facts = cnn_preview_core_facts (core, core->keys[node]);

  return facts->stats == NULL && !facts->failed;
}

/* --- what to do next -------------------------------------------------------- */

/* (nullable) (transfer full): a job for one layer. */
static CnnPreviewJob *
block_job (CnnPreviewCore *core, CnnPreviewKind kind, guint node, const CnnRect *cells,
           int reduce, int first_map, int n_maps)
{
  CnnShape       shape   = core->infos[node].shape;
  CnnRect        aligned = cnn_map_block_align (cells, reduce, shape);
  gsize          values  = (gsize) (aligned.width / reduce + 1) * (aligned.height / reduce + 1);
  CnnPreviewJob *job;
  CnnMapBlock   *block;

  /* The run makes all maps anyway: keep them for when they are looked at. */
  if (shape.channels < (gint64) (BLOCK_BYTES / sizeof (float)) &&
      values * shape.channels <= BLOCK_BYTES / sizeof (float))
    {
      first_map = 0;
      n_maps = shape.channels;
    }
  block = cnn_map_block_new (core->keys[node], shape, cnn_preview_core_is_vector (core, node),
                             &aligned, reduce, first_map, n_maps);
  if (block == NULL)
    return NULL;
  job = cnn_preview_job_new (kind, core->network, core->picture, 1);
  job->taps[0].node = node;
  job->taps[0].block = block;
  keep_block (core, block);
  return job;
}

static CnnPreviewJob *
view_job (CnnPreviewCore *core)
{
  const CnnPreviewView *view = &core->view;
  CnnPreviewJob        *job  = block_job (core, CNN_PREVIEW_VIEW, view->node, &view->cells,
                                          view->reduce, view->first_map, view->n_maps);

  if (job == NULL)
    {
      core->view_failed = TRUE;
      g_free (core->sentence);
      core->sentence = g_strdup (_("there is not enough memory to show this"));
      cnn_preview_core_tell (core, TRUE);
    }
  return job;
}

static CnnPreviewJob *
point_job (CnnPreviewCore *core)
{
  CnnShape       shape = core->infos[core->point_node].shape;
  CnnRect        cells = { core->point_x - POINT_MARGIN, core->point_y - POINT_MARGIN,
                           2 * POINT_MARGIN + 1, 2 * POINT_MARGIN + 1 };
  CnnPreviewJob *job;

  cnn_rect_intersect (&cells, &(CnnRect) { 0, 0, shape.width, shape.height });
  job = block_job (core, CNN_PREVIEW_POINT, core->point_node, &cells, 1, core->point_map, 1);
  core->has_point = job != NULL;
  return job;
}

/* Whole maps of @nodes, and their strips where they are missing. */
static CnnPreviewJob *
sweep_job (CnnPreviewCore *core, const GArray *nodes)
{
  g_autoptr (CnnPreviewJob) job = cnn_preview_job_new (CNN_PREVIEW_SWEEP, core->network,
                                                       core->picture, nodes->len);

  for (guint i = 0; i < nodes->len; i++)
    {
      guint               node  = g_array_index (nodes, guint, i);
      const CnnStripWant *want  = &g_array_index (core->strips, CnnStripWant, node);
      CnnNodeFacts       *facts = cnn_preview_core_facts (core, core->keys[node]);
      CnnShape            shape = core->infos[node].shape;
      gboolean            strip = strip_is_missing (core, node);
      int                 size  = strip ? strip_reduce (shape, want->size) : 1;
      CnnRect             whole = { 0, 0, shape.width, shape.height };

      job->taps[i].node = node;
      job->taps[i].block = cnn_map_block_new (core->keys[node], shape,
                                              cnn_preview_core_is_vector (core, node), &whole,
                                              size, 0,
                                              strip ? MIN (want->n_maps, shape.channels) : 0);
      if (job->taps[i].block == NULL)
        {
          facts->failed = TRUE;
          return NULL;
        }
      if (strip)
        {
          g_clear_pointer (&facts->strip, cnn_map_block_unref);
          facts->strip = cnn_map_block_ref (job->taps[i].block);
          facts->strip_maps = want->n_maps;
          facts->strip_size = want->size;
        }
    }
  return g_steal_pointer (&job);
}

static CnnPreviewJob *
histogram_job (CnnPreviewCore *core, guint node)
{
  CnnNodeFacts  *facts = cnn_preview_core_facts (core, core->keys[node]);
  CnnShape       shape = core->infos[node].shape;
  CnnPreviewJob *job   = cnn_preview_job_new (CNN_PREVIEW_HISTOGRAM, core->network,
                                              core->picture, 1);

  job->taps[0].node = node;
  job->taps[0].block = cnn_map_block_new (core->keys[node], shape,
                                          cnn_preview_core_is_vector (core, node),
                                          &(CnnRect) { 0, 0, shape.width, shape.height }, 1, 0, 0);
  job->taps[0].stats = g_memdup2 (facts->stats, facts->n_stats * sizeof (CnnMapStats));
  if (job->taps[0].block == NULL)
    {
      facts->failed = TRUE;
      g_clear_pointer (&job, cnn_preview_job_free);
    }
  return job;
}

/* (transfer full): nodes whose whole maps are wanted; none when all is had. */
static GArray *
swept_nodes (CnnPreviewCore *core)
{
  GArray  *nodes = g_array_new (FALSE, FALSE, sizeof (guint));
  gboolean view  = view_fits (core);

  for (guint i = 0; i < core->n_nodes; i++)
    if (strip_is_missing (core, i) && (nodes->len == 0 || !core->one_by_one))
      g_array_append_val (nodes, i);
  /* The run that makes strips can look at what is chosen, too. */
  if (view && stats_are_missing (core, core->view.node) &&
      (nodes->len == 0 || !core->one_by_one))
    {
      gboolean there = FALSE;

      for (guint i = 0; i < nodes->len; i++)
        there = there || g_array_index (nodes, guint, i) == core->view.node;
      if (!there)
        g_array_append_val (nodes, core->view.node);
    }
  return nodes;
}

static gboolean
histogram_is_missing (CnnPreviewCore *core)
{
  const CnnNodeFacts *facts;

  if (!view_fits (core))
    return FALSE;
  facts = cnn_preview_core_facts (core, core->keys[core->view.node]);
  return facts->stats != NULL && !facts->stats[0].counted && !facts->failed;
}

/**
 * cnn_preview_core_next:
 * @role: of the thread that asks
 * @wait_until: (out): when to ask again, where that is before something changes; else -1
 *
 * Returns: (transfer full) (nullable): what to compute next
 */
CnnPreviewJob *
cnn_preview_core_next (CnnPreviewCore *core, CnnPreviewRole role, gint64 *wait_until)
{
  gint64             calm  = core->changed + CALM_USEC;
  g_autoptr (GArray) nodes = NULL;

  *wait_until = -1;
  if (core->network == NULL || (core->stopped && role == CNN_PREVIEW_MAPS))
    return NULL;
  if (role == CNN_PREVIEW_CELLS)
    return view_is_done (core) && !point_is_done (core) ? point_job (core) : NULL;
  if (!view_is_done (core))
    {
      CnnPreviewJob *job = view_job (core);

      if (job != NULL)
        return job;
    }

  nodes = swept_nodes (core);
  if (nodes->len == 0 && !histogram_is_missing (core))
    return NULL;
  if (g_get_monotonic_time () < calm)
    {
      *wait_until = calm;
      return NULL;
    }
  return nodes->len > 0 ? sweep_job (core, nodes) : histogram_job (core, core->view.node);
}

/**
 * cnn_preview_core_wants:
 *
 * Returns: whether @job, which is running, is to go on
 */
gboolean
cnn_preview_core_wants (CnnPreviewCore *core, const CnnPreviewJob *job)
{
  const CnnMapBlock *block = job->taps[0].block;

  if (core->network == NULL || (core->stopped && job->kind != CNN_PREVIEW_POINT))
    return FALSE;
  for (guint i = 0; i < job->n_taps; i++)
    if (job->taps[i].node >= core->n_nodes ||
        !g_str_equal (job->taps[i].block->key, core->keys[job->taps[i].node]))
      return FALSE;

  if (job->kind == CNN_PREVIEW_VIEW)
    return view_fits (core) && job->taps[0].node == core->view.node &&
           cnn_map_block_covers (block, &core->view.cells, core->view.reduce,
                                 core->view.first_map, core->view.n_maps);
  if (job->kind == CNN_PREVIEW_POINT)
    return point_fits (core) && job->taps[0].node == core->point_node &&
           cnn_map_block_covers (block, &(CnnRect) { core->point_x, core->point_y, 1, 1 }, 1,
                                 core->point_map, 1);
  return view_is_done (core);
}

/* --- what becomes of it ----------------------------------------------------- */

static void
set_stats (CnnPreviewCore *core, const char *key, CnnMapStats *stats, int n)
{
  CnnNodeFacts *facts = cnn_preview_core_facts (core, key);

  if (facts->stats != NULL)
    g_ptr_array_add (core->retired, facts->stats);
  facts->stats = stats;
  facts->n_stats = n;
}

static void
stats_from_block (CnnPreviewCore *core, const CnnMapBlock *block)
{
  CnnMapStats *stats = g_new0 (CnnMapStats, block->n_ranges);
  double       cells = (double) block->cells.width * block->cells.height;

  if (block->vector)
    cells *= block->shape.channels;
  for (int k = 0; k < block->n_ranges; k++)
    {
      stats[k].range = block->ranges[k];
      stats[k].zeros = block->zeros[k] / cells;
    }
  /* What is small and all there need not be computed again. */
  if (block->reduce == 1 && block->n_maps == block->shape.channels &&
      cnn_shape_cells (block->shape) <= COUNTED_VALUES)
    for (int k = 0; k < block->n_ranges; k++)
      {
        gsize n = (gsize) (cnn_shape_cells (block->shape) / block->n_ranges);

        cnn_preview_count (&stats[k], block->values + k * n, n, 1);
        stats[k].counted = TRUE;
      }
  set_stats (core, block->key, stats, block->n_ranges);
}

/**
 * cnn_preview_core_done:
 * @error: (nullable): why it did not succeed
 *
 * Takes in what @job has made.
 */
void
cnn_preview_core_done (CnnPreviewCore *core, const CnnPreviewJob *job, const GError *error)
{
  if (error != NULL && (g_error_matches (error, CNN_ERROR, CNN_ERROR_CANCELLED) ||
                        g_cancellable_is_cancelled (job->cancellable)))
    return;
  if (error != NULL)
    {
      if (job->kind == CNN_PREVIEW_POINT)
        core->has_point = FALSE;
      else if (job->kind == CNN_PREVIEW_VIEW && cnn_preview_core_wants (core, job))
        {
          core->view_failed = TRUE;
          g_free (core->sentence);
          core->sentence = g_strdup (error->message);
        }
      else if (job->kind == CNN_PREVIEW_SWEEP && job->n_taps > 1)
        core->one_by_one = TRUE; /* one of them is too much: the others may do */
      else if (job->kind != CNN_PREVIEW_VIEW)
        cnn_preview_core_facts (core, job->taps[0].block->key)->failed = TRUE;
      return;
    }
  for (guint i = 0; i < job->n_taps; i++)
    {
      CnnPreviewTap *tap   = &job->taps[i];
      CnnNodeFacts  *facts = cnn_preview_core_facts (core, tap->block->key);

      if (tap->stats != NULL)
        {
          for (int k = 0; k < tap->block->n_ranges; k++)
            tap->stats[k].counted = TRUE;
          set_stats (core, tap->block->key, g_steal_pointer (&tap->stats), tap->block->n_ranges);
        }
      else if (facts->stats == NULL && cnn_map_block_is_whole (tap->block))
        stats_from_block (core, tap->block);
    }
}
