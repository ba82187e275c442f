/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "classify.h"

#include <math.h>
#include <string.h>

#include "class-map.h"
#include "error.h"
#include "i18n.h"

/* Inputs of one channel up to this size are for single characters. */
#define LARGEST_DIGIT 32

/* What networks that take any size are shown. */
#define USUAL_DIGIT   28
#define USUAL_PICTURE 224

/* By CnnFraming. */
static const char *const framings[] = { "crop", "fit", "stretch" };

/* In place of a framing. */
static const char ink[] = "ink";

/**
 * cnn_classify_is_digit:
 * @input: of the network; 0 where it takes any
 * @mode: how pictures are prepared
 *
 * Returns: whether it is shown ink rather than a picture
 */
gboolean
cnn_classify_is_digit (CnnShape input, CnnClassifyMode mode)
{
  if (mode != CNN_CLASSIFY_AUTO)
    return mode == CNN_CLASSIFY_DIGIT;
  return input.channels == 1 && input.height > 0 && input.height <= LARGEST_DIGIT &&
         input.width > 0 && input.width <= LARGEST_DIGIT;
}

/**
 * cnn_classify_note:
 * @digit: whether the network learns from ink
 * @framing: how pictures of another form become its input, where it does not
 *
 * Returns: (transfer none): what its file is to say under %CNN_CLASSIFY_NOTE
 */
const char *
cnn_classify_note (gboolean digit, CnnFraming framing)
{
  return digit ? ink : framings[framing];
}

/* Does as it was done in training, unless the person wants something else. */
static void
read_note (CnnClassifier *self, const CnnModelInfo *info, CnnClassifyMode *mode)
{
  const char *note = info != NULL && info->metadata != NULL
                       ? g_hash_table_lookup (info->metadata, CNN_CLASSIFY_NOTE)
                       : NULL;
  gboolean    digit = g_strcmp0 (note, ink) == 0;
  gboolean    known = digit;

  self->framing = CNN_FRAMING_CROP;
  for (guint i = 0; i < G_N_ELEMENTS (framings); i++)
    if (g_strcmp0 (note, framings[i]) == 0)
      {
        self->framing = (CnnFraming) i;
        known = TRUE;
      }
  if (known && *mode == CNN_CLASSIFY_AUTO)
    *mode = digit ? CNN_CLASSIFY_DIGIT : CNN_CLASSIFY_PICTURE;
}

static gboolean
find_input (CnnClassifier *self, CnnClassifyMode mode, int channels, GError **error)
{
  CnnShape asked = cnn_network_input (self->network, (CnnShape) { 0, 0, 0 });
  int      side;

  self->digit = cnn_classify_is_digit (asked, mode);
  side = self->digit ? USUAL_DIGIT : USUAL_PICTURE;
  self->input = (CnnShape) { asked.height > 0 ? asked.height : side,
                             asked.width > 0 ? asked.width : side,
                             asked.channels > 0 ? asked.channels : self->digit ? 1 : channels };
  if (self->input.channels == 1 || self->input.channels == 3)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("the network takes %d channels; a picture has 1 (grey) or 3 (RGB)"),
               self->input.channels);
  return FALSE;
}

/* Classes are the values of a vector. */
static gboolean
check_output (CnnClassifier *self, GError **error)
{
  CnnShape shape = self->infos[self->output].shape;

  self->n_classes = shape.channels;
  if (shape.height != 1 || shape.width != 1)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                 _("the network's last layer makes maps of %d×%d×%d, not one value for each "
                   "class; “Feature Maps” shows them"),
                 CNN_SHAPE_ARGS (shape));
  else if (shape.channels < 2)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                 _("the network makes a single value; to tell classes apart takes one for each"));
  else
    return TRUE;
  return FALSE;
}

/**
 * cnn_classifier_new:
 * @network: the network
 * @info: (nullable): what its file says
 * @mode: how pictures are prepared; %CNN_CLASSIFY_AUTO does what the file notes, if anything
 * @channels: of the picture, 1 or 3, for networks that take any
 *
 * Returns: (transfer full): the classifier; or %NULL. Errors: %CNN_ERROR_SHAPE where it
 *   makes no vector or takes no picture, those of cnn_plan_new()
 */
CnnClassifier *
cnn_classifier_new (CnnNetwork *network, const CnnModelInfo *info, CnnClassifyMode mode,
                    int channels, GError **error)
{
  g_autoptr (CnnClassifier) self = g_rc_box_new0 (CnnClassifier);

  if (info != NULL && info->n_outputs > 0 && info->outputs[0] > 0)
    self->network = cnn_network_head (network, info->outputs[0] + 1);
  else
    self->network = cnn_network_ref (network);
  self->output = cnn_network_n_nodes (self->network) - 1;
  read_note (self, info, &mode);
  if (!find_input (self, mode, channels, error))
    return NULL;
  self->infos = cnn_network_infer (self->network, self->input, error);
  if (self->infos == NULL || !check_output (self, error))
    return NULL;
  self->settings = cnn_apply_guess (info, self->network);
  self->plan = cnn_plan_new (self->network, self->input, 1, &self->output, NULL, error);
  return self->plan != NULL ? g_steal_pointer (&self) : NULL;
}

