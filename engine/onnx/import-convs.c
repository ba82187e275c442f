/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"
#include "import-window.h"

#include <inttypes.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "network.h"

/* Conv and ConvTranspose.
 *
 * Pictures of a batch lie side by side as channels and are convolved as groups, each with
 * the same kernels. Slices (of three dimensions) lie as channels, too: kernels over all
 * slices hold zeros where the window does not reach. */

#define MOST_MAPS   (1 << 20) /* of a layer */
#define MOST_SPREAD (1 << 24) /* numbers of kernels that are spread over slices */

/**
 * Conv:
 * @transposed: whether it is a ConvTranspose
 * @n: pictures
 * @groups: of the node
 * @maps: that come out of each picture
 * @depth: channels that each kernel reads
 * @slices: of each channel of the input; 1 where there are no three dimensions
 * @out_slices: of each map of the output
 * @shift: slices added before the first
 * @cells: numbers of one slice of a kernel
 * @extra: rows, columns (and slices) added at the end of the output, of a ConvTranspose
 */
typedef struct
{
  const CnnImportValue *data;
  const CnnOnnxTensor  *weights;
  const CnnOnnxTensor  *bias;
  CnnImportWindow       window;
  gboolean              transposed;
  gint64                n;
  gint64                groups;
  gint64                maps;
  gint64                depth;
  gint64                slices;
  gint64                out_slices;
  gint64                shift;
  gint64                cells;
  int                   extra[CNN_IMPORT_MAX_PLACES];
} Conv;

/* --- what the node says ------------------------------------------------------------- */

static gboolean
wrong (GError **error, const char *message)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_FORMAT, message);
  return FALSE;
}

static gboolean
check_weights (const Conv  *conv,
               GError     **error)
{
  const CnnOnnxTensor *weights = conv->weights;

  if (!weights->floats || weights->n_dims != conv->data->n_dims)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("its kernels have %d dimensions, expected %d"), weights->n_dims,
                   conv->data->n_dims);
      return FALSE;
    }
  for (int i = 0; i < weights->n_dims; i++)
    if (weights->dims[i] < 1 || weights->dims[i] > MOST_MAPS)
      {
        g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                     _("its kernels have the extent %" PRId64 ", expected 1 to %d"),
                     weights->dims[i], MOST_MAPS);
        return FALSE;
      }
  return TRUE;
}

/* Counts of channels, maps and groups that fit each other. */
static gboolean
read_counts (Conv             *conv,
             const CnnOnnxNode *node,
             GError          **error)
{
  gint64 channels = conv->data->dims[1];

  conv->n = conv->data->dims[0];
  conv->groups = cnn_onnx_attribute_int (node, "group", 1);
  if (conv->groups < 1 || channels % conv->groups != 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   _("%" PRId64 " channels cannot be split into %" PRId64 " groups"), channels,
                   conv->groups);
      return FALSE;
    }
  conv->depth = channels / conv->groups;
  if (conv->transposed)
    {
      if (conv->weights->dims[0] != channels)
        return wrong (error, _("its kernels are not for as many channels as its input has"));
      if (conv->weights->dims[1] > MOST_MAPS / conv->groups)
        return wrong (error, _("its kernels make more maps than a layer may have"));
      conv->maps = conv->weights->dims[1] * conv->groups;
    }
  else
    {
      conv->maps = conv->weights->dims[0];
      if (conv->weights->dims[1] != conv->depth)
        return wrong (error, _("its kernels are not for as many channels as its input has"));
      if (conv->maps % conv->groups != 0)
        return wrong (error, _("its kernels cannot be split into its groups"));
    }
  if (conv->bias && (!conv->bias->floats || conv->bias->n != (gsize) conv->maps))
    return wrong (error, _("it does not have one bias for each of its maps"));
  return TRUE;
}

/* The padding that gives a ConvTranspose the size it says: what is cut off its full
 * output, or what is added at the end where that is too small. */
