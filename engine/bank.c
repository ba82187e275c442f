/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bank.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "error.h"
#include "i18n.h"
#include "onnx/model-bank.h"

/* Weights by name. A text is read again at each change, and the editor reads it in several
 * places: as long as somebody has the bank of a file, nobody reads that file again. The
 * latest is kept also while nobody has it, so that a slip of the hand in the line that names
 * the file costs nothing. */

struct _CnnBank
{
  gint        ref_count; /* under the lock */
  GHashTable *tensors;   /* char * → CnnTensor */
  char      **labels;    /* (nullable): names of the last layer's values */
  GHashTable *numbers;   /* char * → the last number that was put behind that name */

  /* Of one that was read from a file: what it was read from. */
  char    *path;
  gint64   seconds;
  gint64   nanoseconds;
  gint64   size;
  guint64  inode; /* a file that takes another's place may be as old as it */
  CnnShape input;
};

static GMutex   lock;      /* of all that follows, and of counts */
static GSList  *opened;    /* of CnnBank: those that somebody has */
static CnnBank *latest;
static GMutex   open_lock; /* one file is read at a time */

/** cnn_bank_new: (transfer full): an empty one, to be filled by one thread */
CnnBank *
cnn_bank_new (void)
{
  CnnBank *bank = g_new0 (CnnBank, 1);

  bank->ref_count = 1;
  bank->tensors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) cnn_tensor_unref);
  bank->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return bank;
}

CnnBank *
cnn_bank_ref (CnnBank *bank)
{
  g_mutex_lock (&lock);
  bank->ref_count++;
  g_mutex_unlock (&lock);
  return bank;
}

void
cnn_bank_unref (CnnBank *bank)
{
  gboolean last;

  g_mutex_lock (&lock);
  last = --bank->ref_count == 0;
  if (last)
    opened = g_slist_remove (opened, bank);
  g_mutex_unlock (&lock);
  if (!last)
    return;
  g_hash_table_unref (bank->tensors);
  g_strfreev (bank->labels);
  g_hash_table_unref (bank->numbers);
  g_free (bank->path);
  g_free (bank);
}

/* Whether a name in a text may have the character. */
static gboolean
is_plain (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("_.-/:", c) != NULL);
}

/**
 * cnn_bank_name_length:
 *
 * Returns: how many bytes at the beginning of @text can be the name of a tensor
 */
gsize
cnn_bank_name_length (const char *text)
{
  gsize n = 0;

  while (is_plain (text[n]))
    n++;
  return n;
}

/**
 * cnn_bank_add:
 * @name: what to call it; what cannot stand in a text becomes “_”, and a name that is
 *   taken gets “.2”, “.3” …
 * @tensor: the values; the bank takes a reference, and they must not change any more
 *
 * Only before the bank is handed out.
 *
 * Returns: (transfer none): the name it got, valid as long as the bank
 */
const char *
cnn_bank_add (CnnBank *bank, const char *name, CnnTensor *tensor)
{
  g_autofree char *plain = g_strdup (*name ? name : "_");
  char            *got;
  int              number;

  for (char *c = plain; *c; c++)
    if (!is_plain (*c))
      *c = '_';
  got = g_strdup (plain);
  number = GPOINTER_TO_INT (g_hash_table_lookup (bank->numbers, plain));
  while (g_hash_table_contains (bank->tensors, got))
    {
      number = MAX (number + 1, 2);
      g_free (got);
      got = g_strdup_printf ("%s.%d", plain, number);
    }
  if (number > 0)
    g_hash_table_insert (bank->numbers, g_strdup (plain), GINT_TO_POINTER (number));
  g_hash_table_insert (bank->tensors, got, cnn_tensor_ref (tensor));
  return got;
}

/** cnn_bank_find: (transfer none) (nullable): the tensor of that name */
const CnnTensor *
cnn_bank_find (const CnnBank *bank, const char *name)
{
  return g_hash_table_lookup (bank->tensors, name);
}

/**
 * cnn_bank_set_labels:
 * @labels: (transfer full) (nullable): names of the values of the network's last layer
 *
 * Only before the bank is handed out.
 */
void
cnn_bank_set_labels (CnnBank *bank, char **labels)
{
  g_strfreev (bank->labels);
  bank->labels = labels;
}

