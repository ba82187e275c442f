/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A plug-in for the tests, of the plug-in's own parts: reads a drawable through
 * drawable-picture.c from several threads and holds it against what is there. Says
 * what is wrong, or nothing. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "drawable-picture.h"
#include "drawable-source.h"
#include "error.h"

#define CHECK_PROCEDURE "plug-in-convolens-probe-picture"

#define PROBE_TYPE_PLUG_IN (probe_get_type ())
G_DECLARE_FINAL_TYPE (Probe, probe, PROBE, PLUG_IN, GimpPlugIn)

struct _Probe
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (Probe, probe, GIMP_TYPE_PLUG_IN)
GIMP_MAIN (PROBE_TYPE_PLUG_IN)

#define N_READS   40
#define N_THREADS 3

typedef struct
{
  CnnPicture   *picture;
  CnnShape      input;
  CnnRect       rect;
  gboolean      show;
  GCancellable *cancellable;
  float        *values; /* or bytes of pixels */
  GError       *error;
  gboolean      done;
} Read;

static gsize
read_length (const Read *self)
{
  return (gsize) self->rect.width * self->rect.height * self->input.channels;
}

static void
read_run (Read *self)
{
  if (self->show)
    {
      self->values = g_malloc ((gsize) self->input.width * self->input.height * 4);
      cnn_picture_show (self->picture, &self->rect, self->input.width, self->input.height,
                        (guint8 *) self->values, (gsize) self->input.width * 4, self->cancellable,
                        &self->error);
    }
  else
    {
      self->values = g_new (float, read_length (self));
      cnn_picture_read (self->picture, self->input, &self->rect, self->values,
                        (gsize) self->rect.width * self->input.channels, self->cancellable,
                        &self->error);
    }
}

static void
read_clear (Read *self)
{
  g_clear_pointer (&self->values, g_free);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
}

/* --- threads, and a main loop for them ------------------------------------------------ */

typedef struct
{
  Read      *reads;
  int        n;
  int        next;    /* atomic */
  int        threads; /* that are still at it; atomic */
  GMainLoop *loop;
} Work;

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer data)
{
  Work *self = data;
  int   i;

  while ((i = g_atomic_int_add (&self->next, 1)) < self->n)
    read_run (&self->reads[i]);
  if (g_atomic_int_dec_and_test (&self->threads))
    g_idle_add (quit, self->loop);
  return NULL;
}

static void
run_all (Read *reads, int n, int n_threads)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Work     self = { reads, n, 0, n_threads, loop };
  GThread *threads[N_THREADS];

  for (int i = 0; i < n_threads; i++)
    threads[i] = g_thread_new ("reads", work, &self);
  g_main_loop_run (loop);
  for (int i = 0; i < n_threads; i++)
    g_thread_join (threads[i]);
}

/* --- the same values as a run has ------------------------------------------------------ */

/* babl, which is asked where colours are no whole numbers, has several ways from them to
 * grey and takes the one that is fastest at the moment; each is right within its
 * BABL_TOLERANCE, which is 4.7e-5 unless set. */
#define GREY_TOLERANCE 1e-4

static double
greatest_difference (const float *a, const float *b, gsize n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    if (memcmp (&a[i], &b[i], sizeof a[i]) != 0)
      most = MAX (most, isfinite (a[i] - b[i]) ? fabs ((double) a[i] - b[i]) : INFINITY);
  return most;
}

static char *
compare (GimpDrawable *drawable, const Read *read, PixelsEncoding encoding)
{
  g_autoptr (DrawableSource) direct = drawable_source_new (drawable, read->input, encoding);
  g_autofree float *expected = g_new (float, read_length (read));
  CnnSource         source   = drawable_source_get (direct);
  const Babl       *type     = babl_format_get_type (gimp_drawable_get_format (drawable), 0);
  gboolean          by_babl  = read->input.channels == 1 && gimp_drawable_is_rgb (drawable) &&
                               type != babl_type ("u8") && type != babl_type ("u16");
  double            found;

  if (read->error != NULL)
    return g_strdup_printf ("reading failed: %s", read->error->message);
  source.read (source.data, &read->rect, expected, (gsize) read->rect.width * read->input.channels,
               NULL);
  found = greatest_difference (expected, read->values, read_length (read));
  if (found <= (by_babl ? GREY_TOLERANCE : 0.0))
    return NULL;
  return g_strdup_printf ("values differ by %g: input %d×%d×%d, %d×%d cells at (%d, %d)", found,
                          CNN_SHAPE_ARGS (read->input), read->rect.height, read->rect.width,
                          read->rect.x, read->rect.y);
}

