/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply-private.h"

#include <string.h>

#include "i18n.h"
#include "number.h"
#include "text.h"

/* Networks that make pictures of pictures, made ready for a picture. What has to be done to
 * its numbers before and after is layers around the network, put together as text: so it
 * streams as the network does, and can be seen. */

/* Y, Cb and Cr of red, green and blue from 0 to 1, and the way back. Source: ITU-R BT.601-7,
 * section 2.5, in full range: Y of the weights below, Cb = (B − Y) / 1.772 + 1/2,
 * Cr = (R − Y) / 1.402 + 1/2. */
static const double luma[3] = { 0.299, 0.587, 0.114 };
#define CB 1.772
#define CR 1.402

/* --- settings --------------------------------------------------------------------------------- */

/** cnn_apply_settings: values from 0 to 1, red first, all channels */
CnnApplySettings
cnn_apply_settings (void)
{
  return (CnnApplySettings) { .scale = { 1.0, 1.0, 1.0 } };
}

/** cnn_apply_settings_equal: whether both ask for the same */
gboolean
cnn_apply_settings_equal (const CnnApplySettings *a, const CnnApplySettings *b)
{
  for (int c = 0; c < 3; c++)
    if (a->mean[c] != b->mean[c] || a->scale[c] != b->scale[c])
      return FALSE;
  return a->range == b->range && !a->bgr == !b->bgr && !a->luma == !b->luma;
}

/**
 * cnn_apply_numbers:
 * @text: one number, or three with commas or spaces between them
 * @numbers: (out): three of them, [3]
 *
 * Returns: whether that is what it is. Errors: %CNN_ERROR_SPEC
 */
gboolean
cnn_apply_numbers (const char *text, double *numbers, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, ", \t", -1);
  int            n = 0;

  for (int i = 0; words[i]; i++)
    {
      if (*words[i] == '\0')
        continue;
      if (n == 3 || !cnn_number_parse (words[i], -1, &numbers[n++]))
        {
          n = 0;
          break;
        }
    }
  if (n != 1 && n != 3)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   _("found “%s”, expected one number, or three with commas between them"), text);
      return FALSE;
    }
  if (n == 1)
    numbers[1] = numbers[2] = numbers[0];
  return TRUE;
}

/** cnn_apply_numbers_text: (transfer full): @numbers, [3], for cnn_apply_numbers() */
char *
cnn_apply_numbers_text (const double *numbers)
{
  GString *text = g_string_new (NULL);

  cnn_number_append (text, numbers[0]);
  if (numbers[1] != numbers[0] || numbers[2] != numbers[0])
    for (int c = 1; c < 3; c++)
      {
        g_string_append_c (text, ',');
        cnn_number_append (text, numbers[c]);
      }
  return g_string_free (text, FALSE);
}

/* --- taking a text apart ---------------------------------------------------------------------- */

