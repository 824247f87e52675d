/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/auth.h"

#include "base/auto.h"
#include "base/index.h"
#include "base/sync.h"
#include "config/secret.h"
#include "serve/fair.h"

#include <crypt.h>
#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    GOOD_MAX = 64,
    BAD_MAX = 256,
    DIGEST_BYTES = 32,
    PASSWORD_BYTES_MAX = 72 /* bcrypt ignores the rest, and Go refuses longer ones */
};

struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

struct job {
    struct sg_request *request;
    char *password;
    char hash[64]; /* of the user, or of another user when there is no such user */
    bool known;
    struct digest digest;
};

/* Shared by its owner and its thread; the last one frees it. */
struct sg_auth {
    struct sg_refs refs;
    struct digest key;
    uint64_t seed;              /* seed of the turns' hashes */
    struct crypt_data *scratch; /* the thread's */
    pthread_mutex_t lock;       /* guards what is below */
    pthread_cond_t wake;
    bool stopping;
    struct sg_fair waiting;     /* of struct job, owned */
    struct sg_request *checked; /* suspended for the check in progress, or NULL */
    size_t n_good, n_bad;       /* in total; the oldest is overwritten */
    struct digest good[GOOD_MAX];
    struct digest bad[BAD_MAX];
};

bool sg_auth_parse(const char *authorization,
    char buffer[SG_CREDENTIALS_BYTES_MAX],
    const char **ret_user,
    const char **ret_password)
{
    gnutls_datum_t decoded = { NULL, 0 };
    bool good = false;

    if (!authorization || strncasecmp(authorization, "Basic ", 6) != 0)
        return false;
    authorization += 6;
    authorization += strspn(authorization, " ");
    const gnutls_datum_t encoded = { (unsigned char *)(uintptr_t)authorization,
        (unsigned)strlen(authorization) };
    if (encoded.size == 0 || gnutls_base64_decode2(&encoded, &decoded))
        return false;
    if (decoded.size < SG_CREDENTIALS_BYTES_MAX && !memchr(decoded.data, 0, decoded.size)) {
        memcpy(buffer, decoded.data, decoded.size);
        buffer[decoded.size] = '\0';
        char *colon = strchr(buffer, ':');
        good = colon != NULL;
        if (colon) {
            *colon = '\0';
            *ret_user = buffer;
            *ret_password = colon + 1;
        }
    }
    explicit_bzero(decoded.data, decoded.size);
    gnutls_free(decoded.data);
    return good;
}

/* ---- Remembered verdicts ---- */

/*
 * Lengths are hashed as well: user "a" with "bc" is not user "ab" with "c". So is whether the user
 * exists: an unknown one is checked against the first user's hash, and if the first user is
 * renamed, a verdict of one name does not apply to the other.
 */
static int make_digest(const struct sg_auth *auth,
    bool known,
    const char *user,
    const char *hash,
    const char *password,
    struct digest *ret_digest)
{
    const char *const texts[] = { user, hash, password };
    gnutls_hmac_hd_t hmac;

    if (gnutls_hmac_init(&hmac, GNUTLS_MAC_SHA256, auth->key.bytes, DIGEST_BYTES))
        return -ENOMEM;
    (void)gnutls_hmac(hmac, &known, sizeof known);
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(texts[i]);
        (void)gnutls_hmac(hmac, &len, sizeof len);
        (void)gnutls_hmac(hmac, texts[i], len);
    }
    gnutls_hmac_deinit(hmac, ret_digest->bytes);
    return 0;
}

static bool remembers(const struct digest *list, size_t n, size_t max, const struct digest *digest)
{
    for (size_t i = 0; i < n && i < max; i++) {
        if (memcmp(list[i].bytes, digest->bytes, DIGEST_BYTES) == 0)
            return true;
    }
    return false;
}

/* ---- The thread ---- */

static struct sg_auth *auth_ref(struct sg_auth *auth)
{
    sg_refs_add(&auth->refs);
    return auth;
}

static void auth_unref(struct sg_auth *auth)
{
    if (!sg_refs_drop(&auth->refs))
        return;
    (void)pthread_cond_destroy(&auth->wake);
    (void)pthread_mutex_destroy(&auth->lock);
    free(auth->scratch);
    explicit_bzero(auth, sizeof *auth);
    free(auth);
}

static void free_job(struct job *job)
{
    if (job->password)
        (void)sg_secret_wipe(job->password);
    free(job->password);
    free(job);
}

/* Once it has a verdict, the request belongs to its own thread again, and may be freed at once. */
static void decide(struct sg_request *request, enum sg_verdict verdict)
{
    struct MHD_Connection *connection = request->connection;

    request->verdict = verdict;
    MHD_resume_connection(connection);
}

/* Called with the lock held. */
static void send_away(struct job *job)
{
    decide(job->request, SG_VERDICT_BUSY);
    free_job(job);
}

static bool password_fits(struct sg_auth *auth, const struct job *job)
{
    /* Not crypt_r: AddressSanitizer intercepts that, and the linker then drops libcrypt. */
    const char *made =
        crypt_rn(job->password, job->hash, auth->scratch, (int)sizeof *auth->scratch);
    size_t len = strlen(job->hash);

    return made && made[0] == '$' && strlen(made) == len &&
           gnutls_memcmp(made, job->hash, len) == 0 && job->known;
}

