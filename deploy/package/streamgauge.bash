# shellcheck shell=bash
# shellcheck disable=SC2034,SC2207  # the first two are _init_completion's; the words have no blanks
_streamgauge()
{
    local cur prev words cword split
    _init_completion -s || return
    case $prev in
        --log.level)
            COMPREPLY=($(compgen -W 'debug info warn error' -- "$cur"))
            return
            ;;
        --log.format)
            COMPREPLY=($(compgen -W 'logfmt json' -- "$cur"))
            return
            ;;
        --config.file | --web.config.file | --rules.check | --against)
            _filedir
            return
            ;;
    esac
    [[ ${split:-} != true ]] || return
    COMPREPLY=($(compgen -W '--config.file= --kafka.server= --jolokia.url= --jmx.port= --topic.filter= --topic.exclude= --group.filter= --group.exclude= --collect.interval= --web.listen-address= --web.telemetry-path= --web.external-url= --web.route-prefix= --web.systemd-socket --web.config.file= --log.level= --log.format= --once --doctor --config.check --rules.check= --against= --config.keys --config.list --metrics.list --help --version' -- "$cur"))
    [[ ${COMPREPLY[*]} != *= ]] || compopt -o nospace
}
complete -F _streamgauge streamgauge
