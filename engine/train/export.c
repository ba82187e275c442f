/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include <string.h>

#include "i18n.h"
#include "network-private.h"
#include "param-private.h"

/* A network with other weights is the same text, whose layers name weights of another bank. */

typedef struct
{
  CnnBank          *before; /* (nullable): of the network as it was */
  CnnBank          *bank;
  CnnTensor *const *weights; /* (nullable): of the layer that is printed, [n_weights] */
  guint             number;  /* of the layer among those of its kind, from 1 */
  GHashTable       *numbers; /* const CnnOp * → how many there were so far */
  gboolean          full;    /* there was not enough memory */
} Export;

/* --- which parameter says a weight ----------------------------------------------- */

/* The list of a parameter that holds numbers; %NULL: it holds something else. */
static const CnnNumbers *
numbers_of (const CnnNode *node, const CnnParam *param)
{
  if (param->type == CNN_PARAM_NUMBERS)
    return cnn_param_field (const CnnNumbers, param, node->params);
  if (param->type == CNN_PARAM_BIAS)
    return &cnn_param_field (const CnnBias, param, node->params)->values;
  return NULL;
}

/* The weight that a parameter says: of its name, or that of the kernels; −1: none. */
static int
weight_of (const CnnNode *node, const CnnParam *param, const CnnWeight *list, guint n)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (list[i].name, param->key) == 0 ||
        (param->type == CNN_PARAM_KERNELS && cnn_op_param (node->op, list[i].name) == NULL))
      return (int) i;
  return -1;
}

