/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "cnn-test.h"
#include "ops/quads.h"

/* The largest of each 2×2 in training, by the loops of all kinds of processors that this one
 * can run, against one value after the other. Numbers are small and whole, sums exact. */

#define MOST_ROWS  3
#define MOST_N     5
#define MOST_MAPS  70
#define MOST_CELLS (2 * MOST_ROWS * (2 * MOST_N + 1) * (MOST_MAPS + 16))

typedef struct
{
  CnnQuads quads;
  gsize    rows;
  float    in[MOST_CELLS];
  float    out[MOST_CELLS];
  guint8   winners[MOST_CELLS];
  float    d_out[MOST_CELLS];
} Maps;

/* Few different numbers, so that many are alike. */
static float
draw (GRand *rand, gboolean strange)
{
  int number = g_rand_int_range (rand, -3, 4);

  return strange && g_rand_int_range (rand, 0, 9) == 0 ? NAN : (float) number;
}

static void
draw_maps (Maps *maps, GRand *rand, guint kind)
{
  static const float slopes[] = { 0.0f, 0.25f, 1.0f };
  gsize              room = (gsize) g_rand_int_range (rand, 0, 3) * 8;
  gboolean           strange = g_rand_boolean (rand);

  maps->rows = (gsize) g_rand_int_range (rand, 1, MOST_ROWS + 1);
  maps->quads = (CnnQuads) {
    .n = (gsize) g_rand_int_range (rand, 1, MOST_N + 1),
    .channels = (gsize) g_rand_int_range (rand, 1, MOST_MAPS + 1),
    .slope = slopes[g_rand_int_range (rand, 0, 3)],
    .kind = kind,
  };
  maps->quads.next = maps->quads.channels + room;
  maps->quads.row = (2 * maps->quads.n + (gsize) g_rand_int_range (rand, 0, 2)) * maps->quads.next;
  for (gsize i = 0; i < MOST_CELLS; i++)
    {
      maps->in[i] = draw (rand, strange);
      maps->d_out[i] = draw (rand, FALSE);
      maps->out[i] = 99.0f;
      maps->winners[i] = 99;
    }
}

static gsize
cell_of (const CnnQuads *quads, gsize x, int m)
{
  return (2 * x + m % 2) * quads->next + m / 2 * quads->row;
}

/* The first of the largest, or the last that is no number. */
static int
winner_of (const CnnQuads *quads, const float *in, gsize x, gsize c)
{
  int winner = 0;

  for (int m = 1; m < 4; m++)
    {
      float value = in[cell_of (quads, x, m) + c];

      if (isnan (value) || value > in[cell_of (quads, x, winner) + c])
        winner = m;
    }
  return winner;
}

static float
after (float value, float by, float slope)
{
  return value > 0.0f ? by : slope * by;
}

static void
check_row (const Maps *maps, const float *in)
{
  const CnnQuads   *quads = &maps->quads;
  g_autofree float *d_in = g_new (float, 2 * quads->row);

  for (gsize i = 0; i < 2 * quads->row; i++)
    d_in[i] = 77.0f;
  cnn_quads_give (quads, maps->d_out, maps->winners, d_in);
  for (gsize x = 0; x < quads->n; x++)
    for (gsize c = 0; c < quads->channels; c++)
      {
        int   winner = winner_of (quads, in, x, c);
        float value = in[cell_of (quads, x, winner) + c];
        float d = maps->d_out[x * quads->channels + c], out = maps->out[x * quads->channels + c];

        if (isnan (value))
          g_assert_true (isnan (out));
        else
          g_assert_cmpfloat (out, ==, after (value, value, quads->slope));
        for (int m = 0; m < 4; m++)
          g_assert_cmpfloat (d_in[cell_of (quads, x, m) + c], ==,
                             m == winner ? after (value, d, quads->slope) : 0.0f);
      }
  for (gsize c = quads->channels; c < quads->next; c++)
    g_assert_cmpfloat (d_in[c], ==, 77.0f);
}

static void
test_rows (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree Maps  *maps = g_new (Maps, 1);

  for (int i = 0; i < 60; i++)
    {
      gsize n;

      draw_maps (maps, rand, GPOINTER_TO_UINT (data));
      n = maps->quads.n * maps->quads.channels;
      cnn_quads_choose (&maps->quads, maps->in, maps->out, maps->winners);
      check_row (maps, maps->in);
      g_assert_cmpfloat (maps->out[n], ==, 99.0f);
      g_assert_cmpuint (maps->winners[n], ==, 99);
    }
}

/* What every cell is given, times the number that it sees for each of a kernel's, added up. */
static void
check_sums (const Maps *maps, const CnnQuadsSums *s, gsize number, gsize c)
{
  const CnnQuads *quads = &maps->quads;
  double          sum = 5.0, all = 5.0;
  gsize           i = c;

  for (gsize y = 0; y < s->rows; y++)
    for (gsize x = 0; x < quads->n; x++, i += quads->channels)
      {
        const float *in = maps->in + 2 * y * quads->row;
        int          winner = winner_of (quads, in, x, c);
        double       d = after (in[cell_of (quads, x, winner) + c], maps->d_out[i], quads->slope);

        sum += d * s->fours[y * s->row + x * s->next + s->numbers[number] + (gsize) winner];
        all += d;
      }
  g_assert_cmpfloat (s->sums[number * quads->channels + c], ==, (float) sum);
  g_assert_cmpfloat (s->all[c], ==, (float) all);
}

static void
test_sums (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autofree Maps  *maps = g_new (Maps, 1);
  float             fours[600 + CNN_QUADS_ROOM], sums[30 * MOST_MAPS], all[MOST_MAPS];
  gsize             numbers[30];

  for (gsize i = 0; i < G_N_ELEMENTS (fours); i++)
    fours[i] = i < 600 ? draw (rand, FALSE) : NAN;
  for (int i = 0; i < 60; i++)
    {
      CnnQuadsSums s = { .fours = fours, .next = 20, .row = 108, .numbers = numbers,
                         .n_numbers = (gsize) g_rand_int_range (rand, 1, 31), .sums = sums,
                         .all = all };
      gsize        n;

      draw_maps (maps, rand, GPOINTER_TO_UINT (data));
      s.rows = maps->rows;
      n = maps->quads.n * maps->quads.channels;
      for (gsize y = 0; y < maps->rows; y++)
        cnn_quads_choose (&maps->quads, maps->in + 2 * y * maps->quads.row, maps->out + y * n,
                          maps->winners + y * n);
      for (gsize k = 0; k < s.n_numbers; k++)
        numbers[k] = 4 * (gsize) g_rand_int_range (rand, 0, 74);
      for (gsize k = 0; k < G_N_ELEMENTS (sums); k++)
        sums[k] = 5.0f;
      for (gsize k = 0; k < G_N_ELEMENTS (all); k++)
        all[k] = 5.0f;
      cnn_quads_add (&maps->quads, &s, maps->d_out, maps->winners);
      for (gsize k = 0; k < s.n_numbers; k++)
        for (gsize c = 0; c < maps->quads.channels; c++)
          check_sums (maps, &s, k, c);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint kind = 0; kind < cnn_quads_n_kinds (); kind++)
    {
      g_autofree char *rows = g_strdup_printf ("/quads/rows/%u", kind);
      g_autofree char *sums = g_strdup_printf ("/quads/sums/%u", kind);

      g_test_add_data_func (rows, GUINT_TO_POINTER (kind), test_rows);
      g_test_add_data_func (sums, GUINT_TO_POINTER (kind), test_sums);
    }
  return g_test_run ();
}
