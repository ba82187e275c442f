/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A network that shows what one kernel makes of each channel, and their sum. */

#include "partial.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "number-text.h"
#include "plan.h"

/* The layers before @node as they are, with the same random weights: a layer's seed
 * depends on those before it only. */
static void
add_layers_before (const CnnNetwork *network, guint node, GString *text)
{
  g_autofree char *printed = cnn_network_print (network);
  g_auto (GStrv)   lines   = g_strsplit (printed, "\n", -1);
  guint            n       = g_strv_length (lines);

  if (n > 0 && *lines[n - 1] == '\0')
    n--;
  /* An input that asks for nothing has no line. */
  for (guint i = 0; i + cnn_network_n_nodes (network) - node < n; i++)
    g_string_append_printf (text, "%s\n", lines[i]);
}

static void
add_name (const CnnNetwork *network, const char *wanted, GString *text)
{
  g_autofree char *name = g_strdup (wanted);

  for (int i = 2; cnn_network_find (network, name) >= 0; i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%d", wanted, i);
    }
  g_string_append_printf (text, " as=%s\n", name);
}

/* Whether @text is longer than any network's; then it is given up, and need not be
 * finished: of many channels it would be gigabytes. */
static gboolean
is_too_long (const GString *text)
{
  return text->len > CNN_MAX_TEXT_BYTES;
}

/* The first of the layers that take @node apart reads what the layer itself does. */
static void
add_from (const CnnNode *node, GString *text)
{
  if (node->from != NULL)
    g_string_append_printf (text, " from=%s", node->from);
}

/* Lets through the channels of one group of what @node reads. */
static void
add_choice (const CnnNode *node, int channels, int first, int n, GString *text)
{
  g_string_append (text, "conv 1x1 bias=no");
  add_from (node, text);
  g_string_append (text, " kernels=");
  for (int map = first; map < first + n && !is_too_long (text); map++)
    {
      g_string_append (text, map > first ? ",\"[" : "\"[");
      for (int c = 0; c < channels; c++)
        g_string_append_printf (text, "%s[[%d]]", c > 0 ? "," : "", c == map);
      g_string_append (text, "]\"");
    }
  g_string_append_c (text, '\n');
}

static void
add_matrix (const CnnTensor *weight, int map, int channel, GString *text)
{
  int rows = weight->dims[1], columns = weight->dims[2], depth = weight->dims[3];

  for (int y = 0; y < rows; y++)
    {
      g_string_append (text, y > 0 ? ",[" : "[[");
      for (int x = 0; x < columns; x++)
        {
          gsize            i = (((gsize) map * rows + y) * columns + x) * depth + channel;
          g_autofree char *number = cnn_number_full (weight->values[i]);

          g_string_append_printf (text, "%s%s", x > 0 ? "," : "", number);
        }
      g_string_append_c (text, ']');
    }
  g_string_append_c (text, ']');
}

/* The layer's own way over the map. */
static void
add_window (const CnnNode *node, GString *text)
{
  const char *const keys[] = { "stride", "pad", "border", "dilation" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const CnnParam  *param = cnn_op_param (node->op, keys[i]);
      g_autofree char *value = NULL;

      if (param == NULL || cnn_param_is_initial (param, node->params))
        continue;
      value = cnn_param_print (param, node->params);
      g_string_append_printf (text, " %s=%s", keys[i], value);
    }
}

static gboolean
is_finite (const CnnTensor *weight, int map)
{
  gsize n = cnn_tensor_length (weight) / weight->dims[0];

  for (gsize i = 0; i < n; i++)
    if (!isfinite (weight->values[map * n + i]))
      return FALSE;
  return TRUE;
}

