# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# The load: one process that produces and consumes, and the queries to the cluster.

cluster()
{
    "$python" -B "$lab_home/cluster.py" --bootstrap "$bootstrap" "$@"
}

load_start()
{
    mkdir -p -- "$lab_dir/load"
    process_start load env PYTHONDONTWRITEBYTECODE=1 "$python" "$lab_home/load.py" \
        --bootstrap "$bootstrap" --log "$(piece_log load)" --control "$lab_dir/load"
}
