/* SPDX-License-Identifier: Apache-2.0 */
#include "admin/ask/thread.h"

#include <signal.h>
#include <stddef.h>

enum {
    STACK_BYTES = 512 * 1024
};

int sg_thread_start(void *(*run)(void *), void *context, pthread_t *ret_thread)
{
    pthread_attr_t attributes;
    sigset_t all, old;

    int r = pthread_attr_init(&attributes);
    if (r)
        return -r;
    (void)pthread_attr_setstacksize(&attributes, STACK_BYTES);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    r = pthread_create(ret_thread, &attributes, run, context);
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    (void)pthread_attr_destroy(&attributes);
    return -r;
}

int sg_thread_start_detached(void *(*run)(void *), void *context)
{
    pthread_t thread;

    int r = sg_thread_start(run, context, &thread);
    if (!r)
        (void)pthread_detach(thread);
    return r;
}
