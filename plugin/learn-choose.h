/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimpui.h>

G_BEGIN_DECLS

/**
 * LearnChoose:
 *
 * Which layers of an image are before and which after a filter: pairs, one below the other.
 *
 * Signal "changed" (void): a person chose others.
 */
#define LEARN_TYPE_CHOOSE (learn_choose_get_type ())
G_DECLARE_FINAL_TYPE (LearnChoose, learn_choose, LEARN, CHOOSE, GtkBox)

GtkWidget *learn_combo_new  (GimpImage *image, gboolean channels);

GtkWidget *learn_choose_new (GimpImage *image);
void       learn_choose_set (LearnChoose *choose, GimpLayer **before, GimpLayer **after);
void       learn_choose_suggest (LearnChoose *choose, GimpDrawable **drawables);
void       learn_choose_get (LearnChoose *choose, GimpLayer ***before, GimpLayer ***after);

G_END_DECLS
