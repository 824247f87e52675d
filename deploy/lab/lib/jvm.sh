# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# Starts a JVM of the lab, and makes it readable: with its Jolokia agent, or by its JMX port.

# start_jvm NAME HEAP_MIB ARGUMENTS...: C1 only and a fixed collector: less CPU while the JVM warms
# up, and the same collector names in the metrics on every machine. The JVM's own variables are
# cleared, so that settings for other programs do not change the lab.
start_jvm()
{
    local name=$1 heap_mib=$2
    shift 2
    process_start "$name" env -u JAVA_TOOL_OPTIONS -u JDK_JAVA_OPTIONS -u _JAVA_OPTIONS \
        "$java" "-Xms${heap_mib}m" "-Xmx${heap_mib}m" -XX:+UseG1GC -XX:TieredStopAtLevel=1 \
        -XX:ParallelGCThreads=2 -XX:ConcGCThreads=1 -XX:+ExitOnOutOfMemoryError \
        -Djava.awt.headless=true -Djava.net.preferIPv4Stack=true \
        -Dlab.log="$(piece_log "$name")" \
        -Dlog4j.configuration="file:$lab_home/config/log4j.properties" \
        -Dlog4j2.configurationFile="file:$lab_home/config/log4j2.properties" \
        "$@"
}

# jvm_agent VERSION PORT: prints the java option that loads the agent of one version; it answers on
# 127.0.0.1 only and may read, but change nothing. Without agents: the one that jvm_open_jmx needs.
jvm_agent()
{
    if [[ $1 == none ]]; then
        echo -XX:+StartAttachListener
        return
    fi
    local version=$1 port=$2 jar=jolokia-agent-jvm-$1-javaagent.jar
    [[ $version != 1.* ]] || jar=jolokia-jvm-$version.jar
    echo "-javaagent:$cache/jolokia-$version/$jar=host=127.0.0.1,port=$port,discoveryEnabled=false,policyLocation=file://$lab_home/config/jolokia-access.xml"
}

# jvm_open_jmx NAME PORT: opens the JMX port of a running piece, unless it is open.
# No -Dcom.sun.management.jmxremote.port: see jmx_port.py.
jvm_open_jmx()
{
    local pid
    ! port_is_taken "$2" || return 0
    pid=$(process_pid "$1") || return 1
    /usr/bin/python3 -B "$lab_home/jmx_port.py" "$pid" "$2" >>"$(piece_log "$1")" 2>&1
}

# jvm_make_readable NAME: what a piece that is not a broker needs once it has started.
jvm_make_readable()
{
    has_agents || jvm_open_jmx "$1" "${jvm_port[$1]}"
}
