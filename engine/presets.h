/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * CnnPreset:
 * @name: as written in a script
 * @label: (translatable) as shown to a person
 * @blurb: (translatable) what it shows, in a sentence
 * @text: the network, in the text notation
 *
 * A network that comes with the program.
 */
typedef struct
{
  const char *name;
  const char *label;
  const char *blurb;
  const char *text;
} CnnPreset;

const CnnPreset *cnn_presets     (guint *n_presets);
const CnnPreset *cnn_preset_find (const char *name);

G_END_DECLS
