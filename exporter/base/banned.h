/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * C library functions that this project does not use, made a compile error.
 * Included on the command line of every C file (meson.build), after the system headers it names,
 * so that their declarations are not touched.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* With _FORTIFY_SOURCE glibc makes these macros for clang, which warns when a macro is poisoned. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok atoi atof gets
#pragma GCC poison asctime ctime gmtime localtime
