/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reader.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* The nodes of a model in one list: calls of the model's own functions are replaced by
 * the functions' bodies. Without calling itself: functions being put in place are a stack. */

#define MAX_CALLS 64 /* of functions inside of each other */

/* A function that is being put in place of a call, or the graph itself. */
typedef struct
{
  const Onnx__FunctionProto *function; /* NULL for the graph */
  Onnx__NodeProto          **nodes;
  size_t                     n_nodes;
  size_t                     at;
  char                      *prefix;
  GHashTable                *opsets; /* domain → version */
  GHashTable                *names;  /* inner name → name; NULL for the graph */
  GHashTable                *given;  /* attribute's name → AttributeProto, in a function */
} Frame;

typedef struct
{
  CnnOnnxReader         *reader;
  const Onnx__ModelProto *model;
  CnnOnnxKeeps           keeps;
  GHashTable            *functions; /* domain, name and overload in lines → FunctionProto */
  GHashTable            *taken; /* names of values in use */
  GPtrArray             *strings;
  GPtrArray             *flat;
  GPtrArray             *frames;
  guint                  steps;
  guint                  unique; /* counts made up names */
  gboolean               full;   /* made up names took too much memory */
} Work;

static const char *
domain_of (const char *domain)
{
  return !domain || strcmp (domain, "ai.onnx") == 0 ? "" : domain;
}

static const char *
text_of (const char *text)
{
  return text ? text : "";
}

static void
frame_free (gpointer data)
{
  Frame *frame = data;

  g_free (frame->prefix);
  g_clear_pointer (&frame->opsets, g_hash_table_unref);
  g_clear_pointer (&frame->names, g_hash_table_unref);
  g_clear_pointer (&frame->given, g_hash_table_unref);
  g_free (frame);
}

static void
flat_free (gpointer data)
{
  CnnOnnxFlat *flat = data;

  g_free (flat->name);
  g_free (flat->op);
  g_free (flat->domain);
  g_ptr_array_unref (flat->in);
  g_ptr_array_unref (flat->out);
  g_array_unref (flat->bound);
  g_free (flat);
}

static GHashTable *
opsets_new (Onnx__OperatorSetIdProto **imports,
            size_t                     n,
            GError                   **error)
{
  g_autoptr (GHashTable) opsets = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t i = 0; i < n; i++)
    {
      const char *domain = domain_of (imports[i]->domain);
      gint64      version = imports[i]->version;

      if (!*domain && (version < 7 || version > 22))
        {
          g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                       _("the model uses ONNX's operators of version %lld; those from 7 to 22 can "
                         "be read"), (long long) version);
          return NULL;
        }
      g_hash_table_insert (opsets, (gpointer) domain,
                           GINT_TO_POINTER ((int) CLAMP (version, 0, G_MAXINT32)));
    }
  return g_steal_pointer (&opsets);
}

static char *
function_key (const char *domain,
              const char *name,
              const char *overload)
{
  return g_strdup_printf ("%s\n%s\n%s", domain, name, overload);
}

/* Of functions that are called alike the first counts. */
static GHashTable *
functions_new (const Onnx__ModelProto *model)
{
  GHashTable *functions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (size_t i = model->n_functions; i-- > 0;)
    {
      Onnx__FunctionProto *function = model->functions[i];

      g_hash_table_insert (functions, function_key (domain_of (function->domain),
                                                    text_of (function->name),
                                                    text_of (function->overload)), function);
    }
  return functions;
}

static const Onnx__FunctionProto *
find_function (Work       *work,
               const char *domain,
               const char *name,
               const char *overload)
{
  g_autofree char *key = NULL;

  if (g_hash_table_size (work->functions) == 0)
    return NULL;
  key = function_key (domain, name, overload);
  return g_hash_table_lookup (work->functions, key);
}

/* What a name in this frame is called in the whole model; new names are made unique. */
static const char *
outer_name (Work       *work,
            Frame      *frame,
            const char *name)
{
  const char *found;
  char       *made;

  if (!frame->names || !*name)
    return name;
  found = g_hash_table_lookup (frame->names, name);
  if (found)
    return found;
  if (!cnn_onnx_budget_take (work->reader->budget,
                             256 + (strlen (frame->prefix) + strlen (name)) / 16 * 17, NULL))
    {
      work->full = TRUE;
      return name;
    }
  made = g_strconcat (frame->prefix, "/", name, NULL);
  /* One counter for all: trying each name from 2 would take the square of their number. */
  while (g_hash_table_contains (work->taken, made))
    {
      g_free (made);
      made = g_strdup_printf ("%s/%s %u", frame->prefix, name, ++work->unique);
    }
  g_ptr_array_add (work->strings, made);
  g_hash_table_add (work->taken, made);
  g_hash_table_insert (frame->names, (gpointer) name, made);
  return made;
}

