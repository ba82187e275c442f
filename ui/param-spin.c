/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "param-spin.h"

#include <math.h>
#include <string.h>

#include "i18n.h"
#include "kernel-text.h"
#include "kernel-tools.h"
#include "number.h"

/* A spin button for numbers of any size, perhaps with a word for 0. */

/* Words that descriptions of layers use. */
static const char *const words[] G_GNUC_UNUSED = { N_("auto"), N_("channels") };

static const char *
word_of (GtkSpinButton *spin)
{
  const char *word = g_object_get_data (G_OBJECT (spin), "zero");

  return word ? dgettext ("convolens", word) : NULL;
}

static int
on_input (GtkSpinButton *spin, double *value, gpointer data)
{
  const char      *text = gtk_entry_get_text (GTK_ENTRY (spin));
  const char      *word = word_of (spin);
  g_autofree char *typed = g_strstrip (g_strdup (text));

  if (word && (g_ascii_strcasecmp (typed, word) == 0 || *typed == '\0' ||
               g_str_equal (typed, g_object_get_data (G_OBJECT (spin), "zero"))))
    {
      *value = 0.0;
      return TRUE;
    }
  return cnn_kernel_text_number (typed, value) ? TRUE : GTK_INPUT_ERROR;
}

static gboolean
on_output (GtkSpinButton *spin, gpointer data)
{
  double              value = gtk_adjustment_get_value (gtk_spin_button_get_adjustment (spin));
  g_autoptr (GString) text  = g_string_new (NULL);

  if (value == 0.0 && word_of (spin))
    g_string_append (text, word_of (spin));
  else
    cnn_number_append (text, value);
  if (strcmp (text->str, gtk_entry_get_text (GTK_ENTRY (spin))) != 0)
    gtk_entry_set_text (GTK_ENTRY (spin), text->str);
  return TRUE;
}

/**
 * cnn_param_spin_new:
 * @min: least number
 * @max: greatest
 * @whole: only whole numbers
 * @zero: (nullable): a word of the text notation that is shown for 0, which then can be
 *   chosen too; valid for good
 *
 * Returns: (transfer floating): a narrow spin button
 */
GtkWidget *
cnn_param_spin_new (double min, double max, gboolean whole, const char *zero)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (zero ? MIN (min, 0.0) : min, max, 1.0);

  g_object_set_data (G_OBJECT (spin), "zero", (gpointer) zero);
  g_object_set_data (G_OBJECT (spin), "whole", GINT_TO_POINTER (whole));
  /* Words and fractions can be typed too. */
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), FALSE);
  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), whole ? 0 : 15);
  gtk_entry_set_width_chars (GTK_ENTRY (spin), zero ? 5 : 3);
  g_signal_connect (spin, "input", G_CALLBACK (on_input), NULL);
  g_signal_connect (spin, "output", G_CALLBACK (on_output), NULL);
  cnn_kernel_calm (spin);
  cnn_kernel_narrow (spin);
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  return spin;
}

/** cnn_param_spin_set: shows @value, with steps that suit its size. */
void
cnn_param_spin_set (GtkWidget *spin, double value)
{
  gboolean whole = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (spin), "whole"));
  double   step  = whole ? 1.0 : value == 0.0 ? 0.1 : pow (10.0, floor (log10 (fabs (value))));

  /* From 0.1 downwards on by hundredths: a step does not end at 0. */
  if (!whole && value != 0.0 && fabs (fabs (value) - step) < 1e-9 * step)
    step /= 10.0;
  gtk_spin_button_set_increments (GTK_SPIN_BUTTON (spin), step, 10.0 * step);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
}

/** cnn_param_spin_whole: its value as a whole number */
int
cnn_param_spin_whole (GtkWidget *spin)
{
  return (int) rint (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)));
}

/** cnn_param_spin_text: (transfer full): its value in the text notation */
char *
cnn_param_spin_text (GtkWidget *spin)
{
  double      value = gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin));
  const char *zero  = g_object_get_data (G_OBJECT (spin), "zero");
  GString    *text  = g_string_new (NULL);
  char        buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == 0.0 && zero)
    g_string_append (text, zero);
  else
    /* Steps add up errors: 0.3, not 0.30000000000000004. */
    cnn_number_append (text, g_ascii_strtod (g_ascii_formatd (buffer, sizeof buffer, "%.12g",
                                                              value), NULL));
  return g_string_free (text, FALSE);
}