/* Whether the numbers are already written in the text. */
static gboolean
is_said (const CnnNumbers *numbers, const CnnTensor *tensor)
{
  gsize n = cnn_tensor_length (tensor);

  if (numbers->ref || numbers->n == 0 || (numbers->n > 1 && (gsize) numbers->n != n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (tensor->values[i] != (float) numbers->values[numbers->n == 1 ? 0 : i])
      return FALSE;
  return TRUE;
}

/* (transfer none) (nullable): what is to stand in the parameter's place. */
static const CnnTensor *
tensor_for (const Export *e, const CnnNode *node, const CnnParam *param, const CnnWeight **weight,
            CnnWeight *list)
{
  /* Only names are asked for, and they depend on no shape. */
  guint             n = e->weights ? cnn_node_weights (node, (CnnShape) { 1, 1, 1 }, list) : 0;
  int               i = weight_of (node, param, list, n);
  const CnnNumbers *numbers = numbers_of (node, param);

  if (i < 0 || e->weights[i] == NULL || (numbers && is_said (numbers, e->weights[i])))
    return NULL;
  *weight = &list[i];
  return e->weights[i];
}

/* --- the bank -------------------------------------------------------------------- */

/* (transfer full) (nullable): a copy, kernels in the order of a bank. */
static CnnTensor *
copy_tensor (const CnnTensor *from)
{
  const int *d = from->dims;
  gboolean   kernels = from->n_dims == 4;
  CnnTensor *to = cnn_tensor_new (from->n_dims, kernels ? (int[]) { d[0], d[3], d[1], d[2] } : d);
  gsize      cells = kernels ? (gsize) d[1] * d[2] : 0, depth = kernels ? d[3] : 0;

  if (to && !kernels)
    memcpy (to->values, from->values, cnn_tensor_length (from) * sizeof (float));
  /* From [maps][rows][columns][depth] to [maps][depth][rows][columns]. */
  for (gsize map = 0, at = 0; to && kernels && map < (gsize) d[0]; map++)
    for (gsize k = 0; k < depth; k++)
      for (gsize i = 0; i < cells; i++)
        to->values[at++] = from->values[(map * cells + i) * depth + k];
  return to;
}

/* A tensor of the old bank that a text still names goes into the new one as it is. */
static void
carry (const Export *e, const char *name)
{
  const CnnTensor *tensor = e->before && name ? cnn_bank_find (e->before, name) : NULL;

  if (tensor && cnn_bank_find (e->bank, name) == NULL)
    cnn_bank_add (e->bank, name, (CnnTensor *) tensor);
}

static void
carry_param (const Export *e, const CnnNode *node, const CnnParam *param)
{
  const CnnNumbers *numbers = numbers_of (node, param);
  const GPtrArray  *kernels = param->type == CNN_PARAM_KERNELS
                                ? *cnn_param_field (GPtrArray *const, param, node->params)
                                : NULL;
  CnnRef            ref = { 0 };
  gsize             offset;

  for (guint i = 0; kernels && i < kernels->len; i++)
    carry (e, ((const CnnKernel *) kernels->pdata[i])->ref.name);
  if (numbers && numbers->ref && cnn_ref_parse (numbers->ref, &ref, &offset, NULL))
    {
      carry (e, ref.name);
      cnn_ref_clear (&ref);
    }
}

static void
carry_node (const Export *e, const CnnNode *node)
{
  CnnWeight        list[CNN_MAX_WEIGHTS];
  const CnnWeight *weight;

  for (const CnnParam *param = node->op->params; param->key; param++)
    if (tensor_for (e, node, param, &weight, list) == NULL)
      carry_param (e, node, param);
}

/* --- the text -------------------------------------------------------------------- */

/* (transfer full) (nullable): a name of the new bank. */
static char *
print_weight (Export *e, const CnnNode *node, const CnnWeight *weight,
              const CnnTensor *tensor)
{
  g_autofree char *name = node->name ? g_strdup_printf ("%s.%s", node->name, weight->name)
                                     : g_strdup_printf ("%s%u.%s", node->op->name, e->number,
                                                        weight->name);
  CnnTensor       *copy = copy_tensor (tensor);
  char            *printed;

  if (copy == NULL)
    {
      e->full = TRUE;
      return NULL;
    }
  printed = g_strdup_printf ("@%s", cnn_bank_add (e->bank, name, copy));
  cnn_tensor_unref (copy);
  return printed;
}

/* Where each channel has kernels of its own, so many are said that no list can mean all of them
 * for each channel. */
static gboolean
counts_kernels (const CnnNode *node, const CnnParam *param)
{
  const CnnParam *groups = cnn_op_param (node->op, "groups");

  return param->of_kernels && param->type == CNN_PARAM_INT && groups &&
         *cnn_param_field (const int, groups, node->params) == 0;
}

static char *
value_of (const CnnNode *node, const CnnParam *param, gpointer data)
{
  Export          *e = data;
  CnnWeight        list[CNN_MAX_WEIGHTS];
  const CnnWeight *weight;
  const CnnTensor *tensor = tensor_for (e, node, param, &weight, list);

  if (tensor)
    return print_weight (e, node, weight, tensor);
  if (e->weights && e->weights[0] && counts_kernels (node, param))
    return g_strdup_printf ("%d", e->weights[0]->dims[0]);
  return NULL;
}

static void
begin_node (Export *e, const CnnNode *node, CnnTensor *const *weights)
{
  e->weights = weights;
  e->number = GPOINTER_TO_UINT (g_hash_table_lookup (e->numbers, node->op)) + 1;
  g_hash_table_insert (e->numbers, (gpointer) node->op, GUINT_TO_POINTER (e->number));
}

/* (transfer full): the text; the bank gets its weights. */
static char *
print_network (Export *e, const CnnNetwork *network, CnnTensor *const *const *weights)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < network->nodes->len; i++)
    {
      e->weights = weights[i];
      carry_node (e, network->nodes->pdata[i]);
    }
  for (guint i = 0; i < network->nodes->len; i++)
    {
      const CnnNode *node = network->nodes->pdata[i];

      begin_node (e, node, weights[i]);
      if (i > 0 || !cnn_node_says_nothing (node))
        cnn_node_print (node, value_of, e, text);
    }
  return g_string_free (text, FALSE);
}

/**
 * cnn_network_with_weights:
 * @weights: (nullable elements): weights of each node, [n_nodes], as its op lists them,
 *   [n_weights]; %NULL for a node that keeps its own
 *
 * Makes the same network with other weights. They are copied into a bank, where they are called
 * NAME.weight and NAME.bias, by what as= calls the layer, or conv1.weight, by its kind and its
 * number among those; layers that draw at random then say what was drawn. Labels are kept.
 *
 * Returns: (transfer full): the network, or %NULL. Errors: %CNN_ERROR_SPEC where a weight is
 *   nothing that the text may say, as one that is no number; %CNN_ERROR_LIMIT
 */
CnnNetwork *
cnn_network_with_weights (CnnNetwork *network, CnnTensor *const *const *weights, GError **error)
{
  g_autoptr (CnnBank)    bank = cnn_bank_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  Export                 e = { .before = network->bank, .bank = bank, .numbers = numbers };
  g_autofree char       *text = print_network (&e, network, weights);

  if (e.full)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("there is not enough memory for the "
                                                        "weights"));
      return NULL;
    }
  if (network->bank)
    {
      guint              n;
      const char *const *labels = cnn_bank_labels (network->bank, &n);

      cnn_bank_set_labels (bank, g_strdupv ((char **) labels));
    }
  return cnn_network_parse_with (text, bank, error);
}
