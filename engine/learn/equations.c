/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>

#include "clones.h"
#include "learn-private.h"

/* Least squares of a kernel. The sums of products of the normal equations are fast products of
 * matrices in float, of a share of the cells, and so neither exact nor of all; but they need not
 * be: they only show conjugate gradients the way (as a preconditioner), and what those go by is
 * computed in double, from the cells themselves. So few steps lead to the solution, and it loses
 * no digits where the equations are nearly dependent, as they are for every smooth picture.
 * Source: Björck, "Numerical methods for least squares problems" (1996), 7.4. */

/* Columns of the sums of products that are made together; and cells are cut into so many groups,
 * whose sums are added in their order. */
#define TILE        96
#define GRAM_GROUPS 6
#define GROUPS      16

/* What is added to the diagonal, as a share of its mean: what of the pictures is weaker than this
 * cannot be told from how float rounds. */
#define RIDGE 1e-7

/* Conjugate gradients end after so many steps. */
#define MOST_STEPS 24

#define LANES 8

/* --- sums of products ----------------------------------------------------------------------- */

typedef struct
{
  const CnnWindows *windows;
  gsize             n;
  double           *sums; /* [GRAM_GROUPS][n][n] */
} Gram;

static void
group_span (guint n_cells, guint group, guint n_groups, guint *first, guint *end)
{
  *first = (guint) ((guint64) n_cells * group / n_groups);
  *end = (guint) ((guint64) n_cells * (group + 1) / n_groups);
}

static void
gram_group (gpointer data, guint group)
{
  const Gram       *gram = data;
  gsize             n = gram->n;
  double           *sums = gram->sums + group * n * n;
  g_autofree float *rows = g_new (float, CNN_WINDOW_ROWS * n);
  g_autofree float *products = g_new (float, TILE * n);
  guint             first, end;

  group_span (gram->windows->cells->len, group, GRAM_GROUPS, &first, &end);
  for (guint at = first; at < end; at += CNN_WINDOW_ROWS)
    {
      guint n_rows = MIN (CNN_WINDOW_ROWS, end - at);

      cnn_windows_rows (gram->windows, at, n_rows, rows);
      for (gsize from = 0; from < n; from += TILE)
        {
          gsize tall = MIN (TILE, n - from), wide = n - from;

          dnnl_sgemm ('T', 'N', (dnnl_dim_t) tall, (dnnl_dim_t) wide, n_rows, 1.0f, rows + from,
                      (dnnl_dim_t) n, rows + from, (dnnl_dim_t) n, 0.0f, products,
                      (dnnl_dim_t) wide);
          for (gsize i = 0; i < tall; i++)
            for (gsize k = 0; k < wide; k++)
              sums[(from + i) * n + from + k] += products[i * wide + k];
        }
    }
}

/**
 * cnn_equations_new:
 * @windows: cells with their windows, of the largest size that is to be solved for; they are
 *   copied, but for the cells
 *
 * Returns: (transfer full): the equations' sums
 */
CnnEquations *
cnn_equations_new (CnnFilterLearning *learning, const CnnWindows *windows)
{
  CnnEquations *equations = g_new0 (CnnEquations, 1);
  gsize         n = cnn_windows_n (windows);
  Gram          gram = { windows, n, g_new0 (double, GRAM_GROUPS * n * n) };

  equations->windows = *windows;
  g_array_ref (windows->cells);
  cnn_learning_each (learning, GRAM_GROUPS, (gsize) windows->cells->len * n * n / 16, gram_group,
                     &gram);
  for (guint group = 1; group < GRAM_GROUPS; group++)
    for (gsize i = 0; i < n * n; i++)
      gram.sums[i] += gram.sums[group * n * n + i];
  equations->gram = g_realloc_n (gram.sums, n * n, sizeof (double));
  return equations;
}

void
cnn_equations_free (CnnEquations *equations)
{
  g_array_unref (equations->windows.cells);
  g_free (equations->gram);
  g_free (equations);
}

/* --- Cholesky ------------------------------------------------------------------------------- */

CNN_CLONES static double
product (gsize n, const double *a, const double *b)
{
  double sums[LANES] = { 0.0 }, sum = 0.0;
  gsize  i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int k = 0; k < LANES; k++)
      sums[k] += a[i + k] * b[i + k];
  for (; i < n; i++)
    sum += a[i] * b[i];
  for (int k = 0; k < LANES; k++)
    sum += sums[k];
  return sum;
}

/* Makes the lower half of @a, [n][n], the factor L of L·Lᵀ, with @ridge more on the diagonal.
 * Returns how many pivots were hardly more than that. */
static guint
factorise (gsize n, double *a, double ridge)
{
  guint weak = 0;

  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k <= i; k++)
      {
        double sum = a[i * n + k] - product (k, a + i * n, a + k * n);

        if (k < i)
          a[i * n + k] = sum / a[k * n + k];
        else
          {
            weak += sum < ridge;
            a[i * n + i] = sqrt (MAX (sum, 0.0) + ridge);
          }
      }
  return weak;
}

