/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "i18n.h"

/* Bytes of files, and protobuf's messages out of bytes: within a budget, and only after
 * a look at how deep they are nested. */

/* --- bytes -------------------------------------------------------------------------- */

/**
 * cnn_onnx_file_open:
 * @file: path
 * @size: (out): its bytes
 *
 * Returns: a descriptor to close, or -1 with CNN_ERROR_IO set; only regular files are
 *   opened
 */
int
cnn_onnx_file_open (const char  *file,
                    guint64     *size,
                    GError     **error)
{
  g_autofree char *shown = g_filename_display_name (file);
  struct stat      info;
  /* Not blocking: opening a pipe would wait for someone to write. */
  int              fd = open (file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("cannot open “%s”: %s"), shown,
                   g_strerror (errno));
      return -1;
    }
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” is not a file that can be read"), shown);
      close (fd);
      return -1;
    }
  *size = (guint64) info.st_size;
  return fd;
}

/**
 * cnn_onnx_file_part:
 * @fd: from cnn_onnx_file_open()
 * @file: its path, for the error
 * @offset: where to begin
 * @n: how many bytes
 * @bytes: (out): [n]
 *
 * Returns: FALSE with CNN_ERROR_IO set, also where the file ends before
 */
gboolean
cnn_onnx_file_part (int          fd,
                    const char  *file,
                    guint64      offset,
                    gsize        n,
                    guint8      *bytes,
                    GError     **error)
{
  gsize done = 0;

  while (done < n)
    {
      gssize got = pread (fd, bytes + done, n - done, (off_t) (offset + done));

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        {
          g_autofree char *shown = g_filename_display_name (file);

          g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("cannot read “%s”: %s"), shown,
                       got < 0 ? g_strerror (errno) : _("it has become shorter"));
          return FALSE;
        }
      done += (gsize) got;
    }
  return TRUE;
}

/**
 * cnn_onnx_file_bytes:
 * @file: path
 * @n: (out): how many bytes
 *
 * Returns: (transfer full): all of the file; %NULL with CNN_ERROR_IO or CNN_ERROR_LIMIT set
 */
guint8 *
cnn_onnx_file_bytes (const char  *file,
                     gsize       *n,
                     GError     **error)
{
  g_autofree guint8 *bytes = NULL;
  guint64            size;
  gboolean           good;
  int                fd = cnn_onnx_file_open (file, &size, error);

  if (fd < 0)
    return NULL;
  if (size > CNN_ONNX_MAX_FILE || !(bytes = g_try_malloc ((gsize) size + 1)))
    {
      g_autofree char *shown = g_filename_display_name (file);

      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("“%s” is too large to be read"), shown);
      close (fd);
      return NULL;
    }
  good = cnn_onnx_file_part (fd, file, 0, (gsize) size, bytes, error);
  close (fd);
  if (!good)
    return NULL;
  *n = (gsize) size;
  return g_steal_pointer (&bytes);
}

/* --- the budget ----------------------------------------------------------------------- */

/**
 * cnn_onnx_budget_init:
 * @budget: (out): nothing of it used
 * @bytes_read: the file's size
 */
void
cnn_onnx_budget_init (CnnOnnxBudget *budget,
                      gsize          bytes_read)
{
  *budget = (CnnOnnxBudget) {
    .limit = CNN_ONNX_BUDGET_BASE + CNN_ONNX_BUDGET_TIMES * bytes_read,
  };
}

static gboolean
take (CnnOnnxBudget *budget,
      gsize          bytes)
{
  if (bytes > budget->limit - budget->used)
    {
      budget->refused = TRUE;
      return FALSE;
    }
  budget->used += bytes;
  budget->peak = MAX (budget->peak, budget->used);
  return TRUE;
}

static gboolean
too_much (GError **error)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_LIMIT,
                       _("the ONNX file needs far more memory than its size allows for"));
  return FALSE;
}

/**
 * cnn_onnx_budget_take:
 * @budget: what may be used
 * @bytes: how much more is about to be
 *
 * Returns: FALSE with CNN_ERROR_LIMIT set if it is too much
 */
gboolean
cnn_onnx_budget_take (CnnOnnxBudget  *budget,
                      gsize           bytes,
                      GError        **error)
{
  return take (budget, bytes) || too_much (error);
}

/* Before each block, its size; a multiple of what any type must be aligned to. */
#define BLOCK_HEAD 16
/* What malloc() itself adds, or rounds up to, so that many small blocks count in full. */
#define BLOCK_COST (BLOCK_HEAD + 16)

static void *
budget_alloc (void   *data,
              size_t  size)
{
  CnnOnnxBudget *budget = data;
  guint8        *block;

  if (size > G_MAXSIZE - BLOCK_COST || !take (budget, size + BLOCK_COST))
    return NULL;
  block = g_try_malloc (size + BLOCK_HEAD);
  if (!block)
    {
      budget->used -= size + BLOCK_COST;
      budget->refused = TRUE;
      return NULL;
    }
  memcpy (block, &size, sizeof size);
  return block + BLOCK_HEAD;
}

