/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "picture.h"

G_BEGIN_DECLS

CnnPicture *file_picture_new (const char *file, GError **error);

G_END_DECLS
