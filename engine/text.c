/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-private.h"

#include <string.h>

#include "i18n.h"
#include "spelling.h"

/* The text notation: layers, one a line or with ; between them, each a name
 * and then values, by place or as key=value. Inside quotes and brackets spaces,
 * line ends, ; and # mean nothing. */

typedef struct
{
  const char *text;
  const char *at;
  CnnNetwork *network;
} Parser;

typedef struct
{
  const char *start;
  gsize       length;
} Token;

/* --- where ---------------------------------------------------------------- */

/* Line and column of a byte of the text, in characters, both from 1. */
static void
place (const Parser *parser, const char *at, int *line, int *column)
{
  const char *start = parser->text;

  *line = 1;
  for (const char *c = parser->text; c < at; c++)
    if (*c == '\n')
      {
        (*line)++;
        start = c + 1;
      }
  *column = (int) g_utf8_pointer_to_offset (start, at) + 1;
}

static gboolean G_GNUC_PRINTF (4, 5)
fail (const Parser *parser, const char *at, GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list          args;
  int              line, column;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  place (parser, at, &line, &column);
  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("line %d, column %d: %s"), line, column,
               message);
  return FALSE;
}

/* Puts the place in front of an error of a value's parser. */
static gboolean
fail_with (const Parser *parser, const char *at, GError *cause, GError **error)
{
  fail (parser, at, error, "%s", cause->message);
  g_error_free (cause);
  return FALSE;
}

/* --- tokens --------------------------------------------------------------- */

static gboolean
at_layer_end (const Parser *parser)
{
  return *parser->at == '\0' || *parser->at == '\n' || *parser->at == ';';
}

/* Skips spaces and a comment, not the end of the layer. */
static void
skip_space (Parser *parser)
{
  while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\r')
    parser->at++;
  if (*parser->at == '#')
    parser->at += strcspn (parser->at, "\n");
}

static gboolean
read_token (Parser *parser, Token *token, GError **error)
{
  const char *opened = NULL; /* the outermost open bracket or quote */
  int         depth = 0;
  gboolean    quoted = FALSE;
  const char *c;

  for (c = parser->at; *c; c++)
    {
      if (*c == '"')
        {
          quoted = !quoted;
          if (depth == 0)
            opened = quoted ? c : NULL;
        }
      else if (!quoted && (*c == '(' || *c == '['))
        {
          if (depth++ == 0)
            opened = c;
        }
      else if (!quoted && (*c == ')' || *c == ']'))
        {
          if (depth == 0)
            return fail (parser, c, error, _("found “%c”, which closes nothing"), *c);
          if (--depth == 0)
            opened = NULL;
        }
      else if (depth == 0 && !quoted && strchr (" \t\r\n;#", *c))
        break;
    }
  if (opened)
    return fail (parser, opened, error, _("“%c” is not closed"), *opened);
  *token = (Token) { parser->at, (gsize) (c - parser->at) };
  parser->at = c;
  return TRUE;
}

/* --- a layer -------------------------------------------------------------- */

static const CnnOp *
parse_op (const Parser *parser, const Token *token, GError **error)
{
  g_autofree char        *name = g_strndup (token->start, token->length);
  const CnnOp            *op = cnn_op_find (name);
  guint                   n;
  const CnnOp *const     *ops = cnn_ops (&n);
  g_autofree const char **names = g_new0 (const char *, n + 1);
  const char             *nearest;

  if (op)
    return op;
  for (guint i = 0; i < n; i++)
    names[i] = ops[i]->name;
  nearest = cnn_spelling_nearest (name, names);
  if (nearest)
    fail (parser, token->start, error, _("found “%s”, which is no layer; did you mean “%s”?"), name,
          nearest);
  else
    fail (parser, token->start, error,
          _("found “%s”, expected the name of a layer such as conv, relu or maxpool"), name);
  return NULL;
}

