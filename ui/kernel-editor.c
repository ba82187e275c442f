/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-editor-private.h"

#include <string.h>

#include "i18n.h"
#include "kernel-edit.h"
#include "kernel-grid.h"
#include "kernel-list.h"
#include "kernel-tools.h"

/* The parts talk to the model, self->kernels, and show() brings all of them up to date
 * with it. */

#define MAX_SIDE 4095
/* A matrix to begin with may have so many numbers. */
#define MAX_CELLS 65536

enum
{
  CHANGED,
  BEGIN,
  END,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnKernelEditor, cnn_kernel_editor, GTK_TYPE_BOX)

static const CnnParam kernels_param = { .key = "kernels", .type = CNN_PARAM_KERNELS,
                                        .initial = "" };

/** kernel_editor_chosen: (transfer none): where there are kernels */
CnnKernel *
kernel_editor_chosen (CnnKernelEditor *self)
{
  return self->kernels->pdata[self->chosen];
}

void
kernel_editor_say (CnnKernelEditor *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->message), sentence);
  gtk_widget_show (self->message);
}

/* Why the kernels cannot be shown, or NULL. */
static char *
why_hidden (CnnKernelEditor *self)
{
  const CnnKernel *chosen;

  for (guint i = 0; i < self->kernels->len; i++)
    if (cnn_kernel_is_open (self->kernels->pdata[i]))
      return g_strdup (_("These numbers are in a file that cannot be read now"));
  if (self->kernels->len == 0)
    return NULL;
  chosen = kernel_editor_chosen (self);
  if (chosen->floats == NULL || (gint64) chosen->size.height * chosen->size.width <= MAX_CELLS)
    return NULL;
  return g_strdup_printf (_("This matrix of the file has %d×%d numbers, too many to be shown here"),
                          chosen->size.height, chosen->size.width);
}

static void
show (CnnKernelEditor *self)
{
  guint            n = self->kernels->len;
  g_autofree char *hidden = NULL;

  if (self->busy)
    return;
  self->chosen = MIN (self->chosen, MAX (n, 1) - 1);
  hidden = why_hidden (self);
  if (hidden)
    {
      gtk_widget_hide (self->none);
      gtk_widget_hide (self->some);
      kernel_editor_say (self, hidden);
      return;
    }
  self->busy = TRUE;
  gtk_widget_set_visible (self->none, n == 0);
  gtk_widget_set_visible (self->some, n > 0);
  gtk_widget_set_visible (self->top, !self->layer.matrix);
  if (n > 0)
    {
      cnn_kernel_list_set (CNN_KERNEL_LIST (self->list), self->kernels, self->layer.size,
                           (int) self->chosen);
      gtk_widget_set_sensitive (self->buttons[KERNEL_REMOVE], n > 1);
      gtk_widget_set_sensitive (self->buttons[KERNEL_EARLIER], self->chosen > 0);
      gtk_widget_set_sensitive (self->buttons[KERNEL_LATER], self->chosen + 1 < n);
      kernel_editor_show_chosen (self);
    }
  self->busy = FALSE;
}

