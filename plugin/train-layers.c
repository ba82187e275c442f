/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The layer groups of an image as what a training learns from. */

#include "train-layers.h"

#include "classify.h"
#include "error.h"
#include "i18n.h"
#include "layer-classes.h"

/* What networks that take any size are shown. */
#define USUAL_SIDE 32

/* What the bar leaves for the training. */
#define SHARE_OF_READING 0.05

/* What the network leaves open is chosen for it. */
static CnnShape
choose_input (CnnTrainSettings *settings, CnnShape input, gboolean grey)
{
  CnnShape         chosen = { input.height > 0 ? input.height : USUAL_SIDE,
                              input.width > 0 ? input.width : USUAL_SIDE,
                              input.channels > 0 ? input.channels : grey ? 1 : 3 };
  g_autofree char *text   = NULL;

  if (cnn_shape_equal (chosen, input))
    return input;
  text = g_strdup_printf ("%dx%dx%d", CNN_SHAPE_ARGS (chosen));
  cnn_train_settings_put (&settings->size, text);
  return chosen;
}

/**
 * train_layers_take:
 * @settings: what else is asked for
 * @config: the procedure's arguments
 * @image: whose layer groups are the classes
 * @read: whether to read the layers; else they can only be counted
 *
 * Lets the settings have the layers as their images. Where neither the network nor the settings
 * say how large its input is, they do so afterwards.
 *
 * Returns: whether there are any. Errors: those of layer_classes_new(), layer_classes_read() and
 *   cnn_train_settings_network(), %CNN_ERROR_SHAPE
 */
gboolean
train_layers_take (CnnTrainSettings *settings, GimpProcedureConfig *config, GimpImage *image,
                   gboolean read, GError **error)
{
  g_autoptr (LayerClasses) classes  = NULL;
  g_autoptr (CnnNetwork)   network  = NULL;
  CnnFraming               framing  = gimp_procedure_config_get_choice_id (config, "framing");
  CnnClassifyMode          mode     = gimp_procedure_config_get_choice_id (config, "prepare");
  RunningProgress          progress = { 0.0, SHARE_OF_READING, 0.0 };
  CnnShape                 input;
  gboolean                 hidden, digit, grey;

  g_object_get (config, "hidden-layers", &hidden, NULL);
  classes = layer_classes_new (image, hidden, error);
  if (classes == NULL)
    return FALSE;
  network = cnn_train_settings_network (settings, &input, error);
  if (network == NULL)
    return FALSE;
  if (input.channels != 0 && input.channels != 1 && input.channels != 3)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network takes %d channels; a picture has 1 (grey) or 3 (RGB)"),
                   input.channels);
      return FALSE;
    }
  digit = cnn_classify_is_digit (input, mode);
  grey = digit || gimp_image_get_base_type (image) == GIMP_GRAY;
  input = choose_input (settings, input, grey);
  cnn_train_settings_put (&settings->framing, cnn_classify_note (digit, framing));
  if (!read)
    settings->images = layer_classes_list (classes, input);
  else
    {
      settings->left_out = g_ptr_array_new_with_free_func (g_free);
      settings->images = layer_classes_read (classes, input, digit, framing,
                                             settings->refuse ? NULL : settings->left_out,
                                             &progress, error);
    }
  return settings->images != NULL;
}
