"""Ask a service whether it is well: exit 0 where it says so, 1 where not. It needs no library."""

import sys
from urllib.error import URLError
from urllib.request import urlopen

TIMEOUT = 4.0


def main(url: str) -> int:
    """Return the exit code for what the address answers."""
    try:
        with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 -- the image's own address
            return int(answer.status != 200)
    except (URLError, OSError, ValueError) as error:
        sys.stderr.write(f"{url}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
