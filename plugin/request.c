/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked for, and whether it can be had. Everything that can be refused
 * without computing is refused here, in words; the dialog asks the same
 * questions while a person types. */

#include <inttypes.h>
#include <string.h>

#include "choose.h"
#include "error.h"
#include "i18n.h"
#include "model.h"
#include "presets.h"
#include "procedure.h"
#include "request.h"
#include "sheet.h"

static void
stage_free (gpointer data)
{
  RequestStage *stage = data;

  g_clear_pointer (&stage->maps, g_array_unref);
  g_free (stage);
}

void
request_free (Request *request)
{
  g_clear_pointer (&request->stages, g_ptr_array_unref);
  g_clear_pointer (&request->network, cnn_network_unref);
  g_free (request->infos);
  g_free (request);
}

const RequestStage *
request_get_stage (const Request *request, guint i)
{
  return g_ptr_array_index (request->stages, i);
}

static char *
stage_name (const Request *request, const RequestStage *stage)
{
  g_autofree char *title = cnn_node_title (cnn_network_node (request->network, stage->node));

  return g_strdup_printf ("%u %s · " CNN_SHAPE_FORMAT, stage->node, title,
                          CNN_SHAPE_ARGS (stage->shape));
}

/**
 * request_n_layers:
 *
 * Returns: how many GIMP layers stage @i makes: one for each map, unless one holds
 *   all of them
 */
guint
request_n_layers (const Request *request, guint i)
{
  const RequestStage *stage = request_get_stage (request, i);

  return stage->vector || request->placement == REQUEST_CONTACT_SHEET ? 1 : stage->maps->len;
}

/**
 * request_stage_name:
 *
 * Returns: (transfer full): what the stage's layer group is called
 */
char *
request_stage_name (const Request *request, guint i)
{
  return stage_name (request, request_get_stage (request, i));
}

/* --- the network ---------------------------------------------------------- */

static CnnNetwork *
get_model (const char *path, CnnShape picture, GError **error)
{
  g_autoptr (CnnModel) model = cnn_model_open (path, picture, error);

  return model != NULL ? cnn_network_ref (cnn_model_network (model)) : NULL;
}

static CnnNetwork *
get_network (GimpProcedureConfig *config, CnnShape picture, GError **error)
{
  g_autoptr (GError) wrong      = NULL;
  g_autofree char *path         = procedure_model_path (config, "model", &wrong);
  g_autofree char *preset_name  = NULL;
  g_autofree char *text         = NULL;
  const CnnPreset *preset;

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
  if (path != NULL)
    return get_model (path, picture, error);

  g_object_get (config, "preset", &preset_name, "network", &text, NULL);
  preset = preset_name != NULL ? cnn_preset_find (preset_name) : NULL;
  return cnn_network_parse (preset != NULL ? preset->text : text != NULL ? text : "", error);
}

static gboolean
infer (Request *request, CnnShape offered, GError **error)
{
  request->input = cnn_network_input (request->network, offered);
  if (request->input.channels != 1 && request->input.channels != 3)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   dngettext ("convolens",
                              "the network's input has %d channel; a picture can give 1 (grey) or "
                              "3 (red, green, blue)",
                              "the network's input has %d channels; a picture can give 1 (grey) or "
                              "3 (red, green, blue)",
                              request->input.channels),
                   request->input.channels);
      return FALSE;
    }

  request->infos = cnn_network_infer (request->network, request->input, error);
  return request->infos != NULL;
}

/* --- stages and maps ------------------------------------------------------ */

static int
find_node (const char *name, gpointer network)
{
  return cnn_network_find (network, name);
}

/* For each node, the one whose cells have the same places on the picture; -1
 * where a cell sees all of the picture and has no place. A softmax sees all
 * too, but its cells stay where they are. */
static int *
find_places (const CnnNetwork *network, const CnnNodeInfo *infos)
{
  guint n      = cnn_network_n_nodes (network);
  int  *places = g_new (int, n);

  for (guint i = 0; i < n; i++)
    {
      const CnnNode *node  = cnn_network_node (network, i);
      CnnShape       shape = infos[i].shape;
      CnnShape       in    = node->n_in > 0 ? infos[node->in[0]].shape : shape;

      places[i] = -1;
      if (infos[i].receptive.jump.height > 0 && infos[i].receptive.jump.width > 0)
        places[i] = i;
      else if ((shape.height > 1 || shape.width > 1) && shape.height == in.height &&
               shape.width == in.width && node->n_in > 0)
        places[i] = places[node->in[0]];
    }
  return places;
}