static char *
check_values (GimpDrawable *drawable, GRand *random, PixelsEncoding encoding)
{
  DrawablePicture *self;
  g_autoptr (CnnPicture) picture = drawable_picture_new (drawable, PIXELS_PERCEPTUAL, &self);
  CnnShape shape  = cnn_picture_shape (picture);
  CnnShape shapes[] = { shape, { shape.height, shape.width, 4 - shape.channels }, { 97, 131, 3 },
                        { 2 * shape.height, 28, 1 } };
  Read  reads[N_READS] = { 0 };
  char *wrong = NULL;

  drawable_picture_set_encoding (self, encoding);
  for (int i = 0; i < N_READS; i++)
    {
      CnnRect *rect = &reads[i].rect;

      reads[i].picture = picture;
      reads[i].input = shapes[i % G_N_ELEMENTS (shapes)];
      rect->width = g_rand_int_range (random, 1, reads[i].input.width + 1);
      rect->height = g_rand_int_range (random, 1, reads[i].input.height + 1);
      rect->x = g_rand_int_range (random, 0, reads[i].input.width - rect->width + 1);
      rect->y = g_rand_int_range (random, 0, reads[i].input.height - rect->height + 1);
    }
  run_all (reads, N_READS, N_THREADS);
  for (int i = 0; i < N_READS; i++)
    {
      if (wrong == NULL)
        wrong = compare (drawable, &reads[i], encoding);
      read_clear (&reads[i]);
    }
  return wrong;
}

/* --- what is shown --------------------------------------------------------------------- */

/* The drawable as it looks, [height][width][4], un-premultiplied. */
static guint8 *
whole (GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  guint8 *pixels = g_malloc ((gsize) gegl_buffer_get_width (buffer) *
                             gegl_buffer_get_height (buffer) * 4);

  gegl_buffer_get (buffer, NULL, 1.0, babl_format ("R'G'B'A u8"), pixels, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  return pixels;
}

/* Each pixel that is shown lies between the least and the greatest of those it is made
 * of, whatever the way of averaging; the picture is smooth, so that this is little. Where
 * alpha is below 1 it is no darker than over the dark squares, no lighter than over the
 * light ones. */
static char *
check_shown (const guint8 *pixels, CnnShape shape, const Read *read)
{
  const CnnRect *rect = &read->rect;
  CnnShape       size = read->input;

  if (read->error != NULL)
    return g_strdup_printf ("showing failed: %s", read->error->message);
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++)
      {
        guint32 shown = ((const guint32 *) (const void *) read->values)[y * size.width + x];
        int     left  = rect->x + (int) floor ((double) x * rect->width / size.width);
        int     right = rect->x + (int) ceil ((x + 1.0) * rect->width / size.width);
        int     top   = rect->y + (int) floor ((double) y * rect->height / size.height);
        int     below = rect->y + (int) ceil ((y + 1.0) * rect->height / size.height);

        for (int c = 0; c < 3; c++)
          {
            double low = 255.0, high = 0.0, found = shown >> (16 - 8 * c) & 255;

            for (int v = MAX (top - 1, 0); v < MIN (below + 1, shape.height); v++)
              for (int u = MAX (left - 1, 0); u < MIN (right + 1, shape.width); u++)
                {
                  const guint8 *pixel = pixels + ((gsize) v * shape.width + u) * 4;
                  double        alpha = pixel[3] / 255.0;

                  low = MIN (low, alpha * pixel[c] + (1.0 - alpha) * 0.4 * 255.0);
                  high = MAX (high, alpha * pixel[c] + (1.0 - alpha) * 0.6 * 255.0);
                }
            if (found < low - 1.5 || found > high + 1.5)
              return g_strdup_printf ("(%d, %d) of %d×%d of %d×%d at (%d, %d): channel %d is %g, "
                                      "not from %g to %g",
                                      x, y, size.width, size.height, rect->width, rect->height,
                                      rect->x, rect->y, c, found, low, high);
          }
      }
  return NULL;
}

