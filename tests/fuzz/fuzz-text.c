/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <string.h>

#include "text.h"

/* Any bytes as a network's text. What is read, printed and read again is the same. */

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize n)
{
  g_autofree char       *text = g_strndup ((const char *) bytes, n);
  g_autoptr (CnnReading) reading = NULL;

  /* A text may name a file; what is in that is not what this is about. */
  if (strstr (text, "weights"))
    return 0;
  reading = cnn_text_read (text);
  if (reading->error == NULL)
    {
      g_autofree char       *printed = cnn_network_print (reading->network);
      g_autoptr (CnnNetwork) again = cnn_network_parse (printed, NULL);
      g_autofree char       *twice = again ? cnn_network_print (again) : NULL;

      if (g_strcmp0 (printed, twice) != 0)
        g_error ("printed:\n%s\nread again:\n%s", printed, twice ? twice : "(refused)");
      g_free (cnn_network_infer (reading->network, (CnnShape) { 48, 64, 3 }, NULL));
    }
  return 0;
}
