/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reference counts, locks held for the rest of a scope, and conditions that use the monotonic
 * clock. Any thread.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- References: embedded in the counted struct ---- */

struct sg_refs {
    atomic_size_t n;
};

/** The first reference, of the creator. */
static inline void sg_refs_init(struct sg_refs *refs)
{
    atomic_init(&refs->n, 1);
}

/**
 * One more. The caller holds one. The counted struct may be const: the count is not part of its
 * value.
 */
static inline void sg_refs_add(const struct sg_refs *refs)
{
    (void)atomic_fetch_add_explicit(
        &((struct sg_refs *)(uintptr_t)refs)->n, 1, memory_order_relaxed);
}

/** One less. @return was it the last one? The counted struct is then to be freed. */
static inline bool sg_refs_drop(const struct sg_refs *refs)
{
    return atomic_fetch_sub_explicit(
               &((struct sg_refs *)(uintptr_t)refs)->n, 1, memory_order_acq_rel) == 1;
}

/* ---- Locks ---- */

/* Of something const, too: who only reads it locks it as well, and the lock is not its content. */
static inline pthread_mutex_t *sg_sync_lock(const pthread_mutex_t *mutex)
{
    pthread_mutex_t *writable = (pthread_mutex_t *)(uintptr_t)mutex;

    (void)pthread_mutex_lock(writable);
    return writable;
}

static inline void sg_sync_unlock(pthread_mutex_t **mutex)
{
    (void)pthread_mutex_unlock(*mutex);
}

#define SG_SYNC_NAME_(line) sg_locked_##line
#define SG_SYNC_NAME(line)  SG_SYNC_NAME_(line)

/** Hold the mutex until the end of the scope. */
#define sg_locked(mutex)                                                                       \
    __attribute__((cleanup(sg_sync_unlock), unused)) pthread_mutex_t *SG_SYNC_NAME(__LINE__) = \
        sg_sync_lock(mutex)

/* ---- Conditions ---- */

/** A condition whose timeouts use the monotonic clock. */
void sg_cond_init(pthread_cond_t *cond);
