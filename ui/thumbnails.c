/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thumbnails.h"

#include "i18n.h"
#include "mapping.h"
#include "plan.h"

/* The longer side of the picture that networks without a size of their own see. Where a
 * window does not fit into it, or little is left of it, they see a larger one. */
static const int sides[] = { 96, 384 };

/* The longer side that a map should have. */
#define ENOUGH 32

/* Values that a thumbnail's input or map may have, and bytes that its run may take. */
#define MAX_VALUES (1 << 24)
#define MAX_MEMORY (256 * 1024 * 1024)

/* A surface of cairo's has no longer side. */
#define MAX_SIDE 32767

/* --- one thumbnail -------------------------------------------------------- */

/**
 * Job:
 * @input: the shape that the picture is brought to
 * @map: the shape of the map that is shown
 * @channels: how many of its channels are kept
 * @values: those, [map.height][map.width][channels]
 */
typedef struct
{
  CnnPicture   *picture;
  GCancellable *cancellable;
  CnnShape      input;
  CnnShape      map;
  int           channels;
  float        *values;
} Job;

static gboolean
read_picture (gpointer data, const CnnRect *rect, float *values, gsize stride, GError **error)
{
  Job *job = data;

  return cnn_picture_read (job->picture, job->input, rect, values, stride, job->cancellable, error);
}

static gboolean
write_map (gpointer data, guint tap, const CnnRect *rect, const float *values, gsize stride,
           GError **error)
{
  Job *job = data;

  for (int y = 0; y < rect->height; y++)
    for (int x = 0; x < rect->width; x++)
      for (int c = 0; c < job->channels; c++)
        job->values[((gsize) (rect->y + y) * job->map.width + rect->x + x) * job->channels + c] =
          values[y * stride + (gsize) x * job->map.channels + c];
  return TRUE;
}

/* The picture's shape with a longer side of at most @side. */
static CnnShape
reduced (CnnShape shape, int side)
{
  double scale = MIN ((double) side / MAX (shape.height, shape.width), 1.0);

  return (CnnShape) {
    .height = MAX ((int) (shape.height * scale + 0.5), 1),
    .width = MAX ((int) (shape.width * scale + 0.5), 1),
    .channels = shape.channels,
  };
}

/* The last layer whose output is still a map rather than a list of numbers; 0 for none. */
static guint
last_map (const CnnNodeInfo *infos, guint n_nodes)
{
  for (guint node = n_nodes - 1; node > 0; node--)
    if (infos[node].shape.height > 1 && infos[node].shape.width > 1)
      return node;
  return 0;
}

static int
side_of_map (const CnnNodeInfo *infos, guint n_nodes)
{
  const CnnShape *map = &infos[last_map (infos, n_nodes)].shape;

  return MAX (map->height, map->width);
}

static gboolean
run (Job *job, CnnNetwork *network, guint node, GError **error)
{
  g_autoptr (CnnNetwork) head = cnn_network_head (network, node + 1);
  CnnPlanOptions         options = { .memory = MAX_MEMORY, .workers = 1 };
  CnnSource              source = { .read = read_picture, .data = job };
  CnnSink                sink = { .write = write_map, .data = job };
  g_autoptr (CnnPlan)    plan = cnn_plan_new (head, job->input, 1, &node, &options, error);

  return plan != NULL &&
         cnn_plan_run (plan, &source, &sink, NULL, NULL, job->cancellable, error);
}

/* (transfer full): the values as pixels, from the least to the greatest of them. */
static cairo_surface_t *
draw (const Job *job)
{
  cairo_surface_t   *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, job->map.width,
                                                           job->map.height);
  gsize              row = (gsize) job->map.width * job->channels;
  g_autofree guint8 *bytes = g_new (guint8, row);
  guint8            *pixels = cairo_image_surface_get_data (surface);
  int                stride = cairo_image_surface_get_stride (surface);
  MappingRange       range = mapping_range_none ();
  Mapping            mapping;

  mapping_range_add (&range, job->values, row * job->map.height);
  mapping = mapping_new (MAPPING_RANGE_STAGE, range);
  for (int y = 0; y < job->map.height; y++)
    {
      mapping_apply_bytes (&mapping, job->values + y * row, row, bytes);
      for (int x = 0; x < job->map.width; x++)
        {
          const guint8 *from = bytes + (gsize) x * job->channels;
          int           next = job->channels == 3;

          ((guint32 *) (gpointer) (pixels + (gsize) y * stride))[x] =
            (guint32) from[0] << 16 | (guint32) from[next] << 8 | from[2 * next];
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/**
 * cnn_thumbnail_make:
 * @text: a network
 *
 * What the network's last layer that makes maps makes of the picture at a small size (or at
 * the size that the network asks for): its first map in grey, or its maps as red, green and
 * blue where it has 3; from the least value to the greatest. From any thread.
 *
 * Returns: (transfer full): a picture as large as the map; or %NULL with an error set of the
 *   domain %CNN_ERROR, %CNN_ERROR_UNSUPPORTED where no layer makes maps
 */
cairo_surface_t *
cnn_thumbnail_make (CnnPicture *picture, const char *text, GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (CnnNetwork)  network = cnn_network_parse (text, error);
  g_autofree CnnNodeInfo *infos = NULL;
  g_autofree float       *values = NULL;
  Job                     job = { .picture = picture, .cancellable = cancellable };
  guint                   node;

  if (network == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      CnnShape input = cnn_network_input (network, reduced (cnn_picture_shape (picture), sides[i]));

      if (infos != NULL && cnn_shape_equal (input, job.input))
        break;
      job.input = input;
      g_clear_pointer (&infos, g_free);
      g_clear_error (error);
      infos = cnn_network_infer (network, input, error);
      if (infos != NULL && side_of_map (infos, cnn_network_n_nodes (network)) >= ENOUGH)
        break;
    }
  if (infos == NULL)
    return NULL;
  node = last_map (infos, cnn_network_n_nodes (network));
  job.map = infos[node].shape;
  job.channels = job.map.channels == 3 ? 3 : 1;
  if (node == 0 || (job.input.channels != 1 && job.input.channels != 3))
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                         _("the network makes no map of this picture"));
  else if (cnn_shape_cells (job.input) > MAX_VALUES ||
           (gint64) job.map.height * job.map.width > MAX_VALUES ||
           MAX (job.map.height, job.map.width) > MAX_SIDE)
    g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT,
                         _("the network's maps are too large for a small picture"));
  else
    {
      job.values = values = g_new0 (float, (gsize) job.map.height * job.map.width * job.channels);
      if (run (&job, network, node, error))
        return draw (&job);
    }
  return NULL;
}

