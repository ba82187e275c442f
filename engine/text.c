/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"
#include "text-private.h"

#include <string.h>

#include "i18n.h"

/* Texts as far as they can be read. Where layers stand is split.c's, what their words say is
 * text-layer.c's. */

/* Remembers what as= calls a layer, also where the rest of its words is wrong, so that
 * layers which refer to it are not blamed. */
static void
note_name (CnnTextParser *parser, const CnnLayerReading *layer, const char *words)
{
  const char *end = words + strlen (words);
  const char *at = words;

  while (at < end)
    {
      CnnToken token = cnn_text_token (at, end, FALSE);

      if (g_str_has_prefix (token.start, "as="))
        {
          char        *name = g_strndup (token.start + 3, (gsize) (token.end - token.start) - 3);
          const CnnTextName *other = g_hash_table_lookup (parser->names, name);
          CnnTextName        named = { .number = layer->number, .off = layer->place.off };
          int          column;

          cnn_text_place (parser, parser->text + layer->place.span.start, &named.line, &column);
          if (cnn_name_is_valid (name) && (other == NULL || other->off))
            g_hash_table_replace (parser->names, g_steal_pointer (&name),
                                  g_memdup2 (&named, sizeof named));
          g_free (name);
        }
      at = token.end + strspn (token.end, " \t\r\n;#");
    }
}

static void
read_layer (CnnTextParser *parser, CnnLayerReading *layer, GError **error)
{
  const CnnTextSpan *span = &layer->place.span;
  g_autofree char   *words = cnn_text_words (parser->text, &layer->place);

  layer->number = -1;
  if (layer->place.off)
    {
      CnnTextParser alone = { .text = words, .at = words, .end = words + strlen (words),
                              .bank = parser->network->bank };

      layer->node = cnn_text_parse_layer (&alone, &layer->op);
      g_free (alone.problem);
      note_name (parser, layer, words);
      return;
    }
  parser->at = parser->text + span->start;
  parser->end = parser->at + span->length;
  layer->node = cnn_text_parse_layer (parser, &layer->op);
  if (layer->node && parser->network->nodes->len > CNN_MAX_NODES)
    {
      g_clear_pointer ((CnnNode **) &layer->node, cnn_node_unref);
      cnn_text_fail (parser, parser->text + span->start, parser->end,
                     _("found more than %d layers"), CNN_MAX_NODES);
    }
  parser->n_read++;
  layer->problem = g_steal_pointer (&parser->problem);
  layer->wrong = parser->wrong;
  if (layer->problem && error && *error == NULL)
    {
      int line, column;

      cnn_text_place (parser, parser->wrong_at, &line, &column);
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("line %d, column %d: %s"), line, column,
                   layer->problem);
    }
  parser->broken |= layer->problem != NULL;
  if (!parser->broken)
    {
      layer->number = (int) parser->network->nodes->len;
      cnn_network_add (parser->network, cnn_node_ref ((CnnNode *) layer->node));
    }
  note_name (parser, layer, words);
}

static CnnReading *
read_text (const char *text, CnnBank *bank)
{
  CnnReading *reading = g_new0 (CnnReading, 1);
  CnnTextParser      parser = { .text = text };
  gsize       length = strlen (text);

  reading->network = parser.network = cnn_network_new ();
  if (bank)
    parser.network->bank = cnn_bank_ref (bank);
  if (length > CNN_MAX_TEXT_BYTES)
    g_set_error (&reading->error, CNN_ERROR, CNN_ERROR_LIMIT,
                 _("the network's text is %zu bytes long, at most %d are read"), length,
                 CNN_MAX_TEXT_BYTES);
  else if (!g_utf8_validate (text, (gssize) length, NULL))
    g_set_error (&reading->error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the network's text is not UTF-8"));
  else
    {
      g_autoptr (GArray) layers = cnn_text_split (text);

      parser.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      reading->n_layers = layers->len;
      reading->layers = g_new0 (CnnLayerReading, layers->len);
      for (guint i = 0; i < layers->len; i++)
        {
          reading->layers[i].place = g_array_index (layers, CnnTextLayer, i);
          read_layer (&parser, &reading->layers[i], &reading->error);
        }
      g_hash_table_unref (parser.names);
      if (reading->error == NULL && layers->len > CNN_TEXT_MAX_LAYERS)
        g_set_error (&reading->error, CNN_ERROR, CNN_ERROR_LIMIT, _("found more than %d layers"),
                     CNN_TEXT_MAX_LAYERS);
    }
  if (parser.network->nodes->len == 0)
    cnn_network_add (parser.network, cnn_node_new (cnn_op_find ("input")));
  if (reading->error == NULL && parser.network->nodes->len < 2)
    g_set_error (&reading->error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the network is empty, expected a layer such as “conv 8 3x3”"));
  cnn_network_set_seeds (parser.network);
  return reading;
}

/**
 * cnn_text_read:
 * @text: a network in the text notation
 *
 * Reads all that can be read of a text, also where some of it is wrong, and of the file
 * that it names the weights it refers to.
 *
 * Returns: (transfer full): what was read
 */
CnnReading *
cnn_text_read (const char *text)
{
  return read_text (text, NULL);
}

void
cnn_reading_free (CnnReading *reading)
{
  for (guint i = 0; i < reading->n_layers; i++)
    {
      if (reading->layers[i].node)
        cnn_node_unref ((CnnNode *) reading->layers[i].node);
      g_free (reading->layers[i].problem);
    }
  g_free (reading->layers);
  cnn_network_unref (reading->network);
  g_clear_error (&reading->error);
  g_free (reading);
}

/**
 * cnn_network_parse_with:
 * @text: a network in the text notation, UTF-8
 * @bank: (nullable): the weights it refers to, whatever file it names; %NULL for those of
 *   that file
 *
 * Returns: (transfer full): the network, or %NULL with %CNN_ERROR_SPEC or
 *   %CNN_ERROR_LIMIT set; the message says line, column, what was found and
 *   what was expected
 */
CnnNetwork *
cnn_network_parse_with (const char *text, CnnBank *bank, GError **error)
{
  g_autoptr (CnnReading) reading = read_text (text, bank);

  if (reading->error == NULL)
    return cnn_network_ref (reading->network);
  g_propagate_error (error, g_steal_pointer (&reading->error));
  return NULL;
}

/**
 * cnn_network_parse:
 * @text: a network in the text notation, UTF-8
 *
 * Returns: (transfer full): the network, or %NULL as cnn_network_parse_with()
 */
CnnNetwork *
cnn_network_parse (const char *text, GError **error)
{
  return cnn_network_parse_with (text, NULL, error);
}
