/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "presets.h"

#include <string.h>

#include "i18n.h"

/* The networks that come with the program: first those that take a picture of
 * any size, then those of the tutorial, which have sizes of their own. */
static const CnnPreset presets[] = {
  {
    .name = "edge-bank",
    .label = N_("Edge bank"),
    .blurb = N_("Eight ways to find edges and lines in the brightness of a picture"),
    .text = "input ?x?x1\n"
            "conv kernels=sobel-x,sobel-y,laplacian,log(2),line-h,line-v,line-45,line-135 "
            "pad=same border=replicate\n",
  },
  {
    .name = "three-stages",
    .label = N_("Three stages"),
    .blurb = N_("What a convolutional network does first: convolution, activation, pooling"),
    .text = "input ?x?x1\n"
            "conv kernels=sobel-x,sobel-y,gabor(45),gabor(135),log(2),emboss "
            "pad=same border=replicate\n"
            "relu        # keeps what answers\n"
            "maxpool 2   # keeps the strongest of four, at half the size\n",
  },
  {
    .name = "emboss",
    .label = N_("Emboss"),
    .blurb = N_("A relief of the picture, lit from the top left, in its colours"),
    .text = "# A soft blur first, or grain turns into gravel.\n"
            "conv kernels=gaussian(0.8) groups=channels pad=same border=replicate\n"
            "conv kernels=emboss groups=channels pad=same border=replicate\n",
  },
  {
    .name = "sharpen-stack",
    .label = N_("Sharpen stack"),
    .blurb = N_("Sharpens each colour channel in two steps, after a blur that takes the grain out"),
    .text = "conv kernels=gaussian(1) groups=channels pad=same border=replicate as=calm\n"
            "conv kernels=sharpen groups=channels pad=same border=replicate as=sharp\n"
            "conv kernels=sharpen groups=channels pad=same border=replicate as=sharper\n",
  },
  {
    .name = "gabor-bank",
    .label = N_("Gabor bank"),
    .blurb = N_("Stripes and textures in eight directions, as the first cells of the visual cortex "
                "see them"),
    .text = "input ?x?x1\n"
            "conv kernels=gabor(0),gabor(22.5),gabor(45),gabor(67.5),gabor(90),gabor(112.5),"
            "gabor(135),gabor(157.5) pad=same border=replicate\n",
  },
  {
    .name = "blurred-pyramid",
    .label = N_("Blurred pyramid"),
    .blurb = N_("The picture at a half, a quarter, an eighth and a sixteenth of its size"),
    .text = "conv kernels=gaussian(1) stride=2 groups=channels pad=same border=replicate as=half\n"
            "conv kernels=gaussian(1) stride=2 groups=channels pad=same border=replicate "
            "as=quarter\n"
            "conv kernels=gaussian(1) stride=2 groups=channels pad=same border=replicate "
            "as=eighth\n"
            "conv kernels=gaussian(1) stride=2 groups=channels pad=same border=replicate "
            "as=sixteenth\n",
  },
  {
    .name = "article-8x8",
    .label = N_("Tutorial: 8×8 picture"),
    .blurb = N_("The smallest whole network: two kernels, a pooling, a hidden layer and two "
                "classes, with weights still to be trained"),
    .text = "input 8x8x1\n"
            "conv 2 3x3 kernels=prewitt-x,prewitt-y   # upright and level edges: 6x6x2\n"
            "relu\n"
            "maxpool 2                                # 3x3x2\n"
            "flatten                                  # 18 numbers\n"
            "dense 4; relu\n"
            "dense 2; softmax\n",
  },
  {
    .name = "article-rgb",
    .label = N_("Tutorial: 4×4 colour picture"),
    .blurb = N_("Two layers on red, green and blue, with a matrix for each channel and their sums "
                "to follow by hand"),
    .text = "input 4x4x3\n"
            "# A kernel has a matrix for red, one for green and one for blue;\n"
            "# what the three give is added up, cell by cell.\n"
            "conv 2 3x3 pad=same kernels=[\n"
            "  [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]],\n"
            "  [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],\n"
            "  [[0, 0, 0], [-1, 0, 1], [0, 0, 0]]\n"
            "],[\n"
            "  [[0, 0, 0], [0, 4, 0], [0, 0, 0]],\n"
            "  [[0, -1, 0], [-1, 0, -1], [0, -1, 0]],\n"
            "  [[1, 0, -1], [0, 0, 0], [-1, 0, 1]]\n"
            "]\n"
            "# Now there are two maps, so a kernel has two matrices.\n"
            "conv 3 3x3 pad=same kernels=[\n"
            "  [[0, 1, 0], [1, 1, 1], [0, 1, 0]],\n"
            "  [[0, 0, 0], [0, 1, 0], [0, 0, 0]]\n"
            "],[\n"
            "  [[1, 1, 1], [0, 0, 0], [-1, -1, -1]],\n"
            "  [[0, 0, 0], [0, 2, 0], [0, 0, 0]]\n"
            "],[\n"
            "  [[0, 1, 0], [1, -4, 1], [0, 1, 0]],\n"
            "  [[1, 0, 0], [0, 0, 0], [0, 0, -1]]\n"
            "]\n",
  },
  {
    .name = "article-digits",
    .label = N_("Tutorial: digits, 28×28"),
    .blurb = N_("Tells handwritten digits apart, with weights still to be trained"),
    .text = "input 28x28x1\n"
            "conv 32 3x3 pad=same\n"
            "relu\n"
            "maxpool 2     # 14x14x32\n"
            "flatten       # 6272 numbers\n"
            "dense 128; relu\n"
            "dense 64; relu\n"
            "dense 10; softmax\n",
  },
  {
    .name = "shapes",
    .label = N_("Shapes"),
    .blurb = N_("Learns a few classes of drawings from some twenty of each, in seconds"),
    .text = "input 28x28x1\n"
            "conv 16 3x3 pad=same bias=no; batchnorm; relu\n"
            "maxpool 2     # 14x14x16\n"
            "conv 32 3x3 pad=same bias=no; batchnorm; relu\n"
            "maxpool 2     # 7x7x32\n"
            "conv 32 3x3 bias=no; batchnorm; relu\n"
            "flatten       # 800 numbers\n"
            "dropout 0.3\n"
            "dense 4; softmax\n",
  },
  {
    .name = "digits",
    .label = N_("Digits"),
    .blurb = N_("Tells handwritten digits apart almost without mistakes once it is trained, "
                "which takes minutes"),
    .text = "input 28x28x1\n"
            "conv 32 3x3 bias=no; batchnorm; relu\n"
            "conv 32 3x3 bias=no; batchnorm; relu\n"
            "maxpool 2; dropout 0.2\n"
            "conv 64 3x3 bias=no; batchnorm; relu\n"
            "conv 64 3x3 bias=no; batchnorm; relu\n"
            "maxpool 2; dropout 0.3\n"
            "flatten       # 1024 numbers\n"
            "dense 128 bias=no; batchnorm; relu; dropout 0.4\n"
            "dense 10; softmax\n",
  },
  {
    .name = "clothes",
    .label = N_("Clothes"),
    .blurb = N_("Tells small pictures of clothes apart, once it is trained with Fashion-MNIST"),
    .text = "input 28x28x1\n"
            "conv 32 3x3 pad=same bias=no; batchnorm; relu\n"
            "conv 32 3x3 pad=same bias=no; batchnorm; relu\n"
            "maxpool 2; dropout 0.1\n"
            "conv 64 3x3 pad=same bias=no; batchnorm; relu\n"
            "conv 64 3x3 pad=same bias=no; batchnorm; relu\n"
            "maxpool 2; dropout 0.15\n"
            "conv 128 3x3 pad=same bias=no; batchnorm; relu\n"
            "maxpool 2; dropout 0.2\n"
            "flatten       # 1152 numbers\n"
            "dense 128 bias=no; batchnorm; relu; dropout 0.3\n"
            "dense 10; softmax\n",
  },
};

/**
 * cnn_presets:
 * @n_presets: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_presets): all presets, in the order
 *   of a menu
 */
const CnnPreset *
cnn_presets (guint *n_presets)
{
  *n_presets = G_N_ELEMENTS (presets);
  return presets;
}

/**
 * cnn_preset_find:
 * @name: a preset's name
 *
 * Returns: (transfer none) (nullable): the preset of that name
 */
const CnnPreset *
cnn_preset_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (presets); i++)
    if (strcmp (presets[i].name, name) == 0)
      return &presets[i];
  return NULL;
}
