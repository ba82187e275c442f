/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter-kernels.h"

#include <math.h>

#include "i18n.h"
#include "kernel-grid.h"
#include "kernel-text.h"
#include "kernels-strip.h"
#include "number-text.h"
#include "plan.h"

/* Pixels that the numbers may take, up and down. */
#define NUMBERS 175

/* Digits of a float that count. */
#define DIGITS "%.7g"

struct _CnnFilterKernels
{
  GtkBox     parent_instance;
  GtkWidget *strip;
  GtkWidget *about;   /* what the pictures are of */
  GtkWidget *numbers; /* with what follows */
  GtkWidget *which;
  GtkWidget *grid;
  GtkWidget *offset;
  CnnTensor *kernels; /* (nullable): [outputs][rows][columns][depth], whose numbers are seen */
  double    *offsets; /* (nullable): [outputs] */
};

G_DEFINE_FINAL_TYPE (CnnFilterKernels, cnn_filter_kernels, GTK_TYPE_BOX)

/* --- kernels of a network ---------------------------------------------------------------- */

/* (transfer full) (nullable): those of its first layer that has any of more than one cell. */
static CnnTensor *
first_kernels (CnnNetwork *network)
{
  CnnShape            input = cnn_network_input (network, (CnnShape) { 32, 32, 3 });
  guint               last = cnn_network_n_nodes (network) - 1;
  g_autoptr (CnnPlan) plan = cnn_plan_new (network, input, 1, &last, NULL, NULL);

  for (guint i = 0; plan && i <= last; i++)
    {
      guint             n;
      CnnTensor *const *weights = cnn_plan_weights (plan, i, &n);

      if (n > 0 && weights[0]->n_dims == 4 && weights[0]->dims[1] * weights[0]->dims[2] > 1)
        return cnn_tensor_ref (weights[0]);
    }
  return NULL;
}

/* --- one of them in numbers -------------------------------------------------------------- */

/* (transfer full): a matrix of a kernel, [rows][columns]. */
static double *
matrix_values (const CnnTensor *kernels, int output, int d)
{
  int     rows = kernels->dims[1], columns = kernels->dims[2], depth = kernels->dims[3];
  double *values = g_new (double, (gsize) rows * columns);

  for (int i = 0; i < rows * columns; i++)
    {
      char  buffer[G_ASCII_DTOSTR_BUF_SIZE];
      gsize at = ((gsize) output * rows * columns + (gsize) i) * depth + d;

      g_ascii_formatd (buffer, sizeof buffer, DIGITS, kernels->values[at]);
      values[i] = g_ascii_strtod (buffer, NULL);
    }
  return values;
}

static int
chosen_matrix (CnnFilterKernels *self)
{
  return MAX (gtk_combo_box_get_active (GTK_COMBO_BOX (self->which)), 0);
}

static void
show_numbers (CnnFilterKernels *self)
{
  int               depth = self->kernels ? self->kernels->dims[3] : 1;
  int               output = chosen_matrix (self) / depth, d = chosen_matrix (self) % depth;
  g_autofree double *values = NULL;
  g_autofree char   *number = NULL, *text = NULL;

  if (self->kernels == NULL)
    return;
  values = matrix_values (self->kernels, output, d);
  cnn_kernel_grid_set (CNN_KERNEL_GRID (self->grid),
                       (CnnSize) { self->kernels->dims[1], self->kernels->dims[2] }, values);
  /* Nobody sees less than this. */
  number = self->offsets && fabs (self->offsets[output]) > 1e-4
             ? cnn_number_short (self->offsets[output])
             : NULL;
  text = number ? g_strdup_printf (_("and %s is added"), number) : NULL;
  gtk_label_set_text (GTK_LABEL (self->offset), text ? text : "");
}

static const char *
channel_name (int channel)
{
  const char *const names[] = { _("Red"), _("Green"), _("Blue") };

  return names[CLAMP (channel, 0, 2)];
}

static void
list_matrices (CnnFilterKernels *self)
{
  int outputs = self->kernels->dims[0], depth = self->kernels->dims[3];

  gtk_combo_box_text_remove_all (GTK_COMBO_BOX_TEXT (self->which));
  for (int output = 0; output < outputs; output++)
    for (int d = 0; d < depth; d++)
      {
        g_autofree char *text = NULL;

        if (depth > 1)
          /* Translators: which colour a kernel makes of which: “Red from green”. */
          text = g_strdup_printf (_("%s from %s"), channel_name (output), channel_name (d));
        gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (self->which),
                                        text ? text : channel_name (output));
      }
  gtk_combo_box_set_active (GTK_COMBO_BOX (self->which), 0);
  gtk_widget_set_visible (self->which, outputs * depth > 1);
}

