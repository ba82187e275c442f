/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "file-jobs.h"

/* Files are read and written in threads: a large model takes seconds. */

/* How often to look whether a file is written, in milliseconds. */
#define LOOK 30

/* --- reading -------------------------------------------------------------------------------- */

/** Wanted: what a thread is to read. */
typedef struct
{
  char    *file;
  CnnShape picture;
} Wanted;

static void
wanted_free (gpointer data)
{
  g_free (((Wanted *) data)->file);
  g_free (data);
}

/** cnn_opened_free: with all that it holds. */
void
cnn_opened_free (CnnOpened *opened)
{
  g_free (opened->file);
  g_free (opened->text);
  g_clear_pointer (&opened->model, cnn_model_unref);
  g_free (opened);
}

static void
read_in_thread (GTask *task, gpointer owner, gpointer data, GCancellable *cancellable)
{
  const Wanted          *wanted = data;
  g_autoptr (CnnOpened)  opened = NULL;
  GError                *error = NULL;

  /* Another was asked for while this one waited for a thread. */
  if (g_task_return_error_if_cancelled (task))
    return;
  opened = g_new0 (CnnOpened, 1);
  opened->file = g_strdup (wanted->file);
  opened->text = cnn_network_file_read (wanted->file, wanted->picture, &opened->model, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&opened), (GDestroyNotify) cnn_opened_free);
}

/**
 * cnn_opening_begin:
 * @owner: an object, which is kept till then
 * @file: an .onnx model, or a text
 * @picture: shape of the picture that it is for
 * @cancellable: with it nothing comes of what is read
 * @done: called in the main thread, which then calls cnn_opening_end()
 */
void
cnn_opening_begin (gpointer owner, const char *file, CnnShape picture, GCancellable *cancellable,
                   GAsyncReadyCallback done)
{
  g_autoptr (GTask) task = g_task_new (owner, cancellable, done, NULL);
  Wanted           *wanted = g_new0 (Wanted, 1);

  wanted->file = g_canonicalize_filename (file, NULL);
  wanted->picture = picture;
  g_task_set_task_data (task, wanted, wanted_free);
  g_task_run_in_thread (task, read_in_thread);
}

/** cnn_opening_end: (transfer full): what was read, or %NULL; errors of cnn_network_file_read() */
CnnOpened *
cnn_opening_end (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- writing -------------------------------------------------------------------------------- */

struct _CnnSaving
{
  GThread      *thread;
  gint          written; /* atomic: the thread is done with the rest */
  guint         look;    /* source */
  CnnFileDraft *draft;
  char         *file;
  GError       *error;
  CnnSavedFunc  done;
  gpointer      data;
};

static gpointer
write_in_thread (gpointer data)
{
  CnnSaving *saving = data;

  cnn_network_file_write (saving->draft, saving->file, &saving->error);
  g_atomic_int_set (&saving->written, TRUE);
  return NULL;
}

static gboolean
look (gpointer data)
{
  CnnSaving *saving = data;

  if (!g_atomic_int_get (&saving->written))
    return G_SOURCE_CONTINUE;
  saving->look = 0;
  saving->done (saving->error, saving->data);
  cnn_saving_wait (saving);
  return G_SOURCE_REMOVE;
}

/**
 * cnn_saving_begin:
 * @draft: (transfer full): what to write
 * @file: where
 * @done: called when it is written, or cannot be
 *
 * Returns: (transfer none): the saving, which goes after @done; or before, with
 *   cnn_saving_wait()
 */
CnnSaving *
cnn_saving_begin (CnnFileDraft *draft, const char *file, CnnSavedFunc done, gpointer data)
{
  CnnSaving *saving = g_new0 (CnnSaving, 1);

  saving->draft = draft;
  saving->file = g_strdup (file);
  saving->done = done;
  saving->data = data;
  saving->look = g_timeout_add (LOOK, look, saving);
  saving->thread = g_thread_new ("save-network", write_in_thread, saving);
  return saving;
}

/** cnn_saving_wait: waits until it is written, and tells nobody. */
void
cnn_saving_wait (CnnSaving *saving)
{
  g_clear_handle_id (&saving->look, g_source_remove);
  g_thread_join (saving->thread);
  cnn_file_draft_free (saving->draft);
  g_free (saving->file);
  g_clear_error (&saving->error);
  g_free (saving);
}
