/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ink.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "i18n.h"
#include "specks.h"

/* Ink is what differs from the paper, and the paper is what lies along the edge: so it does
 * not matter which of them is brighter, nor which colours they have. Where the difference
 * between the two begins is Otsu's question: the threshold that parts the differences into
 * two classes as far from each other as possible. */

#define BINS 256

/* Less than this is not drawn but grain, or a colour nobody can tell from the paper's. */
#define LEAST_CONTRAST 0.04f
#define GRAIN          0.1f

/* An opaque part that fills its rectangle so far is a page rather than strokes. */
#define PAGE_SHARE 0.8

typedef struct
{
  CnnSize      size;
  int          channels;
  const float *colours;
  const float *alpha;    /* (nullable) */
  const float *selected; /* (nullable) */
} Sheet;

static gboolean
is_selected (const Sheet *sheet, int y, int x)
{
  return y >= 0 && y < sheet->size.height && x >= 0 && x < sheet->size.width &&
         (sheet->selected == NULL || sheet->selected[(gsize) y * sheet->size.width + x] >= 0.5f);
}

static gboolean
is_edge (const Sheet *sheet, int y, int x)
{
  return is_selected (sheet, y, x) &&
         (!is_selected (sheet, y - 1, x) || !is_selected (sheet, y + 1, x) ||
          !is_selected (sheet, y, x - 1) || !is_selected (sheet, y, x + 1));
}

static int
compare (const void *a, const void *b)
{
  float one = *(const float *) a, other = *(const float *) b;

  return (one > other) - (one < other);
}

static float
median (GArray *values)
{
  qsort (values->data, values->len, sizeof (float), compare);
  return g_array_index (values, float, values->len / 2);
}

/* The paper's colour; FALSE where the paper is transparent. */
static gboolean
find_paper (const Sheet *sheet, float *paper)
{
  double n = 0.0, opaque = 0.0;

  for (int c = 0; c < sheet->channels; c++)
    {
      g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));

      n = opaque = 0.0;
      for (int y = 0; y < sheet->size.height; y++)
        for (int x = 0; x < sheet->size.width; x++)
          {
            gsize i = (gsize) y * sheet->size.width + x;
            float a = sheet->alpha != NULL ? sheet->alpha[i] : 1.0f;

            if (!is_edge (sheet, y, x))
              continue;
            n++;
            opaque += a;
            if (a >= 0.5f)
              g_array_append_val (values, sheet->colours[i * sheet->channels + c]);
          }
      if (opaque <= 0.5 * n || values->len == 0)
        return FALSE;
      paper[c] = median (values);
    }
  return TRUE;
}

/* How far each pixel is from the paper, as far as it is there at all. */
static float *
differences (const Sheet *sheet, const float *paper)
{
  gsize  n      = (gsize) sheet->size.height * sheet->size.width;
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    {
      float sum = 0.0f, covered = 1.0f;

      for (int c = 0; paper != NULL && c < sheet->channels; c++)
        {
          float difference = sheet->colours[i * sheet->channels + c] - paper[c];

          sum += difference * difference;
        }
      if (sheet->alpha != NULL)
        covered *= sheet->alpha[i];
      if (sheet->selected != NULL)
        covered *= sheet->selected[i];
      values[i] = covered * (paper != NULL ? sqrtf (sum / sheet->channels) : 1.0f);
      /* What is no number is not drawn. */
      if (!(values[i] >= 0.0f && values[i] <= G_MAXFLOAT))
        values[i] = 0.0f;
    }
  return values;
}

/* Otsu: the bin from which on the second class begins. */
static int
part (const gint64 *histogram)
{
  double n = 0.0, sum = 0.0, below = 0.0, below_sum = 0.0, most = -1.0;
  int    best = 1;

  for (int i = 0; i < BINS; i++)
    {
      n += histogram[i];
      sum += (double) histogram[i] * i;
    }
  for (int i = 1; i < BINS; i++)
    {
      double between;

      below += histogram[i - 1];
      below_sum += (double) histogram[i - 1] * (i - 1);
      if (below == 0.0 || below == n)
        continue;
      between = below_sum / below - (sum - below_sum) / (n - below);
      between *= between * below * (n - below);
      if (between > most)
        {
          most = between;
          best = i;
        }
    }
  return best;
}

static float
threshold (const Sheet *sheet, const float *values, float most)
{
  gint64 histogram[BINS] = { 0 };

  for (int y = 0; y < sheet->size.height; y++)
    for (int x = 0; x < sheet->size.width; x++)
      if (is_selected (sheet, y, x))
        {
          float value = values[(gsize) y * sheet->size.width + x];

          histogram[MIN ((int) (value / most * BINS), BINS - 1)]++;
        }
  /* Where there is hardly any ink, the two classes may both be the paper's. */
  return most * MAX (part (histogram) / (float) BINS, 0.25f);
}

