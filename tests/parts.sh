#!/bin/sh
# What the tests need beyond Python: a PostgreSQL server. Installed where that may be done, else named.
set -eu

missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$missing postgresql"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "Installing$missing." >&2
	apt-get -qq update
	# Only its programs are wanted: the tests start servers of their own, no cluster of the system's.
	mkdir -p /etc/postgresql-common
	[ -e /etc/postgresql-common/createcluster.conf ] ||
		echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
	# shellcheck disable=SC2086  -- a list
	DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $missing >/dev/null
else
	echo "The tests need$missing, and only root may install it. On Debian and Ubuntu:" >&2
	echo "  sudo apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
