/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libgimp/gimp.h>

#include "mapping.h"
#include "network.h"
#include "pixels.h"
#include "placement.h"

G_BEGIN_DECLS

/** More layers than this are refused before anything is computed. */
#define REQUEST_MAX_LAYERS 1000

/** RequestPlacement: where maps lie. */
typedef enum
{
  REQUEST_SCALED,       /* over the part of the picture they come from */
  REQUEST_OWN_SIZE,     /* one pixel a cell */
  REQUEST_CONTACT_SHEET /* the same, all maps of a stage in one layer */
} RequestPlacement;

/**
 * RequestStage:
 * @node: its number in the network
 * @shape: of its output
 * @vector: whether it is 1×1×N and of nowhere on the picture: its maps are the
 *   cells of one row
 * @maps: (element-type int): the chosen maps, counted from 0, rising
 * @rows: how its rows lie over the picture
 * @columns: how its columns do
 *
 * A chosen layer of the network.
 */
typedef struct
{
  guint         node;
  CnnShape      shape;
  gboolean      vector;
  GArray       *maps;
  PlacementAxis rows;
  PlacementAxis columns;
} RequestStage;

/**
 * Request:
 * @network: the network
 * @input: what goes into it
 * @infos: what is known of its nodes
 * @stages: (element-type RequestStage): the chosen layers, in the network's order
 * @n_layers: how many GIMP layers that makes
 * @mapping: how values become pixels
 * @placement: where maps lie
 * @encoding: of the input's and the result's numbers
 * @memory: bytes the network may take; 0 for the usual
 *
 * What a person or a script asked for, checked and worked out for a picture.
 */
typedef struct
{
  CnnNetwork      *network;
  CnnShape         input;
  CnnNodeInfo     *infos;
  GPtrArray       *stages;
  int              n_layers;
  MappingKind      mapping;
  RequestPlacement placement;
  PixelsEncoding   encoding;
  guint64          memory;
} Request;

Request            *request_new        (GimpProcedureConfig *config, GimpLayer *layer,
                                        GError **error);
void                request_free       (Request *request);
const RequestStage *request_get_stage  (const Request *request, guint i);
char               *request_stage_name (const Request *request, guint i);
guint               request_n_layers   (const Request *request, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

G_END_DECLS
