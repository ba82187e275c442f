/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store.h"

#include <pthread.h>
#include <string.h>

#include "tensor.h"

struct _CnnStore
{
  pthread_mutex_t mutex; /* the thread sanitizer cannot see GLib's */
  GHashTable     *forms; /* of name to floats */
};

CnnStore *
cnn_store_new (void)
{
  CnnStore *store = g_new0 (CnnStore, 1);

  pthread_mutex_init (&store->mutex, NULL);
  store->forms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify) cnn_floats_free);
  return store;
}

void
cnn_store_free (CnnStore *store)
{
  g_hash_table_unref (store->forms);
  pthread_mutex_destroy (&store->mutex);
  g_free (store);
}

/**
 * cnn_store_get:
 * @form: name of the form; the same name always stands for the same values
 * @n: how many floats it has
 * @fill: makes it, when it is first asked for
 * @data: for @fill
 *
 * From any thread; the others wait while a form is being made.
 *
 * Returns: (transfer none) (nullable): the floats, 64-byte aligned, or %NULL
 *   when there is not enough memory
 */
const float *
cnn_store_get (CnnStore *store, const char *form, gsize n, CnnStoreFill fill, gconstpointer data)
{
  float *values;

  pthread_mutex_lock (&store->mutex);
  values = g_hash_table_lookup (store->forms, form);
  if (values == NULL)
    {
      values = cnn_floats_alloc (n);
      if (values)
        {
          memset (values, 0, n * sizeof (float));
          fill (values, data);
          g_hash_table_insert (store->forms, g_strdup (form), values);
        }
    }
  pthread_mutex_unlock (&store->mutex);
  return values;
}
