/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "kernel-editor.h"

G_BEGIN_DECLS

/**
 * CnnParamContext:
 * @names: what earlier layers are called with as=
 * @kernels: what kernels meet in this layer
 *
 * What a parameter's widget has to know of the network around it.
 */
typedef struct
{
  const char *const *names;
  CnnKernelLayer     kernels;
} CnnParamContext;

/**
 * CnnParamWidget:
 *
 * What a person changes one parameter with, made from its description.
 *
 * Signals: "changed" (void): a person changed it
 * "begin" (void), "end" (void): around changes that belong together
 */
#define CNN_TYPE_PARAM_WIDGET (cnn_param_widget_get_type ())
G_DECLARE_FINAL_TYPE (CnnParamWidget, cnn_param_widget, CNN, PARAM_WIDGET, GtkBox)

GtkWidget *cnn_param_widget_new    (const CnnParam *param);
void       cnn_param_widget_show   (CnnParamWidget *widget, gconstpointer params,
                                    const CnnParamContext *context);
char      *cnn_param_widget_text   (CnnParamWidget *widget);
GtkWidget *cnn_param_widget_target (CnnParamWidget *widget);
gboolean   cnn_param_widget_is_wide (CnnParamWidget *widget);

G_END_DECLS