static void
pad_to (Conv     *conv,
        int       i,
        gint64    size)
{
  CnnImportWindow *window = &conv->window;
  gint64           full = (window->in[i] - 1) * window->stride[i] + conv->extra[i] +
                          cnn_import_window_reach (window, i);
  gint64           total = CLAMP (full - size, -G_MAXINT / 2, G_MAXINT / 2);
  gint64           half = total / 2;

  if (total < 0)
    {
      conv->extra[i] -= (int) total;
      return;
    }
  window->before[i] = (int) (window->pad == CNN_IMPORT_PAD_SAME ? half : total - half);
  window->after[i] = (int) (total - window->before[i]);
}

static gboolean
read_transposed (Conv               *conv,
                 const CnnOnnxNode  *node,
                 GError            **error)
{
  CnnImportWindow *window = &conv->window;
  int              sizes[CNN_IMPORT_MAX_PLACES];
  guint            n_sizes;
  gboolean         sized = cnn_onnx_attribute_ints (node, "output_shape", &n_sizes) != NULL;

  if (!cnn_import_window_ints (node, "output_padding", window->n, 0, 0, conv->extra, error))
    return FALSE;
  if (sized && n_sizes == (guint) window->n + 2)
    { /* as some programs write it, with the batch and the maps */
      const gint64 *all = cnn_onnx_attribute_ints (node, "output_shape", &n_sizes);

      for (int i = 0; i < window->n; i++)
        sizes[i] = (int) CLAMP (all[i + 2], 1, G_MAXINT / 2);
    }
  else if (!cnn_import_window_ints (node, "output_shape", window->n, 1, 0, sizes, error))
    return FALSE;
  for (int i = 0; i < window->n; i++)
    if (sized && n_sizes > 0)
      pad_to (conv, i, sizes[i]);
    else if (window->pad == CNN_IMPORT_PAD_SAME || window->pad == CNN_IMPORT_PAD_SAME_LOWER)
      pad_to (conv, i, window->in[i] * window->stride[i]);
  window->pad = CNN_IMPORT_PAD_SIDES;
  return TRUE;
}

/* Along the slices, which are no rows or columns of a layer: everything in numbers. */
static gboolean
read_slices (Conv    *conv,
             GError **error)
{
  CnnImportWindow *window = &conv->window;
  gint64           reach = cnn_import_window_reach (window, 0), in = window->in[0], total;

  conv->slices = conv->out_slices = 1;
  if (window->n < 3)
    return TRUE;
  conv->slices = in;
  if (window->pad == CNN_IMPORT_PAD_SAME || window->pad == CNN_IMPORT_PAD_SAME_LOWER)
    {
      gint64 out = (in + window->stride[0] - 1) / window->stride[0];

      total = MAX ((out - 1) * window->stride[0] + reach - in, 0);
      conv->shift = window->pad == CNN_IMPORT_PAD_SAME ? total / 2 : total - total / 2;
    }
  else
    {
      conv->shift = window->before[0];
      total = window->before[0] + (gint64) window->after[0];
    }
  if (conv->transposed)
    conv->out_slices = (in - 1) * window->stride[0] + reach - total + conv->extra[0];
  else if (in + total >= reach)
    conv->out_slices = (in + total - reach) / window->stride[0] + 1;
  else
    conv->out_slices = 0;
  if (conv->out_slices >= 1)
    return TRUE;
  return wrong (error, _("its windows are larger than its input"));
}

static gboolean
read_conv (Conv               *conv,
           CnnImport          *import,
           const CnnOnnxNode  *node,
           GError            **error)
{
  conv->data = cnn_import_data (import, node, 0, error);
  conv->weights = conv->data ? cnn_import_constant (import, node, 1, error) : NULL;
  if (!conv->weights)
    return FALSE;
  if (cnn_import_in (import, node, 2))
    {
      conv->bias = cnn_import_constant (import, node, 2, error);
      if (!conv->bias)
        return FALSE;
    }
  if (conv->data->n_dims < 3)
    return wrong (error, _("its input has no places for windows to slide over"));
  if (!check_weights (conv, error) ||
      !cnn_import_window (node, conv->data, conv->weights->dims + 2, &conv->window, error) ||
      !read_counts (conv, node, error) ||
      (conv->transposed && !read_transposed (conv, node, error)) || !read_slices (conv, error))
    return FALSE;
  conv->cells = conv->window.kernel[conv->window.n - 1];
  if (conv->window.n > 1)
    conv->cells *= conv->window.kernel[conv->window.n - 2];
  if (conv->maps <= MOST_MAPS / conv->out_slices &&
      conv->n <= MOST_MAPS / (conv->maps * conv->out_slices))
    return TRUE;
  return wrong (error, _("its kernels make more maps than a layer may have"));
}

