/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/reload.h"

#include "base/sync.h"

#include "serve/answer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum state {
    ASKED,
    UNDER_WAY,
    DONE,
};

struct request {
    struct request *next;
    struct MHD_Connection *connection;
    enum state state;
    bool good;
    char *text; /* NULL: there was no memory for it */
};

struct sg_reloader {
    void (*wake)(void *context);
    void *context;
    pthread_mutex_t lock; /* guards what is below */
    bool closed;
    struct request *requests;
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

static void free_request(struct request *request)
{
    free(request->text);
    free(request);
}

struct sg_reloader *sg_reloader_free(struct sg_reloader *reloader)
{
    if (!reloader)
        return NULL;
    while (reloader->requests) {
        struct request *next = reloader->requests->next;
        free_request(reloader->requests);
        reloader->requests = next;
    }
    (void)pthread_mutex_destroy(&reloader->lock);
    free(reloader);
    return NULL;
}

void sg_reloader_begin(struct sg_reloader *reloader)
{
    sg_locked(&reloader->lock);
    for (struct request *request = reloader->requests; request; request = request->next) {
        if (request->state == ASKED)
            request->state = UNDER_WAY;
    }
}

/* Called with the lock held. */
static void finish(struct request *request, bool good, const char *text)
{
    request->state = DONE;
    request->good = good;
    request->text = strdup(text);
    MHD_resume_connection(request->connection);
}

void sg_reloader_finish(struct sg_reloader *reloader, bool good, const char *text)
{
    sg_locked(&reloader->lock);
    for (struct request *request = reloader->requests; request; request = request->next) {
        if (request->state == UNDER_WAY)
            finish(request, good, text);
    }
}

void sg_reloader_close(struct sg_reloader *reloader)
{
    if (!reloader)
        return;
    sg_locked(&reloader->lock);
    reloader->closed = true;
    for (struct request *request = reloader->requests; request; request = request->next) {
        if (request->state != DONE)
            finish(request, false, "stopping\n");
    }
}

/* Called with the lock held. */
static struct request *find(
    const struct sg_reloader *reloader, const struct MHD_Connection *connection)
{
    for (struct request *request = reloader->requests; request; request = request->next) {
        if (request->connection == connection)
            return request;
    }
    return NULL;
}

/* @return was it suspended? */
static bool suspend(struct sg_reloader *reloader, struct MHD_Connection *connection)
{
    struct request *request = calloc(1, sizeof *request);

    if (!request || reloader->closed) {
        free(request);
        return false;
    }
    request->connection = connection;
    request->next = reloader->requests;
    reloader->requests = request;
    MHD_suspend_connection(connection);
    return true;
}

static enum MHD_Result send_result(struct MHD_Connection *connection, bool good, const char *text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);

    if (response)
        sg_answer_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; charset=utf-8");
    return sg_answer_send(
        connection, good ? MHD_HTTP_OK : MHD_HTTP_INTERNAL_SERVER_ERROR, response);
}

enum MHD_Result sg_reloader_answer(struct sg_reloader *reloader, struct MHD_Connection *connection)
{
    enum MHD_Result result = MHD_YES;
    bool suspended = false;

    (void)pthread_mutex_lock(&reloader->lock);
    const struct request *request = find(reloader, connection);
    if (request && request->state == DONE)
        result = send_result(connection, request->good, request->text ? request->text : "\n");
    else if (!request)
        suspended = suspend(reloader, connection);
    (void)pthread_mutex_unlock(&reloader->lock);
    if (suspended)
        reloader->wake(reloader->context);
    else if (!request)
        return sg_answer_note(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "stopping\n");
    return result;
}

void sg_reloader_forget(struct sg_reloader *reloader, const struct MHD_Connection *connection)
{
    sg_locked(&reloader->lock);
    for (struct request **at = &reloader->requests; *at; at = &(*at)->next) {
        struct request *request = *at;
        if (request->connection == connection && request->state == DONE) {
            *at = request->next;
            free_request(request);
            break;
        }
    }
}
