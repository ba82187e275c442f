/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "apply-private.h"

#include <math.h>
#include <string.h>

#include "i18n.h"

/* How a network and a picture's size are brought together. A network that makes n + 1 rows
 * of every k + 1 more is local, whatever its input line says, and is given the picture's own
 * pixels: with some mirrored around them where its windows have no padding, or where it
 * wants the multiple of a step. Any other is given a scaled picture. */

/* Sizes that are tried where the network says none. */
#define TRIED 256

/* A network that makes less of a picture than this makes no picture. */
#define LEAST (1.0 / 64.0)

/* How much larger than the picture a network's own size may be to be filled up. */
#define MOST_FILLED 64

static const int multiples[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 3, 5, 6, 7, 9, 10, 12, 20, 24,
                                 28, 48, 96 };

/** Line: what comes out of n cells is @slope · n + @offset. */
typedef struct
{
  double slope;
  double offset;
} Line;

/* (transfer full): the network as it was, for an input of this size; 0 leaves it open. */
char *
cnn_apply_join (const CnnApplyParts *parts, int height, int width, int channels)
{
  GString *text = g_string_new ("input ");

  if (height > 0)
    g_string_append_printf (text, "%dx%dx", height, width);
  else
    g_string_append (text, "?x?x");
  if (channels > 0)
    g_string_append_printf (text, "%d", channels);
  else
    g_string_append_c (text, '?');
  g_string_append (text, parts->input + strlen ("input"));
  if (parts->name)
    g_string_append_printf (text, " as=%s", parts->name);
  for (guint i = 0; i < parts->words->len; i++)
    g_string_append_printf (text, "\n%s", (char *) parts->words->pdata[i]);
  return g_string_free (text, FALSE);
}

static gboolean
output_of (const CnnNetwork *network, CnnShape input, CnnShape *output, GError **error)
{
  g_autofree CnnNodeInfo *infos = NULL;

  /* Who pads may come to sizes that nobody has. */
  if (input.height > 1 << 20 || input.width > 1 << 20)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("the picture is too large"));
      return FALSE;
    }
  infos = cnn_network_infer (network, input, error);
  if (infos == NULL)
    return FALSE;
  *output = infos[cnn_network_n_nodes (network) - 1].shape;
  return TRUE;
}

static gboolean
find_line (int n, int made, int more, int made_more, Line *line)
{
  line->slope = (double) (made_more - made) / (more - n);
  line->offset = made - line->slope * n;
  return line->slope >= LEAST && fabs (line->offset) < made;
}

/* Whether the network treats every part of a picture alike, and what comes out. */
static gboolean
find_lines (const CnnNetwork *network, CnnShape asked, int channels, Line *rows, Line *columns)
{
  CnnShape small = { asked.height > 0 ? asked.height : TRIED,
                     asked.width > 0 ? asked.width : TRIED, channels };
  CnnShape large = { 2 * small.height, 2 * small.width, channels };
  CnnShape made, made_more;

  return output_of (network, small, &made, NULL) && output_of (network, large, &made_more, NULL) &&
         find_line (small.height, made.height, large.height, made_more.height, rows) &&
         find_line (small.width, made.width, large.width, made_more.width, columns);
}

/* Rows (columns) added before and in all so that the result has all of the picture's, and
 * what is seen is a multiple; and where in what comes out the result lies. */
static gboolean
fit_line (const Line *line, int n, int multiple, int made, int *before, int *seen, int *first,
          int *result)
{
  *before = line->offset < 0.0 ? (int) ceil (-line->offset / line->slope / 2.0) : 0;
  *seen = n + 2 * *before;
  *seen = (*seen + multiple - 1) / multiple * multiple;
  *first = (int) floor (line->slope * *before + line->offset / 2.0 + 0.5);
  *result = MAX ((int) floor (line->slope * n + 0.5), 1);
  return made == 0 || (fabs (line->slope * *seen + line->offset - made) < 1e-6 && *first >= 0 &&
                       *first + *result <= made);
}

static gboolean
fit_multiple (const CnnNetwork *network, const Line *rows, const Line *columns, CnnShape picture,
              int channels, int multiple, CnnApplyFit *fit, CnnShape *made)
{
  CnnSides *pad = &fit->pad;
  CnnRect  *cut = &fit->cut;

  *fit = (CnnApplyFit) { .own_size = TRUE };
  fit_line (rows, picture.height, multiple, 0, &pad->top, &fit->seen.height, &cut->y,
            &cut->height);
  fit_line (columns, picture.width, multiple, 0, &pad->left, &fit->seen.width, &cut->x,
            &cut->width);
  if (!output_of (network, (CnnShape) { fit->seen.height, fit->seen.width, channels }, made,
                  NULL) ||
      !fit_line (rows, picture.height, multiple, made->height, &pad->top, &fit->seen.height,
                 &cut->y, &cut->height) ||
      !fit_line (columns, picture.width, multiple, made->width, &pad->left, &fit->seen.width,
                 &cut->x, &cut->width))
    return FALSE;
  pad->bottom = fit->seen.height - picture.height - pad->top;
  pad->right = fit->seen.width - picture.width - pad->left;
  fit->made = (CnnSize) { made->height, made->width };
  fit->result = (CnnSize) { cut->height, cut->width };
  return TRUE;
}