static RequestStage *
stage_new (const Request *request, guint node, int place, const GArray *ranges, CnnSize picture)
{
  RequestStage *stage = g_new0 (RequestStage, 1);

  stage->node = node;
  stage->shape = request->infos[node].shape;
  stage->vector = place < 0 && stage->shape.height == 1 && stage->shape.width == 1;
  stage->maps = choose_numbers (ranges, stage->shape.channels);

  if (place < 0)
    {
      int n_columns = stage->vector ? (int) stage->maps->len : stage->shape.width;

      stage->rows = placement_axis_spread (stage->shape.height, picture.height);
      stage->columns = placement_axis_spread (MAX (n_columns, 1), picture.width);
    }
  else
    {
      CnnReceptive field = request->infos[place].receptive;

      stage->rows = placement_axis_field (stage->shape.height, field.start.height,
                                          field.size.height, field.jump.height,
                                          request->input.height, picture.height);
      stage->columns = placement_axis_field (stage->shape.width, field.start.width,
                                             field.size.width, field.jump.width,
                                             request->input.width, picture.width);
    }
  return stage;
}

/* Whether the maps fit into an image, side by side on a sheet too. */
static gboolean
check_size (const Request *request, const RequestStage *stage, GError **error)
{
  CnnSize size  = { stage->rows.cells, stage->columns.cells };
  Sheet   sheet = sheet_new (stage->vector ? 1 : (int) stage->maps->len, size);
  g_autofree char *name = NULL;

  if (request->placement == REQUEST_SCALED)
    return TRUE;
  name = stage_name (request, stage);
  if (MAX (size.height, size.width) > GIMP_MAX_IMAGE_SIZE)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("layer “%s” is larger than an image can be"), name);
      return FALSE;
    }
  if (request->placement == REQUEST_CONTACT_SHEET &&
      MAX (sheet_width (&sheet), sheet_height (&sheet)) > GIMP_MAX_IMAGE_SIZE)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("the contact sheet of layer “%s” would be %" PRId64 "×%" PRId64 " pixels, "
                     "larger than an image can be; choose fewer maps"),
                   name, sheet_width (&sheet), sheet_height (&sheet));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_stage (const Request *request, guint i, const char *maps, GError **error)
{
  const RequestStage *stage = request_get_stage (request, i);
  g_autofree char    *name  = stage_name (request, stage);

  if (stage->maps->len == 0)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   dngettext ("convolens", "maps: layer “%s” has %d map, none of those in “%s”",
                              "maps: layer “%s” has %d maps, none of those in “%s”",
                              stage->shape.channels),
                   name, stage->shape.channels, maps);
      return FALSE;
    }
  if (request->placement == REQUEST_SCALED && (placement_axis_pixels (&stage->rows).n == 0 ||
                                               placement_axis_pixels (&stage->columns).n == 0))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SHAPE,
                   _("layer “%s” sees nothing but padding and has no place on the picture"), name);
      return FALSE;
    }
  return check_size (request, stage, error);
}

/* The number of layers does not fit an int where someone means it badly. */
static gboolean
check_count (Request *request, GError **error)
{
  gint64 n_layers = 0;

  for (guint i = 0; i < request->stages->len; i++)
    n_layers += request_n_layers (request, i);
  if (n_layers > REQUEST_MAX_LAYERS)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_LIMIT,
                   _("this would make %" PRId64 " layers, more than the %d that are made "
                     "at once; choose fewer stages or maps"),
                   n_layers, REQUEST_MAX_LAYERS);
      return FALSE;
    }
  request->n_layers = n_layers;
  return TRUE;
}

/* Whether each number that was written names a map of some layer; of a layer that
 * says its maps itself, one of its own. */
static gboolean
check_numbers (const Request *request, const GArray *chosen, const GArray *ranges, GError **error)
{
  int most = 0;

  for (guint i = 0; i < chosen->len; i++)
    {
      const ChooseStage  *own   = &g_array_index (chosen, ChooseStage, i);
      const RequestStage *stage = request_get_stage (request, i);
      int                 n     = stage->shape.channels;

      if (own->maps == NULL)
        most = MAX (most, n);
      else if (choose_last (own->maps) > n)
        {
          g_autofree char *name = stage_name (request, stage);

          g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                       dngettext ("convolens",
                                  "stages: there is no map %d in layer “%s”, it has %d map",
                                  "stages: there is no map %d in layer “%s”, it has %d maps", n),
                       choose_last (own->maps), name, n);
          return FALSE;
        }
    }
  if (most > 0 && choose_last (ranges) > most)
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC,
                   dngettext ("convolens",
                              "maps: there is no map %d, the chosen layers have at most %d",
                              "maps: there is no map %d, the chosen layers have at most %d", most),
                   choose_last (ranges), most);
      return FALSE;
    }
  return TRUE;
}