/* @return whose turn it is, owned; NULL: stopping */
static struct job *wait_for_job(struct sg_auth *auth)
{
    struct job *job = NULL;

    sg_locked(&auth->lock);
    while (!auth->stopping && !(job = sg_fair_next(&auth->waiting)))
        (void)pthread_cond_wait(&auth->wake, &auth->lock);
    auth->checked = job ? job->request : NULL;
    return job;
}

static void conclude(struct sg_auth *auth, const struct job *job, bool good)
{
    sg_locked(&auth->lock);
    if (!auth->checked) /* cancelled meanwhile */
        return;
    auth->checked = NULL;
    if (good)
        auth->good[auth->n_good++ % GOOD_MAX] = job->digest;
    else
        auth->bad[auth->n_bad++ % BAD_MAX] = job->digest;
    decide(job->request, good ? SG_VERDICT_GOOD : SG_VERDICT_BAD);
}

static void *run(void *context)
{
    struct sg_auth *auth = context;

    (void)pthread_setname_np(pthread_self(), "passwords");
    for (struct job *job; (job = wait_for_job(auth));) {
        conclude(auth, job, password_fits(auth, job));
        free_job(job);
    }
    auth_unref(auth);
    return NULL;
}

/* ---- For the HTTP threads ---- */

int sg_auth_new(struct sg_auth **ret_auth)
{
    struct sg_auth *auth = calloc(1, sizeof *auth);
    pthread_t thread;

    if (!auth)
        return -ENOMEM;
    (void)pthread_mutex_init(&auth->lock, NULL);
    sg_cond_init(&auth->wake);
    sg_refs_init(&auth->refs);
    auth->seed = sg_seed_new();
    auth->scratch = calloc(1, sizeof *auth->scratch);
    if (!auth->scratch || gnutls_rnd(GNUTLS_RND_KEY, auth->key.bytes, DIGEST_BYTES)) {
        auth_unref(auth);
        return -ENOMEM;
    }
    int r = pthread_create(&thread, NULL, run, auth_ref(auth));
    if (r) {
        auth_unref(auth);
        auth_unref(auth);
        return -r;
    }
    (void)pthread_detach(thread);
    *ret_auth = auth;
    return 0;
}

void sg_auth_stop(struct sg_auth *auth)
{
    sg_locked(&auth->lock);
    auth->stopping = true;
    if (auth->checked) {
        decide(auth->checked, SG_VERDICT_BUSY);
        auth->checked = NULL;
    }
    for (struct job *job = sg_fair_next(&auth->waiting); job; job = sg_fair_next(&auth->waiting))
        send_away(job);
    (void)pthread_cond_signal(&auth->wake);
}

struct sg_auth *sg_auth_free(struct sg_auth *auth)
{
    if (!auth)
        return NULL;
    sg_auth_stop(auth);
    auth_unref(auth);
    return NULL;
}

/* Called with the lock held. Unknown users get turns like known ones, so that timing does not
   reveal which users exist. */
static enum sg_verdict submit(
    struct sg_auth *auth, const struct job *job, const char *user, const char *password)
{
    if (auth->stopping)
        return SG_VERDICT_BUSY;
    struct job *copy = malloc(sizeof *copy);
    if (!copy)
        return SG_VERDICT_BUSY;
    *copy = *job;
    copy->password = strdup(password);
    void *evicted = NULL;
    const struct sg_fair_place place = { job->request->peer, sg_hash(auth->seed, sg_str_of(user)),
        copy };
    if (!copy->password || !sg_fair_put(&auth->waiting, place, &evicted)) {
        free_job(copy);
        return SG_VERDICT_BUSY;
    }
    if (evicted)
        send_away(evicted);
    MHD_suspend_connection(job->request->connection);
    (void)pthread_cond_signal(&auth->wake);
    return SG_VERDICT_NONE;
}

/* @return as sg_auth_check */
static enum sg_verdict recall_or_submit(
    struct sg_auth *auth, const struct job *job, const char *user, const char *password)
{
    sg_locked(&auth->lock);
    if (remembers(auth->good, auth->n_good, GOOD_MAX, &job->digest))
        return SG_VERDICT_GOOD;
    if (remembers(auth->bad, auth->n_bad, BAD_MAX, &job->digest))
        return SG_VERDICT_BAD;
    return submit(auth, job, user, password);
}

enum sg_verdict sg_auth_check(struct sg_auth *auth, struct sg_request *request)
{
    const struct sg_web_config *config = request->web->config;
    struct job job = { .request = request };
    char buffer[SG_CREDENTIALS_BYTES_MAX];
    const char *user, *password;

    if (!sg_auth_parse(
            sg_request_header(request, MHD_HTTP_HEADER_AUTHORIZATION), buffer, &user, &password) ||
        strlen(password) > PASSWORD_BYTES_MAX)
        return SG_VERDICT_BAD;
    /* An unknown user takes the time of the first one. */
    const char *hash = config->users[0].hash;
    for (size_t i = 0; i < config->n_users; i++) {
        if (strcmp(config->users[i].name, user) == 0) {
            hash = config->users[i].hash;
            job.known = true;
        }
    }
    memcpy(job.hash, hash, strlen(hash) + 1);
    enum sg_verdict found = make_digest(auth, job.known, user, hash, password, &job.digest)
                                ? SG_VERDICT_BUSY
                                : recall_or_submit(auth, &job, user, password);
    explicit_bzero(buffer, sizeof buffer);
    return found;
}
