/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-tools.h"

#include "copy-menu.h"
#include "i18n.h"

struct _CnnKernelTools
{
  GtkBox     parent_instance;
  GtkWidget *buttons[KERNEL_SUM_TO_0 + 1];
};

enum
{
  TOOL,
  CLIPBOARD,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnKernelTools, cnn_kernel_tools, GTK_TYPE_BOX)

/* An icon, or a few characters where there is no icon for it. */
static const struct
{
  const char *icon;
  const char *text;
  const char *name;
} tools[] = {
  [KERNEL_ROTATE_LEFT] = { "object-rotate-left-symbolic", NULL, N_("Rotate by 90° to the left") },
  [KERNEL_ROTATE_RIGHT] = { "object-rotate-right-symbolic", NULL,
                            N_("Rotate by 90° to the right") },
  [KERNEL_ROTATE_45] = { NULL, "45°",
                         N_("Rotate by 45° to the right (square kernels of odd size)") },
  [KERNEL_FLIP_SIDES] = { "object-flip-horizontal-symbolic", NULL, N_("Flip left and right") },
  [KERNEL_FLIP_UPSIDE_DOWN] = { "object-flip-vertical-symbolic", NULL, N_("Flip upside down") },
  [KERNEL_TRANSPOSE] = { NULL, "T", N_("Transpose: rows become columns") },
  [KERNEL_NEGATE] = { NULL, "±", N_("Negate: change every sign") },
  [KERNEL_SUM_TO_1] = { NULL, "Σ1", N_("Make the sum 1: divide by the sum") },
  [KERNEL_SUM_TO_0] = { NULL, "Σ0", N_("Make the sum 0: take off the mean") },
};

/**
 * cnn_kernel_tool_button:
 * @icon: (nullable): the name of an icon
 * @text: (nullable): or a few characters
 * @name: what it does
 *
 * Returns: (transfer floating): a small button
 */
