/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create() */
#include "graph.h"

#include <sys/mman.h>
#include <unistd.h>

/* Files without their weights say “so many times this number” instead: a few bytes that
 * stand for hundreds of megabytes. Here the same few pages of memory are seen again and
 * again, so that such a tensor is read like any other and takes next to nothing. */

#define BLOCK     ((gsize) 256 << 10)
#define MOST      ((gsize) 4 << 30) /* bytes that may be seen, in all such tensors there are:
                                     * a process may have 65530 mappings */
#define WORTH_IT  BLOCK

static gsize mapped; /* bytes that are seen now */

static gboolean
fill_block (int fd, float value)
{
  float *block;

  if (ftruncate (fd, BLOCK) != 0)
    return FALSE;
  block = mmap (NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (block == MAP_FAILED)
    return FALSE;
  for (gsize i = 0; i < BLOCK / sizeof (float); i++)
    block[i] = value;
  munmap (block, BLOCK);
  return TRUE;
}

/* Room for @n_bytes, a multiple of the block, all of it the block in @fd. */
static float *
map_blocks (int fd, gsize n_bytes)
{
  char *start;

  if (g_atomic_pointer_add (&mapped, n_bytes) + n_bytes > MOST)
    {
      g_atomic_pointer_add (&mapped, -n_bytes);
      return NULL;
    }
  start = mmap (NULL, n_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED)
    {
      g_atomic_pointer_add (&mapped, -n_bytes);
      return NULL;
    }
  for (gsize at = 0; at < n_bytes; at += BLOCK)
    if (mmap (start + at, BLOCK, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
      {
        munmap (start, n_bytes);
        g_atomic_pointer_add (&mapped, -n_bytes);
        return NULL;
      }
  return (float *) (gpointer) start;
}

static gsize
mapped_bytes (const CnnOnnxTensor *tensor)
{
  return (tensor->n * sizeof (float) + BLOCK - 1) / BLOCK * BLOCK;
}

/**
 * cnn_onnx_tensor_uniform:
 * @dims: [n_dims]
 * @value: what all its numbers are
 *
 * Returns: (transfer full) (nullable): the tensor, whose numbers must not be written if it
 *   is large; %NULL if there are too many or an extent is negative
 */
CnnOnnxTensor *
cnn_onnx_tensor_uniform (int n_dims, const gint64 *dims, float value)
{
  double         n = 1.0;
  CnnOnnxTensor *tensor;
  int            fd;

  for (int d = 0; d < n_dims; d++)
    {
      if (dims[d] < 0)
        return NULL;
      n *= (double) dims[d];
    }
  if (n * sizeof (float) > MOST)
    return NULL;
  if (n * sizeof (float) < WORTH_IT)
    {
      tensor = cnn_onnx_tensor_floats (n_dims, dims);
      for (gsize i = 0; tensor && i < tensor->n; i++)
        tensor->floats[i] = value;
      return tensor;
    }
  fd = memfd_create ("uniform", MFD_CLOEXEC);
  if (fd < 0)
    return NULL;
  tensor = g_new0 (CnnOnnxTensor, 1);
  tensor->ref_count = 1;
  tensor->type = 1;
  tensor->n_dims = n_dims;
  for (int d = 0; d < n_dims; d++)
    tensor->dims[d] = dims[d];
  tensor->n = (gsize) n;
  tensor->uniform = TRUE;
  if (fill_block (fd, value))
    tensor->floats = map_blocks (fd, mapped_bytes (tensor));
  close (fd);
  if (tensor->floats == NULL)
    g_clear_pointer (&tensor, g_free);
  return tensor;
}

/** cnn_onnx_tensor_bytes: the memory that its numbers take, without those of another tensor. */
gsize
cnn_onnx_tensor_bytes (const CnnOnnxTensor *tensor)
{
  return tensor->owner     ? 0
         : tensor->uniform ? BLOCK
         : tensor->floats  ? tensor->n * sizeof (float) : tensor->n * sizeof (gint64);
}

/** cnn_onnx_tensor_uniform_clear: frees the numbers of one that is @uniform. */
void
cnn_onnx_tensor_uniform_clear (CnnOnnxTensor *tensor)
{
  munmap (tensor->floats, mapped_bytes (tensor));
  g_atomic_pointer_add (&mapped, -mapped_bytes (tensor));
}
