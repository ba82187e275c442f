/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-editor.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "kernel-edit.h"
#include "kernel-grid.h"
#include "kernel-list.h"
#include "kernel-paint.h"
#include "kernel-text.h"
#include "kernel-tools.h"

/* The parts talk to the model, self->kernels, and show() brings all of them up to date
 * with it. */

#define MAX_SIDE 4095
/* A matrix to begin with may have so many numbers. */
#define MAX_CELLS 65536

struct _CnnKernelEditor
{
  GtkBox         parent_instance;
  CnnKernelLayer layer;
  GPtrArray     *kernels; /* of CnnKernel; empty: drawn at random */
  guint          chosen;
  int            channel; /* the matrix that is shown */
  gboolean       busy;    /* show() is at work, not a person */

  GtkWidget *none;     /* seen when there are none */
  GtkWidget *some;     /* seen when there are */
  GtkWidget *list;
  GtkWidget *buttons[5];
  GtkWidget *top;      /* list and kind: of no use for just a matrix */
  GtkWidget *kind;
  GtkWidget *blurb;
  GtkWidget *args;     /* a row for each parameter */
  GtkWidget *arg_labels[CNN_KERNEL_MAX_PARAMS];
  GtkWidget *arg_spins[CNN_KERNEL_MAX_PARAMS];
  GtkWidget *rows;
  GtkWidget *columns;
  GtkWidget *slices;
  GtkWidget *tabs;     /* a button for each channel */
  GtkWidget *slice;    /* a spin button for many */
  GtkWidget *alike;
  GtkWidget *grid;
  GtkWidget *tools;
  GtkWidget *sum;
  GtkWidget *message;
};

enum
{
  CHANGED,
  BEGIN,
  END,
  N_SIGNALS
};

enum
{
  ADD,
  DUPLICATE,
  REMOVE,
  EARLIER,
  LATER
};

static guint signals[N_SIGNALS];

/* A channel has a tab up to so many. */
#define MAX_TABS 6

G_DEFINE_FINAL_TYPE (CnnKernelEditor, cnn_kernel_editor, GTK_TYPE_BOX)

static void show (CnnKernelEditor *self);

static const CnnParam kernels_param = { .key = "kernels", .type = CNN_PARAM_KERNELS,
                                        .initial = "" };

static CnnKernel *
chosen (CnnKernelEditor *self)
{
  return self->kernels->pdata[self->chosen];
}

/* What a person did is done. */
static void
changed (CnnKernelEditor *self)
{
  gtk_widget_hide (self->message);
  show (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
say (CnnKernelEditor *self, const char *sentence)
{
  gtk_label_set_text (GTK_LABEL (self->message), sentence);
  gtk_widget_show (self->message);
}

/* --- showing -------------------------------------------------------------- */

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

static void on_tab (GtkToggleButton *tab, CnnKernelEditor *self);

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
          g_signal_connect (tab, "toggled", G_CALLBACK (on_tab), self);
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

static void
show_chosen (CnnKernelEditor *self)
{
  CnnKernel         *kernel = chosen (self);
  CnnSize            size;
  g_autofree double *values = NULL;
  g_autofree char   *sum    = sum_sentence (self, kernel);

  self->channel = CLAMP (self->channel, 0, kernel_n_matrices (kernel) - 1);
  values = kernel_draw (kernel, self->channel, self->layer.size, &size);
  show_kind (self, kernel);
  show_slices (self, kernel);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->rows), size.height);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->columns), size.width);
  gtk_widget_set_sensitive (self->rows, kernel->kind == NULL);
  gtk_widget_set_sensitive (self->columns, kernel->kind == NULL);
  cnn_kernel_grid_set (CNN_KERNEL_GRID (self->grid), size, values);
  gtk_label_set_text (GTK_LABEL (self->sum), sum);
  cnn_kernel_tools_show (self->tools, kernel, self->layer.size);
}

static void
show (CnnKernelEditor *self)
{
  guint n = self->kernels->len;

  if (self->busy)
    return;
  self->busy = TRUE;
  gtk_widget_set_visible (self->none, n == 0);
  gtk_widget_set_visible (self->some, n > 0);
  gtk_widget_set_visible (self->top, !self->layer.matrix);
  self->chosen = MIN (self->chosen, MAX (n, 1) - 1);
  if (n > 0)
    {
      cnn_kernel_list_set (CNN_KERNEL_LIST (self->list), self->kernels, self->layer.size,
                           (int) self->chosen);
      gtk_widget_set_sensitive (self->buttons[REMOVE], n > 1);
      gtk_widget_set_sensitive (self->buttons[EARLIER], self->chosen > 0);
      gtk_widget_set_sensitive (self->buttons[LATER], self->chosen + 1 < n);
      show_chosen (self);
    }
  self->busy = FALSE;
}

/* --- the list ------------------------------------------------------------- */

