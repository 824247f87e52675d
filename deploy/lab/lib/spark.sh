# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# A Spark structured streaming job, spark_job.py, in one small JVM.

spark_query=mytopic_counts

spark_configure()
{
    mkdir -p -- "$lab_dir/etc/spark" "$lab_dir/data/spark"
    rm -rf -- "${lab_dir:?}/data/spark/tmp" # left by a job that was killed
    mkdir -- "$lab_dir/data/spark/tmp"
    echo '*.sink.jmx.class=org.apache.spark.metrics.sink.JmxSink' >"$lab_dir/etc/spark/metrics.properties"
    cat >"$lab_dir/etc/spark/spark-defaults.conf" <<EOF
spark.master                                 local[1]
spark.jars                                   $(printf '%s\n' "$spark_kafka_jars"/*.jar | paste -sd,)
spark.driver.memory                          512m
spark.driver.host                            127.0.0.1
spark.driver.bindAddress                     127.0.0.1
spark.ui.enabled                             false
spark.local.dir                              $lab_dir/data/spark/tmp
spark.sql.warehouse.dir                      $lab_dir/data/spark/warehouse
spark.sql.shuffle.partitions                 1
spark.sql.streaming.metricsEnabled           true
spark.sql.streaming.minBatchesToRetain       20
spark.metrics.conf                           $lab_dir/etc/spark/metrics.properties
spark.metrics.namespace                      kafkastream
EOF
}

# spark-submit becomes the JVM, by exec, so that the piece's pid is the JVM's; the Python job is its
# child and exits with it. The configuration folder replaces that of the machine.
spark_start()
{
    local options
    spark_configure
    options="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+ExitOnOutOfMemoryError"
    options+=" -Djava.net.preferIPv4Stack=true -Dlab.log=$(piece_log spark)"
    options+=" -Dlog4j2.configurationFile=file:$lab_home/config/log4j2.properties"
    options+=" $(jvm_agent "$other_jolokia_version" "${jvm_port[spark]}")"
    process_start spark env -u JAVA_TOOL_OPTIONS -u JDK_JAVA_OPTIONS -u _JAVA_OPTIONS \
        -u PYSPARK_DRIVER_PYTHON --chdir="$lab_dir/data/spark" \
        JAVA_HOME="$(dirname -- "$(dirname -- "$(realpath -- "$java")")")" \
        SPARK_HOME="$spark_home" SPARK_CONF_DIR="$lab_dir/etc/spark" SPARK_LOCAL_IP=127.0.0.1 \
        PYSPARK_PYTHON=/usr/bin/python3 PYTHONDONTWRITEBYTECODE=1 \
        PYTHONPATH="$(printf '%s:' "$spark_home"/python "$spark_home"/python/*.whl)" \
        "$spark_home/bin/spark-submit" --driver-java-options "$options" "$lab_home/spark_job.py" \
        --bootstrap "$bootstrap" --query "$spark_query" --checkpoint "$lab_dir/data/spark/checkpoint"
}

# A query has JMX metrics only after its first trigger, which leaves a file in the checkpoint.
spark_query_runs()
{
    if ! has_agents; then
        [[ -n $(find "$lab_dir/data/spark/checkpoint/commits" -newer "$lab_dir/run/spark.pid" -name '[0-9]*' \
            2>/dev/null) ]]
        return
    fi
    local mbean="metrics:name=kafkastream.driver.spark.streaming.$spark_query.latency,type=gauges"
    [[ $(curl -s -m 3 "http://127.0.0.1:${jvm_port[spark]}/jolokia/read/$mbean/Value") == *'"status":200'* ]]
}

spark_wait()
{
    wait_until 120 spark spark_query_runs && jvm_make_readable spark
}
