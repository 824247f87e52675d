# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# A Kafka Connect worker, distributed (only then are there rebalances), and its one connector,
# which reads mytopic into /dev/null: a file would grow for days.

connector=archive

connect_configure()
{
    cat >"$lab_dir/etc/connect.properties" <<EOF
bootstrap.servers=$bootstrap
group.id=connect
listeners=http://127.0.0.1:$connect_port
rest.advertised.host.name=127.0.0.1

config.storage.topic=connect-configs
config.storage.replication.factor=3
offset.storage.topic=connect-offsets
offset.storage.replication.factor=3
offset.storage.partitions=3
status.storage.topic=connect-status
status.storage.replication.factor=3
status.storage.partitions=1

key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.flush.interval.ms=10000
scheduled.rebalance.max.delay.ms=10000
plugin.discovery=service_load
EOF
}

connect_start()
{
    connect_configure
    start_jvm connect 192 "$(jvm_agent "$other_jolokia_version" "${jvm_port[connect]}")" \
        -cp "$connect_jars/*" org.apache.kafka.connect.cli.ConnectDistributed \
        "$lab_dir/etc/connect.properties"
}

connect_rest()
{
    local path=$1
    shift
    curl -s -f -m 10 "$@" "http://127.0.0.1:$connect_port/connectors/$connector/$path"
}

# connector_configure FILE: creates the connector, or changes it. Fails while the worker is joining.
connector_configure()
{
    connect_rest config -o /dev/null -X PUT -H 'Content-Type: application/json' -d @- <<EOF
{"connector.class": "FileStreamSink", "tasks.max": "1", "topics": "mytopic", "file": "$1"}
EOF
}

# task_is STATE: whether the connector has a task in this state.
task_is()
{
    local answer
    answer=$(connect_rest status) || return 1
    [[ $answer == *"\"tasks\":[{\"id\":0,\"state\":\"$1\""* ]]
}

connect_wait()
{
    wait_until 90 connect connector_configure /dev/null && wait_until 60 connect task_is RUNNING &&
        jvm_make_readable connect
}
