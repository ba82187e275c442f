/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "draft.h"
#include "text.h"

G_BEGIN_DECLS

/**
 * DraftReading:
 * @read: the text as the engine reads it
 * @layers: of #CnnDraftLayer
 * @problem: (nullable): the first mistake, with its place in the text
 * @network: (nullable): the layers before it
 * @infos: (nullable) (array): of its nodes
 */
typedef struct
{
  CnnReading  *read;
  GArray      *layers;
  char        *problem;
  CnnNetwork  *network;
  CnnNodeInfo *infos;
} DraftReading;

DraftReading *draft_reading_new  (const char *text, CnnShape picture);
void          draft_reading_free (DraftReading *reading);
int           draft_reading_find (const DraftReading *reading, guint node);

G_END_DECLS
