/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-editor-private.h"

#include "i18n.h"
#include "kernel-grid.h"
#include "kernel-list.h"
#include "kernel-tools.h"

/* The editor's parts and where they stand. */

#define MAX_SIDE 4095

static GtkWidget *
wrapped_label (gboolean dim)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 40);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  if (dim)
    gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
  return label;
}

static void
make_none (CnnKernelEditor *self)
{
  GtkWidget *label  = wrapped_label (TRUE);
  GtkWidget *button = gtk_button_new_with_mnemonic (_("_Write numbers"));

  gtk_label_set_text (GTK_LABEL (label), _("Drawn at random from the seed"));
  self->start = button;
  gtk_widget_set_tooltip_text (button, _("Give the numbers yourself instead of random ones"));
  self->none = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_pack_start (GTK_BOX (self->none), label, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->none), button, FALSE, FALSE, 0);
  gtk_widget_show_all (self->none);
}

static void
make_kind (CnnKernelEditor *self)
{
  guint                       n;
  const CnnKernelKind *const *kinds = cnn_kernel_kinds (&n);
  GtkCellRenderer            *cell;
  GList                      *cells;

  self->kind = gtk_combo_box_text_new ();
  gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->kind), "", _("Numbers"));
  for (guint i = 0; i < n; i++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (self->kind), kinds[i]->name,
                               dgettext ("convolens", kinds[i]->label));
  cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (self->kind));
  cell = cells->data;
  g_object_set (cell, "ellipsize", PANGO_ELLIPSIZE_END, NULL);
  g_list_free (cells);
  gtk_combo_box_set_popup_fixed_width (GTK_COMBO_BOX (self->kind), FALSE);
  atk_object_set_name (gtk_widget_get_accessible (self->kind), _("Kind of kernel"));
}

static GtkWidget *
make_list_row (CnnKernelEditor *self)
{
  static const struct { const char *icon; const char *name; } buttons[] = {
    [KERNEL_ADD] = { "list-add-symbolic", N_("Add a kernel") },
    [KERNEL_DUPLICATE] = { "edit-copy-symbolic", N_("Duplicate this kernel") },
    [KERNEL_REMOVE] = { "list-remove-symbolic", N_("Remove this kernel") },
    [KERNEL_EARLIER] = { "go-previous-symbolic", N_("Move this kernel to the front") },
    [KERNEL_LATER] = { "go-next-symbolic", N_("Move this kernel to the back") },
  };
  GtkWidget *row   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  make_kind (self);
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      self->buttons[i] = cnn_kernel_tool_button (buttons[i].icon, NULL, _(buttons[i].name));
      gtk_container_add (GTK_CONTAINER (group), self->buttons[i]);
    }
  gtk_style_context_add_class (gtk_widget_get_style_context (group), "linked");
  gtk_box_pack_start (GTK_BOX (row), self->kind, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), group, FALSE, FALSE, 0);
  return row;
}

static void
make_args (CnnKernelEditor *self)
{
  self->args = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->args), 6);
  gtk_grid_set_row_spacing (GTK_GRID (self->args), 3);
  for (int i = 0; i < CNN_KERNEL_MAX_PARAMS; i++)
    {
      self->arg_labels[i] = wrapped_label (FALSE);
      gtk_widget_set_hexpand (self->arg_labels[i], TRUE);
      self->arg_spins[i] = gtk_spin_button_new_with_range (0, 1, 0.1);
      gtk_spin_button_set_digits (GTK_SPIN_BUTTON (self->arg_spins[i]), 2);
      gtk_entry_set_width_chars (GTK_ENTRY (self->arg_spins[i]), 5);
      gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (self->arg_spins[i]), FALSE);
      cnn_kernel_calm (self->arg_spins[i]);
      cnn_kernel_narrow (self->arg_spins[i]);
      gtk_grid_attach (GTK_GRID (self->args), self->arg_labels[i], 0, i, 1, 1);
      gtk_grid_attach (GTK_GRID (self->args), self->arg_spins[i], 1, i, 1, 1);
    }
  gtk_widget_show (self->args);
}

static GtkWidget *
make_size_row (CnnKernelEditor *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->rows = gtk_spin_button_new_with_range (1, MAX_SIDE, 1);
  self->columns = gtk_spin_button_new_with_range (1, MAX_SIDE, 1);
  atk_object_set_name (gtk_widget_get_accessible (self->rows), _("Rows of the kernel"));
  atk_object_set_name (gtk_widget_get_accessible (self->columns), _("Columns of the kernel"));
  gtk_widget_set_tooltip_text (self->rows, _("Rows; a kernel with a name has those of the layer"));
  gtk_widget_set_tooltip_text (self->columns,
                               _("Columns; a kernel with a name has those of the layer"));
  gtk_box_pack_start (GTK_BOX (row), gtk_label_new (_("Rows × columns")), FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->columns, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), gtk_label_new ("×"), FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (row), self->rows, FALSE, FALSE, 0);
  for (int i = 0; i < 2; i++)
    {
      GtkWidget *spin = i == 0 ? self->rows : self->columns;

      gtk_entry_set_width_chars (GTK_ENTRY (spin), 3);
      cnn_kernel_calm (spin);
      cnn_kernel_narrow (spin);
    }
  return row;
}

static void
make_slices (CnnKernelEditor *self)
{
  self->slices = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->tabs = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->tabs), "linked");
  self->slice = gtk_spin_button_new_with_range (1, 2, 1);
  cnn_kernel_calm (self->slice);
  atk_object_set_name (gtk_widget_get_accessible (self->slice), _("Channel"));
  self->alike = gtk_check_button_new_with_mnemonic (_("Same f_or all channels"));
  gtk_widget_set_tooltip_text (self->alike,
                               _("One matrix for every input channel, or one for each"));
  gtk_box_pack_start (GTK_BOX (self->slices), self->alike, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->slices), self->tabs, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->slices), self->slice, FALSE, FALSE, 0);
}

static void
make_some (CnnKernelEditor *self)
{
  GtkBox    *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 6));
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->some = GTK_WIDGET (box);
  self->top = top;
  self->list = cnn_kernel_list_new ();
  self->blurb = wrapped_label (TRUE);
  self->grid = cnn_kernel_grid_new ();
  self->tools = cnn_kernel_tools_new ();
  self->sum = wrapped_label (FALSE);
  make_args (self);
  make_slices (self);
  gtk_box_pack_start (GTK_BOX (top), self->list, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (top), make_list_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (box, top, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->blurb, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->args, FALSE, FALSE, 0);
  gtk_box_pack_start (box, make_size_row (self), FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->slices, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->grid, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->sum, FALSE, FALSE, 0);
  gtk_box_pack_start (box, self->tools, FALSE, FALSE, 0);
  gtk_widget_show_all (self->some);
}

/** kernel_editor_make: makes the parts and puts them together. */
void
kernel_editor_make (CnnKernelEditor *self)
{
  make_none (self);
  make_some (self);
  self->message = wrapped_label (FALSE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->message), "error");
  gtk_box_pack_start (GTK_BOX (self), self->none, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->some, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->message, FALSE, FALSE, 0);
}