static char *
check_shows (GimpDrawable *drawable, GRand *random)
{
  DrawablePicture *self;
  g_autoptr (CnnPicture) picture = drawable_picture_new (drawable, PIXELS_LINEAR, &self);
  g_autofree guint8     *pixels  = whole (drawable);
  CnnShape shape = cnn_picture_shape (picture);
  Read     reads[N_READS] = { 0 };
  char    *wrong = NULL;

  for (int i = 0; i < N_READS; i++)
    {
      CnnRect *rect = &reads[i].rect;

      reads[i].picture = picture;
      reads[i].show = TRUE;
      reads[i].input = (CnnShape) { g_rand_int_range (random, 1, 200),
                                    g_rand_int_range (random, 1, 200), 3 };
      rect->width = g_rand_int_range (random, 1, shape.width + 1);
      rect->height = g_rand_int_range (random, 1, shape.height + 1);
      rect->x = g_rand_int_range (random, 0, shape.width - rect->width + 1);
      rect->y = g_rand_int_range (random, 0, shape.height - rect->height + 1);
    }
  /* A little of it first, the whole of it small, and then the rest. */
  reads[0].rect = (CnnRect) { 5, 5, MIN (20, shape.width - 5), MIN (20, shape.height - 5) };
  reads[1].rect = (CnnRect) { 0, 0, shape.width, shape.height };
  reads[1].input = (CnnShape) { 13, 17, 3 };
  run_all (reads, N_READS, 1);
  for (int i = 0; i < N_READS; i++)
    {
      if (wrong == NULL)
        wrong = check_shown (pixels, shape, &reads[i]);
      read_clear (&reads[i]);
    }
  return wrong;
}

/* --- ends ------------------------------------------------------------------------------- */

static gpointer
read_in_thread (gpointer data)
{
  read_run (data);
  return NULL;
}

static gboolean
says (const Read *read, int code)
{
  return g_error_matches (read->error, CNN_ERROR, code);
}

/* A thread that waits for a main loop that does not run comes back when it is told to. */
static char *
check_ends (GimpDrawable *drawable)
{
  DrawablePicture *self;
  g_autoptr (CnnPicture) picture = drawable_picture_new (drawable, PIXELS_PERCEPTUAL, &self);
  CnnShape shape = cnn_picture_shape (picture);
  Read     read  = { picture, shape, { 0, 0, shape.width, shape.height } };
  GThread *thread;
  char    *wrong = NULL;

  read.cancellable = g_cancellable_new ();
  thread = g_thread_new ("waits", read_in_thread, &read);
  g_usleep (20000);
  g_cancellable_cancel (read.cancellable);
  g_thread_join (thread);
  if (!says (&read, CNN_ERROR_CANCELLED))
    wrong = g_strdup ("cancelling does not end a read");
  read_clear (&read);

  /* The one that waited is forgotten: the next gets its pixels. */
  run_all (&read, 1, 1);
  if (wrong == NULL)
    wrong = compare (drawable, &read, PIXELS_PERCEPTUAL);
  read_clear (&read);

  g_clear_pointer (&picture, cnn_picture_unref);
  read.picture = picture = drawable_picture_new (drawable, PIXELS_PERCEPTUAL, &self);
  thread = g_thread_new ("waits", read_in_thread, &read);
  g_usleep (20000);
  cnn_picture_close (picture);
  g_thread_join (thread);
  if (wrong == NULL && !says (&read, CNN_ERROR_IO))
    wrong = g_strdup ("closing does not end a read");
  read_clear (&read);
  read_run (&read);
  if (wrong == NULL && !says (&read, CNN_ERROR_IO))
    wrong = g_strdup ("a closed picture can be read");
  read_clear (&read);
  return wrong;
}

