/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a training's pictures are from: files, or the layer groups of an open image. The choice
 * is the argument “image-of-classes”, and nothing else remembers it. */

#include "train-source.h"

#include "i18n.h"
#include "layer-classes.h"
#include "train-settings.h"

#define FILES "files"

/* Drawings are few, and a network must see them often, each time a little different. Only what is
 * still as it was in the beginning is set. */
#define FEW_NETWORK    "shapes"
#define FEW_EPOCHS     60
#define FEW_BATCH      16
#define FEW_VALIDATION 0.2
#define FEW_AUGMENT    "shift=1 rotate=10 scale=0.9,1.1"

static gboolean
is_initial (GimpProcedureConfig *config, const char *argument)
{
  GParamSpec    *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (config), argument);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (spec));
  g_object_get_property (G_OBJECT (config), argument, &value);
  return g_param_value_defaults (spec, &value);
}

static void
suggest (GimpProcedureConfig *config)
{
  g_autofree char *network = NULL;

  g_object_freeze_notify (G_OBJECT (config));
  g_object_get (config, "network", &network, NULL);
  if (network == NULL || cnn_preset_find (network) || cnn_train_settings_preset (network))
    g_object_set (config, "network", cnn_preset_find (FEW_NETWORK)->text, NULL);
  if (is_initial (config, "epochs"))
    g_object_set (config, "epochs", FEW_EPOCHS, NULL);
  if (is_initial (config, "batch-size"))
    g_object_set (config, "batch-size", FEW_BATCH, NULL);
  if (is_initial (config, "validation"))
    g_object_set (config, "validation", FEW_VALIDATION, NULL);
  if (is_initial (config, "augment"))
    g_object_set (config, "augment", FEW_AUGMENT, NULL);
  g_object_thaw_notify (G_OBJECT (config));
}

/* (transfer none) (nullable): the image of that number, where it is open. */
static GimpImage *
find_image (const char *number)
{
  int id = number ? (int) g_ascii_strtoll (number, NULL, 10) : 0;

  return id > 0 && gimp_image_id_is_valid (id) ? gimp_image_get_by_id (id) : NULL;
}

static void
chosen (GtkComboBox *combo, GimpProcedureConfig *config)
{
  GimpImage             *image = find_image (gtk_combo_box_get_active_id (combo));
  g_autoptr (GimpImage)  now = NULL;

  g_object_get (config, "image-of-classes", &now, NULL);
  if (image == now)
    return;
  g_object_set (config, "image-of-classes", image, NULL);
  if (image != NULL)
    suggest (config);
}

static void
show_choice (GtkWidget *combo, GimpProcedureConfig *config)
{
  g_autoptr (GimpImage) image = NULL;
  g_autofree char      *id = NULL;

  g_object_get (config, "image-of-classes", &image, NULL);
  id = image ? g_strdup_printf ("%d", gimp_image_get_id (image)) : g_strdup (FILES);
  g_signal_handlers_block_by_func (combo, chosen, config);
  if (!gtk_combo_box_set_active_id (GTK_COMBO_BOX (combo), id))
    gtk_combo_box_set_active (GTK_COMBO_BOX (combo), -1);
  g_signal_handlers_unblock_by_func (combo, chosen, config);
}

static void
config_changed (GimpProcedureConfig *config, GParamSpec *spec, GtkWidget *combo)
{
  show_choice (combo, config);
}

/**
 * train_source_refresh:
 *
 * Offers the images that are open now.
 */
void
train_source_refresh (GtkWidget *source)
{
  GimpProcedureConfig   *config = g_object_get_data (G_OBJECT (source), "config");
  GtkComboBoxText       *combo = GTK_COMBO_BOX_TEXT (source);
  g_autofree GimpImage **images = gimp_get_images ();

  g_signal_handlers_block_by_func (source, chosen, config);
  gtk_combo_box_text_remove_all (combo);
  gtk_combo_box_text_append (combo, FILES, _("Files"));
  for (guint i = 0; images != NULL && images[i] != NULL; i++)
    {
      g_autofree char *id = g_strdup_printf ("%d", gimp_image_get_id (images[i]));
      g_autofree char *name = gimp_image_get_name (images[i]);
      /* Translators: %s is the name of an open image. */
      g_autofree char *text = g_strdup_printf (_("The layer groups of “%s”"), name);

      gtk_combo_box_text_append (combo, id, text);
    }
  g_signal_handlers_unblock_by_func (source, chosen, config);
  show_choice (source, config);
}

/* An image whose groups could be classes is what a person most likely means who has not chosen
 * anything yet; one that was chosen last time may be closed. */
static void
choose_first (GimpProcedureConfig *config)
{
  g_autofree GimpImage **images = gimp_get_images ();
  g_autoptr (GimpImage)  image = NULL;
  g_autoptr (GFile)      file = NULL;

  g_object_get (config, "image-of-classes", &image, "data", &file, NULL);
  if (image != NULL && !gimp_image_is_valid (image))
    g_object_set (config, "image-of-classes", NULL, NULL);
  else if (image != NULL)
    return;
  for (guint i = 0; file == NULL && images != NULL && images[i] != NULL; i++)
    if (layer_classes_n_groups (images[i]) >= 2)
      {
        g_object_set (config, "image-of-classes", images[i], NULL);
        suggest (config);
        return;
      }
}

/**
 * train_source_new:
 * @config: the procedure's arguments; to outlive the widget
 *
 * Returns: (transfer full): the choice; where nothing was chosen before and an image with layer
 *   groups is open, that is chosen
 */
GtkWidget *
train_source_new (GimpProcedureConfig *config)
{
  GtkWidget *combo = gtk_combo_box_text_new ();
  GList     *cells;

  atk_object_set_name (gtk_widget_get_accessible (combo), _("Images from"));
  /* A long name is no reason for a wide window. */
  cells = gtk_cell_layout_get_cells (GTK_CELL_LAYOUT (combo));
  g_object_set (cells->data, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  g_list_free (cells);
  g_object_set_data (G_OBJECT (combo), "config", config);
  g_signal_connect (combo, "changed", G_CALLBACK (chosen), config);
  g_signal_connect_object (config, "notify::image-of-classes", G_CALLBACK (config_changed), combo,
                           0);
  choose_first (config);
  train_source_refresh (combo);
  return combo;
}
