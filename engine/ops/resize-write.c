/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "i18n.h"
#include "resize-axis.h"
#include "writer.h"

/* Resizing as ONNX's operator set 17 has it. */

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED, message);
  return FALSE;
}

/* How many rows (columns) ONNX makes by the scale, which it has as a float. */
static int
onnx_extent (const CnnResizeAxis *axis)
{
  return (int) floorf ((float) axis->in * (float) axis->scale);
}

/* Whether the scale gives no whole number of rows (columns), and that matters. */
static gboolean
is_between (const CnnResize *p, const CnnResizeAxis *axis)
{
  double length = axis->in * axis->scale;

  return (p->coordinates == CNN_RESIZE_ALIGN_CORNERS || p->coordinates == CNN_RESIZE_TF_CROP) &&
         p->scale.n > 0 && length != floor (length);
}

static gboolean
can_write (const CnnResize *p, const CnnResizeAxis *rows, const CnnResizeAxis *columns,
           GError **error)
{
  int most_rows = onnx_extent (rows), most_columns = onnx_extent (columns);

  if (p->antialias)
    return refuse (error, _("the operators of ONNX that files are written with do not have "
                            "antialias=yes; an avgpool before it can be written"));
  if (p->coordinates == CNN_RESIZE_HALF_PIXEL_SYMMETRIC)
    return refuse (error, _("the operators of ONNX that files are written with do not have "
                            "coordinates=half-pixel-symmetric"));
  /* Where cells lie follows from the size that comes out. ONNX's own tests take it as it is
   * before it is rounded, other programs after that. */
  if (is_between (p, rows) || is_between (p, columns))
    return refuse (error, _("with that scale a part of a cell is left over, and programs do not "
                            "agree where cells lie then; with to= it can be written"));
  /* More rows (columns) than the scale gives can be cut off: but for one that is left. */
  if (p->scale.n > 0 &&
      (rows->out > most_rows || columns->out > most_columns ||
       (rows->out == 1 && most_rows > 1) || (columns->out == 1 && most_columns > 1)))
    return refuse (error, _("ONNX takes either a scale or a size; with one of them it can be "
                            "written"));
  return TRUE;
}

static const char *
write_places (CnnWriter *writer, const CnnResize *p, const char *x)
{
  static const char *const onnx_coordinates[] = {
    [CNN_RESIZE_HALF_PIXEL] = "half_pixel",
    [CNN_RESIZE_PYTORCH_HALF_PIXEL] = "pytorch_half_pixel",
    [CNN_RESIZE_ALIGN_CORNERS] = "align_corners",
    [CNN_RESIZE_ASYMMETRIC] = "asymmetric",
    [CNN_RESIZE_TF_CROP] = "tf_crop_and_resize",
  };

  CnnShape    in = cnn_writer_in (writer, 0);
  gint64      sizes[] = { 1, in.channels, p->to.height, p->to.width };
  gint64      four = 4, eight = 8;
  float       scales[] = { 1.0f, 1.0f, 1.0f, 1.0f };
  float       roi[] = { 0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 1.0f, 1.0f, 1.0f };
  const char *inputs[4] = { x, "", "", "" };
  const char *made;

  for (int i = 0; i < 4 && p->roi.n == 4; i++)
    roi[i < 2 ? 2 + i : 4 + i] = (float) p->roi.values[i];
  if (p->coordinates == CNN_RESIZE_TF_CROP)
    inputs[1] = cnn_writer_floats (writer, "roi", 1, &eight, roi);
  for (int i = 0; i < 2 && p->scale.n > 0; i++)
    scales[2 + i] = (float) p->scale.values[i % p->scale.n];
  if (p->scale.n > 0)
    inputs[2] = cnn_writer_floats (writer, "scales", 1, &four, scales);
  else
    inputs[3] = cnn_writer_ints (writer, "sizes", 4, sizes);
  made = cnn_writer_add_list (writer, "Resize", p->scale.n > 0 ? 3 : 4, inputs);
  cnn_writer_string (writer, "coordinate_transformation_mode", onnx_coordinates[p->coordinates]);
  return made;
}

/**
 * cnn_resize_write:
 *
 * The op's @write.
 */
gboolean
cnn_resize_write (CnnWriter *writer, const CnnNode *node, GError **error)
{
  static const char *const onnx_modes[] = { "nearest", "linear", "cubic" };
  static const char *const onnx_nearests[] = { "round_prefer_floor", "round_prefer_ceil", "floor",
                                               "ceil" };

  const CnnResize *p = node->params;
  CnnShape         in = cnn_writer_in (writer, 0);
  CnnResizeAxis    rows, columns;
  CnnSides         cut = { 0 };
  const char      *made;

  if (!cnn_resize_axis (p, TRUE, in.height, &rows, error) ||
      !cnn_resize_axis (p, FALSE, in.width, &columns, error) ||
      !can_write (p, &rows, &columns, error))
    return FALSE;
  made = write_places (writer, p, cnn_writer_map (writer, 0));
  cnn_writer_string (writer, "mode", onnx_modes[p->mode]);
  if (p->mode == CNN_RESIZE_NEAREST)
    cnn_writer_string (writer, "nearest_mode", onnx_nearests[p->nearest]);
  if (p->mode == CNN_RESIZE_CUBIC)
    cnn_writer_float (writer, "cubic_coeff_a", p->cubic_a);
  /* For the others it is the same: all cells outside are the edge's. */
  if (p->mode == CNN_RESIZE_CUBIC && p->exclude_outside)
    cnn_writer_int (writer, "exclude_outside", 1);
  if (p->coordinates == CNN_RESIZE_TF_CROP)
    cnn_writer_float (writer, "extrapolation_value", p->extrapolate);
  /* For other sizes a part of a cell may be left over. */
  if ((p->coordinates == CNN_RESIZE_ALIGN_CORNERS || p->coordinates == CNN_RESIZE_TF_CROP) &&
      (rows.scale != floor (rows.scale) || columns.scale != floor (columns.scale)))
    cnn_writer_fixed (writer);
  if (p->scale.n > 0)
    {
      cut.bottom = rows.out - onnx_extent (&rows);
      cut.right = columns.out - onnx_extent (&columns);
    }
  if (cut.bottom < 0 || cut.right < 0)
    {
      cnn_writer_fixed (writer);
      made = cnn_writer_pad (writer, made, cut, 0.0);
    }
  cnn_writer_give (writer, made, FALSE);
  return TRUE;
}
