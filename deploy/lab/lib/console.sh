# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the user sees: one line per step with its time, and errors that say where to look.

program=${0##*/}

now_ms()
{
    local us=${EPOCHREALTIME//[.,]/}
    echo $((us / 1000))
}

# A step's name is printed when the step begins, so that a long one is visible.
step_begin()
{
    step_started_ms=$(now_ms)
    printf '%-22s … ' "$1"
}

step_end()
{
    local ms=$(($(now_ms) - step_started_ms))
    printf '%s (%d.%d s)\n' "$1" $((ms / 1000)) $((ms % 1000 / 100))
}

# step_fail TEXT [LOG]: ends the step and exits; prints the end of the log, and its path.
step_fail()
{
    local text=$1 log=${2-}
    step_end 'FAILED'
    printf '%s: %s\n' "$program" "$text" >&2
    if [[ -n $log && -s $log ]]; then
        printf '%s: the last lines of %s:\n' "$program" "$log" >&2
        tail -n 20 -- "$log" | sed 's/^/    /' >&2
    fi
    exit 1
}

die()
{
    printf '%s: %s\n' "$program" "$*" >&2
    exit 1
}

usage_error()
{
    printf '%s: %s (see --help)\n' "$program" "$*" >&2
    exit 2
}
