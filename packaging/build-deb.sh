#!/usr/bin/env bash
# Builds the Debian packages edgeagent, edgecontrol and edgectl into a directory, without debhelper: dpkg-deb and the files of deb/.
# Equal sources and SOURCE_DATE_EPOCH give equal bytes.
#
#   build-deb.sh [--output DIR] [--only NAME]... [--published DIR]
#       --output     where the packages go (artifacts/packages)
#       --only       one of the packages; may be repeated
#       --published  executables that were published before, one directory for each package, instead of publishing now
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
output=$root/artifacts/packages
published=
only=()
while [ $# -gt 0 ]; do
    case $1 in
        --output) output=$2; shift ;;
        --only) only+=("$2"); shift ;;
        --published) published=$2; shift ;;
        -h | --help) sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "build-deb.sh: unknown option '$1'; expected --output, --only or --published" >&2; exit 2 ;;
    esac
    shift
done
[ ${#only[@]} -gt 0 ] || only=(edgeagent edgecontrol edgectl)

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH
umask 022

version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
case $(dpkg --print-architecture) in
    amd64) architecture=amd64 rid=linux-x64 ;;
    arm64) architecture=arm64 rid=linux-arm64 ;;
    *) echo "build-deb.sh: no build for $(dpkg --print-architecture); expected amd64 or arm64" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Publishing for a runtime writes more into lock files than the repository keeps, so it is done in a copy of the sources.
publish() {
    local package=$1 project options
    case $package in
        # Trimmed: what the agent loads is kept clean for that. The others are not written for it.
        edgeagent) project=agent/EdgeAgent.Daemon options=(-p:PublishTrimmed=true -p:ILLinkTreatWarningsAsErrors=false) ;;
        edgecontrol) project=controlplane/EdgeAgent.ControlPlane options=() ;;
        edgectl) project=controlplane/EdgeAgent.Cli options=() ;;
        *) echo "build-deb.sh: no package '$package'; expected edgeagent, edgecontrol or edgectl" >&2; exit 2 ;;
    esac
    if [ ! -d "$work/sources" ]; then
        mkdir "$work/sources"
        tar -C "$root" --exclude=./artifacts --exclude=./.git --exclude=./tests -cf - . | tar -C "$work/sources" -xf -
    fi
    echo "Publishing $package ..." >&2
    dotnet publish "$work/sources/$project" -c Release -r "$rid" --self-contained true -v quiet -nologo \
        -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:DebugType=none -p:SatelliteResourceLanguages=en \
        "${options[@]}" -o "$work/published/$package" >&2
}

# Fills in what the templates of deb/ leave open.
fill() { sed -e "s/@VERSION@/$version/g" -e "s/@ARCHITECTURE@/$architecture/g" -e "s/@SIZE@/${size:-0}/g" -e "s/@DATE@/$(date -R -u -d "@$SOURCE_DATE_EPOCH")/g" "$1"; }

# package NAME: lays out the files and packs them.
package() {
    local package=$1 from=$root/packaging/deb/$1 tree=$work/$1 programs=$work/published/$1 size script
    if [ -n "$published" ]; then programs=$published/$1; fi
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin" "$tree/usr/lib/$package" "$tree/usr/share/doc/$package"
    find "$programs" -maxdepth 1 -type f ! -name '*.xml' ! -name '*.pdb' ! -name '*.json' -exec install -m 644 -t "$tree/usr/lib/$package" {} +
    chmod 755 "$tree/usr/lib/$package/$package"
    ln -s "../lib/$package/$package" "$tree/usr/bin/$package"

    install -m 644 "$root/packaging/deb/copyright" "$tree/usr/share/doc/$package/copyright"
    fill "$root/packaging/deb/changelog" | sed "1s/^edgeagent /$package /" | gzip -9n >"$tree/usr/share/doc/$package/changelog.gz"
    if [ -d "$from/examples" ]; then
        mkdir "$tree/usr/share/doc/$package/examples"
        install -m 644 -t "$tree/usr/share/doc/$package/examples" "$from"/examples/*
    fi
    if [ -f "$from/lintian-overrides" ]; then
        install -D -m 644 "$from/lintian-overrides" "$tree/usr/share/lintian/overrides/$package"
    fi
    if [ -f "$root/packaging/systemd/$package.service" ]; then
        install -D -m 644 "$root/packaging/systemd/$package.service" "$tree/lib/systemd/system/$package.service"
        install -D -m 644 "$root/packaging/sysusers.d/$package.conf" "$tree/usr/lib/sysusers.d/$package.conf"
        install -D -m 644 "$root/packaging/tmpfiles.d/$package.conf" "$tree/usr/lib/tmpfiles.d/$package.conf"
    fi

    for script in postinst prerm postrm; do
        if [ -f "$from/$script" ]; then install -m 755 "$from/$script" "$tree/DEBIAN/$script"; fi
    done
    size=$(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f1)
    fill "$from/control" >"$tree/DEBIAN/control"
    (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -print | LC_ALL=C sort | sed 's:^\./::' | xargs md5sum >DEBIAN/md5sums)
    chmod 644 "$tree/DEBIAN/md5sums" "$tree/DEBIAN/control"
    find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    mkdir -p "$output"
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$output/${package}_${version}_$architecture.deb"
}

for name in "${only[@]}"; do
    [ -n "$published" ] || publish "$name"
    package "$name"
done
