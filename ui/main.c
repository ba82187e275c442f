/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The editor on a picture in a file, without GIMP:
 *
 *   cnn-editor [--network TEXT | --preset NAME | --model FILE] PICTURE
 *
 * Nothing becomes of what is done in it but the text, which is printed at the end. */

#include <locale.h>
#include <stdlib.h>

#include "editor.h"
#include "file-picture.h"
#include "i18n.h"
#include "network.h"
#include "presets.h"

#define FIRST_PRESET "three-stages"

static char  *network_text;
static char  *preset_name;
static char  *model_file;
static char **files;

static const GOptionEntry entries[] = {
  { "network", 'n', 0, G_OPTION_ARG_STRING, &network_text, "the network to begin with", "TEXT" },
  { "preset", 'p', 0, G_OPTION_ARG_STRING, &preset_name, "one that comes with Convolens", "NAME" },
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, &model_file, "an .onnx model to open", "FILE" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "PICTURE" },
  { NULL },
};

static void G_GNUC_NORETURN
fail (const char *sentence)
{
  g_printerr ("cnn-editor: %s\n", sentence);
  exit (1);
}

static void
network_changed (CnnEditor *editor, GParamSpec *spec, gpointer data)
{
  g_autofree char       *text    = NULL;
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnNetwork) network = NULL;

  g_object_get (editor, "network", &text, NULL);
  network = cnn_network_parse (text, &error);
  cnn_editor_verdict (editor, network != NULL,
                      network != NULL ? _("GIMP would make layers of the maps that are ticked")
                                      : error->message);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError)     error   = NULL;
  g_autoptr (CnnPicture) picture = NULL;
  g_autofree char       *folder  = g_build_filename (g_get_user_data_dir (), "convolens", NULL);
  g_autofree char       *text    = NULL;
  const CnnPreset       *preset;
  GtkWidget             *window, *editor;

  setlocale (LC_ALL, "");
  bind_textdomain_codeset ("convolens", "UTF-8");
  if (g_getenv ("CONVOLENS_LOCALE") != NULL)
    bindtextdomain ("convolens", g_getenv ("CONVOLENS_LOCALE"));
  if (!gtk_init_with_args (&argc, &argv, NULL, entries, NULL, &error))
    fail (error != NULL ? error->message : "there is no screen");
  if (files == NULL || files[0] == NULL || files[1] != NULL)
    fail ("expected the name of one picture");
  picture = file_picture_new (files[0], &error);
  if (picture == NULL)
    fail (error->message);
  preset = cnn_preset_find (preset_name != NULL ? preset_name : FIRST_PRESET);
  if (preset == NULL)
    fail ("there is no preset of that name");

  window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  editor = cnn_editor_new (picture, folder);
  gtk_window_set_title (GTK_WINDOW (window), "Convolens");
  gtk_window_set_default_size (GTK_WINDOW (window), 1240, 680);
  gtk_container_set_border_width (GTK_CONTAINER (window), 6);
  gtk_container_add (GTK_CONTAINER (window), editor);
  g_signal_connect (editor, "notify::network", G_CALLBACK (network_changed), NULL);
  g_object_set (editor, "network", network_text != NULL ? network_text : preset->text, NULL);
  if (model_file != NULL)
    cnn_editor_open (CNN_EDITOR (editor), model_file);
  gtk_widget_show (editor);
  gtk_widget_show (window);
  g_signal_connect (window, "delete-event", G_CALLBACK (gtk_main_quit), NULL);
  gtk_main ();

  g_object_get (editor, "network", &text, NULL);
  g_print ("%s", text);
  gtk_widget_destroy (window);
  return 0;
}
