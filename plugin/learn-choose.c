/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "learn-choose.h"

#include "i18n.h"

/* Pixels of the longer side. */
#define THUMBNAIL 32

struct _LearnChoose
{
  GtkBox     parent_instance;
  GimpImage *image;
  GPtrArray *pairs; /* of Pair */
  GtkWidget *rows;
  gboolean   setting; /* what is chosen is not a person's doing */
};

/* A pair on the screen. */
typedef struct
{
  LearnChoose *choose;
  GtkWidget   *row;
  GtkWidget   *combos[2]; /* before, after */
  GtkWidget   *remove;
} Pair;

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LearnChoose, learn_choose, GTK_TYPE_BOX)

static void
changed (LearnChoose *self)
{
  if (!self->setting)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* --- what there is to choose from -------------------------------------------------------- */

/* All layers with pixels of their own, from the top down. */
static void
list_layers (GimpItem **items, GPtrArray *list)
{
  for (int i = 0; items[i] != NULL; i++)
    if (gimp_item_is_group (items[i]))
      {
        g_autofree GimpItem **children = gimp_item_get_children (items[i]);

        list_layers (children, list);
      }
    else
      g_ptr_array_add (list, items[i]);
}

static void
add_item (GtkWidget *combo, GimpItem *item)
{
  GimpDrawable          *drawable = GIMP_DRAWABLE (item);
  g_autofree char       *name = gimp_item_get_name (item);
  g_autoptr (GdkPixbuf)  thumbnail = NULL;

  thumbnail = gimp_drawable_get_thumbnail (drawable, THUMBNAIL, THUMBNAIL,
                                           GIMP_PIXBUF_SMALL_CHECKS);
  gimp_int_combo_box_append (GIMP_INT_COMBO_BOX (combo), GIMP_INT_STORE_VALUE,
                             gimp_item_get_id (item), GIMP_INT_STORE_LABEL, name,
                             GIMP_INT_STORE_PIXBUF, thumbnail, -1);
}

/**
 * learn_combo_new:
 * @image: an image
 * @channels: whether its channels are offered as well, and nothing
 *
 * Returns: (transfer floating): a choice of its layers that have pixels of their own, with small
 *   pictures and names; its numbers are theirs, and −1 is nothing
 */
GtkWidget *
learn_combo_new (GimpImage *image, gboolean channels)
{
  GtkWidget              *combo = g_object_new (GIMP_TYPE_INT_COMBO_BOX, NULL);
  GtkCellRenderer        *picture = gtk_cell_renderer_pixbuf_new ();
  g_autoptr (GPtrArray)   list = g_ptr_array_new ();
  g_autofree GimpLayer  **layers = gimp_image_get_layers (image);

  /* Names may be long. */
  g_object_set (combo, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  gtk_cell_layout_pack_start (GTK_CELL_LAYOUT (combo), picture, FALSE);
  gtk_cell_layout_reorder (GTK_CELL_LAYOUT (combo), picture, 0);
  gtk_cell_layout_add_attribute (GTK_CELL_LAYOUT (combo), picture, "pixbuf",
                                 GIMP_INT_STORE_PIXBUF);
  if (channels)
    gimp_int_combo_box_append (GIMP_INT_COMBO_BOX (combo), GIMP_INT_STORE_VALUE, -1,
                               GIMP_INT_STORE_LABEL, _("None"), -1);
  list_layers ((GimpItem **) layers, list);
  for (guint i = 0; i < list->len; i++)
    add_item (combo, g_ptr_array_index (list, i));
  if (channels)
    {
      g_autofree GimpChannel **all = gimp_image_get_channels (image);

      for (int i = 0; all[i] != NULL; i++)
        add_item (combo, GIMP_ITEM (all[i]));
    }
  return combo;
}

/* --- a pair ------------------------------------------------------------------------------ */

static GimpLayer *
pair_get (const Pair *pair, gboolean after)
{
  int id;

  if (!gimp_int_combo_box_get_active (GIMP_INT_COMBO_BOX (pair->combos[after]), &id))
    return NULL;
  return gimp_layer_get_by_id (id);
}

static void
pair_set (const Pair *pair, gboolean after, GimpLayer *layer)
{
  if (layer)
    gimp_int_combo_box_set_active (GIMP_INT_COMBO_BOX (pair->combos[after]),
                                   gimp_item_get_id (GIMP_ITEM (layer)));
}

static void
combo_changed (GtkWidget *combo, gpointer data)
{
  changed (((Pair *) data)->choose);
}

static void
swap (GtkWidget *button, Pair *pair)
{
  GimpLayer *before = pair_get (pair, FALSE), *after = pair_get (pair, TRUE);

  pair->choose->setting = TRUE;
  pair_set (pair, FALSE, after);
  pair_set (pair, TRUE, before);
  pair->choose->setting = FALSE;
  changed (pair->choose);
}

/* The last pair cannot be taken away. */
static void
show_removers (LearnChoose *self)
{
  for (guint i = 0; i < self->pairs->len; i++)
    {
      Pair *pair = g_ptr_array_index (self->pairs, i);

      gtk_widget_set_visible (pair->remove, self->pairs->len > 1);
    }
}

static void
remove_pair (GtkWidget *button, Pair *pair)
{
  LearnChoose *self = pair->choose;

  gtk_widget_destroy (pair->row);
  g_ptr_array_remove (self->pairs, pair);
  show_removers (self);
  changed (self);
}

static GtkWidget *
add_combo (Pair *pair, GtkWidget *grid, gboolean after)
{
  GtkWidget       *label = gtk_label_new_with_mnemonic (after ? _("A_fter") : _("_Before"));
  g_autofree char *bare = gimp_strip_uline (after ? _("A_fter") : _("_Before"));
  GtkWidget       *combo = learn_combo_new (pair->choose->image, FALSE);

  gtk_label_set_xalign (GTK_LABEL (label), 0.0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), combo);
  gtk_widget_set_hexpand (combo, TRUE);
  gtk_widget_set_tooltip_text (combo, after ? _("The same picture after the filter")
                                            : _("A picture before the filter"));
  atk_object_set_name (gtk_widget_get_accessible (combo), bare);
  gtk_grid_attach (GTK_GRID (grid), label, 0, after, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), combo, 1, after, 1, 1);
  gimp_int_combo_box_connect (GIMP_INT_COMBO_BOX (combo), -1, G_CALLBACK (combo_changed), pair,
                              NULL);
  return combo;
}

