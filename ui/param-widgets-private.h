/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "param-widgets.h"

G_BEGIN_DECLS

#define PARAM_MAX_PARTS 5

/**
 * ParamKind:
 * @make: adds the parts
 * @show: brings them up to date with a field
 * @text: what they say, in the text notation
 * @wide: takes the pane's whole width
 */
typedef struct
{
  void     (*make) (CnnParamWidget *self);
  void     (*show) (CnnParamWidget *self, gconstpointer field);
  char    *(*text) (CnnParamWidget *self);
  gboolean   wide;
} ParamKind;

struct _CnnParamWidget
{
  GtkBox          parent_instance;
  const CnnParam *param;
  const ParamKind *kind;
  CnnParamContext context;
  char           *shown;  /* the value that the network has */
  gboolean        busy;   /* not a person changes the parts */
  gboolean        held;   /* a step button or key is held down */
  GtkWidget      *parts[PARAM_MAX_PARTS];
  GtkWidget      *more;   /* parts that are not always seen */
  GStrv           names;  /* of nodes, in the order of the value */
};

extern const ParamKind param_kind_int;
extern const ParamKind param_kind_float;
extern const ParamKind param_kind_bool;
extern const ParamKind param_kind_choice;
extern const ParamKind param_kind_size;
extern const ParamKind param_kind_shape;
extern const ParamKind param_kind_pad;
extern const ParamKind param_kind_numbers;
extern const ParamKind param_kind_bias;
extern const ParamKind param_kind_kernels;
extern const ParamKind param_kind_text;
extern const ParamKind param_kind_nodes;

const char *param_widget_label     (CnnParamWidget *self);
void        param_widget_changed   (CnnParamWidget *self);
GtkWidget  *param_widget_add       (CnnParamWidget *self, int i, GtkWidget *part,
                                    const char *name, GtkWidget *box);
GtkWidget  *param_widget_add_spin  (CnnParamWidget *self, int i, const char *zero,
                                    const char *name, GtkWidget *box, GCallback first);
GtkWidget  *param_widget_add_combo (CnnParamWidget *self, int i, const CnnChoice *choices,
                                    GCallback first);
void        param_widget_set_combo (GtkWidget *combo, const char *key);
const char *param_widget_combo_key (GtkWidget *combo);

G_END_DECLS