static void
parts_clear (CnnApplyParts *parts)
{
  g_clear_pointer (&parts->words, g_ptr_array_unref);
  g_clear_pointer (&parts->input, g_free);
  g_clear_pointer (&parts->name, g_free);
  g_clear_pointer (&parts->bank, cnn_bank_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CnnApplyParts, parts_clear)

/* Layer by layer up to node @output. */
static gboolean
take_apart (const char *text, guint output, CnnBank *bank, CnnApplyParts *parts, GError **error)
{
  g_autoptr (CnnNetwork) network = cnn_network_parse_with (text, bank, error);
  g_autoptr (GArray)     layers = NULL;
  const CnnNode         *input;

  if (network == NULL)
    return FALSE;
  if (output == 0 || output >= cnn_network_n_nodes (network))
    output = cnn_network_n_nodes (network) - 1;
  input = cnn_network_node (network, 0);
  parts->asked = cnn_network_input (network, (CnnShape) { 0, 0, 0 });
  parts->name = g_strdup (input->name);
  parts->bank = cnn_network_bank (network) ? cnn_bank_ref (cnn_network_bank (network)) : NULL;
  parts->words = g_ptr_array_new_with_free_func (g_free);
  layers = cnn_text_split (text);
  for (guint i = 0; i < layers->len && parts->words->len < output; i++)
    {
      const CnnTextLayer *layer = &g_array_index (layers, CnnTextLayer, i);
      g_autofree char    *words = layer->off ? NULL : cnn_text_words (text, layer);
      g_autofree char    *bare = NULL;

      if (words == NULL)
        continue;
      if (strncmp (words, "input", 5) != 0 || !strchr (" \t\r\n", words[5]))
        {
          g_ptr_array_add (parts->words, g_steal_pointer (&words));
          continue;
        }
      bare = cnn_text_without_name (words);
      parts->input = cnn_text_set_param (bare, "shape", "", error);
      if (parts->input == NULL)
        return FALSE;
    }
  if (parts->input == NULL)
    parts->input = g_strdup ("input");
  return TRUE;
}

/* A name that no layer has. */
static char *
free_name (const CnnApplyParts *parts, const char *name)
{
  char *free = g_strdup (name);

  for (int i = 2;; i++)
    {
      g_autofree char *as = g_strconcat ("as=", free, NULL);
      gboolean         taken = g_strcmp0 (parts->name, free) == 0;

      for (guint k = 0; k < parts->words->len; k++)
        taken |= strstr (parts->words->pdata[k], as) != NULL;
      if (!taken)
        return free;
      g_free (free);
      free = g_strdup_printf ("%s-%d", name, i);
    }
}

/* --- layers around the network ---------------------------------------------------------------- */

static void
append_numbers (GString *text, const char *before, const double *numbers, int n)
{
  gboolean same = TRUE;

  for (int c = 1; c < n; c++)
    same &= numbers[c] == numbers[0];
  g_string_append (text, before);
  for (int c = 0; c < (same ? 1 : n); c++)
    {
      if (c > 0)
        g_string_append_c (text, ',');
      cnn_number_append (text, numbers[c]);
    }
}

/* x · @factor[c] + @term[c]: what the settings do to a channel. */
static void
affine (const CnnApplySettings *settings, double *factor, double *term)
{
  double range = settings->range == CNN_APPLY_BYTES ? 255.0
                 : settings->range == CNN_APPLY_SIGNED ? 2.0 : 1.0;
  double from = settings->range == CNN_APPLY_SIGNED ? -1.0 : 0.0;

  for (int c = 0; c < 3; c++)
    {
      factor[c] = range * settings->scale[c];
      term[c] = (from - settings->mean[c]) * settings->scale[c];
    }
}

/**
 * cnn_apply_values:
 * @channels: 1 or 3
 * @n: how many pixels
 * @from: [@n][@channels]: from 0 to 1, red first
 * @to: (out caller-allocates): [@n][@channels]: what the network wants for that
 */
void
cnn_apply_values (const CnnApplySettings *settings, int channels, gsize n, const float *from,
                  float *to)
{
  gboolean swap = settings->bgr && channels == 3;
  double   factor[3], term[3];

  affine (settings, factor, term);
  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      to[i * channels + c] =
        (float) (from[i * channels + (swap ? 2 - c : c)] * factor[c] + term[c]);
}

static gboolean
is_all (const double *numbers, double value)
{
  return numbers[0] == value && numbers[1] == value && numbers[2] == value;
}

static void
append_into (GString *text, const CnnApplySettings *settings, int channels)
{
  double factor[3], term[3];

  affine (settings, factor, term);
  if (settings->bgr && channels == 3)
    g_string_append (text, "\ngather channels=2,1,0");
  if (!is_all (factor, 1.0))
    append_numbers (text, "\nmul values=", factor, channels);
  if (!is_all (term, 0.0))
    append_numbers (text, "\nadd values=", term, channels);
}

/* The same backwards. A result of other channels than the input's has but the first's. */
static void
append_back (GString *text, const CnnApplySettings *settings, int channels)
{
  double factor[3], term[3];

  affine (settings, factor, term);
  for (int c = 0; c < 3; c++)
    {
      term[c] = -term[c];
      factor[c] = 1.0 / factor[c];
    }
  if (!is_all (term, 0.0))
    append_numbers (text, "\nadd values=", term, channels);
  if (!is_all (factor, 1.0))
    append_numbers (text, "\nmul values=", factor, channels);
  if (settings->bgr && channels == 3)
    g_string_append (text, "\ngather channels=2,1,0");
}

static void
append_matrix (GString *text, double rows[3][3])
{
  g_string_append (text, "\nconv kernels=");
  for (int r = 0; r < 3; r++)
    {
      g_string_append (text, r > 0 ? ",\"[" : "\"[");
      for (int c = 0; c < 3; c++)
        {
          g_string_append (text, c > 0 ? ",[[" : "[[");
          cnn_number_append (text, rows[r][c]);
          g_string_append (text, "]]");
        }
      g_string_append (text, "]\"");
    }
}

static void
append_to_ycc (GString *text, const char *name)
{
  double rows[3][3];

  for (int c = 0; c < 3; c++)
    {
      rows[0][c] = luma[c];
      rows[1][c] = ((c == 2) - luma[c]) / CB;
      rows[2][c] = ((c == 0) - luma[c]) / CR;
    }
  append_matrix (text, rows);
  g_string_append_printf (text, " bias=0,0.5,0.5 as=%s\ngather channels=0", name);
}

static void
append_from_ycc (GString *text, const char *ycc, const char *bright, CnnSize from, CnnSize to)
{
  double cb = -luma[2] * CB / luma[1], cr = -luma[0] * CR / luma[1];
  double rows[3][3] = { { 1.0, 0.0, CR }, { 1.0, cb, cr }, { 1.0, CB, 0.0 } };
  double bias[3] = { -CR / 2.0, -(cb + cr) / 2.0, -CB / 2.0 };
  g_autofree char *colours = g_strconcat (bright, "-colours", NULL);

  g_string_append_printf (text, " as=%s\ngather channels=1,2 from=%s", bright, ycc);
  if (from.height != to.height || from.width != to.width)
    g_string_append_printf (text, "\nresize to=%dx%d mode=cubic", to.height, to.width);
  g_string_append_printf (text, " as=%s\nconcat %s from=%s", colours, colours, bright);
  append_matrix (text, rows);
  append_numbers (text, " bias=", bias, 3);
}

static void
append_fit_in (GString *text, const CnnApplyFit *fit, CnnShape picture)
{
  const CnnSides *pad = &fit->pad;
  /* A picture that is small compared with what is added has not enough to mirror. */
  gboolean mirror = MAX (pad->top, pad->bottom) < picture.height &&
                    MAX (pad->left, pad->right) < picture.width;

  if (!fit->own_size)
    g_string_append_printf (text, "\nresize to=%dx%d mode=cubic antialias=yes", fit->seen.height,
                            fit->seen.width);
  else if (pad->top + pad->right + pad->bottom + pad->left > 0)
    g_string_append_printf (text, "\npad %d,%d,%d,%d border=%s", pad->top, pad->right,
                            pad->bottom, pad->left, mirror ? "reflect" : "replicate");
}

static void
append_fit_out (GString *text, const CnnApplyFit *fit)
{
  const CnnRect *cut = &fit->cut;

  if (cut->height != fit->made.height || cut->width != fit->made.width)
    g_string_append_printf (text, "\nslice rows=%d:%d columns=%d:%d", cut->y,
                            cut->y + cut->height, cut->x, cut->x + cut->width);
  if (cut->height != fit->result.height || cut->width != fit->result.width)
    g_string_append_printf (text, "\nresize to=%dx%d mode=cubic", fit->result.height,
                            fit->result.width);
}

/* What the network is called by its layers belongs to what it is given. */
static void
append_network (GString *text, const CnnApplyParts *parts)
{
  if (parts->name)
    g_string_append_printf (text, " as=%s", parts->name);
  for (guint i = 0; i < parts->words->len; i++)
    g_string_append_printf (text, "\n%s", (char *) parts->words->pdata[i]);
}

static gboolean
is_bounded (const CnnNetwork *network)
{
  for (guint i = 1; i < cnn_network_n_nodes (network); i++)
    {
      const CnnNode *node = cnn_network_node (network, i);

      if (cnn_node_reach (node) == CNN_REACH_WHOLE && node->op->reduction == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_luma (int in, int out, GError **error)
{
  if (in == 1 && out == 1)
    return TRUE;
  g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
               _("only the brightness can go through a network that takes 1 channel and makes 1; "
                 "this one takes %d and makes %d"), in, out);
  return FALSE;
}

/**
 * cnn_apply_new:
 * @text: a network that makes pictures of pictures
 * @output: number of the node whose output is the result; 0 for the last
 * @bank: (nullable): the weights it refers to, where they are at hand
 * @picture: shape of the picture; 3 channels for colours, 1 for brightness
 * @settings: which numbers the network wants
 *
 * Puts layers before and after the network that bring the picture's numbers and size to
 * what the network wants, and the result back.
 *
 * Returns: (transfer full): the whole, or %NULL. Errors: those of reading the text,
 *   %CNN_ERROR_SHAPE where no picture comes out, or not of that size
 */
CnnApplied *
cnn_apply_new (const char *text, guint output, CnnBank *bank, CnnShape picture,
               const CnnApplySettings *settings, GError **error)
{
  g_auto (CnnApplyParts) parts = { NULL };
  g_autoptr (CnnApplied) applied = g_new0 (CnnApplied, 1);
  g_autoptr (GString)    whole = g_string_new (NULL);
  g_autofree char       *ycc = NULL;
  g_autofree char       *bright = NULL;
  CnnApplyFit            fit;
  CnnShape               made;
  gboolean               colours;
  int                    channels;

  if (!take_apart (text, output, bank, &parts, error) ||
      !cnn_apply_find_fit (&parts, picture, &fit, &made, error))
    return NULL;
  channels = parts.asked.channels > 0 ? parts.asked.channels : picture.channels;
  if (settings->luma && !check_luma (channels, made.channels, error))
    return NULL;
  colours = settings->luma && picture.channels == 3;

  applied->input = (CnnShape) { picture.height, picture.width, colours ? 3 : channels };
  g_string_append_printf (whole, "input %dx%dx%d%s", CNN_SHAPE_ARGS (applied->input),
                          parts.input + strlen ("input"));
  if (colours)
    {
      ycc = free_name (&parts, "ycc");
      bright = free_name (&parts, "brightness");
      append_to_ycc (whole, ycc);
    }
  append_into (whole, settings, channels);
  append_fit_in (whole, &fit, picture);
  append_network (whole, &parts);
  append_fit_out (whole, &fit);
  append_back (whole, settings, made.channels);
  if (colours)
    {
      /* A name goes to a layer of ours: the network's last may have one. */
      g_string_append (whole, "\ngather channels=0");
      append_from_ycc (whole, ycc, bright, (CnnSize) { picture.height, picture.width },
                       fit.result);
    }
  g_string_append_c (whole, '\n');

  applied->text = g_strdup (whole->str);
  applied->network = cnn_network_parse_with (whole->str, parts.bank, error);
  if (applied->network == NULL)
    return NULL;
  applied->infos = cnn_network_infer (applied->network, applied->input, error);
  if (applied->infos == NULL)
    return NULL;
  applied->output = applied->infos[cnn_network_n_nodes (applied->network) - 1].shape;
  applied->own_size = fit.own_size;
  applied->seen = fit.seen;
  applied->bounded = is_bounded (applied->network);
  return g_steal_pointer (&applied);
}

void
cnn_applied_free (CnnApplied *applied)
{
  g_clear_pointer (&applied->network, cnn_network_unref);
  g_free (applied->infos);
  g_free (applied->text);
  g_free (applied);
}

/**
 * cnn_apply_text:
 *
 * Returns: (transfer full): the text of cnn_apply_new(), or %NULL
 */
char *
cnn_apply_text (const char *text, CnnShape picture, const CnnApplySettings *settings,
                GError **error)
{
  g_autoptr (CnnApplied) applied = cnn_apply_new (text, 0, NULL, picture, settings, error);

  return applied ? g_steal_pointer (&applied->text) : NULL;
}
