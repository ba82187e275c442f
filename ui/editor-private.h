/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"
#include "editor.h"
#include "explain-job.h"
#include "keep.h"
#include "preview.h"

G_BEGIN_DECLS

/* A cell of a map. */
typedef struct
{
  int map; /* -1: none */
  int y;
  int x;
} CnnEditorCell;

struct _CnnEditor
{
  GtkBox         parent_instance;

  CnnPicture    *picture;
  CnnDraft      *draft;
  CnnKeep       *keep;
  CnnPreview    *preview;
  CnnExplainer  *explainer;

  GtkWidget     *file;
  GtkWidget     *layers;     /* the cards above the parameters */
  int            layers_height; /* of the cards, as it was set last; -1 for not yet */
  GtkWidget     *stack;
  GtkWidget     *params;
  GtkWidget     *maps;
  GtkWidget     *arithmetic;
  GtkWidget     *arithmetic_toggle;
  GtkWidget     *output;

  char          *stages;     /* as they were given, until a person ticks */
  char          *map_list;
  gboolean       telling;    /* our own ticks come back as signals */
  int            layer;      /* the selected one; -1 is the picture */
  CnnEditorCell  hovered;
  CnnEditorCell  pinned;
  guint          hover_id;
  GCancellable  *explaining;
};

int  cnn_editor_node               (CnnEditor *self);

/* editor-parts.c: what stands where */
void cnn_editor_fill               (CnnEditor *self, const char *presets_folder);
void cnn_editor_fit_layers         (CnnEditor *self);

/* editor-cell.c: the cell that is looked at */
void cnn_editor_cell_again         (CnnEditor *self);
void cnn_editor_forget_cell        (CnnEditor *self);
void cnn_editor_hover              (CnnEditor *self, int map, int y, int x);
void cnn_editor_pin                (CnnEditor *self, int map, int y, int x);
void cnn_editor_arithmetic_toggled (CnnEditor *self);
void cnn_editor_select_field       (CnnEditor *self);
void cnn_editor_partial_sums       (CnnEditor *self);

G_END_DECLS
