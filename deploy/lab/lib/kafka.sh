# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# ZooKeeper and the brokers: their configuration, how they are started, when they count as up.

# Chosen once for all labs: the nodes of one lab only ever talk to each other.
kraft_cluster_id=c3RyZWFtZ2F1Z2UtbGFiMQ

zookeeper_configure()
{
    mkdir -p -- "$lab_dir/data/zookeeper"
    cat >"$lab_dir/etc/zookeeper.properties" <<EOF
dataDir=$lab_dir/data/zookeeper
clientPort=$zookeeper_port
clientPortAddress=127.0.0.1
admin.enableServer=false
tickTime=2000
autopurge.snapRetainCount=3
autopurge.purgeInterval=1
EOF
}

zookeeper_start()
{
    zookeeper_configure
    start_jvm zookeeper 96 "$(jvm_agent "$other_jolokia_version" "${jvm_port[zookeeper]}")" \
        -Dzookeeper.preAllocSize=1024 -Dzookeeper.jmx.log4j.disable=true -cp "$kafka_jars/*" \
        org.apache.zookeeper.server.quorum.QuorumPeerMain "$lab_dir/etc/zookeeper.properties"
}

# ZooKeeper answers `srvr` with its mode only when it serves.
zookeeper_serves()
{
    local answer
    answer=$(
        { exec 3<>"/dev/tcp/127.0.0.1/$zookeeper_port"; } 2>/dev/null || exit 1
        printf srvr >&3
        timeout 5 cat <&3
    ) || return 1
    [[ $answer == *'Mode: '* ]]
}

zookeeper_wait()
{
    wait_until 60 zookeeper zookeeper_serves && jvm_make_readable zookeeper
}

broker_configure()
{
    local id=$1
    mkdir -p -- "$lab_dir/data/broker-$id"
    {
        if [[ $mode == kraft ]]; then
            broker_settings_kraft "$id"
        else
            broker_settings_zookeeper "$id"
        fi
        broker_settings_common "$id"
    } >"$lab_dir/etc/broker-$id.properties"
}

# Dead brokers leave the metadata after six seconds, so that a fault is visible soon.
broker_settings_zookeeper()
{
    cat <<EOF
broker.id=$1
listeners=PLAINTEXT://127.0.0.1:${broker_port[$1]},SASL_PLAINTEXT://127.0.0.1:${sasl_port[$1]}
zookeeper.connect=127.0.0.1:$zookeeper_port
zookeeper.connection.timeout.ms=18000
zookeeper.session.timeout.ms=6000
EOF
}

broker_settings_kraft()
{
    local id voters=''
    for id in "${broker_ids[@]}"; do
        voters+=${voters:+,}$id@127.0.0.1:${controller_port[id]}
    done
    cat <<EOF
process.roles=broker,controller
node.id=$1
listeners=PLAINTEXT://127.0.0.1:${broker_port[$1]},SASL_PLAINTEXT://127.0.0.1:${sasl_port[$1]},CONTROLLER://127.0.0.1:${controller_port[$1]}
controller.listener.names=CONTROLLER
controller.quorum.voters=$voters
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
broker.session.timeout.ms=6000
EOF
}

# Few threads and small buffers: three brokers share two cores with everything else. Data is kept
# for hours and in small segments, so that a lab which runs for days does not fill the disk.
broker_settings_common()
{
    local disks=$lab_dir/data/broker-$1
    ! mountpoint -q "$disks-small" || disks+=,$disks-small # of `fault fill-disk`
    cat <<EOF
advertised.listeners=PLAINTEXT://127.0.0.1:${broker_port[$1]},SASL_PLAINTEXT://127.0.0.1:${sasl_port[$1]}
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_lab="lab-password";
log.dirs=$disks

default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0

controlled.shutdown.max.retries=1
controlled.shutdown.retry.backoff.ms=500

num.network.threads=2
num.io.threads=4
num.recovery.threads.per.data.dir=2
background.threads=2
log.cleaner.dedupe.buffer.size=8388608
log.index.size.max.bytes=1048576

log.segment.bytes=8388608
log.retention.bytes=33554432
log.retention.hours=6
log.retention.check.interval.ms=60000
offsets.topic.segment.bytes=8388608
EOF
}

# KRaft nodes refuse to start on a folder that is not formatted for their cluster.
broker_format()
{
    local id=$1
    [[ ! -f $lab_dir/data/broker-$id/meta.properties ]] || return 0
    # shellcheck disable=SC2046  # one word, or none
    "$java" -XX:TieredStopAtLevel=1 -Xmx96m $(classes_option) -Dlab.log="$lab_dir/log/format.log" \
        -Dlog4j2.configurationFile="file:$lab_home/config/log4j2.properties" \
        -cp "$kafka_jars/*" kafka.tools.StorageTool format --cluster-id "$kraft_cluster_id" \
        --config "$lab_dir/etc/broker-$id.properties" >>"$lab_dir/log/format.log" 2>&1
}

broker_start()
{
    local id=$1
    broker_configure "$id"
    if [[ $mode == kraft ]]; then
        broker_format "$id" || return 1
    fi
    # shellcheck disable=SC2046  # one word, or none
    start_jvm "broker-$id" 320 $(classes_option) -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35 \
        -XX:+StartAttachListener -Djava.rmi.server.hostname=127.0.0.1 \
        "$(jvm_agent "${jolokia_version[$1]}" "${jolokia_port[$1]}")" \
        -cp "$kafka_jars/*" kafka.Kafka "$lab_dir/etc/broker-$id.properties"
}

# BrokerState 3 is RUNNING. The agent answers seconds before Kafka has registered its first MBean.
# Without an agent it counts as running when its own metadata has it.
broker_is_running()
{
    if ! has_agents; then
        python_set
        port_is_taken "${broker_port[$1]}" && broker_is_in_its_metadata "$1"
        return
    fi
    local state mbean='kafka.server:name=BrokerState,type=KafkaServer'
    state=$(curl -s -m 3 "http://127.0.0.1:${jolokia_port[$1]}/jolokia/read/$mbean/Value") || return 1
    [[ $state =~ \"value\":3[,}] ]]
}

broker_is_in_its_metadata()
{
    bootstrap=127.0.0.1:${broker_port[$1]} cluster broker --wait 2 "$1" 2>>"$lab_dir/log/cluster.log"
}

# Waits until a started broker is in the cluster and its JMX port is open. A broker that is restarted
# within the session timeout after a kill may find its old registration and exit; it is then started
# once more.
broker_wait()
{
    local id=$1 attempt
    for attempt in 1 2; do
        if wait_until 90 "broker-$id" broker_is_running "$id"; then
            jvm_open_jmx "broker-$id" "${jmx_port[id]}" || return 1
            return 0
        fi
        if [[ $attempt == 2 ]] || process_is_up "broker-$id"; then
            return 1
        fi
        sleep 6
        broker_start "$id" || return 1
    done
}