/* --- kernels -------------------------------------------------------------------------- */

/* Which slice of a kernel takes slice @from of the input to slice @to of the output; -1:
 * none does. */
static gint64
kernel_slice (const Conv *conv,
              gint64      to,
              gint64      from)
{
  const CnnImportWindow *window = &conv->window;
  gint64                 way;

  if (window->n < 3)
    return 0;
  way = conv->transposed ? to + conv->shift - from * window->stride[0]
                         : from + conv->shift - to * window->stride[0];
  if (way < 0 || way % window->dilation[0] != 0 || way / window->dilation[0] >= window->kernel[0])
    return -1;
  return way / window->dilation[0];
}

/* Of the kernel for map @map, its slice @slice for channel @channel of the map's group. */
static const float *
weights_of (const Conv *conv,
            gint64      map,
            gint64      channel,
            gint64      slice)
{
  gint64 n_slices = conv->window.n < 3 ? 1 : conv->window.kernel[0];
  gint64 maps = conv->maps / conv->groups; /* of a group */
  gint64 block = conv->transposed ? (map / maps * conv->depth + channel) * maps + map % maps
                                  : map * conv->depth + channel;

  return conv->weights->floats + (block * n_slices + slice) * conv->cells;
}

/* The kernels in our order, [maps · out_slices][depth · slices][rows][columns]. */
static float *
spread_kernels (const Conv *conv,
                gint64      kernels,
                gint64      reads)
{
  float *values = g_new0 (float, (gsize) (kernels * reads * conv->cells)), *to = values;

  for (gint64 kernel = 0; kernel < kernels; kernel++)
    for (gint64 read = 0; read < reads; read++, to += conv->cells)
      {
        gint64 slice = kernel_slice (conv, kernel % conv->out_slices, read % conv->slices);

        if (slice >= 0)
          memcpy (to, weights_of (conv, kernel / conv->out_slices, read / conv->slices, slice),
                  (gsize) conv->cells * sizeof *to);
      }
  return values;
}

/* The word that names them, once for each picture. */
static char *
kernels_word (const Conv         *conv,
              CnnImport          *import,
              const CnnOnnxNode  *node,
              GError            **error)
{
  g_autoptr (GString)  words = g_string_new (NULL);
  g_autofree char     *word = NULL;
  g_autofree float    *values = NULL;
  gint64               kernels = conv->maps * conv->out_slices;
  gint64               reads = conv->depth * conv->slices; /* fits: the input has as many */
  int                  dims[4] = { (int) kernels, (int) reads };

  if (reads > G_MAXINT ||
      (conv->window.n == 3 && reads > MOST_SPREAD / conv->cells / kernels))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("its kernels, spread over %" PRId64 " slices, take too much memory"),
                   conv->slices);
      return NULL;
    }
  dims[2] = conv->window.n > 1 ? conv->window.kernel[conv->window.n - 2] : 1;
  dims[3] = conv->window.kernel[conv->window.n - 1];
  if (conv->window.n < 3 && (!conv->transposed || conv->weights->uniform))
    word = cnn_import_tensor (import, node, "weight", 4, dims, conv->weights->floats);
  else
    {
      if (!cnn_import_room (import, (double) (kernels * reads * conv->cells), error))
        return NULL;
      values = spread_kernels (conv, kernels, reads);
      word = cnn_import_tensor (import, node, "weight", 4, dims, values);
    }
  /* Said before the words take memory. */
  if ((gsize) conv->n * (strlen (word) + 1) > CNN_MAX_TEXT_BYTES)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("the network's text is %zu bytes long, at most %d are read"),
                   (gsize) conv->n * (strlen (word) + 1), CNN_MAX_TEXT_BYTES);
      return NULL;
    }
  import->room -= (double) (conv->n - 1) * (double) kernels * CNN_IMPORT_KERNEL;
  for (gint64 i = 0; i < conv->n; i++)
    g_string_append_printf (words, i ? ",%s" : "%s", word);
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static char *
bias_word (const Conv        *conv,
           CnnImport         *import,
           const CnnOnnxNode *node)
{
  g_autofree float *values = NULL;
  gint64            n = conv->n * conv->maps * conv->out_slices;

  if (!conv->bias)
    return g_strdup ("no");
  values = g_new (float, n);
  for (gint64 i = 0; i < n; i++)
    values[i] = conv->bias->floats[i / conv->out_slices % conv->maps];
  return cnn_import_numbers (import, node, "bias", (int) n, values);
}

