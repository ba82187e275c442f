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
 * ChooseStage:
 * @layer: the number of a layer, counted from 1
 * @maps: (nullable) (element-type ChooseRange): which of its maps; %NULL where that is
 *   said elsewhere, for all layers together
 */
typedef struct
{
  int     layer;
  GArray *maps;
} ChooseStage;

/**
 * ChooseFind:
 * @name: a layer's name
 * @data: what was given with the function
 *
 * Returns: the number of the layer that as= calls so, or -1
 */
typedef int (*ChooseFind) (const char *name, gpointer data);

GArray *choose_stages_new (void);
void    choose_stages_add (GArray *stages, int layer, const GArray *maps);
GArray *choose_stages     (const char *text, int n_layers, ChooseFind find, gpointer data,
                           GError **error);
char   *choose_print      (const GArray *stages, int n_layers);

GArray *choose_ranges     (const char *text, GError **error);
GArray *choose_numbers    (const GArray *ranges, int n);
GArray *choose_pack       (const GArray *numbers, int n);
int     choose_last       (const GArray *ranges);

G_END_DECLS
