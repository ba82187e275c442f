/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The cell that a person points at, and the arithmetic behind it. */

#include "editor-private.h"

#include "arithmetic-view.h"
#include "maps-view.h"
#include "partial.h"

/* The arithmetic follows the pointer, but not through every cell on its way. */
#define HOVER_DELAY_MS 30

void
cnn_editor_forget_cell (CnnEditor *self)
{
  self->hovered.map = self->pinned.map = -1;
  g_clear_handle_id (&self->hover_id, g_source_remove);
  g_cancellable_cancel (self->explaining);
  cnn_maps_view_set_outline (CNN_MAPS_VIEW (self->maps), NULL);
  cnn_maps_view_set_pin (CNN_MAPS_VIEW (self->maps), -1, 0, 0);
  cnn_arithmetic_view_show (CNN_ARITHMETIC_VIEW (self->arithmetic), NULL);
}

static void
explained (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CnnEditor)    self  = data;
  g_autoptr (GError)       error = NULL;
  g_autoptr (CnnExplained) what  = cnn_explain_finish (result, &error);

  if (self->arithmetic == NULL || g_error_matches (error, CNN_ERROR, CNN_ERROR_CANCELLED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (what != NULL)
    cnn_arithmetic_view_show (CNN_ARITHMETIC_VIEW (self->arithmetic), g_steal_pointer (&what));
  else
    cnn_arithmetic_view_say (CNN_ARITHMETIC_VIEW (self->arithmetic), error->message);
}

static void
explain (CnnEditor *self, const CnnEditorCell *cell)
{
  CnnNetwork *network = cnn_draft_network (self->draft);
  int         node    = cnn_editor_node (self);
  CnnRect     field;

  g_cancellable_cancel (self->explaining);
  if (network == NULL || node == 0 || cell->map < 0)
    return;
  g_clear_object (&self->explaining);
  self->explaining = g_cancellable_new ();
  field = cnn_receptive_rect (&cnn_draft_infos (self->draft)[node].receptive, cell->y, cell->x);
  cnn_maps_view_set_outline (CNN_MAPS_VIEW (self->maps), &field);
  if (!gtk_widget_get_visible (self->arithmetic))
    return;
  cnn_explain_async (self->explainer, network, (guint) node, cell->map, cell->y, cell->x,
                     self->explaining, explained, g_object_ref (self));
}

/* After an edit a cell that is held on to is explained anew, if there still is one. */
void
cnn_editor_cell_again (CnnEditor *self)
{
  const CnnEditorCell *cell = &self->pinned;
  int                  node = cnn_editor_node (self);
  CnnShape             shape;

  if (cell->map >= 0 && node > 0)
    {
      shape = cnn_draft_infos (self->draft)[node].shape;
      if (cell->map < shape.channels && cell->y < shape.height && cell->x < shape.width)
        {
          explain (self, cell);
          return;
        }
    }
  cnn_editor_forget_cell (self);
}

static gboolean
explain_hovered (gpointer data)
{
  CnnEditor *self = data;

  self->hover_id = 0;
  explain (self, &self->hovered);
  return G_SOURCE_REMOVE;
}

void
cnn_editor_hover (CnnEditor *self, int map, int y, int x)
{
  self->hovered = (CnnEditorCell) { map, y, x };
  if (map < 0 || self->pinned.map >= 0 || self->hover_id != 0)
    return;
  self->hover_id = g_timeout_add (HOVER_DELAY_MS, explain_hovered, self);
}

/* A click holds on to a cell and wants to know of it; another click on it lets go. */
void
cnn_editor_pin (CnnEditor *self, int map, int y, int x)
{
  gboolean again = self->pinned.map == map && self->pinned.y == y && self->pinned.x == x;

  self->pinned = again ? (CnnEditorCell) { -1, 0, 0 } : (CnnEditorCell) { map, y, x };
  cnn_maps_view_set_pin (CNN_MAPS_VIEW (self->maps), self->pinned.map, self->pinned.y,
                         self->pinned.x);
  if (again)
    return;
  if (!gtk_widget_get_visible (self->arithmetic))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->arithmetic_toggle), TRUE);
  else
    explain (self, &self->pinned);
}

/* While nobody can see it nothing is explained. */
void
cnn_editor_arithmetic_toggled (CnnEditor *self)
{
  gboolean shown = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->arithmetic_toggle));

  gtk_widget_set_visible (self->arithmetic, shown);
  if (shown)
    explain (self, self->pinned.map >= 0 ? &self->pinned : &self->hovered);
}

void
cnn_editor_select_field (CnnEditor *self)
{
  CnnArithmeticView  *view  = CNN_ARITHMETIC_VIEW (self->arithmetic);
  const CnnExplained *what  = cnn_arithmetic_view_explained (view);
  CnnShape            shape = cnn_picture_shape (self->picture);
  CnnShape            input;
  CnnRect             field, all = { 0, 0, shape.width, shape.height };

  if (what == NULL)
    return;
  /* A network with an input of its own sees the picture scaled to that. */
  input = what->infos[0].shape;
  field.x = (int) ((gint64) what->field.x * shape.width / input.width);
  field.y = (int) ((gint64) what->field.y * shape.height / input.height);
  field.width = (int) (((gint64) (what->field.x + what->field.width) * shape.width +
                        input.width - 1) / input.width) - field.x;
  field.height = (int) (((gint64) (what->field.y + what->field.height) * shape.height +
                         input.height - 1) / input.height) - field.y;
  if (cnn_rect_intersect (&field, &all))
    g_signal_emit_by_name (self, "select-field", &field);
}

void
cnn_editor_partial_sums (CnnEditor *self)
{
  CnnArithmeticView      *view  = CNN_ARITHMETIC_VIEW (self->arithmetic);
  const CnnExplained     *what  = cnn_arithmetic_view_explained (view);
  const CnnExplainedStep *step  = cnn_arithmetic_view_sums (view);
  g_autoptr (GError)      error = NULL;
  g_autofree char        *text  = NULL;

  if (what == NULL || step == NULL)
    return;
  text = cnn_partial_sums (what->network, cnn_picture_shape (self->picture), step->node, step->map,
                           &error);
  if (text != NULL)
    g_signal_emit_by_name (self, "partial-sums", text);
  else
    cnn_arithmetic_view_say (CNN_ARITHMETIC_VIEW (self->arithmetic), error->message);
}