/* A matrix that does nothing, of the size that is in use. */
static CnnKernel *
new_identity (CnnKernelEditor *self)
{
  CnnSize    size   = kernel_drawn_size (chosen (self), self->layer.size);
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
  changed (self);
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
  if (what == ADD)
    g_ptr_array_insert (self->kernels, (int) ++self->chosen, new_identity (self));
  else if (what == DUPLICATE)
    g_ptr_array_insert (self->kernels, (int) ++self->chosen, kernel_copy (data[at]));
  else if (what == REMOVE)
    g_ptr_array_remove_index (self->kernels, at);
  else
    {
      guint    to    = what == EARLIER ? at - 1 : at + 1;
      gpointer moved = data[at];

      data[at] = data[to];
      data[to] = moved;
      self->chosen = to;
    }
  changed (self);
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
  changed (self);
}

static void
on_arg (GtkSpinButton *spin, CnnKernelEditor *self)
{
  if (self->busy)
    return;
  for (guint i = 0; i < CNN_KERNEL_MAX_PARAMS; i++)
    if (self->arg_spins[i] == GTK_WIDGET (spin))
      chosen (self)->args[i] = gtk_spin_button_get_value (spin);
  changed (self);
}

static void
on_size (GtkSpinButton *spin, CnnKernelEditor *self)
{
  CnnSize size = { gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->rows)),
                   gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (self->columns)) };

  if (self->busy || chosen (self)->kind)
    return;
  kernel_set_size (chosen (self), size);
  changed (self);
}

static void
on_tab (GtkToggleButton *tab, CnnKernelEditor *self)
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
  kernel_write_down (chosen (self), self->layer.size);
  kernel_set_depth (chosen (self),
                    gtk_toggle_button_get_active (button) ? 0 : MAX (self->layer.channels, 1),
                    self->channel);
  changed (self);
}

static void
on_grid_changed (CnnKernelGrid *grid, CnnKernelEditor *self)
{
  kernel_write_down (chosen (self), self->layer.size);
  kernel_set_matrix (chosen (self), self->channel, cnn_kernel_grid_values (grid, NULL));
  changed (self);
}

static void
on_tool (GtkWidget *tools, int tool, CnnKernelEditor *self)
{
  if (kernel_apply (chosen (self), tool, self->layer.size))
    changed (self);
}

/* --- the clipboard -------------------------------------------------------- */

static void
on_copy (CnnKernelEditor *self, gboolean brackets)
{
  g_autoptr (CnnKernel) kernel = kernel_copy (chosen (self));
  g_autofree char      *text   = NULL;

  kernel_write_down (kernel, self->layer.size);
  text = brackets ? cnn_kernel_text_brackets (kernel->values, kernel->depth, kernel->size)
                  : cnn_kernel_text_write (kernel->values, kernel->depth, kernel->size);
  gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD),
                          text, -1);
}

/* A single matrix goes where one is shown; several become the kernel. */
static void
put (CnnKernelEditor *self, int depth, CnnSize size, const double *values)
{
  CnnKernel *kernel = chosen (self);

  if (depth == 0 && kernel->kind == NULL && kernel->depth > 0)
    {
      kernel_set_size (kernel, size);
      kernel_set_matrix (kernel, self->channel, values);
    }
  else
    {
      cnn_kernel_free (kernel);
      self->kernels->pdata[self->chosen] = kernel_new_literal (self->layer.matrix ? 0 : depth, size,
                                                               values);
    }
}

static void
on_paste_text (GtkClipboard *clipboard, const char *text, gpointer data)
{
  g_autoptr (CnnKernelEditor) self   = data;
  g_autoptr (GError)          error  = NULL;
  g_autofree double          *values = NULL;
  g_autofree char            *name   = NULL;
  CnnKernel                  *named;
  gsize                       offset;
  CnnSize                     size;
  int                         depth;

  if (gtk_widget_in_destruction (GTK_WIDGET (self)) || self->kernels->len == 0)
    return;
  /* A kernel's name is text for a kernel too. */
  name = g_strstrip (g_strdup (text ? text : ""));
  named = self->layer.matrix || !g_ascii_isalpha (*name) ? NULL
                                                         : cnn_kernel_parse (name, &offset, NULL);
  if (named)
    {
      cnn_kernel_free (chosen (self));
      self->kernels->pdata[self->chosen] = named;
      changed (self);
      return;
    }
  values = cnn_kernel_text_read (text ? text : "", &depth, &size, &error);
  if (values == NULL)
    {
      g_autofree char *sentence = g_strdup_printf (_("What you paste is no matrix: %s"),
                                                   error->message);

      say (self, sentence);
      return;
    }
  put (self, depth, size, values);
  changed (self);
}

static void
on_paste (CnnKernelEditor *self)
{
  gtk_clipboard_request_text (gtk_widget_get_clipboard (GTK_WIDGET (self),
                                                        GDK_SELECTION_CLIPBOARD),
                              on_paste_text, g_object_ref (self));
}

static void
on_clipboard (GtkWidget *tools, int what, CnnKernelEditor *self)
{
  if (what == KERNEL_PASTE)
    on_paste (self);
  else
    on_copy (self, what == KERNEL_COPY_BRACKETS);
}

