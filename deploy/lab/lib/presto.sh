# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# A Presto of one node, coordinator and worker, whose Kafka connector reads mytopic, and the client that
# asks it, presto_queries.py.

# What Presto needs to be open in Java 17.
presto_opens=(
    java.io
    java.lang
    java.lang.invoke
    java.lang.reflect
    java.nio
    java.text
    java.util
    java.util.concurrent
    sun.net.util
)

# The catalog `gone` is a Kafka that is not there: nobody can listen on port 1 without root.
presto_configure()
{
    local etc=$lab_dir/etc/presto
    mkdir -p -- "$etc/catalog" "$etc/plugin" "$lab_dir/data/presto"
    ln -sfn -- "$presto_kafka_jars" "$etc/plugin/kafka"
    cc -O1 -shared -fPIC -o "$etc/loopback.so" "$lab_home/loopback.c" || return 1
    cat >"$etc/config.properties" <<EOF
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port=$presto_port
http-server.log.enabled=false
discovery-server.enabled=true
discovery.uri=http://127.0.0.1:$presto_port
query.max-memory=60MB
query.max-total-memory=80MB
query.max-memory-per-node=60MB
query.max-total-memory-per-node=80MB
EOF
    printf '%s=WARN\n' com.facebook Bootstrap org.apache >"$etc/log.properties"
    catalog_configure kafka "127.0.0.1:${broker_port[1]}"
    catalog_configure gone 127.0.0.1:1
}

# catalog_configure NAME HOST:PORT
catalog_configure()
{
    cat >"$lab_dir/etc/presto/catalog/$1.properties" <<EOF
connector.name=kafka
kafka.nodes=$2
kafka.table-names=mytopic
kafka.default-schema=default
EOF
}

presto_start()
{
    local etc=$lab_dir/etc/presto opens
    presto_configure || return 1
    opens=("${presto_opens[@]/#/--add-opens=java.base/}")
    LD_PRELOAD=$etc/loopback.so start_jvm presto 512 \
        "$(jvm_agent "$other_jolokia_version" "${jvm_port[presto]}")" \
        -Djdk.attach.allowAttachSelf=true "${opens[@]/%/=ALL-UNNAMED}" \
        -Dconfig="$etc/config.properties" -Dcatalog.config-dir="$etc/catalog" -Dplugin.dir="$etc/plugin" \
        -Dlog.levels-file="$etc/log.properties" \
        -Dnode.environment=lab -Dnode.id=presto -Dnode.data-dir="$lab_dir/data/presto" \
        -Dnode.bind-ip=127.0.0.1 -Dnode.internal-address=127.0.0.1 -Dnode.external-address=127.0.0.1 \
        -cp "$presto_jars/*" com.facebook.presto.server.PrestoServer
}

queries_start()
{
    python_set
    mkdir -p -- "$lab_dir/load"
    process_start presto-queries "$python" -B "$lab_home/presto_queries.py" \
        --url "http://127.0.0.1:$presto_port" --control "$lab_dir/load"
}

# Not only queries: what it is asked too early counts as an internal failure.
presto_answers()
{
    [[ $(curl -s -m 3 "http://127.0.0.1:$presto_port/v1/info") == *'"starting":false'* ]] &&
        "$python" -B "$lab_home/presto_queries.py" --url "http://127.0.0.1:$presto_port" --once >/dev/null 2>&1
}

presto_wait()
{
    wait_until 240 presto presto_answers && jvm_make_readable presto
}
