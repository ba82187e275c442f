/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-list.h"

#include "i18n.h"
#include "kernel-edit.h"
#include "kernel-paint.h"
#include "row-style.h"

/* Side of a picture, and the widest that a name under it may be. */
#define PICTURE    32
#define NAME_CHARS 8
/* As many are shown at a time: each is widgets, and a layer may have thousands. */
#define PAGE 64

struct _CnnKernelList
{
  GtkScrolledWindow parent_instance;
  GtkWidget        *box;
  GtkWidget        *before;  /* buttons to other pages */
  GtkWidget        *after;
  GPtrArray        *kernels; /* of CnnKernel: all of them */
  guint             first;   /* of those that are shown */
  CnnSize           layer;
  gboolean          busy; /* a person is not the one who selects */
};

enum
{
  SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnKernelList, cnn_kernel_list, GTK_TYPE_SCROLLED_WINDOW)

/* --- pictures ------------------------------------------------------------- */

static gboolean
on_draw (GtkWidget *area, cairo_t *cr, CnnKernelList *self)
{
  guint              i = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (area), "kernel"));
  int                side = gtk_widget_get_allocated_width (area);
  CnnSize            size;
  g_autofree double *values = kernel_draw (self->kernels->pdata[i], 0, self->layer, &size);
  double             strength = cnn_kernel_strength (values, (gsize) size.height * size.width);
  double             cell = (double) PICTURE / MAX (size.height, size.width);

  cairo_translate (cr, (side - cell * size.width) / 2, (PICTURE - cell * size.height) / 2);
  cairo_rectangle (cr, 0, 0, cell * size.width, cell * size.height);
  cairo_clip (cr);
  cnn_kernel_paint (area, cr, values, size, strength, cell);
  return FALSE;
}

static char *
name_of (const CnnKernel *kernel)
{
  if (kernel->kind)
    return cnn_kernel_print (kernel);
  return g_strdup_printf ("%d×%d", kernel->size.height, kernel->size.width);
}

static GtkWidget *
make_child (CnnKernelList *self, guint i)
{
  g_autofree char *name  = name_of (self->kernels->pdata[i]);
  g_autofree char *spoken = g_strdup_printf (_("Kernel %u: %s"), i + 1, name);
  GtkWidget       *child = gtk_flow_box_child_new ();
  GtkWidget       *box   = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget       *area  = gtk_drawing_area_new ();
  GtkWidget       *label = gtk_label_new (name);
  PangoAttrList   *small = pango_attr_list_new ();

  g_object_set_data (G_OBJECT (area), "kernel", GUINT_TO_POINTER (i));
  gtk_widget_set_size_request (area, PICTURE, PICTURE);
  gtk_widget_set_halign (area, GTK_ALIGN_CENTER);
  g_signal_connect (area, "draw", G_CALLBACK (on_draw), self);
  pango_attr_list_insert (small, pango_attr_scale_new (PANGO_SCALE_SMALL));
  gtk_label_set_attributes (GTK_LABEL (label), small);
  pango_attr_list_unref (small);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), NAME_CHARS);
  gtk_label_set_width_chars (GTK_LABEL (label), 5);
  gtk_box_pack_start (GTK_BOX (box), area, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (child), box);
  cnn_row_style (child);
  gtk_widget_set_tooltip_text (child, spoken);
  atk_object_set_name (gtk_widget_get_accessible (child), spoken);
  gtk_widget_show_all (child);
  return child;
}

/* --- selecting ------------------------------------------------------------ */

static void
on_selected_children_changed (GtkFlowBox *box, CnnKernelList *self)
{
  GList *selected = gtk_flow_box_get_selected_children (box);

  if (!self->busy && selected)
    g_signal_emit (self, signals[SELECTED], 0,
                   (int) self->first + gtk_flow_box_child_get_index (selected->data));
  g_list_free (selected);
}

static void
select_child (CnnKernelList *self, int selected)
{
  GtkFlowBoxChild *child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (self->box),
                                                            selected - (int) self->first);

  if (child && !gtk_flow_box_child_is_selected (child))
    gtk_flow_box_select_child (GTK_FLOW_BOX (self->box), child);
}

/* The kernel beside those that are shown is chosen; whose list this is shows its page then. */
static void
go_to (CnnKernelList *self, int kernel)
{
  GList *selected;

  g_signal_emit (self, signals[SELECTED], 0, kernel);
  selected = gtk_flow_box_get_selected_children (GTK_FLOW_BOX (self->box));
  if (selected)
    gtk_widget_grab_focus (selected->data);
  g_list_free (selected);
}

static void
go_before (CnnKernelList *self)
{
  go_to (self, (int) self->first - 1);
}

static void
go_after (CnnKernelList *self)
{
  go_to (self, (int) self->first + PAGE);
  gtk_adjustment_set_value (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self)), 0);
}

static GtkWidget *
add_page_button (CnnKernelList *self, GtkWidget *row, const char *icon, const char *name,
                 void (*go) (CnnKernelList *self))
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_button_set_always_show_image (GTK_BUTTON (button), TRUE);
  gtk_button_set_image_position (GTK_BUTTON (button), GTK_POS_TOP);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (go), self);
  gtk_box_pack_start (GTK_BOX (row), button, FALSE, FALSE, 0);
  return button;
}