/* x = (L·Lᵀ)⁻¹ b */
static void
substitute (gsize n, const double *a, const double *b, double *x)
{
  for (gsize i = 0; i < n; i++)
    x[i] = (b[i] - product (i, a + i * n, x)) / a[i * n + i];
  for (gsize i = n; i-- > 0;)
    {
      x[i] /= a[i * n + i];
      for (gsize k = 0; k < i; k++)
        x[k] -= a[i * n + k] * x[i];
    }
}

/* --- conjugate gradients -------------------------------------------------------------------- */

typedef struct
{
  const CnnWindows *windows;
  gsize             n;         /* unknowns */
  int               n_out;
  double           *left;      /* what is not explained yet, [cells][n_out] */
  double           *moved;     /* what the direction changes, [cells][n_out] */
  const double     *direction; /* [n_out][n] */
  double            by[4];     /* how far to go along it */
  double           *sums;      /* [GROUPS][n_out][n] */
  double            squares[GROUPS][4];
} Descent;

/** cnn_row_product: the sum of the products of [n] numbers of two rows. */
CNN_CLONES double
cnn_row_product (gsize n, const float *row, const double *x)
{
  double sums[LANES] = { 0.0 }, sum = 0.0;
  gsize  i = 0;

  for (; i + LANES <= n; i += LANES)
    for (int k = 0; k < LANES; k++)
      sums[k] += row[i + k] * x[i + k];
  for (; i < n; i++)
    sum += row[i] * x[i];
  for (int k = 0; k < LANES; k++)
    sum += sums[k];
  return sum;
}

CNN_CLONES static void
row_add (gsize n, const float *row, double by, double *sums)
{
  for (gsize i = 0; i < n; i++)
    sums[i] += row[i] * by;
}

/* What is to be explained: the difference between after and before. */
static void
begin_left (const Descent *descent)
{
  const CnnWindows *windows = descent->windows;
  int               channels = windows->pairs->channels, first = MAX (windows->channel, 0);

  for (guint i = 0; i < windows->cells->len; i++)
    {
      const CnnWindowCell *cell = &g_array_index (windows->cells, CnnWindowCell, i);
      const CnnPairPart   *part = cnn_pairs_part (windows->pairs, cell->part);
      gsize                at = ((gsize) cell->y * part->rect.width + cell->x) * channels + first;

      for (int o = 0; o < descent->n_out; o++)
        descent->left[(gsize) i * descent->n_out + o] =
          ((double) part->after[at + o] - part->before[at + o]) * cell->weight;
    }
}

/* Calls for the cells of a group: what the direction changes. */
static void
move_group (gpointer data, guint group)
{
  Descent          *descent = data;
  gsize             n = descent->n, n_out = descent->n_out;
  g_autofree float *rows = g_new (float, CNN_WINDOW_ROWS * n);
  guint             first, end;

  group_span (descent->windows->cells->len, group, GROUPS, &first, &end);
  memset (descent->squares[group], 0, sizeof descent->squares[group]);
  for (guint at = first; at < end; at += CNN_WINDOW_ROWS)
    {
      guint n_rows = MIN (CNN_WINDOW_ROWS, end - at);

      cnn_windows_rows (descent->windows, at, n_rows, rows);
      for (guint i = 0; i < n_rows; i++)
        for (gsize o = 0; o < n_out; o++)
          {
            double by = cnn_row_product (n, rows + i * n, descent->direction + o * n);

            descent->moved[(at + i) * n_out + o] = by;
            descent->squares[group][o] += by * by;
          }
    }
}

/* Goes along the direction, and sums what is left by what it hangs on. */
static void
sum_group (gpointer data, guint group)
{
  Descent          *descent = data;
  gsize             n = descent->n, n_out = descent->n_out;
  double           *sums = descent->sums + group * n_out * n;
  g_autofree float *rows = g_new (float, CNN_WINDOW_ROWS * n);
  guint             first, end;

  group_span (descent->windows->cells->len, group, GROUPS, &first, &end);
  memset (sums, 0, n_out * n * sizeof (double));
  memset (descent->squares[group], 0, sizeof descent->squares[group]);
  for (guint at = first; at < end; at += CNN_WINDOW_ROWS)
    {
      guint n_rows = MIN (CNN_WINDOW_ROWS, end - at);

      cnn_windows_rows (descent->windows, at, n_rows, rows);
      for (guint i = 0; i < n_rows; i++)
        for (gsize o = 0; o < n_out; o++)
          {
            gsize to = (at + i) * n_out + o;

            descent->left[to] -= descent->by[o] * descent->moved[to];
            descent->squares[group][o] += descent->left[to] * descent->left[to];
            row_add (n, rows + i * n, descent->left[to], sums + o * n);
          }
    }
}

static double
all_squares (const Descent *descent, int o)
{
  double sum = 0.0;

  for (guint group = 0; group < GROUPS; group++)
    sum += descent->squares[group][o];
  return sum;
}