/* Differences to strengths: the ink's usual one becomes 1. FALSE where there is none. */
static gboolean
make_strengths (const Sheet *sheet, float *values)
{
  g_autoptr (GArray) inked = g_array_new (FALSE, FALSE, sizeof (float));
  gsize              n     = (gsize) sheet->size.height * sheet->size.width;
  float              most  = 0.0f, from, level;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, values[i]);
  if (most < LEAST_CONTRAST)
    return FALSE;
  from = threshold (sheet, values, most);
  for (gsize i = 0; i < n; i++)
    if (values[i] >= from)
      g_array_append_val (inked, values[i]);
  level = median (inked);
  for (gsize i = 0; i < n; i++)
    {
      float strength = MIN (values[i] / level, 1.0f);

      values[i] = strength < GRAIN ? 0.0f : strength;
    }
  return TRUE;
}

static void
find_box (CnnInk *ink)
{
  int left = ink->size.width, right = 0, top = ink->size.height, bottom = 0;

  for (int y = 0; y < ink->size.height; y++)
    for (int x = 0; x < ink->size.width; x++)
      if (ink->strength[(gsize) y * ink->size.width + x] >= 0.5f)
        {
          left = MIN (left, x);
          right = MAX (right, x + 1);
          top = MIN (top, y);
          bottom = MAX (bottom, y + 1);
        }
  ink->box = (CnnRect) { left, top, right - left, bottom - top };
}

static gboolean
is_light (const Sheet *sheet, const float *strength, const float *paper)
{
  gsize  n   = (gsize) sheet->size.height * sheet->size.width;
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    for (int c = 0; strength[i] >= 0.5f && c < sheet->channels; c++)
      sum += sheet->colours[i * sheet->channels + c] - paper[c];
  return sum > 0.0;
}

static CnnInk *
find_on (const Sheet *sheet, const float *paper)
{
  g_autofree float *strength = differences (sheet, paper);
  CnnInk           *ink;

  if (!make_strengths (sheet, strength))
    return NULL;
  ink = g_new0 (CnnInk, 1);
  ink->size = sheet->size;
  ink->paper = paper == NULL                         ? CNN_PAPER_NONE
               : is_light (sheet, strength, paper) ? CNN_PAPER_DARKER
                                                   : CNN_PAPER_BRIGHTER;
  cnn_specks_remove (sheet->size, strength);
  ink->strength = g_steal_pointer (&strength);
  find_box (ink);
  return ink;
}

/* On transparent paper what is opaque is the ink, or it is a page on which there is some. */
static CnnInk *
find_on_page (const Sheet *sheet, const CnnInk *opaque)
{
  gsize             n    = (gsize) sheet->size.height * sheet->size.width;
  g_autofree float *page = g_new (float, n);
  Sheet             inner = *sheet;
  float             paper[3];
  double            area = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      page[i] = opaque->strength[i] >= 0.5f;
      area += page[i];
    }
  if (area < PAGE_SHARE * opaque->box.width * opaque->box.height)
    return NULL;
  inner.selected = page;
  return find_paper (&inner, paper) ? find_on (&inner, paper) : NULL;
}

/**
 * cnn_ink_find:
 * @shape: of the picture; 1 channel of brightness, or 3 of colours
 * @colours: [height][width][channels]: from 0 to 1
 * @alpha: (nullable): [height][width]: how opaque it is; what is transparent is paper
 * @selected: (nullable): [height][width]: how much of it counts
 *
 * Returns: (transfer full): what is drawn; or %NULL where that is nothing. Errors:
 *   %CNN_ERROR_SPEC
 */
CnnInk *
cnn_ink_find (CnnShape shape, const float *colours, const float *alpha, const float *selected,
              GError **error)
{
  Sheet   sheet = { { shape.height, shape.width }, shape.channels, colours, alpha, selected };
  float   paper[3];
  CnnInk *ink;

  g_return_val_if_fail (shape.channels == 1 || shape.channels == 3, NULL);

  if (find_paper (&sheet, paper))
    ink = find_on (&sheet, paper);
  else
    {
      CnnInk *on_page = NULL;

      ink = find_on (&sheet, NULL);
      if (ink != NULL)
        on_page = find_on_page (&sheet, ink);
      if (on_page != NULL)
        {
          cnn_ink_free (ink);
          ink = on_page;
        }
    }
  if (ink == NULL)
    g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                 _("there is nothing drawn: the layer has one colour all over"));
  return ink;
}

void
cnn_ink_free (CnnInk *ink)
{
  g_free (ink->strength);
  g_free (ink);
}