/* "1–64", on a button and for who does not see it. */
static void
show_page_button (GtkWidget *button, guint first, guint n, gboolean there)
{
  g_autofree char *range = g_strdup_printf ("%u–%u", first + 1, MIN (first + PAGE, n));
  g_autofree char *words = g_strdup_printf (_("Kernels %s of %u"), range, n);

  gtk_button_set_label (GTK_BUTTON (button), range);
  gtk_widget_set_tooltip_text (button, words);
  gtk_widget_set_visible (button, there);
}

/* --- life ----------------------------------------------------------------- */

static void
cnn_kernel_list_finalize (GObject *object)
{
  g_ptr_array_unref (CNN_KERNEL_LIST (object)->kernels);
  G_OBJECT_CLASS (cnn_kernel_list_parent_class)->finalize (object);
}

static void
cnn_kernel_list_class_init (CnnKernelListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cnn_kernel_list_finalize;
  signals[SELECTED] = g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
cnn_kernel_list_init (CnnKernelList *self)
{
  GtkWidget *row;

  self->kernels = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_kernel_free);
  self->box = gtk_flow_box_new ();
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->box), GTK_SELECTION_BROWSE);
  gtk_flow_box_set_activate_on_single_click (GTK_FLOW_BOX (self->box), TRUE);
  gtk_widget_set_halign (self->box, GTK_ALIGN_START);
  gtk_widget_set_valign (self->box, GTK_ALIGN_START);
  atk_object_set_name (gtk_widget_get_accessible (self->box), _("Kernels of this layer"));
  g_signal_connect (self->box, "selected-children-changed",
                    G_CALLBACK (on_selected_children_changed), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->before = add_page_button (self, row, "go-previous-symbolic", _("Kernels before these"),
                                  go_before);
  gtk_box_pack_start (GTK_BOX (row), self->box, FALSE, FALSE, 0);
  self->after = add_page_button (self, row, "go-next-symbolic", _("Kernels after these"),
                                 go_after);
  gtk_container_add (GTK_CONTAINER (self), row);
  gtk_widget_show (self->box);
  gtk_widget_show (row);
}

/** cnn_kernel_list_new: (transfer floating): an empty list */
GtkWidget *
cnn_kernel_list_new (void)
{
  return g_object_new (CNN_TYPE_KERNEL_LIST, NULL);
}

static gboolean
are_names_same (const GPtrArray *a, const GPtrArray *b)
{
  gboolean same = a->len == b->len;

  for (guint i = 0; i < a->len && same; i++)
    {
      g_autofree char *was = name_of (a->pdata[i]);
      g_autofree char *now = name_of (b->pdata[i]);

      same = g_str_equal (was, now);
    }
  return same;
}

/* Makes the page of @selected. */
static void
fill (CnnKernelList *self, int selected)
{
  GtkWidget       *window = gtk_widget_get_toplevel (self->box);
  GtkWidget       *focus = GTK_IS_WINDOW (window) ? gtk_window_get_focus (GTK_WINDOW (window))
                                                  : NULL;
  gboolean         focused = focus && gtk_widget_is_ancestor (focus, self->box);
  guint            n = MIN (self->kernels->len - self->first, PAGE);
  GtkFlowBoxChild *child;

  for (GList *l = gtk_container_get_children (GTK_CONTAINER (self->box)); l;
       l = g_list_delete_link (l, l))
    gtk_widget_destroy (l->data);
  /* All in one row. */
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->box), MAX (n, 1));
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (self->box), MAX (n, 1));
  for (guint i = self->first; i < self->first + n; i++)
    gtk_container_add (GTK_CONTAINER (self->box), make_child (self, i));
  show_page_button (self->before, self->first >= PAGE ? self->first - PAGE : 0,
                    self->kernels->len, self->first > 0);
  show_page_button (self->after, self->first + PAGE, self->kernels->len,
                    self->first + n < self->kernels->len);
  child = gtk_flow_box_get_child_at_index (GTK_FLOW_BOX (self->box),
                                           selected - (int) self->first);
  if (focused && child)
    gtk_widget_grab_focus (GTK_WIDGET (child));
}

/**
 * cnn_kernel_list_set:
 * @kernels: of CnnKernel; copied
 * @layer: the layer's kernel size, 0×0 when it is not said
 * @selected: the one that is chosen; where there are many, those around it are shown
 */
void
cnn_kernel_list_set (CnnKernelList *self, const GPtrArray *kernels, CnnSize layer, int selected)
{
  guint    first = selected > 0 ? (guint) selected / PAGE * PAGE : 0;
  gboolean other = first != self->first;

  self->layer = layer;
  /* Where the names are the same, at most pictures are other. */
  other |= !are_names_same (self->kernels, kernels);
  g_ptr_array_set_size (self->kernels, 0);
  for (guint i = 0; i < kernels->len; i++)
    g_ptr_array_add (self->kernels, cnn_kernel_copy (kernels->pdata[i]));
  self->first = MIN (first, kernels->len);
  self->busy = TRUE;
  if (other)
    fill (self, selected);
  else
    gtk_widget_queue_draw (self->box);
  select_child (self, selected);
  self->busy = FALSE;
}
