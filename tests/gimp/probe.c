/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A plug-in for the tests. Script-Fu sees and sets colours as whole numbers 0
 * to 255; this reads and writes the very numbers that a drawable stores; of a
 * group, those of its layers one after the other. Writing gives back what is
 * stored then. Large pictures, too many numbers for Script-Fu, are filled with
 * what looks like chance, and compared. */

#include <math.h>
#include <string.h>

#include <libgimp/gimp.h>

#define READ_PROCEDURE  "plug-in-convolens-probe-read"
#define WRITE_PROCEDURE "plug-in-convolens-probe-write"
#define FILL_PROCEDURE  "plug-in-convolens-probe-fill"
#define DIFFERENCE_PROCEDURE "plug-in-convolens-probe-difference"

#define PROBE_TYPE_PLUG_IN (probe_get_type ())
G_DECLARE_FINAL_TYPE (Probe, probe, PROBE, PLUG_IN, GimpPlugIn)

struct _Probe
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (Probe, probe, GIMP_TYPE_PLUG_IN)
GIMP_MAIN (PROBE_TYPE_PLUG_IN)

/* What is stored, number by number. babl is not asked: it may convert through
 * other colours and lose the last digits. */

static double
half_to_double (guint16 bits)
{
  int    exponent = (bits >> 10) & 31;
  int    fraction = bits & 1023;
  double size     = exponent == 0 ? ldexp (fraction, -24) : ldexp (1024 + fraction, exponent - 25);

  if (exponent == 31)
    size = fraction ? NAN : INFINITY;
  return bits & 0x8000 ? -size : size;
}

static guint16
double_to_half (double value)
{
  guint16 best = 0;

  /* There are few, and the tests write few. */
  for (guint bits = 1; bits < 0x10000; bits++)
    if (fabs (half_to_double (bits) - value) < fabs (half_to_double (best) - value))
      best = bits;
  return best;
}

static double
get_number (const char *type, const void *numbers, gsize i)
{
  if (strcmp (type, "u8") == 0)
    return ((const guint8 *) numbers)[i] / 255.0;
  if (strcmp (type, "u16") == 0)
    return ((const guint16 *) numbers)[i] / 65535.0;
  if (strcmp (type, "u32") == 0)
    return ((const guint32 *) numbers)[i] / 4294967295.0;
  if (strcmp (type, "half") == 0)
    return half_to_double (((const guint16 *) numbers)[i]);
  if (strcmp (type, "float") == 0)
    return ((const float *) numbers)[i];
  return ((const double *) numbers)[i];
}

static void
set_number (const char *type, void *numbers, gsize i, double value)
{
  if (strcmp (type, "u8") == 0)
    ((guint8 *) numbers)[i] = round (value * 255.0);
  else if (strcmp (type, "u16") == 0)
    ((guint16 *) numbers)[i] = round (value * 65535.0);
  else if (strcmp (type, "u32") == 0)
    ((guint32 *) numbers)[i] = round (value * 4294967295.0);
  else if (strcmp (type, "half") == 0)
    ((guint16 *) numbers)[i] = double_to_half (value);
  else if (strcmp (type, "float") == 0)
    ((float *) numbers)[i] = value;
  else
    ((double *) numbers)[i] = value;
}

typedef struct
{
  GeglBuffer *buffer;
  const Babl *format;
  const char *type;
  gsize       n;      /* numbers */
  void       *stored;
} Pixels;

static Pixels
pixels_open (GimpDrawable *drawable)
{
  Pixels pixels;
  gsize  cells = (gsize) gimp_drawable_get_width (drawable) * gimp_drawable_get_height (drawable);

  pixels.buffer = gimp_drawable_get_buffer (drawable);
  pixels.format = gimp_drawable_get_format (drawable);
  pixels.type = babl_get_name (babl_format_get_type (pixels.format, 0));
  pixels.n = cells * babl_format_get_n_components (pixels.format);
  pixels.stored = g_malloc (cells * babl_format_get_bytes_per_pixel (pixels.format));
  return pixels;
}

static void
pixels_close (Pixels *pixels)
{
  g_object_unref (pixels->buffer);
  g_free (pixels->stored);
}

static gboolean
write_numbers (GimpDrawable *drawable, GimpProcedureConfig *config, GError **error)
{
  Pixels           pixels = pixels_open (drawable);
  GValue           value  = G_VALUE_INIT;
  const GimpArray *array;
  gboolean         fits;

  g_value_init (&value, GIMP_TYPE_DOUBLE_ARRAY);
  g_object_get_property (G_OBJECT (config), "numbers", &value);
  array = g_value_get_boxed (&value);
  fits = array != NULL && array->length == pixels.n * sizeof (double);
  if (fits)
    {
      for (gsize i = 0; i < pixels.n; i++)
        set_number (pixels.type, pixels.stored, i, ((const double *) (void *) array->data)[i]);
      gegl_buffer_set (pixels.buffer, NULL, 0, pixels.format, pixels.stored, GEGL_AUTO_ROWSTRIDE);
      gegl_buffer_flush (pixels.buffer);
    }
  else
    {
      g_set_error (error, GIMP_PLUG_IN_ERROR, 0, "probe: %" G_GSIZE_FORMAT " numbers are needed",
                   pixels.n);
    }
  g_value_unset (&value);
  pixels_close (&pixels);
  return fits;
}