/* Sums over the groups come to be in the first. */
static void
join_sums (Descent *descent)
{
  gsize n = descent->n * descent->n_out;

  for (guint group = 1; group < GROUPS; group++)
    for (gsize i = 0; i < n; i++)
      descent->sums[i] += descent->sums[group * n + i];
}

/* The part of the equations that smaller windows have, as a lower half. */
static double *
smaller_gram (const CnnEquations *equations, const CnnWindows *windows)
{
  gsize             n = cnn_windows_n (windows), n_all = cnn_windows_n (&equations->windows);
  int               seen = cnn_windows_seen (windows), all = equations->windows.size;
  int               border = (all - windows->size) / 2;
  double           *gram = g_new (double, n * n);
  g_autofree gsize *from = g_new (gsize, n);

  for (gsize i = 0; i + 1 < n; i++)
    {
      gsize row = i / seen / windows->size, column = i / seen % windows->size;

      from[i] = ((row + border) * all + column + border) * seen + i % seen;
    }
  from[n - 1] = n_all - 1;
  for (gsize i = 0; i < n; i++)
    for (gsize k = 0; k <= i; k++)
      gram[i * n + k] = equations->gram[from[k] * n_all + from[i]];
  return gram;
}

static void
descend (CnnFilterLearning *learning, Descent *descent, const double *factor, double small,
         double *solution, double *squares)
{
  gsize              n = descent->n;
  int                n_out = descent->n_out;
  gsize              numbers = descent->windows->cells->len * n * (gsize) (n_out + 1);
  g_autofree double *direction = g_new0 (double, n * n_out);
  g_autofree double *way = g_new (double, n);
  double             steep[4] = { 0.0 }, first[4] = { 0.0 }, last = INFINITY;

  descent->direction = direction;
  begin_left (descent);
  for (int step = 0; step <= MOST_STEPS; step++)
    {
      double steepest = 0.0;

      cnn_learning_each (learning, GROUPS, numbers, sum_group, descent);
      join_sums (descent);
      for (int o = 0; o < n_out; o++)
        {
          double *sums = descent->sums + o * n, now;

          squares[o] = all_squares (descent, o);
          substitute (n, factor, sums, way);
          now = product (n, sums, way);
          first[o] = step == 0 ? now : first[o];
          for (gsize i = 0; i < n; i++)
            direction[o * n + i] = way[i] + (step > 0 && steep[o] > 0.0
                                               ? now / steep[o] * direction[o * n + i] : 0.0);
          steep[o] = now;
          steepest = MAX (steepest, first[o] > 0.0 ? now / first[o] : 0.0);
        }
      if (step == MOST_STEPS || !(steepest > small) || (step > 4 && steepest > last * 0.9 &&
                                                        steepest < 1e-12))
        return;
      last = steepest;
      cnn_learning_each (learning, GROUPS, numbers, move_group, descent);
      for (int o = 0; o < n_out; o++)
        {
          double moved = all_squares (descent, o);

          descent->by[o] = moved > 0.0 ? steep[o] / moved : 0.0;
          for (gsize i = 0; i < n; i++)
            solution[o * n + i] += descent->by[o] * direction[o * n + i];
        }
    }
}

/**
 * cnn_equations_solve:
 * @equations: sums of such windows, or larger ones, of these or other cells
 * @windows: the windows to solve for, with the means of @equations
 * @small: it ends where what is steepest has become so much smaller, squared
 * @solution: (out): for each output the numbers of its kernel, by which it differs from the cell
 *   before, and what is added: [outputs][unknowns]
 * @squares: (out): what is left: the sum of its squares for each output, [outputs]
 *
 * Returns: how many of the unknowns the cells do not determine
 */
guint
cnn_equations_solve (CnnFilterLearning *learning, const CnnEquations *equations,
                     const CnnWindows *windows, double small, double *solution, double *squares)
{
  gsize              n = cnn_windows_n (windows), cells = windows->cells->len;
  int                n_out = cnn_windows_seen (windows);
  g_autofree double *factor = smaller_gram (equations, windows);
  g_autofree double *left = g_new (double, cells * n_out + 1);
  g_autofree double *moved = g_new0 (double, cells * n_out + 1);
  g_autofree double *sums = g_new (double, GROUPS * n_out * n);
  Descent            descent = { windows, n, n_out, left, moved, NULL, { 0.0 }, sums };
  double             trace = 0.0, ridge;
  guint              weak;

  /* The last unknown is what is added, which any cells determine. */
  for (gsize i = 0; i + 1 < n; i++)
    trace += factor[i * n + i];
  ridge = MAX (trace / (double) MAX (n - 1, 1) * RIDGE, G_MINDOUBLE * 1e8);
  weak = factorise (n, factor, ridge);
  memset (solution, 0, n * n_out * sizeof (double));
  descend (learning, &descent, factor, small, solution, squares);
  return weak;
}
