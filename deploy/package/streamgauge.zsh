#compdef streamgauge
_arguments \
    '--config.file=-[YAML configuration]:file:_files' \
    '*--kafka.server=-[bootstrap server]:address:' \
    '--jolokia.url=-[Jolokia of each broker]:template:' \
    '--jmx.port=-[JMX port of every broker]:port:' \
    '--topic.filter=-[topics to export]:regex:' \
    '--topic.exclude=-[topics not to export]:regex:' \
    '--group.filter=-[consumer groups to export]:regex:' \
    '--group.exclude=-[consumer groups not to export]:regex:' \
    '--collect.interval=-[time between collections]:duration:' \
    '*--web.listen-address=-[address]:address:' \
    '--web.telemetry-path=-[path of the metrics]:path:' \
    '--web.external-url=-[URL of the pages for others]:url:' \
    '--web.route-prefix=-[prefix of all paths]:path:' \
    '--web.systemd-socket[serve on the sockets of a systemd .socket unit]' \
    '--web.config.file=-[file with TLS]:file:_files' \
    '--log.level=-[least level that is logged]:level:(debug info warn error)' \
    '--log.format=-[format of the log]:format:(logfmt json)' \
    '--once[collect once]' \
    '--doctor[connect to everything]' \
    '--config.check[check the configuration and report errors]' \
    '--rules.check=-[report errors and warnings in a jmx_exporter rule file]:file:_files' \
    '--against=-[with --rules.check: what each rule yields for the MBeans of a dump]:dump:_files' \
    '--config.keys[print every key of the configuration file]' \
    '--config.list[print every flag but kafka_exporter’s]' \
    '--metrics.list[print every metric that can be exported]' \
    '--help[print all flags]' \
    '--version[print the version]'