/* What a person did is done. */
void
kernel_editor_changed (CnnKernelEditor *self)
{
  gtk_widget_hide (self->message);
  show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* --- the list ------------------------------------------------------------- */

/* A matrix that does nothing, of the size that is in use. */
static CnnKernel *
new_identity (CnnKernelEditor *self)
{
  CnnSize    size   = kernel_drawn_size (kernel_editor_chosen (self), self->layer.size);
  CnnKernel *kernel = kernel_new_literal (0, size, NULL);

  kernel->values[(gsize) ((size.height - 1) / 2) * size.width + (size.width - 1) / 2] = 1.0;
  return kernel;
}

static void
on_start (GtkButton *button, CnnKernelEditor *self)
{
  CnnSize    size = self->layer.size;
  CnnKernel *kernel;

  if (self->layer.matrix)
    kernel = kernel_new_literal (0, size, NULL);
  else
    kernel = kernel_new_named (cnn_kernel_find (size.height == 0 || (size.height > 2 &&
                                                                     size.width > 2)
                                                  ? "sobel-x" : "box"));
  g_ptr_array_add (self->kernels, kernel);
  kernel_editor_changed (self);
  gtk_widget_child_focus (self->some, GTK_DIR_TAB_FORWARD);
}

static void
on_list_button (GtkWidget *button, CnnKernelEditor *self)
{
  guint     at   = self->chosen;
  gpointer *data = self->kernels->pdata;
  int       what = 0;

  while (self->buttons[what] != button)
    what++;
  if (what == KERNEL_ADD)
    g_ptr_array_insert (self->kernels, (int) ++self->chosen, new_identity (self));
  else if (what == KERNEL_DUPLICATE)
    g_ptr_array_insert (self->kernels, (int) ++self->chosen, cnn_kernel_copy (data[at]));
  else if (what == KERNEL_REMOVE)
    g_ptr_array_remove_index (self->kernels, at);
  else
    {
      guint    to    = what == KERNEL_EARLIER ? at - 1 : at + 1;
      gpointer moved = data[at];

      data[at] = data[to];
      data[to] = moved;
      self->chosen = to;
    }
  kernel_editor_changed (self);
}

static void
on_selected (CnnKernelList *list, int kernel, CnnKernelEditor *self)
{
  self->chosen = (guint) kernel;
  show (self);
}

/* --- the chosen kernel ---------------------------------------------------- */

static void
on_kind (GtkComboBox *combo, CnnKernelEditor *self)
{
  const char *name = gtk_combo_box_get_active_id (combo);
  CnnKernel **kernel = (CnnKernel **) &self->kernels->pdata[self->chosen];

  if (self->busy || name == NULL)
    return;
  if (*name == '\0')
    kernel_write_down (*kernel, self->layer.size);
  else
    {
      cnn_kernel_free (*kernel);
      *kernel = kernel_new_named (cnn_kernel_find (name));
    }
  kernel_editor_changed (self);
}

static void
on_arg (GtkSpinButton *spin, CnnKernelEditor *self)
{
  if (self->busy)
    return;
  for (guint i = 0; i < CNN_KERNEL_MAX_PARAMS; i++)
    if (self->arg_spins[i] == GTK_WIDGET (spin))
      kernel_editor_chosen (self)->args[i] = gtk_spin_button_get_value (spin);
  kernel_editor_changed (self);
}

static void
on_size (GtkSpinButton *spin, CnnKernelEditor *self)
{
  CnnSize size = { gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->rows)),
                   gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->columns)) };

  if (self->busy || kernel_editor_chosen (self)->kind)
    return;
  kernel_set_size (kernel_editor_chosen (self), size);
  kernel_editor_changed (self);
}

/** kernel_editor_tab: a person chose the channel of that tab. */
void
kernel_editor_tab (GtkToggleButton *tab, CnnKernelEditor *self)
{
  if (self->busy || !gtk_toggle_button_get_active (tab))
    return;
  self->channel = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (tab), "channel"));
  show (self);
}

static void
on_slice (GtkSpinButton *spin, CnnKernelEditor *self)
{
  if (self->busy)
    return;
  self->channel = gtk_spin_button_get_value_as_int (spin) - 1;
  show (self);
}

static void
on_alike (GtkToggleButton *button, CnnKernelEditor *self)
{
  if (self->busy)
    return;
  kernel_write_down (kernel_editor_chosen (self), self->layer.size);
  kernel_set_depth (kernel_editor_chosen (self),
                    gtk_toggle_button_get_active (button) ? 0 : MAX (self->layer.channels, 1),
                    self->channel);
  kernel_editor_changed (self);
}

static void
on_grid_changed (CnnKernelGrid *grid, CnnKernelEditor *self)
{
  kernel_write_down (kernel_editor_chosen (self), self->layer.size);
  kernel_set_matrix (kernel_editor_chosen (self), self->channel,
                     cnn_kernel_grid_values (grid, NULL));
  kernel_editor_changed (self);
}

static void
on_tool (GtkWidget *tools, int tool, CnnKernelEditor *self)
{
  if (kernel_apply (kernel_editor_chosen (self), tool, self->layer.size))
    kernel_editor_changed (self);
}

static void
on_begin (GtkWidget *part, CnnKernelEditor *self)
{
  g_signal_emit (self, signals[BEGIN], 0);
}

static void
on_end (GtkWidget *part, CnnKernelEditor *self)
{
  g_signal_emit (self, signals[END], 0);
}

static void
cnn_kernel_editor_dispose (GObject *object)
{
  CNN_KERNEL_EDITOR (object)->closed = TRUE;
  G_OBJECT_CLASS (cnn_kernel_editor_parent_class)->dispose (object);
}

static void
cnn_kernel_editor_finalize (GObject *object)
{
  g_ptr_array_unref (CNN_KERNEL_EDITOR (object)->kernels);
  G_OBJECT_CLASS (cnn_kernel_editor_parent_class)->finalize (object);
}