/* The layer goes while the editor is open. */
static char *
check_deleted (GimpDrawable *drawable)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));
  GimpLayer *copy  = gimp_layer_copy (GIMP_LAYER (drawable));
  DrawablePicture *self;
  g_autoptr (CnnPicture) picture = NULL;
  Read  read = { 0 };
  char *wrong = NULL;

  gimp_image_undo_disable (image);
  gimp_image_insert_layer (image, copy, NULL, 0);
  picture = drawable_picture_new (GIMP_DRAWABLE (copy), PIXELS_PERCEPTUAL, &self);
  read = (Read) { picture, cnn_picture_shape (picture), { 0, 0, 9, 9 } };
  read_run (&read);
  if (read.error != NULL)
    wrong = g_strdup_printf ("in the main thread: %s", read.error->message);
  read_clear (&read);

  /* It is the first tile that was read. */
  gimp_image_remove_layer (image, copy);
  read.rect = (CnnRect) { 0, 0, read.input.width, read.input.height };
  run_all (&read, 1, 1);
  if (wrong == NULL && says (&read, CNN_ERROR_IO) !=
                         (read.input.width > 128 || read.input.height > 128))
    wrong = g_strdup ("what was not read of a layer that is gone can be read");
  read_clear (&read);
  read.rect = (CnnRect) { 0, 0, 9, 9 };
  run_all (&read, 1, 1);
  if (wrong == NULL && read.error != NULL)
    wrong = g_strdup ("what was read of a layer that is gone cannot be read again");
  read_clear (&read);
  return wrong;
}

/* --- the procedure ------------------------------------------------------------------------ */

/* Slopes, that every place looks different; alpha, if there is, on the right half. */
static void
fill (GimpDrawable *drawable)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  int               width  = gegl_buffer_get_width (buffer);
  int               height = gegl_buffer_get_height (buffer);
  g_autofree float *pixels = g_new (float, (gsize) width * height * 4);
  float            *pixel  = pixels;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, pixel += 4)
      {
        pixel[0] = (float) x / width;
        pixel[1] = (float) y / height;
        pixel[2] = 0.5f + 0.5f * sinf (x * 0.02f + y * 0.03f);
        pixel[3] = x < width / 2 ? 1.0f : 2.0f - 2.0f * x / width;
      }
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_flush (buffer);
}

static GimpValueArray *
probe_run (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GimpDrawable) drawable = NULL;
  g_autoptr (GRand)        random   = g_rand_new_with_seed (3);
  GimpValueArray *values;
  char           *wrong;

  gegl_init (NULL, NULL);
  g_object_get (config, "drawable", &drawable, NULL);
  fill (drawable);
  wrong = check_values (drawable, random, PIXELS_PERCEPTUAL);
  if (wrong == NULL)
    wrong = check_values (drawable, random, PIXELS_LINEAR);
  if (wrong == NULL)
    wrong = check_shows (drawable, random);
  if (wrong == NULL)
    wrong = check_ends (drawable);
  if (wrong == NULL)
    wrong = check_deleted (drawable);

  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  g_value_take_string (gimp_value_array_index (values, 1),
                       wrong != NULL ? wrong : g_strdup ("nothing"));
  return values;
}

static GList *
probe_query_procedures (GimpPlugIn *plug_in)
{
  return g_list_append (NULL, g_strdup (CHECK_PROCEDURE));
}

static GimpProcedure *
probe_create_procedure (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure =
    gimp_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, probe_run, NULL, NULL);

  gimp_procedure_set_documentation (procedure, "Read a drawable from threads", NULL, name);
  gimp_procedure_set_attribution (procedure, "The Convolens developers",
                                  "The Convolens developers", "2026");
  gimp_procedure_add_drawable_argument (procedure, "drawable", "Drawable", NULL, FALSE,
                                        G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (procedure, "wrong", "What is wrong", NULL, NULL,
                                          G_PARAM_READWRITE);
  return procedure;
}

static void
probe_class_init (ProbeClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = probe_query_procedures;
  plug_in_class->create_procedure = probe_create_procedure;
  plug_in_class->set_i18n         = NULL;
}

static void
probe_init (Probe *probe)
{
}
