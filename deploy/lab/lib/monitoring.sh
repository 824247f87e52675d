# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# Prometheus, Alertmanager and Streamgauge, and the check of the finished page.

prometheus_configure()
{
    # A pattern that matches nothing is not an error: the rules may not be there.
    cat >"$lab_dir/etc/prometheus.yml" <<EOF
global:
  scrape_interval: 15s
  evaluation_interval: 15s
rule_files:
  - $repo/alerts/*.rules.yml
alerting:
  alertmanagers:
    - static_configs:
        - targets: ["127.0.0.1:$alertmanager_port"]
scrape_configs:
  - job_name: streamgauge
    static_configs:
      - targets: ["127.0.0.1:$streamgauge_port"]
EOF
}

prometheus_start()
{
    prometheus_configure
    process_start prometheus prometheus \
        --config.file="$lab_dir/etc/prometheus.yml" \
        --web.listen-address="127.0.0.1:$prometheus_port" \
        --storage.tsdb.path="$lab_dir/data/prometheus" \
        --storage.tsdb.retention.time=2d \
        --storage.tsdb.retention.size=512MB
}

prometheus_is_ready()
{
    curl -s -f -o /dev/null -m 3 "http://127.0.0.1:$prometheus_port/-/ready"
}

# Nobody listens where the receivers of this example post to: the lab shows alerts, it pages nobody.
# Without an address for its cluster it opens no second port.
alertmanager_start()
{
    process_start alertmanager prometheus-alertmanager \
        --config.file="$repo/deploy/alertmanager/alertmanager.yml" \
        --web.listen-address="127.0.0.1:$alertmanager_port" \
        --cluster.listen-address= \
        --storage.path="$lab_dir/data/alertmanager"
}

alertmanager_is_ready()
{
    curl -s -f -o /dev/null -m 3 "http://127.0.0.1:$alertmanager_port/-/ready"
}

# Sets `streamgauge_binary`; builds it unless one was given.
# With librdkafka of deploy/librdkafka, unless the system's is requested.
streamgauge_build()
{
    local log=$lab_dir/log/build.log build=$repo/build/lab librdkafka=''
    streamgauge_binary=$1
    [[ -z $streamgauge_binary ]] || return 0
    if [[ $librdkafka_from == system ]]; then
        build+=-system
    else
        librdkafka=$("$repo/deploy/librdkafka/install") ||
            die 'no librdkafka: see above, or try --system-librdkafka'
    fi
    step_begin 'build of streamgauge'
    {
        [[ -f $build/build.ninja ]] || meson setup --buildtype=release "$build" "$repo"
        meson configure -Dlibrdkafka="$librdkafka" "$build"
        ninja -C "$build" streamgauge
    } >"$log" 2>&1 </dev/null || step_fail 'the build failed' "$log"
    streamgauge_binary=$build/streamgauge
    step_end 'built'
}

# The lab's JVMs that are not brokers: name, port (see settings_apply_other_jvms), rules, tier.
jvms_of_lab()
{
    [[ $mode == kraft ]] || echo "zookeeper ${jvm_port[zookeeper]} zookeeper metadata"
    [[ $with_connect == no ]] || echo "connect ${jvm_port[connect]} kafka-connect integration"
    [[ $with_spark == no ]] || echo "spark ${jvm_port[spark]} spark processing"
    [[ $with_presto == no ]] || echo "presto ${jvm_port[presto]} presto processing"
}

jvm_address()
{
    if has_agents; then
        printf 'url: "http://127.0.0.1:%d/jolokia/"' "$1"
    else
        printf 'jmx: "127.0.0.1:%d"' "$1"
    fi
}

streamgauge_configure_brokers()
{
    local id
    cat <<EOF
    $(has_agents && echo jolokia || echo jmx):
      size_interval: 1m
      rules: [kafka, kafka-connections, kafka-fetch, kafka-groups, kafka-quotas, kafka-transactions]
EOF
    if has_agents; then
        echo '      brokers:'
        for id in "${broker_ids[@]}"; do
            printf '        %d: "http://127.0.0.1:%d/jolokia/"\n' "$id" "${jolokia_port[id]}"
        done
    else
        echo '      ports:'
        for id in "${broker_ids[@]}"; do
            printf '        %d: %d\n' "$id" "${jmx_port[id]}"
        done
    fi
}

streamgauge_configure()
{
    local jvms name port rules tier
    mapfile -t jvms < <(jvms_of_lab)
    {
        cat <<EOF
collect: { interval: 15s, timeout: 10s }
links: { prometheus: "http://127.0.0.1:$prometheus_port" }
clusters:
  - name: streaming
    bootstrap_servers: $bootstrap
    topics: { last_produced: true, last_stable_offset: true, overrides: 1000 }
    groups: { owners: 1000 }
    log_dirs: true
EOF
        streamgauge_configure_brokers
        ((${#jvms[@]} == 0)) || echo '    jvms:'
        while read -r name port rules tier; do
            printf '      - { name: %s, %s, rules: %s, labels: { tier: %s } }\n' \
                "$name" "$(jvm_address "$port")" "$rules" "$tier"
        done < <(jvms_of_lab)
        [[ $with_spark == no ]] || printf '    spark:\n      - { name: %s, checkpoint: %s }\n' \
            "$spark_query" "$lab_dir/data/spark/checkpoint"
    } >"$lab_dir/streamgauge.yaml"
}

streamgauge_start()
{
    streamgauge_configure
    process_start streamgauge "$streamgauge_binary" \
        --config.file="$lab_dir/streamgauge.yaml" \
        --web.listen-address="127.0.0.1:$streamgauge_port" \
        --log.format=logfmt
}

# When a JVM was added to a running lab, the configuration is rewritten and the same program restarted.
# A configuration that names every JVM is kept, whatever else is in it.
streamgauge_restart_for_new_jvms()
{
    local name pid
    while read -r name _; do
        grep -q "{ name: $name," "$lab_dir/streamgauge.yaml" || break
        name=''
    done < <(jvms_of_lab)
    [[ -n $name ]] || return 0
    pid=$(process_pid streamgauge)
    streamgauge_binary=$(readlink -- "/proc/$pid/exe")
    streamgauge_binary=${streamgauge_binary% (deleted)}
    process_stop 10 streamgauge
    streamgauge_start
}

# page_is_complete GROUP...: fetches the page and sets `missing_from_page` to what it does not show;
# succeeds when nothing is. Waits a second after a miss: many requests would look like a scraper.
page_is_complete()
{
    local page jvms
    jvms=$(jvms_of_lab | cut -d' ' -f1)
    if page=$(curl -s -f -m 10 "http://127.0.0.1:$streamgauge_port/metrics"); then
        missing_from_page=$(awk -v groups="$*" -v brokers="${#broker_ids[@]}" \
            -v jvms="${jvms//$'\n'/ }" -f "$lab_home/lib/page.awk" <<<"$page")
    else
        missing_from_page='the page itself'
    fi
    [[ -z $missing_from_page ]] || { sleep 0.8 && false; }
}