/* How much of the @made rows (columns) that come of @seen shows the picture's @n: in
 * proportion; but where a network rounds up, what is too much is at the end. */
static int
part_of (int made, int seen, int n)
{
  int times = MAX ((made + seen / 2) / seen, 1);
  int over = made - times * seen;

  if (over >= 0 && over < MIN (MOST_FILLED, MAX (seen / 8, 2)))
    return times * n;
  return MAX ((int) ((gint64) made * n / seen), 1);
}

/* The network was made for one size: the picture is filled up to it, or scaled. */
static gboolean
fit_fixed (const CnnNetwork *network, CnnShape asked, CnnShape picture, int channels,
           CnnApplyFit *fit, CnnShape *made, GError **error)
{
  int height = asked.height > 0 ? asked.height : picture.height;
  int width = asked.width > 0 ? asked.width : picture.width;

  *fit = (CnnApplyFit) { .seen = { height, width } };
  if (!output_of (network, (CnnShape) { height, width, channels }, made, error))
    return FALSE;
  fit->made = (CnnSize) { made->height, made->width };
  fit->cut = (CnnRect) { 0, 0, made->width, made->height };
  fit->result = (CnnSize) { picture.height, picture.width };
  if (height < picture.height || width < picture.width ||
      height >= picture.height + MOST_FILLED || width >= picture.width + MOST_FILLED)
    return TRUE;
  fit->own_size = TRUE;
  fit->pad = (CnnSides) { 0, width - picture.width, height - picture.height, 0 };
  fit->cut.height = part_of (made->height, height, picture.height);
  fit->cut.width = part_of (made->width, width, picture.width);
  fit->result = (CnnSize) { fit->cut.height, fit->cut.width };
  return TRUE;
}

static gboolean
is_picture (CnnShape made, GError **error)
{
  if (made.height == 1 && made.width == 1 && made.channels > 1)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                 _("the network makes no picture but %d values; Feature Maps shows those"),
                 made.channels);
  else if (made.channels != 1 && made.channels != 3)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                 dngettext ("convolens",
                            "what the network makes has %d channel; a picture has 1 (grey) or 3 "
                            "(red, green, blue). Feature Maps shows each of them",
                            "what the network makes has %d channels; a picture has 1 (grey) or 3 "
                            "(red, green, blue). Feature Maps shows each of them", made.channels),
                 made.channels);
  else
    return TRUE;
  return FALSE;
}

/* Finds how a picture goes through the network, and the shape of what the network makes. */
gboolean
cnn_apply_find_fit (const CnnApplyParts *parts, CnnShape picture, CnnApplyFit *fit,
                    CnnShape *output, GError **error)
{
  CnnShape               asked = parts->asked;
  int                    channels = asked.channels > 0 ? asked.channels : picture.channels;
  gboolean               fixed = asked.height > 0 || asked.width > 0;
  g_autofree char       *text = cnn_apply_join (parts, 0, 0, asked.channels);
  g_autoptr (CnnNetwork) network = cnn_network_parse_with (text, parts->bank, error);
  gboolean               found = FALSE;
  Line                   rows, columns;

  if (network == NULL)
    return FALSE;
  if (channels != 1 && channels != 3)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   dngettext ("convolens",
                              "the network's input has %d channel; a picture can give 1 (grey) or "
                              "3 (red, green, blue)",
                              "the network's input has %d channels; a picture can give 1 (grey) or "
                              "3 (red, green, blue)", channels), channels);
      return FALSE;
    }
  if (!(asked.height == picture.height && asked.width == picture.width) &&
      find_lines (network, asked, channels, &rows, &columns))
    for (guint i = 0; i < G_N_ELEMENTS (multiples) && !found; i++)
      found = fit_multiple (network, &rows, &columns, picture, channels, multiples[i], fit, output);
  if (!found && !fixed)
    {
      if (!output_of (network, (CnnShape) { picture.height, picture.width, channels }, output,
                      error) || !is_picture (*output, error))
        return FALSE;
    }
  if (!found && !fit_fixed (network, asked, picture, channels, fit, output, error))
    return FALSE;
  if (!is_picture (*output, error))
    return FALSE;
  /* Where less comes out than the picture has, it is brought to the picture's size. */
  if (fit->result.height < picture.height || fit->result.width < picture.width)
    fit->result = (CnnSize) { picture.height, picture.width };
  return TRUE;
}

/* The next multiple. */
static int
up_to (int n, int multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

/**
 * cnn_apply_open:
 * @file: path of an .onnx file
 * @picture: shape of the picture it is to be applied to
 *
 * Opens a file for a picture; where it cannot take one of that size, for one that is a
 * little larger.
 *
 * Returns: (transfer full): the network, or %NULL. Errors: those of cnn_model_open()
 */
CnnModel *
cnn_apply_open (const char *file, CnnShape picture, GError **error)
{
  static const int   steps[] = { 4, 8, 16, 32, 64 };
  g_autoptr (GError) first = NULL;
  CnnModel          *model = cnn_model_open (file, picture, &first);

  for (guint i = 0; i < G_N_ELEMENTS (steps) && model == NULL &&
                    g_error_matches (first, CNN_ERROR, CNN_ERROR_SHAPE); i++)
    model = cnn_model_open (file, (CnnShape) { up_to (picture.height, steps[i]),
                                               up_to (picture.width, steps[i]),
                                               picture.channels }, NULL);
  if (model == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return model;
}
