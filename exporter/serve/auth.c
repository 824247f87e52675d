/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/auth.h"

#include "base/auto.h"
#include "base/index.h"
#include "base/sync.h"
#include "config/secret.h"
#include "serve/fair.h"
#include "serve/peer.h"

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
    PASSWORD_BYTES_MAX = 72 /* bcrypt looks at no more, and Go refuses longer ones */
};

struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

struct job {
    struct MHD_Connection *connection;
    _Atomic(enum sg_verdict) *verdict;
    char *password;
    char hash[64]; /* of the user, or of some user when there is no such user */
    bool known;
    struct digest digest;
};

/* Shared by its owner and its thread; whoever ends last frees it. */
struct sg_auth {
    struct digest key;
    uint64_t seed;              /* of the turns' hashes */
    struct crypt_data *scratch; /* the thread's */
    pthread_mutex_t lock;       /* guards what is below */
    pthread_cond_t wake;
    int n_holders;
    bool stopping;
    struct sg_fair waiting;         /* of struct job, owned */
    struct MHD_Connection *checked; /* suspended for the check that is going on, or NULL */
    _Atomic(enum sg_verdict) *checked_verdict;
    size_t n_good, n_bad; /* ever; the oldest is overwritten */
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
 * Lengths go in as well: user "a" with "bc" is not user "ab" with "c". So does whether the user
 * exists: one that is unknown is checked against the first user's hash, and when the first user has
 * been renamed, what was found of one name is not true of the other.
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

static void let_go(struct sg_auth *auth)
{
    (void)pthread_mutex_lock(&auth->lock);
    bool last = --auth->n_holders == 0;
    (void)pthread_mutex_unlock(&auth->lock);
    if (!last)
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

/* Called with the lock held. */
static void send_away(struct job *job)
{
    *job->verdict = SG_VERDICT_BUSY;
    MHD_resume_connection(job->connection);
    free_job(job);
}

static bool password_fits(struct sg_auth *auth, const struct job *job)
{
    /* Not crypt_r: AddressSanitizer puts itself before that, and the linker then leaves it out. */
    const char *made =
        crypt_rn(job->password, job->hash, auth->scratch, (int)sizeof *auth->scratch);
    size_t len = strlen(job->hash);

    return made && made[0] == '$' && strlen(made) == len &&
           gnutls_memcmp(made, job->hash, len) == 0 && job->known;
}

static void *run(void *context)
{
    struct sg_auth *auth = context;

    (void)pthread_setname_np(pthread_self(), "passwords");
    (void)pthread_mutex_lock(&auth->lock);
    while (!auth->stopping) {
        struct job *job = sg_fair_take(&auth->waiting);
        if (!job) {
            (void)pthread_cond_wait(&auth->wake, &auth->lock);
            continue;
        }
        auth->checked = job->connection;
        auth->checked_verdict = job->verdict;
        (void)pthread_mutex_unlock(&auth->lock);

        bool good = password_fits(auth, job);

        (void)pthread_mutex_lock(&auth->lock);
        if (auth->checked) { /* not given up meanwhile */
            auth->checked = NULL;
            if (good)
                auth->good[auth->n_good++ % GOOD_MAX] = job->digest;
            else
                auth->bad[auth->n_bad++ % BAD_MAX] = job->digest;
            *job->verdict = good ? SG_VERDICT_GOOD : SG_VERDICT_BAD;
            MHD_resume_connection(job->connection);
        }
        free_job(job);
    }
    (void)pthread_mutex_unlock(&auth->lock);
    let_go(auth);
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
    (void)pthread_cond_init(&auth->wake, NULL);
    auth->n_holders = 1;
    auth->seed = sg_seed_new();
    auth->scratch = calloc(1, sizeof *auth->scratch);
    if (!auth->scratch || gnutls_rnd(GNUTLS_RND_KEY, auth->key.bytes, DIGEST_BYTES)) {
        let_go(auth);
        return -ENOMEM;
    }
    auth->n_holders = 2;
    int r = pthread_create(&thread, NULL, run, auth);
    if (r) {
        auth->n_holders = 1;
        let_go(auth);
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
        *auth->checked_verdict = SG_VERDICT_BUSY;
        MHD_resume_connection(auth->checked);
        auth->checked = NULL;
    }
    for (struct job *job = sg_fair_take(&auth->waiting); job; job = sg_fair_take(&auth->waiting))
        send_away(job);
    (void)pthread_cond_signal(&auth->wake);
}

struct sg_auth *sg_auth_free(struct sg_auth *auth)
{
    if (!auth)
        return NULL;
    sg_auth_stop(auth);
    let_go(auth);
    return NULL;
}

/* Called with the lock held. Unknown users have turns as known ones have: no clue who is known. */
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
    const struct sg_fair_place place = { sg_peer_of(job->connection),
        sg_hash(auth->seed, sg_str_of(user)), copy };
    if (!copy->password || !sg_fair_put(&auth->waiting, place, &evicted)) {
        free_job(copy);
        return SG_VERDICT_BUSY;
    }
    if (evicted)
        send_away(evicted);
    MHD_suspend_connection(job->connection);
    (void)pthread_cond_signal(&auth->wake);
    return SG_VERDICT_NONE;
}

enum sg_verdict sg_auth_check(struct sg_auth *auth,
    const struct sg_web_config *config,
    const char *authorization,
    struct MHD_Connection *connection,
    _Atomic(enum sg_verdict) *verdict)
{
    struct job job = { .connection = connection, .verdict = verdict };
    char buffer[SG_CREDENTIALS_BYTES_MAX];
    const char *user, *password;
    enum sg_verdict found;

    if (!sg_auth_parse(authorization, buffer, &user, &password) ||
        strlen(password) > PASSWORD_BYTES_MAX)
        return SG_VERDICT_BAD;
    /* A user that is not there costs what the first one costs. */
    const char *hash = config->users[0].hash;
    for (size_t i = 0; i < config->n_users; i++) {
        if (strcmp(config->users[i].name, user) == 0) {
            hash = config->users[i].hash;
            job.known = true;
        }
    }
    memcpy(job.hash, hash, strlen(hash) + 1);
    if (make_digest(auth, job.known, user, hash, password, &job.digest)) {
        found = SG_VERDICT_BUSY;
    } else {
        (void)pthread_mutex_lock(&auth->lock);
        if (remembers(auth->good, auth->n_good, GOOD_MAX, &job.digest))
            found = SG_VERDICT_GOOD;
        else if (remembers(auth->bad, auth->n_bad, BAD_MAX, &job.digest))
            found = SG_VERDICT_BAD;
        else
            found = submit(auth, &job, user, password);
        (void)pthread_mutex_unlock(&auth->lock);
    }
    explicit_bzero(buffer, sizeof buffer);
    return found;
}
