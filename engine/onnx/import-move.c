/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import-private.h"

#include <string.h>

#include "i18n.h"

/* Layers that make the dimensions of a tensor lie elsewhere in a map. */

/**
 * Piece: an atom on its way from one place to another.
 * @extent: how many indices
 * @from: 0 to 2, the axis it lies on
 * @stride: places on that axis from one index to the next
 * @to: 0 to 2, the axis it shall lie on; there, pieces stand in the order of the list
 */
typedef struct
{
  gint64 extent;
  int    from;
  gint64 stride;
  int    to;
} Piece;

typedef struct
{
  guint n;
  Piece pieces[CNN_IMPORT_MAX_ATOMS];
} Move;

static void
move_add (Move *move, Piece piece)
{
  Piece *last = move->n > 0 ? &move->pieces[move->n - 1] : NULL;

  /* Two that are neighbours before and after are one. */
  if (last && last->to == piece.to && last->from == piece.from &&
      last->stride == piece.stride * piece.extent)
    {
      last->extent *= piece.extent;
      last->stride = piece.stride;
    }
  else
    move->pieces[move->n++] = piece;
}

static void
move_init (Move *move, const CnnImportValue *value, const char *layout)
{
  move->n = 0;
  for (int to = 0; to < 3; to++)
    for (int d = 0; d < value->n_dims; d++)
      for (guint i = value->first[d];
           cnn_import_axis (layout[d]) == to && i < value->first[d + 1]; i++)
        move_add (move, (Piece) { value->atoms[i].extent, cnn_import_axis (value->atoms[i].axis),
                                  value->atoms[i].stride, to });
}

static gboolean
move_is_none (const Move *move)
{
  int seen[3] = { 0, 0, 0 };

  for (guint i = 0; i < move->n; i++)
    if (move->pieces[i].from != move->pieces[i].to || seen[move->pieces[i].to]++ > 0)
      return FALSE;
  return TRUE;
}

/**
 * cnn_import_lies:
 *
 * Returns: whether the value lies by @layout already
 */
gboolean
cnn_import_lies (const CnnImportValue *value, const char *layout)
{
  Move move;

  move_init (&move, value, layout);
  return move_is_none (&move);
}

/* The numbers of the pieces that lie on an axis before, outermost first. */
static guint
pieces_from (const Move *move, int axis, guint *numbers)
{
  guint n = 0;

  for (guint i = 0; i < move->n; i++)
    {
      guint at = n;

      if (move->pieces[i].from != axis)
        continue;
      for (; at > 0 && move->pieces[numbers[at - 1]].stride < move->pieces[i].stride; at--)
        numbers[at] = numbers[at - 1];
      numbers[at] = i;
      n++;
    }
  return n;
}

static guint
pieces_to (const Move *move, int axis, guint *numbers)
{
  guint n = 0;

  for (guint i = 0; i < move->n; i++)
    if (move->pieces[i].to == axis)
      numbers[n++] = i;
  return n;
}

/* Whether memory stays as it is and only its rows, columns and channels are counted
 * differently. */