static char *
node_name (Work                  *work,
           Frame                 *frame,
           const Onnx__NodeProto *proto)
{
  g_autofree char *valid = g_utf8_make_valid (text_of (proto->name), -1);
  g_autofree char *op = g_utf8_make_valid (text_of (proto->op_type), -1);
  g_autofree char *own = *valid ? g_steal_pointer (&valid)
                                : g_strdup_printf ("%s %zu", op, frame->at + 1);

  return *frame->prefix ? g_strconcat (frame->prefix, "/", own, NULL) : g_steal_pointer (&own);
}

/* The node's attributes; those that refer to the function's get what the call gave. */
static GArray *
bind_attributes (Frame                 *frame,
                 const Onnx__NodeProto *proto)
{
  GArray *bound = g_array_new (FALSE, TRUE, sizeof (CnnOnnxBound));

  for (size_t i = 0; i < proto->n_attribute; i++)
    {
      const Onnx__AttributeProto *attribute = proto->attribute[i];
      CnnOnnxBound                one = { text_of (attribute->name), attribute };

      if (attribute->ref_attr_name && *attribute->ref_attr_name)
        one.proto = frame->given ? g_hash_table_lookup (frame->given, attribute->ref_attr_name)
                                 : NULL;
      if (one.proto)
        g_array_append_val (bound, one);
    }
  return bound;
}

static gboolean
add_flat (Work        *work,
          CnnOnnxFlat *flat,
          GError     **error)
{
  gsize bytes = 256 + 16 * (gsize) (flat->in->len + flat->out->len)
                + 2 * strlen (flat->name) + sizeof (CnnOnnxBound) * (gsize) flat->bound->len;

  for (guint i = 0; i < flat->out->len; i++)
    bytes += 256 + 2 * strlen (flat->out->pdata[i]);
  g_ptr_array_add (work->flat, flat);
  return cnn_onnx_budget_take (work->reader->budget, work->full ? G_MAXSIZE / 2 : bytes, error);
}

/* A function may hand on an input as its output. */
static gboolean
add_identity (Work        *work,
              const char  *name,
              const char  *in,
              const char  *out,
              int          version,
              GError     **error)
{
  CnnOnnxFlat *flat = g_new0 (CnnOnnxFlat, 1);

  flat->name = g_strdup_printf ("%s/Identity", name);
  flat->op = g_strdup ("Identity");
  flat->domain = g_strdup ("");
  flat->version = version;
  flat->in = g_ptr_array_new ();
  flat->out = g_ptr_array_new ();
  flat->bound = g_array_new (FALSE, TRUE, sizeof (CnnOnnxBound));
  g_ptr_array_add (flat->in, (gpointer) in);
  g_ptr_array_add (flat->out, (gpointer) out);
  return add_flat (work, flat, error);
}

static gboolean
enter (Work                       *work,
       Frame                      *frame,
       const Onnx__NodeProto      *proto,
       const Onnx__FunctionProto  *function,
       const char                 *name,
       GError                    **error)
{
  g_autoptr (GArray) bound = bind_attributes (frame, proto);
  Frame             *inner;
  GHashTable        *opsets;
  gboolean           recursive = work->frames->len > MAX_CALLS;

  for (guint i = 0; i < work->frames->len; i++)
    recursive |= ((Frame *) work->frames->pdata[i])->function == function;
  if (recursive || proto->n_input > function->n_input || proto->n_output > function->n_output)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   recursive ? _("node “%s”: the function “%s” calls itself")
                             : _("node “%s”: it has more inputs or outputs than the function “%s”"),
                   name, text_of (function->name));
      return FALSE;
    }
  if (!(opsets = opsets_new (function->opset_import, function->n_opset_import, error))
      || !cnn_onnx_budget_take (work->reader->budget, 1024 + 2 * strlen (name), error))
    {
      g_clear_pointer (&opsets, g_hash_table_unref);
      return FALSE;
    }

  work->steps += (guint) MIN (function->n_input + function->n_attribute_proto, CNN_ONNX_MAX_STEPS);
  inner = g_new0 (Frame, 1);
  inner->function = function;
  inner->nodes = function->node;
  inner->n_nodes = function->n_node;
  inner->prefix = g_strdup (name);
  inner->opsets = opsets;
  inner->names = g_hash_table_new (g_str_hash, g_str_equal);
  inner->given = g_hash_table_new (g_str_hash, g_str_equal);
  g_ptr_array_add (work->frames, inner);

  for (size_t i = 0; i < function->n_attribute_proto; i++)
    g_hash_table_insert (inner->given, (gpointer) text_of (function->attribute_proto[i]->name),
                         function->attribute_proto[i]);
  for (guint i = 0; i < bound->len; i++)
    {
      CnnOnnxBound *one = &g_array_index (bound, CnnOnnxBound, i);

      g_hash_table_insert (inner->given, (gpointer) one->name, (gpointer) one->proto);
    }
  for (size_t i = 0; i < function->n_input; i++)
    g_hash_table_insert (inner->names, function->input[i],
                         (gpointer) (i < proto->n_input
                                       ? outer_name (work, frame, proto->input[i]) : ""));
  for (size_t i = 0; i < proto->n_output; i++)
    {
      const char *out = outer_name (work, frame, proto->output[i]);
      const char *before = g_hash_table_lookup (inner->names, function->output[i]);

      if (!*out)
        continue;
      if (!before)
        g_hash_table_insert (inner->names, function->output[i], (gpointer) out);
      else if (!add_identity (work, name, before, out,
                              GPOINTER_TO_INT (g_hash_table_lookup (opsets, "")), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
step (Work    *work,
      Frame   *frame,
      GError **error)
{
  const Onnx__NodeProto     *proto = frame->nodes[frame->at];
  g_autofree char           *name = node_name (work, frame, proto);
  const char                *domain = domain_of (proto->domain);
  const char                *op = text_of (proto->op_type);
  const Onnx__FunctionProto *function = find_function (work, domain, op,
                                                       text_of (proto->overload));
  CnnOnnxFlat               *flat;
  gboolean                   imported = g_hash_table_contains (frame->opsets, domain);

  frame->at++;
  if (++work->steps > CNN_ONNX_MAX_STEPS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the model has more than %d nodes"),
                   CNN_ONNX_MAX_STEPS);
      return FALSE;
    }
  if (!*op || (!*domain && !imported && !function))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_FORMAT,
                   !*op ? _("node “%s” does not say what it does")
                        : _("node “%s”: the model does not say which version of ONNX's operators "
                            "it uses"), name);
      return FALSE;
    }
  if (function && !(work->keeps && work->keeps (domain, op)))
    return enter (work, frame, proto, function, name, error);

  flat = g_new0 (CnnOnnxFlat, 1);
  flat->op = g_utf8_make_valid (op, -1);
  flat->domain = g_utf8_make_valid (domain, -1);
  flat->version = GPOINTER_TO_INT (g_hash_table_lookup (frame->opsets, domain));
  flat->in = g_ptr_array_new ();
  flat->out = g_ptr_array_new ();
  flat->bound = bind_attributes (frame, proto);
  for (size_t i = 0; i < proto->n_input; i++)
    g_ptr_array_add (flat->in, (gpointer) outer_name (work, frame, proto->input[i]));
  for (size_t i = 0; i < proto->n_output; i++)
    g_ptr_array_add (flat->out, (gpointer) outer_name (work, frame, proto->output[i]));
  flat->name = g_steal_pointer (&name);
  return add_flat (work, flat, error);
}

