/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-widgets-private.h"

#include "i18n.h"
#include "kernel-tools.h"
#include "param-spin.h"

/* What all kinds of parameters have in common. */

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

const char *
param_widget_label (CnnParamWidget *self)
{
  return dgettext ("convolens", self->param->label);
}

void
param_widget_changed (CnnParamWidget *self)
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
GtkWidget *
param_widget_add (CnnParamWidget *self, int i, GtkWidget *part, const char *name, GtkWidget *box)
{
  self->parts[i] = part;
  atk_object_set_name (gtk_widget_get_accessible (part), name);
  gtk_container_add (GTK_CONTAINER (box ? box : GTK_WIDGET (self)), part);
  gtk_widget_show (part);
  return part;
}

/* @first hears of a change before the world does. */
GtkWidget *
param_widget_add_spin (CnnParamWidget *self, int i, const char *zero, const char *name,
                       GtkWidget *box, GCallback first)
{
  const char *const events[] = { "button-press-event", "button-release-event", "key-press-event",
                                 "key-release-event", "focus-out-event", "grab-broken-event" };
  gboolean   whole = self->param->type != CNN_PARAM_FLOAT;
  GtkWidget *spin  = cnn_param_spin_new (self->param->min, self->param->max, whole, zero);

  for (guint e = 0; e < G_N_ELEMENTS (events); e++)
    g_signal_connect (spin, events[e], G_CALLBACK (on_hold), self);
  if (first)
    g_signal_connect (spin, "value-changed", first, self);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (param_widget_changed), self);
  return param_widget_add (self, i, spin, name, box);
}

GtkWidget *
param_widget_add_combo (CnnParamWidget *self, int i, const CnnChoice *choices, GCallback first)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  for (; choices->key; choices++)
    gtk_combo_box_text_append (GTK_COMBO_BOX_TEXT (combo), choices->key,
                               dgettext ("convolens", choices->label));
  cnn_kernel_calm (combo);
  if (first)
    g_signal_connect (combo, "changed", first, self);
  g_signal_connect_swapped (combo, "changed", G_CALLBACK (param_widget_changed), self);
  return param_widget_add (self, i, combo, param_widget_label (self), NULL);
}

void
param_widget_set_combo (GtkWidget *combo, const char *key)
{
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), key);
}

const char *
param_widget_combo_key (GtkWidget *combo)
{
  return gtk_combo_box_get_active_id (GTK_COMBO_BOX (combo));
}

/* --- all ------------------------------------------------------------------ */

static const ParamKind *const kinds[] = {
  [CNN_PARAM_INT] = &param_kind_int,
  [CNN_PARAM_FLOAT] = &param_kind_float,
  [CNN_PARAM_BOOL] = &param_kind_bool,
  [CNN_PARAM_CHOICE] = &param_kind_choice,
  [CNN_PARAM_SIZE] = &param_kind_size,
  [CNN_PARAM_SHAPE] = &param_kind_shape,
  [CNN_PARAM_PAD] = &param_kind_pad,
  [CNN_PARAM_NUMBERS] = &param_kind_numbers,
  [CNN_PARAM_BIAS] = &param_kind_bias,
  [CNN_PARAM_KERNELS] = &param_kind_kernels,
  [CNN_PARAM_TEXT] = &param_kind_text,
  [CNN_PARAM_RANGE] = &param_kind_numbers,
  [CNN_PARAM_NODES] = &param_kind_nodes,
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
  self->kind = kinds[param->type];
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
