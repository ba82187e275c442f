/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ChooseRange:
 * @first: first number of a range, counted from 1
 * @last: its last; %G_MAXINT for "all there are"
 */
typedef struct
{
  int first;
  int last;
} ChooseRange;

/**
 * ChooseFind:
 * @name: a layer's name
 * @data: what was given with the function
 *
 * Returns: the number of the layer that as= calls so, or -1
 */
typedef int (*ChooseFind) (const char *name, gpointer data);

GArray *choose_stages (const char *text, int n_layers, ChooseFind find, gpointer data,
                       GError **error);
GArray *choose_ranges (const char *text, GError **error);
GArray *choose_numbers (const GArray *ranges, int n);
int     choose_last    (const GArray *ranges);

G_END_DECLS
