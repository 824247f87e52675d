# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154  # variables shared with the other files, see settings.sh
# An archive of Kafka's classes, as the JVM has loaded and checked them once (class data sharing): with
# it a broker starts with little more than half the CPU time. A JVM ignores one that is not of its own
# build, or of other jars.

classes_archive()
{
    echo "$cache/classes/${kafka_jars##*/}.jsa"
}

# The option of a JVM whose class path is that of the brokers; nothing without an archive.
classes_option()
{
    local archive
    archive=$(classes_archive)
    [[ ! -f $archive ]] || echo "-XX:SharedArchiveFile=$archive"
}

classes_are_archived()
{
    local archive
    archive=$(classes_archive)
    [[ $archive -nt $kafka_jars && $archive -nt $(realpath -- "$java") ]]
}

# Starts a broker of its own on the ports of broker 1, which does not run yet, and stops it. A lab works
# without the archive: nothing here is an error.
classes_install()
{
    local archive work log=$lab_dir/log/classes.log
    archive=$(classes_archive)
    step_begin "classes of ${kafka_jars##*/}"
    work=$(mktemp -d "$cache/fetch.XXXXXX")
    mkdir -p -- "${archive%/*}"
    rm -f -- "$archive" "$log"
    classes_settings "$work" >"$work/broker.properties"
    if classes_run kafka.tools.StorageTool format --cluster-id "$kraft_cluster_id" \
        --config "$work/broker.properties" && classes_dump "$work" && [[ -s $work/classes.jsa ]]; then
        mv -- "$work/classes.jsa" "$archive"
        step_end 'archived'
    else
        step_end "none; brokers start more slowly ($log)"
    fi
    rm -rf -- "$work"
}

classes_settings()
{
    cat <<EOF
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:${broker_port[1]},CONTROLLER://127.0.0.1:${controller_port[1]}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:${controller_port[1]}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$1/data
log.cleaner.dedupe.buffer.size=8388608
EOF
}

classes_run()
{
    "$java" -Xmx256m -XX:TieredStopAtLevel=1 -Dlab.log="$log" \
        -Dlog4j.configuration="file:$lab_home/config/log4j.properties" \
        -Dlog4j2.configurationFile="file:$lab_home/config/log4j2.properties" \
        -cp "$kafka_jars/*" "$@" >>"$log" 2>&1 </dev/null
}

# The archive is written when the broker has been asked to stop.
classes_dump()
{
    local pid tries=0
    classes_run -XX:ArchiveClassesAtExit="$1/classes.jsa" kafka.Kafka "$1/broker.properties" &
    pid=$!
    until grep -q 'Kafka Server started' "$log" || ((++tries > 300)) || ! kill -0 "$pid" 2>/dev/null; do
        sleep 0.1
    done
    pkill -TERM -P "$pid" || true # the JVM is the child of the function's shell
    wait "$pid" || true
}
