/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The plug-in as GIMP sees it: its procedures and its translations. */

#include <string.h>

#include <libgimp/gimp.h>

#include "apply-procedure.h"
#include "classify-procedure.h"
#include "edit-procedure.h"
#include "feature-maps.h"
#include "i18n.h"
#include "refresh-procedure.h"
#include "learn-procedure.h"
#include "train-procedure.h"

#define CONVOLENS_TYPE_PLUG_IN (convolens_get_type ())
G_DECLARE_FINAL_TYPE (Convolens, convolens, CONVOLENS, PLUG_IN, GimpPlugIn)

struct _Convolens
{
  GimpPlugIn parent_instance;
};

G_DEFINE_FINAL_TYPE (Convolens, convolens, GIMP_TYPE_PLUG_IN)
GIMP_MAIN (CONVOLENS_TYPE_PLUG_IN)

static GList *
convolens_query_procedures (GimpPlugIn *plug_in)
{
  GList *names = g_list_append (NULL, g_strdup (FEATURE_MAPS_PROCEDURE));

  names = g_list_append (names, g_strdup (APPLY_PROCEDURE));
  names = g_list_append (names, g_strdup (CLASSIFY_PROCEDURE));
  names = g_list_append (names, g_strdup (EDIT_PROCEDURE));
  names = g_list_append (names, g_strdup (REFRESH_PROCEDURE));
  names = g_list_append (names, g_strdup (LEARN_FILTER_PROCEDURE));
  return g_list_append (names, g_strdup (TRAIN_PROCEDURE));
}

static GimpProcedure *
convolens_create_procedure (GimpPlugIn *plug_in, const char *name)
{
  if (strcmp (name, FEATURE_MAPS_PROCEDURE) == 0)
    return feature_maps_create (plug_in);
  if (strcmp (name, APPLY_PROCEDURE) == 0)
    return apply_create (plug_in);
  if (strcmp (name, CLASSIFY_PROCEDURE) == 0)
    return classify_create (plug_in);
  if (strcmp (name, EDIT_PROCEDURE) == 0)
    return edit_create (plug_in);
  if (strcmp (name, REFRESH_PROCEDURE) == 0)
    return refresh_create (plug_in);
  if (strcmp (name, LEARN_FILTER_PROCEDURE) == 0)
    return learn_create (plug_in);
  if (strcmp (name, TRAIN_PROCEDURE) == 0)
    return train_create (plug_in);
  return NULL;
}

/* GIMP complains on the console where the folder is missing, as it is when the
 * plug-in runs from the place it was built in. */
static gboolean
convolens_set_i18n (GimpPlugIn *plug_in, const char *procedure_name, char **gettext_domain,
                    char **catalog_dir)
{
  g_autofree char *folder = g_path_get_dirname (gimp_get_progname ());
  g_autofree char *locale = g_build_filename (folder, "locale", NULL);

  *gettext_domain = g_strdup ("convolens");
  return g_file_test (locale, G_FILE_TEST_IS_DIR);
}

static void
ignore (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

/* By now GIMP has what it asked for and may have closed its end of the pipe.
 * libgimp still says goodbye, and warns on the console when nobody listens. */
static void
convolens_quit (GimpPlugIn *plug_in)
{
  g_log_set_handler ("LibGimp", G_LOG_LEVEL_WARNING, ignore, NULL);
}

static void
convolens_class_init (ConvolensClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = convolens_query_procedures;
  plug_in_class->create_procedure = convolens_create_procedure;
  plug_in_class->set_i18n         = convolens_set_i18n;
  plug_in_class->quit             = convolens_quit;
}

static void
convolens_init (Convolens *convolens)
{
}
