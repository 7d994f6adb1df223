# What try-package and try-source share: a Debian that debootstrap makes and that is thrown away, with a user ann in it.
# Mounts and processes are in namespaces of their own, and end with the script. To be sourced.
#
# Needs root, debootstrap, and a mirror (MIRROR, SUITE).

suite=${SUITE:-bookworm} mirror=${MIRROR:-http://deb.debian.org/debian}
script=$(basename "$0")

fail() {
  echo "$script: $*" >&2
  exit 1
}

say() { echo "-- $*"; }

# Starts the script once more in namespaces of its own, with its arguments; in these it only goes on.
enter_namespaces() {
  [[ ${IN_NAMESPACES:-} != yes ]] || return 0
  ((EUID == 0)) || fail "a Debian can only be made by root"
  command -v debootstrap >/dev/null || fail "debootstrap is missing: apt-get install debootstrap"
  exec env IN_NAMESPACES=yes unshare --mount --propagation private --pid --fork --kill-child "$0" "$@"
}

# A new Debian in $root, in a $directory that goes when the script ends, with these packages.
make_debian() {
  directory=$(mktemp -d "/var/tmp/$script.XXXXXX") root=$directory/root
  mkdir "$root"
  mount --bind "$root" "$root"
  trap 'umount --recursive --lazy "$root" && rm -rf --one-file-system "$directory"' EXIT
  say "a new Debian $suite"
  debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$directory/debootstrap.log" ||
    fail "debootstrap: $(tail -n 5 "$directory/debootstrap.log")"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  printf '127.0.0.1 localhost %s\n::1 localhost\n' "$(hostname)" >"$root/etc/hosts"
  apt install --no-install-recommends "$@"
  inside useradd --create-home --shell /bin/bash ann
}

# Runs a command in the new Debian, with an environment of its own.
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

as_user() { inside runuser --login ann --command "export LANG=C.UTF-8; $1"; }

apt() { inside apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >>"$root/apt.log" 2>&1 || fail "apt-get $*: $(tail -n 20 "$root/apt.log")"; }

# Waits until a command succeeds, for so many seconds.
until_true() {
  local seconds=$1
  shift
  until "$@"; do
    ((seconds-- > 0)) || return 1
    sleep 1
  done
}

# The terminal of ann, in which one program runs.
start_on_terminal() { as_user "tmux -S ~/tmux -f /dev/null new-session -d -x 110 -y 30 '$1'"; }
type_keys() { as_user "tmux -S ~/tmux send-keys $*"; }
screen() { as_user 'tmux -S ~/tmux capture-pane -p' 2>/dev/null; }
shows() { screen | grep -q -- "$1"; }
is_over() { ! as_user 'tmux -S ~/tmux has-session' 2>/dev/null; }

# Looks at the demo on the terminal, and quits it.
look_at_demo() {
  until_true 60 shows '3 peers' || fail "the demo shows no peers: $(screen)"
  until_true 60 shows 'here.*[0-9] MiB' || fail "the demo fetches nothing: $(screen)"
  say "the demo"
  screen
  type_keys q
  until_true 1 is_over || type_keys y
  until_true 60 is_over || fail "q does not end it: $(screen)"
  [[ -z $(find "$root/tmp" -name 'p2ptui*') ]] || fail "the demo leaves $(find "$root/tmp" -name 'p2ptui*')"
}
