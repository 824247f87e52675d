/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Threads that call what blocks in librdkafka: small stack, no signals. What such a thread works on
 * is reference-counted, so that nobody has to wait for it when it waits for a frozen broker.
 */

#include <pthread.h>

/** @param ret_thread owned: join or detach it @return 0, or the negative errno of pthread_create */
int sg_thread_start(void *(*run)(void *), void *context, pthread_t *ret_thread);

/** The same, for a thread that nobody joins. */
int sg_thread_start_detached(void *(*run)(void *), void *context);
