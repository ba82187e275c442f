/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "editor-private.h"

#include "arithmetic-view.h"
#include "preview-test.h"

G_BEGIN_DECLS

/**
 * Bench:
 * @editor: in a window of its own
 * @area: where the maps are
 * @list: of the cards
 * @progress: what the preview said last
 * @n_fields: "select-field" signals, the last one's in @field
 * @sums: what "partial-sums" said last
 *
 * An editor to be used as a person uses it.
 */
typedef struct
{
  CnnEditor *editor;
  GtkWidget *window;
  GtkWidget *area;
  GtkWidget *list;
  double     progress;
  int        n_fields;
  CnnRect    field;
  char      *sums;
} Bench;

void                bench_open      (Bench *bench, CnnPicture *picture, const char *network,
                                     int width, int height);
void                bench_close     (Bench *bench);
void                bench_settle    (Bench *bench);

GtkWidget          *bench_find      (Bench *bench, GType type, const char *name);
void                bench_press     (Bench *bench, const char *name);
void                bench_key       (GtkWidget *widget, guint key, GdkModifierType state);
void                bench_add       (Bench *bench, const char *label);
void                bench_select    (Bench *bench, int layer);
GtkWidget          *bench_card      (Bench *bench, int layer);
void                bench_card_key  (Bench *bench, guint key, GdkModifierType state);
void                bench_tick_card (Bench *bench, int layer, gboolean on);
const CnnExplained *bench_point     (Bench *bench);
void                bench_assert    (Bench *bench, const char *property, const char *expected);
void                bench_check     (Bench *bench);

G_END_DECLS
