/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "editor-test.h"

/* The parts of the editor together, as a person and as the plug-in use them. */

/* --- the procedure's arguments ----------------------------------------------------------- */

static const char *const names[] = { "network", "stages", "maps", "mapping", "placement",
                                     "input-encoding" };

/* What GIMP keeps the arguments in: an object with properties. */
typedef struct
{
  GObject parent;
  char   *values[G_N_ELEMENTS (names)];
} Arguments;

typedef struct
{
  GObjectClass parent;
} ArgumentsClass;

static GType arguments_get_type (void);
G_DEFINE_TYPE (Arguments, arguments, G_TYPE_OBJECT)

static void
arguments_get (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  g_value_set_string (value, ((Arguments *) object)->values[id - 1]);
}

static void
arguments_set (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  char **at = &((Arguments *) object)->values[id - 1];

  g_free (*at);
  *at = g_value_dup_string (value);
}

static void
arguments_finalize (GObject *object)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_free (((Arguments *) object)->values[i]);
  G_OBJECT_CLASS (arguments_parent_class)->finalize (object);
}

static void
arguments_class_init (ArgumentsClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = arguments_get;
  G_OBJECT_CLASS (klass)->set_property = arguments_set;
  G_OBJECT_CLASS (klass)->finalize = arguments_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_class_install_property (G_OBJECT_CLASS (klass), i + 1,
                                     g_param_spec_string (names[i], NULL, NULL, NULL,
                                                          G_PARAM_READWRITE));
}

static void
arguments_init (Arguments *self)
{
}

static void
assert_arguments (Bench *bench, Arguments *arguments, const char *const *expected)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpstr (arguments->values[i], ==, expected[i]);
      bench_assert (bench, names[i], expected[i]);
    }
}

static Arguments *
bind (Bench *bench, CnnPicture *picture, const char *const *values)
{
  Arguments *arguments = g_object_new (arguments_get_type (), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_set (arguments, names[i], values[i], NULL);
  bench_open (bench, picture, "", 1200, 640);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_bind_property (arguments, names[i], bench->editor, names[i],
                            G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  return arguments;
}

static void
test_arguments (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 80, 3);
  /* Comments, blanks and line ends are the person's. */
  const char *values[] = { "# mine\r\nconv 4 3x3  pad=same as=a # ü\r\nrelu;\nmaxpool 2\n",
                           "1,last", "2-3", "diverging", "own-size", "linear" };
  const char *others[] = { "conv 2 5x5", "all", "all", "raw", "contact-sheet", "perceptual" };
  Arguments  *arguments;
  Bench       bench;

  arguments = bind (&bench, picture, values);
  assert_arguments (&bench, arguments, values);
  bench_settle (&bench);
  bench_check (&bench);
  assert_arguments (&bench, arguments, values);

  /* As when GIMP's “Reset” sets them. */
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_set (arguments, names[i], others[i], NULL);
  ui_test_settle ();
  bench_check (&bench);
  assert_arguments (&bench, arguments, others);

  gtk_combo_box_set_active_id (GTK_COMBO_BOX (bench_find (&bench, GTK_TYPE_COMBO_BOX, "Values")),
                               "signed");
  gtk_combo_box_set_active_id (GTK_COMBO_BOX (bench_find (&bench, GTK_TYPE_COMBO_BOX,
                                                          "Placement")), "scaled");
  g_assert_cmpstr (arguments->values[3], ==, "signed");
  g_assert_cmpstr (arguments->values[4], ==, "scaled");
  g_object_unref (arguments);
  bench_close (&bench);
}

/* A network with a mistake stays as it is written, and so does what was to be kept. */
static void
test_mistake (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 80, 3);
  const char *values[] = { "conv 4 3x3\nrelo # sic\nmaxpool 2\n", "2-3", "all", "range-map",
                           "scaled", "perceptual" };
  Arguments  *arguments;
  Bench       bench;

  arguments = bind (&bench, picture, values);
  bench_settle (&bench);
  assert_arguments (&bench, arguments, values);
  bench_check (&bench);
  g_assert_nonnull (cnn_draft_problem (bench.editor->draft));
  /* What comes before the mistake works. */
  bench_select (&bench, 0);
  bench_point (&bench);

  bench_select (&bench, 2);
  bench_card_key (&bench, GDK_KEY_d, GDK_CONTROL_MASK);
  g_assert_cmpstr (arguments->values[0], ==, "conv 4 3x3\nrelo # sic\nmaxpool 2\nmaxpool 2\n");
  g_assert_cmpstr (arguments->values[1], ==, "2-3");
  bench_check (&bench);
  g_object_set (arguments, "network", "conv 4 3x3\nrelu # sic\nmaxpool 2\n", NULL);
  ui_test_settle ();
  bench_check (&bench);
  g_assert_cmpstr (cnn_draft_problem (bench.editor->draft), ==, NULL);
  g_object_unref (arguments);
  bench_close (&bench);
}