/* --- the layer -------------------------------------------------------------------------- */

static void
set_output (const Conv        *conv,
            CnnImport         *import,
            const CnnOnnxNode *node,
            int                layer)
{
  static const char *const layouts[] = { "ccw", "cchw", "ccchw" };

  CnnShape shape = cnn_import_shape (import, layer);
  int      n = conv->window.n;
  gint64   dims[CNN_ONNX_MAX_DIMS] = { conv->n, conv->maps, conv->out_slices };

  if (n > 1)
    dims[n] = shape.height;
  dims[n + 1] = shape.width;
  cnn_import_set (import, node, 0, layer, n + 2, dims, layouts[n - 1]);
}

static void
append_extra (const Conv *conv,
              GString    *words)
{
  int n = conv->window.n, height = n > 1 ? conv->extra[n - 2] : 0, width = conv->extra[n - 1];

  if (height | width)
    g_string_append_printf (words, " output-pad=%d,%d", height, width);
}

/* Takes over what a layer before pads: the layer before that, and words for what the padding
 * holds. */
static int
take_padding (Conv       *conv,
              CnnImport  *import,
              int         place,
              const char **border)
{
  static const char *const borders[] = { "", " border=reflect", " border=replicate",
                                         " border=wrap" };

  *border = "";
  for (guint i = 0; !conv->transposed && i < G_N_ELEMENTS (borders); i++)
    {
      int before = cnn_import_window_take (&conv->window, import, place, borders[i]);

      if (before != place)
        {
          *border = borders[i];
          return before;
        }
    }
  return place;
}

static gboolean
import_either (CnnImport          *import,
               const CnnOnnxNode  *node,
               gboolean            transposed,
               GError            **error)
{
  static const char *const layouts[] = { "ccw", "cchw", "ccchw" };

  Conv                 conv = { .transposed = transposed };
  g_autofree char     *kernels = NULL;
  g_autofree char     *bias = NULL;
  g_autoptr (GString)  words = g_string_new (NULL);
  const char          *border;
  int                  place, layer;

  if (!read_conv (&conv, import, node, error))
    return FALSE;
  place = cnn_import_place (import, node, conv.data, layouts[conv.window.n - 1], error);
  if (place < 0)
    return FALSE;
  kernels = kernels_word (&conv, import, node, error);
  if (!kernels)
    return FALSE;
  bias = bias_word (&conv, import, node);
  place = take_padding (&conv, import, place, &border);
  cnn_import_window_words (&conv.window, conv.window.n - 2, conv.window.n - 1, FALSE, words);
  g_string_append (words, border);
  if (conv.n * conv.groups > 1)
    g_string_append_printf (words, " groups=%" PRId64, conv.n * conv.groups);
  if (transposed)
    append_extra (&conv, words);
  layer = cnn_import_emit (import, node, 1, &place, error,
                           "%s %" PRId64 " %s kernels=%s bias=%s",
                           transposed ? "conv-transpose" : "conv",
                           conv.n * conv.maps * conv.out_slices, words->str, kernels, bias);
  if (layer < 0)
    return FALSE;
  set_output (&conv, import, node, layer);
  return TRUE;
}

static gboolean
import_conv (CnnImport          *import,
             const CnnOnnxNode  *node,
             GError            **error)
{
  return import_either (import, node, FALSE, error);
}

static gboolean
import_conv_transpose (CnnImport          *import,
                       const CnnOnnxNode  *node,
                       GError            **error)
{
  return import_either (import, node, TRUE, error);
}

const CnnImportOp cnn_import_convs[] = {
  { "Conv", import_conv },
  { "ConvTranspose", import_conv_transpose },
  { NULL },
};
