/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A plug-in for the tests. Script-Fu sees and sets colours as whole numbers 0
 * to 255; this reads and writes the very numbers that a drawable stores; of a
 * group, those of its layers one after the other. Writing gives back what is
 * stored then. */

#include <string.h>

#include <libgimp/gimp.h>

#define READ_PROCEDURE  "plug-in-convolens-probe-read"
#define WRITE_PROCEDURE "plug-in-convolens-probe-write"

#define PROBE_TYPE_PLUG_IN (probe_get_type ())
G_DECLARE_FINAL_TYPE (Probe, probe, PROBE, PLUG_IN, GimpPlugIn)

struct _Probe
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (Probe, probe, GIMP_TYPE_PLUG_IN)
GIMP_MAIN (PROBE_TYPE_PLUG_IN)

/* The drawable's own kind of number, only wider: no light is converted. */
static const Babl *
wide_format (GimpDrawable *drawable)
{
  static const char *const models[] = { "Y", "Y'", "Y~", "RGB", "R'G'B'", "R~G~B~" };
  const Babl *own   = gimp_drawable_get_format (drawable);
  int         trc   = gimp_image_get_precision (gimp_item_get_image (GIMP_ITEM (drawable))) % 100;
  const char *model = models[3 * gimp_drawable_is_rgb (drawable) + (trc >= 50) + (trc >= 75)];
  g_autofree char *name = g_strdup_printf (
    "%s%s double", model, gimp_drawable_has_alpha (drawable) ? "A" : "");

  return babl_format_with_space (name, babl_format_get_space (own));
}

static gboolean
write_numbers (GimpDrawable *drawable, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const Babl      *format = wide_format (drawable);
  GValue           value  = G_VALUE_INIT;
  const GimpArray *array;
  gsize            n;

  n = (gsize) gimp_drawable_get_width (drawable) * gimp_drawable_get_height (drawable) *
      babl_format_get_n_components (format);
  g_value_init (&value, GIMP_TYPE_DOUBLE_ARRAY);
  g_object_get_property (G_OBJECT (config), "numbers", &value);
  array = g_value_get_boxed (&value);
  if (array == NULL || array->length != n * sizeof (double))
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0, "probe: %" G_GSIZE_FORMAT " numbers are needed",
                   n);
      return FALSE;
    }
  gegl_buffer_set (buffer, NULL, 0, format, array->data, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_flush (buffer);
  g_value_unset (&value);
  return TRUE;
}

static void
read_numbers (GimpDrawable *drawable, GArray *numbers)
{
  g_autoptr (GeglBuffer) buffer = gimp_drawable_get_buffer (drawable);
  const Babl *format = wide_format (drawable);
  gsize       had    = numbers->len;
  gsize       n;

  n = (gsize) gimp_drawable_get_width (drawable) * gimp_drawable_get_height (drawable) *
      babl_format_get_n_components (format);
  g_array_set_size (numbers, had + n);
  gegl_buffer_get (buffer, NULL, 1.0, format, &g_array_index (numbers, double, had),
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
}

static GimpValueArray *
probe_run (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GArray) numbers  = g_array_new (FALSE, FALSE, sizeof (double));
  GimpDrawable      *drawable = NULL;
  GError            *error    = NULL;
  GimpValueArray    *values;

  gegl_init (NULL, NULL);
  g_object_get (config, "drawable", &drawable, NULL);

  if (strcmp (gimp_procedure_get_name (procedure), WRITE_PROCEDURE) == 0 &&
      !write_numbers (drawable, config, &error))
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);

  if (gimp_item_is_group (GIMP_ITEM (drawable)))
    {
      g_autofree GimpItem **children = gimp_item_get_children (GIMP_ITEM (drawable));

      for (GimpItem **child = children; *child != NULL; child++)
        read_numbers (GIMP_DRAWABLE (*child), numbers);
    }
  else
    {
      read_numbers (drawable, numbers);
    }

  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, 1, (double *) (void *) numbers->data, numbers->len);
  return values;
}

static GList *
probe_query_procedures (GimpPlugIn *plug_in)
{
  return g_list_append (g_list_append (NULL, g_strdup (READ_PROCEDURE)),
                        g_strdup (WRITE_PROCEDURE));
}

static GimpProcedure *
probe_create_procedure (GimpPlugIn *plug_in, const char *name)
{
  GimpProcedure *procedure =
    gimp_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, probe_run, NULL, NULL);

  gimp_procedure_set_documentation (procedure, "Read or write pixels as numbers", NULL, name);
  gimp_procedure_set_attribution (procedure, "The Convolens developers",
                                  "The Convolens developers", "2026");
  gimp_procedure_add_drawable_argument (procedure, "drawable", "Drawable", NULL, FALSE,
                                        G_PARAM_READWRITE);
  if (strcmp (name, WRITE_PROCEDURE) == 0)
    gimp_procedure_add_double_array_argument (procedure, "numbers", "Numbers", NULL,
                                              G_PARAM_READWRITE);
  gimp_procedure_add_double_array_return_value (procedure, "stored", "Stored numbers", NULL,
                                                G_PARAM_READWRITE);
  return procedure;
}

static void
probe_class_init (ProbeClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = probe_query_procedures;
  plug_in_class->create_procedure = probe_create_procedure;
  plug_in_class->set_i18n         = NULL;
}

static void
probe_init (Probe *probe)
{
}
