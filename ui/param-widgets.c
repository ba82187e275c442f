/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-widgets.h"

#include <string.h>

#include "i18n.h"
#include "kernel-tools.h"
#include "param-spin.h"

/* One kind of widget for each type of parameter. */

#define MAX_PARTS 5

/**
 * Kind:
 * @make: adds the parts
 * @show: brings them up to date with a field
 * @text: what they say, in the text notation
 * @wide: takes the pane's whole width
 */
typedef struct
{
  void     (*make) (CnnParamWidget *self);
  void     (*show) (CnnParamWidget *self, gconstpointer field);
  char    *(*text) (CnnParamWidget *self);
  gboolean   wide;
} Kind;

struct _CnnParamWidget
{
  GtkBox          parent_instance;
  const CnnParam *param;
  const Kind     *kind;
  CnnParamContext context;
  char           *shown;  /* the value that the network has */
  gboolean        busy;   /* not a person changes the parts */
  gboolean        held;   /* a step button or key is held down */
  GtkWidget      *parts[MAX_PARTS];
  GtkWidget      *more;   /* parts that are not always seen */
  GStrv           names;  /* of nodes, in the order of the value */
};

enum
{
  CHANGED,
  BEGIN,
  END,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (CnnParamWidget, cnn_param_widget, GTK_TYPE_BOX)

/* --- parts ---------------------------------------------------------------- */

static const char *
label_of (CnnParamWidget *self)
{
  return dgettext ("convolens", self->param->label);
}

static void
on_part (CnnParamWidget *self)
{
  if (!self->busy)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
hold (CnnParamWidget *self, gboolean held)
{
  if (self->held == held)
    return;
  self->held = held;
  g_signal_emit (self, signals[held ? BEGIN : END], 0);
}

static gboolean
on_hold (GtkWidget *spin, GdkEvent *event, CnnParamWidget *self)
{
  guint key;

  switch (event->type)
    {
    case GDK_BUTTON_PRESS:
      hold (self, TRUE);
      break;
    case GDK_KEY_PRESS:
      gdk_event_get_keyval (event, &key);
      if (key == GDK_KEY_Up || key == GDK_KEY_Down || key == GDK_KEY_Page_Up ||
          key == GDK_KEY_Page_Down)
        hold (self, TRUE);
      break;
    default:
      hold (self, FALSE);
      break;
    }
  return FALSE;
}

/* Puts a part in its place, with a name for a screen reader. */
static GtkWidget *
add_part (CnnParamWidget *self, int i, GtkWidget *part, const char *name, GtkWidget *box)
{
  self->parts[i] = part;
  atk_object_set_name (gtk_widget_get_accessible (part), name);
  gtk_container_add (GTK_CONTAINER (box ? box : GTK_WIDGET (self)), part);
  gtk_widget_show (part);
  return part;
}

/* @first hears of a change before the world does. */
static GtkWidget *
add_spin (CnnParamWidget *self, int i, const char *zero, const char *name, GtkWidget *box,
          GCallback first)
{
  const char *const events[] = { "button-press-event", "button-release-event", "key-press-event",
                                 "key-release-event", "focus-out-event", "grab-broken-event" };
  gboolean   whole = self->param->type != CNN_PARAM_FLOAT;
  GtkWidget *spin  = cnn_param_spin_new (self->param->min, self->param->max, whole, zero);

  for (guint e = 0; e < G_N_ELEMENTS (events); e++)
    g_signal_connect (spin, events[e], G_CALLBACK (on_hold), self);
  if (first)
    g_signal_connect (spin, "value-changed", first, self);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (on_part), self);
  return add_part (self, i, spin, name, box);
}

static GtkWidget *
add_combo (CnnParamWidget *self, int i, const CnnChoice *choices, GCallback first)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  for (; choices->key; choices++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), choices->key,
                               dgettext ("convolens", choices->label));
  cnn_kernel_calm (combo);
  if (first)
    g_signal_connect (combo, "changed", first, self);
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (on_part), self);
  return add_part (self, i, combo, label_of (self), NULL);
}

static void
set_combo (GtkWidget *combo, const char *key)
{
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), key);
}

static const char *
combo_key (GtkWidget *combo)
{
  return gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo));
}

/* --- one number ----------------------------------------------------------- */

static void
number_make (CnnParamWidget *self)
{
  add_spin (self, 0, self->param->zero, label_of (self), NULL, NULL);
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
  GtkWidget *button = add_part (self, 0, gtk_switch_new (), label_of (self), NULL);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "notify::active", G_CALLBACK (on_part), self);
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
  add_combo (self, 0, self->param->choices, NULL);
}

static void
choice_show (CnnParamWidget *self, gconstpointer field)
{
  set_combo (self->parts[0], self->param->choices[*(const int *) field].key);
}

