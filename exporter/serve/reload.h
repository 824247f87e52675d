/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * POST /-/reload: HTTP threads ask, main's thread loads, and nobody waits.
 *
 * A connection that asks is suspended, so that its thread goes on serving the others, until main's
 * thread has told how the reload went. Thread-safe.
 */

#include "serve/request.h"

struct sg_reloader;

/** @param wake  tells main's thread that somebody has asked @return 0 or -ENOMEM */
int sg_reloader_new(void (*wake)(void *context), void *context, struct sg_reloader **ret_reloader);

/** After the server, and with it every request, has ended. @return NULL; reloader may be NULL */
struct sg_reloader *sg_reloader_free(struct sg_reloader *reloader);

/** Main's thread begins to load: who asks from now on is for the next time. */
void sg_reloader_begin(struct sg_reloader *reloader);

/** It has ended; whoever asked before it began is answered. @param text  copied */
void sg_reloader_finish(struct sg_reloader *reloader, bool good, const char *text);

/** The program ends: nobody is suspended any more, from now on. */
void sg_reloader_close(struct sg_reloader *reloader);

/** A request, for the first time or after it was resumed. Called on HTTP threads. */
enum MHD_Result sg_reloader_answer(struct sg_reloader *reloader, struct sg_request *request);

/** The request is over, however it ended. Called on HTTP threads. */
void sg_reloader_forget(struct sg_reloader *reloader, const struct sg_request *request);
