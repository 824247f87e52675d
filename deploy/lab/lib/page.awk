# SPDX-License-Identifier: Apache-2.0
# Reads a /metrics page; prints, on one line, what is missing for a complete page of the lab.
# Variables: brokers (their number), groups and jvms (names separated by spaces).

$1 ~ /^streamgauge_broker_up[{]/ && $NF == 1 { up++ }
# A target that is a number is a broker.
$1 ~ /^streamgauge_collector_success[{]/ && /[{,]collector="jolokia"/ && /[{,]target="[0-9]+"/ &&
    $NF == 1 { through_jmx++ }
/^kafka_consumergroup_(current_offset|lag)[{]/ && match($0, /[{,]consumergroup="[^"]*"/) {
    label = substr($0, RSTART, RLENGTH)
    split(label, part, "\"")
    seen[part[2]] = 1
}
# The collector's own series show that a JVM is known; these show that it answers.
!/^streamgauge_/ && match($0, /[{,]jvm="[^"]*"/) {
    label = substr($0, RSTART, RLENGTH)
    split(label, part, "\"")
    jvm_seen[part[2]] = 1
}

function missing(text)
{
    printf "%s%s", separator, text
    separator = ", "
}

END {
    if (up < brokers)
        missing(sprintf("%d of %d brokers up", up, brokers))
    if (through_jmx < brokers)
        missing(sprintf("%d of %d brokers through JMX", through_jmx, brokers))
    count = split(groups, name, " ")
    for (i = 1; i <= count; i++)
        if (!(name[i] in seen))
            missing("group " name[i])
    count = split(jvms, name, " ")
    for (i = 1; i <= count; i++)
        if (!(name[i] in jvm_seen))
            missing("JVM " name[i])
    if (separator)
        print ""
}