/* --- what is kept ------------------------------------------------------------------------ */

static void
test_ticks (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 80, 3);
  Bench bench;

  bench_open (&bench, picture, "conv 4 3x3; relu; maxpool 2", 1200, 640);
  bench_settle (&bench);
  bench_assert (&bench, "stages", "last");
  bench_tick_card (&bench, 0, TRUE);
  bench_assert (&bench, "stages", "1,last");
  bench_assert (&bench, "maps", "all");
  bench_tick_card (&bench, 2, FALSE);
  bench_assert (&bench, "stages", "1");

  /* Maps of the layer that is shown. */
  bench_select (&bench, 1);
  bench_settle (&bench);
  bench_key (bench.area, GDK_KEY_Home, 0);
  bench_key (bench.area, GDK_KEY_Right, 0);
  bench_key (bench.area, GDK_KEY_t, 0);
  bench_assert (&bench, "stages", "1,2:2");
  bench_key (bench.area, GDK_KEY_End, 0);
  bench_key (bench.area, GDK_KEY_t, 0);
  bench_assert (&bench, "stages", "1,2:2+4");
  bench_key (bench.area, GDK_KEY_t, 0);
  bench_assert (&bench, "stages", "1,2:2");

  /* They go with their layers. */
  bench_select (&bench, -1);
  bench_add (&bench, "Hyperbolic tangent");
  bench_assert (&bench, "stages", "2,3:2");
  bench_check (&bench);
  bench_card_key (&bench, GDK_KEY_Down, GDK_MOD1_MASK);
  bench_assert (&bench, "stages", "1,3:2");
  bench_select (&bench, 2);
  bench_card_key (&bench, GDK_KEY_Delete, 0);
  bench_assert (&bench, "stages", "1");
  bench_card_key (&bench, GDK_KEY_z, GDK_CONTROL_MASK);
  bench_check (&bench);
  bench_close (&bench);
}

/* --- the arithmetic ---------------------------------------------------------------------- */

/* The last number of the arithmetic, as it is copied. */
static double
copied_result (Bench *bench)
{
  g_autofree char *text = NULL;
  const char      *last;

  bench_press (bench, "Copy all");
  text = gtk_clipboard_wait_for_text (gtk_clipboard_get (GDK_SELECTION_CLIPBOARD));
  g_assert_nonnull (text);
  last = strrchr (text, '=');
  g_assert_nonnull (last);
  return g_ascii_strtod (last + 1, NULL);
}

static void
test_values (void)
{
  static const struct
  {
    const char *network;
    guint       node;
  } cases[] = {
    { "conv 4 3x3 pad=same border=reflect", 1 },
    { "conv kernels=sobel-x,gaussian(2) pad=same; relu", 2 },
    { "conv 6 5x5 stride=2; leaky-relu; maxpool 2", 3 },
    { "conv 6 3x3; relu; maxpool 2; avgpool 3 stride=1; tanh", 5 },
    { "input 28x28x1; conv 3 3x3; relu; maxpool 2; flatten; dense 5", 5 },
    { "conv 3 3x3 as=a; tanh; add a; conv 2 3x3", 4 },
  };
  g_autoptr (CnnPicture) picture = ui_test_picture (90, 120, 3);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CnnNetwork) network = preview_test_parse (cases[i].network);
      g_autofree float      *whole   = NULL;
      CnnShape               shape;
      Bench                  bench;

      whole = preview_test_run_whole (picture, network, cases[i].node, &shape);
      bench_open (&bench, picture, cases[i].network, 1200, 640);
      bench_settle (&bench);
      g_assert_cmpint (cnn_editor_node (bench.editor), ==, cases[i].node);
      for (int turn = 0; turn < 4; turn++)
        {
          const CnnExplained *what = bench_point (&bench);
          double expected = preview_test_value_at (whole, shape, what->map, what->y, what->x);
          double bound = 2e-6 + 2e-5 * what->explanation->magnitude;

          g_assert_cmpint (what->map, ==, MIN (turn, shape.channels - 1));
          g_assert_cmpfloat_with_epsilon (what->explanation->value, expected, bound);
          g_assert_cmpfloat_with_epsilon (copied_result (&bench), expected, bound);
          bench_key (bench.area, GDK_KEY_space, 0);
          bench_key (bench.area, GDK_KEY_Right, 0);
          bench_key (bench.area, turn % 2 ? GDK_KEY_Down : GDK_KEY_Right, GDK_SHIFT_MASK);
        }
      bench_close (&bench);
    }
}

