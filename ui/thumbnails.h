/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "picture.h"

G_BEGIN_DECLS

/**
 * CnnThumbnails:
 *
 * Makes small pictures of what networks make of a picture, one after the other, away from
 * the main thread. The main thread alone calls it.
 */
typedef struct _CnnThumbnails CnnThumbnails;

/**
 * CnnThumbnailFunc:
 * @text: the network
 * @surface: (nullable): the small picture, as large as the map is; %NULL where there is
 *   none to be had
 * @data: what was given with it
 */
typedef void (*CnnThumbnailFunc) (const char *text, cairo_surface_t *surface, gpointer data);

CnnThumbnails   *cnn_thumbnails_new  (CnnPicture *picture, CnnThumbnailFunc done, gpointer data);
void             cnn_thumbnails_want (CnnThumbnails *thumbnails, const char *text);
void             cnn_thumbnails_free (CnnThumbnails *thumbnails);

cairo_surface_t *cnn_thumbnail_make  (CnnPicture *picture, const char *text,
                                      GCancellable *cancellable, GError **error);

G_END_DECLS
