/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "presets-view.h"

#include "i18n.h"
#include "notes.h"
#include "preset-row.h"
#include "presets.h"
#include "thumbnails.h"
#include "user-presets.h"

/* The popover's pages. */
#define PAGE_LIST "list"
#define PAGE_NAME "name"
#define PAGE_ASK  "ask"

/** Task: what is being asked about. */
typedef enum
{
  TASK_SAVE,
  TASK_RENAME,
  TASK_DELETE
} Task;

struct _CnnPresetsView
{
  GtkBox         parent;
  CnnDraft      *draft;
  char          *folder;
  CnnThumbnails *thumbnails;
  GHashTable    *made; /* text → cairo_surface_t, NULL where there is none */
  GHashTable    *asked; /* texts whose thumbnails are being made */

  GtkWidget     *popover;
  GtkWidget     *stack;
  GtkWidget     *scrolled;
  GtkWidget     *list;
  GtkWidget     *save;
  GtkWidget     *trouble; /* what went wrong, below the list */
  GtkWidget     *entry;
  GtkWidget     *name_title;
  GtkWidget     *name_note;
  GtkWidget     *name_ok;
  GtkWidget     *question;
  GtkWidget     *ask_ok;

  Task           task;
  char          *subject; /* the preset of one's own that the task is about */
  char          *name;    /* that it is to have */
};

G_DEFINE_FINAL_TYPE (CnnPresetsView, cnn_presets_view, GTK_TYPE_BOX)

static void
show_page (CnnPresetsView *view, const char *page)
{
  gtk_stack_set_visible_child_name (GTK_STACK (view->stack), page);
}

/* --- the list ------------------------------------------------------------- */

static void
thumbnail_made (const char *text, cairo_surface_t *surface, gpointer data)
{
  CnnPresetsView *view = data;

  g_hash_table_remove (view->asked, text);
  g_hash_table_insert (view->made, g_strdup (text),
                       surface ? cairo_surface_reference (surface) : NULL);
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (view->list), i);

      if (row == NULL)
        break;
      if (g_strcmp0 (preset_row_text (GTK_WIDGET (row)), text) == 0)
        preset_row_set_thumbnail (GTK_WIDGET (row), surface);
    }
}

static void
want_thumbnail (CnnPresetsView *view, GtkWidget *row)
{
  const char *text = preset_row_text (row);
  gpointer    surface;

  if (text == NULL)
    preset_row_set_thumbnail (row, NULL);
  else if (g_hash_table_lookup_extended (view->made, text, NULL, &surface))
    preset_row_set_thumbnail (row, surface);
  else if (g_hash_table_add (view->asked, g_strdup (text)))
    cnn_thumbnails_want (view->thumbnails, text);
}

static void start_task (CnnPresetsView *view, Task task, const char *subject);

static void
rename_clicked (GtkWidget *button, gpointer view)
{
  start_task (view, TASK_RENAME, preset_row_name (button));
}

static void
delete_clicked (GtkWidget *button, gpointer view)
{
  start_task (view, TASK_DELETE, preset_row_name (button));
}

static void
add_own (CnnPresetsView *view)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) names = user_presets_list (view->folder, &error);

  if (error != NULL)
    note_set (view->trouble, error->message);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autoptr (GError) trouble = NULL;
      g_autofree char   *text = user_presets_load (view->folder, names->pdata[i], &trouble);
      GtkWidget         *row = preset_row_new (names->pdata[i], names->pdata[i],
                                               trouble ? trouble->message : NULL, text);

      preset_row_add_button (row, "document-edit-symbolic", _("Rename “%s”"),
                             G_CALLBACK (rename_clicked), view);
      preset_row_add_button (row, "edit-delete-symbolic", _("Delete “%s”"),
                             G_CALLBACK (delete_clicked), view);
      gtk_container_add (GTK_CONTAINER (view->list), row);
      want_thumbnail (view, row);
    }
}

