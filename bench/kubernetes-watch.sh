#!/bin/sh
# Runs in a machine that starts a Kubernetes server: waits until its node is Ready and prints what
# bench/kubernetes.ts reads. Times are seconds since the kernel started. It uses curl, because
# kubectl would take seconds of an emulated processor.

kubeconfig=/etc/rancher/k3s/k3s.yaml
node=https://127.0.0.1:6443/api/v1/nodes/bench
keys=/run/bench-keys

now() { cut -d ' ' -f 1 /proc/uptime; }

# Prints the start time of the oldest process that pgrep finds, which the kernel counts in
# hundredths of a second.
started() { cut -d ' ' -f 22 "/proc/$(pgrep --oldest "$@")/stat" | sed 's/..$/.&/'; }

part() { sed -n "s/.*client-$1-data[\": ]*\([A-Za-z0-9+/=]*\).*/\1/p" $kubeconfig | base64 -d; }

ask() { curl --silent --insecure --max-time 10 --noproxy '*' --cert $keys/certificate --key $keys/key $node; }

until ip route | grep -q ^default; do sleep 1; done
network=$(now)
until grep -qs client-key-data $kubeconfig; do sleep 1; done
mkdir -m 700 $keys
part certificate >$keys/certificate
part key >$keys/key
until ask | tr -d ' \n' | grep -q '"type":"Ready","status":"True"'; do sleep 1; done
ready=$(now)
sleep 60
userland=$(dmesg | sed -n 's/^\[ *\([0-9.]*\)\] Run \/init as init process$/\1/p')
memory=$(awk '/^MemTotal:/ { total = $2 } /^MemAvailable:/ { print total - $2 }' /proc/meminfo)
# Opened only now: the start of a login hangs up all processes that have the line open.
printf '\nbench: %s %s %s %s %s %s end\n' "$userland" "$network" "$(started -t ttyS0)" "$(started -f k3s.server)" "$ready" "$memory" \
	>/dev/ttyS0
