/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* Pictures that are made in a build, and those of the documentation. */

char            *picture_made    (const char *name);
cairo_surface_t *picture_load    (const char *file);
guint32          picture_pixel   (cairo_surface_t *surface, int x, int y);
double           picture_differ  (cairo_surface_t *a, cairo_surface_t *b);
double           picture_blot    (cairo_surface_t *a, cairo_surface_t *b);
void             picture_check   (const char *name, const char *folder, gboolean drawing,
                                  const char *command);

G_END_DECLS
