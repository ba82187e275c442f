/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-own.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "import-window.h"

/* Functions of the domain “convolens”, which the engine writes for layers that ONNX lacks,
 * as these layers again: their bodies, put in their place, would be many others. A file may
 * be somebody else's all the same: what is not as we write it is refused. */

#define DOMAIN "convolens"

static const char *const no_keys[] = { NULL };
static const char *const pool_keys[] = { "kernel_shape", "strides", "pads", "dilations", NULL };

/* Whether the node is called as the engine calls it: with one input, of @n_dims dimensions or,
 * where that is 0, of any, and no more attributes than @keys, which ends at NULL. */
static gboolean
check_call (const CnnOnnxNode     *node,
            const CnnImportValue  *data,
            const char *const     *keys,
            int                    n_dims,
            GError               **error)
{
  const char *other = cnn_onnx_attribute_other (node, keys);

  if (other)
    g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                 _("nothing is known of its attribute “%.60s”"), other);
  else if (node->n_in != 1)
    g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT, _("it has %u inputs, expected %u"), node->n_in,
                 1);
  else if (n_dims > 0 && data->n_dims != n_dims)
    g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                 _("its input has %d dimensions, expected %d"), data->n_dims, n_dims);
  else
    return TRUE;
  return FALSE;
}

/* --- activations --------------------------------------------------------------------- */

static gboolean
import_activation (CnnImport          *import,
                   const CnnOnnxNode  *node,
                   const char         *words,
                   GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  int                   layer = -1;

  if (data && check_call (node, data, no_keys, 0, error))
    layer = cnn_import_emit (import, node, 1, &data->layer, error, "%s", words);
  if (layer >= 0)
    cnn_import_set_like (import, node, 0, layer, data);
  return layer >= 0;
}

static gboolean
import_gelu (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  return import_activation (import, node, "gelu", error);
}

static gboolean
import_gelu_tanh (CnnImport          *import,
                  const CnnOnnxNode  *node,
                  GError            **error)
{
  return import_activation (import, node, "gelu approximate=tanh", error);
}

static gboolean
import_mish (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  return import_activation (import, node, "mish", error);
}

/* --- poolings with a window --------------------------------------------------------- */

static gboolean
import_pool (CnnImport          *import,
             const CnnOnnxNode  *node,
             const char         *op,
             const char *const  *keys,
             const CnnSides     *pad,
             const char         *more,
             GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  g_autoptr (GString)   words = g_string_new (NULL);
  CnnImportWindow       window;
  CnnShape              shape;
  gint64                dims[4];
  int                   layer;

  if (!data || !check_call (node, data, keys, 4, error) ||
      !cnn_import_window (node, data, NULL, &window, error))
    return FALSE;
  layer = cnn_import_place (import, node, data, "cchw", error);
  if (layer < 0)
    return FALSE;
  if (pad && (pad->top | pad->right | pad->bottom | pad->left))
    {
      window.before[0] = pad->top;
      window.before[1] = pad->left;
      window.after[0] = pad->bottom;
      window.after[1] = pad->right;
    }
  if (strcmp (op, "minpool") == 0)
    layer = cnn_import_window_take (&window, import, layer, " value=3.4028234663852886e+38");
  cnn_import_window_words (&window, 0, 1, TRUE, words);
  layer = cnn_import_emit (import, node, 1, &layer, error, "%s %s%s", op, words->str, more);
  if (layer < 0)
    return FALSE;
  shape = cnn_import_shape (import, layer);
  memcpy (dims, data->dims, sizeof dims);
  dims[2] = shape.height;
  dims[3] = shape.width;
  cnn_import_set (import, node, 0, layer, 4, dims, "cchw");
  return TRUE;
}

static gboolean
import_min_pool (CnnImport          *import,
                 const CnnOnnxNode  *node,
                 GError            **error)
{
  return import_pool (import, node, "minpool", pool_keys, NULL, "", error);
}

static gboolean
import_stochastic_pool (CnnImport          *import,
                        const CnnOnnxNode  *node,
                        GError            **error)
{
  static const char *const keys[] = { "kernel_shape", "strides", "pads", NULL };

  return import_pool (import, node, "stochastic-pool", keys, NULL, "", error);
}

/* Of “MaxPlace_of_7x9_padded_1_0_1_0” the map's size and the sides. */
static gboolean
read_place (const char *name, CnnSize *size, CnnSides *pad)
{
  g_autofree char *again = NULL;

  if (sscanf (name, "MaxPlace_of_%9dx%9d_padded_%9d_%9d_%9d_%9d", &size->height, &size->width,
              &pad->top, &pad->right, &pad->bottom, &pad->left) != 6)
    return FALSE;
  again = g_strdup_printf ("MaxPlace_of_%dx%d_padded_%d_%d_%d_%d", size->height, size->width,
                           pad->top, pad->right, pad->bottom, pad->left);
  return strcmp (again, name) == 0 && MIN (pad->top, pad->right) >= 0 &&
         MIN (pad->bottom, pad->left) >= 0;
}

static gboolean
wrong_size (const CnnImportValue *data, int height, int width, GError **error)
{
  if (data->n_dims == 4 && data->dims[0] == 1 && data->dims[2] == height && data->dims[3] == width)
    return FALSE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE, _("it is made for one picture of %d×%d"), height,
               width);
  return TRUE;
}

