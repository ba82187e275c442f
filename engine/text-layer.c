/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"
#include "text-private.h"

#include <string.h>

#include "i18n.h"
#include "spelling.h"

/* The words of one layer: a name and then values, by place or as key=value. */

/* --- where ---------------------------------------------------------------- */

/* Line and column of a byte of the text, in characters, both from 1. Goes on from the
 * place it was last asked for, so that a long text is gone through once. */
void
cnn_text_place (CnnTextParser *parser, const char *at, int *line, int *column)
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
word_end (const CnnTextParser *parser, const char *at)
{
  const char *c = at;

  while (c < parser->end && !cnn_text_ends_token (*c) && (c == at || strchr (",]\"", *c) == NULL))
    c++;
  return c;
}

/* Says what is wrong, from @at to @end or, where that is NULL, with the word at @at. */
gboolean
cnn_text_fail (CnnTextParser *parser, const char *at, const char *end, const char *format, ...)
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
fail_with (CnnTextParser *parser, const char *at, const char *end, GError *cause)
{
  cnn_text_fail (parser, at, end, "%s", cause->message);
  g_error_free (cause);
  return FALSE;
}

/* --- tokens --------------------------------------------------------------- */

static gboolean
read_token (CnnTextParser *parser, CnnToken *token)
{
  *token = cnn_text_token (parser->at, parser->end, FALSE);
  parser->at = cnn_text_skip_blanks (token->end);
  if (token->wrong == NULL)
    return TRUE;
  if (*token->wrong == ')' || *token->wrong == ']')
    return cnn_text_fail (parser, token->wrong, token->wrong + 1,
                          _("found “%c”, which closes nothing"), *token->wrong);
  return cnn_text_fail (parser, token->wrong, token->wrong + 1, _("“%c” is not closed"),
                        *token->wrong);
}

/* --- a layer -------------------------------------------------------------- */

/* What every layer but the input takes besides its op's parameters: the name of the layer
 * that it reads. It has no place in a parameter struct. */
const CnnParam *
cnn_text_from (void)
{
  static const CnnParam from = { .key = "from" };

  return &from;
}

gboolean
cnn_text_takes_from (const CnnOp *op)
{
  return op->group != CNN_GROUP_INPUT;
}

static const CnnOp *
parse_op (CnnTextParser *parser, const CnnToken *token)
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
    cnn_text_fail (parser, token->start, token->end,
                   _("found “%s”, which is no layer; did you mean “%s”?"), name, nearest);
  else
    cnn_text_fail (parser, token->start, token->end,
                   _("found “%s”, expected the name of a layer such as conv, relu or maxpool"),
                   name);
  return NULL;
}

static gboolean
fail_key (CnnTextParser *parser, const CnnOp *op, const char *key, const char *at)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autofree char      *list = NULL;
  const char           *end = at + strlen (key);
  const char           *nearest;

  for (const CnnParam *param = op->params; param->key; param++)
    g_ptr_array_add (keys, (gpointer) param->key);
  if (cnn_text_takes_from (op))
    g_ptr_array_add (keys, (gpointer) cnn_text_from ()->key);
  g_ptr_array_add (keys, (gpointer) "as");
  g_ptr_array_add (keys, NULL);
  nearest = cnn_spelling_nearest (key, (const char *const *) keys->pdata);
  if (nearest)
    return cnn_text_fail (parser, at, end, _("%s has no parameter “%s”; did you mean “%s”?"),
                          op->name, key, nearest);
  list = g_strjoinv (", ", (char **) keys->pdata);
  return cnn_text_fail (parser, at, end, _("%s has no parameter “%s”, expected one of: %s"),
                        op->name, key, list);
}

static gboolean
fail_name (CnnTextParser *parser, const char *key, const char *name, const char *at)
{
  return cnn_text_fail (parser, at, NULL,
                        _("%s: found “%s”, expected a name of letters, digits, - and _, "
                          "beginning with a letter"), key, name);
}

static gboolean
parse_from (CnnTextParser *parser, CnnNode *node, const char *name, const char *at)
{
  if (!cnn_name_is_valid (name))
    return fail_name (parser, cnn_text_from ()->key, name, at);
  node->from = g_strdup (name);
  return TRUE;
}

static gboolean
parse_name (CnnTextParser *parser, CnnNode *node, const char *name, const char *at)
{
  const CnnTextName *other = parser->names ? g_hash_table_lookup (parser->names, name) : NULL;

  if (!cnn_name_is_valid (name))
    return fail_name (parser, "as", name, at);
  if (other && !other->off)
    return cnn_text_fail (parser, at, NULL, _("the name “%s” is taken by the layer in line %d"),
                          name, other->line);
  node->name = g_strdup (name);
  return TRUE;
}