static void
clear (gpointer data)
{
  CnnClassifier *self = data;

  g_clear_pointer (&self->plan, cnn_plan_free);
  g_clear_pointer (&self->network, cnn_network_unref);
  g_free (self->infos);
}

CnnClassifier *
cnn_classifier_ref (CnnClassifier *classifier)
{
  return g_rc_box_acquire (classifier);
}

void
cnn_classifier_unref (CnnClassifier *classifier)
{
  g_rc_box_release_full (classifier, clear);
}

/**
 * cnn_classifier_label:
 * @number: a class, from 0
 *
 * Returns: (transfer full): what the network's file calls it, otherwise its number
 */
char *
cnn_classifier_label (const CnnClassifier *classifier, guint number)
{
  char *label = cnn_network_map_label (classifier->network, classifier->infos,
                                       classifier->output, (int) number);

  return label != NULL ? label : g_strdup_printf ("%u", number);
}

/**
 * cnn_classifier_values:
 * @seen: [height][width][channels] of the input: from 0 to 1
 * @values: where they go: the same in the numbers that the network wants
 */
void
cnn_classifier_values (const CnnClassifier *classifier, const float *seen, float *values)
{
  cnn_apply_values (&classifier->settings, classifier->input.channels,
                    (gsize) classifier->input.height * classifier->input.width, seen, values);
}

/* Whether the values are shares already: what makes them so is a softmax, or a sigmoid, which
 * says of each class by itself how probable it is. Layers after it may only move values. */
static gboolean
makes_shares (const CnnNetwork *network, guint node)
{
  static const char *const shares[] = { "softmax", "sigmoid", NULL };
  static const char *const movers[] = { "flatten", "reshape", "rearrange", "dropout", NULL };
  const CnnNode           *at       = cnn_network_node (network, node);

  while (at->n_in == 1 && g_strv_contains (movers, at->op->name))
    at = cnn_network_node (network, at->in[0]);
  return g_strv_contains (shares, at->op->name);
}

/**
 * cnn_classifier_run:
 * @values: the input, [height][width][channels]
 * @probabilities: (out caller-allocates): [n_classes]: of each class; where the network ends
 *   with scores, their softmax
 *
 * Returns: whether that went well. Errors: those of cnn_plan_run(), %CNN_ERROR_UNSUPPORTED
 *   where the network makes what is no number
 */
gboolean
cnn_classifier_run (CnnClassifier *classifier, const float *values, double *probabilities,
                    GError **error)
{
  guint             n      = classifier->n_classes;
  g_autofree float *out    = g_new (float, n);
  CnnSource         source = { .memory = values };
  CnnSink           sink   = { .memory = (float *const[]) { out } };
  double            most, sum = 0.0;

  if (!cnn_plan_run (classifier->plan, &source, &sink, NULL, NULL, NULL, error))
    return FALSE;
  most = out[0];
  for (guint i = 0; i < n; i++)
    {
      if (!isfinite (out[i]))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("the network answers with what is no number; its weights may be broken"));
          return FALSE;
        }
      most = MAX (most, out[i]);
    }
  if (makes_shares (classifier->network, classifier->output))
    {
      for (guint i = 0; i < n; i++)
        probabilities[i] = out[i];
      return TRUE;
    }
  for (guint i = 0; i < n; i++)
    sum += probabilities[i] = exp (out[i] - most);
  for (guint i = 0; i < n; i++)
    probabilities[i] /= sum;
  return TRUE;
}

/**
 * cnn_classifier_map:
 * @values: the input, [height][width][channels]
 * @node: the layer that is asked; 0 for the last one with places
 * @number: the class, from 0
 * @size: (out): rows and columns of the result
 *
 * Where the class is seen, as cnn_class_map() says it, also of networks that end with scores.
 *
 * Returns: (transfer full): [size.height][size.width]; or %NULL. Errors: those of
 *   cnn_class_map()
 */
float *
cnn_classifier_map (const CnnClassifier *classifier, const float *values, guint node,
                    guint number, CnnSize *size, GError **error)
{
  const CnnNode         *last    = cnn_network_node (classifier->network, classifier->output);
  g_autoptr (CnnNetwork) network = NULL;

  if (strcmp (last->op->name, "softmax") == 0)
    network = cnn_network_ref (classifier->network);
  else
    {
      g_autofree char *text = cnn_network_print (classifier->network);
      g_autofree char *whole = g_strconcat (text, "\nsoftmax", NULL);

      network = cnn_network_parse_with (whole, cnn_network_bank (classifier->network), error);
      if (network == NULL)
        return NULL;
    }
  return cnn_class_map (network, classifier->input, values, node, number, size, error);
}

/** cnn_classifier_best: the class with the greatest of @probabilities */
guint
cnn_classifier_best (const CnnClassifier *classifier, const double *probabilities)
{
  guint best = 0;

  for (guint i = 1; i < classifier->n_classes; i++)
    if (probabilities[i] > probabilities[best])
      best = i;
  return best;
}
