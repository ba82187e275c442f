/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"
#include "text-private.h"

#include <string.h>

#include "i18n.h"
#include "spelling.h"

/* The text notation: layers, each a name and then values, by place or as key=value.
 * Where they stand is split.c's. */

/**
 * Named:
 * @number: of the node in the network; -1 where it is not in it
 * @line: where it is
 * @off: whether it is switched off
 */
typedef struct
{
  int      number;
  int      line;
  gboolean off;
} Named;

/**
 * Parser:
 * @text: all of the text
 * @at: the token to read next
 * @end: of the layer that is being read
 * @network: (nullable): takes the layers before the first mistake; %NULL where a layer
 *   is read by itself, without its names
 * @names: (nullable): of #Named, what as= calls layers
 * @uses: (nullable): takes what each token is for
 * @n_read: layers read so far that are not switched off
 * @broken: whether there was a mistake
 * @problem: what is wrong with the layer that is being read
 * @wrong_at: where that begins
 * @wrong: the words to mark for it
 * @placed: a byte of the text whose line and column are known
 */
typedef struct
{
  const char *text;
  const char *at;
  const char *end;
  CnnNetwork *network;
  GHashTable *names;
  GArray     *uses;
  guint       n_read;
  gboolean    broken;
  char       *problem;
  const char *wrong_at;
  CnnSpan     wrong;
  const char *placed;
  int         line;
  int         column;
} Parser;

/* --- where ---------------------------------------------------------------- */

/* Line and column of a byte of the text, in characters, both from 1. Goes on from the
 * place it was last asked for, so that a long text is gone through once. */
static void
place (Parser *parser, const char *at, int *line, int *column)
{
  if (parser->placed == NULL || parser->placed > at)
    {
      parser->placed = parser->text;
      parser->line = parser->column = 1;
    }
  for (; parser->placed < at; parser->placed++)
    if (*parser->placed == '\n')
      {
        parser->line++;
        parser->column = 1;
      }
    else if (((guchar) parser->placed[1] & 0xc0) != 0x80)
      parser->column++;
  *line = parser->line;
  *column = parser->column;
}

/* Where the word that begins at @at ends. */
static const char *
word_end (const Parser *parser, const char *at)
{
  const char *c = at;

  while (c < parser->end && !cnn_text_ends_token (*c) && (c == at || strchr (",]\"", *c) == NULL))
    c++;
  return c;
}

/* Says what is wrong, from @at to @end or, where that is NULL, with the word at @at. */
static gboolean G_GNUC_PRINTF (4, 5)
fail (Parser *parser, const char *at, const char *end, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  parser->problem = g_strdup_vprintf (format, args);
  va_end (args);
  parser->wrong_at = at;
  if (end == NULL)
    end = word_end (parser, at);
  /* What is missing has no words, but the value that it is missing from has. */
  if (at == end)
    while (at > parser->text && !cnn_text_ends_token (at[-1]))
      at--;
  parser->wrong.start = (gsize) (at - parser->text);
  parser->wrong.length = (gsize) (end - at);
  return FALSE;
}

static gboolean
fail_with (Parser *parser, const char *at, const char *end, GError *cause)
{
  fail (parser, at, end, "%s", cause->message);
  g_error_free (cause);
  return FALSE;
}

/* --- tokens --------------------------------------------------------------- */

static gboolean
read_token (Parser *parser, CnnToken *token)
{
  *token = cnn_text_token (parser->at, parser->end, FALSE);
  parser->at = cnn_text_skip_blanks (token->end);
  if (token->wrong == NULL)
    return TRUE;
  if (*token->wrong == ')' || *token->wrong == ']')
    return fail (parser, token->wrong, token->wrong + 1, _("found “%c”, which closes nothing"),
                 *token->wrong);
  return fail (parser, token->wrong, token->wrong + 1, _("“%c” is not closed"), *token->wrong);
}

/* --- a layer -------------------------------------------------------------- */

static const CnnOp *
parse_op (Parser *parser, const CnnToken *token)
{
  g_autofree char        *name = g_strndup (token->start, (gsize) (token->end - token->start));
  const CnnOp            *op = cnn_op_find (name);
  guint                   n;
  const CnnOp *const     *ops = cnn_ops (&n);
  g_autofree const char **names = NULL;
  const char             *nearest;

  if (op)
    return op;
  names = g_new0 (const char *, n + 1);
  for (guint i = 0; i < n; i++)
    names[i] = ops[i]->name;
  nearest = cnn_spelling_nearest (name, names);
  if (nearest)
    fail (parser, token->start, token->end,
          _("found “%s”, which is no layer; did you mean “%s”?"), name, nearest);
  else
    fail (parser, token->start, token->end,
          _("found “%s”, expected the name of a layer such as conv, relu or maxpool"), name);
  return NULL;
}