static void
note_use (CnnTextParser *parser, const CnnToken *token, const CnnParam *param, gboolean keyed)
{
  CnnTextSpan span = { (gsize) (token->start - parser->text),
                       (gsize) (token->end - token->start) };
  CnnTokenUse use = { span, param, keyed };

  if (parser->uses)
    g_array_append_val (parser->uses, use);
}

/* Looks up what a value refers to. @at is where @value stands. */
static gboolean
resolve (CnnTextParser *parser, CnnNode *node, const CnnParam *param, const char *value,
         const char *at)
{
  const CnnBank *bank = parser->network ? parser->network->bank : parser->bank;
  GError        *cause = NULL;
  gsize          offset;

  if ((parser->network == NULL && bank == NULL) || parser->lost ||
      cnn_param_resolve (param, value, node->params, bank, &offset, &cause))
    return TRUE;
  if (parser->network || parser->must)
    return fail_with (parser, at + offset, NULL, cause);
  g_error_free (cause);
  return TRUE;
}

static gboolean
parse_keyed (CnnTextParser *parser, CnnNode *node, const CnnToken *token, gsize key_length,
             guint64 *said)
{
  g_autofree char *key = g_strndup (token->start, key_length);
  const char      *at = token->start + key_length + 1;
  g_autofree char *value = g_strndup (at, (gsize) (token->end - at));
  const CnnParam  *param = cnn_op_param (node->op, key);
  GError          *cause = NULL;
  gsize            offset;
  guint            bit = param ? (guint) (param - node->op->params) : 63;

  if (param == NULL && cnn_text_takes_from (node->op) && strcmp (key, cnn_text_from ()->key) == 0)
    {
      param = cnn_text_from ();
      bit = 62;
    }
  if (param == NULL && strcmp (key, "as") != 0)
    return fail_key (parser, node->op, key, token->start);
  if (*said & ((guint64) 1 << bit))
    return cnn_text_fail (parser, token->start, token->end, _("%s is said twice"), key);
  *said |= (guint64) 1 << bit;
  note_use (parser, token, param, TRUE);
  if (param == NULL)
    return parse_name (parser, node, value, at);
  if (param == cnn_text_from ())
    return parse_from (parser, node, value, at);
  if (*value == '\0')
    {
      g_autofree char *expected = cnn_param_expect (param);

      return cnn_text_fail (parser, at, NULL, _("%s: found nothing, expected %s"), key, expected);
    }
  if (param->type == CNN_PARAM_TEXT)
    parser->file_at = at;
  if (!cnn_param_parse (param, value, node->params, &offset, &cause))
    return fail_with (parser, at + offset, NULL, cause);
  return resolve (parser, node, param, value, at);
}

/* A value without a key belongs to the first parameter after those already
 * said that it fits. */
static gboolean
parse_positional (CnnTextParser *parser, CnnNode *node, const CnnToken *token, guint64 *said)
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
          return resolve (parser, node, param, value, token->start);
        }
      words = cnn_param_expect (param);
      g_string_append_printf (expected, "%s%s: %s", n_open++ > 0 ? _(", or ") : "", param->key,
                              words);
    }
  if (n_open == 1)
    return cnn_text_fail (parser, token->start + offset, NULL, "%s", cause->message);
  if (n_open > 1)
    return cnn_text_fail (parser, token->start, token->end, _("found “%s”, expected %s"), value,
                          expected->str);
  return cnn_text_fail (parser, token->start, token->end,
                        _("%s: found “%s”, expected the end of the layer or a parameter as "
                           "key=value"), node->op->name, value);
}

