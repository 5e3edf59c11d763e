#!/bin/sh
# Installs hubward-agent into ~/.local/bin and sets up this AWS account with it:
#
#     curl -fsSL https://SOC/install.sh | sh -s -- --administrator 999999999999
#
# `| sh -s -- install` only installs. Other arguments go to `hubward-agent setup`; --ca-file and --lang
# also apply to this script. It needs no root, and running it again is safe: the program is replaced only
# by a complete download that has the SHA-256 below and runs on this machine.
#
# Everything is inside one function that the last line calls, so that nothing runs when the download of
# this script is cut off.

hubward_install() {
    # The SOC's server fills these three in, from its own configuration and releases.
    server=@SERVER@
    version=@VERSION@
    sha256=@SHA256@

    set -eu
    umask 022
    program=hubward-agent
    archive=$program-$version-x86_64-unknown-linux-musl.tar.gz

    only_install=
    if [ "${1:-}" = install ]; then
        only_install=yes
        shift
    fi
    language=${HUBWARD_LANG:-${LANG:-en}}
    ca_file=
    value_of=
    for argument in "$@"; do
        case $value_of in
        --ca-file) ca_file=$argument ;;
        --lang) language=$argument ;;
        esac
        value_of=
        case $argument in
        --ca-file | --lang) value_of=$argument ;;
        --ca-file=*) ca_file=${argument#*=} ;;
        --lang=*) language=${argument#*=} ;;
        esac
    done

    # say ENGLISH JAPANESE: prints a message to stderr.
    say() {
        case $language in
        ja* | JA*) printf '%s\n' "$2" >&2 ;;
        *) printf '%s\n' "$1" >&2 ;;
        esac
    }
    # fail ENGLISH JAPANESE: ends the script; an installed program stays as it was.
    fail() {
        say "error: $1" "エラー: $2"
        exit 1
    }
    cannot_write() {
        fail "cannot write into $directory. Is the home directory full? Check with \`df -h ~\` (CloudShell has 1 GB per Region), delete files and run this line again." \
            "$directory に書き込めません。ホームディレクトリの空き容量を \`df -h ~\` で確認し（CloudShellはリージョンごとに1 GB）、不要なファイルを削除してから同じコマンドを再実行してください。"
    }

    case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64) ;;
    *) fail "$program needs Linux on x86_64, such as AWS CloudShell; this is $(uname -s) on $(uname -m)." \
        "${program} はx86_64のLinux（AWS CloudShellなど）用です。この環境は $(uname -s) $(uname -m) です。" ;;
    esac
    for tool in curl tar gzip sha256sum mktemp; do
        command -v "$tool" >/dev/null ||
            fail "the command $tool is missing." "コマンド ${tool} がこの環境にありません。"
    done
    [ -z "$ca_file" ] || [ -r "$ca_file" ] ||
        fail "cannot read the file $ca_file given by --ca-file." \
            "--ca-file で指定されたファイル ${ca_file} を読めません。"
    [ -d "${HOME:-}" ] ||
        fail "there is no home directory to install into (HOME is \"${HOME:-}\")." \
            "インストール先のホームディレクトリがありません（HOME=\"${HOME:-}\"）。"

    directory=$HOME/.local/bin
    mkdir -p "$directory" 2>/dev/null || cannot_write
    # Removes what killed runs left behind, once they are old enough that no run can still use it.
    find "$directory" -name ".$program.*" -prune -mtime +0 -exec rm -rf {} + 2>/dev/null || true
    # In the same directory, so that the last step is a rename and the program is never incomplete.
    work=$(mktemp -d "$directory/.$program.XXXXXX" 2>/dev/null) || cannot_write
    trap 'rm -rf "$work"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM

    say "Downloading $program $version from $server" "${server} から ${program} ${version} をダウンロードしています"
    case $server in
    https://*) protocols='=https' ;;
    *) protocols='=https,http' ;;
    esac
    ended=0
    curl --fail --silent --show-error --location --globoff --proto "$protocols" \
        --connect-timeout 20 --max-time 600 --retry 2 ${ca_file:+--cacert "$ca_file"} \
        --output "$work/$archive" "$server/releases/$archive" || ended=$?
    case $ended in
    0) ;;
    23) cannot_write ;;
    *) fail "the download of $server/releases/$archive failed (curl exit code $ended). Nothing was installed. If this network needs a proxy, set https_proxy; if it uses its own certificates, add --ca-file PEM." \
        "${server}/releases/${archive} をダウンロードできません（curlの終了コード: ${ended}）。何もインストールしていません。プロキシが必要な場合は https_proxy を設定し、独自の証明書を使うネットワークでは --ca-file PEM を付けてください。" ;;
    esac

    actual=$(sha256sum <"$work/$archive")
    actual=${actual%% *}
    [ "$actual" = "$sha256" ] ||
        fail "the download differs from the SOC's release: its SHA-256 is $actual, not $sha256. It was neither installed nor run. Run the line again; if it still differs, contact the SOC." \
            "ダウンロードしたファイルがSOCの公開したものと一致しません（SHA-256: ${actual}、正しい値: ${sha256}）。何もインストールせず、実行もしていません。同じコマンドを再実行し、それでも一致しない場合はSOCに連絡してください。"

    tar -xzOf "$work/$archive" "$program" >"$work/$program" || cannot_write
    chmod 755 "$work/$program"
    "$work/$program" --version >/dev/null ||
        fail "$program $version does not run on this machine. Nothing was installed." \
            "${program} ${version} はこの環境で実行できません。何もインストールしていません。"
    mv -f "$work/$program" "$directory/$program" || cannot_write
    rm -rf "$work"
    trap - EXIT HUP INT TERM
    say "Installed $directory/$program" "${directory}/${program} をインストールしました"

    [ -z "$only_install" ] || return 0
    exec "$directory/$program" setup --server "$server" "$@"
}

{ hubward_install "$@" </dev/null; exit; }
