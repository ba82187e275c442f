/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-widgets-private.h"

#include <string.h>

#include "i18n.h"

/* Parameters that are lists. */

/* --- numbers, and the bias ------------------------------------------------ */

/* What a text means, in the one way in which it is printed; NULL for nothing. */
static char *
canonical (const CnnParam *param, const char *text)
{
  CnnParam alone   = *param;
  double   room[4] = { 0 };
  char    *printed = NULL;

  alone.offset = 0;
  if (cnn_param_parse (&alone, text, room, NULL, NULL))
    printed = cnn_param_print (&alone, room);
  cnn_param_clear (&alone, room);
  return printed;
}

/* What is right is taken over while it is typed; what is not, once it is done. */
static void
on_typing (GtkEntry *entry, CnnParamWidget *self)
{
  const char      *text = gtk_entry_get_text (entry);
  g_autofree char *right = *text != '\0' ? canonical (self->param, text) : NULL;

  if (right)
    param_widget_changed (self);
}

static gboolean
on_typed (GtkWidget *entry, GdkEvent *event, CnnParamWidget *self)
{
  g_autofree char *right = canonical (self->param, gtk_entry_get_text (GTK_ENTRY (entry)));

  if (g_strcmp0 (right, self->shown) != 0)
    param_widget_changed (self);
  return FALSE;
}

static void
on_enter (GtkWidget *entry, CnnParamWidget *self)
{
  on_typed (entry, NULL, self);
}

static void
add_entry (CnnParamWidget *self, int i)
{
  GtkWidget *entry = param_widget_add (self, i, gtk_entry_new (), param_widget_label (self), NULL);

  gtk_entry_set_width_chars (GTK_ENTRY (entry), 10);
  gtk_widget_set_hexpand (entry, TRUE);
  g_signal_connect (entry, "changed", G_CALLBACK (on_typing), self);
  g_signal_connect (entry, "activate", G_CALLBACK (on_enter), self);
  g_signal_connect (entry, "focus-out-event", G_CALLBACK (on_typed), self);
}

/* Leaves what a person types as it is where it means the same. */
static void
show_entry (CnnParamWidget *self, int i, const char *text)
{
  GtkEntry        *entry = GTK_ENTRY (self->parts[i]);
  const char      *typed = gtk_entry_get_text (entry);
  g_autofree char *means = *typed != '\0' || *text == '\0' ? canonical (self->param, typed) : NULL;

  if (g_strcmp0 (means, text) != 0)
    gtk_entry_set_text (entry, text);
}

static void
numbers_make (CnnParamWidget *self)
{
  add_entry (self, 0);
}

static void
numbers_show (CnnParamWidget *self, gconstpointer field)
{
  show_entry (self, 0, self->shown);
}

static char *
numbers_text (CnnParamWidget *self)
{
  return g_strdup (gtk_entry_get_text (GTK_ENTRY (self->parts[0])));
}

/* --- text ----------------------------------------------------------------- */

/* The quotes around it are the notation's, not the person's. */
static void
text_show (CnnParamWidget *self, gconstpointer field)
{
  const char *value = *(char *const *) field;
  GtkEntry   *entry = GTK_ENTRY (self->parts[0]);

  if (g_strcmp0 (gtk_entry_get_text (entry), value ? value : "") != 0)
    gtk_entry_set_text (entry, value ? value : "");
}

static char *
text_text (CnnParamWidget *self)
{
  const char *typed = gtk_entry_get_text (GTK_ENTRY (self->parts[0]));

  return *typed != '\0' ? g_strdup_printf ("\"%s\"", typed) : g_strdup ("");
}

static const CnnChoice biases[] = {
  { "yes", N_("Yes, 0 until trained") },
  { "no", N_("No") },
  { "numbers", N_("By number") },
  { NULL },
};

static void
on_bias (GtkWidget *combo, CnnParamWidget *self)
{
  gboolean numbers = g_strcmp0 (param_widget_combo_key (combo), "numbers") == 0;

  if (self->parts[1])
    gtk_widget_set_visible (self->parts[1], numbers);
  if (self->busy || !numbers)
    return;
  self->busy = TRUE;
  if (*gtk_entry_get_text (GTK_ENTRY (self->parts[1])) == '\0')
    gtk_entry_set_text (GTK_ENTRY (self->parts[1]), "0");
  self->busy = FALSE;
}

static void
bias_make (CnnParamWidget *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  param_widget_add_combo (self, 0, biases, G_CALLBACK (on_bias));
  add_entry (self, 1);
  gtk_widget_hide (self->parts[1]);
}

static void
bias_show (CnnParamWidget *self, gconstpointer field)
{
  const CnnBias *bias    = field;
  gboolean       numbers = bias->values.n > 0 || bias->values.ref != NULL;

  if (numbers)
    show_entry (self, 1, self->shown);
  param_widget_set_combo (self->parts[0], numbers ? "numbers" : bias->used ? "yes" : "no");
}

static char *
bias_text (CnnParamWidget *self)
{
  const char *key = param_widget_combo_key (self->parts[0]);

  return g_strdup (g_strcmp0 (key, "numbers") == 0
                     ? gtk_entry_get_text (GTK_ENTRY (self->parts[1])) : key);
}

/* --- kernels -------------------------------------------------------------- */

static void
on_kernels_begin (GtkWidget *editor, CnnParamWidget *self)
{
  g_signal_emit_by_name (self, "begin");
}

