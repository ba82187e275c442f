/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CNN_ERROR (cnn_error_quark ())

/**
 * CnnError:
 * @CNN_ERROR_SPEC: the network's text or a parameter is not valid
 * @CNN_ERROR_SHAPE: a layer cannot take the shape it is given
 * @CNN_ERROR_UNSUPPORTED: valid, but nothing here can run it
 * @CNN_ERROR_FORMAT: a file is not what it says it is
 * @CNN_ERROR_LIMIT: larger than this machine or this program takes
 * @CNN_ERROR_IO: reading or writing failed
 * @CNN_ERROR_CANCELLED: the caller asked to stop
 */
typedef enum
{
  CNN_ERROR_SPEC,
  CNN_ERROR_SHAPE,
  CNN_ERROR_UNSUPPORTED,
  CNN_ERROR_FORMAT,
  CNN_ERROR_LIMIT,
  CNN_ERROR_IO,
  CNN_ERROR_CANCELLED
} CnnError;

GQuark cnn_error_quark (void);

G_END_DECLS
