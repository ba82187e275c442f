/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libintl.h>

/* The engine's messages live in the plug-in's catalogue; whoever links the
 * engine binds the domain. */
#define _(text)  dgettext ("convolens", text)
#define N_(text) (text)