static gboolean
check (const CnnNetwork *network, const CnnNodeInfo *infos, guint node, int map, GError **error)
{
  if (node >= cnn_network_n_nodes (network) ||
      cnn_network_node (network, node)->op != cnn_op_find ("conv"))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("only a convolution has partial sums"));
      return FALSE;
    }
  if (map < 0 || map >= infos[node].shape.channels)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("the layer's output is %d×%d×%d and has no such map"),
                   CNN_SHAPE_ARGS (infos[node].shape));
      return FALSE;
    }
  return TRUE;
}

/* Says that a text is too long before the parser does, which would speak of a text that
 * the person has never seen. */
static gboolean
check_text (const GString *text, CnnBank *bank, GError **error)
{
  g_autoptr (CnnNetwork) network = NULL;

  if (is_too_long (text))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("the kernels of all channels are more numbers than a network's text may "
                     "have"));
      return FALSE;
    }
  network = cnn_network_parse_with (text->str, bank, error);
  return network != NULL;
}

/**
 * cnn_partial_sums:
 * @network: a network
 * @picture: shape of the picture
 * @node: a convolution in it, over several channels
 * @map: one of its maps
 *
 * Takes a convolution apart. The last two layers of the network that it returns are one
 * with a map for each input channel of the kernel, the channel's own convolution; and
 * their pixel-wise sum with the bias, which is the map. Its kernels are numbers: random
 * ones, too, stay what they are.
 *
 * Returns: (transfer full): a network's text, or %NULL. Errors: %CNN_ERROR_UNSUPPORTED
 *   where there is nothing to take apart, %CNN_ERROR_SHAPE, %CNN_ERROR_LIMIT
 */
char *
cnn_partial_sums (CnnNetwork *network, CnnShape picture, guint node, int map, GError **error)
{
  g_autofree CnnNodeInfo *infos   = cnn_network_infer (network, picture, error);
  CnnRect                 cell    = { 0, 0, 1, 1 };
  CnnPlanOptions          options = { .workers = 1, .regions = &cell };
  g_autoptr (CnnPlan)     plan    = NULL;
  g_autoptr (GString)     text    = g_string_new (NULL);
  const CnnTensor        *weight;
  CnnTensor *const       *weights;
  guint                   n_weights;
  int                     channels, depth;

  if (infos == NULL || !check (network, infos, node, map, error))
    return NULL;
  plan = cnn_plan_new (network, picture, 1, &node, &options, error);
  if (plan == NULL)
    return NULL;
  weights = cnn_plan_weights (plan, node, &n_weights);
  weight = weights[0];
  depth = weight->dims[3];
  channels = infos[cnn_network_node (network, node)->in[0]].shape.channels;
  if (depth < 2)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("this kernel takes only one channel, so there are no partial sums"));
      return NULL;
    }
  if (!is_finite (weight, map) || (n_weights > 1 && !isfinite (weights[1]->values[map])))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("the kernel has values that are no numbers"));
      return NULL;
    }

  add_layers_before (network, node, text);
  if (depth < channels)
    {
      int groups = channels / depth;

      add_choice (cnn_network_node (network, node), channels,
                  map / (infos[node].shape.channels / groups) * depth, depth, text);
    }
  g_string_append_printf (text, "conv groups=%d bias=no", depth);
  if (depth == channels)
    add_from (cnn_network_node (network, node), text);
  add_window (cnn_network_node (network, node), text);
  g_string_append (text, " kernels=");
  for (int d = 0; d < depth && !is_too_long (text); d++)
    {
      g_string_append (text, d > 0 ? ",\"" : "\"");
      add_matrix (weight, map, d, text);
      g_string_append_c (text, '"');
    }
  add_name (network, "channels", text);
  g_string_append (text, "conv kernels=\"[[1]]\" bias=");
  if (n_weights > 1)
    {
      g_autofree char *bias = cnn_number_full (weights[1]->values[map]);

      g_string_append (text, bias);
    }
  else
    g_string_append (text, "no");
  add_name (network, "sum", text);
  if (!check_text (text, cnn_network_bank (network), error))
    return NULL;
  return g_string_free (g_steal_pointer (&text), FALSE);
}