static gboolean
import_max_place (CnnImport          *import,
                  const CnnOnnxNode  *node,
                  GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  CnnSize               size;
  CnnSides              pad;

  return data && read_place (node->op, &size, &pad) &&
         !wrong_size (data, size.height, size.width, error) &&
         import_pool (import, node, "maxpool", pool_keys, &pad, " give=place", error);
}

/* --- padding that wraps around --------------------------------------------------------- */

static gboolean
read_wrap (const char *name, CnnSides *pad)
{
  g_autofree char *again = NULL;

  if (sscanf (name, "WrapPad_%9d_%9d_%9d_%9d", &pad->top, &pad->right, &pad->bottom,
              &pad->left) != 4)
    return FALSE;
  again = g_strdup_printf ("WrapPad_%d_%d_%d_%d", pad->top, pad->right, pad->bottom, pad->left);
  return strcmp (again, name) == 0 && MIN (pad->top, pad->right) >= 0 &&
         MIN (pad->bottom, pad->left) >= 0;
}

static gboolean
import_wrap (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  gint64                dims[4];
  CnnSides              pad;
  int                   layer;

  if (!data || !read_wrap (node->op, &pad) || !check_call (node, data, no_keys, 4, error))
    return FALSE;
  layer = cnn_import_place (import, node, data, "cchw", error);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "pad %d,%d,%d,%d border=wrap", pad.top,
                             pad.right, pad.bottom, pad.left);
  if (layer < 0)
    return FALSE;
  memcpy (dims, data->dims, sizeof dims);
  dims[2] += pad.top + pad.bottom;
  dims[3] += pad.left + pad.right;
  cnn_import_set (import, node, 0, layer, 4, dims, "cchw");
  return TRUE;
}

/* --- pyramids: all they are is in the name ------------------------------------------- */

static const char *
after_prefix (const char *name, gboolean *average)
{
  *average = g_str_has_prefix (name, "AveragePyramid_");
  if (*average)
    return name + strlen ("AveragePyramid_");
  return g_str_has_prefix (name, "MaxPyramid_") ? name + strlen ("MaxPyramid_") : NULL;
}

/* A number of up to eight digits; moves on behind it. 0: there is none. */
static int
read_number (const char **text)
{
  int number = 0;

  for (int i = 0; i < 8 && g_ascii_isdigit (**text); i++)
    number = 10 * number + *(*text)++ - '0';
  return number;
}

/* Reads “1_2_4_of_”, as “1,2,4”, and gives what follows; NULL: it is something else. */
static const char *
read_levels (const char *text, GString *levels)
{
  for (;; text++)
    {
      int level = read_number (&text);

      if (level < 1 || *text != '_')
        return NULL;
      g_string_append_printf (levels, levels->len > 0 ? ",%d" : "%d", level);
      if (g_str_has_prefix (text, "_of_"))
        return text + strlen ("_of_");
    }
}

static gboolean
is_pyramid (const char *name)
{
  g_autoptr (GString) levels = g_string_new (NULL);
  gboolean            average;
  const char         *rest = after_prefix (name, &average);

  return rest && read_levels (rest, levels);
}

static gboolean
import_pyramid (CnnImport          *import,
                const CnnOnnxNode  *node,
                GError            **error)
{
  const CnnImportValue *data = cnn_import_data (import, node, 0, error);
  g_autoptr (GString)   levels = g_string_new (NULL);
  gboolean              average;
  const char           *rest = after_prefix (node->op, &average);
  gint64                dims[2] = { 1 };
  int                   height, width, layer;

  if (!data || !check_call (node, data, no_keys, 4, error))
    return FALSE;
  rest = read_levels (rest, levels);
  height = read_number (&rest);
  width = *rest == 'x' ? (rest++, read_number (&rest)) : 0;
  if (wrong_size (data, height, width, error))
    return FALSE;
  if (*rest)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, _("this operator is not supported"));
      return FALSE;
    }
  layer = cnn_import_place (import, node, data, "cchw", error);
  if (layer >= 0)
    layer = cnn_import_emit (import, node, 1, &layer, error, "spp levels=%s%s", levels->str,
                             average ? " type=average" : "");
  if (layer < 0)
    return FALSE;
  dims[1] = cnn_import_shape (import, layer).channels;
  cnn_import_set (import, node, 0, layer, 2, dims, "wc");
  return TRUE;
}

/* --- all of them ----------------------------------------------------------------------- */

static CnnImportFunc
find (const char *domain, const char *name)
{
  static const CnnImportOp own[] = {
    { "Gelu", import_gelu },
    { "GeluTanh", import_gelu_tanh },
    { "MinPool", import_min_pool },
    { "Mish", import_mish },
    { "StochasticPool", import_stochastic_pool },
  };

  CnnSides pad;
  CnnSize  size;

  if (strcmp (domain, DOMAIN) != 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (strcmp (name, own[i].op) == 0)
      return own[i].import;
  if (read_wrap (name, &pad))
    return import_wrap;
  if (read_place (name, &size, &pad))
    return import_max_place;
  return is_pyramid (name) ? import_pyramid : NULL;
}

/**
 * cnn_import_is_own:
 *
 * A CnnOnnxKeeps.
 *
 * Returns: whether a function of that name is a layer of ours
 */
gboolean
cnn_import_is_own (const char *domain, const char *name)
{
  return find (domain, name) != NULL;
}

/**
 * cnn_import_own:
 *
 * Returns: (nullable): what imports a call of such a function
 */
CnnImportFunc
cnn_import_own (const CnnOnnxNode *node)
{
  return find (node->domain, node->op);
}