static void
fill_list (CnnPresetsView *view)
{
  GtkListBoxRow   *row;
  const CnnPreset *presets;
  guint            n;

  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (view->list), 0)) != NULL)
    gtk_widget_destroy (GTK_WIDGET (row));
  presets = cnn_presets (&n);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *preset = preset_row_new (NULL, dgettext ("convolens", presets[i].label),
                                          dgettext ("convolens", presets[i].blurb),
                                          presets[i].text);

      gtk_container_add (GTK_CONTAINER (view->list), preset);
      want_thumbnail (view, preset);
    }
  add_own (view);
}

static void
show_list (CnnPresetsView *view)
{
  fill_list (view);
  show_page (view, PAGE_LIST);
  gtk_widget_set_sensitive (view->save, cnn_draft_n_layers (view->draft) > 0);
}

/* A heading above the first preset and above the first of one's own. */
static void
set_heading (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  gboolean   own = preset_row_name (GTK_WIDGET (row)) != NULL;
  GtkWidget *heading;

  if (before != NULL && own == (preset_row_name (GTK_WIDGET (before)) != NULL))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  if (gtk_list_box_row_get_header (row) != NULL)
    return;
  heading = gtk_label_new (own ? _("Your own") : _("Come with the program"));
  gtk_label_set_xalign (GTK_LABEL (heading), 0.0f);
  gtk_style_context_add_class (gtk_widget_get_style_context (heading), "dim-label");
  g_object_set (heading, "margin", 6, NULL);
  gtk_widget_show (heading);
  gtk_list_box_row_set_header (row, heading);
}

static void
chosen (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  CnnPresetsView    *view = data;
  const char        *name = preset_row_name (GTK_WIDGET (row));
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = NULL;

  /* The file may have changed since the list was made. */
  text = name ? user_presets_load (view->folder, name, &error)
              : g_strdup (preset_row_text (GTK_WIDGET (row)));
  note_set (view->trouble, error ? error->message : NULL);
  if (text == NULL)
    return;
  if (name != NULL)
    {
      g_free (view->name);
      view->name = g_strdup (name);
    }
  gtk_popover_popdown (GTK_POPOVER (view->popover));
  cnn_draft_set_text (view->draft, text);
}

/* --- saving, renaming, deleting ------------------------------------------- */

static void
task_done (CnnPresetsView *view)
{
  note_set (view->trouble, NULL);
  show_list (view);
  gtk_widget_child_focus (view->list, GTK_DIR_TAB_FORWARD);
}

static void
do_task (CnnPresetsView *view)
{
  g_autoptr (GError) error = NULL;

  switch (view->task)
    {
    case TASK_SAVE:
      user_presets_save (view->folder, view->name, cnn_draft_text (view->draft), &error);
      break;
    case TASK_RENAME:
      user_presets_rename (view->folder, view->subject, view->name, &error);
      break;
    case TASK_DELETE:
      user_presets_remove (view->folder, view->subject, &error);
      break;
    }
  if (error == NULL)
    {
      task_done (view);
      return;
    }
  if (view->task == TASK_DELETE)
    {
      show_list (view);
      note_set (view->trouble, error->message);
      return;
    }
  show_page (view, PAGE_NAME);
  note_set (view->name_note, error->message);
  gtk_widget_grab_focus (view->entry);
}

static void
ask (CnnPresetsView *view, const char *format, const char *name, const char *action)
{
  g_autofree char *question = g_strdup_printf (format, name);

  gtk_label_set_text (GTK_LABEL (view->question), question);
  gtk_button_set_label (GTK_BUTTON (view->ask_ok), action);
  show_page (view, PAGE_ASK);
  gtk_widget_child_focus (gtk_stack_get_visible_child (GTK_STACK (view->stack)),
                          GTK_DIR_TAB_FORWARD);
}

static void
name_changed (CnnPresetsView *view)
{
  g_autoptr (GError) error = NULL;
  const char        *typed = gtk_entry_get_text (GTK_ENTRY (view->entry));
  g_autofree char   *name = user_presets_name (typed, &error);

  gtk_widget_set_sensitive (view->name_ok, name != NULL);
  note_set (view->name_note, error && *typed ? error->message : NULL);
}

