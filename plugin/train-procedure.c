/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The procedure that trains a classifier: what it can be told, and what it tells. */

#include "train-procedure.h"

#include "classify-procedure.h"
#include "i18n.h"
#include "procedure.h"
#include "train-dialog.h"
#include "train-run.h"

/* --- what it tells ------------------------------------------------------------------------- */

static GimpValueArray *
tell (GimpProcedure *procedure, CnnTrainJob *job)
{
  GimpValueArray  *values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
  CnnTrainSnapshot seen;

  cnn_train_snapshot_init (&seen);
  cnn_train_job_peek (job, &seen);
  if (seen.result && seen.result->evaluation)
    {
      const CnnEvaluation *evaluation = seen.result->evaluation;

      GIMP_VALUES_SET_DOUBLE (values, 1, (double) evaluation->n_right / (double) evaluation->n);
      GIMP_VALUES_SET_DOUBLE (values, 2, evaluation->loss);
    }
  else if (seen.history->len > 0)
    {
      const CnnTrainingEpoch *last = &g_array_index (seen.history, CnnTrainingEpoch,
                                                     seen.history->len - 1);

      GIMP_VALUES_SET_DOUBLE (values, 1, last->right);
      GIMP_VALUES_SET_DOUBLE (values, 2, last->loss);
    }
  GIMP_VALUES_SET_INT (values, 3, seen.result ? (int) seen.result->epochs : 0);
  GIMP_VALUES_SET_DOUBLE (values, 4, seen.result ? seen.result->seconds : 0.0);
  GIMP_VALUES_TAKE_STRING (values, 5, seen.warning
                                        ? g_strconcat (seen.images, "\n", seen.warning, NULL)
                                        : g_strdup (seen.images));
  cnn_train_snapshot_clear (&seen);
  return values;
}

static GimpValueArray *
train_procedure_run (GimpProcedure *procedure, GimpProcedureConfig *config, gpointer run_data)
{
  g_autoptr (CnnTrainJob) job = NULL;
  GimpRunMode             run_mode;
  GError                 *error = NULL;

  procedure_begin ();
  g_object_get (config, "run-mode", &run_mode, NULL);
  if (run_mode == GIMP_RUN_INTERACTIVE)
    {
      job = train_dialog_run (procedure, config);
      if (job == NULL)
        return gimp_procedure_new_return_values (procedure, GIMP_PDB_CANCEL, NULL);
    }
  else
    job = train_run (config, &error);
  return job ? tell (procedure, job) : procedure_fail (procedure, error);
}

/* --- its arguments --------------------------------------------------------------------------- */

static const CnnOutputChoice brokens[] = {
  { "skip", N_("Leave them out") },
  { "refuse", N_("Do not train") },
  { NULL },
};