/**
 * cnn_bank_labels:
 * @n: (out): how many there are
 *
 * Returns: (transfer none) (nullable): names of the values of the network's last layer
 */
const char *const *
cnn_bank_labels (const CnnBank *bank, guint *n)
{
  *n = bank->labels ? g_strv_length (bank->labels) : 0;
  return (const char *const *) bank->labels;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/** cnn_bank_names: (transfer container): all names in the alphabet's order, ending at %NULL */
const char **
cnn_bank_names (const CnnBank *bank)
{
  guint        n;
  const char **names = (const char **) g_hash_table_get_keys_as_array (bank->tensors, &n);

  qsort (names, n, sizeof *names, compare_names);
  return names;
}

static gboolean
is_of (const CnnBank *bank, const CnnBank *other)
{
  return strcmp (bank->path, other->path) == 0 && bank->seconds == other->seconds &&
         bank->nanoseconds == other->nanoseconds && bank->size == other->size &&
         bank->inode == other->inode &&
         bank->input.height == other->input.height && bank->input.width == other->input.width &&
         bank->input.channels == other->input.channels;
}

/* (transfer full) (nullable): the bank that was read from the same. */
static CnnBank *
find_opened (const CnnBank *key)
{
  CnnBank *found = NULL;

  g_mutex_lock (&lock);
  for (GSList *l = opened; l && found == NULL; l = l->next)
    if (is_of (l->data, key))
      found = l->data;
  if (found)
    found->ref_count++;
  g_mutex_unlock (&lock);
  return found;
}

static void
remember (CnnBank *bank)
{
  CnnBank *before;

  g_mutex_lock (&lock);
  if (g_slist_find (opened, bank) == NULL)
    opened = g_slist_prepend (opened, bank);
  before = latest;
  latest = bank;
  bank->ref_count++;
  g_mutex_unlock (&lock);
  if (before)
    cnn_bank_unref (before);
}

/* What the bank of @path would be known by. */
static gboolean
describe (const char *path, CnnShape input, CnnBank *key)
{
  GStatBuf is;

  if (g_stat (path, &is) != 0)
    return FALSE;
  key->seconds = is.st_mtim.tv_sec;
  key->nanoseconds = is.st_mtim.tv_nsec;
  key->size = is.st_size;
  key->inode = is.st_ino;
  key->input = input;
  return TRUE;
}

/**
 * cnn_bank_put:
 * @bank: what was read from the file
 * @file: its absolute path
 * @input: the input it is for, as a text says it
 *
 * Makes cnn_bank_open() return it, as long as the file does not change.
 */
void
cnn_bank_put (CnnBank *bank, const char *file, CnnShape input)
{
  g_mutex_lock (&open_lock);
  if (bank->path == NULL && describe (file, input, bank))
    {
      bank->path = g_strdup (file);
      remember (bank);
    }
  g_mutex_unlock (&open_lock);
}

/**
 * cnn_bank_open:
 * @file: path of an .onnx file, absolute or from the current folder
 * @input: shape of the network's input as its text says it; 0 where it does not
 *
 * Reads the weights of a file, unless it is known what they are: the same file, not
 * changed since, for the same input.
 *
 * Returns: (transfer full): the bank, or %NULL. Errors: %CNN_ERROR_IO, and those of
 *   reading the file
 */
CnnBank *
cnn_bank_open (const char *file, CnnShape input, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  CnnBank          key = { .path = path };
  CnnBank         *bank;

  if (!describe (path, input, &key))
    {
      int code = errno;

      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be read: %s"), file,
                   g_strerror (code));
      return NULL;
    }
  g_mutex_lock (&open_lock);
  bank = find_opened (&key);
  if (bank == NULL)
    {
      bank = cnn_model_bank_for (path, input, error);
      if (bank && bank->path == NULL)
        {
          bank->path = g_steal_pointer (&path);
          bank->seconds = key.seconds;
          bank->nanoseconds = key.nanoseconds;
          bank->size = key.size;
          bank->inode = key.inode;
          bank->input = input;
        }
    }
  if (bank)
    remember (bank);
  g_mutex_unlock (&open_lock);
  return bank;
}
