/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Threads for blocking calls of librdkafka: small stack, no signals. Their data is
 * reference-counted, so that no one has to wait for a thread that waits for a frozen broker.
 */

#include <pthread.h>

/** @param ret_thread owned: join or detach it @return 0, or the negative errno of pthread_create */
int sg_thread_start(void *(*run)(void *), void *context, pthread_t *ret_thread);

/** The same, for a thread that is not joined. */
int sg_thread_start_detached(void *(*run)(void *), void *context);