static gboolean
fail_key (const Parser *parser, const CnnOp *op, const char *key, const char *at, GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autofree char      *list = NULL;
  const char           *nearest;

  for (const CnnParam *param = op->params; param->key; param++)
    g_ptr_array_add (keys, (gpointer) param->key);
  g_ptr_array_add (keys, (gpointer) "as");
  g_ptr_array_add (keys, NULL);
  nearest = cnn_spelling_nearest (key, (const char *const *) keys->pdata);
  if (nearest)
    return fail (parser, at, error, _("%s has no parameter “%s”; did you mean “%s”?"), op->name,
                 key, nearest);
  list = g_strjoinv (", ", (char **) keys->pdata);
  return fail (parser, at, error, _("%s has no parameter “%s”, expected one of: %s"), op->name, key,
               list);
}

static gboolean
parse_name (Parser *parser, CnnNode *node, const char *name, const char *at, GError **error)
{
  int other = cnn_network_find (parser->network, name);

  if (!cnn_name_is_valid (name))
    return fail (parser, at, error,
                 _("as: found “%s”, expected a name of letters, digits, - and _, beginning with a "
                   "letter"),
                 name);
  if (other >= 0)
    return fail (parser, at, error, _("the name “%s” is taken by the layer in line %d"), name,
                 cnn_network_node (parser->network, other)->line);
  node->name = g_strdup (name);
  return TRUE;
}

static gboolean
parse_keyed (Parser *parser, CnnNode *node, const Token *token, gsize key_length, guint64 *said,
             GError **error)
{
  g_autofree char *key = g_strndup (token->start, key_length);
  const char      *at = token->start + key_length + 1;
  g_autofree char *value = g_strndup (at, token->length - key_length - 1);
  const CnnParam  *param = cnn_op_param (node->op, key);
  GError          *cause = NULL;
  gsize            offset;
  guint            bit = param ? (guint) (param - node->op->params) : 63;

  if (param == NULL && strcmp (key, "as") != 0)
    return fail_key (parser, node->op, key, token->start, error);
  if (*said & ((guint64) 1 << bit))
    return fail (parser, token->start, error, _("%s is said twice"), key);
  *said |= (guint64) 1 << bit;
  if (param == NULL)
    return parse_name (parser, node, value, at, error);
  if (*value == '\0')
    {
      g_autofree char *expected = cnn_param_expect (param);

      return fail (parser, at, error, _("%s: found nothing, expected %s"), key, expected);
    }
  return cnn_param_parse (param, value, node->params, &offset, &cause) ||
         fail_with (parser, at + offset, cause, error);
}

/* A value without a key belongs to the first parameter after those already
 * said that it fits. */
static gboolean
parse_positional (Parser *parser, CnnNode *node, const Token *token, guint64 *said, GError **error)
{
  g_autofree char   *value = g_strndup (token->start, token->length);
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
          return TRUE;
        }
      words = cnn_param_expect (param);
      g_string_append_printf (expected, "%s%s: %s", n_open++ > 0 ? _(", or ") : "", param->key,
                              words);
    }
  if (n_open == 1)
    return fail (parser, token->start + offset, error, "%s", cause->message);
  if (n_open > 1)
    return fail (parser, token->start, error, _("found “%s”, expected %s"), value, expected->str);
  return fail (parser, token->start, error,
               _("%s: found “%s”, expected the end of the layer or a parameter as key=value"),
               node->op->name, value);
}

static gboolean
parse_value (Parser *parser, CnnNode *node, const Token *token, guint64 *positional, guint64 *keyed,
             GError **error)
{
  gsize key_length = 0;

  while (key_length < token->length &&
         (g_ascii_isalnum (token->start[key_length]) || strchr ("-_", token->start[key_length])))
    key_length++;
  if (key_length > 0 && key_length < token->length && token->start[key_length] == '=')
    return parse_keyed (parser, node, token, key_length, keyed, error);
  return parse_positional (parser, node, token, positional, error);
}