static void
name_given (CnnPresetsView *view)
{
  char *name = user_presets_name (gtk_entry_get_text (GTK_ENTRY (view->entry)), NULL);

  if (name == NULL)
    return;
  g_free (view->name);
  view->name = name;
  if (view->task == TASK_RENAME && g_strcmp0 (view->subject, name) == 0)
    task_done (view);
  else if (user_presets_exists (view->folder, name))
    ask (view, _("There is a preset “%s” already. Replace it?"), name, _("_Replace"));
  else
    do_task (view);
}

static void
start_task (CnnPresetsView *view, Task task, const char *subject)
{
  char *about = g_strdup (subject);

  g_free (view->subject);
  view->subject = about;
  view->task = task;
  if (task == TASK_DELETE)
    {
      ask (view, _("Delete your preset “%s”? This cannot be undone."), about, _("_Delete"));
      return;
    }
  gtk_label_set_text_with_mnemonic (GTK_LABEL (view->name_title),
                                    task == TASK_SAVE ? _("_Name of the new preset")
                                                      : _("New _name of the preset"));
  gtk_button_set_label (GTK_BUTTON (view->name_ok), task == TASK_SAVE ? _("_Save") : _("_Rename"));
  gtk_entry_set_text (GTK_ENTRY (view->entry),
                      task == TASK_RENAME ? about : view->name ? view->name : "");
  name_changed (view);
  show_page (view, PAGE_NAME);
  gtk_widget_grab_focus (view->entry);
}

static void
save_clicked (CnnPresetsView *view)
{
  start_task (view, TASK_SAVE, NULL);
}

static void
cancelled (CnnPresetsView *view)
{
  show_list (view);
  gtk_widget_child_focus (view->list, GTK_DIR_TAB_FORWARD);
}

/* --- the widgets ---------------------------------------------------------- */

static GtkWidget *
add_page (CnnPresetsView *view, const char *name)
{
  GtkWidget *page = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  g_object_set (page, "margin", 10, NULL);
  gtk_stack_add_named (GTK_STACK (view->stack), page, name);
  return page;
}

static void
add_list_page (CnnPresetsView *view)
{
  GtkWidget *page = add_page (view, PAGE_LIST);

  view->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (view->list), GTK_SELECTION_NONE);
  gtk_list_box_set_header_func (GTK_LIST_BOX (view->list), set_heading, NULL, NULL);
  atk_object_set_name (gtk_widget_get_accessible (view->list), _("Presets"));
  g_signal_connect (view->list, "row-activated", G_CALLBACK (chosen), view);
  view->scrolled = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (view->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (view->scrolled), TRUE);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (view->scrolled), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (view->scrolled), view->list);
  gtk_box_pack_start (GTK_BOX (page), view->scrolled, TRUE, TRUE, 0);

  view->trouble = note_add (page);
  view->save = gtk_button_new_with_mnemonic (_("_Save as…"));
  gtk_widget_set_tooltip_text (view->save, _("Keep this network among your own presets"));
  g_signal_connect_swapped (view->save, "clicked", G_CALLBACK (save_clicked), view);
  gtk_box_pack_start (GTK_BOX (page), view->save, FALSE, FALSE, 0);
}

static void
add_name_page (CnnPresetsView *view)
{
  GtkWidget *page = add_page (view, PAGE_NAME);

  view->entry = gtk_entry_new ();
  view->name_title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (view->name_title), 0.0f);
  gtk_label_set_mnemonic_widget (GTK_LABEL (view->name_title), view->entry);
  atk_object_set_name (gtk_widget_get_accessible (view->entry), _("Name"));
  gtk_box_pack_start (GTK_BOX (page), view->name_title, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), view->entry, FALSE, FALSE, 0);
  view->name_note = note_add (page);
  view->name_ok = answers_add (page, GTK_STYLE_CLASS_SUGGESTED_ACTION,
                               G_CALLBACK (cancelled), G_CALLBACK (name_given), view);
  g_signal_connect_swapped (view->entry, "changed", G_CALLBACK (name_changed), view);
  g_signal_connect_swapped (view->entry, "activate", G_CALLBACK (name_given), view);
}

