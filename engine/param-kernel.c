/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-private.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "number.h"
#include "spelling.h"

/* A kernel in the text notation: a name with numbers in parentheses, matrices in
 * brackets, or a name in a bank. */

#define MAX_SIDE 4095

/* --- named ---------------------------------------------------------------- */

static const CnnKernelKind *
find_kind (const char *name, GError **error)
{
  const CnnKernelKind        *kind = cnn_kernel_find (name);
  guint                       n;
  const CnnKernelKind *const *kinds = cnn_kernel_kinds (&n);
  g_autofree const char     **names = g_new0 (const char *, n + 1);
  const char                 *nearest;

  if (kind)
    return kind;
  for (guint i = 0; i < n; i++)
    names[i] = kinds[i]->name;
  nearest = cnn_spelling_nearest (name, names);
  if (nearest)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("there is no kernel “%s”; did you mean “%s”?"), name, nearest);
  else
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("there is no kernel “%s”; expected a name such as “%s” or a matrix such as "
                   "\"[[0,1,0],[1,-4,1],[0,1,0]]\""),
                 name, kinds[0]->name);
  return NULL;
}

static gboolean
parse_args (CnnKernel *kernel, const char *text, gsize length, gsize at, gsize *offset,
            GError **error)
{
  const CnnKernelKind *kind = kernel->kind;
  g_autofree char     *list = g_strndup (text, length);
  g_auto (GStrv)       items = g_strsplit (list, ",", -1);
  guint                n = g_strv_length (items), takes = cnn_kernel_n_params (kind);

  *offset = at;
  if (n > takes)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: found %u numbers, expected at most %u"),
                   kind->name, n, takes);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      const CnnKernelParam *param = &kind->params[i];

      if (!cnn_number_parse (g_strstrip (items[i]), -1, &kernel->args[i]) ||
          kernel->args[i] < param->min || kernel->args[i] > param->max)
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       _("%s: found “%s”, expected %s as a number from %g to %g"), kind->name,
                       items[i], param->key, param->min, param->max);
          return FALSE;
        }
      *offset += strlen (items[i]) + 1;
    }
  return TRUE;
}

static gboolean
parse_named (CnnKernel *kernel, const char *text, gsize *offset, GError **error)
{
  gsize            name_length = strcspn (text, "(");
  g_autofree char *name = g_strndup (text, name_length);
  const char      *close;

  kernel->kind = find_kind (name, error);
  if (kernel->kind == NULL)
    return FALSE;
  for (guint i = 0; i < cnn_kernel_n_params (kernel->kind); i++)
    kernel->args[i] = kernel->kind->params[i].initial;
  if (text[name_length] == '\0')
    return TRUE;
  close = strchr (text, ')');
  if (close == NULL || close[1] != '\0')
    {
      *offset = close ? (gsize) (close - text) + 1 : strlen (text);
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("%s: the parentheses are not closed"), name);
      return FALSE;
    }
  return parse_args (kernel, text + name_length + 1, (gsize) (close - text) - name_length - 1,
                     name_length + 1, offset, error);
}

/* --- literal -------------------------------------------------------------- */

typedef struct
{
  const char *text;
  gsize       at;
  GArray     *values; /* double */
} Literal;

static char
literal_peek (Literal *literal)
{
  while (g_ascii_isspace (literal->text[literal->at]))
    literal->at++;
  return literal->text[literal->at];
}

static gboolean
literal_expect (Literal *literal, const char *what, GError **error)
{
  char             c = literal_peek (literal);
  const char      *rest = literal->text + literal->at;
  gsize            length = MAX (strcspn (rest, " ,]\"["), 1);
  g_autofree char *found = c ? g_strndup (rest, length) : g_strdup (_("the end"));

  g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("in a matrix: found “%s”, expected %s"), found,
               what);
  return FALSE;
}

/* Reads [item,item,…], where an item is a number at depth 0, else such a list;
 * extents[depth] is how many items lists of that depth have, 0 before the first
 * was read. */
