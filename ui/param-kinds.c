/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-widgets-private.h"

#include <string.h>

#include "i18n.h"
#include "param-spin.h"

/* Parameters of one value, or of a few that belong together. */

/* --- one number ----------------------------------------------------------- */

static void
number_make (CnnParamWidget *self)
{
  param_widget_add_spin (self, 0, self->param->zero, param_widget_label (self), NULL, NULL);
}

static void
int_show (CnnParamWidget *self, gconstpointer field)
{
  cnn_param_spin_set (self->parts[0], *(const int *) field);
}

static void
float_show (CnnParamWidget *self, gconstpointer field)
{
  cnn_param_spin_set (self->parts[0], *(const double *) field);
}

static char *
number_text (CnnParamWidget *self)
{
  return cnn_param_spin_text (self->parts[0]);
}

/* --- yes or no, and choices ----------------------------------------------- */

static void
bool_make (CnnParamWidget *self)
{
  GtkWidget *button = param_widget_add (self, 0, gtk_switch_new (), param_widget_label (self),
                                        NULL);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "notify::active", G_CALLBACK (param_widget_changed), self);
}

static void
bool_show (CnnParamWidget *self, gconstpointer field)
{
  gtk_switch_set_active (GTK_SWITCH (self->parts[0]), *(const gboolean *) field);
}

static char *
bool_text (CnnParamWidget *self)
{
  return g_strdup (gtk_switch_get_active (GTK_SWITCH (self->parts[0])) ? "yes" : "no");
}

static void
choice_make (CnnParamWidget *self)
{
  param_widget_add_combo (self, 0, self->param->choices, NULL);
}

static void
choice_show (CnnParamWidget *self, gconstpointer field)
{
  param_widget_set_combo (self->parts[0], self->param->choices[*(const int *) field].key);
}

static char *
choice_text (CnnParamWidget *self)
{
  return g_strdup (param_widget_combo_key (self->parts[0]));
}

/* --- rows × columns ------------------------------------------------------- */

static void
on_side (GtkWidget *spin, CnnParamWidget *self)
{
  GtkWidget *other = self->parts[spin == self->parts[0] ? 1 : 0];
  int        value = cnn_param_spin_whole (spin);

  if (self->busy)
    return;
  /* What is not said is not said of both. */
  if (value == 0 || cnn_param_spin_whole (other) == 0 ||
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->parts[2])))
    {
      self->busy = TRUE;
      cnn_param_spin_set (other, value);
      self->busy = FALSE;
    }
}

static void
on_link (GtkToggleButton *link, CnnParamWidget *self)
{
  if (!self->busy && gtk_toggle_button_get_active (link))
    cnn_param_spin_set (self->parts[1], cnn_param_spin_whole (self->parts[0]));
}

static void
size_make (CnnParamWidget *self)
{
  const char      *zero    = *self->param->initial == '\0' ? "auto" : NULL;
  g_autofree char *rows    = g_strdup_printf (_("%s: rows"), param_widget_label (self));
  g_autofree char *columns = g_strdup_printf (_("%s: columns"), param_widget_label (self));
  g_autofree char *alike   = g_strdup_printf (_("%s: rows and columns alike"),
                                              param_widget_label (self));
  GtkWidget       *link    = gtk_toggle_button_new ();

  param_widget_add_spin (self, 0, zero, rows, NULL, G_CALLBACK (on_side));
  param_widget_add_spin (self, 1, zero, columns, NULL, G_CALLBACK (on_side));
  gtk_container_add (GTK_CONTAINER (link),
                     gtk_image_new_from_icon_name ("insert-link-symbolic", GTK_ICON_SIZE_MENU));
  gtk_widget_show_all (link);
  gtk_widget_set_tooltip_text (link, _("Keep rows and columns alike"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (link), TRUE);
  param_widget_add (self, 2, link, alike, NULL);
  g_signal_connect (link, "toggled", G_CALLBACK (on_link), self);
}

static void
size_show (CnnParamWidget *self, gconstpointer field)
{
  const CnnSize *size = field;

  cnn_param_spin_set (self->parts[0], size->height);
  cnn_param_spin_set (self->parts[1], size->width);
  if (size->height != size->width)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->parts[2]), FALSE);
}

static char *
size_text (CnnParamWidget *self)
{
  int height = cnn_param_spin_whole (self->parts[0]);
  int width  = cnn_param_spin_whole (self->parts[1]);

  return height == 0 ? g_strdup ("") : g_strdup_printf ("%dx%d", height, width);
}

/* --- height × width × channels -------------------------------------------- */

static void
shape_make (CnnParamWidget *self)
{
  const char *const names[] = { _("Height"), _("Width"), _("Channels") };

  for (int i = 0; i < 3; i++)
    gtk_widget_set_tooltip_text (param_widget_add_spin (self, i, "?", names[i], NULL, NULL),
                                 names[i]);
}

