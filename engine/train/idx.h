/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CNN_IDX_MAX_DIMS 4

/** CnnIdxType: what numbers a file has: its third byte. */
typedef enum
{
  CNN_IDX_UBYTE = 0x08,
  CNN_IDX_BYTE = 0x09,
  CNN_IDX_SHORT = 0x0b,
  CNN_IDX_INT = 0x0c,
  CNN_IDX_FLOAT = 0x0d,
  CNN_IDX_DOUBLE = 0x0e
} CnnIdxType;

/**
 * CnnIdx:
 * @file: its name for a person
 * @type: of its numbers
 * @n_dims: how many of @dims count
 * @dims: its extents, outermost first
 * @bytes: its numbers, with the highest byte first
 *
 * An IDX file.
 */
typedef struct
{
  char         *file;
  CnnIdxType    type;
  int           n_dims;
  guint32       dims[CNN_IDX_MAX_DIMS];
  const guint8 *bytes;
  GBytes       *storage;
} CnnIdx;

CnnIdx *cnn_idx_open  (const char *file, GError **error);
void    cnn_idx_free  (CnnIdx *idx);
double  cnn_idx_value (const CnnIdx *idx, gsize i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CnnIdx, cnn_idx_free)

G_END_DECLS
