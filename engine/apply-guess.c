/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply.h"

#include <math.h>
#include <string.h>

#include "number.h"

/* Which numbers a file wants, guessed from what it says and what it does: its notes first;
 * then arithmetic at its beginning, with which some files bring their input to the network's
 * range themselves; then how its kind is usually trained. */

/* Layers at the beginning that are looked at. */
#define FIRST_LAYERS 4

/* --- the file's notes ------------------------------------------------------------------------- */

static const char *
note (const CnnModelInfo *info, const char *const *keys)
{
  for (int i = 0; info->metadata && keys[i]; i++)
    {
      GHashTableIter iter;
      gpointer       key, value;

      g_hash_table_iter_init (&iter, info->metadata);
      while (g_hash_table_iter_next (&iter, &key, &value))
        if (g_ascii_strcasecmp (key, keys[i]) == 0)
          return value;
    }
  return NULL;
}

static gboolean
has_word (const char *text, const char *word)
{
  g_autofree char *low = g_ascii_strdown (text, -1);

  return strstr (low, word) != NULL;
}

/* Numbers as people write lists: in any brackets. */
static gboolean
read_numbers (const char *text, double *numbers)
{
  g_autofree char *bare = g_strdup (text);

  g_strdelimit (bare, "[](){}", ' ');
  return cnn_apply_numbers (bare, numbers, NULL);
}

static void
note_range (const CnnModelInfo *info, CnnApplySettings *settings)
{
  static const char *const keys[] = { "convolens.input-range", "Image.NominalPixelRange",
                                      "input_range", "pixel_range", "range", NULL };
  static const struct { const char *word; CnnApplyRange range; } words[] = {
    { "0_255", CNN_APPLY_BYTES },      { "255", CNN_APPLY_BYTES },
    { "16_235", CNN_APPLY_BYTES },     { "bytes", CNN_APPLY_BYTES },
    { "normalized_1_1", CNN_APPLY_SIGNED }, { "-1", CNN_APPLY_SIGNED },
    { "signed", CNN_APPLY_SIGNED },    { "normalized_0_1", CNN_APPLY_UNIT },
    { "0..1", CNN_APPLY_UNIT },        { "0,1", CNN_APPLY_UNIT },
    { "unit", CNN_APPLY_UNIT },
  };
  const char *value = note (info, keys);

  for (guint i = 0; value && i < G_N_ELEMENTS (words); i++)
    if (has_word (value, words[i].word))
      {
        settings->range = words[i].range;
        return;
      }
}

static void
note_order (const CnnModelInfo *info, CnnApplySettings *settings)
{
  static const char *const keys[] = { "convolens.channel-order", "Image.BitmapPixelFormat",
                                      "channel_order", "color_format", "color_space", NULL };
  const char *value = note (info, keys);

  if (value)
    settings->bgr = has_word (value, "bgr");
}

/* Means of up to 1 are of values from 0 to 1; others of bytes. */
static void
note_mean (const CnnModelInfo *info, CnnApplySettings *settings)
{
  static const char *const means[] = { "convolens.mean", "mean", "norm_mean", "input_mean",
                                       "image_mean", "pixel_mean", NULL };
  static const char *const scales[] = { "convolens.scale", "scale", NULL };
  static const char *const deviations[] = { "std", "norm_std", "input_std", "image_std",
                                            "pixel_std", "stddev", NULL };
  const char *mean = note (info, means);
  const char *scale = note (info, scales);
  const char *deviation = note (info, deviations);
  double      numbers[3];

  if (mean && read_numbers (mean, numbers))
    {
      memcpy (settings->mean, numbers, sizeof numbers);
      if (MAX (numbers[0], MAX (numbers[1], numbers[2])) > 2.0)
        settings->range = CNN_APPLY_BYTES;
    }
  if (scale && read_numbers (scale, numbers) && numbers[0] * numbers[1] * numbers[2] != 0.0)
    memcpy (settings->scale, numbers, sizeof numbers);
  else if (deviation && read_numbers (deviation, numbers) &&
           numbers[0] * numbers[1] * numbers[2] != 0.0)
    for (int c = 0; c < 3; c++)
      settings->scale[c] = 1.0 / numbers[c];
}

