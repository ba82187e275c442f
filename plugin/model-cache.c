/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The file that was opened last: dialogs ask at every change of a setting. */

#include "model-cache.h"

#include <string.h>

#include <glib/gstdio.h>

static struct
{
  CnnModel *model;
  char     *path;
  char     *key;
  gint64    changed;
  gint64    size;
  CnnShape  picture;
} opened;

/**
 * model_cache_open:
 * @path: of an .onnx file
 * @picture: shape of the picture it is for; 0 for what is usual
 * @key: (out) (transfer full): what its settings are remembered under
 *
 * Returns: (transfer full): the model, anew only where the file or @picture is another than
 *   last time; or %NULL. Errors: those of cnn_apply_open() and cnn_apply_key()
 */
CnnModel *
model_cache_open (const char *path, CnnShape picture, char **key, GError **error)
{
  GStatBuf  is = { 0 };
  CnnModel *model;
  char     *made;

  g_stat (path, &is);
  if (opened.model == NULL || strcmp (opened.path, path) != 0 ||
      opened.changed != is.st_mtim.tv_sec || opened.size != is.st_size ||
      !cnn_shape_equal (opened.picture, picture))
    {
      model = cnn_apply_open (path, picture, error);
      made = model != NULL ? cnn_apply_key (path, error) : NULL;
      if (made == NULL)
        {
          g_clear_pointer (&model, cnn_model_unref);
          return NULL;
        }
      g_clear_pointer (&opened.model, cnn_model_unref);
      g_free (opened.path);
      g_free (opened.key);
      opened.model = model;
      opened.path = g_strdup (path);
      opened.key = made;
      opened.changed = is.st_mtim.tv_sec;
      opened.size = is.st_size;
      opened.picture = picture;
    }
  *key = g_strdup (opened.key);
  return cnn_model_ref (opened.model);
}