static gboolean
literal_list (Literal *literal, int depth, int *extents, GError **error)
{
  int n = 0;

  if (literal_peek (literal) != '[')
    return literal_expect (literal, "“[”", error);
  do
    {
      literal->at++;
      literal_peek (literal);
      if (depth > 0)
        {
          if (!literal_list (literal, depth - 1, extents, error))
            return FALSE;
        }
      else
        {
          const char *start = literal->text + literal->at;
          gsize       length = strspn (start, "0123456789+-.eE");
          double      value;

          if (!cnn_number_parse (start, (gssize) length, &value))
            return literal_expect (literal, _("a number"), error);
          g_array_append_val (literal->values, value);
          literal->at += length;
        }
      n++;
    }
  while (literal_peek (literal) == ',');
  if (literal_peek (literal) != ']')
    return literal_expect (literal, _("“,” or “]”"), error);
  if ((extents[depth] > 0 && extents[depth] != n) || n > MAX_SIDE)
    {
      if (n > MAX_SIDE)
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("in a matrix: found %d numbers in a row, "
                                                         "expected at most %d"), n, MAX_SIDE);
      else
        g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                     depth > 0 ? _("in a matrix: found %d rows, expected %d as in the one before")
                               : _("in a matrix: found %d numbers in a row, expected %d as in the "
                                   "one before"),
                     n, extents[depth]);
      return FALSE;
    }
  extents[depth] = n;
  literal->at++;
  return TRUE;
}

static gboolean
parse_literal (CnnKernel *kernel, const char *text, gsize *offset, GError **error)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  Literal            literal = { .text = text, .values = values };
  gboolean           quoted = *text == '"', ok;
  int                extents[3] = { 0 };
  gsize              start = quoted ? 1 : 0, brackets = start;
  int                depth = 0;

  literal.at = start;
  for (brackets = start; text[brackets] == '[' || g_ascii_isspace (text[brackets]); brackets++)
    depth += text[brackets] == '[';
  if (depth != 2 && depth != 3)
    ok = literal_expect (&literal, _("“[[” and the rows of a matrix, or “[[[” and a matrix for "
                                     "each input channel"), error);
  else
    ok = literal_list (&literal, depth - 1, extents, error);
  if (ok && quoted && literal_peek (&literal) == '"')
    literal.at++;
  else if (ok && quoted)
    ok = literal_expect (&literal, "“\"”", error);
  if (ok && literal_peek (&literal) != '\0')
    ok = literal_expect (&literal, _("the end"), error);
  *offset = literal.at;
  if (!ok)
    return FALSE;
  kernel->depth = depth == 3 ? extents[2] : 0;
  kernel->size = (CnnSize) { extents[1], extents[0] };
  kernel->values = (double *) g_array_free (g_steal_pointer (&values), FALSE);
  return TRUE;
}

/* --- of a bank ------------------------------------------------------------ */

gboolean
cnn_kernel_is_open (const CnnKernel *kernel)
{
  return kernel->ref.name != NULL && kernel->tensor == NULL;
}

/* A literal of items of @tensor from number @first on. */
static CnnKernel *
kernel_of_tensor (const CnnRef *ref, const CnnTensor *tensor, int first, int n)
{
  CnnKernel *kernel = g_new0 (CnnKernel, 1);

  kernel->ref = (CnnRef) { g_ref_string_acquire (ref->name), first, n };
  /* Its count changes, not its numbers. */
  kernel->tensor = cnn_tensor_ref ((CnnTensor *) tensor);
  kernel->floats = tensor->values + cnn_tensor_length (tensor) / (gsize) tensor->dims[0] * first;
  if (tensor->n_dims == 4)
    {
      kernel->depth = tensor->dims[1];
      kernel->size = (CnnSize) { tensor->dims[2], tensor->dims[3] };
    }
  else
    kernel->size = (CnnSize) { n, tensor->dims[1] };
  return kernel;
}

/* Adds what a kernel that was not looked up means: one for each item of a tensor
 * [n][depth][rows][columns], or the matrix that is the rows of one [rows][columns]. */
gboolean
cnn_kernel_resolve (const CnnKernel *kernel, const CnnBank *bank, GPtrArray *kernels,
                    GError **error)
{
  int              n;
  const CnnTensor *tensor = cnn_ref_find (&kernel->ref, bank, &n, error);

  if (tensor == NULL)
    return FALSE;
  if (tensor->n_dims == 2)
    g_ptr_array_add (kernels, kernel_of_tensor (&kernel->ref, tensor, kernel->ref.first, n));
  else if (tensor->n_dims == 4)
    for (int i = 0; i < n; i++)
      g_ptr_array_add (kernels, kernel_of_tensor (&kernel->ref, tensor, kernel->ref.first + i, 1));
  else
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("“@%s” has %d dimensions, expected 4 for kernels (kernels, channels, rows, "
                     "columns) or 2 for a matrix"), kernel->ref.name, tensor->n_dims);
      return FALSE;
    }
  return TRUE;
}

/* --- public --------------------------------------------------------------- */

