/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network-file.h"

#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "error.h"
#include "i18n.h"
#include "onnx/save.h"

/* Networks in files: ONNX models by the ending of the name, texts by any other. Nothing here
 * is the main thread's. */

/** cnn_network_file_is_model: whether the name is one of an ONNX model. */
gboolean
cnn_network_file_is_model (const char *file)
{
  gsize length = strlen (file), ending = strlen (".onnx");

  return length > ending && g_ascii_strcasecmp (file + length - ending, ".onnx") == 0;
}

/**
 * cnn_network_file_weights:
 *
 * Returns: (transfer full) (nullable): the absolute path of the file that the network's
 *   weights are in; %NULL where its text names none
 */
char *
cnn_network_file_weights (const CnnNetwork *network)
{
  const CnnNode  *input = cnn_network_node (network, 0);
  const CnnParam *param = cnn_op_param (input->op, "weights");
  const char     *path = param ? *cnn_param_field (char *const, param, input->params) : NULL;

  return path && *path ? g_canonicalize_filename (path, NULL) : NULL;
}

/* --- reading ---------------------------------------------------------------------------- */

static gboolean
cannot_read (const char *file, const char *why, GError **error)
{
  g_autofree char *name = g_filename_display_basename (file);

  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be read: %s"), name, why);
  return FALSE;
}

static char *
read_text (const char *file, GError **error)
{
  g_autofree char   *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize              length;
  GStatBuf           is;

  /* Before it is read: what has the name may be anything. */
  if (g_stat (file, &is) == 0 && !S_ISREG (is.st_mode))
    cannot_read (file, _("it is not a file"), error);
  else if (g_stat (file, &is) == 0 && is.st_size > CNN_MAX_TEXT_BYTES)
    cannot_read (file, _("it is larger than the text of any network"), error);
  else if (g_stat (file, &is) != 0)
    cannot_read (file, g_strerror (errno), error);
  else if (!g_file_get_contents (file, &text, &length, &cause))
    cannot_read (file, cause->message, error);
  else if (strlen (text) != length || !g_utf8_validate (text, (gssize) length, NULL))
    cannot_read (file, _("it is neither a text nor does its name end in .onnx"), error);
  else
    return g_steal_pointer (&text);
  return NULL;
}

/* For the picture, or where no network comes of that for a picture as large as the file's
 * authors may have had, to which the picture is scaled. */
static CnnModel *
read_model (const char *file, CnnShape picture, GError **error)
{
  CnnShape           any = { 0, 0, picture.channels };
  g_autoptr (GError) why = NULL;
  g_autofree char   *name = NULL;
  CnnModel          *model = cnn_model_open (file, picture, &why);

  if (model == NULL && g_error_matches (why, CNN_ERROR, CNN_ERROR_SHAPE))
    model = cnn_model_open (file, any, NULL);
  if (model != NULL)
    return model;
  name = g_filename_display_basename (file);
  if (strstr (why->message, name) == NULL)
    g_prefix_error (&why, _("“%s” cannot be opened: "), name);
  g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}

/**
 * cnn_network_file_read:
 * @file: an .onnx model, or a text
 * @picture: shape of the picture that it is for
 * @model: (out) (transfer full) (nullable): the model; %NULL of a text
 *
 * Returns: (transfer full): the network in the text notation; of a model right, of a text as
 *   it is. %NULL with %CNN_ERROR_IO set, or what cnn_model_open() says
 */
char *
cnn_network_file_read (const char *file, CnnShape picture, CnnModel **model, GError **error)
{
  *model = NULL;
  if (!cnn_network_file_is_model (file))
    return read_text (file, error);
  *model = read_model (file, picture, error);
  return *model ? g_strdup (cnn_model_text (*model)) : NULL;
}

/* --- writing ---------------------------------------------------------------------------- */

static gboolean
is_same_file (const char *a, const char *b)
{
  GStatBuf is, other;

  return g_stat (a, &is) == 0 && g_stat (b, &other) == 0 && is.st_dev == other.st_dev &&
         is.st_ino == other.st_ino;
}

static gboolean
write_model (const CnnFileDraft *draft, const char *file, GError **error)
{
  g_autofree char *name = g_filename_display_basename (file);
  g_autofree char *weights = draft->network ? cnn_network_file_weights (draft->network) : NULL;

  if (draft->problem != NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“%s” cannot be saved: the network has a mistake: %s"), name, draft->problem);
  else if (draft->network == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("“%s” cannot be saved: the network has no layers"), name);
  else if (weights != NULL && is_same_file (weights, file))
    /* Its tensors would have other names then. */
    g_set_error (error, CNN_ERROR, CNN_ERROR_IO,
                 _("“%s” cannot be saved: it holds the weights that this network's text names; "
                   "please choose another name"),
                 name);
  else
    return cnn_model_save (draft->network, cnn_network_input (draft->network, draft->picture),
                           draft->metadata, file, error);
  return FALSE;
}

/**
 * cnn_network_file_write:
 * @file: an .onnx model by its name, or else a text; replaced, or left as it was
 *
 * A text may have mistakes, a model may not.
 *
 * Returns: %TRUE, or %FALSE with %CNN_ERROR_SPEC or %CNN_ERROR_IO set, or what
 *   cnn_model_save() says
 */
gboolean
cnn_network_file_write (const CnnFileDraft *draft, const char *file, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char   *name = NULL;

  if (cnn_network_file_is_model (file))
    return write_model (draft, file, error);
  if (g_file_set_contents (file, draft->text, -1, &cause))
    return TRUE;
  name = g_filename_display_basename (file);
  g_set_error (error, CNN_ERROR, CNN_ERROR_IO, _("“%s” cannot be saved: %s"), name,
               cause->message);
  return FALSE;
}

/** cnn_file_draft_free: with all that it holds. */
void
cnn_file_draft_free (CnnFileDraft *draft)
{
  g_free (draft->text);
  g_free (draft->problem);
  g_clear_pointer (&draft->network, cnn_network_unref);
  g_clear_pointer (&draft->metadata, g_hash_table_unref);
  g_free (draft);
}
