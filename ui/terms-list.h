/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * CnnTerm:
 * @index: which term it is; handed back by the signal
 * @name: what the term is
 * @detail: how it comes about, such as "0.5 × −2"; or ""
 * @value: what it comes to
 * @full: (nullable): what is copied in place of @detail
 * @strong: whether it is the one in question
 *
 * A row of the list.
 */
typedef struct
{
  int         index;
  const char *name;
  const char *detail;
  double      value;
  const char *full;
  gboolean    strong;
} CnnTerm;

/**
 * CnnTermsList:
 *
 * Terms of a sum, each with a bar of its size. Can be copied as rows.
 *
 * Signals: "chosen" (int index): a person chose a term
 */
#define CNN_TYPE_TERMS_LIST (cnn_terms_list_get_type ())
G_DECLARE_FINAL_TYPE (CnnTermsList, cnn_terms_list, CNN, TERMS_LIST, GtkTreeView)

GtkWidget *cnn_terms_list_new   (void);
void       cnn_terms_list_begin (CnnTermsList *list, double scale);
void       cnn_terms_list_add   (CnnTermsList *list, const CnnTerm *term);
void       cnn_terms_list_end   (CnnTermsList *list);

G_END_DECLS