static void
read_numbers (GimpDrawable *drawable, GArray *numbers)
{
  Pixels pixels = pixels_open (drawable);

  gegl_buffer_get (pixels.buffer, NULL, 1.0, pixels.format, pixels.stored, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  for (gsize i = 0; i < pixels.n; i++)
    {
      double number = get_number (pixels.type, pixels.stored, i);

      g_array_append_val (numbers, number);
    }
  pixels_close (&pixels);
}

/* All numbers of a drawable; of a group, of its layers. */
static GArray *
all_numbers (GimpDrawable *drawable)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (double));

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
  return numbers;
}

/* Whole 255ths, the same for the same seed in every precision. */
static void
fill_numbers (GimpDrawable *drawable, guint32 seed)
{
  Pixels            pixels = pixels_open (drawable);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  for (gsize i = 0; i < pixels.n; i++)
    set_number (pixels.type, pixels.stored, i, g_rand_int_range (random, 0, 256) / 255.0);
  gegl_buffer_set (pixels.buffer, NULL, 0, pixels.format, pixels.stored, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_flush (pixels.buffer);
  pixels_close (&pixels);
}

/* The largest difference, and the mean of their squares; with a @channel, of each number to that
 * one of the other's pixel. */
static GArray *
difference (GimpDrawable *a, GimpDrawable *b, int channel)
{
  g_autoptr (GArray) numbers = all_numbers (a);
  g_autoptr (GArray) others  = all_numbers (b);
  int                n       = babl_format_get_n_components (gimp_drawable_get_format (a));
  double             found[] = { 0.0, 0.0 };

  for (guint i = 0; numbers->len == others->len && i < numbers->len; i++)
    {
      guint  k = channel < 0 ? i : i / n * n + channel;
      double d = fabs (g_array_index (numbers, double, i) - g_array_index (others, double, k));

      found[0] = d <= found[0] ? found[0] : d; /* NaN too */
      found[1] += d * d / numbers->len;
    }
  if (numbers->len != others->len || numbers->len == 0)
    found[0] = found[1] = INFINITY;
  return g_array_append_vals (g_array_new (FALSE, FALSE, sizeof (double)), found, 2);
}

static GArray *
run_named (const char *name, GimpProcedureConfig *config, GError **error)
{
  g_autoptr (GimpDrawable) drawable = NULL;
  g_autoptr (GimpDrawable) other    = NULL;
  int number;

  g_object_get (config, "drawable", &drawable, NULL);
  if (strcmp (name, FILL_PROCEDURE) == 0)
    {
      g_object_get (config, "seed", &number, NULL);
      fill_numbers (drawable, number);
      return g_array_new (FALSE, FALSE, sizeof (double));
    }
  if (strcmp (name, DIFFERENCE_PROCEDURE) == 0)
    {
      g_object_get (config, "other", &other, "channel", &number, NULL);
      return difference (drawable, other, number);
    }
  if (strcmp (name, WRITE_PROCEDURE) == 0 && !write_numbers (drawable, config, error))
    return NULL;
  return all_numbers (drawable);
}

static GimpValueArray *
probe_run (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (GArray) numbers = NULL;
  GError            *error   = NULL;
  GimpValueArray    *values;

  gegl_init (NULL, NULL);
  numbers = run_named (gimp_procedure_get_name (procedure), config, &error);
  if (numbers == NULL)
    return gimp_procedure_new_return_values (procedure, GIMP_PDB_CALLING_ERROR, error);
  values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  GIMP_VALUES_SET_DOUBLE_ARRAY (values, 1, (double *) (void *) numbers->data, numbers->len);
  return values;
}

static GList *
probe_query_procedures (GimpPlugIn *plug_in)
{
  static const char *const names[] = { READ_PROCEDURE, WRITE_PROCEDURE, FILL_PROCEDURE,
                                       DIFFERENCE_PROCEDURE };
  GList *list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    list = g_list_append (list, g_strdup (names[i]));
  return list;
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
  if (strcmp (name, FILL_PROCEDURE) == 0)
    gimp_procedure_add_int_argument (procedure, "seed", "Seed", NULL, 0, G_MAXINT, 0,
                                     G_PARAM_READWRITE);
  if (strcmp (name, DIFFERENCE_PROCEDURE) == 0)
    {
      gimp_procedure_add_drawable_argument (procedure, "other", "Other", NULL, FALSE,
                                            G_PARAM_READWRITE);
      gimp_procedure_add_int_argument (procedure, "channel", "Channel", NULL, -1, 4, -1,
                                       G_PARAM_READWRITE);
    }
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