static char *
choice_text (CnnParamWidget *self)
{
  return g_strdup (combo_key (self->parts[0]));
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
  g_autofree char *rows    = g_strdup_printf (_("%s: rows"), label_of (self));
  g_autofree char *columns = g_strdup_printf (_("%s: columns"), label_of (self));
  g_autofree char *alike   = g_strdup_printf (_("%s: rows and columns alike"), label_of (self));
  GtkWidget       *link    = gtk_toggle_button_new ();

  add_spin (self, 0, zero, rows, NULL, G_CALLBACK (on_side));
  add_spin (self, 1, zero, columns, NULL, G_CALLBACK (on_side));
  gtk_container_add (GTK_CONTAINER (link),
                     gtk_image_new_from_icon_name ("insert-link-symbolic", GTK_ICON_SIZE_MENU));
  gtk_widget_show_all (link);
  gtk_widget_set_tooltip_text (link, _("Keep rows and columns alike"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (link), TRUE);
  add_part (self, 2, link, alike, NULL);
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
    gtk_widget_set_tooltip_text (add_spin (self, i, "?", names[i], NULL, NULL), names[i]);
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
  { "sides", N_("By number") },
  { NULL },
};

static gboolean
is_by_number (CnnParamWidget *self)
{
  return g_strcmp0 (combo_key (self->parts[0]), "sides") == 0;
}

static void
on_pad (GtkWidget *combo, CnnParamWidget *self)
{
  gboolean by_number = is_by_number (self);
  int      sum       = 0;

  gtk_widget_set_visible (self->more, by_number);
  for (int i = 1; i <= 4; i++)
    sum += cnn_param_spin_whole (self->parts[i]);
  if (self->busy || !by_number || sum > 0)
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
  add_combo (self, 0, pads, G_CALLBACK (on_pad));
  self->more = gtk_grid_new ();
  gtk_grid_set_column_spacing (GTK_GRID (self->more), 6);
  gtk_grid_set_row_spacing (GTK_GRID (self->more), 3);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name  = g_strdup_printf ("%s: %s", label_of (self), names[i]);
      GtkWidget       *label = gtk_label_new (names[i]);
      GtkWidget       *spin;

      gtk_label_set_xalign (GTK_LABEL (label), 0.0);
      gtk_widget_show (label);
      gtk_grid_attach (GTK_GRID (self->more), label, 0, i, 1, 1);
      spin = add_spin (self, i + 1, NULL, name, self->more, NULL);
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
  set_combo (self->parts[0], pad->mode == CNN_PAD_VALID ? "valid"
                             : pad->mode == CNN_PAD_SAME ? "same" : "sides");
  gtk_widget_set_visible (self->more, pad->mode == CNN_PAD_SIDES);
}

static char *
pad_text (CnnParamWidget *self)
{
  if (!is_by_number (self))
    return g_strdup (combo_key (self->parts[0]));
  return g_strdup_printf ("%d,%d,%d,%d", cnn_param_spin_whole (self->parts[1]),
                          cnn_param_spin_whole (self->parts[2]),
                          cnn_param_spin_whole (self->parts[3]),
                          cnn_param_spin_whole (self->parts[4]));
}

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
    on_part (self);
}

