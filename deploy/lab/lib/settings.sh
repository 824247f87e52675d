# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034  # the settings are read by the other files
# Where things are, which ports they use, and what this lab was started with.

lab_home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
repo=$(cd -- "$lab_home/../.." && pwd)
cache=${STREAMGAUGE_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/streamgauge}
lab_dir=${STREAMGAUGE_LAB_DIR:-/var/tmp/streamgauge-lab}

broker_ids=(1 2 3)

# Written to the lab's folder by `up`; what `down`, `status` and `fault` need to know.
mode=zookeeper
port_offset=0
with_connect=no
with_spark=no
with_presto=no
with_prometheus=yes
with_streamgauge=yes
jolokia=2.2.9 # one version for all brokers, or one for each, separated by commas; none: JMX ports only

settings_use_dir()
{
    [[ -n $1 ]] || usage_error '--dir needs a folder'
    lab_dir=$(realpath -m -- "$1")
}

settings_exist()
{
    [[ -f $lab_dir/lab.conf ]]
}

# Reads the file line by line and takes known names only: it is data, not a program.
settings_load()
{
    local key value
    while IFS='=' read -r key value; do
        case $key in
            mode) mode=$value ;;
            port_offset) port_offset=$value ;;
            jolokia) jolokia=$value ;;
            with_connect) with_connect=$value ;;
            with_spark) with_spark=$value ;;
            with_presto) with_presto=$value ;;
            with_prometheus) with_prometheus=$value ;;
            with_streamgauge) with_streamgauge=$value ;;
        esac
    done <"$lab_dir/lab.conf"
    settings_apply
}

settings_save()
{
    cat >"$lab_dir/lab.conf.new" <<EOF
mode=$mode
port_offset=$port_offset
jolokia=$jolokia
with_connect=$with_connect
with_spark=$with_spark
with_presto=$with_presto
with_prometheus=$with_prometheus
with_streamgauge=$with_streamgauge
EOF
    mv -- "$lab_dir/lab.conf.new" "$lab_dir/lab.conf"
}

# Everything that follows from mode and port offset.
settings_apply()
{
    local id
    if [[ $mode == kraft ]]; then
        kafka_version=4.4.0
    else
        kafka_version=3.6.0
    fi
    kafka_jars=$cache/kafka-$kafka_version
    spark_kafka_jars=$cache/spark-kafka-4.2.0
    connect_jars=$cache/connect-3.6.0
    presto_jars=$cache/presto-0.287
    presto_kafka_jars=$cache/presto-kafka-0.287

    zookeeper_port=$((2181 + port_offset))
    connect_port=$((8183 + port_offset))
    presto_port=$((8085 + port_offset))
    prometheus_port=$((9090 + port_offset))
    alertmanager_port=$((9393 + port_offset)) # 9093 is a broker
    streamgauge_port=$((9308 + port_offset))
    broker_port=() sasl_port=() controller_port=() jmx_port=() jolokia_port=()
    bootstrap=''
    for id in "${broker_ids[@]}"; do
        broker_port[id]=$((9091 + id + port_offset))
        controller_port[id]=$((9191 + id + port_offset))
        sasl_port[id]=$((9291 + id + port_offset))
        jmx_port[id]=$((9998 + id + port_offset))
        jolokia_port[id]=$((8777 + id + port_offset))
        bootstrap+=${bootstrap:+,}127.0.0.1:${broker_port[id]}
    done
    settings_apply_jolokia
    settings_apply_pieces
}

# Each broker has its own version of the agent. The other JVMs have the last broker's, so that they
# ask for no further download.
settings_apply_jolokia()
{
    local id versions
    IFS=',' read -ra versions <<<"$jolokia"
    jolokia_version=()
    for id in "${broker_ids[@]}"; do
        jolokia_version[id]=${versions[id - 1]-${versions[0]}}
    done
    other_jolokia_version=${versions[-1]}
    settings_apply_other_jvms
}

has_agents()
{
    [[ $jolokia != none ]]
}

# Where the JVMs that are not brokers are read: the port of the agent, or of JMX where there is none.
settings_apply_other_jvms()
{
    local first=10002
    ! has_agents || first=8781
    ((first += port_offset))
    declare -gA jvm_port=([zookeeper]=$first [connect]=$((first + 1)) [spark]=$((first + 2)) [presto]=$((first + 3)))
}

# The pieces of this lab in the order in which they start. The name of a piece is also that of its
# pid file, its log and its data folder.
settings_apply_pieces()
{
    pieces=()
    [[ $mode == kraft ]] || pieces+=(zookeeper)
    pieces+=("${broker_ids[@]/#/broker-}" load)
    [[ $with_connect == no ]] || pieces+=(connect)
    [[ $with_spark == no ]] || pieces+=(spark)
    [[ $with_presto == no ]] || pieces+=(presto presto-queries)
    [[ $with_prometheus == no ]] || pieces+=(alertmanager prometheus)
    [[ $with_streamgauge == no ]] || pieces+=(streamgauge)
}

# settings_common_option ARGUMENTS: handles --dir and --help, which all the programs have. Sets
# `taken` to the number of arguments used, 0 when the first is something else.
settings_common_option()
{
    taken=0
    case $1 in
        --dir) settings_use_dir "${2-}" && taken=2 ;;
        --dir=*) settings_use_dir "${1#*=}" && taken=1 ;;
        --help | -h) usage && exit 0 ;;
    esac
}

piece_log()
{
    echo "$lab_dir/log/$1.log"
}

piece_ports()
{
    local id=${1#broker-}
    case $1 in
        zookeeper) printf '%s\n' "$zookeeper_port" "${jvm_port[zookeeper]}" ;;
        connect) printf '%s\n' "$connect_port" "${jvm_port[connect]}" ;;
        spark) echo "${jvm_port[spark]}" ;;
        presto) printf '%s\n' "$presto_port" "${jvm_port[presto]}" ;;
        broker-*)
            echo "${broker_port[id]}"
            echo "${sasl_port[id]}"
            [[ $mode != kraft ]] || echo "${controller_port[id]}"
            echo "${jmx_port[id]}"
            ! has_agents || echo "${jolokia_port[id]}"
            ;;
        prometheus) echo "$prometheus_port" ;;
        alertmanager) echo "$alertmanager_port" ;;
        streamgauge) echo "$streamgauge_port" ;;
    esac
}
