/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "idx.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "error.h"
#include "i18n.h"

/* IDX files: two zeros, the type of the numbers, how many dimensions, each dimension in four
 * bytes, and the numbers, the highest byte first. Source: LeCun, Cortes and Burges, "The MNIST
 * database of handwritten digits". */

/* What a packed file may unpack to; one that is not packed is mapped, however large. */
#define MAX_UNPACKED ((guint64) 1 << 30)
#define PIECE        65536

static gboolean
fail (const CnnIdx *idx, CnnError code, const char *what, GError **error)
{
  g_set_error (error, CNN_ERROR, (int) code, "“%s”: %s", idx->file, what);
  return FALSE;
}

static guint
size_of (CnnIdxType type)
{
  switch (type)
    {
    case CNN_IDX_UBYTE:
    case CNN_IDX_BYTE:
      return 1;
    case CNN_IDX_SHORT:
      return 2;
    case CNN_IDX_INT:
    case CNN_IDX_FLOAT:
      return 4;
    case CNN_IDX_DOUBLE:
      return 8;
    }
  return 0;
}

static guint32
read_32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* What is in the first @length bytes: all of the header, or what there is. @n_bytes: of the
 * whole file. */
static gboolean
read_header (CnnIdx *idx, const guint8 *bytes, gsize length, guint64 *n_bytes, GError **error)
{
  guint64 n;

  if (length < 4 || bytes[0] != 0 || bytes[1] != 0 || size_of (bytes[2]) == 0)
    return fail (idx, CNN_ERROR_FORMAT, _("it is no IDX file"), error);
  if (bytes[3] < 1 || bytes[3] > CNN_IDX_MAX_DIMS)
    {
      g_autofree char *what = g_strdup_printf (_("it has %d dimensions, expected 1 to %d"),
                                               bytes[3], CNN_IDX_MAX_DIMS);

      return fail (idx, CNN_ERROR_FORMAT, what, error);
    }
  idx->type = bytes[2];
  idx->n_dims = bytes[3];
  if (length < 4 + 4 * (gsize) idx->n_dims)
    return fail (idx, CNN_ERROR_FORMAT, _("it ends within its header"), error);
  n = size_of (idx->type);
  for (int i = 0; i < idx->n_dims; i++)
    {
      idx->dims[i] = read_32 (bytes + 4 + 4 * i);
      if (idx->dims[i] == 0)
        return fail (idx, CNN_ERROR_FORMAT, _("there is nothing in it"), error);
    }
  for (int i = 0; i < idx->n_dims; i++)
    if (!g_uint64_checked_mul (&n, n, idx->dims[i]) || n > G_MAXINT64 / 2)
      return fail (idx, CNN_ERROR_LIMIT, _("its header says more than a file can have"), error);
  *n_bytes = n + 4 + 4 * (guint64) idx->n_dims;
  return TRUE;
}

/* Whether there are as many bytes as the header says. */
static gboolean
check_length (const CnnIdx *idx, guint64 expected, guint64 found, GError **error)
{
  g_autofree char *what = NULL;

  if (found == expected)
    return TRUE;
  if (found < expected)
    what = g_strdup_printf (_("it ends after %" PRIu64 " bytes of the %"
                              PRIu64 " that its header says"), found, expected);
  else
    what = g_strdup_printf (_("it has more than the %" PRIu64 " bytes that its header "
                              "says"), expected);
  return fail (idx, CNN_ERROR_FORMAT, what, error);
}

static gboolean
fail_read (const CnnIdx *idx, const char *why, GError **error)
{
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be read: %s"), idx->file, why);
  return FALSE;
}

static GConverter *
unzipper (void)
{
  return G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
}