static gboolean
move_keeps_memory (const Move *move)
{
  guint next = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      guint numbers[CNN_IMPORT_MAX_ATOMS], n = pieces_from (move, axis, numbers);

      for (guint i = 0; i < n; i++)
        if (numbers[i] != next++)
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_group (const guint *numbers, guint n, const guint *is, guint n_is)
{
  return n == n_is && memcmp (numbers, is, n * sizeof *numbers) == 0;
}

/* ONNX's order of the channels where moving is DepthToSpace or, @back, SpaceToDepth, and
 * the block's @size; otherwise NULL. */
static const char *
move_blocks (const Move *move, gboolean back, gint64 *size)
{
  guint maps[3][CNN_IMPORT_MAX_ATOMS], n_maps[3], packed[3][CNN_IMPORT_MAX_ATOMS], n_packed[3];

  for (int axis = 0; axis < 3; axis++)
    {
      n_maps[axis] = back ? pieces_from (move, axis, maps[axis])
                          : pieces_to (move, axis, maps[axis]);
      n_packed[axis] = back ? pieces_to (move, axis, packed[axis])
                            : pieces_from (move, axis, packed[axis]);
    }
  if (n_maps[0] != 2 || n_maps[1] != 2 || n_maps[2] > 1 ||
      !is_group (packed[0], n_packed[0], maps[0], 1) ||
      !is_group (packed[1], n_packed[1], maps[1], 1) || n_packed[2] != 2 + n_maps[2])
    return NULL;
  *size = move->pieces[maps[0][1]].extent;
  if (move->pieces[maps[1][1]].extent != *size)
    return NULL;
  if (is_group (packed[2], n_packed[2],
                (guint[]) { maps[0][1], maps[1][1], maps[2][0] }, n_packed[2]))
    return "dcr";
  if (n_maps[2] == 1 &&
      is_group (packed[2], 3, (guint[]) { maps[2][0], maps[0][1], maps[1][1] }, 3))
    return "crd";
  return NULL;
}

static void
append_group (const Move *move, const guint *numbers, guint n, gboolean sized, GString *text)
{
  if (n == 0)
    g_string_append_c (text, '1');
  if (n > 1)
    g_string_append_c (text, '(');
  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (text, "%s%c", i > 0 ? " " : "", 'a' + (int) numbers[i]);
      /* The outermost follows from the others, so that the text serves other sizes too. */
      if (sized && i > 0)
        g_string_append_printf (text, ":%" G_GINT64_FORMAT, move->pieces[numbers[i]].extent);
    }
  if (n > 1)
    g_string_append_c (text, ')');
}

static char *
move_pattern (const Move *move)
{
  GString *text = g_string_new (NULL);
  guint    numbers[CNN_IMPORT_MAX_ATOMS];

  for (int axis = 0; axis < 3; axis++)
    {
      append_group (move, numbers, pieces_from (move, axis, numbers), TRUE, text);
      g_string_append (text, axis < 2 ? " " : " -> ");
    }
  for (int axis = 0; axis < 3; axis++)
    {
      append_group (move, numbers, pieces_to (move, axis, numbers), FALSE, text);
      g_string_append (text, axis < 2 ? " " : "");
    }
  return g_string_free (text, FALSE);
}

static int
move_emit (CnnImport *import, const CnnOnnxNode *node, const Move *move, int layer,
           CnnShape shape, GError **error)
{
  g_autofree char *pattern = NULL;
  const char      *order;
  gint64           size;

  if (move_keeps_memory (move) && shape.height == 1 && shape.width == 1)
    return cnn_import_emit (import, node, 1, &layer, error, "flatten");
  if (move_keeps_memory (move))
    return cnn_import_emit (import, node, 1, &layer, error, "reshape %dx%dx%d",
                            CNN_SHAPE_ARGS (shape));
  if ((order = move_blocks (move, FALSE, &size)))
    return cnn_import_emit (import, node, 1, &layer, error,
                            "depth-to-space %" G_GINT64_FORMAT " order=%s", size, order);
  if ((order = move_blocks (move, TRUE, &size)))
    return cnn_import_emit (import, node, 1, &layer, error,
                            "space-to-depth %" G_GINT64_FORMAT " order=%s", size, order);
  pattern = move_pattern (move);
  return cnn_import_emit (import, node, 1, &layer, error, "rearrange \"%s\"", pattern);
}

/**
 * cnn_import_place:
 * @layout: a letter for each dimension of @value, see cnn_import_value_set()
 *
 * Returns: a layer in whose output @value lies by @layout, emitted where there is none yet;
 *   or −1 with an error set
 */
int
cnn_import_place (CnnImport *import, const CnnOnnxNode *node, const CnnImportValue *value,
                  const char *layout, GError **error)
{
  CnnShape shape = cnn_import_layout_shape (value, layout);
  int      layer;
  Move     move;

  g_return_val_if_fail (value->constant == NULL, -1);

  if (shape.height == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT, _("its input is too large"));
      return -1;
    }
  move_init (&move, value, layout);
  if (move_is_none (&move))
    return value->layer;
  layer = cnn_import_placed (import, value, layout);
  if (layer >= 0)
    return layer;
  layer = move_emit (import, node, &move, value->layer, shape, error);
  if (layer >= 0)
    cnn_import_remember_placed (import, value, layout, layer);
  return layer;
}
