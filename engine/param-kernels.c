/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include "i18n.h"

/* Parameters that are lists of kernels. */

static void
kernels_clear (gpointer field)
{
  g_clear_pointer ((GPtrArray **) field, g_ptr_array_unref);
}

/* Length of the first item of a list: up to a comma that stands in no bracket
 * and no quotes. */
gsize
cnn_kernel_item_length (const char *text)
{
  int      depth = 0;
  gboolean quoted = FALSE;
  gsize    i;

  for (i = 0; text[i] && !(text[i] == ',' && depth == 0 && !quoted); i++)
    {
      if (text[i] == '"')
        quoted = !quoted;
      else if (text[i] == '(' || text[i] == '[')
        depth++;
      else if ((text[i] == ')' || text[i] == ']') && depth > 0)
        depth--;
    }
  return i;
}

static gboolean
kernels_parse (const CnnParam *param, const char *text, gpointer field, gsize *offset,
               GError **error)
{
  g_autoptr (GPtrArray) kernels = NULL;
  const char           *at = text;

  if (*text != '\0')
    {
      kernels = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_kernel_free);
      for (;;)
        {
          gsize           length = cnn_kernel_item_length (at);
          g_autofree char *item = g_strndup (at, length);
          CnnKernel       *kernel = cnn_kernel_parse (item, offset, error);

          if (kernel == NULL)
            {
              *offset += (gsize) (at - text);
              return FALSE;
            }
          g_ptr_array_add (kernels, kernel);
          if (at[length] == '\0')
            break;
          at += length + 1;
        }
    }
  kernels_clear (field);
  *(GPtrArray **) field = g_steal_pointer (&kernels);
  return TRUE;
}

/* How many kernels from number @i on are one reference: those that follow each other in
 * their tensor, too. */
static guint
run_length (const GPtrArray *kernels, guint i)
{
  const CnnKernel *first = kernels->pdata[i];
  guint            n = 1;

  if (first->tensor == NULL || first->depth == 0)
    return 1;
  for (; i + n < kernels->len; n++)
    {
      const CnnKernel *next = kernels->pdata[i + n];

      if (next->tensor != first->tensor || next->depth == 0 ||
          next->ref.first != first->ref.first + (int) n)
        break;
    }
  return n;
}

static void
print_run (const CnnKernel *first, guint n, GString *text)
{
  CnnRef ref = first->ref;

  if (first->tensor)
    {
      ref.n = first->depth > 0 ? (int) n : ref.n;
      if (ref.n == first->tensor->dims[0])
        ref.n = 0;
    }
  cnn_ref_print (&ref, text);
}

static void
kernels_print (const CnnParam *param, gconstpointer field, GString *text)
{
  const GPtrArray *kernels = *(GPtrArray *const *) field;

  for (guint i = 0, n; kernels && i < kernels->len; i += n)
    {
      const CnnKernel *kernel = kernels->pdata[i];

      if (i > 0)
        g_string_append_c (text, ',');
      n = run_length (kernels, i);
      if (kernel->ref.name)
        print_run (kernel, n, text);
      else
        {
          g_autofree char *item = cnn_kernel_print (kernel);

          g_string_append (text, item);
        }
    }
}

static char *
kernels_expect (const CnnParam *param)
{
  return g_strdup (_("kernels by name or as \"[[…],[…]]\", with commas between"));
}

static gboolean
kernels_is_open (gconstpointer field)
{
  const GPtrArray *kernels = *(GPtrArray *const *) field;

  for (guint i = 0; kernels && i < kernels->len; i++)
    if (cnn_kernel_is_open (kernels->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Each item of the list is a kernel as long as it was not looked up. */
static gboolean
kernels_resolve (const CnnParam *param, const char *text, gpointer field, const CnnBank *bank,
                 gsize *offset, GError **error)
{
  GPtrArray            *kernels = *(GPtrArray **) field;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) cnn_kernel_free);
  const char           *at = text;

  for (guint i = 0; i < kernels->len; i++, at += cnn_kernel_item_length (at) + 1)
    {
      const CnnKernel *kernel = kernels->pdata[i];

      if (!cnn_kernel_is_open (kernel))
        g_ptr_array_add (found, cnn_kernel_copy (kernel));
      else if (!cnn_kernel_resolve (kernel, bank, found, error))
        {
          *offset = (gsize) (at - text);
          return FALSE;
        }
    }
  kernels_clear (field);
  *(GPtrArray **) field = g_steal_pointer (&found);
  return TRUE;
}

const CnnParamKind cnn_param_kernels = { kernels_parse,  kernels_print,   kernels_clear,
                                         kernels_expect, kernels_is_open, kernels_resolve };
