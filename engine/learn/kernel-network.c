/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-private.h"
#include "number.h"

/* One kernel as a network. */

/* (transfer full): a kernel that does nothing. */
CnnOneKernel *
cnn_one_kernel_new (int n_channels, int size, gboolean across)
{
  CnnOneKernel *kernel = g_new0 (CnnOneKernel, 1);
  gsize         seen = across ? (gsize) n_channels : 1, cells = (gsize) size * size;

  kernel->size = size;
  kernel->across = across;
  kernel->n_channels = n_channels;
  kernel->weights = g_new0 (double, cells * seen * n_channels);
  for (gsize o = 0; o < (gsize) n_channels; o++)
    kernel->weights[(o * cells + cells / 2) * seen + (across ? o : 0)] = 1.0;
  return kernel;
}

void
cnn_one_kernel_free (CnnOneKernel *kernel)
{
  g_free (kernel->weights);
  g_free (kernel);
}

/* The shortest number that reads back as the same float. */
static void
append_float (GString *text, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  for (int digits = 1; digits <= 9; digits++)
    {
      char format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if ((float) g_ascii_strtod (buffer, NULL) == (float) value)
        break;
    }
  cnn_number_append (text, g_ascii_strtod (buffer, NULL));
}

/* Rows in brackets of one output's kernel for one channel. */
static void
append_matrix (GString *text, const CnnOneKernel *kernel, gsize output, gsize channel)
{
  gsize size = (gsize) kernel->size, seen = kernel->across ? (gsize) kernel->n_channels : 1;

  for (gsize y = 0; y < size; y++)
    for (gsize x = 0; x < size; x++)
      {
        g_string_append (text, x > 0 ? "," : y > 0 ? ",[" : "[[");
        append_float (text, kernel->weights[((output * size + y) * size + x) * seen + channel]);
        g_string_append (text, x + 1 < size ? "" : y + 1 < size ? "]" : "]]");
      }
}

static void
append_kernel (GString *text, const CnnOneKernel *kernel, gsize output)
{
  g_string_append_c (text, '"');
  if (kernel->across)
    for (gsize c = 0; c < (gsize) kernel->n_channels; c++)
      {
        g_string_append_c (text, c > 0 ? ',' : '[');
        append_matrix (text, kernel, output, c);
      }
  else
    append_matrix (text, kernel, output, 0);
  g_string_append (text, kernel->across ? "]\"" : "\"");
}

/**
 * cnn_one_kernel_network:
 *
 * Returns: (transfer full): a network that does the same, all numbers in its text; or %NULL with an
 *   error set
 */
CnnNetwork *
cnn_one_kernel_network (const CnnOneKernel *kernel, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "input ?x?x%d\nconv %d %dx%d%s pad=same border=replicate kernels=",
                   kernel->n_channels, kernel->n_channels, kernel->size, kernel->size,
                   kernel->across ? "" : " groups=channels");
  for (gsize o = 0; o < (gsize) kernel->n_channels; o++)
    {
      g_string_append (text, o > 0 ? "," : "");
      append_kernel (text, kernel, o);
    }
  for (gsize o = 0; o < (gsize) kernel->n_channels; o++)
    {
      g_string_append (text, o > 0 ? "," : " bias=");
      append_float (text, kernel->offset[o]);
    }
  g_string_append_c (text, '\n');
  return cnn_network_parse (text->str, error);
}

/** cnn_one_kernel_tensor: (transfer full) (nullable): [outputs][rows][columns][channels seen]. */
CnnTensor *
cnn_one_kernel_tensor (const CnnOneKernel *kernel)
{
  int        seen = kernel->across ? kernel->n_channels : 1;
  int        dims[] = { kernel->n_channels, kernel->size, kernel->size, seen };
  CnnTensor *tensor = cnn_tensor_new (4, dims);

  for (gsize i = 0; tensor && i < cnn_tensor_length (tensor); i++)
    tensor->values[i] = (float) kernel->weights[i];
  return tensor;
}