/* --- what is shown ----------------------------------------------------------------------- */

/**
 * cnn_filter_kernels_show:
 * @result: (nullable): whose kernels; copied. %NULL: none
 */
void
cnn_filter_kernels_show (CnnFilterKernels *self, const CnnFilterResult *result)
{
  g_autoptr (CnnTensor) first = NULL;

  g_clear_pointer (&self->kernels, cnn_tensor_unref);
  g_clear_pointer (&self->offsets, g_free);
  if (result && result->kernels)
    {
      self->kernels = cnn_tensor_ref (result->kernels);
      if (result->offset)
        self->offsets = g_memdup2 (result->offset, self->kernels->dims[0] * sizeof (double));
      list_matrices (self);
      show_numbers (self);
    }
  else if (result)
    first = first_kernels (result->network);
  gtk_label_set_text (GTK_LABEL (self->about), self->kernels ? _("What was learnt")
                                               : first       ? _("Kernels of the first layer")
                                                             : "");
  cnn_kernels_strip_show (CNN_KERNELS_STRIP (self->strip), self->kernels ? self->kernels : first);
  gtk_widget_set_visible (self->numbers, self->kernels != NULL);
  if (self->kernels == NULL)
    gtk_widget_hide (self->which);
}

/**
 * cnn_filter_kernels_text:
 *
 * Returns: (transfer full) (nullable): the kernel whose numbers are seen, of all channels that it
 *   sees, as the kernel editor and spreadsheets take it
 */
char *
cnn_filter_kernels_text (CnnFilterKernels *self)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  CnnSize            size;
  int                depth, output;

  if (self->kernels == NULL)
    return NULL;
  size = (CnnSize) { self->kernels->dims[1], self->kernels->dims[2] };
  depth = self->kernels->dims[3];
  output = chosen_matrix (self) / depth;
  for (int d = 0; d < depth; d++)
    {
      g_autofree double *matrix = matrix_values (self->kernels, output, d);

      g_array_append_vals (values, matrix, (guint) (size.height * size.width));
    }
  return cnn_kernel_text_write (&g_array_index (values, double, 0), depth > 1 ? depth : 0, size);
}

/* --- the object -------------------------------------------------------------------------- */

static void
cnn_filter_kernels_finalize (GObject *object)
{
  CnnFilterKernels *self = CNN_FILTER_KERNELS (object);

  g_clear_pointer (&self->kernels, cnn_tensor_unref);
  g_free (self->offsets);
  G_OBJECT_CLASS (cnn_filter_kernels_parent_class)->finalize (object);
}

static void
cnn_filter_kernels_class_init (CnnFilterKernelsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_filter_kernels_finalize;
}

static void
cnn_filter_kernels_init (CnnFilterKernels *self)
{
  GtkWidget *pictures = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  gtk_box_set_spacing (GTK_BOX (self), 18);
  self->about = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->about), 0.0);
  self->strip = cnn_kernels_strip_new ();
  self->which = gtk_combo_box_text_new ();
  atk_object_set_name (gtk_widget_get_accessible (self->which), _("Kernel"));
  gtk_widget_set_tooltip_text (self->which, _("Whose numbers are seen"));
  gtk_box_pack_start (GTK_BOX (pictures), self->about, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (pictures), self->strip, FALSE, FALSE, 0);
  gtk_widget_set_halign (self->which, GTK_ALIGN_START);
  gtk_box_pack_start (GTK_BOX (pictures), self->which, FALSE, FALSE, 0);

  self->numbers = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  self->grid = cnn_kernel_grid_new ();
  cnn_kernel_grid_set_read_only (CNN_KERNEL_GRID (self->grid), NUMBERS);
  self->offset = gtk_label_new (NULL);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->offset), "dim-label");
  gtk_box_pack_start (GTK_BOX (self->numbers), self->grid, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->numbers), self->offset, FALSE, FALSE, 0);
  g_signal_connect_swapped (self->which, "changed", G_CALLBACK (show_numbers), self);

  gtk_box_pack_start (GTK_BOX (self), pictures, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->numbers, FALSE, FALSE, 0);
  gtk_widget_show_all (pictures);
  gtk_widget_show_all (self->numbers);
  gtk_widget_hide (self->numbers);
  gtk_widget_hide (self->which);
}

/** cnn_filter_kernels_new: (transfer floating): none yet. */
GtkWidget *
cnn_filter_kernels_new (void)
{
  return g_object_new (CNN_TYPE_FILTER_KERNELS, NULL);
}
