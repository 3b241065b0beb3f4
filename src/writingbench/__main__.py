"""The way in, for `writingbench` and `python -m writingbench`."""

import sys


def main() -> None:
    """Run the command line. Ctrl-C while it is still being read in ends it as quietly as later on."""
    try:
        from writingbench.cli import main as run  # noqa: PLC0415 - inside, so that Ctrl-C is caught meanwhile

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