static gboolean
on_typed (GtkWidget *entry, GdkEvent *event, CnnParamWidget *self)
{
  g_autofree char *right = canonical (self->param, gtk_entry_get_text (GTK_ENTRY (entry)));

  if (g_strcmp0 (right, self->shown) != 0)
    on_part (self);
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
  GtkWidget *entry = add_part (self, i, gtk_entry_new (), label_of (self), NULL);

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

static const CnnChoice biases[] = {
  { "yes", N_("Yes, 0 until trained") },
  { "no", N_("No") },
  { "numbers", N_("By number") },
  { NULL },
};

static void
on_bias (GtkWidget *combo, CnnParamWidget *self)
{
  gboolean numbers = g_strcmp0 (combo_key (combo), "numbers") == 0;

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
  add_combo (self, 0, biases, G_CALLBACK (on_bias));
  add_entry (self, 1);
  gtk_widget_hide (self->parts[1]);
}

static void
bias_show (CnnParamWidget *self, gconstpointer field)
{
  const CnnBias *bias    = field;
  gboolean       numbers = bias->values.n > 0;

  if (numbers)
    show_entry (self, 1, self->shown);
  set_combo (self->parts[0], numbers ? "numbers" : bias->used ? "yes" : "no");
}

static char *
bias_text (CnnParamWidget *self)
{
  const char *key = combo_key (self->parts[0]);

  return g_strdup (g_strcmp0 (key, "numbers") == 0
                     ? gtk_entry_get_text (GTK_ENTRY (self->parts[1])) : key);
}

/* --- kernels -------------------------------------------------------------- */

static void
on_kernels_begin (GtkWidget *editor, CnnParamWidget *self)
{
  g_signal_emit (self, signals[BEGIN], 0);
}

static void
on_kernels_end (GtkWidget *editor, CnnParamWidget *self)
{
  g_signal_emit (self, signals[END], 0);
}

static void
kernels_make (CnnParamWidget *self)
{
  GtkWidget *editor = add_part (self, 0, cnn_kernel_editor_new (), label_of (self), NULL);

  gtk_widget_set_hexpand (editor, TRUE);
  g_signal_connect_swapped (editor, "changed", G_CALLBACK (on_part), self);
  g_signal_connect (editor, "begin", G_CALLBACK (on_kernels_begin), self);
  g_signal_connect (editor, "end", G_CALLBACK (on_kernels_end), self);
}

static void
kernels_show (CnnParamWidget *self, gconstpointer field)
{
  cnn_kernel_editor_set (CNN_KERNEL_EDITOR (self->parts[0]), self->shown, &self->context.kernels);
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
  on_part (self);
}

static void
add_name (CnnParamWidget *self, const char *name)
{
  GtkWidget       *button = gtk_check_button_new_with_label (name);
  g_autofree char *spoken = g_strdup_printf ("%s: %s", label_of (self), name);

  atk_object_set_name (gtk_widget_get_accessible (button), spoken);
  g_object_set_data_full (G_OBJECT (button), "name", g_strdup (name), g_free);
  g_signal_connect (button, "toggled", G_CALLBACK (on_name), self);
  gtk_container_add (GTK_CONTAINER (self->parts[0]), button);
}

static void
nodes_make (CnnParamWidget *self)
{
  add_part (self, 0, gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), label_of (self), NULL);
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

/* --- all ------------------------------------------------------------------ */

static const Kind kinds[] = {
  [CNN_PARAM_INT] = { number_make, int_show, number_text },
  [CNN_PARAM_FLOAT] = { number_make, float_show, number_text },
  [CNN_PARAM_BOOL] = { bool_make, bool_show, bool_text },
  [CNN_PARAM_CHOICE] = { choice_make, choice_show, choice_text },
  [CNN_PARAM_SIZE] = { size_make, size_show, size_text },
  [CNN_PARAM_SHAPE] = { shape_make, shape_show, shape_text, TRUE },
  [CNN_PARAM_PAD] = { pad_make, pad_show, pad_text },
  [CNN_PARAM_NUMBERS] = { numbers_make, numbers_show, numbers_text },
  [CNN_PARAM_BIAS] = { bias_make, bias_show, bias_text },
  [CNN_PARAM_KERNELS] = { kernels_make, kernels_show, kernels_text, TRUE },
  [CNN_PARAM_NODES] = { nodes_make, nodes_show, nodes_text },
};

static void
cnn_param_widget_dispose (GObject *object)
{
  hold (CNN_PARAM_WIDGET (object), FALSE);
  G_OBJECT_CLASS (cnn_param_widget_parent_class)->dispose (object);
}

static void
cnn_param_widget_finalize (GObject *object)
{
  CnnParamWidget *self = CNN_PARAM_WIDGET (object);

  g_free (self->shown);
  g_strfreev (self->names);
  G_OBJECT_CLASS (cnn_param_widget_parent_class)->finalize (object);
}

static void
cnn_param_widget_class_init (CnnParamWidgetClass *klass)
{
  const char *const names[N_SIGNALS] = { "changed", "begin", "end" };

  G_OBJECT_CLASS (klass)->dispose = cnn_param_widget_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_param_widget_finalize;
  for (int i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 0);
}

static void
cnn_param_widget_init (CnnParamWidget *self)
{
  gtk_box_set_spacing (GTK_BOX (self), 4);
}

/**
 * cnn_param_widget_new:
 * @param: the description, valid for good
 *
 * Returns: (transfer floating): what it is changed with
 */
GtkWidget *
cnn_param_widget_new (const CnnParam *param)
{
  CnnParamWidget *self = g_object_new (CNN_TYPE_PARAM_WIDGET, NULL);

  self->param = param;
  self->kind = &kinds[param->type];
  self->busy = TRUE;
  self->kind->make (self);
  self->busy = FALSE;
  return GTK_WIDGET (self);
}

/**
 * cnn_param_widget_show:
 * @params: the layer's parameter struct
 * @context: what is around the layer; valid during the call
 *
 * Shows the value that the parameter has.
 */
void
cnn_param_widget_show (CnnParamWidget *self, gconstpointer params, const CnnParamContext *context)
{
  g_free (self->shown);
  self->shown = cnn_param_print (self->param, params);
  self->context = *context;
  self->busy = TRUE;
  self->kind->show (self, (const char *) params + self->param->offset);
  self->busy = FALSE;
  self->context.names = NULL;
}

/** cnn_param_widget_text: (transfer full): what the person says, in the text notation */
char *
cnn_param_widget_text (CnnParamWidget *self)
{
  return self->kind->text (self);
}

/** cnn_param_widget_target: (transfer none): the part that its label's mnemonic goes to */
GtkWidget *
cnn_param_widget_target (CnnParamWidget *self)
{
  return self->parts[0];
}

/** cnn_param_widget_is_wide: whether it takes the whole width, below its label */
gboolean
cnn_param_widget_is_wide (CnnParamWidget *self)
{
  return self->kind->wide;
}