static gboolean
fail_key (Parser *parser, const CnnOp *op, const char *key, const char *at)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autofree char      *list = NULL;
  const char           *end = at + strlen (key);
  const char           *nearest;

  for (const CnnParam *param = op->params; param->key; param++)
    g_ptr_array_add (keys, (gpointer) param->key);
  g_ptr_array_add (keys, (gpointer) "as");
  g_ptr_array_add (keys, NULL);
  nearest = cnn_spelling_nearest (key, (const char *const *) keys->pdata);
  if (nearest)
    return fail (parser, at, end, _("%s has no parameter “%s”; did you mean “%s”?"), op->name,
                 key, nearest);
  list = g_strjoinv (", ", (char **) keys->pdata);
  return fail (parser, at, end, _("%s has no parameter “%s”, expected one of: %s"), op->name, key,
               list);
}

static gboolean
parse_name (Parser *parser, CnnNode *node, const char *name, const char *at)
{
  const Named *other = parser->names ? g_hash_table_lookup (parser->names, name) : NULL;

  if (!cnn_name_is_valid (name))
    return fail (parser, at, NULL,
                 _("as: found “%s”, expected a name of letters, digits, - and _, beginning with a "
                   "letter"),
                 name);
  if (other && !other->off)
    return fail (parser, at, NULL, _("the name “%s” is taken by the layer in line %d"), name,
                 other->line);
  node->name = g_strdup (name);
  return TRUE;
}

static void
note_use (Parser *parser, const CnnToken *token, const CnnParam *param, gboolean keyed)
{
  CnnTokenUse use = { { (gsize) (token->start - parser->text), (gsize) (token->end - token->start) },
                      param, keyed };

  if (parser->uses)
    g_array_append_val (parser->uses, use);
}

static gboolean
parse_keyed (Parser *parser, CnnNode *node, const CnnToken *token, gsize key_length, guint64 *said)
{
  g_autofree char *key = g_strndup (token->start, key_length);
  const char      *at = token->start + key_length + 1;
  g_autofree char *value = g_strndup (at, (gsize) (token->end - at));
  const CnnParam  *param = cnn_op_param (node->op, key);
  GError          *cause = NULL;
  gsize            offset;
  guint            bit = param ? (guint) (param - node->op->params) : 63;

  if (param == NULL && strcmp (key, "as") != 0)
    return fail_key (parser, node->op, key, token->start);
  if (*said & ((guint64) 1 << bit))
    return fail (parser, token->start, token->end, _("%s is said twice"), key);
  *said |= (guint64) 1 << bit;
  note_use (parser, token, param, TRUE);
  if (param == NULL)
    return parse_name (parser, node, value, at);
  if (*value == '\0')
    {
      g_autofree char *expected = cnn_param_expect (param);

      return fail (parser, at, NULL, _("%s: found nothing, expected %s"), key, expected);
    }
  return cnn_param_parse (param, value, node->params, &offset, &cause) ||
         fail_with (parser, at + offset, NULL, cause);
}

/* A value without a key belongs to the first parameter after those already
 * said that it fits. */
static gboolean
parse_positional (Parser *parser, CnnNode *node, const CnnToken *token, guint64 *said)
{
  g_autofree char   *value = g_strndup (token->start, (gsize) (token->end - token->start));
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GError)  cause = NULL;
  guint              n_open = 0;
  gsize              offset = 0;

  for (const CnnParam *param = node->op->params; param->key; param++)
    {
      guint64          bit = (guint64) 1 << (param - node->op->params);
      g_autofree char *words = NULL;

      /* What stands before a value that was said is no longer open. */
      if (!param->positional || *said >= bit)
        continue;
      g_clear_error (&cause);
      if (cnn_param_parse (param, value, node->params, &offset, &cause))
        {
          *said |= bit;
          note_use (parser, token, param, FALSE);
          return TRUE;
        }
      words = cnn_param_expect (param);
      g_string_append_printf (expected, "%s%s: %s", n_open++ > 0 ? _(", or ") : "", param->key,
                              words);
    }
  if (n_open == 1)
    return fail (parser, token->start + offset, NULL, "%s", cause->message);
  if (n_open > 1)
    return fail (parser, token->start, token->end, _("found “%s”, expected %s"), value,
                 expected->str);
  return fail (parser, token->start, token->end,
               _("%s: found “%s”, expected the end of the layer or a parameter as key=value"),
               node->op->name, value);
}

