# Which lane the lab takes on this machine, and what that lane misses. Sourced.

# True when the kernel that runs this has SCTP in it now. A socket() call would tell too, and load the module.
lab_kernel_has_sctp() {
	grep -q '^SCTP ' /proc/net/protocols 2>/dev/null || grep -q '^sctp ' /proc/modules 2>/dev/null
}

# Prints host or uml.
lab_lane() {
	case ${SCTPD_LAB:-} in
	host | uml) echo "$SCTPD_LAB" ;;
	'') lab_kernel_has_sctp && echo host || echo uml ;;
	*)
		echo "lab: SCTPD_LAB is host or uml, not '$SCTPD_LAB'" >&2
		return 1
		;;
	esac
}

# Says what to install and fails when the uml lane cannot work here.
lab_uml_missing() {
	local packages=()
	command -v linux.uml >/dev/null || packages+=(user-mode-linux)
	PATH=$PATH:/usr/sbin:/sbin command -v insmod >/dev/null || packages+=(kmod)
	((${#packages[@]})) || return 0
	echo "lab: this kernel has no SCTP, and the lab's own is not installed: apt-get install ${packages[*]}" >&2
	return 1
}
