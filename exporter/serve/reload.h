/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * POST /-/reload: HTTP threads request a reload, main's thread does it, and no thread waits.
 *
 * A connection that requests one is suspended, so that its thread can serve the others, until
 * main's thread has reported the result. Thread-safe.
 */

#include "serve/request.h"

struct sg_reloader;

/** @param wake  wakes main's thread for a request @return 0 or -ENOMEM */
int sg_reloader_new(void (*wake)(void *context), void *context, struct sg_reloader **ret_reloader);

/** After the server has stopped, and with it every request. @return NULL; reloader may be NULL */
struct sg_reloader *sg_reloader_free(struct sg_reloader *reloader);

/** Main's thread begins to load: requests from now on are for the next reload. */
void sg_reloader_begin(struct sg_reloader *reloader);

/** It has finished; requests from before its start are answered. @param text  copied */
void sg_reloader_finish(struct sg_reloader *reloader, bool good, const char *text);

/** The program stops: from now on no request is suspended. */
void sg_reloader_close(struct sg_reloader *reloader);

/** Handle a request, for the first time or after it was resumed. Called on HTTP threads. */
enum MHD_Result sg_reloader_answer(struct sg_reloader *reloader, struct sg_request *request);

/** The request is over, however it ended. Called on HTTP threads. */
void sg_reloader_forget(struct sg_reloader *reloader, const struct sg_request *request);