/* What a cell sees, in pixels of the picture. */
static void
check_field (CnnPicture *picture, const char *network, CnnRect expected)
{
  Bench bench;

  bench_open (&bench, picture, network, 1200, 640);
  bench_settle (&bench);
  g_assert_false (gtk_widget_get_sensitive (bench_find (&bench, GTK_TYPE_BUTTON,
                                                        "Select receptive field")));
  bench_point (&bench);
  bench_press (&bench, "Select receptive field");
  g_assert_cmpint (bench.n_fields, ==, 1);
  g_assert_cmpint (bench.field.x, ==, expected.x);
  g_assert_cmpint (bench.field.y, ==, expected.y);
  g_assert_cmpint (bench.field.width, ==, expected.width);
  g_assert_cmpint (bench.field.height, ==, expected.height);
  bench_close (&bench);
}

/* The keyboard begins with the cell in the middle. */
static gboolean
explains_sum (gpointer data)
{
  const CnnExplained *what =
    cnn_arithmetic_view_explained (CNN_ARITHMETIC_VIEW (((Bench *) data)->editor->arithmetic));

  return what != NULL && cnn_network_n_nodes (what->network) == 2 &&
         what->explanation->has_bias && what->explanation->bias == 7.0;
}

/* A cell that is held on to is explained anew after an edit; it is let go of where it is
 * no more, and with its layer. */
static void
test_held_cell (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (60, 90, 3);
  const CnnExplained    *what;
  Bench                  bench;
  int                    y, x;

  bench_open (&bench, picture, "conv 4 3x3 pad=same", 1200, 640);
  bench_settle (&bench);
  what = bench_point (&bench);
  y = what->y;
  x = what->x;
  cnn_draft_set_param (bench.editor->draft, 0, "bias", "7", NULL);
  g_assert_true (ui_test_wait (explains_sum, &bench));
  what = cnn_arithmetic_view_explained (CNN_ARITHMETIC_VIEW (bench.editor->arithmetic));
  g_assert_cmpint (what->y, ==, y);
  g_assert_cmpint (what->x, ==, x);
  g_assert_cmpint (bench.editor->pinned.map, ==, 0);

  cnn_draft_set_text (bench.editor->draft, "conv 4 60x90");
  bench_settle (&bench);
  g_assert_cmpint (bench.editor->pinned.map, ==, -1);
  g_assert_null (cnn_arithmetic_view_explained (CNN_ARITHMETIC_VIEW (bench.editor->arithmetic)));

  bench_point (&bench);
  g_assert_cmpint (bench.editor->pinned.map, ==, 0);
  bench_select (&bench, -1);
  g_assert_cmpint (bench.editor->pinned.map, ==, -1);
  g_assert_null (cnn_arithmetic_view_explained (CNN_ARITHMETIC_VIEW (bench.editor->arithmetic)));
  bench_close (&bench);
}

static void
test_field (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (100, 150, 3);
  g_autoptr (CnnPicture) small   = ui_test_picture (6, 6, 3);

  check_field (picture, "conv 2 1x1", (CnnRect) { 75, 50, 1, 1 });
  check_field (picture, "conv 2 3x3 pad=same; conv 2 3x3 pad=same", (CnnRect) { 73, 48, 5, 5 });
  check_field (picture, "conv 2 1x1; maxpool 2; maxpool 2", (CnnRect) { 72, 48, 4, 4 });
  /* Only what lies in the picture. */
  check_field (small, "conv 2 11x11 pad=same", (CnnRect) { 0, 0, 6, 6 });
  /* The input is the picture scaled to 28×28: one of its cells is 150/28 by 100/28
   * pixels; the field is each pixel that has a share in it. */
  check_field (picture, "input 28x28x1; conv 2 1x1",
               (CnnRect) { 14 * 150 / 28, 14 * 100 / 28, 6, 4 });
  /* Cells 10 to 17 of it. */
  check_field (picture, "input 28x28x1; conv 2 5x5; maxpool 2; conv 2 2x2",
               (CnnRect) { 53, 35, 97 - 53, 65 - 35 });
}

