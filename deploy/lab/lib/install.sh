# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # variables shared with the other files, see settings.sh
# Everything that the lab needs from outside: Debian packages, jars (Maven), the Python client and
# Spark (PyPI). All but the packages is pinned, checked by checksum and kept in the cache; when
# everything is there, nothing here uses the network.

build_packages=(
    g++
    gcc
    libc6-dev
    libcrypt-dev
    libcurl4-openssl-dev
    libgnutls28-dev
    libisal-dev
    libjansson-dev
    libmicrohttpd-dev
    libpcre2-dev
    librdkafka-dev
    libssl-dev
    libxxhash-dev
    libyaml-dev
    libzstd-dev
    meson
    ninja-build
    pkg-config
)

package_is_installed()
{
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Services of the packages must not start: Debian's Prometheus would listen on every address, on the
# port that the lab uses. The machine's own policy is restored afterwards, in any case.
without_services()
(
    policy=/usr/sbin/policy-rc.d
    # shellcheck disable=SC2317  # called by the trap
    put_back()
    {
        rm -f -- "$policy"
        [[ ! -e $policy.streamgauge-lab ]] || mv -- "$policy.streamgauge-lab" "$policy"
    }
    [[ ! -e $policy ]] || mv -- "$policy" "$policy.streamgauge-lab"
    trap put_back EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    "$@"
)

apt_install()
{
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update && apt-get -q install --yes --no-install-recommends "$@"
}

packages_install()
{
    local package missing=() log=$lab_dir/log/packages.log new_services=()
    for package; do
        # The variants of libcurl's headers exclude each other; any of them is sufficient.
        [[ $package != libcurl4-*-dev || ! -e /usr/include/$(uname -m)-linux-gnu/curl/curl.h ]] ||
            continue
        package_is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    step_begin "packages (${#missing[@]})"
    ((EUID == 0)) || step_fail "as root: apt-get install --no-install-recommends ${missing[*]}"
    for package in prometheus prometheus-alertmanager; do
        [[ " ${missing[*]} " != *" $package "* ]] || new_services+=("$package.service")
    done
    without_services apt_install "${missing[@]}" >"$log" 2>&1 </dev/null ||
        step_fail "apt-get could not install: ${missing[*]}" "$log"
    # Nor at the next boot.
    if ((${#new_services[@]})) && [[ -d /run/systemd/system ]]; then
        systemctl disable "${new_services[@]}" >>"$log" 2>&1 || true
    fi
    step_end 'installed'
}

java_is_new_enough()
{
    local version
    version=$("$1" -XshowSettings:properties -version 2>&1 |
        sed -n 's/^ *java\.specification\.version = //p')
    [[ $version =~ ^[0-9]+$ ]] && ((version >= 17))
}

# Sets `java`. Kafka 4 needs 17, which Debian 12 has; a newer one that is installed is used as well.
java_find()
{
    local candidate
    for candidate in "$(command -v java || true)" /usr/lib/jvm/java-17-openjdk-*/bin/java; do
        if [[ -x $candidate ]] && java_is_new_enough "$candidate"; then
            java=$candidate
            return 0
        fi
    done
    return 1
}

# The folder holds exactly the listed files, with the listed checksums.
jars_are_complete()
{
    local folder=$cache/$1 list=$lab_home/artifacts/$1.sha256
    [[ -d $folder ]] || return 1
    [[ $(cd -- "$folder" && printf '%s\n' *) == "$(sed 's/^[0-9a-f]*  //' "$list" | LC_ALL=C sort)" ]] &&
        (cd -- "$folder" && sha256sum --quiet --strict --check "$list") >/dev/null 2>&1
}

# Maven keeps what it downloads in the cache for as long as the installation takes, no longer.
jars_fetch()
{
    local name=$1 log=$lab_dir/log/maven.log work
    step_begin "$name"
    work=$(mktemp -d "$cache/fetch.XXXXXX")
    mvn -q -B -Dstyle.color=never -Dmaven.repo.local="$cache/fetch.repository" \
        -f "$lab_home/artifacts/$name.pom.xml" dependency:copy-dependencies \
        -DoutputDirectory="$work/jars" -DincludeScope=runtime >"$log" 2>&1 </dev/null ||
        { rm -rf -- "$work" && step_fail "Maven could not fetch $name" "$log"; }
    (cd -- "$work/jars" && sha256sum --quiet --strict --check "$lab_home/artifacts/$name.sha256") \
        >"$log" 2>&1 || { rm -rf -- "$work" && step_fail "$name: wrong checksums" "$log"; }
    rm -rf -- "${cache:?}/$name"
    mv -- "$work/jars" "$cache/$name"
    rm -rf -- "$work"
    step_end 'fetched, checksums match'
}

# jars_install NAME...: fetches those that are not in the cache.
jars_install()
{
    local name
    for name; do
        jars_are_complete "$name" || jars_fetch "$name"
    done
    rm -rf -- "${cache:?}/fetch.repository"
}

# What this lab needs, one name a line.
jars_wanted()
{
    echo "kafka-$kafka_version"
    ! has_agents || printf 'jolokia-%s\n' "${jolokia_version[@]}" | sort -u
    [[ $with_connect == no ]] || echo "${connect_jars##*/}"
    [[ $with_spark == no ]] || echo "${spark_kafka_jars##*/}"
    [[ $with_presto == no ]] || printf '%s\n' "${presto_jars##*/}" "${presto_kafka_jars##*/}"
}

# The venv's name contains the list's checksum: a changed list gets a new venv.
python_set()
{
    local sum
    sum=$(sha256sum <"$lab_home/artifacts/requirements.txt")
    python_venv=$cache/python-${sum:0:12}
    python=$python_venv/bin/python3
}

python_is_complete()
{
    [[ -f $python_venv/complete ]] && "$python" -c 'import confluent_kafka' 2>/dev/null
}

python_install()
{
    local log=$lab_dir/log/pip.log
    step_begin 'Kafka client (Python)'
    rm -rf -- "$python_venv"
    {
        /usr/bin/python3 -m venv "$python_venv" &&
            "$python" -m pip install --quiet --disable-pip-version-check --no-deps \
                --only-binary=:all: --require-hashes -r "$lab_home/artifacts/requirements.txt"
    } >"$log" 2>&1 </dev/null || step_fail 'pip could not install the Kafka client' "$log"
    touch -- "$python_venv/complete"
    step_end 'installed, checksums match'
}

spark_set()
{
    local sum
    sum=$(sha256sum <"$lab_home/artifacts/requirements-spark.txt")
    spark_home=$cache/spark-${sum:0:12}
}

spark_is_complete()
{
    [[ -f $spark_home/complete ]]
}

# The archive (450 MB) is downloaded and checked by pip, and unpacked here: an installation would pack
# its jars into a wheel and unpack that again.
spark_install()
{
    local log=$lab_dir/log/pip.log work
    step_begin 'Spark'
    work=$(mktemp -d "$cache/fetch.XXXXXX")
    {
        "$python" -m pip download --quiet --disable-pip-version-check --no-cache-dir --no-deps \
            --no-build-isolation --require-hashes -r "$lab_home/artifacts/requirements-spark.txt" \
            -d "$work" &&
            mkdir -- "$work/unpacked" "$work/spark" &&
            tar -xzf "$work"/pyspark-*.tar.gz -C "$work/unpacked" --strip-components=1 &&
            mv -- "$work/unpacked"/deps/{bin,jars} "$work/spark" &&
            mkdir -- "$work/spark/python" &&
            mv -- "$work/unpacked/pyspark" "$work"/py4j-*.whl "$work/spark/python"
    } >"$log" 2>&1 </dev/null || { rm -rf -- "$work" && step_fail 'pip could not fetch Spark' "$log"; }
    rm -rf -- "${spark_home:?}"
    mv -- "$work/spark" "$spark_home"
    rm -rf -- "$work"
    touch -- "$spark_home/complete"
    step_end 'fetched, checksums match'
}

# install_everything BUILD: BUILD is yes when Streamgauge is to be built.
install_everything()
{
    local build=$1 name wanted packages=(ca-certificates curl python3) fetch=() cache_lock
    mkdir -p -- "$cache"
    # Two labs may start at the same time; the second waits for the first one's downloads.
    exec {cache_lock}>"$cache/lock"
    flock "$cache_lock"
    rm -rf -- "${cache:?}"/fetch.* # left by an interrupted start

    mapfile -t wanted < <(jars_wanted)
    for name in "${wanted[@]}"; do
        jars_are_complete "$name" || fetch+=("$name")
    done
    python_set
    python_is_complete || packages+=(python3-venv)
    java_find || packages+=(openjdk-17-jre-headless)
    if ((${#fetch[@]})) && ! command -v mvn >/dev/null; then
        packages+=(maven)
    fi
    if [[ $with_prometheus == yes ]]; then
        command -v prometheus >/dev/null || packages+=(prometheus)
        command -v prometheus-alertmanager >/dev/null || packages+=(prometheus-alertmanager)
    fi
    [[ $with_presto == no ]] || packages+=(gcc libc6-dev)
    [[ $build == no ]] || packages+=("${build_packages[@]}")

    packages_install "${packages[@]}"
    java_find || die 'no Java 17 after the installation'
    [[ " ${fetch[*]} " != *" ${presto_jars##*/} "* ]] || echo "Presto is a download of 190 MB, to $cache"
    jars_install "${fetch[@]}"
    python_is_complete || python_install
    classes_are_archived || port_is_taken "${broker_port[1]}" || classes_install
    spark_set
    [[ $with_spark == no ]] || spark_is_complete || spark_install
    exec {cache_lock}>&-
}
