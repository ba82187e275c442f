/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model-bank.h"

#include <string.h>

#include "error.h"
#include "graph.h"
#include "i18n.h"

/* The extents of @from where a tensor of ours can have them; a single number is a list of
 * one. */
static gboolean
get_dims (const CnnOnnxTensor *from, int *n_dims, int *dims)
{
  if (from->floats == NULL || from->n == 0 || from->n_dims > CNN_TENSOR_MAX_DIMS)
    return FALSE;
  *n_dims = MAX (from->n_dims, 1);
  dims[0] = 1;
  for (int i = 0; i < from->n_dims; i++)
    {
      if (from->dims[i] < 1 || from->dims[i] > G_MAXINT)
        return FALSE;
      dims[i] = (int) from->dims[i];
    }
  return TRUE;
}

/**
 * cnn_model_bank_for:
 * @file: path of an .onnx file
 * @input: shape of the network's input; 0 where it is not said
 *
 * Reads what a file's network calls its weights: each that is of floating-point numbers
 * and has at most %CNN_TENSOR_MAX_DIMS extents, under the file's own name for it.
 *
 * Returns: (transfer full): the bank, or %NULL. Errors: those of cnn_onnx_graph_read(),
 *   %CNN_ERROR_LIMIT
 */
CnnBank *
cnn_model_bank_for (const char *file, CnnShape input, GError **error)
{
  g_autoptr (CnnOnnxGraph) graph = cnn_onnx_graph_read (file, NULL, error);
  g_autoptr (CnnBank)      bank = NULL;

  if (graph == NULL)
    return NULL;
  bank = cnn_bank_new ();
  for (guint i = 0; i < graph->values->len; i++)
    {
      CnnOnnxValue         *value = graph->values->pdata[i];
      g_autoptr (CnnTensor) tensor = NULL;
      int                   n_dims, dims[CNN_TENSOR_MAX_DIMS];

      if (value->constant == NULL || !get_dims (value->constant, &n_dims, dims))
        continue;
      tensor = cnn_tensor_new (n_dims, dims);
      if (tensor == NULL)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                       _("there is not enough memory for the weights of “%s”"), file);
          return NULL;
        }
      memcpy (tensor->values, value->constant->floats, value->constant->n * sizeof (float));
      cnn_bank_add (bank, value->name, tensor);
      /* What was copied need not be there twice. */
      g_clear_pointer (&value->constant, cnn_onnx_tensor_unref);
    }
  return g_steal_pointer (&bank);
}