static void
add_files (GimpProcedure *procedure)
{
  gimp_procedure_add_file_argument (
    procedure, "data", _("Ima_ges"),
    _("What to learn from: a folder with a folder of pictures for each class, a folder with IDX "
      "files called as MNIST's are, or an IDX file of pictures; none where an image with layer "
      "groups is given"),
    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
    procedure, "labels", _("_Labels"),
    _("The IDX file of the labels, where it is not found beside the pictures by its name"),
    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
    procedure, "test-data", _("_Test images"),
    _("What the trained network is tried on; none: the folder's own test files, else the images "
      "of the validation"),
    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
    procedure, "output", _("_Save as"), _("The .onnx file that the trained network goes into"),
    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_file_argument (
    procedure, "checkpoint", _("Chec_kpoint"),
    _("A file in which the state is kept after each epoch, to continue from there"),
    GIMP_FILE_CHOOSER_ACTION_ANY, TRUE, NULL, G_PARAM_READWRITE);
  gimp_procedure_add_boolean_argument (
    procedure, "continue", _("Co_ntinue from the checkpoint"),
    _("Go on with the training that the checkpoint is of, with the same images and settings"),
    FALSE, G_PARAM_READWRITE);
}

static void
add_layers (GimpProcedure *procedure)
{
  gimp_procedure_add_image_argument (
    procedure, "image-of-classes", _("Ima_ges from"),
    _("An open image to learn from instead of files: its layer groups are the classes, the layers "
      "in them the samples"),
    TRUE, G_PARAM_READWRITE | GIMP_PARAM_DONT_SERIALIZE);
  gimp_procedure_add_boolean_argument (
    procedure, "hidden-layers", _("Hidden la_yers too"),
    _("Whether layers and groups that are not visible are learnt from"), TRUE, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "prepare", _("_What it sees"),
    _("What the network sees of a layer: the ink in it, cut out and centred wherever it is, or the "
      "layer as it is; “Automatic” is the ink for networks with small grey inputs"),
    classify_modes (), "auto", G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "framing", _("_Framing"),
    _("What happens to a layer whose form is not that of the network's input"),
    classify_framings (FALSE), "crop", G_PARAM_READWRITE);
}

static void
add_how (GimpProcedure *procedure)
{
  gimp_procedure_add_int_argument (
    procedure, "epochs", _("_Epochs"), _("How often each image is shown"), 1, 1000000, 10,
    G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "batch-size", _("_Batch"),
    _("How many images are shown before the weights change"), 1, 4096, 64, G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "optimiser", _("Opti_miser"),
    _("How the weights follow the derivatives: sgd, momentum, nesterov, adam, adamw or rmsprop, "
      "perhaps with its parameters"),
    "adam", G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
    procedure, "rate", _("Learning r_ate"),
    _("How far the weights go at a time; 0 is what is usual for the optimiser"), 0.0, 100.0, 0.0,
    G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "schedule", _("Sched_ule"),
    _("How the learning rate changes: constant, step, cosine or one-cycle, perhaps with its "
      "parameters"),
    "constant", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "augment", _("C_hanges"),
    _("How images are changed by chance each time they are shown, such as “shift=2 rotate=10 "
      "scale=0.9,1.1 flip=h elastic=8,3”"),
    "", G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
    procedure, "clip", _("Cl_ip"),
    _("The most that the norm of all derivatives may be; 0 is any"), 0.0, 1e6, 0.0,
    G_PARAM_READWRITE);
  gimp_procedure_add_double_argument (
    procedure, "validation", _("_Validation"),
    _("The share of the images that is only looked at, to see whether the network learns or "
      "learns by heart"),
    0.0, 0.9, 0.1, G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "patience", _("_Patience"),
    _("After how many epochs without a better validation it ends; 0 is never"), 0, 10000, 0,
    G_PARAM_READWRITE);
  gimp_procedure_add_int_argument (
    procedure, "seed", _("See_d"), _("Of all that is drawn by chance: the same gives the same"),
    0, G_MAXINT, 1, G_PARAM_READWRITE);
  gimp_procedure_add_choice_argument (
    procedure, "broken", _("Bro_ken pictures"), _("What becomes of pictures that cannot be read"),
    procedure_choice (brokens), "skip", G_PARAM_READWRITE);
}

static void
add_return_values (GimpProcedure *procedure)
{
  gimp_procedure_add_double_return_value (
    procedure, "accuracy", _("Accuracy"),
    _("The share of the test's images that are told right; without a test of the validation's, "
      "without that of those to learn from"),
    -G_MAXDOUBLE, G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (
    procedure, "loss", _("Loss"), _("The mean cross-entropy on the same images"), -G_MAXDOUBLE,
    G_MAXDOUBLE, 0.0, G_PARAM_READWRITE);
  gimp_procedure_add_int_return_value (procedure, "epochs-done", _("Epochs"),
                                       _("How many epochs were done"), 0, G_MAXINT, 0,
                                       G_PARAM_READWRITE);
  gimp_procedure_add_double_return_value (procedure, "seconds", _("Seconds"),
                                          _("What they took, without pauses"), 0.0, G_MAXDOUBLE,
                                          0.0, G_PARAM_READWRITE);
  gimp_procedure_add_string_return_value (
    procedure, "images-found", _("Images"),
    _("How many images there were of each class, with a warning where they are few or unbalanced"),
    NULL, G_PARAM_READWRITE);
}

/**
 * train_create:
 *
 * Returns: (transfer full): the procedure
 */
GimpProcedure *
train_create (GimpPlugIn *plug_in)
{
  GimpProcedure *procedure = procedure_new_without_image (
    plug_in, TRAIN_PROCEDURE, train_procedure_run, _("_Train Classifier…"),
    _("Let a network learn to tell classes of pictures apart"),
    _("The network learns from the layer groups of an image, from pictures in folders, one group "
      "or folder for each class, or from IDX files, and is saved as an .onnx file together with "
      "how it was trained."));

  gimp_procedure_add_string_argument (
    procedure, "network", _("_Network"),
    _("A network as text, the name of a preset or an .onnx file whose weights to begin with"),
    "digits", G_PARAM_READWRITE);
  gimp_procedure_add_string_argument (
    procedure, "size", _("Si_ze"),
    _("What pictures of a folder are made to fit, such as 32x32x3; empty where the network says "
      "it itself"),
    "", G_PARAM_READWRITE);
  add_files (procedure);
  add_layers (procedure);
  add_how (procedure);
  add_return_values (procedure);
  return procedure;
}
