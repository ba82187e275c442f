/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draft-reading.h"

#include "i18n.h"

/* What a draft's text means for a picture: its layers, their mistakes, and the network of those
 * before the first mistake. */

static void
layer_clear (gpointer data)
{
  CnnDraftLayer *layer = data;

  g_free (layer->text);
  g_free (layer->problem);
}

static void
add_layers (DraftReading *reading, const char *text)
{
  reading->layers = g_array_new (FALSE, TRUE, sizeof (CnnDraftLayer));
  g_array_set_clear_func (reading->layers, layer_clear);
  for (guint i = 0; i < reading->read->n_layers; i++)
    {
      const CnnLayerReading *read = &reading->read->layers[i];
      CnnDraftLayer          layer = {
        .text = cnn_text_words (text, &read->place),
        .start = read->place.span.start,
        .length = read->place.span.length,
        .enabled = !read->place.off,
        .op = read->op,
        .node = read->node,
        .number = read->number,
        .problem = g_strdup (read->problem),
        .problem_start = read->wrong.start,
        .problem_length = read->wrong.length,
      };

      g_array_append_val (reading->layers, layer);
    }
}

/* Says what is wrong with a layer that can be read, and what with the draft where that is
 * the first mistake. */
static void
blame (DraftReading *reading, guint node, const char *sentence)
{
  const CnnNode *at    = cnn_network_node (reading->read->network, node);
  int            layer = draft_reading_find (reading, node);
  CnnDraftLayer *wrong;

  /* What can be read comes before what cannot. */
  g_free (reading->problem);
  if (node == 0)
    reading->problem = g_strdup (sentence);
  else
    reading->problem = g_strdup_printf (_("line %d, column %d: %s"), at->line, at->column,
                                        sentence);
  if (layer < 0)
    return;
  wrong = &g_array_index (reading->layers, CnnDraftLayer, layer);
  wrong->problem = g_strdup (sentence);
  wrong->problem_start = wrong->start;
  wrong->problem_length = wrong->length;
}

/* The sentence for an input that no picture has, or NULL. */
static char *
check_input (CnnShape input)
{
  if (input.channels == 1 || input.channels == 3)
    return NULL;
  return g_strdup_printf (dngettext ("convolens",
                                     "the network's input has %d channel; a picture can give 1 "
                                     "(grey) or 3 (red, green, blue)",
                                     "the network's input has %d channels; a picture can give 1 "
                                     "(grey) or 3 (red, green, blue)",
                                     (gulong) input.channels),
                          input.channels);
}

/* Works out what the layers make of the picture; how many nodes there are then. */
static guint
infer (DraftReading *reading, CnnShape picture)
{
  CnnNetwork        *network = reading->read->network;
  CnnShape           input = cnn_network_input (network, picture);
  g_autofree char   *sentence = check_input (input);
  g_autoptr (GError) error = NULL;
  guint              n_known;

  if (sentence != NULL)
    {
      blame (reading, 0, sentence);
      return 0;
    }
  reading->infos = cnn_network_infer_some (network, input, &n_known, &error);
  if (error != NULL)
    {
      sentence = g_strdup_printf ("%s: %s", cnn_network_node (network, n_known)->op->name,
                                  error->message);
      blame (reading, n_known, sentence);
    }
  return n_known;
}

/**
 * draft_reading_new:
 * @text: the draft's text
 * @picture: shape of the picture
 *
 * Returns: (transfer full): what the text means
 */
DraftReading *
draft_reading_new (const char *text, CnnShape picture)
{
  DraftReading *reading = g_new0 (DraftReading, 1);
  guint         n_known;

  reading->read = cnn_text_read (text);
  add_layers (reading, text);
  if (reading->read->error != NULL)
    reading->problem = g_strdup (reading->read->error->message);
  n_known = infer (reading, picture);
  if (n_known >= 2)
    reading->network = cnn_network_head (reading->read->network, n_known);
  else
    {
      n_known = 0;
      g_clear_pointer (&reading->infos, g_free);
    }
  for (guint i = 0; i < reading->layers->len; i++)
    {
      CnnDraftLayer *layer = &g_array_index (reading->layers, CnnDraftLayer, i);

      if (layer->number >= (int) n_known)
        layer->number = -1;
    }
  return reading;
}

void
draft_reading_free (DraftReading *reading)
{
  g_array_unref (reading->layers);
  g_free (reading->problem);
  g_clear_pointer (&reading->network, cnn_network_unref);
  g_free (reading->infos);
  cnn_reading_free (reading->read);
  g_free (reading);
}

/** draft_reading_find: which layer is that node of the network, or -1. */
int
draft_reading_find (const DraftReading *reading, guint node)
{
  for (guint i = 0; i < reading->layers->len; i++)
    if (g_array_index (reading->layers, CnnDraftLayer, i).number == (int) node)
      return (int) i;
  return -1;
}
