/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure: what it can be told, and its run from picture to layers. */

#include "feature-maps.h"

#include "coverage.h"
#include "dialog.h"
#include "drawable-source.h"
#include "error.h"
#include "i18n.h"
#include "layers.h"
#include "map-frame.h"
#include "map-store.h"
#include "painter.h"
#include "presets.h"

#define DEFAULT_PRESET "edge-bank"

/* --- a run ---------------------------------------------------------------- */

/* Bytes of tiles that stay in the plug-in besides the picture's. */
#define MIN_CACHE ((guint64) 16 << 20)

/* Multiplications behind a value from which on it is kept, not computed again. */
#define MACS_WORTH_KEEPING 1000.0

typedef struct
{
  double from;
  double share;
  double shown;
} Progress;

/* Every call goes to GIMP and back: only steps that can be seen are shown. */
static void
show_progress (double fraction, gpointer data)
{
  Progress *progress = data;
  double    value    = progress->from + progress->share * fraction;

  if (value < progress->shown + 0.005)
    return;
  progress->shown = value;
  gimp_progress_update (value);
}

/* GIMP's plug-ins are given its own tile cache, half of the memory. Here the
 * picture is read once, in bands, and layers are written once: a few rows of the
 * picture's tiles are enough. */
static void
limit_cache (GimpDrawable *drawable)
{
  guint64 row  = (guint64) gimp_tile_height () * gimp_drawable_get_width (drawable) *
                 gimp_drawable_get_bpp (drawable);
  guint64 most = 4 * row + MIN_CACHE;

  g_object_set (gegl_config (), "tile-cache-size", most, NULL);
}

static GPtrArray *
get_frames (const Request *request, const Coverage *coverage, GError **error)
{
  g_autoptr (GPtrArray) frames = g_ptr_array_new_with_free_func ((GDestroyNotify) map_frame_free);

  for (guint i = 0; i < request->stages->len; i++)
    {
      MapFrame *frame = map_frame_new (request, i, coverage, error);

      if (frame == NULL)
        return NULL;
      g_ptr_array_add (frames, frame);
    }
  return g_steal_pointer (&frames);
}

static CnnPlan *
get_plan (const Request *request, GError **error)
{
  g_autofree guint *taps    = g_new (guint, request->stages->len);
  CnnPlanOptions    options = { .memory = request->memory };

  for (guint i = 0; i < request->stages->len; i++)
    taps[i] = request_get_stage (request, i)->node;
  return cnn_plan_new (request->network, request->input, request->stages->len, taps, &options,
                       error);
}

/* Where GIMP keeps what does not fit the memory. */
static char *
swap_folder (void)
{
  g_autofree char *folder = NULL;

  g_object_get (gegl_config (), "swap", &folder, NULL);
  return folder != NULL && g_path_is_absolute (folder) ? g_steal_pointer (&folder)
                                                       : g_strdup (g_get_tmp_dir ());
}

/* Whether to keep the values until their ranges are known, or to compute them
 * once more: measured, it is keeping that costs less where there are more
 * multiplications behind each. */
static gboolean
is_worth_keeping (const Request *request)
{
  double macs = 0.0, cells = 0.0;
  guint  last = 0;

  for (guint i = 0; i < request->stages->len; i++)
    {
      cells += (double) cnn_shape_cells (request_get_stage (request, i)->shape);
      last = request_get_stage (request, i)->node;
    }
  for (guint i = 0; i <= last; i++)
    macs += (double) request->infos[i].macs;
  return macs > MACS_WORTH_KEEPING * cells;
}

/* Runs the plan into the layers. Where the mapping needs the ranges of the values
 * it runs once before to find them; or it runs only then, and its values are
 * kept. */
static gboolean
draw (CnnPlan *plan, const CnnSource *source, const Request *request, GPtrArray *frames,
      const Layers *layers, GError **error)
{
  g_autoptr (MapRanges) ranges   = map_ranges_new (request);
  g_autoptr (MapStore)  store    = NULL;
  g_autoptr (Painter)   painter  = NULL;
  g_autofree char      *folder   = swap_folder ();
  Progress              progress = { 0.0, 1.0, 0.0 };
  CnnSink               sink     = { NULL };

  if (mapping_needs_range (request->mapping))
    {
      progress.share = 0.5;
      if (is_worth_keeping (request))
        {
          progress.share = 0.8;
          store = map_store_new (request, folder, error);
          if (store == NULL)
            return FALSE;
          sink = map_store_sink (store);
        }
      sink = map_ranges_sink (ranges, &sink);
      if (!cnn_plan_run (plan, source, &sink, show_progress, &progress, NULL, error))
        return FALSE;
      progress.from = progress.share;
      progress.share = 1.0 - progress.from;
    }
  painter = painter_new (request, frames, layers, ranges);
  sink = painter_sink (painter);
  if (!(store ? map_store_replay (store, &sink, show_progress, &progress, error)
              : cnn_plan_run (plan, source, &sink, show_progress, &progress, NULL, error)))
    return FALSE;
  painter_finish (painter);
  return TRUE;
}

