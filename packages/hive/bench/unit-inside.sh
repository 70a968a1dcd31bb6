#!/bin/bash
# Inside namespaces of its own: a root like the host's that forgets what is written, with the units in it, and then systemd as the
# first process. $1: folder of units and of what they say. $2: the house. $3: Node. $4: the guest image.
set -e
base=$1/root
mkdir "$base"
mount -t tmpfs none "$base"
mkdir "$base"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"
root=$base/root
mount -t proc proc "$root/proc"
# systemd raises limits of the whole kernel when it begins; that is not its business here. `open.service` takes this away again.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,ro,bind "$root/proc/sys"
mount -t sysfs sysfs "$root/sys" -o ro
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs none "$root/run"
mount -t tmpfs none "$root/tmp" -o mode=1777
mount -t tmpfs none "$root/dev" -o mode=755
for name in null zero full random urandom tty; do touch "$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
mkdir "$root"/dev/{shm,pts}
mount -t tmpfs none "$root/dev/shm" -o mode=1777
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for n in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${n%%:*}" "$root/dev/${n#*:}"; done
mkdir -p "$root/opt/axiom" "$root/opt/says" "$root/var/cache/axiom"
mount --bind "$2" "$root/opt/axiom"
mount --bind "$1" "$root/opt/says"
cp "$3" "$root/opt/node"
if [ -e "$4/current" ]; then
  mkdir -p "$root/var/cache/axiom/crucible/images"
  cp "$4/current" "$root/var/cache/axiom/crucible/"
  cp -r "$4/$(cat "$4/current")" "$root/var/cache/axiom/crucible/images/"
fi
rm -rf "$root"/etc/systemd/system/*
cp "$1"/*.service "$1"/*.target "$root/etc/systemd/system/"
hostname unit
cd "$root"
mkdir -p old
pivot_root . old
umount -l /old
ip link set lo up || true
export container=axiom
exec setpriv --bounding-set -sys_module,-sys_time,-sys_boot,-sys_rawio,-syslog,-mac_admin,-mac_override,-audit_control,-audit_write,-wake_alarm,-sys_tty_config \
  /lib/systemd/systemd --unit=axiom-bench.target --log-target=null
