/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel-param.h"

#include <string.h>

#include "error.h"
#include "i18n.h"

/* Kernels in a layer of a draft. How many there are and how large they are may also be
 * said by other parameters, which have to agree with a list of kernels. */

/* The parameter that says how many there are where no list does, or NULL. */
static const CnnParam *
count_param (const CnnOp *op)
{
  for (const CnnParam *param = op->params; param->key; param++)
    if (param->type == CNN_PARAM_INT && param->positional && param->zero)
      return param;
  return NULL;
}

/* The one that says how large they are, or NULL. */
static const CnnParam *
size_param (const CnnOp *op)
{
  const CnnParam *param = cnn_op_param (op, "size");

  return param && param->type == CNN_PARAM_SIZE ? param : NULL;
}

/* The node before a layer, also where the layer itself does not fit; −1 if unknown. */
static int
input_node (CnnDraft *draft, guint layer)
{
  int number = cnn_draft_layer (draft, layer)->number;

  if (cnn_draft_infos (draft) == NULL)
    return -1;
  if (number > 0)
    return (int) cnn_network_node (cnn_draft_network (draft), (guint) number)->in[0];
  while (layer-- > 0)
    if (cnn_draft_layer (draft, layer)->number >= 0)
      return cnn_draft_layer (draft, layer)->number;
  return 0;
}

/**
 * kernel_param_layer:
 * @layer: a layer that can be read
 *
 * Returns: what its kernels meet
 */
CnnKernelLayer
kernel_param_layer (CnnDraft *draft, guint layer)
{
  const CnnDraftLayer *at     = cnn_draft_layer (draft, layer);
  const CnnParam      *size   = size_param (at->op);
  const CnnParam      *count  = count_param (at->op);
  const CnnParam      *groups = cnn_op_param (at->op, "groups");
  int                  node   = input_node (draft, layer);
  int                  n_in   = node >= 0 ? cnn_draft_infos (draft)[node].shape.channels : 0;
  int                  n_groups;
  CnnKernelLayer       meets;

  /* Compared as bytes. */
  memset (&meets, 0, sizeof meets);
  meets.matrix = size == NULL;
  if (meets.matrix)
    {
      meets.size.height = count ? *cnn_param_field (int, count, at->node->params) : 0;
      meets.size.width = n_in;
      return meets;
    }
  n_groups = groups ? *cnn_param_field (int, groups, at->node->params) : 1;
  meets.size = *cnn_param_field (CnnSize, size, at->node->params);
  meets.channels = n_groups == 0 ? MIN (n_in, 1) : n_in / n_groups;
  meets.colour = node == 0 && n_in == 3 && n_groups == 1;
  return meets;
}

/* The least size that holds all of them. */
static CnnSize
common_size (const GPtrArray *kernels)
{
  CnnSize size = { 0, 0 };

  for (guint i = 0; kernels && i < kernels->len; i++)
    {
      CnnSize own = cnn_kernel_size (kernels->pdata[i]);

      size.height = MAX (size.height, own.height);
      size.width = MAX (size.width, own.width);
    }
  return size;
}

/* The least that holds those that cannot be drawn smaller. */
static CnnSize
needed_size (const GPtrArray *kernels, CnnSize size)
{
  for (guint i = 0; i < kernels->len; i++)
    {
      const CnnKernel *kernel = kernels->pdata[i];
      CnnSize          own    = cnn_kernel_size (kernel);

      if (kernel->kind && kernel->kind->grows)
        continue;
      size.height = MAX (size.height, own.height);
      size.width = MAX (size.width, own.width);
    }
  return size;
}

static gboolean
set_int (CnnDraft *draft, guint layer, const CnnParam *param, int value, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%d", value);

  return cnn_draft_set_param (draft, layer, param->key, text, error);
}

static gboolean
set_size (CnnDraft *draft, guint layer, const CnnParam *param, CnnSize size, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%dx%d", size.height, size.width);

  return cnn_draft_set_param (draft, layer, param->key, text, error);
}