static void
shape_show (CnnParamWidget *self, gconstpointer field)
{
  const CnnShape *shape = field;

  cnn_param_spin_set (self->parts[0], shape->height);
  cnn_param_spin_set (self->parts[1], shape->width);
  cnn_param_spin_set (self->parts[2], shape->channels);
}

static char *
shape_text (CnnParamWidget *self)
{
  g_autofree char *height   = cnn_param_spin_text (self->parts[0]);
  g_autofree char *width    = cnn_param_spin_text (self->parts[1]);
  g_autofree char *channels = cnn_param_spin_text (self->parts[2]);

  if (strcmp (height, "?") == 0 && strcmp (width, "?") == 0 && strcmp (channels, "?") == 0)
    return g_strdup ("");
  return g_strdup_printf ("%sx%sx%s", height, width, channels);
}

/* --- padding -------------------------------------------------------------- */

static const CnnChoice pads[] = {
  { "valid", N_("None") },
  { "same", N_("Same size") },
  { "same-lower", N_("Same size, more in front") },
  { "sides", N_("By number") },
  { NULL },
};

static gboolean
is_by_number (CnnParamWidget *self)
{
  return g_strcmp0 (param_widget_combo_key (self->parts[0]), "sides") == 0;
}

static void
on_pad (GtkWidget *combo, CnnParamWidget *self)
{
  gboolean by_number = is_by_number (self);
  gboolean said      = FALSE;

  gtk_widget_set_visible (self->more, by_number);
  for (int i = 1; i <= 4; i++)
    said = said || cnn_param_spin_whole (self->parts[i]) != 0;
  if (self->busy || !by_number || said)
    return;
  /* Numbers that are no padding are no start. */
  self->busy = TRUE;
  for (int i = 1; i <= 4; i++)
    cnn_param_spin_set (self->parts[i], MIN (1, self->param->max));
  self->busy = FALSE;
}

static void
pad_make (CnnParamWidget *self)
{
  const char *const names[] = { _("Top"), _("Right"), _("Bottom"), _("Left") };

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  param_widget_add_combo (self, 0, pads, G_CALLBACK (on_pad));
  self->more = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->more), 6);
  gtk_grid_set_row_spacing (GTK_GRID (self->more), 3);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name  = g_strdup_printf ("%s: %s", param_widget_label (self), names[i]);
      GtkWidget       *label = gtk_label_new (names[i]);
      GtkWidget       *spin;

      gtk_label_set_xalign (GTK_LABEL (label), 0.0);
      gtk_widget_show (label);
      gtk_grid_attach (GTK_GRID (self->more), label, 0, i, 1, 1);
      spin = param_widget_add_spin (self, i + 1, NULL, name, self->more, NULL);
      gtk_container_child_set (GTK_CONTAINER (self->more), spin, "left-attach", 1, "top-attach", i,
                               NULL);
    }
  gtk_container_add (GTK_CONTAINER (self), self->more);
}

static void
pad_show (CnnParamWidget *self, gconstpointer field)
{
  const CnnPad *pad     = field;
  const int     sides[] = { pad->sides.top, pad->sides.right, pad->sides.bottom, pad->sides.left };

  for (int i = 0; i < 4 && pad->mode == CNN_PAD_SIDES; i++)
    cnn_param_spin_set (self->parts[i + 1], sides[i]);
  param_widget_set_combo (self->parts[0], pad->mode == CNN_PAD_VALID        ? "valid"
                             : pad->mode == CNN_PAD_SAME       ? "same"
                             : pad->mode == CNN_PAD_SAME_LOWER ? "same-lower"
                                                               : "sides");
  gtk_widget_set_visible (self->more, pad->mode == CNN_PAD_SIDES);
}

static char *
pad_text (CnnParamWidget *self)
{
  if (!is_by_number (self))
    return g_strdup (param_widget_combo_key (self->parts[0]));
  return g_strdup_printf ("%d,%d,%d,%d", cnn_param_spin_whole (self->parts[1]),
                          cnn_param_spin_whole (self->parts[2]),
                          cnn_param_spin_whole (self->parts[3]),
                          cnn_param_spin_whole (self->parts[4]));
}

const ParamKind param_kind_int = { number_make, int_show, number_text };
const ParamKind param_kind_float = { number_make, float_show, number_text };
const ParamKind param_kind_bool = { bool_make, bool_show, bool_text };
const ParamKind param_kind_choice = { choice_make, choice_show, choice_text };
const ParamKind param_kind_size = { size_make, size_show, size_text };
const ParamKind param_kind_shape = { shape_make, shape_show, shape_text, TRUE };
const ParamKind param_kind_pad = { pad_make, pad_show, pad_text };
