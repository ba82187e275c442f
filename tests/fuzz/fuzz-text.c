/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "bank.h"
#include "text.h"

/* Any bytes as a network's text. What is read, printed and read again is the same; a tiny
 * network is run. */

/* Weights that a text may refer to: “input weights="/"”. No file is read for them. */
static void
put_bank (void)
{
  static const struct
  {
    const char *name;
    int         n_dims;
    int         dims[CNN_TENSOR_MAX_DIMS];
  } tensors[] = {
    { "w", 4, { 4, 3, 3, 3 } }, { "u", 4, { 8, 4, 3, 3 } }, { "p", 4, { 4, 1, 5, 1 } },
    { "d", 2, { 10, 12 } },     { "b", 1, { 4 } },          { "v", 1, { 3 } },
    { "m", 3, { 12, 16, 3 } },  { "1", 1, { 1 } },
  };
  CnnBank *bank = cnn_bank_new ();

  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      g_autoptr (CnnTensor) tensor = cnn_tensor_new (tensors[i].n_dims, tensors[i].dims);

      for (gsize k = 0; k < cnn_tensor_length (tensor); k++)
        tensor->values[k] = (float) (k % 7) - 3.0f;
      cnn_bank_add (bank, tensors[i].name, tensor);
    }
  cnn_bank_put (bank, "/", (CnnShape) { 0 });
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n)
{
  static gboolean       has_bank;
  g_autofree char      *text = g_strndup ((const char *) bytes, n);
  g_autoptr (CnnReading) reading = NULL;

  fuzz_begin ();
  if (!has_bank)
    put_bank ();
  has_bank = TRUE;
  reading = cnn_text_read (text);
  if (reading->error == NULL)
    {
      g_autofree char       *printed = cnn_network_print (reading->network);
      g_autoptr (CnnNetwork) again = cnn_network_parse (printed, NULL);
      g_autofree char       *twice = again ? cnn_network_print (again) : NULL;

      if (g_strcmp0 (printed, twice) != 0)
        g_error ("printed:\n%s\nread again:\n%s", printed, twice ? twice : "(refused)");
      fuzz_network (reading->network, (CnnShape) { 12, 16, 3 });
    }
  return 0;
}