/* The groups, in the network's order; NULL with an error and an untouched
 * image where something is in the way. */
static GPtrArray *
make_groups (GimpImage *image, GimpLayer *layer, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (Request)        request  = NULL;
  g_autoptr (Coverage)       coverage = NULL;
  g_autoptr (GPtrArray)      frames   = NULL;
  g_autoptr (CnnPlan)        plan     = NULL;
  g_autoptr (DrawableSource) source   = NULL;
  g_autoptr (Layers)         layers   = NULL;
  CnnSource                  plan_source;

  request = request_new (config, layer, error);
  if (request == NULL)
    return NULL;
  coverage = coverage_new (image, GIMP_DRAWABLE (layer), error);
  if (coverage == NULL)
    return NULL;
  frames = get_frames (request, coverage, error);
  if (frames == NULL)
    return NULL;

  gimp_progress_init (_("Feature Maps"));
  limit_cache (GIMP_DRAWABLE (layer));
  plan = get_plan (request, error);
  if (plan == NULL)
    return NULL;
  layers = layers_new (request, frames, layer, error);
  if (layers == NULL)
    return NULL;
  source = drawable_source_new (GIMP_DRAWABLE (layer), request->input, request->encoding);
  plan_source = drawable_source_get (source);
  if (!draw (plan, &plan_source, request, frames, layers, error))
    return NULL;

  /* From here on it cannot be cancelled: GIMP would do so by killing the
   * plug-in, and half of the groups would stay. */
  gimp_progress_end ();
  return layers_insert (layers, error);
}

/* The layer to work on. What is wrong with it or with the selection is said
 * before a person is asked anything. */
static GimpLayer *
get_layer (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  GimpLayer           *layer    = request_layer (image, drawables, error);
  g_autoptr (Coverage) coverage = NULL;

  if (layer != NULL)
    coverage = coverage_new (image, GIMP_DRAWABLE (layer), error);
  return coverage != NULL ? layer : NULL;
}

static GimpValueArray *
fail (GimpProcedure *procedure, GError *error)
{
  gboolean asked_wrong = g_error_matches (error, CNN_ERROR, CNN_ERROR_SPEC);
  char    *sentence    = request_sentence (error);

  g_free (error->message);
  error->message = sentence;
  return gimp_procedure_new_return_values (procedure,
                                           asked_wrong ? GIMP_PDB_CALLING_ERROR
                                                       : GIMP_PDB_EXECUTION_ERROR,
                                           error);
}

static GimpValueArray *
feature_maps_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image,
                  GimpDrawable **drawables, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GPtrArray) groups = NULL;
  GimpValueArray *values;
  GimpLayer      *layer;
  GError         *error = NULL;

  gegl_init (NULL, NULL);
  /* Failures are reported once, by us, in what we return. */
  gimp_plug_in_set_pdb_error_handler (gimp_get_plug_in (), GIMP_PDB_ERROR_HANDLER_PLUGIN);

  layer = get_layer (image, drawables, &error);
  if (layer == NULL)
    return fail (procedure, error);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      if (!feature_maps_dialog_run (procedure, config, layer))
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);

      /* The image does not wait for the dialog. */
      layer = get_layer (image, drawables, &error);
      if (layer == NULL)
        return fail (procedure, error);
    }

  groups = make_groups (image, layer, config, &error);
  if (groups == NULL)
    return fail (procedure, error);
  if (run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();

  g_ptr_array_add (groups, NULL);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_CORE_OBJECT_ARRAY (values, 1, groups->pdata);
  return values;
}

/* --- its arguments -------------------------------------------------------- */

static GimpChoice *
preset_choice (void)
{
  GimpChoice      *choice = gimp_choice_new ();
  const CnnPreset *presets;
  guint            n;

  presets = cnn_presets (&n);
  /* Translators: as in: none of the presets, a network of your own. */
  gimp_choice_add (choice, "custom", 0, _("Custom"), _("The network as it is written"));
  for (guint i = 0; i < n; i++)
    gimp_choice_add (choice, presets[i].name, i + 1, dgettext ("convolens", presets[i].label),
                     dgettext ("convolens", presets[i].blurb));
  return choice;
}