static void
add_ask_page (CnnPresetsView *view)
{
  GtkWidget *page = add_page (view, PAGE_ASK);

  view->question = sentence_new ();
  gtk_box_pack_start (GTK_BOX (page), view->question, FALSE, FALSE, 0);
  view->ask_ok = answers_add (page, GTK_STYLE_CLASS_DESTRUCTIVE_ACTION,
                              G_CALLBACK (cancelled), G_CALLBACK (do_task), view);
}

/* The list as high as there is room for in the window. */
static void
button_toggled (CnnPresetsView *view, GtkToggleButton *button)
{
  int height = gtk_widget_get_allocated_height (gtk_widget_get_toplevel (GTK_WIDGET (view)));

  if (!gtk_toggle_button_get_active (button))
    return;
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (view->scrolled),
                                              CLAMP (height - 170, 120, 560));
  note_set (view->trouble, NULL);
  show_list (view);
}

static void
add_button (CnnPresetsView *view)
{
  GtkWidget *button  = gtk_menu_button_new ();
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label   = gtk_label_new_with_mnemonic (_("_Presets"));

  gtk_container_remove (GTK_CONTAINER (button), gtk_bin_get_child (GTK_BIN (button)));
  gtk_box_pack_start (GTK_BOX (content), label, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), gtk_image_new_from_icon_name ("pan-down-symbolic",
                                                                       GTK_ICON_SIZE_BUTTON),
                      FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (button), content);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), button);
  gtk_widget_set_tooltip_text (button, _("Networks that come with the program, and your own"));
  atk_object_set_name (gtk_widget_get_accessible (button), _("Presets"));
  view->popover = gtk_popover_new (button);
  gtk_container_add (GTK_CONTAINER (view->popover), view->stack);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), view->popover);
  g_signal_connect_swapped (button, "toggled", G_CALLBACK (button_toggled), view);
  gtk_box_pack_start (GTK_BOX (view), button, TRUE, TRUE, 0);
  gtk_widget_show_all (button);
  gtk_widget_show_all (view->stack);
}

static void
surface_destroy (gpointer surface)
{
  if (surface != NULL)
    cairo_surface_destroy (surface);
}

static void
cnn_presets_view_init (CnnPresetsView *view)
{
  view->made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, surface_destroy);
  view->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  view->stack = gtk_stack_new ();
  gtk_stack_set_vhomogeneous (GTK_STACK (view->stack), FALSE);
  gtk_stack_set_hhomogeneous (GTK_STACK (view->stack), TRUE);
  add_list_page (view);
  add_name_page (view);
  add_ask_page (view);
  add_button (view);
}

static void
cnn_presets_view_dispose (GObject *object)
{
  CnnPresetsView *view = CNN_PRESETS_VIEW (object);

  g_clear_pointer (&view->thumbnails, cnn_thumbnails_free);
  G_OBJECT_CLASS (cnn_presets_view_parent_class)->dispose (object);
}

static void
cnn_presets_view_finalize (GObject *object)
{
  CnnPresetsView *view = CNN_PRESETS_VIEW (object);

  g_object_unref (view->draft);
  g_hash_table_unref (view->made);
  g_hash_table_unref (view->asked);
  g_free (view->folder);
  g_free (view->subject);
  g_free (view->name);
  G_OBJECT_CLASS (cnn_presets_view_parent_class)->finalize (object);
}

static void
cnn_presets_view_class_init (CnnPresetsViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cnn_presets_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = cnn_presets_view_finalize;
}

/**
 * cnn_presets_view_new:
 * @draft: what a chosen preset is written into, as one step of undo
 * @picture: for the thumbnails
 * @folder: where the person's own presets are, NAME.cnn each; made when it is needed
 *
 * Returns: (transfer floating): the button
 */
GtkWidget *
cnn_presets_view_new (CnnDraft *draft, CnnPicture *picture, const char *folder)
{
  CnnPresetsView *view = g_object_new (CNN_TYPE_PRESETS_VIEW, NULL);

  view->draft = g_object_ref (draft);
  view->folder = g_strdup (folder);
  view->thumbnails = cnn_thumbnails_new (picture, thumbnail_made, view);
  return GTK_WIDGET (view);
}
