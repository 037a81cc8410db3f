# What the guest's /etc needs before systemd is PID 1 there: a small target that runs the command. Sourced by init.
units=/etc/systemd/system

# An empty file masks a unit or a generator, and costs no process, of which each takes some 20 ms here.
mask() {
	local name
	for name in "$@"; do
		[[ -e $1 ]] || [[ -L $1 ]] || continue
		: >"$masks/${name##*/}"
	done
}

# A service with default dependencies pulls in sysinit.target and basic.target, and with them all that the host boots with.
mask_the_host() {
	local target wanted
	local masks=$units
	for target in sysinit local-fs swap sockets timers paths; do
		for wanted in {/etc,/lib}/systemd/system/$target.target.wants/*; do
			case ${wanted##*/} in
			systemd-journal* | systemd-tmpfiles-setup.service | systemd-sysusers.service | '*') ;;
			*) mask "$wanted" ;;
			esac
		done
	done
	masks=/etc/systemd/system-generators
	mkdir -p "$masks"
	mask /lib/systemd/system-generators/*
	: >/etc/fstab
}

install_units() {
	local unit
	for unit in "$guest"/../../../systemd/*.{service,socket,target,slice,timer,path,mount}; do
		[[ -f $unit ]] && cp -- "$unit" "$units/"
	done
	for unit in "$guest"/../../../systemd/*.d; do
		[[ -d $unit ]] && cp -r -- "$unit" "$units/"
	done
}

write_target() {
	ln -s "$guest/command" /run/lab/command
	cat >"$units/lab.target" <<-'EOF'
		[Unit]
		Description=The lab's command
		DefaultDependencies=no
		Wants=systemd-journald.service lab-command.service
		After=systemd-journald.service
	EOF
	cat >"$units/lab-command.service" <<-'EOF'
		[Unit]
		Description=Run the lab's command, then power off
		DefaultDependencies=no
		After=systemd-journald.service
		[Service]
		Type=exec
		ExecStart=/bin/sh -c '/run/lab/command /run/lab/shared; sync; exec halt -f -f'
	EOF
}

mkdir -p "$units"
# Without an id systemd takes this for the first boot of a new machine, and applies every preset.
[[ -s /etc/machine-id ]] || tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
mask_the_host
install_units
write_target