/* --- one after the other -------------------------------------------------- */

struct _CnnThumbnails
{
  int              ref_count;
  CnnPicture      *picture;
  CnnThumbnailFunc done; /* NULL when nobody wants to hear any more */
  gpointer         data;
  GCancellable    *cancellable;
  GQueue           waiting; /* of texts */
  gboolean         busy;
};

static void
thumbnails_unref (CnnThumbnails *thumbnails)
{
  if (--thumbnails->ref_count > 0)
    return;
  cnn_picture_unref (thumbnails->picture);
  g_object_unref (thumbnails->cancellable);
  g_queue_clear_full (&thumbnails->waiting, g_free);
  g_free (thumbnails);
}

/* In the task's thread. What it looks at here does not change while a task runs. */
static void
make_one (GTask *task, gpointer source, gpointer text, GCancellable *cancellable)
{
  CnnThumbnails   *thumbnails = g_object_get_data (G_OBJECT (task), "thumbnails");
  GError          *error = NULL;
  cairo_surface_t *surface = cnn_thumbnail_make (thumbnails->picture, text, cancellable, &error);

  if (surface == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, surface, (GDestroyNotify) cairo_surface_destroy);
}

static void start_next (CnnThumbnails *thumbnails);

static void
one_made (GObject *source, GAsyncResult *result, gpointer data)
{
  CnnThumbnails   *thumbnails = data;
  GTask           *task = G_TASK (result);
  cairo_surface_t *surface = g_task_propagate_pointer (task, NULL);

  thumbnails->busy = FALSE;
  if (thumbnails->done != NULL)
    {
      thumbnails->done (g_task_get_task_data (task), surface, thumbnails->data);
      start_next (thumbnails);
    }
  g_clear_pointer (&surface, cairo_surface_destroy);
  thumbnails_unref (thumbnails);
}

static void
start_next (CnnThumbnails *thumbnails)
{
  g_autoptr (GTask) task = NULL;

  if (thumbnails->busy || g_queue_is_empty (&thumbnails->waiting))
    return;
  thumbnails->busy = TRUE;
  thumbnails->ref_count++; /* until one_made(), which comes after the thread is done */
  task = g_task_new (NULL, thumbnails->cancellable, one_made, thumbnails);
  g_object_set_data (G_OBJECT (task), "thumbnails", thumbnails);
  g_task_set_task_data (task, g_queue_pop_head (&thumbnails->waiting), g_free);
  g_task_run_in_thread (task, make_one);
}

/**
 * cnn_thumbnails_new:
 * @picture: the picture
 * @done: is called by the main loop for each thumbnail
 * @data: for @done
 *
 * Returns: (transfer full): thumbnails of that picture
 */
CnnThumbnails *
cnn_thumbnails_new (CnnPicture *picture, CnnThumbnailFunc done, gpointer data)
{
  CnnThumbnails *thumbnails = g_new0 (CnnThumbnails, 1);

  thumbnails->ref_count = 1;
  thumbnails->picture = cnn_picture_ref (picture);
  thumbnails->done = done;
  thumbnails->data = data;
  thumbnails->cancellable = g_cancellable_new ();
  g_queue_init (&thumbnails->waiting);
  return thumbnails;
}

/** cnn_thumbnails_want: asks for the thumbnail of a network, after those asked for before. */
void
cnn_thumbnails_want (CnnThumbnails *thumbnails, const char *text)
{
  g_queue_push_tail (&thumbnails->waiting, g_strdup (text));
  start_next (thumbnails);
}

/**
 * cnn_thumbnails_free:
 *
 * Stops what is being made. Nothing is called any more; the thread ends soon, and only then
 * the picture is let go.
 */
void
cnn_thumbnails_free (CnnThumbnails *thumbnails)
{
  thumbnails->done = NULL;
  g_cancellable_cancel (thumbnails->cancellable);
  thumbnails_unref (thumbnails);
}