static gboolean
parse_value (Parser *parser, CnnNode *node, const CnnToken *token, guint64 *positional,
             guint64 *keyed)
{
  gsize length = (gsize) (token->end - token->start);
  gsize key_length = 0;

  while (key_length < length &&
         (g_ascii_isalnum (token->start[key_length]) || strchr ("-_", token->start[key_length])))
    key_length++;
  if (key_length > 0 && key_length < length && token->start[key_length] == '=')
    return parse_keyed (parser, node, token, key_length, keyed);
  return parse_positional (parser, node, token, positional);
}

/* No layer that can be used is called @name. */
static gboolean
fail_reference (Parser *parser, const CnnNode *node, const char *name, const char *start)
{
  g_autofree gpointer *known = NULL;
  const Named         *other = g_hash_table_lookup (parser->names, name);
  const char          *nearest;

  if (other)
    return fail (parser, start, parser->end, _("%s: the layer named “%s” is switched off"),
                 node->op->name, name);
  known = g_hash_table_get_keys_as_array (parser->names, NULL);
  nearest = cnn_spelling_nearest (name, (const char *const *) known);
  if (nearest)
    return fail (parser, start, parser->end,
                 _("%s: no earlier layer is named “%s”; did you mean “%s”?"), node->op->name, name,
                 nearest);
  return fail (parser, start, parser->end,
               _("%s: no earlier layer is named “%s”; name one with as=%s"), node->op->name, name,
               name);
}

/* Looks up the names that the layer refers to. */
static gboolean
link_node (Parser *parser, CnnNode *node, const char *start)
{
  GStrv *names = cnn_node_references (node);
  guint  self = parser->network->nodes->len;

  if (self > 0)
    node->in[node->n_in++] = self - 1;
  for (guint i = 0; names && *names && (*names)[i]; i++)
    {
      const Named *other = g_hash_table_lookup (parser->names, (*names)[i]);

      if (other == NULL || other->off)
        return fail_reference (parser, node, (*names)[i], start);
      if (node->n_in == CNN_MAX_INPUTS)
        return fail (parser, start, parser->end, _("%s: found more than %d inputs"),
                     node->op->name, CNN_MAX_INPUTS);
      /* The number of a layer after a mistake does not count. */
      node->in[node->n_in++] = (guint) MAX (other->number, 0);
    }
  return TRUE;
}

/* The layer's name and values, without what other layers have to do with it. */
static gboolean
parse_words (Parser *parser, const CnnOp *op, CnnNode *node, const char *start)
{
  guint64  positional = 0, keyed = 0;
  GError  *cause = NULL;
  CnnToken token;

  while (parser->at < parser->end)
    if (!read_token (parser, &token) || !parse_value (parser, node, &token, &positional, &keyed))
      return FALSE;
  /* A place and a key for the same parameter are two values for it. */
  for (const CnnParam *param = op->params; param->key; param++)
    if (positional & keyed & ((guint64) 1 << (param - op->params)))
      return fail (parser, start, parser->end, _("%s is said twice"), param->key);
  if (op->check && !op->check (node->params, &cause))
    {
      g_prefix_error (&cause, "%s: ", op->name);
      return fail_with (parser, start, parser->end, cause);
    }
  return TRUE;
}

/* Reads the layer up to parser->end. (transfer full) (nullable): the node; parser->problem
 * is set where there is none. */
static CnnNode *
parse_layer (Parser *parser, const CnnOp **op)
{
  const CnnOp *input = cnn_op_find ("input");
  const char  *start = parser->at;
  CnnNode     *node;
  CnnToken     token;

  *op = NULL;
  if (!read_token (parser, &token))
    return NULL;
  *op = parse_op (parser, &token);
  if (*op == NULL)
    return NULL;
  if (parser->network && *op == input && parser->n_read > 0)
    {
      fail (parser, start, parser->end, _("input must be the first layer"));
      return NULL;
    }
  node = cnn_node_new (*op);
  place (parser, start, &node->line, &node->column);
  if (parser->network && *op != input && parser->n_read == 0)
    {
      CnnNode *implied = cnn_network_add (parser->network, cnn_node_new (input));

      implied->line = node->line;
      implied->column = node->column;
    }
  if (parse_words (parser, *op, node, start) &&
      (parser->network == NULL || link_node (parser, node, start)))
    return node;
  cnn_node_unref (node);
  return NULL;
}

