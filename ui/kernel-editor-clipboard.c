/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A kernel to the clipboard, and from it. */

#include "kernel-editor-private.h"

#include "i18n.h"
#include "kernel-edit.h"
#include "kernel-text.h"
#include "kernel-tools.h"

static void
on_copy (CnnKernelEditor *self, gboolean brackets)
{
  g_autoptr (CnnKernel) kernel = cnn_kernel_copy (kernel_editor_chosen (self));
  g_autofree char      *text   = NULL;

  kernel_write_down (kernel, self->layer.size);
  text = brackets ? cnn_kernel_text_brackets (kernel->values, kernel->depth, kernel->size)
                  : cnn_kernel_text_write (kernel->values, kernel->depth, kernel->size);
  gtk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self), GDK_SELECTION_CLIPBOARD),
                          text, -1);
}

/* A single matrix goes where one is shown; several become the kernel. */
static void
put (CnnKernelEditor *self, int depth, CnnSize size, const double *values)
{
  CnnKernel *kernel = kernel_editor_chosen (self);

  if (depth == 0 && kernel->kind == NULL && kernel->depth > 0)
    {
      kernel_set_size (kernel, size);
      kernel_set_matrix (kernel, self->channel, values);
    }
  else
    {
      cnn_kernel_free (kernel);
      self->kernels->pdata[self->chosen] = kernel_new_literal (self->layer.matrix ? 0 : depth, size,
                                                               values);
    }
}

static void
on_paste_text (GtkClipboard *clipboard, const char *text, gpointer data)
{
  g_autoptr (CnnKernelEditor) self   = data;
  g_autoptr (GError)          error  = NULL;
  g_autofree double          *values = NULL;
  g_autofree char            *name   = NULL;
  CnnKernel                  *named;
  gsize                       offset;
  CnnSize                     size;
  int                         depth;

  /* The clipboard may answer when the window has gone. */
  if (self->closed || self->kernels->len == 0)
    return;
  /* A kernel's name is text for a kernel too. */
  name = g_strstrip (g_strdup (text ? text : ""));
  named = self->layer.matrix || !g_ascii_isalpha (*name) ? NULL
                                                         : cnn_kernel_parse (name, &offset, NULL);
  if (named)
    {
      cnn_kernel_free (kernel_editor_chosen (self));
      self->kernels->pdata[self->chosen] = named;
      kernel_editor_changed (self);
      return;
    }
  values = cnn_kernel_text_read (text ? text : "", &depth, &size, &error);
  if (values == NULL)
    {
      g_autofree char *sentence = g_strdup_printf (_("What you paste is no matrix: %s"),
                                                   error->message);

      kernel_editor_say (self, sentence);
      return;
    }
  put (self, depth, size, values);
  kernel_editor_changed (self);
}

static void
on_paste (CnnKernelEditor *self)
{
  gtk_clipboard_request_text (gtk_widget_get_clipboard (GTK_WIDGET (self),
                                                        GDK_SELECTION_CLIPBOARD),
                              on_paste_text, g_object_ref (self));
}

void
kernel_editor_on_clipboard (GtkWidget *tools, int what, CnnKernelEditor *self)
{
  if (what == KERNEL_PASTE)
    on_paste (self);
  else
    on_copy (self, what == KERNEL_COPY_BRACKETS);
}

void
kernel_editor_on_grid_copy (CnnKernelGrid *grid, CnnKernelEditor *self)
{
  on_copy (self, FALSE);
}

void
kernel_editor_on_grid_paste (CnnKernelGrid *grid, CnnKernelEditor *self)
{
  on_paste (self);
}
