# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# Starting and stopping processes. A process is identified by its pid and its start time, so that a
# later process with the same pid is never mistaken for it.

# Prints field 22 (start time) and 3 (state) of /proc/PID/stat; fails when there is no such process.
# The name, field 2, may hold spaces and brackets: count from the last closing one.
process_stat()
{
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -ra fields <<<"${stat##*) }"
    echo "${fields[19]} ${fields[0]}"
}

# Prints the pid of a piece that is alive (frozen ones are), fails otherwise.
process_pid()
{
    local pid started now state
    { read -r pid started <"$lab_dir/run/$1.pid"; } 2>/dev/null || return 1
    read -r now state < <(process_stat "$pid") || return 1
    [[ $now == "$started" && $state != [ZX] ]] || return 1
    echo "$pid"
}

process_is_up()
{
    process_pid "$1" >/dev/null
}

process_is_frozen()
{
    local pid state
    pid=$(process_pid "$1") || return 1
    read -r _ state < <(process_stat "$pid") || return 1
    [[ $state == T ]]
}

# Removes what a stopped piece leaves behind. A JVM that was killed leaves its attach socket.
process_forget()
{
    local pid started now=''
    { read -r pid started <"$lab_dir/run/$1.pid"; } 2>/dev/null || return 0
    read -r now _ < <(process_stat "$pid") || true
    [[ -n $now && $now != "$started" ]] || rm -f -- "/tmp/.java_pid$pid"
    rm -f -- "$lab_dir/run/$1.pid"
}

# process_start NAME COMMAND...: output is appended to the log; the process has its own session, so
# that neither Ctrl-C in the terminal nor the end of this script reaches it.
process_start()
{
    local name=$1 pid started
    shift
    process_forget "$name"
    setsid "$@" >>"$(piece_log "$name")" 2>&1 </dev/null {lab_lock}>&- &
    pid=$!
    disown "$pid"
    read -r started _ < <(process_stat "$pid") || return 0 # stopped already; the caller's wait reports it
    echo "$pid $started" >"$lab_dir/run/$name.pid"
}

process_signal()
{
    local pid
    pid=$(process_pid "$2") || return 0
    kill -s "$1" "$pid" 2>/dev/null || true
}

# process_kill NAME: KILL, and waits for its end.
process_kill()
{
    process_signal KILL "$1"
    while process_is_up "$1"; do
        sleep 0.05
    done
    process_forget "$1"
}

# process_stop SECONDS NAME...: stops the pieces together: TERM, and KILL for those that are still
# running after so many seconds. A frozen process handles TERM only after CONT. Sets
# `killed` to the names that had to be killed.
process_stop()
{
    local deadline name
    deadline=$(($(now_ms) + $1 * 1000))
    shift
    killed=()
    for name; do
        process_signal TERM "$name"
        process_signal CONT "$name"
    done
    for name; do
        while process_is_up "$name" && (($(now_ms) < deadline)); do
            sleep 0.1
        done
        if process_is_up "$name"; then
            killed+=("$name")
            process_signal KILL "$name"
            while process_is_up "$name"; do
                sleep 0.05
            done
        fi
        process_forget "$name"
    done
}

port_is_taken()
{
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# A port in use is the most likely reason why a piece cannot start: report it before.
ports_must_be_free()
{
    local port
    for port in $(piece_ports "$1"); do
        ! port_is_taken "$port" ||
            step_fail "port $port of $1 is in use by a program that is not part of this lab"
    done
}

# wait_until SECONDS NAME COMMAND...: repeats the command until it succeeds. Fails early when the
# piece stops.
wait_until()
{
    local deadline name=$2
    deadline=$(($(now_ms) + $1 * 1000))
    shift 2
    until "$@"; do
        process_is_up "$name" || return 1
        (($(now_ms) < deadline)) || return 1
        sleep 0.2
    done
}