GtkWidget *
cnn_kernel_tool_button (const char *icon, const char *text, const char *name)
{
  static GtkCssProvider *small = NULL;
  GtkWidget *button = icon ? gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_MENU)
                           : gtk_button_new_with_label (text);

  if (small == NULL)
    {
      small = gtk_css_provider_new ();
      gtk_css_provider_load_from_data (small, "button { padding: 2px 4px; min-width: 18px; "
                                              "min-height: 22px; }", -1, NULL);
    }
  gtk_style_context_add_provider (gtk_widget_get_style_context (button),
                                  GTK_STYLE_PROVIDER (small),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  gtk_widget_set_tooltip_text (button, name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  return button;
}

/**
 * cnn_kernel_narrow:
 *
 * Makes a spin button as narrow as its numbers allow.
 */
void
cnn_kernel_narrow (GtkWidget *spin)
{
  static GtkCssProvider *narrow = NULL;

  if (narrow == NULL)
    {
      narrow = gtk_css_provider_new ();
      gtk_css_provider_load_from_data (narrow, "spinbutton button { padding: 0 2px; "
                                               "min-width: 18px; } "
                                               "spinbutton entry { padding: 0 4px; }", -1, NULL);
    }
  gtk_style_context_add_provider (gtk_widget_get_style_context (spin), GTK_STYLE_PROVIDER (narrow),
                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static gboolean
on_scroll (GtkWidget *widget, GdkEventScroll *event, gpointer data)
{
  if (!gtk_widget_has_focus (widget))
    g_signal_stop_emission_by_name (widget, "scroll-event");
  return FALSE;
}

/**
 * cnn_kernel_calm:
 *
 * Lets the wheel scroll the pane rather than change the value of @widget, until a person
 * has chosen it.
 */
void
cnn_kernel_calm (GtkWidget *widget)
{
  gtk_widget_add_events (widget, GDK_SCROLL_MASK | GDK_SMOOTH_SCROLL_MASK);
  g_signal_connect (widget, "scroll-event", G_CALLBACK (on_scroll), NULL);
}

/* --- buttons -------------------------------------------------------------- */

static void
on_clicked (GtkWidget *button, CnnKernelTools *self)
{
  int tool = 0;

  while (self->buttons[tool] != button)
    tool++;
  g_signal_emit (self, signals[TOOL], 0, tool);
}

static void
on_copy_rows (GtkMenuItem *item, CnnKernelTools *self)
{
  g_signal_emit (self, signals[CLIPBOARD], 0, KERNEL_COPY_ROWS);
}

static void
on_copy_brackets (GtkMenuItem *item, CnnKernelTools *self)
{
  g_signal_emit (self, signals[CLIPBOARD], 0, KERNEL_COPY_BRACKETS);
}

static void
on_paste (GtkWidget *button, CnnKernelTools *self)
{
  g_signal_emit (self, signals[CLIPBOARD], 0, KERNEL_PASTE);
}

static void
on_copy (GtkWidget *button, GtkWidget *menu)
{
  cnn_menu_popup (GTK_MENU (menu), button, GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST);
}

static void
make_clipboard (CnnKernelTools *self)
{
  GtkWidget *copy     = cnn_kernel_tool_button ("edit-copy-symbolic", NULL, _("Copy the numbers"));
  GtkWidget *paste    = cnn_kernel_tool_button ("edit-paste-symbolic", NULL,
                                                _("Paste numbers: rows of a spreadsheet, brackets "
                                                  "as in MATLAB or NumPy, kernels of ImageMagick "
                                                  "or G'MIC"));
  GtkWidget *menu     = gtk_menu_new ();
  GtkWidget *rows     = gtk_menu_item_new_with_mnemonic (_("As _rows for a spreadsheet"));
  GtkWidget *brackets = gtk_menu_item_new_with_mnemonic (_("In _brackets for Python"));

  gtk_menu_shell_append (GTK_MENU_SHELL (menu), rows);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), brackets);
  gtk_widget_show_all (menu);
  gtk_menu_attach_to_widget (GTK_MENU (menu), copy, NULL);
  g_signal_connect (copy, "clicked", G_CALLBACK (on_copy), menu);
  g_signal_connect (rows, "activate", G_CALLBACK (on_copy_rows), self);
  g_signal_connect (brackets, "activate", G_CALLBACK (on_copy_brackets), self);
  g_signal_connect (paste, "clicked", G_CALLBACK (on_paste), self);
  gtk_container_add (GTK_CONTAINER (self), copy);
  gtk_container_add (GTK_CONTAINER (self), paste);
}

static void
cnn_kernel_tools_class_init (CnnKernelToolsClass *klass)
{
  const char *const names[N_SIGNALS] = { "tool", "clipboard" };

  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
cnn_kernel_tools_init (CnnKernelTools *self)
{
  gtk_style_context_add_class (gtk_widget_get_style_context (GTK_WIDGET (self)), "linked");
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    {
      self->buttons[i] = cnn_kernel_tool_button (tools[i].icon, tools[i].text, _(tools[i].name));
      g_signal_connect (self->buttons[i], "clicked", G_CALLBACK (on_clicked), self);
      gtk_container_add (GTK_CONTAINER (self), self->buttons[i]);
    }
  make_clipboard (self);
  gtk_widget_show_all (GTK_WIDGET (self));
}

/** cnn_kernel_tools_new: (transfer floating): the buttons */
GtkWidget *
cnn_kernel_tools_new (void)
{
  return g_object_new (CNN_TYPE_KERNEL_TOOLS, NULL);
}

/** cnn_kernel_tools_show: lets those be pressed that do something to @kernel. */
void
cnn_kernel_tools_show (GtkWidget *widget, const CnnKernel *kernel, CnnSize layer)
{
  CnnKernelTools *self = CNN_KERNEL_TOOLS (widget);

  for (guint i = 0; i < G_N_ELEMENTS (tools); i++)
    gtk_widget_set_sensitive (self->buttons[i], kernel_can_apply (kernel, i, layer));
}