/**
 * cnn_text_read_words:
 * @words: one layer
 * @uses: (nullable): takes a #CnnTokenUse for each value
 * @problem: (out) (transfer full): what is wrong
 *
 * Returns: (transfer full) (nullable): the layer by itself
 */
CnnNode *
cnn_text_read_words (const char *words, GArray *uses, char **problem)
{
  Parser       parser = { .text = words, .at = words, .end = words + strlen (words), .uses = uses };
  const CnnOp *op;
  CnnNode     *node = parse_layer (&parser, &op);

  if (problem)
    *problem = parser.problem;
  else
    g_free (parser.problem);
  return node;
}

/* --- a text --------------------------------------------------------------- */

/* Remembers what as= calls a layer, also where the rest of its words is wrong, so that
 * layers which refer to it are not blamed. */
static void
note_name (Parser *parser, const CnnLayerReading *layer, const char *words)
{
  const char *end = words + strlen (words);
  const char *at = words;

  while (at < end)
    {
      CnnToken token = cnn_text_token (at, end, FALSE);

      if (g_str_has_prefix (token.start, "as="))
        {
          char        *name = g_strndup (token.start + 3, (gsize) (token.end - token.start) - 3);
          const Named *other = g_hash_table_lookup (parser->names, name);
          Named        named = { .number = layer->number, .off = layer->place.off };
          int          column;

          place (parser, parser->text + layer->place.span.start, &named.line, &column);
          if (cnn_name_is_valid (name) && (other == NULL || other->off))
            g_hash_table_replace (parser->names, g_steal_pointer (&name),
                                  g_memdup2 (&named, sizeof named));
          g_free (name);
        }
      at = token.end + strspn (token.end, " \t\r\n;#");
    }
}

static void
read_layer (Parser *parser, CnnLayerReading *layer, GError **error)
{
  const CnnSpan   *span = &layer->place.span;
  g_autofree char *words = cnn_text_words (parser->text, &layer->place);

  layer->number = -1;
  if (layer->place.off)
    {
      Parser alone = { .text = words, .at = words, .end = words + strlen (words) };

      layer->node = parse_layer (&alone, &layer->op);
      g_free (alone.problem);
      note_name (parser, layer, words);
      return;
    }
  parser->at = parser->text + span->start;
  parser->end = parser->at + span->length;
  layer->node = parse_layer (parser, &layer->op);
  if (layer->node && parser->network->nodes->len > CNN_MAX_NODES)
    {
      g_clear_pointer ((CnnNode **) &layer->node, cnn_node_unref);
      fail (parser, parser->text + span->start, parser->end, _("found more than %d layers"),
            CNN_MAX_NODES);
    }
  parser->n_read++;
  layer->problem = g_steal_pointer (&parser->problem);
  layer->wrong = parser->wrong;
  if (layer->problem && error && *error == NULL)
    {
      int line, column;

      place (parser, parser->wrong_at, &line, &column);
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

/**
 * cnn_text_read:
 * @text: a network in the text notation
 *
 * Reads all that can be read of a text, also where some of it is wrong.
 *
 * Returns: (transfer full): what was read
 */
CnnReading *
cnn_text_read (const char *text)
{
  CnnReading *reading = g_new0 (CnnReading, 1);
  Parser      parser = { .text = text };
  gsize       length = strlen (text);

  reading->network = parser.network = cnn_network_new ();
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
    }
  if (parser.network->nodes->len == 0)
    cnn_network_add (parser.network, cnn_node_new (cnn_op_find ("input")));
  if (reading->error == NULL && parser.network->nodes->len < 2)
    g_set_error (&reading->error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("the network is empty, expected a layer such as “conv 8 3x3”"));
  cnn_network_set_seeds (parser.network);
  return reading;
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
 * cnn_network_parse:
 * @text: a network in the text notation, UTF-8
 *
 * Returns: (transfer full): the network, or %NULL with %CNN_ERROR_SPEC or
 *   %CNN_ERROR_LIMIT set; the message says line, column, what was found and
 *   what was expected
 */
CnnNetwork *
cnn_network_parse (const char *text, GError **error)
{
  g_autoptr (CnnReading) reading = cnn_text_read (text);

  if (reading->error == NULL)
    return cnn_network_ref (reading->network);
  g_propagate_error (error, g_steal_pointer (&reading->error));
  return NULL;
}
