#!/usr/bin/env bash
# Builds the packages edgeagent, edgecontrol and edgectl, each as .deb and .rpm, without debhelper or mock: dpkg-deb and rpmbuild over
# one tree of files, with the control files and scriptlets of deb/ and rpm/. Equal sources and SOURCE_DATE_EPOCH give equal bytes.
#
#   build-packages.sh [--output DIR] [--only NAME]... [--format deb|rpm]... [--published DIR] [--version VERSION]
#       --output     where the packages go (artifacts/packages)
#       --only       one of the packages; may be repeated
#       --format     one of the formats; may be repeated
#       --published  where the executables are, one directory for each package; what is not there yet is published there
#       --version    the packages' version (that of the sources)
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
output=$root/artifacts/packages
published=
version=
only=()
formats=()
while [ $# -gt 0 ]; do
    case $1 in
        --output) output=$2; shift ;;
        --only) only+=("$2"); shift ;;
        --format) formats+=("$2"); shift ;;
        --published) published=$2; shift ;;
        --version) version=$2; shift ;;
        -h | --help) sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "build-packages.sh: unknown option '$1'; expected --output, --only, --format, --published or --version" >&2; exit 2 ;;
    esac
    shift
done
[ ${#only[@]} -gt 0 ] || only=(edgeagent edgecontrol edgectl)
[ ${#formats[@]} -gt 0 ] || formats=(deb rpm)

if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || date +%s)
fi
export SOURCE_DATE_EPOCH
umask 022

[ -n "$version" ] || version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
case $(uname -m) in
    x86_64) deb_architecture=amd64 rpm_architecture=x86_64 rid=linux-x64 ;;
    aarch64) deb_architecture=arm64 rpm_architecture=aarch64 rid=linux-arm64 ;;
    *) echo "build-packages.sh: no build for $(uname -m); expected x86_64 or aarch64" >&2; exit 2 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -n "$published" ] || published=$work/published
mkdir -p "$output"
output=$(cd "$output" && pwd)

# Publishing for a runtime writes more into lock files than the repository keeps, so it is done in a copy of the sources.
publish() {
    local package=$1 project options
    case $package in
        # Trimmed: what the agent loads is kept clean for that. The others are not written for it.
        edgeagent) project=agent/EdgeAgent.Daemon options=(-p:PublishTrimmed=true -p:ILLinkTreatWarningsAsErrors=false) ;;
        edgecontrol) project=controlplane/EdgeAgent.ControlPlane options=() ;;
        edgectl) project=controlplane/EdgeAgent.Cli options=() ;;
        *) echo "build-packages.sh: no package '$package'; expected edgeagent, edgecontrol or edgectl" >&2; exit 2 ;;
    esac
    if [ ! -d "$work/sources" ]; then
        mkdir "$work/sources"
        tar -C "$root" --exclude=./artifacts --exclude=./.git --exclude=./tests -cf - . | tar -C "$work/sources" -xf -
    fi
    echo "Publishing $package ..." >&2
    dotnet publish "$work/sources/$project" -c Release -r "$rid" --self-contained true -v quiet -nologo \
        -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:DebugType=none -p:SatelliteResourceLanguages=en \
        "${options[@]}" -o "$published/$package" >&2
}

# Fills in what the templates leave open.
fill() {
    sed -e "s/@VERSION@/$version/g" -e "s/@ARCHITECTURE@/$deb_architecture/g" -e "s/@SIZE@/${size:-0}/g" \
        -e "s/@DATE@/$(date -R -u -d "@$SOURCE_DATE_EPOCH")/g" "$1"
}

# lay_out NAME TREE UNITS: the files that both formats share, with units under UNITS, all of one time.
lay_out() {
    local package=$1 tree=$2 units=$3
    mkdir -p "$tree/usr/bin" "$tree/usr/lib/$package" "$tree/usr/share/doc/$package"
    find "$published/$package" -maxdepth 1 -type f ! -name '*.xml' ! -name '*.pdb' ! -name '*.json' -exec install -m 644 -t "$tree/usr/lib/$package" {} +
    chmod 755 "$tree/usr/lib/$package/$package"
    ln -s "../lib/$package/$package" "$tree/usr/bin/$package"
    install -m 644 "$root/packaging/deb/copyright" "$tree/usr/share/doc/$package/copyright"
    if [ -d "$root/packaging/examples/$package" ]; then
        mkdir "$tree/usr/share/doc/$package/examples"
        install -m 644 -t "$tree/usr/share/doc/$package/examples" "$root/packaging/examples/$package"/*
    fi
    if [ -f "$root/packaging/systemd/$package.service" ]; then
        install -D -m 644 "$root/packaging/systemd/$package.service" "$tree/$units/$package.service"
        install -D -m 644 "$root/packaging/sysusers.d/$package.conf" "$tree/usr/lib/sysusers.d/$package.conf"
        install -D -m 644 "$root/packaging/tmpfiles.d/$package.conf" "$tree/usr/lib/tmpfiles.d/$package.conf"
    fi
}

age() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

pack_deb() {
    local package=$1 from=$root/packaging/deb/$1 tree=$work/deb/$1 size script
    lay_out "$package" "$tree" lib/systemd/system
    mkdir "$tree/DEBIAN"
    fill "$root/packaging/deb/changelog" | sed "1s/^edgeagent /$package /" | gzip -9n >"$tree/usr/share/doc/$package/changelog.gz"
    if [ -f "$from/lintian-overrides" ]; then
        install -D -m 644 "$from/lintian-overrides" "$tree/usr/share/lintian/overrides/$package"
    fi
    for script in postinst prerm postrm; do
        if [ -f "$from/$script" ]; then install -m 755 "$from/$script" "$tree/DEBIAN/$script"; fi
    done
    size=$(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f1)
    fill "$from/control" >"$tree/DEBIAN/control"
    (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -print | LC_ALL=C sort | sed 's:^\./::' | xargs md5sum >DEBIAN/md5sums)
    chmod 644 "$tree/DEBIAN/md5sums" "$tree/DEBIAN/control"
    age "$tree"
    dpkg-deb --root-owner-group -Zxz --build "$tree" "$output/${package}_${version}_$deb_architecture.deb"
}

# pack_rpm NAME: without signature, which is the release's part.
pack_rpm() {
    local package=$1 tree=$work/rpm/$1 top=$work/rpm/top
    lay_out "$package" "$tree" usr/lib/systemd/system
    age "$tree"
    # xz, which releases of the last decade read; no build host, no build time but the sources'.
    rpmbuild -bb --quiet --target "$rpm_architecture" \
        --define "_topdir $top" --define "_rpmdir $output" --define "_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm" \
        --define "tree $tree" --define "product_version $version" --define "_build_id_links none" --define "_buildhost localhost" \
        --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" --define "_binary_payload w6.xzdio" \
        --define "__os_install_post %{nil}" --define "debug_package %{nil}" \
        "$root/packaging/rpm/$package.spec"
}

for name in "${only[@]}"; do
    [ -d "$published/$name" ] || publish "$name"
    for format in "${formats[@]}"; do
        case $format in
            deb | rpm) "pack_$format" "$name" ;;
            *) echo "build-packages.sh: no format '$format'; expected deb or rpm" >&2; exit 2 ;;
        esac
    done
done