/* Every name the graph itself uses, so that those of functions stay clear of them. */
static void
take_names (Work *work)
{
  const Onnx__GraphProto *graph = work->model->graph;

  for (size_t i = 0; i < graph->n_node; i++)
    {
      for (size_t k = 0; k < graph->node[i]->n_input; k++)
        g_hash_table_add (work->taken, graph->node[i]->input[k]);
      for (size_t k = 0; k < graph->node[i]->n_output; k++)
        g_hash_table_add (work->taken, graph->node[i]->output[k]);
    }
  for (size_t i = 0; i < graph->n_initializer; i++)
    g_hash_table_add (work->taken, (gpointer) text_of (graph->initializer[i]->name));
  for (size_t i = 0; i < graph->n_input; i++)
    g_hash_table_add (work->taken, (gpointer) text_of (graph->input[i]->name));
}

/**
 * cnn_onnx_flatten:
 * @model: with a graph
 * @keeps: (nullable): which calls stay nodes
 * @strings: where names that are made up are put
 * @opset: (out): version of ONNX's own operators, 0 if the model names none
 *
 * Returns: (transfer full): of CnnOnnxFlat, whose names live as long as @strings and @model do;
 *   %NULL with CNN_ERROR_FORMAT, UNSUPPORTED or LIMIT set
 */
GPtrArray *
cnn_onnx_flatten (CnnOnnxReader           *reader,
                  const Onnx__ModelProto  *model,
                  CnnOnnxKeeps             keeps,
                  GPtrArray               *strings,
                  gint64                  *opset,
                  GError                 **error)
{
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray)  flat = g_ptr_array_new_with_free_func (flat_free);
  g_autoptr (GPtrArray)  frames = g_ptr_array_new_with_free_func (frame_free);
  g_autoptr (GHashTable) functions = functions_new (model);
  Work                   work = {
    .reader = reader, .model = model, .keeps = keeps, .functions = functions, .taken = taken,
    .strings = strings, .flat = flat, .frames = frames, .unique = 1,
  };
  Frame                 *top = g_new0 (Frame, 1);

  g_ptr_array_add (frames, top);
  top->nodes = model->graph->node;
  top->n_nodes = model->graph->n_node;
  top->prefix = g_strdup ("");
  top->opsets = opsets_new (model->opset_import, model->n_opset_import, error);
  if (!top->opsets)
    return NULL;
  *opset = GPOINTER_TO_INT (g_hash_table_lookup (top->opsets, ""));
  take_names (&work);

  while (frames->len > 0)
    {
      Frame *frame = frames->pdata[frames->len - 1];

      if (frame->at == frame->n_nodes)
        g_ptr_array_set_size (frames, (int) frames->len - 1);
      else if (!step (&work, frame, error))
        return NULL;
    }

  return g_steal_pointer (&flat);
}