static GtkWidget *
add_button (Pair *pair, GtkWidget *grid, int row, const char *icon, const char *name,
            GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON);

  gtk_widget_set_tooltip_text (button, name);
  atk_object_set_name (gtk_widget_get_accessible (button), name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_grid_attach (GTK_GRID (grid), button, 2, row, 1, 1);
  g_signal_connect (button, "clicked", clicked, pair);
  return button;
}

static Pair *
add_pair (LearnChoose *self)
{
  Pair      *pair = g_new0 (Pair, 1);
  GtkWidget *grid = gtk_grid_new ();

  pair->choose = self;
  pair->row = grid;
  gtk_grid_set_column_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  pair->combos[FALSE] = add_combo (pair, grid, FALSE);
  pair->combos[TRUE] = add_combo (pair, grid, TRUE);
  add_button (pair, grid, 0, "object-flip-vertical-symbolic", _("Exchange Before and After"),
              G_CALLBACK (swap));
  pair->remove = add_button (pair, grid, 1, "list-remove-symbolic", _("Remove This Pair"),
                             G_CALLBACK (remove_pair));
  gtk_box_pack_start (GTK_BOX (self->rows), grid, FALSE, FALSE, 0);
  gtk_widget_show_all (grid);
  gtk_widget_set_no_show_all (pair->remove, TRUE);
  g_ptr_array_add (self->pairs, pair);
  show_removers (self);
  return pair;
}

static void
add_clicked (LearnChoose *self)
{
  self->setting = TRUE;
  add_pair (self);
  self->setting = FALSE;
  changed (self);
}

