/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-editor-private.h"

#include <math.h>

#include "i18n.h"
#include "kernel-grid.h"
#include "kernel-paint.h"
#include "kernel-tools.h"

/* The parts of the editor say what the chosen kernel is. */

/* A channel has a tab up to so many. */
#define MAX_TABS 6

static void
show_kind (CnnKernelEditor *self, const CnnKernel *kernel)
{
  const CnnKernelKind *kind = kernel->kind;
  guint                n    = kind ? cnn_kernel_n_params (kind) : 0;

  gtk_combo_box_set_active_id (GTK_COMBO_BOX (self->kind), kind ? kind->name : "");
  gtk_label_set_text (GTK_LABEL (self->blurb), kind ? dgettext ("convolens", kind->blurb) : "");
  gtk_widget_set_visible (self->blurb, kind != NULL);
  gtk_widget_set_visible (self->args, n > 0);
  for (guint i = 0; i < CNN_KERNEL_MAX_PARAMS; i++)
    {
      const CnnKernelParam *param = i < n ? &kind->params[i] : NULL;

      gtk_widget_set_visible (self->arg_labels[i], param != NULL);
      gtk_widget_set_visible (self->arg_spins[i], param != NULL);
      if (param == NULL)
        continue;
      gtk_label_set_text (GTK_LABEL (self->arg_labels[i]), dgettext ("convolens", param->label));
      atk_object_set_name (gtk_widget_get_accessible (self->arg_spins[i]),
                           dgettext ("convolens", param->label));
      gtk_spin_button_set_range (GTK_SPIN_BUTTON (self->arg_spins[i]), param->min, param->max);
      gtk_spin_button_set_increments (GTK_SPIN_BUTTON (self->arg_spins[i]),
                                      param->max >= 360 ? 5.0 : 0.1, param->max >= 360 ? 45 : 1);
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->arg_spins[i]), kernel->args[i]);
    }
}

static char *
channel_name (CnnKernelEditor *self, int channel)
{
  const char *const colours[] = { _("R"), _("G"), _("B") };

  if (self->layer.colour && channel < 3)
    return g_strdup (colours[channel]);
  return g_strdup_printf ("%d", channel + 1);
}

static void
show_slices (CnnKernelEditor *self, const CnnKernel *kernel)
{
  int       n    = kernel_n_matrices (kernel);
  gboolean  many = n > MAX_TABS;
  GtkWidget *group = NULL;
  GList     *tabs;

  gtk_widget_set_visible (self->slices, !self->layer.matrix &&
                          (self->layer.channels > 1 || kernel->depth > 0));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->alike),
                                kernel->kind || kernel->depth == 0);
  gtk_widget_set_sensitive (self->alike, kernel->depth > 0 || self->layer.channels > 0);
  gtk_widget_set_visible (self->tabs, kernel->depth > 0 && !many);
  gtk_widget_set_visible (self->slice, kernel->depth > 0 && many);
  gtk_spin_button_set_range (GTK_SPIN_BUTTON (self->slice), 1, MAX (n, 1));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->slice), self->channel + 1);

  tabs = gtk_container_get_children (GTK_CONTAINER (self->tabs));
  if ((int) g_list_length (tabs) != (many ? 0 : n) ||
      self->layer.colour != GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self->tabs), "colour")))
    {
      g_list_free_full (tabs, (GDestroyNotify) gtk_widget_destroy);
      for (int i = 0; i < n && !many; i++)
        {
          g_autofree char *name   = channel_name (self, i);
          g_autofree char *spoken = g_strdup_printf (_("Channel %s"), name);
          GtkWidget       *tab    = gtk_radio_button_new_with_label_from_widget (
                                      group ? GTK_RADIO_BUTTON (group) : NULL, name);

          gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (tab), FALSE);
          atk_object_set_name (gtk_widget_get_accessible (tab), spoken);
          g_object_set_data (G_OBJECT (tab), "channel", GINT_TO_POINTER (i));
          g_signal_connect (tab, "toggled", G_CALLBACK (kernel_editor_tab), self);
          gtk_container_add (GTK_CONTAINER (self->tabs), tab);
          gtk_widget_show (tab);
          group = group ? group : tab;
        }
      g_object_set_data (G_OBJECT (self->tabs), "colour", GINT_TO_POINTER (self->layer.colour));
      tabs = gtk_container_get_children (GTK_CONTAINER (self->tabs));
    }
  if (!many)
    gtk_toggle_button_set_active (g_list_nth_data (tabs, self->channel), TRUE);
  g_list_free (tabs);
}

static char *
sum_sentence (CnnKernelEditor *self, const CnnKernel *kernel)
{
  double             sum      = kernel_total (kernel, self->layer.size);
  gboolean           each     = self->layer.channels > 1 && (kernel->kind || kernel->depth == 0);
  CnnSize            size;
  g_autofree double *values   = kernel_draw (kernel, self->channel, self->layer.size, &size);
  double             strength = cnn_kernel_strength (values, (gsize) size.height * size.width);
  g_autofree char   *number   = cnn_kernel_short (sum, 9);

  if (fabs (sum) <= 1e-9 * strength)
    return g_strdup (each ? _("Sum 0 in each channel: even areas become 0")
                          : _("Sum 0: even areas become 0"));
  if (fabs (sum - 1.0) <= 1e-9)
    return g_strdup (each ? _("Sum 1 in each channel: keeps its brightness")
                          : _("Sum 1: keeps the brightness"));
  return g_strdup_printf (each ? _("Sum %s in each channel: multiplies even areas by it")
                               : _("Sum %s: multiplies even areas by it"), number);
}

/** kernel_editor_show_chosen: all parts say what the chosen kernel is. */
void
kernel_editor_show_chosen (CnnKernelEditor *self)
{
  CnnKernel         *kernel = kernel_editor_chosen (self);
  CnnSize            size;
  g_autofree double *values = NULL;
  g_autofree char   *sum    = sum_sentence (self, kernel);

  self->channel = CLAMP (self->channel, 0, kernel_n_matrices (kernel) - 1);
  values = kernel_draw_written (kernel, self->channel, self->layer.size, &size);
  show_kind (self, kernel);
  show_slices (self, kernel);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->rows), size.height);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->columns), size.width);
  gtk_widget_set_sensitive (self->rows, kernel->kind == NULL);
  gtk_widget_set_sensitive (self->columns, kernel->kind == NULL);
  cnn_kernel_grid_set (CNN_KERNEL_GRID (self->grid), size, values);
  gtk_label_set_text (GTK_LABEL (self->sum), sum);
  gtk_widget_set_visible (self->sum, !self->layer.matrix);
  cnn_kernel_tools_show (self->tools, kernel, self->layer.size);
}
