# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# Faults of more than one step, and those of groups, disks, ZooKeeper and Streamgauge.

trouble()
{
    python_set
    "$python" -B "$lab_home/trouble.py" --bootstrap "$bootstrap" "$@"
}

# ---- groups

# group_file SUFFIX GROUP: the load checks for such files about once a second.
group_file()
{
    local suffix=$1
    shift
    group_argument "$@"
    process_is_up load || die 'the load is not up'
    [[ ${#groups[@]} == 1 && ${groups[0]} =~ ^(rules-engine|alerting)$ ]] ||
        usage_error "$fault needs one of: rules-engine alerting"
    touch -- "$lab_dir/load/${groups[0]}.$suffix"
}

fault_slow_consumers()
{
    group_file slow "$@"
    echo "consumers are slow: ${groups[*]}"
}

fault_poison_message()
{
    group_file poison "$@"
    echo "consumers do not get past a record of one partition: ${groups[*]}"
}

fault_delete_records()
{
    (($# == 1)) || usage_error "$fault needs a topic"
    step_begin "topic $1"
    trouble delete-records "$1" || step_fail 'the records could not be deleted'
    step_end 'all its records are deleted'
}

# ---- ZooKeeper, controller, Streamgauge

fault_kill_zookeeper()
{
    [[ $mode == zookeeper ]] || die 'this lab has no ZooKeeper'
    piece_kill zookeeper "$@"
}

fault_start_zookeeper()
{
    (($# == 0)) || usage_error "$fault takes no argument"
    [[ $mode == zookeeper ]] || die 'this lab has no ZooKeeper'
    ! process_is_up zookeeper || die 'zookeeper is up already'
    java_find || die 'no Java 17: run deploy/lab/up'
    step_begin zookeeper
    ports_must_be_free zookeeper
    zookeeper_start
    zookeeper_wait || step_fail 'it does not serve' "$(piece_log zookeeper)"
    step_end up
}

# The agents know at once; without them Streamgauge's page, which is as old as its last collection.
controller_find()
{
    local id answer mbean='kafka.controller:name=ActiveControllerCount,type=KafkaController'
    if ! has_agents; then
        curl -s -m 5 "http://127.0.0.1:$streamgauge_port/metrics" | sed -nE \
            's/^kafka_controller_kafkacontroller_activecontrollercount\{.*broker="([0-9]+)".*\} 1$/\1/p'
        return
    fi
    for id in "${broker_ids[@]}"; do
        answer=$(curl -s -m 3 "http://127.0.0.1:${jolokia_port[id]}/jolokia/read/$mbean/Value") || continue
        [[ ! $answer =~ \"value\":1[,}] ]] || echo "$id"
    done
}

fault_kill_controller()
{
    local id
    (($# == 0)) || usage_error "$fault takes no argument"
    read -r id < <(controller_find) || die 'no broker says that it is the controller'
    piece_kill "broker-$id"
    echo "start it again: deploy/lab/fault start-broker $id"
}

fault_kill_exporter()
{
    local pid
    pid=$(process_pid streamgauge) || die 'streamgauge is not up'
    streamgauge_binary=$(readlink -- "/proc/$pid/exe")
    echo "${streamgauge_binary% (deleted)}" >"$lab_dir/run/streamgauge.program"
    piece_kill streamgauge "$@"
}

fault_start_exporter()
{
    (($# == 0)) || usage_error "$fault takes no argument"
    ! process_is_up streamgauge || die 'streamgauge is up already'
    [[ -f $lab_dir/run/streamgauge.program ]] || die 'not killed by kill-exporter: run deploy/lab/up'
    streamgauge_binary=$(<"$lab_dir/run/streamgauge.program")
    step_begin streamgauge
    ports_must_be_free streamgauge
    streamgauge_start
    step_end up
}

piece_kill()
{
    local name=$1
    shift
    (($# == 0)) || usage_error "$fault takes no argument"
    process_is_up "$name" || die "$name is not up"
    step_begin "$name"
    process_kill "$name"
    step_end killed
}

# ---- brokers

restart_broker()
{
    process_stop 30 "broker-$1"
    broker_start "$1" && broker_wait "$1"
}

# A follower that is stopped misses records; then the leader dies, and the follower is all there is.
fault_unclean_election()
{
    (($# == 0)) || usage_error "$fault takes no argument"
    [[ $mode == zookeeper ]] || die 'KRaft elects an unclean leader only every five minutes; take a lab with ZooKeeper'
    java_find || die 'no Java 17: run deploy/lab/up'
    step_begin 'unclean election'
    trouble make-topic fault-unclean 2,3 unclean.leader.election.enable=true min.insync.replicas=1 ||
        step_fail 'no topic'
    process_stop 30 broker-3
    trouble send fault-unclean 100 || step_fail 'the records could not be sent'
    process_kill broker-2
    if ! broker_start 3 || ! broker_wait 3; then
        step_fail 'broker 3 does not start' "$(piece_log broker-3)"
    fi
    sleep 8 # the controller notices that broker 2 is dead
    if ! broker_start 2 || ! broker_wait 2; then
        step_fail 'broker 2 does not start' "$(piece_log broker-2)"
    fi
    trouble delete-topic fault-unclean || true
    step_end 'broker 3 became the leader without the records of broker 2'
}

small_disk()
{
    echo "$lab_dir/data/broker-$1-small"
}

# A second log directory on a file system of 64 MB, which is filled by a file.
fault_fill_disk()
{
    local small others
    broker_argument "$@"
    broker_must_be_up
    ((EUID == 0)) || die 'a small file system needs root'
    java_find || die 'no Java 17: run deploy/lab/up'
    small=$(small_disk "$broker")
    ! mountpoint -q "$small" || die "broker $broker has a small disk already"
    step_begin "broker $broker"
    mkdir -p -- "$small"
    mount -t tmpfs -o size=64m streamgauge-lab "$small"
    restart_broker "$broker" || step_fail 'it does not start again' "$(piece_log "broker-$broker")"
    others=$(printf ',%s' "${broker_ids[@]}")
    others=${others/,$broker/}
    trouble make-topic fault-disk "$broker$others" min.insync.replicas=1 || step_fail 'no topic'
    trouble send fault-disk 100
    [[ -n $(find "$small" -name 'fault-disk-*') ]] || step_fail 'the topic is not on the small disk'
    dd if=/dev/zero of="$small/filler" bs=1M 2>/dev/null || true
    trouble send fault-disk 2000
    step_end 'one of its two disks is full'
}

fault_fix_disk()
{
    local small
    broker_argument "$@"
    small=$(small_disk "$broker")
    mountpoint -q "$small" || die "broker $broker has no small disk"
    java_find || die 'no Java 17: run deploy/lab/up'
    step_begin "broker $broker"
    process_stop 30 "broker-$broker"
    umount "$small" || step_fail "$small cannot be unmounted"
    rmdir -- "$small"
    if ! broker_start "$broker" || ! broker_wait "$broker"; then
        step_fail "it does not start" "$(piece_log "broker-$broker")"
    fi
    trouble delete-topic fault-disk || true
    step_end 'is back with one disk'
}

# One thread handles all requests and must compress what a producer sends as fast as it can.
fault_saturate_broker()
{
    broker_argument "$@"
    broker_must_be_up
    ! process_is_up burn || die 'a broker is saturated already'
    step_begin "broker $broker"
    trouble make-topic fault-burn "$broker" min.insync.replicas=1 compression.type=gzip retention.bytes=20000000 \
        segment.bytes=8388608 max.message.bytes=1048588 || step_fail 'no topic'
    trouble io-threads "$broker" 2,1 || step_fail 'num.io.threads cannot be changed'
    echo "$broker" >"$lab_dir/run/burn.broker"
    python_set
    process_start burn "$python" -B "$lab_home/trouble.py" --bootstrap "$bootstrap" burn fault-burn
    step_end 'its request handler is busy'
}

fault_relieve_broker()
{
    (($# == 0)) || usage_error "$fault takes no argument"
    [[ -f $lab_dir/run/burn.broker ]] || die 'no broker is saturated'
    broker=$(<"$lab_dir/run/burn.broker")
    step_begin "broker $broker"
    process_stop 10 burn
    trouble io-threads "$broker" 2,4 || step_fail 'num.io.threads cannot be changed'
    trouble delete-topic fault-burn || true
    rm -f -- "$lab_dir/run/burn.broker"
    step_end relieved
}

fault_wrong_passwords()
{
    broker_argument "$@"
    broker_must_be_up
    ! process_is_up logins || die 'somebody tries already'
    step_begin "broker $broker"
    python_set
    process_start logins "$python" -B "$lab_home/trouble.py" \
        --bootstrap "127.0.0.1:${sasl_port[broker]}" wrong-password
    step_end 'clients try wrong passwords'
}

fault_right_passwords()
{
    (($# == 0)) || usage_error "$fault takes no argument"
    process_is_up logins || die 'nobody tries wrong passwords'
    step_begin logins
    process_stop 10 logins
    step_end stopped
}
