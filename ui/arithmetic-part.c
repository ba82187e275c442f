/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arithmetic-part.h"

#include <math.h>

#include "arithmetic-grid.h"
#include "arithmetic-text.h"
#include "i18n.h"
#include "part-terms.h"
#include "terms-list.h"
#include "wrap-row.h"

/* How many terms are listed: of a sum over all values, and of a large window. */
#define MOST_TERMS  12
#define MOST_STRONG 3

enum
{
  WINDOW,
  FACTORS,
  PRODUCTS,
  N_GRIDS
};

struct _CnnArithmeticPart
{
  GtkBox         parent_instance;
  GtkWidget     *name;
  GtkWidget     *row;  /* of grids */
  GtkWidget     *grids[N_GRIDS];
  GtkWidget     *list;
  GtkWidget     *rest;
  GtkWidget     *sum;
  GtkWidget     *term; /* what is pointed at */

  /* Valid until another is set. */
  const CnnPart *part;
};

G_DEFINE_FINAL_TYPE (CnnArithmeticPart, cnn_arithmetic_part, GTK_TYPE_BOX)

/**
 * cnn_part_scale:
 *
 * Returns: the greatest sizes of all its values, factors and products
 */
CnnPartScale
cnn_part_scale (const CnnExplanation *explanation)
{
  CnnPartScale scale = { 0.0, 0.0, 0.0 };

  for (guint k = 0; k < explanation->parts->len; k++)
    {
      const CnnPart *part = cnn_explanation_get_part (explanation, k);

      for (int i = 0; i < part->size.height * part->size.width; i++)
        {
          double value  = fabs (part->values[i]);
          double factor = part->factors != NULL ? fabs (part->factors[i]) : 1.0;

          if (!isfinite (value) || !isfinite (factor))
            continue;
          scale.values = MAX (scale.values, value);
          scale.factors = MAX (scale.factors, factor);
          scale.products = MAX (scale.products, value * factor);
        }
    }
  return scale;
}

/**
 * cnn_number_label_new:
 *
 * Returns: (transfer floating): a label whose text can be marked and copied
 */
GtkWidget *
cnn_number_label_new (const char *accessible_name)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_line_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (label), 8);
  if (accessible_name != NULL)
    atk_object_set_name (gtk_widget_get_accessible (label), accessible_name);
  return label;
}

