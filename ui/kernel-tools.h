/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "kernel-edit.h"

G_BEGIN_DECLS

/** KernelClipboard: what can be asked of the clipboard. */
typedef enum
{
  KERNEL_COPY_ROWS,
  KERNEL_COPY_BRACKETS,
  KERNEL_PASTE
} KernelClipboard;

/**
 * CnnKernelTools:
 *
 * A row of buttons for what can be done to a kernel as a whole.
 *
 * Signals: "tool" (int KernelTool), "clipboard" (int KernelClipboard): a person
 * pressed it
 */
#define CNN_TYPE_KERNEL_TOOLS (cnn_kernel_tools_get_type ())
G_DECLARE_FINAL_TYPE (CnnKernelTools, cnn_kernel_tools, CNN, KERNEL_TOOLS, GtkBox)

GtkWidget *cnn_kernel_tools_new   (void);
void       cnn_kernel_tools_show  (GtkWidget *tools, const CnnKernel *kernel, CnnSize layer);

GtkWidget *cnn_kernel_tool_button (const char *icon, const char *text, const char *name);
void       cnn_kernel_calm        (GtkWidget *widget);
void       cnn_kernel_narrow      (GtkWidget *spin);

G_END_DECLS