static void
cnn_kernel_editor_class_init (CnnKernelEditorClass *klass)
{
  const char *const names[N_SIGNALS] = { "changed", "begin", "end" };

  G_OBJECT_CLASS (klass)->dispose = cnn_kernel_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_kernel_editor_finalize;
  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static void
connect (CnnKernelEditor *self)
{
  g_signal_connect (self->start, "clicked", G_CALLBACK (on_start), self);
  for (int i = 0; i < KERNEL_N_BUTTONS; i++)
    g_signal_connect (self->buttons[i], "clicked", G_CALLBACK (on_list_button), self);
  for (int i = 0; i < CNN_KERNEL_MAX_PARAMS; i++)
    g_signal_connect (self->arg_spins[i], "value-changed", G_CALLBACK (on_arg), self);
  g_signal_connect (self->kind, "changed", G_CALLBACK (on_kind), self);
  g_signal_connect (self->rows, "value-changed", G_CALLBACK (on_size), self);
  g_signal_connect (self->columns, "value-changed", G_CALLBACK (on_size), self);
  g_signal_connect (self->slice, "value-changed", G_CALLBACK (on_slice), self);
  g_signal_connect (self->alike, "toggled", G_CALLBACK (on_alike), self);
  g_signal_connect (self->list, "selected", G_CALLBACK (on_selected), self);
  g_signal_connect (self->grid, "changed", G_CALLBACK (on_grid_changed), self);
  g_signal_connect (self->grid, "copy", G_CALLBACK (kernel_editor_on_grid_copy), self);
  g_signal_connect (self->grid, "paste", G_CALLBACK (kernel_editor_on_grid_paste), self);
  g_signal_connect (self->grid, "begin", G_CALLBACK (on_begin), self);
  g_signal_connect (self->grid, "end", G_CALLBACK (on_end), self);
  g_signal_connect (self->tools, "tool", G_CALLBACK (on_tool), self);
  g_signal_connect (self->tools, "clipboard", G_CALLBACK (kernel_editor_on_clipboard), self);
}

static void
cnn_kernel_editor_init (CnnKernelEditor *self)
{
  self->kernels = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_kernel_free);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  kernel_editor_make (self);
  connect (self);
  show (self);
}

/** cnn_kernel_editor_new: (transfer floating): without kernels */
GtkWidget *
cnn_kernel_editor_new (void)
{
  return g_object_new (CNN_TYPE_KERNEL_EDITOR, NULL);
}

/* Whether numbers of a file are the same that are shown: it may have changed. */
static gboolean
same_tensors (CnnKernelEditor *self, const GPtrArray *kernels)
{
  guint n = kernels ? kernels->len : 0;

  for (guint i = 0; i < n && n == self->kernels->len; i++)
    if (((const CnnKernel *) kernels->pdata[i])->tensor !=
        ((const CnnKernel *) self->kernels->pdata[i])->tensor)
      return FALSE;
  return n == self->kernels->len;
}

/**
 * cnn_kernel_editor_set_kernels:
 * @kernels: (nullable) (element-type CnnKernel): copied; %NULL when they are drawn at random
 * @layer: whose they are
 *
 * Shows other kernels, or the same in another layer. The one that was chosen stays
 * chosen where it can.
 */
void
cnn_kernel_editor_set_kernels (CnnKernelEditor *self, const GPtrArray *kernels,
                               const CnnKernelLayer *layer)
{
  g_autofree char *text  = cnn_param_print (&kernels_param, &kernels);
  g_autofree char *now   = cnn_kernel_editor_get (self);
  gboolean         cells = (gint64) layer->size.height * layer->size.width <= MAX_CELLS &&
                           layer->size.height > 0 && layer->size.width > 0 &&
                           layer->size.width <= MAX_SIDE;

  if (memcmp (layer, &self->layer, sizeof *layer) == 0 && g_str_equal (now, text) &&
      same_tensors (self, kernels))
    return;
  g_ptr_array_set_size (self->kernels, 0);
  for (guint i = 0; kernels && i < kernels->len; i++)
    g_ptr_array_add (self->kernels, cnn_kernel_copy (kernels->pdata[i]));
  self->layer = *layer;
  gtk_widget_set_sensitive (self->none, !layer->matrix || cells);
  gtk_widget_hide (self->message);
  show (self);
}

/**
 * cnn_kernel_editor_set:
 * @kernels: as the text notation writes them; empty when they are drawn at random
 * @layer: whose they are
 *
 * The same for kernels that are written.
 */
void
cnn_kernel_editor_set (CnnKernelEditor *self, const char *kernels, const CnnKernelLayer *layer)
{
  g_autoptr (GPtrArray) read  = NULL;
  g_autoptr (GError)    error = NULL;

  if (cnn_param_parse (&kernels_param, kernels, &read, NULL, &error))
    cnn_kernel_editor_set_kernels (self, read, layer);
  else
    kernel_editor_say (self, error->message);
}

/**
 * cnn_kernel_editor_get:
 *
 * Returns: (transfer full): the kernels in the text notation; empty for none
 */
char *
cnn_kernel_editor_get (CnnKernelEditor *self)
{
  GPtrArray *kernels = self->kernels->len > 0 ? self->kernels : NULL;

  return cnn_param_print (&kernels_param, &kernels);
}
