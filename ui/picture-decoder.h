/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset.h"

G_BEGIN_DECLS

const CnnPictureDecoder *cnn_picture_decoder (void);

G_END_DECLS
