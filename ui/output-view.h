/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * CnnOutputChoice:
 * @name: as written in a script
 * @label: (translatable) as shown to a person
 *
 * One way of many; a list of them ends at a %NULL name. Where the choice is kept as a
 * number it is the place in the list.
 */
typedef struct
{
  const char *name;
  const char *label;
} CnnOutputChoice;

extern const CnnOutputChoice cnn_output_mappings[];   /* by MappingKind */
extern const CnnOutputChoice cnn_output_placements[];
extern const CnnOutputChoice cnn_output_encodings[];

/**
 * CnnOutputView:
 *
 * How maps become layers, and a line that says what will happen.
 *
 * Properties: "mapping", "placement", "input-encoding": names of choices
 *
 * Signals: "stop" (void): a person does not want to wait for what is being computed
 */
#define CNN_TYPE_OUTPUT_VIEW (cnn_output_view_get_type ())
G_DECLARE_FINAL_TYPE (CnnOutputView, cnn_output_view, CNN, OUTPUT_VIEW, GtkBox)

GtkWidget *cnn_output_view_new      (void);
void       cnn_output_view_verdict  (CnnOutputView *view, gboolean ok, const char *sentence);
void       cnn_output_view_progress (CnnOutputView *view, double fraction);

G_END_DECLS