/* Looks up the names that the layer refers to. */
static gboolean
link_node (Parser *parser, CnnNode *node, const char *at, GError **error)
{
  GStrv *names = cnn_node_references (node);
  guint  self = parser->network->nodes->len - 1;

  if (self > 0)
    node->in[node->n_in++] = self - 1;
  for (guint i = 0; names && *names && (*names)[i]; i++)
    {
      const char *name = (*names)[i];
      int         other = cnn_network_find (parser->network, name);

      if (other < 0 || (guint) other == self)
        {
          g_autoptr (GPtrArray) known = g_ptr_array_new ();
          const char           *nearest;

          for (guint j = 0; j < self; j++)
            if (cnn_network_node (parser->network, j)->name)
              g_ptr_array_add (known, cnn_network_node (parser->network, j)->name);
          g_ptr_array_add (known, NULL);
          nearest = cnn_spelling_nearest (name, (const char *const *) known->pdata);
          if (nearest)
            return fail (parser, at, error,
                         _("%s: no earlier layer is named “%s”; did you mean “%s”?"),
                         node->op->name, name, nearest);
          return fail (parser, at, error,
                       _("%s: no earlier layer is named “%s”; name one with as=%s"),
                       node->op->name, name, name);
        }
      if (node->n_in == CNN_MAX_INPUTS)
        return fail (parser, at, error, _("%s: found more than %d inputs"), node->op->name,
                     CNN_MAX_INPUTS);
      node->in[node->n_in++] = (guint) other;
    }
  return TRUE;
}

static CnnNode *
add_node (Parser *parser, const CnnOp *op, const char *at)
{
  CnnNode *node = cnn_network_add (parser->network, op);

  place (parser, at, &node->line, &node->column);
  return node;
}

static gboolean
parse_layer (Parser *parser, GError **error)
{
  const CnnOp *input = cnn_op_find ("input");
  GPtrArray   *nodes = parser->network->nodes;
  const char  *start = parser->at;
  guint64      positional = 0, keyed = 0;
  GError      *cause = NULL;
  const CnnOp *op;
  CnnNode     *node;
  Token        token;

  if (!read_token (parser, &token, error))
    return FALSE;
  op = parse_op (parser, &token, error);
  if (op == NULL)
    return FALSE;
  if (op == input && nodes->len > 0)
    return fail (parser, start, error, _("input must be the first layer"));
  if (op != input && nodes->len == 0)
    add_node (parser, input, start);
  if (nodes->len > CNN_MAX_NODES)
    return fail (parser, start, error, _("found more than %d layers"), CNN_MAX_NODES);
  node = add_node (parser, op, start);
  for (skip_space (parser); !at_layer_end (parser); skip_space (parser))
    if (!read_token (parser, &token, error) ||
        !parse_value (parser, node, &token, &positional, &keyed, error))
      return FALSE;
  /* A place and a key for the same parameter are two values for it. */
  for (const CnnParam *param = op->params; param->key; param++)
    if (positional & keyed & ((guint64) 1 << (param - op->params)))
      return fail (parser, start, error, _("%s is said twice"), param->key);
  if (!link_node (parser, node, start, error))
    return FALSE;
  if (op->check && !op->check (node->params, &cause))
    {
      g_prefix_error (&cause, "%s: ", op->name);
      return fail_with (parser, start, cause, error);
    }
  return TRUE;
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
  g_autoptr (CnnNetwork) network = cnn_network_new ();
  Parser                 parser = { .text = text, .at = text, .network = network };
  gsize                  length = strlen (text);

  if (length > CNN_MAX_TEXT_BYTES)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("the network's text is %zu bytes long, at most %d are read"),
                   length, CNN_MAX_TEXT_BYTES);
      return NULL;
    }
  if (!g_utf8_validate (text, (gssize) length, NULL))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the network's text is not UTF-8"));
      return NULL;
    }
  for (skip_space (&parser); *parser.at; skip_space (&parser))
    {
      if (at_layer_end (&parser))
        parser.at++;
      else if (!parse_layer (&parser, error))
        return NULL;
    }
  if (network->nodes->len < 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("the network is empty, expected a layer such as “conv 8 3x3”"));
      return NULL;
    }
  cnn_network_set_seeds (network);
  return g_steal_pointer (&network);
}
