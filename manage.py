#!/usr/bin/env python
"""The command line: Django's commands, on the servers that the environment names."""

import sys

from smsmonitor import commandline

if __name__ == "__main__":
    sys.exit(commandline.main(sys.argv))