/**
 * cnn_kernel_parse:
 * @text: one kernel: a name, with numbers in parentheses where it takes some,
 *   or "[[1,2],[3,4]]" (used for every input channel), or
 *   "[[[1,2],[3,4]],[[5,6],[7,8]]]" (a matrix for each input channel); the
 *   quotes may be left out; or \@NAME, which is still to be looked up
 * @offset: (out): byte of @text that the error is at
 *
 * Returns: (transfer full) (nullable): the kernel, or %NULL with
 *   %CNN_ERROR_SPEC set
 */
CnnKernel *
cnn_kernel_parse (const char *text, gsize *offset, GError **error)
{
  CnnKernel *kernel = g_new0 (CnnKernel, 1);
  gboolean   ok;

  *offset = 0;
  if (*text == '"' || *text == '[')
    ok = parse_literal (kernel, text, offset, error);
  else if (*text == '@')
    ok = cnn_ref_parse (text, &kernel->ref, offset, error);
  else
    ok = parse_named (kernel, text, offset, error);
  if (!ok)
    g_clear_pointer (&kernel, cnn_kernel_free);
  return kernel;
}

static void
print_named (const CnnKernel *kernel, GString *text)
{
  guint last = cnn_kernel_n_params (kernel->kind);

  /* What is left out at the end is read back as the initial value; the first
   * number tells a person more than none. */
  while (last > 1 && kernel->args[last - 1] == kernel->kind->params[last - 1].initial)
    last--;
  g_string_append (text, kernel->kind->name);
  for (guint i = 0; i < last; i++)
    {
      g_string_append_c (text, i == 0 ? '(' : ',');
      cnn_number_append (text, kernel->args[i]);
    }
  if (last > 0)
    g_string_append_c (text, ')');
}

static void
print_literal (const CnnKernel *kernel, GString *text)
{
  gsize i = 0;

  g_string_append (text, kernel->depth > 0 ? "\"[" : "\"");
  for (int d = 0; d < MAX (kernel->depth, 1); d++)
    {
      g_string_append (text, d > 0 ? ",[" : "[");
      for (int y = 0; y < kernel->size.height; y++)
        {
          g_string_append (text, y > 0 ? ",[" : "[");
          for (int x = 0; x < kernel->size.width; x++)
            {
              if (x > 0)
                g_string_append_c (text, ',');
              cnn_number_append (text, cnn_kernel_value (kernel, i++));
            }
          g_string_append_c (text, ']');
        }
      g_string_append_c (text, ']');
    }
  g_string_append (text, kernel->depth > 0 ? "]\"" : "\"");
}

/**
 * cnn_kernel_print:
 *
 * Returns: (transfer full): @kernel as cnn_kernel_parse() reads it
 */
char *
cnn_kernel_print (const CnnKernel *kernel)
{
  GString *text = g_string_new (NULL);

  if (kernel->kind)
    print_named (kernel, text);
  else if (kernel->ref.name)
    cnn_ref_print (&kernel->ref, text);
  else
    print_literal (kernel, text);
  return g_string_free (text, FALSE);
}

/**
 * cnn_kernel_size:
 *
 * Returns: rows and columns it has when no other size is asked for
 */
CnnSize
cnn_kernel_size (const CnnKernel *kernel)
{
  return kernel->kind ? kernel->kind->size (kernel->args) : kernel->size;
}

/** cnn_kernel_copy: (transfer full): the same once more; what is in a bank is shared */
CnnKernel *
cnn_kernel_copy (const CnnKernel *kernel)
{
  CnnKernel *copy = g_memdup2 (kernel, sizeof *kernel);

  if (kernel->values)
    copy->values = g_memdup2 (kernel->values, (gsize) MAX (kernel->depth, 1) *
                                                (gsize) kernel->size.height *
                                                (gsize) kernel->size.width * sizeof (double));
  if (kernel->ref.name)
    copy->ref.name = g_ref_string_acquire (kernel->ref.name);
  if (kernel->tensor)
    copy->tensor = cnn_tensor_ref (kernel->tensor);
  return copy;
}

/** cnn_kernel_clear: frees what it holds, and makes it all zeros. */
void
cnn_kernel_clear (CnnKernel *kernel)
{
  g_free (kernel->values);
  cnn_ref_clear (&kernel->ref);
  g_clear_pointer (&kernel->tensor, cnn_tensor_unref);
  memset (kernel, 0, sizeof *kernel);
}

void
cnn_kernel_free (CnnKernel *kernel)
{
  cnn_kernel_clear (kernel);
  g_free (kernel);
}