static gboolean
parse_value (CnnTextParser *parser, CnnNode *node, const CnnToken *token, guint64 *positional,
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
fail_reference (CnnTextParser *parser, const CnnNode *node, const char *name, const char *start)
{
  g_autofree gpointer *known = NULL;
  const CnnTextName         *other = g_hash_table_lookup (parser->names, name);
  const char          *nearest;

  if (other)
    return cnn_text_fail (parser, start, parser->end, _("%s: the layer named “%s” is switched off"),
                          node->op->name, name);
  known = g_hash_table_get_keys_as_array (parser->names, NULL);
  nearest = cnn_spelling_nearest (name, (const char *const *) known);
  if (nearest)
    return cnn_text_fail (parser, start, parser->end,
                          _("%s: no earlier layer is named “%s”; did you mean “%s”?"),
                          node->op->name, name, nearest);
  return cnn_text_fail (parser, start, parser->end,
                        _("%s: no earlier layer is named “%s”; name one with as=%s"),
                        node->op->name, name, name);
}

/* Makes the layer named @name the node's next input. */
static gboolean
link_name (CnnTextParser *parser, CnnNode *node, const char *name, const char *start)
{
  const CnnTextName *other = g_hash_table_lookup (parser->names, name);

  if (other == NULL || other->off)
    return fail_reference (parser, node, name, start);
  if (node->n_in == CNN_MAX_INPUTS)
    return cnn_text_fail (parser, start, parser->end, _("%s: found more than %d inputs"),
                          node->op->name, CNN_MAX_INPUTS);
  /* The number of a layer after a mistake does not count. */
  node->in[node->n_in++] = (guint) MAX (other->number, 0);
  return TRUE;
}

/* Looks up the names that the layer refers to. */
static gboolean
link_node (CnnTextParser *parser, CnnNode *node, const char *start)
{
  GStrv *names = cnn_node_references (node);
  guint  self = parser->network->nodes->len;

  if (node->from == NULL && self > 0)
    node->in[node->n_in++] = self - 1;
  else if (node->from != NULL && !link_name (parser, node, node->from, start))
    return FALSE;
  for (guint i = 0; names && *names && (*names)[i]; i++)
    if (!link_name (parser, node, (*names)[i], start))
      return FALSE;
  return TRUE;
}

/* The layer's name and values, without what other layers have to do with it. */
static gboolean
parse_words (CnnTextParser *parser, const CnnOp *op, CnnNode *node, const char *start)
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
      return cnn_text_fail (parser, start, parser->end, _("%s is said twice"), param->key);
  if (!cnn_node_check (node, &cause))
    {
      g_prefix_error (&cause, "%s: ", op->name);
      return fail_with (parser, start, parser->end, cause);
    }
  return TRUE;
}

/* Opens the file that the input names, unless a bank was given. */
static gboolean
open_bank (CnnTextParser *parser, const CnnNode *node)
{
  const CnnParam *weights = cnn_op_param (node->op, "weights");
  const CnnParam *shape = cnn_op_param (node->op, "shape");
  const char     *file = *cnn_param_field (char *const, weights, node->params);
  GError         *cause = NULL;

  if (file == NULL || parser->network->bank)
    return TRUE;
  parser->network->bank = cnn_bank_open (file, *cnn_param_field (const CnnShape, shape,
                                                                 node->params), &cause);
  return parser->network->bank != NULL || fail_with (parser, parser->file_at, NULL, cause);
}

/* Reads the layer up to parser->end. (transfer full) (nullable): the node; parser->problem
 * is set where there is none, and where the file that it names cannot be read. */
CnnNode *
cnn_text_parse_layer (CnnTextParser *parser, const CnnOp **op)
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
      cnn_text_fail (parser, start, parser->end, _("input must be the first layer"));
      return NULL;
    }
  node = cnn_node_new (*op);
  cnn_text_place (parser, start, &node->line, &node->column);
  if (parser->network && *op != input && parser->n_read == 0)
    {
      CnnNode *implied = cnn_network_add (parser->network, cnn_node_new (input));

      implied->line = node->line;
      implied->column = node->column;
    }
  if (parse_words (parser, *op, node, start) &&
      (parser->network == NULL || link_node (parser, node, start)))
    {
      /* Its words are right also where the file is not. */
      if (parser->network && *op == input && !open_bank (parser, node))
        parser->lost = TRUE;
      return node;
    }
  parser->lost = parser->lost || *op == input;
  cnn_node_unref (node);
  return NULL;
}

/**
 * cnn_text_read_words:
 * @words: one layer
 * @bank: (nullable): what the words must refer to; where it is %NULL they are not looked up
 * @uses: (nullable): takes a #CnnTokenUse for each value
 * @problem: (out) (optional) (transfer full): what is wrong
 *
 * Returns: (transfer full) (nullable): the layer by itself
 */
CnnNode *
cnn_text_read_words (const char *words, const CnnBank *bank, GArray *uses, char **problem)
{
  CnnTextParser parser = { .text = words, .at = words, .end = words + strlen (words),
                           .bank = bank, .must = TRUE, .uses = uses };
  const CnnOp  *op;
  CnnNode      *node = cnn_text_parse_layer (&parser, &op);

  if (problem)
    *problem = parser.problem;
  else
    g_free (parser.problem);
  return node;
}