/* Also keeps what a person has marked when the text is the same. */
static void
set_label (GtkWidget *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

/* --- grids ---------------------------------------------------------------- */

static gboolean
has_grids (const CnnPart *part)
{
  return (part->kind == CNN_PART_PRODUCTS && part->channel >= 0) ||
         part->kind == CNN_PART_WEIGHTED || part->kind == CNN_PART_WINNER;
}

static void
set_grid (CnnArithmeticPart *self, int i, const char *owner, const CnnGridContent *content)
{
  g_autofree char *name = g_strdup_printf ("%s, %s", owner, content->name);

  cnn_arithmetic_grid_set (CNN_ARITHMETIC_GRID (self->grids[i]), content);
  atk_object_set_name (gtk_widget_get_accessible (self->grids[i]), name);
}

static void
set_grids (CnnArithmeticPart *self, const char *owner, const CnnPart *part,
           const CnnPartScale *scale)
{
  gboolean           three    = part->factors != NULL;
  int                n        = part->size.height * part->size.width;
  g_autofree double *products = g_new (double, n);

  set_grid (self, WINDOW, owner,
            &(CnnGridContent) { _("window"), NULL, part->size, part->values, part->outside,
                                part->winner, scale->values });
  for (int i = FACTORS; i <= PRODUCTS; i++)
    gtk_widget_set_visible (self->grids[i], three);
  if (!three)
    return;
  for (int i = 0; i < n; i++)
    products[i] = part->values[i] * part->factors[i];
  set_grid (self, FACTORS, owner,
            &(CnnGridContent) { part->kind == CNN_PART_PRODUCTS ? _("kernel") : _("weights"), "×",
                                part->size, part->factors, NULL, -1, scale->factors });
  set_grid (self, PRODUCTS, owner,
            &(CnnGridContent) { _("products"), "=", part->size, products, part->outside, -1,
                                scale->products });
}

static void
on_cell (CnnArithmeticGrid *grid, int index, CnnArithmeticPart *self)
{
  const CnnPart   *part = self->part;
  g_autofree char *text = NULL, *value = NULL, *factor = NULL, *product = NULL;

  for (int i = 0; i < N_GRIDS; i++)
    if (self->grids[i] != GTK_WIDGET (grid))
      cnn_arithmetic_grid_set_cell (CNN_ARITHMETIC_GRID (self->grids[i]), index);
  if (part == NULL || index < 0 || index >= part->size.height * part->size.width)
    {
      set_label (self->term, "");
      return;
    }
  value = cnn_number_short (part->values[index]);
  if (part->outside[index] && part->factors == NULL)
    text = g_strdup (_("padding"));
  else if (part->factors == NULL)
    text = g_steal_pointer (&value);
  else
    {
      factor = cnn_number_short (part->factors[index]);
      product = cnn_number_short (part->values[index] * part->factors[index]);
      text = g_strdup_printf ("%s × %s = %s", value, factor, product);
    }
  set_label (self->term, text);
}

/* --- lists ---------------------------------------------------------------- */

static int
compare_ints (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* The cell that is explained, among all those whose exponentials are added. */
static int
own_index (const CnnExplained *explained, const CnnExplainedStep *step, const CnnPart *part)
{
  CnnShape shape = explained->infos[step->node].shape;
  int      place = step->y * shape.width + step->x;

  if (part->kind != CNN_PART_EXPONENTIALS)
    return -1;
  if (part->channel >= 0)
    return place;
  return part->size.height == 1 ? step->map : place * shape.channels + step->map;
}

typedef struct
{
  double value;
  char  *detail;
  char  *full;
} Row;

static Row
describe_term (const CnnPart *part, int i)
{
  Row              row   = { .value = part->values[i] };
  g_autofree char *value = cnn_number_short (part->values[i]);
  g_autofree char *whole = cnn_number_full (part->values[i]);
  g_autofree char *factor = NULL, *full = NULL;

  if (part->factors == NULL)
    {
      row.detail = g_strdup ("");
      return row;
    }
  factor = cnn_number_short (part->factors[i]);
  full = cnn_number_full (part->factors[i]);
  if (part->kind == CNN_PART_EXPONENTIALS)
    {
      row.value = part->factors[i] / part->result;
      row.detail = g_strdup_printf ("%s → %s", value, factor);
      row.full = g_strdup_printf ("%s\t%s", whole, full);
      return row;
    }
  row.value *= part->factors[i];
  row.detail = g_strdup_printf ("%s × %s", value, factor);
  row.full = g_strdup_printf ("%s\t%s", whole, full);
  return row;
}

static void
set_rest (CnnArithmeticPart *self, int n, double sum)
{
  g_autofree char *number = cnn_number_short (sum);
  g_autofree char *text   = g_strdup_printf (
    dngettext ("convolens", "… and %d more that comes to %s", "… and %d more that add up to %s", n),
    n, number);

  gtk_widget_set_visible (self->rest, n > 0);
  if (n > 0)
    set_label (self->rest, text);
}

static void
set_list (CnnArithmeticPart *self, const CnnExplained *explained, const CnnExplainedStep *step,
          const CnnPart *part, guint most)
{
  g_autoptr (GArray) strongest = cnn_part_strongest (part, most);
  int                n     = part->size.height * part->size.width;
  int                own   = own_index (explained, step, part);
  double             scale = 0.0, rest = part->kind == CNN_PART_EXPONENTIALS ? 1.0 : part->result;

  if (own >= 0)
    {
      gboolean there = FALSE;

      for (guint k = 0; k < strongest->len; k++)
        there = there || g_array_index (strongest, int, k) == own;
      if (!there)
        g_array_index (strongest, int, strongest->len - 1) = own;
    }
  /* What has an order of its own keeps it. */
  if (part->kind == CNN_PART_EXPONENTIALS || n <= (int) most)
    g_array_sort (strongest, compare_ints);
  for (guint k = 0; k < strongest->len; k++)
    {
      Row row = describe_term (part, g_array_index (strongest, int, k));

      if (isfinite (row.value))
        scale = MAX (scale, fabs (row.value));
      rest -= row.value;
      g_free (row.detail);
      g_free (row.full);
    }
  cnn_terms_list_begin (CNN_TERMS_LIST (self->list), scale);
  for (guint k = 0; k < strongest->len; k++)
    {
      int              i    = g_array_index (strongest, int, k);
      g_autofree char *name = cnn_part_value_name (explained, step, part, i);
      Row              row  = describe_term (part, i);

      cnn_terms_list_add (CNN_TERMS_LIST (self->list),
                          &(CnnTerm) { i, name, row.detail, row.value, row.full, i == own });
      g_free (row.detail);
      g_free (row.full);
    }
  cnn_terms_list_end (CNN_TERMS_LIST (self->list));
  set_rest (self, n - (int) strongest->len, rest);
}

/* --- the part -------------------------------------------------------------- */

static char *
heading (const CnnExplained *explained, const CnnExplainedStep *step, const CnnPart *part)
{
  double           most = -INFINITY;
  g_autofree char *number = NULL, *owner = NULL;

  if (part->kind == CNN_PART_EXPONENTIALS)
    {
      for (int i = 0; i < part->size.height * part->size.width; i++)
        most = MAX (most, part->values[i]);
      number = cnn_number_short (most);
      /* Translators: heads a list of values, their exponentials, and the share of each. */
      return g_strdup_printf (_("x → e^(x − %s), and its share of the sum"), number);
    }
  if (part->kind == CNN_PART_PRODUCTS && part->channel < 0)
    return g_strdup (step->origins->len > 0 && g_array_index (step->origins, CnnOrigin, 0).map >= 0
                       ? _("The strongest inputs (map at row, column)")
                       : _("The strongest inputs"));
  if (part->kind == CNN_PART_TERMS)
    return g_strdup (_("What is added"));
  owner = cnn_part_name (explained, step, part);
  return g_steal_pointer (&owner);
}

static char *
outcome (const CnnPart *part)
{
  g_autofree char *number = cnn_number_short (part->result);

  if (part->winner >= 0)
    return g_strdup_printf (part->kind == CNN_PART_WINNER
                              ? _("The winner: %s (row %d, column %d)")
                              : _("Drawn: %s (row %d, column %d)"),
                            number, part->winner / part->size.width + 1,
                            part->winner % part->size.width + 1);
  return g_strdup_printf (_("Sum: %s"), number);
}

/**
 * cnn_arithmetic_part_set:
 * @explained: (nullable): the arithmetic it is of; must live until another is set.
 *   %NULL: of none, to forget what was set
 * @step: the step
 * @part: the part of it
 * @scale: what gets the full colour
 */
void
cnn_arithmetic_part_set (CnnArithmeticPart *self, const CnnExplained *explained,
                         const CnnExplainedStep *step, const CnnPart *part,
                         const CnnPartScale *scale)
{
  g_autofree char *name = NULL, *sum = NULL, *owner = NULL;
  gboolean         grids, list, large;

  self->part = explained != NULL ? part : NULL;
  if (explained == NULL)
    return;
  grids = has_grids (part);
  large = part->size.height > CNN_GRID_NUMBERS || part->size.width > CNN_GRID_NUMBERS;
  list = !grids || (large && part->kind == CNN_PART_PRODUCTS);
  name = heading (explained, step, part);
  sum = outcome (part);
  owner = cnn_part_name (explained, step, part);
  set_label (self->name, name);
  set_label (self->sum, sum);
  set_label (self->term, "");
  atk_object_set_name (gtk_widget_get_accessible (self->sum), owner);
  gtk_widget_set_visible (self->row, grids);
  gtk_widget_set_visible (self->list, list);
  gtk_widget_set_visible (self->rest, FALSE);
  gtk_widget_set_visible (self->term, grids);
  if (grids)
    set_grids (self, owner, part, scale);
  if (list)
    set_list (self, explained, step, part, grids ? MOST_STRONG : MOST_TERMS);
  atk_object_set_name (gtk_widget_get_accessible (self->list), name);
}

static void
cnn_arithmetic_part_class_init (CnnArithmeticPartClass *klass)
{
}

static void
cnn_arithmetic_part_init (CnnArithmeticPart *self)
{
  GtkBox    *box  = GTK_BOX (self);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (box, 2);

  self->name = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->name), 0.0);
  gtk_label_set_ellipsize (GTK_LABEL (self->name), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->name), "dim-label");
  gtk_box_pack_start (box, self->name, FALSE, FALSE, 0);

  self->row = cnn_wrap_row_new ();
  for (int i = 0; i < N_GRIDS; i++)
    {
      self->grids[i] = cnn_arithmetic_grid_new ();
      gtk_container_add (GTK_CONTAINER (self->row), self->grids[i]);
      g_signal_connect (self->grids[i], "cell", G_CALLBACK (on_cell), self);
    }
  gtk_box_pack_start (box, self->row, FALSE, FALSE, 0);

  self->list = cnn_terms_list_new ();
  gtk_box_pack_start (box, self->list, FALSE, FALSE, 0);
  self->rest = cnn_number_label_new (_("The rest"));
  gtk_box_pack_start (box, self->rest, FALSE, FALSE, 0);

  self->sum = cnn_number_label_new (NULL);
  gtk_box_pack_start (GTK_BOX (foot), self->sum, FALSE, FALSE, 0);
  self->term = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->term), PANGO_ELLIPSIZE_END);
  gtk_style_context_add_class (gtk_widget_get_style_context (self->term), "dim-label");
  gtk_box_pack_end (GTK_BOX (foot), self->term, FALSE, TRUE, 0);
  gtk_box_pack_start (box, foot, FALSE, FALSE, 0);

  gtk_widget_show_all (GTK_WIDGET (self));
}

/** cnn_arithmetic_part_new: (transfer floating): of no part yet. */
GtkWidget *
cnn_arithmetic_part_new (void)
{
  return g_object_new (CNN_TYPE_ARITHMETIC_PART, NULL);
}
