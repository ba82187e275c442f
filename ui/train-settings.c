/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a training is told, as a person or a script writes it. */

#include "train-settings.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "model.h"
#include "network-file.h"

/* The texts of the struct. */
static char **
texts (CnnTrainSettings *settings, char **list[12])
{
  char **all[] = { &settings->network, &settings->data, &settings->labels, &settings->test_data,
                   &settings->size, &settings->optimiser, &settings->schedule,
                   &settings->augment, &settings->output, &settings->checkpoint,
                   &settings->framing, NULL };

  memcpy (list, all, sizeof all);
  return all[0];
}

/**
 * cnn_train_settings_new:
 *
 * Returns: (transfer full): what is good for a start, without network and data
 */
CnnTrainSettings *
cnn_train_settings_new (void)
{
  CnnTrainSettings  *settings = g_new0 (CnnTrainSettings, 1);
  CnnTrainingOptions usual;
  char             **list[12];

  texts (settings, list);
  for (guint i = 0; list[i]; i++)
    *list[i] = g_strdup ("");
  cnn_training_options_init (&usual);
  cnn_train_settings_put (&settings->optimiser, "adam");
  cnn_train_settings_put (&settings->schedule, "constant");
  settings->epochs = usual.epochs;
  settings->batch = usual.batch;
  settings->validation = usual.validation;
  settings->seed = usual.seed;
  return settings;
}

/** cnn_train_settings_copy: (transfer full) */
CnnTrainSettings *
cnn_train_settings_copy (const CnnTrainSettings *settings)
{
  CnnTrainSettings *copy = g_memdup2 (settings, sizeof *settings);
  char            **list[12];

  texts (copy, list);
  for (guint i = 0; list[i]; i++)
    *list[i] = g_strdup (*list[i]);
  if (copy->images)
    cnn_dataset_ref (copy->images);
  if (copy->left_out)
    g_ptr_array_ref (copy->left_out);
  return copy;
}

void
cnn_train_settings_free (CnnTrainSettings *settings)
{
  char **list[12];

  texts (settings, list);
  for (guint i = 0; list[i]; i++)
    g_free (*list[i]);
  g_clear_pointer (&settings->images, cnn_dataset_unref);
  g_clear_pointer (&settings->left_out, g_ptr_array_unref);
  g_free (settings);
}

/** cnn_train_settings_put: makes a text of the settings @value, without blanks around; %NULL
 * is the empty one. */
void
cnn_train_settings_put (char **text, const char *value)
{
  char *copy = g_strstrip (g_strdup (value ? value : ""));

  g_free (*text);
  *text = copy;
}

/**
 * cnn_train_settings_options:
 * @options: (out): what they say; texts in it belong to @settings and @augment
 * @augment: (out) (transfer full) (nullable): how images are changed
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC set
 */
gboolean
cnn_train_settings_options (const CnnTrainSettings *settings, CnnTrainingOptions *options,
                            CnnAugment **augment, GError **error)
{
  g_autoptr (CnnAugment) changes = NULL;

  cnn_training_options_init (options);
  if (!cnn_optimiser_parse (*settings->optimiser ? settings->optimiser : "adam",
                            &options->optimiser, error) ||
      !cnn_schedule_parse (*settings->schedule ? settings->schedule : "constant",
                           &options->schedule, error))
    return FALSE;
  if (*settings->augment)
    {
      changes = cnn_augment_parse (settings->augment, error);
      if (changes == NULL)
        return FALSE;
    }
  options->epochs = MAX (settings->epochs, 1);
  options->batch = MAX (settings->batch, 1);
  options->rate = settings->rate > 0.0 ? settings->rate : options->optimiser.kind->rate;
  options->clip = settings->clip;
  options->validation = settings->validation;
  options->patience = settings->patience;
  options->seed = settings->seed;
  options->checkpoint = *settings->checkpoint ? settings->checkpoint : NULL;
  options->augment = changes;
  *augment = g_steal_pointer (&changes);
  return TRUE;
}

/* --- the network ------------------------------------------------------------------------- */