static void
on_grid_copy (CnnKernelGrid *grid, CnnKernelEditor *self)
{
  on_copy (self, FALSE);
}

static void
on_grid_paste (CnnKernelGrid *grid, CnnKernelEditor *self)
{
  on_paste (self);
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

/* --- making it ------------------------------------------------------------ */

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
  gtk_widget_set_tooltip_text (button, _("Give the numbers yourself instead of random ones"));
  g_signal_connect (button, "clicked", G_CALLBACK (on_start), self);
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
  g_signal_connect (self->kind, "changed", G_CALLBACK (on_kind), self);
}

static GtkWidget *
make_list_row (CnnKernelEditor *self)
{
  static const struct { const char *icon; const char *name; } buttons[] = {
    [ADD] = { "list-add-symbolic", N_("Add a kernel") },
    [DUPLICATE] = { "edit-copy-symbolic", N_("Duplicate this kernel") },
    [REMOVE] = { "list-remove-symbolic", N_("Remove this kernel") },
    [EARLIER] = { "go-previous-symbolic", N_("Move this kernel to the front") },
    [LATER] = { "go-next-symbolic", N_("Move this kernel to the back") },
  };
  GtkWidget *row   = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  make_kind (self);
  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      self->buttons[i] = cnn_kernel_tool_button (buttons[i].icon, NULL, _(buttons[i].name));
      g_signal_connect (self->buttons[i], "clicked", G_CALLBACK (on_list_button), self);
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
      g_signal_connect (self->arg_spins[i], "value-changed", G_CALLBACK (on_arg), self);
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
      g_signal_connect (spin, "value-changed", G_CALLBACK (on_size), self);
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
  g_signal_connect (self->slice, "value-changed", G_CALLBACK (on_slice), self);
  self->alike = gtk_check_button_new_with_mnemonic (_("Same for _all channels"));
  gtk_widget_set_tooltip_text (self->alike,
                               _("One matrix for every input channel, or one for each"));
  g_signal_connect (self->alike, "toggled", G_CALLBACK (on_alike), self);
  gtk_box_pack_start (GTK_BOX (self->slices), self->alike, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (self->slices), self->tabs, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self->slices), self->slice, FALSE, FALSE, 0);
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

  G_OBJECT_CLASS (klass)->finalize = cnn_kernel_editor_finalize;
  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
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
  g_signal_connect (self->list, "selected", G_CALLBACK (on_selected), self);
  g_signal_connect (self->grid, "changed", G_CALLBACK (on_grid_changed), self);
  g_signal_connect (self->grid, "copy", G_CALLBACK (on_grid_copy), self);
  g_signal_connect (self->grid, "paste", G_CALLBACK (on_grid_paste), self);
  g_signal_connect (self->grid, "begin", G_CALLBACK (on_begin), self);
  g_signal_connect (self->grid, "end", G_CALLBACK (on_end), self);
  g_signal_connect (self->tools, "tool", G_CALLBACK (on_tool), self);
  g_signal_connect (self->tools, "clipboard", G_CALLBACK (on_clipboard), self);
  gtk_widget_show_all (self->some);
}

static void
cnn_kernel_editor_init (CnnKernelEditor *self)
{
  self->kernels = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_kernel_free);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  make_none (self);
  make_some (self);
  self->message = wrapped_label (FALSE);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->message), "error");
  gtk_box_pack_start (GTK_BOX (self), self->none, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->some, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), self->message, FALSE, FALSE, 0);
  show (self);
}

/** cnn_kernel_editor_new: (transfer floating): without kernels */
GtkWidget *
cnn_kernel_editor_new (void)
{
  return g_object_new (CNN_TYPE_KERNEL_EDITOR, NULL);
}

/**
 * cnn_kernel_editor_set:
 * @kernels: as the text notation writes them; empty when they are drawn at random
 * @layer: whose they are
 *
 * Shows other kernels, or the same in another layer. The one that was chosen stays
 * chosen where it can.
 */
void
cnn_kernel_editor_set (CnnKernelEditor *self, const char *kernels, const CnnKernelLayer *layer)
{
  g_autoptr (GPtrArray) read  = NULL;
  g_autoptr (GError)    error = NULL;
  g_autofree char      *now   = cnn_kernel_editor_get (self);
  gboolean              cells = (gint64) layer->size.height * layer->size.width <= MAX_CELLS &&
                                layer->size.height > 0 && layer->size.width <= MAX_SIDE;

  if (memcmp (layer, &self->layer, sizeof *layer) == 0 && g_str_equal (now, kernels))
    return;
  if (!cnn_param_parse (&kernels_param, kernels, &read, NULL, &error))
    {
      say (self, error->message);
      return;
    }
  g_ptr_array_set_size (self->kernels, 0);
  if (read)
    g_ptr_array_extend_and_steal (self->kernels, g_steal_pointer (&read));
  self->layer = *layer;
  gtk_widget_set_sensitive (self->none, !layer->matrix || cells);
  gtk_widget_hide (self->message);
  show (self);
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