static gboolean
choose (Request *request, GimpProcedureConfig *config, CnnSize picture, GError **error)
{
  g_autofree char *stages_text = NULL;
  g_autofree char *maps_text   = NULL;
  g_autoptr (GArray) chosen = NULL;
  g_autoptr (GArray) ranges = NULL;
  g_autofree int    *places = NULL;

  g_object_get (config, "stages", &stages_text, "maps", &maps_text, NULL);
  chosen = choose_stages (stages_text != NULL ? stages_text : "",
                          (int) cnn_network_n_nodes (request->network) - 1, find_node,
                          request->network, error);
  if (chosen == NULL)
    return FALSE;
  ranges = choose_ranges (maps_text != NULL ? maps_text : "", error);
  if (ranges == NULL)
    return FALSE;

  places = find_places (request->network, request->infos);
  request->stages = g_ptr_array_new_with_free_func (stage_free);
  for (guint i = 0; i < chosen->len; i++)
    {
      const ChooseStage *stage = &g_array_index (chosen, ChooseStage, i);

      g_ptr_array_add (request->stages, stage_new (request, stage->layer, places[stage->layer],
                                                   stage->maps != NULL ? stage->maps : ranges,
                                                   picture));
    }

  if (!check_numbers (request, chosen, ranges, error) || !check_count (request, error))
    return FALSE;
  for (guint i = 0; i < request->stages->len; i++)
    if (!check_stage (request, i, maps_text, error))
      return FALSE;
  return TRUE;
}

/* --- how it is shown ------------------------------------------------------ */

static gboolean
check_mapping (const Request *request, GimpDrawable *drawable, GError **error)
{
  GimpImage *image = gimp_item_get_image (GIMP_ITEM (drawable));

  if (request->mapping == MAPPING_DIVERGING && !gimp_drawable_is_rgb (drawable))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("diverging colours need an RGB image and this one is greyscale; convert it "
                     "with Image ▸ Mode ▸ RGB or choose another mapping"));
      return FALSE;
    }
  if (request->mapping == MAPPING_RAW && !pixels_are_floats (image))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_UNSUPPORTED,
                   _("raw values need an image of floating-point pixels and this one has integers; "
                     "convert it with Image ▸ Encoding or choose another mapping"));
      return FALSE;
    }
  return TRUE;
}

/**
 * request_new:
 * @config: the procedure's arguments
 * @layer: the picture, as procedure_layer() returned it
 *
 * Returns: (transfer full): what they ask for; or %NULL where they cannot
 *   have it. Errors: %CNN_ERROR_SPEC, %CNN_ERROR_SHAPE, %CNN_ERROR_UNSUPPORTED,
 *   %CNN_ERROR_LIMIT
 */
Request *
request_new (GimpProcedureConfig *config, GimpLayer *layer, GError **error)
{
  g_autoptr (Request) request = g_new0 (Request, 1);
  GimpDrawable *drawable = GIMP_DRAWABLE (layer);
  CnnShape      offered;
  CnnSize       picture;
  int           memory;

  /* It may be deleted while the dialog is open. */
  if (!gimp_item_is_valid (GIMP_ITEM (layer)))
    {
      g_set_error (error, CNN_ERROR, CNN_ERROR_SPEC, _("the layer is not in the image"));
      return NULL;
    }
  picture.height = gimp_drawable_get_height (drawable);
  picture.width = gimp_drawable_get_width (drawable);
  request->mapping = gimp_procedure_config_get_choice_id (config, "mapping");
  request->placement = gimp_procedure_config_get_choice_id (config, "placement");
  request->encoding = gimp_procedure_config_get_choice_id (config, "input-encoding");

  g_object_get (config, "memory", &memory, NULL);
  request->memory = (guint64) memory << 20;

  offered = (CnnShape) { picture.height, picture.width, gimp_drawable_is_rgb (drawable) ? 3 : 1 };
  request->network = get_network (config, offered, error);
  if (request->network == NULL || !infer (request, offered, error) ||
      !choose (request, config, picture, error) || !check_mapping (request, drawable, error))
    return NULL;
  return g_steal_pointer (&request);
}
