"""check_wheel.py FOLDER RECORD: succeeds when every file of an unpacked wheel is as its list says."""

import base64
import csv
import hashlib
import os
import sys


def is_as_listed(path, digest, size):
    if os.path.getsize(path) != int(size):
        return False
    algorithm, expected = digest.split("=", 1)
    with open(path, "rb") as file:
        found = hashlib.new(algorithm)
        while block := file.read(1 << 20):
            found.update(block)
    return base64.urlsafe_b64encode(found.digest()).rstrip(b"=").decode() == expected


folder, record = sys.argv[1:]
with open(os.path.join(folder, record), newline="") as file:
    # Python's own compiled files and the list itself are listed without a hash.
    listed = [row for row in csv.reader(file) if row[1]]
sys.exit(0 if all(is_as_listed(os.path.join(folder, *row[0].split("/")), row[1], row[2]) for row in listed) else 1)