/* --- what is chosen ---------------------------------------------------------------------- */

/**
 * learn_choose_set:
 * @before: (array zero-terminated=1): layers before, at least one
 * @after: (array zero-terminated=1): as many after
 */
void
learn_choose_set (LearnChoose *self, GimpLayer **before, GimpLayer **after)
{
  self->setting = TRUE;
  for (guint i = 0; before[i] && after[i]; i++)
    {
      Pair *pair = i < self->pairs->len ? g_ptr_array_index (self->pairs, i) : add_pair (self);

      pair_set (pair, FALSE, before[i]);
      pair_set (pair, TRUE, after[i]);
    }
  self->setting = FALSE;
}

/**
 * learn_choose_suggest:
 * @drawables: (array zero-terminated=1): what is selected
 *
 * Chooses the lower of two selected layers as before and the upper one as after; of one, and that
 * above it; else the two at the top.
 */
void
learn_choose_suggest (LearnChoose *self, GimpDrawable **drawables)
{
  g_autoptr (GPtrArray)   list   = g_ptr_array_new ();
  g_autofree GimpLayer  **layers = gimp_image_get_layers (self->image);
  guint                   first, second;

  list_layers ((GimpItem **) layers, list);
  if (list->len < 2)
    return;
  if (drawables[0] == NULL || !g_ptr_array_find (list, drawables[0], &first))
    first = 1;
  if (drawables[0] == NULL || drawables[1] == NULL ||
      !g_ptr_array_find (list, drawables[1], &second) || first == second)
    second = first > 0 ? first - 1 : 1;
  learn_choose_set (self,
                    (GimpLayer *[]) { g_ptr_array_index (list, MAX (first, second)), NULL },
                    (GimpLayer *[]) { g_ptr_array_index (list, MIN (first, second)), NULL });
}

/**
 * learn_choose_get:
 * @before: (out) (transfer container) (array zero-terminated=1): layers before
 * @after: (out) (transfer container) (array zero-terminated=1): as many after
 *
 * What is chosen; pairs of which a layer has been deleted are left out.
 */
void
learn_choose_get (LearnChoose *self, GimpLayer ***before, GimpLayer ***after)
{
  guint n = 0;

  *before = g_new0 (GimpLayer *, self->pairs->len + 1);
  *after = g_new0 (GimpLayer *, self->pairs->len + 1);
  for (guint i = 0; i < self->pairs->len; i++)
    {
      Pair *pair = g_ptr_array_index (self->pairs, i);

      (*before)[n] = pair_get (pair, FALSE);
      (*after)[n] = pair_get (pair, TRUE);
      if ((*before)[n] && (*after)[n])
        n++;
    }
  (*before)[n] = (*after)[n] = NULL;
}

/* --- the object -------------------------------------------------------------------------- */

static void
learn_choose_finalize (GObject *object)
{
  g_ptr_array_unref (LEARN_CHOOSE (object)->pairs);
  G_OBJECT_CLASS (learn_choose_parent_class)->finalize (object);
}

static void
learn_choose_class_init (LearnChooseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = learn_choose_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
learn_choose_init (LearnChoose *self)
{
  GtkWidget *add = gtk_button_new_with_mnemonic (_("Add Pa_ir"));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  self->pairs = g_ptr_array_new_with_free_func (g_free);
  self->rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_tooltip_text (add, _("Learn from one more pair of layers, with the same filter"));
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  g_signal_connect_swapped (add, "clicked", G_CALLBACK (add_clicked), self);
  gtk_box_pack_start (GTK_BOX (self), self->rows, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (self), add, FALSE, FALSE, 0);
  gtk_widget_show (self->rows);
  gtk_widget_show (add);
}

/** learn_choose_new: (transfer floating): one pair of layers of @image, any two. */
GtkWidget *
learn_choose_new (GimpImage *image)
{
  LearnChoose *self = g_object_new (LEARN_TYPE_CHOOSE, NULL);

  self->image = image;
  self->setting = TRUE;
  add_pair (self);
  self->setting = FALSE;
  return GTK_WIDGET (self);
}
