/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"

#include <string.h>

#include "i18n.h"
#include "number.h"

/* Numbers of the file as words of the network's text, and in its bank. */

/**
 * cnn_import_room:
 * @n_floats: numbers that are to be made of the file's
 *
 * Returns: whether there is memory for them; otherwise %CNN_ERROR_LIMIT is set
 */
gboolean
cnn_import_room (CnnImport *import, double n_floats, GError **error)
{
  if (n_floats * sizeof (float) <= import->room)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
               _("its constants would take too much memory"));
  return FALSE;
}

/* (nullable): the constant that the node reads whose numbers these are; what the file calls
 * it, where that is a word. Of several that are alike, one that is not in the bank yet. */
static CnnOnnxTensor *
find_owner (const CnnImport *import, const CnnOnnxNode *node, const float *values, gsize n,
            const char **name)
{
  CnnOnnxTensor *owner = NULL;

  for (guint i = 0; node && i < node->n_in; i++)
    {
      const CnnImportValue *value = cnn_import_in (import, node, i);
      const CnnOnnxValue   *known;

      if (!value || !value->constant || !value->constant->floats || value->constant->n != n ||
          (value->constant->floats != values &&
           memcmp (value->constant->floats, values, n * sizeof (float)) != 0))
        continue;
      known = cnn_onnx_graph_value (import->graph, node->in[i]);
      if (owner && (known->maker >= 0 || cnn_bank_find (import->bank, known->name)))
        continue;
      owner = value->constant;
      if (known->maker < 0 && !g_ascii_isdigit (*known->name))
        *name = known->name;
      if (!cnn_bank_find (import->bank, *name))
        break;
    }
  return owner;
}

static void
let_go (gpointer tensor)
{
  cnn_onnx_tensor_unref (tensor);
}

/**
 * cnn_import_tensor:
 * @what: what it is, for its name
 * @values: its numbers, last extent running fastest; shared where they are the same as one of
 *   the node's inputs, copied otherwise
 *
 * Returns: (transfer full): the word that refers to them
 */
char *
cnn_import_tensor (CnnImport *import, const CnnOnnxNode *node, const char *what, int n_dims,
                   const int *dims, const float *values)
{
  g_autoptr (CnnTensor) tensor = NULL;
  g_autofree char      *wish = cnn_import_wish (node);
  g_autofree char      *made_up = g_strdup_printf ("%s.%s", wish, what);
  const char           *name = made_up;
  CnnOnnxTensor        *owner;
  gsize                 n = 1;

  for (int i = 0; i < n_dims; i++)
    n *= (gsize) dims[i];
  if (n_dims == 4)
    import->room -= (double) dims[0] * CNN_IMPORT_KERNEL;
  owner = find_owner (import, node, values, n, &name);
  if (owner)
    tensor = cnn_tensor_new_shared (n_dims, dims, owner->floats, cnn_onnx_tensor_ref (owner),
                                    let_go);
  else
    {
      tensor = cnn_tensor_new (n_dims, dims);
      memcpy (tensor->values, values, n * sizeof (float));
      import->room -= (double) n * sizeof (float);
    }
  return g_strconcat ("@", cnn_bank_add (import->bank, name, tensor), NULL);
}

/**
 * cnn_import_doubles:
 *
 * As cnn_import_tensor(), of numbers that the layer has as a list: these it keeps as doubles.
 *
 * Returns: (transfer full): the word that refers to them
 */
char *
cnn_import_doubles (CnnImport *import, const CnnOnnxNode *node, const char *what, int n_dims,
                    const int *dims, const float *values)
{
  double n = 1.0;

  for (int i = 0; i < n_dims; i++)
    n *= dims[i];
  import->room -= n * sizeof (double);
  return cnn_import_tensor (import, node, what, n_dims, dims, values);
}

/* A handful of numbers a person may as well read. */
#define FEW_NUMBERS 4

/**
 * cnn_import_numbers:
 *
 * Returns: (transfer full): words for a list of numbers: the numbers, or what refers to them
 */
char *
cnn_import_numbers (CnnImport *import, const CnnOnnxNode *node, const char *what, int n,
                    const float *values)
{
  GString *text;

  if (n > FEW_NUMBERS)
    return cnn_import_doubles (import, node, what, 1, &n, values);
  text = g_string_new (NULL);
  for (int i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      cnn_number_append (text, (double) values[i]);
    }
  return g_string_free (text, FALSE);
}
