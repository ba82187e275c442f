/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnStackMatch:
 * @from: an item that is elsewhere now, to be moved first; -1 for none
 * @to: where it is now
 * @at: from here on items come or go
 * @n_gone: how many go
 * @n_new: how many come; never some of each
 *
 * What to do with a list of cards so that those of layers that did not change stay what
 * they are.
 */
typedef struct
{
  int   from;
  int   to;
  guint at;
  guint n_gone;
  guint n_new;
} CnnStackMatch;

CnnStackMatch cnn_stack_match (const char *const *before, guint n_before,
                               const char *const *now, guint n_now);

G_END_DECLS