static gboolean
note_luma (const CnnModelInfo *info, gboolean *luma)
{
  static const char *const keys[] = { "convolens.luma", NULL };
  const char *value = note (info, keys);

  if (value)
    *luma = has_word (value, "yes");
  return value != NULL;
}

/* --- what it does ----------------------------------------------------------------------------- */

/* The greatest of the numbers that a parameter holds, or 0. */
static double
greatest (const CnnNode *node, const char *key)
{
  const CnnParam   *param = cnn_op_param (node->op, key);
  const CnnNumbers *numbers;
  double            most = 0.0;

  if (param == NULL || param->type != CNN_PARAM_NUMBERS)
    return 0.0;
  numbers = cnn_param_field (CnnNumbers, param, node->params);
  for (int i = 0; i < numbers->n; i++)
    most = MAX (most, fabs (numbers->values[i]));
  return most;
}

/* Whether arithmetic at the beginning is such as brings bytes to something smaller. */
static gboolean
begins_with_bytes (const CnnNetwork *network)
{
  for (guint i = 1; i < MIN (cnn_network_n_nodes (network), 1 + FIRST_LAYERS); i++)
    {
      const CnnNode *node = cnn_network_node (network, i);
      const char    *name = node->op->name;
      double         value = greatest (node, "values");

      if (strcmp (name, "conv") == 0 || strcmp (name, "dense") == 0)
        return FALSE;
      if ((strcmp (name, "div") == 0 && value > 30.0) ||
          (strcmp (name, "mul") == 0 && value > 0.0 && value < 0.04) ||
          ((strcmp (name, "sub") == 0 || strcmp (name, "add") == 0) && value > 30.0) ||
          (strcmp (name, "batchnorm") == 0 && greatest (node, "mean") > 30.0))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_layer (const CnnNetwork *network, const char *name, guint from)
{
  for (guint i = from; i < cnn_network_n_nodes (network); i++)
    if (strcmp (cnn_network_node (network, i)->op->name, name) == 0)
      return TRUE;
  return FALSE;
}

/* Networks that normalise each picture were trained to change its style: on bytes, unless
 * their last layers say that they make values of another range. */
static void
usual_range (const CnnNetwork *network, CnnApplySettings *settings)
{
  guint n = cnn_network_n_nodes (network);
  guint last = n > 4 ? n - 3 : 1;

  if (begins_with_bytes (network))
    settings->range = CNN_APPLY_BYTES;
  else if (has_layer (network, "tanh", last))
    settings->range = CNN_APPLY_SIGNED;
  else if (!has_layer (network, "sigmoid", last) && has_layer (network, "instancenorm", 1))
    settings->range = CNN_APPLY_BYTES;
}

/**
 * cnn_apply_guess:
 * @info: (nullable): what the file says
 * @network: its network
 *
 * Returns: which numbers the network wants, as far as that can be guessed; values from 0
 *   to 1 where nothing speaks for others
 */
CnnApplySettings
cnn_apply_guess (const CnnModelInfo *info, const CnnNetwork *network)
{
  CnnApplySettings        settings = cnn_apply_settings ();
  CnnShape                input = cnn_network_input (network, (CnnShape) { 64, 64, 3 });
  g_autofree CnnNodeInfo *infos = cnn_network_infer (network, input, NULL);
  guint                   last = cnn_network_n_nodes (network) - 1;

  if (info && info->n_outputs > 0 && info->outputs[0] > 0 && info->outputs[0] <= last)
    last = info->outputs[0];
  settings.luma = cnn_network_input (network, (CnnShape) { 0, 0, 0 }).channels == 1 &&
                  (infos == NULL || infos[last].shape.channels == 1);
  usual_range (network, &settings);
  if (info)
    {
      note_mean (info, &settings);
      note_range (info, &settings);
      note_order (info, &settings);
      note_luma (info, &settings.luma);
    }
  return settings;
}