/* Unpacks a .gz file piece by piece: memory is that of what is really there. */
static gboolean
unpack (CnnIdx *idx, GBytes *packed, GError **error)
{
  g_autoptr (GInputStream) memory = g_memory_input_stream_new_from_bytes (packed);
  g_autoptr (GConverter)   gzip = unzipper ();
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (memory, gzip);
  g_autoptr (GByteArray)   bytes = g_byte_array_new ();
  g_autofree guint8       *piece = g_malloc (PIECE);
  guint64                  expected = 0;

  for (;;)
    {
      g_autoptr (GError) cause = NULL;
      gsize              n;

      g_input_stream_read_all (stream, piece, PIECE, &n, NULL, &cause);
      g_byte_array_append (bytes, piece, (guint) n);
      if (expected == 0 && bytes->len > 0)
        {
          if (!read_header (idx, bytes->data, bytes->len, &expected, error))
            return FALSE;
          if (expected > MAX_UNPACKED)
            return fail (idx, CNN_ERROR_LIMIT,
                         _("it is too large to be read packed; unpack it with gzip -d"), error);
        }
      if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
        return fail (idx, CNN_ERROR_FORMAT, _("it is cut off; what is packed in it has no end"),
                     error);
      if (cause)
        return fail_read (idx, cause->message, error);
      if (bytes->len > expected || n < PIECE)
        break;
    }
  if (bytes->len == 0)
    return fail (idx, CNN_ERROR_FORMAT, _("it is no IDX file"), error);
  if (!check_length (idx, expected, bytes->len, error))
    return FALSE;
  idx->storage = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  return TRUE;
}

/* (transfer full) (nullable): what is in a file, mapped. */
static GBytes *
map_file (const CnnIdx *idx, const char *file, GError **error)
{
  g_autoptr (GMappedFile) mapped = NULL;
  g_autoptr (GError)      cause = NULL;
  GStatBuf                about;
  int                     descriptor;

  /* Opening a pipe would wait for who writes into it. */
  if (g_stat (file, &about) == 0 && !S_ISREG (about.st_mode))
    {
      fail_read (idx, _("it is no ordinary file"), error);
      return NULL;
    }
  descriptor = g_open (file, O_RDONLY | O_CLOEXEC, 0);
  if (descriptor < 0)
    {
      fail_read (idx, g_strerror (errno), error);
      return NULL;
    }
  mapped = g_mapped_file_new_from_fd (descriptor, FALSE, &cause);
  close (descriptor);
  if (mapped == NULL)
    {
      fail_read (idx, cause->message, error);
      return NULL;
    }
  return g_mapped_file_get_bytes (mapped);
}

/**
 * cnn_idx_open:
 * @file: its path; plain, or packed with gzip, whatever it is called
 *
 * Plain files are mapped. A header that says more than there is takes no memory.
 *
 * Returns: (transfer full): the file, complete; or %NULL with %CNN_ERROR_IO, %CNN_ERROR_FORMAT
 *   or %CNN_ERROR_LIMIT set
 */
CnnIdx *
cnn_idx_open (const char *file, GError **error)
{
  g_autoptr (CnnIdx) idx = g_new0 (CnnIdx, 1);
  g_autoptr (GBytes) bytes = NULL;
  const guint8      *start;
  gsize              length;
  guint64            expected;

  idx->file = g_filename_display_name (file);
  bytes = map_file (idx, file, error);
  if (bytes == NULL)
    return NULL;
  start = g_bytes_get_data (bytes, &length);
  if (length >= 2 && start[0] == 0x1f && start[1] == 0x8b)
    {
      if (!unpack (idx, bytes, error))
        return NULL;
    }
  else if (read_header (idx, start, length, &expected, error) &&
           check_length (idx, expected, length, error))
    idx->storage = g_steal_pointer (&bytes);
  else
    return NULL;
  idx->bytes = (const guint8 *) g_bytes_get_data (idx->storage, NULL) + 4 + 4 * idx->n_dims;
  return g_steal_pointer (&idx);
}

void
cnn_idx_free (CnnIdx *idx)
{
  g_clear_pointer (&idx->storage, g_bytes_unref);
  g_free (idx->file);
  g_free (idx);
}

/** cnn_idx_value: number @i of the file. */
double
cnn_idx_value (const CnnIdx *idx, gsize i)
{
  const guint8 *at = idx->bytes + i * size_of (idx->type);
  guint32       low;
  guint64       both;
  float         single;
  double        value;

  switch (idx->type)
    {
    case CNN_IDX_UBYTE:
      return at[0];
    case CNN_IDX_BYTE:
      return (gint8) at[0];
    case CNN_IDX_SHORT:
      return (gint16) (at[0] << 8 | at[1]);
    case CNN_IDX_INT:
      return (gint32) read_32 (at);
    case CNN_IDX_FLOAT:
      low = read_32 (at);
      memcpy (&single, &low, sizeof single);
      return (double) single;
    case CNN_IDX_DOUBLE:
      both = (guint64) read_32 (at) << 32 | read_32 (at + 4);
      memcpy (&value, &both, sizeof value);
      return value;
    }
  g_assert_not_reached ();
}