/* The parts and their sum: of the same convolution. */
static void
test_partial_sums (void)
{
  g_autoptr (CnnPicture) picture = ui_test_picture (40, 50, 3);
  g_autoptr (CnnNetwork) network = preview_test_parse ("conv 4 3x3 bias=no; relu");
  g_autoptr (CnnNetwork) sums    = NULL;
  g_autofree float      *whole   = preview_test_run_whole (picture, network, 1, &(CnnShape) { 0 });
  g_autofree float      *parts   = NULL;
  g_autofree float      *sum     = NULL;
  CnnShape               shape, parts_shape;
  guint                  last;
  Bench                  bench;

  bench_open (&bench, picture, "conv 4 3x3 bias=no; relu", 1200, 640);
  bench_settle (&bench);
  bench_key (bench.area, GDK_KEY_Right, 0);
  bench_point (&bench);
  bench_press (&bench, "Add partial sums as layers");
  g_assert_nonnull (bench.sums);
  sums = preview_test_parse (bench.sums);
  last = cnn_network_n_nodes (sums) - 1;
  sum = preview_test_run_whole (picture, sums, last, &shape);
  parts = preview_test_run_whole (picture, sums, last - 1, &parts_shape);
  g_assert_cmpint (parts_shape.channels, ==, 3);
  g_assert_cmpint (shape.channels, ==, 1);
  for (gint64 i = 0; i < (gint64) shape.height * shape.width; i++)
    {
      g_assert_cmpfloat_with_epsilon (sum[i], whole[i * 4 + 1], 1e-5);
      g_assert_cmpfloat_with_epsilon (parts[3 * i] + parts[3 * i + 1] + parts[3 * i + 2], sum[i],
                                      1e-5);
    }
  bench_close (&bench);
}

/* --- stopping ---------------------------------------------------------------------------- */

typedef struct
{
  Bench *bench;
  Gate  *gate;
  gint   n_reads;
  gint64 since;
} Stopping;

static gboolean
can_stop (gpointer data)
{
  return gtk_widget_is_sensitive (bench_find (data, GTK_TYPE_BUTTON, "Stop"));
}

static gboolean
reads_on (gpointer data)
{
  Stopping *self = data;

  return g_atomic_int_get (&self->gate->n_reads) > self->n_reads + 3;
}

/* Nothing was read for some time. */
static gboolean
is_quiet (gpointer data)
{
  Stopping *self = data;
  gint      now  = g_atomic_int_get (&self->gate->n_reads);

  if (now != self->n_reads)
    {
      self->n_reads = now;
      self->since = g_get_monotonic_time ();
    }
  return g_get_monotonic_time () - self->since > G_USEC_PER_SEC;
}

static void
test_stop (void)
{
  Gate       *gate;
  CnnPicture *picture = preview_test_gate_picture (1600, 1600, 3, &gate);
  Stopping    self    = { .gate = gate };
  Asked       asked   = { .view = { .node = 2 } };
  Bench       bench;

  gate->nap = 20000;
  self.bench = &bench;
  bench_open (&bench, picture, "conv 4 3x3; relu", 1200, 640);
  g_assert_true (ui_test_wait (can_stop, &bench));
  g_assert_cmpfloat (bench.progress, <, 1.0);
  g_assert_true (ui_test_wait (reads_on, &self));
  bench_press (&bench, "Stop");
  g_assert_false (can_stop (&bench));
  self.since = g_get_monotonic_time ();
  self.n_reads = g_atomic_int_get (&gate->n_reads);
  g_assert_true (ui_test_wait (is_quiet, &self));
  g_assert_cmpfloat (bench.progress, ==, 1.0);
  asked.preview = bench.editor->preview;
  g_assert_false (preview_test_has_stats (&asked));

  /* An edit goes on with what was left, too. */
  gate->nap = 0;
  bench.progress = 0.0;
  bench_card_key (&bench, GDK_KEY_d, GDK_CONTROL_MASK);
  g_assert_true (ui_test_wait (reads_on, &self));
  bench_settle (&bench);
  asked.view.node = 3;
  g_assert_true (preview_test_has_stats (&asked));
  bench_check (&bench);
  bench_point (&bench);
  bench_close (&bench);
  cnn_picture_unref (picture);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/editor/arguments", test_arguments);
  g_test_add_func ("/editor/mistake", test_mistake);
  g_test_add_func ("/editor/ticks", test_ticks);
  g_test_add_func ("/editor/values", test_values);
  g_test_add_func ("/editor/held-cell", test_held_cell);
  g_test_add_func ("/editor/field", test_field);
  g_test_add_func ("/editor/partial-sums", test_partial_sums);
  g_test_add_func ("/editor/stop", test_stop);
  return g_test_run ();
}