static GimpChoice *
mapping_choice (void)
{
  return gimp_choice_new_with_values (
    "clamp", MAPPING_CLAMP, _("Clamp: 0 to 1 as they are"), NULL,
    "range-map", MAPPING_RANGE_MAP, _("Range of each map: least black, greatest white"), NULL,
    "range-stage", MAPPING_RANGE_STAGE, _("Range of all maps of the layer"), NULL,
    "signed", MAPPING_SIGNED, _("Signed: 0 is mid-grey"), NULL,
    "diverging", MAPPING_DIVERGING, _("Diverging colours: blue below 0, red above"), NULL,
    "raw", MAPPING_RAW, _("Raw numbers (floating-point images only)"), NULL,
    NULL);
}

static void
add_arguments (GimpProcedure *procedure)
{
  const CnnPreset *preset = cnn_preset_find (DEFAULT_PRESET);

  gimp_procedure_add_choice_argument (
    procedure, "preset", _("_Preset"),
    _("A network that comes with Convolens, used instead of the text"), preset_choice (), "custom",
    G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "network", _("_Network"),
    _("One layer a line, or “;” between them; “#” starts a comment. For instance: "
      "conv 8 3x3 pad=same; relu; maxpool 2"),
    preset != NULL ? preset->text : "conv 1x1 kernels=identity", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "stages", _("Layers to _keep"),
    _("Which layers of the network are kept, each as a layer group: last, all, or a list like "
      "1,3-5,a of their numbers, counted from 1 without the input, and the names given with as=. "
      "Which maps of one can be said after a colon: 2:1-3+7"),
    "last", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "maps", _("_Maps of each"),
    _("Which of their feature maps are kept, each as a layer: all, or a list like 1-8,12"), "all",
    G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "mapping", _("_Values"),
    _("How the values of a map become pixels. Ranges are those of the whole map, also where only "
      "a part is selected; a map of one value is black"),
    mapping_choice (), "range-map", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "placement", _("Pl_acement"),
    _("Where the maps lie: over the part of the picture they come from, each cell a block as large "
      "as its step with nothing made up in between; or one pixel a cell, also side by side in one "
      "layer"),
    gimp_choice_new_with_values (
      "scaled", REQUEST_SCALED, _("Scaled to the picture"), NULL, /* */
      "own-size", REQUEST_OWN_SIZE, _("Own size: one pixel a cell"), NULL, /* */
      "contact-sheet", REQUEST_CONTACT_SHEET, _("Contact sheet: all maps in one layer"), NULL,
      NULL),
    "scaled", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "input-encoding", _("_Input"),
    _("Which numbers the network sees and the result is written in"),
    gimp_choice_new_with_values (
      "perceptual", PIXELS_PERCEPTUAL, _("Perceptual, as ordinary pictures are stored"), NULL, /* */
      "linear", PIXELS_LINEAR, _("Linear, in proportion to the light"), NULL, NULL),
    "perceptual", G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "memory", _("M_emory (MiB)"),
    _("How much memory the network may take for its maps and weights; 0 is half of what the "
      "machine has"),
    0, G_MAXINT, 0, G_PARAM_READWRITE);
  gimp_procedure_add_core_object_array_return_value (
    procedure, "groups", _("Layer groups"),
    _("A layer group for each layer of the network that was kept, in the network's order"),
    GIMP_TYPE_GROUP_LAYER, G_PARAM_READWRITE);
}

/**
 * feature_maps_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
feature_maps_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, FEATURE_MAPS_PROCEDURE,
                                                       GIMP_PDB_PROC_TYPE_PLUGIN, feature_maps_run,
                                                       NULL, NULL);
  g_autofree char *menu_path = NULL;

  /* Also for indexed images: there it says what to do. */
  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_sensitivity_mask (procedure, GIMP_PROCEDURE_SENSITIVE_DRAWABLE);
  gimp_procedure_set_menu_label (procedure, _("_Feature Maps…"));
  /* Translators: the name of a submenu of GIMP's menu Filters. */
  menu_path = g_build_path ("/", "<Image>/Filters", _("Neural Networ_k"), NULL);
  gimp_procedure_add_menu_path (procedure, menu_path);
  gimp_procedure_set_documentation (
    procedure, _("Run a convolutional network on the layer and keep what its layers see"),
    _("The network is text, one layer a line. Each chosen layer of it becomes a layer group above "
      "the picture, each of its feature maps a layer in it. The picture stays as it is."),
    FEATURE_MAPS_PROCEDURE);
  gimp_procedure_set_attribution (procedure, "The Convolens developers",
                                  "The Convolens developers", "2026");
  add_arguments (procedure);
  return procedure;
}