/* 32x32x3 or 32×32×3. */
static gboolean
read_size (const char *text, CnnShape *size, GError **error)
{
  g_auto (GStrv)   words = NULL;
  g_autofree char *plain = NULL;
  g_auto (GStrv)   sides = g_strsplit (text, "×", -1);
  int             *to[] = { &size->height, &size->width, &size->channels };

  plain = g_strjoinv ("x", sides);
  words = g_strsplit (plain, "x", -1);
  if (g_strv_length (words) == G_N_ELEMENTS (to))
    {
      guint n = 0;

      for (; n < G_N_ELEMENTS (to); n++)
        {
          guint64 side;

          if (!g_ascii_string_to_unsigned (g_strstrip (words[n]), 10, 1, n == 2 ? 4 : 4096, &side,
                                           NULL))
            break;
          *to[n] = (int) side;
        }
      if (n == G_N_ELEMENTS (to) && (size->channels == 1 || size->channels == 3))
        return TRUE;
    }
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
               _("size: “%s” is not the size of a picture; expected height, width and channels, 1 "
                 "or 3, such as 32x32x3"),
               text);
  return FALSE;
}

static CnnNetwork *
read_network (const char *text, CnnShape offered, GError **error)
{
  const CnnPreset     *preset = cnn_preset_find (text);
  g_autoptr (CnnModel) model = NULL;

  if (*text == '\0')
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("there is no network yet: choose a preset, or write its layers"));
      return NULL;
    }
  if (preset)
    return cnn_network_parse (preset->text, error);
  if (strchr (text, '\n') || !cnn_network_file_is_model (text))
    return cnn_network_parse (text, error);
  model = cnn_model_open (text, offered, error);
  return model ? cnn_network_ref (cnn_model_network (model)) : NULL;
}

/**
 * cnn_train_settings_network:
 * @input: (out): the shape of its input; 0 where neither the network nor the size says it
 *
 * Returns: (transfer full): the network; or %NULL with %CNN_ERROR_SPEC, %CNN_ERROR_SHAPE or an
 *   error of cnn_model_open() set
 */
CnnNetwork *
cnn_train_settings_network (const CnnTrainSettings *settings, CnnShape *input, GError **error)
{
  CnnShape               offered = { 28, 28, 1 }, said, other;
  g_autoptr (CnnNetwork) network = NULL;

  if (*settings->size && !read_size (settings->size, &offered, error))
    return NULL;
  network = read_network (settings->network, offered, error);
  if (network == NULL)
    return NULL;
  said = cnn_network_input (network, offered);
  if (*settings->size && !cnn_shape_equal (said, offered))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the network takes %d×%d×%d, but size says %d×%d×%d"), CNN_SHAPE_ARGS (said),
                   CNN_SHAPE_ARGS (offered));
      return NULL;
    }
  /* What it leaves open is what it is offered. */
  other = cnn_network_input (network, (CnnShape) { offered.height + 1, offered.width + 1,
                                                   offered.channels + 1 });
  if (!*settings->size)
    {
      said.height = said.height == other.height ? said.height : 0;
      said.width = said.width == other.width ? said.width : 0;
      said.channels = said.channels == other.channels ? said.channels : 0;
    }
  *input = said;
  return g_steal_pointer (&network);
}

/* --- classes ------------------------------------------------------------------------------ */

/* Where the number of the last dense layer's units begins; %NULL where there is none. */
static const char *
find_units (const char *text)
{
  const char *last = NULL;

  for (const char *at = text; (at = strstr (at, "dense ")); at++)
    if (g_ascii_isdigit (at[strlen ("dense ")]))
      last = at + strlen ("dense ");
  return last;
}

/**
 * cnn_train_settings_with_classes:
 * @text: a preset's
 * @n: how many classes there are
 *
 * Returns: (transfer full): the text, whose last dense layer tells that many apart
 */
char *
cnn_train_settings_with_classes (const char *text, guint n)
{
  const char *units = find_units (text);

  if (units == NULL)
    return g_strdup (text);
  return g_strdup_printf ("%.*s%u%s", (int) (units - text), text, n,
                          units + strspn (units, "0123456789"));
}

/**
 * cnn_train_settings_preset:
 * @text: a network's
 *
 * Returns: (transfer none) (nullable): the preset that it is, for whatever number of classes
 */
const CnnPreset *
cnn_train_settings_preset (const char *text)
{
  g_autofree char *bare = cnn_train_settings_with_classes (text, 0);
  guint            n;
  const CnnPreset *presets = cnn_presets (&n);

  g_strstrip (bare);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *other = cnn_train_settings_with_classes (presets[i].text, 0);

      if (strcmp (g_strstrip (other), bare) == 0)
        return &presets[i];
    }
  return NULL;
}
