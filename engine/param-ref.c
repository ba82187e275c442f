/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <string.h>

#include "error.h"
#include "i18n.h"
#include "spelling.h"

/* Weights by name: @NAME, @NAME[4], @NAME[4:64]. */

/* A whole number at *@at, which goes behind it; −1 where there is none. */
static int
parse_index (const char **at)
{
  char   *end;
  guint64 index;

  if (!g_ascii_isdigit (**at))
    return -1;
  index = g_ascii_strtoull (*at, &end, 10);
  *at = end;
  return index < G_MAXINT ? (int) index : -1;
}

/* Reads all of @text; what @ref has is for cnn_ref_clear(). */
gboolean
cnn_ref_parse (const char *text, CnnRef *ref, gsize *offset, GError **error)
{
  gsize       length = cnn_bank_name_length (text + 1);
  const char *at = text + 1 + length;
  gboolean    ok = length > 0;

  *ref = (CnnRef) { 0 };
  if (ok && *at == '[')
    {
      at++;
      ref->first = parse_index (&at);
      ok = ref->first >= 0;
      ref->n = 1;
      if (ok && *at == ':')
        {
          int end;

          at++;
          end = parse_index (&at);
          ok = end > ref->first;
          ref->n = end - ref->first;
        }
      ok = ok && *at++ == ']';
    }
  ok = ok && *at == '\0';
  *offset = 0;
  if (ok)
    ref->name = g_ref_string_new_len (text + 1, (gssize) length);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("found “%s”, expected weights by name such as @conv1.w, one of them such as "
                   "@conv1.w[4], or some such as @conv1.w[4:64]"), text);
  return ok;
}

void
cnn_ref_print (const CnnRef *ref, GString *text)
{
  g_string_append_printf (text, "@%s", ref->name);
  if (ref->n == 1)
    g_string_append_printf (text, "[%d]", ref->first);
  else if (ref->n > 1)
    g_string_append_printf (text, "[%d:%d]", ref->first, ref->first + ref->n);
}

void
cnn_ref_clear (CnnRef *ref)
{
  g_clear_pointer (&ref->name, g_ref_string_release);
}

/* (transfer none): the tensor that is meant, which has all items that are; @n of them. */
const CnnTensor *
cnn_ref_find (const CnnRef *ref, const CnnBank *bank, int *n, GError **error)
{
  const CnnTensor *tensor = bank ? cnn_bank_find (bank, ref->name) : NULL;

  if (bank == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“@%s” is a name in a file, but the network names none; begin it with such as "
                   "“input weights=\"model.onnx\"”"), ref->name);
  else if (tensor == NULL)
    {
      g_autofree const char **names = cnn_bank_names (bank);
      const char             *nearest = cnn_spelling_nearest (ref->name, names);

      if (nearest)
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     _("the file has no weights “%s”; did you mean “@%s”?"), ref->name, nearest);
      else
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the file has no weights “%s”"),
                     ref->name);
    }
  else if (ref->first + ref->n > tensor->dims[0])
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("“@%s” has %d items, 0 to %d, but no item %d"), ref->name, tensor->dims[0],
                   tensor->dims[0] - 1, ref->first + ref->n - 1);
      tensor = NULL;
    }
  if (tensor)
    *n = ref->n > 0 ? ref->n : tensor->dims[0];
  return tensor;
}