static void
budget_free (void *data,
             void *pointer)
{
  CnnOnnxBudget *budget = data;
  guint8        *block = pointer;
  size_t         size;

  if (!block)
    return;
  block -= BLOCK_HEAD;
  memcpy (&size, block, sizeof size);
  budget->used -= size + BLOCK_COST;
  g_free (block);
}

/* --- messages --------------------------------------------------------------------------- */

static gboolean
varint (const guint8 *bytes,
        gsize         end,
        gsize        *at,
        guint64      *value)
{
  *value = 0;
  for (int shift = 0; shift < 70 && *at < end; shift += 7)
    {
      guint8 byte = bytes[(*at)++];

      if (shift < 64)
        *value |= (guint64) (byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return TRUE;
    }
  return FALSE;
}

static gboolean
broken (GError **error)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT,
                       _("this is not an ONNX file, or it is damaged or cut off"));
  return FALSE;
}

/* protobuf-c calls itself for each message in a message, and puts together those that
 * come twice where one belongs, which takes time that grows with the square of their
 * number. So this looks at the bytes first, without calling itself. */
static gboolean
check_nesting (const ProtobufCMessageDescriptor *type,
               const guint8                     *bytes,
               gsize                             n,
               GError                          **error)
{
  struct
  {
    const ProtobufCMessageDescriptor *type;
    gsize                             end;
    guint64                           seen; /* of its fields, those that may come once */
  }     levels[CNN_ONNX_MAX_DEPTH];
  guint depth = 1;
  gsize at = 0;

  levels[0].type = type;
  levels[0].end = n;
  levels[0].seen = 0;
  while (TRUE)
    {
      const ProtobufCFieldDescriptor *field;
      guint64                         key, length;
      gsize                           end;

      while (depth > 0 && at == levels[depth - 1].end)
        depth--;
      if (depth == 0)
        return TRUE;
      end = levels[depth - 1].end;
      if (!varint (bytes, end, &at, &key) || key >> 3 == 0 || key >> 3 > G_MAXINT32)
        return broken (error);
      switch (key & 7)
        {
        case 0:
          if (!varint (bytes, end, &at, &length))
            return broken (error);
          continue;
        case 1:
          length = 8;
          break;
        case 2:
          if (!varint (bytes, end, &at, &length))
            return broken (error);
          break;
        case 5:
          length = 4;
          break;
        default:
          return broken (error);
        }
      if (length > end - at)
        return broken (error);

      field = protobuf_c_message_descriptor_get_field (levels[depth - 1].type,
                                                       (unsigned int) (key >> 3));
      if ((key & 7) != 2 || !field || field->type != PROTOBUF_C_TYPE_MESSAGE)
        {
          at += length;
          continue;
        }
      if (field->label != PROTOBUF_C_LABEL_REPEATED)
        {
          guint64 bit = (guint64) 1 << ((field - levels[depth - 1].type->fields) % 64);

          if (levels[depth - 1].seen & bit)
            return broken (error);
          levels[depth - 1].seen |= bit;
        }
      if (depth == CNN_ONNX_MAX_DEPTH)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                       _("the ONNX file is nested more than %d levels deep"), CNN_ONNX_MAX_DEPTH);
          return FALSE;
        }
      levels[depth].type = field->descriptor;
      levels[depth].end = at + length;
      levels[depth].seen = 0;
      depth++;
    }
}

/**
 * cnn_onnx_unpack:
 * @type: of the message
 * @bytes: [n]
 * @budget: what its memory counts for
 *
 * Returns: (transfer full): the message, for cnn_onnx_unpack_free() with the same budget;
 *   %NULL with CNN_ERROR_FORMAT or CNN_ERROR_LIMIT set
 */
ProtobufCMessage *
cnn_onnx_unpack (const ProtobufCMessageDescriptor  *type,
                 const guint8                      *bytes,
                 gsize                              n,
                 CnnOnnxBudget                     *budget,
                 GError                           **error)
{
  ProtobufCAllocator allocator = { budget_alloc, budget_free, budget };
  ProtobufCMessage  *message;

  if (!check_nesting (type, bytes, n, error))
    return NULL;
  message = protobuf_c_message_unpack (type, &allocator, n, bytes);
  if (message)
    return message;
  if (budget->refused)
    too_much (error);
  else
    broken (error);
  return NULL;
}

/**
 * cnn_onnx_unpack_free:
 * @message: (nullable) (transfer full): from cnn_onnx_unpack()
 * @budget: that it counts for
 */
void
cnn_onnx_unpack_free (ProtobufCMessage *message,
                      CnnOnnxBudget    *budget)
{
  ProtobufCAllocator allocator = { budget_alloc, budget_free, budget };

  if (message)
    protobuf_c_message_free_unpacked (message, &allocator);
}
