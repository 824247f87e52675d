/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/reload.h"

#include "base/sync.h"
#include "serve/answer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct sg_reloader {
    void (*wake)(void *context);
    void *context;
    pthread_mutex_t lock; /* guards what is below */
    bool closed;
    struct sg_request *requests; /* that wait, or do not have the result yet */
};

int sg_reloader_new(void (*wake)(void *context), void *context, struct sg_reloader **ret_reloader)
{
    struct sg_reloader *reloader = calloc(1, sizeof *reloader);

    if (!reloader)
        return -ENOMEM;
    reloader->wake = wake;
    reloader->context = context;
    (void)pthread_mutex_init(&reloader->lock, NULL);
    *ret_reloader = reloader;
    return 0;
}

struct sg_reloader *sg_reloader_free(struct sg_reloader *reloader)
{
    if (!reloader)
        return NULL;
    (void)pthread_mutex_destroy(&reloader->lock);
    free(reloader);
    return NULL;
}

void sg_reloader_begin(struct sg_reloader *reloader)
{
    sg_locked(&reloader->lock);
    for (struct sg_request *request = reloader->requests; request; request = request->reload.next) {
        if (request->reload.state == SG_RELOAD_ASKED)
            request->reload.state = SG_RELOAD_UNDER_WAY;
    }
}

/* Called with the lock held. */
static void finish(struct sg_request *request, bool good, const char *text)
{
    request->reload.state = SG_RELOAD_DONE;
    request->reload.good = good;
    request->reload.text = strdup(text);
    MHD_resume_connection(request->connection);
}

void sg_reloader_finish(struct sg_reloader *reloader, bool good, const char *text)
{
    sg_locked(&reloader->lock);
    for (struct sg_request *request = reloader->requests; request; request = request->reload.next) {
        if (request->reload.state == SG_RELOAD_UNDER_WAY)
            finish(request, good, text);
    }
}

void sg_reloader_close(struct sg_reloader *reloader)
{
    if (!reloader)
        return;
    sg_locked(&reloader->lock);
    reloader->closed = true;
    for (struct sg_request *request = reloader->requests; request; request = request->reload.next) {
        if (request->reload.state != SG_RELOAD_DONE)
            finish(request, false, "stopping\n");
    }
}

/* Suspend a request that is handled for the first time. @return its state, which is NONE only after
   the stop */
static enum sg_reload_state wait_for_reload(
    struct sg_reloader *reloader, struct sg_request *request, bool *ret_is_new)
{
    sg_locked(&reloader->lock);
    *ret_is_new = request->reload.state == SG_RELOAD_NONE && !reloader->closed;
    if (*ret_is_new) {
        request->reload.state = SG_RELOAD_ASKED;
        request->reload.next = reloader->requests;
        reloader->requests = request;
        MHD_suspend_connection(request->connection);
    }
    return request->reload.state;
}

static enum MHD_Result send_result(struct sg_request *request)
{
    const char *text = request->reload.text ? request->reload.text : "\n";

    return sg_answer_send(request,
        request->reload.good ? MHD_HTTP_OK : MHD_HTTP_INTERNAL_SERVER_ERROR,
        sg_answer_copy(sg_str_of(text), "text/plain; charset=utf-8"));
}

enum MHD_Result sg_reloader_answer(struct sg_reloader *reloader, struct sg_request *request)
{
    bool is_new;
    enum sg_reload_state state = wait_for_reload(reloader, request, &is_new);

    if (is_new)
        reloader->wake(reloader->context);
    else if (state == SG_RELOAD_NONE)
        return sg_answer_text(request, MHD_HTTP_SERVICE_UNAVAILABLE, "stopping\n");
    else if (state == SG_RELOAD_DONE) /* no other thread writes to it any more */
        return send_result(request);
    return MHD_YES;
}

void sg_reloader_forget(struct sg_reloader *reloader, const struct sg_request *request)
{
    sg_locked(&reloader->lock);
    for (struct sg_request **at = &reloader->requests; *at; at = &(*at)->reload.next) {
        if (*at == request) {
            *at = request->reload.next;
            break;
        }
    }
}