typedef struct
{
  const CnnParam  *param;
  const CnnParam  *count;
  const CnnParam  *size;
  int              counted; /* what the layer says now; 0 for nothing */
  CnnSize          sized;
  int              maps;    /* what comes out of it now */
  const GPtrArray *had;
  const GPtrArray *now;
} Change;

/* From a list, or none, to a list: it alone says how many there are. Each step leaves a
 * layer that can be read. */
static gboolean
set_list (CnnDraft *draft, guint layer, const Change *change, const char *value, GError **error)
{
  const CnnKernel *first = change->now->pdata[0];
  int              n     = change->size ? (int) change->now->len : cnn_kernel_size (first).height;

  if (change->size && change->sized.height > 0)
    {
      CnnSize size = needed_size (change->now, change->sized);

      if ((size.height != change->sized.height || size.width != change->sized.width) &&
          !set_size (draft, layer, change->size, size, error))
        return FALSE;
    }
  if (change->count && change->counted > 0 &&
      !(change->had ? cnn_draft_set_param (draft, layer, change->count->key, "", error)
                    : set_int (draft, layer, change->count, n, error)))
    return FALSE;
  return cnn_draft_set_param (draft, layer, change->param->key, value, error) &&
         (change->count == NULL || change->counted == 0 || change->had != NULL ||
          cnn_draft_set_param (draft, layer, change->count->key, "", error));
}

/* From a list back to random numbers: as many, and as large. */
static gboolean
set_none (CnnDraft *draft, guint layer, const Change *change, GError **error)
{
  if (change->had && change->count && change->counted == 0 &&
      !set_int (draft, layer, change->count, change->maps, error))
    return FALSE;
  if (change->had && change->size && change->sized.height == 0 &&
      !set_size (draft, layer, change->size, common_size (change->had), error))
    return FALSE;
  return cnn_draft_set_param (draft, layer, change->param->key, "", error);
}

/**
 * kernel_param_set:
 * @layer: a layer that can be read
 * @param: its parameter of type %CNN_PARAM_KERNELS
 * @value: kernels in the text notation; empty for random ones
 *
 * Changes the kernels, and what else the layer says of their number and size so that it
 * fits them, as one step of undo.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC or %CNN_ERROR_LIMIT set and no change
 */
gboolean
kernel_param_set (CnnDraft *draft, guint layer, const CnnParam *param, const char *value,
                  GError **error)
{
  const CnnDraftLayer  *at    = cnn_draft_layer (draft, layer);
  const CnnParam        alone = { .key = param->key, .type = param->type, .initial = "" };
  g_autofree char      *words = g_strdup (at->text);
  GPtrArray            *said  = *cnn_param_field (GPtrArray *, param, at->node->params);
  g_autoptr (GPtrArray) had   = said ? g_ptr_array_ref (said) : NULL;
  g_autoptr (GPtrArray) now   = NULL;
  Change                change = { .param = param };
  gboolean              ok;

  if (strlen (value) > CNN_MAX_TEXT_BYTES)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("these are more numbers than a network's text may have"));
      return FALSE;
    }
  if (!cnn_param_parse (&alone, value, &now, NULL, error) ||
      !cnn_param_resolve (&alone, value, &now, cnn_draft_bank (draft), NULL, error))
    return FALSE;
  change.count = count_param (at->op);
  change.size = size_param (at->op);
  change.had = had;
  change.now = now;
  if (change.count)
    change.counted = *cnn_param_field (int, change.count, at->node->params);
  if (change.size)
    change.sized = *cnn_param_field (CnnSize, change.size, at->node->params);
  if (at->number >= 0)
    change.maps = cnn_draft_infos (draft)[at->number].shape.channels;
  else if (had)
    change.maps = change.size ? (int) had->len : common_size (had).height;

  cnn_draft_begin (draft);
  ok = now ? set_list (draft, layer, &change, value, error)
           : set_none (draft, layer, &change, error);
  if (!ok)
    cnn_draft_set_layer (draft, layer, words);
  cnn_draft_end (draft);
  return ok;
}