static void
on_kernels_end (GtkWidget *editor, CnnParamWidget *self)
{
  g_signal_emit_by_name (self, "end");
}

static void
kernels_make (CnnParamWidget *self)
{
  GtkWidget *editor = param_widget_add (self, 0, cnn_kernel_editor_new (),
                                        param_widget_label (self), NULL);

  gtk_widget_set_hexpand (editor, TRUE);
  g_signal_connect_swapped (editor, "changed", G_CALLBACK (param_widget_changed), self);
  g_signal_connect (editor, "begin", G_CALLBACK (on_kernels_begin), self);
  g_signal_connect (editor, "end", G_CALLBACK (on_kernels_end), self);
}

static void
kernels_show (CnnParamWidget *self, gconstpointer field)
{
  cnn_kernel_editor_set_kernels (CNN_KERNEL_EDITOR (self->parts[0]), *(GPtrArray *const *) field,
                                 &self->context.kernels);
}

static char *
kernels_text (CnnParamWidget *self)
{
  return cnn_kernel_editor_get (CNN_KERNEL_EDITOR (self->parts[0]));
}

/* --- names of other layers ------------------------------------------------ */

static void
on_name (GtkToggleButton *button, CnnParamWidget *self)
{
  const char                *name  = g_object_get_data (G_OBJECT (button), "name");
  g_autoptr (GStrvBuilder)   names = g_strv_builder_new ();

  if (self->busy)
    return;
  for (GStrv other = self->names; other && *other; other++)
    if (strcmp (*other, name) != 0)
      g_strv_builder_add (names, *other);
  if (gtk_toggle_button_get_active (button))
    g_strv_builder_add (names, name);
  g_strfreev (self->names);
  self->names = g_strv_builder_end (names);
  param_widget_changed (self);
}

static void
add_name (CnnParamWidget *self, const char *name)
{
  GtkWidget       *button = gtk_check_button_new_with_label (name);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", param_widget_label (self), name);

  atk_object_set_name (gtk_widget_get_accessible (button), spoken);
  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (name), g_free);
  g_signal_connect (button, "toggled", G_CALLBACK (on_name), self);
  gtk_container_add (GTK_CONTAINER (self->parts[0]), button);
}

static void
nodes_make (CnnParamWidget *self)
{
  param_widget_add (self, 0, gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
                    param_widget_label (self), NULL);
}

/* Whether there is a button for just these names. */
static gboolean
has_buttons (CnnParamWidget *self, const char *const *names)
{
  gboolean same = TRUE;
  guint    n    = 0;

  for (GList *l = gtk_container_get_children (GTK_CONTAINER (self->parts[0])); l;
       l = g_list_delete_link (l, l))
    same = same && names[n] && g_strcmp0 (g_object_get_data (l->data, "name"), names[n++]) == 0;
  return same && n > 0 && names[n] == NULL;
}

static void
add_buttons (CnnParamWidget *self, const char *const *names)
{
  for (GList *l = gtk_container_get_children (GTK_CONTAINER (self->parts[0])); l;
       l = g_list_delete_link (l, l))
    gtk_widget_destroy (l->data);
  for (guint i = 0; names[i]; i++)
    add_name (self, names[i]);
  if (names[0] == NULL)
    {
      GtkWidget *label = gtk_label_new (_("No layer before this one has a name yet; give one a "
                                          "name to choose it here"));

      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 24);
      gtk_label_set_xalign (GTK_LABEL (label), 0.0);
      gtk_style_context_add_class (gtk_widget_get_style_context (label), "dim-label");
      gtk_container_add (GTK_CONTAINER (self->parts[0]), label);
    }
  gtk_widget_show_all (self->parts[0]);
}

/* All names there are, and those that are said without there being such a layer. */
static void
nodes_show (CnnParamWidget *self, gconstpointer field)
{
  const GStrv              names   = *(const GStrv *) field;
  const char *const       *known   = self->context.names;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv)           all     = NULL;

  for (guint i = 0; known && known[i]; i++)
    g_strv_builder_add (builder, known[i]);
  for (guint i = 0; names && names[i]; i++)
    if (!known || !g_strv_contains (known, names[i]))
      g_strv_builder_add (builder, names[i]);
  all = g_strv_builder_end (builder);
  g_strfreev (self->names);
  self->names = g_strdupv (names);
  if (!has_buttons (self, (const char *const *) all))
    add_buttons (self, (const char *const *) all);
  for (GList *l = gtk_container_get_children (GTK_CONTAINER (self->parts[0])); l;
       l = g_list_delete_link (l, l))
    if (GTK_IS_TOGGLE_BUTTON (l->data))
      gtk_toggle_button_set_active (l->data, names &&
                                    g_strv_contains ((const char *const *) names,
                                                     g_object_get_data (l->data, "name")));
}

static char *
nodes_text (CnnParamWidget *self)
{
  return self->names ? g_strjoinv (",", self->names) : g_strdup ("");
}

const ParamKind param_kind_numbers = { numbers_make, numbers_show, numbers_text };
const ParamKind param_kind_bias = { bias_make, bias_show, bias_text };
const ParamKind param_kind_kernels = { kernels_make, kernels_show, kernels_text, TRUE };
const ParamKind param_kind_text = { numbers_make, text_show, text_text };
const ParamKind param_kind_nodes = { nodes_make, nodes_show, nodes_text };
